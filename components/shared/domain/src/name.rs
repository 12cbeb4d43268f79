//! Names that people give to things and to themselves.

use std::{fmt, str::FromStr};

use crate::entry::fold;

/// A name of 1 to 255 characters, without space around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// Not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing, or nothing but space.
    #[error("must not be empty")]
    Empty,
    /// More than [`Name::MAX_CHARACTERS`].
    #[error("must not be longer than 255 characters")]
    TooLong,
    /// Such as a line break.
    #[error("must not contain control characters")]
    Control,
}

impl Name {
    /// Counted in Unicode scalar values.
    pub const MAX_CHARACTERS: usize = 255;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What names are compared and sorted by: two that differ in capitals only have the same.
    pub fn key(&self) -> String {
        fold(&self.0)
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let name = text.trim();
        if name.is_empty() {
            return Err(InvalidName::Empty);
        }
        if name.chars().any(char::is_control) {
            return Err(InvalidName::Control);
        }
        if name.chars().count() > Self::MAX_CHARACTERS { Err(InvalidName::TooLong) } else { Ok(Self(name.to_owned())) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_around_a_name_is_no_part_of_it_and_capitals_make_no_other_one() {
        let name: Name = " Übergabe  AG ".parse().expect("a name");
        assert_eq!((name.as_str(), name.key().as_str()), ("Übergabe  AG", "übergabe  ag"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert_eq!(" \t".parse::<Name>(), Err(InvalidName::Empty));
        assert_eq!("a\nb".parse::<Name>(), Err(InvalidName::Control));
        assert_eq!("ü".repeat(256).parse::<Name>(), Err(InvalidName::TooLong));
        assert!("ü".repeat(255).parse::<Name>().is_ok());
    }
}
