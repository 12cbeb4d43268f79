//! What all instances of an application share: pools, stores and the embedded Redis.

use std::path::PathBuf;

use crate::{
    capabilities::{
        key_value, postgres,
        redis::{self, embedded::EmbeddedRedis},
        sqlite,
    },
    config::runtime::RuntimeConfig,
};

/// Shared by every instance through [`crate::capabilities::instance::ComponentContext`].
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
    /// Connections to PostgreSQL.
    pub postgres: postgres::Pools,
    /// Connections to Redis.
    pub redis: redis::Pools,
    /// Open SQLite databases.
    pub sqlite: sqlite::Databases,
    /// Open key-value stores.
    pub key_value: key_value::Stores,
}

impl Services {
    /// Nothing is opened or connected before the first use.
    pub fn new(config: RuntimeConfig, state_dir: PathBuf, spin_exact: bool) -> Self {
        Self {
            embedded_redis: EmbeddedRedis::default(),
            spin_exact,
            postgres: postgres::Pools::new(config.postgres_max_connections),
            redis: redis::Pools::default(),
            sqlite: sqlite::Databases::default(),
            key_value: key_value::Stores::default(),
            config,
            state_dir,
        }
    }
}
