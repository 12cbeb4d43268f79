//! The database: sqlx pools, and the statements of Kronos.

use std::{io, path::Path, str::FromStr, time::Duration};

use jiff::Timestamp;
use kronos_domain::{Currency, HourlyRate, Instant, OrganizationId, UserId, entry::TimeEntry};
use sqlx::{
    ConnectOptions as _, PgPool, Row as _, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use uuid::Uuid;

use crate::Arguments;

/// Readers of SQLite at a time.
const READERS: u32 = 4;

/// A database.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
    /// The statements.
    pub statements: &'static Statements,
}

#[derive(Debug, Clone)]
enum Engine {
    Postgres(PgPool),
    /// SQLite has one writer at a time; a pool of one connection makes the others wait in line.
    Sqlite {
        reader: SqlitePool,
        writer: SqlitePool,
    },
}

/// The statements, as Kronos words them for the engine.
#[derive(Debug)]
pub struct Statements {
    pub read: &'static str,
    pub list: &'static str,
    pub create: &'static str,
    pub stop: &'static str,
    pub report: &'static str,
    pub pending: &'static str,
    pub apply: &'static str,
}

impl Statements {
    fn load(folder: &Path) -> io::Result<Self> {
        let text = |name: &str| -> io::Result<&'static str> {
            Ok(std::fs::read_to_string(folder.join(format!("{name}.sql")))?.leak())
        };
        Ok(Self {
            read: text("read")?,
            list: text("list")?,
            create: text("create")?,
            stop: text("stop")?,
            report: text("report")?,
            pending: text("pending")?,
            apply: text("apply")?,
        })
    }
}

/// A parameter.
#[derive(Debug)]
pub enum Value {
    Text(Option<String>),
    Id(Option<Uuid>),
    Integer(Option<i64>),
    Bool(Option<bool>),
}

/// A row of a report.
#[derive(Debug)]
pub struct Sum {
    /// Worked time.
    pub seconds: i64,
    /// Price.
    pub cost: i64,
    /// Of the group.
    pub key: Option<String>,
}

/// Whether a statement changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

enum Rows {
    Postgres(Vec<PgRow>),
    Sqlite(Vec<SqliteRow>),
}

/// Maps rows of either engine with the same code.
macro_rules! map_rows {
    ($rows:expr, $row:ident => $map:expr) => {
        match $rows {
            Rows::Postgres(rows) => {
                rows.iter().map(|$row| -> Result<_, sqlx::Error> { $map }).collect::<Result<Vec<_>, _>>()
            }
            Rows::Sqlite(rows) => {
                rows.iter().map(|$row| -> Result<_, sqlx::Error> { $map }).collect::<Result<Vec<_>, _>>()
            }
        }
    };
}

/// The engines take ids in different forms: PostgreSQL as `uuid`, SQLite as text.
macro_rules! bind {
    ($sql:expr, $values:expr, $id:expr) => {{
        let mut query = sqlx::query($sql);
        for value in $values {
            query = match value {
                Value::Text(value) => query.bind(value),
                Value::Id(value) => query.bind(value.map($id)),
                Value::Integer(value) => query.bind(value),
                Value::Bool(value) => query.bind(value),
            };
        }
        query
    }};
}

