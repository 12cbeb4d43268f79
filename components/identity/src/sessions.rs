//! Signing in, going on, and signing out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kronos_api::identity::{Refresh, SignIn, Tokens};
use kronos_domain::{Instant, SessionId, UserId};
use kronos_platform::{Call, Problem, Reply, StatusCode, new_id, random};
use kronos_storage::sessions::{self, Charge, NewSession, Rate, Rotation};
use kronos_storage::{Db, users};
use sha2::{Digest as _, Sha256};

use crate::email::Email;
use crate::passwords::{self, Turn, Verification};
use crate::refresh_tokens::RefreshToken;
use crate::refusal::Refusal;
use crate::tokens;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;
/// A session ends when it is not used for so long, in microseconds.
const IDLE: i64 = 14 * DAY;
/// A session ends after so long, in microseconds.
const ABSOLUTE: i64 = 90 * DAY;
/// Attempts to sign in to one account. They count before the password is looked at and are given back when it is right.
const PER_ACCOUNT: Rate = Rate { interval: 30 * SECOND, burst: 10 };
/// Attempts to sign in to all accounts, right ones too: a bound on the work that strangers can cause.
const ALL_TOGETHER: Rate = Rate { interval: SECOND / 20, burst: 200 };

/// `POST /auth/session`.
pub async fn create(call: &Call) -> Result<Reply, Refusal> {
    let SignIn { email, password } = call.json()?;
    let db = call.db().await?;
    let user = sign_in(call, &db, &email, &password).await?;
    let now = Instant::from(call.now);
    let refresh_token = RefreshToken::new();
    let session = NewSession {
        id: SessionId::from_uuid(new_id(call.now)),
        user,
        family_hash: refresh_token.family_hash(),
        token_hash: refresh_token.token_hash(),
        created_at: now,
        idle_expires_at: Instant::from_micros(now.micros() + IDLE),
        expires_at: Instant::from_micros(now.micros() + ABSOLUTE),
    };
    sessions::insert(&db, &session).await?;
    sessions::delete_ended(&db, now).await?;
    answer(call, session.id, user, &refresh_token).await
}

/// The user whose password it is. Unknown addresses take the same time and get the same answer as wrong passwords.
async fn sign_in(call: &Call, db: &Db, email: &str, password: &str) -> Result<UserId, Refusal> {
    let email = Email::parse(email)?;
    let _turn = Turn::take()?;
    let now = Instant::from(call.now);
    let account = URL_SAFE_NO_PAD.encode(Sha256::digest(email.as_str()));
    match sessions::charge_sign_in(db, &account, now, PER_ACCOUNT, ALL_TOGETHER).await? {
        Charge::Allowed => {}
        Charge::AccountExhausted => return Err(Problem::too_many_requests(30).into()),
        Charge::AllExhausted => return Err(Problem::too_many_requests(1).into()),
    }
    let known = users::credentials(db, email.as_str()).await?;
    let hash = known.as_ref().and_then(|known| known.password_hash.as_deref());
    let verification = passwords::verify(password, hash)?;
    let (Some(known), Some(hash)) = (&known, hash) else { return Err(Refusal::Credentials) };
    match verification {
        Verification::Wrong => return Err(Refusal::Credentials),
        Verification::Right => {}
        Verification::RightButWeak => {
            users::replace_password_hash(db, known.user, hash, &passwords::hash(password, &random())?).await?;
        }
    }
    sessions::release_sign_in(db, &account, now).await?;
    Ok(known.user)
}

/// `POST /auth/session/refresh`.
pub async fn refresh(call: &Call) -> Result<Reply, Refusal> {
    let token = RefreshToken::parse(&call.json::<Refresh>()?.refresh_token).ok_or(Refusal::RefreshToken)?;
    let successor = token.successor();
    let now = Instant::from(call.now);
    let idle_expires_at = Instant::from_micros(now.micros() + IDLE);
    let db = call.db().await?;
    let (family, spent, next) = (token.family_hash(), token.token_hash(), successor.token_hash());
    match sessions::rotate(&db, &family, &spent, &next, now, idle_expires_at).await? {
        Rotation::Rotated { session, user } => answer(call, session, user, &successor).await,
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
            sessions::revoke(&*call.db().await?, session, caller.user, now).await?;
        }
    } else if let Some(token) = RefreshToken::parse(&call.json::<Refresh>()?.refresh_token) {
        sessions::revoke_family(&*call.db().await?, &token.family_hash(), now).await?;
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
