//! Calendar arithmetic between PostgreSQL's counts and the tuples of the interface: proleptic Gregorian, any year.
//!
//! PostgreSQL's years go from -4712 to 5874897; those of `jiff` end at 9999.

use super::wit;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
const EPOCH_DAYS: i64 = 10_957;
/// Seconds of the same.
pub(super) const EPOCH_SECONDS: i64 = EPOCH_DAYS * 86_400;
const DAY_MICROS: i64 = 86_400_000_000;

type Date = (i32, u8, u8);
type Time = (u8, u8, u8, u32);
type DateTime = (i32, u8, u8, u8, u8, u8, u32);

/// Days since 2000-01-01, `None` when there is no such day or it is out of PostgreSQL's reach.
pub(super) fn days((year, month, day): Date) -> Option<i32> {
    if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    // Years that begin in March have their leap day at the end.
    let (year, month, day) = (i64::from(year) - i64::from(month <= 2), i64::from(month), i64::from(day));
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i32::try_from(era * 146_097 + day_of_era - 719_468 - EPOCH_DAYS).ok()
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The date that lies `days` after 2000-01-01.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "days that fit PostgreSQL's date give years of 7 digits; months and days are small"
)]
pub(super) fn date(days: i64) -> Date {
    let days = days + EPOCH_DAYS + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u8, day as u8)
}

/// Microseconds since midnight.
pub(super) fn micros_of_day((hour, minute, second, nanosecond): Time) -> Option<i64> {
    if hour > 23 || minute > 59 || second > 59 || nanosecond > 999_999_999 {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some(seconds * 1_000_000 + i64::from(nanosecond / 1000))
}

/// The time that lies `micros` after midnight; 24:00 is one in PostgreSQL.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "parts of a day are small")]
pub(super) fn time(micros: i64) -> Time {
    let seconds = micros / 1_000_000;
    let nanosecond = (micros % 1_000_000) * 1000;
    ((seconds / 3600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8, nanosecond as u32)
}

/// Microseconds since 2000-01-01 00:00.
pub(super) fn micros((year, month, day, hour, minute, second, nanosecond): DateTime) -> Option<i64> {
    let days = i64::from(days((year, month, day))?);
    days.checked_mul(DAY_MICROS)?.checked_add(micros_of_day((hour, minute, second, nanosecond))?)
}

/// The moment that lies `micros` after 2000-01-01 00:00.
pub(super) fn date_time(micros: i64) -> DateTime {
    let (year, month, day) = date(micros.div_euclid(DAY_MICROS));
    let (hour, minute, second, nanosecond) = time(micros.rem_euclid(DAY_MICROS));
    (year, month, day, hour, minute, second, nanosecond)
}

/// Microseconds since 2000-01-01 00:00 UTC of seconds since 1970.
pub(super) fn micros_of_unix(seconds: i64) -> Option<i64> {
    seconds.checked_sub(EPOCH_SECONDS)?.checked_mul(1_000_000)
}

impl PartialEq for wit::Interval {
    fn eq(&self, other: &Self) -> bool {
        (self.micros, self.days, self.months) == (other.micros, other.days, other.months)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days() {
        for (moment, count) in [
            ((2000, 1, 1), 0),
            ((1999, 12, 31), -1),
            ((2000, 2, 29), 59),
            ((1970, 1, 1), -10_957),
            ((2026, 11, 21), 9_821),
            ((-4713, 11, 24), -2_451_545),
            ((294_276, 12, 31), 106_751_982),
        ] {
            assert_eq!(days(moment), Some(count), "{moment:?}");
            assert_eq!(date(count.into()), moment);
        }
        for moment in [(2001, 2, 29), (1900, 2, 29), (2000, 13, 1), (2000, 0, 1), (2000, 4, 31), (2000, 1, 0)] {
            assert_eq!(days(moment), None, "{moment:?}");
        }
        for count in (-1_000_000..1_000_000).step_by(97) {
            assert_eq!(days(date(count)).map(i64::from), Some(count));
        }
    }

    #[test]
    fn times() {
        assert_eq!(date_time(-1), (1999, 12, 31, 23, 59, 59, 999_999_000));
        assert_eq!(micros((1999, 12, 31, 23, 59, 59, 999_999_999)), Some(-1));
        assert_eq!(micros_of_day((24, 0, 0, 0)), None);
        assert_eq!(time(86_400_000_000), (24, 0, 0, 0));
        assert_eq!(micros_of_unix(i64::MAX), None);
        assert_eq!(micros_of_unix(EPOCH_SECONDS), Some(0));
    }
}