/// Reads an entry from the columns of either engine; none when there is no entry in the row.
macro_rules! decode {
    ($row:expr) => {{
        let row = $row;
        let Some(id) = row.try_get_unchecked::<Option<String>, _>(0)? else { return Ok(None) };
        let text = |index: usize| row.try_get_unchecked::<String, _>(index);
        let instant =
            |index: usize| row.try_get_unchecked::<Option<i64>, _>(index).map(|at| at.map(Instant::from_micros));
        let rate: Option<i64> = row.try_get_unchecked(9)?;
        Ok(Some(TimeEntry {
            id: parse(&id)?,
            organization: parse(&text(1)?)?,
            member: parse(&text(2)?)?,
            user: parse(&text(3)?)?,
            start: instant(4)?.unwrap_or(Instant::MIN),
            end: instant(5)?,
            time_zone: text(6)?,
            description: text(7)?,
            billable: row.try_get_unchecked(8)?,
            billable_rate: rate.and_then(|rate| HourlyRate::new(rate).ok()),
            currency: parse::<Currency>(&text(10)?)?,
            source: text(11)?,
            version: row.try_get_unchecked(12)?,
            created_at: instant(13)?.unwrap_or(Instant::MIN),
            updated_at: instant(14)?.unwrap_or(Instant::MIN),
            deleted_at: instant(15)?,
        }))
    }};
}
impl Store {
    /// Opens the pools.
    pub async fn open(arguments: &Arguments) -> Result<Self, Box<dyn std::error::Error>> {
        let engine = match (&arguments.postgres, &arguments.sqlite) {
            (Some(url), _) => {
                let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
                let pool = PgPoolOptions::new()
                    .min_connections(arguments.pool)
                    .max_connections(arguments.pool)
                    // It would cost a round trip per request.
                    .test_before_acquire(false);
                Engine::Postgres(pool.connect_with(options).await?)
            }
            (None, Some(file)) => {
                let options = SqliteConnectOptions::new()
                    .filename(file)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5))
                    .disable_statement_logging();
                let pool = |size: u32| {
                    SqlitePoolOptions::new().min_connections(size).max_connections(size).test_before_acquire(false)
                };
                Engine::Sqlite {
                    writer: pool(1).connect_with(options.clone()).await?,
                    reader: pool(READERS).connect_with(options.read_only(true)).await?,
                }
            }
            (None, None) => return Err("--postgres or --sqlite is needed".into()),
        };
        Ok(Self { engine, statements: Box::leak(Box::new(Statements::load(&arguments.statements)?)) })
    }

    async fn rows(&self, access: Access, sql: &'static str, values: Vec<Value>) -> Result<Rows, sqlx::Error> {
        match &self.engine {
            Engine::Postgres(pool) => Ok(Rows::Postgres(bind!(sql, values, |id: Uuid| id).fetch_all(pool).await?)),
            Engine::Sqlite { reader, writer } => {
                let pool = if access == Access::Write { writer } else { reader };
                Ok(Rows::Sqlite(bind!(sql, values, |id: Uuid| id.to_string()).fetch_all(pool).await?))
            }
        }
    }

    /// Entries of a statement that reads. The outer `None` means that there was no row at all; rows without an entry are left
    /// out.
    pub async fn entries(&self, sql: &'static str, values: Vec<Value>) -> Result<Option<Vec<TimeEntry>>, sqlx::Error> {
        let rows = self.rows(Access::Read, sql, values).await?;
        let entries = map_rows!(&rows, row => decode!(row))?;
        Ok((!entries.is_empty()).then(|| entries.into_iter().flatten().collect()))
    }

    /// The entry that a statement changed.
    pub async fn change(&self, sql: &'static str, values: Vec<Value>) -> Result<Option<TimeEntry>, sqlx::Error> {
        let rows = self.rows(Access::Write, sql, values).await?;
        Ok(map_rows!(&rows, row => decode!(row))?.into_iter().flatten().next())
    }

    /// Rows of a report; none for a stranger.
    pub async fn sums(&self, values: Vec<Value>) -> Result<Option<Vec<Sum>>, sqlx::Error> {
        let rows = self.rows(Access::Read, self.statements.report, values).await?;
        let sums = map_rows!(&rows, row => {
            let seconds: Option<i64> = row.try_get_unchecked(0)?;
            seconds.map(|seconds| {
                Ok(Sum { seconds, cost: row.try_get_unchecked(1)?, key: row.try_get_unchecked(2)? })
            }).transpose()
        })?;
        Ok((!sums.is_empty()).then(|| sums.into_iter().flatten().collect()))
    }

    /// Whether there are events to apply.
    pub async fn pending(&self) -> Result<bool, sqlx::Error> {
        let values = vec![Value::Text(Some("reports".to_owned()))];
        let rows = self.rows(Access::Read, self.statements.pending, values).await?;
        let pending: Vec<bool> = map_rows!(&rows, row => row.try_get_unchecked(0))?;
        Ok(pending.contains(&true))
    }

    /// Applies events.
    pub async fn apply(&self, batch_size: i64) -> Result<(), sqlx::Error> {
        let values = vec![Value::Integer(Some(batch_size))];
        self.rows(Access::Write, self.statements.apply, values).await.map(drop)
    }
}

fn parse<T: FromStr>(text: &str) -> Result<T, sqlx::Error> {
    text.parse().map_err(|_| sqlx::Error::Decode(format!("`{text}` is not what the column holds").into()))
}

/// Who acts, and where: the first two parameters of every statement.
pub fn actor(organization: OrganizationId, user: UserId) -> Vec<Value> {
    vec![id(organization.uuid()), id(user.uuid())]
}

/// An id as a parameter.
pub fn id(value: Uuid) -> Value {
    Value::Id(Some(value))
}

/// A text parameter.
pub fn text(value: impl ToString) -> Value {
    Value::Text(Some(value.to_string()))
}

/// An instant as a parameter.
pub fn instant(value: Instant) -> Value {
    Value::Integer(Some(value.micros()))
}

/// Now.
pub fn now() -> Instant {
    Timestamp::now().into()
}
