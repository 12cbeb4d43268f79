//! The thread that folds the write-ahead log of a file back into the file.
//!
//! SQLite would do it in the writer, after one commit in many, and everybody whose write came then would wait for it. Here the bulk
//! is copied and made durable beside the writer, which adds only what it has written meanwhile: as long as something is missing in
//! the file, the log can't begin anew.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, SyncSender},
    },
};

use rusqlite::hooks::Wal;

use super::connection::{Error, Handle, Role};

/// Pages of the log after which it is folded, as SQLite does by itself.
const PAGES: i32 = 1000;

/// Folds all of the log, and waits for whoever uses it.
pub(super) fn fold(path: &Path) -> Result<(), Error> {
    let handle = Handle::open(path, Role::Private, false, Arc::default())?;
    let busy: i64 = handle.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(Error::InUse) }
}

/// Starts the thread for the file of `writer`, with which it ends.
pub(super) fn start(path: &Path, writer: &mut Handle) -> Result<(), Error> {
    let handle = Handle::open(path, Role::Private, false, Arc::default())?;
    let (due, requests) = mpsc::sync_channel(1);
    let folded = Arc::new(AtomicBool::new(false));
    let copied = folded.clone();
    std::thread::Builder::new()
        .name("sqlite-checkpoint".into())
        .spawn(move || {
            while requests.recv().is_ok() {
                // What fails now is tried again with the next request.
                let _failed = handle.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                copied.store(true, Ordering::Release);
            }
        })
        .map_err(|_| Error::Closed)?;
    let mut log = Log { due, folded, requested: false, last: 0, limit: PAGES };
    // It replaces SQLite's own.
    writer.connection.wal_hook(Some(move |wal: &mut Wal, pages| {
        log.committed(wal, pages);
        Ok(())
    }))?;
    Ok(())
}

/// The log, as the writer sees it.
struct Log {
    due: SyncSender<()>,
    /// The thread is done with a request.
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
            // It has begun anew.
            self.limit = PAGES;
        }
        self.last = pages;
        if self.requested && self.folded.swap(false, Ordering::Acquire) {
            self.requested = false;
            // The commit has happened, whatever becomes of this.
            let _failed = wal.checkpoint();
            // A reader that still uses the log keeps it growing.
            self.limit = pages.saturating_add(PAGES);
        } else if !self.requested && pages >= self.limit {
            self.requested = self.due.try_send(()).is_ok();
        }
    }
}
