//! Giving up what a request waits for when its own time is over.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wasmtime::component::GuestTaskId;

/// The requests of one instance that were answered for, because they took too long: the guest goes on with them as long as the
/// instance has others, but what they asked of others is given up.
#[derive(Debug, Default)]
pub struct Overdue {
    tasks: Mutex<Vec<GuestTaskId>>,
    added: Notify,
}

impl Overdue {
    /// The request of `task` is overdue. Its instance takes no new ones, so that ids are not used again.
    pub fn add(&self, task: GuestTaskId) {
        self.lock().push(task);
        self.added.notify_waiters();
    }

    /// Waits until one of `tasks` is overdue.
    pub(super) async fn any(&self, tasks: &[GuestTaskId]) {
        loop {
            let added = self.added.notified();
            if self.lock().iter().any(|overdue| tasks.contains(overdue)) {
                return;
            }
            added.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<GuestTaskId>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
