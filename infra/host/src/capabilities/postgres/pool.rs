//! The connections to one server, shared by all components.
//!
//! Plain statements of all guests are pipelined over shared connections ("lanes"): no checkout, one round trip each, and the server
//! switches less often. Those that write go over others ("writers") in groups that share a transaction (see [`group`]). Each worker
//! has a lane and a writer of its own, so that an answer wakes no other thread and the server has as many processes at work as there
//! are workers. Whatever needs a session gets a connection of its own, which is cleaned before anybody else can get it. A permit is the
//! right to use a connection; one that lies idle for whoever comes has none, and is taken before a new one is made, so that there are
//! never more connections than permits.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    address::Target,
    error::Failure,
    group::{self, Job, MAX_GROUP},
    plan::Plan,
    session::{Outcome, Request, Session},
};
use crate::workers;

/// Connections to one server when the runtime configuration doesn't say.
const MAX_CONNECTIONS: usize = 32;
/// How long a statement waits for a connection of its own.
const WAIT: Duration = if cfg!(test) { Duration::from_millis(300) } else { Duration::from_secs(5) };
/// How long after a failure nobody tries to connect again.
const BACKOFF: Duration = Duration::from_millis(200);
/// A lane that answers nothing for so long is avoided, and beside such a writer comes another.
///
/// On a machine that is busy this thread may not run for a while, which looks the same, so it is not short.
const STALL: Duration = Duration::from_millis(25);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_mins(1);
/// Statements that are remembered.
const PLANS: usize = 2048;

/// A shared connection.
#[derive(Debug)]
struct Lane {
    session: Session,
    /// Statements that are not answered yet.
    load: AtomicUsize,
    /// When the last answer came, or the first statement after a pause went out, in microseconds since `Pool::origin`.
    progress_us: AtomicU64,
    /// Held for as long as the lane is open.
    #[expect(dead_code, reason = "only its drop matters")]
    permit: OwnedSemaphorePermit,
}

/// The shared connections of a worker.
#[derive(Debug, Default)]
struct Shared {
    lane: RwLock<Option<Arc<Lane>>>,
    /// One attempt to open it at a time.
    opening: tokio::sync::Mutex<()>,
    writes: Mutex<Writes>,
    /// When a writer last was done with a group, or was called, in microseconds since `Pool::origin`.
    written_us: AtomicU64,
}

/// Statements that write, and who runs them.
#[derive(Debug, Default)]
struct Writes {
    waiting: VecDeque<Job>,
    /// Writers at work.
    busy: usize,
    /// The connection of one that is not.
    idle: Option<Held>,
}

/// A connection of a guest's own.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) session: Session,
    permit: OwnedSemaphorePermit,
}

/// The connections to one server.
#[derive(Debug)]
pub(super) struct Pool {
    target: Target,
    permits: Arc<Semaphore>,
    /// Whether there are connections enough for writers beside the lanes.
    has_writers: bool,
    /// By worker; with few connections several workers share theirs.
    shared: Box<[Shared]>,
    idle: Mutex<Vec<(Session, Instant)>>,
    failed: Mutex<Option<(Instant, String)>>,
    plans: RwLock<HashMap<Box<str>, Arc<Plan>>>,
    origin: Instant,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a statement as long as it is under way.
struct UnderWay {
    pool: Arc<Pool>,
    lane: Arc<Lane>,
}

impl UnderWay {
    fn new(pool: &Arc<Pool>, lane: Arc<Lane>) -> Self {
        if lane.load.fetch_add(1, Ordering::Relaxed) == 0 {
            lane.progress_us.store(pool.now_us(), Ordering::Relaxed);
        }
        Self { pool: pool.clone(), lane }
    }

