//! `POST /api/v1/organizations/{organization}/member/{placeholder}/merge-into`: gives the time of a placeholder to a person.

use kronos_api::members::MergeInto;
use kronos_domain::{MemberId, Permission};
use kronos_platform::{Call, Faults, Reply};
use kronos_storage::{
    Change, Db, Error,
    members::{self, Hindrance},
    time_entries,
};

use crate::{actor, change, refusal::Refusal};

pub async fn merge_into(call: Call) -> Result<Reply, Refusal> {
    let (actor, placeholder): (_, MemberId) = (actor(&call)?, call.path.get_as("placeholder")?);
    let MergeInto { member_id } = call.json()?;
    let mut faults = Faults::default();
    let into: Option<MemberId> = faults.parse("member_id", Some(&member_id));
    let Some(into) = into else { return Err(faults.into()) };
    let (db, change) = (call.db().await?, change(&call, actor));
    match members::merge(&db, change, placeholder, into).await {
        Ok(true) => {
            call.ring();
            Ok(Reply::no_content())
        }
        Ok(false) => Err(why_not(&db, change, placeholder, into).await?),
        Err(Error::Unique(constraint)) if constraint == time_entries::ONE_RUNNING => Err(Refusal::StillRunning),
        // Time was recorded for the placeholder since the statement looked.
        Err(Error::Check(name)) if name == members::KEEPS_HISTORY => Err(Refusal::Contended),
        Err(error) => Err(error.into()),
    }
}

async fn why_not(db: &Db, change: Change<'_>, placeholder: MemberId, into: MemberId) -> Result<Refusal, Refusal> {
    let standing = members::standing(db, change.actor, placeholder).await?.ok_or(Refusal::NotFound)?;
    if !Permission::MembersRead.allows(standing.role, standing.own) {
        return Ok(Refusal::NotFound);
    }
    if !Permission::MembersManage.allows(standing.role, standing.own) {
        return Ok(Refusal::Forbidden);
    }
    if !standing.member.is_placeholder {
        return Ok(Refusal::NotAPlaceholder);
    }
    Ok(match members::hindrance(db, change, placeholder, into).await? {
        None => Faults::one("member_id", "must be a person who is a member of the organization").into(),
        Some(Hindrance { two_running: true, .. }) => Refusal::StillRunning,
        Some(Hindrance { overlapping: true, .. }) => Refusal::Overlapping,
        // What stood in the way is gone by now.
        Some(_) => Refusal::Contended,
    })
}
