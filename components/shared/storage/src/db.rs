//! The two engines behind one door.

use std::{future::Future, pin::Pin};

use uuid::Uuid;

mod error;
mod packed;
mod pattern;
mod postgres;
pub(crate) mod record;
mod roles;
mod row;
mod sqlite;
mod statement;
mod stream;
mod wait;

pub use error::Error;
use packed::reads;
pub(crate) use pattern::containing;
pub(crate) use record::{Width, record};
pub use row::{Columns, Row};
pub(crate) use statement::statements;
pub use statement::{Fragment, Statement};

#[doc(hidden)]
pub use statement::Source;

/// Labels of the SQLite databases in `spin.toml`.
const DEFAULT: &str = "default";
const IDENTITY: &str = "identity";

/// Which database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL 15 or newer.
    Postgres,
    /// SQLite 3.45 or newer.
    Sqlite,
}

/// A value that is bound to a parameter or was read from a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// NULL of any type.
    Null,
    /// A boolean; SQLite holds it as 0 or 1.
    Bool(bool),
    /// A 64-bit integer, `bigint`.
    Integer(i64),
    /// A text. A parameter that is of no other variant's type in PostgreSQL is cast in the statement: `$1::text::jsonb`.
    Text(String),
    /// An id as a parameter, `uuid`; SQLite stores ids as text. Columns that hold one are read as text: `id::text`.
    ///
    /// Were it text that the statement casts, PostgreSQL would cast it again for every row that it compares.
    Uuid(Uuid),
    /// All rows of a statement, for drivers that read them so ([`Driver::packs`]); nothing that is stored.
    Bytes(Vec<u8>),
}

/// What a driver promises: the rows of one statement.
pub type RowsFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + 'a>>;

/// Sends statements to an engine. The components' drivers use Spin's interfaces; the test suite brings native ones.
pub trait Driver {
    /// Which dialect it speaks.
    fn engine(&self) -> Engine;

    /// Whether many rows are better read as one value of bytes than value by value. Only PostgreSQL makes one.
    fn packs(&self) -> bool {
        false
    }

    /// Runs one statement as a transaction of its own.
    fn rows(&self, sql: &'static str, parameters: Vec<Value>) -> RowsFuture<'_>;
}

/// A database. It opens its connection at the first statement, keeps it for the life of the instance, and opens a new one after
/// the connection was lost.
pub struct Db {
    driver: Box<dyn Driver>,
}

impl Db {
    /// PostgreSQL at a URL (`postgres://user:password@host:port/database`), or SQLite where the URL is empty.
    pub fn open(postgres_url: &str) -> Self {
        Self::open_labelled(DEFAULT, postgres_url)
    }

    /// The tables of the schema `identity`, which only the component of that name may open: PostgreSQL at the URL of its own role,
    /// or a SQLite database of its own where the URL is empty.
    pub fn open_identity(postgres_url: &str) -> Self {
        Self::open_labelled(IDENTITY, postgres_url)
    }

    fn open_labelled(sqlite: &'static str, postgres_url: &str) -> Self {
        if postgres_url.is_empty() {
            Self::with_driver(sqlite::Sqlite::new(sqlite))
        } else {
            Self::with_driver(postgres::Postgres::new(postgres_url))
        }
    }

    /// Any other way to reach a database.
    pub fn with_driver(driver: impl Driver + 'static) -> Self {
        Self { driver: Box::new(driver) }
    }

    /// Which dialect it speaks.
    pub fn engine(&self) -> Engine {
        self.driver.engine()
    }

    /// Runs a statement and returns its rows.
    pub async fn rows(&self, statement: &Statement, parameters: &[Value]) -> Result<Vec<Row>, Error> {
        match statement.packed(self.engine()).filter(|_| self.driver.packs()) {
            Some(packed) => packed::unpack(self.driver.rows(packed, parameters.to_vec()).await?),
            None => self.driver.rows(statement.text(self.engine()), parameters.to_vec()).await,
        }
    }

    /// Runs a statement that returns one row or none.
    pub async fn row(&self, statement: &Statement, parameters: &[Value]) -> Result<Option<Row>, Error> {
        let rows = self.driver.rows(statement.text(self.engine()), parameters.to_vec()).await?;
        Ok(rows.into_iter().next())
    }

    /// Runs a statement for its effect. Whoever needs to know what it changed writes `RETURNING` and uses [`Db::rows`]: a count
    /// of changes cannot be had reliably from a connection that concurrent requests share.
    pub async fn execute(&self, statement: &Statement, parameters: &[Value]) -> Result<(), Error> {
        self.rows(statement, parameters).await.map(drop)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<kronos_domain::Instant> for Value {
    fn from(instant: kronos_domain::Instant) -> Self {
        Self::Integer(instant.micros())
    }
}

impl From<kronos_domain::HourlyRate> for Value {
    fn from(rate: kronos_domain::HourlyRate) -> Self {
        Self::Integer(rate.minor_units())
    }
}

macro_rules! value_from_id {
    ($($id:ident),*) => {$(
        impl From<kronos_domain::$id> for Value {
            fn from(id: kronos_domain::$id) -> Self {
                Self::Uuid(id.uuid())
            }
        }
    )*};
}

value_from_id!(
    ClientId,
    EntryId,
    MemberId,
    OperatorTokenId,
    OrganizationId,
    ProjectId,
    SessionId,
    TagId,
    TaskId,
    UserId
);

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
