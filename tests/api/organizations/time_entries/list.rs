//! `GET /api/v1/organizations/{organization}/time-entries`: filters and pages.

use std::collections::BTreeSet;

use kronos_tests::{Actor, on_both_engines};
use serde_json::{Value, json};

async fn create(actor: &Actor, start: &str, end: &str, description: &str) -> String {
    actor
        .post(&actor.path("/time-entries"), &json!({ "start": start, "end": end, "description": description }))
        .await
        .expect(201)
        .string("/data/id")
}

async fn list(actor: &Actor, query: &str) -> Vec<Value> {
    let list = actor.get(&format!("{}?{query}", actor.path("/time-entries"))).await.expect(200);
    list.body["data"].as_array().expect("a list").clone()
}

fn descriptions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["description"].as_str().unwrap()).collect()
}

on_both_engines! {
    /// Pages neither repeat nor skip an entry, even when all start at the same time and others arrive (kimai#1138, solidtime#1138).
    async fn pages_are_stable(kronos: Kronos) {
        let owner = kronos.owner().await;
        let mut expected = BTreeSet::new();
        for index in 0..7 {
            expected.insert(create(&owner, "2026-03-04T09:00:00Z", "2026-03-04T10:00:00Z", &format!("same {index}")).await);
        }
        for index in 0..3 {
            expected.insert(create(&owner, "2026-03-03T09:00:00Z", "2026-03-03T10:00:00Z", &format!("before {index}")).await);
        }

        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = owner.get(&format!("{}?limit=3{cursor}", owner.path("/time-entries"))).await.expect(200);
            let entries = page.body["data"].as_array().unwrap();
            assert!(entries.len() <= 3);
            seen.extend(entries.iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
            // Newest first, so what arrives now belongs before the first page.
            create(&owner, "2026-03-05T09:00:00Z", "2026-03-05T10:00:00Z", "new").await;
            match page.body["meta"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), expected.len(), "an entry came twice or never");
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    /// The filters narrow the list, and a bad one is named.
    async fn filters_narrow_the_list(kronos: Kronos) {
        let owner = kronos.owner().await;
        create(&owner, "2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z", "march").await;
        create(&owner, "2026-04-01T09:00:00Z", "2026-04-01T10:00:00Z", "april").await;
        owner.post(&owner.path("/time-entries"), &json!({ "start": "2026-05-01T09:00:00Z", "description": "running" })).await.expect(201);

        assert_eq!(descriptions(&list(&owner, "").await), ["running", "april", "march"]);
        assert_eq!(descriptions(&list(&owner, "sort=start").await), ["march", "april", "running"]);
        assert_eq!(descriptions(&list(&owner, "active=true").await), ["running"]);
        assert_eq!(descriptions(&list(&owner, "active=false").await), ["april", "march"]);
        assert_eq!(descriptions(&list(&owner, "start=2026-03-15T00:00:00Z&end=2026-04-15T00:00:00Z").await), ["april"]);
        assert_eq!(descriptions(&list(&owner, "start=2026-04-01T09:00:00Z&end=2026-05-01T09:00:00Z").await), ["april"]);
        for query in ["limit=0", "limit=501", "limit=x", "cursor=nonsense", "start=yesterday", "active=perhaps"] {
            let name = query.split('=').next().unwrap();
            let answer = owner.get(&format!("{}?{query}", owner.path("/time-entries"))).await.expect(422);
            assert!(answer.body["errors"][name][0].is_string(), "{query}: {}", answer.text);
        }
    }

    /// An employee lists their own entries; a manager lists all, or those of a member.
    async fn a_list_shows_what_the_role_may_see(kronos: Kronos) {
        let (employee, owner) = (kronos.member("employee").await, kronos.owner().await);
        create(&employee, "2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z", "theirs").await;
        create(&owner, "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "mine").await;
        assert_eq!(descriptions(&list(&employee, "").await), ["theirs"]);
        let of_employee = format!("member_ids[]={}", employee.member);
        assert_eq!(descriptions(&list(&owner, &of_employee).await), ["theirs"]);
        let of_owner = format!("member_ids[]={}", owner.member);
        assert!(list(&employee, &of_owner).await.is_empty());
    }

    /// A synchronising client sees changed and deleted entries since its last visit.
    async fn deleted_entries_can_be_seen(kronos: Kronos) {
        let owner = kronos.owner().await;
        let id = create(&owner, "2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z", "gone").await;
        owner.delete(&owner.path(&format!("/time-entries/{id}"))).await.expect(204);
        assert!(list(&owner, "").await.is_empty());
        let all = list(&owner, "include_deleted=true&updated_since=2020-01-01T00:00:00Z").await;
        assert_eq!(all.len(), 1);
        assert!(all[0]["deleted_at"].is_string(), "{}", all[0]);
        assert!(list(&owner, "include_deleted=true&updated_since=2100-01-01T00:00:00Z").await.is_empty());
    }
}
