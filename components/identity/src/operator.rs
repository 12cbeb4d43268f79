//! `/auth/operator/tokens`: tokens for scripts, made by the operator of the installation: who may set variables may act for any user
//! anyway. Without the variable `operator_secret` all of it is refused.

use std::rc::Rc;

use kronos_api::Data;
use kronos_api::identity::{OperatorToken, OperatorTokenState, Tokens};
use kronos_domain::{Email, Instant, OperatorTokenId};
use kronos_platform::{Call, Faults, Reply, new_id};
use kronos_storage::operator_tokens::{self, Revocation};
use kronos_storage::{Db, users};
use sha2::{Digest as _, Sha256};

use crate::refusal::Refusal;
use crate::signing::MAX_LIFETIME;
use crate::{secrets, throttle, tokens};

/// Seconds for which a token is valid when nobody says otherwise.
const DEFAULT_LIFETIME: u64 = 30 * 24 * 60 * 60;

/// `POST /auth/operator/tokens`.
pub async fn create(call: &Call) -> Result<Reply, Refusal> {
    let secrets = authorize(call).await?;
    let OperatorToken { email, expires_in } = call.json()?;
    let lifetime = expires_in.unwrap_or(DEFAULT_LIFETIME);
    if !(1..=MAX_LIFETIME).contains(&lifetime) {
        return Err(Faults::one("expires_in", "must be between 1 and 31536000 seconds").into());
    }
    let email: Email = email.parse().map_err(|fault| Faults::one("email", fault))?;
    let user = users::by_email(&*call.db().await?, email.as_str()).await?.ok_or(Refusal::NoSuchUser)?;
    let (id, now) = (OperatorTokenId::from_uuid(new_id(call.now)), Instant::from(call.now));
    operator_tokens::insert(&secrets, id, user, now, after(now, lifetime)).await?;
    operator_tokens::delete_expired(&secrets, now).await?;
    let access_token = tokens::issue(call, user, &token_id(id), lifetime).await?;
    Ok(Reply::ok(&Tokens {
        access_token,
        token_type: "Bearer".to_owned(),
        expires_in: lifetime,
        refresh_token: None,
        scope: tokens::SCOPE.to_owned(),
        id: Some(id),
    }))
}

/// `GET /auth/operator/tokens`.
pub async fn list(call: &Call) -> Result<Reply, Refusal> {
    let stored = operator_tokens::list(&*authorize(call).await?, Instant::from(call.now)).await?;
    let data: Vec<_> = stored
        .into_iter()
        .map(|token| OperatorTokenState {
            id: token.id,
            user_id: token.user,
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
        })
        .collect();
    Ok(Reply::ok(&Data { data }))
}

/// `DELETE /auth/operator/tokens/{token}`. Components learn of it with the keys, which they keep for five minutes.
pub async fn revoke(call: &Call) -> Result<Reply, Refusal> {
    let secrets = authorize(call).await?;
    match operator_tokens::revoke(&secrets, call.path.get_as("token")?, Instant::from(call.now)).await? {
        Revocation::Revoked => Ok(Reply::no_content()),
        Revocation::Unknown => Err(Refusal::NotFound),
        Revocation::TooMany => Err(Refusal::TooManyRevoked),
    }
}

/// The `jti` of a token.
pub fn token_id(id: OperatorTokenId) -> String {
    format!("operator.{id}")
}

/// The secrets, for whoever knows the operator's.
async fn authorize(call: &Call) -> Result<Rc<Db>, Refusal> {
    let secret = call.variable("operator_secret").await?;
    if secret.is_empty() {
        return Err(Refusal::NoOperator);
    }
    let secrets = secrets::db(call).await?;
    let charged = throttle::charge_operator(&secrets, call).await?;
    let mut fields = call.headers.get_all("authorization").iter();
    let presented = match (fields.next(), fields.next()) {
        (Some(field), None) => bearer(field.as_bytes()),
        _ => None,
    };
    if !presented.is_some_and(|presented| same(presented, secret.as_bytes())) {
        return Err(Refusal::OperatorSecret);
    }
    throttle::release_operator(&secrets, call, &charged).await?;
    Ok(secrets)
}

/// An instant some seconds later.
fn after(now: Instant, seconds: u64) -> Instant {
    let micros = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
    Instant::from_micros(now.micros().saturating_add(micros))
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
