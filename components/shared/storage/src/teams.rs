//! Teams of members, with leads.

use kronos_domain::{Instant, MemberId, Name, OrganizationId, Role, TeamId, TeamMemberId};
use serde::Deserialize;

use crate::{
    Actor, Change, Columns, Db, Error, Row, Statement,
    db::{Fragment, record, statements},
    pages::{self, Found, Wanted},
};

/// Refuses an id that is in use.
pub const PRIMARY_KEY: &str = "teams_pkey";
/// Refuses a second team of a name.
pub const ONE_OF_A_NAME: &str = "teams_one_of_a_name";

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// The tenant.
    pub organization: OrganizationId,
    /// What it is called.
    pub name: String,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// Who is in it, whoever came first at the front.
    pub members: Roster,
}

/// A member's place in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Place {
    /// The member.
    pub member_id: MemberId,
    /// Whether they lead it.
    pub is_lead: bool,
}

/// Who is in a team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Roster(pub Vec<Place>);

impl std::str::FromStr for Roster {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

record! {
    PLAIN_COLUMNS("r."), decode_plain -> Plain {
        id: id id,
        organization: id organization_id,
        name: text name,
        version: integer version,
        created_at: instant created_at,
        updated_at: instant updated_at,
    }
}

/// A team without its members.
struct Plain {
    id: TeamId,
    organization: OrganizationId,
    name: String,
    version: i64,
    created_at: Instant,
    updated_at: Instant,
}

fn decode(columns: &mut Columns) -> Result<Team, Error> {
    let Plain { id, organization, name, version, created_at, updated_at } = decode_plain(columns)?;
    Ok(Team { id, organization, name, version, created_at, updated_at, members: columns.parsed()? })
}

const TEAM: &[Fragment] = &[
    Fragment::shared("plain", PLAIN_COLUMNS),
    Fragment::shared("r.team", "{plain}, {roster}"),
    Fragment::pair(
        "roster",
        "(SELECT COALESCE(json_agg(json_build_object('member_id', x.member_id, 'is_lead', x.is_lead) ORDER BY x.created_at, x.id), '[]'::json)
          FROM team_members x JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
          WHERE x.team_id = r.id AND x.deleted_at IS NULL)::text",
        "(SELECT json_group_array(json_object('member_id', member_id, 'is_lead', json(CASE is_lead WHEN 1 THEN 'true' ELSE 'false' END)))
          FROM (SELECT x.member_id, x.is_lead FROM team_members x
                JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
                WHERE x.team_id = r.id AND x.deleted_at IS NULL ORDER BY x.created_at, x.id))",
    ),
    Fragment::shared(
        "own",
        "EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)",
    ),
    Fragment::shared(
        "allowed",
        "EXISTS (
              SELECT 1 FROM callers c
              WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:teams:manage}
          )",
    ),
];

crate::pages! {
    LIST = "{r.team}", r"
        SELECT k.* FROM caller c
        JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
        WHERE c.role IN {all:teams:read} OR {own}
    " with TEAM;
}

statements! {
    READ = r"
        SELECT {r.team} FROM callers c
        JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
        JOIN teams r ON r.id = k.id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND k.id = $3::uuid
          AND (c.role IN {all:teams:read} OR {own})
    " with TEAM;

    REPEATED = r"
        SELECT {r.team} FROM callers c
        JOIN teams r ON r.organization_id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:teams:manage}
          AND r.id = $3::uuid AND r.request_digest = $4::text
    " with TEAM;

    CREATE = r"
        INSERT INTO teams (id, organization_id, name, name_key, request_digest, changed_by, request_id, traceparent, created_at,
            updated_at)
        SELECT $3::uuid, c.organization_id, $4::text, $5::text, $6::text, c.user_id, $7::text, $8::text, stamp.at, stamp.at
        FROM callers c
        CROSS JOIN (SELECT {stamp} AS at) stamp
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:teams:manage}
        RETURNING id::text
    ";

    UPDATE = r"
        UPDATE teams SET
            name = $4::text, name_key = $5::text,
            version = version + 1, changed_by = $2::uuid, request_id = $7::text, traceparent = $8::text,
            updated_at = {next_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          AND ($6::bigint IS NULL OR version = $6::bigint)
          AND name <> $4::text
          AND {allowed}
        RETURNING id::text
    " with TEAM;

    DELETE = r"
        UPDATE teams SET
            deleted_at = {stamp},
            version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
            updated_at = {next_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          AND ($4::bigint IS NULL OR version = $4::bigint)
          AND {allowed}
        RETURNING id::text
    " with TEAM;

    PLACE = r"
        INSERT INTO team_members (id, organization_id, team_id, member_id, is_lead, changed_by, request_id, traceparent, created_at,
            updated_at)
        SELECT $5::uuid, k.organization_id, k.id, p.id, $6::boolean, c.user_id, $7::text, $8::text, stamp.at, stamp.at
        FROM callers c
        JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
        JOIN member_profiles p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
        CROSS JOIN (SELECT {stamp} AS at) stamp
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:teams:manage}
          AND k.id = $3::uuid AND p.id = $4::uuid
        ON CONFLICT (team_id, member_id) WHERE deleted_at IS NULL DO UPDATE SET
            is_lead = excluded.is_lead, version = team_members.version + 1, changed_by = excluded.changed_by,
            request_id = excluded.request_id, traceparent = excluded.traceparent, updated_at = {place_stamp}
        WHERE team_members.is_lead <> excluded.is_lead
        RETURNING id::text
    " with PLACES;

    DISPLACE = r"
        UPDATE team_members SET
            deleted_at = {stamp},
            version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
            updated_at = {next_stamp}
        WHERE team_id = $3::uuid AND member_id = $4::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          AND {allowed}
        RETURNING id::text
    " with TEAM;

    STANDING = r"
        SELECT c.role, {own} FROM callers c
        JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND k.id = $3::uuid
    " with TEAM;
}

