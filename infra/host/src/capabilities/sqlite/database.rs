//! A file with its writer and its readers.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc},
    time::{Duration, Instant},
};

use rusqlite::ErrorCode;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    task,
};

use super::{
    analysis::{Analysis, Route, is_settled},
    bindings::wit::Value,
    connection::{DatabaseFile, FileConnection, Role, Rows},
    error::Error,
    guest::Guest,
    lock,
    settings::{OWN_CONNECTIONS, SQL_BYTES, Settings},
    statement::{CancelOnDrop, Statement},
    writer::{self, Job},
};

/// Reads at the same time; each has a connection.
const READERS: usize = 8;
/// Places for writes that wait for the writer; the next one waits for a place.
const QUEUE: u32 = 1024;
/// Bytes of a write that has one place; a larger one has more.
const PLACE_BYTES: usize = 64 << 10;
/// Analysed texts that are remembered, and their bytes.
const ANALYSES: usize = 1024;
const ANALYSED_BYTES: usize = 4 << 20;
/// A read of no more instructions, in thousands, is run where it is asked for: waking another thread would cost more. Time does not
/// tell, because on a busy machine a thread that is about to answer may have to wait for a core.
const QUICK_TICKS: u64 = 8;
/// One that takes longer all the same waits for the disk.
const QUICK: Duration = Duration::from_millis(10);

/// Why a read that was taken for quick is run again elsewhere: it took too many instructions, would have to wait for a lock, or has
/// to do with a long value.
const NOT_INLINE: [ErrorCode; 3] = [ErrorCode::OperationInterrupted, ErrorCode::DatabaseBusy, ErrorCode::TooBig];

/// A database file, open.
#[derive(Debug)]
pub struct Database {
    file: Arc<DatabaseFile>,
    writer: mpsc::Sender<Job>,
    queue: Arc<Semaphore>,
    readers: Arc<Semaphore>,
    idle: Mutex<Vec<FileConnection>>,
    /// Places for the connections of guests' own.
    own_connections: Arc<Semaphore>,
    analyses: RwLock<Analyses>,
}

/// What is known about texts that guests have sent.
#[derive(Debug, Default)]
struct Analyses {
    by_text: HashMap<Box<str>, Arc<Analysis>>,
    bytes: usize,
}

impl Analyses {
    fn remember(&mut self, sql: &str, analysis: &Arc<Analysis>) {
        if self.by_text.len() >= ANALYSES || self.bytes + sql.len() > ANALYSED_BYTES {
            // Guests that build their statements from values: nothing is worth keeping.
            *self = Self::default();
        }
        if sql.len() <= ANALYSED_BYTES && self.by_text.insert(sql.into(), analysis.clone()).is_none() {
            self.bytes += sql.len();
        }
    }
}

impl Database {
    /// Opens the file, creating it and its folder when they are missing. Blocks.
    pub fn open(path: &Path, settings: Settings) -> Result<Self, Error> {
        let file = Arc::new(DatabaseFile { path: path.to_owned(), settings });
        file.make()?;
        Ok(Self {
            writer: writer::start(&file)?,
            file,
            queue: Arc::new(Semaphore::new(QUEUE as usize)),
            readers: Arc::new(Semaphore::new(READERS)),
            idle: Mutex::default(),
            own_connections: Arc::new(Semaphore::new(OWN_CONNECTIONS)),
            analyses: RwLock::default(),
        })
    }

