//! Real servers: one connection per address that all guests share, and connections of a guest's own for what cannot be shared.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use ::redis::{AsyncConnectionConfig, Cmd, RedisResult, Value, aio::MultiplexedConnection};
use tokio::{
    sync::{OwnedSemaphorePermit, oneshot},
    task::JoinHandle,
};

use super::{Address, CommandError};
use crate::network::{Limit, Reach};

/// Connections of all components when the runtime configuration does not say.
const MAX_CONNECTIONS: usize = 1024;
/// How long after a failure nobody tries to connect again.
const BACKOFF: Duration = Duration::from_millis(200);
/// Servers that are remembered; guests choose addresses, within their allow-list.
const MAX_SERVERS: usize = 64;
/// A channel is rung at most once in this time.
const BELL: Duration = Duration::from_millis(5);
/// How long after a ring that failed it is tried again, and how often.
const RING_AGAIN: Duration = Duration::from_millis(250);
const ATTEMPTS: u32 = 8;
/// Channels that are rung less often than they are asked to, and bytes of the name of one.
const MAX_RUNG: (usize, usize) = (256, 256);
/// Commands in flight on the shared connection before the next one waits.
const PIPELINE: usize = 4096;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// An answer on a shared connection.
    pub(super) answer: Duration,
    /// Between two answers on a shared connection while commands wait for one: after that, others no longer use it.
    pub(super) silence: Duration,
    /// Waiting for a permit.
    pub(super) wait: Duration,
    /// How long a shared connection is kept without commands.
    pub(super) idle: Duration,
    /// How long it is kept at all: an address may come to mean another server.
    pub(super) age: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
            silence: Duration::from_secs(1),
            wait: Duration::from_secs(5),
            idle: Duration::from_mins(5),
            age: Duration::from_mins(30),
        }
    }
}

/// Servers by address, shared by all components.
#[derive(Debug)]
pub struct Pools {
    /// The address holds the password.
    servers: Mutex<HashMap<(String, Reach), Arc<Server>>>,
    connections: Limit,
    /// Connections that guests hold, of which many share one to a server; `None` when nobody counts them.
    guests: Option<Limit>,
    times: Times,
}

