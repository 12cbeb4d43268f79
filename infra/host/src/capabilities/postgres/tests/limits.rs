//! How many connections there are, and how much they remember.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use kronos_test_servers::needs;

use super::{Connection, Database, Guest, Patience, Sessions, address};
use crate::{
    capabilities::{
        Calls,
        postgres::{
            CONNECTIONS_PER_SERVER, Call, ConnectionBuilder, MAX_POOLS, Pools, address::Target, permits::Permits,
            pool::Pool, run, wit::ParameterValue,
        },
    },
    config::allowed_hosts::AllowedHosts,
    network::Network,
};

/// Pools of several servers, as far as they know, with one limit for all of them.
fn pools<const N: usize>(database: &Database, max_connections: usize) -> [Arc<Pool>; N] {
    let permits = Arc::new(Permits::new(max_connections));
    std::array::from_fn(|index| {
        let address = format!("{}&application_name=limited{index}", address(database.server.port()));
        let target = Target::new(&address, None).expect("an address");
        Arc::new(Pool::new(target, Arc::clone(&permits), Patience::new(Duration::from_secs(30))))
    })
}

fn guest(pool: &Arc<Pool>) -> Guest {
    Guest(Connection::new(pool.clone(), Sessions::default(), false))
}

async fn connections(witness: &Guest) -> i64 {
    witness.number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'limited%'").await
}

/// A process of the server outlives its connection by a moment.
async fn within(witness: &Guest, max_connections: usize) {
    let (start, most) = (Instant::now(), i64::try_from(max_connections).expect("a small number"));
    while connections(witness).await > most {
        assert!(start.elapsed() < Duration::from_secs(5), "more than {max_connections}");
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn no_connection_is_none() {
    let database = Database::start(4).await;
    let [pool] = pools(&database, 0);
    for sql in ["SELECT 1", "INSERT INTO t VALUES (1)", "BEGIN"] {
        let refused = guest(&pool).run(sql, vec![]).await.expect_err("none is allowed");
        assert!(refused.to_string().contains("allows no connection"), "{refused}");
    }
    assert_eq!(connections(&database.guest()).await, 0);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_one_for_all_servers_together() {
    let database = Database::start(4).await;
    let witness = database.guest();
    witness.ok("CREATE TABLE t (id int8)").await;
    for max_connections in 1..=5 {
        let pools: [Arc<Pool>; 3] = pools(&database, max_connections);
        for pool in &pools {
            pool.reach().await.expect("a connection");
        }
        for _ in 0..10 {
            for pool in &pools {
                guest(pool).ok("SELECT 1").await;
                guest(pool).ok("INSERT INTO t VALUES (1)").await;
                let session = guest(pool);
                session.ok("BEGIN").await;
                within(&witness, max_connections).await;
                session.ok("COMMIT").await;
            }
        }
        drop(pools);
        while connections(&witness).await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Different texts of one server's address are one server.
#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_has_its_limit_whatever_its_address_says_beside_it() {
    let database = Database::start(4).await;
    let allowed = AllowedHosts::parse(["postgres://127.0.0.1:*"]).expect("an allow-list");
    let pools = Pools::new(None, Duration::from_secs(30));
    let get = |name: usize| {
        let address = format!("{}&application_name=limited{name}", address(database.server.port()));
        pools.get(ConnectionBuilder { address, ca: None }, &allowed, &Network::default()).expect("a pool")
    };
    let witness = database.guest();
    let kept = get(0);
    for name in 0..2 * MAX_POOLS {
        let pool = get(name);
        pool.reach().await.expect("a connection");
        guest(&pool).ok("SELECT 1").await;
        within(&witness, CONNECTIONS_PER_SERVER).await;
    }
    assert!(Arc::ptr_eq(&kept, &get(0)), "what is in use is remembered");
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn prepared_statements_have_a_bound_in_bytes() {
    let database = Database::start(4).await;
    let guest = database.guest();
    guest.ok("BEGIN").await;
    let kept = "SELECT coalesce(sum(length(statement)), 0)::int8 FROM pg_prepared_statements WHERE statement LIKE '%/* padding%'";
    for (length, count, most) in [(10 << 10, 200, 1 << 20), (20 << 10, 20, 1 << 20)] {
        for number in 0..count {
            guest.ok(&format!("SELECT {number} AS n /* padding {} */", "x".repeat(length))).await;
        }
        let bytes = guest.number(kept).await;
        assert!((512 << 10..most).contains(&bytes), "{bytes}");
    }
    // Those that are too long to be kept are not.
    let long = "SELECT count(*) FROM pg_prepared_statements WHERE length(statement) > 16384";
    assert_eq!(guest.number(long).await, 0);
}

/// What was given up is counted until the server has answered it, since the host has it until then.
#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn statements_under_way_hold_no_more_than_they_may() {
    let database = Database::start(4).await;
    let calls = Calls::new(1000);
    let run = async |sql: &str, text: &str| {
        let connection = Connection::new(database.pool.clone(), Sessions::default(), false);
        let parameters = vec![ParameterValue::Str(text.to_owned())];
        run(connection, calls.clone(), sql.to_owned(), parameters, Call::Query).await
    };
    let refused = run("SELECT $1", &"x".repeat(1000)).await.expect_err("too much");
    assert!(refused.to_string().contains("may hold 1000 bytes together"), "{refused}");
    let holder = database.guest();
    holder.ok("BEGIN").await;
    holder.ok("SELECT pg_advisory_xact_lock(7)").await;
    let waiting = "SELECT pg_advisory_xact_lock(7), $1";
    assert!(run(waiting, &"x".repeat(600)).now_or_never().is_none());
    run("SELECT $1", &"x".repeat(600)).await.expect_err("the first is still under way");
    holder.ok("COMMIT").await;
    while run("SELECT $1", &"x".repeat(600)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
