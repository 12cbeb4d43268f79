//! Sums: they equal the rows they are made of, however days are split.

use std::collections::BTreeMap;

use kronos_domain::{HourlyRate, Instant, Interval, MemberId, Seconds, Zone, days, entry::Span};
use kronos_storage::{
    reports::{self, Bucket, Group, Split, Sum},
    time_entries,
};

use crate::{
    fixture::{Person, World, change, instant, new},
    on_both_engines,
};

fn range(start: &str, end: &str) -> Interval {
    Interval::new(instant(start), instant(end)).unwrap()
}

fn day_buckets(range: Interval, zone: &str) -> Vec<Bucket> {
    let zone: Zone = zone.parse().unwrap();
    let days = days::days(range, &zone, 400).unwrap();
    days.into_iter().map(|day| Bucket { label: day.date.to_string(), interval: day.interval }).collect()
}

async fn record(world: &World, person: Person, start: i64, end: i64, rate: Option<i64>) {
    let mut entry = new("2026-03-04T09:00:00Z", None);
    entry.member = Some(person.member);
    entry.span = Span::new(Instant::from_seconds(start), Some(Instant::from_seconds(end))).unwrap();
    entry.billable = Some(rate.is_some_and(|rate| rate % 2 == 0));
    entry.billable_rate = rate.map(|rate| HourlyRate::new(rate).unwrap());
    time_entries::create(&world.db, change(world.owner.actor), entry).await.unwrap().unwrap();
}

fn rows(sums: Option<Vec<Sum>>) -> Vec<(Option<String>, i64, i64)> {
    sums.unwrap().into_iter().map(|sum| (sum.key, sum.seconds.count(), sum.cost.0)).collect()
}

