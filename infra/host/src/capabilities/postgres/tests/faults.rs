//! A fault at every message of a group of writes.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use kronos_test_servers::{Fault, FaultProxy, Way, needs};
use tokio::sync::oneshot;

use super::{Database, Failure, P, ResultSet, address, pool};
use crate::capabilities::postgres::{
    encode::Parameter,
    group::{self, Job},
    link::{Link, Request},
    pool::Pool,
};

/// Fewer bytes than the shortest message has, so that every message is hit.
const STEP: u64 = 4;
/// Writes of one group.
const WRITES: i64 = 3;

type Answer = Result<ResultSet, Failure>;

fn job(pool: &Pool, sql: &str, parameters: Vec<P>) -> (Job, oneshot::Receiver<Answer>) {
    let (reply, answer) = oneshot::channel();
    let parameters = parameters.into_iter().map(Parameter).collect();
    let request = Request { sql: sql.into(), parameters, spin_exact: false, held: None };
    (Job { profile: pool.profile(sql), request, reply }, answer)
}

/// A connection on which nothing is under way: a statement is closed after its answer.
async fn open(pool: &Arc<Pool>) -> Arc<Link> {
    let link = pool.open().await.expect("a connection");
    link.control("").await.expect("an answer");
    link
}

async fn write(pool: &Pool, link: &Link, statements: Vec<(&str, Vec<P>)>) -> Vec<Answer> {
    let (jobs, answers): (Vec<_>, Vec<_>) =
        statements.into_iter().map(|(sql, parameters)| job(pool, sql, parameters)).unzip();
    group::run(link, jobs).await;
    let mut collected = Vec::new();
    for answer in answers {
        collected.push(answer.await.expect("everybody is answered"));
    }
    collected
}

fn inserts(first: i64) -> Vec<(&'static str, Vec<P>)> {
    let sqls = ["INSERT INTO t VALUES ($1)", "INSERT INTO t VALUES ($1) RETURNING id", "INSERT INTO t SELECT $1::int8"];
    sqls.into_iter().zip(first..first + WRITES).map(|(sql, id)| (sql, vec![P::Int64(id)])).collect()
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_at_every_message_of_a_group_loses_and_doubles_nothing() {
    let database = Database::start(4).await;
    database.guest().ok("CREATE TABLE t (id int8)").await;
    let witness = database.guest();
    // One for each fault: when a connection is lost the server is told over another one to stop, which must not meet the next fault.
    let behind = || {
        let proxy = FaultProxy::start(SocketAddr::from((Ipv4Addr::LOCALHOST, database.server.port())));
        let pool = pool(&address(proxy.address().port()), 8);
        (proxy, pool)
    };
    let mut first = 0_i64;
    let mut next = || {
        first += WRITES;
        first - WRITES
    };
    // How much passes when nothing is wrong, from the first statement to the last.
    let (proxy, pool) = behind();
    let link = open(&pool).await;
    let before = [Way::ToServer, Way::ToClient].map(|way| proxy.passed(way));
    assert!(write(&pool, &link, inserts(next())).await.iter().all(Result::is_ok));
    let after = [Way::ToServer, Way::ToClient].map(|way| proxy.passed(way));
    for (way, length) in [(Way::ToServer, after[0] - before[0]), (Way::ToClient, after[1] - before[1])] {
        assert!(length > 100, "{length}");
        for at in (0..length).step_by(usize::try_from(STEP).expect("a small number")) {
            let ids = next();
            let (proxy, pool) = behind();
            let link = open(&pool).await;
            proxy.set(Fault::Reset(way, at));
            let answers = write(&pool, &link, inserts(ids)).await;
            proxy.set(Fault::None);
            // All or nothing, and all when anybody was told so. A group that ran again as single writes may be half done.
            let found = witness.ok(&format!("SELECT id FROM t WHERE id BETWEEN {ids} AND {}", ids + WRITES - 1)).await;
            let found: Vec<i64> = found.rows.iter().map(|row| i64_of(&row[0])).collect();
            for (id, answer) in (ids..).zip(&answers) {
                let times = found.iter().filter(|found| **found == id).count();
                assert!(times <= 1, "{way:?} {at}: written twice");
                assert!(answer.is_err() || times == 1, "{way:?} {at}: acknowledged and lost");
            }
            assert!(answers.iter().any(Result::is_err), "{way:?} {at}: nothing was cut");
            assert!(link.is_closed(), "{way:?} {at}");
            let link = pool.open().await.expect("a connection");
            assert!(write(&pool, &link, inserts(next())).await.iter().all(Result::is_ok));
        }
    }
}

fn i64_of(value: &super::DbValue) -> i64 {
    match value {
        super::DbValue::Int64(number) => *number,
        other => panic!("{other:?}"),
    }
}

/// Runs a group whose last statement fails behind the last row that anybody looks at.
async fn fails_late(pool: &Arc<Pool>, link: &Link) -> Vec<Answer> {
    // Larger than a result may be, then a division by zero.
    let late =
        "INSERT INTO t SELECT 1000 + n FROM generate_series(1, 100) n RETURNING repeat('x', 100000), 1 / (id - 1100)";
    let mut statements = inserts(1);
    statements.push((late, vec![]));
    write(pool, link, statements).await
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_that_a_transaction_happened_that_was_rolled_back() {
    let database = Database::start(4).await;
    database.guest().ok("CREATE TABLE t (id int8 PRIMARY KEY)").await;
    let pool = &database.pool;
    let link = pool.open().await.expect("a connection");
    let answers = fails_late(pool, &link).await;
    let succeeded: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(succeeded, [true, true, true, false]);
    assert_eq!(database.guest().number("SELECT count(*) FROM t").await, 3);
    assert_eq!(database.guest().number("SELECT count(*) FROM t WHERE id > 1000").await, 0);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_stopped_as_it_begins_leaves_no_trace() {
    let database = Database::start(4).await;
    database.guest().ok("CREATE TABLE t (id int8 PRIMARY KEY)").await;
    let pool = &database.pool;
    let link = pool.open().await.expect("a connection");
    // In a transaction already, and in one that has failed: whatever leaves it so.
    for left in ["BEGIN", "BEGIN; SELECT 1 / 0"] {
        let _failed = link.control(left).await;
        let answers = write(pool, &link, inserts(1)).await;
        let (written, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.is_ok());
        let count = database.guest().number("SELECT count(*) FROM t").await;
        assert_eq!(i64::try_from(written.len()).expect("a small number"), count, "{left}: {refused:?}");
        database.guest().ok("DELETE FROM t").await;
        let answers = write(pool, &link, inserts(10)).await;
        assert!(answers.iter().all(Result::is_ok), "{left}: the next writes work");
        database.guest().ok("DELETE FROM t").await;
    }
}
