//! Statements walk indexes: with a large organization beside a small one, none reads a table or an index as a whole, and none sorts
//! more than it was asked for.

use std::{cell::RefCell, rc::Rc, sync::Mutex};

use kronos_domain::{EntryId, Instant, Interval};
use kronos_storage::{
    Db, Engine, Row, Value, consumers,
    db::{Driver, RowsFuture},
    outbox, report_events,
    reports::{self, Bucket, Group, Split},
    statements,
    time_entries::{self, Condition, Edit, Slice, Sort},
};
use kronos_test_servers::needs;

use crate::{
    driver::{Postgres, Sqlite},
    fixture::{Person, World, block_on, change, client, id, instant, new},
    lists::{both, singles},
};

/// Index that holds running timers only, of which a member has one at most.
const RUNNING: &str = "time_entries_one_running_per_member";
/// Tables of which there is much.
const LARGE: [&str; 4] = ["time_entries", "report_entries", "outbox_0", "outbox_pending"];

/// A step of a plan.
#[derive(Debug)]
struct Step {
    /// Of the step that it is a part of.
    parent: Option<usize>,
    text: String,
    /// PostgreSQL: lines such as `Index Cond: (id = $1)`.
    details: Vec<String>,
}

/// What an engine means to do about a statement.
pub struct Plan {
    /// Name of the statement, empty for one that has none.
    name: &'static str,
    steps: Vec<Step>,
    /// All of it, to be read.
    pub text: String,
}

/// Asks for the plan of each statement instead of running it.
pub struct Planner<D> {
    pub engine: D,
    pub plans: Rc<RefCell<Vec<Plan>>>,
}

impl<D: Driver> Driver for Planner<D> {
    fn engine(&self) -> Engine {
        self.engine.engine()
    }

    fn rows(&self, sql: &'static str, parameters: Vec<Value>) -> RowsFuture<'_> {
        let engine = self.engine();
        let explain = match engine {
            Engine::Postgres => "EXPLAIN",
            Engine::Sqlite => "EXPLAIN QUERY PLAN",
        };
        let explained: &'static str = format!("{explain} {sql}").leak();
        let name = statements().iter().find(|statement| statement.text(engine) == sql).map_or("", |known| known.name());
        Box::pin(async move {
            let lines = self.engine.rows(explained, parameters.clone()).await?;
            let steps = match engine {
                Engine::Postgres => postgres_steps(lines),
                Engine::Sqlite => sqlite_steps(lines),
            };
            let text = format!("{name} {parameters:?}\n{sql}\n{steps:#?}");
            self.plans.borrow_mut().push(Plan { name, steps, text });
            Ok(vec![])
        })
    }
}

/// One line per step or detail; how far it is indented says where it belongs.
fn postgres_steps(lines: Vec<Row>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        let line = line.columns().text().unwrap();
        let text = line.trim_start();
        let indentation = line.len() - text.len();
        let is_heading = ["CTE ", "InitPlan ", "SubPlan "].iter().any(|heading| text.starts_with(heading));
        let is_step = text.starts_with("->") || is_heading || steps.is_empty();
        if !is_step {
            steps.last_mut().unwrap().details.push(text.to_owned());
            continue;
        }
        open.retain(|(outer, _)| *outer < indentation);
        let parent = open.last().map(|(_, index)| *index);
        open.push((indentation, steps.len()));
        steps.push(Step { parent, text: text.trim_start_matches("->").trim().to_owned(), details: Vec::new() });
    }
    steps
}

/// Three numbers, of which the first is that of the step and the second that of its parent, and the text.
fn sqlite_steps(lines: Vec<Row>) -> Vec<Step> {
    let mut numbers: Vec<i64> = Vec::new();
    let mut steps = Vec::new();
    for line in lines {
        let mut columns = line.columns();
        let (number, parent) = (columns.integer().unwrap(), columns.integer().unwrap());
        columns.integer().unwrap();
        let parent = numbers.iter().position(|known| *known == parent);
        numbers.push(number);
        steps.push(Step { parent, text: columns.text().unwrap(), details: Vec::new() });
    }
    steps
}

impl Plan {
    /// Whether a step has exactly this text.
    pub fn has_step(&self, text: &str) -> bool {
        self.steps.iter().any(|step| step.text == text)
    }

    fn fail(&self, fault: &str) -> ! {
        panic!("{fault}: {}", self.text)
    }

