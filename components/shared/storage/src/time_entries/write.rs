//! Writes, each in one statement.

use std::fmt::Display;

use kronos_domain::{
    EntryId, HourlyRate, Instant, MemberId, ProjectId, Seconds, TagId, TaskId, UserId, Zone,
    entry::{Description, External, Kind, Span, TimeEntry},
};

use super::{Change, Condition, Edit, End, entries, entry};
use crate::{
    Db, Error, Value,
    db::{Fragment, statements},
    projects::VISIBILITY,
    rates::{BILLABLE, COST},
};

/// The columns of a new entry.
pub(super) const COLUMNS_OF_NEW: &[Fragment] = &[
    Fragment::shared(
        "columns",
        "id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
            description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency,
            source, external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at",
    ),
];

/// What recording an entry and recording one in place of the running timer have in common.
const CREATE: &[Fragment] = &[
    Fragment::shared(
        "values",
        "$3::uuid, t.organization_id, t.id, COALESCE(t.user_id, t.id), $17::uuid, $18::uuid, $19::text, $20::text::jsonb,
            $5::bigint, $6::bigint, COALESCE($7::text, u.time_zone, o.time_zone), $8::text, $9::text, {is_billable},
            COALESCE($11::bigint, CASE WHEN {is_billable} THEN {billable_rate_of_entry} END),
            CASE WHEN $11::bigint IS NOT NULL THEN 'manual' WHEN {is_billable} THEN {billable_source_of_entry} END,
            CASE WHEN $19::text = 'work' THEN {cost_rate_of_entry} END,
            CASE WHEN $19::text = 'work' THEN {cost_source_of_entry} END,
            o.currency, $12::text, $21::text, $22::text, $13::text, 1, c.user_id, $14::text, $15::text, stamp.at, stamp.at",
    ),
    // Unless the request says so, the project does, or else the organization. Nobody pays for a pause.
    Fragment::shared(
        "is_billable",
        "($19::text = 'work' AND COALESCE($10::boolean, p.billable_default, o.billable_default))",
    ),
    Fragment::shared("at.organization", "t.organization_id"),
    Fragment::shared("at.member", "t.id"),
    Fragment::shared("at.project", "$17::uuid"),
    Fragment::shared("at.task", "$18::uuid"),
    Fragment::shared("at.start", "$5::bigint"),
    // A placeholder has no user.
    Fragment::shared(
        "sources",
        "callers c
        JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id) AND t.deleted_at IS NULL
        JOIN organizations o ON o.id = c.organization_id
        LEFT JOIN users u ON u.id = t.user_id
        LEFT JOIN projects p ON p.id = $17::uuid AND p.organization_id = c.organization_id
        CROSS JOIN (SELECT {stamp} AS at) stamp",
    ),
    // Whoever is removed meanwhile gets no more entries: who removes a member locks the row for more than this.
    Fragment::pair("held", "FOR KEY SHARE OF t", ""),
    Fragment::shared(
        "allowed",
        "c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND c.role IN {changes_own} AND (t.id = c.member_id OR c.role IN {changes_everyone})
          AND ($11::bigint IS NULL OR c.role IN {changes_everyone})
          AND ($16::uuid IS NULL OR COALESCE(t.user_id, t.id) = $16::uuid)",
    ),
    Fragment::shared("fits", "($17::uuid IS NULL OR (p.deleted_at IS NULL AND {sees_project}))"),
];

