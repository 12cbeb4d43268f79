use std::{
    collections::BTreeMap,
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    Database, Error, Grant, Guest, OwnShare, Rows, Settings,
    wit::{self, Value},
};
use crate::config::clock::Clock;

mod disk;
mod faults;
mod guests;
mod shared;

struct Client {
    database: Arc<Database>,
    guest: Arc<Guest>,
}

impl Client {
    fn of(database: &Arc<Database>) -> Self {
        Self { database: database.clone(), guest: Arc::default() }
    }

    async fn run(&self, sql: &str, parameters: Vec<Value>) -> Result<Rows, Error> {
        self.database.execute(&self.guest, sql.into(), parameters).await
    }

    async fn integer(&self, sql: &str) -> i64 {
        let outcome = self.run(sql, vec![]).await.expect(sql);
        match outcome.rows[0].values[0] {
            Value::Integer(number) => number,
            ref other => panic!("{sql}: {other:?}"),
        }
    }
}

fn settings() -> Settings {
    Settings { foreign_keys: true, ..Settings::default() }
}

fn database() -> (tempfile::TempDir, Arc<Database>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Database::open(&folder.path().join("sub/default.db"), settings()).expect("a new file opens");
    (folder, Arc::new(database))
}

async fn with_table() -> (tempfile::TempDir, Arc<Database>, Client) {
    let (folder, database) = database();
    let guest = Client::of(&database);
    guest.run("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, more)", vec![]).await.expect("a table");
    (folder, database, guest)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_not_granted_is_denied() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let databases = BTreeMap::from([("default".to_owned(), folder.path().join("default.db"))]);
    let grant = Grant { databases, own: OwnShare::default(), foreign_keys: true, shared: Arc::default() };
    assert!(grant.open("default".into(), Arc::default()).await.is_ok());
    let denied = grant.open("other".into(), Arc::default()).await;
    assert!(matches!(denied, Err(wit::Error::AccessDenied)));
    let files: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|f| f.file_name()).collect();
    assert!(files.contains(&"default.db".into()) && !files.contains(&"other.db".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_they_went_in() {
    let (_folder, _, guest) = with_table().await;
    let values = [
        Value::Integer(i64::MIN),
        Value::Real(0.1),
        Value::Text("ÿ\0☃".into()),
        Value::Blob(vec![0, 255]),
        Value::Blob(vec![]),
        Value::Null,
    ];
    for value in values {
        // Twice: the second read runs where it is asked for.
        for _ in 0..2 {
            let outcome = guest.run("SELECT $1 AS a, ?2 AS b", vec![value.clone(), Value::Integer(1)]).await;
            let outcome = outcome.expect("a row");
            assert_eq!(outcome.columns, ["a", "b"]);
            assert_eq!(format!("{:?}", outcome.rows[0].values[0]), format!("{value:?}"));
        }
    }
    let outcome = guest.run("SELECT id, name FROM t", vec![]).await.expect("no rows");
    assert_eq!((outcome.columns.len(), outcome.rows.len()), (2, 0), "columns without rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_statement_of_a_group_fails_alone() {
    let (_folder, database, guest) = with_table().await;
    guest.run("INSERT INTO t VALUES (0, 'taken', NULL)", vec![]).await.expect("a row");
    let tasks: Vec<_> = (1..=200_i64)
        .map(|id| {
            let guest = Client::of(&database);
            tokio::spawn(async move {
                let name = if id % 10 == 0 { "taken".into() } else { format!("n{id}") };
                let sql = if id % 3 == 0 {
                    "INSERT INTO t (id, name) VALUES (?1, ?2) RETURNING id"
                } else {
                    "INSERT INTO t (id, name) VALUES (?1, ?2)"
                };
                let result = guest.run(sql, vec![Value::Integer(id), Value::Text(name)]).await;
                (id, result, guest.guest.last_insert_rowid())
            })
        })
        .collect();
    for task in tasks {
        let (id, result, last) = task.await.expect("no panic");
        match result {
            Err(error) => {
                assert_eq!(id % 10, 0);
                assert_eq!(error.to_string(), "UNIQUE constraint failed: t.name");
                assert_eq!(last, 0);
            }
            Ok(_) => assert_eq!(last, id, "the row id of this guest, not of its neighbours"),
        }
    }
    assert_eq!(guest.integer("SELECT count(*) FROM t").await, 181);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_ends_the_transaction_takes_nobody_with_it() {
    let (_folder, database, guest) = with_table().await;
    guest.run("CREATE TABLE parent (id INTEGER PRIMARY KEY)", vec![]).await.expect("a table");
    let child = "CREATE TABLE child (p INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)";
    guest.run(child, vec![]).await.expect("a table");
    guest.run("INSERT INTO t VALUES (1000, 'x', NULL)", vec![]).await.expect("a row");
    let tasks: Vec<_> = (0..90_i64)
        .map(|n| {
            let guest = Client::of(&database);
            tokio::spawn(async move {
                match n % 3 {
                    0 => guest.run("INSERT INTO t (id) VALUES (?1)", vec![Value::Integer(n)]).await.is_ok(),
                    1 => guest.run("INSERT OR ROLLBACK INTO t (id) VALUES (1000)", vec![]).await.is_err(),
                    _ => guest.run("INSERT INTO child VALUES (1)", vec![]).await.is_err(),
                }
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("no panic"));
    }
    assert_eq!(guest.integer("SELECT count(*) FROM t").await, 31);
    assert_eq!(guest.integer("SELECT count(*) FROM child").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_private_and_rolled_back_when_dropped() {
    let (_folder, database, reader) = with_table().await;
    let writer = Client::of(&database);
    writer.run("BEGIN IMMEDIATE", vec![]).await.expect("a transaction");
    writer.run("INSERT INTO t (id) VALUES (7)", vec![]).await.expect("a row");
    assert_eq!(writer.integer("SELECT count(*) FROM t").await, 1);
    assert_eq!(writer.guest.last_insert_rowid(), 7);
    assert_eq!(reader.integer("SELECT count(*) FROM t").await, 0);
    drop(writer);
    reader.run("INSERT INTO t (id) VALUES (8)", vec![]).await.expect("the lock is gone");
    assert_eq!(reader.integer("SELECT count(*) FROM t").await, 1);

    let writer = Client::of(&database);
    for sql in ["BEGIN", "INSERT INTO t (id) VALUES (9)", "COMMIT"] {
        writer.run(sql, vec![]).await.expect(sql);
    }
    assert_eq!(reader.integer("SELECT count(*) FROM t").await, 2);
    let error = reader.run("COMMIT", vec![]).await.expect_err("no transaction");
    assert_eq!(error.to_string(), "cannot commit - no transaction is active");
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_belong_to_the_guest() {
    let (_folder, database, first) = with_table().await;
    let second = Client::of(&database);
    first.run("INSERT INTO t (id, name) VALUES (5, 'a'), (6, 'b')", vec![]).await.expect("rows");
    second.run("INSERT INTO t (id) VALUES (50)", vec![]).await.expect("a row");
    assert_eq!(first.integer("SELECT last_insert_rowid()").await, 6);
    assert_eq!(first.integer("SELECT changes()").await, 2);
    assert_eq!(second.integer("SELECT last_insert_rowid()").await, 50);
    first.run("INSERT INTO t (more) VALUES (last_insert_rowid())", vec![]).await.expect("a row");
    assert_eq!(first.integer("SELECT more FROM t WHERE id = 51").await, 6);
    let upsert = "INSERT INTO t (id, name) VALUES (99, 'a') ON CONFLICT (name) DO UPDATE SET more = 1";
    second.run(upsert, vec![]).await.expect("an update");
    assert_eq!(second.guest.last_insert_rowid(), 50, "an update inserts nothing");
    assert_eq!(second.guest.changes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_guest_may_not_do() {
    let (folder, database, _) = with_table().await;
    let other = folder.path().join("other.db");
    let other = other.to_str().expect("a path of letters");
    for sql in [
        format!("ATTACH '{other}' AS other"),
        format!("ATTACH '{other}' || '' AS other"),
        format!("VACUUM INTO '{other}'"),
        "PRAGMA journal_mode = DELETE".into(),
        "PRAGMA writable_schema = ON".into(),
        "PRAGMA hard_heap_limit = 1".into(),
        "SELECT load_extension('x')".into(),
        "SELECT 1; SELECT 2".into(),
        "SELECT ?1".into(),
    ] {
        let result = Client::of(&database).run(&sql, vec![]).await;
        assert!(result.is_err(), "{sql}: {result:?}");
    }
    assert!(!std::fs::exists(other).expect("the folder is readable"));
    // What bounds a connection stays as it is.
    let own = Client::of(&database);
    own.run("PRAGMA user_version = 1", vec![]).await.expect("a connection of its own");
    for (setting, kept) in
        [("busy_timeout = 1000000000", 0), ("cache_size = -1000000", -2000), ("synchronous = OFF", 2)]
    {
        own.run(&format!("PRAGMA {setting}"), vec![]).await.expect(setting);
        let name = setting.split_once(' ').expect("a name").0;
        assert_eq!(own.integer(&format!("PRAGMA {name}")).await, kept, "{setting}");
    }
    for sql in ["VACUUM", "PRAGMA journal_mode = WAL", "PRAGMA foreign_keys = ON", "PRAGMA user_version"] {
        Client::of(&database).run(sql, vec![]).await.expect(sql);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_whose_guest_went_away_is_stopped() {
    let (_folder, database, guest) = with_table().await;
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    guest.integer("SELECT 1").await;
    for _ in 0..20 {
        let run = tokio::time::timeout(Duration::from_millis(5), guest.run(endless, vec![]));
        assert!(run.await.is_err(), "it never ends");
    }
    let answer = tokio::time::timeout(Duration::from_secs(5), guest.integer("SELECT 1"));
    assert_eq!(answer.await.expect("readers are free again"), 1);
    drop(database);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_and_other_errors_are_told_apart() {
    let full = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None);
    assert!(matches!(wit::Error::from(Error::from(full)), wit::Error::DatabaseFull));
    let (_folder, _, guest) = with_table().await;
    let error = guest.run("SELECT * FROM missing", vec![]).await.expect_err("no such table");
    assert!(matches!(wit::Error::from(error), wit::Error::Io(text) if text.starts_with("no such table: missing")));
    let cell = guest.run("SELECT CAST(x'ff' AS TEXT)", vec![]).await;
    assert!(matches!(cell, Err(Error::NotUtf8(0))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_used_again_while_everybody_writes_and_reads() {
    let (folder, database, guest) = with_table().await;
    let (writers, rows) = (16_i64, 500);
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let guest = Client::of(&database);
            tokio::spawn(async move {
                for row in 0..rows {
                    let values = vec![Value::Integer(writer * rows + row), Value::Text("x".repeat(4000))];
                    guest.run("INSERT INTO t (id, more) VALUES (?1, ?2)", values).await.expect("an insert");
                    guest.integer("SELECT count(*) FROM t WHERE id < 10").await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    assert_eq!(guest.integer("SELECT count(*) FROM t").await, writers * rows);
    // Each row has a page of its own: 32 MB went through the log.
    let log = std::fs::metadata(folder.path().join("sub/default.db-wal")).expect("a log").len();
    assert!(log < 16 << 20, "{log}");
}

#[tokio::test]
async fn a_file_is_complete_after_the_stop() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("default.db");
    let databases = super::Databases::default();
    let guest = Client::of(&databases.get(file.clone(), true).await.expect("a new file opens"));
    guest.run("CREATE TABLE t (id INTEGER PRIMARY KEY)", vec![]).await.expect("a table");
    guest.run("INSERT INTO t VALUES (7)", vec![]).await.expect("an insert");
    assert_eq!(guest.integer("SELECT id FROM t").await, 7);
    databases.fold().await;
    let copy = folder.path().join("copy.db");
    std::fs::copy(&file, &copy).expect("a copy");
    let copied = rusqlite::Connection::open(&copy).expect("a database");
    assert_eq!(copied.query_row("SELECT id FROM t", [], |row| row.get::<_, i64>(0)), Ok(7));
    // And it goes on.
    guest.run("INSERT INTO t VALUES (8)", vec![]).await.expect("an insert");
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_after_any_idle_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("default.db");
    let seconds = Arc::new(AtomicU64::new(0));
    let passed = seconds.clone();
    let clock = Clock::new(move || Duration::from_secs(passed.load(Ordering::Relaxed)));
    let database = Database::open(&file, Settings { clock, ..settings() }).expect("a new file opens");
    let guest = Client::of(&Arc::new(database));
    guest.run("CREATE TABLE t (id INTEGER PRIMARY KEY)", vec![]).await.expect("a table");
    // SQLite looks at the clock in every thousandth instruction of a statement, so each kind of statement comes to its end there.
    for id in 0..2000 {
        let sql = if id % 2 == 0 { "INSERT INTO t VALUES (?1)" } else { "INSERT INTO t VALUES (?1) RETURNING id" };
        guest.run(sql, vec![Value::Integer(id)]).await.expect("an insert");
        seconds.fetch_add(31, Ordering::Relaxed);
    }
    let beside = rusqlite::Connection::open(&file).expect("a database");
    assert_eq!(beside.query_row("SELECT count(*) FROM t", [], |row| row.get(0)), Ok(2000));
}

#[tokio::test]
async fn the_files_are_for_this_account_alone() {
    let (folder, _database, guest) = with_table().await;
    guest.run("INSERT INTO t (id) VALUES (1)", vec![]).await.expect("an insert");
    let mode =
        |name: &str| std::fs::metadata(folder.path().join(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode("sub"), 0o700);
    let files = ["sub/default.db", "sub/default.db-wal", "sub/default.db-shm"];
    assert_eq!(files.map(mode), [0o600; 3]);
}
