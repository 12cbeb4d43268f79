//! When an instance ends: after idling, when its last request is overdue, when others need its memory, or with the host.

use std::{
    future::Future as _,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::handler::{WorkerExpiration, WorkerStatus};

use super::pool::Link;
use crate::engine::{
    CpuClock,
    lifecycle::{Phase, Told},
    memory::{Budget, Usage},
};

/// How long an instance that has grown is kept without requests: the next one that needs as much finds it, and nothing else holds on
/// to what it takes.
const GROWN_IDLE: Duration = Duration::from_secs(1);

/// What the end of an instance depends on.
///
/// The timer is not moved for every request: it fires at most once per idle period and then looks what is due.
pub struct Expiration<H> {
    pub(super) cpu: Arc<CpuClock>,
    pub(super) usage: Arc<Usage>,
    pub(super) memory: Arc<Budget>,
    /// Answers whose bodies clients still read.
    pub(super) streams: Arc<AtomicUsize>,
    pub(super) link: Link<H>,
    pub(super) told: Told,
    pub(super) idle: Duration,
    pub(super) request: Duration,
    pub(super) timer: Pin<Box<Sleep>>,
}

impl<H> Expiration<H> {
    /// How long the instance may be in this state.
    fn limit(&self, status: WorkerStatus) -> Option<Duration> {
        match status {
            WorkerStatus::Idle if self.usage.has_grown() => Some(self.idle.min(GROWN_IDLE)),
            WorkerStatus::Idle => Some(self.idle),
            WorkerStatus::Requests => Some(self.request),
            // What is left is no answer but a request that was cut off.
            WorkerStatus::PostReturn if self.streams.load(Relaxed) == 0 && self.link.is_expired() => Some(self.request),
            // A response that is still being streamed may take as long as the client listens.
            WorkerStatus::PostReturn => None,
        }
    }
}

impl<H: Send + Sync + 'static> WorkerExpiration for Expiration<H> {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        status: WorkerStatus,
        start: std::time::Instant,
    ) -> Poll<()> {
        let computes = self.cpu.on_pending();
        self.link.suspended(computes);
        let limit = self.limit(status);
        let due = limit.map(|limit| Instant::from_std(start) + limit);
        if let Some(due) = due
            && due < self.timer.deadline()
        {
            self.timer.as_mut().reset(due);
        }
        let mut is_due = false;
        while self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            is_due = due.is_some_and(|due| due <= now);
            let later = match due {
                Some(due) if due > now => due,
                _ => now + self.idle.max(Duration::from_secs(1)),
            };
            self.timer.as_mut().reset(later);
        }
        let idle = status == WorkerStatus::Idle;
        let ends = match self.told.phase(cx) {
            Phase::Running => is_due || (idle && self.memory.is_short()),
            Phase::Draining => is_due || idle,
            Phase::Stopped => return Poll::Ready(()),
        };
        // A request may be on its way.
        if ends && (!idle || self.link.end_idle()) { Poll::Ready(()) } else { Poll::Pending }
    }
}
