//! Lists of small resources: which page a query asks for, and the page in the shape that clients of solidtime read.

use kronos_api::{PageLink, PageLinks, Pages, PagesMeta, pages::LIMIT};
use kronos_domain::{Instant, Since};
use kronos_storage::pages::{Found, Key, Order, Place, Wanted};
use serde::Serialize;
use uuid::Uuid;

use crate::call::Call;
use crate::page::{self, Cursors};
use crate::problem::Problem;
use crate::query::Query;
use crate::response::Reply;

/// Highest number of a page.
const MOST_PAGES: u64 = 1_000_000;
/// Most resources that a cursor says are before it.
const MOST_BEFORE: i64 = 1_000_000_000;
/// Longest text to search for, in characters.
const MOST_SEARCHED: usize = 200;
/// Numbers on either side of the present page that have a button.
const NEIGHBOURS: i64 = 3;

/// The orders by their names.
const ORDERS: [(&str, Order); 5] = [
    ("name", Order::Name),
    ("-name", Order::NameDescending),
    ("created_at", Order::Created),
    ("-created_at", Order::CreatedDescending),
    ("updated_at", Order::Updated),
];

/// The page that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// What storage is asked for.
    pub wanted: Wanted,
    /// Whether it goes by a cursor and not by a number.
    follows: bool,
    /// How many resources the pages before it hold.
    before: i64,
}

impl Paging {
    /// That of a request, whose row has the parameters of [`kronos_api::paged!`].
    pub fn of(call: &Call) -> Result<Self, Problem> {
        Self::read(call.operation.id, &call.query)
    }

    fn read(list: &str, query: &Query) -> Result<Self, Problem> {
        let order = query.one_of("sort", &ORDERS)?.unwrap_or(Order::Name);
        let limit = page::limit(query, LIMIT, LIMIT)?;
        let cursor = read_cursor(cursors(list, order), order, query)?;
        let number = query.number("page")?;
        if number.is_some_and(|number| !(1..=MOST_PAGES).contains(&number)) {
            return Err(Problem::invalid("page", format!("must be between 1 and {MOST_PAGES}")));
        }
        if number.is_some() && cursor.is_some() {
            return Err(Problem::invalid("page", "must be left out together with `cursor`"));
        }
        let skip = usize::try_from(number.unwrap_or(1) - 1).unwrap_or_default().saturating_mul(limit);
        let follows = cursor.is_some();
        let (after, before) = cursor.map_or((None, integer(skip)), |(place, before)| (Some(place), before));
        let wanted = Wanted {
            order,
            after,
            skip,
            limit,
            updated_since: query.get_as::<Since>("updated_since")?.map(|bound| bound.0),
            search: query.text("search", MOST_SEARCHED)?.map(str::to_owned),
        };
        Ok(Self { wanted, follows, before })
    }

    /// The answer with what storage found, each resource as `show` makes it.
    pub fn reply<T, R: Serialize>(&self, call: &Call, found: Found<T>, show: impl FnMut(T) -> R) -> Reply {
        let list = format!("{}{}", call.public_url(), call.path.as_str());
        let pages = self.pages(call.operation.id, &list, &call.query, found, show);
        Reply::ok(&pages).header("x-total-count", pages.meta.total.to_string())
    }

    fn pages<T, R>(
        &self,
        operation: &str,
        list: &str,
        query: &Query,
        found: Found<T>,
        show: impl FnMut(T) -> R,
    ) -> Pages<R> {
        let Found { resources, total, next } = found;
        let (per_page, count) = (integer(self.wanted.limit), integer(resources.len()));
        let last_page = (total - 1).max(0) / per_page + 1;
        let current_page = self.before / per_page + 1;
        let at = |name: &str, value: &str| address(list, query, name, value);
        let numbered = |number: i64| at("page", &number.to_string());
        let next_cursor = next.map(|place| {
            let cursors = cursors(operation, self.wanted.order);
            write_cursor(cursors, place, self.before.saturating_add(count))
        });
        let next = next_cursor
            .as_deref()
            .map(|cursor| if self.follows { at("cursor", cursor) } else { numbered(current_page + 1) });
        let prev = (!self.follows && current_page > 1).then(|| numbered((current_page - 1).min(last_page)));
        Pages {
            data: resources.into_iter().map(show).collect(),
            meta: PagesMeta {
                current_page,
                from: (count > 0).then_some(self.before.saturating_add(1)),
                last_page,
                links: buttons(current_page, last_page, prev.clone(), next.clone(), numbered),
                path: list.to_owned(),
                per_page,
                to: (count > 0).then_some(self.before.saturating_add(count)),
                total,
                next_cursor,
            },
            links: PageLinks { first: numbered(1), last: numbered(last_page), prev, next },
        }
    }
}

