//! Invitations by link. Who knows the secret in the link and has the address becomes a member, once.

use kronos_domain::{Email, Instant, InvitationId, MemberId, OrganizationId, Role, UserId};

use crate::{
    Actor, Change, Db, Error, Row, Statement, Value,
    db::{Fragment, record, statements},
    pages::{self, Found, Wanted},
};

mod accept;

pub use accept::{Obstacle, accept, obstacle};

/// Refuses an id that is in use.
pub const PRIMARY_KEY: &str = "invitations_pkey";
/// Refuses a second open invitation for an address.
pub const ONE_OPEN_PER_EMAIL: &str = "invitations_one_open_per_email";
/// Refuses a second open invitation for a placeholder.
pub const ONE_OPEN_PER_MEMBER: &str = "invitations_one_open_per_member";

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The tenant.
    pub organization: OrganizationId,
    /// Whom it is for.
    pub email: String,
    /// What they will be allowed to do.
    pub role: Role,
    /// The placeholder that they take over.
    pub member: Option<MemberId>,
    /// Until when it can be accepted.
    pub expires_at: Instant,
    /// When it was accepted.
    pub accepted_at: Option<Instant>,
    /// Grows by one with each change.
    pub version: i64,
    /// When somebody was invited.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

record! {
    COLUMNS, COLUMNS_OF_R("r."), decode -> Invitation {
        id: id id,
        organization: id organization_id,
        email: text email,
        role: parsed role,
        member: optional_id member_id,
        expires_at: instant expires_at,
        accepted_at: optional_instant accepted_at,
        version: integer version,
        created_at: instant created_at,
        updated_at: instant updated_at,
    }
}

const INVITATION: &[Fragment] = &[
    Fragment::shared("invitation", COLUMNS),
    Fragment::shared("r.invitation", COLUMNS_OF_R),
    Fragment::shared("open", "accepted_at IS NULL AND deleted_at IS NULL"),
    // Owners are made by owners only.
    Fragment::shared(
        "allowed",
        "EXISTS (
              SELECT 1 FROM callers c
              WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:invitations:manage}
                AND (c.role = 'owner' OR invitations.role <> 'owner')
          )",
    ),
];

crate::pages! {
    LIST = COLUMNS_OF_R, r"
        SELECT i.*, i.email AS name_key FROM caller c
        JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
        WHERE c.role IN {all:invitations:read}
    ";
}

statements! {
    READ = r"
        SELECT {r.invitation} FROM callers c
        JOIN invitations r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:invitations:read} AND r.id = $3::uuid
    " with INVITATION;

    REPEATED = r"
        SELECT {r.invitation} FROM callers c
        JOIN invitations r ON r.organization_id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:invitations:manage}
          AND r.id = $3::uuid AND r.request_digest = $4::text
    " with INVITATION;

    CREATE = r"
        INSERT INTO invitations (id, organization_id, email, role, member_id, token_hash, expires_at, request_digest, changed_by,
            request_id, traceparent, created_at, updated_at)
        SELECT $3::uuid, c.organization_id, $4::text, $5::text, $6::uuid, $7::text, $8::bigint, $9::text, c.user_id,
            $10::text, $11::text, stamp.at, stamp.at
        FROM callers c
        CROSS JOIN (SELECT {stamp} AS at) stamp
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:invitations:manage}
          AND (c.role = 'owner' OR $5::text <> 'owner')
          AND NOT EXISTS (
              SELECT 1 FROM member_profiles p
              WHERE p.organization_id = c.organization_id AND NOT p.is_placeholder AND p.email = $4::text
          )
          AND ($6::uuid IS NULL OR EXISTS (
              SELECT 1 FROM member_profiles p
              WHERE p.organization_id = c.organization_id AND p.id = $6::uuid AND p.is_placeholder AND p.deleted_at IS NULL
          ))
        RETURNING {invitation}
    " with INVITATION;

    // The old secret opens nothing any more.
    RENEW = r"
        UPDATE invitations SET
            token_hash = $5::text, expires_at = $6::bigint,
            version = version + 1, changed_by = $2::uuid, request_id = $7::text, traceparent = $8::text,
            updated_at = {next_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND {open}
          AND ($4::bigint IS NULL OR version = $4::bigint)
          AND {allowed}
        RETURNING {invitation}
    " with INVITATION;

    REVOKE = r"
        UPDATE invitations SET
            deleted_at = {stamp},
            version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
            updated_at = {next_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND {open}
          AND ($4::bigint IS NULL OR version = $4::bigint)
          AND {allowed}
        RETURNING {invitation}
    " with INVITATION;

    STANDING = r"
        SELECT c.role, EXISTS (
            SELECT 1 FROM member_profiles p
            WHERE p.organization_id = c.organization_id AND NOT p.is_placeholder AND p.email = $3::text
        )
        FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
    ";
}

/// An invitation to make.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: Email,
    /// What they will be allowed to do.
    pub role: Role,
    /// The placeholder that they take over.
    pub member: Option<MemberId>,
    /// Hash of the secret in the link.
    pub token_hash: String,
    /// Until when it can be accepted.
    pub expires_at: Instant,
    /// Digest of the request.
    pub request_digest: String,
}

