//! Tokens for scripts that the operator made. They are verified without a store, so those that were revoked are published until
//! they have expired.

use kronos_domain::{Instant, OperatorTokenId, UserId};

use crate::{Db, Error, Row, db::statements};

/// Most tokens that are revoked at a time: the list is part of the key set, which is at most 64 KiB for those who read it.
pub const MAX_REVOKED: i64 = 1000;
/// Most tokens of a list.
pub const MAX_LISTED: i64 = 500;
/// Tokens that are deleted at a time.
const BATCH: i64 = 100;
/// Clocks may differ, so a token counts for this long after it has expired, in microseconds.
const LEEWAY: i64 = 60 * 1_000_000;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorToken {
    /// Its id.
    pub id: OperatorTokenId,
    /// In whose name it acts.
    pub user: UserId,
    /// When it was made.
    pub created_at: Instant,
    /// When it expires.
    pub expires_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

fn expired(now: Instant) -> Instant {
    Instant::from_micros(now.micros() - LEEWAY)
}

statements! {
    INSERT = r"
        INSERT INTO identity.operator_tokens (id, user_id, created_at, expires_at)
        VALUES ($1::uuid, $2::uuid, $3::bigint, $4::bigint)
    ";

    LIST = r"
        SELECT id::text, user_id::text, created_at, expires_at, revoked_at FROM identity.operator_tokens
        WHERE expires_at > $1::bigint
        ORDER BY id DESC
        LIMIT $2::bigint
    ";

    // The count reads no more entries of the index than are allowed.
    REVOKE = r"
        UPDATE identity.operator_tokens SET
            revoked_at = CASE
                WHEN revoked_at IS NOT NULL THEN revoked_at
                WHEN (
                    SELECT count(*) FROM (
                        SELECT 1 FROM identity.operator_tokens AS other
                        WHERE other.revoked_at IS NOT NULL AND other.expires_at > $3::bigint
                        LIMIT $4::bigint
                    ) AS revoked
                ) < $4::bigint THEN $2::bigint
            END
        WHERE id = $1::uuid AND expires_at > $3::bigint
        RETURNING revoked_at
    ";

    REVOKED = r"
        SELECT id::text FROM identity.operator_tokens
        WHERE revoked_at IS NOT NULL AND expires_at > $1::bigint
        ORDER BY expires_at DESC, id
        LIMIT $2::bigint
    ";

    DELETE_EXPIRED = r"
        DELETE FROM identity.operator_tokens WHERE id IN (
            SELECT id FROM identity.operator_tokens WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::bigint
        )
    ";
}

/// Notes a new token.
pub async fn insert(
    db: &Db,
    id: OperatorTokenId,
    user: UserId,
    created_at: Instant,
    expires_at: Instant,
) -> Result<(), Error> {
    db.execute(&INSERT, &[id.into(), user.into(), created_at.into(), expires_at.into()]).await
}

/// The tokens that have not expired, the newest first, up to [`MAX_LISTED`].
pub async fn list(db: &Db, now: Instant) -> Result<Vec<OperatorToken>, Error> {
    let decode = |row: Row| {
        let mut columns = row.columns();
        Ok(OperatorToken {
            id: columns.parsed()?,
            user: columns.parsed()?,
            created_at: columns.instant()?,
            expires_at: columns.instant()?,
            revoked_at: columns.optional_instant()?,
        })
    };
    db.rows(&LIST, &[expired(now).into(), MAX_LISTED.into()]).await?.into_iter().map(decode).collect()
}

/// What came of revoking a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// It is revoked, now or since before.
    Revoked,
    /// There is no such token, or it has expired.
    Unknown,
    /// [`MAX_REVOKED`] others are, and have not expired.
    TooMany,
}

/// Revokes a token.
pub async fn revoke(db: &Db, id: OperatorTokenId, now: Instant) -> Result<Revocation, Error> {
    let parameters = [id.into(), now.into(), expired(now).into(), MAX_REVOKED.into()];
    let Some(row) = db.row(&REVOKE, &parameters).await? else { return Ok(Revocation::Unknown) };
    Ok(match row.columns().optional_instant()? {
        Some(_) => Revocation::Revoked,
        None => Revocation::TooMany,
    })
}

/// The tokens that are revoked and would be valid otherwise.
pub async fn revoked(db: &Db, now: Instant) -> Result<Vec<OperatorTokenId>, Error> {
    let rows = db.rows(&REVOKED, &[expired(now).into(), MAX_REVOKED.into()]).await?;
    rows.into_iter().map(|row| row.columns().parsed()).collect()
}

/// Deletes some of the tokens that have expired.
pub async fn delete_expired(db: &Db, now: Instant) -> Result<(), Error> {
    db.execute(&DELETE_EXPIRED, &[expired(now).into(), BATCH.into()]).await
}
