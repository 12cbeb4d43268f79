//! What files and the command line say: `spin.toml`, `runtime-config.toml`, variables, allow-lists and options.

pub mod allowed_hosts;
pub mod clock;
pub mod diagnostic;
pub mod manifest;
pub(crate) mod names;
pub mod options;
pub mod runtime;
pub mod template;
pub mod variables;
