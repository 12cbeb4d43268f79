//! `/api/v1/organizations/{organization}/time-entries`: an organization may forbid that entries of a member overlap.

use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(actor: &Actor, start: &str, end: Value) -> Answer {
    let at = |time: &str| format!("2026-03-04T{time}:00Z");
    let end = end.as_str().map(at);
    actor.post(&actor.path("/time-entries"), &json!({ "start": at(start), "end": end })).await
}

fn entry(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/time-entries/{}", answer.string("/data/id")))
}

async fn post(actor: &Actor, path: &str) -> Answer {
    actor.send(actor.request(Method::POST, path)).await
}

async fn forbid(owner: &Actor) {
    owner.patch(&owner.path(""), &json!({ "overlap_policy": "forbid" })).await.expect(200);
}

const KEY: &str = "overlapping_time_entry";

on_both_engines! {
    /// Intervals are half open, and an entry without length overlaps nothing.
    async fn what_overlaps_is_refused(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        forbid(&owner).await;
        create(&owner, "10:00", json!("12:00")).await.expect(201);
        for (start, end) in [("09:00", "10:01"), ("11:59", "13:00"), ("10:30", "11:00"), ("09:00", "13:00"), ("10:00", "12:00")] {
            create(&owner, start, json!(end)).await.expect_problem(409, KEY);
        }
        create(&owner, "09:00", Value::Null).await.expect_problem(409, KEY);
        for (start, end) in [("09:00", "10:00"), ("12:00", "13:00"), ("11:00", "11:00")] {
            create(&owner, start, json!(end)).await.expect(201);
        }
        create(&employee, "10:00", json!("12:00")).await.expect(201);
        let running = create(&owner, "13:00", Value::Null).await.expect(201);
        create(&owner, "15:00", json!("16:00")).await.expect_problem(409, KEY);
        owner.post(&format!("{}/stop", entry(&owner, &running)), &json!({ "end": "2026-03-04T14:00:00Z" })).await.expect(200);
        create(&owner, "15:00", json!("16:00")).await.expect(201);
    }

    /// Through every path that could make two entries of a time.
    async fn every_path_is_closed(kronos: Kronos) {
        let owner = kronos.owner().await;
        let deleted = create(&owner, "10:00", json!("11:00")).await.expect(201);
        owner.delete(&entry(&owner, &deleted)).await.expect(204);
        forbid(&owner).await;
        create(&owner, "10:30", json!("11:30")).await.expect(201);
        let later = create(&owner, "12:00", json!("13:00")).await.expect(201);
        let address = entry(&owner, &later);
        owner.patch(&address, &json!({ "start": "2026-03-04T11:00:00Z" })).await.expect_problem(409, KEY);
        post(&owner, &format!("{}/restore", entry(&owner, &deleted))).await.expect_problem(409, KEY);
        post(&owner, &format!("{address}/duplicate")).await.expect_problem(409, KEY);
        let moved = json!({ "start": "2026-03-04T11:00:00Z" });
        owner.post(&format!("{address}/duplicate"), &moved).await.expect_problem(409, KEY);
        let running = create(&owner, "14:00", Value::Null).await.expect(201);
        create(&owner, "15:00", json!("16:00")).await.expect_problem(409, KEY);
        // To begin in the past stops what runs at its start, and overlaps nothing.
        let body = json!({ "start": "2026-03-04T15:00:00Z" });
        owner.post(&owner.path("/time-entries?on_running=stop"), &body).await.expect(201);
        assert_eq!(owner.get(&entry(&owner, &running)).await.expect(200).string("/data/end"), "2026-03-04T15:00:00Z");
        // A cut leaves the time as it was.
        let halves = owner.post(&format!("{address}/split"), &json!({ "at": "2026-03-04T12:30:00Z" })).await.expect(201);
        assert_eq!(halves.string("/data/0/end"), halves.string("/data/1/start"));
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries WHERE deleted_at IS NULL").await, 5);
    }

    /// Of many who want the same hour at once, one gets it.
    async fn a_race_for_an_hour_has_one_winner(kronos: Kronos) {
        let owner = kronos.owner().await;
        forbid(&owner).await;
        let mut tries = tokio::task::JoinSet::new();
        for minute in 0..20 {
            let owner = owner.clone();
            tries.spawn(async move {
                create(&owner, &format!("10:{minute:02}"), json!(format!("11:{minute:02}"))).await
            });
        }
        let answers = tries.join_all().await;
        let count = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(201), count(409)), (1, 19), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    }

    /// What only gets shorter overlaps nothing new: what overlaps since before can be stopped, also by who ends a membership.
    async fn what_overlaps_already_can_be_stopped(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        for person in [&owner, &employee] {
            create(person, "08:00", json!("20:00")).await.expect(201);
        }
        let running = create(&owner, "09:00", Value::Null).await.expect(201);
        create(&employee, "09:00", Value::Null).await.expect(201);
        forbid(&owner).await;
        let stop = format!("{}/stop", entry(&owner, &running));
        owner.post(&stop, &json!({ "end": "2026-03-04T12:00:00Z" })).await.expect(200);
        let longer = owner.patch(&entry(&owner, &running), &json!({ "end": "2026-03-04T13:00:00Z" })).await;
        longer.expect_problem(409, KEY);
        owner.patch(&entry(&owner, &running), &json!({ "end": "2026-03-04T11:00:00Z" })).await.expect(200);
        let member = owner.path(&format!("/members/{}", employee.member));
        assert_eq!(owner.delete(&member).await.status, 204);
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries WHERE end_at IS NULL").await, 0);
    }

    async fn overlaps_are_allowed_unless_forbidden(kronos: Kronos) {
        let owner = kronos.owner().await;
        create(&owner, "10:00", json!("12:00")).await.expect(201);
        create(&owner, "11:00", json!("13:00")).await.expect(201);
    }
}