statements! {
    INSERT = r"
        INSERT INTO time_entries ({columns})
        SELECT {values}
        FROM {sources}
        WHERE {allowed} AND {fits}
        {held}
        RETURNING {entry}
    " with CREATE COLUMNS_OF_NEW BILLABLE COST VISIBILITY;

    // PostgreSQL: the insert reads from the update, so the running timer has stopped before the unique index is checked. If the
    // insert is refused, the update is undone.
    REPLACE_RUNNING = {
        postgres: r"
        WITH stopped AS (
            UPDATE time_entries SET
                end_at = CASE WHEN $5::bigint >= time_entries.start_at THEN $5::bigint
                              ELSE greatest(time_entries.start_at, $23::bigint) END,
                version = time_entries.version + 1,
                changed_by = c.user_id, request_id = $14::text, traceparent = $15::text,
                updated_at = {entry_stamp}
            FROM callers c
            JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id)
            LEFT JOIN projects p ON p.id = $17::uuid AND p.organization_id = c.organization_id
            WHERE {allowed} AND {fits}
              AND time_entries.member_id = t.id AND time_entries.end_at IS NULL AND time_entries.deleted_at IS NULL
            RETURNING time_entries.id
        )
        INSERT INTO time_entries ({columns})
        SELECT {values}
        FROM {sources}
        WHERE {allowed} AND {fits} AND (SELECT count(*) FROM stopped) >= 0
            {held}
        RETURNING {entry}
        ",
        sqlite: r"
        INSERT INTO time_entry_replacements ({columns}, stopped_at)
        SELECT {values}, $23::bigint
        FROM {sources}
        WHERE {allowed} AND {fits}
        RETURNING {entry}
        ",
    } with CREATE COLUMNS_OF_NEW BILLABLE COST VISIBILITY;

    UPDATE = r"
        UPDATE time_entries SET
            {edited}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          {editable}
        RETURNING {entry}
    " with CHANGED EDIT BILLABLE COST VISIBILITY;

    UPDATE_ALL = r"
        UPDATE time_entries SET
            {edited}
        WHERE {given} AND organization_id = $1::uuid AND deleted_at IS NULL
          {editable}
        RETURNING {entry}
    " with CHANGED EDIT GIVEN BILLABLE COST VISIBILITY;

    DELETE = r"
        UPDATE time_entries SET
            {deleted}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          AND ($4::bigint IS NULL OR version = $4::bigint) AND {may_change}
        RETURNING {entry}
    " with DELETED;

    DELETE_ALL = r"
        UPDATE time_entries SET
            {deleted}
        WHERE {given} AND organization_id = $1::uuid AND deleted_at IS NULL
          AND ($4::bigint IS NULL OR version = $4::bigint) AND {may_change}
        RETURNING {entry}
    " with DELETED GIVEN;

    RESTORE = r"
        UPDATE time_entries SET
            deleted_at = NULL,
            version = version + 1,
            changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
            updated_at = {entry_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NOT NULL
          AND ($4::bigint IS NULL OR version = $4::bigint) AND {may_change}
        RETURNING {entry}
    " with DELETED;
}

/// The entries whose ids are given, as a JSON array.
const GIVEN: &[Fragment] = &[Fragment::pair(
    "given",
    "id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($3::text::jsonb) given))",
    "id IN (SELECT value FROM json_each($3))",
)];

/// What a deletion makes of an entry, and who may.
const DELETED: &[Fragment] = &[
    Fragment::shared(
        "deleted",
        "deleted_at = {entry_stamp},
            version = version + 1,
            changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
            updated_at = {entry_stamp}",
    ),
    Fragment::shared(
        "may_change",
        "EXISTS (
              SELECT 1 FROM callers c
              WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
                AND c.role IN {changes_own}
                AND (c.member_id = time_entries.member_id OR c.role IN {changes_everyone})
          )",
    ),
];

