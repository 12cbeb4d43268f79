//! Connections of guests' own hold nobody up for long, and nothing that happens to them goes unsaid.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{Client, settings};
use crate::{
    capabilities::sqlite::{
        Database, Error, Settings, Value,
        analysis::Analysis,
        connection::{DatabaseFile, Role},
        settings::OWN_CONNECTIONS,
        statement::Statement,
    },
    config::clock::Clock,
};

const ENDLESS: &str = "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
const AN_HOUR: Duration = Duration::from_hours(1);

async fn with_table(settings: Settings) -> (tempfile::TempDir, Arc<Database>, Client) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Arc::new(Database::open(&folder.path().join("default.db"), settings).expect("a new file opens"));
    let client = Client::of(&database);
    client.run("CREATE TABLE t (id INTEGER PRIMARY KEY)", vec![]).await.expect("a table");
    (folder, database, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_left_alone_is_rolled_back() {
    let idle = Settings { transaction_idle: Duration::from_millis(100), busy_timeout: AN_HOUR, ..settings() };
    let (_folder, database, other) = with_table(idle).await;
    let absent = Client::of(&database);
    for _ in 0..2 {
        absent.run("BEGIN IMMEDIATE", vec![]).await.expect("a transaction");
        other.run("INSERT INTO t VALUES (2)", vec![]).await.expect("the lock is free in the end");
        let told = absent.run("INSERT INTO t VALUES (3)", vec![]).await;
        assert!(matches!(told, Err(Error::TransactionLost)), "{told:?}");
        assert_eq!(other.integer("SELECT sum(id) FROM t").await, 2);
        absent.run("DELETE FROM t", vec![]).await.expect("it was told once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_statement_takes_its_transaction_with_it() {
    let patient = Settings { transaction_idle: AN_HOUR, busy_timeout: AN_HOUR, ..settings() };
    let (_folder, database, other) = with_table(patient).await;
    let gone = Client::of(&database);
    gone.run("BEGIN IMMEDIATE", vec![]).await.expect("a transaction");
    gone.run("INSERT INTO t VALUES (1)", vec![]).await.expect("an insert");
    tokio::time::timeout(Duration::from_millis(20), gone.run(ENDLESS, vec![])).await.expect_err("it never ends");
    other.run("INSERT INTO t VALUES (2)", vec![]).await.expect("the lock is free");
    let told = gone.run("COMMIT", vec![]).await;
    assert!(matches!(told, Err(Error::TransactionLost)), "{told:?}");
    assert_eq!(other.integer("SELECT sum(id) FROM t").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_takes_its_transaction_with_it() {
    let looks = Arc::new(AtomicU64::new(0));
    let clock = Clock::new(move || Duration::from_secs(looks.fetch_add(1, Ordering::Relaxed)));
    let (_folder, database, other) = with_table(Settings { clock, ..settings() }).await;
    let slow = Client::of(&database);
    slow.run("BEGIN IMMEDIATE", vec![]).await.expect("a transaction");
    slow.run("INSERT INTO t VALUES (1)", vec![]).await.expect("an insert");
    let stopped = slow.run(ENDLESS, vec![]).await;
    assert!(matches!(stopped, Err(Error::TimedOut)), "{stopped:?}");
    other.run("INSERT INTO t VALUES (2)", vec![]).await.expect("the lock is free");
    let error = slow.run("COMMIT", vec![]).await.expect_err("it is gone");
    assert_eq!(error.to_string(), "cannot commit - no transaction is active");
    // Outside of a transaction too, and on the writer.
    let stopped = other.run(ENDLESS, vec![]).await;
    assert!(matches!(stopped, Err(Error::TimedOut)), "{stopped:?}");
    assert_eq!(other.integer("SELECT sum(id) FROM t").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_begin_and_end_after_any_idle_time() {
    let seconds = Arc::new(AtomicU64::new(0));
    let passed = seconds.clone();
    let clock = Clock::new(move || Duration::from_secs(passed.load(Ordering::Relaxed)));
    let (_folder, database, other) = with_table(Settings { clock, ..settings() }).await;
    let client = Client::of(&database);
    // A setting keeps the connection, and with it the count of its instructions.
    client.run("PRAGMA secure_delete = OFF", vec![]).await.expect("a setting");
    for id in 0..1000 {
        for (sql, parameters) in
            [("BEGIN", vec![]), ("INSERT INTO t VALUES (?1)", vec![Value::Integer(id)]), ("COMMIT", vec![])]
        {
            client.run(sql, parameters).await.expect(sql);
            seconds.fetch_add(31, Ordering::Relaxed);
        }
    }
    assert_eq!(other.integer("SELECT count(*) FROM t").await, 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_of_guests_own_are_bounded() {
    let hasty = Settings { transaction_idle: AN_HOUR, busy_timeout: Duration::from_millis(20), ..settings() };
    let (_folder, database, other) = with_table(hasty).await;
    let mut clients: Vec<_> = (0..OWN_CONNECTIONS).map(|_| Client::of(&database)).collect();
    for client in &clients {
        client.run("BEGIN", vec![]).await.expect("a transaction");
    }
    let refused = other.run("BEGIN", vec![]).await;
    assert!(matches!(refused, Err(Error::TooManyTransactions)), "{refused:?}");
    other.run("INSERT INTO t VALUES (1)", vec![]).await.expect("needs none");
    clients[0].run("COMMIT", vec![]).await.expect("the end");
    other.run("BEGIN", vec![]).await.expect("a place");
    clients.pop();
    clients[0].run("BEGIN", vec![]).await.expect("a place");
}

#[test]
fn a_late_cancellation_stops_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = DatabaseFile { path: folder.path().join("default.db"), settings: settings() };
    let connection = file.connect(Role::Own).expect("a new file opens");
    let long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT count(*) FROM n";
    let statement =
        || Statement::new(long.into(), vec![], Arc::new(Analysis::of(long)), Arc::default(), Arc::default());
    let (first, second) = (statement(), statement());
    connection.run(&first, true, u64::MAX).expect("it ends");
    first.cancel();
    connection.run(&second, true, u64::MAX).expect("it ends");
    assert!(connection.watch.spent() > 0, "it was looked at");
}
