//! `POST .../{entry}/resume` and `.../{entry}/duplicate`: another entry like one that is there.

use kronos_api::time_entries::DuplicateTimeEntry;
use kronos_domain::{
    EntryId, Instant,
    entry::{Description, Span, TimeEntry},
};
use kronos_platform::{
    Call, Faults, Reply,
    idempotency::{self, Key},
};
use kronos_storage::time_entries::NewEntry;

use crate::{
    change,
    create::{OnRunning, Origin, add, id_of, on_running, still_running},
    refusal::Refusal,
    update::changeable,
};

pub async fn resume(call: Call) -> Result<Reply, Refusal> {
    let on_running = on_running(&call)?;
    let (entry, digest) = (original(&call).await?, idempotency::digest(&call.path.get("entry"))?);
    let span = Span { start: Instant::from(call.now).truncated(), end: None };
    record(&call, entry, span, digest, on_running).await
}

pub async fn duplicate(call: Call) -> Result<Reply, Refusal> {
    let body: DuplicateTimeEntry = call.json()?;
    let mut faults = Faults::default();
    let start = faults.parse("start", body.start.as_deref()).map(Instant::truncated);
    faults.finish()?;
    let digest = idempotency::digest(&(call.path.get("entry"), &body))?;
    let entry = original(&call).await?;
    let Some(duration) = entry.duration() else {
        return Err(still_running(&*call.db().await?, change(&call)?.actor, Some(entry.member)).await?.into());
    };
    let start = start.unwrap_or(entry.start);
    let end = Instant::from_seconds(start.seconds() + duration.count());
    let span = Faults::default().check("start", Span::new(start, Some(end)));
    let span = span.ok_or_else(|| Faults::one("start", "must leave the entry within the years 1970 to 2199"))?;
    record(&call, entry, span, digest, OnRunning::Reject).await
}

/// The entry of the path, if the caller may change it.
async fn original(call: &Call) -> Result<TimeEntry, Refusal> {
    let id: EntryId = call.path.get_as("entry")?;
    Ok(changeable(&*call.db().await?, change(call)?.actor, id).await?.entry)
}

/// Records what the entry says at another time. Its rates are those that are valid then.
async fn record(
    call: &Call,
    entry: TimeEntry,
    span: Span,
    request_digest: String,
    on_running: OnRunning,
) -> Result<Reply, Refusal> {
    let change = change(call)?;
    let key = Key::of(&call.headers)?;
    let (id, origin): (_, Origin) = id_of(call, change.actor, key.as_ref());
    let new = NewEntry {
        id,
        member: Some(entry.member),
        user: None,
        span,
        time_zone: None,
        kind: entry.kind,
        project: entry.project,
        task: entry.task,
        tags: entry.tags,
        description: Description::parse(entry.description).unwrap_or_default(),
        billable: Some(entry.billable),
        billable_rate: None,
        source: "api".to_owned(),
        external_id: None,
        external_url: None,
        request_digest,
    };
    add(call, change, new, origin, on_running).await
}
