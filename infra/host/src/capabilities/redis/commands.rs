//! Which commands guests may run, and on which connection.
//!
//! Answers belong to commands by their order alone. On the connection that all guests share there are only commands that are known
//! to have exactly one answer, at once, and to leave nothing behind on the connection: one that has none, or two, would give each
//! guest the answers of another from then on. What a script does is no concern of this: it has one answer, and the server keeps
//! such commands from it.

/// Where a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// On the connection of all guests.
    Shared,
    /// On a connection of the guest's own: it blocks, changes what later commands mean, or is unknown.
    Exclusive,
    /// Nowhere; what to do instead.
    Refused(&'static str),
}

const RECEIVE: &str = "let a Redis trigger in spin.toml receive the messages";
const REOPEN: &str = "drop the connection and open another";
const BY_HAND: &str = "run it from outside, with redis-cli";

/// Commands that have one answer, soon, and change nothing about the connection, in order. `SCRIPT` and `XREAD` are not always so,
/// see [`way`].
const SHARED: [&str; 197] = [
    "APPEND",
    "BITCOUNT",
    "BITFIELD",
    "BITFIELD_RO",
    "BITOP",
    "BITPOS",
    "COMMAND",
    "COPY",
    "DBSIZE",
    "DECR",
    "DECRBY",
    "DEL",
    "DUMP",
    "ECHO",
    "EVAL",
    "EVALSHA",
    "EVALSHA_RO",
    "EVAL_RO",
    "EXISTS",
    "EXPIRE",
    "EXPIREAT",
    "EXPIRETIME",
    "FCALL",
    "FCALL_RO",
    "FLUSHALL",
    "FLUSHDB",
    "GEOADD",
    "GEODIST",
    "GEOHASH",
    "GEOPOS",
    "GEORADIUS",
    "GEORADIUSBYMEMBER",
    "GEORADIUSBYMEMBER_RO",
    "GEORADIUS_RO",
    "GEOSEARCH",
    "GEOSEARCHSTORE",
    "GET",
    "GETBIT",
    "GETDEL",
    "GETEX",
    "GETRANGE",
    "GETSET",
    "HDEL",
    "HEXISTS",
    "HEXPIRE",
    "HEXPIREAT",
    "HEXPIRETIME",
    "HGET",
    "HGETALL",
    "HGETDEL",
    "HGETEX",
    "HINCRBY",
    "HINCRBYFLOAT",
    "HKEYS",
    "HLEN",
    "HMGET",
    "HMSET",
    "HPERSIST",
    "HPEXPIRE",
    "HPEXPIREAT",
    "HPEXPIRETIME",
    "HPTTL",
    "HRANDFIELD",
    "HSCAN",
    "HSET",
    "HSETEX",
    "HSETNX",
    "HSTRLEN",
    "HTTL",
    "HVALS",
    "INCR",
    "INCRBY",
    "INCRBYFLOAT",
    "INFO",
    "KEYS",
    "LASTSAVE",
    "LCS",
    "LINDEX",
    "LINSERT",
    "LLEN",
    "LMOVE",
    "LMPOP",
    "LPOP",
    "LPOS",
    "LPUSH",
    "LPUSHX",
    "LRANGE",
    "LREM",
    "LSET",
    "LTRIM",
    "MGET",
    "MOVE",
    "MSET",
    "MSETNX",
    "OBJECT",
    "PERSIST",
    "PEXPIRE",
    "PEXPIREAT",
    "PEXPIRETIME",
    "PFADD",
    "PFCOUNT",
    "PFMERGE",
    "PING",
    "PSETEX",
    "PTTL",
    "PUBLISH",
    "PUBSUB",
    "RANDOMKEY",
    "RENAME",
    "RENAMENX",
    "RESTORE",
    "RPOP",
    "RPOPLPUSH",
    "RPUSH",
    "RPUSHX",
    "SADD",
    "SCAN",
    "SCARD",
    "SDIFF",
    "SDIFFSTORE",
    "SET",
    "SETBIT",
    "SETEX",
    "SETNX",
    "SETRANGE",
    "SINTER",
    "SINTERCARD",
    "SINTERSTORE",
    "SISMEMBER",
    "SMEMBERS",
    "SMISMEMBER",
    "SMOVE",
    "SORT",
    "SORT_RO",
    "SPOP",
    "SPUBLISH",
    "SRANDMEMBER",
    "SREM",
    "SSCAN",
    "STRLEN",
    "SUBSTR",
    "SUNION",
    "SUNIONSTORE",
    "TIME",
    "TOUCH",
    "TTL",
    "TYPE",
    "UNLINK",
    "XACK",
    "XACKDEL",
    "XADD",
    "XAUTOCLAIM",
    "XCLAIM",
    "XDEL",
    "XDELEX",
    "XGROUP",
    "XINFO",
    "XLEN",
    "XPENDING",
    "XRANGE",
    "XREAD",
    "XREADGROUP",
    "XREVRANGE",
    "XSETID",
    "XTRIM",
    "ZADD",
    "ZCARD",
    "ZCOUNT",
    "ZDIFF",
    "ZDIFFSTORE",
    "ZINCRBY",
    "ZINTER",
    "ZINTERCARD",
    "ZINTERSTORE",
    "ZLEXCOUNT",
    "ZMPOP",
    "ZMSCORE",
    "ZPOPMAX",
    "ZPOPMIN",
    "ZRANDMEMBER",
    "ZRANGE",
    "ZRANGEBYLEX",
    "ZRANGEBYSCORE",
    "ZRANGESTORE",
    "ZRANK",
    "ZREM",
    "ZREMRANGEBYLEX",
    "ZREMRANGEBYRANK",
    "ZREMRANGEBYSCORE",
    "ZREVRANGE",
    "ZREVRANGEBYLEX",
    "ZREVRANGEBYSCORE",
    "ZREVRANK",
    "ZSCAN",
    "ZSCORE",
    "ZUNION",
    "ZUNIONSTORE",
];

