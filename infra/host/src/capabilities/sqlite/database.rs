//! A file with its writer and its readers.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use rusqlite::ErrorCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    connection::{Counters, Error, Handle, Interrupt, Outcome, Role},
    plan::{Effect, Plan, Route, is_already_set},
    wit::Value,
    writer::{self, Job},
};
use crate::config::private;

/// Reads at the same time; each has a connection.
const READERS: usize = 8;
/// Writes that wait for the writer; the next one waits for a place.
const QUEUE: usize = 1024;
/// Statements that are remembered.
const PLANS: usize = 1024;
/// A read of no more instructions, in thousands, is run where it is asked for: waking another thread would cost more. Time does not
/// tell, because on a busy machine a thread that is about to answer may have to wait for a core.
const QUICK_TICKS: u64 = 8;
/// One that takes longer all the same waits for the disk.
const QUICK: Duration = Duration::from_millis(10);

/// A statement on its way.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
    pub(super) plan: Arc<Plan>,
    pub(super) session: Arc<Session>,
}

/// What one guest's connection remembers.
#[derive(Debug, Default)]
pub struct Session {
    pub(super) counters: Counters,
    /// Whether statements have to run on the connection of its own: a transaction is open there, or settings were made.
    pinned: AtomicBool,
    private: Mutex<Option<Private>>,
    /// One statement at a time on the private connection.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct Private {
    handle: Handle,
    /// Stays in use after a transaction ended.
    sticky: bool,
}

impl Session {
    /// After a statement of this session succeeded on `connection`.
    pub(super) fn count(&self, plan: &Plan, connection: &rusqlite::Connection) {
        if plan.effect == Effect::None {
            return;
        }
        let changes = connection.changes();
        self.counters.changes.store(changes, Ordering::Relaxed);
        if plan.effect == Effect::Inserts && changes > 0 {
            self.counters.last_insert_rowid.store(connection.last_insert_rowid(), Ordering::Relaxed);
        }
    }

    /// Row id of the last insert, 0 before the first.
    pub fn last_insert_rowid(&self) -> i64 {
        self.counters.last_insert_rowid.load(Ordering::Relaxed)
    }

    /// Rows changed by the last statement that changes rows.
    pub fn changes(&self) -> u64 {
        self.counters.changes.load(Ordering::Relaxed)
    }
}

/// A database file, open.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    foreign_keys: bool,
    writer: mpsc::Sender<Job>,
    queue: Arc<Semaphore>,
    readers: Arc<Semaphore>,
    idle: Mutex<Vec<Handle>>,
    plans: RwLock<HashMap<Box<str>, Arc<Plan>>>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Job").finish_non_exhaustive()
    }
}

