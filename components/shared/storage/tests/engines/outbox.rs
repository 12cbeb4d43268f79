//! From a write to the read model: each event recorded, each applied once and in order, whoever else is at work.

use kronos_domain::{HourlyRate, event::EventType};
use kronos_storage::{
    Value, report_events,
    time_entries::{self, Changes, Condition},
};
use kronos_test_servers::needs;

use crate::{
    fixture::{NOW, World, client, connect, instant, new},
    on_both_engines,
};

/// Type, version and state of each event of an entry, in the order of recording.
async fn events(world: &World, subject: impl Into<Value>) -> Vec<(EventType, i64, serde_json::Value)> {
    let rows = world
        .sql(
            "SELECT type, subject_version, data::text FROM outbox WHERE subject = $1::uuid ORDER BY seq",
            "SELECT type, subject_version, data FROM outbox WHERE subject = ?1 ORDER BY seq",
            &[subject.into()],
        )
        .await;
    rows.into_iter()
        .map(|row| {
            let mut columns = row.columns();
            let (kind, version) = (columns.parsed().unwrap(), columns.integer().unwrap());
            (kind, version, serde_json::from_str(&columns.text().unwrap()).unwrap())
        })
        .collect()
}

/// What the report model holds of all entries: seconds, cost, whether deleted, version.
async fn model(world: &World) -> Vec<(i64, i64, bool, i64)> {
    let sql = "SELECT seconds, cost, deleted, version FROM report_entries ORDER BY entry_id";
    let rows = world.sql(sql, sql, &[]).await;
    rows.into_iter()
        .map(|row| {
            let mut columns = row.columns();
            (
                columns.integer().unwrap(),
                columns.integer().unwrap(),
                columns.bool().unwrap(),
                columns.integer().unwrap(),
            )
        })
        .collect()
}

/// Records an event as no trigger of ours would.
async fn forge(world: &World, subject: &str, version: i64, kind: &str, data: &str) {
    let actor = world.owner.actor;
    let parameters: [Value; 6] =
        [actor.organization.into(), kind.into(), subject.into(), version.into(), actor.user.into(), data.into()];
    world
        .sql(
            "INSERT INTO outbox (organization_id, type, subject, subject_version, actor, occurred_at, data) \
             VALUES ($1::uuid, $2::text, $3::text::uuid, $4::bigint, $5::uuid, 0, $6::text::jsonb)",
            "INSERT INTO outbox (organization_id, type, subject, subject_version, actor, occurred_at, data) \
             VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)",
            &parameters,
        )
        .await;
}

fn state(world: &World, changed: &[(&str, serde_json::Value)]) -> String {
    let mut state = serde_json::json!({
        "member_id": world.owner.member,
        "start": 0,
        "end": 3_600_000_000_i64,
        "billable": false,
        "billable_rate": null,
        "currency": "EUR",
        "deleted_at": null,
    });
    for (name, value) in changed {
        state[*name] = value.clone();
    }
    state.to_string()
}

const SUBJECT: &str = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";

