//! A PostgreSQL cluster of our own: private, on loopback, durable.

use std::{fs::Permissions, os::unix::fs::PermissionsExt, path::Path};

use anyhow::Context as _;
use tokio_postgres::{Client, NoTls};

use crate::process;

/// Settings that differ from the defaults of PostgreSQL. What makes it durable (`fsync`, `synchronous_commit`,
/// `full_page_writes`) is on by default and named for the record; no round may be disturbed by a checkpoint more than another;
/// Spin opens up to 64 connections for each component.
const SETTINGS: [(&str, &str); 10] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("shared_buffers", "256MB"),
    ("max_connections", "1000"),
    ("max_wal_size", "4GB"),
    ("min_wal_size", "2GB"),
    ("checkpoint_timeout", "30min"),
    ("shared_preload_libraries", "pg_stat_statements"),
    ("pg_stat_statements.track", "none"),
];

/// A running cluster; it is stopped when this is dropped.
#[derive(Debug)]
pub struct Postgres {
    server: kronos_test_servers::Postgres,
}

impl Postgres {
    /// Creates a cluster in a folder and starts it.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let own = folder.join("postgres");
        // What an earlier run left behind.
        if own.exists() {
            std::fs::remove_dir_all(&own)?;
        }
        std::fs::create_dir_all(&own)?;
        // PostgreSQL has a user of its own when this is root.
        std::fs::set_permissions(folder, Permissions::from_mode(0o755))?;
        Ok(Self { server: kronos_test_servers::Postgres::start_in(&own, &SETTINGS)? })
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    /// A connection to a database.
    pub async fn connect(&self, database: &str) -> anyhow::Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await?;
        // It ends with the client; what went wrong the client is told.
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }

    /// Creates an empty database, or a copy of another that nobody uses.
    pub async fn create(&self, database: &str, template: Option<&str>) -> anyhow::Result<()> {
        let client = self.connect("postgres").await?;
        let template = template.unwrap_or("template0");
        client
            .batch_execute(&format!("CREATE DATABASE {database} TEMPLATE {template}"))
            .await
            .with_context(|| format!("cannot create the database {database}"))
    }

    /// Gives the server the files for its log that one has which has run for a while: making one while others write stops them
    /// for up to 40 ms, and a measurement of seconds would meet that by chance. `min_wal_size` keeps them.
    pub async fn lay_out_log(&self) -> anyhow::Result<()> {
        const FILES: usize = 64;
        let client = self.connect("postgres").await?;
        for _ in 0..FILES {
            client.batch_execute("SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()").await?;
        }
        self.checkpoint().await
    }

    /// Starts a checkpoint, so that none falls into the next rounds by chance.
    pub async fn checkpoint(&self) -> anyhow::Result<()> {
        Ok(self.connect("postgres").await?.batch_execute("CHECKPOINT").await?)
    }

    /// CPU time of the server and its backends so far, in microseconds.
    pub fn cpu_micros(&self) -> f64 {
        self.server.pid().map_or(0.0, process::cpu_micros)
    }
}
