//! Events into the read model, with a doorbell and a sweep, as Kronos does it.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use redis::{AsyncCommands as _, aio::ConnectionManager};
use tokio::{
    sync::Notify,
    time::{self, MissedTickBehavior},
};

use crate::store::Store;

const CHANNEL: &str = "kronos.outbox";
const BATCH: i64 = 500;
const SWEEP: Duration = Duration::from_secs(1);

/// Tells the consumer that there are new events.
#[derive(Clone)]
pub enum Doorbell {
    /// Over Redis.
    Redis(ConnectionManager),
    /// Within the process.
    Local(Arc<Notify>),
}

impl std::fmt::Debug for Doorbell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Doorbell")
    }
}

impl Doorbell {
    /// Rings; the answer to the client does not wait for it.
    pub fn ring(&self) {
        match self {
            Self::Local(notify) => notify.notify_one(),
            Self::Redis(connection) => {
                let mut connection = connection.clone();
                tokio::spawn(async move {
                    if let Err(error) = connection.publish::<_, _, ()>(CHANNEL, "").await {
                        eprintln!("cannot ring the doorbell: {error}");
                    }
                });
            }
        }
    }
}

/// Starts the consumer.
pub async fn consume(store: Store, redis: Option<&str>) -> Result<Doorbell, redis::RedisError> {
    let rung = Arc::new(Notify::new());
    let doorbell = match redis {
        None => Doorbell::Local(rung.clone()),
        Some(url) => {
            let client = redis::Client::open(url)?;
            let mut subscription = client.get_async_pubsub().await?;
            subscription.subscribe(CHANNEL).await?;
            let rung = rung.clone();
            tokio::spawn(async move {
                let mut messages = subscription.into_on_message();
                while messages.next().await.is_some() {
                    rung.notify_one();
                }
            });
            Doorbell::Redis(client.get_connection_manager().await?)
        }
    };
    tokio::spawn(async move {
        let mut sweep = time::interval(SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = rung.notified() => {}
                _ = sweep.tick() => {}
            }
            if let Err(error) = apply(&store).await {
                eprintln!("cannot apply events: {error}");
            }
        }
    });
    Ok(doorbell)
}

async fn apply(store: &Store) -> Result<(), sqlx::Error> {
    while store.pending().await? {
        store.apply(BATCH).await?;
    }
    Ok(())
}
