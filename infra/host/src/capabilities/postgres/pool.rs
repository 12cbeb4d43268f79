//! The connections to one server, shared by all components.
//!
//! Plain statements of all guests go over shared connections ([`lane`]): no checkout, one round trip each, and the
//! server switches less often. Those that write go over others in groups that share a transaction ([`writer`]). Each
//! worker has a lane and a writer of its own, so that an answer wakes no other thread and the server has as many busy processes
//! as there are workers. Whatever needs a session gets a connection of its own, which is cleaned before anybody else can get it.
//! No statement has a timer: [`sweep`] finds what is stuck.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, atomic::AtomicU64},
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::OwnedSemaphorePermit, task::JoinError};

use super::{
    address::{ConnectError, Target},
    error::Failure,
    link::{Link, Request, ResultSet},
    permits::Permits,
    profile::{Profile, Profiles},
    routines::Routines,
};
use crate::workers;

mod lane;
mod sweep;
mod writer;

use lane::Lane;
use sweep::{Sweeper, Watched};
use writer::Writes;

/// How long after a failure nobody tries to connect again.
const BACKOFF: Duration = Duration::from_millis(200);

/// How long a pool waits for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For a connection to become free.
    pub(super) permit: Duration,
    /// For a sign of life of a connection, before the server is asked what it does.
    pub(super) silence: Duration,
    /// For the answer to a statement.
    pub(super) statement: Duration,
    /// How long a connection is kept that nobody uses.
    pub(super) idle: Duration,
    /// How long one is kept that a guest has and does not use.
    pub(super) held: Duration,
    /// How long any connection is kept.
    pub(super) age: Duration,
}

impl Patience {
    /// No statement may take longer than `statement`.
    pub(super) fn new(statement: Duration) -> Self {
        Self {
            permit: Duration::from_secs(5),
            silence: Duration::from_secs(1),
            statement,
            idle: Duration::from_mins(2),
            held: Duration::from_mins(10),
            age: Duration::from_mins(30),
        }
    }
}

/// What belongs to one worker.
#[derive(Debug, Default)]
struct Part {
    lane: RwLock<Option<Arc<Lane>>>,
    /// One attempt to open it at a time.
    opening: tokio::sync::Mutex<()>,
    writes: Mutex<Writes>,
    /// When a writer last finished a group, or was called, in microseconds since `Pool::origin`.
    written_us: AtomicU64,
    /// The worker's own.
    runtime: OnceLock<Handle>,
}

/// A connection that nobody else uses.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) link: Arc<Link>,
    #[expect(dead_code, reason = "only its drop matters")]
    permit: OwnedSemaphorePermit,
}

/// The connections to one server.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) target: Arc<Target>,
    pub(super) permits: Arc<Permits>,
    patience: Patience,
    /// By worker; with few connections several workers share theirs.
    parts: Box<[Part]>,
    links: Mutex<Vec<Watched>>,
    sweeper: Sweeper,
    /// When and why no connection could be made, until one is.
    unreachable: Mutex<Option<(Instant, ConnectError)>>,
    /// While there is none, one attempt at a time.
    retrying: tokio::sync::Mutex<()>,
    profiles: RwLock<Profiles>,
    routines: RwLock<Arc<Routines>>,
    /// Whether the catalog was read.
    introduced: tokio::sync::OnceCell<()>,
    origin: Instant,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A statement failed; the request comes back when its connection broke.
struct Broken {
    pub(super) failure: Failure,
    request: Option<Box<Request>>,
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self { failure, request: None }
    }
}

impl From<JoinError> for Broken {
    fn from(error: JoinError) -> Self {
        Failure::Connection(error.to_string()).into()
    }
}

impl Broken {
    /// The result of a statement that was run on `link`.
    fn unless_whole(result: Result<ResultSet, Failure>, link: &Link, request: Request) -> Result<ResultSet, Self> {
        result.map_err(|failure| {
            let request = (failure.is_lost() && !link.is_overdue()).then(|| Box::new(request));
            Self { failure, request }
        })
    }
}

