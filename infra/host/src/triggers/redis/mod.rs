//! The Redis trigger: a message on a channel calls a component.
//!
//! Delivery is what Redis gives, at most once, so components treat a message as a hint. The host adds what a hint needs: a
//! connection that comes back by itself, one ring after it was away, and identical messages that wait for the same
//! component are one.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::Duration,
};

pub mod bindings;
pub mod consumer;
mod subscription;

pub use consumer::Consumer;
pub use subscription::{EMBEDDED, Publisher};

/// Messages that wait for one component; beyond it the oldest is given up, which Redis would do with the connection.
const WAITING: usize = 1024;

/// Messages on their way to one component.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: Mutex<VecDeque<Bytes>>,
    filled: Notify,
    overflowed: AtomicBool,
}

impl Queue {
    /// Adds a message, unless the same one waits already.
    fn push(&self, message: Bytes) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.contains(&message) {
            return;
        }
        if waiting.len() == WAITING {
            waiting.pop_front();
            if !self.overflowed.swap(true, Relaxed) {
                tracing::warn!("more than {WAITING} messages wait for a component: the oldest are dropped");
            }
        }
        waiting.push_back(message);
        drop(waiting);
        self.filled.notify_one();
    }

    async fn pop(&self) -> Bytes {
        loop {
            if let Some(message) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
                return message;
            }
            self.filled.notified().await;
        }
    }
}

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

/// How messages get from one server to their consumers.
enum Delivery {
    /// Through a queue per consumer, so that a slow one delays only itself.
    Queued(Arc<Queue>),
    /// One message after the other for all consumers of the server, as Spin does.
    Exact(Arc<Consumer>),
}

/// Consumers by channel.
type Channels = BTreeMap<String, Vec<Delivery>>;

/// Running triggers.
pub struct Triggers {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    queues: Vec<(String, Arc<Queue>)>,
}

impl Triggers {
    /// Subscribes. `silence` is how long a subscription may hear nothing before its connection counts as dead.
    /// `ended` is told the address when a server was lost and `spin_exact` says not to come back.
    pub fn start(
        triggers: Vec<Trigger>,
        embedded: &crate::capabilities::redis::embedded::EmbeddedRedis,
        spin_exact: bool,
        silence: Option<Duration>,
        ended: &tokio::sync::mpsc::UnboundedSender<String>,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let mut queues = Vec::new();
        let mut servers: BTreeMap<String, Channels> = BTreeMap::new();
        for Trigger { address, channel, consumer } in triggers {
            let delivery = if spin_exact {
                Delivery::Exact(consumer)
            } else {
                let queue = Arc::<Queue>::default();
                queues.push((channel.clone(), Arc::clone(&queue)));
                tasks.spawn(consume(Arc::clone(&queue), consumer, stopped.clone()));
                Delivery::Queued(queue)
            };
            servers.entry(address).or_default().entry(channel).or_default().push(delivery);
        }
        for (address, channels) in servers {
            let (ended, stopped) = (ended.clone(), stopped.clone());
            if address == EMBEDDED {
                tasks.spawn(subscription::embedded(embedded.subscribe(), channels, stopped));
            } else if spin_exact {
                tasks.spawn(async move {
                    subscription::exact(&address, &channels, stopped).await;
                    // Nobody listens any more when the host stops at the same time.
                    let _ = ended.send(subscription::without_password(&address));
                });
            } else {
                tasks.spawn(subscription::reconnecting(address, channels, silence, stopped));
            }
        }
        Self { tasks, stop, queues }
    }

    /// Rings for everyone on `channel` without a server in between.
    pub fn ring(&self, channel: &str) {
        self.queues.iter().filter(|(known, _)| known == channel).for_each(|(_, queue)| queue.push(Bytes::new()));
    }

    /// Takes no more messages and waits up to `drain` for the handlers at work; says whether all of them finished.
    pub async fn stop(mut self, drain: Duration) -> bool {
        // Every task may have ended before.
        let _ = self.stop.send(true);
        let finished =
            tokio::time::timeout(drain, async { while self.tasks.join_next().await.is_some() {} }).await.is_ok();
        self.tasks.shutdown().await;
        finished
    }
}

/// Hands messages over one at a time; a stop waits for the one at work.
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
            Ok(message) => instance = consumer.handle(instance, &message).await,
            Err(_) => instance = None,
        }
    }
}

/// Brings `message` to everyone on `channel`.
async fn deliver(channels: &Channels, channel: &str, message: &Bytes) {
    let Some(consumers) = channels.get(channel) else { return };
    let mut exact = Vec::new();
    for delivery in consumers {
        match delivery {
            Delivery::Queued(queue) => queue.push(message.clone()),
            Delivery::Exact(consumer) => exact.push(consumer.handle(None, message)),
        }
    }
    futures::future::join_all(exact).await;
}

/// Everyone looks what happened while nobody listened.
async fn ring_all(channels: &Channels) {
    for channel in channels.keys() {
        deliver(channels, channel, &Bytes::new()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_keep_their_order_and_identical_ones_that_wait_are_one() {
        let queue = Queue::default();
        for message in ["a", "b", "a", "c", "b"] {
            queue.push(Bytes::from_static(message.as_bytes()));
        }
        assert_eq!(queue.pop().await, "a");
        queue.push(Bytes::from_static(b"a"));
        let mut rest = Vec::new();
        for _ in 0..3 {
            rest.push(queue.pop().await);
        }
        assert_eq!(rest, ["b", "c", "a"], "a message that is being handled does not stand for a later one");
    }

    #[tokio::test]
    async fn a_full_queue_drops_the_oldest() {
        let queue = Queue::default();
        for number in 0..=WAITING {
            queue.push(Bytes::from(number.to_string()));
        }
        assert_eq!(queue.pop().await, "1");
    }
}
