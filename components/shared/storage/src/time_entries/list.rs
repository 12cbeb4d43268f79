//! Pages of time entries.
//!
//! A page walks one index, starting at its cursor, so its cost does not grow with its depth, and rows that are added meanwhile shift
//! nothing. The filter decides which index, and each has a statement of its own: a single statement could not use the right one for
//! most filters. What no index serves (billable, search, finished, tombstones) is looked for in a window of 10,000 rows. Where
//! the window ends before the page is full, the page is short, perhaps empty, and its cursor is the last row of the window: following
//! the cursors finds everything, and no request reads more than its window. Both engines pass the rows of a window on one by one, in
//! the order of its own `ORDER BY`; another `ORDER BY` around it would make SQLite read the whole window, and PostgreSQL plan for it.
//!
//! A member without entries gets one row without an entry, a stranger none.

use kronos_domain::{EntryId, Instant, entry::TimeEntry};
use uuid::Uuid;

use super::{
    Actor, decode,
    filter::{FILTER, Filter},
};
use crate::{
    Db, Error, Statement, Value,
    db::{Fragment, Width as _, statements},
};

/// The most rows of an index that a request looks at.
#[cfg(test)]
const WINDOW: i64 = 10_000;

/// Whether a list begins with the oldest or the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The oldest first.
    Ascending,
    /// The newest first.
    Descending,
}

/// A place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Start of the entry, or when it last changed where the list is in that order.
    pub at: Instant,
    /// Its id.
    pub id: EntryId,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Begins behind this place.
    pub after: Option<Cursor>,
    /// Passes over this many entries first.
    pub skip: usize,
    /// Has at most this many entries.
    pub limit: usize,
}

impl Slice {
    /// The first entries.
    pub const fn first(limit: usize) -> Self {
        Self { after: None, skip: 0, limit }
    }
}

/// What a list answers.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The entries.
    pub entries: Vec<TimeEntry>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Cursor>,
    /// How many entries were passed over: fewer than asked for where the window ended first.
    pub skipped: usize,
}

const ASCENDING: &[Fragment] = &[
    Fragment::shared("order", "ASC"),
    Fragment::shared("after", ">"),
    Fragment::shared("key", "start_at"),
    // One bound for the index at each end: of two, SQLite might begin at the wrong one. The plus keeps it from using the other.
    Fragment::shared("range", "{behind} AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint"),
];

const DESCENDING: &[Fragment] = &[
    Fragment::shared("order", "DESC"),
    Fragment::shared("after", "<"),
    Fragment::shared("key", "start_at"),
    Fragment::shared("range", "{behind} AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint"),
];

const OF_CHANGES: &[Fragment] = &[
    Fragment::shared("order", "ASC"),
    Fragment::shared("after", ">"),
    Fragment::shared("key", "updated_at"),
    Fragment::shared("range", "{behind}"),
];

/// The members whose entries are walked one after the other.
const OF_MEMBERS: &[Fragment] = &[
    Fragment::shared("of", "member_id"),
    Fragment::pair(
        "targets",
        "SELECT t.id FROM caller c
            JOIN members t ON t.organization_id = c.organization_id
            WHERE t.id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($19::text::jsonb) given)) AND {seen}",
        "SELECT t.id FROM caller c
            JOIN members t ON t.organization_id = c.organization_id
            WHERE t.id IN (SELECT value FROM json_each($19)) AND {seen}",
    ),
    Fragment::shared("visible", "true"),
];

/// The projects whose entries are walked one after the other: those that are given, or those of the clients that are.
const OF_PROJECTS: &[Fragment] = &[
    Fragment::shared("of", "project_id"),
    Fragment::shared(
        "targets",
        "SELECT t.id FROM caller c
            JOIN projects t ON t.organization_id = c.organization_id
            WHERE ($9::text IS NULL OR $9::text LIKE '%' || t.id::text || '%')
                AND ($11::text IS NULL OR $11::text LIKE '%' || t.client_id::text || '%')",
    ),
    Fragment::shared(
        "visible",
        "(w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN {sees_everyone})
                    AND ($19::text IS NULL OR $19::text LIKE '%' || w.member_id::text || '%')",
    ),
];

