//! `timer`: members start and stop their timers. The stop needs the id that the start answered, so the load is our own.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use futures::future::try_join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::engine_name;
use crate::{bench::Bench, contender::Contender, load::Round, postgres::Postgres, stage::Stage, stats};

/// One member per connection: each may have one running timer.
pub async fn run(bench: &Bench, stage: &Stage) -> anyhow::Result<()> {
    let title = format!(
        "timer on {}: start and stop, {} connections with a member each",
        engine_name(stage.fixture.engine),
        stage.fixture.members.len()
    );
    let comparison = stage
        .compare_with(bench, &title, async |_, contender, duration| {
            round(stage, contender, stage.postgres.as_ref(), duration).await
        })
        .await?;
    print!("{}", comparison.markdown());
    Ok(())
}

async fn round(
    stage: &Stage,
    contender: &Contender,
    postgres: Option<&Postgres>,
    duration: Duration,
) -> anyhow::Result<Round> {
    let database_cpu = || postgres.map_or(0.0, Postgres::cpu_micros);
    let before = (contender.cpu_micros(), database_cpu());
    let started = Instant::now();
    let path = stage.fixture.entries_path();
    let members = stage.fixture.members.iter().map(|token| member(contender, &path, token, started + duration));
    let mut latencies: Vec<f64> = try_join_all(members).await?.concat();
    let elapsed = started.elapsed().as_secs_f64();
    let after = (contender.cpu_micros(), database_cpu());
    ensure!(!latencies.is_empty(), "{} answered nothing in {duration:?}", contender.name);
    latencies.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "requests are far fewer than 2^52")]
    let requests = latencies.len() as f64;
    Ok(Round {
        rate: requests / elapsed,
        p50: stats::percentile(&latencies, 50.0),
        p99: stats::percentile(&latencies, 99.0),
        cpu: (after.0 - before.0) / requests,
        database_cpu: (after.1 - before.1) / requests,
    })
}

/// Starts and stops until the time is over; returns the latencies in milliseconds.
async fn member(contender: &Contender, path: &str, token: &str, until: Instant) -> anyhow::Result<Vec<f64>> {
    let mut connection = contender.connect().await?;
    let mut latencies = Vec::new();
    let body = Bytes::from(json!({ "description": "Timer" }).to_string());
    while Instant::now() < until {
        let sent = Instant::now();
        let started = connection.send(Method::POST, path, Some(token), body.clone()).await?;
        latencies.push(sent.elapsed().as_secs_f64() * 1e3);
        ensure!(started.status == StatusCode::CREATED, "start: {}", started.success()?.status);
        let entry: Value = started.json()?;
        let id = entry["data"]["id"].as_str().context("a started timer has no id")?;
        let stop = format!("{path}/{id}/stop");
        let sent = Instant::now();
        let stopped = connection.send(Method::POST, &stop, Some(token), Bytes::new()).await?;
        latencies.push(sent.elapsed().as_secs_f64() * 1e3);
        stopped.success().context("stop")?;
    }
    Ok(latencies)
}
