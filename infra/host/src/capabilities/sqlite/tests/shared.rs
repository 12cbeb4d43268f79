//! What one guest does changes nothing for the others: neither the connections that all share, nor what is left to run on.

use std::{sync::Arc, time::Duration};

use super::{Client, database, settings, with_table};
use crate::capabilities::sqlite::{
    Database, Error, Guest, OwnShare, Value,
    settings::{HEAP_BYTES, INSTANCE_BYTES, OWN_SHARE, PATTERN_BYTES, SQL_BYTES},
    wit,
};

impl Client {
    async fn error(&self, sql: &str, parameters: Vec<Value>) -> String {
        match wit::Error::from(self.run(sql, parameters).await.expect_err(sql)) {
            wit::Error::Io(text) => text,
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_many_statements_is_refused() {
    let (_folder, _, guest) = with_table().await;
    for first in ["SELECT 1;", "DELETE FROM t WHERE 0;", "PRAGMA user_version;", "BEGIN;"] {
        let sql = format!("{first}{}", "END;".repeat(100_000));
        assert_eq!(guest.error(&sql, vec![]).await, "Multiple statements provided", "{first}");
    }
    let error = guest.error(&" ".repeat(SQL_BYTES + 1), vec![]).await;
    assert_eq!(error, "the statement is longer than 1 MiB: bind its values as parameters");
    // Not every semicolon ends a statement.
    for sql in [
        "SELECT 1; ; /* ; */ -- ;",
        "INSERT INTO t (name) VALUES (';')",
        "CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t WHERE 0; DELETE FROM t WHERE 0; END;",
    ] {
        guest.run(sql, vec![]).await.expect(sql);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_many_levels_is_refused() {
    let (_folder, _, guest) = with_table().await;
    for (open, innermost, close) in
        [("(", "1", ")"), ("(SELECT ", "1", ")"), ("(SELECT * FROM ", "t", ")"), ("abs(", "1", ")"), ("NOT ", "1", "")]
    {
        for levels in [100, 300, 900, 1000, 2400, 10_000] {
            let (open, close) = (open.repeat(levels), close.repeat(levels));
            for sql in [format!("SELECT {open}{innermost}{close}"), format!("SELECT * FROM {open}{innermost}{close}")] {
                // Most are refused, and the host goes on with all.
                let _refused = guest.run(&sql, vec![]).await;
            }
        }
    }
    assert_eq!(guest.integer("SELECT count(*) FROM t").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_setting_reaches_the_connections_that_all_share() {
    let (_folder, database) = database();
    let other = Client::of(&database);
    other.run("CREATE TABLE t (id INTEGER CHECK (id > 0))", vec![]).await.expect("a table");
    for sql in [
        "DELETE FROM t WHERE 0; PRAGMA query_only = 1",
        "DELETE FROM t WHERE 0; PRAGMA ignore_check_constraints = 1",
        "SELECT 1; PRAGMA case_sensitive_like = 1",
    ] {
        assert_eq!(Client::of(&database).error(sql, vec![]).await, "Multiple statements provided", "{sql}");
    }
    for sql in ["EXPLAIN PRAGMA case_sensitive_like = 1", "EXPLAIN QUERY PLAN PRAGMA case_sensitive_like = 1"] {
        Client::of(&database).run(sql, vec![]).await.expect(sql);
    }
    other.run("INSERT INTO t VALUES (1)", vec![]).await.expect("the writer writes");
    assert_eq!(other.error("INSERT INTO t VALUES (0)", vec![]).await, "CHECK constraint failed: id > 0");
    assert_eq!(other.integer("SELECT 'A' LIKE 'a'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_takes_no_connection_and_setting_does() {
    let (_folder, database, guest) = with_table().await;
    for (sql, answer) in [
        ("SELECT count(*) FROM pragma_table_info('t')", 3),
        ("SELECT count(*) FROM pragma_index_list('t')", 1),
        ("PRAGMA user_version", 0),
        ("PRAGMA foreign_keys", 1),
    ] {
        assert_eq!(guest.integer(sql).await, answer, "{sql}");
    }
    guest.run("PRAGMA table_info(t)", vec![]).await.expect("columns");
    guest.run("PRAGMA integrity_check", vec![]).await.expect("a sound file");
    assert!(!guest.guest.is_pinned());
    let setting = Client::of(&database);
    setting.run("PRAGMA user_version = 7", vec![]).await.expect("a version");
    assert!(setting.guest.is_pinned());
    assert_eq!(guest.integer("PRAGMA user_version").await, 7);
    let setting = Client::of(&database);
    setting.run("PRAGMA case_sensitive_like = ON", vec![]).await.expect("a setting");
    assert_eq!(setting.integer("SELECT 'A' LIKE 'a'").await, 0);
    assert_eq!(guest.integer("SELECT 'A' LIKE 'a'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_objects_are_of_one_guest() {
    let (_folder, database, other) = with_table().await;
    for (count, sql) in [
        (1, "CREATE TABLE temp.t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"),
        (2, "CREATE TABLE IF NOT EXISTS \"temp\" . t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"),
        (3, "CREATE VIEW temp.t AS SELECT 1 AS id, 2 AS name"),
        (4, "CREATE TRIGGER temp.x BEFORE INSERT ON main.t BEGIN SELECT raise(ignore); END"),
        (5, "CREATE VIRTUAL TABLE temp.t USING fts5 (id, name)"),
        (6, "CREATE TEMP TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"),
    ] {
        let careless = Client::of(&database);
        careless.run(sql, vec![]).await.expect(sql);
        assert_eq!(
            careless.integer("SELECT count(*) FROM sqlite_temp_master WHERE name IN ('t', 'x')").await,
            1,
            "{sql}"
        );
        other.run("INSERT INTO t (name) VALUES (?1)", vec![Value::Integer(count)]).await.expect("an insert");
        assert_eq!(other.integer("SELECT count(*) FROM main.t").await, count, "{sql}");
    }
    for (sql, error) in [
        ("DROP TABLE kronos_last_insert", "no such table: kronos_last_insert"),
        ("ALTER TABLE kronos_last_insert RENAME TO t", "no such table: kronos_last_insert"),
        ("DELETE FROM temp.kronos_last_insert", "no such table: temp.kronos_last_insert"),
    ] {
        assert_eq!(Client::of(&database).error(sql, vec![]).await, error, "{sql}");
    }
    let upsert = "INSERT INTO t (name) VALUES (1) ON CONFLICT (name) DO UPDATE SET more = 1";
    other.run(upsert, vec![]).await.expect("the row id of its last insert is kept");
    assert_eq!(other.guest.last_insert_rowid(), 6);
    // Tables of the file may be altered where everybody writes.
    for sql in
        ["ALTER TABLE t RENAME TO u", "ALTER TABLE u RENAME COLUMN more TO less", "ALTER TABLE u DROP COLUMN less"]
    {
        other.run(sql, vec![]).await.expect(sql);
    }
    assert!(!other.guest.is_pinned());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_leaves_connections_to_the_others() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let hour = Duration::from_hours(1);
    let hasty = super::Settings { transaction_idle: hour, busy_timeout: Duration::from_millis(20), ..settings() };
    let database = Arc::new(Database::open(&folder.path().join("default.db"), hasty).expect("a new file opens"));
    let share = OwnShare::default();
    let of_component = || {
        let guest = Arc::new(Guest::new(Arc::default(), share.clone()));
        Client { database: database.clone(), guest }
    };
    let greedy: Vec<_> = (0..OWN_SHARE).map(|_| of_component()).collect();
    for client in &greedy {
        client.run("PRAGMA user_version = 1", vec![]).await.expect("a connection of its own");
    }
    let refused = of_component().run("BEGIN", vec![]).await;
    assert!(matches!(refused, Err(Error::TooManyTransactions)), "{refused:?}");
    Client::of(&database).run("BEGIN", vec![]).await.expect("the share of another component");
    drop(greedy);
    of_component().run("BEGIN", vec![]).await.expect("a place");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_holds_too_much_has_to_let_go() {
    let (_folder, _, guest) = with_table().await;
    let rows = guest.run("SELECT zeroblob(1000000)", vec![]).await.expect("a row");
    assert_eq!(rows.size(), 1_000_000 + size_of::<Value>());
    let held = guest.guest.memory.hold(INSTANCE_BYTES - rows.size());
    let more = "statements that have not ended and rows that were not read take up more than 256 MiB: read the rows, or drop them, \
                and run fewer statements at a time";
    for sql in ["SELECT 1", "DELETE FROM t"] {
        assert_eq!(guest.error(sql, vec![]).await, more, "{sql}");
    }
    guest.run("BEGIN", vec![]).await.expect("transactions begin and end");
    guest.run("COMMIT", vec![]).await.expect("transactions begin and end");
    drop(rows);
    assert_eq!(guest.integer("SELECT 1").await, 1);
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_statement_may_take() {
    let (_folder, _, guest) = with_table().await;
    assert_eq!(guest.integer("PRAGMA hard_heap_limit").await, HEAP_BYTES);
    let pattern = |bytes: usize| vec![Value::Text("%".repeat(bytes))];
    let matched = guest.run("SELECT 'a' LIKE ?1", pattern(PATTERN_BYTES)).await.expect("a row");
    assert_eq!(format!("{:?}", matched.rows[0].values), "[Value::Integer(1)]");
    assert_eq!(
        guest.error("SELECT 'a' LIKE ?1", pattern(PATTERN_BYTES + 1)).await,
        "LIKE or GLOB pattern too complex: a pattern has up to 1000 bytes; instr() looks for longer texts"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_was_quick_may_come_upon_much() {
    let (_folder, _, guest) = with_table().await;
    let length = async |value: usize| {
        let outcome = guest.run("SELECT length(?1), (SELECT count(*) FROM t)", vec![Value::Blob(vec![1; value])]).await;
        format!("{:?}", outcome.expect("a row").rows[0].values)
    };
    for bytes in [1, 1, 100_000, 1, 1] {
        assert_eq!(length(bytes).await, format!("[Value::Integer({bytes}), Value::Integer(0)]"));
    }
    // The schema is read again, and it is long.
    let view = format!("CREATE VIEW v AS SELECT 1 /* {} */", "x".repeat(100_000));
    guest.run(&view, vec![]).await.expect("a view");
    for bytes in [1, 1] {
        assert_eq!(length(bytes).await, format!("[Value::Integer({bytes}), Value::Integer(0)]"));
    }
}
