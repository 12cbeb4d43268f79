//! Which statements may share a connection.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::Duration,
};

/// A statement whose runs take longer keeps others waiting, so it gets a connection to itself.
const SLOW: Duration = Duration::from_millis(5);
/// How often a statement runs alone after it has failed in a group: what fails often costs its neighbours a second attempt.
const ALONE: u32 = 64;

/// What is known about a statement by its text, and what was learned from running it.
#[derive(Debug)]
pub(super) struct Plan {
    /// Whether it neither depends on its session nor changes it, and is a transaction of its own.
    pub(super) is_plain: bool,
    /// Whether no word of it says that it writes: as a rule it waits for no disk. Nothing but speed depends on it.
    pub(super) reads: bool,
    /// About the shortest time of the last runs, in microseconds: what made others longer may have been others' work, here or there.
    shortest_us: AtomicU64,
    /// How often it still runs alone.
    alone: AtomicU32,
}

impl Plan {
    pub(super) fn of(sql: &str) -> Self {
        let writes = ["INSERT", "UPDATE", "DELETE", "MERGE"];
        let reads = !Words(sql).any(|word| writes.iter().any(|write| word.eq_ignore_ascii_case(write)));
        Self { is_plain: is_plain(sql), reads, shortest_us: AtomicU64::new(0), alone: AtomicU32::new(0) }
    }

    pub(super) fn is_slow(&self) -> bool {
        u128::from(self.shortest_us.load(Ordering::Relaxed)) > SLOW.as_micros()
    }

    /// Whether it may share a transaction this time.
    pub(super) fn joins_groups(&self) -> bool {
        let alone = self.alone.load(Ordering::Relaxed);
        if alone > 0 {
            self.alone.store(alone - 1, Ordering::Relaxed);
        }
        alone == 0
    }

    /// After it has failed in a group.
    pub(super) fn leave_groups(&self) {
        self.alone.store(ALONE, Ordering::Relaxed);
    }

    /// After a run. A shorter one counts at once, a longer one little by little.
    pub(super) fn took(&self, time: Duration) {
        let time = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
        let shortest = self.shortest_us.load(Ordering::Relaxed);
        let rise = time.saturating_sub(shortest) / 16;
        self.shortest_us.store(if shortest == 0 { time } else { time.min(shortest + rise) }, Ordering::Relaxed);
    }
}

fn is_plain(sql: &str) -> bool {
    let mut words = Words(sql);
    let Some(first) = words.next() else { return false };
    let plain = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "MERGE"];
    plain.iter().any(|word| first.eq_ignore_ascii_case(word)) && !words.any(touches_session)
}

/// Functions that read or change what belongs to a session, and the words that make temporary tables.
fn touches_session(word: &str) -> bool {
    const NAMES: [&str; 11] = [
        "currval",
        "lastval",
        "pg_backend_pid",
        "pg_export_snapshot",
        "pg_my_temp_schema",
        "pg_temp",
        "set_config",
        "setseed",
        "temp",
        "temporary",
        "txid_current_if_assigned",
    ];
    let has_prefix = |prefix: &str| word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if has_prefix("pg_advisory_") || has_prefix("pg_try_advisory_") {
        // Those of the transaction end with it.
        return !word.to_ascii_lowercase().contains("_xact_");
    }
    has_prefix("dblink") || has_prefix("pg_sleep") || NAMES.iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// The words of a statement outside of literals and comments; quoted names count as words.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let rest = self.0;
            let first = rest.chars().next()?;
            if first.is_ascii_alphabetic() || first == '_' || !first.is_ascii() {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                // E'...' knows backslashes.
                if word.eq_ignore_ascii_case("e") && after.starts_with('\'') {
                    self.0 = behind_escaped(&after[1..]);
                    continue;
                }
                self.0 = after;
                return Some(word);
            }
            self.0 = match first {
                '\'' => behind(&rest[1..], "'"),
                '"' => {
                    let (name, after) = rest[1..].split_once('"').unwrap_or((&rest[1..], ""));
                    self.0 = after;
                    return Some(name);
                }
                '-' if rest.starts_with("--") => behind(rest, "\n"),
                '/' if rest.starts_with("/*") => behind_comment(&rest[2..]),
                '$' => behind_dollars(rest),
                other => &rest[other.len_utf8()..],
            };
        }
    }
}

