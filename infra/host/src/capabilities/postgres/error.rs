//! Errors as guests see them.

use std::error::Error as StdError;

use tokio_postgres::error::{ErrorPosition, Severity, SqlState};

use super::{address::ConnectError, decode::ValueError, encode::ParameterError, wit};
use crate::capabilities::MAX_RESULT_BYTES;

/// Why a statement gave no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// No connection, or it broke.
    #[error("{0}")]
    Connection(String),
    /// The server's answer, or what the driver found.
    #[error("{0}")]
    Query(#[from] tokio_postgres::Error),
    /// Number of parameters.
    #[error("the statement has {expected} parameters, {given} were given")]
    Parameters { expected: usize, given: usize },
    /// A value that the interface can't show.
    #[error("{0}")]
    Value(#[from] ValueError),
    /// More than [`MAX_RESULT_BYTES`].
    #[error("the result is larger than {} MiB", MAX_RESULT_BYTES >> 20)]
    TooLarge,
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self::Connection(error.to_string())
    }
}

/// Which function of the interface was called: Spin reports a parameter that is not a valid value differently in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Query,
    Execute,
}

impl Failure {
    pub(super) fn into_guest(self, call: Call) -> wit::Error {
        let text = self.to_string();
        match self {
            Self::Connection(text) => wit::Error::ConnectionFailed(text),
            Self::Query(error) => query_error(&error, call),
            Self::Parameters { .. } | Self::TooLarge => wit::Error::QueryFailed(wit::QueryError::Text(text)),
            Self::Value(_) => wit::Error::ValueConversionFailed(text),
        }
    }

    /// Whether the server answered with an error that undoes the transaction. An error that ends the connection as well may come
    /// when the transaction has happened already.
    pub(super) fn undoes_transaction(&self) -> bool {
        let Self::Query(error) = self else { return false };
        error.as_db_error().is_some() && !self.is_lost()
    }

    /// Whether the connection broke, so that nobody knows what became of the statement.
    pub(super) fn is_lost(&self) -> bool {
        let Self::Query(error) = self else { return false };
        match error.as_db_error() {
            // Servers before 9.6 have words in the language of the database only, of which those of errors are the most likely.
            Some(error) => matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic)),
            None => error.is_closed() || error.source().is_some_and(<dyn StdError>::is::<std::io::Error>),
        }
    }

    /// Whether the statement was refused because one before it failed in the same transaction.
    pub(super) fn is_in_failed_transaction(&self) -> bool {
        let Self::Query(error) = self else { return false };
        error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
    }

    /// Whether the server refused a prepared statement because of what happened since it was prepared. Nothing was run.
    pub(super) fn is_stale_statement(&self) -> bool {
        let Self::Query(error) = self else { return false };
        error.as_db_error().is_some_and(|error| match error.code().code() {
            // "cached plan must not change result type"
            "0A000" => error.routine() == Some("RevalidateCachedQuery"),
            // "prepared statement does not exist"
            "26000" => true,
            _ => false,
        })
    }
}

fn query_error(error: &tokio_postgres::Error, call: Call) -> wit::Error {
    if let Some(database) = error.as_db_error() {
        return wit::Error::QueryFailed(wit::QueryError::DbError(db_error(database)));
    }
    let source = error.source();
    if let Some(parameter) = source.and_then(|source| source.downcast_ref::<ParameterError>()) {
        let text = format!("{error}: {parameter}");
        return match (parameter, call) {
            (ParameterError::WrongType { .. }, _) => wit::Error::QueryFailed(wit::QueryError::Text(text)),
            (ParameterError::Invalid(_), Call::Query) => wit::Error::BadParameter(text),
            (ParameterError::Invalid(_), Call::Execute) => wit::Error::ValueConversionFailed(text),
        };
    }
    let text = source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
    if error.is_closed() || source.is_some_and(<dyn StdError>::is::<std::io::Error>) {
        return wit::Error::ConnectionFailed(text);
    }
    wit::Error::QueryFailed(wit::QueryError::Text(text))
}

fn db_error(error: &tokio_postgres::error::DbError) -> wit::DbError {
    let fields = [
        ("column", error.column()),
        ("constraint", error.constraint()),
        ("routine", error.routine()),
        ("hint", error.hint()),
        ("table", error.table()),
        ("datatype", error.datatype()),
        ("schema", error.schema()),
        ("file", error.file()),
        ("where_", error.where_()),
    ];
    let mut extras: Vec<_> =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    if let Some(line) = error.line() {
        extras.push(("line".into(), line.to_string()));
    }
    if let Some(ErrorPosition::Original(position)) = error.position() {
        extras.push(("position".into(), position.to_string()));
    }
    wit::DbError {
        as_text: format!("{error} (SQLSTATE {})", error.code().code()),
        severity: error.severity().to_owned(),
        code: error.code().code().to_owned(),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        extras,
    }
}
