//! The last good key sets of foreign issuers, so that new instances accept their tokens while an issuer is away. Only the component
//! `identity` opens the table: whoever could change it could sign in as anybody.

use kronos_domain::Instant;

use crate::{Db, Error, Row, db::statements};

/// A key set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerKeys {
    /// JSON Web Key Set (RFC 7517), as the issuer answered it.
    pub jwks: String,
    /// When it was fetched.
    pub fetched_at: Instant,
}

statements! {
    GET = r"SELECT jwks, fetched_at FROM identity.issuer_keys WHERE issuer = $1::text AND jwks_uri = $2::text";

    // More than five minutes in the future: the clock was wrong when it was fetched.
    PUT = r"
        INSERT INTO identity.issuer_keys (issuer, jwks_uri, jwks, fetched_at)
        VALUES ($1::text, $2::text, $3::text, $4::bigint)
        ON CONFLICT (issuer) DO UPDATE
        SET jwks_uri = excluded.jwks_uri, jwks = excluded.jwks, fetched_at = excluded.fetched_at
        WHERE issuer_keys.fetched_at < excluded.fetched_at OR issuer_keys.jwks_uri <> excluded.jwks_uri
           OR issuer_keys.fetched_at > excluded.fetched_at + 300000000
    ";
}

/// The last key set that an issuer published at an address.
pub async fn get(db: &Db, issuer: &str, jwks_uri: &str) -> Result<Option<IssuerKeys>, Error> {
    let decode = |row: Row| {
        let mut columns = row.columns();
        Ok(IssuerKeys { jwks: columns.text()?, fetched_at: columns.instant()? })
    };
    db.row(&GET, &[issuer.into(), jwks_uri.into()]).await?.map(decode).transpose()
}

/// Replaces the key set of an issuer, unless the stored one is from the same address and newer, without being in the future.
pub async fn put(db: &Db, issuer: &str, jwks_uri: &str, keys: &IssuerKeys) -> Result<(), Error> {
    let parameters = [issuer.into(), jwks_uri.into(), keys.jwks.as_str().into(), keys.fetched_at.into()];
    db.execute(&PUT, &parameters).await
}
