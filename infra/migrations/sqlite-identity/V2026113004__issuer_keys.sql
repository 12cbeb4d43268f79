-- The last good key sets of the issuers whose tokens are accepted. They are no secrets, but whoever could change them could sign in as
-- anybody.
CREATE TABLE issuer_keys (
    issuer     TEXT    NOT NULL PRIMARY KEY,
    -- Where they came from: keys from another address are not this issuer's.
    jwks_uri   TEXT    NOT NULL,
    jwks       TEXT    NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT;
