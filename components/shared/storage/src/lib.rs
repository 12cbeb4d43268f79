//! Every SQL statement of Kronos, one file per aggregate, for both engines.
//!
//! To add a statement: write it beside its siblings in `statements!`, in the shared dialect where possible, else as a visible pair;
//! give it a function that takes a [`Db`], binds values and decodes the rows; cover it in `tests/`, which runs every statement on
//! both engines; look at what became of it in `statements.sql`. A write is one statement: Spin's connection pool can hand an open
//! transaction to a stranger, so there is no `BEGIN` anywhere. Not found is `Ok(None)`; what a constraint refuses comes back as
//! [`Error::Unique`] or [`Error::Check`] with the constraint's PostgreSQL name, whichever engine refused it.

pub mod access;
pub mod audit;
pub mod consumers;
pub mod credentials;
pub mod db;
pub mod events;
pub mod issuer_keys;
pub mod operator_tokens;
pub mod outbox;
pub mod report_events;
pub mod reports;
pub mod sessions;
pub mod signing_keys;
pub mod throttle;
pub mod time_entries;
pub mod users;

pub use access::{Actor, Change};
pub use db::{Columns, Db, Engine, Error, Row, Statement, Value};

/// Every statement that is written in `statements!`, by module.
#[doc(hidden)]
pub fn statements() -> Vec<Statement> {
    [audit::STATEMENTS, reports::STATEMENTS, users::STATEMENTS, time_entries::statements().as_slice()].concat()
}
