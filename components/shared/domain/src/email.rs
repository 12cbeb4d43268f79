//! E-mail addresses.

use std::{fmt, str::FromStr};

/// An e-mail address in lower case. Whether mail arrives there is another question, so only what can't be one is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// Not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// Longest address in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
    pub const MAX_LENGTH: usize = 254;

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let address = text.trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@').unwrap_or_default();
        let acceptable = !local.is_empty()
            && !domain.is_empty()
            && address.len() <= Self::MAX_LENGTH
            && !address.chars().any(|character| character.is_whitespace() || character.is_control());
        if acceptable { Ok(Self(address)) } else { Err(InvalidEmail) }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_space_around_do_not_matter() {
        assert_eq!(" Owner@Localhost ".parse::<Email>().map(|email| email.0).as_deref(), Ok("owner@localhost"));
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for text in ["", "a", "@", "a@", "@b", "a b@c", "a@b\r\nc", "a\0@b", long.as_str()] {
            assert_eq!(text.parse::<Email>(), Err(InvalidEmail), "{text:?}");
        }
    }
}
