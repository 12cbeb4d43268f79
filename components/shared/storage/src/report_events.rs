//! From the outbox into the read model. What is applied is acknowledged in the same statement, so each event has its effect once,
//! however often anyone rings; the migration `V2026113001__outbox` holds the rules.

use crate::{Db, Error, db::statements};

/// The consumer's name.
pub const CONSUMER: &str = "reports";

statements! {
    APPLY = {
        postgres: r"/* writes */ SELECT apply_report_events($1::bigint)",
        sqlite: r"INSERT INTO report_batches (batch_size) VALUES ($1)",
    };
}

/// Applies up to `batch_size` events in their order and moves the consumer on, both or neither. Callers at the same time wait for
/// one another. An event that cannot be understood goes to the dead letters.
pub async fn apply(db: &Db, batch_size: i64) -> Result<(), Error> {
    db.execute(&APPLY, &[batch_size.into()]).await
}