/// What an edit makes of an entry, and where it may.
const EDIT: &[Fragment] = &[
    Fragment::shared(
        "edited",
        "start_at = {start}, end_at = {end}, time_zone = {time_zone}, description = {description},
            folded_description = CASE WHEN $7::text IS NULL THEN folded_description ELSE $8::text END,
            project_id = {project_id}, task_id = {task_id}, kind = {kind}, tags = {tags},
            billable = {billable}, billable_rate = {new_billable_rate}, billable_rate_source = {new_billable_rate_source},
            cost_rate = {new_cost_rate}, cost_rate_source = {new_cost_rate_source},
            external_id = {external_id}, external_url = {external_url},
            version = version + 1,
            changed_by = $2::uuid, request_id = $16::text, traceparent = $17::text,
            updated_at = {entry_stamp}",
    ),
    Fragment::shared(
        "editable",
        "AND (start_at, end_at, time_zone, description, billable, billable_rate, project_id, task_id, kind, tags, external_id,
               external_url)
              IS DISTINCT FROM ({start}, {end}, {time_zone}, {description}, {billable}, {wanted_rate}, {project_id}, {task_id},
               {kind}, {tags}, {external_id}, {external_url})
          AND ($13::bigint IS NULL OR version = $13::bigint)
          AND (NOT $14::boolean OR end_at IS NULL)
          AND ($15::uuid IS NULL OR member_id = $15::uuid)
          AND COALESCE($20::uuid, user_id) = user_id AND COALESCE($21::text, currency) = currency
          AND COALESCE($22::text, source) = source
          AND ($34::uuid IS NULL OR $34::uuid = (SELECT p.client_id FROM projects p WHERE p.id = time_entries.project_id))
          AND ($35::bigint IS NULL OR $35::bigint = cost_rate)
          AND COALESCE($23::bigint, created_at / 1000000) = created_at / 1000000
          AND ({end} IS NULL OR {end} - {start} <= 31622400000000
               OR (start_at = {start} AND (end_at IS NULL OR end_at = {end})))
          AND ($19::bigint IS NULL OR end_at - start_at = $19::bigint OR abs({end} - {start} - $19::bigint) <= 1000000)
          AND EXISTS (
              SELECT 1 FROM callers c
              WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
                AND c.role IN {changes_own}
                AND (c.member_id = time_entries.member_id OR c.role IN {changes_everyone})
                AND (NOT {states_rate} OR time_entries.billable_rate IS NOT DISTINCT FROM $11::bigint
                     OR c.role IN {changes_everyone})
                AND ({project_id} IS NULL OR {project_id} IS NOT DISTINCT FROM time_entries.project_id OR EXISTS (
                    SELECT 1 FROM projects p
                    WHERE p.id = {project_id} AND p.organization_id = c.organization_id AND p.deleted_at IS NULL AND {sees_project}
                ))
          )",
    ),
];

/// What a change makes of each column.
const CHANGED: &[Fragment] = &[
    Fragment::shared("start", "COALESCE($4::bigint, time_entries.start_at)"),
    // A duration, or an end; a timer that began ahead of the clock ends where it began.
    Fragment::shared(
        "end",
        "CASE WHEN $18::bigint IS NOT NULL THEN {start} + $18::bigint
                   WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
                   ELSE COALESCE($5::bigint, time_entries.end_at) END",
    ),
    Fragment::shared("time_zone", "COALESCE($6::text, time_zone)"),
    Fragment::shared("description", "COALESCE($7::text, description)"),
    Fragment::shared("project_id", "CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END"),
    // A task does not follow its entry into another project.
    Fragment::shared(
        "task_id",
        "CASE WHEN $26::boolean THEN $27::uuid
                   WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
                   ELSE time_entries.task_id END",
    ),
    Fragment::shared("kind", "COALESCE($28::text, time_entries.kind)"),
    Fragment::shared("tags", "COALESCE($29::text::jsonb, tags)"),
    Fragment::shared("billable", "({kind} = 'work' AND COALESCE($9::boolean, billable))"),
    Fragment::shared("external_id", "CASE WHEN $30::boolean THEN $31::text ELSE external_id END"),
    Fragment::shared("external_url", "CASE WHEN $32::boolean THEN $33::text ELSE external_url END"),
    // Whoever may not see the price sends back that there is none.
    Fragment::shared("states_rate", "($10::boolean AND ($11::bigint IS NOT NULL OR {sees_billable_rates}))"),
    // What has been frozen stays so, unless the entry becomes one that another rate is for.
    Fragment::shared("wanted_rate", "CASE WHEN {states_rate} THEN $11::bigint ELSE time_entries.billable_rate END"),
    Fragment::shared(
        "moves",
        "((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM ({start}, {project_id}, {task_id}, {kind}))",
    ),
    Fragment::shared(
        "rate_is_due",
        "({billable} AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND ({moves} OR NOT time_entries.billable))",
    ),
    Fragment::shared(
        "new_billable_rate",
        "CASE WHEN {states_rate} AND time_entries.billable_rate IS DISTINCT FROM $11::bigint THEN $11::bigint
                   WHEN {rate_is_due} THEN {billable_rate_of_entry}
                   ELSE time_entries.billable_rate END",
    ),
    Fragment::shared(
        "new_billable_rate_source",
        "CASE WHEN {states_rate} AND time_entries.billable_rate IS DISTINCT FROM $11::bigint
                       THEN CASE WHEN $11::bigint IS NOT NULL THEN 'manual' END
                   WHEN {rate_is_due} THEN {billable_source_of_entry}
                   ELSE time_entries.billable_rate_source END",
    ),
    Fragment::shared(
        "new_cost_rate",
        "CASE WHEN NOT {moves} THEN time_entries.cost_rate WHEN {kind} = 'work' THEN {cost_rate_of_entry} END",
    ),
    Fragment::shared(
        "new_cost_rate_source",
        "CASE WHEN NOT {moves} THEN time_entries.cost_rate_source WHEN {kind} = 'work' THEN {cost_source_of_entry} END",
    ),
    Fragment::shared("at.organization", "time_entries.organization_id"),
    Fragment::shared("at.member", "time_entries.member_id"),
    Fragment::shared("at.project", "{project_id}"),
    Fragment::shared("at.task", "{task_id}"),
    Fragment::shared("at.start", "{start}"),
];

