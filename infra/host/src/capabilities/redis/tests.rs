use std::{sync::Arc, time::Duration};

use ::redis::Value;
use kronos_test_servers::{self as servers, needs};

use super::{Backend, CommandError, Connection, EmbeddedRedis, Grant, Pools, wit};
use crate::{capabilities::Calls, config::allowed_hosts::AllowedHosts, network::Reach};

mod differential;
mod faults;

pub(super) fn words(line: &str) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (word, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let (word, after) = quoted.split_once('"').expect("a closing quote");
            (word, after.trim_start())
        } else {
            rest.split_once(' ').unwrap_or((rest, ""))
        };
        words.push(word.as_bytes().to_vec());
        rest = after;
    }
    words
}

pub(super) async fn answer(backend: &Backend, line: &str) -> Result<Value, String> {
    let words = words(line);
    let parts: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    backend.call(&parts).await.map_err(|error| error.to_string())
}

pub(super) async fn connect(pools: &Pools, port: u16) -> Backend {
    let address = format!("redis://127.0.0.1:{port}");
    let reach = Reach::everything();
    Backend::open(pools, &EmbeddedRedis::default(), &address, "127.0.0.1", &reach).await.expect("it answers")
}

#[needs(redis)]
#[tokio::test(flavor = "multi_thread")]
async fn guests_share_a_connection_that_survives_a_restart() {
    let mut server = servers::redis();
    let port = server.port();
    let pools = Pools::default();
    let (first, second) = (connect(&pools, port).await, connect(&pools, port).await);
    for n in 1..=100 {
        let one = answer(&first, "INCR n").await;
        assert_eq!(one, Ok(Value::Int(2 * n - 1)));
        assert_eq!(answer(&second, "INCR n").await, Ok(Value::Int(2 * n)));
    }
    let clients = answer(&first, "INFO clients").await;
    assert!(format!("{clients:?}").contains("connected_clients:1"), "{clients:?}");

    // A blocked guest keeps nobody waiting, and a transaction is the guest's own.
    let blocked = tokio::spawn(async move { answer(&second, "BLPOP queue 5").await });
    let third = connect(&pools, port).await;
    assert_eq!(answer(&third, "MULTI").await, Ok(Value::Okay));
    assert_eq!(answer(&third, "INCR n").await, Ok(Value::SimpleString("QUEUED".into())));
    assert_eq!(answer(&first, "GET n").await, Ok(Value::BulkString(b"200".to_vec())));
    assert_eq!(answer(&third, "EXEC").await, Ok(Value::Array(vec![Value::Int(201)])));
    assert_eq!(answer(&first, "RPUSH queue x").await, Ok(Value::Int(1)));
    assert!(blocked.await.expect("no panic").is_ok());

    server.stop();
    assert!(answer(&first, "GET n").await.is_err());
    server.restart().expect("Redis starts again");
    let start = std::time::Instant::now();
    while answer(&first, "PING").await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(5), "it doesn't come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(answer(&first, "SUBSCRIBE c").await.is_err());
}

#[tokio::test]
async fn an_address_that_was_not_granted_is_invalid() {
    let grant = Grant {
        allowed_hosts: AllowedHosts::parse(["redis://embedded:6379", "redis://redis.test"]).expect("a list").into(),
        network: Arc::default(),
        pools: Arc::default(),
        embedded: EmbeddedRedis::default(),
        spin_exact: false,
    };
    for (address, granted) in [
        ("redis://embedded", true),
        ("redis://embedded:6380", false),
        ("redis://other.test", false),
        ("redis://redis.test:6380", false),
        ("http://embedded", false),
        ("embedded", false),
        ("", false),
    ] {
        let opened = grant.open(address, Calls::new(1000)).await;
        assert_eq!(opened.is_ok(), granted, "{address}");
        assert!(granted || matches!(opened, Err(wit::Error::InvalidAddress)), "{address}");
    }
}

fn connection(server: &Backend, spin_exact: bool, bytes: usize) -> Connection {
    Connection { server: server.clone(), spin_exact, calls: Calls::new(bytes), _permit: None }
}

/// Commands that wait for their answers hold their arguments, of which there may not be too many.
#[needs(redis)]
#[tokio::test]
async fn commands_under_way_hold_no_more_than_they_may() {
    let server = servers::redis();
    let connection = connection(&connect(&Pools::default(), server.port()).await, false, 1000);
    let set = async |connection: &Connection| connection.call(&[b"SET", b"a", &[b'x'; 600]]).await;
    set(&connection).await.expect("room");
    {
        let mut blocked = std::pin::pin!(connection.call(&[b"BLPOP", &[b'x'; 600], b"0"]));
        assert!(futures::poll!(&mut blocked).is_pending());
        let error = set(&connection).await.expect_err("no room");
        let expected =
            "the calls of this instance that have not ended may hold 1000 bytes together: wait for some of them first";
        assert!(matches!(&error, wit::Error::Other(text) if text == expected), "{error:?}");
    }
    set(&connection).await.expect("room again");
}

#[tokio::test]
async fn errors_of_guests() {
    let embedded = Backend::Embedded(EmbeddedRedis::default());
    for (spin_exact, typed) in [(false, true), (true, false)] {
        let connection = connection(&embedded, spin_exact, 1000);
        connection.call(&[b"SET", b"a", b"x"]).await.expect("a key");
        for parts in [&[&b"INCR"[..], b"a"][..], &[b"SADD", b"a", b"b"]] {
            let error = connection.call(parts).await.expect_err("a text");
            assert_eq!(matches!(error, wit::Error::TypeError), typed, "{error:?}");
        }
    }
    let (pools, embedded) = (Pools::default(), EmbeddedRedis::default());
    let refused = Backend::open(&pools, &embedded, "redis://127.0.0.1:1", "127.0.0.1", &Reach::everything()).await;
    assert!(matches!(refused, Err(CommandError::Client(_))));
}

#[test]
fn nested_answers_are_flattened() {
    let nested = Value::Array(vec![
        Value::Int(1),
        Value::Array(vec![Value::Nil, Value::Okay, Value::Array(vec![])]),
        Value::Double(1.5),
        Value::Boolean(true),
    ]);
    let flat = format!("{:?}", super::reply::flatten(nested).expect("an answer"));
    assert_eq!(
        flat,
        r#"[RedisResult::Int64(1), RedisResult::Nil, RedisResult::Status("OK"), RedisResult::Binary([49, 46, 53]), RedisResult::Int64(1)]"#
    );
    assert!(super::reply::flatten(Value::Map(vec![])).is_err());
}
