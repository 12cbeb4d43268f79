//! One connection to a server, with its prepared statements.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use futures::TryStreamExt as _;
use tokio::{runtime::Handle, task::AbortHandle};
use tokio_postgres::{
    Client, Row, Statement,
    types::{ToSql, Type},
};

use super::{
    address::{ConnectError, Target},
    decode::{self, Raw, ValueError},
    encode::Parameter,
    error::Failure,
    gather::Gather,
    pulse::Pulse,
    room::Room,
    wit::{Column, DbValue},
};
use crate::capabilities::{Held, MAX_RESULT_BYTES};

/// Prepared statements that a connection keeps; the least recently used goes first.
const MAX_STATEMENTS: usize = 256;
/// Bytes of their texts in all.
const MAX_STATEMENT_BYTES: usize = 1 << 20;
/// Bytes of a text that is worth keeping: a longer one was made for the occasion, such as one with values written into it.
pub(super) const MAX_KEPT_TEXT: usize = 16 << 10;
/// Bytes of one result.
const MAX_BYTES: usize = if cfg!(test) { 4 << 20 } else { MAX_RESULT_BYTES };
/// How long cleaning a connection may take before it is closed instead.
const CLEAN_TIMEOUT: Duration = Duration::from_secs(5);

/// What `DISCARD ALL` does, except that the statements live on which the driver has prepared to look types up: it would use them
/// all the same.
const CLEAN: &str =
    "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
    DO $$ DECLARE statement text; BEGIN
        FOR statement IN SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql LOOP
            EXECUTE pg_catalog.format('DEALLOCATE %I', statement);
        END LOOP;
    END $$;
    DISCARD PLANS; DISCARD TEMP; DISCARD SEQUENCES";

/// A statement with its parameters.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) spin_exact: bool,
    /// Counts its bytes, where they are counted.
    #[expect(dead_code, reason = "only its drop matters")]
    pub(super) held: Option<Held>,
}

/// What a statement answered.
#[derive(Debug, Default)]
pub(super) struct ResultSet {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<DbValue>>,
    /// Rows that it changed or returned.
    pub(super) affected: u64,
}

/// A connection.
pub(super) struct Link {
    client: Client,
    target: Arc<Target>,
    driver: AbortHandle,
    /// The server's process behind it, 0 when the server has none.
    pub(super) pid: i32,
    statements: Mutex<Prepared>,
    pub(super) pulse: Arc<Pulse>,
    stalled: AtomicBool,
    retired: AtomicBool,
    discarded: AtomicBool,
    overdue: AtomicBool,
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Link").field("pid", &self.pid).finish_non_exhaustive()
    }
}

/// A message that waits for its answer. When nobody waits for it any more, the connection goes: it would wait for ever on a network
/// that is gone.
struct Exchange<'a> {
    link: &'a Link,
    answered: bool,
}

impl Exchange<'_> {
    fn answered<T>(mut self, answer: T) -> T {
        self.answered = true;
        answer
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.link.discard();
        }
        self.link.pulse.end();
    }
}

#[derive(Default)]
struct Prepared {
    by_text: HashMap<Arc<str>, (Statement, u64)>,
    bytes: usize,
    uses: u64,
}

impl Prepared {
    fn get(&mut self, sql: &str) -> Option<Statement> {
        self.uses += 1;
        let (statement, used) = self.by_text.get_mut(sql)?;
        *used = self.uses;
        Some(statement.clone())
    }

    fn put(&mut self, sql: &str, statement: Statement) {
        if sql.len() > MAX_KEPT_TEXT {
            return;
        }
        while self.by_text.len() >= MAX_STATEMENTS || self.bytes + sql.len() > MAX_STATEMENT_BYTES {
            let oldest = self.by_text.iter().min_by_key(|(_, (_, used))| *used).map(|(sql, _)| sql.clone());
            let Some(oldest) = oldest else { break };
            self.remove(&oldest);
        }
        if self.by_text.insert(sql.into(), (statement, self.uses)).is_none() {
            self.bytes += sql.len();
        }
    }

    fn remove(&mut self, sql: &str) {
        if self.by_text.remove(sql).is_some() {
            self.bytes -= sql.len();
        }
    }

    fn clear(&mut self) {
        self.by_text.clear();
        self.bytes = 0;
    }
}

