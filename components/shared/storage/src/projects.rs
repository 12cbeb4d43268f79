//! Projects, and the one rule of who sees and who runs them.

mod write;

use kronos_domain::{
    Seconds,
    project::{Budget, Project},
};

use crate::{
    Columns, Error, Statement,
    db::{Fragment, statements},
    rates::{self, CURRENT, KEPT},
    resource::{RESOURCE, Resource},
};

pub use write::{Edit, NewProject, create, update};

/// Who sees and who runs the project `p`: the caller `c`. All that belongs to projects goes by these.
pub(crate) const VISIBILITY: &[Fragment] = &[
    Fragment::shared(
        "sees_project",
        "(c.role IN {all:projects:read} OR (c.role IN {any:projects:read} AND (p.is_public OR EXISTS (
              SELECT 1 FROM project_members own
              WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
          ))))",
    ),
    Fragment::shared(
        "is_manager",
        "EXISTS (
              SELECT 1 FROM project_members own
              WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
          )",
    ),
    Fragment::shared(
        "manages_project",
        "(c.role IN {all:projects:manage} OR (c.role IN {any:projects:manage} AND {is_manager}))",
    ),
    Fragment::shared(
        "manages_tasks",
        "(c.role IN {all:tasks:manage} OR (c.role IN {any:tasks:manage} AND ({is_manager} OR ({sees_project}
              AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))))",
    ),
];

/// The columns of a project, those of the row `{of}`.
const COLUMNS: &str = "{of}.id::text, {of}.organization_id::text, {of}.client_id::text, {of}.name, {of}.color, {of}.is_public, \
                       {of}.billable_default, {of}.estimated_time, {of}.budget_kind, {of}.budget_amount, {of}.budget_period, \
                       {of}.budget_thresholds, {of}.archived_at, {of}.version, {of}.created_at, {of}.updated_at, {of}.deleted_at,
            {billable_rate}, {cost_rate}, {spent_time}";

const PROJECTS: &[Fragment] = &[
    Fragment::shared("project", COLUMNS),
    Fragment::shared("rate_subject", "'/' || {of}.id::text || '/'"),
    Fragment::shared("cost_rate", "CASE WHEN {sees_cost_rates} THEN {cost_rate_now} END"),
    Fragment::shared(
        "spent_time",
        "(SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = {of}.id)",
    ),
];

/// The price as it is read.
const SHOWN: &[Fragment] =
    &[Fragment::shared("billable_rate", "CASE WHEN {sees_billable_rates} THEN {billable_rate_now} END")];

const OF_R: &[Fragment] = &[Fragment::shared("of", "r")];
const OF_P: &[Fragment] = &[Fragment::shared("of", "p")];

const RATES_OF_IT: &[Fragment] = &[Fragment::shared(
    "rates_of_it",
    "(v.project_id = projects.id OR v.task_id IN (SELECT k.id FROM tasks k WHERE k.project_id = projects.id))",
)];

crate::pages! {
    LIST = COLUMNS, r"
        SELECT p.* FROM caller c
        JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
        WHERE {sees_project}
          AND ($9::boolean IS NULL OR (p.archived_at IS NOT NULL) = $9::boolean)
          AND ($10::uuid IS NULL OR p.client_id = $10::uuid)
    " with OF_R PROJECTS SHOWN CURRENT VISIBILITY;
}

statements! {
    READ = r"
        SELECT {manages_project}, {project}
        FROM callers c
        JOIN projects p ON p.organization_id = c.organization_id
        WHERE {is_caller} AND p.id = $3::uuid AND p.deleted_at IS NULL AND {sees_project}
    " with OF_P PROJECTS SHOWN CURRENT VISIBILITY RESOURCE;

    REPEATED = r"
        SELECT {project}
        FROM callers c
        JOIN projects p ON p.organization_id = c.organization_id
        WHERE {is_caller} AND p.id = $3::uuid AND p.request_digest = $4::text AND c.role IN {all:projects:manage}
    " with OF_P PROJECTS SHOWN CURRENT VISIBILITY RESOURCE;

    // Its members and rates go with it, by triggers.
    DELETE = r"
        UPDATE projects SET deleted_at = {next_stamp}, {changed}
        WHERE {target} AND EXISTS (
            SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
            WHERE {is_caller} AND p.id = projects.id AND {manages_project}
        ) AND {unsets_rates}
        RETURNING id::text
    " with RATES_OF_IT KEPT VISIBILITY RESOURCE;
}

fn decode(columns: &mut Columns) -> Result<Project, Error> {
    Ok(Project {
        id: columns.parsed()?,
        organization: columns.parsed()?,
        client: columns.optional_parsed()?,
        name: columns.text()?,
        color: columns.parsed()?,
        is_public: columns.bool()?,
        billable_default: columns.bool()?,
        estimated_time: columns.optional_integer()?.map(Seconds::new),
        budget: budget(columns)?,
        archived_at: columns.optional_instant()?,
        version: columns.integer()?,
        created_at: columns.instant()?,
        updated_at: columns.instant()?,
        deleted_at: columns.optional_instant()?,
        billable_rate: rates::rate(columns)?,
        cost_rate: rates::rate(columns)?,
        spent_time: Seconds::new(columns.integer()?),
    })
}

fn budget(columns: &mut Columns) -> Result<Option<Budget>, Error> {
    let (kind, amount) = (columns.optional_parsed()?, columns.optional_integer()?);
    let (period, thresholds) = (columns.optional_parsed()?, columns.optional_text()?);
    let (Some(kind), Some(amount), Some(period), Some(thresholds)) = (kind, amount, period, thresholds) else {
        return Ok(None);
    };
    let thresholds =
        thresholds.split(',').filter(|percent| !percent.is_empty()).map(str::parse).collect::<Result<_, _>>();
    let thresholds = thresholds.map_err(|_| Error::Internal("a threshold is not a number".into()))?;
    Ok(Some(Budget { kind, amount, period, thresholds }))
}

/// Projects. The list takes whether they are archived; none: all; and a client; none: all.
pub const PROJECT: Resource<Project> = Resource { list: LIST, read: READ, repeated: REPEATED, delete: DELETE, decode };

/// Every statement of this aggregate but its list.
pub(crate) fn statements() -> Vec<Statement> {
    [STATEMENTS, write::STATEMENTS].concat()
}
