//! Recording an entry, or starting a timer. Repeating a request does not repeat its effect when it bears an id or an
//! `Idempotency-Key`.

use kronos_api::time_entries::{CreateTimeEntry, refused};
use kronos_domain::{
    EntryId, HourlyRate, Instant, MemberId, Permission,
    entry::{Description, External, Span, TimeEntry},
};
use kronos_platform::{
    Call, Faults, Problem, Reply, StatusCode,
    idempotency::{self, Key},
    new_id,
};
use kronos_storage::{
    Actor, Change, Db, Error,
    time_entries::{self, NewEntry},
};

use crate::{
    change,
    refusal::Refusal,
    reply,
    validation::{MISSTATED, TOO_LONG, duration, refuse_paid_break, tags, why_not_there},
};

/// How often it is tried to stop the running timer and start another one while others do the same.
const ATTEMPTS: usize = 5;

/// What to do about a timer that is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRunning {
    Reject,
    Stop,
}

/// Where the id of the entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The client chose it.
    Client,
    /// It follows from the `Idempotency-Key`.
    Key,
    /// It is new with each request.
    Fresh,
}

pub async fn create(call: Call) -> Result<Reply, Refusal> {
    let change = change(&call)?;
    let actor = change.actor;
    let body: CreateTimeEntry = call.json()?;
    let on_running = on_running(&call)?;
    let key = Key::of(&call.headers)?;
    let (new, origin) = parse(&call, actor, body, key.as_ref())?;
    add(&call, change, new, origin, on_running).await
}

/// What the request says of a timer that is running.
pub fn on_running(call: &Call) -> Result<OnRunning, Refusal> {
    let words = [("reject", OnRunning::Reject), ("stop", OnRunning::Stop)];
    Ok(call.query.one_of("on_running", &words)?.unwrap_or(OnRunning::Reject))
}

/// Records an entry and answers it.
pub async fn add(
    call: &Call,
    change: Change<'_>,
    new: NewEntry,
    origin: Origin,
    on_running: OnRunning,
) -> Result<Reply, Refusal> {
    let actor = change.actor;
    let db = call.db().await?;
    match record(&db, change, &new, on_running).await {
        Ok(Some(entry)) => {
            call.ring();
            let location = format!("/api/v1/organizations/{}/time-entries/{}", entry.organization, entry.id);
            Ok(reply(StatusCode::CREATED, entry).header("location", location))
        }
        Ok(None) => Err(why_not(&db, actor, &new).await?),
        Err(Error::Unique(constraint)) => repeated(&db, actor, &new, origin, &constraint).await,
        Err(Error::Check(constraint)) if constraint == time_entries::NO_OVERLAP => Err(Refusal::Overlapping),
        Err(Error::ForeignKey(_)) => {
            why_not_there(&db, actor, new.project, new.task, &new.tags).await?;
            // What was missing is there by now.
            Err(Refusal::Contended)
        }
        Err(error) => Err(error.into()),
    }
}

async fn record(
    db: &Db,
    change: Change<'_>,
    new: &NewEntry,
    on_running: OnRunning,
) -> Result<Option<TimeEntry>, Error> {
    if on_running == OnRunning::Reject || new.span.end.is_some() {
        return time_entries::create(db, change, new.clone()).await;
    }
    let mut result = time_entries::create_stopping_running(db, change, new.clone()).await;
    for _ in 1..ATTEMPTS {
        // Somebody started a timer between the stop and the start. It is running now, so it can be stopped.
        let lost = matches!(&result, Err(Error::Unique(constraint)) if constraint == time_entries::ONE_RUNNING);
        if !lost {
            break;
        }
        result = time_entries::create_stopping_running(db, change, new.clone()).await;
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
        (time_entries::ONE_RUNNING, _) => Err(still_running(db, actor, new.member).await?.into()),
        (time_entries::PRIMARY_KEY, Origin::Key) => Err(Refusal::IdempotencyKeyReused),
        (time_entries::PRIMARY_KEY, Origin::Client) => Err(Refusal::IdAlreadyUsed),
        (time_entries::EXTERNAL_ID, _) => Err(Refusal::ExternalIdAlreadyUsed),
        (other, _) => Err(Error::Unique(other.into()).into()),
    }
}

