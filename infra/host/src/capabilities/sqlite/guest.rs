//! What a guest's connection remembers, and the connection to the file that it has of its own while it needs one: for a
//! transaction, or because it changed a setting or made a temporary table.
//!
//! Such a connection can keep everybody else from writing. It goes when its transaction ends, when its guest goes, and when a guest
//! leaves a transaction alone for too long: one whose request was cancelled may never come back to it.

use std::{
    mem,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::ErrorCode;
use tokio::{
    runtime,
    sync::{AcquireError, Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore},
    task, time,
};

use super::{
    connection::{DatabaseFile, FileConnection, Role, Rows},
    error::Error,
    memory::Memory,
    settings::OWN_SHARE,
    statement::{Counters, Counts, Statement},
};

/// What a guest's connection remembers.
#[derive(Debug, Default)]
pub struct Guest {
    pub(super) counters: Arc<Counters>,
    /// Of its instance.
    pub(super) memory: Arc<Memory>,
    share: OwnShare,
    /// Whether statements have to run on the connection of its own.
    pinned: AtomicBool,
    own: Arc<Mutex<Own>>,
}

/// How many connections of their own the guests of one component may have.
#[derive(Clone, Debug)]
pub struct OwnShare(Arc<Semaphore>);

impl Default for OwnShare {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(OWN_SHARE)))
    }
}

/// The connection of a guest's own. Whoever has the lock may run a statement on it.
#[derive(Debug, Default)]
enum Own {
    #[default]
    None,
    Open(OwnConnection),
    /// It went, and with it a transaction or settings that the guest believes in: the next statement says so.
    Lost,
}

#[derive(Debug)]
struct OwnConnection {
    connection: FileConnection,
    /// Stays in use after a transaction has ended.
    has_settings: bool,
    last_used: Instant,
    /// Whether [`roll_back_when_idle`] looks after its transaction.
    is_watched: bool,
    _place: Place,
}

/// A place among the connections of a component's guests, and one among those of all guests.
type Place = (OwnedSemaphorePermit, OwnedSemaphorePermit);

impl Guest {
    /// A connection of an instance that counts its `memory`, of a component that has `share`.
    pub(super) fn new(memory: Arc<Memory>, share: OwnShare) -> Self {
        Self { memory, share, ..Self::default() }
    }

    /// Row id of the last insert, 0 before the first.
    pub fn last_insert_rowid(&self) -> i64 {
        self.counters.last_insert_rowid.load(Ordering::Relaxed)
    }

    /// Rows changed by the last statement that changes rows.
    pub fn changes(&self) -> u64 {
        self.counters.changes.load(Ordering::Relaxed)
    }

    /// Whether statements have to run on the connection of its own.
    pub(super) fn is_pinned(&self) -> bool {
        self.pinned.load(Ordering::Acquire)
    }

    /// Runs a statement on the connection of the guest's own; a new one takes one of `places`.
    pub(super) async fn run(
        self: &Arc<Self>,
        file: &Arc<DatabaseFile>,
        places: &Arc<Semaphore>,
        statement: &Arc<Statement>,
    ) -> Result<Rows, Error> {
        let mut own = self.own.clone().lock_owned().await;
        let place = match &*own {
            Own::Open(_) => None,
            Own::Lost => {
                self.put(&mut own, Own::None);
                return Err(Error::TransactionLost);
            }
            Own::None => {
                let (share, places) = (self.share.0.clone(), places.clone());
                let place = async { Ok((share.acquire_owned().await?, places.acquire_owned().await?)) };
                let place = time::timeout(file.settings.busy_timeout, place);
                let place: Result<Place, AcquireError> = place.await.map_err(|_| Error::TooManyTransactions)?;
                Some(place.map_err(|_| Error::Broken)?)
            }
        };
        let (guest, file, statement) = (self.clone(), file.clone(), statement.clone());
        let task = task::spawn_blocking(move || guest.run_on_own(own, place, &file, &statement));
        task.await.map_err(|_| Error::Broken)?
    }

    fn put(&self, own: &mut OwnedMutexGuard<Own>, next: Own) {
        self.pinned.store(!matches!(next, Own::None), Ordering::Release);
        **own = next;
    }

    fn run_on_own(
        self: &Arc<Self>,
        mut own: OwnedMutexGuard<Own>,
        place: Option<Place>,
        file: &DatabaseFile,
        statement: &Arc<Statement>,
    ) -> Result<Rows, Error> {
        let mut current = match (mem::take(&mut *own), place) {
            (Own::Open(current), _) => current,
            (_, Some(place)) => OwnConnection {
                connection: file.connect(Role::Own)?,
                has_settings: false,
                last_used: Instant::now(),
                is_watched: false,
                _place: place,
            },
            (_, None) => return Err(Error::Broken),
        };
        // What a panic leaves behind.
        self.put(&mut own, Own::Lost);
        let had_transaction = !current.connection.is_autocommit();
        let result = current.connection.run(statement, false, u64::MAX).map(Option::unwrap_or_default);
        if result.is_ok() {
            self.counters.count(Counts::of(statement.analysis.effect, &current.connection.connection));
            current.has_settings |= statement.analysis.keeps_own();
        }
        let stopped = result
            .as_ref()
            .is_err_and(|error| matches!(error, Error::TimedOut) || error.is_code(ErrorCode::OperationInterrupted));
        if stopped {
            // Whether it took effect is not known; SQLite, too, takes the transaction back with a write that it stops.
            current.connection.leave_transaction();
        }
        let is_inside = !current.connection.is_autocommit();
        let next = if result.as_ref().is_err_and(Error::doubts_connection) {
            // The error says so.
            Own::None
        } else if statement.is_cancelled() && (is_inside || had_transaction && result.is_err()) {
            Own::Lost
        } else if is_inside || current.has_settings {
            if is_inside && !mem::replace(&mut current.is_watched, true) {
                let watching = roll_back_when_idle(Arc::downgrade(self), file.settings.transaction_idle);
                runtime::Handle::current().spawn(watching);
            }
            current.last_used = Instant::now();
            Own::Open(current)
        } else {
            Own::None
        };
        self.put(&mut own, next);
        result
    }
}

/// Rolls the transaction of `guest` back when no statement has run in it for `limit`.
async fn roll_back_when_idle(guest: Weak<Guest>, limit: Duration) {
    let mut pause = limit;
    loop {
        time::sleep(pause).await;
        pause = limit;
        let Some(guest) = guest.upgrade() else { return };
        // Otherwise a statement runs.
        let Ok(mut own) = guest.own.clone().try_lock_owned() else { continue };
        let Own::Open(current) = &mut *own else { return };
        if current.connection.is_autocommit() {
            current.is_watched = false;
            return;
        }
        let idle = current.last_used.elapsed();
        if let Some(left) = limit.checked_sub(idle).filter(|left| !left.is_zero()) {
            pause = left;
            continue;
        }
        let abandoned = mem::replace(&mut *own, Own::Lost);
        // The disk may keep it waiting.
        task::spawn_blocking(move || drop(abandoned));
        return;
    }
}
