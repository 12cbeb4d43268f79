//! `[component.X]`: grants, files, dependencies and build.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use toml::Spanned;

use super::{
    Build, Component, Dependency, Inherit, VariableDeclaration,
    findings::Findings,
    schema::{self, InheritConfiguration, StringOr},
};
use crate::config::{
    allowed_hosts::AllowedHosts,
    names::{is_dependency_key, variable_error},
    template::Template,
};

/// What `inherit_configuration` may name.
const CAPABILITIES: [&str; 7] = [
    "ai_models",
    "allowed_outbound_hosts",
    "environment",
    "files",
    "key_value_stores",
    "sqlite_databases",
    "variables",
];

type Written = BTreeMap<Spanned<String>, schema::Component>;
type Declared = BTreeMap<String, VariableDeclaration>;

pub(super) fn normalise(
    root: &Path,
    written: &Written,
    declared: &Declared,
    findings: &mut Findings<'_>,
) -> BTreeMap<String, Component> {
    written
        .iter()
        .map(|(id, component)| {
            (id.get_ref().clone(), normalise_one(root, id.get_ref(), component, written, declared, findings))
        })
        .collect()
}

fn normalise_one(
    root: &Path,
    id: &str,
    component: &schema::Component,
    written: &Written,
    declared: &Declared,
    findings: &mut Findings<'_>,
) -> Component {
    let source = match component.source.get_ref() {
        StringOr::String(path) => root.join(path),
        StringOr::Table(_) => {
            findings.error(
                &component.source,
                "components from a URL or a registry are not supported by this host",
                "Download the .wasm file and name its path.",
            );
            root.to_path_buf()
        }
    };
    let mut variables = BTreeMap::new();
    for (name, value) in &component.variables {
        if let Some(reason) = variable_error(name.get_ref()) {
            findings.error(
                name,
                format!("`{}` is not a variable name: {reason}", name.get_ref()),
                "Use lower_snake_case.",
            );
        }
        if let Some(template) = findings.template(value, declared) {
            variables.insert(name.get_ref().clone(), template);
        }
    }
    Component {
        id: id.into(),
        source,
        variables,
        environment: component.environment.clone(),
        files: files(root, component, findings),
        allowed_outbound_hosts: allowed_hosts(component, declared, findings),
        key_value_stores: labels(&component.key_value_stores, findings),
        sqlite_databases: labels(&component.sqlite_databases, findings),
        dependencies: dependencies(root, id, component, written, findings),
        build: component.build.as_ref().map(|build| Build {
            commands: build.command.0.clone(),
            workdir: build.workdir.as_ref().map_or_else(|| root.to_path_buf(), |workdir| root.join(workdir)),
        }),
    }
}

fn allowed_hosts(component: &schema::Component, declared: &Declared, findings: &mut Findings<'_>) -> Vec<Template> {
    if let Some(hosts) = &component.allowed_http_hosts {
        findings.error(
            hosts,
            "`allowed_http_hosts` is deprecated",
            "Use `allowed_outbound_hosts` with `http://` or `https://` before each host.",
        );
    }
    let mut templates = Vec::new();
    for host in &component.allowed_outbound_hosts {
        let Some(template) = findings.template(host, declared) else { continue };
        if template.is_literal()
            && let Err(error) = AllowedHosts::parse([host.get_ref().as_str()])
        {
            findings.error(host, error.to_string(), "The form is scheme://host[:port].");
        }
        templates.push(template);
    }
    templates
}

fn labels(written: &[Spanned<String>], findings: &mut Findings<'_>) -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    for label in written {
        let name = label.get_ref();
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !plain || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            findings.error(label, format!("`{name}` is not a store label"), "Use kebab-case or snake_case.");
        }
        labels.insert(name.clone());
    }
    labels
}

/// Mounts: folders and files as they are, and `folder/**`. Spin copies what any glob matches, which this host does not.
fn files(root: &Path, component: &schema::Component, findings: &mut Findings<'_>) -> Vec<(std::path::PathBuf, String)> {
    for pattern in &component.exclude_files {
        findings.error(
            pattern,
            "`exclude_files` is not supported by this host",
            "Keep what the component may read in a folder of its own.",
        );
    }
    let mut mounts = Vec::new();
    for file in &component.files {
        match file.get_ref() {
            StringOr::Table(mount) => {
                if !mount.destination.starts_with('/') || Path::new(&mount.destination).components().any(is_parent) {
                    findings.error(
                        file,
                        "the destination of a mount is an absolute path without `..`",
                        "Begin it with `/`, and name each folder.",
                    );
                }
                mounts.push((root.join(&mount.source), mount.destination.clone()));
            }
            StringOr::String(pattern) => {
                let path = pattern.strip_suffix("/**/*").or_else(|| pattern.strip_suffix("/**")).unwrap_or(pattern);
                let outside = Path::new(path).components().any(|part| !matches!(part, std::path::Component::Normal(_)));
                if path.contains(['*', '?', '[']) {
                    findings.error(
                        file,
                        format!("the pattern `{pattern}` is not supported by this host"),
                        "Name a file, a folder, or `folder/**`.",
                    );
                } else if outside {
                    findings.error(
                        file,
                        format!("`{pattern}` leaves the folder of the manifest"),
                        "Use a relative path without `..`, or { source = \"...\", destination = \"/...\" }.",
                    );
                } else {
                    mounts.push((root.join(path), format!("/{}", path.trim_end_matches('/'))));
                }
            }
        }
    }
    mounts
}