async fn one(db: &Db, statement: &Statement, parameters: &[Value]) -> Result<Option<Invitation>, Error> {
    let row = db.row(statement, parameters).await?;
    row.map(|row| decode(&mut row.columns())).transpose()
}

/// A page of the open invitations that the actor sees. None where the actor is not a member.
pub async fn list(db: &Db, actor: Actor, wanted: &Wanted) -> Result<Option<Found<Invitation>>, Error> {
    pages::page(db, &LIST, actor, wanted, &[], decode).await
}

/// An invitation that the actor may see, unless it was revoked.
pub async fn read(db: &Db, actor: Actor, id: InvitationId) -> Result<Option<Invitation>, Error> {
    one(db, &READ, &[actor.organization.into(), actor.user.into(), id.into()]).await
}

/// The invitation that the same request made before, as it is now.
pub async fn repeated(
    db: &Db,
    actor: Actor,
    id: InvitationId,
    request_digest: &str,
) -> Result<Option<Invitation>, Error> {
    one(db, &REPEATED, &[actor.organization.into(), actor.user.into(), id.into(), request_digest.into()]).await
}

/// Invites somebody. None means that the actor may not, that they are a member, or that there is no such placeholder:
/// [`standing`] tells.
pub async fn create(db: &Db, change: Change<'_>, new: &NewInvitation) -> Result<Option<Invitation>, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        new.id.into(),
        new.email.as_str().into(),
        new.role.name().into(),
        new.member.into(),
        new.token_hash.as_str().into(),
        new.expires_at.into(),
        new.request_digest.as_str().into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    one(db, &CREATE, &parameters).await
}

/// Gives an open invitation another secret and another end. None means that there is none of this version that the actor may
/// change.
pub async fn renew(
    db: &Db,
    change: Change<'_>,
    id: InvitationId,
    version: Option<i64>,
    token_hash: &str,
    expires_at: Instant,
) -> Result<Option<Invitation>, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        version.into(),
        token_hash.into(),
        expires_at.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    one(db, &RENEW, &parameters).await
}

/// Revokes an open invitation. None means that there is none of this version that the actor may change.
pub async fn revoke(
    db: &Db,
    change: Change<'_>,
    id: InvitationId,
    version: Option<i64>,
) -> Result<Option<Invitation>, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        version.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    one(db, &REVOKE, &parameters).await
}

/// How an actor stands to invitations for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The actor's role.
    pub role: Role,
    /// Whether somebody with the address is a member.
    pub is_member: bool,
}

/// How the actor stands to invitations for an address; none where the actor is not a member.
pub async fn standing(db: &Db, actor: Actor, email: &str) -> Result<Option<Standing>, Error> {
    let row = db.row(&STANDING, &[actor.organization.into(), actor.user.into(), email.into()]).await?;
    let decode = |row: Row| {
        let mut columns = row.columns();
        Ok(Standing { role: columns.parsed()?, is_member: columns.bool()? })
    };
    row.map(decode).transpose()
}

/// Every statement of this aggregate.
pub(crate) fn statements() -> Vec<Statement> {
    [STATEMENTS, &pages::statements(PAGES), accept::STATEMENTS].concat()
}

/// What an acceptance is told about its request.
#[derive(Debug, Clone, Copy)]
pub struct Acceptance<'a> {
    /// Who accepts.
    pub user: UserId,
    /// The id that they get as a member, unless they take over a placeholder.
    pub member: MemberId,
    /// Hash of the secret that they know.
    pub token_hash: &'a str,
    /// The request's time, which decides whether the invitation has expired.
    pub now: Instant,
    /// Id of the request, for the event.
    pub request_id: Option<&'a str>,
    /// W3C trace context of the request, for the event.
    pub traceparent: Option<&'a str>,
}
