//! `memory`: resident memory with nothing to do, and what live instances add.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::future::try_join_all;
use kronos_storage::Engine;

use super::engine_name;
use crate::{
    bench::Bench,
    contender::{Contender, Store},
    stage::Stage,
    targets::Figure,
};

const INSTANCES: usize = 100;
/// As many instances as requests in progress.
const ONE_EACH: &[&str] =
    &["--max-instance-concurrent-reuse-count", "1", "--max-instances", "100", "--max-total-memory", "4GiB"];
/// Longer than the host keeps an instance without requests.
const SETTLE: Duration = Duration::from_secs(12);

/// Runs it.
pub async fn run(bench: &mut Bench, engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::empty(bench, engine).await?;
    let kronos = stage.kronos(bench, "kronos", ONE_EACH).await?;
    let fixture = &stage.fixture;
    println!("\n### memory on {}\n\n| | resident MiB |\n|---|---|", engine_name(engine));

    let settle = if bench.settings.smoke { Duration::from_secs(1) } else { SETTLE };
    tokio::time::sleep(settle).await;
    let started = kronos.resident_mib()?;
    println!("| after the start | {started:.1} |");

    let mut connection = kronos.connect().await?;
    let entry = format!("{}/{}", fixture.entries_path(), fixture.entries[0]);
    for path in ["/api/v1/users/me/memberships", "/auth/verify", &entry, &fixture.report_path()] {
        connection.get(path, Some(&fixture.owner)).await?.success().with_context(|| path.to_owned())?;
    }
    tokio::time::sleep(settle).await;
    let idle = kronos.resident_mib()?;
    println!("| idle, after every component was used | {idle:.1} |");
    if engine == Engine::Sqlite {
        bench.figures.add(Figure::IdleMemory, "after every component was used", idle.max(started));
    }

    if let Some(postgres) = &stage.postgres {
        // Readers wait for the table, each in an instance of its own.
        let mut locker = postgres.connect("kronos").await?;
        let transaction = locker.transaction().await?;
        transaction.batch_execute("LOCK TABLE time_entries IN ACCESS EXCLUSIVE MODE").await?;
        let reads = get_at_once(&kronos, &entry, Some(&fixture.owner));
        let sample = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let resident = kronos.resident_mib();
            transaction.rollback().await?;
            resident
        };
        let ((), busy) = tokio::try_join!(reads, sample)?;
        println!("| {INSTANCES} live instances of time-entries more | {:.1} |", busy - idle);
    } else {
        let state_dir = bench.folder().join("memory-hello");
        std::fs::create_dir_all(&state_dir)?;
        let store = Store::Sqlite(&state_dir);
        let hello = Contender::kronos(bench, "memory", &bench.hello_manifest(), &state_dir, store, ONE_EACH).await?;
        get_at_once(&hello, "/hello", None).await?;
        let idle = hello.resident_mib()?;
        let waits = get_at_once(&hello, "/hello/slow", None);
        let sample = async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            hello.resident_mib()
        };
        let ((), busy) = tokio::try_join!(waits, sample)?;
        println!("| {INSTANCES} live instances of the component `hello` more | {:.1} |", busy - idle);
    }
    Ok(())
}

/// Sends as many requests as there are to be instances, each on a connection of its own.
async fn get_at_once(contender: &Contender, path: &str, token: Option<&str>) -> anyhow::Result<()> {
    let requests = (0..INSTANCES).map(async |_| {
        let mut connection = contender.connect().await?;
        let answer = connection.get(path, token).await?;
        ensure!(answer.status.is_success(), "{path}: {}", answer.status);
        Ok(())
    });
    try_join_all(requests).await.map(drop)
}
