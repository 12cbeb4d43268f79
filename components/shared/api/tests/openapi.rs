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
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = openapi::document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let named = ["schemas", "examples", "headers", "parameters"].into_iter().flat_map(|kind| {
        let components = document["components"][kind].as_object().expect(kind);
        components.keys().map(move |name| format!("#/components/{kind}/{name}"))
    });
    assert_eq!(found, named.collect());
}

fn operation<'a>(document: &'a Value, id: &str) -> &'a Value {
    let paths = document["paths"].as_object().expect("paths");
    let mut operations = paths.values().filter_map(Value::as_object).flat_map(serde_json::Map::values);
    operations.find(|operation| operation["operationId"] == id).expect(id)
}

/// The names of header fields that an operation takes, and of those of one of its answers.
fn fields(operation: &Value, status: &str) -> (Vec<String>, Vec<String>) {
    let references = operation["parameters"].as_array().into_iter().flatten().filter_map(|one| one["$ref"].as_str());
    let taken = references.filter_map(|reference| reference.rsplit('/').next()).map(str::to_owned).collect();
    let answered = operation["responses"][status]["headers"].as_object().into_iter().flat_map(serde_json::Map::keys);
    (taken, answered.cloned().collect())
}

#[test]
fn header_fields_stand_where_they_apply() {
    let document = openapi::document();
    let none: &[&str] = &[];
    for (id, status, taken, answered) in [
        ("create_time_entry", "201", &["Idempotency-Key"][..], &["ETag", "Location"][..]),
        ("create_time_entry", "200", &["Idempotency-Key"], &["ETag", "Idempotency-Replayed"]),
        ("create_time_entry", "503", &["Idempotency-Key"], &["Retry-After"]),
        ("get_time_entry", "200", &["If-None-Match"], &["ETag"]),
        ("get_time_entry", "304", &["If-None-Match"], &["ETag"]),
        ("get_time_entry", "401", &["If-None-Match"], &["WWW-Authenticate"]),
        ("update_time_entry", "200", &["If-Match", "If-None-Match"], &["ETag"]),
        ("delete_time_entry", "204", &["If-Match", "If-None-Match"], none),
        ("stop_time_entry", "200", &["If-Match", "If-None-Match"], &["ETag"]),
        ("list_time_entries", "200", none, &["X-Total-Count"]),
        ("create_session", "429", none, &["Retry-After"]),
    ] {
        let described = operation(&document, id);
        assert!(described["responses"][status].is_object(), "{id}: {status}");
        let (mut have_taken, mut have_answered) = fields(described, status);
        have_taken.sort_unstable();
        have_answered.sort_unstable();
        assert_eq!(
            (have_taken, have_answered),
            (
                taken.iter().map(|name| (*name).to_owned()).collect(),
                answered.iter().map(|name| (*name).to_owned()).collect()
            ),
            "{id}: {status}"
        );
    }
}

#[test]
fn whatever_takes_a_token_may_be_answered_401() {
    let document = openapi::document();
    for described in operations::all().map(|row| operation(&document, row.id)) {
        let takes = described["security"].as_array().expect("security").iter().any(|one| one != &serde_json::json!({}));
        assert!(!takes || described["responses"]["401"].is_object(), "{}", described["operationId"]);
    }
}

#[test]
fn parameters_have_their_bounds_and_defaults() {
    let document = openapi::document();
    let parameters = operation(&document, "list_time_entries")["parameters"].as_array().expect("parameters");
    let schema = |name: &str| &parameters.iter().find(|one| one["name"] == name).expect(name)["schema"];
    assert_eq!(
        *schema("limit"),
        serde_json::json!({ "type": "integer", "minimum": 1, "maximum": 500, "default": 100 })
    );
    assert_eq!(schema("sort")["default"], "-start");
    assert_eq!(schema("search")["maxLength"], 200);
    assert_eq!(schema("member_ids")["maxItems"], 100);
    assert_eq!(schema("total")["default"], false);
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
        // A type without members has none.
        let Some(properties) = properties.and_then(Value::as_object) else { continue };
        for member in body.ignored.iter().chain(body.read_only) {
            assert!(!properties.contains_key(*member), "{}: {member}", operation.id);
        }
    }
}
