//! Bounds on linear memory: each instance has its own, and all instances of a host share one.
//!
//! Memory counts by its length, which is what it may come to occupy, and never shrinks while its instance lives.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::Notify;
use wasmtime::ResourceLimiterAsync;

use super::lifecycle::{Lifecycle, Told};

/// Elements that the tables of one instance may hold.
const TABLE_ELEMENTS: usize = 100_000;
/// Bytes that a memory may grow by before its instance is not worth keeping: a heap that has settled.
const SETTLED: usize = 4 << 20;

/// The bytes of linear memory that all instances of a host share.
#[derive(Debug)]
pub struct Budget {
    bytes: usize,
    taken: AtomicUsize,
    waiting: AtomicUsize,
    returned: Notify,
    lifecycle: Arc<Lifecycle>,
}

/// No memory was returned in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the memory for all instances together is used up")]
pub struct Exhausted;

impl Budget {
    /// `bytes` for all instances together; `lifecycle` tells idle ones when others wait.
    pub fn new(bytes: usize, lifecycle: Arc<Lifecycle>) -> Arc<Self> {
        Arc::new(Self {
            bytes,
            taken: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            returned: Notify::new(),
            lifecycle,
        })
    }

    /// Memory of `bytes` for a new instance whose first request is `depth` calls away from a client, within `patience`.
    ///
    /// New instances never get all of it: a quarter is left for those that a request in progress waits for, half of that for those
    /// that these wait for, and so on, and all of it for instances to grow. So what has been begun can be finished.
    pub async fn admit(self: &Arc<Self>, bytes: usize, depth: u8, patience: Duration) -> Result<Share, Exhausted> {
        let kept = self.bytes.checked_shr(u32::from(depth) + 2).unwrap_or(0);
        self.take(bytes, self.bytes - kept, patience).await?;
        Ok(Share { budget: Arc::clone(self), bytes })
    }

    /// Whether somebody waits for memory.
    pub fn is_short(&self) -> bool {
        self.waiting.load(Relaxed) > 0
    }

    /// Tells an instance without work when somebody begins to wait.
    pub fn told(&self) -> Told {
        Told::new(Arc::clone(&self.lifecycle))
    }

    async fn take(&self, bytes: usize, ceiling: usize, patience: Duration) -> Result<(), Exhausted> {
        if self.try_take(bytes, ceiling) {
            return Ok(());
        }
        if bytes > ceiling {
            return Err(Exhausted);
        }
        let _waiting = Waiting::new(&self.waiting);
        self.lifecycle.make_room();
        let waited = async {
            loop {
                let mut returned = pin!(self.returned.notified());
                // What is returned from here on wakes this.
                returned.as_mut().enable();
                if self.try_take(bytes, ceiling) {
                    return;
                }
                returned.await;
            }
        };
        tokio::time::timeout(patience, waited).await.map_err(|_| Exhausted)
    }

    fn try_take(&self, bytes: usize, ceiling: usize) -> bool {
        let fits = |taken: usize| taken.checked_add(bytes).filter(|sum| *sum <= ceiling);
        self.taken.fetch_update(Relaxed, Relaxed, fits).is_ok()
    }
}

/// Counts a caller that waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// What one instance has of the budget; returned when this is dropped.
#[derive(Debug)]
pub struct Share {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.taken.fetch_sub(self.bytes, Relaxed);
        self.budget.returned.notify_waiters();
    }
}

/// The memory of one instance, for those that decide how long to keep it.
#[derive(Debug, Default)]
pub struct Usage {
    bytes: AtomicUsize,
    start: AtomicUsize,
    starved: AtomicBool,
}

impl Usage {
    /// Whether its guest was refused memory that it might have had at another time.
    pub fn is_starved(&self) -> bool {
        self.starved.load(Relaxed)
    }

    /// Whether it holds far more than it started with.
    pub fn has_grown(&self) -> bool {
        let start = self.start.load(Relaxed);
        self.bytes.load(Relaxed) > start + start.max(SETTLED)
    }

    /// It is instantiated: what it holds is what it needs.
    pub fn started(&self) {
        self.start.store(self.bytes.load(Relaxed), Relaxed);
    }
}

/// Bounds the linear memories of one instance, those of its dependencies included.
#[derive(Debug)]
pub struct MemoryLimit {
    bytes: usize,
    used: usize,
    share: Share,
    patience: Duration,
    usage: Arc<Usage>,
}

impl MemoryLimit {
    /// Lets an instance use up to `bytes`; what it needs beyond its `share` it waits for, up to `patience` each time.
    pub fn new(bytes: usize, share: Share, patience: Duration, usage: Arc<Usage>) -> Self {
        Self { bytes, used: 0, share, patience, usage }
    }

    async fn grow(&mut self, current: usize, desired: usize) -> bool {
        let used = self.used.saturating_sub(current).saturating_add(desired);
        if used > self.bytes {
            return false;
        }
        if let Some(more) = used.checked_sub(self.share.bytes) {
            let Budget { bytes, .. } = *self.share.budget;
            if self.share.budget.take(more, bytes, self.patience).await.is_err() {
                self.usage.starved.store(true, Relaxed);
                return false;
            }
            self.share.bytes = used;
        }
        self.used = used;
        self.usage.bytes.store(used, Relaxed);
        true
    }
}

