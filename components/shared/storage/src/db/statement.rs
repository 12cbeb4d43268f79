//! Statements in one dialect for two engines.

use super::{Engine, roles};

/// A statement in the words of both engines.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    name: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

impl Statement {
    /// A statement that the engines word differently. Most are written once, with `statements!`.
    pub const fn pair(postgres: &'static str, sqlite: &'static str) -> Self {
        Self { name: "", postgres, sqlite }
    }

    /// The same with a name.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Path of the constant, such as `kronos_storage::time_entries::read::READ`; empty for one that has none.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The words for an engine.
    pub const fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Postgres => self.postgres,
            Engine::Sqlite => self.sqlite,
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
/// Their text is in the shared dialect: PostgreSQL's, less what SQLite lacks. When the crate is compiled,
/// - `{name}` is replaced by the [`Fragment`] of that name: of those that follow `with`, or else of `access::FRAGMENTS`;
/// - `{all:members:manage}` and `{any:members:manage}` are replaced by the list of the roles that have the permission, see [`roles`];
/// - for SQLite, parameters `$1` become `?1`, and casts such as `::uuid` are left out, because SQLite stores ids as text and needs
///   no casts. A type has one word, without brackets; so is the schema `identity.`, which is a database of its own in SQLite,
///   [`crate::Db::open_identity`].
///
/// What has to differ is a visible pair: `{ postgres: r"...", sqlite: r"..." }`.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $text:tt $(with $($fragments:ident)+)?;)+) => {
        $($(#[$meta])* const $name: $crate::Statement = {
            const FRAGMENTS: &[&[$crate::db::Fragment]] = &[$($($fragments,)+)? $crate::access::FRAGMENTS];
            const NAME: &str = concat!(module_path!(), "::", stringify!($name));
            $crate::Statement::pair(
                $crate::rendered!($crate::Engine::Postgres, $crate::db::statement_text!(postgres $text), FRAGMENTS),
                $crate::rendered!($crate::Engine::Sqlite, $crate::db::statement_text!(sqlite $text), FRAGMENTS),
            )
            .named(NAME)
        };)+

        /// Every statement of this module.
        pub(crate) const STATEMENTS: &[$crate::Statement] = &[$($name),+];
    };
}

/// The text for an engine: the shared one, or one of a pair.
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

pub(crate) use {statement_text, statements};

/// A text with its fragments, as a `&'static str`.
#[doc(hidden)]
#[macro_export]
macro_rules! rendered {
    ($engine:expr, $text:expr, $fragments:expr) => {{
        const LENGTH: usize = $crate::db::render($text, $engine, $fragments, &mut [], 0);
        const BYTES: [u8; LENGTH] = {
            let mut bytes = [0; LENGTH];
            $crate::db::render($text, $engine, $fragments, &mut bytes, 0);
            bytes
        };
        match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("only ASCII characters are replaced"),
        }
    }};
}

/// A single statement in the shared dialect, in parts and without fragments.
#[macro_export]
macro_rules! shared {
    ($($sql:expr),+ $(,)?) => {{
        const TEXT: &str = concat!($($sql),+);
        $crate::Statement::pair(TEXT, $crate::rendered!($crate::Engine::Sqlite, TEXT, &[]))
    }};
}

/// Writes the text for an engine from `at` on, as far as there is room, and answers where it ends.
#[doc(hidden)]
pub const fn render(text: &str, engine: Engine, fragments: &[&[Fragment]], out: &mut [u8], at: usize) -> usize {
    let source = text.as_bytes();
    let sqlite = matches!(engine, Engine::Sqlite);
    let (mut from, mut at) = (0, at);
    while from < source.len() {
        let byte = source[from];
        let next = if from + 1 < source.len() { source[from + 1] } else { b' ' };
        if byte == b'{' && !fragments.is_empty() {
            let end = closing(source, from);
            at = match roles::write(source, from + 1, end, out, at) {
                Some(at) => at,
                None => render(find(source, from + 1, end, engine, fragments), engine, fragments, out, at),
            };
            from = end + 1;
        } else if sqlite && byte == b':' && next == b':' {
            from += 2;
            while from < source.len() && (source[from].is_ascii_alphanumeric() || source[from] == b'_') {
                from += 1;
            }
        } else if sqlite && starts(source, from, b"identity.") {
            from += b"identity.".len();
        } else {
            let written = if sqlite && byte == b'$' && next.is_ascii_digit() { b'?' } else { byte };
            if at < out.len() {
                out[at] = written;
            }
            at += 1;
            from += 1;
        }
    }
    at
}