/// The parts of pages, and whole pages, whatever their order.
const PAGES: &[Fragment] = &[
    // PostgreSQL does not look into subqueries for numbers when it plans. If it knew them, it would fetch and sort everything that a
    // member has wherever it expects less than a window, and it underestimates members with many entries.
    Fragment::pair("window", "(SELECT 10000)", "10000"),
    Fragment::pair("last_of_window", "(SELECT 9999)", "9999"),
    Fragment::pair(
        "share",
        "(SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target)",
        "(SELECT max(10000 / max(count(*), 1), 20) FROM target)",
    ),
    Fragment::shared("behind", "(w.{key}, w.id) {after} ($15::bigint, $16::uuid)"),
    Fragment::shared("walk", "ORDER BY w.{key} {order}, w.id {order}"),
    // The edge matters to a page that is not full only.
    Fragment::shared("short", "(SELECT count(*) FROM found) < $17::bigint"),
    Fragment::shared("edge_is_due", "CASE WHEN {short} THEN"),
    Fragment::shared("within", "NOT EXISTS (SELECT 1 FROM edge WHERE (f.{key}, f.id) {after} (edge.{key}, edge.id))"),
    Fragment::shared(
        "page",
        r"SELECT {e.entry}, edge.{key} AS edge_at, edge.id::id AS edge_id,
            CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE {within}) END AS skipped
        FROM caller
        LEFT JOIN edge ON true
        LEFT JOIN (
            SELECT f.* FROM found f
            WHERE {within}
            ORDER BY f.{key} {order}, f.id {order}
            LIMIT $17::bigint OFFSET $18::bigint
        ) e ON true
        ORDER BY e.{key} {order}, e.id {order}",
    ),
    // Whoever sees everyone walks the organization's index, the others walk their own.
    Fragment::shared(
        "page_of_all",
        r"
        WITH caller AS ({caller}),
        found AS MATERIALIZED (
            SELECT * FROM (
                SELECT w.* FROM (
                    SELECT w.* FROM time_entries w
                    WHERE w.organization_id = {organization} AND {range}
                    {walk} LIMIT {window}
                ) w
                WHERE {matches}
                LIMIT $17::bigint
            ) everyone
            UNION ALL
            SELECT * FROM (
                SELECT w.* FROM (
                    SELECT w.* FROM time_entries w
                    WHERE w.member_id = {own} AND {range}
                    {walk} LIMIT {window}
                ) w
                WHERE {matches}
                LIMIT $17::bigint
            ) own
        ),
        edge AS MATERIALIZED (
            SELECT * FROM (
                SELECT w.start_at, w.id FROM time_entries w
                WHERE w.organization_id = {edge_is_due} {organization} END AND {range}
                {walk} LIMIT 1 OFFSET {last_of_window}
            ) everyone
            UNION ALL
            SELECT * FROM (
                SELECT w.start_at, w.id FROM time_entries w
                WHERE w.member_id = {edge_is_due} {own} END AND {range}
                {walk} LIMIT 1 OFFSET {last_of_window}
            ) own
        )
        {page}",
    ),
    Fragment::shared(
        "page_of_member",
        r"
        WITH caller AS ({caller}),
        target AS MATERIALIZED (
            SELECT t.id FROM caller c
            JOIN members t ON t.organization_id = c.organization_id
            WHERE t.id = $19::uuid AND {seen}
        ),
        found AS MATERIALIZED (
            SELECT w.* FROM (
                SELECT w.* FROM time_entries w
                WHERE w.member_id = (SELECT id FROM target) AND {range}
                {walk} LIMIT {window}
            ) w
            WHERE {matches}
            LIMIT $17::bigint
        ),
        edge AS MATERIALIZED (
            SELECT w.start_at, w.id FROM time_entries w
            WHERE w.member_id = {edge_is_due} (SELECT id FROM target) END AND {range}
            {walk} LIMIT 1 OFFSET {last_of_window}
        )
        {page}",
    ),
    // Several members or projects: each is walked on its own in a part of the window, and what was found is merged. Where the window
    // of one ends first, what the others have behind it is for the next page. PostgreSQL does not see that part when it plans, either.
    Fragment::pair(
        "page_of_several",
        r"
        WITH caller AS ({caller}),
        target AS MATERIALIZED (
            {targets}
        ),
        found AS MATERIALIZED (
            SELECT w.* FROM target t
            CROSS JOIN LATERAL (
                SELECT w.* FROM (
                    SELECT w.* FROM time_entries w
                    WHERE w.{of} = t.id AND {range}
                    {walk} LIMIT {share}
                ) w
                WHERE {visible} AND {matches}
                LIMIT $17::bigint
            ) w
        ),
        edge AS MATERIALIZED (
            SELECT w.start_at, w.id FROM target t
            CROSS JOIN LATERAL (
                SELECT w.start_at, w.id FROM time_entries w
                WHERE w.{of} = t.id AND {range}
                {walk} LIMIT 1 OFFSET {share} - 1
            ) w
            WHERE (SELECT count(*) FROM found WHERE found.{of} = t.id) < $17::bigint
            {walk} LIMIT 1
        )
        {page}",
        r"
        WITH caller AS ({caller}),
        target AS MATERIALIZED (
            {targets}
        ),
        found AS MATERIALIZED (
            SELECT e.* FROM target t
            CROSS JOIN time_entries e ON e.id IN (
                SELECT w.id FROM (
                    SELECT w.* FROM time_entries w
                    WHERE w.{of} = t.id AND {range}
                    {walk} LIMIT {share}
                ) w
                WHERE {visible} AND {matches}
                LIMIT $17
            )
        ),
        edge AS MATERIALIZED (
            SELECT w.start_at, w.id FROM target t
            CROSS JOIN time_entries w ON w.id = (
                SELECT w.id FROM time_entries w
                WHERE w.{of} = t.id AND {range}
                {walk} LIMIT 1 OFFSET {share} - 1
            )
            WHERE (SELECT count(*) FROM found WHERE found.{of} = t.id) < $17
            {walk} LIMIT 1
        )
        {page}",
    ),
    // There are no more of them than members, so they can be sorted. The pluses keep an index on starts from being chosen.
    Fragment::shared(
        "page_of_running",
        r"
        WITH caller AS ({caller}),
        found AS MATERIALIZED (
            SELECT w.* FROM caller c
            JOIN members t ON t.organization_id = c.organization_id AND {seen}
            JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
            WHERE ($19::text IS NULL OR $19::text LIKE '%' || t.id::text || '%')
                AND +w.start_at >= $3::bigint AND +w.start_at < $4::bigint
                AND (+w.start_at, w.id) {after} ($15::bigint, $16::uuid)
                AND {matches}
            {walk} LIMIT $17::bigint
        ),
        edge AS (SELECT start_at, id FROM found WHERE false)
        {page}",
    ),
    // Everybody walks the organization's index: no other is in the order of changes.
    Fragment::shared(
        "page_of_changed",
        r"
        WITH caller AS ({caller}),
        found AS MATERIALIZED (
            SELECT w.* FROM (
                SELECT w.* FROM time_entries w
                WHERE w.organization_id = (SELECT organization_id FROM caller) AND {range}
                {walk} LIMIT {window}
            ) w
            WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN {sees_everyone})
                AND ($19::text IS NULL OR $19::text LIKE '%' || w.member_id::text || '%')
                AND w.start_at >= $3::bigint AND w.start_at < $4::bigint
                AND {matches}
            LIMIT $17::bigint
        ),
        edge AS MATERIALIZED (
            SELECT w.updated_at, w.id FROM time_entries w
            WHERE w.organization_id = {edge_is_due} (SELECT organization_id FROM caller) END AND {range}
            {walk} LIMIT 1 OFFSET {last_of_window}
        )
        {page}",
    ),
];

