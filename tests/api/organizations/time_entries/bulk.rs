//! `PATCH` and `DELETE /api/v1/organizations/{organization}/time-entries`: many entries at once.

use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(actor: &Actor, hour: usize) -> String {
    let body = json!({ "start": format!("2026-03-{:02}T{:02}:00:00Z", 1 + hour / 24, hour % 24), "duration": 1800 });
    actor.post(&actor.path("/time-entries"), &body).await.expect(201).string("/data/id")
}

async fn patch(actor: &Actor, ids: &[&str], changes: Value) -> Answer {
    actor.patch(&actor.path("/time-entries"), &json!({ "ids": ids, "changes": changes })).await
}

const NOBODYS: &str = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";

on_both_engines! {
    async fn each_entry_has_a_result(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let manager = kronos.member("manager").await;
        let (own, same, others) = (create(&employee, 1).await, create(&employee, 2).await, create(&owner, 3).await);
        patch(&employee, &[&same], json!({ "description": "Design" })).await.expect(200);
        let changed = patch(&employee, &[&own, &same, &others, NOBODYS, &own], json!({ "description": "Design" })).await.expect(200);
        assert_eq!(changed.body, json!({
            "success": [own, same],
            "error": [others, NOBODYS],
            "results": [
                { "id": own, "version": 2, "key": null },
                { "id": same, "version": 2, "key": null },
                { "id": others, "version": null, "key": "not_found" },
                { "id": NOBODYS, "version": null, "key": "not_found" },
            ],
        }));
        let denied = patch(&manager, &[&own], json!({ "description": "x" })).await.expect(200);
        assert_eq!(denied.body["results"], json!([{ "id": own, "version": null, "key": "permission_denied" }]));
        let priced = patch(&employee, &[&own], json!({ "billable_rate": 100 })).await.expect(200);
        assert_eq!(priced.body["results"], json!([{ "id": own, "version": null, "key": "permission_denied" }]));

        let wanted = json!({ "ids": [own, others, NOBODYS] });
        let deleted = employee.send(employee.request(Method::DELETE, &employee.path("/time-entries")).json(&wanted)).await.expect(200);
        assert_eq!((&deleted.body["success"], &deleted.body["error"]), (&json!([own]), &json!([others, NOBODYS])));
        let query = format!("{}?ids[]={others}&ids[]={same}", owner.path("/time-entries"));
        let deleted = owner.delete(&query).await.expect(200);
        assert_eq!((&deleted.body["success"], &deleted.body["error"]), (&json!([same, others]), &json!([])));
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries WHERE deleted_at IS NULL").await, 0);
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE topic = 'time_entry.deleted'").await, 3);
    }

    /// What all of them are to refer to is there for all or for none.
    async fn what_is_wrong_changes_nothing(kronos: Kronos) {
        let owner = kronos.owner().await;
        let (first, second) = (create(&owner, 1).await, create(&owner, 2).await);
        let ids = [first.as_str(), second.as_str()];
        for (changes, field) in [
            (json!({ "project_id": NOBODYS }), "project_id"),
            (json!({ "tags": [NOBODYS] }), "tags"),
            (json!({ "description": "x".repeat(5001) }), "description"),
            (json!({ "type": "break", "billable": true }), "billable"),
            (json!({ "start": "2026-03-04T09:00:00Z" }), "changes.start"),
        ] {
            let refused = patch(&owner, &ids, changes).await.expect_problem(422, "validation_failed");
            assert!(refused.body["errors"][field].is_array(), "{}", refused.text);
        }
        for ids in [vec![], vec!["x"], vec![NOBODYS; 501]] {
            patch(&owner, &ids, json!({})).await.expect_problem(422, "validation_failed");
        }
        owner.delete(&owner.path("/time-entries")).await.expect_problem(422, "validation_failed");
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries WHERE version > 1").await, 0);
    }

    async fn five_hundred_entries_are_changed_by_one_request(kronos: Kronos) {
        let owner = kronos.owner().await;
        let tag = owner.post(&owner.path("/tags"), &json!({ "name": "urgent" })).await.expect(201).string("/data/id");
        let mut ids = Vec::new();
        for hour in 0..500 {
            ids.push(create(&owner, hour % 700).await);
        }
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let changed = patch(&owner, &ids, json!({ "tags": [tag], "billable": true })).await.expect(200);
        assert_eq!(changed.body["success"].as_array().unwrap().len(), 500);
        assert_eq!(kronos.number("SELECT count(*) FROM time_entry_tags").await, 500);
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE topic = 'time_entry.updated'").await, 500);
    }
}
