//! `GET /api/v1/organizations/{organization}/time-entries`: pages of entries.

use std::str::FromStr;

use kronos_api::{Page, PageMeta, time_entries::TimeEntry};
use kronos_domain::{EntryId, Instant, MemberId, Since, Until, ids::InvalidId};
use kronos_platform::{
    Call, Faults, Problem, Query, Reply,
    page::{self, Cursors},
};
use kronos_storage::{
    Db,
    time_entries::{self, Among, Cursor, Filter, Slice, Sort},
};

use crate::{DEFAULT_LIMIT, MAX_LIMIT, actor, refusal::Refusal};

/// Most projects, tasks, clients or tags in a filter.
const MAX_IDS: usize = 100;
/// Most members in a filter.
const MAX_MEMBERS: usize = 100;
/// Most entries to skip.
const MAX_OFFSET: u64 = 10_000;
/// Longest text to search for, in characters.
const MAX_SEARCH: usize = 200;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Newest,
    Oldest,
    Changed,
}

/// The orders by their names.
const ORDERS: [(&str, Order); 3] =
    [("-start", Order::Newest), ("start", Order::Oldest), ("updated_at", Order::Changed)];

pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let query = &call.query;
    let order = order(query)?;
    let filter = filter(query, order)?;
    let cursors = Cursors { list: call.operation.id, order: name(order) };
    let (after, synced) = place(query, cursors, order)?;
    let offset = offset(query)?;
    let slice = Slice { after, skip: offset.unwrap_or_default(), limit: page::limit(query, DEFAULT_LIMIT, MAX_LIMIT)? };
    let with_total = query.flag("total")?.unwrap_or(false);

    let db = call.db().await?;
    let sync_since = sync_since(&db, order, synced).await?;
    let sort = if order == Order::Newest { Sort::Descending } else { Sort::Ascending };
    let listing = match offset {
        Some(_) => time_entries::list_full(&db, actor, &filter, sort, slice).await?,
        None => time_entries::list(&db, actor, &filter, sort, slice).await?,
    };
    let listing = listing.ok_or(Refusal::NotFound)?;
    if slice.skip > 0 && listing.entries.len() < slice.limit && listing.next.is_some() {
        return Err(Faults::one("offset", "skips too much with these filters: follow `cursor` instead").into());
    }
    let total = if with_total { Some(time_entries::count(&db, actor, &filter).await?) } else { None };

    let next_cursor = listing.next.map(|next| {
        let place = (next.at.micros(), next.id.uuid());
        match sync_since {
            Some(since) => cursors.write(&(place, since.micros())),
            None => cursors.write(&place),
        }
    });
    let page = Page {
        data: listing.entries.into_iter().map(TimeEntry::from).collect(),
        meta: PageMeta { next_cursor, total, sync_since },
    };
    let reply = Reply::ok(&page);
    Ok(match total {
        Some(total) => reply.header("x-total-count", total.to_string()),
        None => reply,
    })
}

/// What the next synchronisation may ask with. Every page of a list repeats the answer of the first one: what is committed while the
/// pages are read may belong before the place of a later one.
async fn sync_since(db: &Db, order: Order, synced: Option<Instant>) -> Result<Option<Instant>, Refusal> {
    Ok(match (order, synced) {
        (Order::Newest | Order::Oldest, _) => None,
        (Order::Changed, Some(since)) => Some(since),
        (Order::Changed, None) => Some(time_entries::sync_horizon(db).await?),
    })
}

fn order(query: &Query) -> Result<Order, Problem> {
    let order = query.one_of("sort", &ORDERS)?;
    if query.get("updated_since")?.is_none() {
        return Ok(order.unwrap_or(Order::Newest));
    }
    match order {
        None | Some(Order::Changed) => Ok(Order::Changed),
        Some(Order::Newest | Order::Oldest) => {
            Err(Problem::invalid("sort", "must be `updated_at` together with `updated_since`"))
        }
    }
}

/// Where the page begins, and, in the order of changes, what the first page answered as `sync_since`.
fn place(query: &Query, cursors: Cursors<'_>, order: Order) -> Result<(Option<Cursor>, Option<Instant>), Problem> {
    let cursor = |(at, id)| Cursor { at: Instant::from_micros(at), id: EntryId::from_uuid(id) };
    if order != Order::Changed {
        return Ok((cursors.read(query, "cursor")?.map(cursor), None));
    }
    let read = cursors.read(query, "cursor")?;
    Ok(read.map_or((None, None), |(place, since)| (Some(cursor(place)), Some(Instant::from_micros(since)))))
}

fn offset(query: &Query) -> Result<Option<usize>, Problem> {
    let Some(offset) = query.number("offset")? else { return Ok(None) };
    if offset > MAX_OFFSET {
        return Err(Problem::invalid("offset", format!("must not be more than {MAX_OFFSET}: follow `cursor` instead")));
    }
    if offset > 0 && query.get("cursor")?.is_some() {
        return Err(Problem::invalid("offset", "must be 0 together with `cursor`"));
    }
    Ok(usize::try_from(offset).ok())
}

fn filter(query: &Query, order: Order) -> Result<Filter, Problem> {
    let since = query.get_as::<Since>("updated_since")?.map(|bound| bound.0);
    let start = query.get_as::<Since>("start")?.map(|bound| bound.0);
    let end = query.get_as::<Until>("end")?.map(|bound| bound.0);
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        return Err(Problem::invalid("end", "must not be before `start`"));
    }
    Ok(Filter {
        start,
        end,
        active: query.flag("active")?,
        billable: query.flag("billable")?,
        members: query.list_as::<MemberId>("member_ids", MAX_MEMBERS)?,
        updated_since: since.or((order == Order::Changed).then_some(Instant::MIN)),
        include_deleted: query.flag("include_deleted")?.unwrap_or(false),
        search: query.text("search", MAX_SEARCH)?.map(str::to_owned),
        projects: among(query, "project_ids")?,
        tasks: among(query, "task_ids")?,
        clients: among(query, "client_ids")?,
        tags: among(query, "tag_ids")?,
        every_tag: query.one_of("tag_match_type", &[("any", false), ("all", true)])?.unwrap_or(false),
        kind: query.get_as("type")?,
    })
}

/// Ids, and `none` for entries without any.
fn among<T: FromStr<Err = InvalidId> + Ord>(query: &Query, name: &str) -> Result<Among<T>, Problem> {
    let mut among = Among::default();
    for wanted in query.list_as::<IdOrNone<T>>(name, MAX_IDS)? {
        match wanted {
            IdOrNone::Id(id) => among.ids.push(id),
            IdOrNone::None => among.none = true,
        }
    }
    Ok(among)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum IdOrNone<T> {
    Id(T),
    None,
}

impl<T: FromStr<Err = InvalidId>> FromStr for IdOrNone<T> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text == "none" { Ok(Self::None) } else { text.parse().map(Self::Id) }
    }
}

fn name(order: Order) -> &'static str {
    ORDERS.iter().find(|(_, other)| *other == order).map_or("", |(name, _)| name)
}
