//! `/api/v1/organizations/{organization}/invitations`: invitations by link. The secret of a link is told once, to whoever made it;
//! what is kept is its hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kronos_api::{
    Data,
    members::{CreateInvitation, Invitation, InvitePlaceholder, ResendInvitation},
};
use kronos_domain::{Email, Instant, InvitationId, MemberId, Permission, Role};
use kronos_platform::{Call, Faults, Reply, StatusCode, etag, etag::Preconditions, pages::Paging, random};
use kronos_storage::{
    Actor, Db, Error,
    invitations::{self, NewInvitation},
    members, organizations,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    actor, change,
    new::{self, New},
    refusal::Refusal,
};

/// How long a link can be used, in microseconds.
const LIFETIME: i64 = 7 * 24 * 60 * 60 * 1_000_000;

/// A secret that nobody has been told yet.
struct Secret(String);

impl Secret {
    fn make() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::<32>()))
    }
}

/// What is kept of a secret.
pub fn hash(secret: &str) -> String {
    format!("{:x}", Sha256::digest(secret))
}

/// Whom to invite, and to what.
struct Invitee {
    email: Email,
    role: Role,
    member: Option<MemberId>,
}

pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let paging = Paging::of(&call)?;
    let found = invitations::list(&*call.db().await?, actor(&call)?, &paging.wanted).await?;
    Ok(paging.reply(&call, found.ok_or(Refusal::NotFound)?, show))
}

pub async fn read(call: Call) -> Result<Reply, Refusal> {
    let read = invitations::read(&*call.db().await?, actor(&call)?, call.path.get_as("invitation")?).await?;
    Ok(reply(StatusCode::OK, show(read.ok_or(Refusal::NotFound)?)))
}

pub async fn create(call: Call) -> Result<Reply, Refusal> {
    let mut body: CreateInvitation = call.json()?;
    let mut faults = Faults::default();
    let chosen = new::chosen(&mut faults, &mut body.id);
    let email = new::required(&mut faults, "email", body.email.as_deref());
    let role = new::required(&mut faults, "role", body.role.as_deref());
    let role = person(&mut faults, role);
    let (Some(email), Some(role)) = (email, role) else { return Err(faults.into()) };
    faults.finish()?;
    invite(call, Invitee { email, role, member: None }, chosen, &body).await
}

pub async fn invite_placeholder(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, MemberId) = (actor(&call)?, call.path.get_as("placeholder")?);
    let body: InvitePlaceholder = call.json()?;
    let mut faults = Faults::default();
    let email = faults.parse("email", body.email.as_deref());
    let role = faults.parse("role", body.role.as_deref()).or(Some(Role::Employee));
    let role = person(&mut faults, role);
    faults.finish()?;
    let standing = members::standing(&*call.db().await?, actor, id).await?.ok_or(Refusal::NotFound)?;
    if !Permission::InvitationsRead.allows(standing.role, false) {
        return Err(Refusal::NotFound);
    }
    if !Permission::InvitationsManage.allows(standing.role, false) {
        return Err(Refusal::Forbidden);
    }
    if !standing.member.is_placeholder {
        return Err(Refusal::NotAPlaceholder);
    }
    let Some(email) = email.or_else(|| standing.member.email.parse().ok()) else {
        return Err(Faults::one("email", "is required: the placeholder has none").into());
    };
    let invitee = Invitee { email, role: role.unwrap_or(Role::Employee), member: Some(id) };
    invite(call, invitee, None, &(id, body)).await
}

/// A role that a person can have.
fn person(faults: &mut Faults, role: Option<Role>) -> Option<Role> {
    if role == Some(Role::Placeholder) {
        faults.add("role", "must be `owner`, `admin`, `manager`, `employee` or `accountant`");
    }
    role.filter(|role| *role != Role::Placeholder)
}

async fn invite<T: Serialize>(call: Call, invitee: Invitee, chosen: Option<Uuid>, body: &T) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let new = New::of(&call, &[actor.organization.uuid(), actor.user.uuid()], chosen, body)?;
    let secret = Secret::make();
    let invitation = NewInvitation {
        id: InvitationId::from_uuid(new.id),
        email: invitee.email,
        role: invitee.role,
        member: invitee.member,
        token_hash: hash(&secret.0),
        expires_at: expiry(&call),
        request_digest: new.digest.clone(),
    };
    let db = call.db().await?;
    match invitations::create(&db, change(&call, actor), &invitation).await {
        Ok(Some(made)) => {
            call.ring();
            let location = format!("/api/v1/organizations/{}/invitations/{}", made.organization, made.id);
            Ok(reply(StatusCode::CREATED, issue(&call, made, &secret)).header("location", location))
        }
        Ok(None) => Err(why_not(&db, actor, &invitation).await?),
        Err(Error::Unique(constraint)) => repeated(&db, actor, &new, &constraint).await,
        Err(error) => Err(error.into()),
    }
}

