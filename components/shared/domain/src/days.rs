//! Days and weeks of the calendar. A day is what lies between two midnights of a zone: 23, 24 or 25 hours (26 in Newfoundland, once), or, where the clock
//! changes at midnight, from the first instant that bears the date.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use crate::{Instant, Interval, Zone};

/// A calendar day in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its date.
    pub date: Date,
    /// Its instants.
    pub interval: Interval,
}

/// A range covers more days than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must not cover more than {limit} days")]
pub struct TooManyDays {
    /// What is allowed.
    pub limit: usize,
}

/// The date of an instant in a zone.
pub fn date_of(instant: Instant, zone: &Zone) -> Date {
    instant.timestamp().to_zoned(zone.time_zone().clone()).date()
}

/// The first instant of a date in a zone; none at the end of jiff's calendar.
pub fn start_of(date: Date, zone: &Zone) -> Option<Instant> {
    date.to_zoned(zone.time_zone().clone()).ok()?.start_of_day().ok().map(|zoned| zoned.timestamp().into())
}

/// The days that a range touches, in order, the first and the last one clipped to the range: their intervals are disjoint and
/// cover it exactly.
pub fn days(range: Interval, zone: &Zone, limit: usize) -> Result<Vec<Day>, TooManyDays> {
    let mut days = Vec::new();
    let mut date = date_of(range.start(), zone);
    let mut start = range.start();
    while start < range.end() {
        if days.len() == limit {
            return Err(TooManyDays { limit });
        }
        let next_date = date.saturating_add(1.day());
        let end = start_of(next_date, zone).map_or(range.end(), |midnight| midnight.min(range.end()));
        // A date that a zone skipped (Samoa, 30 December 2011) has no instant, and gets no day.
        if let Ok(interval) = Interval::new(start, end)
            && start < end
        {
            days.push(Day { date, interval });
            start = end;
        }
        if next_date == date {
            break;
        }
        date = next_date;
    }
    Ok(days)
}

/// The date on which the week of `date` began, when weeks begin on `first`.
pub fn week_start(date: Date, first: Weekday) -> Date {
    date.saturating_sub(i64::from(date.weekday().since(first)).days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::Seconds;

    const ZONES: [&str; 7] = [
        "UTC",
        "Europe/Berlin",
        "Pacific/Auckland",
        "Africa/Casablanca",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Asia/Kathmandu",
    ];

    fn zone(name: &str) -> Zone {
        name.parse().expect(name)
    }

    fn instant(text: &str) -> Instant {
        text.parse().expect(text)
    }

    fn day_hours(day: Date, name: &str) -> i64 {
        let zone = zone(name);
        let next = day.tomorrow().expect("a next day");
        let (start, end) = (start_of(day, &zone).expect("a day"), start_of(next, &zone).expect("a day"));
        (end.seconds() - start.seconds()) / 3600
    }

    #[test]
    fn the_days_on_which_clocks_change_are_shorter_or_longer() {
        assert_eq!(day_hours(date(2026, 3, 28), "Europe/Berlin"), 24);
        assert_eq!(day_hours(date(2026, 3, 29), "Europe/Berlin"), 23);
        assert_eq!(day_hours(date(2026, 10, 25), "Europe/Berlin"), 25);
        assert_eq!(day_hours(date(2026, 4, 5), "Pacific/Auckland"), 25);
        assert_eq!(day_hours(date(2026, 9, 27), "Pacific/Auckland"), 23);
        // Morocco leaves its summer time for Ramadan: 15 February to 22 March 2026.
        assert_eq!(day_hours(date(2026, 2, 15), "Africa/Casablanca"), 25);
        assert_eq!(day_hours(date(2026, 3, 22), "Africa/Casablanca"), 23);
        // Brazil gave up summer time in 2019; before, clocks changed at midnight, and the day began at 01:00.
        assert_eq!(day_hours(date(2026, 11, 1), "America/Sao_Paulo"), 24);
        assert_eq!(day_hours(date(2018, 11, 4), "America/Sao_Paulo"), 23);
        // Newfoundland ended the double summer time of 1988 one minute after midnight.
        assert_eq!(day_hours(date(1988, 10, 30), "America/St_Johns"), 26);
    }

    #[test]
    fn a_night_entry_belongs_to_two_days() {
        let range = Interval::new(instant("2026-03-28T22:30:00Z"), instant("2026-03-28T23:15:00Z")).expect("ordered");
        let days = days(range, &zone("Europe/Berlin"), 10).expect("two days");
        let parts: Vec<_> = days.iter().map(|day| (day.date, day.interval.duration().count())).collect();
        assert_eq!(parts, [(date(2026, 3, 28), 30 * 60), (date(2026, 3, 29), 15 * 60)]);
    }

    #[test]
    fn the_repeated_hour_counts_twice() {
        let zone = zone("Europe/Berlin");
        let day = days(
            Interval::new(instant("2026-10-24T22:00:00Z"), instant("2026-10-25T23:00:00Z")).expect("ordered"),
            &zone,
            2,
        )
        .expect("one day");
        assert_eq!(day.len(), 1);
        assert_eq!(day[0].interval.duration(), Seconds::new(25 * 3600));
    }

    #[test]
    fn a_skipped_date_has_no_day() {
        let range = Interval::new(instant("2011-12-29T10:00:00Z"), instant("2011-12-31T09:59:59Z")).expect("ordered");
        let dates: Vec<_> = days(range, &zone("Pacific/Apia"), 10).expect("days").iter().map(|day| day.date).collect();
        assert_eq!(dates, [date(2011, 12, 29), date(2011, 12, 31)]);
    }

    #[test]
    fn a_range_of_too_many_days_is_refused() {
        let range = Interval::new(instant("2026-01-01T00:00:00Z"), instant("2027-01-01T00:00:00Z")).expect("ordered");
        assert_eq!(days(range, &Zone::UTC, 365).map(|days| days.len()), Ok(365));
        assert_eq!(days(range, &Zone::UTC, 364), Err(TooManyDays { limit: 364 }));
    }

    #[test]
    fn weeks_begin_where_the_user_says() {
        let sunday = date(2026, 3, 29);
        assert_eq!(week_start(sunday, Weekday::Monday), date(2026, 3, 23));
        assert_eq!(week_start(sunday, Weekday::Sunday), sunday);
    }

    proptest! {
        #[test]
        fn days_partition_a_range(
            // From 2012 on: until then clocks in Newfoundland went back from 00:01, so that a date had two parts.
            start in 1_325_376_000..=4_102_444_800_i64,
            length in 0..=100 * 86_400_i64,
            name in prop::sample::select(&ZONES[..]),
        ) {
            let zone = zone(name);
            let range = Interval::new(Instant::from_seconds(start), Instant::from_seconds(start + length)).expect("ordered");
            let days = days(range, &zone, 110).expect("bounded");
            let sum: Seconds = days.iter().map(|day| day.interval.duration()).sum();
            prop_assert_eq!(sum, range.duration());
            for pair in days.windows(2) {
                prop_assert_eq!(pair[0].interval.end(), pair[1].interval.start());
                prop_assert!(pair[0].date < pair[1].date);
            }
            for day in &days {
                prop_assert_eq!(date_of(day.interval.start(), &zone), day.date);
                prop_assert_eq!(date_of(Instant::from_seconds(day.interval.end().seconds() - 1), &zone), day.date);
                prop_assert!(day.interval.duration() <= Seconds::new(25 * 3600));
            }
        }
    }
}