impl Default for Pools {
    fn default() -> Self {
        Self::new(None, false)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pools {
    /// `max_connections` bounds the connections to servers; as Spin does it, with `spin_exact`, those that guests hold.
    pub fn new(max_connections: Option<usize>, spin_exact: bool) -> Self {
        Self {
            servers: Mutex::default(),
            connections: Limit::new(max_connections.filter(|_| !spin_exact).unwrap_or(MAX_CONNECTIONS)),
            guests: max_connections.filter(|_| spin_exact).map(Limit::new),
            times: Times::default(),
        }
    }

    #[cfg(test)]
    pub(super) fn with_times(max_connections: usize, spin_exact: bool, times: Times) -> Self {
        Self { times, ..Self::new(Some(max_connections), spin_exact) }
    }

    /// What a guest's connection holds as long as it exists, where guests are counted.
    pub(super) async fn guest(&self) -> Result<Option<OwnedSemaphorePermit>, CommandError> {
        match &self.guests {
            None => Ok(None),
            Some(guests) => guests.permit(self.times.wait).await.map(Some).ok_or(CommandError::Full),
        }
    }

    /// The server at the URL `address`, which is not connected yet.
    pub fn get(&self, address: &str, reach: &Reach) -> Result<Arc<Server>, CommandError> {
        let key = (address.to_owned(), reach.clone());
        let mut servers = lock(&self.servers);
        if let Some(server) = servers.get(&key) {
            return Ok(server.clone());
        }
        let server = Arc::new(Server {
            address: Address::parse(address)?,
            reach: reach.clone(),
            limit: self.connections.clone(),
            times: self.times,
            shared: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            rung: Mutex::default(),
        });
        if servers.len() >= MAX_SERVERS {
            servers.retain(|_, server| Arc::strong_count(server) > 1);
        }
        // One more than that lives with those who use it.
        if servers.len() < MAX_SERVERS {
            servers.insert(key, server.clone());
        }
        Ok(server)
    }
}

/// One address.
#[derive(Debug)]
pub struct Server {
    address: Address,
    reach: Reach,
    limit: Limit,
    times: Times,
    shared: Mutex<Option<Arc<Shared>>>,
    /// One attempt to connect at a time; when the last one failed, and why.
    opening: tokio::sync::Mutex<Option<(Instant, CommandError)>>,
    /// Channels that were rung less than [`BELL`] ago, and whether they are to be rung again.
    rung: Mutex<HashMap<String, bool>>,
}

/// An open connection with the task that drives it.
#[derive(Debug)]
struct Link {
    connection: MultiplexedConnection,
    driver: JoinHandle<()>,
}

impl Drop for Link {
    /// The driver would go on with nobody asking.
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    async fn run(&self, command: &Cmd) -> RedisResult<Value> {
        command.query_async(&mut self.connection.clone()).await
    }
}

/// The connection of all guests.
#[derive(Debug)]
struct Shared {
    link: Link,
    opened: Instant,
    /// When it was used last, in microseconds since it was opened.
    used_us: AtomicU64,
    /// Commands that wait for their answers.
    waiting: AtomicUsize,
    /// The same for the oldest command since the last answer, 0 when none waits.
    asked_us: AtomicU64,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Shared {
    fn now_us(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }

    fn is_silent(&self, silence: Duration) -> bool {
        let asked = self.asked_us.load(Relaxed);
        asked > 0 && u128::from(self.now_us().saturating_sub(asked)) > silence.as_micros()
    }

    /// When it is to be given up.
    fn due(&self, times: Times) -> Instant {
        let used = self.opened + Duration::from_micros(self.used_us.load(Relaxed));
        (used + times.idle).min(self.opened + times.age)
    }

    async fn run(&self, command: &Cmd) -> RedisResult<Value> {
        let now = self.now_us();
        self.used_us.store(now, Relaxed);
        // One that was asked before keeps its time: the server answers in order.
        let _ = self.asked_us.compare_exchange(0, now, Relaxed, Relaxed);
        self.waiting.fetch_add(1, Relaxed);
        let mut waiting = Waiting { shared: self, answered: false };
        let result = self.link.run(command).await;
        waiting.answered = true;
        result
    }
}

/// Counts a command as long as somebody waits for its answer.
struct Waiting<'a> {
    shared: &'a Shared,
    answered: bool,
}

impl Drop for Waiting<'_> {
    /// A command whose guest went away says nothing about the connection: what others wait for keeps its time, and when nobody waits
    /// there is no silence.
    fn drop(&mut self) {
        let Shared { waiting, asked_us, .. } = self.shared;
        if waiting.fetch_sub(1, Relaxed) == 1 {
            asked_us.store(0, Relaxed);
        } else if self.answered {
            asked_us.store(self.shared.now_us(), Relaxed);
        }
    }
}

/// A connection that belongs to one guest, and is closed when the guest drops it or is gone.
#[derive(Debug)]
pub(in crate::capabilities) struct Exclusive {
    link: Link,
    #[expect(dead_code, reason = "only its drop matters")]
    permit: OwnedSemaphorePermit,
}

impl Exclusive {
    /// Runs a command for as long as the guest waits for it.
    pub(super) async fn call(&self, command: &Cmd) -> Result<Value, CommandError> {
        Ok(self.link.run(command).await?)
    }
}

/// What is to be done for a ring.
enum Ring {
    /// Publish it, and at its end what came meanwhile.
    First,
    /// Nothing: it is seen to.
    Again,
    /// Publish it by itself.
    Apart,
}

impl Server {
    /// Connects the shared connection when it isn't.
    pub(super) async fn connect(self: &Arc<Self>) -> Result<(), CommandError> {
        self.shared().await.map(drop)
    }

    /// Runs a command on the shared connection. When that breaks, the next command makes a new one.
    pub(super) async fn call(self: &Arc<Self>, command: &Cmd) -> Result<Value, CommandError> {
        let shared = self.shared().await?;
        let result = shared.run(command).await;
        if let Err(error) = &result
            && (error.is_unrecoverable_error() || error.is_timeout())
        {
            self.discard(&shared);
        }
        Ok(result?)
    }