impl Link {
    /// Connects. The connection counts as open for as long as its socket is.
    pub(super) async fn open(target: &Arc<Target>, room: Room) -> Result<Self, ConnectError> {
        let (client, driver) = target.connect().await?;
        let pulse = Arc::new(Pulse::default());
        let driver = Gather::new(driver, pulse.clone());
        let driver = tokio::spawn(async move {
            driver.await;
            drop(room);
        });
        let mut link = Self {
            client,
            target: Arc::clone(target),
            driver: driver.abort_handle(),
            pid: 0,
            statements: Mutex::default(),
            pulse,
            stalled: AtomicBool::new(false),
            retired: AtomicBool::new(false),
            discarded: AtomicBool::new(false),
            overdue: AtomicBool::new(false),
        };
        let pid = link.texts("SELECT pg_backend_pid()::text", &[]);
        match tokio::time::timeout(target.patience(), pid).await {
            Ok(Ok(texts)) => link.pid = texts.iter().find_map(|pid| pid.parse().ok()).unwrap_or(0),
            // Whatever the server is, it answers.
            Ok(Err(failure)) if !failure.is_lost() => {}
            Ok(Err(failure)) => return Err(ConnectError::unreachable(failure.to_string())),
            Err(_) => return Err(ConnectError::silent(target.patience())),
        }
        Ok(link)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.discarded.load(Relaxed) || self.client.is_closed()
    }

    /// Whether it may get more statements than it has.
    pub(super) fn is_usable(&self) -> bool {
        !self.retired.load(Relaxed) && !self.is_closed()
    }

    /// Whether those who use it have waited for a while.
    pub(super) fn is_stalled(&self) -> bool {
        self.stalled.load(Relaxed)
    }

    pub(super) fn set_stalled(&self, stalled: bool) {
        self.stalled.store(stalled, Relaxed);
    }

    /// Gives it no more statements; it closes when the last of those that it has is done.
    pub(super) fn retire(&self) {
        self.retired.store(true, Relaxed);
    }

    /// Closes it at once. Whoever waits for an answer is told that the connection is lost, and the server is asked to stop what it
    /// does for them.
    pub(super) fn discard(&self) {
        if self.discarded.swap(true, Relaxed) {
            return;
        }
        if self.pulse.outstanding() > 0
            && let Ok(runtime) = Handle::try_current()
        {
            let (target, token) = (Arc::clone(&self.target), self.client.cancel_token());
            runtime.spawn(async move { target.cancel(token).await });
        }
        self.driver.abort();
    }

    /// The same for a statement that takes too long, which would do so again.
    pub(super) fn discard_overdue(&self) {
        self.overdue.store(true, Relaxed);
        self.discard();
    }

    pub(super) fn is_overdue(&self) -> bool {
        self.overdue.load(Relaxed)
    }

