//! Pages of entries.

use kronos_api::{Page, PageMeta, time_entries::TimeEntry};
use kronos_domain::{EntryId, Instant, MemberId};
use kronos_platform::{
    Call, Problem, Query, Reply,
    page::{self, Cursors},
};
use kronos_storage::time_entries::{self, Cursor, Filter, Sort};

use crate::{actor, refusal::Refusal};

/// Entries on a page unless the client says otherwise.
const DEFAULT_LIMIT: usize = 100;
/// Most entries on a page.
const MAX_LIMIT: usize = 500;
/// Most members in a filter.
const MAX_MEMBERS: usize = 100;
/// Longest text to search for, in characters.
const MAX_SEARCH: usize = 200;

/// The orders by their names.
const SORTS: [(&str, Sort); 2] = [("-start", Sort::Descending), ("start", Sort::Ascending)];

pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let query = &call.query;
    let filter = filter(query)?;
    let sort = query.one_of("sort", &SORTS)?.unwrap_or(Sort::Descending);
    let cursors = Cursors { list: call.operation.id, order: order(sort) };
    let cursor = cursors
        .read(query, "cursor")?
        .map(|(start, id)| Cursor { start: Instant::from_micros(start), id: EntryId::from_uuid(id) });
    let limit = page::limit(query, DEFAULT_LIMIT, MAX_LIMIT)?;
    let with_total = query.flag("total")?.unwrap_or(false);

    let db = call.db().await?;
    let listing = time_entries::list(&db, actor, &filter, sort, cursor, limit).await?.ok_or(Refusal::NotFound)?;
    let total = if with_total { Some(time_entries::count(&db, actor, &filter).await?) } else { None };

    let next = listing.entries.last().filter(|_| listing.more);
    let next_cursor = next.map(|entry| cursors.write(&(entry.start.micros(), entry.id.uuid())));
    let page = Page {
        data: listing.entries.into_iter().map(TimeEntry::from).collect(),
        meta: PageMeta { next_cursor, total },
    };
    let reply = Reply::ok(&page);
    Ok(match total {
        Some(total) => reply.header("x-total-count", total.to_string()),
        None => reply,
    })
}

fn filter(query: &Query) -> Result<Filter, Problem> {
    Ok(Filter {
        start: query.get_as::<Instant>("start")?,
        end: query.get_as::<Instant>("end")?,
        active: query.flag("active")?,
        billable: query.flag("billable")?,
        members: query.list_as::<MemberId>("member_ids", MAX_MEMBERS)?,
        updated_since: query.get_as::<Instant>("updated_since")?,
        include_deleted: query.flag("include_deleted")?.unwrap_or(false),
        search: query.text("search", MAX_SEARCH)?.map(str::to_owned),
    })
}

fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Ascending => "start",
        Sort::Descending => "-start",
    }
}
