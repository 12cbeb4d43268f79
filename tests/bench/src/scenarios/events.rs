//! `events`: how long after a write the report shows it, and how many writes a second it keeps up with.
//!
//! A second connection to the database looks every few milliseconds which of the written entries are in `report_entries`. The
//! writer chooses the ids, in ascending order, so that looking is cheap.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use futures::future::try_join_all;
use http::{Method, StatusCode};
use tokio::time::{sleep, sleep_until};
use uuid::Uuid;

use super::engine_name;
use crate::{
    bench::Bench,
    contender::Contender,
    fixture::entry_body,
    stage::{self, Stage},
    stats::{self, Spread},
    targets::Figure,
};

/// The rate of the target.
const RATE: f64 = 500.0;
const CONNECTIONS: usize = 64;
/// How often the observer looks; lags are that exact.
const LOOK: Duration = Duration::from_millis(2);
/// What is not in the report that long after the last write counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);
/// A rate is sustained when the lag stays below this.
const SUSTAINED_LAG_MS: f64 = 1000.0;

/// Runs it.
pub async fn run(bench: &mut Bench, stage: &Stage) -> anyhow::Result<()> {
    let engine = engine_name(stage.fixture.engine);
    println!(
        "\n### events on {engine}, {RATE} writes a second\n\n| | written/s | lag p50 ms | lag p99 ms | lag max ms | highest \
         sustained writes/s |\n|---|---|---|---|---|---|"
    );
    // NestJS has a consumer too, but no target here.
    let contenders: Vec<&Contender> = ["kronos", "axum"].into_iter().filter_map(|name| stage.contender(name)).collect();
    let mut results: Vec<Vec<Lag>> = contenders.iter().map(|_| Vec::new()).collect();
    for _ in 0..bench.settings.rounds {
        for (contender, results) in contenders.iter().zip(&mut results) {
            results.push(round(bench, stage, contender, RATE).await?);
        }
    }
    for (contender, lags) in contenders.iter().zip(results) {
        let highest = highest_sustained(bench, stage, contender).await?;
        let spread = |value: fn(&Lag) -> f64| Spread::of(lags.iter().map(value));
        println!(
            "| {} | {} | {} | {} | {} | {highest} |",
            contender.name,
            spread(|lag| lag.rate),
            spread(|lag| lag.p50),
            spread(|lag| lag.p99),
            spread(|lag| lag.max),
        );
        if contender.name == "kronos" {
            bench.figures.add(Figure::EventLag, engine, spread(|lag| lag.p99).median);
        }
    }
    Ok(())
}

/// Raises the rate by half until the report does not keep up any more.
async fn highest_sustained(bench: &Bench, stage: &Stage, contender: &Contender) -> anyhow::Result<String> {
    if bench.settings.smoke {
        return Ok("-".to_owned());
    }
    let mut sustained = 0.0;
    let mut rate = RATE;
    loop {
        let lag = round(bench, stage, contender, rate).await?;
        if lag.rate < rate * 0.97 || lag.p99 > SUSTAINED_LAG_MS {
            return Ok(format!("{sustained:.0} (at {rate:.0}: {:.0}/s written, lag p99 {:.0} ms)", lag.rate, lag.p99));
        }
        sustained = rate;
        rate *= 1.5;
    }
}

/// Lags in milliseconds, from when a write was due until the report showed it.
struct Lag {
    rate: f64,
    p50: f64,
    p99: f64,
    max: f64,
}

async fn round(bench: &Bench, stage: &Stage, contender: &Contender, rate: f64) -> anyhow::Result<Lag> {
    let duration = bench.settings.duration;
    // What the round before left behind is no part of this one.
    stage::rest(bench).await;
    let observer = Observer::open(stage, contender).await?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of requests")]
    let count = (rate * duration.as_secs_f64()) as usize;
    let ids = reserve(count);
    let started = Instant::now();
    let due = |index: usize| {
        #[expect(clippy::cast_precision_loss, reason = "requests are far fewer than 2^52")]
        let offset = index as f64 / rate;
        started + Duration::from_secs_f64(offset)
    };

    let next = AtomicUsize::new(0);
    let path = stage.fixture.entries_path();
    let write = async {
        let workers = (0..CONNECTIONS).map(|_| writer(contender, &path, &stage.fixture.owner, &ids, &next, &due));
        try_join_all(workers).await?;
        Ok::<f64, anyhow::Error>(started.elapsed().as_secs_f64())
    };
    let deadline = started + duration * 3 + PATIENCE;
    let (elapsed, visible) = tokio::try_join!(write, observer.watch(&ids, deadline))?;

    let mut lags: Vec<f64> = ids
        .iter()
        .enumerate()
        .map(|(index, id)| {
            let seen = visible.get(id).context("an entry is missing in the report")?;
            Ok(seen.saturating_duration_since(due(index)).as_secs_f64() * 1e3)
        })
        .collect::<anyhow::Result<_>>()?;
    lags.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "requests are far fewer than 2^52")]
    let rate = count as f64 / elapsed.max(duration.as_secs_f64());
    Ok(Lag {
        rate,
        p50: stats::percentile(&lags, 50.0),
        p99: stats::percentile(&lags, 99.0),
        max: lags.last().copied().unwrap_or(f64::NAN),
    })
}

