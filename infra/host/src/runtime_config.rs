//! `runtime-config.toml`.

use std::{collections::BTreeMap, path::PathBuf};

use ipnet::IpNet;

/// The parts of Spin's runtime configuration that this host has.
#[derive(Clone, Debug, Default)]
pub struct RuntimeConfig {
    /// SQLite files by label; a label that is missing lives in the state directory.
    pub sqlite: BTreeMap<String, PathBuf>,
    /// Key-value stores by label.
    pub key_value: BTreeMap<String, KeyValueStore>,
    /// Connections that outbound HTTP may hold in all.
    pub http_max_connections: Option<usize>,
    /// Connections to PostgreSQL per address.
    pub postgres_max_connections: Option<usize>,
    /// Address ranges that outbound connections may not reach.
    pub blocked_networks: Vec<IpNet>,
    /// Whether private and loopback addresses are blocked for outbound HTTP unless named in the allow-list.
    pub block_private: bool,
}

/// Where a key-value store lives.
#[derive(Clone, Debug)]
pub enum KeyValueStore {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A Redis server.
    Redis(String),
}
