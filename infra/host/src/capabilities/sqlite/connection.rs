//! One connection to a file: how it is opened, what a guest may not do on it, and how a statement runs.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, ToSql,
    config::DbConfig,
    functions::FunctionFlags,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
    types::{ToSqlOutput, ValueRef},
};

use super::wit::{RowResult, Value};
use crate::capabilities::MAX_RESULT_BYTES;

/// How long a statement waits for a lock that another connection holds, as in Spin.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A statement that runs longer is stopped: it would keep the writers of its file waiting.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Virtual machine instructions between two looks at the budget, around 20 microseconds.
const TICK: i32 = 1000;
/// Prepared statements that a connection keeps.
const CACHED_STATEMENTS: usize = 256;

/// Why a statement failed; the text of SQLite's own errors is SQLite's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite's error.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file cannot be made, or is not ours to use.
    #[error("the database file cannot be used: {0}")]
    File(std::io::Error),
    /// More than [`MAX_RESULT_BYTES`].
    #[error("the result is larger than {} MiB", MAX_RESULT_BYTES >> 20)]
    TooLarge,
    /// SQLite stores any bytes as text, WIT strings are UTF-8.
    #[error("column {0} holds text that is not UTF-8")]
    NotUtf8(usize),
    /// [`TIME_LIMIT`] is over.
    #[error("the statement was stopped after {} s", TIME_LIMIT.as_secs())]
    TimedOut,
    /// Somebody else keeps the file from being changed.
    #[error("the database is in use")]
    InUse,
    /// The thread of the database is gone.
    #[error("the database is closed")]
    Closed,
}

impl Error {
    /// The same error once more, for others that it concerns.
    pub(super) fn repeat(&self) -> Self {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(code, text)) => {
                Self::Sqlite(rusqlite::Error::SqliteFailure(*code, text.clone()))
            }
            _ => Self::Closed,
        }
    }

    pub(super) fn is_code(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(code))
    }
}

/// What a statement answered.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<RowResult>,
}

/// Stops the statement that runs on a connection.
#[derive(Debug)]
pub(super) struct Interrupt {
    cancelled: AtomicBool,
    budget: AtomicU64,
    spent: AtomicU64,
    origin: Instant,
    deadline_us: AtomicU64,
}

impl Default for Interrupt {
    fn default() -> Self {
        Self {
            cancelled: AtomicBool::new(false),
            budget: AtomicU64::new(u64::MAX),
            spent: AtomicU64::new(0),
            origin: Instant::now(),
            deadline_us: AtomicU64::new(u64::MAX),
        }
    }
}

impl Interrupt {
    /// Forgets that a statement was stopped, before the next one is sent to the connection.
    pub(super) fn reset(&self) {
        self.cancelled.store(false, Ordering::Relaxed);
    }

    /// Stops the statement that runs now or is about to.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Before a statement: at most `ticks` times [`TICK`] instructions and [`TIME_LIMIT`].
    fn arm(&self, ticks: u64) {
        let deadline = (self.origin.elapsed() + TIME_LIMIT).as_micros();
        self.budget.store(ticks, Ordering::Relaxed);
        self.spent.store(0, Ordering::Relaxed);
        self.deadline_us.store(u64::try_from(deadline).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_late(&self) -> bool {
        self.origin.elapsed().as_micros() > u128::from(self.deadline_us.load(Ordering::Relaxed))
    }

    /// How many times [`TICK`] instructions the last statement took.
    pub(super) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    fn should_stop(&self) -> bool {
        let spent = self.spent() + 1;
        self.spent.store(spent, Ordering::Relaxed);
        spent > self.budget.load(Ordering::Relaxed) || self.cancelled.load(Ordering::Relaxed) || self.is_late()
    }
}

/// What the SQL functions `last_insert_rowid()` and `changes()` answer on a connection that several guests share.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) last_insert_rowid: AtomicI64,
    pub(super) changes: AtomicU64,
}

impl Counters {
    pub(super) fn copy_from(&self, other: &Self) {
        self.last_insert_rowid.store(other.last_insert_rowid.load(Ordering::Relaxed), Ordering::Relaxed);
        self.changes.store(other.changes.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Shared, answers read-only statements.
    Reader,
    /// Shared, runs every autocommit write of the file.
    Writer,
    /// Belongs to one guest.
    Private,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) connection: Connection,
    pub(super) interrupt: Arc<Interrupt>,
    pub(super) counters: Arc<Counters>,
}

impl Handle {
    /// Opens `path` and creates it when it is missing.
    pub(super) fn open(path: &Path, role: Role, foreign_keys: bool, interrupt: Arc<Interrupt>) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", foreign_keys)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // Otherwise statements on tables with partial indexes are prepared again each time a parameter is bound.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(MAX_RESULT_BYTES).unwrap_or(i32::MAX))?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        let counters = Arc::new(Counters::default());
        match role {
            Role::Reader => {
                connection.pragma_update(None, "query_only", true)?;
                override_counters(&connection, &counters)?;
            }
            Role::Writer => {
                connection.execute_batch("CREATE TEMP TABLE kronos_last_insert (id INTEGER PRIMARY KEY)")?;
            }
            Role::Private => {}
        }
        let watched = interrupt.clone();
        connection.progress_handler(TICK, Some(move || watched.should_stop()))?;
        connection.authorizer(Some(authorize))?;
        Ok(Self { connection, interrupt, counters })
    }

