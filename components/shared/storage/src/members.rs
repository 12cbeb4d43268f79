//! Members of an organization: persons with a user, and placeholders, whose time was recorded for somebody who does not sign in.

use kronos_domain::{HourlyRate, Instant, MemberId, OrganizationId, Role, UserId};

use crate::{
    Actor, Db, Error, Row, Statement,
    db::{Fragment, record, statements},
    pages::{self, Found, Wanted},
    rates::CURRENT,
};

mod merge;
mod write;

pub use merge::{Hindrance, hindrance, merge};
pub use write::{Departure, Edit, NewPlaceholder, create_placeholder, depart, update};

/// Refuses an id that is in use.
pub const PRIMARY_KEY: &str = "members_pkey";
/// Refuses that nobody is left who may do everything.
pub const KEEPS_AN_OWNER: &str = "organization_keeps_an_owner";
/// Refuses a tombstone for somebody who has recorded time meanwhile.
pub const KEEPS_HISTORY: &str = "members_keep_history";
/// Refuses a second membership of a user.
pub const ONE_PER_USER: &str = "members_organization_id_user_id_key";

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their id.
    pub id: MemberId,
    /// The tenant.
    pub organization: OrganizationId,
    /// The person; the member's id where it is a placeholder.
    pub user: UserId,
    /// What they are called.
    pub name: String,
    /// Where they are reached; empty for a placeholder of whom nobody knows.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether nobody signs in as this member.
    pub is_placeholder: bool,
    /// What an hour of theirs is billed at now; none where the actor may not know.
    pub billable_rate: Option<HourlyRate>,
    /// Since when they may do nothing any more.
    pub deactivated_at: Option<Instant>,
    /// Grows by one with each change.
    pub version: i64,
    /// When they became a member.
    pub created_at: Instant,
    /// When they last changed.
    pub updated_at: Instant,
}

record! {
    COLUMNS_OF_R("r."), decode -> Member {
        id: id id,
        organization: id organization_id,
        user: id user_id,
        name: text name,
        email: text email,
        role: parsed role,
        is_placeholder: bool is_placeholder,
        billable_rate: optional_rate billable_rate,
        deactivated_at: optional_instant deactivated_at,
        version: integer version,
        created_at: instant created_at,
        updated_at: instant updated_at,
    }
}

/// What statements about members share.
const MEMBER: &[Fragment] = &[
    Fragment::shared("r.member", COLUMNS_OF_R),
    // Whether a member has time that nobody has deleted.
    Fragment::shared(
        "recorded",
        "EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.deleted_at IS NULL)",
    ),
];

/// Members as they are shown to the caller.
const SHOWN: &[Fragment] = &[
    Fragment::shared(
        "profiles",
        "(SELECT p.*, CASE WHEN {sees_billable_rates} THEN {billable_rate_now} END AS billable_rate FROM member_profiles p)",
    ),
    Fragment::shared("of", "p"),
    Fragment::shared("rate_subject", "p.id::text || '//'"),
];

crate::pages! {
    LIST = COLUMNS_OF_R, r"
        SELECT p.* FROM caller c
        JOIN {profiles} p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
        WHERE (c.role IN {all:members:read} OR p.id = c.member_id)
          AND ($9::boolean IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = $9::boolean)
    " with SHOWN CURRENT;
}

statements! {
    READ = r"
        SELECT {r.member} FROM callers c
        JOIN {profiles} r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid
          AND (c.role IN {all:members:read} OR r.id = c.member_id)
    " with MEMBER SHOWN CURRENT;

    REPEATED = r"
        SELECT {r.member} FROM callers c
        JOIN {profiles} r ON r.organization_id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:members:manage}
          AND r.id = $3::uuid AND r.request_digest = $4::text
    " with MEMBER SHOWN CURRENT;

    STANDING = r"
        SELECT c.role, c.member_id::text, EXISTS (
            SELECT 1 FROM time_entries w WHERE w.member_id = r.id AND w.deleted_at IS NULL
        ), {r.member}
        FROM callers c
        JOIN {profiles} r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid
    " with MEMBER SHOWN CURRENT;
}

/// A page of the members that the actor sees; of those who may act, or of the others, where `active` says so. None where the actor
/// is not a member.
pub async fn list(
    db: &Db,
    actor: Actor,
    wanted: &Wanted,
    active: Option<bool>,
) -> Result<Option<Found<Member>>, Error> {
    pages::page(db, &LIST, actor, wanted, &[active.into()], decode).await
}

/// A member that the actor may see.
pub async fn read(db: &Db, actor: Actor, id: MemberId) -> Result<Option<Member>, Error> {
    one(db.row(&READ, &[actor.organization.into(), actor.user.into(), id.into()]).await?)
}

/// The placeholder that the same request created before, as it is now.
pub async fn repeated(db: &Db, actor: Actor, id: MemberId, request_digest: &str) -> Result<Option<Member>, Error> {
    let parameters = [actor.organization.into(), actor.user.into(), id.into(), request_digest.into()];
    one(db.row(&REPEATED, &parameters).await?)
}

fn one(row: Option<Row>) -> Result<Option<Member>, Error> {
    row.map(|row| decode(&mut row.columns())).transpose()
}

/// How an actor stands to a member: what an answer needs to explain why a change did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The actor's role.
    pub role: Role,
    /// Whether the member is the actor.
    pub own: bool,
    /// Whether the member has time entries.
    pub has_entries: bool,
    /// The member as they are now.
    pub member: Member,
}

/// How the actor stands to a member; none where there is no such member in an organization of the actor.
pub async fn standing(db: &Db, actor: Actor, id: MemberId) -> Result<Option<Standing>, Error> {
    let row = db.row(&STANDING, &[actor.organization.into(), actor.user.into(), id.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = row.columns();
    let role = columns.parsed()?;
    let own = columns.parsed::<MemberId>()? == id;
    let has_entries = columns.bool()?;
    Ok(Some(Standing { role, own, has_entries, member: decode(&mut columns)? }))
}

/// Every statement of this aggregate.
pub(crate) fn statements() -> Vec<Statement> {
    [STATEMENTS, &pages::statements(PAGES), write::STATEMENTS, merge::STATEMENTS].concat()
}
