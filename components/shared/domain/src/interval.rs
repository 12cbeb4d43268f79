//! Half-open stretches of time and their length.

use serde::{Deserialize, Serialize};

use crate::Instant;

/// A length of time in whole seconds, never negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(i64);

impl Seconds {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From a count of seconds; a negative one counts as none.
    pub const fn new(seconds: i64) -> Self {
        Self(if seconds < 0 { 0 } else { seconds })
    }

    /// The count.
    pub const fn count(self) -> i64 {
        self.0
    }
}

impl std::iter::Sum for Seconds {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Self(iter.fold(0, |sum, seconds| sum.saturating_add(seconds.0)))
    }
}

/// `[start, end)`: two intervals that touch do not overlap, and an empty one is legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    start: Instant,
    end: Instant,
}

/// The end lies before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must not be before `start`")]
pub struct EndBeforeStart;

impl Interval {
    /// From `start` up to, and without, `end`.
    pub fn new(start: Instant, end: Instant) -> Result<Self, EndBeforeStart> {
        if end < start { Err(EndBeforeStart) } else { Ok(Self { start, end }) }
    }

    /// The first instant.
    pub const fn start(self) -> Instant {
        self.start
    }

    /// The first instant after it.
    pub const fn end(self) -> Instant {
        self.end
    }

    /// Elapsed time, whatever clocks on the wall did meanwhile.
    pub const fn duration(self) -> Seconds {
        Seconds::new(self.end.seconds() - self.start.seconds())
    }

    /// What both have in common; none when they only touch.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(Self { start, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(start: i64, end: i64) -> Interval {
        Interval::new(Instant::from_seconds(start), Instant::from_seconds(end)).expect("ordered")
    }

    #[test]
    fn back_to_back_intervals_do_not_overlap() {
        assert_eq!(interval(0, 10).intersection(interval(10, 20)), None);
        assert_eq!(interval(0, 11).intersection(interval(10, 20)), Some(interval(10, 11)));
    }

    #[test]
    fn an_empty_interval_is_legal_and_a_reversed_one_is_not() {
        assert_eq!(interval(7, 7).duration(), Seconds::ZERO);
        assert_eq!(Interval::new(Instant::from_seconds(8), Instant::from_seconds(7)), Err(EndBeforeStart));
    }
}
