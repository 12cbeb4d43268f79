//! Access tokens (RFC 9068).

use jsonwebtoken::{Algorithm, Header, encode};
use kronos_api::scope;
use kronos_domain::UserId;
use kronos_platform::Call;
use serde::Serialize;

use crate::refusal::Refusal;
use crate::signing::{self, MAX_LIFETIME};

/// Seconds for which the token of a session is valid. Ending the session does not end it sooner.
pub const SESSION_LIFETIME: u64 = 15 * 60;
/// The client that all tokens are issued to.
const CLIENT: &str = "kronos";

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: UserId,
    client_id: &'a str,
    scope: &'a str,
    jti: &'a str,
    iat: i64,
    exp: i64,
}

/// What a new token allows.
pub const SCOPE: &str = scope::API;

/// Signs an access token for a user; `id` makes it unlike every other.
pub async fn issue(call: &Call, user: UserId, id: &str, lifetime: u64) -> Result<String, Refusal> {
    let keys = signing::keys(call).await?;
    let now = call.now.as_second();
    let claims = Claims {
        iss: call.public_url(),
        aud: call.public_url(),
        sub: user,
        client_id: CLIENT,
        scope: SCOPE,
        jti: id,
        iat: now,
        exp: now.saturating_add_unsigned(lifetime.min(MAX_LIFETIME)),
    };
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(keys.kid.clone());
    Ok(encode(&header, &claims, &keys.key)?)
}