impl Pool {
    pub(super) fn new(target: Target, permits: Arc<Permits>, patience: Patience) -> Self {
        let parts = workers::slots().min((permits.kept() / 2).max(1));
        Self {
            target: Arc::new(target),
            permits,
            patience,
            parts: (0..parts).map(|_| Part::default()).collect(),
            links: Mutex::default(),
            sweeper: Sweeper::new(),
            unreachable: Mutex::default(),
            retrying: tokio::sync::Mutex::default(),
            profiles: RwLock::default(),
            routines: RwLock::default(),
            introduced: tokio::sync::OnceCell::new(),
            origin: Instant::now(),
        }
    }

    pub(super) fn now_us(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn part_index(&self) -> usize {
        workers::slot() % self.parts.len()
    }

    fn part(&self) -> &Part {
        &self.parts[self.part_index()]
    }

    /// Its name among those that share the permits.
    pub(super) fn key(&self) -> usize {
        Arc::as_ptr(&self.target).addr()
    }

    /// Whether there are enough connections for writers beside the lanes.
    fn has_writers(&self) -> bool {
        self.permits.kept() > 1
    }

    pub(super) fn profile(&self, sql: &str) -> Arc<Profile> {
        let known = self.profiles.read().unwrap_or_else(PoisonError::into_inner).get(sql);
        known.unwrap_or_else(|| {
            let routines = self.routines.read().unwrap_or_else(PoisonError::into_inner).clone();
            let profile = Arc::new(Profile::of(sql, &routines));
            self.profiles.write().unwrap_or_else(PoisonError::into_inner).put(sql, &profile);
            profile
        })
    }

    /// Makes sure that there is a connection, and that the functions of the database are known.
    pub(super) async fn reach(self: &Arc<Self>) -> Result<(), Failure> {
        if self.lane().await?.is_none() {
            self.give_back(self.check_out().await?);
        }
        self.introduced.get_or_try_init(async || self.read_routines(self.check_out().await?).await).await?;
        Ok(())
    }

    /// Finds out what the functions of the database do. One that does not tell is no failure: then every statement has a connection
    /// to itself.
    pub(super) async fn read_routines(&self, held: Held) -> Result<(), Failure> {
        self.postpone_catalog();
        let found = Routines::read(&held.link).await;
        self.give_back(held);
        let found = match found {
            Ok(found) => Arc::new(found),
            Err(failure) if failure.undoes_transaction() => {
                tracing::debug!(error = %failure, "the catalog of PostgreSQL could not be read");
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        let mut routines = self.routines.write().unwrap_or_else(PoisonError::into_inner);
        if !found.differ(&routines) {
            return Ok(());
        }
        let revealed = found.reveal(&routines);
        *routines = found;
        drop(routines);
        self.profiles.write().unwrap_or_else(PoisonError::into_inner).clear();
        if revealed {
            // They may have been called already.
            self.retire_all();
        }
        Ok(())
    }

    /// Runs a plain statement beside those of others.
    pub(super) async fn run_shared(
        self: &Arc<Self>,
        profile: Arc<Profile>,
        request: Request,
    ) -> Result<ResultSet, Failure> {
        if !profile.reads && self.has_writers() && !request.spin_exact {
            return self.run_write(profile, request).await;
        }
        let Broken { failure, request } = match self.run_beside(profile.clone(), request).await {
            Ok(result) => return Ok(result),
            Err(broken) => broken,
        };
        match request {
            // Once more and no more, and over a connection that can't have been lost with the other.
            Some(request) if profile.is_repeatable && !request.spin_exact => match self.check_out_new().await {
                Ok(held) => self.run_held(held, profile, *request).await.map_err(|broken| broken.failure),
                Err(_) => Err(failure),
            },
            _ => Err(failure),
        }
    }

    /// On a lane; alone when it would keep others waiting there, or they it, and a connection is free.
    async fn run_beside(self: &Arc<Self>, profile: Arc<Profile>, request: Request) -> Result<ResultSet, Broken> {
        let lane = self.lane().await?;
        let held = match &lane {
            Some(lane) if profile.is_slow() || lane.is_stalled() => self.try_check_out().await,
            Some(_) => None,
            None => Some(self.check_out().await?),
        };
        match (held, lane) {
            (Some(held), _) => self.run_held(held, profile, request).await,
            (None, Some(lane)) => {
                self.check_presence(&lane)?;
                lane.run(self, profile, request).await
            }
            (None, None) => Err(Failure::Connection("there is no connection".into()).into()),
        }
    }

    /// Runs a plain statement on a connection of its own.
    pub(super) async fn run_alone(
        self: &Arc<Self>,
        profile: Arc<Profile>,
        request: Request,
    ) -> Result<ResultSet, Failure> {
        let held = self.check_out().await?;
        self.run_held(held, profile, request).await.map_err(|broken| broken.failure)
    }

    async fn run_held(
        self: &Arc<Self>,
        held: Held,
        profile: Arc<Profile>,
        request: Request,
    ) -> Result<ResultSet, Broken> {
        let pool = self.clone();
        let task = tokio::spawn(async move {
            let sent = Instant::now();
            let result = held.link.run_plain(&request).await;
            profile.took(sent.elapsed());
            let result = Broken::unless_whole(result, &held.link, request);
            pool.give_back(held);
            result
        });
        task.await?
    }

    /// A connection that nobody else uses until it is given back.
    pub(super) async fn check_out(self: &Arc<Self>) -> Result<Held, Failure> {
        let permit = self.permits.wait(self.patience.permit).await?;
        Ok(Held { link: self.idle_or_new().await?, permit })
    }

    /// The same, if there is a permit for it.
    pub(super) async fn try_check_out(self: &Arc<Self>) -> Option<Held> {
        let permit = self.permits.try_use()?;
        Some(Held { link: self.idle_or_new().await.ok()?, permit })
    }

    async fn check_out_new(self: &Arc<Self>) -> Result<Held, Failure> {
        let permit = self.permits.wait(self.patience.permit).await?;
        Ok(Held { link: self.open().await?, permit })
    }

    /// Takes back a connection that is in the state that a new one would be in.
    pub(super) fn give_back(&self, held: Held) {
        self.permits.put_idle(self.key(), held.link);
    }

    /// Whoever asks has a permit.
    pub(super) async fn idle_or_new(self: &Arc<Self>) -> Result<Arc<Link>, Failure> {
        match self.permits.take_idle(self.key()) {
            Some(link) => Ok(link),
            None => self.open().await,
        }
    }

    /// A new connection. Whoever asks has a permit.
    pub(super) async fn open(self: &Arc<Self>) -> Result<Arc<Link>, Failure> {
        let failed = lock(&self.unreachable).clone();
        // While the server is away one at a time looks whether it is back, and nobody else waits for that.
        let _turn = match failed {
            Some((when, error)) if when.elapsed() < BACKOFF => return Err(error.into()),
            Some((_, error)) => Some(self.retrying.try_lock().map_err(|_| error)?),
            None => None,
        };
        let room = self.permits.room().await?;
        match Link::open(&self.target, room).await {
            Ok(link) => {
                let link = Arc::new(link);
                *lock(&self.unreachable) = None;
                self.watch(&link);
                Ok(link)
            }
            Err(error) => {
                self.set_unreachable(error.clone());
                Err(error.into())
            }
        }
    }

    fn set_unreachable(&self, reason: ConnectError) {
        *lock(&self.unreachable) = Some((Instant::now(), reason));
    }

    /// How long ago the server did not even refuse to connect, if that was the last attempt.
    fn away_since(&self) -> Option<Duration> {
        let unreachable = lock(&self.unreachable);
        unreachable.as_ref().filter(|(_, error)| !error.refused).map(|(when, _)| when.elapsed())
    }

    /// There is no use in waiting behind others for a server that is away.
    fn check_presence(&self, lane: &Lane) -> Result<(), Failure> {
        match &*lock(&self.unreachable) {
            Some((_, error)) if lane.is_stalled() => Err(error.clone().into()),
            _ => Ok(()),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.permits.retain_idle(self.key(), |_| false);
    }
}
