//! Pages of small resources, of which an organization has hundreds rather than millions: a page is found by its number or by a
//! cursor, in one of several orders, and comes with how many there are on all pages, in one statement.
//!
//! [`pages!`](crate::pages!) makes the statements of a list, [`page`] runs them.

use kronos_domain::Instant;
use uuid::Uuid;

use crate::{
    Actor, Columns, Db, Error, Statement, Value,
    db::{Fragment, containing},
};

/// In which order a list is; those that are equal in it are in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By name, without regard to capitals.
    Name,
    /// By name, backwards.
    NameDescending,
    /// The oldest first.
    Created,
    /// The newest first.
    CreatedDescending,
    /// What changed last at the end.
    Updated,
}

/// What an order goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The folded name.
    Name(String),
    /// The instant of creation or of the last change.
    Instant(Instant),
}

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where in the order.
    pub key: Key,
    /// Which of those that are equal in it.
    pub id: Uuid,
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// In this order.
    pub order: Order,
    /// From behind this place on, which is of the same order.
    pub after: Option<Place>,
    /// Without so many resources first.
    pub skip: usize,
    /// So many resources at most.
    pub limit: usize,
    /// Those that changed at this instant or later.
    pub updated_since: Option<Instant>,
    /// Those whose name contains this text, in whatever case.
    pub search: Option<String>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// The resources on it.
    pub resources: Vec<T>,
    /// How many there are on all pages.
    pub total: i64,
    /// Behind which place the next page begins; none on the last one.
    pub next: Option<Place>,
}

/// The statements of a list, one for each order.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Pages(pub [Statement; 5]);

impl Pages {
    const fn of(&self, order: Order) -> &Statement {
        let [name, name_descending, created, created_descending, updated] = &self.0;
        match order {
            Order::Name => name,
            Order::NameDescending => name_descending,
            Order::Created => created,
            Order::CreatedDescending => created_descending,
            Order::Updated => updated,
        }
    }
}

