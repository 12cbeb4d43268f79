//! Points in time.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::Offset,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time: microseconds since the epoch, UTC. It is written with whole seconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A text that is not an instant that Kronos can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInstant {
    /// Not of the form that RFC 3339, section 5.6, prescribes.
    #[error("must be an RFC 3339 timestamp with an offset, such as `2026-03-04T09:23:52Z`")]
    Format,
    /// The calendar has no such day.
    #[error("names a day that does not exist")]
    NoSuchDay,
    /// The day has no such time, or it is a leap second that was never announced.
    #[error("names a time of day that does not exist")]
    NoSuchTime,
    /// The `+` of its offset has become a space, as it does in a query.
    #[error("has a space in place of the `+` of its offset: write `%2B` in a URL")]
    LostPlus,
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
        let (instant, _) = parse(text)?;
        if (Self::MIN..=Self::MAX).contains(&instant) { Ok(instant) } else { Err(InvalidInstant::Range) }
    }
}

/// The inclusive lower bound of a range. What lies before all that Kronos can hold, such as the year 1, is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since(pub Instant);

impl FromStr for Since {
    type Err = InvalidInstant;

    /// Reads what [`Instant`] reads, of any year.
    fn from_str(text: &str) -> Result<Self, InvalidInstant> {
        let (instant, _) = parse(text)?;
        Ok(Self(instant.clamp(Instant::MIN, Until::NONE.0)))
    }
}

/// The exclusive upper bound of a range. What lies behind all that Kronos can hold, such as the year 9999, is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until(pub Instant);

impl Until {
    /// Behind every instant.
    const NONE: Self = Self(Instant::from_seconds(Instant::MAX.seconds() + 1));
}

impl FromStr for Until {
    type Err = InvalidInstant;

    /// Reads what [`Instant`] reads, of any year; a fraction is rounded up: a range until `23:59:59.999` contains the second that
    /// begins at `23:59:59`.
    fn from_str(text: &str) -> Result<Self, InvalidInstant> {
        let (instant, has_fraction) = parse(text)?;
        let bound = Instant::from_seconds(instant.seconds() + i64::from(has_fraction));
        Ok(Self(bound.clamp(Instant::MIN, Self::NONE.0)))
    }
}

/// The whole second, and whether there was more than that.
fn parse(text: &str) -> Result<(Instant, bool), InvalidInstant> {
    let written = Written::read(text).ok_or(InvalidInstant::Format)?;
    let offset = offset_seconds(written.offset)?;
    let [year, month, day, hour, minute, second] = written.numbers;
    let small = |number: i16| i8::try_from(number).unwrap_or(i8::MAX);
    let day = Date::new(year, small(month), small(day)).map_err(|_| InvalidInstant::NoSuchDay)?;
    // A leap second has no place in Unix time; POSIX repeats the second before it.
    let is_leap = second == 60;
    let second = if is_leap { 59 } else { second };
    let time = Time::new(small(hour), small(minute), small(second), 0).map_err(|_| InvalidInstant::NoSuchTime)?;
    // jiff's timestamps end a day before the year 9999 does.
    let beyond = if year < 1970 { Timestamp::MIN } else { Timestamp::MAX };
    let offset = Offset::from_seconds(offset).map_err(|_| InvalidInstant::Format)?;
    let timestamp = offset.to_timestamp(day.to_datetime(time)).unwrap_or(beyond);
    if is_leap && !precedes_leap_second(timestamp) {
        return Err(InvalidInstant::NoSuchTime);
    }
    Ok((timestamp.into(), written.fraction.bytes().any(|digit| digit != b'0')))
}

/// A timestamp of the right form.
struct Written<'a> {
    /// Year, month, day, hour, minute, second.
    numbers: [i16; 6],
    fraction: &'a str,
    offset: &'a str,
}

impl<'a> Written<'a> {
    fn read(text: &'a str) -> Option<Self> {
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
        let numbers = [number(0, 4)?, number(5, 7)?, number(8, 10)?, number(11, 13)?, number(14, 16)?, number(17, 19)?];
        let (fraction, offset) = match rest.strip_prefix('.') {
            None => ("", rest),
            Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?),
        };
        Some(Self { numbers, fraction, offset })
    }
}

