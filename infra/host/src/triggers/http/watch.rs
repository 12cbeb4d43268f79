//! Sees to it that connections keep to [`pace`](super::pace).

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    connection::Connection,
    pace::{Flows, LINGER, Order, Record},
};
use crate::config::options::Limits;

/// All connections, and the bodies that are under way.
#[derive(Debug)]
pub struct Watch {
    limits: Limits,
    connections: Mutex<Vec<(Weak<Connection>, Record)>>,
    /// The bodies.
    pub flows: Arc<Flows>,
    draining: AtomicBool,
}

impl Watch {
    /// A watch that knows nobody.
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            connections: Mutex::default(),
            flows: Arc::default(),
            draining: AtomicBool::new(false),
        })
    }

    /// How often [`Watch::look`] is to be called.
    pub fn period(&self) -> Duration {
        let Limits { head_timeout, connection_idle, stall, .. } = self.limits;
        let shortest = head_timeout.min(connection_idle).min(stall).min(LINGER);
        (shortest / 4).clamp(Duration::from_millis(20), Duration::from_secs(1))
    }

    /// Watches `connection`, which was opened at `now`.
    pub fn add(&self, connection: &Arc<Connection>, now: Instant) {
        self.lock().push((Arc::downgrade(connection), Record::new(now)));
    }

    /// Looks at the counts as they are at `now`, and ends what is too slow.
    pub fn look(&self, now: Instant) {
        let draining = self.draining.load(Acquire);
        self.lock().retain_mut(|(connection, record)| {
            let Some(connection) = connection.upgrade() else { return false };
            if let Some(order) = record.judge(now, connection.counts(), draining, &self.limits) {
                connection.order(order);
            }
            true
        });
        self.flows.look(now, &self.limits);
    }

    /// Ends the connection that has been idle for longest among those that `choose` names, and frees its place.
    pub fn evict(&self, choose: impl Fn(&Connection) -> bool) {
        let connections = self.lock();
        let idle = connections
            .iter()
            .filter_map(|(connection, record)| Some((connection.upgrade()?, record.quiet)))
            .filter(|(connection, _)| connection.is_idle() && choose(connection))
            .min_by_key(|(_, quiet)| *quiet);
        if let Some((connection, _)) = idle {
            connection.leave();
        }
    }

    /// Connections take no more requests from here on, and those without any end.
    pub fn drain(&self) {
        self.draining.store(true, Release);
        for (connection, _) in &*self.lock() {
            if let Some(connection) = connection.upgrade() {
                connection.order(Order::Drain);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Weak<Connection>, Record)>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
