//! What is to be reached: the one place of the targets, and how figures are written.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use anyhow::Context as _;
use serde_json::{Value, json};

/// A row of the table of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Throughput of `write` and `read` on PostgreSQL at 64 connections, as a multiple of the axum peer's.
    Axum,
    /// The same against the `NestJS` peer.
    Nest,
    /// The same against real Spin with the same files.
    Spin,
    /// Throughput of `hello` as a multiple of `wasmtime serve`'s.
    WasmtimeServe,
    /// What `gateway` and `auth-check` cost with a token seen before.
    AuthCheck,
    /// What a new instance for a request costs.
    FreshInstance,
    /// Latency of `read` on one connection as a multiple of the axum peer's.
    Sequential,
    /// p99 as a multiple of p50 at 70 % of the highest rate.
    Tail,
    /// From the start of the process to the first answer, with compiled components in the cache.
    WarmStart,
    /// Resident memory with all components loaded and nothing to do.
    IdleMemory,
    /// From the answer to a write until the report shows it, p99.
    EventLag,
}

/// Which side of the target is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    AtLeast,
    AtMost,
}

/// The table: figure, name, bound, target, unit.
const TARGETS: [(Figure, &str, Bound, f64, &str); 11] = [
    (Figure::Axum, "write and read on PostgreSQL, throughput against axum", Bound::AtLeast, 0.7, "x"),
    (Figure::Nest, "write and read on PostgreSQL, throughput against NestJS", Bound::AtLeast, 2.0, "x"),
    (Figure::Spin, "write and read on PostgreSQL, throughput against Spin", Bound::AtLeast, 5.0, "x"),
    (Figure::WasmtimeServe, "hello, throughput against wasmtime serve", Bound::AtLeast, 1.1, "x"),
    (Figure::AuthCheck, "gateway and auth-check with a token seen before, CPU", Bound::AtMost, 10.0, "µs"),
    (Figure::FreshInstance, "a fresh instance per request against a reused one", Bound::AtMost, 60.0, "µs"),
    (Figure::Sequential, "sequential read on one connection, p50 against axum", Bound::AtMost, 3.0, "x"),
    (Figure::Tail, "p99 against p50 at 70 % of the highest rate", Bound::AtMost, 4.0, "x"),
    (Figure::WarmStart, "warm start to ready", Bound::AtMost, 300.0, "ms"),
    (Figure::IdleMemory, "idle memory, SQLite, all components loaded", Bound::AtMost, 80.0, "MiB"),
    (Figure::EventLag, "event lag p99 at 500 writes a second", Bound::AtMost, 100.0, "ms"),
];

/// What was measured for the table. A figure of several parts (such as `write` and `read`) is as good as its worst part.
#[derive(Debug, Default)]
pub struct Figures {
    parts: BTreeMap<Figure, Vec<(String, f64)>>,
}

impl Figures {
    /// Adds a part of a figure. What is not a number was not measured.
    pub fn add(&mut self, figure: Figure, part: &str, value: f64) {
        if value.is_finite() {
            self.parts.entry(figure).or_default().push((part.to_owned(), value));
        }
    }

    fn value(&self, figure: Figure, bound: Bound) -> Option<f64> {
        let values = self.parts.get(&figure)?.iter().map(|(_, value)| *value);
        match bound {
            Bound::AtLeast => values.reduce(f64::min),
            Bound::AtMost => values.reduce(f64::max),
        }
    }

    /// The table in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| figure | measured | to reach | met | parts |\n|---|---|---|---|---|\n");
        for (figure, name, bound, target, unit) in TARGETS {
            let sign = if bound == Bound::AtLeast { "≥" } else { "≤" };
            let (measured, met) = match self.value(figure, bound) {
                None => ("not measured".to_owned(), "-"),
                Some(value) => {
                    (format!("{value:.2} {unit}"), if meets(bound, value, target) { "yes" } else { "**no**" })
                }
            };
            let parts: Vec<String> = self
                .parts
                .get(&figure)
                .into_iter()
                .flatten()
                .map(|(part, value)| format!("{part} {value:.2}"))
                .collect();
            let parts = parts.join(", ");
            // A string can always be written to.
            let _ = writeln!(text, "| {name} | {measured} | {sign} {target} {unit} | {met} | {parts} |");
        }
        text
    }

    /// The table as JSON; `value` and `met` are `null` where nothing was measured.
    pub fn json(&self) -> Value {
        let figures: Vec<Value> = TARGETS
            .into_iter()
            .map(|(figure, name, bound, target, unit)| {
                let value = self.value(figure, bound);
                let parts: BTreeMap<&str, f64> = self
                    .parts
                    .get(&figure)
                    .into_iter()
                    .flatten()
                    .map(|(part, value)| (part.as_str(), *value))
                    .collect();
                json!({
                    "name": name,
                    "value": value,
                    "target": target,
                    "met": value.map(|value| meets(bound, value, target)),
                    "unit": unit,
                    "bound": if bound == Bound::AtLeast { "at least" } else { "at most" },
                    "parts": parts,
                })
            })
            .collect();
        json!({ "figures": figures })
    }

    /// Writes the JSON to a file.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&self.json())?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
    }
}

fn meets(bound: Bound, value: f64, target: f64) -> bool {
    match bound {
        Bound::AtLeast => value >= target,
        Bound::AtMost => value <= target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_as_good_as_its_worst_part() {
        let mut figures = Figures::default();
        figures.add(Figure::Axum, "write", 1.2);
        figures.add(Figure::Axum, "read", 0.6);
        figures.add(Figure::Axum, "other", f64::NAN);
        figures.add(Figure::Tail, "read", 2.0);
        figures.add(Figure::Tail, "write", 5.0);
        let json = figures.json();
        let row = |index: usize| json["figures"][index].clone();
        assert_eq!((row(0)["value"].as_f64(), row(0)["met"].as_bool()), (Some(0.6), Some(false)));
        assert_eq!((row(7)["value"].as_f64(), row(7)["met"].as_bool()), (Some(5.0), Some(false)));
        assert!(row(2)["value"].is_null() && row(2)["met"].is_null());
        assert_eq!(json["figures"].as_array().map(Vec::len), Some(TARGETS.len()));
    }
}