/// Makes the statements of lists as constants of a module, and all of them as its `PAGES`.
///
/// Each is given the columns to read, those of a row `r`, and the text that finds the rows which the caller sees, in the dialect of
/// `statements!` and with its fragments. The rows have the columns `id`, `name_key`, `created_at` and `updated_at`, by which they
/// are put in order. The text finds its caller in `caller`; `$1` to `$8` are taken, its own parameters begin with `$9`. What is
/// dear to compute belongs to the columns to read: they are computed for the rows of the page alone.
///
/// ```ignore
/// pages! {
///     LIST = CLIENT_COLUMNS_OF_R, r"
///         SELECT k.* FROM caller c
///         JOIN clients k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
///         WHERE $9::boolean IS NULL OR (k.archived_at IS NOT NULL) = $9::boolean
///     ";
/// }
/// ```
#[macro_export]
macro_rules! pages {
    ($($(#[$meta:meta])* $name:ident = $columns:expr, $rows:tt $(with $($fragments:ident)+)?;)+) => {
        $($(#[$meta])* const $name: $crate::pages::Pages = {
            const ROWS: &[$crate::db::Fragment] = &[
                $crate::db::Fragment::pair(
                    "rows",
                    $crate::statement_text!(postgres $rows),
                    $crate::statement_text!(sqlite $rows),
                ),
                $crate::db::Fragment::shared("columns", $columns),
            ];
            $crate::pages::Pages([
                $crate::ordered_page!(BY_NAME $name $($($fragments)+)?),
                $crate::ordered_page!(BY_NAME_DESCENDING $name $($($fragments)+)?),
                $crate::ordered_page!(BY_CREATION $name $($($fragments)+)?),
                $crate::ordered_page!(BY_CREATION_DESCENDING $name $($($fragments)+)?),
                $crate::ordered_page!(BY_CHANGE $name $($($fragments)+)?),
            ])
        };)+

        /// The statements of every list of this module.
        pub(crate) const PAGES: &[$crate::pages::Pages] = &[$($name),+];
    };
}

/// A page in one order.
#[doc(hidden)]
#[macro_export]
macro_rules! ordered_page {
    ($order:ident $name:ident $($fragments:ident)*) => {{
        const FRAGMENTS: &[&[$crate::db::Fragment]] =
            &[ROWS, $crate::pages::$order, $($fragments,)* $crate::pages::PAGE, $crate::access::FRAGMENTS];
        $crate::statement_of!(
            concat!(module_path!(), "::", stringify!($name), "_", stringify!($order)),
            "{page}",
            "{page}",
            FRAGMENTS
        )
    }};
}

/// Whole pages, whatever their order.
#[doc(hidden)]
pub const PAGE: &[Fragment] = &[Fragment::shared(
    "page",
    r"
        WITH caller AS ({caller}),
        seen AS (
            {rows}
        ),
        listed AS MATERIALIZED (
            SELECT * FROM seen l
            WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
                AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
        )
        SELECT (SELECT count(*) FROM listed) AS total, r.{key}, r.id::id AS id, {columns}
        FROM caller
        LEFT JOIN (
            SELECT * FROM listed l
            WHERE {place} IS NULL OR (l.{key}{collation}, l.id) {after} ({place}, $4::uuid)
            ORDER BY l.{key}{collation} {order}, l.id {order}
            LIMIT $5::bigint OFFSET $6::bigint
        ) r ON true
        ORDER BY r.{key}{collation} {order}, r.id {order}",
)];

const NAME_KEY: Fragment = Fragment::shared("key", "name_key");
const NAME_PLACE: Fragment = Fragment::shared("place", "$3::text");
/// SQLite compares letters by their numbers, and so does PostgreSQL when it is told to.
const NAME_COLLATION: Fragment = Fragment::pair("collation", " COLLATE \"C\"", "");
const STAMP_PLACE: Fragment = Fragment::shared("place", "$3::bigint");
const NO_COLLATION: Fragment = Fragment::shared("collation", "");
const FORWARDS: Fragment = Fragment::shared("order", "ASC");
const BACKWARDS: Fragment = Fragment::shared("order", "DESC");
const BEHIND: Fragment = Fragment::shared("after", ">");
const BEFORE: Fragment = Fragment::shared("after", "<");
const CREATED_AT: Fragment = Fragment::shared("key", "created_at");
const UPDATED_AT: Fragment = Fragment::shared("key", "updated_at");

#[doc(hidden)]
pub const BY_NAME: &[Fragment] = &[NAME_KEY, NAME_PLACE, NAME_COLLATION, FORWARDS, BEHIND];
#[doc(hidden)]
pub const BY_NAME_DESCENDING: &[Fragment] = &[NAME_KEY, NAME_PLACE, NAME_COLLATION, BACKWARDS, BEFORE];
#[doc(hidden)]
pub const BY_CREATION: &[Fragment] = &[CREATED_AT, STAMP_PLACE, NO_COLLATION, FORWARDS, BEHIND];
#[doc(hidden)]
pub const BY_CREATION_DESCENDING: &[Fragment] = &[CREATED_AT, STAMP_PLACE, NO_COLLATION, BACKWARDS, BEFORE];
#[doc(hidden)]
pub const BY_CHANGE: &[Fragment] = &[UPDATED_AT, STAMP_PLACE, NO_COLLATION, FORWARDS, BEHIND];

/// A page of what the actor sees. `own` are the list's own parameters, from `$9` on. None where the actor is not a member.
pub async fn page<T>(
    db: &Db,
    pages: &Pages,
    actor: Actor,
    wanted: &Wanted,
    own: &[Value],
    decode: impl Fn(&mut Columns) -> Result<T, Error>,
) -> Result<Option<Found<T>>, Error> {
    let mut parameters = parameters(actor, wanted);
    parameters.extend_from_slice(own);
    let rows = db.rows(pages.of(wanted.order), &parameters).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut total = 0;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let mut columns = row.columns();
        total = columns.integer()?;
        // An empty page is one row with nothing but the total.
        if let Some(place) = place(&mut columns, wanted.order)? {
            found.push((place, decode(&mut columns)?));
        }
    }
    let more = found.len() > wanted.limit;
    found.truncate(wanted.limit);
    let next = found.last().filter(|_| more).map(|(place, _)| place.clone());
    Ok(Some(Found { resources: found.into_iter().map(|(_, resource)| resource).collect(), total, next }))
}

/// `$1` to `$8`.
fn parameters(actor: Actor, wanted: &Wanted) -> Vec<Value> {
    let (key, id) = match &wanted.after {
        None => (Value::Null, Value::Null),
        Some(Place { key: Key::Name(name), id }) => (name.as_str().into(), Value::Uuid(*id)),
        Some(Place { key: Key::Instant(instant), id }) => ((*instant).into(), Value::Uuid(*id)),
    };
    let integer = |number: usize| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
    vec![
        actor.organization.into(),
        actor.user.into(),
        key,
        id,
        // One more than asked for, to learn whether there is more.
        integer(wanted.limit.saturating_add(1)),
        integer(wanted.skip),
        wanted.updated_since.into(),
        wanted.search.as_deref().map(containing).into(),
    ]
}

fn place(columns: &mut Columns, order: Order) -> Result<Option<Place>, Error> {
    let key = match order {
        Order::Name | Order::NameDescending => columns.optional_text()?.map(Key::Name),
        Order::Created | Order::CreatedDescending | Order::Updated => columns.optional_instant()?.map(Key::Instant),
    };
    let id = columns.optional_id()?;
    Ok(key.zip(id).map(|(key, id)| Place { key, id }))
}

/// The statements of lists, one after the other, for [`crate::statements`].
#[doc(hidden)]
pub fn statements(lists: &[Pages]) -> Vec<Statement> {
    lists.iter().flat_map(|pages| pages.0).collect()
}