on_both_engines! {
    async fn every_change_records_one_event_with_the_full_state(world: World) {
        let actor = world.owner.actor;
        let mut new = new("2026-03-04T09:00:00Z", None);
        new.billable = true;
        new.billable_rate = HourlyRate::new(12_000).ok();
        let entry = time_entries::create(&world.db, actor, new).await.unwrap().unwrap();
        let stop = Changes { end: Some(instant("2026-03-04T10:00:00Z")), ..Changes::default() };
        time_entries::update(&world.db, actor, entry.id, stop, Condition::default(), NOW).await.unwrap().unwrap();
        let other = Changes { billable: Some(false), ..Changes::default() };
        time_entries::update(&world.db, actor, entry.id, other, Condition::default(), NOW).await.unwrap().unwrap();
        time_entries::delete(&world.db, world.admin.actor, entry.id, None, NOW).await.unwrap().unwrap();
        // What is refused leaves no event.
        time_entries::delete(&world.db, world.admin.actor, entry.id, None, NOW).await.unwrap();

        let events = events(&world, entry.id).await;
        let kinds: Vec<_> = events.iter().map(|(kind, version, _)| (*kind, *version)).collect();
        assert_eq!(
            kinds,
            [(EventType::Started, 1), (EventType::Stopped, 2), (EventType::Updated, 3), (EventType::Deleted, 4)]
        );
        assert_eq!(
            events[0].2,
            serde_json::json!({
                "id": entry.id,
                "organization_id": actor.organization,
                "member_id": world.owner.member,
                "user_id": actor.user,
                "project_id": null,
                "start": instant("2026-03-04T09:00:00Z").micros(),
                "end": null,
                "time_zone": "Europe/Paris",
                "description": "work",
                "billable": true,
                "billable_rate": 12_000,
                "currency": "EUR",
                "source": "api",
                "version": 1,
                "created_at": NOW.micros(),
                "updated_at": NOW.micros(),
                "deleted_at": null,
            })
        );
        assert_eq!(events[3].2["deleted_at"], NOW.micros());
        assert_eq!(events[3].2["billable"], false);
        let finished = world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let recorded = self::events(&world, finished.id).await;
        assert_eq!(recorded[0].0, EventType::Created);
    }

    async fn the_model_follows_the_events(world: World) {
        let mut new = new("2026-03-04T09:00:00Z", None);
        new.billable = true;
        new.billable_rate = HourlyRate::new(9_999).ok();
        let entry = time_entries::create(&world.db, world.owner.actor, new).await.unwrap().unwrap();
        world.apply_events(10).await;
        assert_eq!(model(&world).await, [(0, 0, false, 1)]);
        let stop = Changes { end: Some(instant("2026-03-04T09:00:01Z")), ..Changes::default() };
        time_entries::update(&world.db, world.owner.actor, entry.id, stop, Condition::default(), NOW).await.unwrap().unwrap();
        world.apply_events(10).await;
        assert_eq!(model(&world).await, [(1, 3, false, 2)]);
        time_entries::delete(&world.db, world.owner.actor, entry.id, None, NOW).await.unwrap().unwrap();
        world.apply_events(10).await;
        assert_eq!(model(&world).await, [(1, 3, true, 3)]);
        assert_eq!(world.integer("SELECT count(*) FROM dead_letters").await, 0);
    }

    async fn batches_of_any_size_lead_to_the_same_model(world: World) {
        for hour in 0..10 {
            let entry = world
                .record(world.owner, &format!("2026-03-04T{hour:02}:00:00Z"), Some(&format!("2026-03-04T{hour:02}:30:00Z")))
                .await;
            for minutes in 31..34 {
                let end = Changes { end: Some(instant(&format!("2026-03-04T{hour:02}:{minutes}:00Z"))), ..Changes::default() };
                time_entries::update(&world.db, world.owner.actor, entry.id, end, Condition::default(), NOW).await.unwrap().unwrap();
            }
        }
        for batch in [1, 7, 1000] {
            world.sql("DELETE FROM report_entries", "DELETE FROM report_entries", &[]).await;
            world.sql("UPDATE consumers SET xid = '0', seq = 0", "UPDATE consumers SET seq = 0", &[]).await;
            world.apply_events(batch).await;
            assert_eq!(model(&world).await, vec![(33 * 60, 0, false, 4); 10]);
        }
    }

    async fn applying_again_changes_nothing(world: World) {
        world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        world.apply_events(10).await;
        let before = model(&world).await;
        assert!(!report_events::pending(&world.db).await.unwrap());
        report_events::apply(&world.db, 10).await.unwrap();
        // Not even after the cursor was set back.
        world.sql("UPDATE consumers SET xid = '0', seq = 0", "UPDATE consumers SET seq = 0", &[]).await;
        world.apply_events(10).await;
        assert_eq!(model(&world).await, before);
    }

    async fn an_older_event_does_not_undo_a_newer_one(world: World) {
        forge(&world, SUBJECT, 3, "time_entry.deleted", &state(&world, &[("deleted_at", 5.into())])).await;
        forge(&world, SUBJECT, 2, "time_entry.updated", &state(&world, &[])).await;
        world.apply_events(1).await;
        assert_eq!(model(&world).await, [(3600, 0, true, 3)]);
    }

    async fn events_of_other_kinds_are_none_of_its_business(world: World) {
        forge(&world, SUBJECT, 1, "project.created", "{}").await;
        world.apply_events(10).await;
        assert_eq!(model(&world).await, []);
        assert_eq!(world.integer("SELECT count(*) FROM dead_letters").await, 0);
    }

    async fn poison_goes_to_the_dead_letters_and_blocks_nothing(world: World) {
        let poison = [
            "{}".into(),
            "[]".into(),
            "null".into(),
            state(&world, &[("member_id", "somebody".into())]),
            state(&world, &[("project_id", 5.into())]),
            state(&world, &[("start", "2026-03-04".into())]),
            state(&world, &[("start", 1.5.into())]),
            state(&world, &[("start", (-1).into())]),
            state(&world, &[("start", 9_223_372_036_854_775_807_i64.into())]),
            state(&world, &[("start", serde_json::Value::Null)]),
            state(&world, &[("start", serde_json::json!({}))]),
            state(&world, &[("end", true.into())]),
            state(&world, &[("end", 99_999_999_999_999_999_999_999_f64.into())]),
            state(&world, &[("end", 0.into()), ("start", 1.into())]),
            state(&world, &[("billable", serde_json::Value::Null)]),
            state(&world, &[("billable", "yes".into())]),
            state(&world, &[("billable_rate", 1_000_000_001_i64.into())]),
            state(&world, &[("billable_rate", "much".into())]),
            state(&world, &[("currency", serde_json::Value::Null)]),
        ];
        let good = state(&world, &[("billable", true.into()), ("billable_rate", 1_000_000_000.into()), ("end", 7_258_118_399_000_000_i64.into())]);
        for (version, data) in (1..).zip(&poison) {
            forge(&world, SUBJECT, version, "time_entry.updated", data).await;
        }
        forge(&world, SUBJECT, 100, "time_entry.updated", &good).await;
        world.apply_events(5).await;
        let cost = i64::try_from((7_258_118_399_i128 * 1_000_000_000 + 1800) / 3600).unwrap();
        assert_eq!(model(&world).await, [(7_258_118_399, cost, false, 100)]);
        let sql = "SELECT error, event_id FROM dead_letters WHERE consumer = 'reports' ORDER BY seq";
        let letters: Vec<_> = world.sql(sql, sql, &[]).await.into_iter().map(|row| {
            let mut columns = row.columns();
            (columns.text().unwrap(), columns.text().unwrap())
        }).collect();
        assert_eq!(letters.len(), poison.len(), "{letters:?}");
        assert_eq!(letters[3], ("member_id is not an id".into(), format!("{SUBJECT}/4")));
        assert_eq!(letters[13].0, "end is before start");
    }
}

