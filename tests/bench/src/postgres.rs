//! A PostgreSQL cluster of our own: private, on loopback, durable.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use rustix::process::Signal;
use tokio_postgres::{Client, NoTls};

use crate::process::{self, Process};

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
    process: Process,
    port: u16,
}

impl Postgres {
    /// Creates a cluster in a folder and starts it.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let programs = programs()?;
        let data = folder.join("postgres");
        let port = process::free_port()?;
        let root = rustix::process::geteuid().is_root();
        // The one of an earlier scenario has been stopped.
        if data.exists() {
            std::fs::remove_dir_all(&data)?;
        }
        std::fs::create_dir_all(&data)?;
        if root {
            // PostgreSQL refuses to run as root. The folders above must let its user through.
            process::run(Command::new("chown").arg("postgres").arg(&data))?;
            process::run(Command::new("chmod").arg("755").arg(folder))?;
        }
        let command = |name: &str| {
            let program = programs.join(name);
            if root {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
                command
            } else {
                Command::new(program)
            }
        };
        process::run(command("initdb").arg("-D").arg(&data).args([
            "--username=kronos",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-instructions",
        ]))?;
        let mut server = command("postgres");
        server.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        server.args(["-c", "unix_socket_directories="]);
        for (name, value) in SETTINGS {
            server.args(["-c", &format!("{name}={value}")]);
        }
        let mut postgres = Self { process: Process::start(&server, &folder.join("postgres.log"))?, port };
        let started = Instant::now();
        while postgres.connect("postgres").await.is_err() {
            postgres.process.check().context("PostgreSQL does not start")?;
            if started.elapsed() > Duration::from_secs(30) {
                bail!("PostgreSQL is not ready after 30 s:\n{}", postgres.process.log_tail());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(postgres)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        // The password is not asked for; programs that insist on one are content.
        format!("postgres://kronos:kronos@{}:{}/{database}?sslmode=disable", Ipv4Addr::LOCALHOST, self.port)
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
        process::cpu_micros(self.process.id())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A fast shutdown: clients that are still connected are not waited for.
        self.process.signal_and_wait(Signal::INT);
    }
}

fn programs() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    versions.sort();
    if let Some(newest) = versions.pop() {
        return Ok(newest);
    }
    let initdb = process::find_program("initdb").context("PostgreSQL is not installed: apt-get install postgresql")?;
    initdb.parent().map(Path::to_owned).context("initdb has no folder")
}
