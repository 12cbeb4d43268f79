//! What all instances are told: to make room, or that the host stops.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::AcqRel, Ordering::Acquire},
    },
    task::{Context, Poll},
};

use tokio::sync::{Notify, futures::OwnedNotified};

const DRAINING: u32 = 1;
const STOPPED: u32 = 2;
/// The bits above count how often room was asked for.
const ROOM: u32 = 4;

/// Tells instances that others need their room, and that the host stops.
#[derive(Debug, Default)]
pub struct Lifecycle {
    state: AtomicU32,
    changed: Arc<Notify>,
}

/// How far the stop of a host has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It does not stop.
    Running,
    /// Idle instances end.
    Draining,
    /// All instances end.
    Stopped,
}

impl Lifecycle {
    /// Idle instances end.
    pub fn drain(&self) {
        self.state.fetch_or(DRAINING, AcqRel);
        self.changed.notify_waiters();
    }

    /// All instances end.
    pub fn stop(&self) {
        self.state.fetch_or(STOPPED, AcqRel);
        self.changed.notify_waiters();
    }

    /// Wakes all instances, so that those without work see whether somebody waits for their room.
    pub fn make_room(&self) {
        self.state.fetch_add(ROOM, AcqRel);
        self.changed.notify_waiters();
    }

    /// How far the stop has come.
    pub fn phase(&self) -> Phase {
        phase(self.state.load(Acquire))
    }
}

fn phase(state: u32) -> Phase {
    if state & STOPPED != 0 {
        Phase::Stopped
    } else if state & DRAINING != 0 {
        Phase::Draining
    } else {
        Phase::Running
    }
}

/// What one instance has been told.
#[derive(Debug)]
pub struct Told {
    lifecycle: Arc<Lifecycle>,
    /// Registered once per change, since that takes a lock that all instances share.
    changed: Option<Pin<Box<OwnedNotified>>>,
    seen: u32,
}

impl Told {
    /// Nothing yet.
    pub fn new(lifecycle: Arc<Lifecycle>) -> Self {
        Self { lifecycle, changed: None, seen: 0 }
    }

    /// How far the stop has come; the task is woken when that changes, and when room is asked for.
    pub fn phase(&mut self, cx: &mut Context<'_>) -> Phase {
        let state = self.lifecycle.state.load(Acquire);
        if self.changed.is_some() && state == self.seen {
            return phase(state);
        }
        loop {
            let changed = self.changed.insert(Box::pin(Arc::clone(&self.lifecycle.changed).notified_owned()));
            if changed.as_mut().poll(cx).is_pending() {
                break;
            }
        }
        self.seen = self.lifecycle.state.load(Acquire);
        phase(self.seen)
    }

    /// Waits until something is told that has not been looked at.
    pub async fn changed(&mut self) {
        std::future::poll_fn(|cx| {
            let seen = self.seen;
            self.phase(cx);
            if self.seen == seen { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}
