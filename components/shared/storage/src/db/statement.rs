//! Statements in one dialect for two engines.

use std::sync::OnceLock;

use super::{Engine, roles};

/// A statement in the words of both engines.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    name: &'static str,
    words: Words,
}

#[derive(Debug, Clone, Copy)]
enum Words {
    /// As they are sent.
    Pair { postgres: &'static str, sqlite: &'static str },
    /// To be rendered.
    Source(fn() -> &'static Source),
}

/// The words that a text is rendered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// PostgreSQL's.
    Postgres,
    /// PostgreSQL's, with ids as they are: all rows are packed into one value.
    Packed,
    /// SQLite's.
    Sqlite,
}

/// The source of a statement, and what has been rendered of it: each text when it is first needed. To render all of them when the
/// crate is compiled takes a minute and a half of every build.
#[doc(hidden)]
#[derive(Debug)]
pub struct Source {
    postgres: &'static str,
    sqlite: &'static str,
    fragments: &'static [&'static [Fragment]],
    rendered: Rendered,
}

#[derive(Debug)]
struct Rendered {
    postgres: OnceLock<String>,
    packed: OnceLock<Option<String>>,
    sqlite: OnceLock<String>,
}

impl Source {
    /// From the text for each engine.
    pub const fn new(postgres: &'static str, sqlite: &'static str, fragments: &'static [&'static [Fragment]]) -> Self {
        let rendered = Rendered { postgres: OnceLock::new(), packed: OnceLock::new(), sqlite: OnceLock::new() };
        Self { postgres, sqlite, fragments, rendered }
    }

    fn text(&'static self, engine: Engine) -> &'static str {
        let Rendered { postgres, sqlite, .. } = &self.rendered;
        match engine {
            Engine::Postgres => postgres.get_or_init(|| self.render(self.postgres, Dialect::Postgres)),
            Engine::Sqlite => sqlite.get_or_init(|| self.render(self.sqlite, Dialect::Sqlite)),
        }
    }

    fn packed(&'static self) -> Option<&'static str> {
        let surrounded = || {
            let text = self.render(self.postgres, Dialect::Packed);
            super::reads(&text).then(|| super::packed::surround(&text))
        };
        self.rendered.packed.get_or_init(surrounded).as_deref()
    }

    fn render(&self, text: &str, dialect: Dialect) -> String {
        render(text, dialect, self.fragments)
    }
}

impl Statement {
    /// A statement that the engines word differently. Most are written once, with `statements!`.
    pub const fn pair(postgres: &'static str, sqlite: &'static str) -> Self {
        Self { name: "", words: Words::Pair { postgres, sqlite } }
    }

    /// A statement that is rendered from its source.
    #[doc(hidden)]
    pub const fn rendered(name: &'static str, source: fn() -> &'static Source) -> Self {
        Self { name, words: Words::Source(source) }
    }

    /// Path of the constant, such as `kronos_storage::time_entries::read::READ`; empty for one that has none.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The words for an engine.
    pub fn text(&self, engine: Engine) -> &'static str {
        match (self.words, engine) {
            (Words::Pair { postgres, .. }, Engine::Postgres) => postgres,
            (Words::Pair { sqlite, .. }, Engine::Sqlite) => sqlite,
            (Words::Source(source), engine) => source().text(engine),
        }
    }

    /// The words for an engine that packs all rows into one value; none where there is no such text. Only what reads and does
    /// nothing else can be packed.
    pub(super) fn packed(&self, engine: Engine) -> Option<&'static str> {
        match (self.words, engine) {
            (Words::Source(source), Engine::Postgres) => source().packed(),
            (Words::Source(_) | Words::Pair { .. }, _) => None,
        }
    }
}

/// What stands for `{name}` in the text of statements.
#[derive(Debug, Clone, Copy)]
pub struct Fragment {
    name: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

impl Fragment {
    /// The same text for both engines; it may contain other fragments.
    pub const fn shared(name: &'static str, text: &'static str) -> Self {
        Self { name, postgres: text, sqlite: text }
    }

