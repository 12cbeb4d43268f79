//! Pages of entries.

use std::fmt;

use kronos_api::{Page, PageMeta, time_entries::TimeEntry};
use kronos_domain::{EntryId, Instant, MemberId};
use kronos_platform::{Call, Problem, Query, Reply};
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

pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let actor = actor(&call)?;
    let query = &call.query;
    let filter = filter(query)?;
    let sort = match query.get("sort")? {
        None | Some("-start") => Sort::Descending,
        Some("start") => Sort::Ascending,
        Some(_) => return Err(Problem::invalid("sort", "must be `start` or `-start`").into()),
    };
    let cursor = query.get("cursor")?.map(|text| Position::parse(text, sort)).transpose()?;
    let limit = query.get_as("limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::invalid("limit", format!("must be between 1 and {MAX_LIMIT}")).into());
    }
    let with_total = flag(query, "total")?.unwrap_or(false);

    let db = call.db().await?;
    let listing = time_entries::list(&db, actor, &filter, sort, cursor, limit).await?.ok_or(Refusal::NotFound)?;
    let total = if with_total { Some(time_entries::count(&db, actor, &filter).await?) } else { None };

    let next = listing.entries.last().filter(|_| listing.more);
    let next_cursor =
        next.map(|entry| Position { sort, cursor: Cursor { start: entry.start, id: entry.id } }.to_string());
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
    let mut members = Vec::new();
    // solidtime's clients write `member_ids[]`.
    for name in ["member_id", "member_ids", "member_ids[]"] {
        for text in query.all(name).flat_map(|value| value.split(',')).filter(|text| !text.is_empty()) {
            members.push(text.parse::<MemberId>().map_err(|fault| Problem::invalid("member_ids", fault.to_string()))?);
        }
    }
    members.sort_unstable();
    members.dedup();
    if members.len() > MAX_MEMBERS {
        return Err(Problem::invalid("member_ids", format!("must not name more than {MAX_MEMBERS} members")));
    }
    let search = query.get("search")?.map(str::to_owned);
    if search.as_ref().is_some_and(|text| text.chars().count() > MAX_SEARCH || text.contains('\0')) {
        return Err(Problem::invalid("search", format!("must not be longer than {MAX_SEARCH} characters")));
    }
    Ok(Filter {
        start: query.get_as::<Instant>("start")?,
        end: query.get_as::<Instant>("end")?,
        active: flag(query, "active")?,
        billable: flag(query, "billable")?,
        members,
        updated_since: query.get_as::<Instant>("updated_since")?,
        include_deleted: flag(query, "include_deleted")?.unwrap_or(false),
        search,
    })
}

fn flag(query: &Query, name: &str) -> Result<Option<bool>, Problem> {
    match query.get(name)? {
        None => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(_) => Err(Problem::invalid(name, "must be `true` or `false`")),
    }
}

/// A cursor as clients see it: opaque to them, and bound to the order that it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    sort: Sort,
    cursor: Cursor,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match self.sort {
            Sort::Ascending => 'a',
            Sort::Descending => 'd',
        };
        write!(f, "{order}{:x}.{}", self.cursor.start.seconds(), self.cursor.id)
    }
}

impl Position {
    fn parse(text: &str, sort: Sort) -> Result<Cursor, Problem> {
        let position = Self::read(text).filter(|position| position.sort == sort);
        let fault = || Problem::invalid("cursor", "must be the `next_cursor` of a page of the same list");
        position.map(|position| position.cursor).ok_or_else(fault)
    }

    fn read(text: &str) -> Option<Self> {
        let (sort, rest) = match text.split_at_checked(1)? {
            ("a", rest) => (Sort::Ascending, rest),
            ("d", rest) => (Sort::Descending, rest),
            _ => return None,
        };
        let (seconds, id) = rest.split_once('.')?;
        let start = Instant::from_seconds(i64::from_str_radix(seconds, 16).ok()?);
        let id: EntryId = id.parse().ok()?;
        Some(Self { sort, cursor: Cursor { start, id } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_written_and_only_in_its_order() {
        let cursor = Cursor {
            start: Instant::from_seconds(1_772_616_232),
            id: "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e".parse().expect("an id"),
        };
        for (sort, other) in [(Sort::Ascending, Sort::Descending), (Sort::Descending, Sort::Ascending)] {
            let text = Position { sort, cursor }.to_string();
            assert_eq!(Position::parse(&text, sort).ok(), Some(cursor));
            assert!(Position::parse(&text, other).is_err());
        }
        for text in
            ["", "a", "d.", "x1.01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e", "ü", "dzz.01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e"]
        {
            assert!(Position::parse(text, Sort::Descending).is_err(), "{text}");
        }
    }
}
