//! Subscriptions to real servers and to the embedded one, and the publisher of the doorbell.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt as _;
use redis::{AsyncConnectionConfig, Client, Msg, RedisError, aio::MultiplexedConnection};
use tokio::sync::{Mutex, broadcast, watch};

use super::{Channels, deliver, ring_all};
use crate::capabilities::redis::embedded::EmbeddedRedis;

/// The address of the Redis that lives in the process.
pub const EMBEDDED: &str = "redis://embedded";

/// Pause before the first attempt to connect again, and the longest one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hears the embedded server until the host stops.
pub(super) async fn embedded(
    mut messages: broadcast::Receiver<(String, Bytes)>,
    channels: Channels,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let message = tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            message = messages.recv() => message,
        };
        match message {
            Ok((channel, payload)) => deliver(&channels, &channel, &payload).await,
            Err(broadcast::error::RecvError::Lagged(_)) => ring_all(&channels).await,
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// Hears a server and connects again whenever it is lost, until the host stops.
pub(super) async fn reconnecting(
    address: String,
    channels: Channels,
    silence: Option<Duration>,
    mut stopped: watch::Receiver<bool>,
) {
    let name = without_password(&address);
    let mut pause = FIRST_PAUSE;
    loop {
        let heard = tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            heard = hear(&address, &channels, silence, || {
                tracing::debug!("subscribed to {name}");
            }) => heard,
        };
        // A connection that was used shows that the server is there.
        if heard.subscribed {
            pause = FIRST_PAUSE;
        }
        tracing::warn!("Redis at {name} is not reachable, next attempt in {pause:?}: {}", heard.reason);
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(jittered(pause)) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Hears a server until it is lost or the host stops.
pub(super) async fn exact(address: &str, channels: &Channels, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        _ = stopped.wait_for(|stopped| *stopped) => {}
        heard = hear(address, channels, None, || ()) => {
            tracing::error!("disconnected from {}: {}", without_password(address), heard.reason);
        }
    }
}

struct Heard {
    subscribed: bool,
    reason: String,
}

async fn hear(address: &str, channels: &Channels, silence: Option<Duration>, ready: impl FnOnce()) -> Heard {
    let lost = |subscribed, reason: String| Heard { subscribed, reason };
    let subscription = async {
        let mut subscription = Client::open(address)?.get_async_pubsub().await?;
        for channel in channels.keys() {
            subscription.subscribe(channel).await?;
        }
        Ok::<_, RedisError>(subscription)
    };
    let subscription = match tokio::time::timeout(PATIENCE, subscription).await {
        Ok(Ok(subscription)) => subscription,
        Ok(Err(error)) => return lost(false, error.to_string()),
        Err(_) => return lost(false, "it does not answer".into()),
    };
    ready();
    ring_all(channels).await;
    let mut messages = subscription.into_on_message();
    loop {
        let message: Option<Msg> = match silence {
            None => messages.next().await,
            Some(silence) => match tokio::time::timeout(silence, messages.next()).await {
                Ok(message) => message,
                Err(_) => return lost(true, format!("nothing was heard for {silence:?}")),
            },
        };
        let Some(message) = message else { return lost(true, "the connection was closed".into()) };
        deliver(channels, message.get_channel_name(), &Bytes::copy_from_slice(message.get_payload_bytes())).await;
    }
}

/// Between half of `pause` and all of it, so that many hosts do not come back at once.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8) >> 32;
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
    let share = random as f64 / f64::from(u32::MAX);
    pause.mul_f64(0.5 + share / 2.0)
}

/// The address for a log.
pub(super) fn without_password(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(url) => format!("{}:{}", url.host_str().unwrap_or_default(), url.port().unwrap_or(6379)),
        Err(_) => "an address that is not a URL".into(),
    }
}

/// Rings doorbells at one server.
pub struct Publisher {
    address: String,
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl Publisher {
    /// A publisher for the server at `address`; it connects when it is used.
    pub fn new(address: String) -> Self {
        Self { address, connection: Mutex::default() }
    }

    /// Publishes an empty message on `channel`.
    pub async fn ring(&self, channel: &str, embedded: &EmbeddedRedis) -> Result<(), RedisError> {
        if self.address == EMBEDDED {
            embedded.publish(channel, Bytes::new());
            return Ok(());
        }
        let mut held = self.connection.lock().await;
        let mut connection = if let Some(connection) = held.take() {
            connection
        } else {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(PATIENCE))
                .set_response_timeout(Some(PATIENCE));
            Client::open(self.address.as_str())?.get_multiplexed_async_connection_with_config(&config).await?
        };
        let published = redis::cmd("PUBLISH").arg(channel).arg(&[] as &[u8]).query_async::<()>(&mut connection).await;
        // One that failed is not used again.
        if published.is_ok() {
            *held = Some(connection);
        }
        published
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_shows_no_password() {
        assert_eq!(without_password("redis://user:secret@host:1/2"), "host:1");
        assert_eq!(without_password("redis://host"), "host:6379");
        assert!(!without_password("secret").contains("secret"));
    }

    #[test]
    fn pauses_vary_within_bounds() {
        let pauses: Vec<_> = (0..100).map(|_| jittered(Duration::from_secs(1))).collect();
        assert!(pauses.iter().all(|pause| *pause >= Duration::from_millis(500) && *pause <= Duration::from_secs(1)));
        assert!(pauses.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
