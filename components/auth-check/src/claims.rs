//! What the token says, and whether it says it to us and now.

use serde_json::{Map, Value};

use crate::bindings::exports::kronos::auth::check::{Issuer, Principal};

/// How far clocks may be apart, in seconds (RFC 7519, section 4.1.4: "no more than a few minutes").
pub const LEEWAY: u64 = 30;
/// Longest `sub`, `client_id` and `jti` (OpenID Connect Core, section 2, allows 255 characters for `sub`).
const MAX_TEXT: usize = 255;
/// The largest number that JSON parsers agree on.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Checks the claims of an access token (RFC 9068, section 4) for everything but its signature.
pub fn principal(claims: &Map<String, Value>, issuer: &Issuer, now: u64) -> Option<Principal> {
    let expires_at = time(claims, "exp")??;
    let issued_at = time(claims, "iat")??;
    let not_before = time(claims, "nbf")?;
    let in_time = now < expires_at + LEEWAY
        && issued_at <= now + LEEWAY
        && not_before.is_none_or(|not_before| not_before <= now + LEEWAY);
    // A token that is bound to a key (`cnf`, RFC 7800) proves nothing when it is presented without that key.
    if !in_time || !is_for(claims.get("aud")?, &issuer.audience) || claims.contains_key("cnf") {
        return None;
    }
    if !issuer.strict_type && is_of_another_kind(claims) {
        return None;
    }
    let client_id = match text(claims, "client_id")? {
        // Issuers that do not follow RFC 9068 name the client in the claim of OpenID Connect.
        None if !issuer.strict_type => text(claims, "azp")??,
        client_id => client_id?,
    };
    Some(Principal {
        issuer: issuer.name.clone(),
        subject: text(claims, "sub")??.to_owned(),
        client_id: client_id.to_owned(),
        scopes: scopes(claims)?,
        token_id: text(claims, "jti")??.to_owned(),
        expires_at,
    })
}

/// A time in whole seconds. The outer `None` is an error: not a number, negative, or beyond what a number can hold exactly.
/// A text of digits is an error too (CVE-2026-25537 was to take it for an absent claim).
#[expect(clippy::option_option, reason = "an error is not an absent claim")]
fn time(claims: &Map<String, Value>, name: &str) -> Option<Option<u64>> {
    let Some(value) = claims.get(name) else { return Some(None) };
    let number = value.as_number()?;
    let seconds = match number.as_u64() {
        Some(seconds) => seconds,
        None => whole(number.as_f64()?)?,
    };
    (seconds <= MAX_SAFE_INTEGER).then_some(Some(seconds))
}

/// The whole seconds of a time with a fraction (`NumericDate` of RFC 7519, section 2).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the range is checked first"
)]
fn whole(seconds: f64) -> Option<u64> {
    (0.0..=MAX_SAFE_INTEGER as f64).contains(&seconds).then_some(seconds as u64)
}

/// A text that is not empty and has no control characters. The outer `None` is an error.
#[expect(clippy::option_option, reason = "an error is not an absent claim")]
fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<Option<&'a str>> {
    let Some(value) = claims.get(name) else { return Some(None) };
    let text = value.as_str()?;
    let acceptable = !text.is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control);
    acceptable.then_some(Some(text))
}

fn is_for(audience: &Value, ours: &str) -> bool {
    match audience {
        Value::String(audience) => audience == ours,
        Value::Array(audiences) => audiences.iter().all(Value::is_string) && audiences.iter().any(|one| one == ours),
        _ => false,
    }
}

/// Whether the claims are those of an ID token, a logout token, a security event, or of another kind by Keycloak's word. Matters
/// for issuers whose access tokens do not have the type that tells (RFC 8725, section 3.12).
fn is_of_another_kind(claims: &Map<String, Value>) -> bool {
    ["nonce", "at_hash", "c_hash", "events"].iter().any(|claim| claims.contains_key(*claim))
        || claims.get("typ").is_some_and(|kind| kind != "Bearer")
}

/// `scope` as RFC 6749, section 3.3, spells it: tokens with one space between them.
fn scopes(claims: &Map<String, Value>) -> Option<Vec<String>> {
    let Some(value) = claims.get("scope") else { return Some(Vec::new()) };
    let scope = value.as_str()?;
    if scope.is_empty() {
        return Some(Vec::new());
    }
    let allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    scope.split(' ').map(|token| (!token.is_empty() && token.bytes().all(allowed)).then(|| token.to_owned())).collect()
}
