//! E-mail addresses.

use kronos_platform::Faults;

use crate::refusal::Refusal;

/// Longest address (RFC 5321, section 4.5.3.1.3, less the angle brackets).
const MAX_LENGTH: usize = 254;

/// An e-mail address in lower case. Whether mail arrives there is another question, so only what can't be one is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let address = text.trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@').unwrap_or_default();
        let acceptable = !local.is_empty()
            && !domain.is_empty()
            && address.len() <= MAX_LENGTH
            && !address.chars().any(|character| character.is_whitespace() || character.is_control());
        if acceptable { Ok(Self(address)) } else { Err(Faults::one("email", "must be an e-mail address").into()) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_space_around_do_not_matter() {
        let email = Email::parse(" Owner@Localhost ").map(|email| email.0);
        assert!(matches!(email.as_deref(), Ok("owner@localhost")));
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for text in ["", "a", "@", "a@", "@b", "a b@c", "a@b\r\nc", "a\0@b", long.as_str()] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }
}
