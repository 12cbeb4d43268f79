//! The embedded Redis answers as the real one does.

use ::redis::Value;
use kronos_test_servers::{self as servers, needs};

use super::{answer, connect};
use crate::capabilities::redis::{Backend, EmbeddedRedis, Pools};

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

/// Sets and hashes have no order.
fn sorted(answer: Result<Value, String>, command: &str) -> Result<Value, String> {
    match answer {
        Ok(Value::Array(values)) if command == "HGETALL" => {
            let mut pairs: Vec<_> = values.chunks(2).map(<[Value]>::to_vec).collect();
            pairs.sort_by_key(|pair| format!("{pair:?}"));
            Ok(Value::Array(pairs.concat()))
        }
        Ok(Value::Array(mut values)) if matches!(command, "SMEMBERS" | "KEYS") => {
            values.sort_by_key(|value| format!("{value:?}"));
            Ok(Value::Array(values))
        }
        answer => answer,
    }
}

#[needs(redis)]
#[tokio::test]
async fn commands_one_by_one() {
    let server = servers::redis();
    let real = connect(&Pools::default(), server.port()).await;
    let embedded = Backend::Embedded(EmbeddedRedis::default());
    let mut different = Vec::new();
    for line in COMMANDS.lines().filter(|line| !line.is_empty()) {
        let command = line.split(' ').next().unwrap_or_default();
        let expected = sorted(answer(&real, line).await, command);
        let actual = sorted(answer(&embedded, line).await, command);
        if expected != actual {
            different.push(format!("{line}\n    Redis:    {expected:?}\n    embedded: {actual:?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Few keys, fields and values, so that they meet; those that the embedded one has to treat with care among them.
const WORDS: [&str; 14] =
    ["a", "b", "ab", "a*", "[a]", "\\", "", "0", "1", "-1", "9223372036854775807", "01", "1.5", "\u{fc}"];
/// With the number of words that follow, one more or less at times.
const SHAPES: [(&str, usize); 31] = [
    ("GET", 1),
    ("SET", 2),
    ("SETNX", 2),
    ("MGET", 3),
    ("MSET", 4),
    ("INCR", 1),
    ("INCRBY", 2),
    ("DECR", 1),
    ("DECRBY", 2),
    ("DEL", 2),
    ("UNLINK", 1),
    ("EXISTS", 2),
    ("PERSIST", 1),
    ("TYPE", 1),
    ("KEYS", 1),
    ("DBSIZE", 0),
    ("FLUSHALL", 0),
    ("SADD", 3),
    ("SREM", 2),
    ("SMEMBERS", 1),
    ("SISMEMBER", 2),
    ("SCARD", 1),
    ("HSET", 3),
    ("HGET", 2),
    ("HGETALL", 1),
    ("HDEL", 2),
    ("HINCRBY", 3),
    ("PING", 1),
    ("ECHO", 1),
    ("EXPIRE", 2),
    ("PUBLISH", 2),
];
/// After `SET key value` and `EXPIRE key seconds`.
const OPTIONS: [&str; 9] = ["NX", "XX", "GET", "KEEPTTL", "EX 1000", "PX 1000000", "GT", "LT", "nx"];

/// `SplitMix64`: a test that fails says its seed and fails again with it.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).expect("few")).expect("few")
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn command(&mut self) -> Vec<&'static str> {
        let (name, count) = self.pick(&SHAPES);
        let off_by = self.pick(&[0, 0, 0, 0, 0, 0, 0, 0, 1, -1]);
        let mut command = vec![name];
        command.extend((0..count.saturating_add_signed(off_by)).map(|_| self.pick(&WORDS)));
        if matches!(name, "SET" | "EXPIRE") {
            for _ in 0..self.below(3) {
                command.extend(self.pick(&OPTIONS).split(' '));
            }
        }
        command
    }

    fn text(&mut self, alphabet: &[u8], longest: usize) -> Vec<u8> {
        (0..self.below(longest + 1)).map(|_| self.pick(alphabet)).collect()
    }
}

async fn compare(real: &Backend, embedded: &Backend, parts: &[&[u8]], seed: u64) {
    let command = String::from_utf8_lossy(parts[0]).into_owned();
    let expected = sorted(real.call(parts).await.map_err(|error| error.to_string()), &command);
    let actual = sorted(embedded.call(parts).await.map_err(|error| error.to_string()), &command);
    let words: Vec<_> = parts.iter().map(|part| String::from_utf8_lossy(part)).collect();
    assert_eq!(actual, expected, "{words:?} with the seed {seed}");
}

#[needs(redis)]
#[tokio::test]
async fn commands_at_random() {
    let server = servers::redis();
    let real = connect(&Pools::default(), server.port()).await;
    for seed in 0..150 {
        let (mut random, embedded) = (Random(seed), Backend::Embedded(EmbeddedRedis::default()));
        compare(&real, &embedded, &[b"FLUSHALL"], seed).await;
        for _ in 0..60 {
            let command = random.command();
            let parts: Vec<&[u8]> = command.iter().map(|word| word.as_bytes()).collect();
            compare(&real, &embedded, &parts, seed).await;
        }
    }
}

/// `KEYS` with patterns of all the characters that mean something in one.
#[needs(redis)]
#[tokio::test]
async fn patterns_at_random() {
    let server = servers::redis();
    let real = connect(&Pools::default(), server.port()).await;
    for seed in 0..150 {
        let (mut random, embedded) = (Random(seed), Backend::Embedded(EmbeddedRedis::default()));
        compare(&real, &embedded, &[b"FLUSHALL"], seed).await;
        for _ in 0..12 {
            compare(&real, &embedded, &[b"SET", &random.text(b"ab]^-*", 6), b""], seed).await;
        }
        for _ in 0..30 {
            compare(&real, &embedded, &[b"KEYS", &random.text(b"ab*?[]^\\-", 8)], seed).await;
        }
    }
}
