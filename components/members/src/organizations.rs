//! `/api/v1/organizations`: organizations and their settings.

use kronos_api::{
    Data,
    members::{CreateOrganization, Organization, UpdateOrganization},
};
use kronos_domain::{HourlyRate, MemberId, OrganizationId, Permission, settings::OverlapPolicy};
use kronos_platform::{Call, Faults, Reply, StatusCode, etag, etag::Preconditions, new_id, pages::Paging};
use kronos_storage::{
    Actor, Db, Error,
    organizations::{self, Overlaps, Settings},
};

use crate::{
    actor, change,
    new::{self, New},
    refusal::Refusal,
};

pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let (paging, personal) = (Paging::of(&call)?, call.query.flag("is_personal")?);
    let found = organizations::list(&*call.db().await?, call.user()?, &paging.wanted, personal).await?;
    Ok(paging.reply(&call, found.ok_or(Refusal::NotFound)?, show))
}

pub async fn create(call: Call) -> Result<Reply, Refusal> {
    let mut body: CreateOrganization = call.json()?;
    let mut faults = Faults::default();
    let chosen = new::chosen(&mut faults, &mut body.id);
    if body.name.is_none() {
        faults.add("name", "is required");
    }
    same_rate(&mut faults, body.billable_rate.flatten(), None);
    let settings = settings(&mut faults, &body.clone().into());
    faults.finish()?;
    let user = call.user()?;
    let new = New::of(&call, &[user.uuid()], chosen, &body)?;
    let actor = Actor { organization: OrganizationId::from_uuid(new.id), user };
    let db = call.db().await?;
    let owner = MemberId::from_uuid(new_id(call.now));
    match organizations::found(&db, change(&call, actor), owner, &settings, &new.digest).await {
        Ok(true) => {
            call.ring();
            let location = format!("/api/v1/organizations/{}", actor.organization);
            Ok(reply(StatusCode::CREATED, visible(&db, actor).await?).header("location", location))
        }
        Ok(false) => Err(Refusal::NotFound),
        Err(Error::Unique(constraint)) if constraint == organizations::PRIMARY_KEY && new.may_be_repeated() => {
            let repeated = organizations::repeated(&db, actor, &new.digest).await?;
            let taken = || new.taken().unwrap_or(Refusal::IdAlreadyUsed);
            Ok(new::replayed(reply(StatusCode::OK, repeated.ok_or_else(taken)?)))
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn read(call: Call) -> Result<Reply, Refusal> {
    let read = organizations::read(&*call.db().await?, actor(&call)?).await?;
    Ok(reply(StatusCode::OK, read.ok_or(Refusal::NotFound)?))
}

pub async fn update(call: Call) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let body: UpdateOrganization = call.json()?;
    let (rate, db) = (body.billable_rate, call.db().await?);
    let mut faults = Faults::default();
    let settings = settings(&mut faults, &body);
    if let Some(rate) = rate {
        same_rate(&mut faults, rate, visible(&db, actor).await?.billable_rate);
    }
    faults.finish()?;
    let version =
        Preconditions::of(&call.headers).version::<Refusal>(async || Ok(visible(&db, actor).await?.version)).await?;
    let organization = if organizations::update(&db, change(&call, actor), &settings, version).await? {
        call.ring();
        visible(&db, actor).await?
    } else {
        unchanged(&db, actor, version).await?
    };
    Ok(reply(StatusCode::OK, organization))
}

/// Notes a rate that is not the one that was read.
pub fn same_rate(faults: &mut Faults, given: Option<i64>, current: Option<HourlyRate>) {
    if given != current.map(HourlyRate::minor_units) {
        faults.add("billable_rate", "cannot be changed here: record another one under `/rates`");
    }
}

/// Why an actor may not do what nobody else stands in the way of.
pub async fn forbidden(db: &Db, actor: Actor) -> Result<Refusal, Error> {
    let role = organizations::role(db, actor).await?;
    Ok(if role.is_some() { Refusal::Forbidden } else { Refusal::NotFound })
}

async fn visible(db: &Db, actor: Actor) -> Result<organizations::Organization, Refusal> {
    organizations::read(db, actor).await?.ok_or(Refusal::NotFound)
}

/// The organization as it is, where the settings change nothing about it; else why they can't.
async fn unchanged(db: &Db, actor: Actor, version: Option<i64>) -> Result<organizations::Organization, Refusal> {
    let role = organizations::role(db, actor).await?.ok_or(Refusal::NotFound)?;
    if !Permission::OrganizationChange.allows(role, false) {
        return Err(Refusal::Forbidden);
    }
    let organization = visible(db, actor).await?;
    if version.is_some_and(|version| version != organization.version) {
        return Err(Refusal::VersionMismatch);
    }
    Ok(organization)
}

fn settings(faults: &mut Faults, body: &UpdateOrganization) -> Settings {
    Settings {
        name: faults.parse("name", body.name.as_deref()),
        currency: faults.parse("currency", body.currency.as_deref()),
        time_zone: faults.parse("time_zone", body.time_zone.as_deref()),
        week_start: faults.parse("week_start", body.week_start.as_deref()),
        number_format: faults.parse("number_format", body.number_format.as_deref()),
        currency_format: faults.parse("currency_format", body.currency_format.as_deref()),
        date_format: faults.parse("date_format", body.date_format.as_deref()),
        interval_format: faults.parse("interval_format", body.interval_format.as_deref()),
        time_format: faults.parse("time_format", body.time_format.as_deref()),
        billable_default: body.billable_default,
        overlaps: overlaps(faults, body.overlap_policy.as_deref(), body.prevent_overlapping_time_entries),
        employees_can_see_billable_rates: body.employees_can_see_billable_rates,
        employees_can_manage_tasks: body.employees_can_manage_tasks,
        breaks_enabled: body.breaks_enabled,
    }
}

/// What is to become of overlaps, by our name for it and by that of solidtime.
fn overlaps(faults: &mut Faults, policy: Option<&str>, prevent: Option<bool>) -> Option<Overlaps> {
    match (faults.parse("overlap_policy", policy), prevent) {
        (None, None) => None,
        (None, Some(true)) => Some(Overlaps::Follow(OverlapPolicy::Forbid)),
        (None, Some(false)) => Some(Overlaps::Permit),
        (Some(policy), prevent) => {
            if prevent.is_some_and(|prevent| prevent != (policy == OverlapPolicy::Forbid)) {
                faults.add("prevent_overlapping_time_entries", "contradicts `overlap_policy`: leave one of them out");
            }
            Some(Overlaps::Follow(policy))
        }
    }
}

fn show(organization: organizations::Organization) -> Organization {
    Organization {
        currency_symbol: organization.currency.symbol(),
        prevent_overlapping_time_entries: organization.overlap_policy == OverlapPolicy::Forbid,
        id: organization.id,
        name: organization.name,
        is_personal: organization.is_personal,
        billable_rate: organization.billable_rate,
        employees_can_see_billable_rates: organization.employees_can_see_billable_rates,
        employees_can_manage_tasks: organization.employees_can_manage_tasks,
        overlap_policy: organization.overlap_policy,
        billable_default: organization.billable_default,
        breaks_enabled: organization.breaks_enabled,
        currency: organization.currency,
        time_zone: organization.time_zone,
        week_start: organization.week_start,
        number_format: organization.number_format,
        currency_format: organization.currency_format,
        date_format: organization.date_format,
        interval_format: organization.interval_format,
        time_format: organization.time_format,
        version: organization.version,
        created_at: organization.created_at,
        updated_at: organization.updated_at,
    }
}

/// The tag of what is shown with a rate, which changes by itself.
pub fn tag(version: i64, rate: Option<HourlyRate>) -> String {
    rate.map_or_else(|| etag::of(version), |rate| etag::with(version, &[Some(rate.minor_units())]))
}

fn reply(status: StatusCode, organization: organizations::Organization) -> Reply {
    let etag = tag(organization.version, organization.billable_rate);
    Reply::json(status, &Data { data: show(organization) }).header("etag", etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_for_overlaps_say_the_same() {
        let told = |policy, prevent| {
            let mut faults = Faults::default();
            let overlaps = overlaps(&mut faults, policy, prevent);
            faults.finish().map(|()| overlaps)
        };
        assert_eq!(told(None, None), Ok(None));
        assert_eq!(told(None, Some(false)), Ok(Some(Overlaps::Permit)));
        let forbid = Ok(Some(Overlaps::Follow(OverlapPolicy::Forbid)));
        assert_eq!(
            (told(None, Some(true)), told(Some("forbid"), None), told(Some("forbid"), Some(true))),
            (forbid.clone(), forbid.clone(), forbid)
        );
        assert_eq!(told(Some("warn"), Some(false)), Ok(Some(Overlaps::Follow(OverlapPolicy::Warn))));
        for (policy, prevent) in [(Some("warn"), Some(true)), (Some("forbid"), Some(false)), (Some("never"), None)] {
            assert!(told(policy, prevent).is_err(), "{policy:?} {prevent:?}");
        }
    }
}
