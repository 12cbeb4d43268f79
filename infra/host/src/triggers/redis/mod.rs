//! The Redis trigger: a message on a channel calls a component.
//!
//! Delivery is what Redis gives, at most once, so components treat a message as a hint. The host adds what a hint needs: a
//! connection that comes back by itself, one ring after it was away, and rings that wait for the same component are one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
};

use bytes::Bytes;
use tokio::{sync::watch, task::JoinSet, time::Duration};

use crate::capabilities::redis::{Address, CommandError, embedded::EmbeddedRedis};

pub mod bindings;
pub mod consumer;
mod publisher;
mod queue;
mod subscription;

pub use consumer::Consumer;
pub use publisher::Publisher;
use queue::{Message, Queue};

/// The address of the Redis that lives in the process.
pub const EMBEDDED: &str = "redis://embedded";

/// One `[[trigger.redis]]` with its templates resolved.
#[derive(Clone)]
pub struct Trigger {
    /// URL of the server.
    pub address: String,
    /// Channel.
    pub channel: String,
    /// What handles its messages.
    pub consumer: Arc<Consumer>,
}

/// Where the messages of each channel go: a queue per consumer, so that a slow one delays only itself. As Spin does it, one after
/// the other for all consumers of a server, they go to one queue.
type Channels = BTreeMap<String, Vec<Arc<Queue>>>;

/// Running triggers.
pub struct Triggers {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    queues: Vec<(String, Arc<Queue>)>,
}

impl Triggers {
    /// Subscribes. `ended` is told the address when a server was lost and `spin_exact` says not to come back.
    ///
    /// Fails when an address is not one of a server.
    pub fn start(
        triggers: Vec<Trigger>,
        embedded: &EmbeddedRedis,
        spin_exact: bool,
        ended: &tokio::sync::mpsc::UnboundedSender<String>,
    ) -> Result<Self, CommandError> {
        let (stop, stopped) = watch::channel(false);
        let mut started = Self { tasks: JoinSet::new(), stop, queues: Vec::new() };
        let mut servers: BTreeMap<String, Vec<Trigger>> = BTreeMap::new();
        for trigger in triggers {
            servers.entry(trigger.address.clone()).or_default().push(trigger);
        }
        for (url, triggers) in servers {
            let channels = started.consume(triggers, spin_exact, &stopped);
            if url == EMBEDDED {
                subscribe_here(embedded, &channels);
                continue;
            }
            let (address, ended, stopped) = (Address::parse(&url)?, ended.clone(), stopped.clone());
            started.tasks.spawn(async move {
                if spin_exact {
                    subscription::once(&address, &channels, stopped).await;
                    // Nobody listens any more when the host stops at the same time.
                    let _ = ended.send(address.to_string());
                } else {
                    subscription::always(&address, &channels, stopped).await;
                }
            });
        }
        Ok(started)
    }

    /// Starts the consumers of one server.
    fn consume(&mut self, triggers: Vec<Trigger>, spin_exact: bool, stopped: &watch::Receiver<bool>) -> Channels {
        let mut channels = Channels::new();
        if spin_exact {
            let queue = Arc::new(Queue::new(false));
            let mut consumers: BTreeMap<String, Vec<Arc<Consumer>>> = BTreeMap::new();
            for Trigger { channel, consumer, .. } in triggers {
                channels.entry(channel.clone()).or_insert_with(|| vec![Arc::clone(&queue)]);
                consumers.entry(channel).or_default().push(consumer);
            }
            self.tasks.spawn(consume_in_turn(queue, consumers, stopped.clone()));
        } else {
            for Trigger { channel, consumer, .. } in triggers {
                let queue = Arc::new(Queue::new(true));
                self.tasks.spawn(consume(Arc::clone(&queue), consumer, stopped.clone()));
                self.queues.push((channel.clone(), Arc::clone(&queue)));
                channels.entry(channel).or_default().push(queue);
            }
        }
        channels
    }

    /// Rings for everyone on `channel` without a server in between.
    pub fn ring(&self, channel: &str) {
        let ring = Message { channel: channel.into(), payload: Bytes::new() };
        self.queues.iter().filter(|(known, _)| known == channel).for_each(|(_, queue)| queue.push(ring.clone()));
    }

    /// Takes no more messages and waits up to `drain` for the handlers that are running; says whether all of them finished.
    pub async fn stop(mut self, drain: Duration) -> bool {
        // Every task may have ended before.
        let _ = self.stop.send(true);
        let finished =
            tokio::time::timeout(drain, async { while self.tasks.join_next().await.is_some() {} }).await.is_ok();
        self.tasks.shutdown().await;
        finished
    }
}

/// Hands messages over one at a time; a stop waits for the one that is running.
async fn consume(queue: Arc<Queue>, consumer: Arc<Consumer>, mut stopped: watch::Receiver<bool>) {
    let mut instance = None;
    let mut told = consumer.told();
    loop {
        if consumer.is_short() {
            // What the instance holds is given back.
            instance = None;
        }
        let idle = consumer.idle();
        let message = tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => return,
            message = tokio::time::timeout(idle, queue.pop()) => message,
            () = told.changed() => continue,
        };
        match message {
            Ok(message) => instance = consumer.handle(instance, &message.payload).await,
            Err(_) => instance = None,
        }
    }
}

/// The same for all consumers of a server, each message with new instances.
async fn consume_in_turn(
    queue: Arc<Queue>,
    consumers: BTreeMap<String, Vec<Arc<Consumer>>>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let message = tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => return,
            message = queue.pop() => message,
        };
        let consumers = consumers.get(&*message.channel).into_iter().flatten();
        futures::future::join_all(consumers.map(|consumer| consumer.handle(None, &message.payload))).await;
    }
}

/// Hears the embedded server for as long as the consumers exist.
fn subscribe_here(embedded: &EmbeddedRedis, channels: &Channels) {
    for (channel, queues) in channels {
        let channel: Arc<str> = channel.as_str().into();
        for queue in queues {
            let (queue, name): (Weak<Queue>, _) = (Arc::downgrade(queue), Arc::clone(&channel));
            embedded.subscribe(&channel, move |payload| {
                let Some(queue) = queue.upgrade() else { return false };
                queue.push(Message { channel: Arc::clone(&name), payload: payload.clone() });
                true
            });
        }
    }
}

/// Brings `payload` to everyone on `channel`.
fn deliver(channels: &Channels, channel: &str, payload: &Bytes) {
    let Some(queues) = channels.get(channel) else { return };
    let message = Message { channel: channel.into(), payload: payload.clone() };
    for queue in queues {
        queue.push(message.clone());
    }
}

/// Everyone looks what happened while nobody listened.
fn ring_all(channels: &Channels) {
    for channel in channels.keys() {
        deliver(channels, channel, &Bytes::new());
    }
}
