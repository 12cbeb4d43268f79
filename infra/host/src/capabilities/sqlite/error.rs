//! Why a statement failed.

use std::sync::Arc;

use rusqlite::{ErrorCode, ffi};

use super::{
    bindings::wit,
    settings::{OWN_CONNECTIONS, TIME_LIMIT},
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
    /// [`OWN_CONNECTIONS`] are in use.
    #[error("more than {OWN_CONNECTIONS} transactions or connections with settings of their own are open")]
    TooManyTransactions,
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
        let Self::Sqlite(error) = self else { return false };
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
}

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        if error.is_code(ErrorCode::DiskFull) { Self::DatabaseFull } else { Self::Io(error.to_string()) }
    }
}
