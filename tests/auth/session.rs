//! `/auth/session` and `/auth/operator`: signing in, and the tokens that come of it.

use kronos_tests::{Actor, Kronos, OWNER_PASSWORD, Signer, on_both_engines};
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

fn bearer(kronos: &Kronos, token: &str) -> Actor {
    let mut actor = kronos.anonymous();
    actor.token = Some(token.to_owned());
    actor
}

/// One of the three parts of a token (RFC 7519), replaced.
fn with_part(token: &str, index: usize, value: &str) -> String {
    let mut parts: Vec<&str> = token.split('.').collect();
    parts[index] = value;
    parts.join(".")
}

on_both_engines! {
    /// A session answers a bearer token and a refresh token, and a wrong password says nothing about the account.
    async fn signing_in(kronos: Kronos) {
        let session = session(&kronos).await;
        assert_eq!(session["token_type"], "Bearer");
        assert_eq!(session["expires_in"], 900, "{session}");
        bearer(&kronos, session["access_token"].as_str().unwrap()).get(WHO).await.expect(200);

        let nobody = kronos.anonymous();
        let wrong = nobody.post("/auth/session", &json!({ "email": "owner@example.com", "password": "wrong" })).await.expect(401);
        let unknown = nobody.post("/auth/session", &json!({ "email": "nobody@example.com", "password": "wrong" })).await.expect(401);
        assert_eq!(wrong.body["detail"], unknown.body["detail"]);
        assert_eq!(wrong.body["key"], unknown.body["key"]);
        nobody.post("/auth/session", &json!({ "email": "owner@example.com" })).await.expect(422);
    }

    /// A refresh token is good for one refresh; using it again ends the whole family (RFC 9700, section 4.14).
    async fn refresh_tokens_rotate(kronos: Kronos) {
        let first = session(&kronos).await;
        let second = refresh(&kronos, &first["refresh_token"]).await.expect(200).body;
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        bearer(&kronos, second["access_token"].as_str().unwrap()).get(WHO).await.expect(200);

        refresh(&kronos, &first["refresh_token"]).await.expect(401);
        refresh(&kronos, &second["refresh_token"]).await.expect(401);
        refresh(&kronos, &json!("nonsense")).await.expect(401);
    }

    /// Of twenty refreshes with one token at once, at most one wins.
    async fn parallel_refreshes_have_one_winner(kronos: Kronos) {
        let session = session(&kronos).await;
        let mut refreshes = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (actor, token) = (kronos.anonymous(), session["refresh_token"].clone());
            refreshes.spawn(async move { actor.post("/auth/session/refresh", &json!({ "refresh_token": token })).await.status });
        }
        let won = refreshes.join_all().await.into_iter().filter(|status| *status == 200).count();
        assert_eq!(won, 1);
    }

    /// Logging out ends the family of refresh tokens.
    async fn logging_out(kronos: Kronos) {
        let session = session(&kronos).await;
        let nobody = kronos.anonymous();
        let logout = nobody.request(Method::DELETE, "/auth/session").json(&json!({ "refresh_token": session["refresh_token"] }));
        nobody.send(logout).await.expect(204);
        refresh(&kronos, &session["refresh_token"]).await.expect(401);
    }

    /// Tokens that are expired, forged, unsigned or meant for somebody else are refused; none reaches a handler.
    async fn bad_tokens_are_refused(kronos: Kronos) {
        let session = session(&kronos).await;
        let good = session["access_token"].as_str().unwrap();
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
        let forged = [
            with_part(good, 2, ""),
            with_part(good, 2, &"A".repeat(86)),
            with_part(&with_part(good, 0, none), 2, ""),
            with_part(good, 0, none),
            with_part(good, 1, "eyJzdWIiOiJhZG1pbiJ9"),
            format!("{good}."),
            good.replace('.', ""),
            "x".repeat(12 << 10),
            session["refresh_token"].as_str().unwrap().to_owned(),
        ];
        for token in forged {
            let answer = bearer(&kronos, &token).get(WHO).await;
            assert_eq!(answer.status, 401, "{}", &token[..token.len().min(80)]);
            let answer = answer.expect_problem(401, "invalid_token");
            assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{:?}", answer.headers);
        }
        let anonymous = kronos.anonymous().get(WHO).await.expect_problem(401, "unauthenticated");
        assert!(anonymous.header("www-authenticate").starts_with("Bearer"));
        assert!(!anonymous.header("www-authenticate").contains("error="), "RFC 6750, section 3");

        let nobody = kronos.anonymous();
        nobody.send(nobody.request(Method::GET, &format!("{WHO}?access_token={good}"))).await.expect(400);
        let twice = nobody.request(Method::GET, WHO).header("authorization", format!("Bearer {good}")).header("authorization", "Bearer x");
        nobody.send(twice).await.expect_problem(400, "invalid_request");
    }

    /// A token of one installation is worth nothing at another.
    async fn a_token_is_for_one_installation(kronos: Kronos) {
        let other = Kronos::start(kronos_tests::Engine::Embedded).await;
        let foreign = other.owner().await.token.unwrap();
        bearer(&kronos, &foreign).get(WHO).await.expect(401);
    }

    /// An operator's token works until it expires; it needs the operator's secret, and a known user.
    async fn operators_mint_tokens(kronos: Kronos) {
        let token = kronos.token("owner@example.com").await;
        bearer(&kronos, &token).get(WHO).await.expect(200);
        let nobody = kronos.anonymous();
        nobody.post("/auth/operator/tokens", &json!({ "email": "owner@example.com" })).await.expect(401);
        bearer(&kronos, "wrong").post("/auth/operator/tokens", &json!({ "email": "owner@example.com" })).await.expect(401);
    }

    /// Tokens with the right signature and the wrong content are refused one by one (RFC 9068, section 4).
    async fn a_signature_is_not_enough(kronos: Kronos) {
        let owner = kronos.owner().await;
        let user = kronos.text(&format!("SELECT CAST(user_id AS TEXT) FROM members WHERE id = '{}'", owner.member)).await;
        let signer = Signer::of(&kronos).await;
        let now = jsonwebtoken::get_current_timestamp();
        let good = json!({
            "iss": "http://kronos.test", "aud": "http://kronos.test", "sub": user, "client_id": "kronos",
            "iat": now, "exp": now + 60, "jti": uuid::Uuid::now_v7(), "scope": "api",
        });
        let status = async |typ: &str, claim: &str, value: Value| {
            let mut claims = good.clone();
            claims[claim] = value;
            if claims[claim].is_null() {
                claims.as_object_mut().unwrap().remove(claim);
            }
            bearer(&kronos, &signer.sign(typ, &claims)).get(WHO).await.status
        };
        assert_eq!(status("at+jwt", "exp", json!(now + 60)).await, 200, "the control");
        for (claim, value) in [
            ("exp", json!(now - 61)),
            ("exp", json!((now + 60).to_string())),
            ("exp", json!(null)),
            ("nbf", json!(now + 3600)),
            ("iat", json!(now + 3600)),
            ("iss", json!("http://kronos.test/")),
            ("iss", json!(null)),
            ("aud", json!("http://elsewhere.test")),
            ("aud", json!([])),
            ("sub", json!(null)),
            ("jti", json!(null)),
            ("cnf", json!({ "jkt": "x" })),
        ] {
            assert_eq!(status("at+jwt", claim, value.clone()).await, 401, "{claim} = {value}");
        }
        for typ in ["JWT", "dpop+jwt", "logout+jwt"] {
            assert_eq!(status(typ, "exp", json!(now + 60)).await, 401, "{typ}");
        }
        assert_eq!(status("at+jwt", "scope", json!("something:else")).await, 403);
    }

    /// A token that an instance has seen before is refused all the same when its time has passed.
    async fn tokens_expire(kronos: Kronos) {
        let owner = kronos.owner().await;
        let user = kronos.text(&format!("SELECT CAST(user_id AS TEXT) FROM members WHERE id = '{}'", owner.member)).await;
        // Expired 27 s ago, of the 30 s that clocks may differ.
        let now = jsonwebtoken::get_current_timestamp();
        let claims = json!({
            "iss": "http://kronos.test", "aud": "http://kronos.test", "sub": user, "client_id": "kronos",
            "iat": now - 60, "exp": now - 27, "jti": uuid::Uuid::now_v7(), "scope": "api",
        });
        let actor = bearer(&kronos, &Signer::of(&kronos).await.sign("at+jwt", &claims));
        actor.get(WHO).await.expect(200);
        tokio::time::sleep(std::time::Duration::from_millis(4500)).await;
        actor.get(WHO).await.expect(401);
    }

    /// The first owner survives a restart with the same keys, and is created once.
    async fn a_restart_changes_nobody(kronos: Kronos) {
        let mut kronos = kronos;
        let token = kronos.owner().await.token.unwrap();
        kronos.restart().await;
        bearer(&kronos, &token).get(WHO).await.expect(200);
        assert_eq!(kronos.number("SELECT count(*) FROM users").await, 1);
        assert_eq!(kronos.number("SELECT count(*) FROM organizations").await, 1);
    }

    /// What a client sends in the names of the platform counts for nothing.
    async fn identity_cannot_be_forged_by_headers(kronos: Kronos) {
        let owner = kronos.owner().await;
        let nobody = kronos.anonymous();
        for name in ["x-kronos-user", "x-kronos-caller", "spin-client-addr", "x-auth-request-user", "x-forwarded-user"] {
            let request = nobody.request(Method::GET, WHO).header(name, &owner.member);
            nobody.send(request).await.expect(401);
        }
    }
}
