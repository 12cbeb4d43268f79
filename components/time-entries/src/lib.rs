//! Time entries of an organization: record, list, read, change, stop, delete. The rules of who may do what and all invariants are in
//! the statements and constraints of the storage; a handler parses, calls and answers, and asks why only after a refusal.

mod create;
mod etag;
mod list;
mod refusal;
mod update;
mod validation;

use kronos_api::{Data, time_entries::TimeEntry};
use kronos_domain::{EntryId, entry};
use kronos_platform::{Call, Problem, Reply, StatusCode};
use kronos_storage::time_entries::{self, Actor};

use self::refusal::Refusal;

kronos_platform::http_service!("time-entries", super::route);

async fn route(call: Call) -> Result<Reply, Refusal> {
    match call.operation.id {
        "get_active_time_entry" => active(call).await,
        "list_time_entries" => list::list(call).await,
        "create_time_entry" => create::create(call).await,
        "get_time_entry" => read(call).await,
        "replace_time_entry" | "update_time_entry" => update::update(call).await,
        "stop_time_entry" => update::stop(call).await,
        "delete_time_entry" => update::delete(call).await,
        other => Err(Problem::internal(format!("the operation `{other}` has no handler")).into()),
    }
}

/// Who calls, in the organization of the path.
fn actor(call: &Call) -> Result<Actor, Problem> {
    Ok(Actor { organization: call.path.get_as("organization")?, user: call.user()? })
}

/// One entry with its `ETag`.
fn reply(status: StatusCode, entry: entry::TimeEntry) -> Reply {
    let etag = etag::of(entry.version);
    Reply::json(status, &Data { data: TimeEntry::from(entry) }).header("etag", etag)
}

async fn active(call: Call) -> Result<Reply, Refusal> {
    let user = call.user()?;
    let entry = time_entries::active(&*call.db().await?, user).await?.ok_or(Refusal::NoneActive)?;
    Ok(reply(StatusCode::OK, entry))
}

async fn read(call: Call) -> Result<Reply, Refusal> {
    let (actor, id): (_, EntryId) = (actor(&call)?, call.path.get_as("entry")?);
    let entry = time_entries::read(&*call.db().await?, actor, id).await?.ok_or(Refusal::NotFound)?;
    if etag::is_current(&call.headers, entry.version) {
        return Ok(Reply::empty(StatusCode::NOT_MODIFIED).header("etag", etag::of(entry.version)));
    }
    Ok(reply(StatusCode::OK, entry))
}
