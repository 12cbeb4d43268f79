//! Giving entries that were recorded the rates that are valid now.

use kronos_domain::{EntryId, Instant, MemberId, ProjectId, rate::RateKind};

use super::{BILLABLE, COST};
use crate::{
    Actor, Change, Db, Error, Value,
    db::{Fragment, statements},
    resource::RESOURCE,
    time_entries::Cursor,
};

/// How many entries one statement looks at.
const WINDOW: i64 = 2000;

/// The entries of a window, and what becomes of each. `$1` to `$8` are the same in both statements.
const APPLY_RATES: &[Fragment] = &[
    Fragment::shared(
        "chosen",
        "w.organization_id = (SELECT c.organization_id FROM callers c WHERE {is_caller} AND c.role IN {all:organization-rates:manage})
              AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND w.deleted_at IS NULL
              AND (w.start_at, w.id) > ($5::bigint, $6::uuid)
              AND ($7::text IS NULL OR $7::text LIKE '%' || w.member_id::text || '%')
              AND ($8::text IS NULL OR $8::text LIKE '%' || w.project_id::text || '%')",
    ),
    Fragment::shared(
        "is_priced",
        "(time_entries.billable AND $10::boolean
                 AND ($12::boolean OR COALESCE(time_entries.billable_rate_source, '') <> 'manual'))",
    ),
    Fragment::shared("is_costed", "(time_entries.kind = 'work' AND $11::boolean)"),
    Fragment::shared("price", "CASE WHEN {is_priced} THEN {billable_rate_of_entry} ELSE billable_rate END"),
    Fragment::shared("price_source", "CASE WHEN {is_priced} THEN {billable_source_of_entry} ELSE billable_rate_source END"),
    Fragment::shared("cost", "CASE WHEN {is_costed} THEN {cost_rate_of_entry} ELSE cost_rate END"),
    Fragment::shared("cost_source", "CASE WHEN {is_costed} THEN {cost_source_of_entry} ELSE cost_rate_source END"),
    Fragment::shared("at.organization", "time_entries.organization_id"),
    Fragment::shared("at.member", "time_entries.member_id"),
    Fragment::shared("at.project", "time_entries.project_id"),
    Fragment::shared("at.task", "time_entries.task_id"),
    Fragment::shared("at.start", "time_entries.start_at"),
];

statements! {
    // The last entry of a full window.
    EDGE = r"
        SELECT w.start_at, w.id::text
        FROM time_entries w
        WHERE {chosen}
        ORDER BY w.start_at, w.id
        LIMIT 1 OFFSET $9::bigint - 1
    " with APPLY_RATES RESOURCE;

    APPLY = r"
        UPDATE time_entries SET
            billable_rate = {price}, billable_rate_source = {price_source}, cost_rate = {cost}, cost_rate_source = {cost_source},
            version = version + 1,
            changed_by = $2::uuid, request_id = $13::text, traceparent = $14::text,
            updated_at = {entry_stamp}
        WHERE id IN (
              SELECT w.id FROM time_entries w
              WHERE {chosen} AND ($9::bigint IS NULL OR (w.start_at, w.id) <= ($9::bigint, $15::uuid))
          )
          AND deleted_at IS NULL
          AND (billable_rate, billable_rate_source, cost_rate, cost_rate_source)
              IS DISTINCT FROM ({price}, {price_source}, {cost}, {cost_source})
        RETURNING id::text
    " with APPLY_RATES BILLABLE COST RESOURCE;
}

/// The entries whose rates are set anew.
#[derive(Debug, Clone)]
pub struct Range {
    /// Those that start at this instant or later.
    pub start: Instant,
    /// Those that start before this instant.
    pub end: Instant,
    /// Behind this place.
    pub after: Option<Cursor>,
    /// Those of these members; of all when empty.
    pub members: Vec<MemberId>,
    /// Those of these projects; of all when empty.
    pub projects: Vec<ProjectId>,
    /// Only prices, or only costs; none: both.
    pub kind: Option<RateKind>,
    /// Also prices that somebody stated by hand.
    pub manual: bool,
}

impl Range {
    fn parameters(&self, actor: Actor) -> Vec<Value> {
        let (at, id) =
            self.after.map_or((-1, EntryId::from_uuid(uuid::Uuid::nil())), |after| (after.at.micros(), after.id));
        vec![
            actor.organization.into(),
            actor.user.into(),
            self.start.into(),
            self.end.into(),
            at.into(),
            id.into(),
            words(&self.members),
            words(&self.projects),
        ]
    }
}

fn words<T: ToString>(ids: &[T]) -> Value {
    let words: Vec<_> = ids.iter().map(ToString::to_string).collect();
    if words.is_empty() { Value::Null } else { words.join(",").into() }
}

/// What became of a part of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// How many entries were changed.
    pub changed: usize,
    /// Where the next part begins; none where that was all.
    pub next: Option<Cursor>,
}

/// Gives the first entries of a range the rates that are valid when they start, those that have them already excepted. The actor has
/// to be one who sets all rates: else nothing is found.
pub async fn apply(db: &Db, change: Change<'_>, range: &Range) -> Result<Applied, Error> {
    let mut parameters = range.parameters(change.actor);
    parameters.push(WINDOW.into());
    let edge = db.row(&EDGE, &parameters).await?;
    parameters.pop();
    let next = match edge {
        Some(row) => {
            let mut columns = row.columns();
            Some(Cursor { at: columns.instant()?, id: columns.parsed()? })
        }
        None => None,
    };
    // Bounded by the entry and not by its number: others may be recorded in between meanwhile.
    parameters.extend([
        next.map(|next| next.at).into(),
        (range.kind != Some(RateKind::Cost)).into(),
        (range.kind != Some(RateKind::Billable)).into(),
        range.manual.into(),
        change.request_id.into(),
        change.traceparent.into(),
        next.map(|next| next.id).into(),
    ]);
    let changed = db.rows(&APPLY, &parameters).await?.len();
    Ok(Applied { changed, next })
}
