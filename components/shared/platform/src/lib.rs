//! What every component stands on: the only way into a handler leads through [`http_service`], and for consumers of events through
//! [`event::consume`].
//!
//! The former asks the library components `gateway` and `auth-check`, which are linked into the component by the host, and gives the
//! handler a [`Call`]. An instance serves several requests at a time and keeps what it learned (configuration, keys, verified
//! tokens, connections) for the next ones. Tasks of one instance can't wake each other, so nothing here waits for another
//! request except by looking again.

mod ambient;
mod auth;
mod bindings;
mod body;
mod call;
mod configuration;
mod doorbell;
pub mod etag;
pub mod event;
mod faults;
mod head;
pub mod idempotency;
mod members;
pub mod page;
pub mod pages;
mod patience;
mod problem;
mod query;
pub mod refusal;
mod response;
mod routes;
mod serve;
mod store;

pub use ambient::{new_id, random};
pub use auth::{Caller, KeySet};
pub use call::Call;
pub use configuration::variable;
pub use faults::Faults;
pub use problem::Problem;
pub use query::Query;
pub use response::{Reply, Response};
pub use routes::PathParams;
pub use serve::{Service, serve};

pub use http::StatusCode;

/// What [`http_service`] and [`refusals`] expand to.
#[doc(hidden)]
pub mod export {
    pub use kronos_storage::Error as StorageError;
    pub use spin_sdk::http::IntoResponse;
    pub use spin_sdk::wasip3::exports::http::handler::Guest;
    pub use spin_sdk::wasip3::http::service::export;
    pub use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};
}
