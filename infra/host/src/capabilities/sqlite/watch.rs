//! Decides when the statement that runs on a connection is stopped, and when one that waits for a lock gives up.
//!
//! Only what a guest asked for is ever stopped, and only until it begins to commit. SQLite may call the progress handler once more
//! after a statement has taken effect, and reports it as interrupted all the same: a BEGIN would leave a transaction open that nobody
//! knows of, a COMMIT would be taken for a failure and repeated.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    lock,
    settings::{Settings, TIME_LIMIT},
    statement::Statement,
};
use crate::config::clock::Clock;

/// Virtual machine instructions between two looks at the limits, around 20 microseconds.
pub(super) const TICK: i32 = 1000;
/// The longest pause before it is tried again.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// Watches over one connection.
#[derive(Debug)]
pub(super) struct Watch {
    clock: Clock,
    busy_timeout: Duration,
    /// `None` while nothing runs that may be stopped.
    running: Mutex<Option<Running>>,
    /// How many times [`TICK`] instructions the last statement took.
    spent: AtomicU64,
    /// Since when, in microseconds, somebody waits for a lock.
    busy_since: AtomicU64,
}

#[derive(Debug)]
struct Running {
    statement: Arc<Statement>,
    /// Times [`TICK`] instructions.
    budget: u64,
    deadline: Duration,
    timed_out: bool,
}

/// For as long as this lives, a statement may be stopped.
pub(super) struct Armed<'a>(&'a Watch);

impl Armed<'_> {
    /// Whether the statement was stopped because its time was over.
    pub(super) fn timed_out(&self) -> bool {
        lock(&self.0.running).as_ref().is_some_and(|running| running.timed_out)
    }
}

impl Drop for Armed<'_> {
    fn drop(&mut self) {
        self.0.let_finish();
    }
}

impl Watch {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            clock: settings.clock.clone(),
            busy_timeout: settings.busy_timeout,
            running: Mutex::default(),
            spent: AtomicU64::new(0),
            busy_since: AtomicU64::new(0),
        }
    }

    /// Gives `statement` at most `budget` times [`TICK`] instructions and [`TIME_LIMIT`].
    pub(super) fn arm(&self, statement: &Arc<Statement>, budget: u64) -> Armed<'_> {
        let deadline = self.clock.now() + TIME_LIMIT;
        self.spent.store(0, Ordering::Relaxed);
        *lock(&self.running) = Some(Running { statement: statement.clone(), budget, deadline, timed_out: false });
        Armed(self)
    }

    /// What runs is not stopped any more.
    pub(super) fn let_finish(&self) {
        *lock(&self.running) = None;
    }

    /// How many times [`TICK`] instructions the last statement took.
    pub(super) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Every [`TICK`] instructions: whether the statement has to stop.
    pub(super) fn should_stop(&self) -> bool {
        let mut running = lock(&self.running);
        let Some(running) = &mut *running else { return false };
        let spent = self.spent() + 1;
        self.spent.store(spent, Ordering::Relaxed);
        running.timed_out = self.clock.now() > running.deadline;
        running.timed_out || spent > running.budget || running.statement.is_cancelled()
    }

    /// When a lock is taken, for the `attempt`th time: whether it is worth trying again, after a pause.
    pub(super) fn wait(&self, attempt: i32) -> bool {
        if let Some(running) = &*lock(&self.running)
            && (running.budget != u64::MAX || running.statement.is_cancelled())
        {
            // Nobody waits for it, or nobody may be kept waiting: it runs where requests are served.
            return false;
        }
        let now = self.clock.now();
        if attempt == 0 {
            self.busy_since.store(u64::try_from(now.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        if now >= Duration::from_micros(self.busy_since.load(Ordering::Relaxed)) + self.busy_timeout {
            return false;
        }
        std::thread::sleep(BUSY_PAUSE.min(Duration::from_millis(1 << attempt.clamp(0, 6))));
        true
    }
}
