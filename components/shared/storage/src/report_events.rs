//! From the outbox into the read model. What is applied is acknowledged in the same statement, so each event has its effect once,
//! however often anyone rings; the migrations `V3__report_model` and, for PostgreSQL,
//! `V4__report_events_by_index` hold the rules.

use crate::{Db, Error, Statement};

/// PostgreSQL passes over events whose transaction may still be overtaken by an older one; SQLite has one writer.
const PENDING: Statement = Statement::pair(
    // With `EXISTS` PostgreSQL would drop the order and read the table.
    "SELECT (SELECT seq FROM outbox WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) AND (xid, seq) > \
     ((SELECT xid FROM consumers WHERE name = 'reports'), (SELECT seq FROM consumers WHERE name = 'reports')) \
     ORDER BY xid, seq LIMIT 1) IS NOT NULL OR COALESCE((SELECT xid FROM outbox ORDER BY xid DESC, seq DESC LIMIT 1) \
     >= pg_snapshot_xmax(pg_current_snapshot()), false)",
    "SELECT EXISTS (SELECT 1 FROM outbox WHERE seq > (SELECT seq FROM consumers WHERE name = 'reports'))",
);

/// Whether there are events to apply. It writes nothing, so that a doorbell that nobody needed costs little.
pub async fn pending(db: &Db) -> Result<bool, Error> {
    let row = db.row(&PENDING, &[]).await?;
    row.ok_or_else(|| Error::Internal("`EXISTS` has no row".into()))?.columns().bool()
}

const APPLY: Statement =
    Statement::pair("SELECT apply_report_events($1::bigint)", "INSERT INTO report_batches (batch_size) VALUES (?1)");

/// Applies up to `batch_size` events in their order and moves the consumer on, both or neither. Callers at the same time wait for
/// one another. An event that cannot be understood goes to the dead letters.
pub async fn apply(db: &Db, batch_size: i64) -> Result<(), Error> {
    db.execute(&APPLY, &[batch_size.into()]).await
}
