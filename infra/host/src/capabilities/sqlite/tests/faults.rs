//! Whatever fails at whatever step: the next write works, what was acknowledged is there once, what was refused is not there.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::hooks::{AuthContext, Authorization};
use tokio::sync::{Semaphore, oneshot};

use super::disk::{Disk, Fault};
use crate::{
    capabilities::sqlite::{
        Database, Error, Rows, Settings, Value,
        analysis::Analysis,
        connection::DatabaseFile,
        lock,
        statement::Statement,
        writer::{Job, Writer},
    },
    config::clock::Clock,
};

type Act = Box<dyn FnMut() + Send>;

/// A clock that moves at each look, and does something at the look that it is told.
#[derive(Clone)]
struct Time {
    per_look: Duration,
    looks: Arc<AtomicU64>,
    ahead: Arc<AtomicU64>,
    plan: Arc<Mutex<Option<(u64, Act)>>>,
}

impl Time {
    fn with(per_look: Duration) -> Self {
        Self { per_look, looks: Arc::default(), ahead: Arc::default(), plan: Arc::default() }
    }

    fn settings(&self) -> Settings {
        let time = self.clone();
        Settings { foreign_keys: true, clock: Clock::new(move || time.look()), ..Settings::default() }
    }

    fn look(&self) -> Duration {
        let look = self.looks.fetch_add(1, Ordering::Relaxed) + 1;
        let due = lock(&self.plan).take_if(|(at, _)| *at == look);
        if let Some((_, mut act)) = due {
            act();
        }
        self.per_look.saturating_mul(u32::try_from(look).unwrap_or(u32::MAX))
            + Duration::from_secs(self.ahead.load(Ordering::Relaxed))
    }

    /// Does `act` at the `at`th look from now on.
    fn plan(&self, at: u64, act: impl FnMut() + Send + 'static) {
        *lock(&self.plan) = Some((self.looks.load(Ordering::Relaxed) + at, Box::new(act)));
    }

    /// Forgets the plan. Says whether it was carried out.
    fn was_carried_out(&self) -> bool {
        lock(&self.plan).take().is_none()
    }
}

/// A writer without its thread, and what it has said.
struct Ledger {
    _folder: tempfile::TempDir,
    path: PathBuf,
    writer: Writer,
    next: i64,
    acknowledged: BTreeSet<i64>,
    counted: i64,
    refused: usize,
}

/// What a write is to do, with an id of its own.
#[derive(Clone, Copy, Debug)]
enum Write {
    Insert,
    Returning,
    /// More than a page.
    Large,
    /// Breaks a constraint.
    Taken,
    /// Breaks a constraint at the end of the transaction.
    Orphan,
    /// Breaks a constraint and the transaction.
    Rollback,
    /// Counts itself: done twice it shows.
    Count,
}

/// The writes of one group.
const GROUP: [Write; 7] =
    [Write::Insert, Write::Returning, Write::Taken, Write::Count, Write::Large, Write::Rollback, Write::Returning];
/// A group whose COMMIT fails.
const ORPHANED: [Write; 4] = [Write::Count, Write::Insert, Write::Orphan, Write::Returning];

impl Ledger {
    fn new(settings: Settings) -> (Self, &'static Disk) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let disk = Disk::below(folder.path());
        let path = folder.path().join("default.db");
        let writer = Writer::open(&Arc::new(DatabaseFile { path: path.clone(), settings })).expect("a new file opens");
        let schema = "
            CREATE TABLE entry (id INTEGER PRIMARY KEY, name TEXT UNIQUE, more BLOB);
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
            CREATE TABLE counter (n INTEGER);
            INSERT INTO counter VALUES (0);
            INSERT INTO entry (id, name) VALUES (0, 'taken')";
        independent(&path).execute_batch(schema).expect("tables");
        let (acknowledged, next, counted, refused) = (BTreeSet::from([0]), 1, 0, 0);
        (Self { _folder: folder, path, writer, next, acknowledged, counted, refused }, disk)
    }

    /// Runs a group to its answers. `with` sees its statements before.
    fn serve(&mut self, group: &[Write], with: impl FnOnce(&[Arc<Statement>])) {
        let places = Arc::new(Semaphore::new(group.len()));
        let mut jobs = Vec::new();
        let mut answers = Vec::new();
        for write in group {
            let id = self.next;
            self.next += 1;
            let (sql, parameters) = write.statement(id);
            let statement =
                Statement::new(sql.into(), parameters, Arc::new(Analysis::of(sql)), Arc::default(), Arc::default());
            let (reply, answer) = oneshot::channel();
            let place = places.clone().try_acquire_owned().expect("a place");
            answers.push((*write, id, statement.clone(), answer));
            jobs.push(Job { statement, reply, _place: place });
        }
        let statements: Vec<_> = answers.iter().map(|(.., statement, _)| statement.clone()).collect();
        with(&statements);
        self.writer.serve(jobs);
        for (write, id, statement, mut answer) in answers {
            match answer.try_recv() {
                Ok(answer) => self.note(write, id, answer),
                Err(_) => assert!(statement.is_cancelled(), "{write:?} {id} got no answer"),
            }
        }
    }

