//! The compact serialisation of a signed token (RFC 7515, section 7.1) and its header.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::json;

/// Longest token, before anything in it is decoded.
const MAX_TOKEN: usize = 8 * 1024;
/// Longest `kid`.
const MAX_KEY_ID: usize = 256;

/// A token that was taken apart, but not verified.
pub struct Token<'a> {
    /// `alg` of the header.
    pub algorithm: String,
    /// `kid` of the header.
    pub key_id: Option<String>,
    /// `typ` of the header.
    pub kind: Option<String>,
    pub claims: Map<String, Value>,
    /// What the signature covers: header and payload as they were sent.
    pub signed: &'a str,
    /// The signature, still encoded.
    pub signature: &'a str,
}

impl<'a> Token<'a> {
    /// Takes a token apart. `None` for whatever is not exactly a compact JWS of two JSON objects, with nothing in its header
    /// that asks for processing that we do not do.
    pub fn parse(token: &'a str) -> Option<Self> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        // Five segments would be an encrypted token.
        if payload.contains('.') || signature.is_empty() {
            return None;
        }
        // Also refuses padding, line breaks, the other alphabet, and bits behind the last byte that nobody reads.
        URL_SAFE_NO_PAD.decode(signature).ok()?;
        let mut header = json::object(&URL_SAFE_NO_PAD.decode(header).ok()?)?;
        // Extensions that we would have to understand (RFC 7515, section 4.1.11; RFC 7797), encryption, compression, and
        // tokens within tokens. Keys that the token brings itself (`jwk`, `jku`, `x5c`, `x5u`) are not looked at.
        if ["crit", "b64", "enc", "zip", "cty"].iter().any(|member| header.contains_key(*member)) {
            return None;
        }
        let mut text = |member| match header.remove(member) {
            None => Some(None),
            Some(Value::String(text)) => Some(Some(text)),
            Some(_) => None,
        };
        let (algorithm, key_id, kind) = (text("alg")??, text("kid")?, text("typ")?);
        if key_id.as_ref().is_some_and(|key_id| key_id.len() > MAX_KEY_ID) {
            return None;
        }
        let claims = json::object(&URL_SAFE_NO_PAD.decode(payload).ok()?)?;
        Some(Self { algorithm, key_id, kind, claims, signed, signature })
    }
}