/// Answers a request whose invitation a unique constraint refused: with the invitation, if the very same request made it. Its
/// secret is not known any more.
async fn repeated(db: &Db, actor: Actor, new: &New, constraint: &str) -> Result<Reply, Refusal> {
    let id = InvitationId::from_uuid(new.id);
    if new.may_be_repeated()
        && let Some(made) = invitations::repeated(db, actor, id, &new.digest).await?
    {
        return Ok(new::replayed(reply(StatusCode::OK, show(made))));
    }
    match (constraint, new.taken()) {
        (invitations::ONE_OPEN_PER_EMAIL | invitations::ONE_OPEN_PER_MEMBER, _) => Err(Refusal::AlreadyInvited),
        (invitations::PRIMARY_KEY, Some(taken)) => Err(taken),
        (other, _) => Err(Error::Unique(other.into()).into()),
    }
}

/// Why the statement invited nobody.
async fn why_not(db: &Db, actor: Actor, new: &NewInvitation) -> Result<Refusal, Refusal> {
    let standing = invitations::standing(db, actor, new.email.as_str()).await?.ok_or(Refusal::NotFound)?;
    Ok(if !Permission::InvitationsManage.allows(standing.role, false) {
        Refusal::Forbidden
    } else if new.role == Role::Owner && standing.role != Role::Owner {
        Refusal::OnlyOwners
    } else if standing.is_member {
        Refusal::AlreadyAMember
    } else {
        // The placeholder was taken over or merged meanwhile, or whoever is a member was not one by now.
        Refusal::Contended
    })
}

pub async fn resend(call: Call) -> Result<Reply, Refusal> {
    let ResendInvitation {} = call.json()?;
    let (actor, id): (_, InvitationId) = (actor(&call)?, call.path.get_as("invitation")?);
    let (db, secret) = (call.db().await?, Secret::make());
    let version = required_version(&call, &db, actor, id).await?;
    let change = change(&call, actor);
    let renewed = invitations::renew(&db, change, id, version, &hash(&secret.0), expiry(&call)).await?;
    let Some(renewed) = renewed else { return Err(unchangeable(&db, actor, id, version).await?) };
    call.ring();
    Ok(reply(StatusCode::OK, issue(&call, renewed, &secret)))
}

pub async fn delete(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, InvitationId) = (actor(&call)?, call.path.get_as("invitation")?);
    let db = call.db().await?;
    let version = required_version(&call, &db, actor, id).await?;
    if invitations::revoke(&db, change(&call, actor), id, version).await?.is_none() {
        return Err(unchangeable(&db, actor, id, version).await?);
    }
    call.ring();
    Ok(Reply::no_content())
}

/// The version that the request demands; the statement checks it again.
async fn required_version(call: &Call, db: &Db, actor: Actor, id: InvitationId) -> Result<Option<i64>, Refusal> {
    let current = async || Ok(invitations::read(db, actor, id).await?.ok_or(Refusal::NotFound)?.version);
    Preconditions::of(&call.headers).version(current).await
}

/// Why an invitation was neither renewed nor revoked.
async fn unchangeable(db: &Db, actor: Actor, id: InvitationId, version: Option<i64>) -> Result<Refusal, Refusal> {
    let invitation = invitations::read(db, actor, id).await?.ok_or(Refusal::NotFound)?;
    let role = organizations::role(db, actor).await?.ok_or(Refusal::NotFound)?;
    Ok(if !Permission::InvitationsManage.allows(role, false) {
        Refusal::Forbidden
    } else if invitation.role == Role::Owner && role != Role::Owner {
        Refusal::OnlyOwners
    } else if invitation.accepted_at.is_some() {
        Refusal::Accepted
    } else if version.is_some_and(|version| version != invitation.version) {
        Refusal::VersionMismatch
    } else {
        Refusal::Contended
    })
}

fn expiry(call: &Call) -> Instant {
    Instant::from_micros(Instant::from(call.now).micros().saturating_add(LIFETIME)).truncated()
}

fn show(invitation: invitations::Invitation) -> Invitation {
    Invitation {
        id: invitation.id,
        organization_id: invitation.organization,
        email: invitation.email,
        role: invitation.role,
        member_id: invitation.member,
        expires_at: invitation.expires_at,
        accepted_at: invitation.accepted_at,
        version: invitation.version,
        created_at: invitation.created_at,
        updated_at: invitation.updated_at,
        token: None,
        link: None,
    }
}

/// The invitation with its secret. What is behind the number sign of the link stays in the browser, and out of the logs of proxies.
fn issue(call: &Call, invitation: invitations::Invitation, secret: &Secret) -> Invitation {
    let link = format!("{}/invitations/accept#token={}", call.public_url(), secret.0);
    Invitation { token: Some(secret.0.clone()), link: Some(link), ..show(invitation) }
}

fn reply(status: StatusCode, data: Invitation) -> Reply {
    let etag = etag::of(data.version);
    Reply::json(status, &Data { data }).header("etag", etag)
}
