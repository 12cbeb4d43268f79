//! How many connections there may be.
//!
//! A permit is the right to use a connection. One that lies idle for whoever comes has none, and is taken, or closed, before a new
//! one is made: there are never more connections than the limit.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    error::Failure,
    link::Link,
    room::{Open, Room},
};

/// How long closing an idle connection may take before a new one replaces it.
const CLOSING: Duration = Duration::from_secs(1);

/// The limit of one server, or of all of them when the runtime configuration sets it.
#[derive(Debug)]
pub(super) struct Permits {
    max: usize,
    /// Connections that statements may use.
    use_: Arc<Semaphore>,
    /// How many of them may be kept by somebody who does not use them all the time.
    keep: Arc<Semaphore>,
    /// The one that asks the server what it does.
    inquiry: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
    open: Arc<Open>,
}

#[derive(Debug)]
struct Idle {
    /// Which pool may use it.
    owner: usize,
    link: Arc<Link>,
}

impl Permits {
    pub(super) fn new(max: usize) -> Self {
        let inquiry = usize::from(max > 2);
        Self {
            max,
            use_: Arc::new(Semaphore::new(max - inquiry)),
            keep: Arc::new(Semaphore::new(max / 2)),
            inquiry: Arc::new(Semaphore::new(inquiry)),
            idle: Mutex::default(),
            open: Arc::default(),
        }
    }

    /// How many connections may be kept.
    pub(super) fn kept(&self) -> usize {
        self.max / 2
    }

    /// The right to use a connection, when there are enough: some are left for those who can't do without.
    pub(super) fn try_use(&self) -> Option<OwnedSemaphorePermit> {
        if self.use_.available_permits() <= self.max / 4 {
            return None;
        }
        self.use_.clone().try_acquire_owned().ok()
    }

    /// Waits for it.
    pub(super) async fn wait(&self, patience: Duration) -> Result<OwnedSemaphorePermit, Failure> {
        if self.max == 0 {
            return Err(Failure::Connection("the runtime configuration allows no connection to PostgreSQL".into()));
        }
        let permit = tokio::time::timeout(patience, self.use_.clone().acquire_owned()).await;
        permit
            .map_err(|_| Failure::Connection(format!("no connection became free within {patience:?}")))?
            .map_err(|error| Failure::Connection(error.to_string()))
    }

    /// The right to keep a connection for one purpose.
    pub(super) fn try_keep(&self) -> Option<OwnedSemaphorePermit> {
        self.keep.clone().try_acquire_owned().ok()
    }

    /// The right to the connection that asks the server what it does.
    pub(super) fn try_inquire(&self) -> Option<OwnedSemaphorePermit> {
        self.inquiry.clone().try_acquire_owned().ok()
    }

    /// A connection of `owner` that lies idle.
    pub(super) fn take_idle(&self, owner: usize) -> Option<Arc<Link>> {
        let mut idle = self.idle();
        while let Some(last) = idle.iter().rposition(|idle| idle.owner == owner) {
            let Idle { link, .. } = idle.remove(last);
            if link.is_usable() {
                return Some(link);
            }
        }
        None
    }

    /// Puts back a connection that is in the state that a new one would be in.
    pub(super) fn put_idle(&self, owner: usize, link: Arc<Link>) {
        if link.is_usable() {
            self.idle().push(Idle { owner, link });
        }
    }

    /// Closes the idle connections of `owner` that `keep` does not want.
    pub(super) fn retain_idle(&self, owner: usize, keep: impl Fn(&Link) -> bool) {
        self.idle().retain(|idle| idle.owner != owner || keep(&idle.link));
    }

    /// Room for one more connection, for which another server's idle one may have to go. Whoever asks has a permit.
    pub(super) async fn room(&self) -> Result<Room, Failure> {
        let make = async {
            loop {
                if let Some(room) = self.open.enter(self.max) {
                    return room;
                }
                let closed = self.open.closed();
                let oldest = {
                    let mut idle = self.idle();
                    (!idle.is_empty()).then(|| idle.remove(0))
                };
                drop(oldest);
                closed.await;
            }
        };
        tokio::time::timeout(CLOSING, make)
            .await
            .map_err(|_| Failure::Connection("all connections to PostgreSQL are in use".into()))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
