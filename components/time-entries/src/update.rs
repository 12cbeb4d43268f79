//! Changing, stopping and deleting an entry.

use kronos_api::time_entries::{StopTimeEntry, UpdateTimeEntry};
use kronos_domain::{
    EntryId, HourlyRate, Instant,
    entry::{Description, Span},
};
use kronos_platform::{Call, Faults, Reply, StatusCode, etag::Preconditions};
use kronos_storage::{
    Db,
    time_entries::{self, Actor, Changes, Condition, Standing},
};

use crate::{actor, refusal::Refusal, reply, validation::refuse_unsupported};

/// What a change needs beside the right to make it.
#[derive(Debug, Clone, Copy)]
struct Demand {
    condition: Condition,
    sets_rate: bool,
    /// What to answer when the timer has to run and does not.
    not_running: fn() -> Refusal,
}

pub async fn update(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, EntryId) = (actor(&call)?, call.path.get_as("entry")?);
    let body: UpdateTimeEntry = call.json()?;
    // `null` says that the timer is to go on running, so it has to run.
    let running = body.end == Some(None);
    let changes = parse(body)?;
    let demand = Demand {
        condition: Condition { version: None, running },
        sets_rate: changes.billable_rate.is_some(),
        not_running: || Refusal::CannotBeRestarted,
    };
    change(&call, actor, id, changes, demand).await
}

pub async fn stop(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, EntryId) = (actor(&call)?, call.path.get_as("entry")?);
    let body: StopTimeEntry = call.json()?;
    let mut faults = Faults::default();
    let end = faults.parse("end", body.end.as_deref()).unwrap_or_else(|| Instant::from(call.now).truncated());
    faults.finish()?;
    let demand = Demand {
        condition: Condition { version: None, running: true },
        sets_rate: false,
        not_running: || Refusal::NotRunning,
    };
    change(&call, actor, id, Changes { end: Some(end), ..Changes::default() }, demand).await
}

pub async fn delete(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, EntryId) = (actor(&call)?, call.path.get_as("entry")?);
    let db = call.db().await?;
    let version = required_version(&call, &db, actor, id).await?;
    if time_entries::delete(&db, actor, id, version, call.now.into()).await?.is_none() {
        let condition = Condition { version, running: false };
        let demand = Demand { condition, sets_rate: false, not_running: || Refusal::NotRunning };
        return Err(why_not(&db, actor, id, demand).await?);
    }
    call.ring();
    Ok(Reply::no_content())
}

async fn change(
    call: &Call,
    actor: Actor,
    id: EntryId,
    changes: Changes,
    mut demand: Demand,
) -> Result<Reply, Refusal> {
    let db = call.db().await?;
    demand.condition.version = required_version(call, &db, actor, id).await?;
    match time_entries::update(&db, actor, id, changes, demand.condition, call.now.into()).await? {
        Some(entry) => {
            call.ring();
            Ok(reply(StatusCode::OK, entry))
        }
        None => Err(why_not(&db, actor, id, demand).await?),
    }
}

/// The version that the request demands; the statement checks it again.
async fn required_version(call: &Call, db: &Db, actor: Actor, id: EntryId) -> Result<Option<i64>, Refusal> {
    Preconditions::of(&call.headers).version(async || Ok(visible(db, actor, id).await?.version)).await
}

async fn visible(db: &Db, actor: Actor, id: EntryId) -> Result<Standing, Refusal> {
    time_entries::standing(db, actor, id).await?.filter(|standing| standing.visible).ok_or(Refusal::NotFound)
}

/// Why a statement found nothing to change.
async fn why_not(db: &Db, actor: Actor, id: EntryId, demand: Demand) -> Result<Refusal, Refusal> {
    let standing = visible(db, actor, id).await?;
    Ok(if !standing.changeable || demand.sets_rate && !standing.role.changes_everyone() {
        Refusal::Forbidden
    } else if demand.condition.version.is_some_and(|version| version != standing.version) {
        Refusal::VersionMismatch
    } else if demand.condition.running && !standing.running {
        (demand.not_running)()
    } else {
        // What stood in the way is gone by now.
        Refusal::Contended
    })
}

fn parse(body: UpdateTimeEntry) -> Result<Changes, Refusal> {
    let mut faults = Faults::default();
    let start: Option<Instant> = faults.parse("start", body.start.as_deref());
    let end: Option<Instant> = faults.parse("end", body.end.flatten().as_deref());
    if let Some(start) = start {
        // The constraint compares with what is stored; here is what the request itself contradicts.
        faults.check("end", Span::new(start, end));
    }
    let description = body.description.map(Option::unwrap_or_default);
    let changes = Changes {
        start: start.map(Instant::truncated),
        end: end.map(Instant::truncated),
        time_zone: faults.parse("time_zone", body.time_zone.as_deref()),
        description: description.and_then(|text| faults.check("description", Description::parse(text))),
        billable: body.billable,
        billable_rate: body
            .billable_rate
            .map(|rate| rate.and_then(|rate| faults.check("billable_rate", HourlyRate::new(rate)))),
    };
    let (project, task) = (body.project_id.as_deref(), body.task_id.as_deref());
    refuse_unsupported(&mut faults, project, task, body.tags.as_deref(), body.kind.as_deref());
    faults.finish()?;
    Ok(changes)
}
