//! Every operation against everybody who may not call it; the operations table is the list, so none can be forgotten.

use kronos_api::{Access, OPERATIONS};
use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::json;

/// Calls an operation with path parameters of `organization` and `entry`.
async fn call(actor: &Actor, operation: &kronos_api::Operation, organization: &str, entry: &str) -> Answer {
    let path = operation.path.replace("{organization}", organization).replace("{entry}", entry);
    assert!(!path.contains('{'), "the test does not know the parameters of {path}");
    let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
    let request = actor.request(method.clone(), &path);
    // Well-formed, so that nothing but the missing right is in the way.
    let range = [("group", "day"), ("start", "2026-03-01T00:00:00Z"), ("end", "2026-04-01T00:00:00Z")];
    let request = match method {
        Method::GET => request.query(&range),
        Method::DELETE => request,
        _ => request.json(&json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" })),
    };
    actor.send(request).await
}

on_both_engines! {
    /// Nobody, a token without the scope, and another tenant are refused everywhere.
    async fn every_operation_refuses_strangers(kronos: Kronos) {
        let (owner, stranger) = (kronos.owner().await, kronos.other_tenant().await);
        let created = owner
            .post(&owner.path("/time-entries"), &json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" }))
            .await
            .expect(201);
        let entry = created.string("/data/id");
        let before = kronos.number("SELECT count(*) FROM recorded_events").await;

        let guarded: Vec<_> = OPERATIONS.iter().filter(|operation| matches!(operation.access, Access::Scope(_))).collect();
        assert!(guarded.len() >= 8, "the table lost its operations");
        for operation in guarded {
            let anonymous = call(&kronos.anonymous(), operation, &owner.organization, &entry).await;
            assert_eq!(anonymous.status, 401, "{} {}: {}", operation.method, operation.path, anonymous.text);
            if operation.path.contains("{organization}") {
                let answer = call(&stranger, operation, &owner.organization, &entry).await;
                assert_eq!(answer.status, 404, "{} {}: {}", operation.method, operation.path, answer.text);
                assert!(!answer.text.contains(&owner.member), "{}", answer.text);
            }
            if operation.path.contains("{entry}") {
                let answer = call(&stranger, operation, &stranger.organization, &entry).await;
                assert_eq!(answer.status, 404, "{} {}: {}", operation.method, operation.path, answer.text);
            }
        }
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events").await, before, "a stranger wrote something");
    }

    /// Unknown paths and methods are refused in the same words for everybody.
    async fn unknown_paths_and_methods(kronos: Kronos) {
        let owner = kronos.owner().await;
        owner.get(&owner.path("/time-entries/not-an-id")).await.expect(404);
        owner.get("/api/v1/users/me/time-entries/nonsense").await.expect(404);
        let answer = owner.delete(&owner.path("/time-entries")).await;
        if answer.status == 405 {
            assert!(answer.header("allow").contains("GET"), "{:?}", answer.headers);
        } else {
            answer.expect(404);
        }
    }
}
