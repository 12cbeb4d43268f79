//! Where a statement runs, decided once per text.

use std::sync::atomic::{AtomicBool, Ordering};

/// Settings that bound what a connection takes from others, or that make commits durable: a guest that makes them is not refused,
/// and nothing changes.
pub(super) const SETTLED: [&str; 5] = ["busy_timeout", "cache_size", "mmap_size", "synchronous", "temp_store"];

/// Which connections may run a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// A reader; the writer when SQLite says that the statement writes.
    Query,
    /// A reader when the statement only asks; otherwise a connection of the guest's own from now on.
    Pragma,
    /// The writer of the file.
    Write,
    /// A connection of the guest's own, for as long as a transaction is open on it.
    Transaction,
    /// A connection of the guest's own from now on: the statement may change the state of the connection.
    Own,
}

/// What a statement that succeeds does to the counters of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Sets `changes()`, and `last_insert_rowid()` when there was a change.
    Inserts,
    /// Sets `changes()`.
    Changes,
    /// Neither.
    None,
}

/// What is known about a statement by its text, and what was learned from running it.
#[derive(Debug)]
pub(super) struct Analysis {
    pub(super) route: Route,
    /// Whether the statement only begins or ends a transaction. It takes no time, and stopping it would leave everybody in doubt
    /// about where the connection is.
    pub(super) is_control: bool,
    /// Whether the statement may set, or leave alone, the last inserted row id: `changes()` doesn't tell.
    pub(super) reads_last_insert: bool,
    pub(super) effect: Effect,
    writes: AtomicBool,
    quick: AtomicBool,
    needs_own: AtomicBool,
    is_single: AtomicBool,
}

impl Analysis {
    pub(super) fn of(sql: &str) -> Self {
        let (first, rest) = next_word(sql);
        let first = first.to_ascii_uppercase();
        let route = match first.as_str() {
            "SELECT" | "VALUES" | "WITH" | "EXPLAIN" => Route::Query,
            "INSERT" | "REPLACE" | "UPDATE" | "DELETE" | "DROP" | "ALTER" | "REINDEX" | "ANALYZE" => Route::Write,
            "CREATE" => match next_word(rest).0.to_ascii_uppercase().as_str() {
                "TEMP" | "TEMPORARY" => Route::Own,
                _ => Route::Write,
            },
            "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "VACUUM" => Route::Transaction,
            "PRAGMA" => Route::Pragma,
            _ => Route::Own,
        };
        let lower = sql.to_ascii_lowercase();
        let effect = match first.as_str() {
            "INSERT" | "REPLACE" => Effect::Inserts,
            "WITH" if lower.contains("insert") || lower.contains("replace") => Effect::Inserts,
            "WITH" | "UPDATE" | "DELETE" => Effect::Changes,
            _ => Effect::None,
        };
        Self {
            route,
            is_control: route == Route::Transaction && first != "VACUUM",
            reads_last_insert: lower.contains("conflict") || lower.contains("last_insert_rowid"),
            effect,
            writes: AtomicBool::new(route == Route::Write),
            quick: AtomicBool::new(false),
            needs_own: AtomicBool::new(route == Route::Own),
            is_single: AtomicBool::new(!has_semicolon_within(sql)),
        }
    }

    /// Whether a reader would refuse the statement.
    pub(super) fn writes(&self) -> bool {
        self.writes.load(Ordering::Relaxed)
    }

    pub(super) fn mark_writes(&self) {
        self.writes.store(true, Ordering::Relaxed);
    }

    /// Whether the connections that are shared would refuse the statement.
    pub(super) fn needs_own(&self) -> bool {
        self.needs_own.load(Ordering::Relaxed)
    }

    pub(super) fn mark_needs_own(&self) {
        self.needs_own.store(true, Ordering::Relaxed);
    }

    /// Whether the connection that ran the statement has to stay with its guest.
    pub(super) fn keeps_own(&self) -> bool {
        self.route == Route::Pragma || self.needs_own()
    }

    /// Whether the text is known to hold one statement.
    pub(super) fn is_single(&self) -> bool {
        self.is_single.load(Ordering::Relaxed)
    }

    pub(super) fn mark_single(&self) {
        self.is_single.store(true, Ordering::Relaxed);
    }

    /// Whether the last run took so little time that moving to another thread would have cost more.
    pub(super) fn is_quick(&self) -> bool {
        self.quick.load(Ordering::Relaxed)
    }

    pub(super) fn set_quick(&self, quick: bool) {
        if self.is_quick() != quick {
            self.quick.store(quick, Ordering::Relaxed);
        }
    }
}

/// Whether `sql` makes a setting that needs no connection of the guest's own: one that portable guests make on real Spin and that
/// holds here anyway, or one that the host has settled for every connection, see [`SETTLED`].
pub(super) fn is_settled(sql: &str, foreign_keys: bool) -> bool {
    let (first, rest) = next_word(sql);
    if !first.eq_ignore_ascii_case("PRAGMA") {
        return false;
    }
    let setting: String =
        rest.chars().filter(|c| !c.is_whitespace() && *c != ';').map(|c| c.to_ascii_lowercase()).collect();
    match setting.split_once('=') {
        Some(("foreign_keys", value)) => foreign_keys && matches!(value, "on" | "1" | "true"),
        Some((name, _)) => SETTLED.contains(&name),
        None => false,
    }
}

/// Whether something other than white space follows a semicolon. Without that, a text can't hold a second statement.
fn has_semicolon_within(sql: &str) -> bool {
    sql.trim_end_matches(|c: char| c.is_ascii_whitespace() || c == ';').contains(';')
}

/// The first word of `sql` behind white space and comments, and what follows it.
fn next_word(sql: &str) -> (&str, &str) {
    let mut rest = sql.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
    loop {
        let skipped = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            break;
        };
        rest = skipped.trim_start();
    }
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    rest.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_by_the_first_word() {
        for (sql, route) in [
            ("select 1", Route::Query),
            (" -- a\n/* b */ WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", Route::Query),
            ("INSERT INTO t VALUES (1)", Route::Write),
            ("CREATE TABLE temp_x (a)", Route::Write),
            ("create temp table x (a)", Route::Own),
            ("BEGIN IMMEDIATE", Route::Transaction),
            ("PRAGMA cache_size = 1", Route::Pragma),
            ("ATTACH 'x' AS y", Route::Own),
            ("", Route::Own),
            ("-- only a comment", Route::Own),
        ] {
            assert_eq!(Analysis::of(sql).route, route, "{sql}");
        }
    }

    #[test]
    fn knows_most_texts_of_one_statement() {
        for (sql, is_single) in [
            ("SELECT 1", true),
            ("SELECT 1; ;\n", true),
            ("SELECT 1; SELECT 2", false),
            ("SELECT 1; -- one", false),
            ("SELECT ';'", false),
        ] {
            assert_eq!(Analysis::of(sql).is_single(), is_single, "{sql}");
        }
    }

    #[test]
    fn knows_the_settings_that_need_no_connection() {
        assert!(is_settled("PRAGMA foreign_keys = ON;", true));
        assert!(!is_settled("PRAGMA foreign_keys = ON;", false));
        assert!(!is_settled("PRAGMA foreign_keys = OFF", true));
        assert!(!is_settled("PRAGMA foreign_keys", true));
        assert!(is_settled("pragma BUSY_TIMEOUT = 5000", false));
        assert!(!is_settled("PRAGMA busy_timeout", false));
        assert!(!is_settled("PRAGMA user_version = 1", false));
    }
}