/// Where the command with the name `name`, in upper case, and these `arguments` runs.
pub(super) fn way(name: &str, arguments: &[&[u8]]) -> Way {
    let has = |word: &str| arguments.iter().any(|argument| argument.eq_ignore_ascii_case(word.as_bytes()));
    let begins = |word: &str| arguments.first().is_some_and(|first| first.eq_ignore_ascii_case(word.as_bytes()));
    match name {
        // An array without elements, which no server answers.
        "" if arguments.is_empty() => Way::Refused("name a command"),
        "PSUBSCRIBE" | "PUNSUBSCRIBE" | "SSUBSCRIBE" | "SUBSCRIBE" | "SUNSUBSCRIBE" | "UNSUBSCRIBE" => {
            Way::Refused(RECEIVE)
        }
        "QUIT" | "RESET" => Way::Refused(REOPEN),
        "HELLO" => Way::Refused("say it in the address, redis://user:password@host:port/database?protocol=resp3"),
        "MONITOR" | "PSYNC" | "REPLCONF" | "SYNC" => Way::Refused(BY_HAND),
        "CLIENT" if begins("REPLY") => Way::Refused("every command has its answer here"),
        "SCRIPT" if begins("DEBUG") => Way::Refused(BY_HAND),
        "SCRIPT" if ["EXISTS", "FLUSH", "LOAD"].into_iter().any(begins) => Way::Shared,
        "XREAD" | "XREADGROUP" if has("BLOCK") => Way::Exclusive,
        name if SHARED.binary_search(&name).is_ok() => Way::Shared,
        _ => Way::Exclusive,
    }
}

#[cfg(test)]
mod tests {
    use kronos_test_servers::{self as servers, needs};
    use redis::Value;

    use super::*;
    use crate::capabilities::redis::{
        Pools,
        tests::{answer, connect, words},
    };

