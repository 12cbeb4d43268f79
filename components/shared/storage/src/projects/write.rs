//! Writing projects. A rate that comes along is set by the same statement: on PostgreSQL by what follows the change, on SQLite by
//! the triggers of the view `rated_projects`.

use kronos_domain::{
    ClientId, HourlyRate, Instant, Name, Seconds,
    project::{Budget, Color, Project},
};
use uuid::Uuid;

use super::{PROJECT, PROJECTS, VISIBILITY};
use crate::{
    Change, Db, Error, Value,
    db::{Fragment, statements},
    rates::{CURRENT, Today},
    resource::{self, End, Origin, RESOURCE},
};

/// What was written: on PostgreSQL under the name of the table as well.
const WRITTEN: &[Fragment] = &[Fragment::pair("of", "projects", "rated_projects")];

const NEW: &[Fragment] = &[
    Fragment::shared(
        "columns",
        "{new_columns}, client_id, name, name_key, color, is_public, billable_default, estimated_time, budget_kind,
            budget_amount, budget_period, budget_thresholds, archived_at",
    ),
    Fragment::shared(
        "values",
        "{new_values}, $7::uuid, $8::text, $9::text, $10::text, $11::boolean, COALESCE($12::boolean, o.billable_default),
            $13::bigint, $14::text, $15::bigint, $16::text, $17::text, $18::bigint",
    ),
    Fragment::shared("sources", "callers c JOIN organizations o ON o.id = c.organization_id CROSS JOIN {now}"),
    Fragment::shared(
        "allowed",
        "{is_caller} AND c.role IN {all:projects:manage} AND ($19::uuid IS NULL OR c.role IN {all:rates:manage})",
    ),
    Fragment::shared("billable_rate", "$20::bigint"),
];

/// What a change makes of each column.
const CHANGED: &[Fragment] = &[
    Fragment::shared("client_id", "CASE WHEN $7::boolean THEN $8::uuid ELSE client_id END"),
    Fragment::shared("name", "COALESCE($9::text, name)"),
    Fragment::shared("color", "COALESCE($11::text, color)"),
    Fragment::shared("is_public", "COALESCE($12::boolean, is_public)"),
    Fragment::shared("billable_default", "COALESCE($13::boolean, billable_default)"),
    Fragment::shared("estimated_time", "CASE WHEN $14::boolean THEN $15::bigint ELSE estimated_time END"),
    Fragment::shared("budget_kind", "CASE WHEN $16::boolean THEN $17::text ELSE budget_kind END"),
    Fragment::shared("budget_amount", "CASE WHEN $16::boolean THEN $18::bigint ELSE budget_amount END"),
    Fragment::shared("budget_period", "CASE WHEN $16::boolean THEN $19::text ELSE budget_period END"),
    Fragment::shared("budget_thresholds", "CASE WHEN $16::boolean THEN $20::text ELSE budget_thresholds END"),
    Fragment::shared(
        "archived_at",
        "CASE WHEN $21::boolean IS NULL THEN archived_at
                 WHEN $21::boolean THEN COALESCE($22::bigint, archived_at, $23::bigint) END",
    ),
    Fragment::shared(
        "sets",
        "client_id = {client_id}, name = {name}, name_key = COALESCE($10::text, name_key), color = {color},
                is_public = {is_public}, billable_default = {billable_default}, estimated_time = {estimated_time},
                budget_kind = {budget_kind}, budget_amount = {budget_amount}, budget_period = {budget_period},
                budget_thresholds = {budget_thresholds}, archived_at = {archived_at}, {changed}",
    ),
    // Whoever may not set rates may send back what they were shown.
    Fragment::shared("rate_id", "CASE WHEN {sets_rates} THEN $24::uuid END"),
    Fragment::shared("shown_rate", "CASE WHEN {sees_billable_rates} THEN {billable_rate_now} END"),
    Fragment::shared("billable_rate", "CASE WHEN {rate_id} IS NOT NULL THEN $25::bigint ELSE {shown_rate} END"),
    Fragment::shared(
        "where",
        "{target}
              AND ((client_id, name, color, is_public, billable_default, estimated_time, budget_kind, budget_amount,
                    budget_period, budget_thresholds, archived_at)
                   IS DISTINCT FROM ({client_id}, {name}, {color}, {is_public}, {billable_default}, {estimated_time},
                    {budget_kind}, {budget_amount}, {budget_period}, {budget_thresholds}, {archived_at})
                   OR ({rate_id} IS NOT NULL AND {billable_rate_now} IS DISTINCT FROM $25::bigint))
              AND ($24::uuid IS NULL OR {sets_rates} OR {shown_rate} IS NOT DISTINCT FROM $25::bigint)
              AND EXISTS (
                  SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
                  WHERE {is_caller} AND p.id = {of}.id AND {manages_project}
              )",
    ),
];

