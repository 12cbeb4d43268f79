//! Time entries of an organization: record, list, read, change, stop, delete. The rules of who may do what and all invariants are in
//! the statements and constraints of the storage; a handler parses, calls and answers, and asks why only after a refusal.

mod bulk;
mod changes;
mod copy;
mod create;
mod cut;
mod list;
mod refusal;
mod update;
mod validation;

use kronos_api::{
    Data,
    time_entries::{Op, TimeEntry},
};
use kronos_domain::{EntryId, entry};
use kronos_platform::{Call, Problem, Reply, StatusCode, etag};
use kronos_storage::{Actor, Change, time_entries};

use self::refusal::Refusal;

kronos_platform::http_service!(super::route);

/// Entries on a page unless the client says otherwise.
const DEFAULT_LIMIT: usize = 100;
/// Most entries on a page.
const MAX_LIMIT: usize = 500;

async fn route(op: Op, call: Call) -> Result<Reply, Refusal> {
    match op {
        Op::Active => active(call).await,
        Op::List => list::list(call).await,
        Op::Create => create::create(call).await,
        Op::Changes => changes::changes(call).await,
        Op::Read => read(call).await,
        Op::Replace | Op::Update => update::update(call).await,
        Op::Delete => update::delete(call).await,
        Op::UpdateAll => bulk::update(call).await,
        Op::DeleteAll => bulk::delete(call).await,
        Op::Resume => copy::resume(call).await,
        Op::Duplicate => copy::duplicate(call).await,
        Op::Split => cut::split(call).await,
        Op::DiscardIdle => cut::discard_idle(call).await,
        Op::Restore => update::restore(call).await,
        Op::Stop => update::stop(call).await,
    }
}

/// Who calls, in the organization of the path.
fn actor(call: &Call) -> Result<Actor, Problem> {
    Ok(Actor { organization: call.path.get_as("organization")?, user: call.user()? })
}

/// What a write by the caller is told about the request.
fn change(call: &Call) -> Result<Change<'_>, Problem> {
    Ok(Change {
        actor: actor(call)?,
        request_id: Some(&call.request_id),
        traceparent: Some(&call.traceparent),
        now: call.now.into(),
    })
}

/// One entry with its `ETag`.
fn reply(status: StatusCode, entry: entry::TimeEntry) -> Reply {
    let etag = etag::of(entry.version);
    Reply::json(status, &Data { data: TimeEntry::from(entry) }).header("etag", etag)
}

async fn active(call: Call) -> Result<Reply, Refusal> {
    let user = call.user()?;
    let entry = time_entries::active(&*call.db().await?, user).await?.ok_or(Refusal::NoneActive)?;
    // The address shows different entries over time.
    let etag = etag::of_one(entry.id, entry.version);
    Ok(Reply::ok(&Data { data: TimeEntry::from(entry) }).header("etag", etag))
}

async fn read(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, EntryId) = (actor(&call)?, call.path.get_as("entry")?);
    let entry = time_entries::read(&*call.db().await?, actor, id).await?.ok_or(Refusal::NotFound)?;
    Ok(reply(StatusCode::OK, entry))
}
