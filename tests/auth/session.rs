//! `/auth/session`: signing in, staying signed in, and signing out.

use kronos_tests::{Actor, Kronos, OWNER_PASSWORD, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

const WHO: &str = "/api/v1/users/me/memberships";

async fn session(kronos: &Kronos) -> Value {
    let body = json!({ "email": "owner@example.com", "password": OWNER_PASSWORD });
    kronos.anonymous().post("/auth/session", &body).await.expect(200).body
}

async fn refresh(kronos: &Kronos, token: &Value) -> kronos_tests::Answer {
    kronos.anonymous().post("/auth/session/refresh", &json!({ "refresh_token": token })).await
}

on_both_engines! {
    /// A session gives a bearer token and a refresh token, and a wrong password says nothing about the account.
    async fn signing_in(kronos: Kronos) {
        let session = session(&kronos).await;
        assert_eq!(session["token_type"], "Bearer");
        assert_eq!(session["expires_in"], 900, "{session}");
        kronos.anonymous().with_token(session["access_token"].as_str().unwrap()).get(WHO).await.expect(200);

        let nobody = kronos.anonymous();
        let wrong = nobody.post("/auth/session", &json!({ "email": "owner@example.com", "password": "wrong" })).await.expect(401);
        let unknown = nobody.post("/auth/session", &json!({ "email": "nobody@example.com", "password": "wrong" })).await.expect(401);
        assert_eq!(wrong.body["detail"], unknown.body["detail"]);
        assert_eq!(wrong.body["key"], unknown.body["key"]);
        nobody.post("/auth/session", &json!({ "email": "owner@example.com" })).await.expect(422);
    }

    /// A refresh token is good for one refresh; using it again ends the whole family (RFC 9700, section 4.14), except within ten
    /// seconds: then an answer was lost, or another tab was faster.
    async fn refresh_tokens_rotate(kronos: Kronos) {
        let first = session(&kronos).await;
        let second = refresh(&kronos, &first["refresh_token"]).await.expect(200).body;
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        kronos.anonymous().with_token(second["access_token"].as_str().unwrap()).get(WHO).await.expect(200);

        refresh(&kronos, &first["refresh_token"]).await.expect_problem(401, "refresh_token_spent");
        let third = refresh(&kronos, &second["refresh_token"]).await.expect(200).body;
        refresh(&kronos, &second["refresh_token"]).await.expect_problem(401, "refresh_token_spent");
        kronos.sql("UPDATE identity.sessions SET spent_at = spent_at - 10000000").await;
        refresh(&kronos, &second["refresh_token"]).await.expect_problem(401, "invalid_grant");
        refresh(&kronos, &third["refresh_token"]).await.expect_problem(401, "invalid_grant");
        refresh(&kronos, &json!("nonsense")).await.expect_problem(401, "invalid_grant");
    }

    /// Of twenty refreshes with one token at once one wins, and goes on.
    async fn parallel_refreshes_have_one_winner(kronos: Kronos) {
        let session = session(&kronos).await;
        let mut refreshes = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (actor, token) = (kronos.anonymous(), session["refresh_token"].clone());
            refreshes.spawn(async move { actor.post("/auth/session/refresh", &json!({ "refresh_token": token })).await });
        }
        let (won, lost): (Vec<_>, Vec<_>) = refreshes.join_all().await.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 19));
        for answer in lost {
            answer.expect_problem(401, "refresh_token_spent");
        }
        refresh(&kronos, &won[0].body["refresh_token"]).await.expect(200);
    }

    /// Logging out ends the family of refresh tokens.
    async fn logging_out(kronos: Kronos) {
        let session = session(&kronos).await;
        let nobody = kronos.anonymous();
        let logout = nobody.request(Method::DELETE, "/auth/session").json(&json!({ "refresh_token": session["refresh_token"] }));
        nobody.send(logout).await.expect(204);
        refresh(&kronos, &session["refresh_token"]).await.expect(401);
    }

    /// The body says which session ends, also where nothing announces it: in chunks, and over HTTP/2 without a length.
    async fn logging_out_of_another_session(kronos: Kronos) {
        let own = session(&kronos).await;
        for actor in [kronos.anonymous(), Actor::over_http2(&kronos.url)] {
            let other = session(&kronos).await;
            let body = json!({ "refresh_token": other["refresh_token"] }).to_string();
            let chunks = [Ok::<_, std::io::Error>(body[..9].to_owned()), Ok(body[9..].to_owned())];
            let logout = actor
                .request(Method::DELETE, "/auth/session")
                .bearer_auth(own["access_token"].as_str().unwrap())
                .header("content-type", "application/json")
                .body(reqwest::Body::wrap_stream(futures::stream::iter(chunks)));
            actor.send(logout).await.expect(204);
            refresh(&kronos, &other["refresh_token"]).await.expect_problem(401, "invalid_grant");
        }
        let own = refresh(&kronos, &own["refresh_token"]).await.expect(200).body;
        // Without a body it is the session of the access token.
        for actor in [kronos.anonymous(), Actor::over_http2(&kronos.url)] {
            let session = session(&kronos).await;
            let logout = actor.request(Method::DELETE, "/auth/session").bearer_auth(session["access_token"].as_str().unwrap());
            actor.send(logout).await.expect(204);
            refresh(&kronos, &session["refresh_token"]).await.expect_problem(401, "invalid_grant");
        }
        refresh(&kronos, &own["refresh_token"]).await.expect(200);
    }

    /// A session whose user is gone ends with its next refresh.
    async fn a_session_without_a_user(kronos: Kronos) {
        let session = session(&kronos).await;
        kronos.sql("UPDATE identity.sessions SET user_id = '00000000-0000-0000-0000-000000000000'").await;
        refresh(&kronos, &session["refresh_token"]).await.expect_problem(401, "invalid_grant");
        assert_eq!(kronos.number("SELECT count(*) FROM identity.sessions WHERE revoked_at IS NULL").await, 0);
    }

    /// The first owner survives a restart with the same keys, and is created once.
    async fn a_restart_changes_nobody(kronos: Kronos) {
        let mut kronos = kronos;
        let token = kronos.owner().await.token.unwrap();
        kronos.restart().await;
        kronos.anonymous().with_token(&token).get(WHO).await.expect(200);
        assert_eq!(kronos.number("SELECT count(*) FROM users").await, 1);
        assert_eq!(kronos.number("SELECT count(*) FROM organizations").await, 1);
    }
}
