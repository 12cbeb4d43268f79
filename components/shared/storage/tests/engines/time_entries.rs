//! Time entries: who may do what, and what constraints refuse.

use kronos_domain::{EntryId, HourlyRate, Instant, MemberId, Seconds, entry::Description};
use kronos_storage::{
    Error,
    time_entries::{self, Change, Condition, Edit, End},
};
use kronos_test_servers::needs;

use crate::{
    fixture::{NOW, World, change, connect, id, instant, new},
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
        assert_eq!((entry.version, entry.created_at, entry.deleted_at), (1, entry.updated_at, None));
        assert_eq!(time_entries::read(&world.db, world.employee.actor, entry.id).await.unwrap(), Some(entry));
    }

    async fn a_second_running_timer_is_refused_until_the_first_has_stopped_or_is_deleted(world: World) {
        let first = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        world.record(world.colleague, "2026-03-04T09:00:00Z", None).await;
        let refused = || async {
            time_entries::create(&world.db, change(world.employee.actor), new("2026-03-04T11:00:00Z", None)).await
        };
        assert_eq!(refused().await, Err(Error::Unique(time_entries::ONE_RUNNING.into())));
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), Some(first.clone()));

        let end = Edit { end: Some(End::At(instant("2026-03-04T10:00:00Z"))), ..Edit::default() };
        let running = Condition { running: true, ..Condition::default() };
        let stopped = time_entries::update(&world.db, change(world.employee.actor), first.id, &end, running).await;
        assert_eq!(stopped.unwrap().unwrap().duration().unwrap().count(), 3600);
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), None);
        let again = time_entries::update(&world.db, change(world.employee.actor), first.id, &end, running).await;
        assert_eq!(again, Ok(None));

        let second = refused().await.unwrap().unwrap();
        time_entries::delete(&world.db, change(world.employee.actor), second.id, None).await.unwrap().unwrap();
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), None);
        refused().await.unwrap().unwrap();
    }

    async fn a_start_may_stop_the_running_timer_in_the_same_statement(world: World) {
        let first = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        let second =
            time_entries::create_stopping_running(&world.db, change(world.employee.actor), new("2026-03-04T09:20:00Z", None)).await;
        let second = second.unwrap().unwrap();
        let first = time_entries::read(&world.db, world.employee.actor, first.id).await.unwrap().unwrap();
        assert_eq!(first.end, Some(second.start));
        assert_eq!(first.version, 2);
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), Some(second.clone()));

        // One that begins before the running one cuts nothing off: the running one ends now.
        let third =
            time_entries::create_stopping_running(&world.db, change(world.employee.actor), new("2026-03-04T08:00:00Z", None)).await;
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
            let result = time_entries::create_stopping_running(&world.db, change(world.employee.actor), new).await;
            assert_eq!(result, Err(Error::Unique(time_entries::PRIMARY_KEY.into())));
        }
        assert_eq!(time_entries::active(&world.db, world.employee.actor.user).await.unwrap(), Some(running));
        assert_eq!(world.integer("SELECT count(*) FROM recorded_events").await, 2);
    }

    async fn a_repeated_request_finds_what_it_created(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        let mut same = new("2026-03-04T09:00:00Z", None);
        same.id = entry.id;
        let refused = time_entries::create(&world.db, change(world.employee.actor), same).await.unwrap_err();
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
            let seen = seen.unwrap_or_else(|| entry.clone());
            let edit = Edit { billable: Some(!seen.billable), ..Edit::default() };
            let changed =
                time_entries::update(&world.db, change(person.actor), entry.id, &edit, Condition::default()).await.unwrap();
            assert_eq!(changed.is_some(), changes);
            let standing = time_entries::standing(&world.db, person.actor, entry.id).await.unwrap();
            assert_eq!(standing.as_ref().is_some_and(|standing| standing.visible), sees);
            assert_eq!(standing.is_some_and(|standing| standing.changeable), changes);
        }
        let deleted = |person: crate::fixture::Person| {
            let world = &world;
            async move { time_entries::delete(&world.db, change(person.actor), entry.id, None).await.unwrap().is_some() }
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
            let entry = time_entries::create(&world.db, change(person.actor), new).await.unwrap();
            assert_eq!(entry.is_some(), may);
            if let Some(entry) = entry {
                assert_eq!((entry.member, entry.user), (world.employee.member, world.employee.actor.user));
            }
        }
        // A member of another organization is none of ours.
        let mut new = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
        new.member = Some(world.stranger.member);
        assert_eq!(time_entries::create(&world.db, change(world.owner.actor), new).await, Ok(None));
    }

    async fn rates_are_set_by_those_who_change_everyone(world: World) {
        let rate = HourlyRate::new(12_000).ok();
        for (person, may) in [(world.owner, true), (world.admin, true), (world.manager, false), (world.employee, false)] {
            let mut new = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
            new.billable_rate = rate;
            assert_eq!(time_entries::create(&world.db, change(person.actor), new).await.unwrap().is_some(), may);
            let entry = world.record(person, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
            let edit = Edit { billable_rate: Some(rate), ..Edit::default() };
            let changed =
                time_entries::update(&world.db, change(person.actor), entry.id, &edit, Condition::default()).await.unwrap();
            assert_eq!(changed.is_some(), may);
            assert_eq!(changed.and_then(|entry| entry.billable_rate), rate.filter(|_| may));
        }
    }

    async fn what_a_change_does_not_state_stays(world: World) {
        let entry = world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let update = async |edit: Edit| {
            time_entries::update(&world.db, change(world.owner.actor), entry.id, &edit, Condition::default()).await
        };
        let changed = update(Edit {
            description: Description::parse("other".into()).ok(),
            time_zone: "Pacific/Auckland".parse().ok(),
            billable_rate: Some(HourlyRate::new(1).ok()),
            ..Edit::default()
        });
        let changed = changed.await.unwrap().unwrap();
        assert_eq!((changed.start, changed.end, changed.billable), (entry.start, entry.end, entry.billable));
        assert_eq!((changed.description.as_str(), changed.time_zone.as_str()), ("other", "Pacific/Auckland"));
        assert_eq!((changed.version, changed.billable_rate), (2, HourlyRate::new(1).ok()));
        let cleared = update(Edit { billable_rate: Some(None), ..Edit::default() }).await.unwrap().unwrap();
        assert_eq!((cleared.version, cleared.billable_rate), (3, None));
    }

    async fn a_change_of_another_version_is_refused(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let at = async |version| {
            let edit = Edit { billable: Some(true), ..Edit::default() };
            let condition = Condition { version: Some(version), ..Condition::default() };
            time_entries::update(&world.db, change(world.employee.actor), entry.id, &edit, condition).await
        };
        assert_eq!(at(2).await, Ok(None));
        assert_eq!(at(1).await.unwrap().map(|entry| entry.version), Some(2));
        assert_eq!(at(1).await, Ok(None));
        assert_eq!(time_entries::delete(&world.db, change(world.employee.actor), entry.id, Some(1)).await, Ok(None));
        assert!(time_entries::delete(&world.db, change(world.employee.actor), entry.id, Some(2)).await.unwrap().is_some());
    }

    async fn an_end_before_the_start_is_refused_by_its_constraint(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let changes = Edit { start: Some(instant("2026-03-04T10:00:01Z")), ..Edit::default() };
        let result =
            time_entries::update(&world.db, change(world.employee.actor), entry.id, &changes, Condition::default()).await;
        assert_eq!(result, Err(Error::Check(time_entries::END_NOT_BEFORE_START.into())));
        // An empty entry is legal.
        let changes = Edit { start: Some(instant("2026-03-04T10:00:00Z")), ..Edit::default() };
        let result =
            time_entries::update(&world.db, change(world.employee.actor), entry.id, &changes, Condition::default()).await;
        assert_eq!(result.unwrap().unwrap().duration().unwrap().count(), 0);
    }

    async fn what_changes_nothing_is_no_change(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let update = async |edit: Edit| {
            assert!(!edit.alters(&entry), "{edit:?}");
            time_entries::update(&world.db, change(world.employee.actor), entry.id, &edit, Condition::default()).await
        };
        let all = Edit {
            start: Some(entry.start),
            end: entry.end.map(End::At),
            time_zone: entry.time_zone.parse().ok(),
            description: Description::parse(entry.description.clone()).ok(),
            billable: Some(entry.billable),
            // Who may not set a rate may send back what there is.
            billable_rate: Some(entry.billable_rate),
            ..Edit::default()
        };
        let lasting = Edit { end: entry.duration().map(End::After), ..Edit::default() };
        for edit in [Edit::default(), all, lasting] {
            assert_eq!(update(edit).await, Ok(None));
        }
        assert_eq!(world.integer("SELECT count(*) FROM recorded_events").await, 1);
        let read = time_entries::read(&world.db, world.employee.actor, entry.id).await;
        assert_eq!(read, Ok(Some(entry)));
    }

    async fn a_timer_ends_with_its_start_at_the_earliest_where_the_end_is_not_stated(world: World) {
        let ahead = world.record(world.employee, "2026-03-04T09:23:53Z", None).await;
        assert!(ahead.start > NOW);
        let running = Condition { running: true, ..Condition::default() };
        let stop = async |end| {
            let edit = Edit { end: Some(end), ..Edit::default() };
            time_entries::update(&world.db, change(world.employee.actor), ahead.id, &edit, running).await
        };
        assert_eq!(stop(End::At(NOW)).await, Err(Error::Check(time_entries::END_NOT_BEFORE_START.into())));
        let stopped = stop(End::FromStart(NOW)).await.unwrap().unwrap();
        assert_eq!((stopped.start, stopped.end), (ahead.start, Some(ahead.start)));
    }

    async fn a_duration_ends_an_entry(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        let edit = Edit { start: Some(instant("2026-03-04T08:00:00Z")), end: Some(End::After(Seconds::new(90))), ..Edit::default() };
        let changed = time_entries::update(&world.db, change(world.employee.actor), entry.id, &edit, Condition::default());
        assert_eq!(changed.await.unwrap().unwrap().end, Some(instant("2026-03-04T08:01:30Z")));
    }

    async fn an_entry_of_more_than_a_year_is_refused_and_a_timer_can_always_be_stopped(world: World) {
        let update = async |id, edit: Edit| {
            time_entries::update(&world.db, change(world.employee.actor), id, &edit, Condition::default()).await.unwrap()
        };
        let to = |end| Edit { end: Some(End::At(instant(end))), ..Edit::default() };
        let entry = world.record(world.employee, "2024-03-04T09:00:00Z", Some("2024-03-04T10:00:00Z")).await;
        assert!(to("2025-03-05T09:00:01Z").makes_too_long(&entry));
        assert_eq!(update(entry.id, to("2025-03-05T09:00:01Z")).await, None);
        assert!(update(entry.id, to("2025-03-05T09:00:00Z")).await.is_some());
        let timer = world.record(world.employee, "2020-03-04T09:00:00Z", None).await;
        let long = update(timer.id, to("2026-03-04T09:00:00Z")).await.unwrap();
        // Whatever else there is to say of it can be said.
        let billable = Edit { billable: Some(true), ..Edit::default() };
        assert!(!billable.makes_too_long(&long) && update(timer.id, billable).await.is_some());
        assert_eq!(update(timer.id, to("2026-03-04T09:00:01Z")).await, None);
        assert!(update(timer.id, to("2020-03-04T10:00:00Z")).await.is_some());
    }

    async fn an_entry_stays_with_its_member(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        let edit = Edit { billable: Some(true), ..Edit::default() };
        for (member, may) in [(world.colleague.member, false), (world.employee.member, true)] {
            let condition = Condition { member: Some(member), ..Condition::default() };
            let changed = time_entries::update(&world.db, change(world.owner.actor), entry.id, &edit, condition).await;
            assert_eq!(changed.unwrap().is_some(), may);
        }
    }

    async fn stamps_are_the_databases_and_never_go_back(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        assert!(entry.created_at > NOW);
        // As if the clock had been set back since.
        let sql = "UPDATE time_entries SET version = version + 1, updated_at = 7258118399000000";
        world.sql(sql, sql, &[]).await;
        let edit = Edit { billable: Some(true), ..Edit::default() };
        let changed = time_entries::update(&world.db, change(world.employee.actor), entry.id, &edit, Condition::default());
        assert_eq!(changed.await.unwrap().unwrap().updated_at.micros(), 7_258_118_399_000_001);
        let deleted = time_entries::delete(&world.db, change(world.employee.actor), entry.id, None).await.unwrap().unwrap();
        assert_eq!(deleted.updated_at.micros(), 7_258_118_399_000_002);
    }

    async fn an_event_bears_the_request_that_made_it(world: World) {
        let about = |request_id| Change {
            request_id: Some(request_id),
            traceparent: Some("00-aa-bb-01"),
            ..change(world.employee.actor)
        };
        let first = new("2026-03-04T09:00:00Z", None);
        let first = time_entries::create(&world.db, about("r1"), first).await.unwrap().unwrap();
        let next = time_entries::create_stopping_running(&world.db, about("r2"), new("2026-03-04T09:20:00Z", None));
        let next = next.await.unwrap().unwrap();
        let edit = Edit { billable: Some(true), ..Edit::default() };
        time_entries::update(&world.db, about("r3"), next.id, &edit, Condition::default()).await.unwrap().unwrap();
        time_entries::delete(&world.db, about("r4"), next.id, None).await.unwrap().unwrap();
        let sql = "SELECT subject, version, request_id, traceparent FROM recorded_events ORDER BY request_id, version DESC";
        let rows = world.sql("SELECT subject::text, version, request_id, traceparent FROM recorded_events ORDER BY 3, 2 DESC", sql, &[]);
        let events: Vec<_> = rows.await.into_iter().map(|row| {
            let mut columns = row.columns();
            let event = (columns.parsed::<EntryId>().unwrap(), columns.integer().unwrap(), columns.text().unwrap());
            assert_eq!(columns.text().unwrap(), "00-aa-bb-01");
            event
        }).collect();
        let expected = [(first.id, 1, "r1"), (first.id, 2, "r2"), (next.id, 1, "r2"), (next.id, 2, "r3"), (next.id, 3, "r4")];
        assert_eq!(events, expected.map(|(id, version, request)| (id, version, request.to_owned())));
    }

    async fn whoever_left_acts_no_more_and_a_placeholder_never_does(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let statement = kronos_storage::shared!("UPDATE members SET deactivated_at = 1, version = version + 1 WHERE id = $1::uuid");
        world.db.execute(&statement, &[world.employee.member.into()]).await.unwrap();
        let actor = world.employee.actor;
        assert_eq!(time_entries::read(&world.db, actor, entry.id).await, Ok(None));
        assert_eq!(time_entries::standing(&world.db, actor, entry.id).await, Ok(None));
        assert_eq!(time_entries::relation(&world.db, actor, None).await, Ok(None));
        assert_eq!(time_entries::create(&world.db, change(actor), new("2026-03-04T09:00:00Z", None)).await, Ok(None));
        assert_eq!(time_entries::delete(&world.db, change(actor), entry.id, None).await, Ok(None));
        assert_eq!(kronos_storage::users::memberships(&world.db, actor.user).await, Ok(vec![]));

        let placeholder = MemberId::from_uuid(id());
        let insert = |user: &'static str, name: &'static str| {
            let insert = "INSERT INTO members (id, organization_id, user_id, role, name, created_at) VALUES ";
            let organization = world.owner.actor.organization;
            let text: &'static str = format!("{insert}('{placeholder}', '{organization}', {user}, 'placeholder', {name}, 0)").leak();
            kronos_storage::Statement::pair(text, text)
        };
        let with_user: &'static str = format!("'{}'", world.stranger.actor.user).leak();
        let refused = world.db.execute(&insert(with_user, "NULL"), &[]).await;
        assert_eq!(refused, Err(Error::Check("members_placeholder_has_no_user".into())));
        world.db.execute(&insert("NULL", "'Somebody'"), &[]).await.unwrap();
        let mut theirs = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
        theirs.member = Some(placeholder);
        let theirs = time_entries::create(&world.db, change(world.owner.actor), theirs).await.unwrap().unwrap();
        assert_eq!((theirs.member, theirs.user.uuid(), theirs.time_zone.as_str()), (placeholder, placeholder.uuid(), "Europe/Berlin"));
        assert_eq!(time_entries::read(&world.db, world.manager.actor, theirs.id).await, Ok(Some(theirs)));
    }

    async fn a_member_belongs_to_the_organization_of_their_entries(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        let statement = kronos_storage::shared!(
            "UPDATE time_entries SET version = version + 1, organization_id = $2::uuid WHERE id = $1::uuid"
        );
        let refused = world.db.execute(&statement, &[entry.id.into(), world.stranger.actor.organization.into()]).await;
        assert!(matches!(refused, Err(Error::ForeignKey(_))), "{refused:?}");
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
            ("time_entries_billable_rate_range", "billable_rate = 1000000001, billable_rate_source = 'manual'"),
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
                            time_entries::create_stopping_running(&db, change(actor), new).await
                        } else {
                            time_entries::create(&db, change(actor), new).await
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