    async fn run(self, plan: &Plan, request: &Request) -> Result<Outcome, Failure> {
        let sent = self.pool.now_us();
        let result = self.lane.session.run_plain(request).await;
        // The server answers in order, so a statement began when the one before was done.
        let now = self.pool.now_us();
        let began = sent.max(self.lane.progress_us.swap(now, Ordering::Relaxed));
        plan.took(Duration::from_micros(now.saturating_sub(began)));
        result
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.lane.load.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    pub(super) fn new(target: Target, max_connections: Option<usize>) -> Self {
        // One lane, and one connection for those who need their own.
        let max_connections = max_connections.unwrap_or(MAX_CONNECTIONS).max(2);
        let max_shared = max_connections / 2;
        let parts = workers::slots().min((max_shared / 2).max(1));
        Self {
            target,
            permits: Arc::new(Semaphore::new(max_connections)),
            has_writers: max_shared > 1,
            shared: (0..parts).map(|_| Shared::default()).collect(),
            idle: Mutex::default(),
            failed: Mutex::default(),
            plans: RwLock::default(),
            origin: Instant::now(),
        }
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    pub(super) fn plan(&self, sql: &str) -> Arc<Plan> {
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(sql) {
            return plan.clone();
        }
        drop(plans);
        let plan = Arc::new(Plan::of(sql));
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= PLANS {
            // Guests that build their statements from values: nothing is worth keeping.
            plans.clear();
        }
        plans.insert(sql.into(), plan.clone());
        plan
    }

    /// Makes sure that there is a connection.
    pub(super) async fn reach(self: &Arc<Self>) -> Result<(), Failure> {
        self.lane().await.map(drop)
    }

    /// Runs a plain statement beside those of others; alone when it would keep them waiting, or they it, and a connection is free.
    pub(super) async fn run_shared(self: &Arc<Self>, plan: Arc<Plan>, request: Request) -> Result<Outcome, Failure> {
        if !plan.reads && self.has_writers && !request.spin_exact {
            return self.run_write(plan, request).await;
        }
        let lane = self.lane().await?;
        if (plan.is_slow() || self.is_stalled(&lane))
            && let Some(held) = self.try_check_out().await
        {
            return self.run_held(held, plan, request).await;
        }
        let under_way = UnderWay::new(self, lane);
        // A task of its own reads the answer even when the guest is busy or gone: else it would hold up the lane.
        finish(tokio::spawn(async move { under_way.run(&plan, &request).await }).await)
    }

    /// Leaves a statement to the writers of this thread.
    async fn run_write(self: &Arc<Self>, plan: Arc<Plan>, request: Request) -> Result<Outcome, Failure> {
        if plan.is_slow()
            && let Some(held) = self.try_check_out().await
        {
            return self.run_held(held, plan, request).await;
        }
        let part = self.part();
        let (reply, mut answer) = oneshot::channel();
        lock(&self.shared[part].writes).waiting.push_back(Job { plan, request, reply });
        let taken = loop {
            self.call_writer(part);
            // Writers that wait for locks must not keep others waiting who don't.
            if let Ok(taken) = tokio::time::timeout(STALL, &mut answer).await {
                break taken;
            }
        };
        taken.unwrap_or_else(|error| Err(Failure::Connection(error.to_string())))
    }

    /// Puts one more writer to work when there may be one, or when those at work make no progress.
    fn call_writer(self: &Arc<Self>, part: usize) {
        let shared = &self.shared[part];
        let mut writes = lock(&shared.writes);
        let now = self.now_us();
        let waited = now.saturating_sub(shared.written_us.load(Ordering::Relaxed));
        let stalled = u128::from(waited) > STALL.as_micros();
        if writes.waiting.is_empty() || (writes.busy > 0 && !stalled) {
            return;
        }
        writes.busy += 1;
        shared.written_us.store(now, Ordering::Relaxed);
        let pool = self.clone();
        tokio::spawn(async move { pool.write(&pool.shared[part]).await });
    }

    /// A writer: takes what waits, over and over, until nothing does.
    async fn write(self: &Arc<Self>, shared: &Shared) {
        let mut held = None;
        loop {
            let jobs: Vec<Job> = {
                let mut writes = lock(&shared.writes);
                if writes.waiting.is_empty() {
                    writes.busy -= 1;
                    if let Some(more) = held.and_then(|held| writes.idle.replace(held)) {
                        self.give_back(more);
                    }
                    return;
                }
                held = held.filter(|held: &Held| !held.session.is_closed()).or_else(|| writes.idle.take());
                let count = writes.waiting.len().min(MAX_GROUP);
                writes.waiting.drain(..count).collect()
            };
            if held.as_ref().is_none_or(|held| held.session.is_closed()) {
                held = self.try_check_out().await;
            }
            if let Some(held) = &held {
                group::run(&held.session, jobs).await;
            } else {
                // All connections are taken, or there can be none.
                match self.lane().await {
                    Ok(lane) => group::run_apart(&lane.session, jobs).await,
                    Err(failure) => group::refuse(jobs, &failure),
                }
            }
            shared.written_us.store(self.now_us(), Ordering::Relaxed);
        }
    }

    /// Runs a plain statement on a connection of its own.
    pub(super) async fn run_alone(self: &Arc<Self>, plan: Arc<Plan>, request: Request) -> Result<Outcome, Failure> {
        let held = self.check_out().await?;
        self.run_held(held, plan, request).await
    }

    async fn run_held(self: &Arc<Self>, held: Held, plan: Arc<Plan>, request: Request) -> Result<Outcome, Failure> {
        let pool = self.clone();
        let task = tokio::spawn(async move {
            let sent = Instant::now();
            let result = held.session.run_plain(&request).await;
            plan.took(sent.elapsed());
            pool.give_back(held);
            result
        });
        finish(task.await)
    }

    /// A connection that nobody else uses until it is given back.
    pub(super) async fn check_out(&self) -> Result<Held, Failure> {
        let permit = tokio::time::timeout(WAIT, self.permits.clone().acquire_owned()).await;
        let permit = permit
            .map_err(|_| Failure::Connection(format!("no connection became free within {WAIT:?}")))?
            .map_err(|error| Failure::Connection(error.to_string()))?;
        Ok(Held { session: self.session().await?, permit })
    }

    async fn try_check_out(&self) -> Option<Held> {
        let permit = self.permits.clone().try_acquire_owned().ok()?;
        Some(Held { session: self.session().await.ok()?, permit })
    }

    /// Takes back a connection that is in the state that a new one would be in.
    pub(super) fn give_back(&self, held: Held) {
        if held.session.is_closed() {
            return;
        }
        let mut idle = lock(&self.idle);
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        idle.push((held.session, Instant::now()));
    }

    /// An idle connection, or a new one. Whoever asks has a permit.
    async fn session(&self) -> Result<Session, Failure> {
        loop {
            match lock(&self.idle).pop() {
                Some((session, since)) if since.elapsed() < IDLE && !session.is_closed() => return Ok(session),
                Some(_) => {}
                None => break,
            }
        }
        if let Some((when, error)) = &*lock(&self.failed)
            && when.elapsed() < BACKOFF
        {
            return Err(Failure::Connection(error.clone()));
        }
        match self.target.connect().await {
            Ok(client) => Ok(Session::new(client)),
            Err(error) => {
                *lock(&self.failed) = Some((Instant::now(), error.clone()));
                Err(Failure::Connection(error))
            }
        }
    }

    fn is_stalled(&self, lane: &Lane) -> bool {
        let waited = self.now_us().saturating_sub(lane.progress_us.load(Ordering::Relaxed));
        lane.load.load(Ordering::Relaxed) > 0 && u128::from(waited) > STALL.as_micros()
    }

    fn part(&self) -> usize {
        workers::slot() % self.shared.len()
    }

    fn own(&self) -> &Shared {
        &self.shared[self.part()]
    }

    fn open_lane(&self) -> Option<Arc<Lane>> {
        let lane = self.own().lane.read().unwrap_or_else(PoisonError::into_inner);
        lane.as_ref().filter(|lane| !lane.session.is_closed()).cloned()
    }

    /// The lane of this worker.
    async fn lane(&self) -> Result<Arc<Lane>, Failure> {
        if let Some(lane) = self.open_lane() {
            return Ok(lane);
        }
        let _one_at_a_time = self.own().opening.lock().await;
        if let Some(lane) = self.open_lane() {
            return Ok(lane);
        }
        let held = self.check_out().await?;
        let lane = Arc::new(Lane {
            session: held.session,
            load: AtomicUsize::new(0),
            progress_us: AtomicU64::new(self.now_us()),
            permit: held.permit,
        });
        *self.own().lane.write().unwrap_or_else(PoisonError::into_inner) = Some(lane.clone());
        Ok(lane)
    }
}

fn finish(result: Result<Result<Outcome, Failure>, tokio::task::JoinError>) -> Result<Outcome, Failure> {
    result.unwrap_or_else(|error| Err(Failure::Connection(error.to_string())))
}
