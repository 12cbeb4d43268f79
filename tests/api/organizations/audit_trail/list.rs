//! `GET /api/v1/organizations/{organization}/audit-trail`.

use kronos_tests::{Actor, Answer, on_both_engines};
use serde_json::{Value, json};

async fn trail(actor: &Actor, query: &str) -> Answer {
    actor.get(&actor.path(&format!("/audit-trail{query}"))).await
}

/// What was done to what, the newest first.
fn actions(answer: &Answer) -> Vec<(String, i64)> {
    let changes = answer.body["data"].as_array().expect("a list").iter();
    changes
        .map(|change| {
            (change["action"].as_str().expect("a type").to_owned(), change["version"].as_i64().expect("a version"))
        })
        .collect()
}

async fn record(actor: &Actor, body: Value) -> String {
    actor.post(&actor.path("/time-entries"), &body).await.expect(201).string("/data/id")
}

on_both_engines! {
    /// What it began with, what became of it, and that it is gone; with who did it by which request.
    async fn the_life_of_an_entry_can_be_read(kronos: Kronos) {
        let owner = kronos.owner().await;
        let entry = record(&owner, json!({ "start": "2026-03-04T09:00:00Z", "duration": 60, "description": "Design" })).await;
        let path = owner.path(&format!("/time-entries/{entry}"));
        let change = owner.patch(&path, &json!({ "billable": true, "description": "Design" })).await.expect(200);
        owner.delete(&path).await.expect(204);

        let all = trail(&owner, &format!("?resource_id={entry}")).await.expect(200);
        assert_eq!(all.body["meta"], json!({ "next_cursor": null }));
        let lives = [("time_entry.deleted", 3), ("time_entry.updated", 2), ("time_entry.created", 1)];
        assert_eq!(actions(&all), lives.map(|(action, version)| (action.to_owned(), version)));
        let [deleted, updated, created] = [0, 1, 2].map(|index| all.body["data"][index].clone());
        assert_eq!(deleted["changes"], Value::Null);
        assert_eq!(updated["changes"], json!({ "billable": [false, true] }));
        assert_eq!(updated["request_id"], json!(change.header("x-request-id")));
        assert_eq!(updated["resource_type"], "time_entry");
        assert_eq!(updated["resource_id"], json!(entry));
        assert_eq!(updated["actor"]["name"], "Owner");
        assert_eq!(created["changes"]["description"], json!([null, "Design"]));
        assert_eq!(created["changes"]["start_at"], json!([null, 1_772_614_800_000_000_i64]));
        assert_eq!(created["changes"]["billable"], json!([null, false]));
        assert_eq!(created["changes"].get("end_at"), Some(&json!([null, 1_772_614_860_000_000_i64])));
    }

    async fn changes_are_found_by_what_was_done_and_by_whom(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let first = record(&owner, json!({ "start": "2026-03-04T09:00:00Z", "duration": 60 })).await;
        record(&employee, json!({ "start": "2026-03-04T09:00:00Z" })).await;
        owner.delete(&owner.path(&format!("/time-entries/{first}"))).await.expect(204);

        let found = async |query: &str| actions(&trail(&owner, query).await.expect(200));
        let entries = "resource_type=time_entry";
        assert_eq!(found(&format!("?{entries}")).await.len(), 3);
        assert_eq!(found("?resource_type=nothing").await, []);
        assert_eq!(found("?action=time_entry.started").await, [("time_entry.started".to_owned(), 1)]);
        assert_eq!(found(&format!("?{entries}&end=2020-01-01T00:00:00Z")).await, []);
        assert_eq!(found(&format!("?{entries}&start=2020-01-01T00:00:00Z&end=2199-01-01T00:00:00Z")).await.len(), 3);
        let me = employee.get("/api/v1/users/me").await.expect(200).string("/data/id");
        assert_eq!(found(&format!("?{entries}&actor_id={me}")).await, [("time_entry.started".to_owned(), 1)]);

        // Each page begins where the one before ended.
        let (mut cursor, mut pages) = (String::new(), Vec::new());
        loop {
            let page = trail(&owner, &format!("?{entries}&limit=1{cursor}")).await.expect(200);
            pages.extend(actions(&page));
            match page.body["meta"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(pages, found(&format!("?{entries}")).await);
    }

    async fn only_those_who_may_read_it(kronos: Kronos) {
        let owner = kronos.owner().await;
        for role in ["admin", "accountant"] {
            trail(&kronos.member(role).await, "").await.expect(200);
        }
        for role in ["manager", "employee"] {
            trail(&kronos.member(role).await, "").await.expect_problem(403, "permission_denied");
        }
        let stranger = kronos.other_tenant().await;
        stranger.get(&owner.path("/audit-trail")).await.expect_problem(404, "not_found");
        for query in ["?start=yesterday", "?resource_id=7", "?limit=501", "?cursor=x", "?who=me"] {
            trail(&owner, query).await.expect_problem(422, "validation_failed");
        }
    }
}
