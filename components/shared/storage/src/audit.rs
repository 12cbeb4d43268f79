//! The audit trail: who changed what, and when. Triggers write it beside the outbox; nothing changes or deletes it.
//!
//! A page walks one index from its cursor on. What the index does not serve is looked for in a window of [`WINDOW`] rows; where the
//! window ends before the page is full, the page is short, and its cursor is the last row of the window.

use kronos_domain::{Instant, ResourceId, UserId};

use crate::{
    Actor, Columns, Db, Error, Value,
    db::{Fragment, statements},
};

/// Rows that a request looks at, at most.
const WINDOW: i64 = 10_000;

/// A change as the audit trail holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place among all changes.
    pub position: i64,
    /// When the change was made.
    pub occurred_at: Instant,
    /// Who made it; none when nobody asked for it.
    pub actor: Option<UserId>,
    /// Their name, where they still have an account.
    pub actor_name: Option<String>,
    /// What was done, such as `project.updated`.
    pub action: String,
    /// To what kind of thing.
    pub aggregate: String,
    /// To which one.
    pub subject: ResourceId,
    /// Its version since.
    pub version: i64,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// What changed: an object of pairs of before and after. None for deletions.
    pub changes: Option<serde_json::Value>,
}

/// Which changes; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that were made at this instant or later.
    pub start: Option<Instant>,
    /// Those that were made before this instant.
    pub end: Option<Instant>,
    /// Those to this thing.
    pub subject: Option<ResourceId>,
    /// Those to things of this kind.
    pub aggregate: Option<String>,
    /// Those of this kind, such as `project.updated`.
    pub action: Option<String>,
    /// Those that this person made.
    pub actor: Option<UserId>,
}

/// A place in the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the change was made.
    pub at: Instant,
    /// Its place among all changes.
    pub position: i64,
}

/// What the actor is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// They are no member.
    NotMember,
    /// They may not read it.
    Forbidden,
    /// A page of it.
    Page(Page),
}

/// A page, the newest change first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The changes.
    pub entries: Vec<Entry>,
    /// Where to go on; none where there is nothing more.
    pub next: Option<Cursor>,
}

const PAGE: &[Fragment] = &[Fragment::shared(
    "page",
    r"
        WITH caller AS ({caller}),
        looked AS MATERIALIZED (
            SELECT w.* FROM audit_trail w
            WHERE {of} AND w.occurred_at >= $3::bigint
                AND (w.occurred_at, w.position) < ($4::bigint, $5::bigint)
            ORDER BY w.occurred_at DESC, w.position DESC
            LIMIT {window}
        ),
        found AS (
            SELECT * FROM looked
            WHERE ($6::text IS NULL OR aggregate = $6::text)
                AND ($7::text IS NULL OR action = $7::text)
                AND ($8::uuid IS NULL OR actor = $8::uuid)
            ORDER BY occurred_at DESC, position DESC
            LIMIT $9::bigint
        )
        SELECT caller.role IN {all:audit:read}, (SELECT count(*) FROM looked), (SELECT min(occurred_at) FROM looked),
            (SELECT position FROM looked ORDER BY occurred_at, position LIMIT 1),
            f.position, f.occurred_at, f.actor::text, u.name, f.action, f.aggregate, f.subject::text, f.version, f.request_id,
            f.changes::text
        FROM caller
        LEFT JOIN found f ON true
        LEFT JOIN users u ON u.id = f.actor
        ORDER BY f.occurred_at DESC, f.position DESC
    ",
)];

const OF_ORGANIZATION: &[Fragment] = &[
    Fragment::shared("of", "w.organization_id = (SELECT organization_id FROM caller WHERE role IN {all:audit:read})"),
    // PostgreSQL plans without the number in a subquery.
    Fragment::pair("window", "(SELECT 10000)", "10000"),
];

const OF_SUBJECT: &[Fragment] = &[
    Fragment::shared(
        "of",
        "w.subject = $10::uuid
                AND w.organization_id = (SELECT organization_id FROM caller WHERE role IN {all:audit:read})",
    ),
    Fragment::pair("window", "(SELECT 10000)", "10000"),
];

statements! {
    ALL = "{page}" with OF_ORGANIZATION PAGE;
    SUBJECT = "{page}" with OF_SUBJECT PAGE;
}

/// Up to `limit` changes.
pub async fn list(
    db: &Db,
    actor: Actor,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Answer, Error> {
    let end = (filter.end.map_or(i64::MAX, Instant::micros), i64::MIN);
    let (at, position) = after.map_or(end, |after| (after.at.micros(), after.position).min(end));
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let mut parameters: Vec<Value> = vec![
        actor.organization.into(),
        actor.user.into(),
        filter.start.map_or(i64::MIN, Instant::micros).into(),
        at.into(),
        position.into(),
        filter.aggregate.as_deref().into(),
        filter.action.as_deref().into(),
        filter.actor.into(),
        wanted.into(),
    ];
    let statement = match filter.subject {
        None => &ALL,
        Some(subject) => {
            parameters.push(subject.into());
            &SUBJECT
        }
    };
    let rows = db.rows(statement, &parameters).await?;
    if rows.is_empty() {
        return Ok(Answer::NotMember);
    }
    let mut edge = None;
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let mut columns = row.columns();
        if !columns.bool()? {
            return Ok(Answer::Forbidden);
        }
        let looked = columns.integer()?;
        if let (Some(at), Some(position)) = (columns.optional_instant()?, columns.optional_integer()?)
            && looked == WINDOW
        {
            edge = Some(Cursor { at, position });
        }
        if let Some(position) = columns.optional_integer()? {
            entries.push(decode(position, &mut columns)?);
        }
    }
    let next = if entries.len() > limit {
        entries.truncate(limit);
        entries.last().map(|last| Cursor { at: last.occurred_at, position: last.position })
    } else {
        edge
    };
    Ok(Answer::Page(Page { entries, next }))
}

fn decode(position: i64, columns: &mut Columns) -> Result<Entry, Error> {
    Ok(Entry {
        position,
        occurred_at: columns.instant()?,
        actor: columns.optional_parsed()?,
        actor_name: columns.optional_text()?,
        action: columns.text()?,
        aggregate: columns.text()?,
        subject: columns.parsed()?,
        version: columns.integer()?,
        request_id: columns.optional_text()?,
        changes: columns
            .optional_text()?
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| Error::Internal(error.to_string()))?,
    })
}
