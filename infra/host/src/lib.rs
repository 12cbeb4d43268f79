//! The local host of Kronos: runs Spin 4.1 applications on wasmtime.
//!
//! [`Host::start`] takes a manifest and [`Options`] and serves; the binary `kronos` and the tests are thin callers of it.
//!
//! The modules are layers. Each uses only those before it:
//!
//! 1. [`config`]: what files and the command line say, and what is wrong with it.
//! 2. [`telemetry`] and [`workers`]: logs, traces and threads, which know nothing of what runs.
//! 3. [`engine`], [`compose`] and [`network`]: wasmtime, the composition of components, and the one place that decides which
//!    addresses are reached.
//! 4. [`capabilities`]: the interfaces that components import.
//! 5. [`triggers`]: what calls components.
//! 6. [`application`]: start and stop, and all that is Kronos's own.
//!
//! [`build`] makes the components and stands beside them, above `config`.

pub mod application;
pub mod build;
pub mod capabilities;
pub mod compose;
pub mod config;
pub mod engine;
pub mod network;
pub mod telemetry;
pub mod triggers;
pub mod workers;

/// What the fuzz targets reach of what nobody else does.
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use crate::capabilities::{postgres::fuzzing as postgres, redis::embedded::fuzzing as redis};
    pub use crate::config::manifest::fuzzing as manifest;
}

pub use application::{DOORBELL, Host, StartError};
pub use config::options::{LimitSettings, Limits, Options};
