//! Statements walk indexes: with a large organization beside a small one, none reads a table of entries as a whole.

use std::{cell::RefCell, rc::Rc, sync::Mutex};

use kronos_domain::{EntryId, Interval};
use kronos_storage::{
    Db, Engine, Row, Value, consumers,
    db::{Driver, RowsFuture},
    outbox, report_events,
    reports::{self, Bucket, Group, Split},
    time_entries::{self, Changes, Condition, Filter, Sort},
};
use kronos_test_servers::needs;

use crate::{
    driver::{Postgres, Sqlite},
    fixture::{NOW, Person, World, block_on, client, id, instant, migrations, new},
};

/// Asks for the plan of each statement instead of running it.
struct Planner<D> {
    engine: D,
    plans: Rc<RefCell<Vec<String>>>,
}

impl<D: Driver> Driver for Planner<D> {
    fn engine(&self) -> Engine {
        self.engine.engine()
    }

    fn rows(&self, sql: &'static str, parameters: Vec<Value>) -> RowsFuture<'_> {
        let explain = match self.engine() {
            Engine::Postgres => "EXPLAIN",
            Engine::Sqlite => "EXPLAIN QUERY PLAN",
        };
        let explained: &'static str = format!("{explain} {sql}").leak();
        Box::pin(async move {
            let lines = self.engine.rows(explained, parameters).await?;
            let lines: Vec<_> = lines.into_iter().map(line).collect();
            self.plans.borrow_mut().push(format!("{sql}\n{}\n", lines.join("\n")));
            Ok(vec![])
        })
    }
}

/// PostgreSQL's plan has one column; SQLite's has the text behind three numbers.
fn line(row: Row) -> String {
    let mut columns = row.columns();
    loop {
        if let Ok(text) = columns.text() {
            return text;
        }
    }
}

async fn plan_everything(db: &Db, person: Person, other: Person) {
    let actor = person.actor;
    let filters = [
        Filter::default(),
        Filter { members: vec![other.member], ..Filter::default() },
        Filter { members: vec![other.member, person.member], ..Filter::default() },
        Filter { active: Some(true), ..Filter::default() },
        Filter { updated_since: Some(NOW), include_deleted: true, ..Filter::default() },
        Filter { start: Some(NOW), end: Some(NOW), search: Some("x".into()), ..Filter::default() },
    ];
    for filter in &filters {
        for sort in [Sort::Ascending, Sort::Descending] {
            time_entries::list(db, actor, filter, sort, None, 100).await.unwrap();
        }
    }
    let entry = EntryId::from_uuid(id());
    time_entries::read(db, actor, entry).await.unwrap();
    time_entries::active(db, actor.user).await.unwrap();
    time_entries::standing(db, actor, entry).await.unwrap();
    time_entries::repeated(db, actor, entry, "").await.unwrap();
    time_entries::create(db, actor, new("2026-03-04T09:00:00Z", None)).await.unwrap();
    time_entries::create_stopping_running(db, actor, new("2026-03-04T09:00:00Z", None)).await.unwrap();
    time_entries::update(db, actor, entry, Changes::default(), Condition::default(), NOW).await.unwrap();
    time_entries::delete(db, actor, entry, None, NOW).await.unwrap();
    let interval = Interval::new(instant("2026-03-04T00:00:00Z"), instant("2026-03-05T00:00:00Z")).unwrap();
    let buckets = vec![Bucket { label: "2026-03-04".into(), interval }; 31];
    for split in [Split::Start, Split::Parts] {
        reports::summary(db, actor, &buckets, Group::Bucket, split).await.unwrap();
    }
    // Plans have no rows, which these take for a defect.
    consumers::state(db, report_events::CONSUMER).await.unwrap_err();
    outbox::assign(db).await.unwrap_err();
    outbox::read(db, 0, 100).await.unwrap();
}

#[test]
fn sqlite_scans_no_entries() {
    block_on(async {
        let plans = Rc::default();
        let world = World::sqlite().await;
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(&migrations("sqlite")).unwrap();
        let db = Db::with_driver(Planner { engine: Sqlite(Mutex::new(connection)), plans: Rc::clone(&plans) });
        plan_everything(&db, world.owner, world.employee).await;
        for plan in plans.borrow().iter() {
            for table in ["e", "r", "time_entries", "report_entries", "outbox"] {
                let scanned = plan.lines().any(|line| line == format!("SCAN {table}"));
                assert!(!scanned, "{plan}");
            }
        }
    });
}

#[needs(postgres)]
#[test]
fn postgres_scans_no_entries() {
    block_on(async {
        let world = World::postgres().await;
        let client = client(world.name.as_deref().unwrap()).await;
        for (person, share) in [(world.owner, 4), (world.employee, 4), (world.colleague, 4), (world.stranger, 100)] {
            client.batch_execute(&crowd(person, 100_000 / share)).await.unwrap();
        }
        // A function hides its plans, but not what they read. They are made when PostgreSQL knows little of the tables.
        time_entries::create(&world.db, world.owner.actor, new("2026-03-04T09:00:00Z", None)).await.unwrap();
        client.batch_execute("BEGIN").await.unwrap();
        let applied: i64 = client.query_one("SELECT apply_report_events(500)", &[]).await.unwrap().get(0);
        let read = "SELECT sum(seq_scan)::bigint, sum(seq_tup_read)::bigint FROM pg_stat_xact_user_tables \
                    WHERE relname ~ '^outbox_([0-9]+|pending)$'";
        let read = client.query_one(read, &[]).await.unwrap();
        client.batch_execute("COMMIT").await.unwrap();
        assert_eq!((applied, read.get::<_, i64>(0), read.get::<_, i64>(1)), (1, 0, 0));
        client.batch_execute("ANALYZE").await.unwrap();
        let plans = Rc::default();
        let engine = Postgres(Rc::new(client));
        let db = Db::with_driver(Planner { engine, plans: Rc::clone(&plans) });
        for person in [world.owner, world.employee, world.stranger] {
            plan_everything(&db, person, world.colleague).await;
        }
        for plan in plans.borrow().iter() {
            for table in ["time_entries", "report_entries", "outbox_0", "outbox_pending"] {
                assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
            }
        }
    });
}

/// Many entries of a person, one every two hours, with their events and the read model.
fn crowd(person: Person, count: u32) -> String {
    let (organization, user, member) = (person.actor.organization, person.actor.user, person.member);
    format!(
        "INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, \
         currency, source, changed_by, created_at, updated_at) \
         SELECT gen_random_uuid(), '{organization}', '{member}', '{user}', n * 7200000000, n * 7200000000 + 3600000000, 'UTC', \
         'work', 'EUR', 'api', '{user}', n * 7200000000, n * 7200000000 FROM generate_series(1, {count}) n; \
         INSERT INTO report_entries (entry_id, organization_id, member_id, start_at, end_at, seconds, cost, currency, billable, \
         deleted, version) SELECT id, organization_id, member_id, start_at, end_at, 3600, 0, currency, billable, false, 1 \
         FROM time_entries WHERE member_id = '{member}'; \
         UPDATE consumers SET position = assign_positions()"
    )
}
