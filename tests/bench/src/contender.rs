//! The servers that are measured: Kronos and its peers.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use kronos_test_servers::Redis;

use crate::{
    bench::{Bench, VARIABLES},
    client::Connection,
    fixture::Fixture,
    process::{self, Process},
};

/// How long a server may take from its start to its first answer. The first start of all compiles the components.
const START: Duration = Duration::from_mins(5);

/// Where tokens come from and for whom they are: a name instead of an address, so that a token is good at every contender.
pub const ISSUER: &str = "http://kronos.test";

/// A server under test; it is stopped when this is dropped.
#[derive(Debug)]
pub struct Contender {
    /// As the tables name it.
    pub name: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first answer.
    pub ready_after: Duration,
    process: Process,
    // Stopped after the server.
    _redis: Option<Redis>,
}

/// Where a server keeps its data.
#[derive(Debug, Clone, Copy)]
pub enum Store<'a> {
    /// A PostgreSQL database by URL; the doorbell goes over a Redis of its own.
    Postgres(&'a str),
    /// `default.db` in this folder; the doorbell stays in the process.
    Sqlite(&'a Path),
}

impl Contender {
    /// Starts a program with a command line that is made for a free port, and waits until a path is answered with 200.
    pub async fn start(
        bench: &Bench,
        name: &'static str,
        ready: &str,
        redis: Option<Redis>,
        command: impl FnOnce(SocketAddr) -> Command,
    ) -> anyhow::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, kronos_test_servers::free_port()));
        let log = bench.folder().join(format!("{name}-{}.log", address.port()));
        let started = Instant::now();
        let process = Process::start(&command(address), &log)?;
        let mut contender = Self { name, address, ready_after: Duration::ZERO, process, _redis: redis };
        while !contender.answers(ready).await {
            contender.process.check().with_context(|| format!("{name} does not start"))?;
            if started.elapsed() > START {
                bail!("{name} is not ready after {START:?}:\n{}", contender.log_tail());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        contender.ready_after = started.elapsed();
        Ok(contender)
    }

    async fn answers(&self, path: &str) -> bool {
        let Ok(mut connection) = Connection::open(self.address).await else { return false };
        connection.get(path, None).await.is_ok_and(|answer| answer.status == http::StatusCode::OK)
    }

    /// Kronos with an application of ours.
    pub async fn kronos(
        bench: &Bench,
        name: &'static str,
        manifest: &Path,
        state_dir: &Path,
        store: Store<'_>,
        limits: &[&str],
    ) -> anyhow::Result<Self> {
        let mut command = bench.kronos(manifest, state_dir);
        command.args(limits);
        Self::host(bench, name, command, store).await
    }

    /// Kronos under another build of the host.
    pub async fn baseline(bench: &Bench, program: &Path, state_dir: &Path, store: Store<'_>) -> anyhow::Result<Self> {
        Self::host(bench, "baseline", bench.host(program, &bench.manifest(), state_dir), store).await
    }

    async fn host(bench: &Bench, name: &'static str, mut command: Command, store: Store<'_>) -> anyhow::Result<Self> {
        let redis = match store {
            Store::Postgres(_) => Some(Redis::start()?),
            Store::Sqlite(_) => None,
        };
        if let (Store::Postgres(url), Some(redis)) = (store, &redis) {
            command.args(["--postgres", url, "--redis", &redis.url()]);
        }
        Self::start(bench, name, "/.well-known/jwks.json", redis, |address| {
            command.args(["--listen", &address.to_string()]);
            command
        })
        .await
    }

    /// The axum peer.
    pub async fn axum(bench: &Bench, store: Store<'_>, fixture: &Fixture) -> anyhow::Result<Self> {
        let mut command = Command::new(bench.peer("axum-peer"));
        if let Some(pool) = bench.settings.pool {
            command.args(["--pool", &pool.to_string()]);
        }
        Self::peer(bench, "axum", command, store, fixture).await
    }

    /// The `NestJS` peer.
    pub async fn nest(bench: &Bench, store: Store<'_>, fixture: &Fixture) -> anyhow::Result<Self> {
        let mut command = Command::new("node");
        command.arg(bench.nest().join("dist/main.js")).env("NODE_ENV", "production");
        Self::peer(bench, "nest", command, store, fixture).await
    }

    async fn peer(
        bench: &Bench,
        name: &'static str,
        mut command: Command,
        store: Store<'_>,
        fixture: &Fixture,
    ) -> anyhow::Result<Self> {
        let redis = match store {
            Store::Postgres(_) => Some(Redis::start()?),
            Store::Sqlite(_) => None,
        };
        command
            .arg("--jwks")
            .arg(&fixture.jwks)
            .args(["--issuer", ISSUER])
            .arg("--statements")
            .arg(&fixture.statements);
        match (store, &redis) {
            (Store::Postgres(url), Some(redis)) => command.args(["--postgres", url, "--redis", &redis.url()]),
            (Store::Postgres(_), None) => bail!("PostgreSQL without Redis"),
            (Store::Sqlite(folder), _) => command.arg("--sqlite").arg(folder.join("default.db")),
        };
        Self::start(bench, name, "/hello", redis, |address| {
            command.args(["--listen", &address.to_string()]);
            command
        })
        .await
    }

    /// Real Spin with an application of ours on PostgreSQL.
    pub async fn spin(bench: &Bench, manifest: &Path, postgres: Option<&str>, ready: &str) -> anyhow::Result<Self> {
        let redis = Redis::start()?;
        let mut command = Command::new("spin");
        command.arg("up").arg("--from").arg(manifest).arg("--state-dir").arg(bench.folder().join("spin"));
        for (name, value) in VARIABLES {
            command.env(format!("SPIN_VARIABLE_{}", name.to_uppercase()), value);
        }
        if let Some(url) = postgres {
            let address = url.rsplit_once('@').and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
            command.env("SPIN_VARIABLE_POSTGRES_URL", url);
            command.env("SPIN_VARIABLE_POSTGRES_ADDRESS", format!("postgres://{address}"));
        }
        command.env("SPIN_VARIABLE_REDIS_URL", redis.url()).env("SPIN_VARIABLE_REDIS_ADDRESS", redis.url());
        Self::start(bench, "spin", ready, Some(redis), |address| {
            command.args(["--listen", &address.to_string()]);
            command
        })
        .await
    }

    /// CPU time of the server so far, in microseconds.
    pub fn cpu_micros(&self) -> f64 {
        process::cpu_micros(self.process.id())
    }

    /// Resident memory of the server, in MiB.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        process::resident_mib(self.process.id())
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The last lines that it printed.
    pub fn log_tail(&self) -> String {
        self.process.log_tail()
    }

    /// A connection to it.
    pub async fn connect(&self) -> anyhow::Result<Connection> {
        Connection::open(self.address).await
    }
}