#[async_trait::async_trait]
impl ResourceLimiterAsync for MemoryLimit {
    async fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired).await)
    }

    async fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}

/// Linear memory that instances of `component` start with, in bytes, from above: wasmtime tells the number of memories and the size of the
/// largest.
pub fn initial(component: &wasmtime::component::Component) -> usize {
    component.resources_required().map_or(0, |required| {
        let pages = required.max_initial_memory_size.unwrap_or(0).saturating_mul(required.num_memories.into());
        usize::try_from(pages).unwrap_or(usize::MAX).saturating_mul(64 << 10)
    })
}

/// Memory for one instance in a test.
#[cfg(test)]
pub(crate) async fn testing() -> MemoryLimit {
    let share = Budget::new(1 << 30, Arc::default()).admit(0, 0, Duration::ZERO).await;
    MemoryLimit::new(1 << 30, share.expect("room"), Duration::ZERO, Arc::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    fn budget(bytes: usize) -> Arc<Budget> {
        Budget::new(bytes, Arc::default())
    }

    async fn limit(budget: &Arc<Budget>, bytes: usize) -> MemoryLimit {
        MemoryLimit::new(bytes, budget.admit(0, 0, SOON).await.expect("nothing is asked for"), SOON, Arc::default())
    }

    #[tokio::test]
    async fn memories_of_one_instance_share_its_limit() {
        let mut limit = limit(&budget(1000), 100).await;
        assert!(limit.grow(0, 60).await);
        assert!(!limit.grow(0, 60).await, "a second memory");
        assert!(limit.grow(0, 40).await);
        assert!(!limit.grow(60, 61).await);
        assert!(!limit.usage.is_starved(), "its own limit, which no other time changes");
    }

    #[tokio::test]
    async fn instances_share_the_budget_and_return_what_they_had() {
        let budget = budget(100);
        let mut one = limit(&budget, 100).await;
        let mut other = limit(&budget, 100).await;
        assert!(one.grow(0, 70).await);
        assert!(!other.grow(0, 31).await);
        assert!(other.usage.is_starved() && !one.usage.is_starved());
        assert!(other.grow(0, 30).await);
        drop(one);
        assert!(other.grow(30, 100).await);
    }

    #[tokio::test]
    async fn a_share_is_used_before_more_is_asked_for() {
        let budget = budget(100);
        let share = budget.admit(60, 0, SOON).await.expect("room");
        let mut limit = MemoryLimit::new(100, share, SOON, Arc::default());
        assert!(limit.grow(0, 20).await);
        assert!(limit.grow(20, 60).await);
        assert_eq!(budget.taken.load(Relaxed), 60);
        assert!(limit.grow(60, 61).await);
        assert_eq!(budget.taken.load(Relaxed), 61);
        drop(limit);
        assert_eq!(budget.taken.load(Relaxed), 0);
    }

    #[tokio::test]
    async fn who_waits_gets_what_is_returned() {
        let budget = budget(128);
        let first = budget.admit(90, 0, SOON).await.expect("room");
        assert!(budget.admit(7, 0, SOON).await.is_err());
        assert!(!budget.is_short());
        let long = Duration::from_mins(1);
        let waiting = tokio::spawn({
            let budget = Arc::clone(&budget);
            async move { budget.admit(7, 0, long).await }
        });
        while !budget.is_short() {
            tokio::task::yield_now().await;
        }
        drop(first);
        assert!(waiting.await.expect("no panic").is_ok());
        assert!(!budget.is_short());
    }

    #[tokio::test]
    async fn a_call_finds_memory_when_its_callers_have_taken_theirs() {
        let budget = budget(128);
        let mut held = Vec::new();
        for (depth, bytes) in [(0, 96), (1, 16), (2, 8), (3, 4)] {
            assert!(budget.admit(bytes + 1, depth, SOON).await.is_err(), "depth {depth}");
            held.push(budget.admit(bytes, depth, SOON).await.expect("room for a deeper call"));
            assert!(budget.admit(1, depth, SOON).await.is_err(), "depth {depth}");
        }
        let mut limit = MemoryLimit::new(128, held.remove(0), SOON, Arc::default());
        assert!(limit.grow(0, 100).await, "what has begun may grow into the rest");
    }

    #[tokio::test]
    async fn an_instance_has_grown_when_it_holds_more_than_twice_its_start() {
        let mut limit = limit(&budget(1 << 30), 1 << 30).await;
        assert!(limit.grow(0, SETTLED).await);
        limit.usage.started();
        assert!(limit.grow(SETTLED, 2 * SETTLED).await);
        assert!(!limit.usage.has_grown());
        assert!(limit.grow(2 * SETTLED, 2 * SETTLED + 1).await);
        assert!(limit.usage.has_grown());
    }
}
