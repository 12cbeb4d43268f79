//! `/auth/operator/tokens`: tokens for scripts.

use kronos_tests::{Actor, Engine, Kronos, OPERATOR_SECRET, on_both_engines};
use serde_json::{Value, json};

const TOKENS: &str = "/auth/operator/tokens";
const WHO: &str = "/api/v1/users/me/memberships";

fn operator(kronos: &Kronos) -> Actor {
    kronos.anonymous().with_token(OPERATOR_SECRET)
}

async fn mint(kronos: &Kronos) -> Value {
    let asked = json!({ "email": "owner@example.com", "expires_in": 3600 });
    operator(kronos).post(TOKENS, &asked).await.expect(200).body
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

on_both_engines! {
    /// An operator's token works until it expires; it needs the operator's secret, and a known user.
    async fn operators_mint_tokens(kronos: Kronos) {
        let token = kronos.token("owner@example.com").await;
        kronos.anonymous().with_token(&token).get(WHO).await.expect(200);
        let nobody = kronos.anonymous();
        nobody.post(TOKENS, &json!({ "email": "owner@example.com" })).await.expect(401);
        kronos.anonymous().with_token("wrong").post(TOKENS, &json!({ "email": "owner@example.com" })).await.expect(401);
    }

    /// A token is listed, and works until it is revoked. Components learn of that with the keys of the issuer.
    async fn a_token_can_be_revoked(kronos: Kronos) {
        let mut kronos = kronos;
        let (first, second) = (mint(&kronos).await, mint(&kronos).await);
        for token in [&first, &second] {
            kronos.anonymous().with_token(text(&token["access_token"])).get(WHO).await.expect(200);
        }
        let list = operator(&kronos).get(TOKENS).await.expect(200).body;
        let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|token| text(&token["id"])).collect();
        assert_eq!(ids, [text(&second["id"]), text(&first["id"])], "the newest first");
        assert!(list["data"][0]["revoked_at"].is_null(), "{list}");

        let path = format!("{TOKENS}/{}", text(&first["id"]));
        kronos.anonymous().delete(&path).await.expect_problem(401, "invalid_operator_secret");
        for _ in 0..2 {
            operator(&kronos).delete(&path).await.expect(204);
        }
        let list = operator(&kronos).get(TOKENS).await.expect(200).body;
        assert!(list["data"][0]["revoked_at"].is_null() && list["data"][1]["revoked_at"].is_string(), "{list}");
        let keys = kronos.anonymous().get("/.well-known/jwks.json").await.expect(200).body;
        assert_eq!(keys["revoked"], json!([format!("operator.{}", text(&first["id"]))]));

        // Instances that start anew ask for the keys at once, the others within five minutes.
        kronos.restart().await;
        let revoked = kronos.anonymous().with_token(text(&first["access_token"]));
        let refused = revoked.get(WHO).await.expect_problem(401, "invalid_token");
        assert!(refused.header("www-authenticate").contains("invalid_token"), "{:?}", refused.headers);
        revoked.get("/auth/verify").await.expect(401);
        kronos.anonymous().with_token(text(&second["access_token"])).get(WHO).await.expect(200);
    }

    async fn nothing_is_revoked_unless_there_is_something(kronos: Kronos) {
        for id in [uuid::Uuid::now_v7().to_string(), "nonsense".to_owned()] {
            operator(&kronos).delete(&format!("{TOKENS}/{id}")).await.expect_problem(404, "not_found");
        }
        let keys = kronos.anonymous().get("/.well-known/jwks.json").await.expect(200).body;
        assert!(keys.get("revoked").is_none(), "{keys}");
    }

    /// The secret cannot be guessed from one address; others are not disturbed, nor is whoever knows it.
    async fn the_secret_is_throttled_by_address(kronos: Kronos) {
        for _ in 0..30 {
            operator(&kronos).get(TOKENS).await.expect(200);
        }
        let stranger = kronos.anonymous_at(0, 2).with_token("wrong");
        for _ in 0..20 {
            stranger.get(TOKENS).await.expect_problem(401, "invalid_operator_secret");
        }
        let refused = stranger.get(TOKENS).await.expect_problem(429, "too_many_requests");
        assert_eq!(refused.header("retry-after"), "30");
        assert_eq!(refused.string("/message"), "There were too many requests. Try again in 30 seconds.");
        let late = kronos.anonymous_at(0, 2).with_token(OPERATOR_SECRET);
        late.get(TOKENS).await.expect_problem(429, "too_many_requests");
        operator(&kronos).get(TOKENS).await.expect(200);
    }
}

/// Without a secret nobody manages tokens, and whoever tries is told what is missing.
#[tokio::test]
async fn without_a_secret_the_remedy_is_told() {
    let kronos = Kronos::start_with(Engine::Embedded, |options| {
        options.variables.retain(|(name, _)| name != "operator_secret");
    })
    .await;
    for token in ["", OPERATOR_SECRET] {
        let refused =
            kronos.anonymous().with_token(token).get(TOKENS).await.expect_problem(404, "operator_tokens_disabled");
        assert!(refused.string("/message").contains("`operator_secret` is empty"), "{}", refused.text);
    }
}
