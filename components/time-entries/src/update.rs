//! Changing, stopping and deleting an entry.

use std::{fmt::Display, str::FromStr};

use kronos_api::time_entries::{StopTimeEntry, UpdateTimeEntry};
use kronos_domain::{
    EntryId, HourlyRate, Instant, MemberId, Seconds,
    entry::{Description, External, InvalidSpan, Span, TimeEntry},
};
use kronos_platform::{Call, Faults, Reply, StatusCode, etag::Preconditions};
use kronos_storage::{
    Actor, Db, Error,
    time_entries::{self, Condition, Edit, End, Fixed, Standing},
};

use crate::{
    actor, change,
    create::still_running,
    refusal::Refusal,
    reply,
    validation::{MISSTATED, TOO_LONG, duration, refuse_paid_break, tags, why_not_there},
};

/// What the entry has to be like for a change.
#[derive(Debug, Clone, Copy)]
struct Demand {
    condition: Condition,
    /// The refusal where it has to be running and is not.
    not_running: fn() -> Refusal,
}

pub async fn update(call: Call) -> Result<Reply, Refusal> {
    let body: UpdateTimeEntry = call.json()?;
    // `null` means that the timer keeps running, so it has to be running.
    let running = body.end == Some(None) && body.duration.is_none();
    let (edit, member) = parse(&call, body)?;
    let condition = Condition { version: None, running, member };
    apply(&call, edit, Demand { condition, not_running: || Refusal::CannotBeRestarted }).await
}

pub async fn stop(call: Call) -> Result<Reply, Refusal> {
    let body: StopTimeEntry = call.json()?;
    let mut faults = Faults::default();
    let end = faults.parse("end", body.end.as_deref()).map(Instant::truncated);
    faults.finish()?;
    end_timer(&call, end.map_or_else(|| End::FromStart(Instant::from(call.now).truncated()), End::At)).await
}

/// Ends the running timer of the path at an instant.
pub async fn stop_at(call: &Call, at: Instant) -> Result<Reply, Refusal> {
    end_timer(call, End::At(at)).await
}

async fn end_timer(call: &Call, end: End) -> Result<Reply, Refusal> {
    let condition = Condition { running: true, ..Condition::default() };
    let edit = Edit { end: Some(end), ..Edit::default() };
    apply(call, edit, Demand { condition, not_running: || Refusal::NotRunning }).await
}

pub async fn restore(call: Call) -> Result<Reply, Refusal> {
    let (change, id): (_, EntryId) = (change(&call)?, call.path.get_as("entry")?);
    let actor = change.actor;
    let db = call.db().await?;
    let present = async || Ok::<_, Refusal>(tombstone(&db, actor, id).await?.version);
    let version = Preconditions::of(&call.headers).version(present).await?;
    match time_entries::restore(&db, change, id, version).await {
        Ok(Some(entry)) => {
            call.ring();
            Ok(reply(StatusCode::OK, entry))
        }
        Ok(None) => {
            let entry = tombstone(&db, actor, id).await?;
            if version.is_some_and(|version| version != entry.version) {
                return Err(Refusal::VersionMismatch);
            }
            if entry.deleted_at.is_some() { Err(Refusal::Contended) } else { Ok(reply(StatusCode::OK, entry)) }
        }
        Err(Error::Unique(constraint)) if constraint == time_entries::ONE_RUNNING => {
            let member = tombstone(&db, actor, id).await?.member;
            Err(still_running(&db, actor, Some(member)).await?.into())
        }
        Err(Error::ForeignKey(_)) => {
            let entry = tombstone(&db, actor, id).await?;
            why_not_there(&db, actor, entry.project, entry.task, &entry.tags).await?;
            Err(Refusal::Contended)
        }
        Err(error) => Err(refused(error)),
    }
}

/// An entry that may have been deleted, if the caller may change it.
async fn tombstone(db: &Db, actor: Actor, id: EntryId) -> Result<TimeEntry, Refusal> {
    let standing = time_entries::standing_with_deleted(db, actor, id).await?;
    let standing = standing.filter(|standing| standing.visible).ok_or(Refusal::NotFound)?;
    if standing.changeable { Ok(standing.entry) } else { Err(Refusal::Forbidden) }
}

