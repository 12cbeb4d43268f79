//! One connection to a server, with its prepared statements.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::TryStreamExt as _;
use tokio_postgres::{CancelToken, Client, Row, Statement};

use super::{
    decode::{self, Raw, ValueError},
    encode::Parameter,
    error::Failure,
    wit::{Column, DbValue},
};
use crate::capabilities::MAX_RESULT_BYTES;

/// Prepared statements that a connection keeps; the least recently used goes first.
const CACHED_STATEMENTS: usize = 256;
/// How long cleaning a connection may take before it is closed instead.
const CLEAN_TIMEOUT: Duration = Duration::from_secs(5);

/// A statement with its parameters.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) spin_exact: bool,
}

/// What a statement answered.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<DbValue>>,
    /// Rows that it changed or returned.
    pub(super) affected: u64,
}

/// A connection.
pub(super) struct Session {
    client: Client,
    statements: Mutex<Statements>,
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Session").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Statements {
    by_text: HashMap<Arc<str>, (Statement, u64)>,
    uses: u64,
}

impl Statements {
    fn get(&mut self, sql: &str) -> Option<Statement> {
        self.uses += 1;
        let (statement, used) = self.by_text.get_mut(sql)?;
        *used = self.uses;
        Some(statement.clone())
    }

    fn put(&mut self, sql: &str, statement: Statement) {
        if self.by_text.len() >= CACHED_STATEMENTS
            && let Some(oldest) = self.by_text.iter().min_by_key(|(_, (_, used))| *used).map(|(sql, _)| sql.clone())
        {
            self.by_text.remove(&oldest);
        }
        self.by_text.insert(sql.into(), (statement, self.uses));
    }
}

impl Session {
    pub(super) fn new(client: Client) -> Self {
        Self { client, statements: Mutex::default() }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) fn cancel_token(&self) -> CancelToken {
        self.client.cancel_token()
    }

    fn statements(&self) -> MutexGuard<'_, Statements> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a statement that is a transaction of its own: one that was prepared too long ago is prepared again.
    pub(super) async fn run_plain(&self, request: &Request) -> Result<Outcome, Failure> {
        match self.run(request).await {
            Err(failure) if failure.is_stale_statement() => self.run(request).await,
            result => result,
        }
    }

    /// Runs one statement.
    pub(super) async fn run(&self, request: &Request) -> Result<Outcome, Failure> {
        let statement = self.prepared(&request.sql).await?;
        self.run_prepared(&statement, request).await
    }

    /// Prepares a statement unless that was done before.
    pub(super) async fn prepared(&self, sql: &str) -> Result<Statement, Failure> {
        let known = self.statements().get(sql);
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.statements().put(sql, statement.clone());
        Ok(statement)
    }

    /// Sends what begins or ends a transaction.
    pub(super) async fn control(&self, sql: &str) -> Result<(), Failure> {
        Ok(self.client.batch_execute(sql).await?)
    }

    /// Runs a statement that was prepared. It is sent before this waits for anything.
    pub(super) async fn run_prepared(&self, statement: &Statement, request: &Request) -> Result<Outcome, Failure> {
        let result = self.send(statement, request).await;
        if result.as_ref().is_err_and(Failure::is_stale_statement) {
            self.statements().by_text.remove(request.sql.as_str());
        }
        result
    }

    async fn send(&self, statement: &Statement, request: &Request) -> Result<Outcome, Failure> {
        let expected = statement.params().len();
        if expected != request.parameters.len() {
            return Err(Failure::Parameters { expected, given: request.parameters.len() });
        }
        let mut stream = std::pin::pin!(self.client.query_raw(statement, &request.parameters).await?);
        let mut rows = Vec::new();
        let mut bytes = 0;
        while let Some(row) = stream.try_next().await? {
            bytes += row.raw_size_bytes() + row.len() * size_of::<DbValue>();
            if bytes > MAX_RESULT_BYTES {
                return Err(Failure::TooLarge);
            }
            rows.push(read(&row, request.spin_exact)?);
        }
        let columns = if request.spin_exact && rows.is_empty() { Vec::new() } else { columns(statement) };
        Ok(Outcome { columns, rows, affected: stream.rows_affected().unwrap_or(0) })
    }

    /// After a guest's own statement that may have dropped the prepared ones.
    pub(super) fn forget_discarded(&self, sql: &str) {
        let first = sql.split_whitespace().next().unwrap_or_default();
        if ["DEALLOCATE", "DISCARD"].iter().any(|word| first.eq_ignore_ascii_case(word)) {
            self.statements().by_text.clear();
        }
    }

    /// Makes the connection as good as new for whoever gets it next.
    pub(super) async fn clean(&self) -> Result<(), Failure> {
        let clean = async {
            // Both are sent at once; each ends a transaction that the other can't be part of.
            let (rollback, discard) =
                futures::join!(self.client.batch_execute("ROLLBACK"), self.client.batch_execute("DISCARD ALL"));
            rollback.and(discard)
        };
        let cleaned = tokio::time::timeout(CLEAN_TIMEOUT, clean).await;
        self.statements().by_text.clear();
        cleaned.map_err(|_| Failure::Connection("cleaning took too long".into()))??;
        Ok(())
    }
}

fn columns(statement: &Statement) -> Vec<Column> {
    let columns = statement.columns().iter();
    columns
        .map(|column| Column { name: column.name().to_owned(), data_type: decode::data_type(column.type_()) })
        .collect()
}

fn read(row: &Row, spin_exact: bool) -> Result<Vec<DbValue>, Failure> {
    let read_one = |(index, column): (usize, &tokio_postgres::Column)| {
        let raw: Option<Raw<'_>> = row.try_get(index)?;
        let Some(Raw(raw)) = raw else { return Ok(DbValue::DbNull) };
        decode::value(column.type_(), raw, spin_exact).map_err(|reason| {
            ValueError { column: column.name().to_owned(), ty: column.type_().name().to_owned(), reason }.into()
        })
    };
    row.columns().iter().enumerate().map(read_one).collect()
}
