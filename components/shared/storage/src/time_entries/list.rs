//! Pages of time entries.
//!
//! A page walks one index from its cursor on, so that its price does not grow with its depth and rows that are added meanwhile move
//! nothing. Which index, the filter decides, each in a statement of its own: one statement for all filters could use none for most
//! of them. What the index does not serve (billable, search, finished, tombstones) is looked for in a window of [`WINDOW`] rows;
//! where the window ends before the page is full, the page is short, perhaps empty, and its cursor is the last row of the window.
//! So following the cursors finds everything, and no request reads more than its window. Both engines hand the rows of a window on
//! one by one, in the order that its own `ORDER BY` made; another one around it would have SQLite read the whole window, and
//! PostgreSQL plan for that.
//!
//! A member without entries gets one row without an entry, a stranger none.

use kronos_domain::{EntryId, Instant, MemberId, entry::TimeEntry};
use uuid::Uuid;

use super::{Actor, decode};
use crate::{
    Db, Error, Statement, Value,
    db::{Fragment, Width as _, containing, statements},
};

/// Rows of an index that a request looks at, at most. The statements have it as a number.
const WINDOW: i64 = 10_000;

/// Which end of time a list begins at.
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
    /// From behind this place on.
    pub after: Option<Cursor>,
    /// Without so many entries first.
    pub skip: usize,
    /// So many entries at most.
    pub limit: usize,
}

impl Slice {
    /// The first entries.
    pub const fn first(limit: usize) -> Self {
        Self { after: None, skip: 0, limit }
    }
}

/// Which entries to list; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that start at this instant or later.
    pub start: Option<Instant>,
    /// Those that start before this instant.
    pub end: Option<Instant>,
    /// Running timers, or all others.
    pub active: Option<bool>,
    /// Those that somebody pays for, or the others.
    pub billable: Option<bool>,
    /// Those of these members; of all that the actor sees when empty.
    pub members: Vec<MemberId>,
    /// Those that changed at this instant or later, in the order of their changes.
    pub updated_since: Option<Instant>,
    /// Tombstones, too. That of a running timer runs no more.
    pub include_deleted: bool,
    /// Those whose description contains this text, in whatever case.
    pub search: Option<String>,
}

/// What a list answers.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The entries.
    pub entries: Vec<TimeEntry>,
    /// Where to go on; none where there is nothing more.
    pub next: Option<Cursor>,
}

/// What pages and counts share. `$1` to `$8` are the same in all of them.
pub(super) const FILTER: &[Fragment] = &[
    Fragment::shared(
        "matches",
        r"($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
                AND ($6::boolean IS NULL OR w.billable = $6::boolean)
                AND ($7::boolean OR w.deleted_at IS NULL)
                AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')",
    ),
    // Keys of an index. One that is NULL finds nothing, where a condition beside it would be tried with every row.
    Fragment::shared("organization", "(SELECT organization_id FROM caller WHERE role IN {sees_everyone})"),
    Fragment::shared("own", "(SELECT member_id FROM caller WHERE role NOT IN {sees_everyone})"),
    Fragment::shared("seen", "(t.id = c.member_id OR c.role IN {sees_everyone})"),
];

