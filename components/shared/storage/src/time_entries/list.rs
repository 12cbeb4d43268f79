//! Pages of time entries.
//!
//! A page is found by its place in an index on (start, id), never by an offset, so that its price does not grow with its depth and
//! rows that are added meanwhile move nothing. Which index, the filter decides; each has its own statement, because a statement
//! that serves all filters at once cannot use any index for most of them.

use kronos_domain::{EntryId, Instant, MemberId, entry::TimeEntry};
use uuid::Uuid;

use super::{Actor, columns, decode};
use crate::{Db, Error, Statement, Value, shared, visibility::sees_everyone};

/// Which end of time a list begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The oldest first.
    Ascending,
    /// The newest first.
    Descending,
}

/// The last entry of the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Its start.
    pub start: Instant,
    /// Its id.
    pub id: EntryId,
}

/// Which entries to list; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that start at this instant or later.
    pub start: Option<Instant>,
    /// Those that start before this instant.
    pub end: Option<Instant>,
    /// Running ones or stopped ones.
    pub active: Option<bool>,
    /// Those that somebody pays for, or the others.
    pub billable: Option<bool>,
    /// Those of these members; of all that the actor sees when empty.
    pub members: Vec<MemberId>,
    /// Those that changed at this instant or later.
    pub updated_since: Option<Instant>,
    /// Tombstones, too.
    pub include_deleted: bool,
    /// Those whose description contains this text in whatever case (SQLite: of ASCII letters).
    pub search: Option<String>,
}

/// What a list answers.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The entries.
    pub entries: Vec<TimeEntry>,
    /// There are more.
    pub more: bool,
}

/// Conditions beside the ones that choose the index. Several members are matched as parts of a text: ids are of one length.
macro_rules! conditions {
    () => {
        concat!(
            "AND ($7::boolean IS NULL OR (e.end_at IS NULL) = $7::boolean) ",
            "AND ($8::boolean IS NULL OR e.billable = $8::boolean) ",
            "AND ($9::text IS NULL OR $9::text LIKE '%' || e.member_id::text || '%') ",
            "AND ($11::boolean OR e.deleted_at IS NULL) ",
            "AND ($12::text IS NULL OR e.description ILIKE $12::text ESCAPE '\\') "
        )
    };
}

/// The range of starts, and the place in it. The sign keeps the engines from choosing the index on starts where another is better.
macro_rules! range {
    ($sign:literal, $after:literal) => {
        concat!(
            "AND ",
            $sign,
            "e.start_at >= $3::bigint AND ",
            $sign,
            "e.start_at < $4::bigint ",
            "AND (",
            $sign,
            "e.start_at, e.id) ",
            $after,
            " ($5::bigint, $6::uuid) "
        )
    };
}

/// A page beside the proof of membership: a member without entries gets one row without an entry, a stranger none.
macro_rules! page {
    ($direction:literal, $($page:expr),+) => {
        shared!(
            "WITH caller AS (SELECT id, organization_id, role FROM members ",
            "WHERE organization_id = $1::uuid AND user_id = $2::uuid), ",
            "page AS (", $($page,)+ ") ",
            "SELECT page.* FROM caller LEFT JOIN page ON true ORDER BY page.start_at ", $direction, ", page.id ", $direction
        )
    };
}

macro_rules! statements {
    ($direction:literal, $after:literal) => {
        Statements {
            // Whoever sees everyone walks the organization's index, the others walk their own.
            visible: page!(
                $direction,
                "SELECT * FROM (SELECT ",
                columns!("e."),
                " FROM time_entries e WHERE e.organization_id = $1::uuid ",
                "AND EXISTS (SELECT 1 FROM caller WHERE role IN ",
                sees_everyone!(),
                ") ",
                "AND e.updated_at >= $10::bigint ",
                range!("", $after),
                conditions!(),
                "ORDER BY e.start_at ",
                $direction,
                ", e.id ",
                $direction,
                " LIMIT $13::bigint) everyone UNION ALL ",
                "SELECT * FROM (SELECT ",
                columns!("e."),
                " FROM time_entries e WHERE e.member_id = ",
                "(SELECT id FROM caller WHERE role NOT IN ",
                sees_everyone!(),
                ") ",
                "AND e.updated_at >= $10::bigint ",
                range!("", $after),
                conditions!(),
                "ORDER BY e.start_at ",
                $direction,
                ", e.id ",
                $direction,
                " LIMIT $13::bigint) own"
            ),
            member: page!(
                $direction,
                "SELECT ",
                columns!("e."),
                " FROM time_entries e WHERE e.member_id = ",
                "(SELECT t.id FROM caller JOIN members t ON t.organization_id = caller.organization_id ",
                "WHERE t.id = $9::text::uuid AND (t.id = caller.id OR caller.role IN ",
                sees_everyone!(),
                ")) ",
                "AND e.updated_at >= $10::bigint ",
                range!("", $after),
                member_conditions!(),
                "ORDER BY e.start_at ",
                $direction,
                ", e.id ",
                $direction,
                " LIMIT $13::bigint"
            ),
            running: page!(
                $direction,
                "SELECT ",
                columns!("e."),
                " FROM caller JOIN members t ON t.organization_id = caller.organization_id ",
                "JOIN time_entries e ON e.member_id = t.id ",
                "WHERE e.end_at IS NULL AND e.deleted_at IS NULL AND (t.id = caller.id OR caller.role IN ",
                sees_everyone!(),
                ") ",
                "AND e.updated_at >= $10::bigint ",
                range!("+", $after),
                conditions!(),
                "ORDER BY e.start_at ",
                $direction,
                ", e.id ",
                $direction,
                " LIMIT $13::bigint"
            ),
            changed: page!(
                $direction,
                "SELECT ",
                columns!("e."),
                " FROM caller JOIN time_entries e ON e.organization_id = caller.organization_id ",
                "WHERE (e.member_id = caller.id OR caller.role IN ",
                sees_everyone!(),
                ") ",
                "AND e.updated_at >= $10::bigint ",
                range!("+", $after),
                conditions!(),
                "ORDER BY +e.start_at ",
                $direction,
                ", e.id ",
                $direction,
                " LIMIT $13::bigint"
            ),
        }
    };
}

