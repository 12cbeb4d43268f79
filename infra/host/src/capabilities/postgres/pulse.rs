//! Whether a connection is alive.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Signs of life, for whoever looks now and then.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    /// Messages that are not answered yet.
    outstanding: AtomicUsize,
    /// Changes when an answer is complete, and when a first message goes out after a pause.
    answers: AtomicU64,
    /// Changes with every row.
    rows: AtomicU64,
}

/// What a [`Pulse`] shows at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) busy: bool,
    pub(super) answers: u64,
    pub(super) rows: u64,
}

impl Pulse {
    /// Counts a message.
    pub(super) fn begin(&self) {
        if self.outstanding.fetch_add(1, Relaxed) == 0 {
            count(&self.answers);
        }
    }

    /// Counts that a message was answered, or that nobody waits for it.
    pub(super) fn end(&self) {
        count(&self.answers);
        self.outstanding.fetch_sub(1, Relaxed);
    }

    /// Counts a row.
    pub(super) fn row(&self) {
        count(&self.rows);
    }

    pub(super) fn outstanding(&self) -> usize {
        self.outstanding.load(Relaxed)
    }

    pub(super) fn sign(&self) -> Sign {
        Sign { busy: self.outstanding() > 0, answers: self.answers.load(Relaxed), rows: self.rows.load(Relaxed) }
    }
}

/// Not exact when two threads count at once: that it changes is enough.
fn count(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}
