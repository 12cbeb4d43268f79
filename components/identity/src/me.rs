//! What a user is told about themselves.

use kronos_api::Data;
use kronos_api::identity::{Membership, Organization, User};
use kronos_platform::{Call, Reply};
use kronos_storage::users;

use crate::refusal::Refusal;

/// `GET /api/v1/users/me`.
pub async fn get(call: &Call) -> Result<Reply, Refusal> {
    let user = users::get(&*call.db().await?, call.user()?).await?.ok_or(Refusal::NotFound)?;
    let users::User { id, email, name, time_zone } = user;
    Ok(Reply::ok(&Data { data: User { id, name, email, time_zone } }))
}

/// `GET /api/v1/users/me/memberships`.
pub async fn memberships(call: &Call) -> Result<Reply, Refusal> {
    let stored = users::memberships(&*call.db().await?, call.user()?).await?;
    let data: Vec<Membership> = stored
        .into_iter()
        .map(|membership| Membership {
            id: membership.id,
            role: membership.role,
            organization: Organization {
                id: membership.organization,
                name: membership.organization_name,
                currency: membership.currency,
            },
        })
        .collect();
    Ok(Reply::ok(&Data { data }))
}
