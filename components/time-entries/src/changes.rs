//! `GET /api/v1/organizations/{organization}/time-entries/changes`: what changed since a position.

use kronos_api::{
    Changes, ChangesMeta,
    time_entries::{TimeEntry, refused},
};
use kronos_platform::{Call, Problem, Reply, page};
use kronos_storage::{outbox, time_entries};

use crate::{DEFAULT_LIMIT, MAX_LIMIT, actor, refusal::Refusal};

pub async fn changes(call: Call) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let since = call.query.number("since")?.map_or(0, |since| i64::try_from(since).unwrap_or(i64::MAX));
    let limit = page::limit(&call.query, DEFAULT_LIMIT, MAX_LIMIT)?;
    let db = call.db().await?;
    let last = outbox::assign(&db).await?;
    let changed = time_entries::changes(&db, actor, since, last, limit).await?.ok_or(Refusal::NotFound)?;
    // Read after the events, some of which may have been dropped meanwhile. Positions beyond the last one are of another database.
    if since < time_entries::floor(&db).await? || since > last {
        return Err(Problem::from(refused::SYNC_EXPIRED).with_meta(serde_json::json!({ "since": last })).into());
    }
    Ok(Reply::ok(&Changes {
        data: changed.entries.into_iter().map(TimeEntry::from).collect(),
        meta: ChangesMeta { since: changed.since, more: changed.more },
    }))
}
