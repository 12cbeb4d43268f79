//! Every operation of the table: who may not call it, what each role may do with it, and one call that succeeds. The table is the
//! list, so none can be forgotten.

use kronos_api::{Access, Operation, Outcome, Whose, operations};
use kronos_domain::Role;
use kronos_tests::{Actor, Answer, Kronos, OPERATOR_SECRET, OWNER_PASSWORD, Signer, on_both_engines};
use reqwest::Method;
use serde_json::json;

use self::scene::Scene;

pub mod scene;

/// What the answer to an operation has to be.
#[track_caller]
fn expect(answer: Answer, operation: &Operation, who: &str, status: u16, key: Option<&str>) {
    assert_eq!(answer.status, status, "{} {} as {who}: {}", operation.method, operation.path, answer.text);
    if let Some(key) = key {
        answer.expect_problem(status, key);
    }
}

/// What the answer has to be to a member of this role.
#[track_caller]
fn expect_outcome(answer: Answer, operation: &Operation, role: Role, whose: Whose) {
    match operation.outcome(role, whose) {
        Outcome::Allowed => expect(answer, operation, role.name(), operation.status, None),
        Outcome::Forbidden => expect(answer, operation, role.name(), 403, Some("permission_denied")),
        Outcome::Hidden => expect(answer, operation, role.name(), 404, Some("not_found")),
    }
}

fn guarded() -> impl Iterator<Item = &'static Operation> {
    operations::all().filter(|operation| operation.access != Access::Public)
}

/// The operations of members of an organization.
fn of_members() -> impl Iterator<Item = &'static Operation> {
    guarded().filter(|operation| operation.path.contains("{organization}"))
}

/// The roles of members who sign in.
fn roles() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| *role != Role::Placeholder)
}

/// A session of the owner, by its refresh token.
async fn refresh_token(kronos: &Kronos) -> String {
    let credentials = json!({ "email": "owner@example.com", "password": OWNER_PASSWORD });
    kronos.anonymous().post("/auth/session", &credentials).await.expect(200).string("/refresh_token")
}

/// An operation of the organization that says what it needs, or is known to be about the caller alone.
#[test]
fn every_operation_of_an_organization_needs_a_permission() {
    let without: Vec<_> =
        of_members().filter(|operation| operation.need.is_none()).map(|operation| operation.id).collect();
    assert!(without.is_empty(), "{without:?}");
}

on_both_engines! {
    /// Nobody, a token without the scope, and another tenant are refused everywhere.
    async fn every_operation_refuses_strangers(kronos: Kronos) {
        let (owner, stranger) = (kronos.owner().await, kronos.other_tenant().await);
        let without_scope = Signer::of(&kronos).await.with_scope(&kronos, &owner, "something:else").await;
        let nobody = kronos.anonymous();
        let mut scene = Scene::new(&kronos, &owner);
        let (theirs, ours) = (&stranger.organization, &owner.organization);
        let mut calls = Vec::new();
        for operation in guarded() {
            let mut add = async |who, actor: &Actor, organization: &str, status, key| {
                calls.push((operation, scene.request(actor, operation, organization).await, who, status, key));
            };
            add("nobody", &nobody, ours, 401, "unauthenticated").await;
            if operation.access != Access::Token {
                add("the owner without the scope", &without_scope, ours, 403, "insufficient_scope").await;
            }
            if operation.path.contains("{organization}") {
                add("another tenant", &stranger, ours, 404, "not_found").await;
            }
            if operation.names_resource() {
                add("another tenant at home", &stranger, theirs, 404, "not_found").await;
            }
        }

        let before = kronos.number("SELECT count(*) FROM recorded_events").await;
        for (operation, request, who, status, key) in calls {
            let answer = nobody.send(request).await;
            assert!(!answer.text.contains(&owner.member), "{}", answer.text);
            expect(answer, operation, who, status, Some(key));
        }
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events").await, before, "a stranger wrote something");
    }

    /// Each role may do what the row says with what the owner made.
    async fn every_role_has_its_reach(kronos: Kronos) {
        let owner = kronos.owner().await;
        for role in roles() {
            let actor = kronos.member(role.name()).await;
            for operation in of_members() {
                let request = Scene::new(&kronos, &owner).request(&actor, operation, &actor.organization).await;
                expect_outcome(actor.send(request).await, operation, role, Whose::Others);
            }
        }
    }

    /// Each role may do what the row says with what it made itself, when it may have been another role.
    async fn every_role_has_its_reach_to_its_own(kronos: Kronos) {
        for role in roles() {
            let actor = kronos.member("owner").await;
            for operation in of_members().filter(|operation| operation.names_resource()) {
                if scene::parameters(operation).all(|parameter| scene::OWN.contains(&parameter)) {
                    kronos.set_role(&actor.member, "owner").await;
                    let request = Scene::new(&kronos, &actor).request(&actor, operation, &actor.organization).await;
                    kronos.set_role(&actor.member, role.name()).await;
                    expect_outcome(actor.send(request).await, operation, role, Whose::Own);
                }
            }
        }
    }

    /// The scope of the row is enough for the sample of the row.
    async fn every_guarded_operation_succeeds(kronos: Kronos) {
        let owner = kronos.owner().await;
        let signer = Signer::of(&kronos).await;
        for operation in guarded() {
            let scope = match operation.access {
                Access::Scope(scope) => scope,
                Access::Token | Access::Public => "something:else",
            };
            let actor = signer.with_scope(&kronos, &owner, scope).await;
            let request = Scene::new(&kronos, &owner).request(&actor, operation, &owner.organization).await;
            expect(actor.send(request).await, operation, "the owner with the scope", operation.status, None);
        }
    }

    /// What needs no token succeeds with the sample of the row; what is secret in it is put in.
    async fn every_public_operation_succeeds(kronos: Kronos) {
        let nobody = kronos.anonymous();
        let mint = nobody.request(Method::POST, "/auth/operator/tokens").bearer_auth(OPERATOR_SECRET);
        let minted = nobody.send(mint.json(&json!({ "email": "owner@example.com" }))).await.expect(200).string("/id");
        for operation in operations::all().filter(|operation| operation.access == Access::Public) {
            let mut request = Scene::new(&kronos, &nobody).with("token", minted.clone()).request(&nobody, operation, "").await;
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
        let answer = owner.delete("/api/v1/users/me/time-entries/active").await.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
}
