-- The last good key sets of the issuers whose tokens are accepted. They are no secrets, but whoever could change them could sign in as
-- anybody.
CREATE TABLE identity.issuer_keys (
    issuer     text   NOT NULL PRIMARY KEY,
    -- Where they came from: keys from another address are not this issuer's.
    jwks_uri   text   NOT NULL,
    jwks       text   NOT NULL,
    fetched_at bigint NOT NULL
);
