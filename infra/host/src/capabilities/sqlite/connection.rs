//! One connection to a file: how it is opened, what a guest may not do on it, and how a statement runs.

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::{
    Batch, CachedStatement, Connection, ErrorCode, OpenFlags, StatementStatus, ToSql,
    config::DbConfig,
    fallible_iterator::FallibleIterator,
    functions::FunctionFlags,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
    types::{ToSqlOutput, ValueRef},
};

use super::{
    analysis::SETTLED,
    bindings::wit::{RowResult, Value},
    error::Error,
    memory::Held,
    settings::{HEAP_BYTES, PATTERN_BYTES, SQL_BYTES, Settings},
    statement::{Counters, Statement},
    watch::{TICK, Watch},
};
use crate::{capabilities::MAX_RESULT_BYTES, config::private};

/// Prepared statements that a connection keeps.
const CACHED_STATEMENTS: usize = 256;
/// Bytes of prepared statements after which a connection forgets all of them.
const CACHED_BYTES: usize = 8 << 20;

/// Bytes of a value of a statement that runs where requests are served. One instruction of SQLite's may take a value apart for as long
/// as it likes, and some take time that grows with the square of its length.
const INLINE_VALUE_BYTES: usize = 4 << 10;
/// What a statement answered.
#[derive(Debug, Default)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<RowResult>,
    /// What they take up.
    pub(super) held: Option<Held>,
}

impl Rows {
    /// Bytes that they take up.
    pub(super) fn size(&self) -> usize {
        self.held.as_ref().map_or(0, |held| held.bytes)
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
    Own,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct FileConnection {
    pub(super) connection: Connection,
    pub(super) watch: Arc<Watch>,
    pub(super) counters: Arc<Counters>,
    /// Bytes of the statements that were prepared since the cache was last empty.
    prepared: Cell<usize>,
    gate: Arc<Gate>,
}

/// What the authorizer of a connection is told, and tells.
#[derive(Debug, Default)]
struct Gate {
    /// The host speaks for itself.
    is_host: AtomicBool,
    /// A statement was refused that would change the connection for the others who share it.
    needs_own: AtomicBool,
}

/// For as long as this lives, nothing is refused.
struct Host<'a>(&'a Gate);

impl Drop for Host<'_> {
    fn drop(&mut self) {
        self.0.is_host.store(false, Ordering::Relaxed);
    }
}

/// A file, and how it is connected to.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    pub(super) path: PathBuf,
    pub(super) settings: Settings,
}

impl DatabaseFile {
    /// Makes the file and the folders above it when they are missing, for this account alone.
    pub(super) fn make(&self) -> Result<(), Error> {
        private::database(&self.path).map_err(|error| Error::File(Arc::new(error)))
    }

    /// Opens the file, and makes it when it is missing.
    pub(super) fn connect(&self, role: Role) -> Result<FileConnection, Error> {
        FileConnection::open(&self.path, role, &self.settings)
    }
}