    /// Runs one statement for `guest`.
    pub async fn execute(
        self: &Arc<Self>,
        guest: &Arc<Guest>,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Rows, Error> {
        if sql.len() > SQL_BYTES {
            return Err(Error::TooLong);
        }
        let analysis = self.analyse(&sql);
        let statement = Statement::new(sql, parameters, analysis, guest.counters.clone(), guest.memory.clone());
        statement.admit()?;
        let _cancel = CancelOnDrop(&statement);
        let is_shared = statement.analysis.route != Route::Transaction && !statement.analysis.needs_own();
        if is_shared && !guest.is_pinned() {
            match self.run_shared(&statement).await {
                Err(Error::NeedsOwn) => statement.analysis.mark_needs_own(),
                result => return result,
            }
        }
        guest.run(&self.file, &self.own_connections, &statement).await
    }

    /// Runs a statement on the connections that all guests share.
    async fn run_shared(self: &Arc<Self>, statement: &Arc<Statement>) -> Result<Rows, Error> {
        match statement.analysis.route {
            Route::Pragma if is_settled(&statement.sql, self.file.settings.foreign_keys) => Ok(Rows::default()),
            Route::Query | Route::Pragma => {
                if !statement.analysis.writes() {
                    if let Some(rows) = self.read(statement).await? {
                        return Ok(rows);
                    }
                    statement.analysis.mark_writes();
                }
                self.write(statement).await
            }
            Route::Write => self.write(statement).await,
            Route::Own | Route::Transaction => Err(Error::NeedsOwn),
        }
    }

    fn analyse(&self, sql: &str) -> Arc<Analysis> {
        if let Some(known) = self.analyses.read().unwrap_or_else(PoisonError::into_inner).by_text.get(sql) {
            return known.clone();
        }
        let analysis = Arc::new(Analysis::of(sql));
        self.analyses.write().unwrap_or_else(PoisonError::into_inner).remember(sql, &analysis);
        analysis
    }

    async fn write(&self, statement: &Arc<Statement>) -> Result<Rows, Error> {
        let places = u32::try_from(1 + statement.size() / PLACE_BYTES).unwrap_or(QUEUE).min(QUEUE);
        let place = self.queue.clone().acquire_many_owned(places).await.map_err(|_| Error::Broken)?;
        let (reply, answer) = oneshot::channel();
        self.writer.send(Job { statement: statement.clone(), reply, _place: place }).map_err(|_| Error::Broken)?;
        answer.await.map_err(|_| Error::Broken)?
    }

    /// `None` when the statement writes.
    async fn read(self: &Arc<Self>, statement: &Arc<Statement>) -> Result<Option<Rows>, Error> {
        let permit = self.readers.clone().acquire_owned().await.map_err(|_| Error::Broken)?;
        let mut reader = lock(&self.idle).pop();
        if statement.analysis.is_quick()
            && let Some(connection) = reader.take()
        {
            let start = Instant::now();
            connection.counters.copy_from(&statement.counters);
            let rows = connection.run_inline(statement, QUICK_TICKS);
            if start.elapsed() >= QUICK {
                // One of its instructions takes long, such as counting the rows of a table that has grown.
                statement.analysis.set_quick(false);
            }
            match rows {
                Err(error) if NOT_INLINE.iter().any(|code| error.is_code(*code)) => {
                    statement.analysis.set_quick(false);
                    reader = Some(connection);
                }
                rows => {
                    self.keep(connection, &rows);
                    return rows;
                }
            }
        }
        self.read_elsewhere(statement.clone(), reader, permit).await
    }

    async fn read_elsewhere(
        self: &Arc<Self>,
        statement: Arc<Statement>,
        reader: Option<FileConnection>,
        permit: OwnedSemaphorePermit,
    ) -> Result<Option<Rows>, Error> {
        let database = self.clone();
        let task = task::spawn_blocking(move || {
            let connection = match reader {
                Some(connection) => connection,
                None => database.file.connect(Role::Reader)?,
            };
            let start = Instant::now();
            connection.counters.copy_from(&statement.counters);
            let rows = connection.run(&statement, true, u64::MAX);
            let few = connection.watch.spent() <= QUICK_TICKS;
            statement.analysis.set_quick(rows.is_ok() && few && start.elapsed() < QUICK);
            database.keep(connection, &rows);
            drop(permit);
            rows
        });
        task.await.map_err(|_| Error::Broken)?
    }

    /// Keeps a reader for the next read.
    fn keep(&self, connection: FileConnection, rows: &Result<Option<Rows>, Error>) {
        if !rows.as_ref().is_err_and(Error::doubts_connection) {
            lock(&self.idle).push(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_not_hoarded() {
        let mut known = Analyses::default();
        let analysis = Arc::new(Analysis::of("SELECT 1"));
        for number in 0..20 {
            known.remember(&format!("SELECT {number} -- {}", "x".repeat(1 << 20)), &analysis);
            assert!(known.bytes <= ANALYSED_BYTES && !known.by_text.is_empty());
        }
        known.remember(&"x".repeat(ANALYSED_BYTES + 1), &analysis);
        assert_eq!((known.bytes, known.by_text.len()), (0, 0));
        for number in 0..3000 {
            known.remember(&format!("SELECT {number}"), &analysis);
            assert!(known.by_text.len() <= ANALYSES);
        }
    }
}