/// [`conditions!`] where the index has chosen the member.
macro_rules! member_conditions {
    () => {
        concat!(
            "AND ($7::boolean IS NULL OR (e.end_at IS NULL) = $7::boolean) ",
            "AND ($8::boolean IS NULL OR e.billable = $8::boolean) ",
            "AND ($11::boolean OR e.deleted_at IS NULL) ",
            "AND ($12::text IS NULL OR e.description ILIKE $12::text ESCAPE '\\') "
        )
    };
}

/// The statements of one direction, by the index that they walk.
struct Statements {
    visible: Statement,
    member: Statement,
    running: Statement,
    changed: Statement,
}

const ASCENDING: Statements = statements!("ASC", ">");
const DESCENDING: Statements = statements!("DESC", "<");

impl Statements {
    const fn of(sort: Sort) -> &'static Self {
        match sort {
            Sort::Ascending => &ASCENDING,
            Sort::Descending => &DESCENDING,
        }
    }

    const fn choose(&self, filter: &Filter) -> &Statement {
        match (filter.active, filter.members.as_slice(), filter.updated_since) {
            (Some(true), _, _) => &self.running,
            (_, [_], _) => &self.member,
            (_, _, Some(_)) => &self.changed,
            (_, _, None) => &self.visible,
        }
    }
}

/// Up to `limit` entries that the actor sees, after the cursor. None where the actor is not a member.
pub async fn list(
    db: &Db,
    actor: Actor,
    filter: &Filter,
    sort: Sort,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<Option<Listing>, Error> {
    let (cursor_start, cursor_id) = match (cursor, sort) {
        (Some(cursor), _) => (cursor.start.micros(), cursor.id),
        (None, Sort::Ascending) => (-1, EntryId::from_uuid(Uuid::nil())),
        (None, Sort::Descending) => (i64::MAX, EntryId::from_uuid(Uuid::max())),
    };
    // One more than asked for, to learn whether there is a next page.
    let parameters =
        filter.parameters(actor, cursor_start, cursor_id, i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1);
    let rows = db.rows(Statements::of(sort).choose(filter), &parameters).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        if !row.starts_with_null() {
            entries.push(decode(&mut row.columns())?);
        }
    }
    let more = entries.len() > limit;
    entries.truncate(limit);
    Ok(Some(Listing { entries, more }))
}

const COUNT: Statement = shared!(
    "SELECT count(*) FROM members c JOIN time_entries e ON e.organization_id = c.organization_id ",
    "WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid ",
    "AND (e.member_id = c.id OR c.role IN ",
    sees_everyone!(),
    ") ",
    "AND e.updated_at >= $10::bigint ",
    range!("", ">"),
    conditions!(),
    "AND $13::bigint > 0"
);

/// How many entries all pages of a list hold.
pub async fn count(db: &Db, actor: Actor, filter: &Filter) -> Result<i64, Error> {
    let parameters = filter.parameters(actor, -1, EntryId::from_uuid(Uuid::nil()), 1);
    let row = db.row(&COUNT, &parameters).await?;
    row.ok_or_else(|| Error::Internal("`count` has no row".into()))?.columns().integer()
}

impl Filter {
    fn parameters(&self, actor: Actor, cursor_start: i64, cursor_id: EntryId, limit: i64) -> [Value; 13] {
        let members: Vec<_> = self.members.iter().map(ToString::to_string).collect();
        [
            actor.organization.into(),
            actor.user.into(),
            self.start.map_or(0, Instant::micros).into(),
            self.end.map_or(i64::MAX, Instant::micros).into(),
            cursor_start.into(),
            cursor_id.into(),
            self.active.into(),
            self.billable.into(),
            (!members.is_empty()).then(|| members.join(" ")).into(),
            self.updated_since.map_or(0, Instant::micros).into(),
            self.include_deleted.into(),
            self.search.as_deref().map(containing).into(),
            limit.into(),
        ]
    }
}

/// The pattern of `LIKE` for texts that contain this one.
fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_search_stand_for_themselves() {
        assert_eq!(containing("50%_\\"), "%50\\%\\_\\\\%");
    }
}
