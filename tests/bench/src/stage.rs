//! Contenders on one engine, each with its copy of the same data, and rounds in which they take turns.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use kronos_storage::Engine;

use crate::{
    bench::Bench,
    contender::{Contender, Store},
    fixture::Fixture,
    load::{Load, Pace, Round, Rounds},
    postgres::Postgres,
    process,
    stats::Spread,
};

/// Everything that runs while one engine is measured.
#[derive(Debug)]
pub struct Stage {
    // Dropped in this order: servers before what they are connected to.
    /// The servers; Kronos is the first.
    pub contenders: Vec<Contender>,
    /// The data.
    pub fixture: Fixture,
    /// The database server of those that use it.
    pub postgres: Option<Postgres>,
}

impl Stage {
    /// Makes the data and starts every contender that there is.
    pub async fn set(bench: &Bench, engine: Engine) -> anyhow::Result<Self> {
        let mut stage = Self::empty(bench, engine).await?;
        let Stage { fixture, postgres, .. } = &stage;
        let postgres = postgres.as_ref();
        let mut contenders = vec![stage.kronos(bench, "kronos", &[]).await?];
        if let Some(program) = &bench.settings.baseline {
            let (url, folder) = fixture.copy(postgres, "baseline").await?;
            contenders.push(Contender::baseline(bench, program, &folder, store(url.as_ref(), &folder)).await?);
        }
        if bench.has_native_peers() {
            let (url, folder) = fixture.copy(postgres, "axum").await?;
            contenders.push(Contender::axum(bench, store(url.as_ref(), &folder), fixture).await?);
        }
        if bench.has_nest() && engine == Engine::Postgres {
            let (url, folder) = fixture.copy(postgres, "nest").await?;
            contenders.push(Contender::nest(bench, store(url.as_ref(), &folder), fixture).await?);
        }
        if bench.has_spin() && engine == Engine::Postgres {
            let (url, _) = fixture.copy(postgres, "spin").await?;
            contenders.push(Contender::spin(bench, &bench.manifest(), url.as_deref(), "/.well-known/jwks.json").await?);
        }
        stage.contenders = contenders;
        Ok(stage)
    }

    /// Makes the data and starts nobody.
    pub async fn empty(bench: &Bench, engine: Engine) -> anyhow::Result<Self> {
        eprintln!("making the data on {engine:?}");
        let postgres = match engine {
            Engine::Postgres => Some(Postgres::start(bench.folder())?),
            Engine::Sqlite => None,
        };
        if let Some(postgres) = postgres.as_ref().filter(|_| !bench.settings.smoke) {
            postgres.lay_out_log().await?;
        }
        let fixture = Fixture::create(bench, engine, postgres.as_ref()).await?;
        Ok(Self { contenders: Vec::new(), fixture, postgres })
    }

    /// Kronos with a copy of the data and with limits of its own.
    pub async fn kronos(&self, bench: &Bench, name: &'static str, limits: &[&str]) -> anyhow::Result<Contender> {
        let (url, folder) = self.fixture.copy(self.postgres.as_ref(), name).await?;
        Contender::kronos(bench, name, &bench.manifest(), &folder, store(url.as_ref(), &folder), limits).await
    }

    /// Lets all contenders take turns under the same load.
    pub async fn compare(&self, bench: &Bench, title: &str, load: &Load, pace: Pace) -> anyhow::Result<Comparison> {
        self.compare_with(bench, title, async |_, contender, duration| {
            bench.oha.round(contender, self.postgres.as_ref(), load, pace, duration).await
        })
        .await
    }

    /// Lets all contenders take turns in rounds of any kind.
    pub async fn compare_with(&self, bench: &Bench, title: &str, round: impl Run) -> anyhow::Result<Comparison> {
        let entrants: Vec<_> = self.contenders.iter().map(|contender| (contender.name, contender)).collect();
        compare(bench, title, &entrants, self.postgres.as_ref(), round).await
    }

    /// The contender of that name.
    pub fn contender(&self, name: &str) -> Option<&Contender> {
        self.contenders.iter().find(|contender| contender.name == name)
    }
}

