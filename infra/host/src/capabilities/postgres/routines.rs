//! What the functions of a database do to whoever calls them: the text of a statement does not show it.
//!
//! The catalog is read now and then. What it does not tell: what functions in C do, SQL that is put together from pieces, functions
//! behind operators and casts, and those that claim to be stable and are not.

use std::{collections::HashSet, fmt::Write as _, sync::LazyLock};

use super::{error::Failure, link::Link};

/// More than these are not looked at: then every statement may write.
const MAX_NAMES: usize = 10_000;
/// How far a function may be from the statement that calls it, through others, triggers and views.
const MAX_DEPTH: usize = 16;

/// Functions whose result changes from call to call, and that do nothing.
const HARMLESS: &str = "'random', 'clock_timestamp', 'timeofday', 'gen_random_uuid'";
/// The first object id that is not the server's own (`FirstNormalObjectId`).
const FIRST_OWN: u32 = 16_384;

/// Names of functions and of what calls them; `None` when they are not known, and any may be one.
#[derive(Debug, Default)]
pub(super) struct Routines {
    /// Those that may write.
    writing: Option<HashSet<Box<str>>>,
    /// Those that read or change their session, and the tables and views that call these.
    session: Option<HashSet<Box<str>>>,
}

/// Functions that read or change what belongs to a session, and the words that make temporary tables.
const OF_SESSION: [&str; 14] = [
    "currval",
    "lastval",
    "pg_backend_pid",
    "pg_export_snapshot",
    "pg_my_temp_schema",
    // Whoever updates this view sets what it shows.
    "pg_settings",
    "pg_temp",
    "set_config",
    // Of pg_trgm.
    "set_limit",
    "setseed",
    "temp",
    "temporary",
    "ts_rewrite",
    "txid_current_if_assigned",
];

/// How the names of more of them begin. Most run statements that they are given as texts, where no word of them is seen.
const OF_SESSION_PREFIXES: [&str; 10] = [
    "connectby",
    "crosstab",
    "cursor_to_xml",
    "database_to_xml",
    "dblink",
    "pg_sleep",
    "query_to_xml",
    "schema_to_xml",
    "table_to_xml",
    "ts_stat",
];

/// The text of a routine; those in SQL's own syntax have no source.
const SOURCE: &str = "CASE WHEN p.prosrc = '' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END";

static ROUTINES: LazyLock<String> = LazyLock::new(|| {
    let (names, prefixes) = (OF_SESSION.join("|"), OF_SESSION_PREFIXES.join("|"));
    // Settings that end with the transaction are fine, and so are locks.
    let pattern = format!(
        r"\m({names}|({prefixes})\w*|pg_(try_)?advisory_(?!xact_)\w+)\M|(^|;|'|\m(begin|then|else|loop)\M)\s*((set(?!\s+(local|constraints))|reset|listen|unlisten|prepare|deallocate|discard|load)\M)"
    );
    format!(
        "SELECT 'session ' || p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
         WHERE p.oid >= {FIRST_OWN} AND p.prokind <> 'a' AND l.lanname NOT IN ('c', 'internal')
         AND {SOURCE} ~* $pattern${pattern}$pattern$
         UNION SELECT 'writes ' || proname FROM pg_catalog.pg_proc
         WHERE provolatile = 'v' AND NOT (oid < {FIRST_OWN} AND proname IN ({HARMLESS}))
         ORDER BY 1 LIMIT {}",
        MAX_NAMES + 1
    )
});

