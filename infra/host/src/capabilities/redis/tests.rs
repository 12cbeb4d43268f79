use std::{sync::Arc, time::Duration};

use ::redis::Value;
use kronos_test_servers as servers;

use super::{Backend, Connection, EmbeddedRedis, Grant, Pools, wit};
use crate::config::allowed_hosts::AllowedHosts;

/// Words are separated by one space; `""` is the empty word.
const COMMANDS: &str = r#"
PING
PING hello
PING a b
ECHO hello
ECHO
SET a 1
GET a
GET
GET a b
GET missing
TYPE a
TYPE missing
SET a 2 NX
SET a 3 XX
GET a
SET b 1 XX
SET b 1 NX XX
SET b 1 EX
SET b 1 EX 0
SET b 1 EX -1
SET b 1 EX x
SET b 1 PX 99999999999999999999
SET b 1 EX 9223372036854775807
SET b 1 EX 100 KEEPTTL
SET b 1 KEEPTTL PX 100
SET b 1 EX 100 PX 100
SET b 1 FOO
SET b 1 EX 100
TTL b
SET b 2 KEEPTTL
TTL b
SET b 3
TTL b
SET b 4 GET
SET c 1 GET
SET c 2 NX GET
SET d 1 NX GET
GET c
set c 5 ex 100 get
SETEX e 100 v
TTL e
SETEX e 0 v
SETEX e x v
SETEX e 1
PSETEX e 100000 v
TTL e
PSETEX e -5 v
SETNX e w
SETNX f w
GET e
MGET a b missing
MGET
MSET g 1 h 2
MSET g
MSET g 1 h
MSET
MGET g h
INCR n
INCR n
INCRBY n 10
INCRBY n x
INCRBY n
INCRBY n 1 2
DECR n
DECRBY n 20
DECRBY n -9223372036854775808
GET n
SET n 9223372036854775807
INCR n
SET n -9223372036854775808
DECR n
SET n 01
INCR n
SET n +1
INCR n
SET n " 1"
INCR n
SET n 1.5
INCR n
SET n ""
INCR n
SET n -0
INCR n
DEL a b missing
DEL
UNLINK c c d
EXISTS e e missing
EXISTS
EXPIRE e 50
TTL e
EXPIRE missing 50
EXPIRE e x
EXPIRE e 50 FOO
EXPIRE e 40 NX
EXPIRE e 40 GT
EXPIRE e 60 GT
EXPIRE e 70 LT
EXPIRE e 30 LT
EXPIRE e 30 XX
EXPIRE e 30 NX XX
EXPIRE e 30 GT LT
EXPIRE e 30 NX GT
TTL e
PERSIST e
PERSIST e
PERSIST missing
TTL e
EXPIRE e 30 XX
EXPIRE e 30 GT
EXPIRE e 30 LT
TTL e
PEXPIRE e 100000
TTL e
EXPIRE e 9223372036854775807
EXPIRE e -9223372036854775808
PEXPIRE e 9223372036854775807
TTL
PTTL missing
PTTL f
EXPIRE e -1
EXISTS e
EXPIRE f 0
EXISTS f
SADD s x y z
SADD s x w
SADD s
SMEMBERS s
SMEMBERS missing
SISMEMBER s x
SISMEMBER s q
SISMEMBER s
SCARD s
SCARD missing
SREM s x q
SREM s
SREM missing x
TYPE s
GET s
INCR s
SETNX s 1
MGET s g
SET s 1 GET
HGET s f
SREM s y z w
EXISTS s
SADD g x
SMEMBERS g
SCARD g
SISMEMBER g x
HSET h a
HSET h a 1
HDEL g a
HSET hash a 1 b 2
HSET hash b 3 c 4
HSET hash a
HSET hash a 1 b
HSET hash
HGET hash b
HGET hash missing
HGET missing a
HGETALL hash
HGETALL missing
HGETALL g
HINCRBY hash a 5
HINCRBY hash new 5
HINCRBY hash a x
HSET hash a text
HINCRBY hash a 1
HSET hash a 9223372036854775807
HINCRBY hash a 1
HINCRBY hash a
HINCRBY g a 1
HDEL hash a missing
HDEL hash
HDEL hash b c new
EXISTS hash
TYPE hash
HSET hash x y
TYPE hash
KEYS *
KEYS h*
KEYS [gh]
KEYS ?
KEYS
DBSIZE
DBSIZE x
PUBLISH channel payload
PUBLISH channel
FLUSHALL x
FLUSHALL ASYNC x
FLUSHALL ASYNC
DBSIZE
FLUSHALL
KEYS *
"#;

fn words(line: &str) -> Vec<Vec<u8>> {
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

async fn answer(backend: &Backend, line: &str) -> Result<Value, String> {
    let words = words(line);
    let parts: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    match backend.call(&parts).await {
        // Sets and hashes have no order.
        Ok(Value::Array(mut values)) if !line.starts_with("MGET") => {
            values.sort_by_key(|value| format!("{value:?}"));
            Ok(Value::Array(values))
        }
        Ok(value) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

async fn connect(pools: &Pools, port: u16) -> Backend {
    let address = format!("redis://127.0.0.1:{port}");
    Backend::open(pools, &EmbeddedRedis::default(), &address, "127.0.0.1", &[]).await.expect("it answers")
}

#[tokio::test]
async fn the_embedded_redis_answers_as_the_real_one() {
    let Some(server) = servers::redis() else { return };
    let pools = Pools::default();
    let real = connect(&pools, server.port()).await;
    let embedded = Backend::Embedded(EmbeddedRedis::default());
    let mut different = Vec::new();
    for line in COMMANDS.lines().filter(|line| !line.is_empty()) {
        let (expected, actual) = (answer(&real, line).await, answer(&embedded, line).await);
        if expected != actual {
            different.push(format!("{line}\n    Redis:    {expected:?}\n    embedded: {actual:?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_share_a_connection_that_survives_a_restart() {
    let Some(mut server) = servers::redis() else { return };
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
        blocked: Arc::default(),
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
        let opened = grant.open(address).await;
        assert_eq!(opened.is_ok(), granted, "{address}");
        assert!(granted || matches!(opened, Err(wit::Error::InvalidAddress)), "{address}");
    }
}

#[tokio::test]
async fn errors_of_guests() {
    let embedded = Backend::Embedded(EmbeddedRedis::default());
    for (spin_exact, typed) in [(false, true), (true, false)] {
        let connection = Connection { server: embedded.clone(), spin_exact };
        connection.call(&[b"SET", b"a", b"x"]).await.expect("a key");
        for parts in [&[&b"INCR"[..], b"a"][..], &[b"SADD", b"a", b"b"]] {
            let error = connection.call(parts).await.expect_err("a text");
            assert_eq!(matches!(error, wit::Error::TypeError), typed, "{error:?}");
        }
    }
    let (pools, embedded) = (Pools::default(), EmbeddedRedis::default());
    let refused = Backend::open(&pools, &embedded, "redis://127.0.0.1:1", "127.0.0.1", &[]).await;
    assert!(matches!(refused, Err(wit::Error::Other(_))));
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
