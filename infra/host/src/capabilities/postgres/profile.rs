//! What is known about a statement.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    link::MAX_KEPT_TEXT,
    routines::{Routines, touches_session},
    words::Words,
};

/// A statement whose runs take longer keeps others waiting, so it gets a connection to itself.
const SLOW: Duration = Duration::from_millis(5);
/// How often a statement runs alone after it has failed in a group: what fails often costs its neighbours a second attempt.
const ALONE: u32 = 64;
/// Statements that are remembered.
const MAX_PROFILES: usize = 2048;
/// Bytes of their texts in all.
const MAX_PROFILE_BYTES: usize = 2 << 20;

/// What is known about a statement by its text, and what was learned from running it.
#[derive(Debug)]
pub(super) struct Profile {
    /// Whether it neither depends on its session nor changes it, and is a transaction of its own.
    pub(super) is_plain: bool,
    /// Whether no word of it says that it writes: as a rule it waits for no disk. Nothing but speed depends on it.
    pub(super) reads: bool,
    /// Whether it changes nothing, so that running it a second time does no harm.
    pub(super) is_repeatable: bool,
    /// About the shortest time of the last runs, in microseconds: what made others longer may have been others' work, here or there.
    shortest_us: AtomicU64,
    /// How often it still runs alone.
    alone: AtomicU32,
}

impl Profile {
    pub(super) fn of(sql: &str, routines: &Routines) -> Self {
        let writes = ["INSERT", "UPDATE", "DELETE", "MERGE", "INTO"];
        let reads = !Words(sql).any(|word| writes.iter().any(|write| word.eq_ignore_ascii_case(write)));
        let is_plain = is_plain(sql) && !Words(sql).any(|word| routines.touch_session(word));
        Self {
            is_plain,
            reads,
            is_repeatable: is_plain && reads && !Words(sql).any(|word| routines.may_write(word)),
            shortest_us: AtomicU64::new(0),
            alone: AtomicU32::new(0),
        }
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

/// The profiles of the statements that were seen lately.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    by_text: HashMap<Box<str>, Arc<Profile>>,
    bytes: usize,
}

impl Profiles {
    pub(super) fn get(&self, sql: &str) -> Option<Arc<Profile>> {
        self.by_text.get(sql).cloned()
    }

    pub(super) fn put(&mut self, sql: &str, profile: &Arc<Profile>) {
        if sql.len() > MAX_KEPT_TEXT {
            return;
        }
        if self.by_text.len() >= MAX_PROFILES || self.bytes + sql.len() > MAX_PROFILE_BYTES {
            // Guests that build their statements from values: nothing is worth keeping.
            self.clear();
        }
        if self.by_text.insert(sql.into(), Arc::clone(profile)).is_none() {
            self.bytes += sql.len();
        }
    }

    pub(super) fn clear(&mut self) {
        self.by_text.clear();
        self.bytes = 0;
    }
}

fn is_plain(sql: &str) -> bool {
    let mut words = Words(sql);
    let Some(first) = words.next() else { return false };
    let plain = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "MERGE"];
    // Names that are spelled in code points hide what they are.
    let is_spelled_out = sql.contains("U&\"") || sql.contains("u&\"");
    plain.iter().any(|word| first.eq_ignore_ascii_case(word)) && !is_spelled_out && !words.any(touches_session)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Profile {
        Profile::of(sql, &Routines::of(&[""; 0]))
    }

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
            assert!(of(sql).is_plain, "{sql}");
        }
        for sql in [
            "BEGIN",
            "SET search_path = x",
            "LISTEN a",
            "CREATE TABLE t (a int)",
            "SELECT set_config('a.b', 'c', false)",
            "SELECT \"set_config\"('a.b', 'c', false)",
            "SELECT SET_CONFIG ('a.b', 'c', false)",
            "SELECT U&\"set\\005fconfig\"('a.b', 'c', false)",
            "SELECT $1, lastval()",
            "SELECT pg_try_advisory_lock(1)",
            "UPDATE pg_settings SET setting = 'on' WHERE name = 'default_transaction_read_only'",
            "SELECT query_to_xml('SELECT 1', true, true, '')",
            "SELECT pg_catalog.Query_To_Xml_And_XmlSchema('SELECT 1', true, true, '')",
            "SELECT * FROM ts_stat('SELECT 1')",
            "SELECT * FROM crosstab2('SELECT 1')",
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
            assert!(!of(sql).is_plain, "{sql}");
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
            ("SELECT 1 AS a INTO t", false),
        ] {
            assert_eq!(of(sql).reads, reads, "{sql}");
        }
    }

    #[test]
    fn what_routines_do_counts_for_those_who_call_them() {
        let routines = Routines::of(&["writes enqueue", "writes Send Mail", "session enter_tenant", "session audited"]);
        let of = |sql| Profile::of(sql, &routines);
        for (sql, is_plain, is_repeatable) in [
            ("SELECT count(*) FROM jobs", true, true),
            ("SELECT Enqueue($1)", true, false),
            ("SELECT \"Send Mail\"($1)", true, false),
            ("SELECT 'enqueue()'", true, true),
            ("SELECT app.enter_tenant($1)", false, false),
            ("INSERT INTO audited VALUES (1)", false, false),
            ("INSERT INTO jobs VALUES (1)", true, false),
        ] {
            let profile = of(sql);
            assert_eq!((profile.is_plain, profile.is_repeatable), (is_plain, is_repeatable), "{sql}");
        }
        for sql in ["SELECT 1", "SELECT app.enter_tenant($1)"] {
            let profile = Profile::of(sql, &Routines::default());
            assert!(!profile.is_plain && !profile.is_repeatable, "nothing is known: {sql}");
        }
    }

    #[test]
    fn profiles_have_a_bound_in_bytes() {
        let mut profiles = Profiles::default();
        let profile = Arc::new(of("SELECT 1"));
        profiles.put(&"x".repeat(MAX_KEPT_TEXT + 1), &profile);
        assert_eq!(profiles.by_text.len(), 0, "long texts are not kept");
        for number in 0..1000 {
            profiles.put(&format!("{number:0MAX_KEPT_TEXT$}"), &profile);
            assert!(profiles.bytes <= MAX_PROFILE_BYTES);
            assert_eq!(profiles.bytes, profiles.by_text.len() * MAX_KEPT_TEXT);
        }
        let last = format!("{:0MAX_KEPT_TEXT$}", 999);
        assert!(profiles.get(&last).is_some());
    }

    #[test]
    fn slow_statements_are_noticed_and_forgiven() {
        let profile = of("SELECT 1");
        assert!(!profile.is_slow());
        for _ in 0..5 {
            profile.took(Duration::from_millis(50));
        }
        assert!(profile.is_slow());
        profile.took(Duration::from_millis(1));
        assert!(!profile.is_slow());
        // A machine that is busy now and then makes no statement slow.
        for _ in 0..100 {
            profile.took(Duration::from_millis(30));
            profile.took(Duration::from_micros(50));
            assert!(!profile.is_slow());
        }
        for _ in 0..10 {
            profile.took(Duration::from_millis(50));
        }
        assert!(profile.is_slow());
    }
}