statements! {
    ALL_ASCENDING = "{page_of_all}" with ASCENDING PAGES FILTER;
    ALL_DESCENDING = "{page_of_all}" with DESCENDING PAGES FILTER;
    MEMBER_ASCENDING = "{page_of_member}" with ASCENDING PAGES FILTER;
    MEMBER_DESCENDING = "{page_of_member}" with DESCENDING PAGES FILTER;
    MEMBERS_ASCENDING = "{page_of_several}" with OF_MEMBERS ASCENDING PAGES FILTER;
    MEMBERS_DESCENDING = "{page_of_several}" with OF_MEMBERS DESCENDING PAGES FILTER;
    PROJECTS_ASCENDING = "{page_of_several}" with OF_PROJECTS ASCENDING PAGES FILTER;
    PROJECTS_DESCENDING = "{page_of_several}" with OF_PROJECTS DESCENDING PAGES FILTER;
    RUNNING_ASCENDING = "{page_of_running}" with ASCENDING PAGES FILTER;
    RUNNING_DESCENDING = "{page_of_running}" with DESCENDING PAGES FILTER;
    CHANGED = "{page_of_changed}" with OF_CHANGES PAGES FILTER;
}

/// Up to `slice.limit` entries that the actor sees. None where the actor is not a member.
pub async fn list(db: &Db, actor: Actor, filter: &Filter, sort: Sort, slice: Slice) -> Result<Option<Listing>, Error> {
    let sort = if filter.updated_since.is_some() { Sort::Ascending } else { sort };
    let (at, id) = filter.beginning(sort, slice.after);
    // One more than asked for, to learn whether there is more.
    let wanted = slice.skip.saturating_add(slice.limit).saturating_add(1);
    let mut parameters = filter.parameters(actor);
    parameters.extend([at.into(), id.into(), integer(wanted), integer(slice.skip)]);
    let statement = choose(filter, sort, &mut parameters);
    let rows = db.rows(statement, &parameters).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut entries = Vec::with_capacity(rows.len());
    let (mut edge, mut skipped) = (None, slice.skip);
    for row in rows {
        let mut columns = row.columns();
        if columns.is_null() {
            columns.skip(TimeEntry::WIDTH)?;
        } else {
            entries.push(decode(&mut columns)?);
        }
        if let (Some(at), Some(id)) = (columns.optional_instant()?, columns.optional_id()?) {
            edge = Some(Cursor { at, id });
        }
        if let Some(count) = columns.optional_integer()? {
            skipped = usize::try_from(count).unwrap_or_default().min(slice.skip);
        }
    }
    let next = if entries.len() > slice.limit {
        entries.truncate(slice.limit);
        entries.last().map(|last| Cursor {
            at: if filter.updated_since.is_some() { last.updated_at } else { last.start },
            id: last.id,
        })
    } else {
        edge
    };
    Ok(Some(Listing { entries, next, skipped }))
}

