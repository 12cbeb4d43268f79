-- The secrets of the component `identity`, in a file that no other component is granted. PostgreSQL has the same tables in the
-- schema `identity`. Instants are microseconds since the epoch, UTC.

-- The password of a user, whose name and address are in the other file. The first owner's comes before the user, so that there
-- may be one of an id that no user has; nothing leads to it.
CREATE TABLE credentials (
    user_id       TEXT NOT NULL PRIMARY KEY,
    -- Argon2id in PHC string format.
    password_hash TEXT NOT NULL
) STRICT;

-- A sign-in and the refresh tokens that descend from it. A refresh token has two parts: the first is the same in the whole
-- family, the second is replaced each time. Only hashes are kept.
CREATE TABLE sessions (
    id              TEXT    NOT NULL PRIMARY KEY,
    user_id         TEXT    NOT NULL,
    family_hash     TEXT    NOT NULL,
    token_hash      TEXT    NOT NULL,
    -- The token before, and when it was spent.
    spent_hash      TEXT,
    spent_at        INTEGER,
    -- Hash of the account and the address that it began from.
    origin_hash     TEXT,
    created_at      INTEGER NOT NULL,
    -- Moves with each refresh, up to expires_at.
    idle_expires_at INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    revoked_at      INTEGER,
    CONSTRAINT sessions_family_hash_key UNIQUE (family_hash)
) STRICT;

CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_origin_hash ON sessions (origin_hash);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- One key per period of 90 days, counted from the epoch. The key of the present period signs, the one of the next is published
-- already, those before stay published until the last token that they signed has expired. Two instances that make the key of a
-- period at the same time agree on the one that was stored first.
CREATE TABLE signing_keys (
    period     INTEGER NOT NULL PRIMARY KEY,
    kid        TEXT    NOT NULL,
    -- Ed25519 seed (RFC 8032, section 5.1.5), base64url.
    seed       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT signing_keys_kid_key UNIQUE (kid)
) STRICT;

-- When all attempts of a subject (a hash of an account, of an account and an address, or of an address) are given back. A row is
-- worth nothing after that; only attempts that were let through make one.
CREATE TABLE sign_in_throttle (
    subject TEXT    NOT NULL PRIMARY KEY,
    free_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_in_throttle_free_at ON sign_in_throttle (free_at);

-- Tokens for scripts, so that they can be revoked before they expire.
CREATE TABLE operator_tokens (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE INDEX operator_tokens_expires_at ON operator_tokens (expires_at);
CREATE INDEX operator_tokens_revoked ON operator_tokens (expires_at) WHERE revoked_at IS NOT NULL;
