//! `kronos check`: what real Spin (4.1 or newer) would refuse or warn about.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::ExitCode,
};

use kronos_host::{
    application::kronos,
    config::{
        manifest::{Component, HttpTarget, Manifest},
        runtime::RuntimeConfig,
        variables::Variables,
    },
};
use wac_graph::types::{Package, Types};

use super::{Application, Failure, Settings};

mod issuers;
mod outside;

/// Interfaces of Spin 4.1 that a component may import: package, then versions by prefix.
const SPIN: [(&str, &[&str]); 18] = [
    ("wasi:cli", &["0.2.", "0.3.0"]),
    ("wasi:clocks", &["0.2.", "0.3.0"]),
    ("wasi:filesystem", &["0.2.", "0.3.0"]),
    ("wasi:http", &["0.2.", "0.3.0"]),
    ("wasi:io", &["0.2."]),
    ("wasi:random", &["0.2.", "0.3.0"]),
    ("wasi:sockets", &["0.2.", "0.3.0"]),
    ("wasi:config", &["0.2.0-draft"]),
    ("wasi:keyvalue", &["0.2.0-draft"]),
    ("wasi:otel", &["0.2.0-rc"]),
    ("spin:key-value", &["3."]),
    ("spin:mqtt", &["3."]),
    ("spin:mysql", &["3."]),
    ("spin:postgres", &["3.", "4."]),
    ("spin:redis", &["3."]),
    ("spin:sqlite", &["3."]),
    ("spin:variables", &["3."]),
    ("fermyon:spin", &["2.", ""]),
];

const HTTP_EXPORTS: [&str; 4] = [
    "wasi:http/handler@0.3.",
    "wasi:http/incoming-handler@0.2.",
    "wasi:http/handler@0.3.0-rc",
    "fermyon:spin/inbound-http",
];
const REDIS_EXPORTS: [&str; 2] = ["spin:redis/inbound-redis@", "fermyon:spin/inbound-redis"];

/// What was found.
#[derive(Debug, Default)]
struct Findings {
    errors: Vec<String>,
    warnings: Vec<String>,
}

