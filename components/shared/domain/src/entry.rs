//! Time entries.

use crate::{
    Currency, EntryId, HourlyRate, Instant, Interval, MemberId, OrganizationId, Seconds, UserId,
    interval::EndBeforeStart,
};

/// A stretch of work, or a running timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeEntry {
    /// Its id.
    pub id: EntryId,
    /// The tenant.
    pub organization: OrganizationId,
    /// Whose time it is.
    pub member: MemberId,
    /// The person behind the member.
    pub user: UserId,
    /// When work began; whole seconds.
    pub start: Instant,
    /// When it ended; none while the timer runs.
    pub end: Option<Instant>,
    /// Name of the zone in which it was recorded.
    pub time_zone: String,
    /// What was done.
    pub description: String,
    /// Whether somebody pays for it.
    pub billable: bool,
    /// Price, frozen on the entry.
    pub billable_rate: Option<HourlyRate>,
    /// Currency of the price, frozen on the entry.
    pub currency: Currency,
    /// How it came in, such as `api`.
    pub source: String,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted; tombstones are kept for clients that synchronise.
    pub deleted_at: Option<Instant>,
}

impl TimeEntry {
    /// Worked time; none while the timer runs.
    pub fn duration(&self) -> Option<Seconds> {
        let end = self.end?;
        Interval::new(self.start, end).ok().map(Interval::duration)
    }
}

/// A text about the work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description(String);

/// A description that cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDescription {
    /// More than [`Description::MAX_CHARACTERS`].
    #[error("must not be longer than 5000 characters")]
    TooLong,
    /// PostgreSQL cannot store U+0000 in a text.
    #[error("must not contain the character U+0000")]
    Nul,
}

impl Description {
    /// Counted in Unicode scalar values.
    pub const MAX_CHARACTERS: usize = 5000;

    /// Checks a text.
    pub fn parse(text: String) -> Result<Self, InvalidDescription> {
        if text.contains('\0') {
            return Err(InvalidDescription::Nul);
        }
        if text.chars().count() > Self::MAX_CHARACTERS { Err(InvalidDescription::TooLong) } else { Ok(Self(text)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// When an entry is, as a client may state it: running without an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When work began.
    pub start: Instant,
    /// When it ended; none while the timer runs.
    pub end: Option<Instant>,
}

impl Span {
    /// Cuts both to whole seconds; an end that equals the start is legal.
    pub fn new(start: Instant, end: Option<Instant>) -> Result<Self, EndBeforeStart> {
        let (start, end) = (start.truncated(), end.map(Instant::truncated));
        match end {
            Some(end) if end < start => Err(EndBeforeStart),
            Some(_) | None => Ok(Self { start, end }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_has_a_longest_length_in_characters() {
        assert!(Description::parse("ü".repeat(5000)).is_ok());
        assert_eq!(Description::parse("x".repeat(5001)), Err(InvalidDescription::TooLong));
        assert_eq!(Description::parse("a\0b".into()), Err(InvalidDescription::Nul));
    }

    #[test]
    fn an_end_within_the_same_second_is_legal() {
        let start = Instant::from_micros(5_900_000);
        assert!(Span::new(start, Some(Instant::from_micros(5_100_000))).is_ok());
        assert_eq!(Span::new(start, Some(Instant::from_micros(4_900_000))), Err(EndBeforeStart));
    }
}
