//! Why a statement failed.

use std::sync::Arc;

use rusqlite::{ErrorCode, ffi};

use super::{
    bindings::wit,
    settings::{HEAP_BYTES, INSTANCE_BYTES, OWN_CONNECTIONS, OWN_SHARE, PATTERN_BYTES, SQL_BYTES, TIME_LIMIT},
};
use crate::capabilities::MAX_RESULT_BYTES;

/// Why a statement failed; the text of SQLite's own errors is SQLite's.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// SQLite's error.
    #[error("{0}")]
    Sqlite(Arc<rusqlite::Error>),
    /// More than [`MAX_RESULT_BYTES`].
    #[error("the result is larger than {} MiB", MAX_RESULT_BYTES >> 20)]
    TooLarge,
    /// SQLite stores any bytes as text, WIT strings are UTF-8.
    #[error("column {0} holds text that is not UTF-8")]
    NotUtf8(usize),
    /// [`TIME_LIMIT`] is over.
    #[error("the statement was stopped after {} s", TIME_LIMIT.as_secs())]
    TimedOut,
    /// A transaction, or settings, that the guest believes in went with its connection.
    #[error("the transaction was rolled back: its statement was cancelled, or none came for too long")]
    TransactionLost,
    /// [`OWN_SHARE`] of the component, or [`OWN_CONNECTIONS`] of all, are in use.
    #[error(
        "too many transactions, and connections with settings or temporary tables of their own, are open: a component may have \
         {OWN_SHARE} on a file, all together {OWN_CONNECTIONS}; end transactions soon, and drop such connections after use"
    )]
    TooManyTransactions,
    /// [`SQL_BYTES`].
    #[error("the statement is longer than {} MiB: bind its values as parameters", SQL_BYTES >> 20)]
    TooLong,
    /// [`INSTANCE_BYTES`].
    #[error(
        "statements that have not ended and rows that were not read take up more than {} MiB: read the rows, or drop them, and run \
         fewer statements at a time",
        INSTANCE_BYTES >> 20
    )]
    TooMuchAtOnce,
    /// It would change a connection that is shared. Guests are not told: it runs on one of their own.
    #[error("the statement needs a connection of its own")]
    NeedsOwn,
    /// The file can't be made.
    #[error("the database file cannot be made: {0}")]
    File(Arc<std::io::Error>),
    /// Somebody else keeps the file from being changed.
    #[error("the database is in use")]
    InUse,
    /// The host failed at it; a write may have been kept.
    #[error("the database failed; whether the statement took effect is not known")]
    Broken,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl Error {
    pub(super) fn is_code(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(code))
    }

    /// Whether SQLite took the failed statement back by itself, and nothing but it, so that a transaction may go on.
    pub(super) fn spares_transaction(&self) -> bool {
        let Self::Sqlite(error) = self else { return matches!(self, Self::NeedsOwn | Self::TooMuchAtOnce) };
        match error.sqlite_error() {
            Some(error) => matches!(
                error.extended_code & 0xff,
                ffi::SQLITE_ERROR
                    | ffi::SQLITE_CONSTRAINT
                    | ffi::SQLITE_MISMATCH
                    | ffi::SQLITE_TOOBIG
                    | ffi::SQLITE_AUTH
                    | ffi::SQLITE_RANGE
            ),
            // It was refused before it began.
            None => true,
        }
    }

    /// Whether the connection itself may be the reason, so that a new one is worth trying.
    pub(super) fn doubts_connection(&self) -> bool {
        let Self::Sqlite(error) = self else { return matches!(self, Self::Broken) };
        error.sqlite_error_code().is_some_and(|code| {
            matches!(
                code,
                ErrorCode::SystemIoFailure
                    // No statement of a guest's may leave it so.
                    | ErrorCode::ReadOnly
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::CannotOpen
                    | ErrorCode::FileLockingProtocolFailed
                    | ErrorCode::OutOfMemory
                    | ErrorCode::ApiMisuse
                    | ErrorCode::InternalMalfunction
            )
        })
    }

    /// What helps against limits that SQLite itself keeps.
    fn remedy(&self) -> Option<String> {
        if self.is_code(ErrorCode::OutOfMemory) {
            let limit = HEAP_BYTES >> 20;
            return Some(format!("all statements together may take up {limit} MiB; sort and keep fewer rows at once"));
        }
        let Self::Sqlite(error) = self else { return None };
        let is_pattern = matches!(&**error, rusqlite::Error::SqliteFailure(_, Some(text)) if text.starts_with("LIKE or GLOB pattern"));
        is_pattern.then(|| format!("a pattern has up to {PATTERN_BYTES} bytes; instr() looks for longer texts"))
    }
}

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        if error.is_code(ErrorCode::DiskFull) {
            return Self::DatabaseFull;
        }
        Self::Io(match error.remedy() {
            Some(remedy) => format!("{error}: {remedy}"),
            None => error.to_string(),
        })
    }
}
