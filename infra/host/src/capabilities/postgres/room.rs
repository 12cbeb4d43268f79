//! How many connections are open.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use tokio::sync::{Notify, futures::Notified};

/// Connections whose socket is open.
#[derive(Debug, Default)]
pub(super) struct Open {
    count: AtomicUsize,
    closed: Notify,
}

/// The place of one open connection under a limit.
#[derive(Debug)]
pub(super) struct Room(Arc<Open>);

impl Open {
    /// A place for one more connection while there are fewer than `max`.
    pub(super) fn enter(self: &Arc<Self>, max: usize) -> Option<Room> {
        let more = |count| (count < max).then_some(count + 1);
        self.count.fetch_update(Relaxed, Relaxed, more).is_ok().then(|| Room(Arc::clone(self)))
    }

    /// Waits until one is closed.
    pub(super) fn closed(&self) -> Notified<'_> {
        self.closed.notified()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Relaxed);
        self.0.closed.notify_one();
    }
}