/// Whether a text goes on with these letters.
const fn starts(source: &[u8], from: usize, letters: &[u8]) -> bool {
    from + letters.len() <= source.len() && equals(source, from, from + letters.len(), letters)
}

const fn closing(source: &[u8], from: usize) -> usize {
    let mut end = from;
    while source[end] != b'}' {
        end += 1;
    }
    end
}

/// The text of the fragment whose name stands between `from` and `end`.
const fn find(source: &[u8], from: usize, end: usize, engine: Engine, fragments: &[&[Fragment]]) -> &'static str {
    let mut list = 0;
    while list < fragments.len() {
        let mut index = 0;
        while index < fragments[list].len() {
            let fragment = fragments[list][index];
            if equals(source, from, end, fragment.name.as_bytes()) {
                return match engine {
                    Engine::Postgres => fragment.postgres,
                    Engine::Sqlite => fragment.sqlite,
                };
            }
            index += 1;
        }
        list += 1;
    }
    panic!("no fragment has this name")
}

const fn equals(source: &[u8], from: usize, end: usize, name: &[u8]) -> bool {
    if end - from != name.len() {
        return false;
    }
    let mut index = 0;
    while index < name.len() {
        if source[from + index] != name[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAGMENTS: &[Fragment] =
        &[Fragment::shared("outer", "a {inner} c"), Fragment::pair("inner", "$1::text", "x'b'")];

    #[test]
    fn fragments_casts_and_parameters_become_the_engines() {
        const POSTGRES: &str = rendered!(Engine::Postgres, "{outer} = $12::text::uuid -- ü", &[FRAGMENTS]);
        const SQLITE: &str = rendered!(Engine::Sqlite, "{outer} = $12::text::uuid -- ü", &[FRAGMENTS]);
        assert_eq!(POSTGRES, "a $1::text c = $12::text::uuid -- ü");
        assert_eq!(SQLITE, "a x'b' c = ?12 -- ü");
    }

    #[test]
    fn roles_are_those_of_the_table_of_permissions() {
        const ALL: &str = rendered!(Engine::Sqlite, "role IN {all:entries:change}", &[FRAGMENTS]);
        const ANY: &str = rendered!(Engine::Sqlite, "role IN {any:entries:change}", &[FRAGMENTS]);
        assert_eq!(ALL, "role IN ('owner', 'admin')");
        assert_eq!(ANY, "role IN ('owner', 'admin', 'manager', 'employee')");
    }

    #[test]
    fn a_single_statement_is_translated_for_sqlite() {
        const STATEMENT: Statement = shared!("SELECT id::text FROM t ", "WHERE id = $1::text::uuid");
        assert_eq!(STATEMENT.text(Engine::Postgres), "SELECT id::text FROM t WHERE id = $1::text::uuid");
        assert_eq!(STATEMENT.text(Engine::Sqlite), "SELECT id FROM t WHERE id = ?1");
    }

    #[test]
    fn the_schema_of_identity_is_a_database_of_its_own() {
        const STATEMENT: Statement = shared!("DELETE FROM identity.sessions WHERE id = $1::uuid");
        assert_eq!(STATEMENT.text(Engine::Postgres), "DELETE FROM identity.sessions WHERE id = $1::uuid");
        assert_eq!(STATEMENT.text(Engine::Sqlite), "DELETE FROM sessions WHERE id = ?1");
    }
}
