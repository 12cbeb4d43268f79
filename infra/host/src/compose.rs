//! `[component.X.dependencies]`: joins a component with the libraries that its imports name.
//!
//! A library sees none of the capabilities of the component it serves unless they are inherited. What it may not use is
//! imported under a name of its own ([`denied_name`]), which [`denied`] answers with traps at run time; everything else
//! (clocks, randomness, standard streams) it shares with the component.

use std::{collections::BTreeMap, sync::Arc};

use wac_graph::{
    CompositionGraph, EncodeOptions, NodeId, PackageId,
    types::{ItemKind, Package, are_semver_compatible},
};

use crate::config::manifest::{Component, Dependency, Inherit, Manifest};

pub mod cache;
pub mod denied;
mod precompiled;
#[cfg(test)]
mod tests;

/// A dependency with its bytes.
pub struct Provider {
    /// The key in the manifest: the import that is satisfied.
    pub import: String,
    /// The entry in the manifest.
    pub dependency: Dependency,
    /// The library.
    pub wasm: Arc<Vec<u8>>,
}

/// Why a component and its dependencies do not fit.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a component.
    #[error("{what} is not a WebAssembly component: {reason}")]
    Invalid {
        /// The component or library.
        what: String,
        /// What the parser said.
        reason: String,
    },
    /// The manifest names an import that the component does not have.
    #[error("component `{component}` has a dependency for `{import}`, which it does not import; it imports {imports}")]
    NoImport {
        /// The component.
        component: String,
        /// The key of the dependency.
        import: String,
        /// What there is.
        imports: String,
    },
    /// The library does not export what is asked of it.
    #[error("component `{component}` imports `{import}`, which {provider} does not export; it exports {exports}")]
    NoExport {
        /// The component.
        component: String,
        /// The import.
        import: String,
        /// The library.
        provider: String,
        /// What there is.
        exports: String,
    },
    /// Import and export have different types, or two dependencies serve one import.
    #[error("component `{component}` cannot get `{import}` from {provider}: {reason}")]
    Mismatch {
        /// The component.
        component: String,
        /// The import.
        import: String,
        /// The library.
        provider: String,
        /// What does not fit.
        reason: String,
    },
    /// The parts do not make a component.
    #[error("component `{component}` cannot be composed with its dependencies: {reason}")]
    Encode {
        /// The component.
        component: String,
        /// What is wrong.
        reason: String,
    },
    /// A library has grants of its own.
    #[error(
        "component `{provider}` is a dependency of `{component}` and has {grants} of its own; dependencies may not have \
         their own resources: remove them and let `{provider}` inherit those of `{component}` (`inherit_configuration`)"
    )]
    OwnResources {
        /// The component.
        component: String,
        /// The library.
        provider: String,
        /// Which ones.
        grants: String,
    },
}

/// Refuses components that are used as a dependency and have grants of their own, as Spin does.
pub fn check(manifest: &Manifest) -> Result<(), Error> {
    for component in manifest.components.values() {
        let providers = component.dependencies.values().filter_map(|dependency| dependency.component.as_ref());
        for provider in providers.filter_map(|id| manifest.components.get(id)) {
            let grants = own_resources(provider);
            if !grants.is_empty() {
                return Err(Error::OwnResources {
                    component: component.id.clone(),
                    provider: provider.id.clone(),
                    grants: grants.join(", "),
                });
            }
        }
    }
    Ok(())
}

fn own_resources(component: &Component) -> Vec<&'static str> {
    [
        ("variables", component.variables.is_empty()),
        ("environment", component.environment.is_empty()),
        ("files", component.files.is_empty()),
        ("allowed_outbound_hosts", component.allowed_outbound_hosts.is_empty()),
        ("key_value_stores", component.key_value_stores.is_empty()),
        ("sqlite_databases", component.sqlite_databases.is_empty()),
        ("dependencies", component.dependencies.is_empty()),
    ]
    .into_iter()
    .filter_map(|(name, empty)| (!empty).then_some(name))
    .collect()
}

/// One component made of `component` and what its dependencies provide.
pub fn compose(component: &str, wasm: &[u8], providers: &[Provider]) -> Result<Vec<u8>, Error> {
    let mut composition = Composition { component, graph: CompositionGraph::new(), libraries: BTreeMap::new() };
    let socket = composition.register(component, &format!("component `{component}`"), wasm)?;
    let instance = composition.graph.instantiate(socket);
    let imports: Vec<String> = composition.world(socket).0;
    for provider in providers {
        let matching: Vec<&String> = imports.iter().filter(|import| serves(&provider.import, import)).collect();
        if matching.is_empty() {
            return Err(Error::NoImport {
                component: component.into(),
                import: provider.import.clone(),
                imports: list(&imports),
            });
        }
        let (library, library_instance) = composition.library(provider)?;
        let exports = composition.world(library).1;
        for import in matching {
            let export = export_for(provider, import, &exports).ok_or_else(|| Error::NoExport {
                component: component.into(),
                import: import.clone(),
                provider: label(&provider.dependency),
                exports: list(&exports),
            })?;
            composition.plug(instance, import, library_instance, export, &provider.dependency)?;
        }
    }
    composition.finish(socket, instance)
}

