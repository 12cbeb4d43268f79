//! What happens to a consumer whom an event makes fail, and to the event.

use std::{
    cell::{Cell, RefCell},
    future::ready,
};

use kronos_storage::{
    Error, Statement, Value,
    consumers::{self, Consumer},
    outbox, report_events,
};
use tokio::sync::Notify;

use crate::{
    fixture::{World, client, connect},
    on_both_engines,
};

const CONSUMER: Consumer = Consumer::new(report_events::CONSUMER).batch(4).attempts(3).interval(0);

/// One message to an instance. Returns the lines of its log.
async fn ring(world: &World, consumer: Consumer, is_trusted: &mut bool) -> Vec<String> {
    let log = RefCell::new(Vec::new());
    let hear = |line| log.borrow_mut().push(line);
    consumers::drain(&world.db, consumer, is_trusted, report_events::apply, || ready(()), hear).await.unwrap();
    log.into_inner()
}

/// Position, error and attempts of the dead letters.
async fn dead_letters(world: &World) -> Vec<(i64, String, i64)> {
    let sql = "SELECT position, error, attempts FROM dead_letters WHERE consumer = 'reports' ORDER BY position";
    let rows = world.sql(sql, sql, &[]).await;
    let rows = rows.into_iter().map(|row| {
        let mut columns = row.columns();
        (columns.integer().unwrap(), columns.text().unwrap(), columns.integer().unwrap())
    });
    rows.collect()
}

/// Ten entries, the seventh of which the read model refuses.
async fn with_poison(world: &World) {
    for hour in 0..10 {
        let entry = world
            .record(world.owner, &format!("2026-03-04T{hour:02}:00:00Z"), Some(&format!("2026-03-04T{hour:02}:30:00Z")))
            .await;
        if hour == 6 {
            let postgres =
                format!("ALTER TABLE report_entries ADD CONSTRAINT refused CHECK (entry_id <> '{}')", entry.id);
            let sqlite = format!(
                "CREATE TRIGGER refused BEFORE INSERT ON report_entries WHEN NEW.entry_id = '{}' \
                 BEGIN SELECT RAISE(ABORT, 'refused'); END",
                entry.id
            );
            world.sql(postgres.leak(), sqlite.leak(), &[]).await;
        }
    }
}

