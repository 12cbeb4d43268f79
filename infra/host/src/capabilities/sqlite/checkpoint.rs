//! The thread that folds the write-ahead log of a file back into the file.
//!
//! SQLite would do it in the writer, after one commit in many, and everybody whose write came then would wait for it. Here the bulk
//! is copied and made durable beside the writer, which adds only what it has written meanwhile: as long as something is missing in
//! the file, the log can't start from the beginning.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, SyncSender, TrySendError},
    },
};

use rusqlite::hooks::Wal;

use super::{
    connection::{DatabaseFile, FileConnection, Role},
    error::Error,
    settings::Settings,
};

/// Pages of the log after which it is folded, as SQLite does by itself.
const PAGES: i32 = 1000;

/// Folds all of the log, and waits for whoever uses it.
pub(super) fn fold(path: PathBuf) -> Result<(), Error> {
    let connection = DatabaseFile { path, settings: Settings::default() }.connect(Role::Own)?;
    let busy: i64 = connection.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(Error::InUse) }
}

/// The thread of one file, which ends with this and the writer's connections that it attends.
#[derive(Debug)]
pub(super) struct Checkpoints {
    due: SyncSender<()>,
    /// The thread is done with a request.
    folded: Arc<AtomicBool>,
}

/// Says so however the thread got done, so that the writer doesn't wait for a thread that has died.
struct Folded<'a>(&'a AtomicBool);

impl Drop for Folded<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Checkpoints {
    pub(super) fn start(file: &Arc<DatabaseFile>) -> Result<Self, Error> {
        let mut connection = Some(file.connect(Role::Own)?);
        let (due, requests) = mpsc::sync_channel(1);
        let folded = Arc::new(AtomicBool::new(false));
        let (done, file) = (folded.clone(), file.clone());
        std::thread::Builder::new()
            .name("sqlite-checkpoint".into())
            .spawn(move || {
                while requests.recv().is_ok() {
                    let _folded = Folded(&done);
                    let open = match connection.take() {
                        Some(open) => Ok(open),
                        None => file.connect(Role::Own),
                    };
                    let copied = open.and_then(|open| {
                        open.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
                        Ok(open)
                    });
                    match copied {
                        Ok(open) => connection = Some(open),
                        // The next request tries again, with a new connection.
                        Err(error) => {
                            tracing::warn!("the write-ahead log of {} stays long: {error}", file.path.display());
                        }
                    }
                }
            })
            .map_err(|_| Error::Broken)?;
        Ok(Self { due, folded })
    }

    /// Has the thread called when the log of `writer` grows long.
    pub(super) fn attend(&self, writer: &mut FileConnection) -> Result<(), Error> {
        let mut log =
            Log { due: self.due.clone(), folded: self.folded.clone(), requested: false, last: 0, limit: PAGES };
        // It replaces SQLite's own.
        writer.connection.wal_hook(Some(move |wal: &mut Wal, pages| {
            log.committed(wal, pages);
            Ok(())
        }))?;
        Ok(())
    }
}

/// The log, as the writer sees it.
struct Log {
    due: SyncSender<()>,
    folded: Arc<AtomicBool>,
    requested: bool,
    /// Pages after the commit before.
    last: i32,
    /// Pages with which the thread is called.
    limit: i32,
}

impl Log {
    fn committed(&mut self, wal: &mut Wal, pages: i32) {
        if pages < self.last {
            // It has started from the beginning.
            self.limit = PAGES;
        }
        self.last = pages;
        if self.requested && self.folded.swap(false, Ordering::Acquire) {
            self.requested = false;
            self.add_the_rest(wal, pages);
        } else if !self.requested && pages >= self.limit {
            match self.due.try_send(()) {
                Ok(()) => self.requested = true,
                // It is still busy with a connection before this one.
                Err(TrySendError::Full(())) => {}
                // Without the thread it takes the writer longer.
                Err(TrySendError::Disconnected(())) => self.add_the_rest(wal, pages),
            }
        }
    }

    fn add_the_rest(&mut self, wal: &mut Wal, pages: i32) {
        // The commit has happened, whatever becomes of this.
        let _failed = wal.checkpoint();
        // A reader that still uses the log keeps it growing.
        self.limit = pages.saturating_add(PAGES);
    }
}
