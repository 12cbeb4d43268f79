//! Key sets of foreign issuers.

use kronos_domain::Instant;
use kronos_storage::issuer_keys::{self, IssuerKeys};

use crate::fixture::{NOW, World};
use crate::on_both_engines;

const ISSUER: &str = "https://id.example";
const URI: &str = "https://id.example/jwks";

fn keys(jwks: &str, second: i64) -> IssuerKeys {
    IssuerKeys { jwks: jwks.into(), fetched_at: Instant::from_micros(NOW.micros() + second * 1_000_000) }
}

on_both_engines! {
    /// The newest set of an issuer is kept, whoever comes last.
    async fn the_last_good_key_set_is_kept(world: World) {
        let db = &world.identity;
        assert_eq!(issuer_keys::get(db, ISSUER, URI).await, Ok(None));
        for (put, kept) in [(keys("b", 2), "b"), (keys("a", 1), "b"), (keys("c", 3), "c")] {
            issuer_keys::put(db, ISSUER, URI, &put).await.unwrap();
            assert_eq!(issuer_keys::get(db, ISSUER, URI).await.unwrap().unwrap().jwks, kept);
        }
        assert_eq!(issuer_keys::get(db, ISSUER, URI).await, Ok(Some(keys("c", 3))));
        assert_eq!(issuer_keys::get(db, "https://other.example", URI).await, Ok(None));
    }

    /// What another address answered does not count, and gives way however new it was.
    async fn another_address_has_no_keys_yet(world: World) {
        let db = &world.identity;
        issuer_keys::put(db, ISSUER, "https://wrong.example/jwks", &keys("wrong", 9)).await.unwrap();
        assert_eq!(issuer_keys::get(db, ISSUER, URI).await, Ok(None));
        issuer_keys::put(db, ISSUER, URI, &keys("right", 1)).await.unwrap();
        assert_eq!(issuer_keys::get(db, ISSUER, URI).await, Ok(Some(keys("right", 1))));
    }
}