    /// Runs one statement to its end. `None` when `read_only` is asked for and the statement writes.
    pub(super) fn run(
        &self,
        sql: &str,
        parameters: &[Value],
        read_only: bool,
        ticks: u64,
    ) -> Result<Option<Outcome>, Error> {
        self.interrupt.arm(ticks);
        let outcome = self.run_armed(sql, parameters, read_only);
        match outcome {
            Err(error) if error.is_code(ErrorCode::OperationInterrupted) && self.interrupt.is_late() => {
                Err(Error::TimedOut)
            }
            other => other,
        }
    }

    fn run_armed(&self, sql: &str, parameters: &[Value], read_only: bool) -> Result<Option<Outcome>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        if read_only && !statement.readonly() {
            return Ok(None);
        }
        if statement.parameter_count() != parameters.len() {
            let expected = statement.parameter_count();
            return Err(rusqlite::Error::InvalidParameterCount(parameters.len(), expected).into());
        }
        for (index, parameter) in parameters.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, Parameter(parameter))?;
        }
        let mut rows = Vec::new();
        let mut bytes = 0_usize;
        // The number of columns is known after the first step: a changed schema makes SQLite prepare again.
        let mut width = None;
        let mut cursor = statement.raw_query();
        while let Some(row) = cursor.next()? {
            let width = *width.get_or_insert_with(|| row.as_ref().column_count());
            let mut values = Vec::with_capacity(width);
            for column in 0..width {
                let value = read(row.get_ref(column)?, column)?;
                bytes += size_of::<Value>() + heap_size(&value);
                values.push(value);
            }
            if bytes > MAX_RESULT_BYTES {
                return Err(Error::TooLarge);
            }
            rows.push(RowResult { values });
        }
        drop(cursor);
        let columns = statement.column_names().map(str::to_owned).collect();
        Ok(Some(Outcome { columns, rows }))
    }
}

fn override_counters(connection: &Connection, counters: &Arc<Counters>) -> Result<(), Error> {
    let shared = counters.clone();
    connection.create_scalar_function("last_insert_rowid", 0, FunctionFlags::SQLITE_UTF8, move |_| {
        Ok(shared.last_insert_rowid.load(Ordering::Relaxed))
    })?;
    let shared = counters.clone();
    connection.create_scalar_function("changes", 0, FunctionFlags::SQLITE_UTF8, move |_| {
        Ok(i64::try_from(shared.changes.load(Ordering::Relaxed)).unwrap_or(i64::MAX))
    })?;
    Ok(())
}

/// A guest reaches the file of its label and nothing else, and can't change how others see it.
fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        // VACUUM attaches a database without a name; anything else is a file.
        AuthAction::Attach { filename: "" } => Authorization::Allow,
        AuthAction::Attach { .. } | AuthAction::Unknown { .. } => Authorization::Deny,
        AuthAction::Pragma { pragma_name, pragma_value } => authorize_pragma(pragma_name, pragma_value),
        _ => Authorization::Allow,
    }
}

fn authorize_pragma(name: &str, value: Option<&str>) -> Authorization {
    let denied = match name.to_ascii_lowercase().as_str() {
        // Either persistent in the file, or process-wide, or a path.
        "journal_mode" => value.is_some_and(|mode| !mode.eq_ignore_ascii_case("wal")),
        "locking_mode" | "writable_schema" | "hard_heap_limit" | "soft_heap_limit" => value.is_some(),
        "temp_store_directory" | "data_store_directory" => true,
        _ => false,
    };
    if denied { Authorization::Deny } else { Authorization::Allow }
}

struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
            Value::Null => ValueRef::Null,
        }))
    }
}

fn read(value: ValueRef<'_>, column: usize) -> Result<Value, Error> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => return Err(Error::NotUtf8(column)),
        },
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}

fn heap_size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Integer(_) | Value::Real(_) | Value::Null => 0,
    }
}
