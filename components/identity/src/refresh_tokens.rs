//! Refresh tokens: two random parts. The first stays the same as long as the session lasts, the second is replaced with each
//! use. Whoever brings the first with a second that was spent has a copy, so the session ends (RFC 9700, section 2.2.2); nobody
//! can end a session without ever having had a token of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kronos_platform::random;
use sha2::{Digest as _, Sha256};

const FAMILY: usize = 16;
const SECRET: usize = 32;

/// A refresh token.
#[derive(Clone)]
pub struct RefreshToken {
    family: [u8; FAMILY],
    secret: [u8; SECRET],
}

impl RefreshToken {
    /// The first one of a session.
    pub fn new() -> Self {
        Self { family: random(), secret: random() }
    }

    /// The one that follows on this one.
    #[must_use]
    pub fn successor(&self) -> Self {
        Self { family: self.family, secret: random() }
    }

    /// Reads a token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (family, secret) = bytes.split_at_checked(FAMILY)?;
        Some(Self { family: family.try_into().ok()?, secret: secret.try_into().ok()? })
    }

    /// As it is sent.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode([self.family.as_slice(), &self.secret].concat())
    }

    /// What is stored of the first part.
    pub fn family_hash(&self) -> String {
        hash(&self.family)
    }

    /// What is stored of the second part.
    pub fn token_hash(&self) -> String {
        hash(&self.secret)
    }
}

/// SHA-256 is enough for what is random and long: there is nothing to guess.
fn hash(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back() {
        let token = RefreshToken::new();
        let read = RefreshToken::parse(&token.text()).expect("a token");
        assert_eq!((read.family_hash(), read.token_hash()), (token.family_hash(), token.token_hash()));
    }

    #[test]
    fn a_successor_belongs_to_the_same_family() {
        let token = RefreshToken::new();
        let successor = token.successor();
        assert_eq!(token.family_hash(), successor.family_hash());
        assert_ne!(token.token_hash(), successor.token_hash());
        assert_ne!(token.family_hash(), RefreshToken::new().family_hash());
    }

    #[test]
    fn anything_else_is_no_token() {
        let text = RefreshToken::new().text();
        for other in ["", "a", &text[1..], &text[..60], &format!("{text}A"), &format!("{text}="), "äöü"] {
            assert!(RefreshToken::parse(other).is_none(), "{other}");
        }
    }
}