impl FileConnection {
    fn open(path: &Path, role: Role, settings: &Settings) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        let watch = Arc::new(Watch::new(settings));
        let waiting = watch.clone();
        connection.busy_handler(Some(move |attempt| waiting.wait(attempt)))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", settings.foreign_keys)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "hard_heap_limit", HEAP_BYTES)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // Otherwise statements on tables with partial indexes are prepared again each time a parameter is bound.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        limit(&connection, Limit::SQLITE_LIMIT_LENGTH, MAX_RESULT_BYTES)?;
        limit(&connection, Limit::SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES)?;
        limit(&connection, Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_BYTES)?;
        limit(&connection, Limit::SQLITE_LIMIT_ATTACHED, 1)?;
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
            Role::Own => {
                let committing = watch.clone();
                connection.commit_hook(Some(move || {
                    committing.let_finish();
                    false
                }))?;
            }
        }
        let watched = watch.clone();
        connection.progress_handler(TICK, Some(move || watched.should_stop()))?;
        let gate = Arc::new(Gate::default());
        let asked = gate.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| asked.authorize(role, &context)))?;
        Ok(Self { connection, watch, counters, prepared: Cell::new(0), gate })
    }

    /// Runs one statement to its end. `None` when `read_only` is asked for and the statement writes.
    pub(super) fn run(&self, statement: &Arc<Statement>, read_only: bool, ticks: u64) -> Result<Option<Rows>, Error> {
        if statement.analysis.is_control {
            return self.run_to_its_end(statement, read_only);
        }
        statement.admit()?;
        let armed = self.watch.arm(statement, ticks);
        self.gate.needs_own.store(false, Ordering::Relaxed);
        match self.run_to_its_end(statement, read_only) {
            Err(_) if self.gate.needs_own.load(Ordering::Relaxed) => Err(Error::NeedsOwn),
            Err(error) if error.is_code(ErrorCode::OperationInterrupted) && armed.timed_out() => Err(Error::TimedOut),
            other => other,
        }
    }

    /// Runs a statement that only reads as [`Self::run`] does, where requests are served: it fails when it takes more `ticks`, or
    /// comes upon a value of more than [`INLINE_VALUE_BYTES`].
    pub(super) fn run_inline(&self, statement: &Arc<Statement>, ticks: u64) -> Result<Option<Rows>, Error> {
        limit(&self.connection, Limit::SQLITE_LIMIT_LENGTH, INLINE_VALUE_BYTES)?;
        let rows = self.run(statement, true, ticks);
        limit(&self.connection, Limit::SQLITE_LIMIT_LENGTH, MAX_RESULT_BYTES)?;
        rows
    }

    /// Makes `id` what `last_insert_rowid()` returns on the writer, which all guests share.
    pub(super) fn set_last_insert(&self, id: i64) -> Result<(), Error> {
        self.gate.is_host.store(true, Ordering::Relaxed);
        let _host = Host(&self.gate);
        let sql = "INSERT OR REPLACE INTO temp.kronos_last_insert (id) VALUES (?1)";
        Ok(self.connection.prepare_cached(sql)?.execute([id]).map(drop)?)
    }

    /// Runs a statement of the host's own, which nothing stops.
    pub(super) fn control(&self, sql: &str) -> Result<(), Error> {
        Ok(self.connection.prepare_cached(sql)?.raw_execute().map(drop)?)
    }

    /// Leaves the transaction that may be open, and says whether none is open now.
    pub(super) fn leave_transaction(&self) -> bool {
        if !self.is_autocommit() {
            // What counts is where it leaves the connection.
            let _failed = self.control("ROLLBACK");
        }
        self.is_autocommit()
    }

    /// Whether no transaction is open.
    pub(super) fn is_autocommit(&self) -> bool {
        self.connection.is_autocommit()
    }

    fn run_to_its_end(&self, asked: &Statement, read_only: bool) -> Result<Option<Rows>, Error> {
        let Statement { sql, parameters, .. } = asked;
        let mut statement = self.prepare(asked)?;
        if read_only && !statement.readonly() {
            statement.discard();
            return Ok(None);
        }
        if statement.parameter_count() != parameters.len() {
            let expected = statement.parameter_count();
            statement.discard();
            return Err(rusqlite::Error::InvalidParameterCount(parameters.len(), expected).into());
        }
        let rows = read_rows(&mut statement, parameters).map(|(mut rows, bytes)| {
            rows.held = Some(asked.hold(bytes));
            rows
        });
        let is_first_run = statement.get_status(StatementStatus::Run) <= 1;
        if is_first_run {
            let bytes = usize::try_from(statement.get_status(StatementStatus::MemUsed)).unwrap_or_default();
            self.prepared.set(self.prepared.get() + bytes + sql.len());
        }
        drop(statement);
        if self.prepared.get() > CACHED_BYTES {
            self.connection.flush_prepared_statement_cache();
            self.prepared.set(0);
        }
        rows.map(Some)
    }

    /// Prepares the one statement of a text, or takes it from the cache.
    fn prepare(&self, asked: &Statement) -> Result<CachedStatement<'_>, Error> {
        if !asked.analysis.is_single() {
            // The cache would prepare all statements of the text, each inside of the call for the one before, only to refuse them.
            let mut statements = Batch::new(&self.connection, &asked.sql);
            if statements.next()?.is_some() && statements.next()?.is_some() {
                return Err(rusqlite::Error::MultipleStatement.into());
            }
            asked.analysis.mark_single();
        }
        Ok(self.connection.prepare_cached(&asked.sql)?)
    }
}

fn limit(connection: &Connection, limit: Limit, most: usize) -> Result<(), Error> {
    Ok(connection.set_limit(limit, i32::try_from(most).unwrap_or(i32::MAX)).map(drop)?)
}

