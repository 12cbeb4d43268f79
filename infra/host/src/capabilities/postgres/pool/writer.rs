//! Statements that write wait in a queue for whoever runs them ("writers"), in groups.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, oneshot},
};

use super::{
    super::{
        error::Failure,
        group::{self, Job, MAX_GROUP},
        link::{Request, ResultSet},
        profile::Profile,
    },
    Held, Part, Pool, lock,
};

/// A writer that makes no progress for this long gets another beside it: those that wait for locks must not keep others waiting who
/// don't.
///
/// On a machine that is busy a thread may not run for a while, which looks the same, so it is not short.
pub(super) const STALL: Duration = Duration::from_millis(25);

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Writes {
    waiting: VecDeque<Job>,
    /// Writers that are running.
    busy: usize,
    /// Those of them that wait for a connection.
    connecting: usize,
    /// The connection of one that is idle, with the right to keep it.
    idle: Option<(Held, OwnedSemaphorePermit)>,
}

impl Writes {
    /// Whether anybody waits for an answer.
    pub(super) fn is_active(&self) -> bool {
        self.busy > 0 || !self.waiting.is_empty()
    }

    /// Counts one more writer if it is needed, and says so.
    fn call(&mut self, is_needed: impl FnOnce(&Self) -> bool) -> bool {
        let needed = is_needed(self);
        self.busy += usize::from(needed);
        needed
    }

    /// Closes the idle connection if it should get no more statements.
    pub(super) fn release_idle(&mut self) {
        self.idle.take_if(|(held, _)| !held.link.is_usable());
    }
}

impl Pool {
    /// Leaves a statement to the writers of this worker.
    pub(super) async fn run_write(
        self: &Arc<Self>,
        profile: Arc<Profile>,
        request: Request,
    ) -> Result<ResultSet, Failure> {
        if profile.is_slow()
            && let Some(held) = self.try_check_out().await
        {
            return self.run_held(held, profile, request).await.map_err(|broken| broken.failure);
        }
        let index = self.part_index();
        let (reply, answer) = oneshot::channel();
        let is_first = {
            let mut writes = lock(&self.parts[index].writes);
            writes.waiting.push_back(Job { profile, request, reply });
            writes.call(|writes| writes.busy == 0)
        };
        if is_first {
            self.start_writer(index);
        }
        answer.await.unwrap_or_else(|error| Err(Failure::Connection(error.to_string())))
    }

    /// Puts one more writer to work for a queue whose writers make no progress.
    pub(super) fn relieve_writers(self: &Arc<Self>, index: usize, now_us: u64) {
        let part = &self.parts[index];
        let waited = now_us.saturating_sub(part.written_us.load(Relaxed));
        let is_stalled = u128::from(waited) > STALL.as_micros();
        if lock(&part.writes).call(|writes| is_stalled && !writes.waiting.is_empty() && writes.connecting == 0) {
            self.start_writer(index);
        }
    }

    fn start_writer(self: &Arc<Self>, index: usize) {
        let part = &self.parts[index];
        part.written_us.store(self.now_us(), Relaxed);
        let pool = self.clone();
        part.runtime.get_or_init(Handle::current).spawn(async move { pool.write(&pool.parts[index]).await });
    }

    /// A writer: takes what waits, over and over, until nothing does.
    async fn write(self: &Arc<Self>, part: &Part) {
        let mut held: Option<Held> = None;
        loop {
            let jobs: Vec<Job> = {
                let mut writes = lock(&part.writes);
                if writes.waiting.is_empty() {
                    writes.busy -= 1;
                    let Some(held) = held else { return };
                    match self.permits.try_keep() {
                        Some(keep) if writes.idle.is_none() => writes.idle = Some((held, keep)),
                        _ => self.give_back(held),
                    }
                    return;
                }
                held = held.or_else(|| writes.idle.take().map(|(held, _)| held)).filter(|held| held.link.is_usable());
                if held.is_none() {
                    writes.connecting += 1;
                }
                let count = writes.waiting.len().min(MAX_GROUP);
                writes.waiting.drain(..count).collect()
            };
            if held.is_none() {
                held = self.try_check_out().await;
                lock(&part.writes).connecting -= 1;
            }
            if let Some(held) = &held {
                group::run(&held.link, jobs).await;
            } else {
                self.write_elsewhere(jobs).await;
            }
            part.written_us.store(self.now_us(), Relaxed);
        }
    }

    /// When all connections are taken, or there can be none.
    async fn write_elsewhere(self: &Arc<Self>, jobs: Vec<Job>) {
        match self.lane().await {
            Ok(Some(lane)) => match self.check_presence(&lane) {
                Ok(()) => group::run_apart(lane.link(), jobs).await,
                Err(failure) => group::refuse(jobs, &failure),
            },
            Ok(None) => match self.check_out().await {
                Ok(held) => {
                    group::run(&held.link, jobs).await;
                    self.give_back(held);
                }
                Err(failure) => group::refuse(jobs, &failure),
            },
            Err(failure) => group::refuse(jobs, &failure),
        }
    }
}
