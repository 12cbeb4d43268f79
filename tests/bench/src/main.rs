//! Measures Kronos beside programs that do the same work natively. See the README beside it for the method.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the results go to the terminal")]

mod bench;
mod client;
mod contender;
mod equality;
mod fixture;
mod load;
mod postgres;
mod process;
mod scenarios;
mod stage;
mod statements;
mod stats;
mod targets;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::bail;
use clap::{Parser, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    bench::{Bench, Settings},
    scenarios::Scenario,
};

/// Measures Kronos beside its peers.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// What to measure.
    scenario: Scenario,
    /// Write the figures of the table of targets to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// A short run that shows that everything works, with the host that the tests use: little data, few requests, no peer that is
    /// not built already. What it prints is no measurement.
    #[arg(long)]
    smoke: bool,
    /// Seconds of one round.
    #[arg(long, default_value_t = 5.0)]
    duration: f64,
    /// Rounds of each contender.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only this storage engine.
    #[arg(long)]
    engine: Option<EngineName>,
    /// Leave the peer `nest` out.
    #[arg(long)]
    without_nest: bool,
    /// Connections of the axum peer's pool to PostgreSQL.
    #[arg(long)]
    pool: Option<usize>,
    /// Install wasmtime-cli below the target folder when there is no `wasmtime`.
    #[arg(long)]
    install_wasmtime: bool,
    /// Measure nothing: start the contenders, print how to reach them, and end after that long. For profilers.
    #[arg(long, value_name = "SECONDS")]
    hold: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EngineName {
    Sqlite,
    Postgres,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let settings = Settings {
        duration: if arguments.smoke {
            Duration::from_millis(300)
        } else {
            Duration::from_secs_f64(arguments.duration)
        },
        rounds: if arguments.smoke { 1 } else { arguments.rounds },
        warm_up: if arguments.smoke { Duration::from_millis(300) } else { Duration::from_secs(3) },
        smoke: arguments.smoke,
        without_nest: arguments.without_nest,
        pool: arguments.pool,
    };
    let engines: &[kronos_storage::Engine] = match arguments.engine {
        None => &[kronos_storage::Engine::Postgres, kronos_storage::Engine::Sqlite],
        Some(EngineName::Postgres) => &[kronos_storage::Engine::Postgres],
        Some(EngineName::Sqlite) => &[kronos_storage::Engine::Sqlite],
    };
    let mut bench = Bench::prepare(settings, arguments.install_wasmtime)?;
    if let Some(seconds) = arguments.hold {
        return unless_stopped(scenarios::hold(&bench, engines, Duration::from_secs(seconds))).await;
    }
    // What was measured before something failed is still printed.
    let outcome = unless_stopped(scenarios::run(&mut bench, arguments.scenario, engines)).await;
    println!("\n## Against the targets\n\n{}", bench.figures.markdown());
    if let Some(path) = arguments.json {
        bench.figures.write(&path)?;
    }
    outcome
}

/// Gives up at SIGINT or SIGTERM, so that the programs are stopped and the folder with their data is removed.
async fn unless_stopped(run: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    tokio::select! {
        outcome = run => outcome,
        _ = terminated.recv() => bail!("stopped by SIGTERM"),
        _ = interrupted.recv() => bail!("stopped by SIGINT"),
    }
}