/// What constraints say of an entry that is changed.
fn refused(error: Error) -> Refusal {
    match error {
        Error::Check(constraint) if constraint == time_entries::NO_OVERLAP => Refusal::Overlapping,
        Error::Unique(constraint) if constraint == time_entries::EXTERNAL_ID => Refusal::ExternalIdAlreadyUsed,
        error => error.into(),
    }
}

pub async fn delete(call: Call) -> Result<Reply, Refusal> {
    let (change, id): (_, EntryId) = (change(&call)?, call.path.get_as("entry")?);
    let db = call.db().await?;
    let version = required_version(&call, &db, change.actor, id).await?;
    if time_entries::delete(&db, change, id, version).await?.is_none() {
        let standing = changeable(&db, change.actor, id).await?;
        let mismatch = version.is_some_and(|version| version != standing.entry.version);
        return Err(if mismatch { Refusal::VersionMismatch } else { Refusal::Contended });
    }
    call.ring();
    Ok(Reply::no_content())
}

async fn apply(call: &Call, edit: Edit, mut demand: Demand) -> Result<Reply, Refusal> {
    let (change, id): (_, EntryId) = (change(call)?, call.path.get_as("entry")?);
    let db = call.db().await?;
    demand.condition.version = required_version(call, &db, actor(call)?, id).await?;
    let entry = match time_entries::update(&db, change, id, &edit, demand.condition).await {
        Ok(Some(entry)) => {
            call.ring();
            entry
        }
        Ok(None) | Err(Error::ForeignKey(_)) => unchanged(&db, change.actor, id, &edit, demand).await?,
        Err(error) => return Err(refused(error)),
    };
    Ok(reply(StatusCode::OK, entry))
}

/// The version that the request demands; the statement checks it again.
pub async fn required_version(call: &Call, db: &Db, actor: Actor, id: EntryId) -> Result<Option<i64>, Refusal> {
    Preconditions::of(&call.headers).version(async || Ok(visible(db, actor, id).await?.entry.version)).await
}

async fn visible(db: &Db, actor: Actor, id: EntryId) -> Result<Standing, Refusal> {
    time_entries::standing(db, actor, id).await?.filter(|standing| standing.visible).ok_or(Refusal::NotFound)
}

pub async fn changeable(db: &Db, actor: Actor, id: EntryId) -> Result<Standing, Refusal> {
    let standing = visible(db, actor, id).await?;
    if standing.changeable { Ok(standing) } else { Err(Refusal::Forbidden) }
}

/// The entry as it is, if the edit changes nothing about it; otherwise why the statement found nothing to change.
async fn unchanged(db: &Db, actor: Actor, id: EntryId, edit: &Edit, demand: Demand) -> Result<TimeEntry, Refusal> {
    let Standing { role, entry, .. } = changeable(db, actor, id).await?;
    let Condition { version, running, member } = demand.condition;
    if edit.sets_rate_of(&entry) && !role.changes_everyone() {
        return Err(Refusal::Forbidden);
    }
    if version.is_some_and(|version| version != entry.version) {
        return Err(Refusal::VersionMismatch);
    }
    if running && entry.end.is_some() {
        return Err((demand.not_running)());
    }
    let mut faults = Faults::default();
    if member.is_some_and(|member| member != entry.member) {
        faults.refuse_change("member_id");
    }
    edit.fixed.differing(&entry).for_each(|column| faults.refuse_change(column));
    faults.finish()?;
    if edit.makes_too_long(&entry) {
        return Err(match edit.end {
            Some(End::After(_)) => Faults::one("duration", TOO_LONG),
            Some(End::At(_) | End::FromStart(_)) | None => Faults::one("end", InvalidSpan::TooLong),
        }
        .into());
    }
    if edit.misstates_duration(&entry) {
        return Err(Faults::one("duration", MISSTATED).into());
    }
    if edit.alters(&entry) {
        let (project, task) = edit.place_of(&entry);
        why_not_there(db, actor, project, task, edit.tags.as_deref().unwrap_or_default()).await?;
        // What stood in the way is gone by now.
        return Err(Refusal::Contended);
    }
    Ok(entry)
}

