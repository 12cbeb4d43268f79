//! Statements in one dialect for two engines.

use super::Engine;

/// A statement in the words of both engines.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    postgres: &'static str,
    sqlite: &'static str,
}

impl Statement {
    /// A statement that the engines word differently. Most are written once, with [`crate::shared!`].
    pub const fn pair(postgres: &'static str, sqlite: &'static str) -> Self {
        Self { postgres, sqlite }
    }

    /// The words for an engine.
    pub const fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Postgres => self.postgres,
            Engine::Sqlite => self.sqlite,
        }
    }
}

/// A statement in the shared dialect: PostgreSQL's, less what SQLite lacks. For SQLite it is translated when the crate is
/// compiled, by what can be replaced letter by letter:
/// - parameters `$1` become `?1`;
/// - casts such as `::uuid` and `::bigint` become blanks, because SQLite stores ids as text and needs no casts. A type has
///   one word, without brackets;
/// - the schema `identity.` becomes blanks: in SQLite it is a database of its own, [`crate::Db::open_identity`];
/// - `ILIKE` becomes `LIKE`, which ignores case in SQLite (of ASCII letters only).
#[macro_export]
macro_rules! shared {
    ($($sql:expr),+ $(,)?) => {{
        const POSTGRES: &str = concat!($($sql),+);
        const BYTES: [u8; POSTGRES.len()] = $crate::db::to_sqlite(POSTGRES);
        const SQLITE: &str = match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("only ASCII characters are replaced"),
        };
        $crate::Statement::pair(POSTGRES, SQLITE)
    }};
}

/// The translation that [`crate::shared!`] documents.
#[doc(hidden)]
pub const fn to_sqlite<const LENGTH: usize>(postgres: &str) -> [u8; LENGTH] {
    let source = postgres.as_bytes();
    let mut target = [0; LENGTH];
    let mut at = 0;
    while at < LENGTH {
        let byte = source[at];
        if byte == b'$' && at + 1 < LENGTH && source[at + 1].is_ascii_digit() {
            target[at] = b'?';
            at += 1;
        } else if byte == b':' && at + 1 < LENGTH && source[at + 1] == b':' {
            target[at] = b' ';
            target[at + 1] = b' ';
            at += 2;
            while at < LENGTH && (source[at].is_ascii_alphanumeric() || source[at] == b'_') {
                target[at] = b' ';
                at += 1;
            }
        } else if matches!(source.split_at(at).1, [b'i', b'd', b'e', b'n', b't', b'i', b't', b'y', b'.', ..]) {
            let end = at + "identity.".len();
            while at < end {
                target[at] = b' ';
                at += 1;
            }
        } else if matches!(source.split_at(at).1, [b'I', b'L', b'I', b'K', b'E', b' ', ..]) {
            target[at] = b' ';
            at += 1;
        } else {
            target[at] = byte;
            at += 1;
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_identity_is_a_database_of_its_own() {
        const STATEMENT: Statement = shared!("DELETE FROM identity.sessions WHERE id = $1::uuid");
        assert_eq!(STATEMENT.text(Engine::Postgres), "DELETE FROM identity.sessions WHERE id = $1::uuid");
        assert_eq!(STATEMENT.text(Engine::Sqlite), "DELETE FROM          sessions WHERE id = ?1      ");
    }

    #[test]
    fn the_shared_dialect_is_translated_for_sqlite() {
        const STATEMENT: Statement =
            shared!("SELECT id::text FROM t ", "WHERE id = $1::text::uuid AND n ILIKE $12 -- ü");
        assert_eq!(
            STATEMENT.text(Engine::Postgres),
            "SELECT id::text FROM t WHERE id = $1::text::uuid AND n ILIKE $12 -- ü"
        );
        assert_eq!(
            STATEMENT.text(Engine::Sqlite),
            "SELECT id       FROM t WHERE id = ?1             AND n  LIKE ?12 -- ü"
        );
    }
}
