//! `cold`: a new instance for every request, and starts of the program.

use std::time::{Duration, Instant};

use kronos_storage::Engine;

use super::engine_name;
use crate::{
    bench::Bench,
    contender::{Contender, Store},
    load::{Load, Pace},
    stage::{Stage, compare},
    stats::Spread,
    targets::Figure,
};

/// Every request gets a new instance.
const FRESH: &[&str] = &["--max-instance-reuse-count", "1"];

/// Runs it.
pub async fn run(bench: &mut Bench, engine: Engine) -> anyhow::Result<()> {
    if engine == Engine::Sqlite {
        fresh_hello(bench).await?;
    }
    let stage = Stage::empty(bench, engine).await?;
    fresh_read(bench, &stage).await?;
    starts(bench, &stage).await
}

async fn fresh_hello(bench: &mut Bench) -> anyhow::Result<()> {
    let start = async |name: &'static str, limits: &[&str]| {
        let state_dir = bench.folder().join(name);
        std::fs::create_dir_all(&state_dir)?;
        let store = Store::Sqlite(&state_dir);
        Contender::kronos(bench, name, &bench.hello_manifest(), &state_dir, store, limits).await
    };
    let (reused, fresh) = (start("reused", &[]).await?, start("fresh", FRESH).await?);
    let entrants = [("reused instance", &reused), ("fresh instance", &fresh)];
    let load = Load { paths: vec!["/hello".to_owned()], ..Load::default() };
    for (connections, title) in [(64, "hello, 64 connections"), (1, "hello, one connection")] {
        let comparison = compare(bench, title, &entrants, None, async |_, contender, duration| {
            bench.oha.round(contender, None, &load, Pace::Closed(connections), duration).await
        })
        .await?;
        print!("{}", comparison.markdown());
        if let (Some(reused), Some(fresh)) = (comparison.rounds("reused instance"), comparison.rounds("fresh instance"))
        {
            let pairs = || reused.0.iter().zip(&fresh.0);
            let cpu = Spread::of(pairs().map(|(reused, fresh)| fresh.cpu - reused.cpu));
            let latency = Spread::of(pairs().map(|(reused, fresh)| (fresh.p50 - reused.p50) * 1e3));
            println!("\nA fresh instance adds {cpu} µs of CPU and {latency} µs to the p50.");
            if connections == 1 {
                bench.figures.add(Figure::FreshInstance, "p50 of hello", latency.median);
            }
        }
    }
    Ok(())
}

/// What a new instance costs that has to read its configuration, to verify the token and to open its connection again.
async fn fresh_read(bench: &Bench, stage: &Stage) -> anyhow::Result<()> {
    let reused = stage.kronos(bench, "reused-read", &[]).await?;
    let fresh = stage.kronos(bench, "fresh-read", FRESH).await?;
    let entrants = [("reused instance", &reused), ("fresh instance", &fresh)];
    let fixture = &stage.fixture;
    let load = Load {
        paths: vec![format!("{}/{}", fixture.entries_path(), fixture.entries[0])],
        token: Some(fixture.owner.clone()),
        ..Load::default()
    };
    let title = format!("read on {} with a fresh instance per request, one connection", engine_name(fixture.engine));
    let comparison = compare(bench, &title, &entrants, stage.postgres.as_ref(), async |_, contender, duration| {
        bench.oha.round(contender, stage.postgres.as_ref(), &load, Pace::Closed(1), duration).await
    })
    .await?;
    print!("{}", comparison.markdown());
    Ok(())
}

/// From the start of the process to the first answer, and the first read after it.
async fn starts(bench: &mut Bench, stage: &Stage) -> anyhow::Result<()> {
    let fixture = &stage.fixture;
    let (url, folder) = fixture.copy(stage.postgres.as_ref(), "starts").await?;
    let store = url.as_deref().map_or(Store::Sqlite(&folder), Store::Postgres);
    let read = format!("{}/{}", fixture.entries_path(), fixture.entries[0]);
    let start = async || {
        let kronos = Contender::kronos(bench, "starts", &bench.manifest(), &folder, store, &[]).await?;
        let mut connection = kronos.connect().await?;
        let sent = Instant::now();
        connection.get(&read, Some(&fixture.owner)).await?.success()?;
        Ok::<(Duration, Duration), anyhow::Error>((kronos.ready_after, sent.elapsed()))
    };

    let mut times = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
    for round in 0..=bench.settings.rounds {
        for (cold, (ready, first)) in [true, false].into_iter().zip(&mut times) {
            // Compiling everything takes long: once is enough.
            if cold && round > 0 {
                continue;
            }
            if cold {
                // It does not exist where the cache is elsewhere.
                let _absent = std::fs::remove_dir_all(folder.join("cache"));
            }
            let (ready_after, first_read) = start().await?;
            ready.push(ready_after.as_secs_f64() * 1e3);
            first.push(first_read.as_secs_f64() * 1e3);
        }
    }
    println!(
        "\n### start on {}\n\n| cache of compiled components | ready after ms | first read ms |\n|---|---|---|",
        engine_name(fixture.engine)
    );
    for (name, (ready, first)) in ["cold", "warm"].into_iter().zip(times) {
        let ready = Spread::of(ready);
        println!("| {name} | {ready} | {} |", Spread::of(first));
        if name == "warm" {
            bench.figures.add(Figure::WarmStart, engine_name(fixture.engine), ready.median);
        }
    }
    Ok(())
}
