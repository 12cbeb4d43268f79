//! What all instances of an application share: pools, stores and the embedded Redis.

use std::path::PathBuf;

use crate::{capabilities::redis::embedded::EmbeddedRedis, runtime_config::RuntimeConfig};

/// Shared by every instance through [`crate::context::ComponentContext`].
#[derive(Debug)]
pub struct Services {
    /// Runtime configuration.
    pub config: RuntimeConfig,
    /// The state directory, which exists.
    pub state_dir: PathBuf,
    /// What answers for `redis://embedded`.
    pub embedded_redis: EmbeddedRedis,
    /// `--spin-exact`.
    pub spin_exact: bool,
}