const ASCENDING: &[Fragment] = &[
    Fragment::shared("order", "ASC"),
    Fragment::shared("after", ">"),
    Fragment::shared("key", "start_at"),
    // One bound at each end, or SQLite might begin at the wrong one of two. The plus keeps the other from being taken for one.
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

/// The parts of pages, and whole pages, whatever their order.
const PAGES: &[Fragment] = &[
    // PostgreSQL plans without the numbers in subqueries. With them, it would fetch and sort all that a member has wherever it takes
    // that for less than a window, and members with many entries have more than it takes them to have.
    Fragment::pair("window", "(SELECT 10000)", "10000"),
    Fragment::pair("last_of_window", "(SELECT 9999)", "9999"),
    Fragment::shared("behind", "(w.{key}, w.id) {after} ($9::bigint, $10::uuid)"),
    Fragment::shared("walk", "ORDER BY w.{key} {order}, w.id {order}"),
    // The edge matters to a page that is not full only.
    Fragment::shared("short", "(SELECT count(*) FROM found) < $11::bigint"),
    Fragment::shared("edge_is_due", "CASE WHEN {short} THEN"),
    Fragment::shared(
        "page",
        r"SELECT {e.entry}, edge.{key} AS edge_at, edge.id::id AS edge_id
        FROM caller
        LEFT JOIN edge ON true
        LEFT JOIN (
            SELECT f.* FROM found f
            WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.{key}, f.id) {after} (edge.{key}, edge.id))
            ORDER BY f.{key} {order}, f.id {order}
            LIMIT $11::bigint OFFSET $12::bigint
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
                LIMIT $11::bigint
            ) everyone
            UNION ALL
            SELECT * FROM (
                SELECT w.* FROM (
                    SELECT w.* FROM time_entries w
                    WHERE w.member_id = {own} AND {range}
                    {walk} LIMIT {window}
                ) w
                WHERE {matches}
                LIMIT $11::bigint
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
            WHERE t.id = $13::uuid AND {seen}
        ),
        found AS MATERIALIZED (
            SELECT w.* FROM (
                SELECT w.* FROM time_entries w
                WHERE w.member_id = (SELECT id FROM target) AND {range}
                {walk} LIMIT {window}
            ) w
            WHERE {matches}
            LIMIT $11::bigint
        ),
        edge AS MATERIALIZED (
            SELECT w.start_at, w.id FROM time_entries w
            WHERE w.member_id = {edge_is_due} (SELECT id FROM target) END AND {range}
            {walk} LIMIT 1 OFFSET {last_of_window}
        )
        {page}",
    ),
    // Several members: each is walked on its own in a part of the window, and what was found is merged. Where the window of one
    // ends first, what the others have behind it is for the next page. PostgreSQL does not see that part when it plans, either.
    Fragment::pair(
        "page_of_members",
        r"
        WITH caller AS ({caller}),
        target AS MATERIALIZED (
            SELECT t.id FROM caller c
            JOIN members t ON t.organization_id = c.organization_id
            WHERE t.id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($13::text::jsonb) given)) AND {seen}
        ),
        found AS MATERIALIZED (
            SELECT w.* FROM target t
            CROSS JOIN LATERAL (
                SELECT w.* FROM (
                    SELECT w.* FROM time_entries w
                    WHERE w.member_id = t.id AND {range}
                    {walk} LIMIT (SELECT $14::bigint)
                ) w
                WHERE {matches}
                LIMIT $11::bigint
            ) w
        ),
        edge AS MATERIALIZED (
            SELECT w.start_at, w.id FROM target t
            CROSS JOIN LATERAL (
                SELECT w.start_at, w.id FROM time_entries w
                WHERE w.member_id = t.id AND {range}
                {walk} LIMIT 1 OFFSET (SELECT $14::bigint - 1)
            ) w
            WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < $11::bigint
            {walk} LIMIT 1
        )
        {page}",
        r"
        WITH caller AS ({caller}),
        target AS MATERIALIZED (
            SELECT t.id FROM caller c
            JOIN members t ON t.organization_id = c.organization_id
            WHERE t.id IN (SELECT value FROM json_each($13)) AND {seen}
        ),
        found AS MATERIALIZED (
            SELECT e.* FROM target t
            CROSS JOIN time_entries e ON e.id IN (
                SELECT w.id FROM (
                    SELECT w.* FROM time_entries w
                    WHERE w.member_id = t.id AND {range}
                    {walk} LIMIT $14
                ) w
                WHERE {matches}
                LIMIT $11
            )
        ),
        edge AS MATERIALIZED (
            SELECT w.start_at, w.id FROM target t
            CROSS JOIN time_entries w ON w.id = (
                SELECT w.id FROM time_entries w
                WHERE w.member_id = t.id AND {range}
                {walk} LIMIT 1 OFFSET $14 - 1
            )
            WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < $11
            {walk} LIMIT 1
        )
        {page}",
    ),
    // As many as there are members at most, so they may be sorted. The pluses keep an index on starts from being chosen.
    Fragment::shared(
        "page_of_running",
        r"
        WITH caller AS ({caller}),
        found AS MATERIALIZED (
            SELECT w.* FROM caller c
            JOIN members t ON t.organization_id = c.organization_id AND {seen}
            JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
            WHERE ($13::text IS NULL OR $13::text LIKE '%' || t.id::text || '%')
                AND +w.start_at >= $3::bigint AND +w.start_at < $4::bigint
                AND (+w.start_at, w.id) {after} ($9::bigint, $10::uuid)
                AND {matches}
            {walk} LIMIT $11::bigint
        ),
        edge AS (SELECT start_at, id FROM found WHERE false)
        {page}",
    ),
    // In the order of changes everybody walks the organization's index: no other is in that order.
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
                AND ($13::text IS NULL OR $13::text LIKE '%' || w.member_id::text || '%')
                AND w.start_at >= $3::bigint AND w.start_at < $4::bigint
                AND {matches}
            LIMIT $11::bigint
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
    MEMBERS_ASCENDING = "{page_of_members}" with ASCENDING PAGES FILTER;
    MEMBERS_DESCENDING = "{page_of_members}" with DESCENDING PAGES FILTER;
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
    let mut edge = None;
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
    Ok(Some(Listing { entries, next }))
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
    } else {
        match members {
            [] => (&ALL_ASCENDING, &ALL_DESCENDING),
            [member] => {
                parameters.push((*member).into());
                (&MEMBER_ASCENDING, &MEMBER_DESCENDING)
            }
            [..] => {
                let share = WINDOW / i64::try_from(members.len()).unwrap_or(WINDOW);
                parameters.extend([filter.given(), share.max(1).into()]);
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
    /// What a page is behind of: the cursor, or the bound of the range where that is nearer to its other end.
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

    /// `$1` to `$8`.
    pub(super) fn parameters(&self, actor: Actor) -> Vec<Value> {
        vec![
            actor.organization.into(),
            actor.user.into(),
            self.start.map_or(0, Instant::micros).into(),
            self.end.map_or(i64::MAX, Instant::micros).into(),
            self.active.into(),
            self.billable.into(),
            self.include_deleted.into(),
            self.search.as_deref().map(containing).into(),
        ]
    }

    /// The ids of the members as a JSON array, or NULL for all.
    pub(super) fn given(&self) -> Value {
        let ids: Vec<_> = self.members.iter().map(|member| format!("\"{member}\"")).collect();
        (!ids.is_empty()).then(|| format!("[{}]", ids.join(","))).into()
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