/// The rows and their size.
fn read_rows(statement: &mut CachedStatement<'_>, parameters: &[Value]) -> Result<(Rows, usize), Error> {
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
    Ok((Rows { columns, rows, held: None }, bytes))
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
fn authorize(context: &AuthContext<'_>) -> Authorization {
    match context.action {
        // VACUUM attaches a database without a name; anything else is a file.
        AuthAction::Attach { filename: "" } => Authorization::Allow,
        AuthAction::Attach { .. } | AuthAction::Unknown { .. } => Authorization::Deny,
        AuthAction::Pragma { pragma_name, pragma_value } => authorize_pragma(pragma_name, pragma_value),
        _ => Authorization::Allow,
    }
}

impl Gate {
    fn authorize(&self, role: Role, context: &AuthContext<'_>) -> Authorization {
        if self.is_host.load(Ordering::Relaxed) {
            return Authorization::Allow;
        }
        let authorization = authorize(context);
        if authorization == Authorization::Allow && role != Role::Own && concerns_the_connection(context) {
            self.needs_own.store(true, Ordering::Relaxed);
            return Authorization::Deny;
        }
        authorization
    }
}

/// Whether an action has to do with the connection itself, rather than with the file.
fn concerns_the_connection(context: &AuthContext<'_>) -> bool {
    match context.action {
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let name = pragma_name.to_ascii_lowercase();
            !(ASK_ABOUT.contains(&name.as_str()) || pragma_value.is_none() && ASK.contains(&name.as_str()))
        }
        // The list of temporary objects, which SQLite goes through whenever a table gets another name.
        AuthAction::Read { table_name: "sqlite_temp_master", .. }
        | AuthAction::Update { table_name: "sqlite_temp_master", .. } => false,
        AuthAction::AlterTable { database_name, .. } => database_name == "temp",
        _ => context.database_name == Some("temp"),
    }
}

/// Pragmas that only ask, about what their value names.
const ASK_ABOUT: [&str; 10] = [
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// Pragmas that only ask when they are given no value, and whose answer is the same on every connection.
const ASK: [&str; 20] = [
    "application_id",
    "auto_vacuum",
    "busy_timeout",
    "cache_size",
    "collation_list",
    "compile_options",
    "data_version",
    "database_list",
    "encoding",
    "foreign_keys",
    "freelist_count",
    "journal_mode",
    "mmap_size",
    "module_list",
    "page_count",
    "page_size",
    "pragma_list",
    "schema_version",
    "synchronous",
    "user_version",
];

fn authorize_pragma(name: &str, value: Option<&str>) -> Authorization {
    let name = name.to_ascii_lowercase();
    if value.is_some() && SETTLED.contains(&name.as_str()) {
        return Authorization::Ignore;
    }
    let denied = match name.as_str() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::sqlite::analysis::Analysis;

    fn reader() -> (tempfile::TempDir, FileConnection) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = DatabaseFile { path: folder.path().join("default.db"), settings: Settings::default() };
        let connection = file.connect(Role::Reader).expect("a new file opens");
        (folder, connection)
    }

    #[test]
    fn only_short_values_are_worked_on_where_requests_are_served() {
        let (_folder, connection) = reader();
        let sql = "SELECT length(replace(?1, 'a', 'b'))";
        let statement = |length: usize| {
            let text = Value::Text("a".repeat(length));
            Statement::new(sql.into(), vec![text], Arc::new(Analysis::of(sql)), Arc::default(), Arc::default())
        };
        let answer = |rows: Result<Option<Rows>, Error>| match rows {
            Ok(rows) => format!("{:?}", rows.expect("it only reads").rows[0].values),
            Err(error) => error.to_string(),
        };
        let (short, long) = (statement(INLINE_VALUE_BYTES / 2), statement(INLINE_VALUE_BYTES + 1));
        assert_eq!(answer(connection.run_inline(&short, u64::MAX)), "[Value::Integer(2048)]");
        assert_eq!(answer(connection.run_inline(&long, u64::MAX)), "string or blob too big");
        assert_eq!(answer(connection.run(&long, true, u64::MAX)), "[Value::Integer(4097)]");
    }

    #[test]
    fn long_statements_are_not_hoarded() {
        let (_folder, connection) = reader();
        let mut most = 0;
        for number in 0..20 {
            let sql = format!("SELECT {number} /* {} */", "x".repeat(SQL_BYTES - 100));
            let analysis = Arc::new(Analysis::of(&sql));
            let statement = Statement::new(sql, vec![], analysis, Arc::default(), Arc::default());
            for _ in 0..3 {
                connection.run(&statement, true, u64::MAX).expect("a row");
            }
            assert!(connection.prepared.get() <= CACHED_BYTES);
            most = most.max(connection.prepared.get());
        }
        assert!(most > CACHED_BYTES / 2, "they are counted");
    }
}
