//! `POST /api/v1/organizations/{organization}/member/{placeholder}/merge-into`.

use kronos_tests::{Actor, Answer, on_both_engines};
use serde_json::{Value, json};

async fn placeholder(owner: &Actor) -> String {
    owner.post(&owner.path("/members"), &json!({ "name": "Imported" })).await.expect(201).string("/data/id")
}

async fn record(owner: &Actor, member: &str, start: &str, end: Value) -> String {
    let body = json!({ "member_id": member, "start": start, "end": end });
    owner.post(&owner.path("/time-entries"), &body).await.expect(201).string("/data/id")
}

async fn merge(owner: &Actor, from: &str, into: &str) -> Answer {
    owner.post(&owner.path(&format!("/member/{from}/merge-into")), &json!({ "member_id": into })).await
}

on_both_engines! {
    /// The person has the time, the reports know, and the placeholder is gone.
    async fn the_time_of_a_placeholder_goes_to_a_person(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let from = placeholder(&owner).await;
        let entry = record(&owner, &from, "2026-03-04T09:00:00Z", json!("2026-03-04T10:00:00Z")).await;
        merge(&owner, &from, &employee.member).await.expect(204);
        let moved = employee.get(&employee.path(&format!("/time-entries/{entry}"))).await.expect(200);
        assert_eq!((moved.string("/data/member_id"), moved.header("etag")), (employee.member.clone(), "\"2\""));
        kronos.report_shows(&employee, "start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z", 3600).await;
        owner.get(&owner.path(&format!("/members/{from}"))).await.expect_problem(404, "not_found");
        merge(&owner, &from, &employee.member).await.expect_problem(404, "not_found");
        let other = placeholder(&owner).await;
        let plural = owner.path(&format!("/members/{other}/merge-into"));
        owner.post(&plural, &json!({ "member_id": employee.member })).await.expect(204);
    }

    async fn what_cannot_be_one_stays_two(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let (from, other) = (placeholder(&owner).await, placeholder(&owner).await);
        merge(&owner, &employee.member, &owner.member).await.expect_problem(409, "only_placeholders_can_be_merged_into_another_member");
        for into in [other.as_str(), from.as_str(), "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e", "none"] {
            let refused = merge(&owner, &from, into).await.expect_problem(422, "validation_failed");
            assert!(refused.body["errors"]["member_id"][0].is_string(), "{}", refused.text);
        }
        let running = record(&owner, &from, "2026-03-04T09:00:00Z", Value::Null).await;
        let timer = record(&employee, &employee.member, "2026-03-04T12:00:00Z", Value::Null).await;
        merge(&owner, &from, &employee.member).await.expect_problem(409, "time_entry_still_running");
        employee.delete(&employee.path(&format!("/time-entries/{timer}"))).await.expect(204);

        owner.patch(&owner.path(""), &json!({ "prevent_overlapping_time_entries": true })).await.expect(200);
        let own = record(&employee, &employee.member, "2026-03-04T10:00:00Z", json!("2026-03-04T11:00:00Z")).await;
        merge(&owner, &from, &employee.member).await.expect_problem(409, "overlapping_time_entry");
        let kept = owner.get(&owner.path(&format!("/time-entries/{running}"))).await.expect(200);
        assert_eq!((kept.string("/data/member_id"), kept.header("etag")), (from.clone(), "\"1\""));
        employee.delete(&employee.path(&format!("/time-entries/{own}"))).await.expect(204);
        record(&employee, &employee.member, "2026-03-04T08:00:00Z", json!("2026-03-04T09:00:00Z")).await;
        merge(&owner, &from, &employee.member).await.expect(204);
    }
}
