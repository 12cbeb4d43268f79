//! What is measured.

mod cold;
mod events;
mod hello;
mod memory;
mod requests;
mod timer;

use std::time::Duration;

use clap::ValueEnum;
use kronos_storage::Engine;

use crate::{bench::Bench, equality, stage::Stage};

/// A scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// All of them.
    All,
    /// The runtime alone, and with `gateway` and `auth-check`.
    Hello,
    /// One entry; also on one connection, and at 70 % of the highest rate.
    Read,
    /// A page of 50 entries.
    List,
    /// Records an entry, durably; also at 70 % of the highest rate.
    Write,
    /// Starts and stops timers.
    Timer,
    /// The summary of a month.
    Report,
    /// New instances, and starts of the program.
    Cold,
    /// From a write until the report shows it.
    Events,
    /// Resident memory.
    Memory,
}

/// Runs a scenario and prints its tables.
pub async fn run(bench: &mut Bench, scenario: Scenario, engines: &[Engine]) -> anyhow::Result<()> {
    use Scenario::{All, Cold, Events, Hello, List, Memory, Read, Report, Timer, Write};
    let wanted = |which: Scenario| scenario == which || scenario == All;
    if wanted(Hello) {
        hello::run(bench).await?;
    }
    for &engine in engines {
        if [Read, List, Write, Timer, Report, Events].into_iter().any(wanted) {
            let stage = Stage::set(bench, engine).await?;
            equality::check(&stage).await?;
            if wanted(Read) {
                requests::read(bench, &stage).await?;
            }
            if wanted(List) {
                requests::list(bench, &stage).await?;
            }
            if wanted(Report) {
                requests::report(bench, &stage).await?;
            }
            if wanted(Write) {
                requests::write(bench, &stage).await?;
            }
            if wanted(Timer) {
                timer::run(bench, &stage).await?;
            }
            if wanted(Events) {
                events::run(bench, &stage).await?;
            }
        }
        // A smoke run shows on one engine that these work.
        if bench.settings.smoke && engine == Engine::Postgres && engines.len() > 1 {
            continue;
        }
        if wanted(Cold) {
            cold::run(bench, engine).await?;
        }
        if wanted(Memory) {
            memory::run(bench, engine).await?;
        }
    }
    Ok(())
}

/// Starts the contenders and leaves them alone, for a profiler.
pub async fn hold(bench: &Bench, engines: &[Engine], time: Duration) -> anyhow::Result<()> {
    let mut stages = Vec::new();
    for &engine in engines {
        let stage = Stage::set(bench, engine).await?;
        let fixture = &stage.fixture;
        println!("\n{engine:?}");
        println!("token: {}", fixture.owner);
        println!("entries: {}", fixture.entries_path());
        println!("entry: {}/{}", fixture.entries_path(), fixture.entries[0]);
        println!("report: {}", fixture.report_path());
        if let Some(postgres) = &stage.postgres {
            println!("postgres: {}", postgres.url("kronos"));
        }
        for contender in &stage.contenders {
            println!("{}: http://{} pid {}", contender.name, contender.address, contender.pid());
        }
        stages.push(stage);
    }
    println!("\nFor {} s.", time.as_secs());
    tokio::time::sleep(time).await;
    Ok(())
}

/// As titles name an engine.
fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "PostgreSQL",
        Engine::Sqlite => "SQLite",
    }
}