    /// A text for each engine.
    pub const fn pair(name: &'static str, postgres: &'static str, sqlite: &'static str) -> Self {
        Self { name, postgres, sqlite }
    }
}

/// Statements as a module's constants, and all of them as its `STATEMENTS`.
///
/// Their text is in the shared dialect: PostgreSQL's, less what SQLite lacks. In what is sent,
/// - `{name}` is replaced by the [`Fragment`] of that name: of those that follow `with`, or else of `access::FRAGMENTS`;
/// - `{all:members:manage}` and `{any:members:manage}` are replaced by the list of the roles that have the permission, see [`roles`];
/// - for SQLite, parameters `$1` become `?1`, and casts such as `::uuid` are left out, because SQLite stores ids as text and needs
///   no casts. A type has one word, without brackets; so is the schema `identity.`, which is a database of its own in SQLite,
///   [`crate::Db::open_identity`];
/// - `id::id`, the cast of an id that is read, becomes a cast to text, but for rows that are packed into one value.
///
/// What has to differ is a visible pair: `{ postgres: r"...", sqlite: r"..." }`.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $text:tt $(with $($fragments:ident)+)?;)+) => {
        $($(#[$meta])* const $name: $crate::Statement = {
            const FRAGMENTS: &[&[$crate::db::Fragment]] = &[$($($fragments,)+)? $crate::access::FRAGMENTS];
            $crate::statement_of!(
                concat!(module_path!(), "::", stringify!($name)),
                $crate::statement_text!(postgres $text),
                $crate::statement_text!(sqlite $text),
                FRAGMENTS
            )
        };)+

        /// Every statement of this module.
        pub(crate) const STATEMENTS: &[$crate::Statement] = &[$($name),+];
    };
}

/// The text for an engine: the shared one, or one of a pair.
#[doc(hidden)]
#[macro_export]
macro_rules! statement_text {
    ($engine:ident $text:literal) => {
        $text
    };
    (postgres { postgres: $postgres:literal, sqlite: $sqlite:literal $(,)? }) => {
        $postgres
    };
    (sqlite { postgres: $postgres:literal, sqlite: $sqlite:literal $(,)? }) => {
        $sqlite
    };
}

pub(crate) use statements;

/// A statement from its name, its text for each engine, and its fragments.
#[doc(hidden)]
#[macro_export]
macro_rules! statement_of {
    ($name:expr, $postgres:expr, $sqlite:expr, $fragments:expr) => {{
        fn source() -> &'static $crate::db::Source {
            static SOURCE: $crate::db::Source = $crate::db::Source::new($postgres, $sqlite, $fragments);
            &SOURCE
        }
        $crate::Statement::rendered($name, source)
    }};
}

/// A single statement in the shared dialect, in parts and without fragments.
#[macro_export]
macro_rules! shared {
    ($($sql:expr),+ $(,)?) => {
        $crate::statement_of!("", concat!($($sql),+), concat!($($sql),+), &[])
    };
}

/// The text in a dialect. What stands in braces and is the name of nothing stays, which no database takes; a test looks for it.
fn render(source: &str, dialect: Dialect, fragments: &[&[Fragment]]) -> String {
    let mut text = String::with_capacity(source.len() * 2);
    write(&mut text, source, dialect, fragments);
    text
}