/// An entry to record.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Its id.
    pub id: EntryId,
    /// Another member's, or the actor's own.
    pub member: Option<MemberId>,
    /// The user whom the request names beside the member; refused where the member is somebody else.
    pub user: Option<UserId>,
    /// When; without an end a timer runs.
    pub span: Span,
    /// The zone in which it is recorded, or the person's own.
    pub time_zone: Option<Zone>,
    /// Work or a pause.
    pub kind: Kind,
    /// What it is for.
    pub project: Option<ProjectId>,
    /// The task of that project.
    pub task: Option<TaskId>,
    /// Its tags, sorted, each once.
    pub tags: Vec<TagId>,
    /// What was done.
    pub description: Description,
    /// Whether somebody pays; as the project or the organization has it, if the request does not say.
    pub billable: Option<bool>,
    /// The price, if the request states one.
    pub billable_rate: Option<HourlyRate>,
    /// How it came in.
    pub source: String,
    /// What the source calls it.
    pub external_id: Option<External>,
    /// Where the source shows it.
    pub external_url: Option<External>,
    /// Digest of the request.
    pub request_digest: String,
}

impl NewEntry {
    fn parameters(self, change: Change<'_>) -> Vec<Value> {
        vec![
            change.actor.organization.into(),
            change.actor.user.into(),
            self.id.into(),
            self.member.into(),
            self.span.start.into(),
            self.span.end.into(),
            self.time_zone.map(|zone| zone.to_string()).into(),
            self.description.as_str().into(),
            self.description.folded().into(),
            self.billable.into(),
            self.billable_rate.into(),
            self.source.as_str().into(),
            self.request_digest.into(),
            change.request_id.into(),
            change.traceparent.into(),
            self.user.into(),
            self.project.into(),
            self.task.into(),
            self.kind.name().into(),
            array(&self.tags).into(),
            self.external_id.as_ref().map(External::as_str).into(),
            self.external_url.as_ref().map(External::as_str).into(),
        ]
    }
}

/// Records an entry. None means that the actor may not: [`super::relation`] tells why.
pub async fn create(db: &Db, change: Change<'_>, new: NewEntry) -> Result<Option<TimeEntry>, Error> {
    entry(db, &INSERT, &new.parameters(change)).await
}

/// Stops the running entry and records another one that runs, both or neither. The running one ends where the new one starts, or
/// now if it started after that.
pub async fn create_stopping_running(db: &Db, change: Change<'_>, new: NewEntry) -> Result<Option<TimeEntry>, Error> {
    let mut parameters = new.parameters(change);
    parameters.push(change.now.truncated().into());
    entry(db, &REPLACE_RUNNING, &parameters).await
}

/// Ids as a JSON array, which is how the column `tags` has them.
pub(super) fn array<T: Display>(ids: &[T]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    format!("[{}]", ids.join(","))
}

