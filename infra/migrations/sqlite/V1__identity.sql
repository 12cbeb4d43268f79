-- Users, their organizations, their sign-ins, and the keys that sign their tokens.
-- Instants are microseconds since the epoch, UTC.

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    -- Argon2id in PHC string format; none for users who cannot sign in with a password.
    password_hash TEXT,
    time_zone     TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_lower_case CHECK (email = lower(email))
) STRICT;

CREATE TABLE organizations (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    currency   TEXT    NOT NULL,
    time_zone  TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT organizations_currency_code CHECK (currency GLOB '[A-Z][A-Z][A-Z]')
) STRICT;

CREATE TABLE members (
    id              TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    role            TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    CONSTRAINT members_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT members_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT members_organization_id_user_id_key UNIQUE (organization_id, user_id),
    CONSTRAINT members_role_known CHECK (role IN ('owner', 'admin', 'manager', 'employee'))
) STRICT;

CREATE INDEX members_user_id ON members (user_id);

-- A sign-in and the refresh tokens that descend from it. A refresh token has two parts: the first is the same in the whole
-- family, the second is replaced each time. Only hashes are kept.
CREATE TABLE sessions (
    id              TEXT    NOT NULL PRIMARY KEY,
    user_id         TEXT    NOT NULL,
    family_hash     TEXT    NOT NULL,
    token_hash      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    -- Moves with each refresh, up to expires_at.
    idle_expires_at INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    revoked_at      INTEGER,
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_family_hash_key UNIQUE (family_hash)
) STRICT;

CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- One key per period of 90 days, counted from the epoch. The key of the present period signs, the one of the next is published
-- already, those before stay published until the last token that they signed has expired. Two instances that make the key of a
-- period at the same time agree on the one that was stored first.
CREATE TABLE signing_keys (
    period     INTEGER NOT NULL PRIMARY KEY,
    kid        TEXT    NOT NULL,
    -- Ed25519 seed (RFC 8032, section 5.1.5), base64url. Read by the component `identity` only.
    seed       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT signing_keys_kid_key UNIQUE (kid)
) STRICT;

-- When the next attempt to sign in is free: per account (hash of the e-mail address, whether it exists or not) and, under `*`,
-- for all together.
CREATE TABLE sign_in_throttle (
    subject TEXT    NOT NULL PRIMARY KEY,
    free_at INTEGER NOT NULL
) STRICT;

-- The first owner with the first organization, in one statement: INSERT INTO first_owner does nothing once there is a user.
CREATE VIEW first_owner AS
SELECT users.id AS user_id, users.email, users.name, users.password_hash,
       organizations.id AS organization_id, organizations.name AS organization_name, organizations.currency,
       organizations.time_zone, members.id AS member_id, members.created_at
FROM members
JOIN users ON users.id = members.user_id
JOIN organizations ON organizations.id = members.organization_id
WHERE members.role = 'owner';

CREATE TRIGGER first_owner_insert INSTEAD OF INSERT ON first_owner
WHEN NOT EXISTS (SELECT 1 FROM users)
BEGIN
    INSERT INTO users (id, email, name, password_hash, time_zone, created_at)
    VALUES (NEW.user_id, NEW.email, NEW.name, NEW.password_hash, NEW.time_zone, NEW.created_at);
    INSERT INTO organizations (id, name, currency, time_zone, created_at)
    VALUES (NEW.organization_id, NEW.organization_name, NEW.currency, NEW.time_zone, NEW.created_at);
    INSERT INTO members (id, organization_id, user_id, role, created_at)
    VALUES (NEW.member_id, NEW.organization_id, NEW.user_id, 'owner', NEW.created_at);
END;
