//! A file with its writer and its readers.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use rusqlite::ErrorCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    bindings::wit::Value,
    connection::{Handle, Outcome, Role},
    error::Error,
    lock,
    plan::{Plan, Route, is_already_set},
    settings::Settings,
    statement::{CancelOnDrop, Counters, Counts, Statement},
    writer::{self, Job},
};

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

/// What one guest's connection remembers.
#[derive(Debug, Default)]
pub struct Session {
    counters: Arc<Counters>,
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
    settings: Settings,
    writer: mpsc::Sender<Job>,
    queue: Arc<Semaphore>,
    readers: Arc<Semaphore>,
    idle: Mutex<Vec<Handle>>,
    plans: RwLock<HashMap<Box<str>, Arc<Plan>>>,
}

impl Database {
    /// Opens the file, creating it and its folder when they are missing. Blocks.
    pub fn open(path: &Path, settings: Settings) -> Result<Self, Error> {
        if let Some(folder) = path.parent() {
            // SQLite reports it better when this fails.
            let _ = std::fs::create_dir_all(folder);
        }
        Ok(Self {
            path: path.to_owned(),
            writer: writer::start(path, &settings)?,
            settings,
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
        let statement = Statement::new(sql, parameters, plan, session.counters.clone());
        let _cancel = CancelOnDrop(&statement);
        if session.pinned.load(Ordering::Acquire) {
            return self.run_privately(session, &statement).await;
        }
        match statement.plan.route {
            Route::Query => {
                if !statement.plan.writes() {
                    if let Some(outcome) = self.read(&statement).await? {
                        return Ok(outcome);
                    }
                    statement.plan.mark_writes();
                }
                self.write(&statement).await
            }
            Route::Write => self.write(&statement).await,
            Route::Session if is_already_set(&statement.sql, self.settings.foreign_keys) => Ok(Outcome::default()),
            Route::Session | Route::Transaction => self.run_privately(session, &statement).await,
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

    async fn write(&self, statement: &Arc<Statement>) -> Result<Outcome, Error> {
        let place = self.queue.clone().acquire_owned().await.map_err(|_| Error::Broken)?;
        let (reply, answer) = oneshot::channel();
        self.writer.send(Job { statement: statement.clone(), reply, _place: place }).map_err(|_| Error::Broken)?;
        answer.await.map_err(|_| Error::Broken)?
    }

    /// `None` when the statement writes.
    async fn read(self: &Arc<Self>, statement: &Arc<Statement>) -> Result<Option<Outcome>, Error> {
        let permit = self.readers.clone().acquire_owned().await.map_err(|_| Error::Broken)?;
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
        let task = tokio::task::spawn_blocking(move || {
            let handle = match reader {
                Some(handle) => handle,
                None => Handle::open(&database.path, Role::Reader, &database.settings)?,
            };
            let start = Instant::now();
            let outcome = read_on(&handle, &statement, u64::MAX);
            let few = handle.watch.spent() <= QUICK_TICKS;
            statement.plan.set_quick(outcome.is_ok() && few && start.elapsed() < QUICK);
            lock(&database.idle).push(handle);
            drop(permit);
            outcome
        });
        task.await.map_err(|_| Error::Broken)?
    }

    async fn run_privately(
        self: &Arc<Self>,
        session: &Arc<Session>,
        statement: &Arc<Statement>,
    ) -> Result<Outcome, Error> {
        let (session, statement) = (session.clone(), statement.clone());
        let turn = session.turn.clone().lock_owned().await;
        let database = self.clone();
        let private = lock(&session.private).take();
        let task = tokio::task::spawn_blocking(move || {
            let mut private = match private {
                Some(private) => private,
                None => Private {
                    handle: Handle::open(&database.path, Role::Private, &database.settings)?,
                    sticky: false,
                },
            };
            let outcome = private.handle.run(&statement, false, u64::MAX);
            if statement.plan.route == Route::Session && outcome.is_ok() {
                private.sticky = true;
            }
            let connection = &private.handle.connection;
            if outcome.is_ok() {
                statement.counters.count(Counts::of(statement.plan.effect, connection));
            }
            let pinned = private.sticky || !connection.is_autocommit();
            session.pinned.store(pinned, Ordering::Release);
            *lock(&session.private) = Some(private);
            drop(turn);
            outcome.map(Option::unwrap_or_default)
        });
        task.await.map_err(|_| Error::Broken)?
    }
}

fn read_on(handle: &Handle, statement: &Arc<Statement>, ticks: u64) -> Result<Option<Outcome>, Error> {
    handle.counters.copy_from(&statement.counters);
    handle.run(statement, true, ticks)
}