/// Stops a statement that nobody waits for any more.
struct CancelOnDrop(Option<Arc<Interrupt>>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(interrupt) = &self.0 {
            interrupt.cancel();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Database {
    /// Opens the file, creating it and its folder when they are missing. Blocks.
    pub fn open(path: &Path, foreign_keys: bool) -> Result<Self, Error> {
        private::database(path).map_err(Error::File)?;
        Ok(Self {
            path: path.to_owned(),
            foreign_keys,
            writer: writer::start(path, foreign_keys)?,
            queue: Arc::new(Semaphore::new(QUEUE)),
            readers: Arc::new(Semaphore::new(READERS)),
            idle: Mutex::default(),
            plans: RwLock::default(),
        })
    }

    /// Runs one statement for `session`.
    pub async fn execute(
        self: &Arc<Self>,
        session: &Arc<Session>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Outcome, Error> {
        let plan = self.plan(&sql);
        let statement = Arc::new(Statement { sql, parameters, plan, session: session.clone() });
        if session.pinned.load(Ordering::Acquire) {
            return self.run_privately(statement).await;
        }
        match statement.plan.route {
            Route::Query => {
                if !statement.plan.writes() {
                    if let Some(outcome) = self.read(&statement).await? {
                        return Ok(outcome);
                    }
                    statement.plan.mark_writes();
                }
                self.write(statement).await
            }
            Route::Write => self.write(statement).await,
            Route::Session if is_already_set(&statement.sql, self.foreign_keys) => Ok(Outcome::default()),
            Route::Session | Route::Transaction => self.run_privately(statement).await,
        }
    }

    fn plan(&self, sql: &str) -> Arc<Plan> {
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

    async fn write(&self, statement: Arc<Statement>) -> Result<Outcome, Error> {
        let place = self.queue.clone().acquire_owned().await.map_err(|_| Error::Closed)?;
        let (reply, answer) = oneshot::channel();
        self.writer.send(Job { statement, reply, _place: place }).map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// `None` when the statement writes.
    async fn read(self: &Arc<Self>, statement: &Arc<Statement>) -> Result<Option<Outcome>, Error> {
        let permit = self.readers.clone().acquire_owned().await.map_err(|_| Error::Closed)?;
        let mut reader = lock(&self.idle).pop();
        if statement.plan.is_quick()
            && let Some(handle) = reader.take()
        {
            let outcome = read_on(&handle, statement, QUICK_TICKS);
            match outcome {
                Err(error)
                    if error.is_code(ErrorCode::OperationInterrupted) || error.is_code(ErrorCode::DatabaseBusy) =>
                {
                    statement.plan.set_quick(false);
                    reader = Some(handle);
                }
                outcome => {
                    lock(&self.idle).push(handle);
                    return outcome;
                }
            }
        }
        self.read_elsewhere(statement.clone(), reader, permit).await
    }

    async fn read_elsewhere(
        self: &Arc<Self>,
        statement: Arc<Statement>,
        reader: Option<Handle>,
        permit: OwnedSemaphorePermit,
    ) -> Result<Option<Outcome>, Error> {
        let database = self.clone();
        let interrupt = reader.as_ref().map_or_else(Arc::default, |handle| handle.interrupt.clone());
        interrupt.reset();
        let mut cancel = CancelOnDrop(Some(interrupt.clone()));
        let task = tokio::task::spawn_blocking(move || {
            let handle = match reader {
                Some(handle) => handle,
                None => Handle::open(&database.path, Role::Reader, database.foreign_keys, interrupt)?,
            };
            let start = Instant::now();
            let outcome = read_on(&handle, &statement, u64::MAX);
            let few = handle.interrupt.spent() <= QUICK_TICKS;
            statement.plan.set_quick(outcome.is_ok() && few && start.elapsed() < QUICK);
            lock(&database.idle).push(handle);
            drop(permit);
            outcome
        });
        let outcome = task.await.map_err(|_| Error::Closed)?;
        cancel.0 = None;
        outcome
    }

    async fn run_privately(self: &Arc<Self>, statement: Arc<Statement>) -> Result<Outcome, Error> {
        let session = statement.session.clone();
        let turn = session.turn.clone().lock_owned().await;
        let database = self.clone();
        let private = lock(&session.private).take();
        let interrupt = private.as_ref().map_or_else(Arc::default, |private| private.handle.interrupt.clone());
        interrupt.reset();
        let mut cancel = CancelOnDrop(Some(interrupt.clone()));
        let task = tokio::task::spawn_blocking(move || {
            let mut private = match private {
                Some(private) => private,
                None => Private {
                    handle: Handle::open(&database.path, Role::Private, database.foreign_keys, interrupt)?,
                    sticky: false,
                },
            };
            let outcome = private.handle.run(&statement.sql, &statement.parameters, false, u64::MAX);
            if statement.plan.route == Route::Session && outcome.is_ok() {
                private.sticky = true;
            }
            let connection = &private.handle.connection;
            if outcome.is_ok() {
                statement.session.count(&statement.plan, connection);
            }
            let pinned = private.sticky || !connection.is_autocommit();
            statement.session.pinned.store(pinned, Ordering::Release);
            *lock(&statement.session.private) = Some(private);
            drop(turn);
            outcome.map(Option::unwrap_or_default)
        });
        let outcome = task.await.map_err(|_| Error::Closed)?;
        cancel.0 = None;
        outcome
    }
}

fn read_on(handle: &Handle, statement: &Statement, ticks: u64) -> Result<Option<Outcome>, Error> {
    handle.counters.copy_from(&statement.session.counters);
    handle.run(&statement.sql, &statement.parameters, true, ticks)
}
