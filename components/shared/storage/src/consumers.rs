//! Consumers of events: how far each has come, and what to do when it does not come further.
//!
//! A consumer applies the events after its position in batches, each in one statement that moves the position with the effect and
//! sets `attempts` to 0.
//!
//! No event blocks the others for ever. Tries without success are counted in the database: failures when they happen, and what might
//! crash the instance before it does. A batch that has failed too often is taken event by event, and the one that keeps failing alone
//! goes to the dead letters.

use crate::{
    Db, Error, Statement,
    outbox::{self, now},
    shared,
};

/// Between two trimmings of the outbox, in microseconds.
macro_rules! trim_every {
    () => {
        "3600000000"
    };
}

/// Tries that begin within this time of each other may be those of several instances, in microseconds.
const INTERVAL: i64 = 1_000_000;
/// What stands in a dead letter when every try ended without an error.
const CRASHED: &str = "the consumer ended while it applied the event";

/// A consumer, and its bounds.
#[derive(Debug, Clone, Copy)]
pub struct Consumer {
    name: &'static str,
    batch: i64,
    batches: usize,
    attempts: i64,
    interval: i64,
}

impl Consumer {
    /// A consumer that has a row in the table `consumers`, with the usual bounds.
    pub const fn new(name: &'static str) -> Self {
        Self { name, batch: 500, batches: 200, attempts: 5, interval: INTERVAL }
    }

    /// Events per statement. One statement holds the consumer's row, and on SQLite the only writer, for as long as it runs.
    #[must_use]
    pub const fn batch(self, events: i64) -> Self {
        Self { batch: events, ..self }
    }

    /// Batches per [`drain`]. It bounds how long one message keeps a trigger busy that is serial.
    #[must_use]
    pub const fn batches(self, batches: usize) -> Self {
        Self { batches, ..self }
    }

    /// Tries of a batch before its events are taken one by one, and of one event before it goes to the dead letters.
    #[must_use]
    pub const fn attempts(self, attempts: i64) -> Self {
        Self { attempts, ..self }
    }

    /// Microseconds within which tries count as one until the first of them has failed: those of several instances wait for one
    /// another.
    #[must_use]
    pub const fn interval(self, micros: i64) -> Self {
        Self { interval: micros, ..self }
    }

