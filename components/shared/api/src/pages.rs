//! Lists of small resources: numbered pages in the shape of solidtime, which can be followed by a cursor as well.

use serde::{Deserialize, Serialize};

use crate::Parameter;

/// Resources on a page unless a client says otherwise, and at most: some clients never ask for a second one.
pub const LIMIT: usize = 500;

/// The parameters of every such list. [`paged!`](crate::paged!) puts them behind those of a row.
pub const PARAMETERS: [Parameter; 6] = [
    Parameter::number("page", "1", "Number of the page."),
    Parameter::number("limit", "100", "Resources on a page, at most 500.").or(&["per_page"]),
    Parameter::text("cursor", "", "`next_cursor` of the page before, instead of `page`."),
    Parameter::one_of(
        "sort",
        &["name", "-name", "created_at", "-created_at", "updated_at"],
        "The order; default `name`.",
    ),
    Parameter::time("updated_since", "2026-03-01T00:00:00Z", "Only those that changed at this instant or later."),
    Parameter::text("search", "design", "Only those whose name contains this text."),
];

/// Whether archived resources are listed, for rows whose resources can be archived.
pub const ARCHIVED: Parameter =
    Parameter::one_of("archived", &["false", "true", "all"], "Those in use, those that are archived, or both.");

/// The parameters of a list: those of its own, and those of all lists.
///
/// ```
/// use kronos_api::{Access, Operation, pages};
///
/// const LIST: Operation = Operation::new("list_things", "GET", "/things", Access::Token).query(kronos_api::paged![pages::ARCHIVED]);
///
/// assert_eq!(LIST.parameters.len(), 7);
/// ```
#[macro_export]
macro_rules! paged {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            $crate::pages::PARAMETERS[0],
            $crate::pages::PARAMETERS[1],
            $crate::pages::PARAMETERS[2],
            $crate::pages::PARAMETERS[3],
            $crate::pages::PARAMETERS[4],
            $crate::pages::PARAMETERS[5],
        ]
    };
}

/// A numbered page of resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pages<T> {
    /// The resources.
    pub data: Vec<T>,
    /// Addresses of other pages.
    pub links: PageLinks,
    /// Where this page is among the others.
    pub meta: PagesMeta,
}

/// Absolute addresses of other pages of a list, with all parameters of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PageLinks {
    /// The first page.
    pub first: String,
    /// The last page.
    pub last: String,
    /// The page before; none on the first one, and none where a cursor was followed.
    pub prev: Option<String>,
    /// The page after; none on the last one.
    pub next: Option<String>,
}

/// Where a page is among the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PagesMeta {
    /// Its number.
    pub current_page: i64,
    /// Number of its first resource, counted from 1; none where it is empty.
    pub from: Option<i64>,
    /// Number of the last page, 1 at least.
    pub last_page: i64,
    /// What to show people who turn pages.
    pub links: Vec<PageLink>,
    /// The address of the list without parameters.
    pub path: String,
    /// Resources on a page at most.
    pub per_page: i64,
    /// Number of its last resource; none where it is empty.
    pub to: Option<i64>,
    /// How many resources all pages hold.
    pub total: i64,
    /// `cursor` of the next page; none on the last one.
    pub next_cursor: Option<String>,
}

/// A button that turns pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PageLink {
    /// Where it leads; none where it leads nowhere.
    pub url: Option<String>,
    /// What is written on it.
    pub label: String,
    /// Whether it stands for this page.
    pub active: bool,
}