fn write(out: &mut String, source: &str, dialect: Dialect, fragments: &[&[Fragment]]) {
    let sqlite = dialect == Dialect::Sqlite;
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut rest = source;
    while let Some(at) = rest.find(['{', ':', '$', 'i']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(name) = braced(rest).filter(|_| !fragments.is_empty()) {
            match find(name, dialect, fragments) {
                Some(fragment) => write(out, fragment, dialect, fragments),
                None => roles::write(out, name),
            }
            rest = &rest[name.len() + "{}".len()..];
        } else if let Some(end) = rest.strip_prefix("::id").filter(|end| !end.starts_with(is_word)) {
            if dialect == Dialect::Postgres {
                out.push_str("::text");
            }
            rest = end;
        } else if let Some(cast) = rest.strip_prefix("::").filter(|_| sqlite) {
            rest = cast.trim_start_matches(is_word);
        } else if let Some(end) = rest.strip_prefix("identity.").filter(|_| sqlite) {
            rest = end;
        } else if rest.starts_with('$') && sqlite && rest[1..].starts_with(|digit: char| digit.is_ascii_digit()) {
            out.push('?');
            rest = &rest[1..];
        } else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
}

/// The name in the braces that a text begins with.
fn braced(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.split_once('}').map(|(name, _)| name)
}

/// The text of the fragment of a name.
fn find(name: &str, dialect: Dialect, fragments: &[&[Fragment]]) -> Option<&'static str> {
    let fragment = fragments.iter().copied().flatten().find(|fragment| fragment.name == name)?;
    Some(if dialect == Dialect::Sqlite { fragment.sqlite } else { fragment.postgres })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAGMENTS: &[Fragment] =
        &[Fragment::shared("outer", "a {inner} c"), Fragment::pair("inner", "$1::text", "x'b'")];

    #[test]
    fn fragments_casts_and_parameters_become_the_engines() {
        let text = "{outer} = $12::text::uuid -- ü";
        assert_eq!(render(text, Dialect::Postgres, &[FRAGMENTS]), "a $1::text c = $12::text::uuid -- ü");
        assert_eq!(render(text, Dialect::Sqlite, &[FRAGMENTS]), "a x'b' c = ?12 -- ü");
        assert_eq!(render("{nothing} {", Dialect::Sqlite, &[FRAGMENTS]), "{nothing} {");
    }

    #[test]
    fn roles_are_those_of_the_table_of_permissions() {
        let roles = |text| render(text, Dialect::Sqlite, &[FRAGMENTS]);
        assert_eq!(roles("role IN {all:entries:change}"), "role IN ('owner', 'admin')");
        assert_eq!(roles("role IN {any:entries:change}"), "role IN ('owner', 'admin', 'manager', 'employee')");
        assert_eq!(roles("role IN {any:entries:eat}"), "role IN {any:entries:eat}");
    }

    #[test]
    fn a_single_statement_is_translated_for_sqlite() {
        const STATEMENT: Statement = shared!("UPDATE t SET a = '{}' ", "WHERE id = $1::text::uuid");
        assert_eq!(STATEMENT.text(Engine::Postgres), "UPDATE t SET a = '{}' WHERE id = $1::text::uuid");
        assert_eq!(STATEMENT.text(Engine::Sqlite), "UPDATE t SET a = '{}' WHERE id = ?1");
        assert_eq!(STATEMENT.packed(Engine::Postgres), None);
    }

    #[test]
    fn ids_that_are_read_are_texts_unless_rows_are_packed() {
        const STATEMENT: Statement = shared!("SELECT e.id::id, t.id::identity");
        assert_eq!(STATEMENT.text(Engine::Postgres), "SELECT e.id::text, t.id::identity");
        assert_eq!(STATEMENT.text(Engine::Sqlite), "SELECT e.id, t.id");
        let packed = "SELECT array_send(ARRAY(SELECT record_send(r) FROM (SELECT e.id, t.id::identity) r))";
        assert_eq!((STATEMENT.packed(Engine::Postgres), STATEMENT.packed(Engine::Sqlite)), (Some(packed), None));
        assert_eq!(Statement::pair("SELECT id", "").packed(Engine::Postgres), None);
    }

    #[test]
    fn the_schema_of_identity_is_a_database_of_its_own() {
        const STATEMENT: Statement = shared!("DELETE FROM identity.sessions WHERE id = $1::uuid");
        assert_eq!(STATEMENT.text(Engine::Postgres), "DELETE FROM identity.sessions WHERE id = $1::uuid");
        assert_eq!(STATEMENT.text(Engine::Sqlite), "DELETE FROM sessions WHERE id = ?1");
    }
}
