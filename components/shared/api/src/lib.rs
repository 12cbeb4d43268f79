//! The HTTP API as data: its operations, and the types that they receive and answer.
//!
//! To add an operation: a line in [`OPERATIONS`], its types in the module of its resource, a handler in its component. OpenAPI,
//! the TypeScript client and the authorisation test read this crate.

pub mod identity;
pub mod operations;
pub mod reports;
pub mod time_entries;

use serde::{Deserialize, Serialize};

pub use operations::{Access, OPERATIONS, Operation, scope};

/// One resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data<T> {
    /// The resource.
    pub data: T,
}

/// A page of resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The resources.
    pub data: Vec<T>,
    /// Where the next page is.
    pub meta: PageMeta,
}

/// About a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageMeta {
    /// `cursor` of the next page; none on the last one.
    pub next_cursor: Option<String>,
    /// How many resources all pages hold; only when asked for with `total=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}
