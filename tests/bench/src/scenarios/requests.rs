//! `read`, `list`, `report` and `write`: one request each, over and over.

use kronos_storage::Engine;

use super::engine_name;
use crate::{
    bench::Bench,
    fixture::entry_body,
    load::{Load, Pace},
    stage::{Comparison, Stage},
    targets::Figure,
};

const CONNECTIONS: usize = 64;
/// How many different entries are read.
const READ_ENTRIES: usize = 1000;
/// Part of the highest rate at which latency is looked at.
const PART_OF_HIGHEST: f64 = 0.7;

fn get(stage: &Stage, paths: Vec<String>) -> Load {
    Load { paths, token: Some(stage.fixture.owner.clone()), ..Load::default() }
}

/// One entry of many at random; then on one connection; then at 70 % of what each contender can do.
pub async fn read(bench: &mut Bench, stage: &Stage) -> anyhow::Result<()> {
    let fixture = &stage.fixture;
    let entries = fixture.entries.iter().take(READ_ENTRIES);
    let load = get(stage, entries.map(|id| format!("{}/{id}", fixture.entries_path())).collect());
    let highest = closed(bench, stage, "read", &load).await?;
    ratios(bench, stage, "read", &highest);

    let title = format!("read on {}, one connection, one request after the other", engine_name(fixture.engine));
    let sequential = stage.compare(bench, &title, &load, Pace::Closed(1)).await?;
    print!("{}", sequential.markdown());
    if fixture.engine == Engine::Postgres {
        let ratio = sequential.ratio("kronos", "axum", |round| round.p50).median;
        bench.figures.add(Figure::Sequential, "read on PostgreSQL", ratio);
    }
    tail(bench, stage, "read", &load, &highest).await
}

/// The newest 50 entries that the owner sees.
pub async fn list(bench: &mut Bench, stage: &Stage) -> anyhow::Result<()> {
    let load = get(stage, vec![format!("{}?limit=50", stage.fixture.entries_path())]);
    closed(bench, stage, "list", &load).await.map(drop)
}

/// A month by days.
pub async fn report(bench: &mut Bench, stage: &Stage) -> anyhow::Result<()> {
    let load = get(stage, vec![stage.fixture.report_path()]);
    closed(bench, stage, "report", &load).await.map(drop)
}

/// A finished entry; then at 70 % of what each contender can do.
pub async fn write(bench: &mut Bench, stage: &Stage) -> anyhow::Result<()> {
    let load = Load {
        method: "POST",
        body: Some(entry_body(0).to_string()),
        ..get(stage, vec![stage.fixture.entries_path()])
    };
    let highest = closed(bench, stage, "write", &load).await?;
    ratios(bench, stage, "write", &highest);
    tail(bench, stage, "write", &load, &highest).await
}

async fn closed(bench: &Bench, stage: &Stage, name: &str, load: &Load) -> anyhow::Result<Comparison> {
    let title = format!("{name} on {}, {CONNECTIONS} connections", engine_name(stage.fixture.engine));
    let comparison = stage.compare(bench, &title, load, Pace::Closed(CONNECTIONS)).await?;
    print!("{}", comparison.markdown());
    Ok(comparison)
}

fn ratios(bench: &mut Bench, stage: &Stage, name: &str, comparison: &Comparison) {
    if stage.fixture.engine == Engine::Postgres {
        for (figure, peer) in [(Figure::Axum, "axum"), (Figure::Nest, "nest"), (Figure::Spin, "spin")] {
            bench.figures.add(figure, name, comparison.ratio("kronos", peer, |round| round.rate).median);
        }
    }
}

async fn tail(bench: &mut Bench, stage: &Stage, name: &str, load: &Load, highest: &Comparison) -> anyhow::Result<()> {
    let engine = engine_name(stage.fixture.engine);
    let title = format!("{name} on {engine}, 70 % of each one's highest rate");
    let comparison = stage
        .compare_with(bench, &title, async |contender_name, contender, duration| {
            let highest = highest.rounds(contender_name).map_or(f64::NAN, |rounds| rounds.median(|round| round.rate));
            let pace = Pace::Rate(highest * PART_OF_HIGHEST);
            bench.oha.round(contender, stage.postgres.as_ref(), load, pace, duration).await
        })
        .await?;
    print!("{}", comparison.markdown());
    if let Some(rounds) = comparison.rounds("kronos") {
        let part = format!("{name} on {engine}");
        bench.figures.add(Figure::Tail, &part, rounds.median(|round| round.p99 / round.p50));
    }
    Ok(())
}
