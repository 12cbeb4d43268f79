//! The Redis trigger's side of the guest.

use bytes::Bytes;
use spin_sdk::{key_value::Store, redis_subscriber};

/// Appends the message to the key-value store, where the HTTP side can read it.
#[redis_subscriber]
async fn on_message(message: Bytes) -> Result<(), String> {
    let text = String::from_utf8_lossy(&message).into_owned();
    if text == "trap" {
        super::trap();
    }
    let store = Store::open_default().await.map_err(|error| error.to_string())?;
    let seen = store.get("messages").await.map_err(|error| error.to_string())?.unwrap_or_default();
    let seen = String::from_utf8_lossy(&seen).into_owned() + &text + "\n";
    store.set("messages", seen).await.map_err(|error| error.to_string())
}
