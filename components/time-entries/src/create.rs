//! Recording an entry, or starting a timer. Repeating a request does not repeat its effect when it bears an id or an
//! `Idempotency-Key`.

use kronos_api::time_entries::CreateTimeEntry;
use kronos_domain::{
    EntryId, HourlyRate, Instant, Role,
    entry::{Description, Span},
};
use kronos_platform::{Call, Problem, Reply, StatusCode, new_id};
use kronos_storage::{
    Db, Error,
    time_entries::{self, Actor, NewEntry},
};
use sha2::{Digest, Sha256};
use uuid::Builder;

use crate::{actor, refusal::Refusal, reply, validation::Faults};

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
    let on_running = match call.query.get("on_running")? {
        None | Some("reject") => OnRunning::Reject,
        Some("stop") => OnRunning::Stop,
        Some(_) => return Err(Problem::invalid("on_running", "must be `reject` or `stop`").into()),
    };
    let key = idempotency_key(&call)?;
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

fn parse(call: &Call, actor: Actor, body: CreateTimeEntry, key: Option<String>) -> Result<(NewEntry, Origin), Refusal> {
    let now = Instant::from(call.now);
    let request_digest = digest(&body)?;
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
    faults.refuse_references(body.project_id.as_deref(), body.task_id.as_deref(), body.tags.as_deref());
    let span = faults.check("end", Span::new(start, end)).unwrap_or(Span { start, end });
    faults.finish()?;
    let (id, origin) = match (chosen, key) {
        (Some(id), _) => (id, Origin::Client),
        (None, Some(key)) => (id_of_key(actor, &key), Origin::Key),
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

/// Tells requests apart. Of the body, what Kronos reads counts: the order of its members and their spaces do not.
fn digest(body: &CreateTimeEntry) -> Result<String, Problem> {
    let json = serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(format!("{:x}", Sha256::digest(json)))
}

/// The `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a quoted string, or, as most clients send it, bare.
fn idempotency_key(call: &Call) -> Result<Option<String>, Problem> {
    let mut values = call.headers.get_all("idempotency-key").iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().unwrap_or_default().trim(),
        (Some(_), Some(_)) => return Err(Problem::malformed("`Idempotency-Key` may be given only once.")),
    };
    let key = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err(Problem::malformed("`Idempotency-Key` has to be a string of 1 to 255 visible ASCII characters."));
    }
    Ok(Some(key.into()))
}

/// The id that a key of this person in this organization stands for (`UUIDv8`, RFC 9562, section 5.8). So the primary key refuses
/// the second request in the same statement that would have had the effect, and a key is good for as long as its entry is kept.
fn id_of_key(actor: Actor, key: &str) -> EntryId {
    let hash = Sha256::new()
        .chain_update(actor.organization.uuid().as_bytes())
        .chain_update(actor.user.uuid().as_bytes())
        .chain_update(b"POST time-entries\0")
        .chain_update(key)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    EntryId::from_uuid(Builder::from_custom_bytes(bytes).into_uuid())
}
