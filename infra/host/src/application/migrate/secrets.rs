//! The secrets of `identity` were in the same SQLite file as everything else before they had one of their own.

use std::path::Path;

use rusqlite::Connection;

/// As long as the old tables are there, what they hold is true: a copy that was made before a crash is made again. The migration of
/// the old file drops them after this.
const COPY: &str = "
BEGIN IMMEDIATE;
DELETE FROM main.credentials;
INSERT INTO main.credentials (user_id, password_hash)
SELECT id, password_hash FROM old.users WHERE password_hash IS NOT NULL;
DELETE FROM main.sessions;
INSERT INTO main.sessions (id, user_id, family_hash, token_hash, created_at, idle_expires_at, expires_at, revoked_at)
SELECT id, user_id, family_hash, token_hash, created_at, idle_expires_at, expires_at, revoked_at FROM old.sessions;
DELETE FROM main.signing_keys;
INSERT INTO main.signing_keys (period, kid, seed, created_at)
SELECT period, kid, seed, created_at FROM old.signing_keys;
COMMIT;
";

/// Copies the secrets from `default` to `identity` if they are still there. Both have their files, and `identity` its tables.
pub(super) fn move_from(default: &Path, identity: &Connection) -> rusqlite::Result<()> {
    let path = default.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(default.into()))?;
    identity.execute("ATTACH DATABASE ?1 AS old", [path])?;
    let is_old = "SELECT EXISTS (SELECT 1 FROM old.sqlite_schema WHERE type = 'table' AND name = 'signing_keys')";
    if identity.query_row(is_old, [], |row| row.get(0))? {
        identity.execute_batch(COPY)?;
    }
    identity.execute_batch("DETACH DATABASE old")
}
