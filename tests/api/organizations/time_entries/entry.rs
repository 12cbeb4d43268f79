//! `/api/v1/organizations/{organization}/time-entries`: one entry.

use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> Answer {
    actor.post(&actor.path("/time-entries"), &body).await
}

fn entry(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/time-entries/{}", answer.string("/data/id")))
}

on_both_engines! {
    /// What was written can be read, changed and deleted; a deleted entry is gone from lists and from its address.
    async fn an_entry_lives_and_dies(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = create(&owner, json!({
            "start": "2026-03-04T10:23:52+01:00", "end": "2026-03-04T10:00:00.9Z",
            "description": "Ünïcode 🕰", "billable": true, "time_zone": "Europe/Berlin",
        })).await.expect(201);
        let address = entry(&owner, &created);
        assert_eq!(created.string("/data/start"), "2026-03-04T09:23:52Z");
        assert_eq!(created.string("/data/end"), "2026-03-04T10:00:00Z");
        assert_eq!(created.body["data"]["duration"], 2168);
        assert_eq!(created.string("/data/member_id"), owner.member);
        assert_eq!(created.string("/data/organization_id"), owner.organization);
        assert_eq!(created.string("/data/time_zone"), "Europe/Berlin");
        assert_eq!(created.body["data"]["tags"], json!([]));
        assert_eq!(created.string("/data/approval_status"), "open");

        let read = owner.get(&address).await.expect(200);
        assert_eq!(read.body["data"], created.body["data"]);

        let changed = owner.patch(&address, &json!({ "description": "Later" })).await.expect(200);
        assert_eq!(changed.string("/data/description"), "Later");
        assert_eq!(changed.string("/data/start"), "2026-03-04T09:23:52Z");
        assert_eq!(changed.body["data"]["billable"], true);

        owner.delete(&address).await.expect(204);
        owner.get(&address).await.expect(404);
        let list = owner.get(&owner.path("/time-entries")).await.expect(200);
        assert_eq!(list.body["data"], json!([]));
    }

    /// Fifty starts at once leave one running timer, because a constraint says so (solidtime#193).
    async fn fifty_parallel_starts_leave_one_running_timer(kronos: Kronos) {
        let owner = kronos.owner().await;
        let mut starts = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let owner = owner.clone();
            starts.spawn(async move { create(&owner, json!({ "start": "2026-03-04T09:00:00Z" })).await });
        }
        let answers = starts.join_all().await;
        let statuses = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((statuses(201), statuses(409)), (1, 49), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        for refused in answers.into_iter().filter(|answer| answer.status == 409) {
            refused.expect_problem(409, "time_entry_still_running");
        }
        let running = kronos.number("SELECT count(*) FROM time_entries WHERE end_at IS NULL").await;
        assert_eq!(running, 1);
    }

    /// A start that is refused tells which timer runs and what to do about it.
    async fn a_refused_start_names_the_running_timer(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        for (actor, whom) in [(&owner, &owner), (&employee, &employee), (&owner, &employee)] {
            let body = json!({ "start": "2026-03-04T09:00:00Z", "member_id": whom.member });
            if actor.member == whom.member {
                create(actor, body.clone()).await.expect(201);
            }
            let running = whom.get("/api/v1/users/me/time-entries/active").await.expect(200).string("/data/id");
            let refused = create(actor, body).await.expect_problem(409, "time_entry_still_running");
            assert_eq!(refused.body["meta"], json!({ "time_entry_id": running }));
            let told = "A timer is still running. Stop it first, or start the new one with `on_running=stop`.";
            assert_eq!(refused.string("/message"), told);
        }
    }

    /// `on_running=stop` stops the running timer where the new one starts, also when asked fifty times at once.
    async fn starting_can_stop_the_running_timer(kronos: Kronos) {
        let owner = kronos.owner().await;
        let first = create(&owner, json!({ "start": "2026-03-04T09:00:00Z" })).await.expect(201);
        let path = owner.path("/time-entries?on_running=stop");
        owner.post(&path, &json!({ "start": "2026-03-04T10:00:00Z" })).await.expect(201);
        let stopped = owner.get(&entry(&owner, &first)).await.expect(200);
        assert_eq!(stopped.string("/data/end"), "2026-03-04T10:00:00Z");

        let mut starts = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (owner, path) = (owner.clone(), path.clone());
            starts.spawn(async move { owner.post(&path, &json!({ "start": "2026-03-04T11:00:00Z" })).await.status });
        }
        // Who loses too often is refused; who was not has an entry, and the last of them runs.
        let statuses = starts.join_all().await;
        let count = |status| statuses.iter().filter(|one| **one == status).count();
        assert_eq!(count(201) + count(409), 50, "{statuses:?}");
        let entries = kronos.number("SELECT count(*) FROM time_entries").await;
        assert_eq!(usize::try_from(entries).unwrap(), 2 + count(201), "{statuses:?}");
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries WHERE end_at IS NULL").await, 1);
    }

    /// Stopping sets the end once; a stopped entry is not stopped again.
    async fn a_timer_stops_once(kronos: Kronos) {
        let owner = kronos.owner().await;
        let started = create(&owner, json!({ "start": "2026-03-04T09:00:00Z" })).await.expect(201);
        let stop = format!("{}/stop", entry(&owner, &started));
        owner.post(&stop, &json!({ "end": "2026-03-04T08:59:59Z" })).await.expect(422);
        owner.post(&stop, &json!({ "end": "2026-03-04T09:00:00Z" })).await.expect(200);
        owner.post(&stop, &json!({ "end": "2026-03-04T12:00:00Z" })).await.expect(409);
        let read = owner.get(&entry(&owner, &started)).await.expect(200);
        assert_eq!(read.body["data"]["duration"], 0);
    }

    /// A timer starts now and stops now when the client names no time.
    async fn the_clock_is_the_default(kronos: Kronos) {
        let owner = kronos.owner().await;
        let started = create(&owner, json!({})).await.expect(201);
        let stopped = owner.post(&format!("{}/stop", entry(&owner, &started)), &json!({})).await.expect(200);
        assert!((0..5).contains(&stopped.body["data"]["duration"].as_i64().unwrap()), "{}", stopped.text);
    }

    /// Intervals are half-open, so back-to-back entries and empty ones are fine (kimai#2033).
    async fn entries_may_touch(kronos: Kronos) {
        let owner = kronos.owner().await;
        for (start, end) in [("19:00", "19:40"), ("19:40", "20:00"), ("20:00", "20:00")] {
            create(&owner, json!({ "start": format!("2026-03-04T{start}:00Z"), "end": format!("2026-03-04T{end}:00Z") }))
                .await
                .expect(201);
        }
    }

    /// Bad input is refused with the field's name, and nothing is written.
    async fn bad_input_names_the_field(kronos: Kronos) {
        let owner = kronos.owner().await;
        for (body, field) in [
            (json!({ "start": "yesterday" }), "start"),
            (json!({ "start": "2026-03-04T09:00:00" }), "start"),
            (json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T08:00:00Z" }), "end"),
            (json!({ "start": "2026-03-04T09:00:00Z", "time_zone": "Mars/Base" }), "time_zone"),
            (json!({ "start": "2026-03-04T09:00:00Z", "description": "x".repeat(5001) }), "description"),
            (json!({ "start": "2026-03-04T09:00:00Z", "billable": "yes" }), "billable"),
            (json!({ "start": 5 }), "start"),
            (json!({ "id": "17", "start": "2026-03-04T09:00:00Z" }), "id"),
        ] {
            let answer = create(&owner, body.clone()).await.expect(422);
            let fault = answer.string(&format!("/errors/{field}/0"));
            assert_eq!(answer.string("/message"), format!("{field}: {fault}"), "{body}");
        }
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries").await, 0);
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE aggregate = 'time_entry'").await, 0);
    }

    /// A body that is no JSON, of another type, or too large is refused before it is read as an entry.
    async fn a_malformed_body_is_refused(kronos: Kronos) {
        let owner = kronos.owner().await;
        let path = owner.path("/time-entries");
        let json = |body: String| owner.request(Method::POST, &path).header("content-type", "application/json").body(body);
        owner.send(json("{\"start\":".into())).await.expect(400);
        owner.send(json(String::new())).await.expect(400);
        owner.send(json("[".repeat(10_000))).await.expect(422);
        owner.send(json("{\"description\":\"\u{0}\"}".into())).await.expect(400);
        owner.send(owner.request(Method::POST, &path).header("content-type", "text/plain").body("{}")).await.expect(415);
        owner.send(json(format!("{{\"description\":\"{}\"}}", "x".repeat(11 << 20)))).await.expect(413);
    }

    /// A client may choose the id, which makes its create idempotent; different content under the same id is refused.
    async fn a_client_may_choose_the_id(kronos: Kronos) {
        let owner = kronos.owner().await;
        let id = uuid::Uuid::now_v7().to_string();
        let body = json!({ "id": id, "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z", "description": "once" });
        assert_eq!(create(&owner, body.clone()).await.expect(201).string("/data/id"), id);
        let again = create(&owner, body).await.expect(200);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.string("/data/description"), "once");
        create(&owner, json!({ "id": id, "start": "2026-03-05T09:00:00Z", "end": "2026-03-05T10:00:00Z" })).await.expect(409);
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries").await, 1);

        let stranger = kronos.other_tenant().await;
        let stolen = create(&stranger, json!({ "id": id, "start": "2026-03-04T09:00:00Z" })).await.expect(409);
        assert!(!stolen.text.contains("once"), "{}", stolen.text);
    }

    /// A change with a stale `If-Match` is refused, so that no edit is lost.
    async fn a_stale_change_is_refused(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = create(&owner, json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" })).await.expect(201);
        let address = entry(&owner, &created);
        let tag = owner.get(&address).await.expect(200).header("etag").to_owned();
        assert!(tag.starts_with('"'), "{tag}");
        let change = |tag: &str, text: &str| {
            owner.request(Method::PATCH, &address).header("if-match", tag).json(&json!({ "description": text }))
        };
        owner.send(change(&tag, "first")).await.expect(200);
        owner.send(change(&tag, "second")).await.expect(412);
        assert_eq!(owner.get(&address).await.string("/data/description"), "first");
        let fresh = owner.get(&address).await.header("etag").to_owned();
        owner.send(owner.request(Method::GET, &address).header("if-none-match", fresh)).await.expect(304);
    }

    /// Twenty edits at once: the version counts every one, none is half done.
    async fn parallel_edits_all_count(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = create(&owner, json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" })).await.expect(201);
        let address = entry(&owner, &created);
        let mut edits = tokio::task::JoinSet::new();
        for edit in 0..20 {
            let (owner, address) = (owner.clone(), address.clone());
            edits.spawn(async move { owner.patch(&address, &json!({ "description": format!("edit {edit}") })).await.status });
        }
        assert!(edits.join_all().await.into_iter().all(|status| status == 200));
        let version = created.body["data"]["version"].as_i64().unwrap();
        assert_eq!(owner.get(&address).await.body["data"]["version"], version + 20);
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE aggregate = 'time_entry'").await, 21);
    }

    /// Colleagues do not see each other's entries; a manager reads them, an owner changes them.
    async fn an_entry_belongs_to_its_member(kronos: Kronos) {
        let (employee, colleague) = (kronos.member("employee").await, kronos.member("employee").await);
        let (manager, owner) = (kronos.member("manager").await, kronos.owner().await);
        let created = create(&employee, json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" })).await.expect(201);
        let address = entry(&employee, &created);

        colleague.get(&address).await.expect(404);
        colleague.patch(&address, &json!({ "description": "mine" })).await.expect(404);
        colleague.delete(&address).await.expect(404);
        manager.get(&address).await.expect(200);
        owner.patch(&address, &json!({ "description": "checked" })).await.expect(200);
        assert_eq!(employee.get(&address).await.string("/data/description"), "checked");
    }
}
