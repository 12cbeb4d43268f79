//! The HTTP API as data: its operations, and the types that they receive and answer.
//!
//! To add an operation: a row in the file of its component with its types, and a handler, without which the component does not
//! compile. OpenAPI, the TypeScript client, the authorization test and the law about routes read the rows. For a new component, add
//! its rows to [`OPERATIONS`].

pub mod audit;
pub mod forward_auth;
pub mod identity;
pub mod members;
#[cfg(feature = "schema")]
pub mod openapi;
mod operation;
pub mod operations;
pub mod pages;
mod parameter;
pub mod projects;
pub mod refused;
pub mod reports;
pub mod schema;
pub mod time_entries;

use kronos_domain::Instant;
use serde::{Deserialize, Serialize};

pub use operation::{Access, Body, Need, Object, Operation, Outcome, Whose, scope};
pub use operations::{OPERATIONS, Operations};
pub use pages::{PageLink, PageLinks, Pages, PagesMeta};
pub use parameter::{Effect, Kind, Parameter};
pub use refused::Refused;

/// One resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Data<T> {
    /// The resource.
    pub data: T,
}

/// A page of resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Page<T> {
    /// The resources.
    pub data: Vec<T>,
    /// Where the next page is.
    pub meta: PageMeta,
}

/// About a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PageMeta {
    /// `cursor` of the next page; none on the last one.
    pub next_cursor: Option<String>,
    /// How many resources all pages hold; only when asked for with `total=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// What to ask with as `updated_since` next, once all pages have been read; only in the order of changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_since: Option<Instant>,
}

/// Resources that changed since a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Changes<T> {
    /// The resources as they are now, deleted ones included, each once.
    pub data: Vec<T>,
    /// Where to go on.
    pub meta: ChangesMeta,
}

/// About a page of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangesMeta {
    /// `since` to ask with next.
    pub since: i64,
    /// There may be more already.
    pub more: bool,
}

/// Tells `null` from absent.
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