const PLACES: &[Fragment] = &[Fragment::pair(
    "place_stamp",
    "change_stamp(team_members.updated_at)",
    "max(team_members.updated_at + 1, excluded.updated_at)",
)];

/// A page of the teams that the actor sees. None where the actor is not a member.
pub async fn list(db: &Db, actor: Actor, wanted: &Wanted) -> Result<Option<Found<Team>>, Error> {
    pages::page(db, &LIST, actor, wanted, &[], decode).await
}

/// A team that the actor may see.
pub async fn read(db: &Db, actor: Actor, id: TeamId) -> Result<Option<Team>, Error> {
    one(db.row(&READ, &[actor.organization.into(), actor.user.into(), id.into()]).await?)
}

/// The team that the same request made before, as it is now.
pub async fn repeated(db: &Db, actor: Actor, id: TeamId, request_digest: &str) -> Result<Option<Team>, Error> {
    let parameters = [actor.organization.into(), actor.user.into(), id.into(), request_digest.into()];
    one(db.row(&REPEATED, &parameters).await?)
}

fn one(row: Option<Row>) -> Result<Option<Team>, Error> {
    row.map(|row| decode(&mut row.columns())).transpose()
}

/// Makes a team without members. Whether it did; the actor may not otherwise.
pub async fn create(db: &Db, change: Change<'_>, id: TeamId, name: &Name, request_digest: &str) -> Result<bool, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        name.as_str().into(),
        name.key().into(),
        request_digest.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&CREATE, &parameters).await?.is_some())
}

/// Gives a team another name. Whether it did; it may have that name, or [`standing`] tells why not.
pub async fn update(db: &Db, change: Change<'_>, id: TeamId, name: &Name, version: Option<i64>) -> Result<bool, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        name.as_str().into(),
        name.key().into(),
        version.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&UPDATE, &parameters).await?.is_some())
}

/// Deletes a team, whose members stay. Whether it did; [`standing`] tells why not.
pub async fn delete(db: &Db, change: Change<'_>, id: TeamId, version: Option<i64>) -> Result<bool, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        version.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&DELETE, &parameters).await?.is_some())
}

/// Puts a member into a team, or changes whether they lead it. Whether it changed something.
pub async fn place(db: &Db, change: Change<'_>, id: TeamId, place: Place, row: TeamMemberId) -> Result<bool, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        place.member_id.into(),
        row.into(),
        place.is_lead.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&PLACE, &parameters).await?.is_some())
}

/// Takes a member out of a team. Whether it did.
pub async fn displace(db: &Db, change: Change<'_>, id: TeamId, member: MemberId) -> Result<bool, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        member.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&DISPLACE, &parameters).await?.is_some())
}

/// How an actor stands to a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The actor's role.
    pub role: Role,
    /// Whether the actor is in it.
    pub own: bool,
}

/// How the actor stands to a team; none where there is no such team in an organization of the actor.
pub async fn standing(db: &Db, actor: Actor, id: TeamId) -> Result<Option<Standing>, Error> {
    let row = db.row(&STANDING, &[actor.organization.into(), actor.user.into(), id.into()]).await?;
    let decode = |row: Row| {
        let mut columns = row.columns();
        Ok(Standing { role: columns.parsed()?, own: columns.bool()? })
    };
    row.map(decode).transpose()
}

/// Every statement of this aggregate.
pub(crate) fn statements() -> Vec<Statement> {
    [STATEMENTS, &pages::statements(PAGES)].concat()
}
