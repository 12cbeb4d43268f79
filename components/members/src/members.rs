//! `/api/v1/organizations/{organization}/members`: members, and how they go.

use kronos_api::{
    Data,
    members::{CreateMember, Member, UpdateMember},
};
use kronos_domain::{MemberId, Permission, Role};
use kronos_platform::{Call, Faults, Reply, StatusCode, etag::Preconditions, pages::Paging};
use kronos_storage::{
    Actor, Db, Error,
    members::{self, Departure, Edit, NewPlaceholder, Standing},
};

use crate::{
    actor, change,
    new::{self, New},
    organizations::{forbidden, same_rate, tag},
    refusal::Refusal,
};

/// What to do with a member.
#[derive(Debug, Clone)]
enum Act {
    Edit(Edit),
    Depart(Departure),
}

pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let (paging, active) = (Paging::of(&call)?, call.query.flag("active")?);
    let found = members::list(&*call.db().await?, actor(&call)?, &paging.wanted, active).await?;
    Ok(paging.reply(&call, found.ok_or(Refusal::NotFound)?, show))
}

pub async fn create(call: Call) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let mut body: CreateMember = call.json()?;
    let mut faults = Faults::default();
    let chosen = new::chosen(&mut faults, &mut body.id);
    let name = new::required(&mut faults, "name", body.name.as_deref());
    let email = faults.parse("email", body.email.as_deref());
    let Some(name) = name else { return Err(faults.into()) };
    faults.finish()?;
    let new = New::of(&call, &[actor.organization.uuid(), actor.user.uuid()], chosen, &body)?;
    let id = MemberId::from_uuid(new.id);
    let placeholder = NewPlaceholder { id, name, email, request_digest: new.digest.clone() };
    let db = call.db().await?;
    match members::create_placeholder(&db, change(&call, actor), &placeholder).await {
        Ok(true) => {
            call.ring();
            let location = format!("/api/v1/organizations/{}/members/{id}", actor.organization);
            let member = members::read(&db, actor, id).await?.ok_or(Refusal::Contended)?;
            Ok(reply(StatusCode::CREATED, member).header("location", location))
        }
        Ok(false) => Err(forbidden(&db, actor).await?),
        Err(Error::Unique(constraint)) if constraint == members::PRIMARY_KEY && new.may_be_repeated() => {
            let repeated = members::repeated(&db, actor, id, &new.digest).await?;
            let taken = || new.taken().unwrap_or(Refusal::IdAlreadyUsed);
            Ok(new::replayed(reply(StatusCode::OK, repeated.ok_or_else(taken)?)))
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn read(call: Call) -> Result<Reply, Refusal> {
    let read = members::read(&*call.db().await?, actor(&call)?, call.path.get_as("member")?).await?;
    Ok(reply(StatusCode::OK, read.ok_or(Refusal::NotFound)?))
}

pub async fn update(call: Call) -> Result<Reply, Refusal> {
    let body: UpdateMember = call.json()?;
    let rate = body.billable_rate;
    let edit = parse(body)?;
    if let Some(rate) = rate {
        let mut faults = Faults::default();
        let standing = visible(&*call.db().await?, actor(&call)?, call.path.get_as("member")?).await?;
        same_rate(&mut faults, rate, standing.member.billable_rate);
        faults.finish()?;
    }
    apply(call, Act::Edit(edit)).await
}

pub async fn activate(call: Call, active: bool) -> Result<Reply, Refusal> {
    apply(call, Act::Edit(Edit { active: Some(active), ..Edit::default() })).await
}

pub async fn make_placeholder(call: Call) -> Result<Reply, Refusal> {
    apply(call, Act::Depart(Departure::Placeholder)).await
}

pub async fn delete(call: Call) -> Result<Reply, Refusal> {
    let unless_recorded = call.query.flag("delete_related")?.unwrap_or(false);
    apply(call, Act::Depart(Departure::Removal { unless_recorded })).await?;
    Ok(Reply::no_content())
}

fn parse(body: UpdateMember) -> Result<Edit, Faults> {
    let mut faults = Faults::default();
    // A placeholder of whom nobody knows where they are reached is answered as an empty text.
    let email = body.email.map(|email| email.filter(|email| !email.is_empty()));
    let edit = Edit {
        role: faults.parse("role", body.role.as_deref()),
        name: faults.parse("name", body.name.as_deref()),
        email: email.map(|email| faults.parse("email", email.as_deref())),
        active: None,
    };
    faults.finish()?;
    Ok(edit)
}

/// Does it, and answers the member; nothing to whoever does not see them any more.
async fn apply(call: Call, act: Act) -> Result<Reply, Refusal> {
    let (actor, id): (_, MemberId) = (actor(&call)?, call.path.get_as("member")?);
    let db = call.db().await?;
    let current = async || Ok(visible(&db, actor, id).await?.member.version);
    let version = Preconditions::of(&call.headers).version::<Refusal>(current).await?;
    let change = change(&call, actor);
    let done = match &act {
        Act::Edit(edit) => members::update(&db, change, id, edit, version).await,
        Act::Depart(departure) => members::depart(&db, change, id, *departure, version).await,
    };
    if done.map_err(refused)? {
        call.ring();
    } else {
        let standing = visible(&db, actor, id).await?;
        undone(&standing, &act, version)?;
    }
    let member = members::read(&db, actor, id).await?;
    Ok(member.map_or_else(Reply::no_content, |member| reply(StatusCode::OK, member)))
}

fn refused(error: Error) -> Refusal {
    match error {
        Error::Check(name) if name == members::KEEPS_AN_OWNER => Refusal::LastOwner,
        // They have recorded time since the statement looked.
        Error::Check(name) if name == members::KEEPS_HISTORY => Refusal::Contended,
        error => error.into(),
    }
}

async fn visible(db: &Db, actor: Actor, id: MemberId) -> Result<Standing, Refusal> {
    let standing = members::standing(db, actor, id).await?.ok_or(Refusal::NotFound)?;
    if Permission::MembersRead.allows(standing.role, standing.own) { Ok(standing) } else { Err(Refusal::NotFound) }
}

/// Why nothing was done, unless there was nothing to do.
fn undone(standing: &Standing, act: &Act, version: Option<i64>) -> Result<(), Refusal> {
    let Standing { role, own, has_entries, member } = standing;
    if !Permission::MembersManage.allows(*role, *own) {
        return Err(Refusal::Forbidden);
    }
    let makes_owner = matches!(act, Act::Edit(edit) if edit.makes_owner());
    if *role != Role::Owner && (member.role == Role::Owner || makes_owner) {
        return Err(Refusal::OnlyOwners);
    }
    if version.is_some_and(|version| version != member.version) {
        return Err(Refusal::VersionMismatch);
    }
    match act {
        Act::Edit(edit) => unedited(member, edit),
        Act::Depart(Departure::Removal { unless_recorded: true }) if *has_entries => {
            let fault = "must be `false` for a member with time entries: they are not deleted along with a member";
            Err(Faults::one("delete_related", fault).into())
        }
        Act::Depart(Departure::Placeholder) if member.is_placeholder => Err(Refusal::IsAPlaceholder),
        Act::Depart(Departure::Removal { .. }) if member.is_placeholder && *has_entries => Err(Refusal::StillInUse),
        // What stood in the way is gone by now.
        Act::Depart(_) => Err(Refusal::Contended),
    }
}

/// Why an edit did not happen, unless it changes nothing.
fn unedited(member: &members::Member, edit: &Edit) -> Result<(), Refusal> {
    if member.is_placeholder {
        let gives_role = edit.role.is_some_and(|role| role != Role::Placeholder);
        return if gives_role || edit.active.is_some() { Err(Refusal::IsAPlaceholder) } else { Ok(()) };
    }
    let mut faults = Faults::default();
    if edit.role == Some(Role::Placeholder) {
        faults.add("role", "must be that of a person: `make-placeholder` makes a placeholder");
    }
    if edit.name.as_ref().is_some_and(|name| name.as_str() != member.name) {
        faults.add("name", "is for the person to change");
    }
    if edit.email.as_ref().is_some_and(|email| email.as_ref().map_or("", |email| email.as_str()) != member.email) {
        faults.add("email", "is for the person to change");
    }
    faults.finish()?;
    Ok(())
}

fn show(member: members::Member) -> Member {
    Member {
        id: member.id,
        organization_id: member.organization,
        user_id: member.user,
        name: member.name,
        email: member.email,
        role: member.role,
        is_placeholder: member.is_placeholder,
        is_active: member.deactivated_at.is_none() && !member.is_placeholder,
        billable_rate: member.billable_rate,
        deactivated_at: member.deactivated_at,
        version: member.version,
        created_at: member.created_at,
        updated_at: member.updated_at,
    }
}

fn reply(status: StatusCode, member: members::Member) -> Reply {
    let etag = tag(member.version, member.billable_rate);
    Reply::json(status, &Data { data: show(member) }).header("etag", etag)
}
