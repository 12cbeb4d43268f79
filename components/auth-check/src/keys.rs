//! The key of an issuer that a token was signed with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Most keys in a set that are looked at.
const MAX_KEYS: usize = 100;
/// Bits of an RSA modulus: less is weak (RFC 7518, section 3.3), more only costs time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// What was found in a key set.
pub enum Found {
    Key(DecodingKey),
    /// No key of that id, or none that fits at all: the set may be out of date.
    Nothing,
    /// There is a key, but it may not be used for this, or several would fit.
    Unfit,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// The name of an algorithm that issuers may use. Those with a shared secret are missing on purpose: keys of a set are public.
pub fn algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "EdDSA" => Some(Algorithm::EdDSA),
        "ES256" => Some(Algorithm::ES256),
        "RS256" => Some(Algorithm::RS256),
        "PS256" => Some(Algorithm::PS256),
        _ => None,
    }
}

/// Finds the key in a set for the algorithm and the key id of a token.
pub fn find(jwks: &str, name: &str, algorithm: Algorithm, key_id: Option<&str>) -> Found {
    let Ok(set) = serde_json::from_str::<KeySet>(jwks) else { return Found::Nothing };
    let keys = set.keys.iter().take(MAX_KEYS).filter_map(Value::as_object);
    let mut named =
        keys.filter(|key| key_id.is_none_or(|key_id| key.get("kid").is_some_and(|kid| kid == key_id))).peekable();
    if named.peek().is_none() {
        return Found::Nothing;
    }
    let mut fitting = named.filter_map(|key| decoding_key(key, name, algorithm));
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Found::Key(key),
        (None, _) if key_id.is_none() => Found::Nothing,
        (None, _) | (Some(_), Some(_)) => Found::Unfit,
    }
}

/// The key if it may verify signatures of this algorithm.
fn decoding_key(key: &Map<String, Value>, name: &str, algorithm: Algorithm) -> Option<DecodingKey> {
    let is = |member: &str, expected: &str| key.get(member).is_some_and(|value| value == expected);
    let absent_or = |member: &str, expected: &str| !key.contains_key(member) || is(member, expected);
    let for_verifying = match key.get("key_ops") {
        None => true,
        Some(operations) => {
            operations.as_array().is_some_and(|operations| operations.iter().any(|one| one == "verify"))
        }
    };
    // A key that is published with its private part is nobody's proof.
    if !absent_or("use", "sig") || !absent_or("alg", name) || !for_verifying || key.contains_key("d") {
        return None;
    }
    let bytes = |member: &str| key.get(member)?.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    match algorithm {
        Algorithm::EdDSA if is("kty", "OKP") && is("crv", "Ed25519") => {
            let x: [u8; 32] = bytes("x")?.try_into().ok()?;
            // With a point of small order anybody can make signatures.
            let weak = ed25519_dalek::VerifyingKey::from_bytes(&x).map_or(true, |key| key.is_weak());
            (!weak).then(|| DecodingKey::from_ed_der(&x))
        }
        Algorithm::ES256 if is("kty", "EC") && is("crv", "P-256") => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            (x.len() == 32 && y.len() == 32).then(|| DecodingKey::from_ec_der(&point))
        }
        Algorithm::RS256 | Algorithm::PS256 if is("kty", "RSA") => {
            let (modulus, exponent) = (bytes("n")?, bytes("e")?);
            let exponent_fits =
                exponent.len() <= 4 && exponent.last().is_some_and(|last| last % 2 == 1) && exponent != [1];
            let fits =
                RSA_BITS.contains(&bits(&modulus)) && modulus.last().is_some_and(|last| last % 2 == 1) && exponent_fits;
            fits.then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
        }
        _ => None,
    }
}

/// Bits of a big-endian number.
fn bits(number: &[u8]) -> usize {
    let number = &number[number.iter().position(|byte| *byte != 0).unwrap_or(number.len())..];
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}
