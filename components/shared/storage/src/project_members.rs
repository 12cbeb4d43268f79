//! Members of projects. Everybody sees their own place in a project, its managers see those of the others.

use kronos_domain::{
    HourlyRate, MemberId, ProjectId,
    project::{ProjectMember, ProjectRole},
};
use uuid::Uuid;

use crate::{
    Change, Columns, Db, Error,
    db::{Fragment, statements},
    projects::VISIBILITY,
    rates::{self, CURRENT, KEPT, Today},
    resource::{self, Origin, RESOURCE, Resource},
};

/// Refuses a second place of a member in a project.
pub const ONE_PLACE: &str = "project_members_project_id_member_id_live_key";

/// The columns of a member of a project, those of the row `{of}`.
const COLUMNS: &str = "{of}.id::text, {of}.organization_id::text, {of}.project_id::text, {of}.member_id::text, {of}.role, \
                       {of}.version, {of}.created_at, {of}.updated_at, {of}.deleted_at, {billable_rate}";

fn decode(columns: &mut Columns) -> Result<ProjectMember, Error> {
    Ok(ProjectMember {
        id: columns.parsed()?,
        organization: columns.parsed()?,
        project: columns.parsed()?,
        member: columns.parsed()?,
        role: columns.parsed()?,
        version: columns.integer()?,
        created_at: columns.instant()?,
        updated_at: columns.instant()?,
        deleted_at: columns.optional_instant()?,
        billable_rate: rates::rate(columns)?,
    })
}

const OF_R: &[Fragment] = &[
    Fragment::shared("of", "r"),
    Fragment::shared("project_member", COLUMNS),
    Fragment::shared("rate_subject", SUBJECT),
    SHOWN,
    Fragment::shared(
        "billable_rate",
        "CASE WHEN {sees_billable_rates} AND {may_be_shown} THEN {billable_rate_now} END",
    ),
    Fragment::shared(
        "sees_project_member",
        "(c.role IN {all:project-members:read}
              OR (c.role IN {any:project-members:read} AND (r.member_id = c.member_id OR {is_manager})))",
    ),
];

/// Whoever is shown their own rates is not shown those of others.
const SHOWN: Fragment = Fragment::shared(
    "may_be_shown",
    "EXISTS (
                SELECT 1 FROM callers c
                WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
                  AND (c.role IN {all:billable-rates:read} OR c.member_id = {of}.member_id))",
);

/// Its text in the rates.
const SUBJECT: &str = "{of}.member_id::text || '/' || {of}.project_id::text || '/'";

/// Whoever does not see the project is no caller of its list.
const IN_PROJECT: &[Fragment] = &[Fragment::shared(
    "caller",
    "SELECT c.member_id, c.organization_id, c.role
            FROM callers c JOIN projects p ON p.organization_id = c.organization_id
            WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
              AND p.id = $9::uuid AND p.deleted_at IS NULL AND {sees_project}",
)];

/// What was written: on PostgreSQL under the name of the table as well.
const WRITTEN: &[Fragment] = &[
    Fragment::pair("of", "project_members", "rated_project_members"),
    Fragment::shared("project_member", COLUMNS),
    Fragment::shared("rate_subject", SUBJECT),
    SHOWN,
];

const NEW: &[Fragment] = &[
    Fragment::shared("columns", "{new_columns}, project_id, member_id, role"),
    Fragment::shared("values", "{new_values}, p.id, t.id, $9::text"),
    Fragment::shared(
        "sources",
        "callers c
        JOIN projects p ON p.organization_id = c.organization_id
        JOIN members t ON t.organization_id = c.organization_id AND t.deleted_at IS NULL
        CROSS JOIN {now}",
    ),
    Fragment::shared(
        "allowed",
        "{is_caller} AND p.id = $7::uuid AND p.deleted_at IS NULL AND t.id = $8::uuid AND {manages_project}
          AND ($10::uuid IS NULL OR c.role IN {all:rates:manage})",
    ),
    Fragment::shared("billable_rate", "$11::bigint"),
];

const CHANGED: &[Fragment] = &[
    Fragment::shared("role", "COALESCE($7::text, role)"),
    // Whoever may not set rates may send back what they were shown.
    Fragment::shared("rate_id", "CASE WHEN {sets_rates} THEN $8::uuid END"),
    Fragment::shared("shown_rate", "CASE WHEN {sees_billable_rates} AND {may_be_shown} THEN {billable_rate_now} END"),
    Fragment::shared("billable_rate", "CASE WHEN {rate_id} IS NOT NULL THEN $9::bigint ELSE {shown_rate} END"),
    Fragment::shared(
        "where",
        "{target}
              AND (role <> {role} OR ({rate_id} IS NOT NULL AND {billable_rate_now} IS DISTINCT FROM $9::bigint))
              AND ($8::uuid IS NULL OR {sets_rates} OR {shown_rate} IS NOT DISTINCT FROM $9::bigint)
              AND EXISTS (
                  SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
                  WHERE {is_caller} AND p.id = {of}.project_id AND {manages_project}
              )",
    ),
];

const RATES_OF_IT: &[Fragment] = &[Fragment::shared(
    "rates_of_it",
    "v.project_id = project_members.project_id AND v.member_id = project_members.member_id",
)];

