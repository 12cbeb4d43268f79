//! One entry.

use kronos_domain::{EntryId, MemberId, Permission, Role, UserId, entry::TimeEntry};

use super::{Actor, decode, entry};
use crate::{Db, Error, db::statements};

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
    ";

    STANDING = r"
        SELECT c.role, c.member_id::text, {e.entry}
        FROM callers c
        JOIN time_entries e ON e.organization_id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND e.id = $3::uuid AND e.deleted_at IS NULL
    ";

    MEMBER_ROLE = r"SELECT role FROM ({caller}) AS caller";
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

/// The person's running timer; of several in different organizations the one that was started last.
pub async fn active(db: &Db, user: UserId) -> Result<Option<TimeEntry>, Error> {
    entry(db, &ACTIVE, &[user.into()]).await
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
    let row = db.row(&STANDING, &[actor.organization.into(), actor.user.into(), id.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = row.columns();
    let role: Role = columns.parsed()?;
    let member: MemberId = columns.parsed()?;
    let entry = decode(&mut columns)?;
    let own = entry.member == member;
    Ok(Some(Standing {
        visible: Permission::EntriesRead.allows(role, own),
        changeable: Permission::EntriesChange.allows(role, own),
        role,
        entry,
    }))
}

/// The actor's role; none where the actor is not a member.
pub async fn member_role(db: &Db, actor: Actor) -> Result<Option<Role>, Error> {
    let row = db.row(&MEMBER_ROLE, &[actor.organization.into(), actor.user.into()]).await?;
    row.map(|row| row.columns().parsed()).transpose()
}
