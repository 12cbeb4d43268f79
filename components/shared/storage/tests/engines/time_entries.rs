//! Time entries: who may do what, and what constraints refuse.

use kronos_domain::{EntryId, HourlyRate, Instant, entry::Description};
use kronos_storage::{
    Error,
    time_entries::{self, Changes, Condition},
};
use kronos_test_servers::needs;

use crate::{
    fixture::{NOW, World, connect, id, instant, new},
    on_both_engines,
};

on_both_engines! {
    async fn a_new_entry_takes_what_is_not_stated_from_its_surroundings(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:30:00Z")).await;
        assert_eq!(entry.member, world.employee.member);
        assert_eq!(entry.user, world.employee.actor.user);
        assert_eq!(entry.organization, world.employee.actor.organization);
        assert_eq!(entry.time_zone, "Europe/Paris");
        assert_eq!(entry.currency.to_string(), "EUR");
        assert_eq!(entry.duration().unwrap().count(), 5400);
        assert_eq!((entry.version, entry.created_at, entry.updated_at, entry.deleted_at), (1, NOW, NOW, None));
        assert_eq!(time_entries::read(&world.db, world.employee.actor, entry.id).await.unwrap(), Some(entry));
    }

    async fn a_second_running_timer_is_refused_until_the_first_has_stopped_or_is_deleted(world: World) {
        let first = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        world.record(world.colleague, "2026-03-04T09:00:00Z", None).await;
        let refused = || async {
            time_entries::create(&world.db, world.employee.actor, new("2026-03-04T11:00:00Z", None)).await
        };
        assert_eq!(refused().await, Err(Error::Unique(time_entries::ONE_RUNNING.into())));
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), Some(first.clone()));

        let end = Changes { end: Some(instant("2026-03-04T10:00:00Z")), ..Changes::default() };
        let running = Condition { version: None, running: true };
        let stopped = time_entries::update(&world.db, world.employee.actor, first.id, end.clone(), running, NOW).await;
        assert_eq!(stopped.unwrap().unwrap().duration().unwrap().count(), 3600);
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), None);
        let again = time_entries::update(&world.db, world.employee.actor, first.id, end, running, NOW).await;
        assert_eq!(again, Ok(None));

        let second = refused().await.unwrap().unwrap();
        time_entries::delete(&world.db, world.employee.actor, second.id, None, NOW).await.unwrap().unwrap();
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), None);
        refused().await.unwrap().unwrap();
    }

    async fn a_start_may_stop_the_running_timer_in_the_same_statement(world: World) {
        let first = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        let second =
            time_entries::create_stopping_running(&world.db, world.employee.actor, new("2026-03-04T09:20:00Z", None)).await;
        let second = second.unwrap().unwrap();
        let first = time_entries::read(&world.db, world.employee.actor, first.id).await.unwrap().unwrap();
        assert_eq!(first.end, Some(second.start));
        assert_eq!(first.version, 2);
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), Some(second.clone()));

        // One that begins before the running one cuts nothing off: the running one ends now.
        let third =
            time_entries::create_stopping_running(&world.db, world.employee.actor, new("2026-03-04T08:00:00Z", None)).await;
        third.unwrap().unwrap();
        let second = time_entries::read(&world.db, world.employee.actor, second.id).await.unwrap().unwrap();
        assert_eq!(second.end, Some(NOW));
        assert_eq!(world.integer("SELECT count(*) FROM time_entries WHERE end_at IS NULL").await, 1);
        assert_eq!(world.integer("SELECT count(*) FROM recorded_events").await, 5);
    }

    async fn a_start_that_is_refused_stops_nothing(world: World) {
        let taken = world.record(world.employee, "2026-03-03T09:00:00Z", Some("2026-03-03T10:00:00Z")).await;
        let running = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        for id in [taken.id, running.id] {
            let mut new = new("2026-03-04T09:20:00Z", None);
            new.id = id;
            let result = time_entries::create_stopping_running(&world.db, world.employee.actor, new).await;
            assert_eq!(result, Err(Error::Unique(time_entries::PRIMARY_KEY.into())));
        }
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), Some(running));
        assert_eq!(world.integer("SELECT count(*) FROM recorded_events").await, 2);
    }

    async fn a_repeated_request_finds_what_it_created(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        let mut same = new("2026-03-04T09:00:00Z", None);
        same.id = entry.id;
        let refused = time_entries::create(&world.db, world.employee.actor, same).await.unwrap_err();
        assert!(matches!(refused, Error::Unique(_)), "{refused}");
        let repeated = |person: crate::fixture::Person, digest: &'static str| {
            let world = &world;
            async move { time_entries::repeated(&world.db, person.actor, entry.id, digest).await.unwrap().is_some() }
        };
        assert!(repeated(world.employee, "digest").await);
        assert!(!repeated(world.employee, "another").await);
        assert!(!repeated(world.colleague, "digest").await);
        assert!(!repeated(world.stranger, "digest").await);
    }

    async fn who_sees_and_changes_what(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        for (person, sees, changes) in [
            (world.owner, true, true),
            (world.admin, true, true),
            (world.manager, true, false),
            (world.employee, true, true),
            (world.colleague, false, false),
            (world.stranger, false, false),
        ] {
            let seen = time_entries::read(&world.db, person.actor, entry.id).await.unwrap();
            assert_eq!(seen.is_some(), sees);
            let change = Changes { billable: Some(true), ..Changes::default() };
            let changed =
                time_entries::update(&world.db, person.actor, entry.id, change, Condition::default(), NOW).await.unwrap();
            assert_eq!(changed.is_some(), changes);
            let standing = time_entries::standing(&world.db, person.actor, entry.id).await.unwrap();
            assert_eq!(standing.is_some_and(|standing| standing.visible), sees);
            assert_eq!(standing.is_some_and(|standing| standing.changeable), changes);
        }
        let deleted = |person: crate::fixture::Person| {
            let world = &world;
            async move { time_entries::delete(&world.db, person.actor, entry.id, None, NOW).await.unwrap().is_some() }
        };
        assert!(!deleted(world.manager).await);
        assert!(!deleted(world.colleague).await);
        assert!(!deleted(world.stranger).await);
        assert!(deleted(world.admin).await);
        assert!(!deleted(world.admin).await);
        assert_eq!(time_entries::read(&world.db, world.employee.actor, entry.id).await.unwrap(), None);
    }

    async fn time_of_others_is_recorded_by_those_who_change_everyone(world: World) {
        for (person, may) in [(world.owner, true), (world.manager, false), (world.colleague, false), (world.stranger, false)] {
            let mut new = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
            new.member = Some(world.employee.member);
            let entry = time_entries::create(&world.db, person.actor, new).await.unwrap();
            assert_eq!(entry.is_some(), may);
            if let Some(entry) = entry {
                assert_eq!((entry.member, entry.user), (world.employee.member, world.employee.actor.user));
            }
        }
        // A member of another organization is none of ours.
        let mut new = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
        new.member = Some(world.stranger.member);
        assert_eq!(time_entries::create(&world.db, world.owner.actor, new).await, Ok(None));
    }

    async fn rates_are_set_by_those_who_change_everyone(world: World) {
        let rate = HourlyRate::new(12_000).ok();
        for (person, may) in [(world.owner, true), (world.admin, true), (world.manager, false), (world.employee, false)] {
            let mut new = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
            new.billable_rate = rate;
            assert_eq!(time_entries::create(&world.db, person.actor, new).await.unwrap().is_some(), may);
            let entry = world.record(person, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
            let change = Changes { billable_rate: Some(rate), ..Changes::default() };
            let changed =
                time_entries::update(&world.db, person.actor, entry.id, change, Condition::default(), NOW).await.unwrap();
            assert_eq!(changed.is_some(), may);
            assert_eq!(changed.and_then(|entry| entry.billable_rate), rate.filter(|_| may));
        }
    }

    async fn what_a_change_does_not_state_stays(world: World) {
        let entry = world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let update = |changes| time_entries::update(&world.db, world.owner.actor, entry.id, changes, Condition::default(), NOW);
        let changed = update(Changes {
            description: Description::parse("other".into()).ok(),
            time_zone: "Pacific/Auckland".parse().ok(),
            billable_rate: Some(HourlyRate::new(1).ok()),
            ..Changes::default()
        });
        let changed = changed.await.unwrap().unwrap();
        assert_eq!((changed.start, changed.end, changed.billable), (entry.start, entry.end, entry.billable));
        assert_eq!((changed.description.as_str(), changed.time_zone.as_str()), ("other", "Pacific/Auckland"));
        assert_eq!((changed.version, changed.billable_rate), (2, HourlyRate::new(1).ok()));
        let cleared = update(Changes { billable_rate: Some(None), ..Changes::default() }).await.unwrap().unwrap();
        assert_eq!((cleared.version, cleared.billable_rate), (3, None));
    }

    async fn a_change_of_another_version_is_refused(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let at = |version| {
            let changes = Changes { billable: Some(true), ..Changes::default() };
            let condition = Condition { version: Some(version), running: false };
            time_entries::update(&world.db, world.employee.actor, entry.id, changes, condition, NOW)
        };
        assert_eq!(at(2).await, Ok(None));
        assert_eq!(at(1).await.unwrap().map(|entry| entry.version), Some(2));
        assert_eq!(at(1).await, Ok(None));
        assert_eq!(time_entries::delete(&world.db, world.employee.actor, entry.id, Some(1), NOW).await, Ok(None));
        assert!(time_entries::delete(&world.db, world.employee.actor, entry.id, Some(2), NOW).await.unwrap().is_some());
    }

    async fn an_end_before_the_start_is_refused_by_its_constraint(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let changes = Changes { start: Some(instant("2026-03-04T10:00:01Z")), ..Changes::default() };
        let result =
            time_entries::update(&world.db, world.employee.actor, entry.id, changes, Condition::default(), NOW).await;
        assert_eq!(result, Err(Error::Check(time_entries::END_NOT_BEFORE_START.into())));
        // An empty entry is legal.
        let changes = Changes { start: Some(instant("2026-03-04T10:00:00Z")), ..Changes::default() };
        let result =
            time_entries::update(&world.db, world.employee.actor, entry.id, changes, Condition::default(), NOW).await;
        assert_eq!(result.unwrap().unwrap().duration().unwrap().count(), 0);
    }

    async fn back_to_back_entries_are_legal(world: World) {
        world.record(world.employee, "2026-03-04T19:00:00Z", Some("2026-03-04T19:40:00Z")).await;
        world.record(world.employee, "2026-03-04T19:40:00Z", Some("2026-03-04T20:00:00Z")).await;
    }

    async fn limits_hold_in_the_database_too(world: World) {
        for (constraint, change) in [
            ("time_entries_start_range", "start_at = -1000000"),
            ("time_entries_start_range", "start_at = start_at + 1"),
            ("time_entries_end_range", "end_at = end_at + 1"),
            ("time_entries_end_range", "end_at = 7258118400000000"),
            ("time_entries_billable_rate_range", "billable_rate = 1000000001"),
            ("time_entries_end_not_before_start", "end_at = 0"),
            ("version_grows_by_one", "version = version + 1"),
        ] {
            let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
            let sql: &'static str = format!("UPDATE time_entries SET version = version + 1, {change} WHERE id = '{}'", entry.id)
                .replace("version = version + 1, version = version + 1", "version = version + 2")
                .leak();
            let result = world.db.execute(&kronos_storage::Statement::pair(sql, sql), &[]).await;
            assert_eq!(result, Err(Error::Check(constraint.into())), "{change}");
        }
    }
}

