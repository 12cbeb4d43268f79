//! Networks that fail, and statements that only look as if theirs had.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use kronos_test_servers::{Fault, FaultProxy, Way, needs};

use super::{Connection, Database, Failure, Guest, P, Patience, Sessions, address, patience, pool_with};
use crate::capabilities::postgres::{error::Call, wit};

/// How long it may take until there is an answer, once the network is back.
const BACK: Duration = Duration::from_secs(5);
/// How long a request may wait for a network that is gone.
const BOUND: Duration = Duration::from_secs(10);

/// A database behind a proxy.
struct Behind {
    database: Database,
    proxy: FaultProxy,
}

impl Behind {
    async fn start(max_connections: usize, patience: Patience) -> Self {
        let mut database = Database::start(max_connections).await;
        let proxy = FaultProxy::start(SocketAddr::from((Ipv4Addr::LOCALHOST, database.server.port())));
        database.pool = pool_with(&address(proxy.address().port()), max_connections, patience);
        database.pool.reach().await.expect("a connection");
        Self { database, proxy }
    }

    fn guest(&self) -> Guest {
        self.database.guest()
    }

    /// A guest that is not behind the proxy.
    fn witness(&self) -> Guest {
        let pool = pool_with(&address(self.database.server.port()), 4, patience());
        Guest(Connection::new(pool, Sessions::default(), false))
    }
}

fn is_lost(failure: Failure) -> bool {
    matches!(failure.into_guest(Call::Query), wit::Error::ConnectionFailed(_))
}