on_both_engines! {
    async fn a_night_entry_goes_to_the_day_of_its_start_or_is_split_at_midnight(world: World) {
        // 23:30 to 00:15 in Berlin, at 60.00 an hour, over the night in which the clock skips an hour.
        let (start, end) = (instant("2026-03-28T22:30:00Z").seconds(), instant("2026-03-28T23:15:00Z").seconds());
        record(&world, world.owner, start, end, Some(6000)).await;
        world.apply_events(500).await;
        let buckets = day_buckets(range("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z"), "Europe/Berlin");
        let summary = |split| reports::summary(&world.db, world.owner.actor, &buckets, Group::Bucket, split);
        assert_eq!(rows(summary(Split::Start).await.unwrap()), [(Some("2026-03-28".into()), 45 * 60, 4500)]);
        assert_eq!(
            rows(summary(Split::Parts).await.unwrap()),
            [(Some("2026-03-28".into()), 30 * 60, 3000), (Some("2026-03-29".into()), 15 * 60, 1500)]
        );
    }

    async fn an_entry_of_fifty_hours_never_fills_a_day_with_more_than_it_has(world: World) {
        let (start, end) = (instant("2026-10-24T10:00:00Z").seconds(), instant("2026-10-26T12:00:00Z").seconds());
        record(&world, world.owner, start, end, None).await;
        world.apply_events(500).await;
        let buckets = day_buckets(range("2026-10-20T22:00:00Z", "2026-10-30T23:00:00Z"), "Europe/Berlin");
        let summary = reports::summary(&world.db, world.owner.actor, &buckets, Group::Bucket, Split::Parts);
        assert_eq!(
            rows(summary.await.unwrap()),
            [
                (Some("2026-10-24".into()), 12 * 3600, 0),
                (Some("2026-10-25".into()), 25 * 3600, 0),
                (Some("2026-10-26".into()), 13 * 3600, 0),
            ]
        );
    }

    async fn running_and_deleted_entries_are_not_counted(world: World) {
        world.record(world.owner, "2026-03-04T09:00:00Z", None).await;
        let deleted = world.record(world.owner, "2026-03-04T07:00:00Z", Some("2026-03-04T08:00:00Z")).await;
        time_entries::delete(&world.db, change(world.owner.actor), deleted.id, None).await.unwrap().unwrap();
        world.apply_events(500).await;
        let buckets = day_buckets(range("2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z"), "UTC");
        for split in [Split::Start, Split::Parts] {
            let summary = reports::summary(&world.db, world.owner.actor, &buckets, Group::Bucket, split).await.unwrap();
            assert_eq!(summary, Some(vec![]));
        }
    }

    async fn a_report_shows_what_a_list_shows(world: World) {
        for person in [world.owner, world.employee, world.colleague] {
            record(&world, person, 1_772_616_000, 1_772_619_600, Some(1000)).await;
        }
        record(&world, world.employee, 1_772_619_600, 1_772_623_200, None).await;
        world.apply_events(500).await;
        let whole = [Bucket { label: String::new(), interval: range("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z") }];
        let by_member = |person: Person| reports::summary(&world.db, person.actor, &whole, Group::Member, Split::Start);
        let everyone: BTreeMap<MemberId, (i64, i64)> = [
            (world.owner.member, (3600, 1000)),
            (world.employee.member, (7200, 1000)),
            (world.colleague.member, (3600, 1000)),
        ]
        .into();
        for person in [world.owner, world.admin, world.manager] {
            let shown: BTreeMap<_, _> = rows(by_member(person).await.unwrap())
                .into_iter()
                .map(|(key, seconds, cost)| (key.unwrap().parse().unwrap(), (seconds, cost)))
                .collect();
            assert_eq!(shown, everyone);
        }
        assert_eq!(
            rows(by_member(world.employee).await.unwrap()),
            [(Some(world.employee.member.to_string()), 7200, 1000)]
        );
        let mut stranger = world.stranger.actor;
        assert_eq!(reports::summary(&world.db, stranger, &whole, Group::Member, Split::Start).await.unwrap(), Some(vec![]));
        stranger.organization = world.owner.actor.organization;
        assert_eq!(reports::summary(&world.db, stranger, &whole, Group::Member, Split::Start).await.unwrap(), None);
        assert_eq!(reports::time_zone(&world.db, stranger).await.unwrap(), None);
        assert_eq!(reports::time_zone(&world.db, world.owner.actor).await.unwrap().as_deref(), Some("Europe/Berlin"));
        let by_project = reports::summary(&world.db, world.owner.actor, &whole, Group::Project, Split::Start).await.unwrap();
        assert_eq!(rows(by_project), [(None, 14400, 3000)]);
    }

    async fn sums_equal_what_the_domain_computes_row_by_row(world: World) {
        // A linear congruential generator (Knuth's MMIX) is random enough.
        let mut state = 42_u64;
        let mut random = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((state >> 33) % bound).unwrap()
        };
        let begin = instant("2026-03-20T00:00:00Z").seconds();
        let mut entries = Vec::new();
        for index in 0..120_i64 {
            let start = begin + random(20 * 86_400);
            // Some empty, some of days, most of hours.
            let length = match index % 10 {
                0 => 0,
                1 => random(5 * 86_400),
                2 => 86_400,
                _ => random(9 * 3600),
            };
            let rate = (index % 3 != 0).then(|| random(20_000));
            entries.push((start, start + length, rate));
            record(&world, world.owner, start, start + length, rate).await;
        }
        world.apply_events(500).await;
        for (zone, from, to) in [
            ("Europe/Berlin", "2026-03-25T23:00:00Z", "2026-04-01T22:00:00Z"),
            ("Pacific/Auckland", "2026-03-21T05:00:00Z", "2026-04-08T01:23:45Z"),
            ("America/Sao_Paulo", "2026-03-19T00:00:00Z", "2026-05-01T00:00:00Z"),
        ] {
            let buckets = day_buckets(range(from, to), zone);
            for split in [Split::Start, Split::Parts] {
                let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
                for (start, end, rate) in &entries {
                    let entry = Interval::new(Instant::from_seconds(*start), Instant::from_seconds(*end)).unwrap();
                    let rate = rate.filter(|rate| rate % 2 == 0).map(|rate| HourlyRate::new(rate).unwrap());
                    for bucket in &buckets {
                        let (from, to) = match split {
                            Split::Start if bucket.interval.start() <= entry.start() && entry.start() < bucket.interval.end() => {
                                (Seconds::ZERO, entry.duration())
                            }
                            Split::Start => continue,
                            Split::Parts => match entry.intersection(bucket.interval) {
                                Some(part) => (
                                    Seconds::new(part.start().seconds() - start),
                                    Seconds::new(part.end().seconds() - start),
                                ),
                                None => continue,
                            },
                        };
                        let sum = expected.entry(bucket.label.clone()).or_default();
                        sum.0 += to.count() - from.count();
                        sum.1 += rate.map_or(0, |rate| rate.cost_of_part(from, to).0);
                    }
                }
                let summary = reports::summary(&world.db, world.owner.actor, &buckets, Group::Bucket, split).await.unwrap();
                let shown: BTreeMap<_, _> =
                    rows(summary).into_iter().map(|(key, seconds, cost)| (key.unwrap(), (seconds, cost))).collect();
                assert_eq!(shown, expected, "{zone} {split:?}");
            }
        }
        // Split or not, a range that holds everything adds up to the same.
        let whole = [Bucket { label: String::new(), interval: range("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z") }];
        let by_start = reports::summary(&world.db, world.owner.actor, &whole, Group::Member, Split::Start).await.unwrap();
        let by_parts = reports::summary(&world.db, world.owner.actor, &whole, Group::Member, Split::Parts).await.unwrap();
        assert_eq!(by_start, by_parts);
    }
}