/// Names the timer that runs, so that a client can stop it.
pub async fn still_running(db: &Db, actor: Actor, member: Option<MemberId>) -> Result<Problem, Error> {
    let problem = Problem::from(refused::STILL_RUNNING);
    Ok(match time_entries::running(db, actor, member).await? {
        Some(id) => problem.with_meta(serde_json::json!({ "time_entry_id": id })),
        // It has stopped since.
        None => problem,
    })
}

/// Why the statement found nobody to record the entry for.
async fn why_not(db: &Db, actor: Actor, new: &NewEntry) -> Result<Refusal, Refusal> {
    let Some(relation) = time_entries::relation(db, actor, new.member).await? else { return Ok(Refusal::NotFound) };
    let of_own = relation.own && new.billable_rate.is_none();
    if !Permission::EntriesChange.allows(relation.role, of_own) {
        return Ok(Refusal::Forbidden);
    }
    Ok(Refusal::Invalid(match new.user {
        _ if !relation.exists => Faults::one("member_id", "must be a member of the organization"),
        Some(_) => Faults::one("user_id", "must be the user of the member, or left out"),
        None => {
            why_not_there(db, actor, new.project, new.task, &new.tags).await?;
            // What stood in the way is gone by now.
            return Ok(Refusal::Contended);
        }
    }))
}

fn parse(
    call: &Call,
    actor: Actor,
    mut body: CreateTimeEntry,
    key: Option<&Key>,
) -> Result<(NewEntry, Origin), Refusal> {
    let mut faults = Faults::default();
    let chosen = chosen_id(&mut faults, body.id.take());
    // An id that counts as none may differ when the request is repeated.
    body.id = chosen.map(|id| id.to_string());
    let request_digest = idempotency::digest(&body)?;
    let member = faults.parse("member_id", body.member_id.as_deref());
    let user = faults.parse("user_id", body.user_id.as_deref().filter(|id| !id.is_empty()));
    faults.keep("organization_id", body.organization_id.as_deref(), &actor.organization);
    let span = span(&mut faults, &body, call.now.into());
    let time_zone = faults.parse("time_zone", body.time_zone.as_deref());
    let description = faults.check("description", Description::parse(body.description.unwrap_or_default()));
    let billable_rate = body.billable_rate.and_then(|rate| faults.check("billable_rate", HourlyRate::new(rate)));
    let kind = faults.parse("type", body.kind.as_deref());
    refuse_paid_break(&mut faults, kind, body.billable);
    let project = faults.parse("project_id", given(body.project_id.as_deref()));
    let task = faults.parse("task_id", given(body.task_id.as_deref()));
    if task.is_some() && project.is_none() {
        faults.add("project_id", "is required with `task_id`");
    }
    let tags = tags(&mut faults, &body.tags.unwrap_or_default());
    let source = source(&mut faults, body.source);
    let external_id = body.external_id.and_then(|id| faults.check("external_id", External::id(id)));
    let external_url = body.external_url.and_then(|url| faults.check("external_url", External::url(url)));
    faults.finish()?;
    let (id, origin) = match chosen {
        Some(id) => (id, Origin::Client),
        None => id_of(call, actor, key),
    };
    let new = NewEntry {
        id,
        member,
        user,
        span,
        time_zone,
        description: description.unwrap_or_default(),
        kind: kind.unwrap_or_default(),
        project,
        task,
        tags,
        billable: body.billable,
        billable_rate,
        source,
        external_id,
        external_url,
        request_digest,
    };
    Ok((new, origin))
}

/// The id of what a request records whose client does not choose it.
pub fn id_of(call: &Call, actor: Actor, key: Option<&Key>) -> (EntryId, Origin) {
    let Some(key) = key else { return (EntryId::from_uuid(new_id(call.now)), Origin::Fresh) };
    let owners = [actor.organization.uuid(), actor.user.uuid()];
    (EntryId::from_uuid(key.id(call.operation, &owners)), Origin::Key)
}

/// An id, where the client does not mean none by an empty one.
fn given(id: Option<&str>) -> Option<&str> {
    id.filter(|id| !id.is_empty())
}

/// Where the entry comes from.
fn source(faults: &mut Faults, source: Option<String>) -> String {
    let source = source.unwrap_or_else(|| "api".to_owned());
    let is_mark = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":._-".contains(&byte);
    if source.is_empty() || source.len() > 64 || !source.bytes().all(is_mark) {
        faults.add("source", "must have 1 to 64 of the characters `a` to `z`, `0` to `9`, `:`, `.`, `_` and `-`");
    }
    source
}

