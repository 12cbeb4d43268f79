//! Writes of many guests at the same time.

use std::{ops::Range, time::Duration};

use kronos_test_servers::needs;

use super::{Database, Failure, P, ResultSet, code};

/// Runs a statement once for each of `ids` at the same time.
async fn run_for_each(database: &Database, sql: &'static str, ids: Range<i64>) -> Vec<Result<ResultSet, Failure>> {
    let tasks: Vec<_> = ids
        .map(|id| {
            let guest = database.guest();
            tokio::spawn(async move { guest.run(sql, vec![P::Int64(id)]).await })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("no panic"));
    }
    results
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn writes_at_the_same_time_share_transactions() {
    let database = Database::start(8).await;
    let guest = database.guest();
    guest.ok("CREATE TABLE t (id int8, xid xid8 DEFAULT pg_current_xact_id())").await;
    for result in run_for_each(&database, "INSERT INTO t VALUES ($1) RETURNING id", 0..500).await {
        result.expect("an insert");
    }
    assert_eq!(guest.number("SELECT count(DISTINCT id) FROM t").await, 500);
    let transactions = guest.number("SELECT count(DISTINCT xid) FROM t").await;
    assert!((1..250).contains(&transactions), "{transactions}");
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_fails_in_a_shared_transaction_fails_alone() {
    let database = Database::start(8).await;
    let guest = database.guest();
    guest.ok("CREATE TABLE t (id int8 UNIQUE DEFERRABLE INITIALLY DEFERRED, n int8 CHECK (n <> 7))").await;
    // Each id is given ten times, which COMMIT finds out.
    let given = run_for_each(&database, "INSERT INTO t SELECT $1::int8 % 50", 0..500).await;
    let (inserted, refused): (Vec<_>, Vec<_>) = given.into_iter().partition(Result::is_ok);
    assert_eq!((inserted.len(), refused.len()), (50, 450));
    for result in refused {
        assert_eq!(code(result.expect_err("twice")), "23505");
    }
    assert_eq!(guest.number("SELECT count(*) FROM t").await, 50);
    // One of ten breaks a rule, which its statement finds out.
    let checked = run_for_each(&database, "INSERT INTO t SELECT 1000 + $1::int8, $1::int8 % 10", 0..500).await;
    for (id, result) in checked.into_iter().enumerate() {
        match result {
            Ok(outcome) => assert_eq!(outcome.affected, 1),
            Err(failure) => assert_eq!((id % 10, code(failure).as_str()), (7, "23514")),
        }
    }
    assert_eq!(guest.number("SELECT count(*) FROM t WHERE n IS NOT NULL").await, 450);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn writes_that_wait_for_a_lock_hold_up_no_others() {
    let database = Database::start(16).await;
    let guest = database.guest();
    guest.ok("CREATE TABLE t (id int8 PRIMARY KEY, n int8)").await;
    guest.ok("INSERT INTO t VALUES (1, 0)").await;
    let holder = database.guest();
    holder.ok("BEGIN").await;
    holder.ok("UPDATE t SET n = 1").await;
    let waiting: Vec<_> = (0..4)
        .map(|_| {
            let guest = database.guest();
            tokio::spawn(async move { guest.run("UPDATE t SET n = n + 1 WHERE id = 1", vec![]).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(10)).await;
    // The row stays locked all the while.
    let others = run_for_each(&database, "INSERT INTO t VALUES ($1, 0)", 2..200);
    let others = tokio::time::timeout(Duration::from_secs(10), others).await.expect("nobody is held up");
    for result in others {
        assert_eq!(result.expect("an insert").affected, 1);
    }
    assert!(waiting.iter().all(|task| !task.is_finished()));
    holder.ok("COMMIT").await;
    for task in waiting {
        task.await.expect("no panic").expect("an update");
    }
    assert_eq!(guest.number("SELECT n FROM t WHERE id = 1").await, 5);
}