fn is_parent(part: std::path::Component<'_>) -> bool {
    part == std::path::Component::ParentDir
}

fn dependencies(
    root: &Path,
    id: &str,
    component: &schema::Component,
    written: &Written,
    findings: &mut Findings<'_>,
) -> BTreeMap<String, Dependency> {
    let everything = component.dependencies_inherit_configuration.as_ref();
    let mut dependencies = BTreeMap::new();
    for (import, value) in &component.dependencies {
        if !is_dependency_key(import.get_ref()) {
            findings.error(
                import,
                format!("`{}` does not name an import", import.get_ref()),
                "Write namespace:package/interface@1.2.3, namespace:package, or a plain name.",
            );
        }
        let StringOr::Table(table) = value.get_ref() else {
            remote(value, findings);
            continue;
        };
        if table.version.is_some() || table.url.is_some() {
            remote(value, findings);
            continue;
        }
        let (source, provider) = match (&table.component, &table.path) {
            (Some(provider), None) => match provider_source(root, id, provider, written, findings) {
                Some(source) => (source, Some(provider.get_ref().clone())),
                None => continue,
            },
            (None, Some(path)) => (root.join(path.get_ref()), None),
            _ => {
                findings.error(
                    value,
                    "a dependency names either a component or a path",
                    "Write { component = \"...\" } or { path = \"...\" }.",
                );
                continue;
            }
        };
        let inherit = inherit(everything, table.inherit_configuration.as_ref(), findings);
        dependencies.insert(
            import.get_ref().clone(),
            Dependency { source, component: provider, export: table.export.clone(), inherit },
        );
    }
    dependencies
}

fn remote<T>(value: &Spanned<T>, findings: &mut Findings<'_>) {
    findings.error(
        value,
        "dependencies from a registry or a URL are not supported by this host",
        "Download the .wasm file and write { path = \"...\" }.",
    );
}

fn provider_source(
    root: &Path,
    id: &str,
    provider: &Spanned<String>,
    written: &Written,
    findings: &mut Findings<'_>,
) -> Option<std::path::PathBuf> {
    let name = provider.get_ref();
    if name == id {
        findings.error(provider, format!("`{id}` depends on itself"), "Name another component.");
        return None;
    }
    let Some(component) = written.get(name.as_str()) else {
        findings.error(
            provider,
            format!("the dependency names the component `{name}`, which does not exist"),
            format!("Add [component.{name}] or correct the name."),
        );
        return None;
    };
    let owned = [
        (!component.variables.is_empty(), "variables"),
        (!component.environment.is_empty(), "environment"),
        (!component.files.is_empty(), "files"),
        (!component.allowed_outbound_hosts.is_empty(), "allowed_outbound_hosts"),
        (!component.key_value_stores.is_empty(), "key_value_stores"),
        (!component.sqlite_databases.is_empty(), "sqlite_databases"),
        (!component.ai_models.is_empty(), "ai_models"),
        (!component.dependencies.is_empty(), "dependencies"),
    ];
    for (_, what) in owned.iter().filter(|(owns, _)| *owns) {
        findings.error(
            provider,
            format!("`{name}` is a dependency and has `{what}` of its own"),
            "A dependency may not have resources: give them to the component that uses it, with `inherit_configuration`.",
        );
    }
    match component.source.get_ref() {
        StringOr::String(path) => Some(root.join(path)),
        // Refused where that component is read.
        StringOr::Table(_) => None,
    }
}

fn inherit(
    everything: Option<&Spanned<bool>>,
    own: Option<&Spanned<InheritConfiguration>>,
    findings: &mut Findings<'_>,
) -> Inherit {
    if let (Some(everything), Some(_)) = (everything, own) {
        findings.error(
            everything,
            "`dependencies_inherit_configuration` and `inherit_configuration` exclude each other",
            "Keep one of the two.",
        );
    }
    match own.map(Spanned::get_ref) {
        None if everything.is_some_and(|all| *all.get_ref()) => Inherit::All,
        None | Some(InheritConfiguration::All(false)) => Inherit::None,
        Some(InheritConfiguration::All(true)) => Inherit::All,
        Some(InheritConfiguration::Names(names)) => {
            for name in names.iter().filter(|name| !CAPABILITIES.contains(&name.get_ref().as_str())) {
                findings.error(
                    name,
                    format!("`{}` is not a capability", name.get_ref()),
                    format!("Choose from {}.", CAPABILITIES.join(", ")),
                );
            }
            let names: BTreeSet<_> = names.iter().map(|name| name.get_ref().clone()).collect();
            if names.is_empty() { Inherit::None } else { Inherit::Some(names) }
        }
    }
}
