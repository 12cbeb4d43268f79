//! Writes that share a transaction.
//!
//! Making a transaction durable costs a server as much as a small write itself. So what waits while a connection is busy goes over
//! it together afterwards: `BEGIN`, all of it, `COMMIT`, in one round trip; nobody is answered before the last of these. When a
//! statement fails, nothing of the group has happened, and each runs as the transaction of its own that its guest asked for. The
//! order of a group is one in which its guests, none of whom had an answer yet, may have come.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures::future::{FutureExt as _, MaybeDone, maybe_done};
use tokio::sync::oneshot;

use super::{
    error::Failure,
    link::{Link, Request, ResultSet},
    profile::Profile,
};

/// Statements that share one transaction at most.
pub(super) const MAX_GROUP: usize = 32;
/// A statement that waits longer than this for a lock waits alone: two groups could wait for each other, which the server notices after a
/// whole second (`deadlock_timeout`).
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '50ms'";
/// A failed transaction can only be recognised: COMMIT answers `ROLLBACK`, which the driver does not show, and there is no
/// error. What stands before it is refused in such a transaction, and COMMIT not even tried.
const COMMIT: &str = "SET CONSTRAINTS ALL IMMEDIATE; COMMIT";

type Answer = Result<ResultSet, Failure>;

/// A statement that waits for a connection.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) profile: Arc<Profile>,
    pub(super) request: Request,
    pub(super) reply: oneshot::Sender<Answer>,
}

/// Runs and answers all of them. Nobody else uses the connection meanwhile.
pub(super) async fn run(link: &Link, mut jobs: Vec<Job>) {
    // Whoever asked has gone.
    jobs.retain(|job| !job.reply.is_closed());
    if jobs.len() > 1 && jobs.iter().all(|job| job.profile.joins_groups()) {
        match run_together(link, &jobs).await {
            Ok(answers) => {
                for (job, answer) in jobs.into_iter().zip(answers) {
                    let _gone = job.reply.send(answer);
                }
                return;
            }
            // It may wait for a lock again, and so may others like it; the rest need not wait with them.
            Err(Some(culprit)) => {
                let profile = jobs[culprit].profile.clone();
                jobs[culprit..].rotate_left(1);
                jobs.sort_by_key(|job| Arc::ptr_eq(&profile, &job.profile));
            }
            Err(None) => {}
        }
    }
    run_apart(link, jobs).await;
}

/// Runs and answers all of them, each as a transaction of its own.
pub(super) async fn run_apart(link: &Link, jobs: Vec<Job>) {
    let clock = Clock::start();
    in_order(jobs.into_iter().map(|Job { profile, request, reply }| {
        let clock = &clock;
        async move {
            let answer = link.run_plain(&request).await;
            profile.took(clock.lap());
            let _gone = reply.send(answer);
        }
    }))
    .await;
}

/// Tells all of them that there is no connection.
pub(super) fn refuse(jobs: Vec<Job>, failure: &Failure) {
    for job in jobs {
        let _gone = job.reply.send(Err(Failure::Connection(failure.to_string())));
    }
}

/// `Err` when the transaction did not hold: nothing of it is left, and it tells which statement failed, if one did.
async fn run_together(link: &Link, jobs: &[Job]) -> Result<Vec<Answer>, Option<usize>> {
    let mut statements = Vec::with_capacity(jobs.len());
    for job in jobs {
        // A statement that can't be prepared says so when it runs alone.
        statements.push(link.prepared(&job.request.sql).await.map_err(|_| None)?);
    }
    let clock = Clock::start();
    let runs = in_order(jobs.iter().zip(&statements).map(|(job, statement)| {
        let clock = &clock;
        async move {
            let answer = link.run_prepared(statement, &job.request).await;
            job.profile.took(clock.lap());
            answer
        }
    }));
    let (begun, answers, committed) = futures::join!(link.control(BEGIN), runs, link.control(COMMIT));
    if begun.is_ok() && committed.is_ok() {
        return Ok(answers);
    }
    // The next transaction needs a connection that has none.
    if link.control("ROLLBACK").await.is_err() {
        link.discard();
    }
    if begun.is_err_and(|failure| failure.undoes_transaction()) {
        // Either it began and has failed at once, or it never did, and each was a transaction of its own after all.
        let has_failed = answers.iter().all(|answer| answer.as_ref().is_err_and(Failure::is_in_failed_transaction));
        return if has_failed { Err(None) } else { Ok(answers) };
    }
    let failed = answers.iter().position(|answer| answer.as_ref().is_err_and(Failure::undoes_transaction));
    match (failed, committed) {
        (Some(failed), _) => {
            jobs[failed].profile.leave_groups();
            Err(Some(failed))
        }
        // A deferred constraint, for example.
        (None, Err(failure)) if failure.undoes_transaction() => {
            for job in jobs {
                job.profile.leave_groups();
            }
            Err(None)
        }
        // Whether the transaction happened, nobody knows.
        (None, Err(failure)) => {
            Ok(answers.into_iter().map(|_| Err(Failure::Connection(failure.to_string()))).collect())
        }
        (None, Ok(())) => Ok(answers),
    }
}

/// Measures how long the server takes for each of the statements that it runs one after the other.
struct Clock {
    origin: Instant,
    last_us: AtomicU64,
}

impl Clock {
    fn start() -> Self {
        Self { origin: Instant::now(), last_us: AtomicU64::new(0) }
    }

    fn lap(&self) -> Duration {
        let now = u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(now.saturating_sub(self.last_us.swap(now, Relaxed)))
    }
}

/// Drives all of them at once, each in its turn: what they send before they wait for the first time goes out in this order, which
/// the collections of futures that poll only what is ready don't promise.
async fn in_order<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<Pin<Box<MaybeDone<F>>>> = futures.map(|future| Box::pin(maybe_done(future))).collect();
    std::future::poll_fn(|cx| {
        let pending = futures.iter_mut().filter_map(|future| future.poll_unpin(cx).is_pending().then_some(())).count();
        if pending == 0 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    futures.iter_mut().filter_map(|future| future.as_mut().take_output()).collect()
}
