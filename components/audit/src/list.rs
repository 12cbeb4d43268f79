//! `GET /api/v1/organizations/{organization}/audit-trail`: pages of changes.

use kronos_api::{
    Page, PageMeta,
    audit::{Actor, Change},
};
use kronos_domain::{Instant, Since, Until};
use kronos_platform::{
    Call, Problem, Query, Reply,
    page::{self, Cursors},
};
use kronos_storage::{
    audit::{self, Answer, Cursor, Entry, Filter},
    outbox,
};

use crate::refusal::Refusal;

/// Changes on a page unless the client says otherwise.
const DEFAULT_LIMIT: usize = 100;
/// Most changes on a page.
const MAX_LIMIT: usize = 500;
/// Longest name of a type or an action, in characters.
const MAX_NAME: usize = 64;

pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let actor = kronos_storage::Actor { organization: call.path.get_as("organization")?, user: call.user()? };
    let filter = filter(&call.query)?;
    let cursors = Cursors { list: call.operation.id, order: "-time" };
    let after = cursors.read(&call.query, "cursor")?;
    let after = after.map(|(at, position)| Cursor { at: Instant::from_micros(at), position });
    let limit = page::limit(&call.query, DEFAULT_LIMIT, MAX_LIMIT)?;
    let db = call.db().await?;
    // What has no position yet is not in the trail yet.
    outbox::assign(&db).await?;
    let page = match audit::list(&db, actor, &filter, after, limit).await? {
        Answer::NotMember => return Err(Refusal::NotFound),
        Answer::Forbidden => return Err(Refusal::Forbidden),
        Answer::Page(page) => page,
    };
    let next_cursor = page.next.map(|next| cursors.write(&(next.at.micros(), next.position)));
    let data = page.entries.into_iter().map(change).collect();
    Ok(Reply::ok(&Page { data, meta: PageMeta { next_cursor, ..PageMeta::default() } }))
}

fn filter(query: &Query) -> Result<Filter, Problem> {
    Ok(Filter {
        start: query.get_as::<Since>("start")?.map(|bound| bound.0),
        end: query.get_as::<Until>("end")?.map(|bound| bound.0),
        subject: query.get_as("resource_id")?,
        aggregate: query.text("resource_type", MAX_NAME)?.map(str::to_owned),
        action: query.text("action", MAX_NAME)?.map(str::to_owned),
        actor: query.get_as("actor_id")?,
    })
}

fn change(entry: Entry) -> Change {
    Change {
        position: entry.position,
        time: entry.occurred_at,
        actor: entry.actor.map(|id| Actor { id, name: entry.actor_name }),
        action: entry.action,
        resource_type: entry.aggregate,
        resource_id: entry.subject,
        version: entry.version,
        request_id: entry.request_id,
        changes: entry.changes,
    }
}
