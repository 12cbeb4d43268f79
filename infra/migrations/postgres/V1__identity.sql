-- Users, their organizations, their sign-ins, and the keys that sign their tokens.
-- Instants are microseconds since the epoch, UTC.

CREATE TABLE users (
    id            uuid   NOT NULL PRIMARY KEY,
    email         text   NOT NULL,
    name          text   NOT NULL,
    -- Argon2id in PHC string format; none for users who cannot sign in with a password.
    password_hash text,
    time_zone     text   NOT NULL,
    created_at    bigint NOT NULL,
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_lower_case CHECK (email = lower(email))
);

CREATE TABLE organizations (
    id         uuid   NOT NULL PRIMARY KEY,
    name       text   NOT NULL,
    currency   text   NOT NULL,
    time_zone  text   NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT organizations_currency_code CHECK (currency ~ '^[A-Z]{3}$')
);

CREATE TABLE members (
    id              uuid   NOT NULL PRIMARY KEY,
    organization_id uuid   NOT NULL,
    user_id         uuid   NOT NULL,
    role            text   NOT NULL,
    created_at      bigint NOT NULL,
    CONSTRAINT members_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT members_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT members_organization_id_user_id_key UNIQUE (organization_id, user_id),
    CONSTRAINT members_role_known CHECK (role IN ('owner', 'admin', 'manager', 'employee'))
);

CREATE INDEX members_user_id ON members (user_id);

-- A sign-in and the refresh tokens that descend from it. A refresh token has two parts: the first is the same in the whole
-- family, the second is replaced each time. Only hashes are kept.
CREATE TABLE sessions (
    id              uuid   NOT NULL PRIMARY KEY,
    user_id         uuid   NOT NULL,
    family_hash     text   NOT NULL,
    token_hash      text   NOT NULL,
    created_at      bigint NOT NULL,
    -- Moves with each refresh, up to expires_at.
    idle_expires_at bigint NOT NULL,
    expires_at      bigint NOT NULL,
    revoked_at      bigint,
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_family_hash_key UNIQUE (family_hash)
);

CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- One key per period of 90 days, counted from the epoch. The key of the present period signs, the one of the next is published
-- already, those before stay published until the last token that they signed has expired. Two instances that make the key of a
-- period at the same time agree on the one that was stored first.
CREATE TABLE signing_keys (
    period     bigint NOT NULL PRIMARY KEY,
    kid        text   NOT NULL,
    -- Ed25519 seed (RFC 8032, section 5.1.5), base64url. Read by the component `identity` only.
    seed       text   NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT signing_keys_kid_key UNIQUE (kid)
);

-- When the next attempt to sign in is free: per account (hash of the e-mail address, whether it exists or not) and, under `*`,
-- for all together.
CREATE TABLE sign_in_throttle (
    subject text   NOT NULL PRIMARY KEY,
    free_at bigint NOT NULL
);
