//! The thread that runs every autocommit write of a file.
//!
//! What has queued up while one transaction was made durable goes into the next one, so that many guests share an fsync. Nobody is
//! answered before COMMIT, and nobody is told of success before it has succeeded. A statement that fails takes back its own changes
//! only: SQLite undoes a failed statement inside a transaction just as it does outside of one. Where it doesn't (a full disk, a
//! statement that was stopped, a conflict clause that asks for it), the whole transaction is taken back, and the others run again
//! without the one that failed.
//!
//! Whatever fails leaves the connection outside a transaction, or the connection is thrown away and the next group opens another.
//!
//! A write whose COMMIT fails is not there for anybody, and is run again or refused. Only when the machine stops before anything
//! else is written may the log still hold all of it, and bring it back: nobody can promise that a disk that fails has not written.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering, mpsc},
};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{
    checkpoint::Checkpoints,
    connection::{DatabaseFile, FileConnection, Role, Rows},
    error::Error,
    statement::{Counts, Statement},
};

/// Statements that share one transaction at most.
const MAX_GROUP: usize = 256;
/// Bytes of rows that wait for the COMMIT of their transaction; with more, the rest of a group gets another transaction.
const GROUP_BYTES: usize = 16 << 20;

/// A statement that waits for the writer.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) statement: Arc<Statement>,
    pub(super) reply: oneshot::Sender<Result<Rows, Error>>,
    /// Its place in the queue.
    pub(super) _place: OwnedSemaphorePermit,
}

impl Job {
    fn answer(self, result: Result<(Rows, Counts), Error>) {
        let result = result.map(|(outcome, counts)| {
            self.statement.counters.count(counts);
            outcome
        });
        // Whoever asked may have gone.
        let _gone = self.reply.send(result);
    }
}

/// Opens the file and starts its thread, which ends when the sender is dropped.
pub(super) fn start(file: &Arc<DatabaseFile>) -> Result<mpsc::Sender<Job>, Error> {
    let mut writer = Writer::open(file)?;
    let (sender, receiver) = mpsc::channel();
    std::thread::Builder::new()
        .name("sqlite-writer".into())
        .spawn(move || {
            while let Ok(first) = receiver.recv() {
                writer.serve(std::iter::once(first).chain(receiver.try_iter()).take(MAX_GROUP).collect());
            }
        })
        .map_err(|_| Error::Broken)?;
    Ok(sender)
}

/// What a statement made of its turn.
type Answer = Result<(Rows, Counts), Error>;

/// Why nothing is left of a transaction.
#[derive(Debug)]
struct Failure {
    error: Error,
    culprit: Culprit,
}

#[derive(Clone, Copy, Debug)]
enum Culprit {
    /// The statement at this index.
    One(usize),
    /// Any of them, or several.
    Unknown,
    /// None of them: the file can't be written.
    File,
}

#[derive(Debug)]
pub(super) struct Writer {
    file: Arc<DatabaseFile>,
    checkpoints: Checkpoints,
    /// `None` after a failure; the next group opens another.
    pub(super) connection: Option<FileConnection>,
}

impl Writer {
    pub(super) fn open(file: &Arc<DatabaseFile>) -> Result<Self, Error> {
        // The first connection to a new file makes it ready for the others.
        let connection = file.connect(Role::Writer)?;
        let checkpoints = Checkpoints::start(file)?;
        let mut writer = Self { file: file.clone(), checkpoints, connection: None };
        writer.attach(connection)?;
        Ok(writer)
    }

    fn attach(&mut self, mut connection: FileConnection) -> Result<&FileConnection, Error> {
        self.checkpoints.attend(&mut connection)?;
        Ok(self.connection.insert(connection))
    }

    /// A connection outside a transaction.
    fn connection(&mut self) -> Result<&FileConnection, Error> {
        if self.connection.as_ref().is_some_and(|connection| !connection.leave_transaction()) {
            self.connection = None;
        }
        if self.connection.is_none() {
            let connection = self.file.connect(Role::Writer)?;
            return self.attach(connection);
        }
        self.connection.as_ref().ok_or(Error::Broken)
    }

