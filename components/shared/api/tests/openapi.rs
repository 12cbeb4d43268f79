//! The OpenAPI document: current, and consistent in itself. `KRONOS_REGENERATE=1 cargo test -p kronos-api` writes it again.

use std::{collections::BTreeSet, fs, path::PathBuf};

use kronos_api::{openapi, operations};
use serde_json::Value;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openapi.json")
}

#[test]
fn the_document_is_current() {
    let document = openapi::document();
    if std::env::var_os("KRONOS_REGENERATE").is_some() {
        let text = serde_json::to_string_pretty(&document).expect("JSON");
        fs::write(file(), text + "\n").expect("the file is written");
    }
    let text = fs::read_to_string(file()).expect("the document");
    let checked_in: Value = serde_json::from_str(&text).expect("JSON");
    assert!(checked_in == document, "openapi.json is not current: KRONOS_REGENERATE=1 cargo test -p kronos-api");
}

/// Collects what `$ref` names.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(target) if name == "$ref" => drop(found.insert(target.clone())),
                    _ => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let document = openapi::document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let named: BTreeSet<String> = schemas.keys().map(|name| format!("#/components/schemas/{name}")).collect();
    assert_eq!(found, named);
}

#[test]
fn every_operation_is_in_the_document() {
    let document = openapi::document();
    let paths = document["paths"].as_object().expect("paths");
    let described = paths.values().filter_map(Value::as_object).flat_map(serde_json::Map::values);
    let ids: BTreeSet<&str> = described.filter_map(|operation| operation["operationId"].as_str()).collect();
    assert_eq!(ids, operations::all().map(|operation| operation.id).collect());
}

#[test]
fn every_sample_is_read_as_its_type() {
    for operation in operations::all() {
        if let (Some(body), Some(of)) = (&operation.body, &operation.types.body) {
            assert_eq!((of.read)(body.sample), Ok(()), "{}", operation.id);
        }
    }
}

/// What a type reads is no member without effect.
#[test]
fn ignored_members_are_not_members_of_the_type() {
    let document = openapi::document();
    for operation in operations::all() {
        let (Some(body), Some(_)) = (&operation.body, &operation.types.body) else { continue };
        let pointer = operation.path.replace('~', "~0").replace('/', "~1");
        let method = operation.method.to_ascii_lowercase();
        let pointer = format!("/paths/{pointer}/{method}/requestBody/content/application~1json/schema/$ref");
        let target = document.pointer(&pointer).and_then(Value::as_str).expect(&pointer);
        let properties = document.pointer(&format!("{}/properties", target.trim_start_matches('#')));
        let properties = properties.and_then(Value::as_object).expect(target);
        for member in body.ignored.iter().chain(body.read_only) {
            assert!(!properties.contains_key(*member), "{}: {member}", operation.id);
        }
    }
}