    fn ancestors(&self, step: usize) -> impl Iterator<Item = &Step> {
        std::iter::successors(self.steps[step].parent, |step| self.steps[*step].parent).map(|step| &self.steps[step])
    }

    /// Whether a step walks the index of a list, whose bounds it has to keep to.
    fn is_list(&self) -> bool {
        self.name.contains("::list::")
    }

    fn check_postgres(&self) {
        for (index, step) in self.steps.iter().enumerate() {
            let text = step.text.as_str();
            // A total reads what it counts, and may count most of a table.
            let counts_most = ["::count::ALL", "::count::CHANGED"].iter().any(|name| self.name.ends_with(name));
            if !counts_most && LARGE.iter().any(|table| text.contains(&format!("Seq Scan on {table}"))) {
                self.fail("reads a table as a whole");
            }
            let is_index = text.starts_with("Index ") || text.starts_with("Bitmap Index ");
            if !is_index || text.contains(RUNNING) || !LARGE.iter().any(|table| text.contains(table)) {
                continue;
            }
            let Some(condition) = step.details.iter().find(|line| line.starts_with("Index Cond:")) else {
                self.fail("reads an index as a whole")
            };
            for (name, bound) in
                [("by_organization", "start_at"), ("by_member", "start_at"), ("by_change", "updated_at")]
            {
                if self.is_list() && text.contains(name) && !condition.contains(bound) {
                    self.fail("reads an index without bounds");
                }
            }
            // What a report adds up, it may sort.
            if self.name.contains("::reports::") || text.contains("_pkey") {
                continue;
            }
            let above = self.ancestors(index).find(|above| {
                ["Limit", "Sort", "Incremental Sort", "CTE"].iter().any(|kind| above.text.starts_with(kind))
            });
            if above.is_some_and(|above| above.text.contains("Sort")) {
                self.fail("sorts what it reads");
            }
        }
    }

    fn check_sqlite(&self) {
        // What a part of the statement has found is scanned under the name of a table.
        for alias in ["w", "e", "r", "time_entries", "report_entries", "outbox"] {
            let names = if alias == "e" { [alias, "seen"] } else { [alias, alias] };
            let made = self.steps.iter().filter(|step| {
                let made =
                    |name| step.text == format!("CO-ROUTINE {name}") || step.text == format!("MATERIALIZE {name}");
                names.into_iter().any(made)
            });
            let made = made.count();
            let scanned = self.steps.iter().filter(|step| {
                let text = step.text.trim_end_matches(" LEFT-JOIN");
                text == format!("SCAN {alias}")
            });
            if scanned.count() > made {
                self.fail("reads a table as a whole");
            }
        }
        for step in &self.steps {
            let text = step.text.as_str();
            if text.starts_with("SCAN") && LARGE.iter().any(|table| text.contains(&format!("INDEX {table}"))) {
                self.fail("reads an index as a whole");
            }
            for (name, bound) in
                [("by_organization (", "start_at"), ("by_member (", "start_at"), ("by_change (", "updated_at")]
            {
                if self.is_list() && text.contains(name) && !text.contains(bound) {
                    self.fail("reads an index without bounds");
                }
            }
            let sorts = text == "USE TEMP B-TREE FOR ORDER BY" || text.contains("TERM OF ORDER BY");
            let beside = self.steps.iter().filter(|other| other.parent == step.parent);
            if sorts && beside.into_iter().any(|other| other.text.contains("INDEX time_entries_by_")) {
                self.fail("sorts what it reads");
            }
        }
    }
}

