//! The words of a command.

use crate::capabilities::redis::CommandError;

/// The arguments of a command, taken one by one.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    command: String,
    rest: &'a [&'a [u8]],
}

pub(super) fn syntax() -> CommandError {
    CommandError::new("ERR", "syntax error")
}

pub(super) fn not_an_integer() -> CommandError {
    CommandError::new("ERR", "value is not an integer or out of range")
}

impl<'a> Arguments<'a> {
    pub(super) fn new(parts: &'a [&'a [u8]]) -> Result<Self, CommandError> {
        let (name, rest) = parts.split_first().ok_or_else(|| CommandError::new("ERR", "empty command"))?;
        Ok(Self { command: String::from_utf8_lossy(name).to_ascii_lowercase(), rest })
    }

    /// Lower-case name.
    pub(super) fn command(&self) -> &str {
        &self.command
    }

    pub(super) fn wrong_number(&self) -> CommandError {
        CommandError::new("ERR", format!("wrong number of arguments for '{}' command", self.command))
    }

    pub(super) fn invalid_expiry(&self) -> CommandError {
        CommandError::new("ERR", format!("invalid expire time in '{}' command", self.command))
    }

    pub(super) fn next(&mut self) -> Result<&'a [u8], CommandError> {
        let (first, rest) = self.rest.split_first().ok_or_else(|| self.wrong_number())?;
        self.rest = rest;
        Ok(first)
    }

    pub(super) fn next_integer(&mut self) -> Result<i64, CommandError> {
        parse_integer(self.next()?).ok_or_else(not_an_integer)
    }

    /// An option as written, `None` at the end.
    pub(super) fn next_option(&mut self) -> Option<String> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(String::from_utf8_lossy(first).into_owned())
    }

    /// All that is left, one at least.
    pub(super) fn some(&mut self) -> Result<&'a [&'a [u8]], CommandError> {
        if self.rest.is_empty() {
            return Err(self.wrong_number());
        }
        Ok(std::mem::take(&mut self.rest))
    }

    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn end(&self) -> Result<(), CommandError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.wrong_number()) }
    }
}

/// Redis takes only the canonical spelling: no sign `+`, no leading zeros, no spaces.
pub(super) fn parse_integer(text: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == text).then_some(number)
}
