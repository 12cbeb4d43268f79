//! Tokens for scripts, made by the operator of the installation: who may set variables may act for any user anyway.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kronos_api::identity::{OperatorToken, Tokens};
use kronos_platform::{Call, Faults, Reply, random};
use kronos_storage::users;
use sha2::{Digest as _, Sha256};

use crate::email::Email;
use crate::refusal::Refusal;
use crate::tokens;

/// Seconds for which a token is valid when nobody says otherwise.
const DEFAULT_LIFETIME: u64 = 30 * 24 * 60 * 60;

/// `POST /auth/operator/tokens`. Without the variable `operator_secret` there is no such thing.
pub async fn create_token(call: &Call) -> Result<Reply, Refusal> {
    let secret = call.variable("operator_secret").await?;
    if secret.is_empty() {
        return Err(Refusal::NotFound);
    }
    let mut fields = call.headers.get_all("authorization").iter();
    let presented = match (fields.next(), fields.next()) {
        (Some(field), None) => bearer(field.as_bytes()),
        _ => None,
    };
    if !presented.is_some_and(|presented| same(presented, secret.as_bytes())) {
        return Err(Refusal::OperatorSecret);
    }
    let OperatorToken { email, expires_in } = call.json()?;
    let lifetime = expires_in.unwrap_or(DEFAULT_LIFETIME);
    if !(1..=tokens::MAX_LIFETIME).contains(&lifetime) {
        return Err(Faults::one("expires_in", "must be between 1 and 31536000 seconds").into());
    }
    let email = Email::parse(&email)?;
    let known = users::credentials(&*call.db().await?, email.as_str()).await?.ok_or(Refusal::NoSuchUser)?;
    let id = format!("operator.{}", URL_SAFE_NO_PAD.encode(random::<16>()));
    let access_token = tokens::issue(call, known.user, &id, lifetime).await?;
    Ok(Reply::ok(&Tokens {
        access_token,
        token_type: "Bearer".to_owned(),
        expires_in: lifetime,
        refresh_token: None,
        scope: tokens::SCOPE.to_owned(),
    }))
}

fn bearer(field: &[u8]) -> Option<&[u8]> {
    let (scheme, secret) = field.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(secret)
}

/// Compares in a time that does not depend on where the two differ.
fn same(presented: &[u8], secret: &[u8]) -> bool {
    let (presented, secret) = (Sha256::digest(presented), Sha256::digest(secret));
    presented.iter().zip(secret).fold(0, |difference, (one, other)| difference | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_itself_is_the_same() {
        assert!(same(b"secret", b"secret"));
        for other in [&b""[..], b"secre", b"secret ", b"Secret", b"secrets"] {
            assert!(!same(other, b"secret"));
        }
    }

    #[test]
    fn the_secret_comes_as_a_bearer_token() {
        assert_eq!(bearer(b"bearer secret"), Some(&b"secret"[..]));
        for other in [&b""[..], b"Bearer", b"Basic secret", b"secret"] {
            assert_eq!(bearer(other), None);
        }
    }
}
