//! Sign-ins: refresh tokens, and how often one may try.

use kronos_domain::{Instant, SessionId, UserId};

use crate::{Db, Error, Statement, shared};

/// A new sign-in. The hashes are those of the two parts of its refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Who signed in.
    pub user: UserId,
    /// Hash of the part that all refresh tokens of the session share.
    pub family_hash: String,
    /// Hash of the part that is replaced with each use.
    pub token_hash: String,
    /// When it happened.
    pub created_at: Instant,
    /// When it ends unless it is used.
    pub idle_expires_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
}

const INSERT: Statement = shared!(
    "INSERT INTO sessions (id, user_id, family_hash, token_hash, created_at, idle_expires_at, expires_at) ",
    "VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::bigint, $6::bigint, $7::bigint)",
);

/// Begins a session.
pub async fn insert(db: &Db, session: &NewSession) -> Result<(), Error> {
    let parameters = [
        session.id.into(),
        session.user.into(),
        session.family_hash.as_str().into(),
        session.token_hash.as_str().into(),
        session.created_at.into(),
        session.idle_expires_at.into(),
        session.expires_at.into(),
    ];
    db.execute(&INSERT, &parameters).await
}

/// What came of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It was spent, and its successor is valid.
    Rotated {
        /// The session.
        session: SessionId,
        /// Whose it is.
        user: UserId,
    },
    /// It had been spent before, so somebody else has it too: the session ends for both.
    Reused,
    /// There is no such session, or it ended.
    Unknown,
}

// One statement, so that of several requests with the same token one wins. The others find a token that was spent.
const ROTATE: Statement = shared!(
    "UPDATE sessions SET ",
    "revoked_at = CASE WHEN token_hash = $2::text THEN NULL ELSE $4::bigint END, ",
    "idle_expires_at = CASE WHEN token_hash <> $2::text THEN idle_expires_at ",
    "WHEN $5::bigint < expires_at THEN $5::bigint ELSE expires_at END, ",
    "token_hash = CASE WHEN token_hash = $2::text THEN $3::text ELSE token_hash END ",
    "WHERE family_hash = $1::text AND revoked_at IS NULL AND expires_at > $4::bigint AND idle_expires_at > $4::bigint ",
    "RETURNING id::text, user_id::text, revoked_at",
);

/// Spends a refresh token and puts its successor in its place.
pub async fn rotate(
    db: &Db,
    family_hash: &str,
    token_hash: &str,
    successor_hash: &str,
    now: Instant,
    idle_expires_at: Instant,
) -> Result<Rotation, Error> {
    let parameters = [family_hash.into(), token_hash.into(), successor_hash.into(), now.into(), idle_expires_at.into()];
    let Some(row) = db.row(&ROTATE, &parameters).await? else { return Ok(Rotation::Unknown) };
    let mut columns = row.columns();
    let (session, user) = (columns.parsed()?, columns.parsed()?);
    Ok(match columns.optional_instant()? {
        None => Rotation::Rotated { session, user },
        Some(_) => Rotation::Reused,
    })
}

const REVOKE_FAMILY: Statement =
    shared!("UPDATE sessions SET revoked_at = $2::bigint WHERE family_hash = $1::text AND revoked_at IS NULL");

/// Ends the session that a refresh token belongs to, whether it was spent or not.
pub async fn revoke_family(db: &Db, family_hash: &str, now: Instant) -> Result<(), Error> {
    db.execute(&REVOKE_FAMILY, &[family_hash.into(), now.into()]).await
}

const REVOKE: Statement = shared!(
    "UPDATE sessions SET revoked_at = $3::bigint ",
    "WHERE id = $1::uuid AND user_id = $2::uuid AND revoked_at IS NULL",
);

/// Ends a session of a user.
pub async fn revoke(db: &Db, session: SessionId, user: UserId, now: Instant) -> Result<(), Error> {
    db.execute(&REVOKE, &[session.into(), user.into(), now.into()]).await
}

const DELETE_ENDED: Statement = shared!("DELETE FROM sessions WHERE expires_at < $1::bigint");

/// Deletes sessions that ended before.
pub async fn delete_ended(db: &Db, before: Instant) -> Result<(), Error> {
    db.execute(&DELETE_ENDED, &[before.into()]).await
}

/// How often something may be tried: each attempt takes one from `burst`, and one is given back every `interval` microseconds
/// (the generic cell rate algorithm).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Microseconds.
    pub interval: i64,
    /// Attempts.
    pub burst: i64,
}

impl Rate {
    fn tolerance(self) -> i64 {
        self.interval * (self.burst - 1)
    }
}

// Both limits in one statement. A row comes back for each limit that allows the attempt; one that does not is left as it is.
const CHARGE: Statement = shared!(
    "INSERT INTO sign_in_throttle (subject, free_at) ",
    "VALUES ($1::text, $2::bigint + $3::bigint), ('*', $2::bigint + $5::bigint) ",
    "ON CONFLICT (subject) DO UPDATE SET free_at = excluded.free_at + ",
    "CASE WHEN sign_in_throttle.free_at > $2::bigint THEN sign_in_throttle.free_at - $2::bigint ELSE 0 END ",
    "WHERE sign_in_throttle.free_at - $2::bigint <= ",
    "CASE WHEN sign_in_throttle.subject = '*' THEN $6::bigint ELSE $4::bigint END ",
    "RETURNING subject",
);

/// What came of taking an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// There was one left.
    Allowed,
    /// The account has none left.
    AccountExhausted,
    /// All together have none left.
    AllExhausted,
}

/// Takes one attempt from an account and one from all together. It is taken before the attempt, so that many at the same time
/// don't all get through.
pub async fn charge_sign_in(db: &Db, account: &str, now: Instant, each: Rate, all: Rate) -> Result<Charge, Error> {
    let parameters = [
        account.into(),
        now.into(),
        each.interval.into(),
        each.tolerance().into(),
        all.interval.into(),
        all.tolerance().into(),
    ];
    let allowed = db.rows(&CHARGE, &parameters).await?.into_iter().map(|row| row.columns().text());
    let allowed = allowed.collect::<Result<Vec<_>, _>>()?;
    let has = |subject: &str| allowed.iter().any(|allowed| allowed == subject);
    Ok(match (has(account), has("*")) {
        (true, true) => Charge::Allowed,
        (false, _) => Charge::AccountExhausted,
        (true, false) => Charge::AllExhausted,
    })
}

const RELEASE: Statement = shared!("DELETE FROM sign_in_throttle WHERE subject = $1::text OR free_at < $2::bigint");

/// Gives back what an account took, because the attempt succeeded, and forgets what was given back long ago.
pub async fn release_sign_in(db: &Db, account: &str, now: Instant) -> Result<(), Error> {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    db.execute(&RELEASE, &[account.into(), Instant::from_micros(now.micros() - DAY).into()]).await
}
