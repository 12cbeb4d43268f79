-- The secrets of the component `identity`, in a schema that the role of the other components can't enter. SQLite has the same
-- tables in a file of their own. Instants are microseconds since the epoch, UTC.

-- To make a schema takes rights on the database; an administrator may have made it for the role that migrates.
DO $$
BEGIN
    IF to_regnamespace('identity') IS NULL THEN
        CREATE SCHEMA identity;
    END IF;
END
$$;

-- The password of a user, whose name and address are in the table `users`. The first owner's comes before the user, so that
-- there may be one of an id that no user has; nothing leads to it.
CREATE TABLE identity.credentials (
    user_id       uuid NOT NULL PRIMARY KEY,
    -- Argon2id in PHC string format.
    password_hash text NOT NULL
);

INSERT INTO identity.credentials (user_id, password_hash)
SELECT id, password_hash FROM users WHERE password_hash IS NOT NULL;
ALTER TABLE users DROP COLUMN password_hash;

ALTER TABLE sessions DROP CONSTRAINT sessions_user_id_fkey;
-- The token before, and when it was spent; hash of the account and the address that the session began from.
ALTER TABLE sessions ADD COLUMN spent_hash text, ADD COLUMN spent_at bigint, ADD COLUMN origin_hash text;
CREATE INDEX sessions_origin_hash ON sessions (origin_hash);
ALTER TABLE sessions SET SCHEMA identity;
ALTER TABLE signing_keys SET SCHEMA identity;

-- When all attempts of a subject (a hash of an account, of an account and an address, or of an address) are given back. A row is
-- worth nothing after that; only attempts that were let through make one.
DROP TABLE sign_in_throttle;
CREATE TABLE identity.sign_in_throttle (
    subject text   NOT NULL PRIMARY KEY,
    free_at bigint NOT NULL
);

CREATE INDEX sign_in_throttle_free_at ON identity.sign_in_throttle (free_at);

-- Tokens for scripts, so that they can be revoked before they expire.
CREATE TABLE identity.operator_tokens (
    id         uuid   NOT NULL PRIMARY KEY,
    user_id    uuid   NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint
);

CREATE INDEX operator_tokens_expires_at ON identity.operator_tokens (expires_at);
CREATE INDEX operator_tokens_revoked ON identity.operator_tokens (expires_at) WHERE revoked_at IS NOT NULL;
