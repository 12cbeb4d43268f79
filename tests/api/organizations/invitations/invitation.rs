//! `/api/v1/organizations/{organization}/invitations` and `/api/v1/invitations/accept`.

use kronos_tests::{Actor, Answer, Kronos, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

async fn email(actor: &Actor) -> String {
    actor.get("/api/v1/users/me").await.expect(200).string("/data/email")
}

async fn invite(owner: &Actor, email: &str, role: &str) -> Answer {
    owner.post(&owner.path("/invitations"), &json!({ "email": email, "role": role })).await
}

async fn accept(actor: &Actor, token: &str) -> Answer {
    actor.post("/api/v1/invitations/accept", &json!({ "token": token })).await
}

/// Ends all invitations, as a week does.
async fn a_week_passes(kronos: &Kronos) {
    kronos.sql("UPDATE invitations SET expires_at = 1, version = version + 1").await;
}

on_both_engines! {
    async fn whoever_is_invited_becomes_a_member_once(kronos: Kronos) {
        let (owner, guest, other) = (kronos.owner().await, kronos.other_tenant().await, kronos.other_tenant().await);
        let address = email(&guest).await;
        let made = invite(&owner, &address.to_uppercase(), "manager").await.expect(201);
        let (id, token) = (made.string("/data/id"), made.string("/data/token"));
        assert_eq!(made.string("/data/email"), address);
        assert_eq!(made.string("/data/link"), format!("http://kronos.test/invitations/accept#token={token}"));
        assert_eq!(made.header("location"), owner.path(&format!("/invitations/{id}")));
        // Only whoever made it is told the secret, and only its hash is kept.
        for answer in [owner.get(&owner.path(&format!("/invitations/{id}"))).await, owner.get(&owner.path("/invitations")).await] {
            let answer = answer.expect(200);
            assert!(answer.text.contains(&id) && !answer.text.contains(&token) && !answer.text.contains("token"), "{}", answer.text);
        }
        let kept = format!("SELECT count(*) FROM invitations WHERE token_hash = '{token}'");
        assert_eq!(kronos.number(&kept).await, 0);

        accept(&other, &token).await.expect_problem(403, "invitation_for_another_email");
        accept(&guest, "nonsense").await.expect_problem(404, "not_found");
        let accepted = accept(&guest, &token).await.expect(200);
        assert_eq!(accepted.string("/data/organization/id"), owner.organization);
        assert_eq!(accepted.string("/data/role"), "manager");
        accept(&guest, &token).await.expect_problem(409, "invitation_already_accepted");
        assert_eq!(guest.get(&owner.path("/members")).await.expect(200).body["meta"]["total"], 2);
        assert_eq!(owner.get(&owner.path("/invitations")).await.expect(200).body["meta"]["total"], 0);
        owner.delete(&owner.path(&format!("/invitations/{id}"))).await.expect_problem(409, "invitation_already_accepted");
        invite(&owner, &address, "manager").await.expect_problem(409, "user_is_already_member_of_organization");
        // Nor does an event say it.
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE CAST(data AS text) LIKE '%token%'").await, 0);
    }

    /// One secret, many requests at once: one membership.
    async fn an_invitation_is_accepted_once_under_races(kronos: Kronos) {
        let (owner, guest) = (kronos.owner().await, kronos.other_tenant().await);
        let token = invite(&owner, &email(&guest).await, "employee").await.expect(201).string("/data/token");
        let mut calls = JoinSet::new();
        for _ in 0..8 {
            let (guest, token) = (guest.clone(), token.clone());
            calls.spawn(async move { accept(&guest, &token).await.status });
        }
        let statuses = calls.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE topic = 'invitation.accepted'").await, 1);
    }

    async fn a_new_link_ends_the_old_one(kronos: Kronos) {
        let (owner, guest) = (kronos.owner().await, kronos.other_tenant().await);
        let made = invite(&owner, &email(&guest).await, "employee").await.expect(201);
        let path = owner.path(&format!("/invitations/{}", made.string("/data/id")));
        let resend = async || owner.post(&format!("{path}/resend"), &json!({})).await;
        a_week_passes(&kronos).await;
        accept(&guest, &made.string("/data/token")).await.expect_problem(410, "invitation_expired");
        assert_eq!(owner.get(&owner.path("/invitations")).await.expect(200).body["meta"]["total"], 1);
        let sent = resend().await.expect(200);
        accept(&guest, &made.string("/data/token")).await.expect_problem(404, "not_found");
        assert!(sent.string("/data/expires_at") > made.string("/data/created_at"));
        let again = owner.send(owner.request(Method::POST, &format!("{path}/resend"))).await.expect(200);
        accept(&guest, &sent.string("/data/token")).await.expect_problem(404, "not_found");
        owner.delete(&path).await.expect(204);
        accept(&guest, &again.string("/data/token")).await.expect_problem(404, "not_found");
        resend().await.expect_problem(404, "not_found");
        owner.delete(&path).await.expect_problem(404, "not_found");
    }

    async fn one_open_invitation_for_an_address(kronos: Kronos) {
        let (owner, admin) = (kronos.owner().await, kronos.member("admin").await);
        let made = invite(&owner, "new@example.org", "employee").await.expect(201);
        invite(&owner, "NEW@example.org", "admin").await.expect_problem(409, "invitation_for_the_email_already_exists");
        owner.delete(&owner.path(&format!("/invitations/{}", made.string("/data/id")))).await.expect(204);
        invite(&admin, "new@example.org", "owner").await.expect_problem(403, "only_owner_can_change_ownership");
        let owners = invite(&owner, "new@example.org", "owner").await.expect(201).string("/data/id");
        admin.delete(&admin.path(&format!("/invitations/{owners}"))).await.expect_problem(403, "only_owner_can_change_ownership");
        // Whether somebody else's address is known here is told to nobody.
        let known = email(&kronos.other_tenant().await).await;
        let shape = |answer: Answer| {
            let mut members: Vec<_> = answer.body["data"].as_object().unwrap().keys().cloned().collect();
            members.sort_unstable();
            members
        };
        let (known, unknown) = (invite(&owner, &known, "employee").await.expect(201), invite(&owner, "nobody@example.org", "employee").await.expect(201));
        assert_eq!(shape(known), shape(unknown));
        for (body, field) in [
            (json!({ "email": "nobody", "role": "employee" }), "email"),
            (json!({ "email": "a@example.org" }), "role"),
            (json!({ "email": "a@example.org", "role": "placeholder" }), "role"),
        ] {
            let refused = owner.post(&owner.path("/invitations"), &body).await.expect_problem(422, "validation_failed");
            assert!(refused.body["errors"][field][0].is_string(), "{}", refused.text);
        }
    }

    async fn a_repeated_invitation_is_one(kronos: Kronos) {
        let owner = kronos.owner().await;
        let send = async |email: &str| {
            let request = owner.request(Method::POST, &owner.path("/invitations")).header("idempotency-key", "k");
            owner.send(request.json(&json!({ "email": email, "role": "employee" }))).await
        };
        let first = send("a@example.org").await.expect(201);
        let again = send("a@example.org").await.expect(200);
        assert_eq!((again.string("/data/id"), again.header("idempotency-replayed")), (first.string("/data/id"), "true"));
        // The secret is not known any more.
        assert_eq!(again.body["data"].get("token"), None);
        send("b@example.org").await.expect_problem(422, "idempotency_key_reused");
    }

    async fn whoever_takes_over_a_placeholder_has_its_time(kronos: Kronos) {
        let (owner, guest) = (kronos.owner().await, kronos.other_tenant().await);
        let body = json!({ "name": "Imported", "email": email(&guest).await });
        let placeholder = owner.post(&owner.path("/members"), &body).await.expect(201).string("/data/id");
        let entry = json!({ "member_id": placeholder, "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
        let entry = owner.post(&owner.path("/time-entries"), &entry).await.expect(201);
        assert_eq!(entry.string("/data/user_id"), placeholder);
        let path = owner.path(&format!("/members/{placeholder}/invite-placeholder"));
        let made = owner.send(owner.request(Method::POST, &path)).await.expect(201);
        assert_eq!((made.string("/data/member_id"), made.string("/data/role")), (placeholder.clone(), "employee".into()));
        owner.post(&path, &json!({ "email": "b@example.org" })).await.expect_problem(409, "invitation_for_the_email_already_exists");
        let accepted = accept(&guest, &made.string("/data/token")).await.expect(200);
        assert_eq!(accepted.string("/data/id"), placeholder);
        let entry = guest.get(&owner.path(&format!("/time-entries/{}", entry.string("/data/id")))).await.expect(200);
        assert_ne!(entry.string("/data/user_id"), placeholder);
        let member = owner.get(&owner.path(&format!("/members/{placeholder}"))).await.expect(200);
        assert_eq!((&member.body["data"]["is_placeholder"], &member.body["data"]["name"]), (&json!(false), &json!("Test")));
        owner.post(&path, &json!({})).await.expect_problem(409, "only_placeholders_can_be_merged_into_another_member");
        let nameless = owner.post(&owner.path("/members"), &json!({ "name": "No address" })).await.expect(201).string("/data/id");
        let path = owner.path(&format!("/members/{nameless}/invite-placeholder"));
        let refused = owner.post(&path, &json!({})).await.expect_problem(422, "validation_failed");
        assert_ne!(refused.body["errors"]["email"], Value::Null);
    }
}
