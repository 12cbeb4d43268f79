//! Tasks of projects. Whoever sees the project sees them.

use kronos_domain::{Instant, Name, ProjectId, Seconds, project::Task};
use uuid::Uuid;

use crate::{
    Change, Columns, Db, Error,
    db::{Fragment, statements},
    projects::VISIBILITY,
    rates::KEPT,
    resource::{self, End, Origin, RESOURCE, Resource},
};

/// The columns of a task, those of the row `{of}`.
const COLUMNS: &str =
    "{of}.id::text, {of}.organization_id::text, {of}.project_id::text, {of}.name, {of}.estimated_time, \
                       {of}.done_at, {of}.version, {of}.created_at, {of}.updated_at, {of}.deleted_at,
            (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = {of}.id)";

fn decode(columns: &mut Columns) -> Result<Task, Error> {
    Ok(Task {
        id: columns.parsed()?,
        organization: columns.parsed()?,
        project: columns.parsed()?,
        name: columns.text()?,
        estimated_time: columns.optional_integer()?.map(Seconds::new),
        done_at: columns.optional_instant()?,
        version: columns.integer()?,
        created_at: columns.instant()?,
        updated_at: columns.instant()?,
        deleted_at: columns.optional_instant()?,
        spent_time: Seconds::new(columns.integer()?),
    })
}

const OF_R: &[Fragment] = &[Fragment::shared("of", "r"), Fragment::shared("task", COLUMNS)];
const WRITTEN: &[Fragment] = &[
    Fragment::shared("of", "tasks"),
    Fragment::shared("task", COLUMNS),
    Fragment::shared("name", "COALESCE($7::text, name)"),
    Fragment::shared("estimated_time", "CASE WHEN $9::boolean THEN $10::bigint ELSE estimated_time END"),
    Fragment::shared(
        "done_at",
        "CASE WHEN $11::boolean IS NULL THEN done_at WHEN $11::boolean THEN COALESCE($12::bigint, done_at, $13::bigint) END",
    ),
    Fragment::shared(
        "allowed",
        "EXISTS (
              SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
              WHERE {is_caller} AND p.id = tasks.project_id AND {manages_tasks}
          )",
    ),
];

const RATES_OF_IT: &[Fragment] = &[Fragment::shared("rates_of_it", "v.task_id = tasks.id")];

crate::pages! {
    LIST = COLUMNS, r"
        SELECT r.* FROM caller c
        JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        JOIN projects p ON p.id = r.project_id
        WHERE {sees_project}
          AND ($9::boolean IS NULL OR (r.done_at IS NOT NULL) = $9::boolean)
          AND ($10::uuid IS NULL OR r.project_id = $10::uuid)
    " with OF_R VISIBILITY;
}

statements! {
    READ = r"
        SELECT {manages_tasks}, {task}
        FROM callers c
        JOIN tasks r ON r.organization_id = c.organization_id
        JOIN projects p ON p.id = r.project_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.deleted_at IS NULL AND {sees_project}
    " with OF_R VISIBILITY RESOURCE;

    REPEATED = r"
        SELECT {task}
        FROM callers c
        JOIN tasks r ON r.organization_id = c.organization_id
        JOIN projects p ON p.id = r.project_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.request_digest = $4::text AND {manages_tasks}
    " with OF_R VISIBILITY RESOURCE;

    INSERT = r"
        INSERT INTO tasks ({new_columns}, project_id, name, name_key, estimated_time, done_at)
        SELECT {new_values}, p.id, $8::text, $9::text, $10::bigint, $11::bigint
        FROM callers c
        JOIN projects p ON p.organization_id = c.organization_id
        CROSS JOIN {now}
        WHERE {is_caller} AND p.id = $7::uuid AND p.deleted_at IS NULL AND {manages_tasks}
        RETURNING {task}
    " with WRITTEN VISIBILITY RESOURCE;

    UPDATE = r"
        UPDATE tasks SET
            name = {name}, name_key = COALESCE($8::text, name_key), estimated_time = {estimated_time}, done_at = {done_at},
            {changed}
        WHERE {target}
          AND (name, estimated_time, done_at) IS DISTINCT FROM ({name}, {estimated_time}, {done_at})
          AND {allowed}
        RETURNING {task}
    " with WRITTEN VISIBILITY RESOURCE;

    // Its rates go with it, by a trigger.
    DELETE = r"
        UPDATE tasks SET deleted_at = {next_stamp}, {changed}
        WHERE {target} AND {allowed} AND {unsets_rates}
        RETURNING id::text
    " with WRITTEN RATES_OF_IT KEPT VISIBILITY RESOURCE;
}

/// Tasks. The list takes whether they are done; none: all; and a project; none: all.
pub const TASK: Resource<Task> = Resource { list: LIST, read: READ, repeated: REPEATED, delete: DELETE, decode };

/// A task to make.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Of which project.
    pub project: ProjectId,
    /// What it is called.
    pub name: Name,
    /// How long it should take.
    pub estimated_time: Option<Seconds>,
    /// Whether it is done.
    pub end: End,
}

/// Makes a task. None means that there is no such project, or that the actor may not make tasks in it.
pub async fn create(db: &Db, change: Change<'_>, origin: Origin<'_>, new: &NewTask) -> Result<Option<Task>, Error> {
    let mut parameters = resource::creation(change, origin);
    parameters.push(new.project.into());
    parameters.extend(resource::name(Some(&new.name)));
    parameters.extend([new.estimated_time.map(Seconds::count).into(), new.end.of_new(change.now).into()]);
    TASK.one(db, &INSERT, &parameters).await
}

/// What to change about a task; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// What it is called.
    pub name: Option<Name>,
    /// How long it should take, or that nobody knows.
    pub estimated_time: Option<Option<Seconds>>,
    /// Whether it is done.
    pub end: End,
}

impl Edit {
    /// Whether it would change a task.
    pub fn alters(&self, task: &Task, now: Instant) -> bool {
        self.name.as_ref().is_some_and(|name| name.as_str() != task.name)
            || self.estimated_time.is_some_and(|estimate| estimate != task.estimated_time)
            || self.end.applied(task.done_at, now) != task.done_at
    }
}

/// Changes a task. None means that there is none of this version that the actor may change and that the edit alters.
pub async fn update(
    db: &Db,
    change: Change<'_>,
    id: Uuid,
    version: Option<i64>,
    edit: &Edit,
) -> Result<Option<Task>, Error> {
    let mut parameters = resource::modification(change, id, version);
    parameters.extend(resource::name(edit.name.as_ref()));
    parameters.extend([edit.estimated_time.is_some().into(), edit.estimated_time.flatten().map(Seconds::count).into()]);
    parameters.extend(edit.end.parameters(change));
    TASK.one(db, &UPDATE, &parameters).await
}