/// The id that the client chose. Both official clients of solidtime send one that they don't mean: none, or one by chance.
fn chosen_id(faults: &mut Faults, id: Option<String>) -> Option<EntryId> {
    let id = id.filter(|id| !id.is_empty());
    faults.parse("id", id.as_deref()).filter(|id: &EntryId| id.is_time_ordered())
}

/// When the entry is: a timer that runs from `start` or now, or a stretch that ends by `end` or `duration`.
fn span(faults: &mut Faults, body: &CreateTimeEntry, now: Instant) -> Span {
    let start = faults.parse("start", body.start.as_deref());
    let end: Option<Instant> = faults.parse("end", body.end.as_deref());
    let duration = duration(faults, body.duration);
    if duration.is_some_and(|duration| duration > Span::LONGEST) {
        faults.add("duration", TOO_LONG);
    }
    if body.start.is_none() && (body.end.is_some() || body.duration.is_some()) {
        faults.add("start", "is required with `end` or `duration`");
    }
    let start: Instant = start.unwrap_or(now);
    if end.is_some() && duration.is_some_and(|duration| !(Span { start, end }).lasts(duration)) {
        faults.add("duration", MISSTATED);
    }
    let end = end.or(duration.map(|duration| Instant::from_seconds(start.seconds() + duration.count())));
    // Their order can only be judged where both are valid.
    let span = if faults.is_empty() { faults.check("end", Span::new(start, end)) } else { None };
    span.unwrap_or(Span { start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &str) -> Result<(i64, Option<i64>), Faults> {
        let body: CreateTimeEntry = serde_json::from_str(body).expect("JSON");
        let mut faults = Faults::default();
        let span = span(&mut faults, &body, Instant::from_micros(1_000_900_000));
        faults.finish()?;
        Ok((span.start.seconds(), span.end.map(Instant::seconds)))
    }

    #[test]
    fn start_end_and_duration_say_when() {
        let (start, end) = (r#""start": "1970-01-01T00:01:40Z""#, r#""end": "1970-01-01T00:01:50Z""#);
        assert_eq!(told("{}"), Ok((1000, None)));
        assert_eq!(told(&format!("{{{start}}}")), Ok((100, None)));
        assert_eq!(told(&format!(r#"{{{start}, "duration": null, "end": null}}"#)), Ok((100, None)));
        assert_eq!(told(&format!("{{{start}, {end}}}")), Ok((100, Some(110))));
        assert_eq!(told(&format!(r#"{{{start}, "duration": 0}}"#)), Ok((100, Some(100))));
        assert_eq!(told(&format!(r#"{{{start}, "duration": 7}}"#)), Ok((100, Some(107))));
        assert_eq!(told(&format!(r#"{{{start}, {end}, "duration": 9}}"#)), Ok((100, Some(110))));
        for (body, field) in [
            (format!("{{{end}}}"), "start"),
            (r#"{"duration": 5}"#.to_owned(), "start"),
            (format!(r#"{{{start}, "duration": -1}}"#), "duration"),
            (format!(r#"{{{start}, "duration": 31622401}}"#), "duration"),
            (format!(r#"{{{start}, {end}, "duration": 12}}"#), "duration"),
            (r#"{"start": "1970-01-01T00:01:40Z", "end": "1970-01-01T00:01:39Z"}"#.to_owned(), "end"),
            (r#"{"start": "1970-01-01T00:01:40Z", "end": "1971-01-02T00:01:41Z"}"#.to_owned(), "end"),
        ] {
            let faults = told(&body).expect_err(&body);
            assert!(format!("{faults:?}").contains(&format!("\"{field}\"")), "{body}: {faults:?}");
        }
    }

    #[test]
    fn an_id_that_is_not_time_ordered_counts_as_none() {
        let chosen = |id: Option<&str>| {
            let mut faults = Faults::default();
            let id = chosen_id(&mut faults, id.map(str::to_owned));
            faults.finish().map(|()| id.map(|id| id.to_string()))
        };
        let id = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";
        assert_eq!(chosen(Some(id)), Ok(Some(id.to_owned())));
        for none in
            [None, Some(""), Some("5f0d9f0e-8a57-4b7c-9c3e-1f2a3b4c5d6e"), Some("00000000-0000-0000-0000-000000000000")]
        {
            assert_eq!(chosen(none), Ok(None), "{none:?}");
        }
        for other in ["17", "01980f3c5b1e7d2a9c3e1f2a3b4c5d6e"] {
            assert!(chosen(Some(other)).is_err(), "{other}");
        }
    }
}
