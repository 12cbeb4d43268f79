//! `/.well-known`: the keys that verify tokens, and where they are.

use kronos_tests::on_both_engines;

on_both_engines! {
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
}
