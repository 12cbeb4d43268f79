//! The outbox: all events in the order of their positions, which have no gaps.
//!
//! Triggers write it, by the list in [`crate::events`]. On PostgreSQL an event gets its position after its commit, from whoever reads
//! next: readers call [`assign`] first. The migration `V2026113001__outbox` holds the rules.

use kronos_domain::{Instant, event::Recorded};

use crate::{
    Columns, Db, Error,
    db::{Fragment, statements},
};

/// The present time of the database, in microseconds since the epoch.
pub(crate) const NOW: &[Fragment] = &[Fragment::pair(
    "now",
    "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
)];

statements! {
    ASSIGN = {
        postgres: r"/* writes */ SELECT assign_positions()",
        sqlite: r"
            SELECT coalesce(
                (SELECT max(position) FROM outbox),
                (SELECT seq FROM sqlite_sequence WHERE name = 'outbox'),
                0
            )
        ",
    };

    READ = r"
        SELECT position, organization_id::text, topic, subject::text, version, actor::text, traceparent, occurred_at, data::text
        FROM outbox
        WHERE position > $1::bigint
        ORDER BY position
        LIMIT $2::bigint
    ";

    TRIM = {
        postgres: r"/* writes */ SELECT trim_outbox($1::bigint, COALESCE($2::bigint, {now}))",
        sqlite: r"INSERT INTO outbox_trims (retention, now_at) VALUES ($1, COALESCE($2, {now}))",
    } with NOW;
}

/// Gives every committed event a position, and returns the last one. Where there is nothing to do, it reads two rows.
pub async fn assign(db: &Db) -> Result<i64, Error> {
    let row = db.row(&ASSIGN, &[]).await?;
    row.ok_or_else(|| Error::Internal("there is no last position".into()))?.columns().integer()
}

/// Events after a position, in order, up to `limit` of them. What was recorded since the last [`assign`] may be missing.
pub async fn read(db: &Db, after: i64, limit: i64) -> Result<Vec<Recorded>, Error> {
    let rows = db.rows(&READ, &[after.into(), limit.into()]).await?;
    rows.into_iter().map(|row| decode(&mut row.columns())).collect()
}

fn decode(columns: &mut Columns) -> Result<Recorded, Error> {
    Ok(Recorded {
        position: columns.integer()?,
        organization: columns.optional_parsed()?,
        kind: columns.parsed()?,
        subject: columns.parsed()?,
        version: columns.integer()?,
        actor: columns.optional_parsed()?,
        traceparent: columns.optional_text()?,
        occurred_at: columns.instant()?,
        data: serde_json::from_str(&columns.text()?).map_err(|error| Error::Internal(error.to_string()))?,
    })
}

/// Drops events that are older than `retention` (in microseconds) and that every consumer has read; the last event always stays.
/// PostgreSQL drops whole partitions, and single events of the partition that is being filled. How many it deletes one by one is
/// bounded; as long as there may be more, consumers are told that trimming is due.
///
/// The audit trail is not touched. `now` is the database's own time if none is given.
pub async fn trim(db: &Db, retention: i64, now: Option<Instant>) -> Result<(), Error> {
    db.execute(&TRIM, &[retention.into(), now.into()]).await
}