struct Composition<'a> {
    component: &'a str,
    graph: CompositionGraph,
    libraries: BTreeMap<usize, (PackageId, NodeId, Dependency)>,
}

impl Composition<'_> {
    fn register(&mut self, name: &str, what: &str, wasm: &[u8]) -> Result<PackageId, Error> {
        let invalid = |reason: String| Error::Invalid { what: what.into(), reason };
        let package = Package::from_bytes(name, None, wasm.to_vec(), self.graph.types_mut())
            .map_err(|error| invalid(format!("{error:#}")))?;
        self.graph.register_package(package).map_err(|error| invalid(error.to_string()))
    }

    /// Names of imports and exports.
    fn world(&self, package: PackageId) -> (Vec<String>, Vec<String>) {
        let world = &self.graph.types()[self.graph[package].ty()];
        (world.imports.keys().cloned().collect(), world.exports.keys().cloned().collect())
    }

    /// The instance of a library; dependencies on the same file with the same rights share one.
    fn library(&mut self, provider: &Provider) -> Result<(PackageId, NodeId), Error> {
        let known = self.libraries.values().find(|(_, _, known)| same_library(known, &provider.dependency));
        if let Some((package, instance, _)) = known {
            return Ok((*package, *instance));
        }
        let index = self.libraries.len();
        let what = label(&provider.dependency);
        let package = self.register(&format!("kronos:dependency-d{index}"), &what, &provider.wasm)?;
        let world = &self.graph.types()[self.graph[package].ty()];
        let denied: Vec<_> = world
            .imports
            .iter()
            .filter(|(name, _)| !may_use(&provider.dependency.inherit, name))
            .filter_map(|(name, kind)| match kind {
                ItemKind::Instance(interface) => Some((name.clone(), *interface)),
                ItemKind::Type(_)
                | ItemKind::Func(_)
                | ItemKind::Component(_)
                | ItemKind::Module(_)
                | ItemKind::Value(_) => None,
            })
            .collect();
        let instance = self.graph.instantiate(package);
        for (name, interface) in denied {
            let denied = denied_name(index, &name);
            // An interface of the same identity would be merged with the one that the component itself imports.
            self.graph.types_mut()[interface].id = Some(denied.clone());
            let mismatch = |reason: String| Error::Mismatch {
                component: self.component.into(),
                import: name.clone(),
                provider: what.clone(),
                reason,
            };
            let import = self
                .graph
                .import(denied, ItemKind::Instance(interface))
                .map_err(|error| mismatch(error.to_string()))?;
            self.graph
                .set_instantiation_argument(instance, &name, import)
                .map_err(|error| mismatch(error.to_string()))?;
        }
        self.libraries.insert(index, (package, instance, provider.dependency.clone()));
        Ok((package, instance))
    }

    fn plug(
        &mut self,
        instance: NodeId,
        import: &str,
        library: NodeId,
        export: &str,
        dependency: &Dependency,
    ) -> Result<(), Error> {
        let mismatch = |reason: String| Error::Mismatch {
            component: self.component.into(),
            import: import.into(),
            provider: label(dependency),
            reason,
        };
        let export =
            self.graph.alias_instance_export(library, export).map_err(|error| mismatch(format!("{error:#}")))?;
        self.graph.set_instantiation_argument(instance, import, export).map_err(|error| mismatch(chain(&error)))
    }

    fn finish(mut self, socket: PackageId, instance: NodeId) -> Result<Vec<u8>, Error> {
        let component = self.component;
        let encode =
            |error: &dyn std::error::Error| Error::Encode { component: component.into(), reason: chain(error) };
        for name in self.world(socket).1 {
            let export = self.graph.alias_instance_export(instance, &name).map_err(|error| encode(&error))?;
            self.graph.export(export, &name).map_err(|error| encode(&error))?;
        }
        // wasmtime validates what it compiles.
        let options = EncodeOptions { define_components: true, validate: false, processor: None };
        self.graph.encode(options).map_err(|error| encode(&error))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing".into() } else { format!("`{}`", names.join("`, `")) }
}

