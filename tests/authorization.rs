//! Every operation of the table: who may not call it, what each role may do with it, and one call that succeeds. The table is the
//! list, so none can be forgotten.

use kronos_api::{Access, Operation, Outcome, operations};
use kronos_tests::{Actor, Answer, Kronos, OPERATOR_SECRET, OWNER_PASSWORD, Signer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

const ROLES: [&str; 4] = ["owner", "admin", "manager", "employee"];

/// The request that the row describes, with nothing in it that is in the way of success. `resource` is what the last parameter of
/// the path names.
fn request(actor: &Actor, operation: &Operation, organization: &str, resource: &str) -> reqwest::RequestBuilder {
    let path = operation.path.replace("{organization}", organization);
    let path = path.replace("{entry}", resource).replace("{token}", resource);
    assert!(!path.contains('{'), "the test does not know the parameters of {path}");
    let method = if operation.method == "*" { "GET" } else { operation.method };
    let required = operation.parameters.iter().filter(|parameter| parameter.required);
    let query: Vec<_> = required.map(|parameter| (parameter.name, parameter.sample)).collect();
    let request = actor.request(Method::from_bytes(method.as_bytes()).unwrap(), &path).query(&query);
    match operation.body {
        Some(body) => request.json(&serde_json::from_str::<Value>(body.sample).unwrap()),
        None => request,
    }
}

async fn call(actor: &Actor, operation: &Operation, organization: &str, entry: &str) -> Answer {
    actor.send(request(actor, operation, organization, entry)).await
}

/// A new entry, as the operation needs it: running when it is about the running timer, else finished. Answers its id.
async fn prepare(member: &Actor, operation: &Operation) -> String {
    let running = ["get_active_time_entry", "stop_time_entry"].contains(&operation.id);
    let end = if running { Value::Null } else { json!("2026-03-04T10:00:00Z") };
    let body = json!({ "start": "2026-03-04T09:00:00Z", "end": end });
    member.post(&member.path("/time-entries?on_running=stop"), &body).await.expect(201).string("/data/id")
}

/// What the answer to an operation has to be.
#[track_caller]
fn expect(answer: Answer, operation: &Operation, who: &str, status: u16, key: Option<&str>) {
    assert_eq!(answer.status, status, "{} {} as {who}: {}", operation.method, operation.path, answer.text);
    if let Some(key) = key {
        answer.expect_problem(status, key);
    }
}

fn guarded() -> impl Iterator<Item = &'static Operation> {
    operations::all().filter(|operation| operation.access != Access::Public)
}

/// A session of the owner, by its refresh token.
async fn refresh_token(kronos: &Kronos) -> String {
    let credentials = json!({ "email": "owner@example.com", "password": OWNER_PASSWORD });
    kronos.anonymous().post("/auth/session", &credentials).await.expect(200).string("/refresh_token")
}

on_both_engines! {
    /// Nobody, a token without the scope, and another tenant are refused everywhere.
    async fn every_operation_refuses_strangers(kronos: Kronos) {
        let (owner, stranger) = (kronos.owner().await, kronos.other_tenant().await);
        let without_scope = Signer::of(&kronos).await.with_scope(&kronos, &owner, "something:else").await;
        let entry = prepare(&owner, guarded().next().expect("an operation")).await;
        let before = kronos.number("SELECT count(*) FROM recorded_events").await;

        for operation in guarded() {
            let answer = call(&kronos.anonymous(), operation, &owner.organization, &entry).await;
            expect(answer, operation, "nobody", 401, Some("unauthenticated"));
            if operation.access != Access::Token {
                let answer = call(&without_scope, operation, &owner.organization, &entry).await;
                expect(answer, operation, "the owner without the scope", 403, Some("insufficient_scope"));
            }
            if operation.path.contains("{organization}") {
                let answer = call(&stranger, operation, &owner.organization, &entry).await;
                assert!(!answer.text.contains(&owner.member), "{}", answer.text);
                expect(answer, operation, "another tenant", 404, Some("not_found"));
            }
            if operation.path.contains("{entry}") {
                let answer = call(&stranger, operation, &stranger.organization, &entry).await;
                expect(answer, operation, "another tenant at home", 404, Some("not_found"));
            }
        }
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events").await, before, "a stranger wrote something");
    }

    /// Each role may do with the entries of a colleague what the row says, and all that is about itself.
    async fn every_role_has_its_reach(kronos: Kronos) {
        let colleague = kronos.member("employee").await;
        for role in ROLES {
            let actor = kronos.member(role).await;
            let role = role.parse().expect("a role");
            for operation in guarded().filter(|operation| operation.path.contains("{organization}")) {
                let entry = prepare(&colleague, operation).await;
                let answer = call(&actor, operation, &actor.organization, &entry).await;
                match operation.reach.outcome(role) {
                    Outcome::Allowed => expect(answer, operation, role.name(), operation.status, None),
                    Outcome::Forbidden => expect(answer, operation, role.name(), 403, Some("permission_denied")),
                    Outcome::Hidden => expect(answer, operation, role.name(), 404, Some("not_found")),
                }
            }
        }
    }

    /// The scope of the row is enough for the sample of the row, on what is the caller's own.
    async fn every_guarded_operation_succeeds(kronos: Kronos) {
        let employee = kronos.member("employee").await;
        let signer = Signer::of(&kronos).await;
        for operation in guarded() {
            let scope = match operation.access {
                Access::Scope(scope) => scope,
                Access::Token | Access::Public => "something:else",
            };
            let actor = signer.with_scope(&kronos, &employee, scope).await;
            let entry = prepare(&employee, operation).await;
            let answer = call(&actor, operation, &actor.organization, &entry).await;
            expect(answer, operation, "an employee with the scope", operation.status, None);
        }
    }

    /// What needs no token succeeds with the sample of the row; what is secret in it is put in.
    async fn every_public_operation_succeeds(kronos: Kronos) {
        let nobody = kronos.anonymous();
        let mint = nobody.request(Method::POST, "/auth/operator/tokens").bearer_auth(OPERATOR_SECRET);
        let minted = nobody.send(mint.json(&json!({ "email": "owner@example.com" }))).await.expect(200).string("/id");
        for operation in operations::all().filter(|operation| operation.access == Access::Public) {
            let mut request = request(&nobody, operation, "", &minted);
            if operation.body.is_some_and(|body| body.sample.contains("refresh_token")) {
                request = request.json(&json!({ "refresh_token": refresh_token(&kronos).await }));
            }
            if operation.id.contains("operator") {
                request = request.bearer_auth(OPERATOR_SECRET);
            }
            expect(nobody.send(request).await, operation, "nobody", operation.status, None);
        }
    }

    /// Unknown paths and methods are refused in the same words for everybody.
    async fn unknown_paths_and_methods(kronos: Kronos) {
        let owner = kronos.owner().await;
        owner.get(&owner.path("/time-entries/not-an-id")).await.expect(404);
        owner.get("/api/v1/users/me/time-entries/nonsense").await.expect(404);
        let answer = owner.delete(&owner.path("/time-entries")).await.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), "GET, HEAD, POST");
    }
}
