//! One entry.

use kronos_domain::{EntryId, MemberId, Permission, ProjectId, Role, TagId, TaskId, UserId, entry::TimeEntry};

use super::{Actor, decode, entry, write::array};
use crate::{
    Db, Error, Row,
    db::{Fragment, statements},
    projects::VISIBILITY,
};

/// What the caller sees of an entry in the organization that it happens to be in.
const IN_ANY_ORGANIZATION: &[Fragment] = &[
    Fragment::shared(
        "sees_billable_rates",
        "(c.role IN {all:billable-rates:read} OR (c.role IN {any:billable-rates:read} AND (
            SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)))",
    ),
    Fragment::shared("sees_cost_rates", "c.role IN {all:cost-rates:read}"),
];

const GIVEN: &[Fragment] = &[Fragment::pair(
    "given",
    "e.id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($3::text::jsonb) given))",
    "e.id IN (SELECT value FROM json_each($3))",
)];

statements! {
    REPEATED = r"
        SELECT {e.entry}
        FROM callers c
        JOIN time_entries e ON e.organization_id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND e.id = $3::uuid AND e.request_digest = $4::text
          AND (e.member_id = c.member_id OR c.role IN {changes_everyone})
    ";

    READ = r"
        SELECT {e.entry}
        FROM callers c
        JOIN time_entries e ON e.organization_id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND e.id = $3::uuid AND e.deleted_at IS NULL
          AND (e.member_id = c.member_id OR c.role IN {sees_everyone})
    ";

    ACTIVE = r"
        SELECT {e.entry}
        FROM callers c
        JOIN time_entries e ON e.member_id = c.member_id
        WHERE c.user_id = $1::uuid AND e.end_at IS NULL AND e.deleted_at IS NULL
        ORDER BY e.start_at DESC, e.id DESC
        LIMIT 1
    " with IN_ANY_ORGANIZATION;

    RUNNING = r"
        SELECT e.id::text
        FROM callers c
        JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($3::uuid, c.member_id)
        JOIN time_entries e ON e.member_id = t.id AND e.end_at IS NULL AND e.deleted_at IS NULL
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (t.id = c.member_id OR c.role IN {sees_everyone})
    ";

    STANDING = r"
        SELECT c.role, c.member_id::text, {e.entry}
        FROM callers c
        JOIN time_entries e ON e.organization_id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND e.id = $3::uuid AND (e.deleted_at IS NULL OR $4::boolean)
    ";

    STANDINGS = r"
        SELECT c.role, c.member_id::text, {e.entry}
        FROM callers c
        JOIN time_entries e ON e.organization_id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND {given} AND e.deleted_at IS NULL
    " with GIVEN;

    REFERENCES = r"
        SELECT
            ($3::uuid IS NULL OR EXISTS (
                SELECT 1 FROM projects p
                WHERE p.id = $3::uuid AND p.organization_id = c.organization_id AND p.deleted_at IS NULL AND {sees_project}
            )),
            ($4::uuid IS NULL OR EXISTS (
                SELECT 1 FROM tasks k WHERE k.id = $4::uuid AND k.project_id = $3::uuid AND k.deleted_at IS NULL
            )),
            (SELECT count(*) FROM tags g
             WHERE g.organization_id = c.organization_id AND g.deleted_at IS NULL AND $5::text LIKE '%' || g.id::text || '%')
        FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
    " with VISIBILITY;

    RELATION = r"
        SELECT c.role, c.member_id::text, t.id IS NOT NULL
        FROM ({caller}) c
        LEFT JOIN members t ON t.organization_id = c.organization_id AND t.id = $3::uuid
    ";
}

/// The entry that the same request created before, as it is now, even if it was deleted.
pub async fn repeated(db: &Db, actor: Actor, id: EntryId, request_digest: &str) -> Result<Option<TimeEntry>, Error> {
    let parameters = [actor.organization.into(), actor.user.into(), id.into(), request_digest.into()];
    entry(db, &REPEATED, &parameters).await
}

/// An entry that the actor may see.
pub async fn read(db: &Db, actor: Actor, id: EntryId) -> Result<Option<TimeEntry>, Error> {
    entry(db, &READ, &[actor.organization.into(), actor.user.into(), id.into()]).await
}

