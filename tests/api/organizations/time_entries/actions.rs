//! `/api/v1/organizations/{organization}/time-entries/{entry}/...`: resume, duplicate, split, discard idle time, restore.

use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> Answer {
    actor.post(&actor.path("/time-entries"), &body).await
}

fn entry(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/time-entries/{}", answer.string("/data/id")))
}

async fn post(actor: &Actor, path: &str) -> Answer {
    actor.send(actor.request(Method::POST, path)).await
}

/// The same with an `Idempotency-Key`.
async fn post_once(actor: &Actor, path: &str, key: &str, body: Option<&Value>) -> Answer {
    let request = actor.request(Method::POST, path).header("idempotency-key", key);
    actor
        .send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
}

#[track_caller]
fn expect_fault(answer: Answer, field: &str, fault: &str) {
    let answer = answer.expect_problem(422, "validation_failed");
    assert_eq!(answer.body["errors"], json!({ field: [fault] }), "{}", answer.text);
}

/// What a copy has in common with its entry.
fn likeness(data: &Value) -> Vec<&Value> {
    ["member_id", "user_id", "project_id", "task_id", "tags", "description", "billable", "type"]
        .map(|member| &data[member])
        .into()
}

on_both_engines! {
    async fn work_goes_on_in_another_entry(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let project = owner.post(&owner.path("/projects"), &json!({ "name": "Website", "is_public": true })).await.expect(201);
        let tag = owner.post(&owner.path("/tags"), &json!({ "name": "urgent" })).await.expect(201).string("/data/id");
        let whole = create(&employee, json!({
            "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z", "description": "Design",
            "project_id": project.string("/data/id"), "tags": [tag], "billable": true,
        })).await.expect(201);
        let resume = format!("{}/resume", entry(&employee, &whole));
        let first = post_once(&employee, &resume, "r1", None).await.expect(201);
        assert_eq!(likeness(&first.body["data"]), likeness(&whole.body["data"]));
        assert_eq!((&first.body["data"]["end"], first.header("location").to_owned()), (&Value::Null, entry(&employee, &first)));
        let again = post_once(&employee, &resume, "r1", None).await.expect(200);
        assert_eq!((again.string("/data/id"), again.header("idempotency-replayed")), (first.string("/data/id"), "true"));
        let refused = post(&employee, &resume).await.expect_problem(409, "time_entry_still_running");
        assert_eq!(refused.body["meta"]["time_entry_id"], first.body["data"]["id"]);
        // For the member whose work it is, whoever asks.
        let second = post(&owner, &format!("{resume}?on_running=stop")).await.expect(201);
        assert_eq!(second.string("/data/member_id"), employee.member);
        assert_ne!(employee.get(&entry(&employee, &first)).await.expect(200).body["data"]["end"], Value::Null);
    }

    async fn a_copy_is_where_it_is_wanted(kronos: Kronos) {
        let owner = kronos.owner().await;
        let whole = create(&owner, json!({
            "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:30:00Z", "description": "Standup", "external_id": "7",
        })).await.expect(201);
        let duplicate = format!("{}/duplicate", entry(&owner, &whole));
        let same = post(&owner, &duplicate).await.expect(201);
        assert_eq!(likeness(&same.body["data"]), likeness(&whole.body["data"]));
        assert_eq!((&same.body["data"]["start"], &same.body["data"]["end"]), (&whole.body["data"]["start"], &whole.body["data"]["end"]));
        assert_eq!((&same.body["data"]["external_id"], &same.body["data"]["version"]), (&Value::Null, &json!(1)));
        assert_ne!(same.string("/data/id"), whole.string("/data/id"));
        let tomorrow = json!({ "start": "2026-03-05T08:00:00Z" });
        let moved = post_once(&owner, &duplicate, "d", Some(&tomorrow)).await.expect(201);
        assert_eq!(moved.string("/data/end"), "2026-03-05T09:30:00Z");
        post_once(&owner, &duplicate, "d", Some(&tomorrow)).await.expect(200);
        let other = post_once(&owner, &duplicate, "d", Some(&json!({ "start": "2026-03-06T08:00:00Z" }))).await;
        other.expect_problem(422, "idempotency_key_reused");
        let late = owner.post(&duplicate, &json!({ "start": "2199-12-31T23:59:00Z" })).await;
        assert_eq!(late.status, 422, "{}", late.text);
        let running = create(&owner, json!({})).await.expect(201);
        let refused = post(&owner, &format!("{}/duplicate", entry(&owner, &running))).await;
        refused.expect_problem(409, "time_entry_still_running");
    }

    /// Both parts have all of the entry, its frozen rate among it; together they last as long.
    async fn a_cut_loses_nothing(kronos: Kronos) {
        let owner = kronos.owner().await;
        let whole = create(&owner, json!({
            "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:30:00Z", "description": "Design", "billable": true,
            "billable_rate": 12_345, "external_id": "7",
        })).await.expect(201);
        let address = entry(&owner, &whole);
        let split = format!("{address}/split");
        for at in ["2026-03-04T09:00:00Z", "2026-03-04T10:30:00Z", "2026-03-04T08:00:00Z", "2026-03-05T08:00:00Z"] {
            expect_fault(owner.post(&split, &json!({ "at": at })).await, "at", "must lie within the entry");
        }
        let at = json!({ "at": "2026-03-04T10:00:00.9+00:00" });
        let stale = owner.request(Method::POST, &split).header("if-match", "\"7\"").json(&at);
        owner.send(stale).await.expect_problem(412, "version_mismatch");
        let cut = post_once(&owner, &split, "s", Some(&at)).await.expect(201);
        let (first, second) = (&cut.body["data"][0], &cut.body["data"][1]);
        assert_eq!((&first["start"], &first["end"]), (&json!("2026-03-04T09:00:00Z"), &json!("2026-03-04T10:00:00Z")));
        assert_eq!((&second["start"], &second["end"]), (&json!("2026-03-04T10:00:00Z"), &json!("2026-03-04T10:30:00Z")));
        assert_eq!(likeness(first), likeness(second));
        assert_eq!((&second["billable_rate"], &second["billable_rate_source"]), (&json!(12_345), &json!("manual")));
        assert_eq!((&first["external_id"], &second["external_id"]), (&json!("7"), &Value::Null));
        assert_eq!((&first["version"], &second["version"], cut.header("etag")), (&json!(2), &json!(1), "\"2\""));
        assert_eq!(post_once(&owner, &split, "s", Some(&at)).await.expect(201).body, cut.body);
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE topic = 'time_entry.created'").await, 2);
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE topic = 'time_entry.updated'").await, 1);

        let running = create(&owner, json!({ "start": "2026-03-05T09:00:00Z" })).await.expect(201);
        let halves = owner.post(&format!("{}/split", entry(&owner, &running)), &json!({ "at": "2026-03-05T10:00:00Z" })).await.expect(201);
        assert_eq!((&halves.body["data"][0]["duration"], &halves.body["data"][1]["end"]), (&json!(3600), &Value::Null));
        let active = owner.get("/api/v1/users/me/time-entries/active").await.expect(200);
        assert_eq!(active.body["data"]["id"], halves.body["data"][1]["id"]);
    }

    async fn time_away_is_dropped(kronos: Kronos) {
        let owner = kronos.owner().await;
        let started = create(&owner, json!({ "start": "2026-03-04T09:00:00Z", "description": "Design" })).await.expect(201);
        let idle = format!("{}/discard-idle", entry(&owner, &started));
        let body = |action: &str, at: &str| json!({ "action": action, "idle_start": format!("2026-03-04T{at}:00Z") });
        let before = owner.post(&idle, &body("discard_and_continue", "08:59")).await;
        expect_fault(before, "idle_start", "must not be before the start of the entry");
        let future = json!({ "action": "discard", "idle_start": "2190-03-04T09:00:00Z" });
        expect_fault(owner.post(&idle, &future).await, "idle_start", "must not lie in the future");
        expect_fault(owner.post(&idle, &body("keep", "10:00")).await, "action", "must be `discard` or `discard_and_continue`");
        let goes_on = post_once(&owner, &idle, "i", Some(&body("discard_and_continue", "10:00"))).await.expect(200);
        assert_eq!((&goes_on.body["data"]["end"], goes_on.string("/data/description")), (&Value::Null, "Design".into()));
        let repeated = post_once(&owner, &idle, "i", Some(&body("discard_and_continue", "10:00"))).await.expect(200);
        assert_eq!(repeated.body, goes_on.body);
        assert_eq!(owner.get(&entry(&owner, &started)).await.expect(200).string("/data/end"), "2026-03-04T10:00:00Z");
        owner.post(&idle, &body("discard_and_continue", "10:00")).await.expect_problem(409, "time_entry_not_running");
        owner.post(&idle, &body("discard", "10:00")).await.expect_problem(409, "time_entry_not_running");
        owner.delete(&entry(&owner, &goes_on)).await.expect(204);
        let other = create(&owner, json!({ "start": "2026-03-05T09:00:00Z" })).await.expect(201);
        let gone = json!({ "action": "discard", "idle_start": "2026-03-05T09:30:00Z" });
        let stopped = owner.post(&format!("{}/discard-idle", entry(&owner, &other)), &gone).await.expect(200);
        assert_eq!(stopped.body["data"]["duration"], 1800);
    }

    async fn what_was_deleted_comes_back(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let accountant = kronos.member("accountant").await;
        let created = create(&employee, json!({ "start": "2026-03-04T09:00:00Z", "description": "Design" })).await.expect(201);
        let address = entry(&employee, &created);
        let restore = format!("{address}/restore");
        // What is there is answered as it is.
        assert_eq!(post(&employee, &restore).await.expect(200).body["data"], created.body["data"]);
        employee.delete(&address).await.expect(204);
        kronos.member("employee").await.get(&address).await.expect(404);
        post(&kronos.member("employee").await, &restore).await.expect_problem(404, "not_found");
        post(&accountant, &restore).await.expect_problem(403, "permission_denied");
        let stale = employee.request(Method::POST, &restore).header("if-match", "\"1\"");
        employee.send(stale).await.expect_problem(412, "version_mismatch");
        let other = create(&employee, json!({ "start": "2026-03-04T09:00:00Z" })).await.expect(201);
        let refused = post(&employee, &restore).await.expect_problem(409, "time_entry_still_running");
        assert_eq!(refused.body["meta"]["time_entry_id"], other.body["data"]["id"]);
        employee.delete(&entry(&employee, &other)).await.expect(204);
        let back = post(&owner, &restore).await.expect(200);
        assert_eq!((back.header("etag"), &back.body["data"]["deleted_at"]), ("\"3\"", &Value::Null));
        assert_eq!(employee.get(&address).await.expect(200).string("/data/description"), "Design");
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE topic = 'time_entry.restored'").await, 1);
        let changes = employee.get(&employee.path("/time-entries/changes?since=0")).await.expect(200);
        let changed = changes.body["data"].as_array().unwrap().iter().find(|entry| entry["id"] == back.body["data"]["id"]);
        assert_eq!(changed.unwrap()["deleted_at"], Value::Null);
    }
}