/// How a library is named in messages.
fn label(dependency: &Dependency) -> String {
    match &dependency.component {
        Some(id) => format!("component `{id}`"),
        None => format!("`{}`", dependency.source.display()),
    }
}

fn same_library(a: &Dependency, b: &Dependency) -> bool {
    a.source == b.source && a.inherit == b.inherit
}

/// The libraries of a component in the order in which [`compose`] numbers them.
fn libraries(component: &Component) -> Vec<&Dependency> {
    let mut libraries: Vec<&Dependency> = Vec::new();
    for dependency in component.dependencies.values() {
        if !libraries.iter().any(|known| same_library(known, dependency)) {
            libraries.push(dependency);
        }
    }
    libraries
}

/// Whether the dependency `key` of a manifest is about the import `import`.
fn serves(key: &str, import: &str) -> bool {
    let (name, version) = split_version(key);
    let (import_name, import_version) = split_version(import);
    let name_matches = if !name.contains(':') || name.contains('/') {
        name == import_name
    } else {
        import_name.split_once('/').is_some_and(|(package, _)| package == name)
    };
    name_matches && versions_fit(version, import_version)
}

/// The export of a library that satisfies `import`.
fn export_for<'a>(provider: &Provider, import: &str, exports: &'a [String]) -> Option<&'a str> {
    let wanted = match provider.dependency.export.as_deref() {
        None => import.to_owned(),
        // A package stands for its interface of the same name.
        Some(export) if export.contains(':') && !export.contains('/') && !serves_plainly(provider) => {
            let (package, version) = split_version(export);
            let (_, interface) = split_version(import).0.split_once('/')?;
            version.map_or_else(|| format!("{package}/{interface}"), |v| format!("{package}/{interface}@{v}"))
        }
        Some(export) => export.to_owned(),
    };
    let (name, version) = split_version(&wanted);
    exports
        .iter()
        .find(|export| **export == wanted)
        .or_else(|| {
            exports.iter().find(|export| {
                let (export_name, export_version) = split_version(export);
                export_name == name && versions_fit(version, export_version)
            })
        })
        .map(String::as_str)
}

fn serves_plainly(provider: &Provider) -> bool {
    !provider.import.contains(':')
}

/// No version fits every one; otherwise semantic versioning decides.
fn versions_fit(wanted: Option<&str>, have: Option<&str>) -> bool {
    match (wanted, have) {
        (None, _) => true,
        (Some(wanted), Some(have)) => are_semver_compatible(&format!("a:b/c@{wanted}"), &format!("a:b/c@{have}")),
        (Some(_), None) => false,
    }
}

fn split_version(name: &str) -> (&str, Option<&str>) {
    name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)))
}

/// The capability that an imported interface belongs to; `None` for what everyone may use.
fn capability(import: &str) -> Option<&'static str> {
    let (package, interface) = split_version(import).0.split_once('/')?;
    match (package, interface) {
        ("wasi:cli", "environment") => Some("environment"),
        ("wasi:filesystem", _) => Some("files"),
        ("wasi:sockets", _) | ("wasi:http", "outgoing-handler" | "client" | "handler") => {
            Some("allowed_outbound_hosts")
        }
        ("spin:postgres" | "spin:redis" | "spin:mysql" | "spin:mqtt", _)
        | ("fermyon:spin", "http" | "postgres" | "redis" | "mysql" | "mqtt") => Some("allowed_outbound_hosts"),
        ("spin:sqlite", _) | ("fermyon:spin", "sqlite") => Some("sqlite_databases"),
        ("spin:key-value" | "wasi:keyvalue", _) | ("fermyon:spin", "key-value") => Some("key_value_stores"),
        ("spin:variables" | "wasi:config", _) | ("fermyon:spin", "variables" | "config") => Some("variables"),
        ("spin:llm", _) | ("fermyon:spin", "llm") => Some("ai_models"),
        _ => None,
    }
}

fn may_use(inherit: &Inherit, import: &str) -> bool {
    match (capability(import), inherit) {
        (None, _) | (_, Inherit::All) => true,
        (Some(_), Inherit::None) => false,
        (Some(capability), Inherit::Some(names)) => names.contains(capability),
    }
}

/// The name under which the library number `library` imports the interface `import` that it may not use.
fn denied_name(library: usize, import: &str) -> String {
    format!("denied-d{library}:{}", import.replacen(':', "-", 1))
}

/// What [`denied_name`] was made of.
fn denied_parts(name: &str) -> Option<(usize, String)> {
    let (library, import) = name.strip_prefix("denied-d")?.split_once(':')?;
    Some((library.parse().ok()?, import.replacen('-', ":", 1)))
}