    /// Publishes a message without content. It says no more than that there is something to look for, so that all of them within
    /// [`BELL`] of the first are one, which comes at its end: every ring is followed by a message. One that fails is rung again for a
    /// moment, since a server that comes back finds others listening sooner than this.
    pub async fn ring(self: &Arc<Self>, channel: &str) -> Result<(), CommandError> {
        let mut command = Cmd::new();
        command.arg("PUBLISH").arg(channel).arg("");
        match self.note_ring(channel) {
            Ring::First => {}
            Ring::Again => return Ok(()),
            Ring::Apart => return self.call(&command).await.map(drop),
        }
        let (server, channel, (done, result)) = (self.clone(), channel.to_owned(), oneshot::channel());
        // Goes on when the guest is gone.
        tokio::spawn(async move {
            let result = server.call(&command).await.map(drop);
            let (mut failed, mut attempts) = (result.is_err(), ATTEMPTS);
            // Nobody waits for it any more when the guest is gone.
            let _gone = done.send(result);
            loop {
                tokio::time::sleep(if failed { RING_AGAIN } else { BELL }).await;
                {
                    let mut rung = lock(&server.rung);
                    if rung.get(&channel) != Some(&true) && (!failed || attempts == 0) {
                        rung.remove(&channel);
                        return;
                    }
                    rung.insert(channel.clone(), false);
                }
                attempts -= u32::from(failed && attempts > 0);
                failed = server
                    .call(&command)
                    .await
                    .inspect_err(|error| tracing::debug!("cannot publish: {error}"))
                    .is_err();
            }
        });
        result.await.unwrap_or(Ok(()))
    }

    fn note_ring(&self, channel: &str) -> Ring {
        let mut rung = lock(&self.rung);
        if let Some(again) = rung.get_mut(channel) {
            *again = true;
            return Ring::Again;
        }
        let (channels, bytes) = MAX_RUNG;
        if rung.len() >= channels || channel.len() > bytes {
            return Ring::Apart;
        }
        rung.insert(channel.to_owned(), false);
        Ring::First
    }

    /// A new connection, without a limit on the time that an answer takes.
    pub(super) async fn exclusive(&self) -> Result<Exclusive, CommandError> {
        let permit = self.limit.permit(self.times.wait).await.ok_or(CommandError::Full)?;
        Ok(Exclusive { link: self.open(None).await?, permit })
    }

    fn usable(&self) -> Option<Arc<Shared>> {
        let shared = lock(&self.shared);
        shared.as_ref().filter(|it| !it.link.driver.is_finished() && !it.is_silent(self.times.silence)).cloned()
    }

    async fn shared(self: &Arc<Self>) -> Result<Arc<Shared>, CommandError> {
        if let Some(shared) = self.usable() {
            return Ok(shared);
        }
        let mut failed = self.opening.lock().await;
        if let Some(shared) = self.usable() {
            return Ok(shared);
        }
        if let Some((when, error)) = &*failed
            && when.elapsed() < BACKOFF
        {
            return Err(error.clone());
        }
        // One that fell silent may not exist at the server any more: its successor has its permit.
        let inherited = lock(&self.shared).take().and_then(|silent| lock(&silent.permit).take());
        let permit = match inherited {
            Some(permit) => permit,
            None => self.limit.permit(self.times.wait).await.ok_or(CommandError::Full)?,
        };
        match self.open(Some(self.times.answer)).await {
            Ok(link) => {
                *failed = None;
                let shared = Arc::new(Shared {
                    link,
                    opened: Instant::now(),
                    used_us: AtomicU64::new(0),
                    waiting: AtomicUsize::new(0),
                    asked_us: AtomicU64::new(0),
                    permit: Mutex::new(Some(permit)),
                });
                *lock(&self.shared) = Some(shared.clone());
                self.discard_when_due(&shared);
                Ok(shared)
            }
            Err(error) => {
                *failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Gives up a shared connection, which ends with its last command.
    fn discard(&self, shared: &Arc<Shared>) {
        let mut current = lock(&self.shared);
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, shared)) {
            *current = None;
        }
    }

    fn discard_when_due(self: &Arc<Self>, shared: &Arc<Shared>) {
        let (server, shared) = (Arc::downgrade(self), Arc::downgrade(shared));
        tokio::spawn(async move {
            loop {
                let due = {
                    let (Some(server), Some(shared)) = (server.upgrade(), shared.upgrade()) else { return };
                    let due = shared.due(server.times);
                    if due <= Instant::now() {
                        return server.discard(&shared);
                    }
                    due
                };
                tokio::time::sleep_until(due.into()).await;
            }
        });
    }

    async fn open(&self, answer: Option<Duration>) -> Result<Link, CommandError> {
        let config = AsyncConnectionConfig::new().set_response_timeout(answer).set_pipeline_buffer_size(PIPELINE);
        let open = async {
            let stream = self.address.connect(&self.reach).await?;
            Ok(MultiplexedConnection::new_with_config(&self.address.account, stream, config).await?)
        };
        let (connection, driver) = self.address.in_time(open).await?;
        Ok(Link { connection, driver: tokio::spawn(driver) })
    }
}
