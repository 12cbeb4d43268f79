//! `GET /api/v1/organizations/{organization}/time-entries/changes`, and the same by stamps: `updated_since`.

use kronos_tests::{Actor, on_both_engines};
use serde_json::{Value, json};

async fn create(actor: &Actor, start: &str) -> String {
    let body = json!({ "start": start, "duration": 60 });
    actor.post(&actor.path("/time-entries"), &body).await.expect(201).string("/data/id")
}

/// Ids with versions, and `meta`.
async fn get(actor: &Actor, rest: &str) -> (Vec<(String, i64)>, Value) {
    let answer = actor.get(&actor.path(rest)).await.expect(200);
    let entries = answer.body["data"].as_array().expect("a list").iter();
    let entries = entries
        .map(|entry| (entry["id"].as_str().expect("an id").to_owned(), entry["version"].as_i64().expect("a version")));
    (entries.collect(), answer.body["meta"].clone())
}

/// The position of the last event so far: that of a person who was added, for one.
async fn last_position(actor: &Actor) -> i64 {
    get(actor, "/time-entries/changes").await.1["since"].as_i64().expect("a position")
}

on_both_engines! {
    async fn changes_go_by_position(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let before = last_position(&owner).await;
        let first = create(&owner, "2026-03-04T09:00:00Z").await;
        let second = create(&employee, "2026-03-04T08:00:00Z").await;
        owner.delete(&owner.path(&format!("/time-entries/{first}"))).await.expect(204);

        let all = get(&owner, "/time-entries/changes").await;
        let end = json!({ "since": before + 3, "more": false });
        assert_eq!(all, (vec![(first.clone(), 2), (second.clone(), 1)], end.clone()));
        let page = get(&owner, "/time-entries/changes?limit=1").await;
        assert_eq!(page, (vec![(first.clone(), 2)], json!({ "since": before + 1, "more": true })));
        let rest = get(&owner, &format!("/time-entries/changes?since={}", before + 1)).await;
        assert_eq!(rest, (vec![(second.clone(), 1), (first, 2)], end.clone()));
        assert_eq!(get(&owner, &format!("/time-entries/changes?since={}", before + 3)).await, (vec![], end.clone()));
        let seen = get(&employee, "/time-entries/changes").await;
        assert_eq!(seen, (vec![(second, 1)], end));
        kronos.other_tenant().await.get(&owner.path("/time-entries/changes")).await.expect(404);
    }

    async fn a_position_that_is_not_kept_has_expired(kronos: Kronos) {
        let owner = kronos.owner().await;
        let before = last_position(&owner).await;
        for hour in 1..4 {
            create(&owner, &format!("2026-03-04T0{hour}:00:00Z")).await;
        }
        assert_eq!(get(&owner, "/time-entries/changes").await.1, json!({ "since": before + 3, "more": false }));
        kronos.sql(&format!("DELETE FROM outbox WHERE position < {}", before + 2)).await;
        assert_eq!(get(&owner, &format!("/time-entries/changes?since={}", before + 1)).await.0.len(), 2);
        // The last is of another database.
        for since in [String::new(), format!("?since={before}"), format!("?since={}", before + 4)] {
            let path = owner.path(&format!("/time-entries/changes{since}"));
            let expired = owner.get(&path).await.expect_problem(410, "sync_expired");
            assert_eq!(expired.body["meta"], json!({ "since": before + 3 }), "{since}");
            assert!(expired.string("/message").contains("or this database never had the position"), "{since}");
        }
        for since in ["-1", "x", "1.5"] {
            let path = owner.path(&format!("/time-entries/changes?since={since}"));
            let refused = owner.get(&path).await.expect_problem(422, "validation_failed");
            assert!(refused.body["errors"]["since"][0].is_string(), "{}", refused.text);
        }
    }

    /// In the order of changes, with what to ask with next; every page says the same of it.
    async fn stamps_are_followed_in_the_order_of_changes(kronos: Kronos) {
        let owner = kronos.owner().await;
        let first = create(&owner, "2026-03-04T09:00:00Z").await;
        let second = create(&owner, "2026-03-05T09:00:00Z").await;
        owner.patch(&owner.path(&format!("/time-entries/{first}")), &json!({ "billable": true })).await.expect(200);
        let (page, meta) = get(&owner, "/time-entries?updated_since=2020-01-01T00:00:00Z&limit=1").await;
        assert_eq!(page, [(second.clone(), 1)]);
        let since = meta["sync_since"].as_str().expect("an instant").to_owned();
        let cursor = meta["next_cursor"].as_str().expect("a cursor").to_owned();
        owner.delete(&owner.path(&format!("/time-entries/{second}"))).await.expect(204);
        let rest = format!("/time-entries?updated_since=2020-01-01T00:00:00Z&limit=1&include_deleted=true&cursor={cursor}");
        let (page, meta) = get(&owner, &rest).await;
        assert_eq!(page, [(first.clone(), 2)]);
        assert_eq!(meta["sync_since"], json!(since));
        let (page, _) = get(&owner, &format!("/time-entries?updated_since={since}&include_deleted=true")).await;
        assert_eq!(page.last(), Some(&(second, 2)));

        let (page, meta) = get(&owner, "/time-entries?sort=updated_at").await;
        assert_eq!(page, [(first, 2)]);
        assert!(meta["sync_since"].is_string());
        assert_eq!(get(&owner, "/time-entries").await.1.get("sync_since"), None);
        for sort in ["start", "-start"] {
            let path = owner.path(&format!("/time-entries?sort={sort}&updated_since=2020-01-01T00:00:00Z"));
            let refused = owner.get(&path).await.expect_problem(422, "validation_failed");
            assert!(refused.body["errors"]["sort"][0].is_string(), "{}", refused.text);
        }
    }
}
