//! The thread that runs every autocommit write of a file.
//!
//! What has queued up while one transaction was made durable goes into the next one, so that many guests share an fsync. Nobody is
//! answered before COMMIT. A statement that fails takes back its own changes only: SQLite undoes a failed statement inside a
//! transaction just as it does outside of one.

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering, mpsc},
};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{
    checkpoint,
    connection::{Error, Handle, Outcome, Role},
    database::Statement,
};

/// Statements that share one transaction at most.
const MAX_GROUP: usize = 256;

type Answer = Result<Outcome, Error>;

/// A statement that waits for the writer.
pub(super) struct Job {
    pub(super) statement: Arc<Statement>,
    pub(super) reply: oneshot::Sender<Answer>,
    /// Its place in the queue.
    pub(super) _place: OwnedSemaphorePermit,
}

/// Opens the file and starts its thread, which ends when the sender is dropped.
pub(super) fn start(path: &Path, foreign_keys: bool) -> Result<mpsc::Sender<Job>, Error> {
    let mut handle = Handle::open(path, Role::Writer, foreign_keys, Arc::default())?;
    checkpoint::start(path, &mut handle)?;
    let (sender, receiver) = mpsc::channel();
    std::thread::Builder::new()
        .name("sqlite-writer".into())
        .spawn(move || serve(&handle, &receiver))
        .map_err(|_| Error::Closed)?;
    Ok(sender)
}

fn serve(handle: &Handle, jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let group: Vec<Job> = std::iter::once(first)
            .chain(jobs.try_iter())
            .take(MAX_GROUP)
            // Whoever asked has gone.
            .filter(|job| !job.reply.is_closed())
            .collect();
        let results = run_group(handle, &group);
        for (job, result) in group.into_iter().zip(results) {
            let _ = job.reply.send(result);
        }
    }
}

fn run_group(handle: &Handle, group: &[Job]) -> Vec<Answer> {
    match group {
        [] => Vec::new(),
        [only] if !only.statement.plan.returns => vec![run(handle, &only.statement)],
        _ => match run_together(handle, group) {
            Ok(results) => results,
            Err(results) => run_one_by_one(handle, group, results),
        },
    }
}

/// Everything in one transaction. `Err` when the transaction as a whole didn't hold: nothing of it is left, and the results say which
/// statements must not be tried again.
fn run_together(handle: &Handle, group: &[Job]) -> Result<Vec<Answer>, Vec<Option<Answer>>> {
    let mut results = Vec::with_capacity(group.len());
    if let Err(error) = control(handle, "BEGIN IMMEDIATE") {
        // Somebody else keeps the file locked: waiting once more for each of them would not help.
        return Err(group.iter().map(|_| Some(Err(error.repeat()))).collect());
    }
    for job in group {
        let result = run_undoable(handle, &job.statement);
        let gone = handle.connection.is_autocommit();
        results.push(result);
        if gone {
            // The statement took the whole transaction with it: ROLLBACK as a conflict clause, a full disk, an interrupt.
            let last = results.len() - 1;
            return Err(keep_failures(results, last, group.len()));
        }
    }
    if control(handle, "COMMIT").is_ok() {
        return Ok(results);
    }
    // A deferred constraint that one of them broke, or no space: run alone, each gets its own answer.
    if !handle.connection.is_autocommit() {
        let _ = control(handle, "ROLLBACK");
    }
    Err((0..group.len()).map(|_| None).collect())
}

/// Only the statement at `culprit` keeps its answer.
fn keep_failures(results: Vec<Answer>, culprit: usize, length: usize) -> Vec<Option<Answer>> {
    let mut kept: Vec<_> = results
        .into_iter()
        .enumerate()
        .map(|(index, result)| if index == culprit && result.is_err() { Some(result) } else { None })
        .collect();
    kept.resize_with(length, || None);
    kept
}

fn run_one_by_one(handle: &Handle, group: &[Job], results: Vec<Option<Answer>>) -> Vec<Answer> {
    group
        .iter()
        .zip(results)
        .map(|(job, result)| {
            if let Some(result) = result {
                return result;
            }
            if !job.statement.plan.returns {
                return run(handle, &job.statement);
            }
            control(handle, "BEGIN IMMEDIATE")?;
            let result = run(handle, &job.statement);
            if handle.connection.is_autocommit() {
                return result;
            }
            let end = control(handle, if result.is_ok() { "COMMIT" } else { "ROLLBACK" });
            if end.is_err() && !handle.connection.is_autocommit() {
                let _ = control(handle, "ROLLBACK");
            }
            end.and(result)
        })
        .collect()
}

/// A statement with RETURNING has made its change before its rows are read, so it gets a savepoint.
fn run_undoable(handle: &Handle, statement: &Statement) -> Answer {
    if !statement.plan.returns {
        return run(handle, statement);
    }
    control(handle, "SAVEPOINT kronos")?;
    let result = run(handle, statement);
    if result.is_err() && !handle.connection.is_autocommit() {
        control(handle, "ROLLBACK TO kronos")?;
    }
    if !handle.connection.is_autocommit() {
        control(handle, "RELEASE kronos")?;
    }
    result
}

fn run(handle: &Handle, statement: &Statement) -> Answer {
    let plan = &statement.plan;
    let counters = &statement.session.counters;
    if plan.reads_last_insert {
        // Gives the connection, which all guests share, the row id that this guest inserted last.
        let id = counters.last_insert_rowid.load(Ordering::Relaxed);
        handle
            .connection
            .prepare_cached("INSERT OR REPLACE INTO temp.kronos_last_insert (id) VALUES (?1)")?
            .execute([id])?;
    }
    let outcome = handle.run(&statement.sql, &statement.parameters, false, u64::MAX)?.unwrap_or_default();
    statement.session.count(plan, &handle.connection);
    Ok(outcome)
}

fn control(handle: &Handle, sql: &str) -> Result<(), Error> {
    Ok(handle.connection.prepare_cached(sql)?.raw_execute().map(drop)?)
}
