//! Sign-ins and their refresh tokens. Only the component `identity` reads them.

use kronos_domain::{Instant, SessionId, UserId};

use crate::{Db, Error, db::statements};

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
    /// Hash of the account and the address that they signed in from.
    pub origin_hash: String,
    /// When it happened.
    pub created_at: Instant,
    /// When it ends unless it is used.
    pub idle_expires_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
}

statements! {
    INSERT = r"
        INSERT INTO identity.sessions
            (id, user_id, family_hash, token_hash, origin_hash, created_at, idle_expires_at, expires_at)
        VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::bigint, $7::bigint, $8::bigint)
    ";

    // One statement, so that of several requests with the same token one wins. The others find a token that was spent.
    ROTATE = r"
        UPDATE identity.sessions SET
            revoked_at = CASE WHEN token_hash = $2::text OR spent_hash = $2::text AND spent_at > $6::bigint THEN NULL
                              ELSE $4::bigint END,
            idle_expires_at = CASE WHEN token_hash <> $2::text THEN idle_expires_at
                                   WHEN $5::bigint < expires_at THEN $5::bigint
                                   ELSE expires_at END,
            spent_hash = CASE WHEN token_hash = $2::text THEN token_hash ELSE spent_hash END,
            spent_at = CASE WHEN token_hash = $2::text THEN $4::bigint ELSE spent_at END,
            token_hash = CASE WHEN token_hash = $2::text THEN $3::text ELSE token_hash END
        WHERE family_hash = $1::text AND revoked_at IS NULL
          AND expires_at > $4::bigint AND idle_expires_at > $4::bigint
        RETURNING id::text, user_id::text, revoked_at, token_hash = $3::text
    ";

    REVOKE_FAMILY = r"
        UPDATE identity.sessions SET revoked_at = $2::bigint WHERE family_hash = $1::text AND revoked_at IS NULL
    ";

    REVOKE = r"
        UPDATE identity.sessions SET revoked_at = $3::bigint
        WHERE id = $1::uuid AND user_id = $2::uuid AND revoked_at IS NULL
    ";

    DELETE_ENDED = r"
        DELETE FROM identity.sessions WHERE id IN (
            SELECT id FROM identity.sessions WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::bigint
        )
    ";
}

/// Begins a session.
pub async fn insert(db: &Db, session: &NewSession) -> Result<(), Error> {
    let parameters = [
        session.id.into(),
        session.user.into(),
        session.family_hash.as_str().into(),
        session.token_hash.as_str().into(),
        session.origin_hash.as_str().into(),
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
    /// Another request spent it less than [`GRACE`] ago: two tabs at once, or an answer that was lost. Nothing changed.
    JustSpent,
    /// It had been spent before, so somebody else has it too: the session ends for both.
    Reused,
    /// There is no such session, or it ended.
    Unknown,
}

/// Microseconds for which a refresh token that was spent may come again without ending the session.
pub const GRACE: i64 = 10 * 1_000_000;

/// Spends a refresh token and puts its successor, which nobody else has, in its place.
pub async fn rotate(
    db: &Db,
    family_hash: &str,
    token_hash: &str,
    successor_hash: &str,
    now: Instant,
    idle_expires_at: Instant,
) -> Result<Rotation, Error> {
    let parameters = [
        family_hash.into(),
        token_hash.into(),
        successor_hash.into(),
        now.into(),
        idle_expires_at.into(),
        Instant::from_micros(now.micros() - GRACE).into(),
    ];
    let Some(row) = db.row(&ROTATE, &parameters).await? else { return Ok(Rotation::Unknown) };
    let mut columns = row.columns();
    let (session, user) = (columns.parsed()?, columns.parsed()?);
    let (revoked_at, won) = (columns.optional_instant()?, columns.bool()?);
    Ok(match revoked_at {
        Some(_) => Rotation::Reused,
        None if won => Rotation::Rotated { session, user },
        None => Rotation::JustSpent,
    })
}

/// Ends the session that a refresh token belongs to, whether it was spent or not.
pub async fn revoke_family(db: &Db, family_hash: &str, now: Instant) -> Result<(), Error> {
    db.execute(&REVOKE_FAMILY, &[family_hash.into(), now.into()]).await
}

/// Ends a session of a user.
pub async fn revoke(db: &Db, session: SessionId, user: UserId, now: Instant) -> Result<(), Error> {
    db.execute(&REVOKE, &[session.into(), user.into(), now.into()]).await
}

/// Sessions that are deleted at a time: more than a sign-in adds.
const BATCH: i64 = 100;

/// Deletes some of the sessions that ended before this instant, however much they were used.
pub async fn delete_ended(db: &Db, before: Instant) -> Result<(), Error> {
    db.execute(&DELETE_ENDED, &[before.into(), BATCH.into()]).await
}
