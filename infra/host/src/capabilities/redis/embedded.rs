//! The Redis that lives in the process, at `redis://embedded`.

use bytes::Bytes;
use tokio::sync::broadcast;

/// An in-process Redis: keys with times to live, and channels. Cloning shares it.
#[derive(Clone, Debug)]
pub struct EmbeddedRedis {
    messages: broadcast::Sender<(String, Bytes)>,
}

impl Default for EmbeddedRedis {
    fn default() -> Self {
        Self { messages: broadcast::channel(1024).0 }
    }
}

impl EmbeddedRedis {
    /// Sends `payload` to the subscribers of `channel`; answers how many there were.
    pub fn publish(&self, channel: &str, payload: Bytes) -> usize {
        self.messages.send((channel.into(), payload)).unwrap_or(0)
    }

    /// Messages of all channels from now on, as (channel, payload).
    pub fn subscribe(&self) -> broadcast::Receiver<(String, Bytes)> {
        self.messages.subscribe()
    }
}
