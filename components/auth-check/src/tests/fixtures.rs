//! Issuers with keys, and tokens that can be bent.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, EncodingKey};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

use crate::bindings::exports::kronos::auth::check::{Answer, Issuer, Principal, Problem, Question};
use crate::verify;

pub const NOW: u64 = 1_800_000_000;
pub const ISSUER: &str = "https://id.example";
pub const AUDIENCE: &str = "https://kronos.example";

/// An answer without its contents, for comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Missing,
    Malformed,
    Invalid,
    InsufficientScope,
    NeedsKeys,
}

/// A key pair.
pub struct Pair {
    pub name: &'static str,
    pub algorithm: Algorithm,
    pub private: EncodingKey,
    pub public: Value,
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

pub fn ed25519(kid: &str, seed: u8) -> Pair {
    let private = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
    Pair {
        name: "EdDSA",
        algorithm: Algorithm::EdDSA,
        private: EncodingKey::from_ed_der(private.to_pkcs8_der().expect("DER").as_bytes()),
        public: json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encode(private.verifying_key().to_bytes())}),
    }
}

pub fn p256(kid: &str) -> Pair {
    let private = p256::SecretKey::from_slice(&[7; 32]).expect("a scalar");
    let point = p256::EncodedPoint::from(private.public_key());
    let coordinate = |bytes: Option<&p256::FieldBytes>| encode(bytes.expect("not the identity"));
    Pair {
        name: "ES256",
        algorithm: Algorithm::ES256,
        private: EncodingKey::from_ec_der(private.to_pkcs8_der().expect("DER").as_bytes()),
        public: json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": coordinate(point.x()), "y": coordinate(point.y())}),
    }
}

fn rsa_key() -> &'static rsa::RsaPrivateKey {
    static KEY: OnceLock<rsa::RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| rsa::RsaPrivateKey::new(&mut rand::thread_rng(), 2048).expect("a key"))
}

pub fn rsa(kid: &str, name: &'static str) -> Pair {
    rsa_pair(kid, name, rsa_key())
}

pub fn rsa_pair(kid: &str, name: &'static str, private: &rsa::RsaPrivateKey) -> Pair {
    Pair {
        name,
        algorithm: if name == "PS256" { Algorithm::PS256 } else { Algorithm::RS256 },
        private: EncodingKey::from_rsa_der(private.to_pkcs1_der().expect("DER").as_bytes()),
        public: json!({
            "kty": "RSA", "kid": kid, "n": encode(private.n().to_bytes_be()), "e": encode(private.e().to_bytes_be()),
        }),
    }
}

pub fn all_pairs() -> [Pair; 4] {
    [ed25519("k", 1), p256("k"), rsa("k", "RS256"), rsa("k", "PS256")]
}

pub fn header(pair: &Pair) -> Value {
    json!({"alg": pair.name, "typ": "at+jwt", "kid": "k"})
}

pub fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e",
        "client_id": "kronos",
        "jti": "1",
        "iat": NOW - 10,
        "exp": NOW + 900,
        "scope": "api",
    })
}

/// A valid value with one member set, or removed when `value` is null and `remove` is meant.
pub fn with(mut value: Value, member: &str, to: Value) -> Value {
    value[member] = to;
    value
}

pub fn without(mut value: Value, member: &str) -> Value {
    value.as_object_mut().expect("an object").remove(member);
    value
}

/// A token of any header and payload, signed with the pair.
pub fn sign_text(pair: &Pair, header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &pair.private, pair.algorithm).expect("signed");
    format!("{signed}.{signature}")
}

pub fn sign(pair: &Pair, header: &Value, claims: &Value) -> String {
    sign_text(pair, &header.to_string(), &claims.to_string())
}

/// A token that is right in everything.
pub fn good(pair: &Pair) -> String {
    sign(pair, &header(pair), &claims())
}

pub fn issuer(name: &str, keys: &[&Value]) -> Issuer {
    Issuer {
        name: name.to_owned(),
        audience: AUDIENCE.to_owned(),
        algorithms: ["EdDSA", "ES256", "RS256", "PS256"].map(str::to_owned).to_vec(),
        strict_type: true,
        jwks: Some(json!({ "keys": keys }).to_string()),
    }
}

pub fn trusting(pair: &Pair) -> Issuer {
    issuer(ISSUER, &[&pair.public])
}

pub fn ask(fields: &[&str], issuers: Vec<Issuer>, permission: Option<&str>) -> Answer {
    verify::answer(&Question {
        authorization: fields.iter().map(|field| field.as_bytes().to_vec()).collect(),
        issuers,
        now: NOW,
        permission: permission.map(str::to_owned),
    })
}

pub fn verdict(answer: &Answer) -> Verdict {
    match answer {
        Answer::Accepted(_) => Verdict::Accepted,
        Answer::Refused(Problem::Missing) => Verdict::Missing,
        Answer::Refused(Problem::Malformed) => Verdict::Malformed,
        Answer::Refused(Problem::Invalid) => Verdict::Invalid,
        Answer::Refused(Problem::InsufficientScope) => Verdict::InsufficientScope,
        Answer::NeedsKeys(_) => Verdict::NeedsKeys,
    }
}

/// What comes of a token when its issuer is trusted.
pub fn judge(token: &str, issuer: Issuer) -> Verdict {
    verdict(&ask(&[&format!("Bearer {token}")], vec![issuer], None))
}

/// What comes of claims signed with a good key.
pub fn judge_claims(claims: &Value) -> Verdict {
    let pair = ed25519("k", 1);
    judge(&sign(&pair, &header(&pair), claims), trusting(&pair))
}

pub fn accepted(answer: Answer) -> Principal {
    match answer {
        Answer::Accepted(principal) => principal,
        other => panic!("{:?}", verdict(&other)),
    }
}
