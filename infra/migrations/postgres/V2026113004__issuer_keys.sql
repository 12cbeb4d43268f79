-- The last good key sets of the issuers whose tokens are accepted. Public keys only.
CREATE TABLE issuer_keys (
    issuer     text   NOT NULL PRIMARY KEY,
    -- Where they came from: keys from another address are not this issuer's.
    jwks_uri   text   NOT NULL,
    jwks       text   NOT NULL,
    fetched_at bigint NOT NULL
);
