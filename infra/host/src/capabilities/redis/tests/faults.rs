//! Servers that fall silent, limits, and connections that nobody needs any more.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use ::redis::Value;
use kronos_test_servers::{self as servers, FaultProxy, needs};

use super::{answer, connect};
use crate::{
    capabilities::redis::{Address, Backend, CommandError, EmbeddedRedis, Pools, server::Times},
    network::Reach,
};

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(100);
const TIMES: Times = Times { answer: LONG, silence: LONG, wait: SHORT, idle: LONG, age: LONG };

/// A network before a server.
fn network(server: &servers::Redis) -> FaultProxy {
    FaultProxy::start(SocketAddr::from((Ipv4Addr::LOCALHOST, server.port())))
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < LONG, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many connections a server has, without the one that asks.
async fn connections(observer: &Backend) -> usize {
    let Ok(Value::BulkString(list)) = answer(observer, "CLIENT LIST").await else { panic!("no list") };
    String::from_utf8_lossy(&list).lines().filter(|line| !line.contains("cmd=client")).count()
}

#[needs(redis)]
#[tokio::test]
async fn nobody_waits_behind_a_connection_that_fell_silent() {
    let server = servers::redis();
    let network = network(&server);
    let pools = Pools::with_times(4, false, Times { silence: SHORT, answer: Duration::from_secs(3), ..TIMES });
    let redis = connect(&pools, network.address().port()).await;
    answer(&redis, "SET a 1").await.expect("an answer");
    network.forget();
    let lost = tokio::spawn({
        let redis = redis.clone();
        async move { answer(&redis, "GET a").await }
    });
    tokio::time::sleep(2 * SHORT).await;
    assert_eq!(answer(&redis, "GET a").await, Ok(Value::BulkString(b"1".to_vec())), "on a new connection");
    assert!(!lost.is_finished(), "it may be a slow command, which disturbs nobody");
    assert!(lost.await.expect("no panic").is_err());
    assert_eq!(network.accepted(), 2);
    assert_eq!(answer(&redis, "GET a").await, Ok(Value::BulkString(b"1".to_vec())));
}

/// Commands whose guests went away leave no mark, and a connection with a slow command is not silent once it answers.
#[needs(redis)]
#[tokio::test]
async fn a_connection_that_answers_is_kept() {
    let server = servers::redis();
    let network = network(&server);
    let redis =
        connect(&Pools::with_times(4, false, Times { silence: SHORT, ..TIMES }), network.address().port()).await;
    for _ in 0..5 {
        // Its guest is gone before it is answered.
        assert!(futures::FutureExt::now_or_never(answer(&redis, "PING")).is_none());
        answer(&redis, "PING").await.expect("an answer");
    }
    tokio::time::sleep(2 * SHORT).await;
    answer(&redis, "PING").await.expect("an answer");
    assert_eq!(network.accepted(), 1);
}

/// Nor does one mark the connection that nobody else asks anything for a while.
#[needs(redis)]
#[tokio::test]
async fn a_connection_whose_last_command_was_given_up_is_kept() {
    let server = servers::redis();
    let network = network(&server);
    let redis =
        connect(&Pools::with_times(4, false, Times { silence: SHORT, ..TIMES }), network.address().port()).await;
    for _ in 0..3 {
        assert!(futures::FutureExt::now_or_never(answer(&redis, "PING")).is_none());
        tokio::time::sleep(2 * SHORT).await;
        answer(&redis, "PING").await.expect("an answer");
    }
    assert_eq!(network.accepted(), 1);
}

#[needs(redis)]
#[tokio::test]
async fn a_broken_connection_costs_nobody_a_command_when_it_lay_idle() {
    let server = servers::redis();
    let pools = Pools::with_times(4, false, TIMES);
    let (redis, observer) = (connect(&pools, server.port()).await, connect(&Pools::default(), server.port()).await);
    answer(&redis, "SET a 1").await.expect("an answer");
    answer(&observer, "CLIENT KILL TYPE normal SKIPME yes").await.expect("an answer");
    until("the connection is gone", async || connections(&observer).await == 0).await;
    assert_eq!(answer(&redis, "GET a").await, Ok(Value::BulkString(b"1".to_vec())));
}

#[needs(redis)]
#[tokio::test]
async fn connections_that_nobody_needs_are_closed() {
    let server = servers::redis();
    let observer = connect(&Pools::default(), server.port()).await;
    answer(&observer, "CLIENT LIST").await.expect("an answer");
    for times in [Times { idle: SHORT, ..TIMES }, Times { age: SHORT, ..TIMES }] {
        let redis = connect(&Pools::with_times(4, false, times), server.port()).await;
        answer(&redis, "PING").await.expect("an answer");
        until("it is closed though the guest holds it", async || connections(&observer).await == 1).await;
        assert_eq!(answer(&redis, "PING").await, Ok(Value::SimpleString("PONG".into())));
    }
    // A guest that blocks is gone: so is its connection.
    let redis = connect(&Pools::with_times(4, false, TIMES), server.port()).await;
    let blocked = tokio::spawn({
        let redis = redis.clone();
        async move { answer(&redis, "BLPOP nothing 0").await }
    });
    until("it blocks", async || connections(&observer).await == 3).await;
    drop(redis);
    blocked.abort();
    until("it is closed", async || connections(&observer).await <= 2).await;
}

#[needs(redis)]
#[tokio::test]
async fn the_limit_holds_for_all_connections_and_waiting_for_one_ends() {
    let server = servers::redis();
    let pools = Pools::with_times(2, false, TIMES);
    let (first, second) = (connect(&pools, server.port()).await, connect(&pools, server.port()).await);
    answer(&first, "MULTI").await.expect("the shared connection and this one");
    let start = Instant::now();
    let address = format!("redis://127.0.0.1:{}/1", server.port());
    let elsewhere = Backend::open(&pools, &EmbeddedRedis::default(), &address, "127.0.0.1", &Reach::everything()).await;
    assert!(matches!(elsewhere, Err(CommandError::Full)));
    assert!(answer(&second, "MULTI").await.is_err());
    assert!(start.elapsed() < LONG);
    assert_eq!(answer(&second, "PING").await, Ok(Value::SimpleString("PONG".into())));
    drop(first);
    answer(&second, "MULTI").await.expect("there is one again");

    let none = Pools::new(Some(0), false);
    let refused = none.get(&address, &Reach::everything()).expect("an address").connect().await;
    assert_eq!(refused, Err(CommandError::Full));
}

#[tokio::test]
async fn guests_are_counted_as_spin_does() {
    let pools = Pools::with_times(1, true, TIMES);
    let held = pools.guest().await.expect("the first");
    assert!(held.is_some());
    assert_eq!(pools.guest().await.map(drop), Err(CommandError::Full));
    drop(held);
    assert!(pools.guest().await.is_ok());
    assert!(matches!(Pools::new(Some(1), false).guest().await, Ok(None)));
}

#[test]
fn one_that_may_reach_more_does_not_lend_its_connections() {
    let pools = Pools::default();
    let network = crate::network::Network::new(&[], true, false);
    let [everything, some] = [Reach::everything(), network.own().clone()];
    let get = |reach: &Reach| pools.get("redis://localhost", reach).expect("an address");
    assert!(Arc::ptr_eq(&get(&some), &get(&some)));
    assert!(!Arc::ptr_eq(&get(&some), &get(&everything)));
}

#[needs(redis)]
#[tokio::test]
async fn rings_are_merged_within_bounds() {
    let server = servers::redis();
    let pools = Pools::default();
    let redis = pools.get(&format!("redis://127.0.0.1:{}", server.port()), &Reach::everything()).expect("an address");
    let heard = Arc::<AtomicUsize>::default();
    let address = Address::parse(&format!("redis://127.0.0.1:{}", server.port())).expect("an address");
    let mut subscription = address.subscriber(&Reach::everything()).await.expect("a subscription");
    subscription.psubscribe("*").await.expect("a subscription");
    let count = heard.clone();
    let listening = tokio::spawn(async move {
        let mut messages = subscription.into_on_message();
        while futures::StreamExt::next(&mut messages).await.is_some() {
            count.fetch_add(1, Relaxed);
        }
    });
    for _ in 0..50 {
        redis.ring("bell").await.expect("a ring");
    }
    // Each of these counts by itself: there are too many, or their names are too long.
    for number in 0..1000 {
        redis.ring(&format!("bell {number}")).await.expect("a ring");
    }
    let long = "x".repeat(1 << 20);
    for _ in 0..2 {
        redis.ring(&long).await.expect("a ring");
    }
    until("every channel was rung", async || heard.load(Relaxed) >= 1003).await;
    assert!(heard.load(Relaxed) < 1050, "{heard:?}: rings of one channel are merged");
    listening.abort();
}

#[test]
fn addresses_are_urls_of_servers() {
    for url in ["redis://h", "redis://:pw@h:1/2", "rediss://u:pw@h:6380", "redis://[::1]", "redis://h/?protocol=resp3"]
    {
        Address::parse(url).expect(url);
    }
    for url in [
        "",
        "h",
        "http://h",
        "redis://",
        "redis:///x",
        "redis://h/x",
        "unix:///s",
        "redis+unix:///s",
        "rediss://h#insecure",
    ] {
        let error = Address::parse(url).expect_err(url);
        assert!(matches!(error, CommandError::Address(_)), "{error}");
    }
    let address = Address::parse("redis://user:secret@host:1/2").expect("an address");
    assert_eq!(address.to_string(), "host:1");
    assert!(!format!("{address:?}").contains("secret"));
    assert!(!Address::parse("redis://:secret@/").expect_err("no host").to_string().contains("secret"));
}

/// With TLS, to a server whose certificate is trusted, and to the same with the authorities of the public.
#[needs(redis, openssl)]
#[tokio::test]
async fn tls_is_verified() {
    let (server, authority) = servers::redis_with_tls();
    let url = format!("rediss://localhost:{}", server.port());
    let mut address = Address::parse(&url).expect("an address");
    let error = address.connect(&Reach::everything()).await.map(drop).expect_err("nobody vouches for it");
    assert!(error.to_string().contains("certificate"), "{error}");
    address.trust(authority.as_bytes());
    assert!(address.subscriber(&Reach::everything()).await.is_ok());
}
