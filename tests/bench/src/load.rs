//! Load from `oha`, and what a server makes of it.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use http::Method;
use serde::Deserialize;

use crate::{
    contender::Contender,
    postgres::Postgres,
    process,
    stats::{self, Spread},
};

const VERSION: &str = "1.16.0";

/// The load generator.
#[derive(Debug)]
pub struct Oha {
    /// None in a smoke run, whose few requests this program sends itself: building `oha` takes longer than all of it.
    program: Option<PathBuf>,
    folder: PathBuf,
}

/// Requests of one kind.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// Request method; GET when empty.
    pub method: &'static str,
    /// Paths with queries, of which each request takes one at random.
    pub paths: Vec<String>,
    /// Bearer token.
    pub token: Option<String>,
    /// JSON body.
    pub body: Option<String>,
}

/// How the requests come.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Each connection sends its next request when it has the answer to the last.
    Closed(usize),
    /// That many a second over 64 connections; latency counts from when a request was due, so that a server that stalls is
    /// charged for what it kept waiting (coordinated omission).
    Rate(f64),
}

/// What one round measured.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// Requests a second.
    pub rate: f64,
    /// Latency in milliseconds: half of the requests were faster.
    pub p50: f64,
    /// 99 of 100 were faster.
    pub p99: f64,
    /// CPU time of the server per request, in microseconds.
    pub cpu: f64,
    /// CPU time of PostgreSQL per request, in microseconds.
    pub database_cpu: f64,
}

/// Rounds of one contender.
#[derive(Debug, Clone, Default)]
pub struct Rounds(pub Vec<Round>);

impl Rounds {
    /// The spread of one of the values.
    pub fn spread(&self, value: impl Fn(&Round) -> f64) -> Spread {
        Spread::of(self.0.iter().map(value))
    }

    /// The median of one of the values.
    pub fn median(&self, value: impl Fn(&Round) -> f64) -> f64 {
        self.spread(value).median
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    summary: Summary,
    latency_percentiles: Percentiles,
    status_code_distribution: std::collections::BTreeMap<String, u64>,
    error_distribution: std::collections::BTreeMap<String, u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    requests_per_sec: f64,
}

/// In seconds; `null` where there was no request.
#[derive(Deserialize)]
struct Percentiles {
    p50: Option<f64>,
    p99: Option<f64>,
}

impl Oha {
    /// Does without it.
    pub fn smoke(folder: &Path) -> Self {
        Self { program: None, folder: folder.to_owned() }
    }

    /// Finds it, or installs it below the target folder.
    pub fn find(target: &Path, folder: &Path) -> anyhow::Result<Self> {
        let root = target.join("bench-tools");
        let program = root.join("bin/oha");
        if !is_right_version(&program) {
            eprintln!("installing the load generator oha {VERSION} into {} (some minutes, once)", root.display());
            let mut command = Command::new("cargo");
            command.args(["install", "oha", "--version", VERSION, "--locked", "--quiet", "--root"]).arg(&root);
            process::run_visibly(&mut command).context("cannot install oha")?;
        }
        Ok(Self { program: Some(program), folder: folder.to_owned() })
    }

    /// Puts load on a contender for a while. Fails when an answer is not 2xx: a server that refuses is fast.
    pub async fn round(
        &self,
        contender: &Contender,
        postgres: Option<&Postgres>,
        load: &Load,
        pace: Pace,
        duration: Duration,
    ) -> anyhow::Result<Round> {
        let Some(program) = &self.program else {
            return smoke_round(contender, load, duration).await;
        };
        let mut command = tokio::process::Command::from(process::in_own_session(&Command::new(program)));
        command.kill_on_drop(true).stdin(std::process::Stdio::null());
        command.args(["--no-tui", "--output-format", "json", "--disable-compression", "-r", "0", "-w", "-t", "20s"]);
        command.args(["-z", &format!("{}ms", duration.as_millis())]);
        match pace {
            Pace::Closed(connections) => command.args(["-c", &connections.to_string()]),
            Pace::Rate(rate) => command.args(["-c", "64", "-q", &format!("{rate:.0}"), "--latency-correction"]),
        };
        if !load.method.is_empty() {
            command.args(["-m", load.method]);
        }
        if let Some(token) = &load.token {
            command.args(["-H", &format!("authorization: Bearer {token}")]);
        }
        if let Some(body) = &load.body {
            command.args(["-T", "application/json", "-d", body]);
        }
        let urls: Vec<String> = load.paths.iter().map(|path| format!("http://{}{path}", contender.address)).collect();
        // Lives until the generator has ended.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        match urls.as_slice() {
            [url] => command.arg(url),
            urls => {
                file.write_all(urls.join("\n").as_bytes())?;
                command.arg("--urls-from-file").arg(file.path())
            }
        };

        let database_cpu = || postgres.map_or(0.0, Postgres::cpu_micros);
        let before = (contender.cpu_micros(), database_cpu());
        let output = command.output().await.context("cannot start oha")?;
        let after = (contender.cpu_micros(), database_cpu());
        if !output.status.success() {
            bail!("oha ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        let output: Output = serde_json::from_slice(&output.stdout).context("oha's output is not as expected")?;
        let refused: Vec<_> =
            output.status_code_distribution.iter().filter(|(code, _)| !code.starts_with('2')).collect();
        if !refused.is_empty() || !output.error_distribution.is_empty() {
            bail!(
                "{} did not answer all requests to {}: {refused:?} {:?}\n{}",
                contender.name,
                urls.first().map_or("", String::as_str),
                output.error_distribution,
                contender.log_tail(),
            );
        }
        #[expect(clippy::cast_precision_loss, reason = "requests are far fewer than 2^52")]
        let requests = output.status_code_distribution.values().sum::<u64>() as f64;
        Ok(Round {
            rate: output.summary.requests_per_sec,
            p50: output.latency_percentiles.p50.unwrap_or(f64::NAN) * 1e3,
            p99: output.latency_percentiles.p99.unwrap_or(f64::NAN) * 1e3,
            cpu: (after.0 - before.0) / requests,
            database_cpu: (after.1 - before.1) / requests,
        })
    }
}

/// Requests one after the other: enough to see that they are answered, and no measurement.
async fn smoke_round(contender: &Contender, load: &Load, duration: Duration) -> anyhow::Result<Round> {
    let mut connection = contender.connect().await?;
    let method = if load.method.is_empty() { Method::GET } else { Method::from_bytes(load.method.as_bytes())? };
    let started = Instant::now();
    let mut latencies = Vec::new();
    for path in load.paths.iter().cycle() {
        let sent = Instant::now();
        let body = load.body.clone().unwrap_or_default();
        connection.send(method.clone(), path, load.token.as_deref(), body).await?.success()?;
        latencies.push(sent.elapsed().as_secs_f64() * 1e3);
        if started.elapsed() > duration {
            break;
        }
    }
    latencies.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "requests are far fewer than 2^52")]
    let rate = latencies.len() as f64 / started.elapsed().as_secs_f64();
    let (p50, p99) = (stats::percentile(&latencies, 50.0), stats::percentile(&latencies, 99.0));
    Ok(Round { rate, p50, p99, cpu: f64::NAN, database_cpu: f64::NAN })
}

fn is_right_version(program: &Path) -> bool {
    process::run(Command::new(program).arg("--version")).is_ok_and(|text| text.contains(VERSION))
}