/// Changes an entry. None means that there is no such entry that the actor may change, that it does not meet the condition, or that
/// the edit changes nothing or may not be made: [`super::standing`] and the methods of [`Edit`] tell which.
pub async fn update(
    db: &Db,
    change: Change<'_>,
    id: EntryId,
    edit: &Edit,
    condition: Condition,
) -> Result<Option<TimeEntry>, Error> {
    entry(db, &UPDATE, &edited(change, id.into(), edit, condition)).await
}

/// Changes each of these entries in one statement, and answers those that it changed. Of the others, the same is true as of one
/// that [`update`] does not change.
pub async fn update_all(db: &Db, change: Change<'_>, ids: &[EntryId], edit: &Edit) -> Result<Vec<TimeEntry>, Error> {
    entries(db, &UPDATE_ALL, &edited(change, array(ids).into(), edit, Condition::default())).await
}

/// What both statements are told. `target` is an id, or a JSON array of them.
fn edited(change: Change<'_>, target: Value, edit: &Edit, condition: Condition) -> Vec<Value> {
    let (end, from_start, duration) = match edit.end {
        None => (None, false, None),
        Some(End::At(end)) => (Some(end), false, None),
        Some(End::FromStart(end)) => (Some(end), true, None),
        Some(End::After(duration)) => (None, false, Some(micros(duration))),
    };
    vec![
        change.actor.organization.into(),
        change.actor.user.into(),
        target,
        edit.start.into(),
        end.into(),
        edit.time_zone.as_ref().map(ToString::to_string).into(),
        edit.description.as_ref().map(Description::as_str).into(),
        edit.description.as_ref().and_then(Description::folded).into(),
        edit.billable.into(),
        edit.billable_rate.is_some().into(),
        edit.billable_rate.flatten().into(),
        from_start.into(),
        condition.version.into(),
        condition.running.into(),
        condition.member.into(),
        change.request_id.into(),
        change.traceparent.into(),
        duration.into(),
        edit.lasting.map(micros).into(),
        edit.fixed.user.into(),
        edit.fixed.currency.map(|currency| currency.to_string()).into(),
        edit.fixed.source.as_deref().into(),
        edit.fixed.created_at.map(Instant::seconds).into(),
        edit.project.is_some().into(),
        edit.project.flatten().into(),
        edit.task.is_some().into(),
        edit.task.flatten().into(),
        edit.kind.map(Kind::name).into(),
        edit.tags.as_deref().map(array).into(),
        edit.external_id.is_some().into(),
        edit.external_id.iter().flatten().map(External::as_str).next().into(),
        edit.external_url.is_some().into(),
        edit.external_url.iter().flatten().map(External::as_str).next().into(),
        edit.fixed.client.into(),
        edit.fixed.cost_rate.into(),
    ]
}

fn micros(duration: Seconds) -> i64 {
    Instant::from_seconds(duration.count()).micros()
}

/// Deletes an entry, of which a tombstone remains. None means that there is none of this version that the actor may change.
pub async fn delete(
    db: &Db,
    change: Change<'_>,
    id: EntryId,
    version: Option<i64>,
) -> Result<Option<TimeEntry>, Error> {
    entry(db, &DELETE, &deleted(change, id.into(), version)).await
}

/// Deletes each of these entries in one statement, and answers those that it deleted.
pub async fn delete_all(db: &Db, change: Change<'_>, ids: &[EntryId]) -> Result<Vec<TimeEntry>, Error> {
    entries(db, &DELETE_ALL, &deleted(change, array(ids).into(), None)).await
}

/// Makes a tombstone an entry again. None means that there is none of this version that the actor may change.
pub async fn restore(
    db: &Db,
    change: Change<'_>,
    id: EntryId,
    version: Option<i64>,
) -> Result<Option<TimeEntry>, Error> {
    entry(db, &RESTORE, &deleted(change, id.into(), version)).await
}

fn deleted(change: Change<'_>, target: Value, version: Option<i64>) -> [Value; 6] {
    [
        change.actor.organization.into(),
        change.actor.user.into(),
        target,
        version.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ]
}
