//! The door for consumers of events: what a component does whose trigger is the doorbell.
//!
//! A message says no more than that there may be events. Whatever it holds, and whether it came once, twice or late, the consumer
//! takes all events that wait in the outbox ([`kronos_storage::consumers`]), and then trims the outbox if that is due.

use std::cell::Cell;

pub use kronos_storage::consumers::Consumer;
use kronos_storage::{Db, Error, consumers, outbox};
use spin_sdk::wasip3::clocks::monotonic_clock;

use crate::{configuration, problem::Problem, store};

/// What follows an event within this time is applied together with the others that do, in nanoseconds.
const PAUSE: u64 = 10_000_000;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Days that events are kept, where nothing is configured.
const RETENTION_DAYS: i64 = 90;

/// Why a message did not do all that it could. Its events wait for the next one.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A variable cannot be read, or has no meaning.
    #[error("{0}")]
    Configuration(String),
    /// The database failed, and not because of an event.
    #[error(transparent)]
    Storage(#[from] Error),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Configuration(problem.log().unwrap_or_default().to_owned())
    }
}

thread_local! {
    /// Whether the last try of this instance succeeded.
    static IS_TRUSTED: Cell<bool> = const { Cell::new(false) };
}

/// Handles a message to a consumer: `apply` gets the database and how many events to take, at most.
pub async fn consume<F>(consumer: Consumer, apply: F) -> Result<(), Failure>
where
    F: AsyncFn(&Db, i64) -> Result<(), Error>,
{
    let db = store::get().await?;
    let pause = || monotonic_clock::wait_for(PAUSE);
    let mut is_trusted = IS_TRUSTED.get();
    // An instance that ends in between is trusted no more.
    IS_TRUSTED.set(false);
    let drained = consumers::drain(&db, consumer, &mut is_trusted, apply, pause, |line| eprintln!("{line}")).await;
    IS_TRUSTED.set(is_trusted);
    if drained? {
        trim(&db).await?;
    }
    Ok(())
}

async fn trim(db: &Db) -> Result<(), Failure> {
    let days = configuration::variable("event_retention_days").await?;
    match outbox::trim(db, retention(&days)?, None).await {
        // Whoever reads a partition is in the way: the next message tries again.
        Err(Error::Busy(_)) => Ok(()),
        result => Ok(result?),
    }
}

/// In microseconds.
fn retention(days: &str) -> Result<i64, Failure> {
    let days = match days.trim() {
        "" => Some(RETENTION_DAYS),
        days => days.parse().ok().filter(|days| (1..=36_500).contains(days)),
    };
    let invalid = "variable `event_retention_days` is not a number of days from 1 to 36500";
    days.map(|days| days * DAY).ok_or_else(|| Failure::Configuration(invalid.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_retention_is_a_number_of_days() {
        assert_eq!(retention("").expect("the default"), 90 * DAY);
        assert_eq!(retention(" 7 ").expect("a week"), 7 * DAY);
        for days in ["0", "-1", "1.5", "forever", "36501", "99999999999999999999"] {
            assert!(retention(days).is_err(), "{days}");
        }
    }
}