/// What a parameter such as `archived` asks for: those that are, those that are not, which is the usual, or, with `all`, both.
pub fn state(query: &Query, name: &str) -> Result<Option<bool>, Problem> {
    let words = [("false", Some(false)), ("true", Some(true)), ("all", None)];
    Ok(query.one_of(name, &words)?.unwrap_or(Some(false)))
}

fn integer(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn cursors(list: &str, order: Order) -> Cursors<'_> {
    let name = ORDERS.iter().find(|(_, other)| *other == order).map_or("", |(name, _)| name);
    Cursors { list, order: name }
}

/// A place, and how many resources are before it.
fn read_cursor(cursors: Cursors<'_>, order: Order, query: &Query) -> Result<Option<(Place, i64)>, Problem> {
    Ok(match order {
        Order::Name | Order::NameDescending => {
            let read = cursors.read::<(String, (Uuid, i64))>(query, "cursor")?;
            read.map(|(name, (id, before))| (Place { key: Key::Name(name), id }, before.clamp(0, MOST_BEFORE)))
        }
        Order::Created | Order::CreatedDescending | Order::Updated => {
            let read = cursors.read::<(i64, (Uuid, i64))>(query, "cursor")?;
            let key = |micros| Key::Instant(Instant::from_micros(micros));
            read.map(|(micros, (id, before))| (Place { key: key(micros), id }, before.clamp(0, MOST_BEFORE)))
        }
    })
}

fn write_cursor(cursors: Cursors<'_>, place: Place, before: i64) -> String {
    match place.key {
        Key::Name(name) => cursors.write(&(name, (place.id, before))),
        Key::Instant(instant) => cursors.write(&(instant.micros(), (place.id, before))),
    }
}

/// The address of another page, with whatever else the query asks for.
fn address(list: &str, query: &Query, name: &str, value: &str) -> String {
    let others = query.pairs().filter(|(name, _)| !["page", "cursor"].contains(name));
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(others).append_pair(name, value);
    format!("{list}?{}", encoded.finish())
}

/// What Laravel, on which solidtime stands, shows to turn pages with.
fn buttons(
    current: i64,
    last: i64,
    prev: Option<String>,
    next: Option<String>,
    numbered: impl Fn(i64) -> String,
) -> Vec<PageLink> {
    let button = |url, label: &str| PageLink { url, label: label.to_owned(), active: false };
    let mut buttons = vec![button(prev, "&laquo; Previous")];
    let near = (current - NEIGHBOURS).max(2)..=(current + NEIGHBOURS).min(last - 1);
    let mut before = 0;
    for number in [1].into_iter().chain(near).chain((last > 1).then_some(last)) {
        if number > before + 1 {
            buttons.push(button(None, "..."));
        }
        before = number;
        buttons.push(PageLink { active: number == current, ..button(Some(numbered(number)), &number.to_string()) });
    }
    buttons.push(button(next, "Next &raquo;"));
    buttons
}

#[cfg(test)]
mod tests {
    use kronos_api::{Access, Operation};
    use serde_json::{Value, json};

    use super::*;

    const LIST: Operation = Operation::new("list_things", "GET", "/things", Access::Token)
        .query(kronos_api::paged![kronos_api::pages::ARCHIVED]);
    const URL: &str = "https://kronos.example/things";

    fn query(text: &str) -> Query {
        Query::parse(Some(text)).of(&LIST).expect("known parameters")
    }

    fn read(text: &str) -> Result<Paging, Value> {
        Paging::read(LIST.id, &query(text)).map_err(|problem| {
            let (_, _, body) = problem.into_parts("");
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            body["errors"].clone()
        })
    }

    /// Things with the numbers from 1 to 7, as storage would page them by name.
    fn found(paging: &Paging) -> Found<i64> {
        let before = usize::try_from(paging.before).expect("a number");
        let end = before.saturating_add(paging.wanted.limit).min(7);
        let resources: Vec<i64> = (1..=7).skip(before).take(paging.wanted.limit).collect();
        let next = resources
            .last()
            .filter(|_| end < 7)
            .map(|last| Place { key: Key::Name(format!("ü{last}")), id: Uuid::nil() });
        Found { resources, total: 7, next }
    }

    fn page(text: &str) -> Value {
        let paging = read(text).expect("valid");
        let pages = paging.pages(LIST.id, URL, &query(text), found(&paging), |number| number);
        serde_json::to_value(pages).expect("JSON")
    }

