//! What a client needs to stay up to date: a stamp that is safe to ask with next, and what changed since a position of the outbox.

use kronos_domain::{Instant, entry::TimeEntry};

use super::{Actor, decode};
use crate::{Db, Error, db::statements};

/// The most events that a request looks at.
const WINDOW: i64 = 5_000;

statements! {
    // SQLite has one writer at a time, so whatever is not visible here gets a stamp that is no earlier.
    SYNC_HORIZON = { postgres: r"SELECT sync_horizon()", sqlite: r"SELECT {last_event}" };

    FIRST_POSITION = {
        postgres: r"SELECT coalesce((SELECT min(position) FROM outbox), (SELECT position + 1 FROM outbox_state))",
        sqlite: r"
            SELECT coalesce(
                (SELECT min(position) FROM outbox),
                (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'outbox'),
                1
            )
        ",
    };

    // An entry takes the place of its first event on the page.
    CHANGES = r"
        WITH caller AS ({caller}),
        looked AS MATERIALIZED (
            SELECT position, subject FROM outbox
            WHERE organization_id = (SELECT organization_id FROM caller) AND position > $3::bigint
            ORDER BY position
            LIMIT $4::bigint
        ),
        changed AS (
            SELECT subject, min(position) AS position FROM looked GROUP BY subject
        ),
        seen AS (
            SELECT changed.position, e.* FROM changed
            JOIN time_entries e ON e.id = changed.subject
            WHERE e.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN {sees_everyone}
            ORDER BY changed.position
            LIMIT $5::bigint
        )
        SELECT span.events, span.last, e.position, {e.entry}
        FROM caller
        CROSS JOIN (SELECT count(*) AS events, max(position) AS last FROM looked) span
        LEFT JOIN seen e ON true
        ORDER BY e.position
    ";
}

/// The stamp that a client that lists what changed may ask with next, read before its list: no change whose stamp is older is
/// missing from a list that begins later.
pub async fn sync_horizon(db: &Db) -> Result<Instant, Error> {
    let row = db.row(&SYNC_HORIZON, &[]).await?;
    row.ok_or_else(|| Error::Internal("`sync_horizon` has no row".into()))?.columns().instant()
}

/// The position behind which every event is still kept. The newest always is; entries that are older than the outbox have none.
pub async fn floor(db: &Db) -> Result<i64, Error> {
    let row = db.row(&FIRST_POSITION, &[]).await?;
    Ok(row.ok_or_else(|| Error::Internal("there is no first position".into()))?.columns().integer()? - 1)
}

/// What changed since a position.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The entries as they are now, tombstones included, in the order of their first events, each once.
    pub entries: Vec<TimeEntry>,
    /// The position to ask with next.
    pub since: i64,
    /// There may be more already.
    pub more: bool,
}

/// Up to `limit` entries that the actor sees and that changed behind the position `since`. `last` is [`crate::outbox::assign`],
/// called before. None where the actor is not a member.
pub async fn changes(db: &Db, actor: Actor, since: i64, last: i64, limit: usize) -> Result<Option<Changed>, Error> {
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let parameters = [actor.organization.into(), actor.user.into(), since.into(), WINDOW.into(), wanted.into()];
    let rows = db.rows(&CHANGES, &parameters).await?;
    let (mut looked, mut end) = (0, None);
    let mut entries = Vec::with_capacity(rows.len());
    if rows.is_empty() {
        return Ok(None);
    }
    for row in rows {
        let mut columns = row.columns();
        (looked, end) = (columns.integer()?, columns.optional_integer()?);
        if let Some(position) = columns.optional_integer()? {
            entries.push((position, decode(&mut columns)?));
        }
    }
    let (next, more) = match (entries.get(limit), end) {
        // The page ends before the first event of the first entry that does not fit.
        (Some((position, _)), _) => (position - 1, true),
        (None, Some(end)) if looked == WINDOW => (end, true),
        (None, end) => (end.unwrap_or(since).max(last), false),
    };
    entries.truncate(limit);
    Ok(Some(Changed { entries: entries.into_iter().map(|(_, entry)| entry).collect(), since: next, more }))
}
