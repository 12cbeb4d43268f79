//! For the fuzz target `redis`.

use std::sync::PoisonError;

pub use ::redis::Value;

use super::EmbeddedRedis;

/// The bytes that count against the capacity, and the same counted again, which is `None` when keys and their ends differ.
pub fn used(redis: &EmbeddedRedis) -> (usize, Option<usize>) {
    let store = redis.store.lock().unwrap_or_else(PoisonError::into_inner);
    (store.used(), store.recount())
}

/// Whether `text` matches the `pattern` of `KEYS`.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    super::glob::matches(pattern, text)
}
