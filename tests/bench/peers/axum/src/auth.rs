//! Access tokens by the rules of Kronos (RFC 9068). A token that was seen before costs a hash.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use kronos_domain::UserId;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{App, failure::Failure};

/// How far clocks may be apart, in seconds.
const LEEWAY: u64 = 30;
/// Tokens that are remembered.
const REMEMBERED: usize = 10_000;

/// Who is calling.
#[derive(Debug)]
pub struct Caller {
    /// The user.
    pub user: UserId,
    scopes: Vec<String>,
    expires_at: i64,
}

impl Caller {
    /// Fails unless the token carries the scope, or the one that grants all.
    pub fn require(&self, scope: &str) -> Result<(), Failure> {
        let granted = self.scopes.iter().any(|have| have == scope || have == "api");
        if granted { Ok(()) } else { Err(Failure::Forbidden) }
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(default)]
    scope: String,
    exp: i64,
    iat: i64,
    #[serde(rename = "client_id")]
    _client_id: String,
    #[serde(rename = "jti")]
    _token_id: String,
}

/// Verifies tokens.
pub struct Verifier {
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
    seen: RwLock<HashMap<[u8; 32], Arc<Caller>>>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

impl Verifier {
    /// For the keys of an issuer whose tokens are for itself.
    pub fn new(jwks: &str, issuer: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let set: JwkSet = serde_json::from_str(jwks)?;
        let mut keys = HashMap::new();
        for jwk in &set.keys {
            if let Some(id) = &jwk.common.key_id {
                keys.insert(id.clone(), DecodingKey::from_jwk(jwk)?);
            }
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Ok(Self { keys, validation, seen: RwLock::default() })
    }

    fn authenticate(&self, authorization: &[u8]) -> Result<Arc<Caller>, Failure> {
        let digest: [u8; 32] = Sha256::digest(authorization).into();
        let now = Timestamp::now().as_second();
        if let Ok(seen) = self.seen.read()
            && let Some(caller) = seen.get(&digest).filter(|caller| now < caller.expires_at)
        {
            return Ok(caller.clone());
        }
        let caller = Arc::new(self.verify(authorization, now).ok_or(Failure::Unauthenticated)?);
        if let Ok(mut seen) = self.seen.write() {
            if seen.len() >= REMEMBERED {
                seen.clear();
            }
            seen.insert(digest, caller.clone());
        }
        Ok(caller)
    }

    fn verify(&self, authorization: &[u8], now: i64) -> Option<Caller> {
        let token = std::str::from_utf8(authorization).ok()?.strip_prefix("Bearer ")?;
        let header = decode_header(token).ok()?;
        if !header.typ?.eq_ignore_ascii_case("at+jwt") {
            return None;
        }
        let claims: Claims = decode(token, self.keys.get(&header.kid?)?, &self.validation).ok()?.claims;
        if claims.iat > now + LEEWAY.cast_signed() {
            return None;
        }
        Some(Caller {
            user: claims.sub.parse().ok()?,
            scopes: claims.scope.split(' ').map(str::to_owned).collect(),
            expires_at: claims.exp,
        })
    }
}

/// The caller of a request.
pub struct Authenticated(pub Arc<Caller>);

impl FromRequestParts<Arc<App>> for Authenticated {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let mut fields = parts.headers.get_all(header::AUTHORIZATION).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else { return Err(Failure::Unauthenticated) };
        app.verifier.authenticate(field.as_bytes()).map(Self)
    }
}
