//! The handler of the Redis trigger.

#![expect(unsafe_code, reason = "written by the macro")]

use std::time::Duration;

use bytes::Bytes;
use spin_sdk::{redis, redis_subscriber, time::sleep};

use crate::REDIS;

/// Counts the messages under the key `count`, and keeps the last one under `last`; `trap` and `wait` do what they say.
#[redis_subscriber]
async fn on_message(message: Bytes) -> Result<(), redis::Error> {
    assert_ne!(message.as_ref(), b"trap", "asked to trap");
    let connection = redis::Connection::open(REDIS).await?;
    connection.incr("count").await?;
    if message.as_ref() == b"wait" {
        sleep(Duration::from_millis(300)).await;
    }
    connection.set("last", &message).await
}
