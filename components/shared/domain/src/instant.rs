//! Points in time.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time: microseconds since the epoch, UTC. It is written with whole seconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A text that is not an instant that Kronos can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInstant {
    /// Not of the form that RFC 3339, section 5.6, prescribes, or no such date or time of day.
    #[error("must be an RFC 3339 timestamp with an offset, such as `2026-03-04T09:23:52Z`")]
    Format,
    /// Outside [`Instant::MIN`] to [`Instant::MAX`].
    #[error("must lie between the years 1970 and 2199")]
    Range,
}

const MICROS_PER_SECOND: i64 = 1_000_000;

impl Instant {
    /// The epoch. No time entry starts before it.
    pub const MIN: Self = Self(0);
    /// The last second of the year 2199. The bound keeps every product of a duration and a rate within 64 bits.
    pub const MAX: Self = Self(7_258_118_399 * MICROS_PER_SECOND);

    /// From microseconds since the epoch, as they are stored.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Microseconds since the epoch, as they are stored.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The whole second that contains this instant. Starts and ends of entries are whole seconds.
    #[must_use]
    pub const fn truncated(self) -> Self {
        Self::from_seconds(self.seconds())
    }

    /// For calendar arithmetic.
    pub fn timestamp(self) -> Timestamp {
        // An `i64` of microseconds exceeds what jiff can hold only far outside MIN..=MAX.
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

impl From<Timestamp> for Instant {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0}", self.truncated().timestamp())
    }
}

impl FromStr for Instant {
    type Err = InvalidInstant;

    /// Reads RFC 3339 with any offset and any number of fractional digits; the fraction is cut off.
    fn from_str(text: &str) -> Result<Self, InvalidInstant> {
        let instant = parse(text).ok_or(InvalidInstant::Format)?;
        if (Self::MIN..=Self::MAX).contains(&instant) { Ok(instant) } else { Err(InvalidInstant::Range) }
    }
}

fn parse(text: &str) -> Option<Instant> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let bytes = date_time.as_bytes();
    let punctuated = bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes[10], b'T' | b't' | b' ')
        && bytes[13] == b':'
        && bytes[16] == b':';
    if !punctuated {
        return None;
    }
    let number = |from: usize, to: usize| digits(&bytes[from..to]);
    let seconds = number(17, 19)?;
    // A leap second has no place in Unix time; POSIX repeats the second before it.
    let seconds = if seconds == 60 { 59 } else { seconds };
    let civil = DateTime::new(
        number(0, 4)?,
        number(5, 7)?.try_into().ok()?,
        number(8, 10)?.try_into().ok()?,
        number(11, 13)?.try_into().ok()?,
        number(14, 16)?.try_into().ok()?,
        seconds.try_into().ok()?,
        0,
    )
    .ok()?;
    let offset = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if offset.len() == fraction.len() {
                return None;
            }
            offset
        }
    };
    Some(Offset::from_seconds(offset_seconds(offset)?).ok()?.to_timestamp(civil).ok()?.into())
}

fn offset_seconds(text: &str) -> Option<i32> {
    match text.as_bytes() {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (i32::from(digits(&[*h1, *h2])?), i32::from(digits(&[*m1, *m2])?));
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// The number that at most four ASCII digits write.
fn digits(bytes: &[u8]) -> Option<i16> {
    bytes.iter().try_fold(0_i16, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i16::from(byte - b'0')))
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        text.parse::<Instant>().expect(text).to_string()
    }

    #[test]
    fn any_offset_and_fraction_is_read_and_seconds_with_z_are_written() {
        for text in [
            "2026-03-04T09:23:52Z",
            "2026-03-04t09:23:52z",
            "2026-03-04 09:23:52.999Z",
            "2026-03-04T10:23:52+01:00",
            "2026-03-04T09:23:52.123456789012-00:00",
            "2026-03-03T23:53:52.0-09:30",
            "2026-03-05T09:22:52+23:59",
        ] {
            assert_eq!(rendered(text), "2026-03-04T09:23:52Z", "{text}");
        }
        assert_eq!(rendered("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59Z");
        assert_eq!(rendered("1970-01-01T00:00:00Z"), "1970-01-01T00:00:00Z");
        assert_eq!(rendered("2199-12-31T23:59:59.9Z"), "2199-12-31T23:59:59Z");
    }

    #[test]
    fn what_is_not_rfc_3339_is_refused() {
        for text in [
            "",
            "now",
            "2026-03-04",
            "2026-03-04T09:23Z",
            "2026-03-04T09:23:52",
            "2026-03-04T09:23:52.Z",
            "2026-03-04T09:23:52+0100",
            "2026-03-04T09:23:52+24:00",
            "2026-13-04T09:23:52Z",
            "2026-02-29T09:23:52Z",
            "2026-03-04T24:00:00Z",
            "2026-03-04T09:23:61Z",
            "2026-03-04T09:23:52Z[Europe/Berlin]",
            "+026-03-04T09:23:52Z",
            "2026-03-04T09:23:5２Z",
            "1772616232",
        ] {
            assert_eq!(text.parse::<Instant>(), Err(InvalidInstant::Format), "{text}");
        }
    }

    #[test]
    fn far_years_are_refused() {
        for text in ["1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"] {
            assert_eq!(text.parse::<Instant>(), Err(InvalidInstant::Range), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in 0..=Instant::MAX.seconds()) {
            let instant = Instant::from_seconds(seconds);
            proptest::prop_assert_eq!(instant.to_string().parse(), Ok(instant));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}|[0-9T:.Z+-]{15,30}") {
            let _ = text.parse::<Instant>();
        }
    }
}
