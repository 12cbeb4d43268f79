//! Turns events into the read model of the reports. A message says no more than that there may be events: whatever it holds, and
//! whether it came once, twice or late, all events that wait in the outbox are applied, each once.

#![cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "only a host of components calls it"))]

// A native linker takes the names of the exports for its own syntax.
#[cfg(target_family = "wasm")]
mod trigger;

use std::{cell::OnceCell, rc::Rc};

use kronos_storage::{Db, report_events};
use spin_sdk::{variables, wasip3::clocks::monotonic_clock};

/// Events per statement: one statement holds the consumer's row, and on SQLite the only writer, for as long as it runs.
const BATCH: i64 = 500;
/// Statements per message; the next message goes on. It bounds how long one message keeps the trigger, which is serial, busy.
const BATCHES: usize = 200;

/// What follows an event within this time is applied together with the others that do, in nanoseconds.
const PAUSE: u64 = 10_000_000;

/// Why a message did nothing. Its events wait for the next one.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read the variable `postgres_url`: {0}")]
    Configuration(#[from] variables::Error),
    #[error(transparent)]
    Storage(#[from] kronos_storage::Error),
}

async fn apply_events() -> Result<(), Failure> {
    let db = db().await?;
    for _ in 0..BATCHES {
        if !report_events::pending(&db).await? {
            break;
        }
        report_events::apply(&db, BATCH).await?;
        monotonic_clock::wait_for(PAUSE).await;
    }
    Ok(())
}

/// The database of this instance.
async fn db() -> Result<Rc<Db>, Failure> {
    thread_local! {
        static DB: OnceCell<Rc<Db>> = const { OnceCell::new() };
    }
    if let Some(db) = DB.with(|db| db.get().cloned()) {
        return Ok(db);
    }
    let url = variables::get("postgres_url").await?;
    Ok(DB.with(|db| db.get_or_init(|| Rc::new(Db::open(&url))).clone()))
}