    #[test]
    fn without_parameters_everything_is_on_one_page() {
        let paging = read("").expect("valid");
        assert_eq!((paging.wanted.order, paging.wanted.skip, paging.wanted.limit), (Order::Name, 0, 500));
        let first = format!("{URL}?page=1");
        assert_eq!(
            page(""),
            json!({
                "data": [1, 2, 3, 4, 5, 6, 7],
                "links": { "first": first, "last": first, "prev": null, "next": null },
                "meta": {
                    "current_page": 1, "from": 1, "last_page": 1, "path": URL, "per_page": 500, "to": 7, "total": 7,
                    "next_cursor": null,
                    "links": [
                        { "url": null, "label": "&laquo; Previous", "active": false },
                        { "url": first, "label": "1", "active": true },
                        { "url": null, "label": "Next &raquo;", "active": false },
                    ],
                },
            })
        );
    }

    #[test]
    fn links_lead_to_the_neighbours_with_all_other_parameters() {
        let page = page("per_page=2&search=%C3%BC%26&page=2&archived=all");
        let at = |number: i64| format!("{URL}?limit=2&search=%C3%BC%26&archived=all&page={number}");
        assert_eq!(page["data"], json!([3, 4]));
        assert_eq!(page["links"], json!({ "first": at(1), "last": at(4), "prev": at(1), "next": at(3) }));
        let meta = &page["meta"];
        assert_eq!((&meta["current_page"], &meta["from"], &meta["to"]), (&json!(2), &json!(3), &json!(4)));
        assert_eq!((&meta["last_page"], &meta["total"], &meta["per_page"]), (&json!(4), &json!(7), &json!(2)));
        assert_eq!(meta["links"][2], json!({ "url": at(2), "label": "2", "active": true }));
    }

    #[test]
    fn a_page_beyond_the_last_one_is_empty() {
        let page = page("limit=2&page=9");
        assert_eq!(page["data"], json!([]));
        assert_eq!(
            (&page["meta"]["from"], &page["meta"]["to"], &page["meta"]["total"]),
            (&json!(null), &json!(null), &json!(7))
        );
        assert_eq!(
            (&page["links"]["prev"], &page["links"]["next"]),
            (&json!(format!("{URL}?limit=2&page=4")), &json!(null))
        );
    }

    #[test]
    fn cursors_lead_through_all_pages() {
        let (mut query, mut seen) = ("limit=3".to_owned(), Vec::new());
        for (number, following) in [(1, true), (2, true), (3, false)] {
            let page = page(&query);
            seen.extend(page["data"].as_array().expect("a list").clone());
            assert_eq!(page["meta"]["current_page"], number);
            let cursor = page["meta"]["next_cursor"].as_str();
            assert_eq!(cursor.is_some(), following);
            query = format!("limit=3&cursor={}", cursor.unwrap_or_default());
            if number > 1 {
                assert_eq!(page["links"]["next"].as_str(), following.then(|| format!("{URL}?{query}")).as_deref());
                assert_eq!(page["links"]["prev"], json!(null));
            }
        }
        assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7].map(Value::from));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for text in ["page=0", "page=1000001"] {
            assert_eq!(read(text), Err(json!({ "page": ["must be between 1 and 1000000"] })), "{text}");
        }
        assert_eq!(read("limit=501"), Err(json!({ "limit": ["must be between 1 and 500"] })));
        assert!(read("cursor=nonsense").is_err() && read("sort=size").is_err() && read("updated_since=today").is_err());
        let cursor = page("limit=2")["meta"]["next_cursor"].as_str().expect("a cursor").to_owned();
        assert!(read(&format!("cursor={cursor}")).is_ok());
        assert!(read(&format!("cursor={cursor}&sort=-name")).is_err());
        assert_eq!(
            read(&format!("cursor={cursor}&page=1")),
            Err(json!({ "page": ["must be left out together with `cursor`"] }))
        );
    }

    #[test]
    fn what_is_archived_is_left_out_unless_asked_for() {
        let archived = |text| state(&query(text), "archived").ok();
        assert_eq!(archived(""), Some(Some(false)));
        assert_eq!(archived("archived=true"), Some(Some(true)));
        assert_eq!(archived("archived=all"), Some(None));
        assert_eq!(archived("archived=yes"), None);
    }

    #[test]
    fn far_pages_have_no_button() {
        let labels = |current, last| {
            let buttons = buttons(current, last, None, None, |number| number.to_string());
            buttons.into_iter().map(|button| button.label).collect::<Vec<_>>()[1..]
                .join(" ")
                .replace(" Next &raquo;", "")
        };
        assert_eq!(labels(1, 1), "1");
        assert_eq!(labels(2, 3), "1 2 3");
        assert_eq!(labels(10, 20), "1 ... 7 8 9 10 11 12 13 ... 20");
        assert_eq!(labels(20, 20), "1 ... 17 18 19 20");
        assert_eq!(labels(99, 5), "1 ... 5");
    }
}
