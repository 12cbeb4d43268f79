//! `/api/v1/organizations/{organization}/teams`: teams with leads.

use kronos_api::{
    Data,
    members::{CreateTeam, Team, TeamMember, TeamPlace, UpdateTeam},
};
use kronos_domain::{MemberId, Name, Permission, TeamId, TeamMemberId};
use kronos_platform::{Call, Faults, Reply, StatusCode, etag, etag::Preconditions, new_id, pages::Paging};
use kronos_storage::{
    Actor, Db, Error, members,
    teams::{self, Place},
};

use crate::{
    actor, change,
    new::{self, New},
    organizations::forbidden,
    refusal::Refusal,
};

pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let paging = Paging::of(&call)?;
    let found = teams::list(&*call.db().await?, actor(&call)?, &paging.wanted).await?;
    Ok(paging.reply(&call, found.ok_or(Refusal::NotFound)?, show))
}

pub async fn create(call: Call) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let mut body: CreateTeam = call.json()?;
    let mut faults = Faults::default();
    let chosen = new::chosen(&mut faults, &mut body.id);
    let name: Option<Name> = new::required(&mut faults, "name", body.name.as_deref());
    let Some(name) = name else { return Err(faults.into()) };
    faults.finish()?;
    let new = New::of(&call, &[actor.organization.uuid(), actor.user.uuid()], chosen, &body)?;
    let (db, id) = (call.db().await?, TeamId::from_uuid(new.id));
    match teams::create(&db, change(&call, actor), id, &name, &new.digest).await {
        Ok(true) => {
            call.ring();
            let location = format!("/api/v1/organizations/{}/teams/{id}", actor.organization);
            let team = teams::read(&db, actor, id).await?.ok_or(Refusal::Contended)?;
            Ok(reply(StatusCode::CREATED, team).header("location", location))
        }
        Ok(false) => Err(forbidden(&db, actor).await?),
        Err(Error::Unique(constraint)) => repeated(&db, actor, &new, &constraint).await,
        Err(error) => Err(error.into()),
    }
}

/// Answers a request whose team a unique constraint refused: with the team, if the very same request made it.
async fn repeated(db: &Db, actor: Actor, new: &New, constraint: &str) -> Result<Reply, Refusal> {
    if new.may_be_repeated()
        && let Some(team) = teams::repeated(db, actor, TeamId::from_uuid(new.id), &new.digest).await?
    {
        return Ok(new::replayed(reply(StatusCode::OK, team)));
    }
    match (constraint, new.taken()) {
        (teams::ONE_OF_A_NAME, _) => Err(Refusal::NameAlreadyUsed),
        (teams::PRIMARY_KEY, Some(taken)) => Err(taken),
        (other, _) => Err(Error::Unique(other.into()).into()),
    }
}

pub async fn read(call: Call) -> Result<Reply, Refusal> {
    let team = teams::read(&*call.db().await?, actor(&call)?, call.path.get_as("team")?).await?;
    Ok(reply(StatusCode::OK, team.ok_or(Refusal::NotFound)?))
}

pub async fn update(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, TeamId) = (actor(&call)?, call.path.get_as("team")?);
    let UpdateTeam { name } = call.json()?;
    let mut faults = Faults::default();
    let name: Option<Name> = faults.parse("name", name.as_deref());
    faults.finish()?;
    let db = call.db().await?;
    let version = required_version(&call, &db, actor, id).await?;
    let changed = match &name {
        Some(name) => teams::update(&db, change(&call, actor), id, name, version).await.map_err(name_taken)?,
        None => false,
    };
    if changed {
        call.ring();
    } else {
        changeable(&db, actor, id).await?;
    }
    let team = teams::read(&db, actor, id).await?.ok_or(Refusal::NotFound)?;
    if !changed && version.is_some_and(|version| version != team.version) {
        return Err(Refusal::VersionMismatch);
    }
    Ok(reply(StatusCode::OK, team))
}

pub async fn delete(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, TeamId) = (actor(&call)?, call.path.get_as("team")?);
    let db = call.db().await?;
    let version = required_version(&call, &db, actor, id).await?;
    if !teams::delete(&db, change(&call, actor), id, version).await? {
        changeable(&db, actor, id).await?;
        return Err(if version.is_some() { Refusal::VersionMismatch } else { Refusal::Contended });
    }
    call.ring();
    Ok(Reply::no_content())
}

pub async fn place(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, TeamId) = (actor(&call)?, call.path.get_as("team")?);
    let member_id: MemberId = call.path.get_as("member")?;
    let TeamPlace { is_lead } = call.json()?;
    let (db, row) = (call.db().await?, TeamMemberId::from_uuid(new_id(call.now)));
    if teams::place(&db, change(&call, actor), id, Place { member_id, is_lead }, row).await? {
        call.ring();
    } else {
        changeable(&db, actor, id).await?;
        members::read(&db, actor, member_id).await?.ok_or(Refusal::NotFound)?;
    }
    let team = teams::read(&db, actor, id).await?.ok_or(Refusal::NotFound)?;
    Ok(reply(StatusCode::OK, team))
}

pub async fn take_out(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, TeamId) = (actor(&call)?, call.path.get_as("team")?);
    let db = call.db().await?;
    if !teams::displace(&db, change(&call, actor), id, call.path.get_as("member")?).await? {
        changeable(&db, actor, id).await?;
        return Err(Refusal::NotFound);
    }
    call.ring();
    Ok(Reply::no_content())
}

fn name_taken(error: Error) -> Refusal {
    match error {
        Error::Unique(constraint) if constraint == teams::ONE_OF_A_NAME => Refusal::NameAlreadyUsed,
        error => error.into(),
    }
}

/// The version that the request demands; the statement checks it again.
async fn required_version(call: &Call, db: &Db, actor: Actor, id: TeamId) -> Result<Option<i64>, Refusal> {
    let current = async || Ok(teams::read(db, actor, id).await?.ok_or(Refusal::NotFound)?.version);
    Preconditions::of(&call.headers).version(current).await
}

/// Refuses whoever may not change a team, as one that is missing whoever does not see it.
async fn changeable(db: &Db, actor: Actor, id: TeamId) -> Result<(), Refusal> {
    let standing = teams::standing(db, actor, id).await?.ok_or(Refusal::NotFound)?;
    if !Permission::TeamsRead.allows(standing.role, standing.own) {
        return Err(Refusal::NotFound);
    }
    if Permission::TeamsManage.allows(standing.role, standing.own) { Ok(()) } else { Err(Refusal::Forbidden) }
}

fn show(team: teams::Team) -> Team {
    let members = team.members.0.into_iter();
    Team {
        id: team.id,
        organization_id: team.organization,
        name: team.name,
        members: members.map(|place| TeamMember { member_id: place.member_id, is_lead: place.is_lead }).collect(),
        version: team.version,
        created_at: team.created_at,
        updated_at: team.updated_at,
    }
}

fn reply(status: StatusCode, team: teams::Team) -> Reply {
    let etag = etag::of(team.version);
    Reply::json(status, &Data { data: show(team) }).header("etag", etag)
}