#[needs(postgres)]
#[test]
fn a_slow_transaction_is_waited_for() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        let slow = client(world.name.as_deref().unwrap()).await;
        let insert = format!(
            "INSERT INTO outbox (organization_id, type, subject, subject_version, actor, occurred_at, data) \
             VALUES ('{}', 'time_entry.created', '{SUBJECT}', 1, '{}', 0, '{}')",
            world.owner.actor.organization,
            world.owner.actor.user,
            state(&world, &[])
        );
        slow.batch_execute("BEGIN").await.unwrap();
        slow.batch_execute(&insert).await.unwrap();
        world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        // The event of the fast one is there, but to take it would be to skip the slow one's.
        assert!(!report_events::pending(&world.db).await.unwrap());
        report_events::apply(&world.db, 10).await.unwrap();
        assert_eq!(model(&world).await, []);
        slow.batch_execute("COMMIT").await.unwrap();
        world.apply_events(10).await;
        assert_eq!(model(&world).await.len(), 2);
    });
}

#[needs(postgres)]
#[test]
fn effect_and_acknowledgement_are_undone_together() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let killed = client(world.name.as_deref().unwrap()).await;
        killed.batch_execute("BEGIN; SELECT apply_report_events(10); ROLLBACK").await.unwrap();
        assert_eq!(model(&world).await, []);
        world.apply_events(10).await;
        assert_eq!(model(&world).await.len(), 1);
    });
}

#[needs(postgres)]
#[test]
fn consumers_and_producers_at_once_lose_and_repeat_nothing() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        let name = world.name.clone().unwrap();
        let local = tokio::task::LocalSet::new();
        let producers: Vec<_> = (0..8)
            .map(|producer| {
                let (name, actor) = (name.clone(), world.owner.actor);
                local.spawn_local(async move {
                    let db = connect(&name).await;
                    for round in 0..20 {
                        let entry = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
                        let entry = time_entries::create(&db, actor, entry).await.unwrap().unwrap();
                        if (producer + round) % 2 == 0 {
                            time_entries::delete(&db, actor, entry.id, None, NOW).await.unwrap().unwrap();
                        }
                    }
                })
            })
            .collect();
        let consumers: Vec<_> = (0..4)
            .map(|_| {
                let name = name.clone();
                local.spawn_local(async move {
                    let db = connect(&name).await;
                    for _ in 0..60 {
                        report_events::apply(&db, 3).await.unwrap();
                    }
                })
            })
            .collect();
        local
            .run_until(async {
                for task in producers.into_iter().chain(consumers) {
                    task.await.unwrap();
                }
            })
            .await;
        world.apply_events(50).await;
        let model = model(&world).await;
        assert_eq!(model.len(), 160);
        assert_eq!(model.iter().filter(|(_, _, deleted, _)| *deleted).count(), 80);
    });
}

#[needs(postgres)]
#[test]
fn a_dump_restored_into_a_younger_cluster_goes_on() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        for _ in 0..3 {
            world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        }
        report_events::apply(&world.db, 2).await.unwrap();
        // The transaction ids of the old cluster were far beyond those of this one.
        let client = client(world.name.as_deref().unwrap()).await;
        client
            .batch_execute(
                "UPDATE outbox SET xid = (xid::text::bigint + 1000000000000)::text::xid8; \
                 UPDATE consumers SET xid = (xid::text::bigint + 1000000000000)::text::xid8",
            )
            .await
            .unwrap();
        world.record(world.owner, "2026-03-04T11:00:00Z", Some("2026-03-04T12:00:00Z")).await;
        world.apply_events(10).await;
        assert_eq!(model(&world).await.len(), 4);
        assert!(!report_events::pending(&world.db).await.unwrap());
        world.record(world.owner, "2026-03-04T12:00:00Z", Some("2026-03-04T13:00:00Z")).await;
        world.apply_events(10).await;
        assert_eq!(model(&world).await.len(), 5);
    });
}
