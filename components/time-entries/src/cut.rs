//! `POST .../{entry}/split` and `.../{entry}/discard-idle`: an entry becomes two.

use kronos_api::{
    Data,
    time_entries::{DiscardIdle, SplitTimeEntry, TimeEntry},
};
use kronos_domain::{EntryId, Instant, entry};
use kronos_platform::{
    Call, Faults, Reply, StatusCode, etag,
    idempotency::{self, Key},
};
use kronos_storage::{
    Actor, Db, Error,
    time_entries::{self, Cut},
};

use crate::{
    change,
    create::{Origin, id_of},
    refusal::Refusal,
    reply,
    update::{changeable, required_version, stop_at},
};

pub async fn split(call: Call) -> Result<Reply, Refusal> {
    let body: SplitTimeEntry = call.json()?;
    let digest = idempotency::digest(&(call.path.get("entry"), &body))?;
    let mut faults = Faults::default();
    let at = faults.parse("at", Some(body.at.as_str())).map(Instant::truncated);
    faults.finish()?;
    let at = at.ok_or_else(|| Faults::one("at", "is required"))?;
    let (first, second) = cut(&call, at, at, false, digest).await?;
    let etag = etag::of(first.version);
    let parts = [first, second].map(TimeEntry::from).to_vec();
    Ok(Reply::json(StatusCode::CREATED, &Data { data: parts }).header("etag", etag))
}

pub async fn discard_idle(call: Call) -> Result<Reply, Refusal> {
    let body: DiscardIdle = call.json()?;
    let digest = idempotency::digest(&(call.path.get("entry"), &body))?;
    let now = Instant::from(call.now).truncated();
    let mut faults = Faults::default();
    let idle_start = faults.parse("idle_start", Some(body.idle_start.as_str())).map(Instant::truncated);
    if idle_start.is_some_and(|at: Instant| at > now) {
        faults.add("idle_start", "must not lie in the future");
    }
    let goes_on = match body.action.as_str() {
        "discard" => false,
        "discard_and_continue" => true,
        _ => {
            faults.add("action", "must be `discard` or `discard_and_continue`");
            false
        }
    };
    faults.finish()?;
    let idle_start = idle_start.ok_or_else(|| Faults::one("idle_start", "is required"))?;
    if !goes_on {
        return stop_at(&call, idle_start).await;
    }
    let (_, second) = cut(&call, idle_start, now, true, digest).await?;
    Ok(reply(StatusCode::OK, second))
}

/// Cuts the entry of the path, and answers both parts. A request that was repeated answers what it made.
async fn cut(
    call: &Call,
    until: Instant,
    from: Instant,
    running: bool,
    digest: String,
) -> Result<(entry::TimeEntry, entry::TimeEntry), Refusal> {
    let (change, id): (_, EntryId) = (change(call)?, call.path.get_as("entry")?);
    let db = call.db().await?;
    let key = Key::of(&call.headers)?;
    let (second, origin) = id_of(call, change.actor, key.as_ref());
    // What a repeated request made is looked for first: what it cut cannot be cut so again.
    if origin == Origin::Key
        && let Some(made) = time_entries::repeated(&db, change.actor, second, &digest).await?
    {
        return Ok((changeable(&db, change.actor, id).await?.entry, made));
    }
    let version = required_version(call, &db, change.actor, id).await?;
    let cut = Cut { until, from, running, version };
    match time_entries::cut(&db, change, id, cut, second, &digest).await {
        Ok(Some(made)) => {
            call.ring();
            Ok((changeable(&db, change.actor, id).await?.entry, made))
        }
        Ok(None) => Err(why_not(&db, change.actor, id, cut).await?),
        Err(Error::Unique(constraint)) if constraint == time_entries::PRIMARY_KEY => Err(Refusal::IdempotencyKeyReused),
        Err(error) => Err(error.into()),
    }
}

async fn why_not(db: &Db, actor: Actor, id: EntryId, cut: Cut) -> Result<Refusal, Refusal> {
    let entry = changeable(db, actor, id).await?.entry;
    if cut.version.is_some_and(|version| version != entry.version) {
        return Ok(Refusal::VersionMismatch);
    }
    if cut.running {
        return Ok(match entry.end {
            Some(_) => Refusal::NotRunning,
            None if cut.until < entry.start => {
                Faults::one("idle_start", "must not be before the start of the entry").into()
            }
            None => Refusal::Contended,
        });
    }
    let within = entry.start < cut.until && entry.end.is_none_or(|end| cut.from < end);
    Ok(if within { Refusal::Contended } else { Faults::one("at", "must lie within the entry").into() })
}
