//! `/api/v1/organizations/{organization}/members/{member}`: roles, and how members go.

use kronos_tests::{Actor, Answer, Kronos, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

fn path(actor: &Actor, member: &str) -> String {
    actor.path(&format!("/members/{member}"))
}

async fn act(actor: &Actor, member: &str, what: &str) -> Answer {
    actor.send(actor.request(Method::POST, &format!("{}/{what}", path(actor, member)))).await
}

async fn record(actor: &Actor, member: &str, start: &str, end: Value) -> String {
    let body = json!({ "member_id": member, "start": start, "end": end });
    actor.post(&actor.path("/time-entries"), &body).await.expect(201).string("/data/id")
}

/// How many owners may act.
async fn owners(kronos: &Kronos) -> i64 {
    kronos.number("SELECT count(*) FROM members WHERE role = 'owner' AND deactivated_at IS NULL").await
}

on_both_engines! {
    async fn roles_are_given_by_those_who_may(kronos: Kronos) {
        let (owner, admin, manager) = (kronos.owner().await, kronos.member("admin").await, kronos.member("manager").await);
        let employee = kronos.member("employee").await;
        let give = async |actor: &Actor, member: &Actor, role: &str| actor.put(&path(actor, &member.member), &json!({ "role": role })).await;
        give(&manager, &employee, "manager").await.expect_problem(403, "permission_denied");
        give(&employee, &manager, "employee").await.expect_problem(404, "not_found");
        give(&admin, &employee, "owner").await.expect_problem(403, "only_owner_can_change_ownership");
        give(&admin, &owner, "employee").await.expect_problem(403, "only_owner_can_change_ownership");
        give(&owner, &employee, "placeholder").await.expect_problem(422, "validation_failed");
        give(&owner, &employee, "boss").await.expect_problem(422, "validation_failed");
        let changed = give(&admin, &employee, "accountant").await.expect(200);
        assert_eq!((changed.string("/data/role").as_str(), changed.header("etag")), ("accountant", "\"2\""));
        assert_eq!(give(&admin, &employee, "accountant").await.expect(200).header("etag"), "\"2\"");
        let request = owner.request(Method::PATCH, &path(&owner, &employee.member)).header("if-match", "\"1\"");
        owner.send(request.json(&json!({ "role": "admin" }))).await.expect_problem(412, "version_mismatch");
        give(&owner, &employee, "owner").await.expect(200);
        give(&employee, &owner, "admin").await.expect(200);
        assert_eq!(owner.get("/api/v1/users/me/memberships").await.expect(200).string("/data/0/role"), "admin");
    }

    /// The rates of the organization and of members are shown, to whoever may know them.
    async fn rates_are_shown_with_what_they_are_for(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        for rate in [json!({ "kind": "billable", "amount": 9000 }), json!({ "kind": "billable", "member_id": employee.member, "amount": 12_000 })] {
            owner.post(&owner.path("/rates"), &rate).await.expect(201);
        }
        let member = path(&owner, &employee.member);
        for (address, amount) in [(owner.path(""), 9000), (member.clone(), 12_000)] {
            let read = owner.get(&address).await.expect(200);
            assert_eq!(read.body["data"]["billable_rate"], amount);
            assert_ne!(read.header("etag"), "\"1\"");
            owner.put(&address, &read.body["data"]).await.expect(200);
            let unseen = employee.get(&address).await.expect(200);
            assert_eq!((&unseen.body["data"]["billable_rate"], unseen.header("etag")), (&Value::Null, "\"1\""));
            let refused = owner.patch(&address, &json!({ "billable_rate": 1 })).await.expect_problem(422, "validation_failed");
            assert!(refused.body["errors"]["billable_rate"][0].is_string(), "{}", refused.text);
        }
        assert_eq!(owner.get("/api/v1/organizations").await.expect(200).body["data"][0]["billable_rate"], 9000);
        owner.patch(&owner.path(""), &json!({ "employees_can_see_billable_rates": true })).await.expect(200);
        assert_eq!(employee.get(&member).await.expect(200).body["data"]["billable_rate"], 12_000);
    }

    async fn whoever_is_deactivated_is_out_until_reactivated(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let timer = record(&employee, &employee.member, "2026-03-04T09:00:00Z", Value::Null).await;
        let out = act(&owner, &employee.member, "deactivate").await.expect(200);
        assert_eq!((&out.body["data"]["is_active"], out.header("etag")), (&json!(false), "\"2\""));
        employee.get(&employee.path("/time-entries")).await.expect_problem(404, "not_found");
        employee.post(&employee.path("/time-entries"), &json!({})).await.expect_problem(404, "not_found");
        assert_eq!(employee.get("/api/v1/users/me/memberships").await.expect(200).body["data"], json!([]));
        let entry = owner.get(&owner.path(&format!("/time-entries/{timer}"))).await.expect(200);
        assert!(entry.body["data"]["end"].is_string(), "nobody would stop it: {}", entry.text);
        assert_eq!(act(&owner, &employee.member, "deactivate").await.expect(200).header("etag"), "\"2\"");
        let back = act(&owner, &employee.member, "reactivate").await.expect(200);
        assert_eq!((&back.body["data"]["is_active"], &back.body["data"]["deactivated_at"]), (&json!(true), &Value::Null));
        employee.get(&employee.path("/time-entries")).await.expect(200);
        let placeholder = owner.post(&owner.path("/members"), &json!({ "name": "P" })).await.expect(201).string("/data/id");
        act(&owner, &placeholder, "deactivate").await.expect_problem(409, "member_is_a_placeholder");
    }

    /// Removal keeps the time and whose it was, and leaves a tombstone of whoever has none.
    async fn whoever_has_time_stays_as_a_placeholder(kronos: Kronos) {
        let (owner, employee, idle) = (kronos.owner().await, kronos.member("employee").await, kronos.member("employee").await);
        let email = employee.get("/api/v1/users/me").await.expect(200).string("/data/email");
        let entry = record(&employee, &employee.member, "2026-03-04T09:00:00Z", json!("2026-03-04T10:00:00Z")).await;
        let removed = path(&owner, &employee.member);
        let refused = owner.delete(&format!("{removed}?delete_related=true")).await.expect_problem(422, "validation_failed");
        assert!(refused.body["errors"]["delete_related"][0].is_string(), "{}", refused.text);
        owner.delete(&format!("{removed}?delete_related=false")).await.expect(204);
        let placeholder = owner.get(&removed).await.expect(200).body["data"].clone();
        assert_eq!((&placeholder["is_placeholder"], &placeholder["role"]), (&json!(true), &json!("placeholder")));
        assert_eq!((&placeholder["name"], &placeholder["email"]), (&json!("Test"), &json!(email)));
        owner.get(&owner.path(&format!("/time-entries/{entry}"))).await.expect(200);
        employee.get(&employee.path("/time-entries")).await.expect(404);
        owner.delete(&removed).await.expect_problem(409, "entity_still_in_use");
        owner.delete(&owner.path(&format!("/time-entries/{entry}"))).await.expect(204);
        owner.delete(&format!("{removed}?delete_related=true")).await.expect(204);
        owner.get(&removed).await.expect_problem(404, "not_found");

        owner.delete(&path(&owner, &idle.member)).await.expect(204);
        owner.get(&path(&owner, &idle.member)).await.expect_problem(404, "not_found");
        owner.delete(&path(&owner, &idle.member)).await.expect_problem(404, "not_found");
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE topic = 'member.deleted'").await, 2);
    }

    async fn a_person_becomes_a_placeholder(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        act(&employee, &employee.member, "make-placeholder").await.expect_problem(403, "permission_denied");
        let made = act(&owner, &employee.member, "make-placeholder").await.expect(200);
        assert_eq!((&made.body["data"]["is_placeholder"], &made.body["data"]["user_id"]), (&json!(true), &json!(employee.member)));
        act(&owner, &employee.member, "make-placeholder").await.expect_problem(409, "member_is_a_placeholder");
        let renamed = owner.patch(&path(&owner, &employee.member), &json!({ "name": "Former", "email": null })).await.expect(200);
        assert_eq!((renamed.string("/data/name"), renamed.string("/data/email")), ("Former".into(), String::new()));
        owner.put(&path(&owner, &employee.member), &renamed.body["data"]).await.expect(200);
        owner.put(&path(&owner, &employee.member), &json!({ "role": "admin" })).await.expect_problem(409, "member_is_a_placeholder");
    }

    async fn the_last_owner_stays(kronos: Kronos) {
        let owner = kronos.owner().await;
        let own = path(&owner, &owner.member);
        for answer in [
            owner.put(&own, &json!({ "role": "admin" })).await,
            owner.delete(&own).await,
            act(&owner, &owner.member, "deactivate").await,
            act(&owner, &owner.member, "make-placeholder").await,
        ] {
            answer.expect_problem(409, "organization_needs_at_least_one_owner");
        }
        assert_eq!(owners(&kronos).await, 1);
    }

    /// However many owners leave at once, and in whatever way, one stays.
    async fn of_all_owners_who_leave_at_once_one_stays(kronos: Kronos) {
        let mut leaving = vec![kronos.owner().await];
        for _ in 0..5 {
            leaving.push(kronos.member("owner").await);
        }
        let mut calls = JoinSet::new();
        for (number, owner) in leaving.into_iter().enumerate() {
            calls.spawn(async move {
                let own = path(&owner, &owner.member);
                let answer = match number % 3 {
                    0 => owner.put(&own, &json!({ "role": "employee" })).await,
                    1 => owner.delete(&own).await,
                    _ => act(&owner, &owner.member, "deactivate").await,
                };
                answer.status
            });
        }
        let statuses = calls.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 1, "{statuses:?}");
        assert_eq!(owners(&kronos).await, 1);
    }

    async fn a_repeated_creation_has_one_effect(kronos: Kronos) {
        let owner = kronos.owner().await;
        let id = uuid::Uuid::now_v7().to_string();
        let body = json!({ "id": id, "name": "Imported", "email": "IMPORTED@example.org" });
        let created = owner.post(&owner.path("/members"), &body).await.expect(201);
        assert_eq!((created.header("location"), created.string("/data/email")), (path(&owner, &id).as_str(), "imported@example.org".into()));
        let again = owner.post(&owner.path("/members"), &body).await.expect(200);
        assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &created.body));
        let other = json!({ "id": id, "name": "Other" });
        owner.post(&owner.path("/members"), &other).await.expect_problem(409, "id_already_used");
        let keyed = async |name: &str| {
            let request = owner.request(Method::POST, &owner.path("/members")).header("idempotency-key", "k");
            owner.send(request.json(&json!({ "name": name }))).await
        };
        let first = keyed("Keyed").await.expect(201);
        assert_eq!(keyed("Keyed").await.expect(200).string("/data/id"), first.string("/data/id"));
        keyed("Other").await.expect_problem(422, "idempotency_key_reused");
        owner.post(&owner.path("/members"), &json!({})).await.expect_problem(422, "validation_failed");
    }
}
