//! A guest's connection: on the lanes of the pool until it needs a session.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::{runtime::Handle, sync::Mutex as AsyncMutex};

use super::{
    encode::Parameter,
    error::Failure,
    link::{Link, Request, ResultSet},
    pool::{Held, Pool},
    wit::ParameterValue,
    words::Words,
};
use crate::capabilities;

/// How many sessions the connections of one instance hold.
///
/// An instance that holds locks in a transaction must not queue other statements behind strangers that may wait for those locks.
#[derive(Clone, Debug, Default)]
pub struct Sessions(Arc<AtomicUsize>);

/// A guest's connection.
#[derive(Clone, Debug)]
pub struct Connection {
    pool: Arc<Pool>,
    pinned: Arc<Pinned>,
    spin_exact: bool,
}

/// The session of a guest, from the first statement on that needs one.
struct Pinned {
    pool: Arc<Pool>,
    sessions: Sessions,
    active: AtomicBool,
    slot: Arc<AsyncMutex<Option<Held>>>,
    /// The connection in the slot.
    link: Mutex<Option<Arc<Link>>>,
    /// Whether it has made functions, or something that calls functions, which others may not see before it commits.
    has_changed_schema: Arc<AtomicBool>,
    /// Dropping happens wherever the instance is dropped.
    runtime: Handle,
}

impl fmt::Debug for Pinned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pinned").field("active", &self.active).finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn new(pool: Arc<Pool>, sessions: Sessions, spin_exact: bool) -> Self {
        let pinned = Pinned {
            pool: pool.clone(),
            sessions,
            active: AtomicBool::new(false),
            slot: Arc::default(),
            link: Mutex::default(),
            has_changed_schema: Arc::default(),
            runtime: Handle::current(),
        };
        Self { pool, pinned: Arc::new(pinned), spin_exact }
    }

    /// Runs a statement whose bytes are counted by `held` for as long as the host has them.
    pub(super) async fn run(
        &self,
        sql: String,
        parameters: Vec<ParameterValue>,
        held: Option<capabilities::Held>,
    ) -> Result<ResultSet, Failure> {
        self.pool.stir();
        let profile = self.pool.profile(&sql);
        let parameters = parameters.into_iter().map(Parameter).collect();
        let request = Request { sql, parameters, spin_exact: self.spin_exact, held };
        if !profile.is_plain || self.pinned.active.load(Ordering::Acquire) {
            return self.pinned.run(request).await;
        }
        if self.pinned.sessions.0.load(Ordering::Relaxed) > 0 {
            return self.pool.run_alone(profile, request).await;
        }
        self.pool.run_shared(profile, request).await
    }
}

impl Pinned {
    async fn run(&self, request: Request) -> Result<ResultSet, Failure> {
        let mut slot = self.slot.clone().lock_owned().await;
        if slot.as_ref().is_some_and(|held| held.link.is_closed()) {
            // What the guest had begun is lost; what it sends next starts afresh.
            *slot = None;
            self.set_active(false);
            return Err(Failure::Connection("the connection was lost".into()));
        }
        if slot.is_none() {
            let held = self.pool.check_out().await?;
            *self.link.lock().unwrap_or_else(PoisonError::into_inner) = Some(held.link.clone());
            *slot = Some(held);
            self.set_active(true);
        }
        let (pool, has_changed_schema) = (self.pool.clone(), self.has_changed_schema.clone());
        // The task keeps the slot: cleaning waits until the answer is read.
        let task = tokio::spawn(async move {
            let Some(held) = &*slot else { return Err(Failure::Connection("the connection was lost".into())) };
            let result = held.link.run(&request).await;
            held.link.forget_discarded(&request.sql);
            let changes_schema = begins_with(&request.sql, &["ALTER", "CALL", "CREATE", "DO"]);
            has_changed_schema.fetch_or(changes_schema, Ordering::Relaxed);
            let commits =
                || begins_with(&request.sql, &["COMMIT", "END"]) && has_changed_schema.load(Ordering::Relaxed);
            if changes_schema || commits() {
                // Before anybody hears of a new function.
                let is_read = match pool.try_check_out().await {
                    Some(held) => pool.read_routines(held).await.is_ok(),
                    None => false,
                };
                if !is_read {
                    pool.read_routines_soon();
                }
            }
            result
        });
        task.await.unwrap_or_else(|error| Err(Failure::Connection(error.to_string())))
    }

    fn set_active(&self, active: bool) {
        if self.active.swap(active, Ordering::AcqRel) != active {
            if active {
                self.sessions.0.fetch_add(1, Ordering::Relaxed);
            } else {
                self.sessions.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if !self.active.load(Ordering::Acquire) {
            return;
        }
        self.set_active(false);
        let (pool, slot) = (self.pool.clone(), self.slot.clone());
        let _runtime = self.runtime.enter();
        let Ok(mut slot) = slot.try_lock_owned() else {
            // A statement is still running for nobody. The connection is closed, because the request to cancel could reach whatever
            // runs on it next.
            if let Some(link) = &*self.link.lock().unwrap_or_else(PoisonError::into_inner) {
                link.discard();
            }
            return;
        };
        if let Some(held) = slot.take() {
            tokio::spawn(async move {
                if held.link.clean().await.is_ok() {
                    pool.give_back(held);
                }
            });
        }
    }
}

fn begins_with(sql: &str, words: &[&str]) -> bool {
    let first = Words(sql).next().unwrap_or_default();
    words.iter().any(|word| first.eq_ignore_ascii_case(word))
}