/// The person's running timer; where several organizations have one, the one that was started last.
pub async fn active(db: &Db, user: UserId) -> Result<Option<TimeEntry>, Error> {
    entry(db, &ACTIVE, &[user.into()]).await
}

/// The running timer of a member, or the actor's own, if the actor may see it.
pub async fn running(db: &Db, actor: Actor, member: Option<MemberId>) -> Result<Option<EntryId>, Error> {
    let row = db.row(&RUNNING, &[actor.organization.into(), actor.user.into(), member.into()]).await?;
    row.map(|row| row.columns().parsed()).transpose()
}

/// How an actor stands to an entry: what an answer needs to explain why a change did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The actor sees the entry.
    pub visible: bool,
    /// The actor may change the entry.
    pub changeable: bool,
    /// The actor's role.
    pub role: Role,
    /// The entry as it is now.
    pub entry: TimeEntry,
}

/// How the actor stands to an entry; none where there is no such entry in an organization of the actor.
pub async fn standing(db: &Db, actor: Actor, id: EntryId) -> Result<Option<Standing>, Error> {
    let row = db.row(&STANDING, &[actor.organization.into(), actor.user.into(), id.into(), false.into()]).await?;
    row.map(standing_of).transpose()
}

/// The same, also to a tombstone.
pub async fn standing_with_deleted(db: &Db, actor: Actor, id: EntryId) -> Result<Option<Standing>, Error> {
    let row = db.row(&STANDING, &[actor.organization.into(), actor.user.into(), id.into(), true.into()]).await?;
    row.map(standing_of).transpose()
}

/// How the actor stands to each of these entries that is there.
pub async fn standings(db: &Db, actor: Actor, ids: &[EntryId]) -> Result<Vec<Standing>, Error> {
    let rows = db.rows(&STANDINGS, &[actor.organization.into(), actor.user.into(), array(ids).into()]).await?;
    rows.into_iter().map(standing_of).collect()
}

fn standing_of(row: Row) -> Result<Standing, Error> {
    let mut columns = row.columns();
    let role: Role = columns.parsed()?;
    let member: MemberId = columns.parsed()?;
    let entry = decode(&mut columns)?;
    let own = entry.member == member;
    Ok(Standing {
        visible: Permission::EntriesRead.allows(role, own),
        changeable: Permission::EntriesChange.allows(role, own),
        role,
        entry,
    })
}

/// Which of the things that an entry is to refer to are not there for the actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The project.
    pub project: bool,
    /// The task of that project.
    pub task: bool,
    /// One of the tags.
    pub tag: bool,
}

/// What is missing of a project, a task and tags, each given once; none where the actor is not a member.
pub async fn missing(
    db: &Db,
    actor: Actor,
    project: Option<ProjectId>,
    task: Option<TaskId>,
    tags: &[TagId],
) -> Result<Option<Missing>, Error> {
    let given: Vec<_> = tags.iter().map(ToString::to_string).collect();
    let parameters =
        [actor.organization.into(), actor.user.into(), project.into(), task.into(), given.join(",").into()];
    let Some(row) = db.row(&REFERENCES, &parameters).await? else { return Ok(None) };
    let mut columns = row.columns();
    let (project, task, found) = (!columns.bool()?, !columns.bool()?, columns.integer()?);
    Ok(Some(Missing { project, task, tag: usize::try_from(found).is_ok_and(|found| found < tags.len()) }))
}

/// How an actor stands to a member: what an answer needs to explain why nothing was recorded for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// The actor's role.
    pub role: Role,
    /// The member is the actor.
    pub own: bool,
    /// There is such a member.
    pub exists: bool,
}

/// How the actor stands to a member of the organization, or to themselves; none where the actor is not a member.
pub async fn relation(db: &Db, actor: Actor, member: Option<MemberId>) -> Result<Option<Relation>, Error> {
    let row = db.row(&RELATION, &[actor.organization.into(), actor.user.into(), member.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = row.columns();
    let role = columns.parsed()?;
    let caller: MemberId = columns.parsed()?;
    let own = member.is_none_or(|member| member == caller);
    Ok(Some(Relation { role, own, exists: own || columns.bool()? }))
}
