//! Bearer tokens, at any operation that wants one.

use kronos_tests::{Kronos, OWNER_PASSWORD, Signer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

const WHO: &str = "/api/v1/users/me/memberships";

/// One of the three parts of a token (RFC 7519), replaced.
fn with_part(token: &str, index: usize, value: &str) -> String {
    let mut parts: Vec<&str> = token.split('.').collect();
    parts[index] = value;
    parts.join(".")
}

/// The two tokens of a new session.
async fn session(kronos: &Kronos) -> (String, String) {
    let body = json!({ "email": "owner@example.com", "password": OWNER_PASSWORD });
    let session = kronos.anonymous().post("/auth/session", &body).await.expect(200);
    (session.string("/access_token"), session.string("/refresh_token"))
}

on_both_engines! {
    /// Tokens that are expired, forged, unsigned or meant for somebody else are refused; none reaches a handler.
    async fn bad_tokens_are_refused(kronos: Kronos) {
        let (access, refresh) = session(&kronos).await;
        let good = access.as_str();
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
            refresh,
        ];
        for token in forged {
            let answer = kronos.anonymous().with_token(&token).get(WHO).await;
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
        kronos.anonymous().with_token(&foreign).get(WHO).await.expect(401);
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
            kronos.anonymous().with_token(&signer.sign(typ, &claims)).get(WHO).await.status
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

    /// A token that an instance has seen before is refused even so when its time has passed.
    async fn tokens_expire(kronos: Kronos) {
        let owner = kronos.owner().await;
        let user = kronos.text(&format!("SELECT CAST(user_id AS TEXT) FROM members WHERE id = '{}'", owner.member)).await;
        // Expired 27 s ago, of the 30 s that clocks may differ.
        let now = jsonwebtoken::get_current_timestamp();
        let claims = json!({
            "iss": "http://kronos.test", "aud": "http://kronos.test", "sub": user, "client_id": "kronos",
            "iat": now - 60, "exp": now - 27, "jti": uuid::Uuid::now_v7(), "scope": "api",
        });
        let actor = kronos.anonymous().with_token(&Signer::of(&kronos).await.sign("at+jwt", &claims));
        actor.get(WHO).await.expect(200);
        tokio::time::sleep(std::time::Duration::from_millis(4500)).await;
        actor.get(WHO).await.expect(401);
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