    fn note(&mut self, write: Write, id: i64, answer: Result<Rows, Error>) {
        match (write, answer) {
            (_, Err(_)) => self.refused += 1,
            (Write::Count, Ok(_)) => self.counted += 1,
            (Write::Insert | Write::Large, Ok(_)) => drop(self.acknowledged.insert(id)),
            (Write::Returning, Ok(outcome)) => {
                assert!(matches!(outcome.rows[0].values[..], [Value::Integer(returned)] if returned == id));
                self.acknowledged.insert(id);
            }
            (Write::Taken | Write::Orphan | Write::Rollback, Ok(_)) => panic!("{write:?} {id} breaks a constraint"),
        }
    }

    /// What others see is what was acknowledged, and the next write works.
    #[track_caller]
    fn balance(&mut self, context: &str) {
        let (acknowledged, counted) = (self.acknowledged.clone(), self.counted);
        assert_eq!(contents(&self.path), (acknowledged, counted), "{context}");
        let refused = self.refused;
        self.serve(&[Write::Insert, Write::Count], |_| ());
        assert_eq!(self.refused, refused, "{context}: the next write works");
        assert_eq!(contents(&self.path), (self.acknowledged.clone(), self.counted), "{context}: after the next write");
        // A machine that stops here loses nothing either.
        let crashed = tempfile::tempdir().expect("a temporary folder");
        for file in ["default.db", "default.db-wal"] {
            std::fs::copy(self.path.with_file_name(file), crashed.path().join(file)).expect("a copy");
        }
        let found = contents(&crashed.path().join("default.db"));
        assert_eq!(found, (self.acknowledged.clone(), self.counted), "{context}: after a crash");
    }
}

impl Write {
    fn statement(self, id: i64) -> (&'static str, Vec<Value>) {
        let id = Value::Integer(id);
        match self {
            Self::Insert => ("INSERT INTO entry (id) VALUES (?1)", vec![id]),
            Self::Returning => ("INSERT INTO entry (id) VALUES (?1) RETURNING id", vec![id]),
            Self::Large => ("INSERT INTO entry (id, more) VALUES (?1, ?2)", vec![id, Value::Blob(vec![7; 10_000])]),
            Self::Taken => ("INSERT INTO entry (id, name) VALUES (?1, 'taken')", vec![id]),
            Self::Orphan => ("INSERT INTO child VALUES (?1)", vec![id]),
            Self::Rollback => ("INSERT OR ROLLBACK INTO entry (id, name) VALUES (?1, 'taken')", vec![id]),
            Self::Count => ("UPDATE counter SET n = n + 1", vec![]),
        }
    }
}

fn independent(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).expect("the file opens")
}

/// The ids and the counter.
fn contents(path: &Path) -> (BTreeSet<i64>, i64) {
    let connection = independent(path);
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(sound, "ok");
    let mut entries = connection.prepare("SELECT id FROM entry").expect("a table");
    let ids = entries.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("ids");
    (ids, connection.query_row("SELECT n FROM counter", [], |row| row.get(0)).expect("a counter"))
}

/// Looks at the limits of a statement at each of its instructions.
fn look_often(writer: &mut Writer) {
    let connection = writer.connection.as_mut().expect("a connection");
    let watch = connection.watch.clone();
    connection.connection.progress_handler(1, Some(move || watch.should_stop())).expect("a handler");
}

#[test]
fn a_disk_that_fails_at_any_operation() {
    for fault in [Fault::Broken, Fault::Full, Fault::Busy] {
        let groups = [(&GROUP[..], false), (&GROUP, true), (&ORPHANED, false)];
        for ((group, reopened), lasting) in groups.into_iter().flat_map(|group| [(group, false), (group, true)]) {
            let (mut ledger, disk) = Ledger::new(Time::with(Duration::from_secs(1)).settings());
            for at in 1.. {
                if reopened {
                    ledger.writer.connection = None;
                }
                disk.strike(fault, at, lasting);
                ledger.serve(group, |_| ());
                let struck = disk.heal();
                ledger.balance(&format!("{fault:?} at {at}, lasting: {lasting}, reopened: {reopened}, {group:?}"));
                if !struck {
                    assert!(at > 4, "{fault:?} can strike");
                    break;
                }
            }
        }
    }
}

