//! The keys that sign our tokens. Each serves for a period of 90 days; the key of the next period is published with it, so that
//! everybody knows it before it signs, and the keys of the past as long as tokens that they signed may live. A key comes into
//! being when its period, or the one before, is first needed.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use kronos_domain::Instant;
use kronos_platform::{Call, Problem, random};
use kronos_storage::Db;
use kronos_storage::signing_keys::{self, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::refusal::Refusal;
use crate::secrets;

/// Most seconds for which any token is valid.
pub const MAX_LIFETIME: u64 = 365 * 24 * 60 * 60;
/// Microseconds for which a key signs.
const PERIOD: i64 = 90 * 24 * 60 * 60 * 1_000_000;
/// Periods of the past whose tokens may still be valid.
#[expect(clippy::cast_possible_wrap, reason = "a year of seconds")]
const PUBLISHED: i64 = MAX_LIFETIME as i64 * 1_000_000 / PERIOD + 1;

/// The keys of a period.
pub struct KeyRing {
    period: i64,
    /// Id of the key that signs.
    pub kid: String,
    /// The key that signs.
    pub key: EncodingKey,
    /// What is published.
    pub jwks: Value,
}

thread_local! {
    static RING: RefCell<Option<Rc<KeyRing>>> = const { RefCell::new(None) };
}

/// The keys of the present period.
pub async fn keys(call: &Call) -> Result<Rc<KeyRing>, Refusal> {
    let now = Instant::from(call.now);
    let period = now.micros().div_euclid(PERIOD);
    if let Some(known) = RING.with_borrow(|ring| ring.clone().filter(|ring| ring.period == period)) {
        return Ok(known);
    }
    let ring = Rc::new(load(&*secrets::db(call).await?, period, now).await?);
    RING.set(Some(ring.clone()));
    Ok(ring)
}

async fn load(db: &Db, period: i64, now: Instant) -> Result<KeyRing, Refusal> {
    let mut stored = signing_keys::list(db, period - PUBLISHED, period + 1).await?;
    let missing: Vec<i64> =
        [period, period + 1].into_iter().filter(|one| stored.iter().all(|key| key.period != *one)).collect();
    if !missing.is_empty() {
        for period in missing {
            signing_keys::insert(db, &generate(period), now).await?;
        }
        // Another instance may have been faster, so what counts is what is stored.
        stored = signing_keys::list(db, period - PUBLISHED, period + 1).await?;
    }
    ring(period, &stored)
}

fn generate(period: i64) -> SigningKey {
    let seed: [u8; 32] = random();
    let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
    SigningKey {
        period,
        kid: thumbprint(&URL_SAFE_NO_PAD.encode(public.as_bytes())),
        seed: URL_SAFE_NO_PAD.encode(seed),
    }
}

fn ring(period: i64, stored: &[SigningKey]) -> Result<KeyRing, Refusal> {
    let mut published = Vec::with_capacity(stored.len());
    let mut signing = None;
    for key in stored {
        let seed: Option<[u8; 32]> = URL_SAFE_NO_PAD.decode(&key.seed).ok().and_then(|seed| seed.try_into().ok());
        let seed = seed.ok_or_else(|| Problem::internal(format!("the signing key `{}` is damaged", key.kid)))?;
        let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
        published.push(json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(public.as_bytes()),
            "kid": key.kid,
            "alg": "EdDSA",
            "use": "sig",
        }));
        if key.period == period {
            signing = Some((key.kid.clone(), EncodingKey::from_ed_der(&pkcs8(&seed))));
        }
    }
    let (kid, key) = signing.ok_or_else(|| Problem::internal("there is no signing key"))?;
    Ok(KeyRing { period, kid, key, jwks: json!({ "keys": published }) })
}

/// The private key in the form that the JWT library reads (RFC 8410, section 7).
fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    const HEAD: [u8; 16] =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [&HEAD[..], seed].concat()
}

/// A key id that follows from the key (RFC 7638, section 3; RFC 8037, section 2).
fn thumbprint(x: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        assert_eq!(thumbprint(x), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn the_ring_signs_with_the_key_of_the_period_and_publishes_all() {
        let stored = [generate(3), generate(4), generate(5)];
        let ring = ring(4, &stored).expect("a ring");
        assert_eq!(ring.kid, stored[1].kid);
        let published = ring.jwks["keys"].as_array().map(Vec::len);
        assert_eq!(published, Some(3));
        assert!(!ring.jwks.to_string().contains(&stored[1].seed), "a private key was published");
        let signature =
            jsonwebtoken::crypto::sign(b"message", &ring.key, jsonwebtoken::Algorithm::EdDSA).expect("signed");
        let public = ring.jwks["keys"][1]["x"].as_str().expect("x");
        let public = jsonwebtoken::DecodingKey::from_ed_components(public).expect("a key");
        let verified = jsonwebtoken::crypto::verify(&signature, b"message", &public, jsonwebtoken::Algorithm::EdDSA);
        assert!(verified.expect("verified"));
    }

    #[test]
    fn without_a_key_of_the_period_nothing_is_signed() {
        assert!(ring(6, &[generate(5)]).is_err());
    }
}
