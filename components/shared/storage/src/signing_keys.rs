//! The keys that sign our tokens. Only the component `identity` reads them.

use kronos_domain::Instant;

use crate::{Db, Error, Row, db::statements};

/// A signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// The period in which it signs.
    pub period: i64,
    /// Its id in the key set.
    pub kid: String,
    /// Ed25519 seed, base64url.
    pub seed: String,
}

statements! {
    LIST = r"
        SELECT period, kid, seed FROM identity.signing_keys
        WHERE period BETWEEN $1::bigint AND $2::bigint
        ORDER BY period
    ";

    INSERT = r"
        INSERT INTO identity.signing_keys (period, kid, seed, created_at)
        VALUES ($1::bigint, $2::text, $3::text, $4::bigint)
        ON CONFLICT DO NOTHING
    ";
}

/// The keys of some periods, the oldest first.
pub async fn list(db: &Db, first: i64, last: i64) -> Result<Vec<SigningKey>, Error> {
    let decode = |row: Row| {
        let mut columns = row.columns();
        Ok(SigningKey { period: columns.integer()?, kid: columns.text()?, seed: columns.text()? })
    };
    db.rows(&LIST, &[first.into(), last.into()]).await?.into_iter().map(decode).collect()
}

/// Stores a key unless its period has one already: whoever comes second reads the one of the first.
pub async fn insert(db: &Db, key: &SigningKey, created_at: Instant) -> Result<(), Error> {
    let parameters = [key.period.into(), key.kid.as_str().into(), key.seed.as_str().into(), created_at.into()];
    db.execute(&INSERT, &parameters).await
}