fn parse(call: &Call, body: UpdateTimeEntry) -> Result<(Edit, Option<MemberId>), Refusal> {
    let mut faults = Faults::default();
    let (member, fixed) = fixed(&mut faults, call, &body)?;
    let billable = body.billable;
    let edit = Edit { fixed, ..edit(&mut faults, body) };
    refuse_paid_break(&mut faults, edit.kind, billable);
    faults.finish()?;
    Ok((edit, member))
}

/// What the body says of what can be changed.
pub fn edit(faults: &mut Faults, body: UpdateTimeEntry) -> Edit {
    let start: Option<Instant> = faults.parse("start", body.start.as_deref());
    let end: Option<Instant> = faults.parse("end", body.end.flatten().as_deref());
    let (end, lasting) = finish(faults, start, end, body.duration);
    let description = body.description.map(Option::unwrap_or_default);
    Edit {
        start: start.map(Instant::truncated),
        end,
        lasting,
        time_zone: faults.parse("time_zone", body.time_zone.as_deref()),
        description: description.and_then(|text| faults.check("description", Description::parse(text))),
        billable: body.billable,
        billable_rate: body
            .billable_rate
            .map(|rate| rate.and_then(|rate| faults.check("billable_rate", HourlyRate::new(rate)))),
        kind: faults.parse("type", body.kind.as_deref()),
        project: reference(faults, "project_id", body.project_id.as_ref()),
        task: reference(faults, "task_id", body.task_id.as_ref()),
        tags: body.tags.map(|texts| tags(faults, &texts.unwrap_or_default())),
        external_id: body.external_id.map(|id| id.and_then(|id| faults.check("external_id", External::id(id)))),
        external_url: body.external_url.map(|url| url.and_then(|url| faults.check("external_url", External::url(url)))),
        fixed: Fixed::default(),
    }
}

/// An id that is given, or that there is to be none; an empty one is none.
#[expect(clippy::option_option, reason = "absent and `null` are two things in a change")]
fn reference<T: FromStr<Err: Display>>(
    faults: &mut Faults,
    field: &'static str,
    id: Option<&Option<String>>,
) -> Option<Option<T>> {
    id.map(|id| faults.parse(field, id.as_deref().filter(|id| !id.is_empty())))
}

/// What the body says of what nobody changes: what the path and the kind of entry decide is compared here, the rest in the statement.
fn fixed(faults: &mut Faults, call: &Call, body: &UpdateTimeEntry) -> Result<(Option<MemberId>, Fixed), Refusal> {
    faults.keep("id", body.id.as_deref(), &call.path.get_as::<EntryId>("entry")?);
    faults.keep("organization_id", body.organization_id.as_deref(), &actor(call)?.organization);
    faults.keep("approval_status", body.approval_status.as_deref(), &"open".to_owned());
    let nothing = [
        ("locked_reason", body.locked_reason.as_deref()),
        ("invoiced_at", body.invoiced_at.as_deref()),
        ("deleted_at", body.deleted_at.as_deref()),
    ];
    for (member, text) in nothing {
        faults.keep(member, text, &String::new());
    }
    if body.break_seconds.is_some_and(|seconds| seconds != 0) {
        faults.refuse_change("break_seconds");
    }
    let fixed = Fixed {
        user: faults.unchangeable("user_id", body.user_id.as_deref()),
        currency: faults.unchangeable("currency", body.currency.as_deref()),
        source: faults.unchangeable("source", body.source.as_deref()),
        client: faults.unchangeable("client_id", body.client_id.as_deref()),
        cost_rate: body.cost_rate,
        created_at: faults.unchangeable("created_at", body.created_at.as_deref()),
    };
    Ok((faults.unchangeable("member_id", body.member_id.as_deref()), fixed))
}

/// When the entry is to end, and the duration that the request states beside that. The statement compares them with what is stored;
/// here it is checked that the request does not contradict itself.
fn finish(
    faults: &mut Faults,
    start: Option<Instant>,
    end: Option<Instant>,
    seconds: Option<i64>,
) -> (Option<End>, Option<Seconds>) {
    let duration = duration(faults, seconds);
    let Some(end) = end else { return (duration.map(End::After), None) };
    if start.is_some_and(|start| Span { start, end: Some(end) }.is_reversed()) {
        faults.add("end", InvalidSpan::EndBeforeStart);
    }
    (Some(End::At(end.truncated())), duration)
}