on_both_engines! {
    async fn an_event_that_fails_alone_goes_to_the_dead_letters(world: World) {
        with_poison(&world).await;
        let log = ring(&world, CONSUMER, &mut false).await;
        let letters = dead_letters(&world).await;
        assert_eq!((letters.len(), letters[0].0, letters[0].2), (1, 7, 3), "{letters:?}");
        assert!(letters[0].1.contains("refused"), "{letters:?}");
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 9);
        let state = consumers::state(&world.db, report_events::CONSUMER).await.unwrap();
        assert_eq!((state.pending, state.position, state.attempts), (false, 10, 0));
        // Three tries of the batch, three of the event, and its end.
        assert_eq!(log.len(), 7, "{log:?}");
        let sql = "SELECT count(*) FROM dead_letters d JOIN recorded_events e ON e.position = d.position WHERE d.event_id = \
                   CAST(e.subject AS text) || '/' || e.version";
        assert_eq!(world.integer(sql).await, 1);
    }

    /// What the database does is no fault of an event: however often it happens, nothing is narrowed or parked.
    async fn a_database_that_fails_is_not_counted(world: World) {
        world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let errors = [Error::Busy("locked".into()), Error::Unavailable("gone".into()), Error::NotMigrated("no table".into())];
        for error in errors.into_iter().cycle().take(12) {
            let apply = async |_: &kronos_storage::Db, _: i64| -> Result<(), Error> { Err(error.clone()) };
            let drained = consumers::drain(&world.db, CONSUMER, &mut false, apply, || ready(()), |_| {}).await;
            assert_eq!(drained, Err(error.clone()));
            let state = consumers::state(&world.db, report_events::CONSUMER).await.unwrap();
            assert_eq!((state.attempts, state.position, state.narrow_until), (0, 0, 0), "{error}");
        }
        assert_eq!(ring(&world, CONSUMER, &mut false).await, Vec::<String>::new());
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 1);
    }

    async fn an_instance_that_ends_in_between_is_counted(world: World) {
        with_poison(&world).await;
        let sql = ("ALTER TABLE report_entries DROP CONSTRAINT refused", "DROP TRIGGER refused");
        world.sql(sql.0, sql.1, &[]).await;
        let crashes = Cell::new(0);
        // Each round is a new instance, which ends as soon as it applies a batch with the seventh event.
        for _ in 0..20 {
            let end = Notify::new();
            let apply = async |db: &kronos_storage::Db, batch: i64| -> Result<(), Error> {
                let position = consumers::state(db, report_events::CONSUMER).await?.position;
                if position < 7 && position + batch >= 7 {
                    crashes.set(crashes.get() + 1);
                    end.notify_one();
                    std::future::pending::<()>().await;
                }
                report_events::apply(db, batch).await
            };
            let mut is_trusted = false;
            tokio::select! {
                drained = consumers::drain(&world.db, CONSUMER, &mut is_trusted, apply, || ready(()), |_| {}) => {
                    drained.unwrap();
                    break;
                }
                () = end.notified() => {}
            }
        }
        assert_eq!(
            dead_letters(&world).await,
            [(7, "the consumer ended while it applied the event".to_owned(), 3)]
        );
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 9);
        // The first batch was taken before; the batch with the event was tried once uncounted, as the second one of an instance that
        // had succeeded; then three times, and as often alone, the first time after two events that succeeded.
        assert_eq!(crashes.get(), 8);
    }

    async fn tries_of_instances_that_wait_for_one_another_count_once(world: World) {
        world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        // Each of them ends before its try does.
        for _ in 0..10 {
            let end = Notify::new();
            let hangs = async |_: &kronos_storage::Db, _: i64| -> Result<(), Error> {
                end.notify_one();
                std::future::pending().await
            };
            let (consumer, mut is_trusted) = (CONSUMER.interval(3_600_000_000), false);
            tokio::select! {
                drained = consumers::drain(&world.db, consumer, &mut is_trusted, hangs, || ready(()), |_| {}) => {
                    assert!(drained.is_err(), "it hangs");
                }
                () = end.notified() => {}
            }
        }
        let state = consumers::state(&world.db, report_events::CONSUMER).await.unwrap();
        assert_eq!((state.pending, state.position, state.attempts), (true, 0, 1));
        ring(&world, CONSUMER, &mut false).await;
        assert_eq!(dead_letters(&world).await, []);
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 1);
    }

    async fn messages_are_bounded_and_the_next_one_goes_on(world: World) {
        for _ in 0..10 {
            world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        }
        ring(&world, CONSUMER.batch(2).batches(3), &mut false).await;
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 6);
        ring(&world, CONSUMER.batch(2).batches(3), &mut false).await;
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 10);
    }

    async fn a_consumer_that_nobody_knows_is_a_defect(world: World) {
        let error = consumers::state(&world.db, "nobody").await.unwrap_err();
        assert_eq!(error, Error::Internal("no consumer is named `nobody`".into()));
    }

    async fn what_a_consumer_has_not_read_is_never_trimmed(world: World) {
        for _ in 0..5 {
            world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        }
        outbox::assign(&world.db).await.unwrap();
        let (early, late) = ("2026-03-04T09:00:00Z", "2199-01-01T00:00:00Z");
        let remaining = "SELECT count(*) FROM outbox";
        outbox::trim(&world.db, 0, Some(crate::fixture::instant(late))).await.unwrap();
        assert_eq!(world.integer(remaining).await, 5, "nobody has read them");
        assert!(!consumers::state(&world.db, report_events::CONSUMER).await.unwrap().trim_due);
        report_events::apply(&world.db, 2).await.unwrap();
        let sql = "INSERT INTO consumers (name, position) VALUES ('slow', 1)";
        world.sql(sql, sql, &[]).await;
        outbox::trim(&world.db, 0, Some(crate::fixture::instant(late))).await.unwrap();
        assert_eq!(world.integer("SELECT min(position) FROM outbox").await, 2, "the slowest consumer counts");
        let sql = "DELETE FROM consumers WHERE name = 'slow'";
        world.sql(sql, sql, &[]).await;
        world.apply_events(10).await;
        outbox::trim(&world.db, 0, Some(crate::fixture::instant(early))).await.unwrap();
        assert_eq!(world.integer(remaining).await, 4, "they are young");
        assert!(consumers::state(&world.db, report_events::CONSUMER).await.unwrap().trim_due);
        outbox::trim(&world.db, 0, Some(crate::fixture::instant(late))).await.unwrap();
        assert_eq!(world.integer("SELECT min(position) FROM outbox").await, 5, "the last one stays");
        assert_eq!(world.integer(remaining).await, 1);
        assert_eq!(world.integer("SELECT count(*) FROM audit_trail").await, 5);
        // Positions go on.
        world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        assert_eq!(outbox::assign(&world.db).await.unwrap(), 6);
        world.apply_events(10).await;
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 6);
    }

    async fn much_is_trimmed_in_pieces(world: World) {
        let (postgres, sqlite) = (
            "INSERT INTO outbox_pending (aggregate, topic, subject, version, occurred_at, data) \
             SELECT 'other', 'other.created', gen_random_uuid(), 1, 0, '{}' FROM generate_series(1, 2500)",
            "INSERT INTO outbox (aggregate, topic, subject, version, occurred_at, recorded_at, data) \
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2500) \
             SELECT 'other', 'other.created', n, 1, 0, 0, '{}' FROM n",
        );
        world.sql(postgres, sqlite, &[]).await;
        world.apply_events(5000).await;
        let late = Some(crate::fixture::instant("2199-01-01T00:00:00Z"));
        for (remaining, due) in [(1500, true), (500, true), (1, false)] {
            outbox::trim(&world.db, 0, late).await.unwrap();
            assert_eq!(world.integer("SELECT count(*) FROM outbox").await, remaining);
            assert_eq!(consumers::state(&world.db, report_events::CONSUMER).await.unwrap().trim_due, due);
        }
    }
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn effect_and_acknowledgement_are_undone_together() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let killed = client(world.name.as_deref().unwrap()).await;
        killed.batch_execute("BEGIN; SELECT apply_report_events(10); ROLLBACK").await.unwrap();
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 0);
        world.apply_events(10).await;
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 1);
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn an_event_is_parked_once_by_whoever_comes_first() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        with_poison(&world).await;
        let name = world.name.clone().unwrap();
        let local = tokio::task::LocalSet::new();
        let instances: Vec<_> = (0..8)
            .map(|_| {
                let name = name.clone();
                local.spawn_local(async move {
                    let db = connect(&name).await;
                    let consumer = CONSUMER.interval(1_000_000);
                    for _ in 0..5 {
                        let apply = report_events::apply;
                        consumers::drain(&db, consumer, &mut false, apply, || ready(()), |_| {}).await.unwrap();
                    }
                })
            })
            .collect();
        local
            .run_until(async {
                for instance in instances {
                    instance.await.unwrap();
                }
            })
            .await;
        let letters = dead_letters(&world).await;
        assert_eq!((letters.len(), letters[0].0), (1, 7), "{letters:?}");
        let parameters: [Value; 0] = [];
        let left = Statement::pair("SELECT count(*) FROM report_entries", "");
        let left = world.db.row(&left, &parameters).await.unwrap().unwrap().columns().integer();
        assert_eq!(left, Ok(9));
    });
}
