//! The laws of the design that a machine can check.

use std::{collections::BTreeSet, fs, path::Path};

use kronos_host::config::manifest::{HttpTarget, Manifest};
use kronos_tests::repository;

mod every_test_runs;
mod layers;
mod manifest;

fn manifest() -> Manifest {
    Manifest::load(&repository().join("spin.toml")).expect("our manifest")
}

fn folders(path: &Path) -> BTreeSet<String> {
    fs::read_dir(path)
        .expect("a folder")
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().into_string().expect("a name"))
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !["target", "node_modules", ".git"].iter().any(|skipped| path.ends_with(skipped)) {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).expect("a file")));
        }
    }
}

/// Law 0: every HTTP component enters through `platform`, so its file imports the two interfaces that `platform` calls.
#[tokio::test]
async fn every_http_component_enters_through_platform() {
    let _built = kronos_tests::Kronos::start(kronos_tests::Engine::Embedded).await;
    let manifest = manifest();
    let mut checked = 0;
    for trigger in &manifest.http {
        if let HttpTarget::Component(id) = &trigger.target {
            let component = &manifest.components[id];
            let wasm = fs::read(&component.source).expect("the component is built");
            for import in ["kronos:gateway/policy@", "kronos:auth/check@"] {
                assert!(
                    wasm.windows(import.len()).any(|window| window == import.as_bytes()),
                    "{id} does not import {import}"
                );
                assert!(
                    component.dependencies.keys().any(|name| name.starts_with(import)),
                    "{id} is not given {import}"
                );
            }
            checked += 1;
        }
    }
    assert!(checked > 4);
}

/// Law 1: component, folder, crate and file have one name.
#[test]
fn a_component_is_a_folder_a_crate_and_a_file() {
    let manifest = manifest();
    let folders: BTreeSet<_> = folders(&repository().join("components"));
    let ids: BTreeSet<_> = manifest.components.keys().cloned().collect();
    assert_eq!(ids, folders);
    for (id, component) in &manifest.components {
        let file = component.source.file_name().and_then(|name| name.to_str()).expect("a name");
        assert_eq!(file, format!("{}.wasm", id.replace('-', "_")));
        let cargo = fs::read_to_string(repository().join("components").join(id).join("Cargo.toml")).expect("a crate");
        assert!(cargo.contains(&format!("name = \"{id}\"\n")), "{id}");
    }
}

/// Law 3: the domain is pure, nobody may go everywhere, and a store that is not used is not granted.
#[test]
fn least_capability() {
    let domain = fs::read_to_string(repository().join("components/shared/domain/Cargo.toml")).expect("the domain");
    for forbidden in ["spin-sdk", "wit-bindgen", "tokio", "kronos-storage", "kronos-platform", "kronos-api"] {
        assert!(!domain.contains(forbidden), "the domain depends on {forbidden}");
    }
    for (id, component) in manifest().components {
        for host in &component.allowed_outbound_hosts {
            assert!(!host.as_str().contains('*'), "{id} may reach {}", host.as_str());
        }
        if ["gateway", "auth-check"].contains(&id.as_str()) {
            assert!(component.allowed_outbound_hosts.is_empty() && component.sqlite_databases.is_empty());
            assert!(component.key_value_stores.is_empty() && component.variables.is_empty());
        }
    }
}

/// Law 4: a file over 500 lines is split. Law 6: no drawer for odds and ends.
#[test]
fn files_are_short_and_well_named() {
    let mut found = Vec::new();
    for folder in ["components", "infra", "tests"] {
        sources(&repository().join(folder), &mut found);
    }
    assert!(found.len() > 30);
    for (path, text) in found {
        let lines = text.lines().count();
        assert!(lines <= 500, "{path} has {lines} lines");
        for drawer in ["utils", "common", "helpers", "misc"] {
            assert!(!path.split(['/', '.']).any(|part| part == drawer), "{path}");
        }
    }
}