    #[test]
    fn commands_go_their_way() {
        assert!(SHARED.is_sorted());
        for (line, expected) in [
            ("get a", Way::Shared),
            ("EVAL return(redis.call('REPLCONF')) 0", Way::Shared),
            ("XREAD STREAMS s 0", Way::Shared),
            ("XREAD COUNT 1 block 0 STREAMS s 0", Way::Exclusive),
            ("XREADGROUP GROUP g c BLOCK 0 STREAMS s >", Way::Exclusive),
            ("BLPOP a 0", Way::Exclusive),
            ("MULTI", Way::Exclusive),
            ("SELECT 1", Way::Exclusive),
            ("WAIT 1 0", Way::Exclusive),
            ("AUTH x", Way::Exclusive),
            ("CLIENT LIST", Way::Exclusive),
            ("CLIENT", Way::Exclusive),
            ("client reply OFF", Way::Refused("every command has its answer here")),
            ("SCRIPT LOAD x", Way::Shared),
            ("script debug YES", Way::Refused(BY_HAND)),
            ("SCRIPT Debug SYNC", Way::Refused(BY_HAND)),
            ("SCRIPT HELP", Way::Exclusive),
            ("replconf ACK 0", Way::Refused(BY_HAND)),
            ("MONITOR", Way::Refused(BY_HAND)),
            ("SYNC", Way::Refused(BY_HAND)),
            ("PSYNC ? -1", Way::Refused(BY_HAND)),
            ("UNSUBSCRIBE a b c", Way::Refused(RECEIVE)),
            ("PUNSUBSCRIBE", Way::Refused(RECEIVE)),
            ("SUNSUBSCRIBE", Way::Refused(RECEIVE)),
            ("subscribe a", Way::Refused(RECEIVE)),
            ("RESET", Way::Refused(REOPEN)),
            ("QUIT", Way::Refused(REOPEN)),
            ("NEW.COMMAND a", Way::Exclusive),
            ("\"get \" a", Way::Exclusive),
            ("\"SCRIPT DEBUG\" YES", Way::Exclusive),
            ("", Way::Refused("name a command")),
            ("\"\" a", Way::Exclusive),
        ] {
            let words = words(line);
            let parts: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            let (name, arguments) = parts.split_first().map_or((&b""[..], &[][..]), |(name, rest)| (*name, rest));
            assert_eq!(way(&String::from_utf8_lossy(name).to_ascii_uppercase(), arguments), expected, "{line}");
        }
    }

    /// By what the server itself says of its commands.
    #[needs(redis)]
    #[tokio::test]
    async fn no_command_of_the_shared_connection_blocks_or_subscribes() {
        let server = servers::redis();
        let redis = connect(&Pools::default(), server.port()).await;
        let Ok(Value::Array(commands)) = answer(&redis, "COMMAND").await else { panic!("no list") };
        let mut wrong = Vec::new();
        for command in commands {
            let Value::Array(parts) = command else { panic!("no command: {command:?}") };
            let (Value::BulkString(name), Value::Array(flags)) = (&parts[0], &parts[2]) else {
                panic!("no command: {parts:?}")
            };
            let name = String::from_utf8_lossy(name).to_ascii_uppercase();
            let is = |flag: &str| flags.iter().any(|one| *one == Value::SimpleString(flag.into()));
            let publishes = matches!(name.as_str(), "PUBLISH" | "SPUBLISH");
            // Those that block do so when they are told to.
            let may_block = is("blocking") && !matches!(name.as_str(), "XREAD" | "XREADGROUP");
            if way(&name, &[]) == Way::Shared && (may_block || is("pubsub") && !publishes || is("no_multi")) {
                wrong.push(name);
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    /// Whatever one guest tries, the next one gets its own answers.
    #[needs(redis)]
    #[tokio::test]
    async fn guests_get_their_own_answers() {
        let server = servers::redis();
        let pools = Pools::default();
        let redis = connect(&pools, server.port()).await;
        answer(&redis, "SET mine 1").await.expect("an answer");
        for line in ["REPLCONF ACK 0", "UNSUBSCRIBE a b c", "PUNSUBSCRIBE a b", "SUNSUBSCRIBE a b", "SCRIPT DEBUG YES"]
        {
            let other = connect(&pools, server.port()).await;
            let refused = answer(&other, line).await.expect_err("it is refused");
            let words = line.split(' ').next().expect("a name");
            assert!(refused.starts_with(&format!("`{words}` is not available to components: ")), "{refused}");
            for _ in 0..3 {
                assert_eq!(answer(&redis, "ECHO x").await, Ok(Value::BulkString(b"x".to_vec())), "after {line}");
                assert_eq!(answer(&redis, "GET mine").await, Ok(Value::BulkString(b"1".to_vec())), "after {line}");
            }
        }
        assert_eq!(answer(&redis, "EVAL return(1) 0").await, Ok(Value::Int(1)), "nobody debugs");
    }

    #[needs(redis)]
    #[tokio::test]
    async fn an_unknown_command_is_on_a_connection_of_its_own() {
        let server = servers::redis();
        let pools = Pools::default();
        let (redis, observer) = (connect(&pools, server.port()).await, connect(&Pools::default(), server.port()).await);
        for (line, connections) in [("GET a", 2), ("NEW.COMMAND a", 3), ("GET a", 3)] {
            let _unknown = answer(&redis, line).await;
            let Ok(Value::BulkString(list)) = answer(&observer, "INFO clients").await else { panic!("no list") };
            let list = String::from_utf8_lossy(&list).into_owned();
            assert!(list.contains(&format!("connected_clients:{connections}\r\n")), "after {line}: {list}");
        }
    }
}
