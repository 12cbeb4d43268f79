//! A guest's connection: on the lanes of the pool until it needs a session.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::{runtime::Handle, sync::Mutex as AsyncMutex};
use tokio_postgres::CancelToken;

use super::{
    encode::Parameter,
    error::Failure,
    pool::{Held, Pool},
    session::{Outcome, Request},
    wit::ParameterValue,
};

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
    cancel: Mutex<Option<CancelToken>>,
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
            cancel: Mutex::default(),
            runtime: Handle::current(),
        };
        Self { pool, pinned: Arc::new(pinned), spin_exact }
    }

    pub(super) async fn run(&self, sql: String, parameters: Vec<ParameterValue>) -> Result<Outcome, Failure> {
        let plan = self.pool.plan(&sql);
        let parameters = parameters.into_iter().map(Parameter).collect();
        let request = Request { sql, parameters, spin_exact: self.spin_exact };
        if !plan.is_plain || self.pinned.active.load(Ordering::Acquire) {
            return self.pinned.run(request).await;
        }
        if self.pinned.sessions.0.load(Ordering::Relaxed) > 0 {
            return self.pool.run_alone(plan, request).await;
        }
        self.pool.run_shared(plan, request).await
    }
}

impl Pinned {
    async fn run(&self, request: Request) -> Result<Outcome, Failure> {
        let mut slot = self.slot.clone().lock_owned().await;
        if slot.as_ref().is_some_and(|held| held.session.is_closed()) {
            // What the guest had begun is lost; what it sends next starts anew.
            *slot = None;
            self.set_active(false);
            return Err(Failure::Connection("the connection was lost".into()));
        }
        if slot.is_none() {
            let held = self.pool.check_out().await?;
            *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = Some(held.session.cancel_token());
            *slot = Some(held);
            self.set_active(true);
        }
        // The task keeps the slot: cleaning waits until the answer is read.
        let task = tokio::spawn(async move {
            match &*slot {
                Some(held) => {
                    let result = held.session.run(&request).await;
                    held.session.forget_discarded(&request.sql);
                    result
                }
                None => Err(Failure::Connection("the connection was lost".into())),
            }
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
        let cancel = self.cancel.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.runtime.spawn(async move {
            if let Ok(mut slot) = slot.try_lock() {
                if let Some(held) = slot.take()
                    && held.session.clean().await.is_ok()
                {
                    pool.give_back(held);
                }
                return;
            }
            // A statement is still running for nobody. The connection is closed, because the request to cancel could reach whatever
            // runs on it next.
            if let Some(token) = cancel {
                pool.target().cancel(token).await;
            }
            slot.lock().await.take();
        });
    }
}
