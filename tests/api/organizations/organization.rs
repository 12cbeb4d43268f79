//! `/api/v1/organizations`: founding one, and its settings.

use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

const ALL: &str = "/api/v1/organizations";

#[track_caller]
fn expect_fault(answer: Answer, field: &str) {
    let answer = answer.expect_problem(422, "validation_failed");
    assert!(answer.body["errors"][field][0].is_string(), "{field}: {}", answer.text);
}

fn address(answer: &Answer) -> String {
    format!("{ALL}/{}", answer.string("/data/id"))
}

async fn if_match(actor: &Actor, path: &str, tag: &str, body: &Value) -> Answer {
    actor.send(actor.request(Method::PATCH, path).header("if-match", tag).json(body)).await
}

on_both_engines! {
    /// Whoever founds an organization owns it; others do not know of it.
    async fn anybody_founds_organizations(kronos: Kronos) {
        let employee = kronos.member("employee").await;
        for name in ["Zweite", "Erste"] {
            let founded = employee.post(ALL, &json!({ "name": name, "currency": "CHF" })).await.expect(201);
            assert_eq!(founded.header("location"), address(&founded));
            assert_eq!((founded.header("etag"), &founded.body["data"]["currency_symbol"]), ("\"1\"", &json!("CHF")));
            assert_eq!(employee.get(&address(&founded)).await.expect(200).body, founded.body);
            employee.put(&address(&founded), &json!({ "name": format!("{name} AG") })).await.expect(200);
            kronos.owner().await.get(&address(&founded)).await.expect_problem(404, "not_found");
        }
        let listed = employee.get(ALL).await.expect(200);
        let names: Vec<_> = listed.body["data"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["Erste AG", "My organization", "Zweite AG"]);
        assert_eq!((&listed.body["meta"]["total"], listed.header("x-total-count")), (&json!(3), "3"));
        assert_eq!(listed.body["links"]["first"], "http://kronos.test/api/v1/organizations?page=1");
        let memberships = employee.get("/api/v1/users/me/memberships").await.expect(200);
        assert_eq!(memberships.body["data"].as_array().unwrap().len(), 3);
    }

    /// As the official client library of solidtime checks it.
    async fn an_organization_is_what_clients_of_solidtime_read(kronos: Kronos) {
        let owner = kronos.owner().await;
        let answer = owner.get(&owner.path("")).await.expect(200);
        let data = answer.body["data"].clone();
        for field in ["is_personal", "employees_can_see_billable_rates", "employees_can_manage_tasks",
            "prevent_overlapping_time_entries", "breaks_enabled"] {
            assert!(data[field].is_boolean(), "{field}: {data}");
        }
        for (field, value) in [("currency", "EUR"), ("currency_symbol", "€"), ("number_format", "comma-point"),
            ("currency_format", "iso-code-after-with-space"), ("date_format", "hyphen-separated-yyyy-mm-dd"),
            ("interval_format", "hours-minutes"), ("time_format", "24-hours")] {
            assert_eq!(data[field], value, "{field}");
        }
        assert_eq!(data["billable_rate"], Value::Null);
        // What was read can be sent back, and changes nothing.
        let same = owner.put(&owner.path(""), &data).await.expect(200);
        assert_eq!((same.body["data"].clone(), same.header("etag")), (data, "\"1\""));
    }

    async fn settings_change_in_both_tongues(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let path = owner.path("");
        let changed = owner.patch(&path, &json!({ "prevent_overlapping_time_entries": true, "week_start": "sunday" })).await.expect(200);
        assert_eq!((&changed.body["data"]["overlap_policy"], changed.header("etag")), (&json!("forbid"), "\"2\""));
        let changed = owner.patch(&path, &json!({ "prevent_overlapping_time_entries": false })).await.expect(200);
        assert_eq!(changed.body["data"]["overlap_policy"], "allow");
        owner.patch(&path, &json!({ "overlap_policy": "warn" })).await.expect(200);
        let same = owner.patch(&path, &json!({ "prevent_overlapping_time_entries": false })).await.expect(200);
        assert_eq!((&same.body["data"]["overlap_policy"], same.header("etag")), (&json!("warn"), "\"4\""));

        employee.patch(&path, &json!({ "name": "Ours" })).await.expect_problem(403, "permission_denied");
        if_match(&owner, &path, "\"3\"", &json!({ "name": "Late" })).await.expect_problem(412, "version_mismatch");
        if_match(&owner, &path, "\"4\"", &json!({ "name": "In time" })).await.expect(200);
        assert_eq!(employee.get(&path).await.expect(200).string("/data/name"), "In time");
        for (body, field) in [
            (json!({ "name": " " }), "name"),
            (json!({ "currency": "euro" }), "currency"),
            (json!({ "time_zone": "Berlin" }), "time_zone"),
            (json!({ "week_start": "funday" }), "week_start"),
            (json!({ "date_format": "yyyy" }), "date_format"),
            (json!({ "overlap_policy": "warn", "prevent_overlapping_time_entries": true }), "prevent_overlapping_time_entries"),
            (json!({ "billable_rate": 5 }), "billable_rate"),
            (json!({ "colour": "red" }), "colour"),
        ] {
            expect_fault(owner.patch(&path, &body).await, field);
        }
        expect_fault(owner.post(ALL, &json!({})).await, "name");
    }

    async fn a_repeated_foundation_has_one_effect(kronos: Kronos) {
        let (owner, stranger) = (kronos.owner().await, kronos.other_tenant().await);
        let send = |actor: &Actor, name: &str| {
            let request = actor.request(Method::POST, ALL).header("idempotency-key", "once");
            let (actor, request) = (actor.clone(), request.json(&json!({ "name": name })));
            async move { actor.send(request).await }
        };
        let first = send(&owner, "Once").await.expect(201);
        let again = send(&owner, "Once").await.expect(200);
        assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
        send(&owner, "Other").await.expect_problem(422, "idempotency_key_reused");
        assert_ne!(send(&stranger, "Once").await.expect(201).string("/data/id"), first.string("/data/id"));
        let chosen = uuid::Uuid::now_v7().to_string();
        let body = json!({ "id": chosen, "name": "Chosen" });
        assert_eq!(owner.post(ALL, &body).await.expect(201).string("/data/id"), chosen);
        owner.post(ALL, &body).await.expect(200);
        stranger.post(ALL, &body).await.expect_problem(409, "id_already_used");
        assert_eq!(kronos.number("SELECT count(*) FROM organizations").await, 5);
    }

    /// What happens in an organization is in its audit trail, with who did it.
    async fn changes_are_audited(kronos: Kronos) {
        let owner = kronos.owner().await;
        let founded = owner.post(ALL, &json!({ "name": "Audited" })).await.expect(201);
        owner.patch(&address(&founded), &json!({ "name": "Renamed" })).await.expect(200);
        owner.get(&owner.path("/time-entries/changes")).await.expect(200);
        let of = format!("FROM audit_trail WHERE organization_id = '{}'", founded.string("/data/id"));
        assert_eq!(kronos.number(&format!("SELECT count(*) {of} AND actor IS NOT NULL AND request_id IS NOT NULL")).await, 3);
        let changes = kronos.text(&format!("SELECT CAST(changes AS text) {of} AND action = 'organization.updated'")).await;
        let changes: Value = serde_json::from_str(&changes).expect("JSON");
        assert_eq!(changes, json!({ "name": ["Audited", "Renamed"] }));
    }
}
