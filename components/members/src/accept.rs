//! `POST /api/v1/invitations/accept`: becoming a member by an invitation.

use kronos_api::{
    Data,
    identity::{Membership, OrganizationInShort},
    members::AcceptInvitation,
};
use kronos_domain::MemberId;
use kronos_platform::{Call, Reply, new_id};
use kronos_storage::{
    Error,
    invitations::{self, Acceptance, Obstacle},
    members, users,
};

use crate::{invitations::hash, refusal::Refusal};

pub async fn accept(call: Call) -> Result<Reply, Refusal> {
    let AcceptInvitation { token } = call.json()?;
    let acceptance = Acceptance {
        user: call.user()?,
        member: MemberId::from_uuid(new_id(call.now)),
        token_hash: &hash(&token),
        now: call.now.into(),
        request_id: Some(&call.request_id),
        traceparent: Some(&call.traceparent),
    };
    let db = call.db().await?;
    let member = match invitations::accept(&db, acceptance).await {
        Ok(Some(member)) => member,
        Ok(None) => {
            return Err(match invitations::obstacle(&db, acceptance).await? {
                None | Some(Obstacle::Revoked) => Refusal::NotFound,
                Some(Obstacle::AnotherAddress) => Refusal::AnotherAddress,
                Some(Obstacle::Accepted) => Refusal::Accepted,
                Some(Obstacle::Expired) => Refusal::Expired,
            });
        }
        Err(Error::Unique(constraint)) if constraint == members::ONE_PER_USER => return Err(Refusal::AlreadyAMember),
        Err(error) => return Err(error.into()),
    };
    call.ring();
    let mut memberships = users::memberships(&db, acceptance.user).await?.into_iter();
    let membership = memberships.find(|membership| membership.id == member).ok_or(Refusal::NotFound)?;
    let organization = OrganizationInShort {
        id: membership.organization,
        name: membership.organization_name,
        currency: membership.currency,
    };
    Ok(Reply::ok(&Data { data: Membership { id: membership.id, role: membership.role, organization } }))
}
