//! Recording an entry, or starting a timer. Repeating a request does not repeat its effect when it bears an id or an
//! `Idempotency-Key`.

use kronos_api::time_entries::CreateTimeEntry;
use kronos_domain::{
    EntryId, HourlyRate, Instant, Role,
    entry::{Description, Span},
};
use kronos_platform::{
    Call, Faults, Reply, StatusCode,
    idempotency::{self, Key},
    new_id,
};
use kronos_storage::{
    Db, Error,
    time_entries::{self, Actor, NewEntry},
};

use crate::{actor, refusal::Refusal, reply, validation::refuse_unsupported};

/// Attempts to stop the running timer and start another one, when others do the same at once.
const ATTEMPTS: usize = 5;

/// What to do about a timer that is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnRunning {
    Reject,
    Stop,
}

/// Where the id of the entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The client chose it.
    Client,
    /// It follows from the `Idempotency-Key`.
    Key,
    /// It is new with each request.
    Fresh,
}

pub async fn create(call: Call) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let body: CreateTimeEntry = call.json()?;
    let words = [("reject", OnRunning::Reject), ("stop", OnRunning::Stop)];
    let on_running = call.query.one_of("on_running", &words)?.unwrap_or(OnRunning::Reject);
    let key = Key::of(&call.headers)?;
    let (new, origin) = parse(&call, actor, body, key)?;
    let db = call.db().await?;
    match record(&db, actor, &new, on_running).await {
        Ok(Some(entry)) => {
            call.ring();
            let location = format!("/api/v1/organizations/{}/time-entries/{}", entry.organization, entry.id);
            Ok(reply(StatusCode::CREATED, entry).header("location", location))
        }
        Ok(None) => Err(why_not(&db, actor, &new).await?),
        Err(Error::Unique(constraint)) => repeated(&db, actor, &new, origin, &constraint).await,
        Err(error) => Err(error.into()),
    }
}

async fn record(
    db: &Db,
    actor: Actor,
    new: &NewEntry,
    on_running: OnRunning,
) -> Result<Option<kronos_domain::entry::TimeEntry>, Error> {
    if on_running == OnRunning::Reject || new.span.end.is_some() {
        return time_entries::create(db, actor, new.clone()).await;
    }
    let mut result = time_entries::create_stopping_running(db, actor, new.clone()).await;
    for _ in 1..ATTEMPTS {
        // Somebody started a timer between the stop and the start. It is running now, so it can be stopped.
        let lost = matches!(&result, Err(Error::Unique(constraint)) if constraint == time_entries::ONE_RUNNING);
        if !lost {
            break;
        }
        result = time_entries::create_stopping_running(db, actor, new.clone()).await;
    }
    result
}

/// Answers a request whose entry a unique constraint refused: with the entry, if the very same request created it.
async fn repeated(db: &Db, actor: Actor, new: &NewEntry, origin: Origin, constraint: &str) -> Result<Reply, Refusal> {
    if origin != Origin::Fresh
        && let Some(entry) = time_entries::repeated(db, actor, new.id, &new.request_digest).await?
    {
        return Ok(reply(StatusCode::OK, entry).header("idempotency-replayed", "true"));
    }
    match (constraint, origin) {
        (time_entries::ONE_RUNNING, _) => Err(Refusal::StillRunning),
        (time_entries::PRIMARY_KEY, Origin::Key) => Err(Refusal::IdempotencyKeyReused),
        (time_entries::PRIMARY_KEY, Origin::Client) => Err(Refusal::IdAlreadyUsed),
        (other, _) => Err(Error::Unique(other.into()).into()),
    }
}

/// Why the statement found nobody to record the entry for.
async fn why_not(db: &Db, actor: Actor, new: &NewEntry) -> Result<Refusal, Refusal> {
    let Some(role) = time_entries::member_role(db, actor).await? else { return Ok(Refusal::NotFound) };
    if !Role::changes_everyone(role) {
        return Ok(Refusal::Forbidden);
    }
    let mut faults = Faults::default();
    if new.member.is_some() {
        faults.add("member_id", "must be a member of the organization");
    }
    // Without a member of another's the statement refuses owners and administrators nothing.
    Ok(Refusal::Invalid(faults))
}

fn parse(call: &Call, actor: Actor, body: CreateTimeEntry, key: Option<Key>) -> Result<(NewEntry, Origin), Refusal> {
    let now = Instant::from(call.now);
    let request_digest = idempotency::digest(&body)?;
    let mut faults = Faults::default();
    let chosen: Option<EntryId> = faults.parse("id", body.id.as_deref());
    if chosen.is_some_and(|id| !id.is_time_ordered()) {
        faults.add("id", "must be a UUIDv7");
    }
    let member = faults.parse("member_id", body.member_id.as_deref());
    let start = faults.parse("start", body.start.as_deref()).unwrap_or(now);
    let end = faults.parse("end", body.end.as_deref());
    let time_zone = faults.parse("time_zone", body.time_zone.as_deref());
    let description = faults.check("description", Description::parse(body.description.unwrap_or_default()));
    let billable_rate = body.billable_rate.and_then(|rate| faults.check("billable_rate", HourlyRate::new(rate)));
    let (project, task) = (body.project_id.as_deref(), body.task_id.as_deref());
    refuse_unsupported(&mut faults, project, task, body.tags.as_deref(), body.kind.as_deref());
    let span = faults.check("end", Span::new(start, end)).unwrap_or(Span { start, end });
    faults.finish()?;
    let (id, origin) = match (chosen, key) {
        (Some(id), _) => (id, Origin::Client),
        (None, Some(key)) => {
            let owners = [actor.organization.uuid(), actor.user.uuid()];
            (EntryId::from_uuid(key.id(call.operation, &owners)), Origin::Key)
        }
        (None, None) => (EntryId::from_uuid(new_id(call.now)), Origin::Fresh),
    };
    let new = NewEntry {
        id,
        member,
        span,
        time_zone,
        description: description.unwrap_or_default(),
        billable: body.billable.unwrap_or(false),
        billable_rate,
        source: "api",
        request_digest,
        now,
    };
    Ok((new, origin))
}
