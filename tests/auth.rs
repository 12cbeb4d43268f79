//! `/auth`, `/.well-known`: signing in, tokens and the keys that verify them.

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
        assert!((60..=3600).contains(&session["expires_in"].as_i64().unwrap()), "{session}");
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
            "x".repeat(64 << 10),
            session["refresh_token"].as_str().unwrap().to_owned(),
        ];
        for token in forged {
            let answer = bearer(&kronos, &token).get(WHO).await;
            assert!([401, 431].contains(&answer.status), "{} for {}", answer.status, &token[..token.len().min(80)]);
            if answer.status == 401 {
                assert!(answer.header("www-authenticate").contains("invalid_token"), "{:?}", answer.headers);
            }
        }
        let anonymous = kronos.anonymous().get(WHO).await.expect_problem(401, "unauthenticated");
        assert!(anonymous.header("www-authenticate").starts_with("Bearer"));
        assert!(!anonymous.header("www-authenticate").contains("error="), "RFC 6750, section 3");

        let nobody = kronos.anonymous();
        nobody.send(nobody.request(Method::GET, &format!("{WHO}?access_token={good}"))).await.expect(401);
        let twice = nobody.request(Method::GET, WHO).header("authorization", format!("Bearer {good}")).header("authorization", "Bearer x");
        let status = nobody.send(twice).await.status;
        assert!([400, 401].contains(&status), "{status}");
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

    /// A token whose time has passed is refused, also by an instance that has seen it before.
    async fn tokens_expire(kronos: Kronos) {
        let request = http::Request::post("/auth/operator/tokens")
            .header("authorization", "Bearer operator secret of the tests")
            .header("content-type", "application/json")
            .body(json!({ "email": "owner@example.com", "expires_in": 1 }).to_string().into())
            .unwrap();
        let body = kronos.host().call("identity", request).await.into_body();
        let minted: Value = serde_json::from_slice(&body).unwrap();
        let actor = bearer(&kronos, minted["access_token"].as_str().unwrap());
        let first = actor.get(WHO).await.status;
        // Leeway for clocks that differ is at most a minute (RFC 9068 leaves it to us), and we give none to our own tokens.
        tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
        actor.get(WHO).await.expect(401);
        assert_eq!(first, 200);
    }

    /// Discovery says where the keys are, and the keys hold no private part.
    async fn keys_and_discovery(kronos: Kronos) {
        let nobody = kronos.anonymous();
        let discovery = nobody.get("/.well-known/openid-configuration").await.expect(200);
        assert_eq!(discovery.string("/issuer"), "http://kronos.test");
        assert_eq!(discovery.string("/jwks_uri"), "http://kronos.test/.well-known/jwks.json");
        let keys = nobody.get("/.well-known/jwks.json").await.expect(200);
        assert_eq!(keys.string("/keys/0/kty"), "OKP");
        assert_eq!(keys.string("/keys/0/crv"), "Ed25519");
        assert!(keys.body["keys"][0].get("d").is_none(), "{}", keys.text);
        nobody.get("/.well-known/oauth-authorization-server").await.expect(200);
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

    /// The endpoint for other people's proxies: who is there, or what is missing.
    async fn forward_auth(kronos: Kronos) {
        let owner = kronos.owner().await;
        let answer = owner.get("/auth/verify").await;
        assert!([200, 202].contains(&answer.status), "{}", answer.text);
        assert!(!answer.header("x-auth-request-user").is_empty(), "{:?}", answer.headers);
        let refused = kronos.anonymous().get("/auth/verify").await.expect(401);
        assert!(refused.header("www-authenticate").starts_with("Bearer"));
        bearer(&kronos, "x.y.z").get("/auth/verify").await.expect(401);
    }
}