/// Repeats `attempt` until it succeeds; returns how long that took.
async fn until<T>(mut attempt: impl AsyncFnMut() -> Result<T, Failure>) -> Duration {
    let start = Instant::now();
    while let Err(failure) = attempt().await {
        assert!(start.elapsed() < BOUND, "{failure}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    start.elapsed()
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_sent_again_when_a_firewall_has_forgotten_its_connection() {
    let behind = Behind::start(8, patience()).await;
    let guest = behind.guest();
    guest.ok("CREATE TABLE t (id int8 DEFAULT 1)").await;
    guest.ok("CREATE FUNCTION add() RETURNS int8 LANGUAGE sql AS 'INSERT INTO t DEFAULT VALUES RETURNING id'").await;
    drop(guest);
    let guest = behind.guest();
    // Each time with a text that has not been slow before, which would have a connection of its own.
    let count = async |round: i32| guest.number(&format!("SELECT count(*) FROM t -- {round}")).await;
    for round in 0..3 {
        assert_eq!(count(round).await, 0);
        behind.proxy.forget();
    }
    // What only looks like a read is not.
    assert_eq!(count(3).await, 0);
    assert_eq!(guest.number("SELECT add()").await, 1);
    behind.proxy.set(Fault::Silence(Way::ToClient));
    let begun = tokio::spawn({
        let guest = guest.clone();
        async move { guest.run("SELECT add()", vec![]).await }
    });
    let witness = behind.witness();
    while witness.number("SELECT count(*) FROM t").await < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    behind.proxy.forget();
    behind.proxy.set(Fault::None);
    assert!(is_lost(begun.await.expect("no panic").expect_err("nobody knows whether it happened")));
    assert_eq!(guest.number("SELECT count(*) FROM t").await, 2);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_sent_once_when_a_firewall_has_forgotten_its_connection() {
    let behind = Behind::start(8, patience()).await;
    let guest = behind.guest();
    guest.ok("CREATE TABLE t (id int8 PRIMARY KEY)").await;
    drop(guest);
    let guest = behind.guest();
    for round in 0..3_i64 {
        let insert = format!("INSERT INTO t VALUES ($1) ON CONFLICT DO NOTHING -- {round}");
        guest.run(&insert, vec![P::Int64(round)]).await.expect("a row");
        // One that is slow would have a connection of its own.
        while behind.database.pool.profile(&insert).is_slow() {
            guest.run(&insert, vec![P::Int64(round)]).await.expect("a row");
        }
        behind.proxy.forget();
        let lost = guest.run(&insert, vec![P::Int64(100 + round)]).await;
        assert!(is_lost(lost.expect_err("nobody knows whether it happened")));
    }
    assert_eq!(guest.number("SELECT count(*) FROM t WHERE id < 100").await, 3);
    assert_eq!(guest.number("SELECT count(*) FROM t WHERE id >= 100").await, 0);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn slow_statements_and_those_that_wait_are_not_taken_for_a_lost_connection() {
    let behind = Behind::start(8, patience()).await;
    let guest = behind.guest();
    guest.ok("CREATE TABLE t (id int8 PRIMARY KEY, n int8)").await;
    guest.ok("INSERT INTO t VALUES (1, 0)").await;
    let holder = behind.witness();
    holder.ok("BEGIN").await;
    holder.ok("UPDATE t SET n = 1").await;
    let waiting = tokio::spawn({
        let guest = behind.guest();
        async move { guest.run("UPDATE t SET n = n + 1 WHERE id = 1", vec![]).await }
    });
    // On a lane, where it has not been slow before.
    let slow = tokio::spawn({
        let guest = behind.guest();
        async move { guest.number("SELECT count(*) FROM generate_series(1, 10000000) WHERE random() >= 0").await }
    });
    // In a session.
    guest.ok("SELECT pg_sleep(3)").await;
    assert_eq!(slow.await.expect("no panic"), 10_000_000);
    assert!(!waiting.is_finished());
    // While a statement is slow the network may still go.
    behind.proxy.forget();
    holder.ok("COMMIT").await;
    assert!(is_lost(waiting.await.expect("no panic").expect_err("the answer can't come")));
    assert!(until(async || guest.run("SELECT 1", vec![]).await).await < BACK);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_silent_network_for_long() {
    for fault in [Fault::TotalSilence, Fault::Silence(Way::ToServer), Fault::Silence(Way::ToClient)] {
        let behind = Behind::start(8, patience()).await;
        behind.guest().ok("CREATE TABLE t (id int8 PRIMARY KEY)").await;
        let guest = behind.guest();
        guest.ok("SELECT 1").await;
        behind.proxy.set(fault);
        let start = Instant::now();
        let requests: Vec<_> = (0..100_i64)
            .map(|id| {
                let sql = if id % 2 == 0 { "SELECT $1::int8" } else { "INSERT INTO t VALUES ($1)" };
                let guest = behind.guest();
                tokio::spawn(async move { guest.run(sql, vec![P::Int64(id)]).await })
            })
            .collect();
        for request in requests {
            assert!(is_lost(request.await.expect("no panic").expect_err("a silent network")));
        }
        assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
        // Whoever comes now need not wait as long.
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(3) {
            let begun = Instant::now();
            assert!(is_lost(guest.run("SELECT 1", vec![]).await.expect_err("a silent network")));
            assert!(begun.elapsed() < BACK, "{:?}", begun.elapsed());
        }
        behind.proxy.set(Fault::None);
        assert!(until(async || guest.run("SELECT 1", vec![]).await).await < BACK);
        let insert = "INSERT INTO t VALUES (-1) ON CONFLICT DO NOTHING";
        assert!(until(async || guest.run(insert, vec![]).await).await < BACK);
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_is_stopped_at_the_server() {
    let limit = Duration::from_millis(500);
    let behind = Behind::start(4, Patience { statement: limit, ..patience() }).await;
    behind.guest().ok("CREATE TABLE t (id int8)").await;
    let witness = behind.witness();
    for sql in [
        "SELECT count(*) FROM generate_series(1, 1000000000000)",
        "INSERT INTO t SELECT count(*) FROM generate_series(1, 1000000000000)",
        "SELECT pg_sleep(600)",
    ] {
        let start = Instant::now();
        assert!(is_lost(behind.guest().run(sql, vec![]).await.expect_err("it takes too long")));
        assert!(start.elapsed() >= limit);
        let working = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() \
                       AND application_name = 'kronos'";
        let start = Instant::now();
        while witness.number(working).await > 0 {
            assert!(start.elapsed() < BACK, "the server works for nobody");
        }
    }
    // What they held is free again.
    let guests: Vec<Guest> = (0..3).map(|_| behind.guest()).collect();
    for guest in &guests {
        guest.ok("BEGIN").await;
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_behind_an_answer_that_is_too_large() {
    let database = Database::start(8).await;
    let guest = database.guest();
    guest.ok("SELECT 1").await;
    let endless = tokio::spawn({
        let guest = database.guest();
        async move { guest.run("SELECT repeat('x', 10000), generate_series(1, 1000000000)", vec![]).await }
    });
    while database.pool.open_links().iter().all(|link| link.is_usable()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!endless.is_finished());
    assert_eq!(guest.number("SELECT 1::int8").await, 1);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_nobody_uses_are_closed() {
    let database = Database::start(8).await;
    let pool = &database.pool;
    let guest = database.guest();
    guest.ok("SELECT 1").await;
    guest.ok("CREATE TABLE t (id int8)").await;
    database.guest().ok("INSERT INTO t VALUES (1)").await;
    let (used, first) = (pool.now_us(), database.pool.open_links());
    assert!(first.len() >= 3, "a lane, a writer and a session");
    // Only the guest's own is kept. What happened since the last look counts for now.
    pool.look(used + 180_000_000);
    pool.look(used + 360_000_000);
    assert_eq!(first.iter().filter(|link| link.is_usable()).count(), 0);
    assert_eq!(first.iter().filter(|link| !link.is_closed()).count(), 3);
    // Another one may have been made meanwhile, to read the catalog.
    let left: Vec<_> = first.iter().map(Arc::downgrade).collect();
    drop(first);
    let start = Instant::now();
    while left.iter().filter(|link| link.strong_count() > 0).count() > 1 {
        assert!(start.elapsed() < Duration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    guest.ok("SELECT 1").await;
    pool.look(used + 3_600_000_000);
    pool.look(used + 7_200_000_000);
    assert!(is_lost(guest.run("SELECT 1", vec![]).await.expect_err("nobody used it for an hour")));
    guest.ok("SELECT 1").await;
}