#[test]
fn a_statement_that_is_stopped_at_any_instruction() {
    let time = Time::with(Duration::from_millis(1));
    let (mut ledger, _) = Ledger::new(time.settings());
    for group in [&GROUP[..], &ORPHANED] {
        for at in 1.. {
            look_often(&mut ledger.writer);
            let ahead = time.ahead.clone();
            time.plan(at, move || {
                ahead.fetch_add(31, Ordering::Relaxed);
            });
            ledger.serve(group, |_| ());
            let stopped = time.was_carried_out();
            ledger.balance(&format!("stopped at {at} of {group:?}"));
            if !stopped {
                assert!(at > 50, "instructions are looked at");
                break;
            }
        }
    }
}

#[test]
fn a_guest_that_goes_away_at_any_instruction() {
    let time = Time::with(Duration::from_millis(1));
    let (mut ledger, _) = Ledger::new(time.settings());
    for (group, index) in [(&GROUP[..], 1), (&GROUP, 3), (&ORPHANED, 2)] {
        for at in 1.. {
            look_often(&mut ledger.writer);
            ledger.serve(group, |statements| {
                let gone = statements[index].clone();
                time.plan(at, move || gone.cancel());
            });
            let gone = time.was_carried_out();
            ledger.balance(&format!("{index} of {group:?} gone at {at}"));
            if !gone {
                assert!(at > 50, "instructions are looked at");
                break;
            }
        }
    }
}

#[test]
fn a_writer_that_only_reads_is_replaced() {
    let (mut ledger, _) = Ledger::new(Settings { foreign_keys: true, ..Settings::default() });
    let writer = &mut ledger.writer.connection.as_mut().expect("a connection").connection;
    writer.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).expect("nothing is refused");
    writer.pragma_update(None, "query_only", true).expect("a setting");
    ledger.serve(&GROUP, |_| ());
    ledger.balance("only reads");
}

#[test]
fn a_panic_in_the_writer() {
    let time = Time::with(Duration::from_millis(1));
    let (mut ledger, _) = Ledger::new(time.settings());
    for group in [&GROUP[..], &ORPHANED] {
        for at in 1.. {
            time.plan(at, move || panic!("at look {at}"));
            ledger.serve(group, |_| ());
            let panicked = time.was_carried_out();
            ledger.balance(&format!("panic at {at} of {group:?}"));
            if !panicked {
                assert!(at > 4, "each statement looks at the clock");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_again_and_again_under_load() {
    let (ledger, disk) = Ledger::new(Time::with(Duration::from_millis(1)).settings());
    let database =
        Database::open(&ledger.path, Settings { foreign_keys: true, ..Settings::default() }).expect("a database");
    let database = Arc::new(database);
    let writers: Vec<_> = (0..6_i64)
        .map(|writer| {
            let database = database.clone();
            tokio::spawn(async move {
                let guest = Arc::default();
                let (mut acknowledged, mut counted) = (BTreeSet::new(), 0);
                let writes = [Write::Insert, Write::Large, Write::Returning, Write::Count].into_iter().cycle();
                for (id, write) in (1 + writer * 1000..).zip(writes).take(600) {
                    let (sql, parameters) = write.statement(id);
                    let answer = database.execute(&guest, sql.into(), parameters).await;
                    match (write, answer) {
                        (_, Err(_)) => {}
                        (Write::Count, Ok(_)) => counted += 1,
                        (_, Ok(_)) => {
                            let sql = "SELECT id FROM entry WHERE id = ?1".to_owned();
                            let read = database.execute(&guest, sql, vec![Value::Integer(id)]).await;
                            assert!(read.is_err() || read.is_ok_and(|rows| rows.rows.len() == 1), "{id} can be read");
                            acknowledged.insert(id);
                        }
                    }
                }
                (acknowledged, counted)
            })
        })
        .collect();
    let done = Arc::new(AtomicBool::new(false));
    let weather = {
        let done = done.clone();
        std::thread::spawn(move || {
            let mut strikes = 0;
            for at in (1..40).cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                disk.strike(if at % 3 == 0 { Fault::Full } else { Fault::Broken }, at, false);
                std::thread::sleep(Duration::from_millis(1));
                strikes += u32::from(disk.heal());
            }
            strikes
        })
    };
    let (mut acknowledged, mut counted) = (ledger.acknowledged.clone(), 0);
    for writer in writers {
        let (ids, count) = writer.await.expect("no panic");
        acknowledged.extend(ids);
        counted += count;
    }
    done.store(true, Ordering::Relaxed);
    assert!(weather.join().expect("no panic") > 0, "something failed");
    assert_eq!(contents(&ledger.path), (acknowledged, counted));
    let (sql, parameters) = Write::Insert.statement(1_000_000);
    database.execute(&Arc::default(), sql.into(), parameters).await.expect("the next write works");
}
