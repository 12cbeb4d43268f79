//! Signing in, going on, and signing out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kronos_api::identity::{Refresh, SignIn, Tokens};
use kronos_domain::{Email, Instant, SessionId, UserId};
use kronos_platform::{Call, Faults, Reply, StatusCode, new_id, random};
use kronos_storage::sessions::{self, NewSession, Rotation};
use kronos_storage::{Db, credentials, users};

use crate::passwords::{self, Turn, Verification};
use crate::refresh_tokens::RefreshToken;
use crate::refusal::Refusal;
use crate::throttle::Attempt;
use crate::{secrets, tokens};

const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// A session ends when it is not used for this long, in microseconds.
const IDLE: i64 = 14 * DAY;
/// A session ends after this long, in microseconds.
const ABSOLUTE: i64 = 90 * DAY;

/// `POST /auth/session`.
pub async fn create(call: &Call) -> Result<Reply, Refusal> {
    let SignIn { email, password } = call.json()?;
    let email: Email = email.parse().map_err(|fault| Faults::one("email", fault))?;
    Turn::look()?;
    let secrets = secrets::db(call).await?;
    let attempt = Attempt::take(&secrets, call, &email).await?;
    let user = sign_in(call, &secrets, &attempt, &email, &password).await?;
    let now = Instant::from(call.now);
    let refresh_token = RefreshToken::new();
    let session = NewSession {
        id: SessionId::from_uuid(new_id(call.now)),
        user,
        family_hash: refresh_token.family_hash(),
        token_hash: refresh_token.token_hash(),
        origin_hash: attempt.origin().to_owned(),
        created_at: now,
        idle_expires_at: Instant::from_micros(now.micros() + IDLE),
        expires_at: Instant::from_micros(now.micros() + ABSOLUTE),
    };
    sessions::insert(&secrets, &session).await?;
    sessions::delete_ended(&secrets, now).await?;
    answer(call, session.id, user, &refresh_token).await
}

/// The user whose password it is. Unknown addresses take the same steps and get the same answer as wrong passwords.
async fn sign_in(
    call: &Call,
    secrets: &Db,
    attempt: &Attempt,
    email: &Email,
    password: &str,
) -> Result<UserId, Refusal> {
    let known = users::by_email(&*call.db().await?, email.as_str()).await?;
    let user = known.unwrap_or_else(|| UserId::from_uuid(new_id(call.now)));
    let hash = credentials::password_hash(secrets, user).await?;
    let turn = match Turn::wait().await {
        Ok(turn) => turn,
        Err(busy) => {
            attempt.withdraw(secrets).await?;
            return Err(busy);
        }
    };
    let verification = passwords::verify(password, hash.as_deref())?;
    let (false, Some(hash)) = (verification == Verification::Wrong, hash) else { return Err(Refusal::Credentials) };
    let stronger = match verification {
        Verification::RightButWeak => Some(passwords::hash(password, &random())?),
        Verification::Right | Verification::Wrong => None,
    };
    drop(turn);
    if let Some(stronger) = stronger {
        credentials::replace(secrets, user, &hash, &stronger).await?;
    }
    attempt.succeed(secrets).await?;
    Ok(user)
}

/// `POST /auth/session/refresh`.
pub async fn refresh(call: &Call) -> Result<Reply, Refusal> {
    let token = RefreshToken::parse(&call.json::<Refresh>()?.refresh_token).ok_or(Refusal::RefreshToken)?;
    let successor = token.successor();
    let now = Instant::from(call.now);
    let idle_expires_at = Instant::from_micros(now.micros() + IDLE);
    let secrets = secrets::db(call).await?;
    let (family, spent, next) = (token.family_hash(), token.token_hash(), successor.token_hash());
    match sessions::rotate(&secrets, &family, &spent, &next, now, idle_expires_at).await? {
        Rotation::Rotated { session, user } => {
            // The two databases have no common foreign key.
            if users::get(&*call.db().await?, user).await?.is_none() {
                sessions::revoke(&secrets, session, user, now).await?;
                return Err(Refusal::RefreshToken);
            }
            answer(call, session, user, &successor).await
        }
        Rotation::JustSpent => Err(Refusal::RefreshTokenSpent),
        Rotation::Reused => {
            eprintln!("request {}: a refresh token was used twice, its session ends", call.request_id);
            Err(Refusal::RefreshToken)
        }
        Rotation::Unknown => Err(Refusal::RefreshToken),
    }
}

/// `DELETE /auth/session`: ends the session of the refresh token in the body or, without a body, of the access token.
pub async fn delete(call: &Call) -> Result<Reply, Refusal> {
    let now = Instant::from(call.now);
    if call.body.is_empty() {
        let caller = call.require(tokens::SCOPE).await?;
        if let Some(session) = session_of(&caller.token_id) {
            sessions::revoke(&*secrets::db(call).await?, session, caller.user, now).await?;
        }
    } else if let Some(token) = RefreshToken::parse(&call.json::<Refresh>()?.refresh_token) {
        sessions::revoke_family(&*secrets::db(call).await?, &token.family_hash(), now).await?;
    }
    // Whoever signs out is signed out, also when they were before (RFC 7009, section 2.2).
    Ok(Reply::no_content())
}

async fn answer(call: &Call, session: SessionId, user: UserId, refresh_token: &RefreshToken) -> Result<Reply, Refusal> {
    let access_token = tokens::issue(call, user, &token_id(session), tokens::SESSION_LIFETIME).await?;
    Ok(Reply::json(
        StatusCode::OK,
        &Tokens {
            access_token,
            token_type: "Bearer".to_owned(),
            expires_in: tokens::SESSION_LIFETIME,
            refresh_token: Some(refresh_token.text()),
            scope: tokens::SCOPE.to_owned(),
            id: None,
        },
    ))
}

/// The id of a token of a session: the session and a random part.
fn token_id(session: SessionId) -> String {
    format!("{session}.{}", URL_SAFE_NO_PAD.encode(random::<12>()))
}

fn session_of(token_id: &str) -> Option<SessionId> {
    token_id.split_once('.').and_then(|(session, _)| session.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_token_tells_its_session() {
        let session: SessionId = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e".parse().expect("an id");
        assert_eq!(session_of(&token_id(session)), Some(session));
        assert_ne!(token_id(session), token_id(session));
        for other in ["", "1", "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e", "x.y"] {
            assert_eq!(session_of(other), None, "{other}");
        }
    }
}