/// Ascending ids that no round before had.
fn reserve(count: usize) -> Vec<Uuid> {
    static USED: AtomicU64 = AtomicU64::new(0);
    let first = USED.fetch_add(count as u64, Ordering::Relaxed);
    (first..first + count as u64)
        .map(|number| uuid::Builder::from_unix_timestamp_millis(1_767_225_600_000 + number, &[0x5a; 10]).into_uuid())
        .collect()
}

async fn writer(
    contender: &Contender,
    path: &str,
    token: &str,
    ids: &[Uuid],
    next: &AtomicUsize,
    due: &impl Fn(usize) -> Instant,
) -> anyhow::Result<()> {
    let mut connection = contender.connect().await?;
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(id) = ids.get(index) else { return Ok(()) };
        let mut body = entry_body(index);
        body["id"] = id.to_string().into();
        let body = Bytes::from(body.to_string());
        sleep_until(due(index).into()).await;
        let answer = connection.send(Method::POST, path, Some(token), body).await?;
        ensure!(answer.status == StatusCode::CREATED, "write: {}", answer.success()?.status);
    }
}

/// The second connection to a contender's database.
enum Observer {
    Postgres(tokio_postgres::Client, tokio_postgres::Statement),
    Sqlite(rusqlite::Connection),
}

impl Observer {
    async fn open(stage: &Stage, contender: &Contender) -> anyhow::Result<Self> {
        if let Some(postgres) = &stage.postgres {
            let client = postgres.connect(contender.name).await?;
            let sql = "SELECT entry_id::text FROM report_entries WHERE entry_id >= $1::text::uuid ORDER BY entry_id LIMIT 5000";
            let statement = client.prepare(sql).await?;
            Ok(Self::Postgres(client, statement))
        } else {
            let file = stage.fixture.folder_of(contender.name).join("default.db");
            Ok(Self::Sqlite(rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?))
        }
    }

    /// Entries from an id on that are in the report.
    async fn from(&self, id: Uuid) -> anyhow::Result<Vec<Uuid>> {
        let id = id.to_string();
        let texts: Vec<String> = match self {
            Self::Postgres(client, statement) => {
                client.query(statement, &[&id]).await?.iter().map(|row| row.get(0)).collect()
            }
            Self::Sqlite(connection) => {
                let sql = "SELECT entry_id FROM report_entries WHERE entry_id >= ?1 ORDER BY entry_id LIMIT 5000";
                let mut statement = connection.prepare_cached(sql)?;
                statement.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?
            }
        };
        texts.iter().map(|text| text.parse().context("not an id")).collect()
    }

    /// When each entry was in the report for the first time.
    async fn watch(&self, ids: &[Uuid], deadline: Instant) -> anyhow::Result<BTreeMap<Uuid, Instant>> {
        let mut visible = BTreeMap::new();
        // Everything before it has been seen.
        let mut pending = 0;
        while pending < ids.len() {
            sleep(LOOK).await;
            let found = self.from(ids[pending]).await?;
            let now = Instant::now();
            for id in found {
                visible.entry(id).or_insert(now);
            }
            while ids.get(pending).is_some_and(|id| visible.contains_key(id)) {
                pending += 1;
            }
            ensure!(now < deadline, "after {PATIENCE:?} only {pending} of {} writes are in the report", ids.len());
        }
        Ok(visible)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_over_all_rounds() {
        let ids = [reserve(3), reserve(3)].concat();
        assert!(ids.is_sorted_by(|a, b| a.to_string() < b.to_string()));
    }
}