    fn exchange(&self) -> Exchange<'_> {
        self.pulse.begin();
        Exchange { link: self, answered: false }
    }

    fn statements(&self) -> MutexGuard<'_, Prepared> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a statement that is a transaction of its own: one that was prepared too long ago is prepared again.
    pub(super) async fn run_plain(&self, request: &Request) -> Result<ResultSet, Failure> {
        match self.run(request).await {
            Err(failure) if failure.is_stale_statement() => self.run(request).await,
            result => result,
        }
    }

    /// Runs one statement.
    pub(super) async fn run(&self, request: &Request) -> Result<ResultSet, Failure> {
        let statement = self.prepared(&request.sql).await?;
        self.run_prepared(&statement, request).await
    }

    /// Prepares a statement unless that was done before.
    pub(super) async fn prepared(&self, sql: &str) -> Result<Statement, Failure> {
        let known = self.statements().get(sql);
        if let Some(statement) = known {
            return Ok(statement);
        }
        let exchange = self.exchange();
        let statement = exchange.answered(self.client.prepare(sql).await)?;
        self.statements().put(sql, statement.clone());
        Ok(statement)
    }

    /// Sends what begins or ends a transaction.
    pub(super) async fn control(&self, sql: &str) -> Result<(), Failure> {
        let exchange = self.exchange();
        Ok(exchange.answered(self.client.batch_execute(sql).await)?)
    }

    /// The rows of a statement of our own, which answers one column of texts; its parameters are lists of texts.
    pub(super) async fn texts(&self, sql: &str, parameters: &[&[String]]) -> Result<Vec<String>, Failure> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            parameters.iter().map(|list| (list as &(dyn ToSql + Sync), Type::TEXT_ARRAY)).collect();
        let exchange = self.exchange();
        let rows = exchange.answered(self.client.query_typed(sql, &parameters).await)?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Runs a statement that was prepared. It is sent before this waits for anything.
    pub(super) async fn run_prepared(&self, statement: &Statement, request: &Request) -> Result<ResultSet, Failure> {
        let exchange = self.exchange();
        let result = exchange.answered(self.send(statement, request).await);
        if result.as_ref().is_err_and(Failure::is_stale_statement) {
            self.statements().remove(&request.sql);
        }
        result
    }

    async fn send(&self, statement: &Statement, request: &Request) -> Result<ResultSet, Failure> {
        let expected = statement.params().len();
        if expected != request.parameters.len() {
            return Err(Failure::Parameters { expected, given: request.parameters.len() });
        }
        let mut stream = std::pin::pin!(self.client.query_raw(statement, &request.parameters).await?);
        let mut rows = Ok(Vec::new());
        let mut bytes = 0;
        // To the end, even when it is of no use any more: an error behind the last row undoes the statement as well.
        while let Some(row) = stream.try_next().await? {
            self.pulse.row();
            if let Ok(read) = &mut rows {
                bytes += row.raw_size_bytes() + row.len() * size_of::<DbValue>();
                match read_row(&row, request.spin_exact, &mut bytes) {
                    Ok(row) => read.push(row),
                    Err(failure) => {
                        if matches!(failure, Failure::TooLarge) {
                            // Nobody should have to wait behind what may be endless.
                            self.retire();
                        }
                        rows = Err(failure);
                    }
                }
            }
        }
        let rows = rows?;
        let columns = if request.spin_exact && rows.is_empty() { Vec::new() } else { columns(statement) };
        Ok(ResultSet { columns, rows, affected: stream.rows_affected().unwrap_or(0) })
    }

    /// After a guest's own statement that may have dropped the prepared ones, those of the driver among them.
    pub(super) fn forget_discarded(&self, sql: &str) {
        let first = sql.split_whitespace().next().unwrap_or_default();
        if ["DEALLOCATE", "DISCARD"].iter().any(|word| first.eq_ignore_ascii_case(word)) {
            self.statements().clear();
            self.retire();
        }
    }

    /// Makes the connection as good as new for whoever gets it next.
    pub(super) async fn clean(&self) -> Result<(), Failure> {
        // Both are sent at once; the first ends a transaction that the second can't be part of.
        let clean = async { futures::join!(self.control("ROLLBACK"), self.control(CLEAN)) };
        let cleaned = tokio::time::timeout(CLEAN_TIMEOUT, clean).await;
        self.statements().clear();
        let (rollback, discard) = cleaned.map_err(|_| Failure::Connection("cleaning took too long".into()))?;
        rollback.and(discard)
    }
}

fn columns(statement: &Statement) -> Vec<Column> {
    let columns = statement.columns().iter();
    columns
        .map(|column| Column { name: column.name().to_owned(), data_type: decode::data_type(column.type_()) })
        .collect()
}

/// The values of a row. `bytes` are those that the result holds, in which what was sent of this row is counted already.
fn read_row(row: &Row, spin_exact: bool, bytes: &mut usize) -> Result<Vec<DbValue>, Failure> {
    if *bytes > MAX_BYTES {
        return Err(Failure::TooLarge);
    }
    let read_one = |(index, column): (usize, &tokio_postgres::Column)| {
        let raw: Option<Raw<'_>> = row.try_get(index)?;
        let Some(Raw(raw)) = raw else { return Ok(DbValue::DbNull) };
        let value = decode::value(column.type_(), raw, spin_exact).map_err(|reason| ValueError {
            column: column.name().to_owned(),
            ty: column.type_().name().to_owned(),
            reason,
        })?;
        *bytes += decode::surplus(&value);
        if *bytes > MAX_BYTES { Err(Failure::TooLarge) } else { Ok(value) }
    };
    row.columns().iter().enumerate().map(read_one).collect()
}