/// The race that the unique index decides.
#[needs(postgres)]
#[test]
fn of_many_parallel_starts_one_runs() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        let name = world.name.clone().unwrap();
        let local = tokio::task::LocalSet::new();
        for stopping in [false, true] {
            let starts: Vec<_> = (0..30)
                .map(|second| {
                    let (name, actor) = (name.clone(), world.employee.actor);
                    local.spawn_local(async move {
                        let db = connect(&name).await;
                        let mut new = new("2026-03-04T09:00:00Z", None);
                        new.id = EntryId::from_uuid(id());
                        new.span.start = Instant::from_seconds(NOW.seconds() + second);
                        if stopping {
                            time_entries::create_stopping_running(&db, actor, new).await
                        } else {
                            time_entries::create(&db, actor, new).await
                        }
                    })
                })
                .collect();
            let mut started: i64 = 0;
            local
                .run_until(async {
                    for start in starts {
                        match start.await.unwrap() {
                            Ok(entry) => started += i64::from(entry.is_some()),
                            Err(error) => assert_eq!(error, Error::Unique(time_entries::ONE_RUNNING.into())),
                        }
                    }
                })
                .await;
            if stopping {
                assert!((1..=30).contains(&started), "one that loses to another is refused");
            } else {
                assert_eq!(started, 1);
            }
            let running = "SELECT count(*) FROM time_entries WHERE end_at IS NULL AND deleted_at IS NULL";
            assert_eq!(world.integer(running).await, 1);
            assert_eq!(
                world.integer("SELECT count(*) FROM time_entries").await,
                if stopping { 1 + started } else { 1 }
            );
        }
    });
}
