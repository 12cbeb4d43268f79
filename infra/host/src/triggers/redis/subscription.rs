//! Subscriptions to servers.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt as _;
use redis::{
    Value,
    aio::{PubSubSink, PubSubStream},
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{Channels, deliver, ring_all};
use crate::{
    capabilities::redis::{Address, CommandError},
    network::Reach,
};

/// Pause before the first attempt to connect again, and the longest one: a server that is back is heard soon.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long nothing is heard before the server is asked whether it is there.
const QUIET: Duration = Duration::from_secs(2);

/// Hears a server and connects again whenever it is lost, until the host stops.
pub(super) async fn always(address: &Address, channels: &Channels, mut stopped: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let heard = tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            heard = hear(address, channels, Some(QUIET)) => heard,
        };
        // A connection that was used shows that the server is there.
        if heard.subscribed {
            pause = FIRST_PAUSE;
        }
        tracing::warn!("Redis at {address} is not reachable, next attempt in {pause:?}: {}", heard.reason);
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = sleep(jittered(pause)) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Hears a server until it is lost or the host stops.
pub(super) async fn once(address: &Address, channels: &Channels, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        _ = stopped.wait_for(|stopped| *stopped) => {}
        heard = hear(address, channels, None) => tracing::error!("disconnected from {address}: {}", heard.reason),
    }
}

struct Heard {
    subscribed: bool,
    reason: String,
}

/// `quiet` is how long nothing may be heard before the server is asked whether it is there.
async fn hear(address: &Address, channels: &Channels, quiet: Option<Duration>) -> Heard {
    let (mut sink, mut messages) = match subscribe(address, channels).await {
        Ok(subscription) => subscription,
        Err(error) => return Heard { subscribed: false, reason: error.to_string() },
    };
    tracing::debug!("subscribed to {address}");
    ring_all(channels);
    let lost = |reason: &str| Heard { subscribed: true, reason: reason.into() };
    loop {
        let message = match quiet {
            None => messages.next().await,
            Some(quiet) => match timeout(quiet, messages.next()).await {
                Ok(message) => message,
                Err(_) => match timeout(PATIENCE, sink.ping::<Value>()).await {
                    Ok(Ok(_)) => continue,
                    Ok(Err(error)) => return lost(&error.to_string()),
                    Err(_) => return lost("it does not answer"),
                },
            },
        };
        let Some(message) = message else { return lost("the connection was closed") };
        deliver(channels, message.get_channel_name(), &Bytes::copy_from_slice(message.get_payload_bytes()));
    }
}

async fn subscribe(address: &Address, channels: &Channels) -> Result<(PubSubSink, PubSubStream), CommandError> {
    let mut subscription = address.subscriber(&Reach::everything()).await?;
    let channels: Vec<_> = channels.keys().collect();
    match timeout(PATIENCE, subscription.subscribe(channels)).await {
        Ok(subscribed) => subscribed?,
        Err(_) => return Err(CommandError::Client("it does not answer".into())),
    }
    Ok(subscription.split())
}

/// Between half of `pause` and all of it, so that many hosts do not come back at once.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8) >> 32;
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
    let share = random as f64 / f64::from(u32::MAX);
    pause.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_vary_within_bounds() {
        let pauses: Vec<_> = (0..100).map(|_| jittered(Duration::from_secs(1))).collect();
        assert!(pauses.iter().all(|pause| *pause >= Duration::from_millis(500) && *pause <= Duration::from_secs(1)));
        assert!(pauses.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