    /// Runs all jobs and answers each.
    pub(super) fn serve(&mut self, jobs: Vec<Job>) {
        let mut groups = vec![jobs];
        while let Some(mut group) = groups.pop() {
            group.retain(|job| !job.statement.is_cancelled());
            match self.run_together(&group) {
                Ok(results) => {
                    let rest = group.split_off(results.len());
                    group.into_iter().zip(results).for_each(|(job, result)| job.answer(result));
                    if !rest.is_empty() {
                        groups.push(rest);
                    }
                }
                Err(Failure { error, culprit: Culprit::One(index) }) => {
                    group.remove(index).answer(Err(error));
                    groups.push(group);
                }
                // Alone, each gets its own answer.
                Err(Failure { culprit: Culprit::Unknown, .. }) if group.len() > 1 => {
                    groups.extend(group.into_iter().rev().map(|job| vec![job]));
                }
                Err(Failure { error, .. }) => group.into_iter().for_each(|job| job.answer(Err(error.clone()))),
            }
        }
    }

    fn run_together(&mut self, group: &[Job]) -> Result<Vec<Answer>, Failure> {
        if group.is_empty() {
            return Ok(Vec::new());
        }
        let result = catch_unwind(AssertUnwindSafe(|| self.run_in_transaction(group)));
        let result = result.unwrap_or(Err(Failure { error: Error::Broken, culprit: Culprit::File }));
        if let Err(Failure { error, .. }) = &result
            && let Some(connection) = &self.connection
            && (!connection.leave_transaction() || error.doubts_connection())
        {
            tracing::warn!("the connection that writes {} is replaced: {error}", self.file.path.display());
            self.connection = None;
        }
        result
    }

    /// Runs the first of `group`, or all, and returns what became of them.
    fn run_in_transaction(&mut self, group: &[Job]) -> Result<Vec<Answer>, Failure> {
        let of_the_file = |error| Failure { error, culprit: Culprit::File };
        let connection = self.connection().map_err(of_the_file)?;
        // When somebody else keeps the file locked, waiting once more for each of them would not help.
        connection.control("BEGIN IMMEDIATE").map_err(of_the_file)?;
        let mut results = Vec::with_capacity(group.len());
        let mut bytes = 0;
        for (index, job) in group.iter().enumerate() {
            let result = run(connection, &job.statement);
            match result {
                Err(error) if !error.spares_transaction() || connection.is_autocommit() => {
                    return Err(Failure { error, culprit: Culprit::One(index) });
                }
                result => {
                    bytes += result.as_ref().map_or(0, |(rows, _)| rows.size());
                    results.push(result);
                }
            }
            if bytes >= GROUP_BYTES {
                break;
            }
        }
        // A deferred constraint that one of them broke, or no space.
        connection.control("COMMIT").map_err(|error| Failure { error, culprit: Culprit::Unknown })?;
        Ok(results)
    }
}

fn run(connection: &FileConnection, statement: &Arc<Statement>) -> Result<(Rows, Counts), Error> {
    if statement.analysis.reads_last_insert {
        // Gives the connection, which all guests share, the row id that this guest inserted last.
        connection.set_last_insert(statement.counters.last_insert_rowid.load(Ordering::Relaxed))?;
    }
    let outcome = connection.run(statement, false, u64::MAX)?.unwrap_or_default();
    Ok((outcome, Counts::of(statement.analysis.effect, &connection.connection)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tokio::sync::Semaphore;

    use super::*;
    use crate::capabilities::sqlite::{Settings, Value, analysis::Analysis};

    #[test]
    fn large_rows_do_not_pile_up_until_a_commit() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path: PathBuf = folder.path().join("default.db");
        let mut writer =
            Writer::open(&Arc::new(DatabaseFile { path, settings: Settings::default() })).expect("a new file opens");
        let places = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        let job = |sql: &str, parameters: Vec<Value>| {
            let statement =
                Statement::new(sql.into(), parameters, Arc::new(Analysis::of(sql)), Arc::default(), Arc::default());
            let (reply, answer) = oneshot::channel();
            (Job { statement, reply, _place: places.clone().try_acquire_owned().expect("a place") }, answer)
        };
        writer.serve(vec![job("CREATE TABLE t (id INTEGER PRIMARY KEY)", vec![]).0]);
        let insert =
            |id: i64| job("INSERT INTO t VALUES (?1) RETURNING id, zeroblob(8388608)", vec![Value::Integer(id)]);
        let (group, _answers): (Vec<_>, Vec<_>) = (0..5).map(insert).unzip();
        assert_eq!(writer.run_in_transaction(&group).expect("they are inserted").len(), 2);
        let (group, answers): (Vec<_>, Vec<_>) = (10..15).map(insert).unzip();
        writer.serve(group);
        for (id, mut answer) in (10..15).zip(answers) {
            let rows = answer.try_recv().expect("an answer").expect("a row");
            assert!(matches!(rows.rows[0].values[0], Value::Integer(inserted) if inserted == id));
        }
    }
}