/// The routines whose text has one of the names $1 in it, and the tables and views with a trigger, rule, default, constraint or
/// policy that depends on one of them.
static CALLERS: LazyLock<String> = LazyLock::new(|| {
    let mut dependents = String::new();
    for (catalog, alias) in
        [("pg_trigger", "t"), ("pg_rewrite", "w"), ("pg_attrdef", "a"), ("pg_constraint", "k"), ("pg_policy", "o")]
    {
        let _infallible = write!(
            dependents,
            " LEFT JOIN pg_catalog.{catalog} {alias} ON d.classid = 'pg_catalog.{catalog}'::regclass AND {alias}.oid = d.objid"
        );
    }
    format!(
        "SELECT p.proname::text FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
         WHERE p.oid >= {FIRST_OWN} AND p.prokind <> 'a' AND l.lanname NOT IN ('c', 'internal')
         AND EXISTS (SELECT FROM unnest($1) name WHERE position(name IN {SOURCE}) > 0)
         UNION SELECT c.relname::text FROM pg_catalog.pg_depend d
         LEFT JOIN pg_catalog.pg_proc p ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.refobjid
         LEFT JOIN pg_catalog.pg_class r ON d.refclassid = 'pg_catalog.pg_class'::regclass AND r.oid = d.refobjid
         {dependents}
         JOIN pg_catalog.pg_class c ON c.oid IN (t.tgrelid, w.ev_class, a.adrelid, k.conrelid, k.confrelid, o.polrelid)
         WHERE d.objid >= {FIRST_OWN} AND (p.proname = ANY ($1) OR r.relname = ANY ($1))"
    )
});

impl Routines {
    /// Reads the catalog.
    pub(super) async fn read(link: &Link) -> Result<Self, Failure> {
        let mut routines = Self::of(&link.texts(&ROUTINES, &[]).await?);
        let Some(session) = &mut routines.session else { return Ok(routines) };
        for _ in 0..MAX_DEPTH {
            let known = session.len();
            if known == 0 {
                break;
            }
            let names: Vec<String> = session.iter().map(ToString::to_string).collect();
            session.extend(link.texts(&CALLERS, &[&names]).await?.into_iter().map(Into::into));
            if session.len() == known {
                break;
            }
        }
        Ok(routines)
    }

    /// From lines of `writes` or `session`, a space and a name.
    pub(super) fn of(lines: &[impl AsRef<str>]) -> Self {
        let (mut writing, mut session) = (HashSet::new(), HashSet::new());
        for line in lines {
            match line.as_ref().split_once(' ') {
                Some(("session", name)) => session.insert(name.into()),
                Some((_, name)) => writing.insert(name.into()),
                None => false,
            };
        }
        // In the order of the alphabet those of the session come first.
        Self {
            writing: (lines.len() <= MAX_NAMES).then_some(writing),
            session: (session.len() <= MAX_NAMES).then_some(session),
        }
    }

    /// Whether a statement with this word reads or changes its session.
    pub(super) fn touch_session(&self, word: &str) -> bool {
        self.session.as_ref().is_none_or(|session| !session.is_empty() && has(session, word))
    }

    /// Whether a statement with this word may write.
    pub(super) fn may_write(&self, word: &str) -> bool {
        self.writing.as_ref().is_none_or(|writing| has(writing, word))
    }

    /// Whether statements are to be judged again.
    pub(super) fn differ(&self, other: &Self) -> bool {
        self.session != other.session || self.writing != other.writing
    }

    /// Whether the session of somebody may have been changed by a statement that seemed plain to `earlier`.
    pub(super) fn reveal(&self, earlier: &Self) -> bool {
        match (&self.session, &earlier.session) {
            // Nothing seemed plain.
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(session), Some(earlier)) => !session.is_subset(earlier),
        }
    }
}

/// Whether a function or word of this name reads or changes what belongs to a session.
pub(super) fn touches_session(word: &str) -> bool {
    let has_prefix = |prefix: &str| word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if has_prefix("pg_advisory_") || has_prefix("pg_try_advisory_") {
        // Those of the transaction end with it.
        return !word.to_ascii_lowercase().contains("_xact_");
    }
    OF_SESSION_PREFIXES.iter().any(|prefix| has_prefix(prefix))
        || OF_SESSION.iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// Names are in lower case unless they are quoted.
fn has(names: &HashSet<Box<str>>, word: &str) -> bool {
    names.contains(word) || names.contains(word.to_ascii_lowercase().as_str())
}
