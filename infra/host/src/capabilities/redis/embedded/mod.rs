//! The Redis that lives in the process, at `redis://embedded`.
//!
//! It has the commands that components use and answers them as Redis 7 does, which a test compares with the real one.

mod arguments;
#[cfg(fuzzing)]
pub mod fuzzing;
mod glob;
mod keys;
mod store;
mod strings;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ::redis::Value;
use bytes::Bytes;

use arguments::Arguments;
use store::Store;

use super::CommandError;

/// Bytes of keys and values that are kept; a command that adds to them is refused beyond.
pub const DEFAULT_CAPACITY: usize = 256 << 20;
/// What is done with each message of a channel; `false` when there shall be no more.
type Subscriber = Box<dyn Fn(&Bytes) -> bool + Send + Sync>;

/// An in-process Redis: keys with times to live, and channels. Cloning shares it.
#[derive(Clone)]
pub struct EmbeddedRedis {
    subscribers: Arc<Mutex<HashMap<String, Vec<Subscriber>>>>,
    store: Arc<Mutex<Store>>,
    clock: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl fmt::Debug for EmbeddedRedis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EmbeddedRedis").finish_non_exhaustive()
    }
}

impl Default for EmbeddedRedis {
    fn default() -> Self {
        let start = Instant::now();
        Self::new(DEFAULT_CAPACITY, move || start.elapsed())
    }
}

impl EmbeddedRedis {
    /// `capacity` bounds the bytes of keys and values; `clock` is monotonic and counts from any moment.
    pub fn new(capacity: usize, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self { subscribers: Arc::default(), store: Arc::new(Mutex::new(Store::new(capacity))), clock: Arc::new(clock) }
    }

    /// Hands `payload` to the subscribers of `channel`; returns how many there are.
    pub fn publish(&self, channel: &str, payload: &Bytes) -> usize {
        let mut subscribers = self.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(there) = subscribers.get_mut(channel) else { return 0 };
        there.retain(|subscriber| subscriber(payload));
        there.len()
    }

    /// From now on, hands the messages of `channel` to `subscriber`, which must not wait; it returns `false` when it takes no more.
    pub fn subscribe(&self, channel: &str, subscriber: impl Fn(&Bytes) -> bool + Send + Sync + 'static) {
        let mut subscribers = self.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        subscribers.entry(channel.to_owned()).or_default().push(Box::new(subscriber));
    }

    /// Runs a command; its name is the first of `parts`.
    pub fn call(&self, parts: &[&[u8]]) -> Result<Value, CommandError> {
        let mut arguments = Arguments::new(parts)?;
        let name = arguments.command().to_owned();
        if name == "publish" {
            let (channel, payload) = (arguments.next()?, arguments.next()?);
            arguments.end()?;
            let receivers = self.publish(&String::from_utf8_lossy(channel), &Bytes::copy_from_slice(payload));
            return Ok(Value::Int(i64::try_from(receivers).unwrap_or(i64::MAX)));
        }
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.advance((self.clock)());
        if ADDS.contains(&name.as_str()) && store.is_full() {
            return Err(CommandError::new("OOM", "command not allowed when used memory > 'maxmemory'."));
        }
        run(&mut store, &name, arguments)
    }
}

/// Commands that Redis refuses when its memory is full.
const ADDS: [&str; 13] = [
    "set", "setex", "psetex", "setnx", "mset", "incr", "incrby", "decr", "decrby", "sadd", "hset", "hincrby", "hsetnx",
];

fn run(store: &mut Store, name: &str, arguments: Arguments<'_>) -> Result<Value, CommandError> {
    match name {
        "get" => strings::get(store, arguments),
        "set" => strings::set(store, arguments),
        "setex" => strings::set_with_expiry(store, arguments, 1000),
        "psetex" => strings::set_with_expiry(store, arguments, 1),
        "setnx" => strings::set_if_missing(store, arguments),
        "mget" => strings::get_many(store, arguments),
        "mset" => strings::set_many(store, arguments),
        "incr" => strings::add(store, arguments, Some(1)),
        "incrby" => strings::add(store, arguments, None),
        "decr" => strings::add(store, arguments, Some(-1)),
        "decrby" => strings::subtract(store, arguments),
        "del" | "unlink" => keys::delete(store, arguments),
        "exists" => keys::exists(store, arguments),
        "expire" => keys::expire(store, arguments, 1000),
        "pexpire" => keys::expire(store, arguments, 1),
        "ttl" => keys::time_to_live(store, arguments, 1000),
        "pttl" => keys::time_to_live(store, arguments, 1),
        "persist" => keys::persist(store, arguments),
        "type" => keys::type_of(store, arguments),
        "keys" => keys::matching(store, arguments),
        "dbsize" => keys::count(store, &arguments),
        "flushall" => keys::flush(store, arguments),
        "sadd" => keys::set_add(store, arguments),
        "srem" => keys::set_remove(store, arguments),
        "smembers" => keys::set_members(store, arguments),
        "sismember" => keys::set_contains(store, arguments),
        "scard" => keys::set_size(store, arguments),
        "hset" => keys::hash_set(store, arguments),
        "hget" => keys::hash_get(store, arguments),
        "hgetall" => keys::hash_get_all(store, arguments),
        "hdel" => keys::hash_delete(store, arguments),
        "hincrby" => keys::hash_add(store, arguments),
        "ping" => strings::ping(arguments),
        "echo" => strings::echo(arguments),
        other => Err(CommandError::new(
            "ERR",
            format!(
                "the embedded Redis does not have the command `{}`; run with --redis URL",
                other.to_ascii_uppercase()
            ),
        )),
    }
}
