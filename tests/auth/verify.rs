//! `/auth/verify`: the door that other people's proxies ask.

mod proxies;

use kronos_tests::on_both_engines;

on_both_engines! {
    /// The endpoint for other people's proxies: who is there, or what is missing.
    async fn forward_auth(kronos: Kronos) {
        let owner = kronos.owner().await;
        let answer = owner.get("/auth/verify").await.expect(200);
        assert!(!answer.header("x-auth-request-user").is_empty(), "{:?}", answer.headers);
        let refused = kronos.anonymous().get("/auth/verify").await.expect(401);
        assert!(refused.header("www-authenticate").starts_with("Bearer"));
        kronos.anonymous().with_token("x.y.z").get("/auth/verify").await.expect(401);
    }
}