crate::pages! {
    /// By the names of the members.
    LIST = COLUMNS, r"
        SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
        FROM caller c
        JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        JOIN projects p ON p.id = r.project_id
        JOIN members t ON t.id = r.member_id
        LEFT JOIN users u ON u.id = t.user_id
        WHERE r.project_id = $9::uuid AND {sees_project_member}
    " with OF_R IN_PROJECT CURRENT VISIBILITY;
}

statements! {
    READ = r"
        SELECT {manages_project}, {project_member}
        FROM callers c
        JOIN project_members r ON r.organization_id = c.organization_id
        JOIN projects p ON p.id = r.project_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.deleted_at IS NULL AND {sees_project_member}
    " with OF_R CURRENT VISIBILITY RESOURCE;

    REPEATED = r"
        SELECT {project_member}
        FROM callers c
        JOIN project_members r ON r.organization_id = c.organization_id
        JOIN projects p ON p.id = r.project_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.request_digest = $4::text AND {manages_project}
    " with OF_R CURRENT VISIBILITY RESOURCE;

    INSERT = {
        postgres: r"
        WITH created AS (
            INSERT INTO project_members ({columns})
            SELECT {values} FROM {sources} WHERE {allowed}
            RETURNING *
        ), rated AS (
            INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
                changed_by, request_id, traceparent)
            SELECT $10::uuid, organization_id, 'project_member', member_id, project_id, $11::bigint, $12::text, $13::bigint,
                changed_by, request_id, traceparent
            FROM created WHERE $10::uuid IS NOT NULL
        )
        SELECT {project_member} FROM created AS project_members
        ",
        sqlite: r"
        INSERT INTO rated_project_members ({columns}, rate_id, rate, rate_from, rate_from_at)
        SELECT {values}, $10::uuid, $11::bigint, $12::text, $13::bigint FROM {sources} WHERE {allowed}
        RETURNING {project_member}
        ",
    } with WRITTEN NEW CURRENT VISIBILITY RESOURCE;

    UPDATE = {
        postgres: r"
        WITH written AS (
            UPDATE project_members SET role = {role}, {changed}
            WHERE {where}
            RETURNING *
        ), rated AS (
            INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
                changed_by, request_id, traceparent)
            SELECT $8::uuid, organization_id, 'project_member', member_id, project_id, $9::bigint, $10::text, $11::bigint,
                changed_by, request_id, traceparent
            FROM written WHERE {rate_id} IS NOT NULL
        )
        SELECT {project_member} FROM written AS project_members
        ",
        sqlite: r"
        UPDATE rated_project_members SET role = {role}, {changed},
            rate_id = {rate_id}, rate = $9::bigint, rate_from = $10::text, rate_from_at = $11::bigint
        WHERE {where}
        RETURNING {project_member}
        ",
    } with WRITTEN CHANGED CURRENT VISIBILITY RESOURCE;

    // Their rates in the project go with them, by a trigger.
    DELETE = r"
        UPDATE project_members SET deleted_at = {next_stamp}, {changed}
        WHERE {target} AND EXISTS (
            SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
            WHERE {is_caller} AND p.id = project_members.project_id AND {manages_project}
        ) AND {unsets_rates}
        RETURNING id::text
    " with RATES_OF_IT KEPT VISIBILITY RESOURCE;
}

/// Members of projects. The list takes the project; none where the actor does not see it.
pub const PROJECT_MEMBER: Resource<ProjectMember> =
    Resource { list: LIST, read: READ, repeated: REPEATED, delete: DELETE, decode };

/// A place in a project to give to a member.
#[derive(Debug, Clone, Copy)]
pub struct NewProjectMember {
    /// The project.
    pub project: ProjectId,
    /// Who.
    pub member: MemberId,
    /// As what.
    pub role: ProjectRole,
    /// What an hour of theirs is sold for.
    pub rate: Option<Today>,
}

/// Takes a member into a project. None means that there is no such member, or no such project that the actor may change.
pub async fn create(
    db: &Db,
    change: Change<'_>,
    origin: Origin<'_>,
    new: NewProjectMember,
) -> Result<Option<ProjectMember>, Error> {
    let mut parameters = resource::creation(change, origin);
    parameters.extend([new.project.into(), new.member.into(), new.role.name().into()]);
    parameters.extend(Today::parameters(new.rate));
    PROJECT_MEMBER.one(db, &INSERT, &parameters).await
}

/// What to change about a place in a project; what is none stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edit {
    /// As what.
    pub role: Option<ProjectRole>,
    /// What an hour of theirs is sold for from today on.
    pub rate: Option<Today>,
}

impl Edit {
    /// Whether it would change a place that the actor was shown.
    pub fn alters(&self, place: &ProjectMember) -> bool {
        self.role.is_some_and(|role| role != place.role) || self.sets_rate_of(place.billable_rate)
    }

    /// Whether it would change the price, which not everybody may who may change the rest.
    pub fn sets_rate_of(&self, shown: Option<HourlyRate>) -> bool {
        self.rate.is_some_and(|rate| rate.amount != shown)
    }
}

/// Changes a place in a project. None means that there is none of this version that the actor may change, and that the edit alters
/// and may alter.
pub async fn update(
    db: &Db,
    change: Change<'_>,
    id: Uuid,
    version: Option<i64>,
    edit: Edit,
) -> Result<Option<ProjectMember>, Error> {
    let mut parameters = resource::modification(change, id, version);
    parameters.push(edit.role.map(ProjectRole::name).into());
    parameters.extend(Today::parameters(edit.rate));
    PROJECT_MEMBER.one(db, &UPDATE, &parameters).await
}
