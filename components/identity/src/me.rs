//! What a user is told about themselves, and what they say of themselves.

use kronos_api::Data;
use kronos_api::identity::{Membership, OrganizationInShort, UpdateUser, User};
use kronos_domain::Zone;
use kronos_platform::etag::{self, Preconditions};
use kronos_platform::{Call, Faults, Reply};
use kronos_storage::users::{self, Edit};

use crate::photo;
use crate::refusal::Refusal;

/// `GET /api/v1/users/me`.
pub async fn get(call: &Call) -> Result<Reply, Refusal> {
    let user = users::get(&*call.db().await?, call.user()?).await?.ok_or(Refusal::NotFound)?;
    Ok(reply(user))
}

/// `PUT` and `PATCH /api/v1/users/me`.
pub async fn update(call: &Call) -> Result<Reply, Refusal> {
    let (edit, id) = (parse(call.json()?)?, call.user()?);
    let db = call.db().await?;
    let current = async || users::get(&db, id).await?.ok_or(Refusal::NotFound);
    let version = Preconditions::of(&call.headers).version::<Refusal>(async || Ok(current().await?.version)).await?;
    if let Some(changed) = users::update(&db, id, &edit, version, &call.request_id, &call.traceparent).await? {
        return Ok(reply(changed));
    }
    let unchanged = current().await?;
    if version.is_some_and(|version| version != unchanged.version) {
        return Err(Refusal::VersionMismatch);
    }
    Ok(reply(unchanged))
}

fn parse(body: UpdateUser) -> Result<Edit, Faults> {
    let mut faults = Faults::default();
    let time_zone: Option<Zone> = faults.parse("time_zone", body.time_zone.as_deref());
    let by_other_name: Option<Zone> = faults.parse("timezone", body.timezone.as_deref());
    if time_zone.as_ref().zip(by_other_name.as_ref()).is_some_and(|(one, other)| one != other) {
        faults.add("timezone", "must be the same as `time_zone`, or left out");
    }
    let edit = Edit {
        name: faults.parse("name", body.name.as_deref()),
        time_zone: time_zone.or(by_other_name),
        week_start: faults.parse("week_start", body.week_start.as_deref()),
        language: faults.parse("language", body.language.as_deref()),
        number_format: body.number_format.map(|word| faults.parse("number_format", word.as_deref())),
        currency_format: body.currency_format.map(|word| faults.parse("currency_format", word.as_deref())),
        date_format: body.date_format.map(|word| faults.parse("date_format", word.as_deref())),
        interval_format: body.interval_format.map(|word| faults.parse("interval_format", word.as_deref())),
        time_format: body.time_format.map(|word| faults.parse("time_format", word.as_deref())),
    };
    faults.finish()?;
    Ok(edit)
}

fn reply(user: users::User) -> Reply {
    let etag = etag::of(user.version);
    let data = User {
        profile_photo_url: photo::of(&user.name),
        id: user.id,
        name: user.name,
        email: user.email,
        timezone: user.time_zone.clone(),
        time_zone: user.time_zone,
        week_start: user.week_start,
        language: user.language,
        number_format: user.number_format,
        currency_format: user.currency_format,
        date_format: user.date_format,
        interval_format: user.interval_format,
        time_format: user.time_format,
        version: user.version,
    };
    Reply::ok(&Data { data }).header("etag", etag)
}

/// `GET /api/v1/users/me/memberships`.
pub async fn memberships(call: &Call) -> Result<Reply, Refusal> {
    let stored = users::memberships(&*call.db().await?, call.user()?).await?;
    let data: Vec<Membership> = stored
        .into_iter()
        .map(|membership| Membership {
            id: membership.id,
            role: membership.role,
            organization: OrganizationInShort {
                id: membership.organization,
                name: membership.organization_name,
                currency: membership.currency,
            },
        })
        .collect();
    Ok(Reply::ok(&Data { data }))
}