/// Measures one round of an entrant.
pub trait Run: AsyncFn(&'static str, &Contender, Duration) -> anyhow::Result<Round> {}

impl<T: AsyncFn(&'static str, &Contender, Duration) -> anyhow::Result<Round>> Run for T {}

/// Waits until nobody works on what an earlier turn has left, such as events or pages to be written: it would be charged to the
/// next. A smoke run measures nothing and does not wait.
pub async fn rest(bench: &Bench) {
    const LOOK: Duration = Duration::from_millis(200);
    const PATIENCE: Duration = Duration::from_mins(1);
    /// Of all that this program has started and of both cores, in microseconds.
    const QUIET: f64 = 30_000.0;
    if bench.settings.smoke {
        return;
    }
    rustix::fs::sync();
    let began = Instant::now();
    loop {
        let before = process::cpu_micros(std::process::id());
        tokio::time::sleep(LOOK).await;
        if process::cpu_micros(std::process::id()) - before < QUIET {
            break;
        }
        if began.elapsed() > PATIENCE {
            eprintln!("the contenders do not come to rest; the next turn is measured beside what they do");
            return;
        }
    }
    let took = began.elapsed();
    if took > 5 * LOOK {
        eprintln!("at rest after {:.1} s", took.as_secs_f64());
    }
}

/// Lets entrants take turns after a warm-up: A B C, A B C, ... A peer that does not answer all requests is left out of the comparison.
pub async fn compare(
    bench: &Bench,
    title: &str,
    entrants: &[(&'static str, &Contender)],
    postgres: Option<&Postgres>,
    round: impl Run,
) -> anyhow::Result<Comparison> {
    eprintln!("measuring: {title}");
    let mut left_out = BTreeSet::new();
    let mut give_up = |name: &'static str, error: anyhow::Error| {
        if bench.settings.smoke || entrants.first().is_some_and(|(first, _)| *first == name) {
            return Err(error);
        }
        eprintln!("{name} is left out: {error:#}");
        left_out.insert(name);
        Ok(())
    };
    for (name, contender) in entrants {
        rest(bench).await;
        if let Err(error) = round(name, contender, bench.settings.warm_up).await {
            give_up(name, error)?;
        }
    }
    let mut results: Vec<(&'static str, Rounds)> =
        entrants.iter().map(|(name, _)| (*name, Rounds::default())).collect();
    for _ in 0..bench.settings.rounds {
        if let Some(postgres) = postgres {
            postgres.checkpoint().await?;
        }
        for ((name, contender), (_, rounds)) in entrants.iter().zip(&mut results) {
            rest(bench).await;
            match round(name, contender, bench.settings.duration).await {
                Ok(round) => rounds.0.push(round),
                Err(error) => give_up(name, error)?,
            }
        }
    }
    results.retain(|(name, _)| !left_out.contains(name));
    Ok(Comparison { title: title.to_owned(), results })
}

fn store<'a>(url: Option<&'a String>, folder: &'a Path) -> Store<'a> {
    url.map_or(Store::Sqlite(folder), |url| Store::Postgres(url))
}

/// What contenders did in the same rounds.
#[derive(Debug)]
pub struct Comparison {
    title: String,
    results: Vec<(&'static str, Rounds)>,
}

impl Comparison {
    /// The rounds of a contender; none when it did not take part.
    pub fn rounds(&self, name: &str) -> Option<&Rounds> {
        self.results.iter().find(|(have, _)| *have == name).map(|(_, rounds)| rounds)
    }

    /// One value of `of` as a multiple of that of `against`, round by round. What did not take part is not a number.
    pub fn ratio(&self, of: &str, against: &str, value: impl Fn(&Round) -> f64) -> Spread {
        let (Some(of), Some(against)) = (self.rounds(of), self.rounds(against)) else { return Spread::of([]) };
        Spread::of(of.0.iter().zip(&against.0).map(|(of, against)| value(of) / value(against)))
    }

    /// The table in Markdown. The ratios are of Kronos, the first contender, against each.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "\n### {}\n\n| | requests/s | p50 ms | p99 ms | server CPU µs/request | PostgreSQL CPU µs/request | Kronos against it |\n\
             |---|---|---|---|---|---|---|\n",
            self.title
        );
        let first = self.results.first().map_or("", |(name, _)| *name);
        for (name, rounds) in &self.results {
            // A string can always be written to.
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} | {} | {} | {} |",
                rounds.spread(|round| round.rate),
                rounds.spread(|round| round.p50),
                rounds.spread(|round| round.p99),
                rounds.spread(|round| round.cpu),
                rounds.spread(|round| round.database_cpu),
                if *name == first { "-".to_owned() } else { self.ratio(first, name, |round| round.rate).to_string() },
            );
        }
        text
    }
}
