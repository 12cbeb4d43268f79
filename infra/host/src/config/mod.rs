//! What files and the command line say: `spin.toml`, `runtime-config.toml`, variables, allow-lists and options; and where and how
//! we write files ourselves.

pub mod allowed_hosts;
pub mod clock;
pub mod diagnostic;
pub mod manifest;
pub(crate) mod names;
pub mod options;
pub mod private;
pub mod runtime;
pub mod state;
pub mod template;
pub mod variables;