statements! {
    INSERT = {
        postgres: r"
        WITH created AS (
            INSERT INTO projects ({columns})
            SELECT {values} FROM {sources} WHERE {allowed}
            RETURNING *
        ), rated AS (
            INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
                changed_by, request_id, traceparent)
            SELECT $19::uuid, organization_id, 'project', NULL, id, $20::bigint, $21::text, $22::bigint, changed_by,
                request_id, traceparent
            FROM created WHERE $19::uuid IS NOT NULL
        )
        SELECT {project} FROM created AS projects
        ",
        sqlite: r"
        INSERT INTO rated_projects ({columns}, rate_id, rate, rate_from, rate_from_at)
        SELECT {values}, $19::uuid, $20::bigint, $21::text, $22::bigint FROM {sources} WHERE {allowed}
        RETURNING {project}
        ",
    } with WRITTEN NEW PROJECTS CURRENT RESOURCE;

    UPDATE = {
        postgres: r"
        WITH written AS (
            UPDATE projects SET {sets}
            WHERE {where}
            RETURNING *
        ), rated AS (
            INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
                changed_by, request_id, traceparent)
            SELECT $24::uuid, organization_id, 'project', NULL, id, $25::bigint, $26::text, $27::bigint, changed_by,
                request_id, traceparent
            FROM written WHERE {rate_id} IS NOT NULL
        )
        SELECT {project} FROM written AS projects
        ",
        sqlite: r"
        UPDATE rated_projects SET {sets},
            rate_id = {rate_id}, rate = $25::bigint, rate_from = $26::text, rate_from_at = $27::bigint
        WHERE {where}
        RETURNING {project}
        ",
    } with WRITTEN CHANGED PROJECTS CURRENT VISIBILITY RESOURCE;
}

/// A project to make.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// For whom.
    pub client: Option<ClientId>,
    /// What it is called.
    pub name: Name,
    /// How it is shown.
    pub color: Color,
    /// Whether everybody in the organization sees it.
    pub is_public: bool,
    /// Whether new entries are billable; none: as the organization has it.
    pub billable_default: Option<bool>,
    /// How long it should take.
    pub estimated_time: Option<Seconds>,
    /// What it may take.
    pub budget: Option<Budget>,
    /// Whether it is archived.
    pub end: End,
    /// What an hour is sold for.
    pub rate: Option<Today>,
}

/// Makes a project. None means that the actor may not. A client that is not there is refused as [`Error::ForeignKey`].
pub async fn create(
    db: &Db,
    change: Change<'_>,
    origin: Origin<'_>,
    new: &NewProject,
) -> Result<Option<Project>, Error> {
    let mut parameters = resource::creation(change, origin);
    parameters.push(new.client.into());
    parameters.extend(resource::name(Some(&new.name)));
    parameters.extend([
        new.color.to_string().into(),
        new.is_public.into(),
        new.billable_default.into(),
        new.estimated_time.map(Seconds::count).into(),
    ]);
    parameters.extend(budget(new.budget.as_ref()));
    parameters.push(new.end.of_new(change.now).into());
    parameters.extend(Today::parameters(new.rate));
    PROJECT.one(db, &INSERT, &parameters).await
}

fn budget(budget: Option<&Budget>) -> [Value; 4] {
    let thresholds = |budget: &Budget| {
        let percents: Vec<_> = budget.thresholds.iter().map(ToString::to_string).collect();
        percents.join(",")
    };
    [
        budget.map(|budget| budget.kind.name()).into(),
        budget.map(|budget| budget.amount).into(),
        budget.map(|budget| budget.period.name()).into(),
        budget.map(thresholds).into(),
    ]
}

/// What to change about a project; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// For whom, or for nobody else.
    pub client: Option<Option<ClientId>>,
    /// What it is called.
    pub name: Option<Name>,
    /// How it is shown.
    pub color: Option<Color>,
    /// Whether everybody in the organization sees it.
    pub is_public: Option<bool>,
    /// Whether new entries are billable.
    pub billable_default: Option<bool>,
    /// How long it should take, or that nobody knows.
    pub estimated_time: Option<Option<Seconds>>,
    /// What it may take, or that it may take anything.
    pub budget: Option<Option<Budget>>,
    /// Whether it is archived.
    pub end: End,
    /// What an hour is sold for from today on.
    pub rate: Option<Today>,
}

impl Edit {
    /// Whether it would change a project that the actor was shown.
    pub fn alters(&self, project: &Project, now: Instant) -> bool {
        self.client.is_some_and(|client| client != project.client)
            || self.name.as_ref().is_some_and(|name| name.as_str() != project.name)
            || self.color.as_ref().is_some_and(|color| *color != project.color)
            || self.is_public.is_some_and(|is_public| is_public != project.is_public)
            || self.billable_default.is_some_and(|billable| billable != project.billable_default)
            || self.estimated_time.is_some_and(|estimate| estimate != project.estimated_time)
            || self.budget.as_ref().is_some_and(|budget| *budget != project.budget)
            || self.end.applied(project.archived_at, now) != project.archived_at
            || self.sets_rate_of(project.billable_rate)
    }

    /// Whether it would change the price, which not everybody may who may change the rest.
    pub fn sets_rate_of(&self, shown: Option<HourlyRate>) -> bool {
        self.rate.is_some_and(|rate| rate.amount != shown)
    }
}

/// Changes a project. None means that there is none of this version that the actor may change, and that the edit alters and may
/// alter. A client that is not there is refused as [`Error::ForeignKey`].
pub async fn update(
    db: &Db,
    change: Change<'_>,
    id: Uuid,
    version: Option<i64>,
    edit: &Edit,
) -> Result<Option<Project>, Error> {
    let mut parameters = resource::modification(change, id, version);
    parameters.extend([edit.client.is_some().into(), edit.client.flatten().into()]);
    parameters.extend(resource::name(edit.name.as_ref()));
    parameters.extend([
        edit.color.as_ref().map(ToString::to_string).into(),
        edit.is_public.into(),
        edit.billable_default.into(),
        edit.estimated_time.is_some().into(),
        edit.estimated_time.flatten().map(Seconds::count).into(),
        edit.budget.is_some().into(),
    ]);
    parameters.extend(budget(edit.budget.as_ref().and_then(Option::as_ref)));
    parameters.extend(edit.end.parameters(change));
    parameters.extend(Today::parameters(edit.rate));
    PROJECT.one(db, &UPDATE, &parameters).await
}
