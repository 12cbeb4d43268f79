//! `/api/v1/organizations/{organization}/clients`.

use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> Answer {
    actor.post(&actor.path("/clients"), &body).await
}

fn address(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/clients/{}", answer.string("/data/id")))
}

async fn names(actor: &Actor, query: &str) -> Vec<String> {
    let list = actor.get(&format!("{}?{query}", actor.path("/clients"))).await.expect(200);
    let clients = list.body["data"].as_array().expect("a list");
    clients.iter().map(|client| client["name"].as_str().expect("a name").to_owned()).collect()
}

#[track_caller]
fn expect_fault(answer: Answer, field: &str, fault: &str) {
    let answer = answer.expect_problem(422, "validation_failed");
    assert_eq!(answer.body["errors"], json!({ field: [fault] }), "{}", answer.text);
}

on_both_engines! {
    async fn a_client_lives_and_dies(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = create(&owner, json!({ "name": "  Müller & Söhne " })).await.expect(201);
        let address = address(&owner, &created);
        assert_eq!(created.header("location"), address);
        assert_eq!(created.header("etag"), "\"1\"");
        assert_eq!(created.string("/data/name"), "Müller & Söhne");
        assert_eq!(created.body["data"]["is_archived"], false);
        assert_eq!(created.string("/data/organization_id"), owner.organization);
        let read = owner.get(&address).await.expect(200);
        assert_eq!(read.body["data"], created.body["data"]);

        let changed = owner.patch(&address, &json!({ "name": "Müller" })).await.expect(200);
        assert_eq!((changed.string("/data/name"), changed.header("etag")), ("Müller".to_owned(), "\"2\""));
        // What was read can be sent back and changes nothing.
        for method in [Method::PUT, Method::PATCH] {
            let same = owner.send(owner.request(method, &address).json(&changed.body["data"])).await.expect(200);
            assert_eq!(same.body["data"], changed.body["data"]);
        }
        let stale = owner.request(Method::DELETE, &address).header("if-match", "\"1\"");
        owner.send(stale).await.expect_problem(412, "version_mismatch");
        owner.delete(&address).await.expect(204);
        owner.get(&address).await.expect_problem(404, "not_found");
        owner.delete(&address).await.expect_problem(404, "not_found");
        owner.patch(&address, &json!({ "name": "back" })).await.expect_problem(404, "not_found");
        assert!(names(&owner, "archived=all").await.is_empty());
        let topics = "SELECT count(*) FROM recorded_events WHERE topic IN ('client.created', 'client.updated', 'client.deleted')";
        assert_eq!(kronos.number(topics).await, 3);
    }

    /// clockify-to-solidtime sends both members.
    async fn a_client_is_archived_and_brought_back(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = create(&owner, json!({ "name": "Acme" })).await.expect(201);
        create(&owner, json!({ "name": "Öko" })).await.expect(201);
        let address = address(&owner, &created);
        let body = json!({ "is_archived": true, "archived_at": "2026-03-04T09:00:00Z" });
        let archived = owner.put(&address, &body).await.expect(200);
        assert_eq!(archived.body["data"]["is_archived"], true);
        assert_eq!(archived.string("/data/archived_at"), "2026-03-04T09:00:00Z");
        assert_eq!(archived.string("/data/name"), "Acme");
        // Once more is no change.
        assert_eq!(owner.put(&address, &json!({ "is_archived": true })).await.expect(200).body["data"], archived.body["data"]);
        for (query, expected) in [
            ("", vec!["Öko"]),
            ("archived=false", vec!["Öko"]),
            ("archived=true", vec!["Acme"]),
            ("archived=all", vec!["Acme", "Öko"]),
            ("archived=all&sort=-name", vec!["Öko", "Acme"]),
            ("archived=all&search=ök", vec!["Öko"]),
            ("archived=all&limit=1&page=2", vec!["Öko"]),
        ] {
            assert_eq!(names(&owner, query).await, expected, "{query}");
        }
        let back = owner.put(&address, &json!({ "is_archived": false, "archived_at": "2026-03-04T09:00:00Z" })).await.expect(200);
        assert_eq!((&back.body["data"]["is_archived"], &back.body["data"]["archived_at"]), (&json!(false), &Value::Null));
        let now = owner.patch(&address, &json!({ "is_archived": true })).await.expect(200);
        assert!(now.string("/data/archived_at").as_str() > "2026-03-04T09:00:00Z");
        let back = owner.patch(&address, &json!({ "archived_at": null })).await.expect(200);
        assert_eq!(back.body["data"]["is_archived"], false);
        let born_archived = create(&owner, json!({ "name": "Old", "is_archived": true })).await.expect(201);
        assert_eq!(born_archived.body["data"]["is_archived"], true);
    }

    async fn a_name_is_used_once(kronos: Kronos) {
        let (owner, stranger) = (kronos.owner().await, kronos.other_tenant().await);
        let acme = create(&owner, json!({ "name": "Acme" })).await.expect(201);
        create(&stranger, json!({ "name": "Acme" })).await.expect(201);
        create(&owner, json!({ "name": "ACME" })).await.expect_problem(409, "name_already_used");
        let other = create(&owner, json!({ "name": "Other" })).await.expect(201);
        owner.patch(&address(&owner, &other), &json!({ "name": "acme" })).await.expect_problem(409, "name_already_used");
        owner.delete(&address(&owner, &acme)).await.expect(204);
        create(&owner, json!({ "name": "ACME" })).await.expect(201);

        let mut creates = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let owner = owner.clone();
            creates.spawn(async move { create(&owner, json!({ "name": "At once" })).await.status });
        }
        let statuses = creates.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 19, "{statuses:?}");
    }

    async fn a_repeated_request_has_one_effect(kronos: Kronos) {
        let (owner, admin) = (kronos.owner().await, kronos.member("admin").await);
        let id = uuid::Uuid::now_v7().to_string();
        let body = json!({ "id": id, "name": "Acme" });
        assert_eq!(create(&owner, body.clone()).await.expect(201).string("/data/id"), id);
        let again = create(&owner, body).await.expect(200);
        assert_eq!((again.header("idempotency-replayed"), again.string("/data/id")), ("true", id.clone()));
        create(&owner, json!({ "id": id, "name": "Another" })).await.expect_problem(409, "id_already_used");
        // Clients of solidtime send ids that they don't mean.
        for id in ["", "5f0d9f0e-8a57-4b7c-9c3e-1f2a3b4c5d6e"] {
            let created = create(&owner, json!({ "id": id, "name": format!("of {id}") })).await.expect(201);
            assert_ne!(created.string("/data/id"), id);
        }
        let keyed = async |actor: &Actor, name: &str| {
            let request = actor.request(Method::POST, &actor.path("/clients")).header("idempotency-key", "once");
            actor.send(request.json(&json!({ "name": name }))).await
        };
        let first = keyed(&owner, "Keyed").await.expect(201);
        assert_eq!(keyed(&owner, "Keyed").await.expect(200).string("/data/id"), first.string("/data/id"));
        keyed(&owner, "Other").await.expect_problem(422, "idempotency_key_reused");
        // The keys of others are others.
        keyed(&admin, "Other").await.expect(201);
        assert_eq!(kronos.number("SELECT count(*) FROM clients").await, 5);
    }

    async fn bad_input_names_the_field(kronos: Kronos) {
        let owner = kronos.owner().await;
        for (body, field, fault) in [
            (json!({}), "name", "is required"),
            (json!({ "name": null }), "name", "must be a text"),
            (json!({ "name": " " }), "name", "must not be empty"),
            (json!({ "name": "a\nb" }), "name", "must not contain control characters"),
            (json!({ "name": "x".repeat(256) }), "name", "must not be longer than 255 characters"),
            (json!({ "name": "a", "nmae": "b" }), "nmae", "is not known here"),
            (json!({ "name": "a", "is_archived": 1 }), "is_archived", "must be true or false"),
        ] {
            expect_fault(create(&owner, body).await, field, fault);
        }
        create(&owner, json!({ "name": "a", "archived_at": "yesterday" })).await.expect_problem(422, "validation_failed");
        create(&owner, json!({ "name": "a", "id": "17" })).await.expect_problem(422, "validation_failed");
        for query in ["archived=perhaps", "limit=501", "page=0", "sort=color", "filter[archived]=true"] {
            owner.get(&format!("{}?{query}", owner.path("/clients"))).await.expect_problem(422, "validation_failed");
        }
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE aggregate = 'client'").await, 0);
    }

    /// Employees see the clients of the projects that they see.
    async fn a_client_is_seen_through_its_projects(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let (open, secret) = (
            create(&owner, json!({ "name": "Open" })).await.expect(201),
            create(&owner, json!({ "name": "Secret" })).await.expect(201),
        );
        for (client, public) in [(&open, true), (&secret, false)] {
            let body = json!({ "name": "Website", "client_id": client.string("/data/id"), "is_public": public });
            owner.post(&owner.path("/projects"), &body).await.expect(201);
        }
        assert_eq!(names(&owner, "").await, ["Open", "Secret"]);
        assert_eq!(names(&employee, "").await, ["Open"]);
        employee.get(&address(&employee, &open)).await.expect(200);
        employee.get(&address(&employee, &secret)).await.expect_problem(404, "not_found");
        employee.patch(&address(&employee, &open), &json!({ "name": "x" })).await.expect_problem(403, "permission_denied");
        employee.delete(&address(&employee, &secret)).await.expect_problem(404, "not_found");
        owner.delete(&address(&owner, &open)).await.expect_problem(409, "entity_still_in_use");
    }
}
