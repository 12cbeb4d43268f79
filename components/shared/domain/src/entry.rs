//! Time entries.

use unicode_normalization::UnicodeNormalization as _;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    ClientId, Currency, EntryId, HourlyRate, Instant, Interval, MemberId, OrganizationId, ProjectId, Seconds, TagId,
    TaskId, UserId,
    rate::{RateScope, UnknownWord},
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
    /// The person behind the member; the member's id where it is a placeholder.
    pub user: UserId,
    /// When work began; whole seconds.
    pub start: Instant,
    /// When it ended; none while the timer runs.
    pub end: Option<Instant>,
    /// Name of the zone in which it was recorded.
    pub time_zone: String,
    /// Work or a pause.
    pub kind: Kind,
    /// What it is for.
    pub project: Option<ProjectId>,
    /// The task of that project.
    pub task: Option<TaskId>,
    /// Whom the project is for.
    pub client: Option<ClientId>,
    /// Its tags, sorted.
    pub tags: Vec<TagId>,
    /// What was done.
    pub description: String,
    /// Whether it is billable.
    pub billable: bool,
    /// Price, frozen on the entry.
    pub billable_rate: Option<HourlyRate>,
    /// Where the price comes from; none without a price.
    pub billable_rate_source: Option<RateSource>,
    /// What it costs, frozen on the entry.
    pub cost_rate: Option<HourlyRate>,
    /// Where the cost comes from; none without a cost.
    pub cost_rate_source: Option<RateSource>,
    /// Currency of the price, frozen on the entry.
    pub currency: Currency,
    /// How it came in, such as `api`.
    pub source: String,
    /// What the source calls it; once for each source.
    pub external_id: Option<String>,
    /// Where the source shows it.
    pub external_url: Option<String>,
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

/// What an entry stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Time worked.
    #[default]
    Work,
    /// A pause, for which nobody pays.
    Break,
}

/// No kind of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be `work` or `break`")]
pub struct UnknownKind;

impl Kind {
    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Break => "break",
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        [Self::Work, Self::Break].into_iter().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}

/// Where the rate of an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateSource {
    /// Somebody stated it.
    Manual,
    /// It was the rate of this scope.
    Rate(RateScope),
}

impl RateSource {
    const MANUAL: &'static str = "manual";

    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manual => Self::MANUAL,
            Self::Rate(scope) => scope.name(),
        }
    }
}

impl FromStr for RateSource {
    type Err = UnknownWord;

    fn from_str(name: &str) -> Result<Self, UnknownWord> {
        if name == Self::MANUAL { Ok(Self::Manual) } else { name.parse().map(Self::Rate) }
    }
}

/// What another system calls an entry, or where it shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External(String);

/// A reference that cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {0} characters, none of them U+0000")]
pub struct InvalidExternal(usize);

impl External {
    /// Characters of an id.
    pub const LONGEST_ID: usize = 500;
    /// Characters of an address.
    pub const LONGEST_URL: usize = 2000;

    /// Checks an id.
    pub fn id(text: String) -> Result<Self, InvalidExternal> {
        Self::parse(text, Self::LONGEST_ID)
    }

    /// Checks an address. Browsers make links of it, so it begins like one.
    pub fn url(text: String) -> Result<Self, InvalidUrl> {
        if !["https://", "http://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(InvalidUrl::Scheme);
        }
        Self::parse(text, Self::LONGEST_URL).map_err(InvalidUrl::Text)
    }

    fn parse(text: String, longest: usize) -> Result<Self, InvalidExternal> {
        let length = text.chars().count();
        if length == 0 || length > longest || text.contains('\0') {
            Err(InvalidExternal(longest))
        } else {
            Ok(Self(text))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address that cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// It could be a script.
    #[error("must begin with `https://` or `http://`")]
    Scheme,
    /// It is too long, or has a character that no text of a database has.
    #[error(transparent)]
    Text(InvalidExternal),
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

    /// The text that searches compare with, if it is not the text itself.
    pub fn folded(&self) -> Option<String> {
        Some(fold(&self.0)).filter(|folded| *folded != self.0)
    }
}

/// The text in lower case and in NFC, so that neither capitals nor the way in which a letter is encoded matter. It is folded letter by
/// letter: a part of a text is still a part of it when both are folded.
pub fn fold(text: &str) -> String {
    let small = text.chars().flat_map(char::to_lowercase);
    // The final sigma is a letter of its own, and lower case already.
    small.map(|letter| if letter == 'ς' { 'σ' } else { letter }).nfc().collect()
}

/// When an entry starts and ends; without an end it is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When work began.
    pub start: Instant,
    /// When it ended; none while the timer runs.
    pub end: Option<Instant>,
}

/// Why a start and an end make no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSpan {
    /// The end lies before the start.
    #[error("must not be before `start`")]
    EndBeforeStart,
    /// More than [`Span::LONGEST`].
    #[error("must not be more than 366 days after `start`: record longer work as several entries")]
    TooLong,
}

impl Span {
    /// The longest entry that can be recorded. A timer may run for longer.
    pub const LONGEST: Seconds = Seconds::new(366 * 86_400);

    /// Cuts both to whole seconds; an end that equals the start is legal.
    pub fn new(start: Instant, end: Option<Instant>) -> Result<Self, InvalidSpan> {
        let span = Self { start: start.truncated(), end: end.map(Instant::truncated) };
        if span.is_reversed() {
            Err(InvalidSpan::EndBeforeStart)
        } else if span.is_too_long() {
            Err(InvalidSpan::TooLong)
        } else {
            Ok(span)
        }
    }

    /// Whether it ends before it starts, to the second.
    pub fn is_reversed(self) -> bool {
        self.end.is_some_and(|end| end.seconds() < self.start.seconds())
    }

    /// Whether it lasts this long, give or take a second: clients cut or round fractions before or after they subtract.
    pub fn lasts(self, duration: Seconds) -> bool {
        self.end.is_some_and(|end| (end.seconds() - self.start.seconds() - duration.count()).abs() <= 1)
    }

    /// Whether it is longer than can be recorded.
    pub fn is_too_long(self) -> bool {
        self.end.is_some_and(|end| end.seconds() - self.start.seconds() > Self::LONGEST.count())
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
        assert_eq!(Span::new(start, Some(Instant::from_micros(4_900_000))), Err(InvalidSpan::EndBeforeStart));
    }

    #[test]
    fn an_entry_lasts_a_leap_year_at_most() {
        let end = |seconds| Some(Instant::from_seconds(seconds));
        assert!(Span::new(Instant::MIN, end(366 * 86_400)).is_ok());
        assert_eq!(Span::new(Instant::MIN, end(366 * 86_400 + 1)), Err(InvalidSpan::TooLong));
    }

    #[test]
    fn folding_ignores_capitals_of_any_script_and_keeps_parts_parts() {
        assert_eq!(fold("ÜBERGABE Straße ΟΔΟΣ Ж"), "übergabe straße οδοσ ж");
        assert_eq!(fold("οδος"), fold("ΟΔΟΣ"));
        assert!(fold("ΟΔΟΣΑΝ").contains(&fold("οδος")));
        for decomposed in ["u\u{308}bergabe", "U\u{308}BERGABE"] {
            assert_eq!(fold(decomposed), "übergabe");
        }
        assert_eq!(Description::parse("work".into()).expect("short").folded(), None);
        assert_eq!(Description::parse("Work".into()).expect("short").folded().as_deref(), Some("work"));
    }
}
