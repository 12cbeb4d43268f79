//! Changes of members, each in one statement.

use kronos_domain::{Email, MemberId, Name, Role};

use super::MEMBER;
use crate::{
    Change, Db, Error, Value,
    db::{Fragment, statements},
};

/// Who may change a member, and to what. Only owners have to do with owners.
const ALLOWED: &[Fragment] = &[
    Fragment::shared(
        "allowed",
        "EXISTS (
              SELECT 1 FROM callers c
              WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:members:manage}
                AND (c.role = 'owner' OR t.role <> 'owner')
          )",
    ),
    Fragment::shared(
        "by_an_owner",
        "EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role = 'owner')",
    ),
    Fragment::shared("role", "COALESCE($4::text, role)"),
    // Persons say themselves what they are called and where they are reached.
    Fragment::shared("name", "CASE WHEN user_id IS NULL THEN COALESCE($5::text, name) END"),
    Fragment::shared("email", "CASE WHEN user_id IS NULL AND $7::boolean THEN $8::text ELSE email END"),
    Fragment::shared("inactive", "COALESCE($9::boolean, deactivated_at IS NOT NULL)"),
    Fragment::shared("users_own", "SELECT 1 FROM users u WHERE u.id = t.user_id"),
];

statements! {
    CREATE_PLACEHOLDER = r"
        INSERT INTO members AS t (id, organization_id, role, name, name_key, email, request_digest, changed_by, request_id,
            traceparent, created_at, updated_at)
        SELECT $3::uuid, c.organization_id, 'placeholder', $4::text, $5::text, $6::text, $7::text, c.user_id, $8::text, $9::text,
            stamp.at, stamp.at
        FROM callers c
        CROSS JOIN (SELECT {stamp} AS at) stamp
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:members:manage}
        RETURNING id::text
    ";

    UPDATE = r"
        UPDATE members AS t SET
            role = {role}, name = {name}, name_key = CASE WHEN user_id IS NULL THEN COALESCE($6::text, name_key) END,
            email = {email},
            deactivated_at = CASE WHEN {inactive} THEN COALESCE(deactivated_at, {stamp}) END,
            version = version + 1, changed_by = $2::uuid, request_id = $11::text, traceparent = $12::text,
            updated_at = {next_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          AND ($10::bigint IS NULL OR version = $10::bigint)
          AND (role, name, email, deactivated_at IS NOT NULL) IS DISTINCT FROM ({role}, {name}, {email}, {inactive})
          AND (role = 'placeholder') = ({role} = 'placeholder') AND (user_id IS NOT NULL OR $9::boolean IS NULL)
          AND (user_id IS NULL OR $5::text IS NULL OR EXISTS ({users_own} AND u.name = $5::text))
          AND (user_id IS NULL OR NOT $7::boolean OR EXISTS ({users_own} AND u.email = $8::text))
          AND {allowed} AND ({role} <> 'owner' OR {by_an_owner})
        RETURNING id::text
    " with ALLOWED;

    // A person leaves their name and their address behind.
    DEPART = r"
        UPDATE members AS t SET
            user_id = NULL, role = 'placeholder',
            name = COALESCE((SELECT u.name FROM users u WHERE u.id = t.user_id), name),
            name_key = COALESCE((SELECT COALESCE(u.name_key, lower(u.name)) FROM users u WHERE u.id = t.user_id), name_key),
            email = COALESCE((SELECT u.email FROM users u WHERE u.id = t.user_id), email),
            deactivated_at = NULL,
            deleted_at = CASE WHEN $4::boolean AND NOT {recorded} THEN {stamp} END,
            version = version + 1, changed_by = $2::uuid, request_id = $7::text, traceparent = $8::text,
            updated_at = {next_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          AND ($6::bigint IS NULL OR version = $6::bigint)
          AND (user_id IS NOT NULL OR ($4::boolean AND NOT {recorded}))
          AND (NOT $5::boolean OR NOT {recorded})
          AND {allowed}
        RETURNING id::text
    " with MEMBER ALLOWED;
}

/// A placeholder to create.
#[derive(Debug, Clone)]
pub struct NewPlaceholder {
    /// Its id.
    pub id: MemberId,
    /// What the somebody is called.
    pub name: Name,
    /// Where they are reached.
    pub email: Option<Email>,
    /// Digest of the request.
    pub request_digest: String,
}

/// Creates a placeholder. Whether it did; the actor may not otherwise.
pub async fn create_placeholder(db: &Db, change: Change<'_>, new: &NewPlaceholder) -> Result<bool, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        new.id.into(),
        new.name.as_str().into(),
        new.name.key().into(),
        new.email.as_ref().map(Email::as_str).into(),
        new.request_digest.as_str().into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&CREATE_PLACEHOLDER, &parameters).await?.is_some())
}

/// What to change about a member; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// What they may do.
    pub role: Option<Role>,
    /// What a placeholder is called; of a person, only what they are called already.
    pub name: Option<Name>,
    /// Where a placeholder is reached, or that nobody knows; of a person, only where they are reached already.
    pub email: Option<Option<Email>>,
    /// Whether they may act.
    pub active: Option<bool>,
}

impl Edit {
    /// Whether it would give a member the rights of an owner.
    pub fn makes_owner(&self) -> bool {
        self.role == Some(Role::Owner)
    }
}

/// Changes a member. Whether it did; [`super::standing`] tells why not.
pub async fn update(
    db: &Db,
    change: Change<'_>,
    id: MemberId,
    edit: &Edit,
    version: Option<i64>,
) -> Result<bool, Error> {
    let parameters: [Value; 12] = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        edit.role.map(Role::name).into(),
        edit.name.as_ref().map(Name::as_str).into(),
        edit.name.as_ref().map(Name::key).into(),
        edit.email.is_some().into(),
        edit.email.as_ref().and_then(Option::as_ref).map(Email::as_str).into(),
        edit.active.map(|active| !active).into(),
        version.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&UPDATE, &parameters).await?.is_some())
}

/// How a member goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// A person becomes a placeholder.
    Placeholder,
    /// A person with time entries becomes a placeholder; whoever has none is gone.
    Removal {
        /// Only where there are none.
        unless_recorded: bool,
    },
}

/// Takes a member's user away, or the member. Whether it did; [`super::standing`] tells why not.
pub async fn depart(
    db: &Db,
    change: Change<'_>,
    id: MemberId,
    departure: Departure,
    version: Option<i64>,
) -> Result<bool, Error> {
    let (removal, unless_recorded) = match departure {
        Departure::Placeholder => (false, false),
        Departure::Removal { unless_recorded } => (true, unless_recorded),
    };
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        removal.into(),
        unless_recorded.into(),
        version.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&DEPART, &parameters).await?.is_some())
}
