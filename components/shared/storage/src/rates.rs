//! What an hour is sold for and what it costs: the rates themselves, and the rule of which one an entry gets.

mod applicable;
mod apply;
mod write;

use kronos_domain::{
    HourlyRate,
    rate::{Rate, Subject},
};

use crate::{
    Columns, Error, Statement,
    db::{Fragment, statements},
    projects::VISIBILITY,
    resource::{RESOURCE, Resource},
};

pub use applicable::{Filter, Setter, Sourced, applicable, setter};
pub use apply::{Applied, Range, apply};
pub use write::{Edit, NewRate, Today, create, set, update};

/// Refuses a second rate of a subject from the same day on.
pub const ONE_PER_DAY: &str = "rates_organization_id_kind_subject_valid_from_at_key";

/// A rate of a kind, that of a subject as `rates.subject` writes it, at an instant.
macro_rules! rate {
    ($kind:literal, $organization:literal, $subject:literal, $at:literal) => {
        concat!(
            "(SELECT v.amount FROM rates v WHERE v.organization_id = ", $organization, " AND v.kind = '", $kind,
            "' AND v.subject = ", $subject, " AND v.deleted_at IS NULL AND v.valid_from_at <= ", $at,
            "
                ORDER BY v.valid_from_at DESC LIMIT 1)"
        )
    };
}

/// The rule for one kind of rates: its fragments are `<kind>_rate_of_entry` and `<kind>_source_of_entry`. Whoever uses them says in
/// the fragments `at.organization`, `at.member`, `at.project`, `at.task` and `at.start` for what entry; project and task may be NULL.
///
/// The latest rate of each scope counts, and is NULL where the next scope decides: `COALESCE` is the whole rule.
macro_rules! rule {
    ($kind:literal) => {
        [
            Fragment::shared(
                concat!($kind, ".task"),
                rate!($kind, "{at.organization}", "'//' || {at.task}::text", "{at.start}"),
            ),
            Fragment::shared(
                concat!($kind, ".project_member"),
                rate!(
                    $kind,
                    "{at.organization}",
                    "{at.member}::text || '/' || {at.project}::text || '/'",
                    "{at.start}"
                ),
            ),
            Fragment::shared(
                concat!($kind, ".project"),
                rate!($kind, "{at.organization}", "'/' || {at.project}::text || '/'", "{at.start}"),
            ),
            Fragment::shared(
                concat!($kind, ".member"),
                rate!($kind, "{at.organization}", "{at.member}::text || '//'", "{at.start}"),
            ),
            Fragment::shared(concat!($kind, ".organization"), rate!($kind, "{at.organization}", "'//'", "{at.start}")),
            Fragment::shared(
                concat!($kind, "_rate_of_entry"),
                concat!(
                    "COALESCE({",
                    $kind,
                    ".task}, {",
                    $kind,
                    ".project_member}, {",
                    $kind,
                    ".project}, {",
                    $kind,
                    ".member}, {",
                    $kind,
                    ".organization})"
                ),
            ),
            Fragment::shared(
                concat!($kind, "_source_of_entry"),
                concat!(
                    "CASE WHEN {",
                    $kind,
                    ".task} IS NOT NULL THEN 'task'
                     WHEN {",
                    $kind,
                    ".project_member} IS NOT NULL THEN 'project_member'
                     WHEN {",
                    $kind,
                    ".project} IS NOT NULL THEN 'project'
                     WHEN {",
                    $kind,
                    ".member} IS NOT NULL THEN 'member'
                     WHEN {",
                    $kind,
                    ".organization} IS NOT NULL THEN 'organization' END"
                ),
            ),
        ]
    };
}

/// The price that an entry gets, and where it comes from.
pub(crate) const BILLABLE: &[Fragment] = &rule!("billable");
/// The same for what it costs.
pub(crate) const COST: &[Fragment] = &rule!("cost");

/// The rates of a row `{of}` now, by its text `{rate_subject}`, and who may know.
pub(crate) const CURRENT: &[Fragment] = &[
    Fragment::pair(
        "clock",
        "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint",
        "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
    ),
    Fragment::shared("billable_rate_now", rate!("billable", "{of}.organization_id", "{rate_subject}", "{clock}")),
    Fragment::shared("cost_rate_now", rate!("cost", "{of}.organization_id", "{rate_subject}", "{clock}")),
    Fragment::shared(
        "sets_rates",
        "EXISTS (
                SELECT 1 FROM callers c
                WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:rates:manage})",
    ),
];

/// What is deleted takes its rates along, so only whoever may unset them deletes it. `{rates_of_it}` says which rates `v` those are.
pub(crate) const KEPT: &[Fragment] = &[Fragment::shared(
    "unsets_rates",
    "NOT EXISTS (
              SELECT 1 FROM callers c JOIN rates v ON v.organization_id = c.organization_id
              WHERE {is_caller} AND v.deleted_at IS NULL AND {rates_of_it}
                AND NOT CASE WHEN v.kind = 'cost' THEN c.role IN {all:organization-rates:manage}
                             ELSE c.role IN {all:rates:manage} END
          )",
)];

/// A column that is a rate.
pub(crate) fn rate(columns: &mut Columns) -> Result<Option<HourlyRate>, Error> {
    let rate = columns.optional_integer()?.map(HourlyRate::new).transpose();
    rate.map_err(|error| Error::Internal(error.to_string()))
}

/// The columns of a rate, those of the row `{of}`.
const COLUMNS: &str = "{of}.id::text, {of}.organization_id::text, {of}.kind, {of}.member_id::text, {of}.project_id::text, \
                       {of}.task_id::text, {of}.amount, {of}.valid_from, {of}.version, {of}.created_at, {of}.updated_at, \
                       {of}.deleted_at";

fn decode(columns: &mut Columns) -> Result<Rate, Error> {
    Ok(Rate {
        id: columns.parsed()?,
        organization: columns.parsed()?,
        kind: columns.parsed()?,
        subject: Subject::of(columns.optional_parsed()?, columns.optional_parsed()?, columns.optional_parsed()?)
            .map_err(|error| Error::Internal(error.to_string()))?,
        amount: rate(columns)?,
        valid_from: columns.optional_parsed()?,
        version: columns.integer()?,
        created_at: columns.instant()?,
        updated_at: columns.instant()?,
        deleted_at: columns.optional_instant()?,
    })
}

/// Who sees and who sets a rate `{of}`. Cost rates, and those that are valid everywhere, are for administrators.
const RATES: &[Fragment] = &[
    Fragment::shared("rate", COLUMNS),
    Fragment::shared(
        "sees_rate",
        "(({of}.kind = 'cost' AND c.role IN {all:cost-rates:read})
              OR ({of}.kind = 'billable' AND c.role IN {all:billable-rates:read})
              OR ({of}.kind = 'billable' AND c.role IN {any:billable-rates:read}
                  AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
                  AND ({of}.scope = 'organization' OR {of}.member_id = c.member_id
                       OR ({of}.member_id IS NULL AND EXISTS (
                           SELECT 1 FROM projects p
                           WHERE p.deleted_at IS NULL AND {sees_project}
                             AND (p.id = {of}.project_id
                                  OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = {of}.task_id)))))))",
    ),
    Fragment::shared(
        "sets_rate",
        "CASE WHEN {of.kind} = 'cost' OR {of.scope} IN ('organization', 'member')
                   THEN c.role IN {all:organization-rates:manage} ELSE c.role IN {all:rates:manage} END",
    ),
];