fn behind<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, after)| after)
}

fn behind_escaped(mut text: &str) -> &str {
    while let Some(at) = text.find(['\\', '\'']) {
        let (mark, after) = text[at..].split_at(1);
        if mark == "'" {
            return after;
        }
        let mut skipped = after.chars();
        skipped.next();
        text = skipped.as_str();
    }
    ""
}

/// Comments nest.
fn behind_comment(mut text: &str) -> &str {
    let mut depth = 1;
    while depth > 0 {
        let Some(at) = text.find("/*").into_iter().chain(text.find("*/")).min() else { return "" };
        depth = if text[at..].starts_with("/*") { depth + 1 } else { depth - 1 };
        text = &text[at + 2..];
    }
    text
}

/// Behind `$tag$ ... $tag$`, or behind the dollar of a parameter.
fn behind_dollars(text: &str) -> &str {
    let body = &text[1..];
    match body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        Some(end) if body[end..].starts_with('$') && !body.starts_with(|c: char| c.is_ascii_digit()) => {
            let tag = &text[..end + 2];
            behind(&text[tag.len()..], tag)
        }
        _ => body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_statements_share() {
        for sql in [
            "SELECT 1",
            "  -- a comment\n select * from t where a = $1",
            "/* a /* nested */ comment */ INSERT INTO t VALUES ($1, 'set_config') RETURNING id",
            "WITH x AS (DELETE FROM t RETURNING *) SELECT count(*) FROM x",
            "(SELECT 1) UNION (SELECT 2)",
            "SELECT pg_advisory_xact_lock(1)",
            "SELECT $$ lastval $$, $tag$ temp $tag$, E'\\' temp', nextval('s')",
            "UPDATE t SET a = $1 -- temp",
            "SELECT template, contemporary FROM t",
        ] {
            assert!(Plan::of(sql).is_plain, "{sql}");
        }
        for sql in [
            "BEGIN",
            "SET search_path = x",
            "LISTEN a",
            "CREATE TABLE t (a int)",
            "SELECT set_config('a.b', 'c', false)",
            "SELECT \"set_config\"('a.b', 'c', false)",
            "SELECT SET_CONFIG ('a.b', 'c', false)",
            "SELECT $1, lastval()",
            "SELECT pg_try_advisory_lock(1)",
            "SELECT 1 INTO TEMP x",
            "SELECT * FROM pg_temp.x",
            "SELECT pg_sleep(1)",
            "SELECT 'it''s', currval('s')",
            "SELECT a$b$c, lastval() -- $b$",
            "COPY t TO STDOUT",
            "EXPLAIN ANALYZE DELETE FROM t",
            "CALL p()",
            "",
            "/* open",
        ] {
            assert!(!Plan::of(sql).is_plain, "{sql}");
        }
    }

    #[test]
    fn reads_are_told_from_writes() {
        for (sql, reads) in [
            ("SELECT 'insert' -- update", true),
            ("WITH a AS (SELECT 1) SELECT * FROM a", true),
            ("VALUES (1)", true),
            ("with a as (insert into t values (1) returning *) select * from a", false),
            ("UPDATE t SET a = 1", false),
            ("SELECT 1 FOR UPDATE", false),
        ] {
            assert_eq!(Plan::of(sql).reads, reads, "{sql}");
        }
    }

    #[test]
    fn slow_statements_are_noticed_and_forgiven() {
        let plan = Plan::of("SELECT 1");
        assert!(!plan.is_slow());
        for _ in 0..5 {
            plan.took(Duration::from_millis(50));
        }
        assert!(plan.is_slow());
        plan.took(Duration::from_millis(1));
        assert!(!plan.is_slow());
        // A machine that is busy now and then makes no statement slow.
        for _ in 0..100 {
            plan.took(Duration::from_millis(30));
            plan.took(Duration::from_micros(50));
            assert!(!plan.is_slow());
        }
        for _ in 0..10 {
            plan.took(Duration::from_millis(50));
        }
        assert!(plan.is_slow());
    }
}
