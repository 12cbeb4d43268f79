//! Every SQL statement of Kronos, one file per aggregate, for both engines.
//!
//! To add a statement: write it beside its siblings in `statements!`, in the shared dialect where possible, else as a visible pair;
//! give it a function that takes a [`Db`], binds values and decodes the rows; cover it in `tests/`, which runs every statement on
//! both engines; look at what became of it in `statements.sql`. A write is one statement: Spin's connection pool can hand an open
//! transaction to a stranger, so there is no `BEGIN` anywhere. Not found is `Ok(None)`; what a constraint refuses comes back as
//! [`Error::Unique`] or [`Error::Check`] with the constraint's PostgreSQL name, whichever engine refused it.

pub mod access;
pub mod audit;
pub mod clients;
pub mod consumers;
pub mod credentials;
pub mod db;
pub mod events;
pub mod invitations;
pub mod issuer_keys;
pub mod members;
pub mod operator_tokens;
pub mod organizations;
pub mod outbox;
pub mod pages;
pub mod patience;
pub mod project_members;
pub mod projects;
pub mod rates;
pub mod report_events;
pub mod reports;
pub mod resource;
pub mod sessions;
pub mod signing_keys;
pub mod tags;
pub mod tasks;
pub mod teams;
pub mod throttle;
pub mod time_entries;
pub mod users;

pub use access::{Actor, Change};
pub use db::{Columns, Db, Engine, Error, Row, Statement, Value};

/// Every statement that is written in `statements!`, by module.
#[doc(hidden)]
pub fn statements() -> Vec<Statement> {
    let of_events = [audit::STATEMENTS, consumers::STATEMENTS, outbox::STATEMENTS, report_events::STATEMENTS].concat();
    let of_identity = [
        credentials::STATEMENTS,
        issuer_keys::STATEMENTS,
        operator_tokens::STATEMENTS,
        sessions::STATEMENTS,
        signing_keys::STATEMENTS,
        throttle::STATEMENTS,
    ]
    .concat();
    let of_projects = [
        clients::STATEMENTS,
        projects::statements().as_slice(),
        project_members::STATEMENTS,
        tasks::STATEMENTS,
        tags::STATEMENTS,
        rates::statements().as_slice(),
        lists().as_slice(),
    ]
    .concat();
    let of_people = [
        organizations::statements().as_slice(),
        members::statements().as_slice(),
        invitations::statements().as_slice(),
        teams::statements().as_slice(),
    ]
    .concat();
    let of_time = [reports::STATEMENTS, users::STATEMENTS, time_entries::statements().as_slice()].concat();
    [of_time, of_people, of_projects, of_events, of_identity].concat()
}

/// The statements of lists of small resources.
fn lists() -> Vec<Statement> {
    let lists = [clients::PAGES, projects::PAGES, project_members::PAGES, tasks::PAGES, tags::PAGES, rates::PAGES];
    pages::statements(&lists.concat())
}