async fn plan_everything(db: &Db, world: &World, person: Person) {
    let (actor, change) = (person.actor, change(person.actor));
    // In the midst of the crowd, which has an entry every two hours from 1970 on, with stamps of a few milliseconds.
    let (start, end) = (instant("1972-03-01T00:00:00Z"), instant("1972-04-01T00:00:00Z"));
    let singles = singles(world, start, end, Instant::from_micros(5_000));
    for (index, first) in singles.iter().enumerate() {
        for filter in singles[index..].iter().map(|second| both(first, second)) {
            for sort in [Sort::Ascending, Sort::Descending] {
                time_entries::list(db, actor, &filter, sort, Slice::first(100)).await.unwrap();
            }
            // Plans have no rows, which this takes for a defect.
            time_entries::count(db, actor, &filter).await.unwrap_err();
        }
    }
    let entry = EntryId::from_uuid(id());
    time_entries::changes(db, actor, 1_000, 2_000, 100).await.unwrap();
    time_entries::read(db, actor, entry).await.unwrap();
    time_entries::active(db, actor.user).await.unwrap();
    time_entries::standing(db, actor, entry).await.unwrap();
    time_entries::repeated(db, actor, entry, "").await.unwrap();
    time_entries::create(db, change, new("2026-03-04T09:00:00Z", None)).await.unwrap();
    time_entries::create_stopping_running(db, change, new("2026-03-04T09:00:00Z", None)).await.unwrap();
    time_entries::update(db, change, entry, &Edit::default(), Condition::default()).await.unwrap();
    time_entries::delete(db, change, entry, None).await.unwrap();
    let interval = Interval::new(instant("2026-03-04T00:00:00Z"), instant("2026-03-05T00:00:00Z")).unwrap();
    let buckets = vec![Bucket { label: "2026-03-04".into(), interval }; 31];
    for split in [Split::Start, Split::Parts] {
        reports::summary(db, actor, &buckets, Group::Bucket, split).await.unwrap();
    }
    // Plans have no rows, which these take for a defect.
    time_entries::sync_horizon(db).await.unwrap_err();
    time_entries::floor(db).await.unwrap_err();
    consumers::state(db, report_events::CONSUMER).await.unwrap_err();
    outbox::assign(db).await.unwrap_err();
    outbox::read(db, 0, 100).await.unwrap();
}

async fn crowds(world: &World) {
    for (person, count) in
        [(world.owner, 25_000), (world.employee, 25_000), (world.colleague, 25_000), (world.stranger, 1_000)]
    {
        world.crowd(person, count).await;
    }
}

/// With what SQLite knows of a new database, and with what it knows of the data.
#[test]
fn sqlite_walks_indexes() {
    block_on(async {
        for analyze in ["SELECT 1", "ANALYZE"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("kronos.db");
            let world = World::sqlite_at(&path).await;
            crowds(&world).await;
            world.sql("", analyze, &[]).await;
            let plans = Rc::default();
            let engine = Sqlite(Mutex::new(rusqlite::Connection::open(&path).unwrap()));
            let db = Db::with_driver(Planner { engine, plans: Rc::clone(&plans) });
            for person in [world.owner, world.employee, world.stranger] {
                plan_everything(&db, &world, person).await;
            }
            plans.borrow().iter().for_each(Plan::check_sqlite);
        }
    });
}

#[needs(postgres)]
#[test]
fn postgres_walks_indexes() {
    block_on(async {
        let world = World::postgres().await;
        crowds(&world).await;
        let client = client(world.name.as_deref().unwrap()).await;
        client
            .batch_execute(
                "INSERT INTO report_entries (entry_id, organization_id, member_id, start_at, end_at, seconds, cost, currency, \
                 billable, deleted, version) SELECT id, organization_id, member_id, start_at, end_at, 3600, 0, currency, billable, \
                 false, 1 FROM time_entries; UPDATE consumers SET position = assign_positions()",
            )
            .await
            .unwrap();
        // A function hides its plans, but not what they read. They are made when PostgreSQL knows little of the tables.
        time_entries::create(&world.db, change(world.owner.actor), new("2026-03-04T09:00:00Z", None)).await.unwrap();
        client.batch_execute("BEGIN").await.unwrap();
        let applied: i64 = client.query_one("SELECT apply_report_events(500)", &[]).await.unwrap().get(0);
        let read = "SELECT sum(seq_scan)::bigint, sum(seq_tup_read)::bigint FROM pg_stat_xact_user_tables \
                    WHERE relname ~ '^outbox_([0-9]+|pending)$'";
        let read = client.query_one(read, &[]).await.unwrap();
        client.batch_execute("COMMIT").await.unwrap();
        assert_eq!((applied, read.get::<_, i64>(0), read.get::<_, i64>(1)), (1, 0, 0));
        client.batch_execute("VACUUM ANALYZE").await.unwrap();
        // As if there were millions of entries, which are too many to be read and sorted instead: what remains of this has no index.
        client
            .batch_execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
            .await
            .unwrap();
        let plans = Rc::default();
        let engine = Postgres { client: Rc::new(client), packs: false };
        let db = Db::with_driver(Planner { engine, plans: Rc::clone(&plans) });
        for person in [world.owner, world.employee, world.stranger] {
            plan_everything(&db, &world, person).await;
        }
        plans.borrow().iter().for_each(Plan::check_postgres);
    });
}
