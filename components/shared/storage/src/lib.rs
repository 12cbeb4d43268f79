//! Every SQL statement of Kronos, one file per aggregate, for both engines.
//!
//! To add a statement: write it as a [`Statement`] constant beside its siblings, in the shared dialect where possible
//! ([`shared!`]), else as a visible pair; give it a function that takes a [`Db`], binds values and decodes the rows; cover it in
//! `tests/`, which runs every statement on both engines. A write is one statement: Spin's connection pool can hand an open
//! transaction to a stranger, so there is no `BEGIN` anywhere. Not found is `Ok(None)`; what a constraint refuses comes back as
//! [`Error::Unique`] or [`Error::Check`] with the constraint's PostgreSQL name, whichever engine refused it.

pub mod consumers;
pub mod db;
pub mod events;
pub mod outbox;
pub mod report_events;
pub mod reports;
pub mod sessions;
pub mod signing_keys;
pub mod time_entries;
pub mod users;
mod visibility;

pub use db::{Columns, Db, Engine, Error, Row, Statement, Value};