pub(super) fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    // A manifest that cannot be read has nothing more to check.
    let application = Application::read(settings)?;
    let manifest = &application.manifest;
    let mut findings = Findings::default();
    findings.warnings.extend(manifest.warnings.iter().map(ToString::to_string));
    match configuration(&application) {
        Ok((config, variables)) => resolved(manifest, &variables, &config, &mut findings),
        Err(error) => findings.errors.push(error.to_string()),
    }
    for component in manifest.components.values() {
        match interfaces(component) {
            Ok(interfaces) => wasm(manifest, component, &interfaces, &mut findings),
            Err(reason) => findings.errors.push(reason),
        }
    }

    for error in &findings.errors {
        println!("error: {error}");
    }
    for warning in &findings.warnings {
        println!("warning: {warning}");
    }
    if findings.errors.is_empty() {
        println!("{}: Spin 4.1 runs it ({} warnings).", manifest.path.display(), findings.warnings.len());
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// The configuration as Spin reads it: there, no address follows from a URL.
fn configuration(application: &Application) -> Result<(RuntimeConfig, Variables), Failure> {
    let Application { options, manifest } = application;
    let config = RuntimeConfig::for_application(options, manifest)?;
    let variables = Variables::new(manifest, &config, options, |_| Ok(BTreeMap::new()))?;
    Ok((config, variables))
}

/// What shows only when templates have their values.
fn resolved(manifest: &Manifest, variables: &Variables, config: &RuntimeConfig, findings: &mut Findings) {
    findings.warnings.extend(kronos::shared_secrets(variables).map(str::to_owned));
    for trigger in &manifest.redis {
        match variables.resolve(&trigger.address) {
            Ok(address) if address.starts_with("redis://embedded") => findings.warnings.push(format!(
                "`{}` listens at `redis://embedded`, which only this host has\n  Real Spin needs a server: set the variable \
                 that the address is made of (redis_url), and the one for the allow-list (redis_address).",
                trigger.component
            )),
            Ok(_) => {}
            Err(error) => findings.errors.push(format!("the address of the trigger `{}`: {error}", trigger.id)),
        }
    }
    for component in manifest.components.values() {
        outside::check(component, variables, config, findings);
        issuers::check(component, variables, findings);
        for (path, _) in component.files.iter().filter(|(path, _)| !path.exists()) {
            findings.errors.push(format!(
                "component `{}` mounts {}, which does not exist",
                component.id,
                path.display()
            ));
        }
    }
}

/// Names of imports and exports.
struct Interfaces {
    imports: Vec<String>,
    exports: Vec<String>,
}

fn interfaces(component: &Component) -> Result<Interfaces, String> {
    let path = component.source.display();
    let bytes = fs::read(&component.source).map_err(|error| {
        format!("component `{}`: {path} cannot be read: {error}\n  Run `kronos build` first.", component.id)
    })?;
    let mut types = Types::default();
    let package = Package::from_bytes(&component.id, None, bytes, &mut types)
        .map_err(|error| format!("component `{}`: {path} is not a WebAssembly component: {error:#}", component.id))?;
    let world = &types[package.ty()];
    Ok(Interfaces {
        imports: world.imports.keys().cloned().collect(),
        exports: world.exports.keys().cloned().collect(),
    })
}

fn wasm(manifest: &Manifest, component: &Component, interfaces: &Interfaces, findings: &mut Findings) {
    let id = &component.id;
    for import in &interfaces.imports {
        if !component.dependencies.keys().any(|key| satisfies(key, import)) && !is_spin(import) {
            findings.errors.push(format!(
                "component `{id}` imports `{import}`, which Spin does not have\n  Add it to [component.{id}.dependencies]."
            ));
        }
    }
    for key in component.dependencies.keys() {
        if !interfaces.imports.iter().any(|import| satisfies(key, import)) {
            findings.warnings.push(format!("component `{id}` has a dependency for `{key}`, which it does not import"));
        }
    }
    let exports =
        |wanted: &[&str]| interfaces.exports.iter().any(|name| wanted.iter().any(|prefix| name.starts_with(prefix)));
    let http = manifest.http.iter().any(|trigger| matches!(&trigger.target, HttpTarget::Component(own) if own == id));
    let redis = manifest.redis.iter().any(|trigger| trigger.component == *id);
    if http && !exports(&HTTP_EXPORTS) {
        findings.errors.push(format!("component `{id}` has an HTTP trigger and exports no HTTP handler"));
    }
    if redis && !exports(&REDIS_EXPORTS) {
        findings.errors.push(format!("component `{id}` has a Redis trigger and exports no Redis handler"));
    }
    let libraries: BTreeSet<_> = manifest
        .components
        .values()
        .flat_map(|user| user.dependencies.values())
        .filter_map(|dependency| dependency.component.as_deref())
        .collect();
    if !http && !redis && !libraries.contains(id.as_str()) {
        findings.warnings.push(format!("component `{id}` is never used: it has no trigger and is no one's dependency"));
    }
}

/// Whether the dependency `key` (`ns:pkg/iface[@version]`, `ns:pkg[@version]` or a plain name) is for `import`.
fn satisfies(key: &str, import: &str) -> bool {
    if key == import {
        return true;
    }
    let (key_path, key_version) = key.split_once('@').map_or((key, None), |(path, version)| (path, Some(version)));
    let (path, version) = import.split_once('@').map_or((import, None), |(path, version)| (path, Some(version)));
    let package = path.split('/').next().unwrap_or(path);
    (key_version.is_none() || key_version == version) && (key_path == path || key_path == package)
}

fn is_spin(import: &str) -> bool {
    let (path, version) = import.split_once('@').unwrap_or((import, ""));
    let package = path.split('/').next().unwrap_or(path);
    SPIN.iter().any(|(known, versions)| *known == package && versions.iter().any(|prefix| version.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_of_spin_are_known() {
        for import in [
            "wasi:http/client@0.3.0",
            "wasi:io/streams@0.2.6",
            "spin:postgres/postgres@4.2.0",
            "spin:variables/variables@3.0.0",
            "fermyon:spin/config",
            "fermyon:spin/key-value@2.0.0",
        ] {
            assert!(is_spin(import), "{import}");
        }
        for import in
            ["kronos:auth/check@0.1.0", "wasi:nn/graph@0.2.0", "wasi:http/client@0.4.0", "spin:postgres/postgres@5.0.0"]
        {
            assert!(!is_spin(import), "{import}");
        }
    }

    #[test]
    fn dependencies_are_for_interfaces_or_packages() {
        let import = "kronos:auth/check@0.1.0";
        for key in ["kronos:auth/check@0.1.0", "kronos:auth/check", "kronos:auth", "kronos:auth@0.1.0"] {
            assert!(satisfies(key, import), "{key}");
        }
        for key in ["kronos:auth/check@0.2.0", "kronos:auth/other", "kronos:gateway", "check"] {
            assert!(!satisfies(key, import), "{key}");
        }
        assert!(satisfies("plain", "plain"));
    }
}
