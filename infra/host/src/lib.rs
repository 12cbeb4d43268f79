//! The local host of Kronos: runs Spin 4.1 applications on wasmtime.
//!
//! [`Host::start`] takes a manifest and [`Options`] and serves; the binary `kronos` and the tests are thin callers of it.

pub mod allowed_hosts;
pub mod build;
pub mod capabilities;
pub mod compose;
pub mod context;
pub mod engine;
mod host;
pub mod http;
pub mod manifest;
pub mod migrate;
pub mod options;
pub mod redis_trigger;
pub mod runtime_config;
pub mod services;
pub mod telemetry;
pub mod variables;
mod workers;

pub use host::{DOORBELL, Host, StartError};
pub use options::{Limits, Options};