/// Whether a leap second may follow: the last second, UTC, of June or December (RFC 3339, section 5.7).
fn precedes_leap_second(timestamp: Timestamp) -> bool {
    let utc = Offset::UTC.to_datetime(timestamp);
    matches!((utc.month(), utc.day()), (6, 30) | (12, 31)) && (utc.hour(), utc.minute(), utc.second()) == (23, 59, 59)
}

fn offset_seconds(text: &str) -> Result<i32, InvalidInstant> {
    let (sign, h1, h2, m1, m2) = match text.as_bytes() {
        b"Z" | b"z" => return Ok(0),
        [sign @ (b'+' | b'-' | b' '), h1, h2, b':', m1, m2] => (*sign, *h1, *h2, *m1, *m2),
        _ => return Err(InvalidInstant::Format),
    };
    let (Some(hours @ 0..=23), Some(minutes @ 0..=59)) = (digits(&[h1, h2]), digits(&[m1, m2])) else {
        return Err(InvalidInstant::Format);
    };
    let seconds = i32::from(hours * 60 + minutes) * 60;
    match sign {
        b' ' => Err(InvalidInstant::LostPlus),
        b'-' => Ok(-seconds),
        _ => Ok(seconds),
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
        assert_eq!(rendered("1990-12-31T15:59:60-08:00"), "1990-12-31T23:59:59Z");
        assert_eq!(rendered("2015-07-01T01:59:60.5+02:00"), "2015-06-30T23:59:59Z");
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
            "2026-03-04T09:23:52Z[Europe/Berlin]",
            "2026-03-04T09:23:52 1:00",
            "+026-03-04T09:23:52Z",
            "2026-03-04T09:23:5２Z",
            "1772616232",
        ] {
            assert_eq!(text.parse::<Instant>(), Err(InvalidInstant::Format), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_timestamp_is_told() {
        for (text, expected) in [
            ("2026-13-04T09:23:52Z", InvalidInstant::NoSuchDay),
            ("2026-02-29T09:23:52Z", InvalidInstant::NoSuchDay),
            ("2026-02-30T09:23:52+01:00", InvalidInstant::NoSuchDay),
            ("2026-03-00T09:23:52Z", InvalidInstant::NoSuchDay),
            ("2026-03-04T24:00:00Z", InvalidInstant::NoSuchTime),
            ("2026-03-04T09:60:00Z", InvalidInstant::NoSuchTime),
            ("2026-03-04T09:23:61Z", InvalidInstant::NoSuchTime),
            ("2026-03-04T09:23:60Z", InvalidInstant::NoSuchTime),
            ("2026-03-31T23:59:60Z", InvalidInstant::NoSuchTime),
            ("2016-12-31T22:59:60Z", InvalidInstant::NoSuchTime),
            ("2016-12-31T23:59:60+01:00", InvalidInstant::NoSuchTime),
            ("2026-03-04T09:23:52 01:00", InvalidInstant::LostPlus),
            ("2026-03-04T09:23:52.123 01:00", InvalidInstant::LostPlus),
        ] {
            assert_eq!(text.parse::<Instant>(), Err(expected), "{text}");
        }
    }

    #[test]
    fn far_years_are_refused() {
        for text in ["1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            assert_eq!(text.parse::<Instant>(), Err(InvalidInstant::Range), "{text}");
        }
    }

    #[test]
    fn bounds_of_ranges_lose_no_second_and_far_years_are_no_bound() {
        let since = |text: &str| text.parse::<Since>().map(|bound| bound.0.to_string());
        let until = |text: &str| text.parse::<Until>().map(|bound| bound.0.to_string());
        assert_eq!(since("2026-03-04T23:59:59.999Z"), Ok("2026-03-04T23:59:59Z".into()));
        assert_eq!(until("2026-03-04T23:59:59.999Z"), Ok("2026-03-05T00:00:00Z".into()));
        assert_eq!(until("2026-03-04T23:59:59.000Z"), Ok("2026-03-04T23:59:59Z".into()));
        assert_eq!(since("0001-01-01T00:00:00Z"), Ok("1970-01-01T00:00:00Z".into()));
        assert_eq!(until("9999-12-31T23:59:59Z"), Ok("2200-01-01T00:00:00Z".into()));
        assert_eq!(since("9999-12-31T23:59:59Z"), Ok("2200-01-01T00:00:00Z".into()));
        assert_eq!(until("0001-01-01T00:00:00Z"), Ok("1970-01-01T00:00:00Z".into()));
        assert_eq!(until("tomorrow"), Err(InvalidInstant::Format));
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