/// The most windows that [`list_full`] looks at.
const WINDOWS: usize = 5;

/// The same, but goes on where a window ends until the page is full: clients that count from the beginning take a page that is not
/// full for the last one. It is short only where there is nothing more, or where [`WINDOWS`] windows were not enough.
pub async fn list_full(
    db: &Db,
    actor: Actor,
    filter: &Filter,
    sort: Sort,
    slice: Slice,
) -> Result<Option<Listing>, Error> {
    let Some(mut listing) = list(db, actor, filter, sort, slice).await? else { return Ok(None) };
    for _ in 1..WINDOWS {
        let missing = slice.limit - listing.entries.len();
        let Some(after) = listing.next.filter(|_| missing > 0) else { break };
        let rest = Slice { after: Some(after), skip: slice.skip - listing.skipped, limit: missing };
        let Some(more) = list(db, actor, filter, sort, rest).await? else { return Ok(None) };
        listing.entries.extend(more.entries);
        listing.next = more.next;
        listing.skipped += more.skipped;
    }
    Ok(Some(listing))
}

/// The statement that walks the best index for a filter, whose further parameters are added.
fn choose(filter: &Filter, sort: Sort, parameters: &mut Vec<Value>) -> &'static Statement {
    let members = filter.members.as_slice();
    let (ascending, descending) = if filter.updated_since.is_some() {
        parameters.push(filter.given());
        (&CHANGED, &CHANGED)
    } else if filter.active == Some(true) {
        parameters.push(filter.given());
        (&RUNNING_ASCENDING, &RUNNING_DESCENDING)
    } else if filter.walks_projects() {
        parameters.push(filter.given());
        (&PROJECTS_ASCENDING, &PROJECTS_DESCENDING)
    } else {
        match members {
            [] => (&ALL_ASCENDING, &ALL_DESCENDING),
            [member] => {
                parameters.push((*member).into());
                (&MEMBER_ASCENDING, &MEMBER_DESCENDING)
            }
            [..] => {
                parameters.push(filter.given());
                (&MEMBERS_ASCENDING, &MEMBERS_DESCENDING)
            }
        }
    };
    match sort {
        Sort::Ascending => ascending,
        Sort::Descending => descending,
    }
}

fn integer(number: usize) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

impl Filter {
    /// The place that a page begins behind: the cursor, or the bound of the range where that comes later in the order.
    fn beginning(&self, sort: Sort, after: Option<Cursor>) -> (i64, EntryId) {
        let after = after.map(|cursor| (cursor.at.micros(), cursor.id));
        match sort {
            Sort::Ascending => {
                let first = self.updated_since.or(self.start).map_or(0, Instant::micros);
                after.into_iter().fold((first - 1, EntryId::from_uuid(Uuid::max())), Ord::max)
            }
            Sort::Descending => {
                let end = self.end.map_or(i64::MAX, Instant::micros);
                after.into_iter().fold((end, EntryId::from_uuid(Uuid::nil())), Ord::min)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    #[test]
    fn the_window_is_the_same_in_statements_and_code() {
        let text = ALL_ASCENDING.text(Engine::Sqlite);
        assert!(text.contains(&format!("LIMIT {WINDOW}\n")) && text.contains(&format!("OFFSET {}\n", WINDOW - 1)));
    }
}
