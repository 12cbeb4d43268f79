//! `spin.toml`, version 2, read and normalised as Spin does.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{
    diagnostic::{Diagnostic, SourceFile},
    template::Template,
};

mod component;
mod findings;
#[cfg(fuzzing)]
pub mod fuzzing;
mod normalise;
mod schema;
#[cfg(test)]
mod tests;

/// An application as the host runs it: normalised, with paths resolved against the manifest's folder.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Application name.
    pub name: String,
    /// Application version, shown by `/.well-known/spin/info`.
    pub version: Option<String>,
    /// The manifest itself.
    pub path: PathBuf,
    /// The folder of the manifest, absolute.
    pub root: PathBuf,
    /// Declared application variables.
    pub variables: BTreeMap<String, VariableDeclaration>,
    /// HTTP triggers in the order of the file.
    pub http: Vec<HttpTrigger>,
    /// Redis triggers in the order of the file.
    pub redis: Vec<RedisTrigger>,
    /// Components by id; those that are only libraries of others are among them.
    pub components: BTreeMap<String, Component>,
    /// What does not stop the application and is probably not meant.
    pub warnings: Vec<Diagnostic>,
}

/// `[variables]` entry.
#[derive(Clone, Debug)]
pub struct VariableDeclaration {
    /// Value when no provider has one.
    pub default: Option<String>,
    /// Starting fails when no provider has a value.
    pub required: bool,
    /// Never shown.
    pub secret: bool,
}

/// `[[trigger.http]]`.
#[derive(Clone, Debug)]
pub struct HttpTrigger {
    /// Trigger id.
    pub id: String,
    /// The route as written, with a leading `/`; `None` for `{ private = true }`.
    pub route: Option<String>,
    /// What answers.
    pub target: HttpTarget,
}

/// What answers an HTTP route.
#[derive(Clone, Debug)]
pub enum HttpTarget {
    /// The component of this id.
    Component(String),
    /// A fixed response.
    Static(StaticResponse),
}

/// `static_response` of an HTTP trigger.
#[derive(Clone, Debug)]
pub struct StaticResponse {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

/// `[[trigger.redis]]`.
#[derive(Clone, Debug)]
pub struct RedisTrigger {
    /// Trigger id.
    pub id: String,
    /// Server address; the application-level address is already filled in.
    pub address: Template,
    /// Channel to subscribe to.
    pub channel: Template,
    /// Component id.
    pub component: String,
}

/// `[component.X]`.
#[derive(Clone, Debug)]
pub struct Component {
    /// The id.
    pub id: String,
    /// The `.wasm` file.
    pub source: PathBuf,
    /// Names that the guest may read, each with its template.
    pub variables: BTreeMap<String, Template>,
    /// Literal environment of the guest.
    pub environment: BTreeMap<String, String>,
    /// Read-only mounts: (folder or file on the host, path in the guest).
    pub files: Vec<(PathBuf, String)>,
    /// `allowed_outbound_hosts` before templates are resolved.
    pub allowed_outbound_hosts: Vec<Template>,
    /// Labels of key-value stores.
    pub key_value_stores: BTreeSet<String>,
    /// Labels of SQLite databases.
    pub sqlite_databases: BTreeSet<String>,
    /// Dependencies: import name (`ns:pkg/iface[@version]`, `ns:pkg` or a plain name) to provider.
    pub dependencies: BTreeMap<String, Dependency>,
    /// Build instructions.
    pub build: Option<Build>,
}

/// What satisfies an import of a component.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The `.wasm` file that provides it.
    pub source: PathBuf,
    /// The provider's id when it is a component of this application.
    pub component: Option<String>,
    /// The provider's export, when it differs from the import.
    pub export: Option<String>,
    /// Capabilities that the provider inherits from the component.
    pub inherit: Inherit,
}

/// Which capabilities of the component its dependency may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inherit {
    /// None: every one is denied.
    None,
    /// All of them.
    All,
    /// Those of these names: `ai_models`, `allowed_outbound_hosts`, `environment`, `files`, `key_value_stores`,
    /// `sqlite_databases`, `variables`.
    Some(BTreeSet<String>),
}

/// `[component.X.build]`.
#[derive(Clone, Debug)]
pub struct Build {
    /// Shell commands.
    pub commands: Vec<String>,
    /// Where they run.
    pub workdir: PathBuf,
}

/// Why a manifest was refused; the text names file, line, column and remedy of every finding.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ManifestError(pub String);

impl From<Vec<Diagnostic>> for ManifestError {
    fn from(findings: Vec<Diagnostic>) -> Self {
        Self(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }
}

impl Manifest {
    /// An application without anything, for a test.
    #[cfg(test)]
    pub(crate) fn empty(name: &str) -> Self {
        Self {
            name: name.into(),
            version: None,
            path: "spin.toml".into(),
            root: ".".into(),
            variables: BTreeMap::new(),
            http: Vec::new(),
            redis: Vec::new(),
            components: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }

    /// Reads the manifest at `path`.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let source = SourceFile::read(path, "Run this in the folder of a spin.toml, or name one with --manifest.")
            .map_err(|error| vec![error])?;
        // Build commands run in other folders than this process.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        normalise::normalise(&path, &source).map_err(Into::into)
    }
}