    fn next(&self, state: &State) -> Step {
        let is_alone = state.position < state.narrow_until || self.batch == 1;
        if !state.pending {
            Step::Rest
        } else if state.attempts < self.attempts {
            Step::Apply(if is_alone { 1 } else { self.batch })
        } else if is_alone {
            Step::Park
        } else {
            Step::Narrow
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// There are no events.
    Rest,
    /// Apply up to so many events.
    Apply(i64),
    /// Take the next batch event by event.
    Narrow,
    /// Move the next event to the dead letters.
    Park,
}

/// Applies events until none is left, up to the consumer's number of batches. `apply` gets how many events to take, at most; `pause`
/// lets others follow, `log` gets what an operator should know. Returns whether the outbox is to be trimmed.
///
/// `is_trusted` says whether the last try of this instance succeeded, and is `false` at first. Then the next try need not be counted
/// before it is made: if it crashes, the instance is gone, and the next one counts.
pub async fn drain<F, P>(
    db: &Db,
    consumer: Consumer,
    is_trusted: &mut bool,
    apply: F,
    pause: impl Fn() -> P,
    log: impl Fn(String),
) -> Result<bool, Error>
where
    F: AsyncFn(&Db, i64) -> Result<(), Error>,
    P: Future<Output = ()>,
{
    let name = consumer.name;
    for _ in 0..consumer.batches {
        let state = state(db, name).await?;
        match consumer.next(&state) {
            Step::Rest => return Ok(state.trim_due),
            Step::Narrow => narrow(db, name, state.position, consumer.batch).await?,
            Step::Park => {
                outbox::assign(db).await?;
                log(format!("event {} goes to the dead letters of `{name}`", state.position + 1));
                park(db, name, state.position + 1, CRASHED).await?;
            }
            Step::Apply(events) => {
                if !*is_trusted {
                    // A try that fails gives back the positions that it assigned: what is counted is to be of one event.
                    outbox::assign(db).await?;
                }
                let is_counted = !*is_trusted && begin(db, consumer, &state).await?;
                *is_trusted = false;
                match apply(db, events).await {
                    Ok(()) => *is_trusted = true,
                    // No event can do that.
                    Err(error @ (Error::Busy(_) | Error::Unavailable(_) | Error::NotMigrated(_))) => return Err(error),
                    Err(error) => {
                        let error = error.to_string();
                        log(format!("`{name}` cannot apply up to {events} events after {}: {error}", state.position));
                        fail(db, consumer, &state, is_counted, &error).await?;
                    }
                }
                pause().await;
            }
        }
    }
    Ok(false)
}

/// How a consumer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Whether there are events after its position.
    pub pending: bool,
    /// What it has applied.
    pub position: i64,
    /// How often the next events have been tried without success.
    pub attempts: i64,
    /// Up to here events are taken one by one.
    pub narrow_until: i64,
    /// Whether the outbox was last trimmed more than an hour ago.
    pub trim_due: bool,
}

const STATE: Statement = Statement::pair(
    // With `EXISTS` PostgreSQL would drop the order and read the table.
    concat!(
        "SELECT s.position > c.position OR ",
        "(SELECT seq FROM outbox_pending WHERE seq > s.settled ORDER BY seq LIMIT 1) IS NOT NULL, ",
        "c.position, c.attempts, c.narrow_until, s.trimmed_at + ",
        trim_every!(),
        " < ",
        now!(postgres),
        " FROM consumers c CROSS JOIN outbox_state s WHERE c.name = $1::text"
    ),
    concat!(
        "SELECT coalesce((SELECT max(position) FROM outbox) > c.position, 0), ",
        "c.position, c.attempts, c.narrow_until, s.trimmed_at + ",
        trim_every!(),
        " < ",
        now!(sqlite),
        " FROM consumers c CROSS JOIN outbox_state s WHERE c.name = ?1"
    ),
);

/// How a consumer stands. It writes nothing, so that a doorbell that nobody needed costs little.
pub async fn state(db: &Db, name: &str) -> Result<State, Error> {
    let row = db.row(&STATE, &[name.into()]).await?;
    let mut columns = row.ok_or_else(|| Error::Internal(format!("no consumer is named `{name}`")))?.columns();
    Ok(State {
        pending: columns.bool()?,
        position: columns.integer()?,
        attempts: columns.integer()?,
        narrow_until: columns.integer()?,
        trim_due: columns.bool()?,
    })
}

macro_rules! begin {
    ($now:ident) => {
        concat!(
            "UPDATE consumers SET attempts = attempts + 1, attempted_at = ",
            now!($now),
            " WHERE name = $1::text AND position = $2::bigint AND narrow_until = $3::bigint AND (attempted_at <= ",
            now!($now),
            // The clock was set back.
            " - $4::bigint OR attempted_at > ",
            now!($now),
            ") RETURNING attempts"
        )
    };
}

const BEGIN: Statement = crate::statement_of!("", begin!(postgres), begin!(sqlite), &[]);

/// Counts a try before it is made. Tries of several instances that wait for one another are one: none is counted within the interval
/// after the last that was. Returns whether this one was.
async fn begin(db: &Db, consumer: Consumer, tried: &State) -> Result<bool, Error> {
    let parameters = [consumer.name.into(), tried.position.into(), tried.narrow_until.into(), consumer.interval.into()];
    Ok(!db.rows(&BEGIN, &parameters).await?.is_empty())
}

/// A failure says nothing about what comes after another instance has come further, or has begun to take event by event.
const FAIL: Statement = shared!(
    "UPDATE consumers SET attempts = attempts + CASE WHEN $4::boolean THEN 0 ELSE 1 END, error = $5::text ",
    "WHERE name = $1::text AND position = $2::bigint AND narrow_until = $3::bigint"
);

/// Records why a try failed, and counts it unless [`begin`] did.
async fn fail(db: &Db, consumer: Consumer, tried: &State, is_counted: bool, error: &str) -> Result<(), Error> {
    let parameters =
        [consumer.name.into(), tried.position.into(), tried.narrow_until.into(), is_counted.into(), error.into()];
    db.execute(&FAIL, &parameters).await
}

const NARROW: Statement = shared!(
    "UPDATE consumers SET narrow_until = position + $3::bigint, attempts = 0 ",
    "WHERE name = $1::text AND position = $2::bigint AND narrow_until <= position"
);

/// Has the next `batch` events taken one by one.
async fn narrow(db: &Db, name: &str, position: i64, batch: i64) -> Result<(), Error> {
    db.execute(&NARROW, &[name.into(), position.into(), batch.into()]).await
}

const PARK: Statement = Statement::pair(
    concat!(
        // Both parts see the consumer as it was before.
        "WITH parked AS (UPDATE consumers SET position = position + 1, attempts = 0, error = NULL ",
        "WHERE name = $1::text AND position = $2::bigint - 1 ",
        "AND EXISTS (SELECT FROM outbox WHERE outbox.position = $2::bigint) RETURNING position) ",
        "INSERT INTO dead_letters (consumer, position, event_id, error, attempts, failed_at) ",
        "SELECT c.name, o.position, o.subject::text || '/' || o.version::text, COALESCE(c.error, $3::text), c.attempts, ",
        now!(postgres),
        " FROM parked JOIN outbox o ON o.position = parked.position JOIN consumers c ON c.name = $1::text ",
        "ON CONFLICT (consumer, position) DO NOTHING"
    ),
    "INSERT INTO parked_events (consumer, position, error) VALUES (?1, ?2, ?3)",
);

/// Moves the event at `position`, which is the consumer's next one, to the dead letters, with the last error or, if none was
/// recorded, the one given. Both or neither; if the consumer has come further meanwhile, nothing happens.
async fn park(db: &Db, name: &str, position: i64, error: &str) -> Result<(), Error> {
    db.execute(&PARK, &[name.into(), position.into(), error.into()]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONSUMER: Consumer = Consumer::new("reports");

    fn state(attempts: i64, narrow_until: i64) -> State {
        State { pending: true, position: 10, attempts, narrow_until, trim_due: false }
    }

    #[test]
    fn without_events_there_is_nothing_to_do() {
        let idle = State { pending: false, ..state(9, 500) };
        assert_eq!(CONSUMER.next(&idle), Step::Rest);
    }

    #[test]
    fn a_batch_that_keeps_failing_is_taken_event_by_event() {
        assert_eq!(CONSUMER.next(&state(0, 0)), Step::Apply(500));
        assert_eq!(CONSUMER.next(&state(4, 10)), Step::Apply(500));
        assert_eq!(CONSUMER.next(&state(5, 10)), Step::Narrow);
        assert_eq!(CONSUMER.next(&state(0, 11)), Step::Apply(1));
    }

    #[test]
    fn an_event_that_keeps_failing_alone_is_parked() {
        assert_eq!(CONSUMER.next(&state(4, 11)), Step::Apply(1));
        assert_eq!(CONSUMER.next(&state(5, 11)), Step::Park);
        assert_eq!(CONSUMER.batch(1).next(&state(5, 0)), Step::Park);
    }
}
