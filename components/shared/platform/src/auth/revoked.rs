//! Tokens that our own issuer has revoked before they expire: it publishes their ids with its keys, which are fetched again after
//! [`MAX_AGE`](super::keys::MAX_AGE). So long a revoked token may still be accepted; while `identity` does not answer, for as long as
//! its known keys count ([`STALE_IF_ERROR`](super::keys::STALE_IF_ERROR)).

use serde::Deserialize;

#[derive(Deserialize)]
struct KeySet {
    #[serde(default)]
    revoked: Vec<String>,
}

/// Whether a key set of our own says that the token of this id is revoked.
pub(super) fn names(jwks: &str, token_id: &str) -> bool {
    // Most sets have no such member.
    jwks.contains(r#""revoked""#)
        && serde_json::from_str::<KeySet>(jwks).is_ok_and(|set| set.revoked.iter().any(|id| id == token_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revoked_token_is_named() {
        let set = r#"{"keys":[{"kty":"OKP"}],"revoked":["operator.1","operator.2"]}"#;
        assert!(names(set, "operator.1") && names(set, "operator.2"));
        assert!(!names(set, "operator") && !names(set, "revoked"));
        for set in [r#"{"keys":[]}"#, r#"{"keys":[],"revoked":[]}"#, r#"{"keys":[],"revoked":1}"#, "revoked"] {
            assert!(!names(set, "operator.1"), "{set}");
        }
    }
}