/// The row of a read or of a list.
const OF_R: &[Fragment] =
    &[Fragment::shared("of", "r"), Fragment::shared("of.kind", "r.kind"), Fragment::shared("of.scope", "r.scope")];

/// The row of a change.
const OF_RATES: &[Fragment] = &[
    Fragment::shared("of", "rates"),
    Fragment::shared("of.kind", "rates.kind"),
    Fragment::shared("of.scope", "rates.scope"),
];

crate::pages! {
    /// By name means: by kind, scope, subject and day.
    LIST = COLUMNS, r"
        SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
        FROM caller c
        JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        WHERE {sees_rate}
          AND ($9::text IS NULL OR r.kind = $9::text) AND ($10::text IS NULL OR r.scope = $10::text)
          AND ($11::uuid IS NULL OR r.member_id = $11::uuid) AND ($12::uuid IS NULL OR r.project_id = $12::uuid)
          AND ($13::uuid IS NULL OR r.task_id = $13::uuid)
          AND ($14::bigint IS NULL OR (r.valid_from_at <= $14::bigint AND NOT EXISTS (
              SELECT 1 FROM rates v
              WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
                AND v.valid_from_at <= $14::bigint AND v.valid_from_at > r.valid_from_at
          )))
    " with RATES OF_R VISIBILITY;
}

statements! {
    READ = r"
        SELECT {sets_rate}, {rate}
        FROM callers c
        JOIN rates r ON r.organization_id = c.organization_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.deleted_at IS NULL AND {sees_rate}
    " with RATES OF_R VISIBILITY RESOURCE;

    REPEATED = r"
        SELECT {rate}
        FROM callers c
        JOIN rates r ON r.organization_id = c.organization_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.request_digest = $4::text AND {sets_rate}
    " with RATES OF_R VISIBILITY RESOURCE;

    DELETE = r"
        UPDATE rates SET deleted_at = {next_stamp}, {changed}
        WHERE {target} AND EXISTS (SELECT 1 FROM callers c WHERE {is_caller} AND {sets_rate})
        RETURNING id::text
    " with RATES OF_RATES RESOURCE;
}

/// Rates. The list takes a [`Filter`].
pub const RATE: Resource<Rate> = Resource { list: LIST, read: READ, repeated: REPEATED, delete: DELETE, decode };

/// Every statement of this aggregate but its lists.
pub(crate) fn statements() -> Vec<Statement> {
    [STATEMENTS, applicable::STATEMENTS, apply::STATEMENTS, write::STATEMENTS].concat()
}
