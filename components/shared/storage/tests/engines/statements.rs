//! The statements as they are sent.

use std::{env, fmt::Write as _, fs, path::Path};

use kronos_storage::{Engine, Statement, statements};

/// The text without the indentation that all of its lines share.
fn dedented(text: &str) -> String {
    let lines: Vec<_> = text.trim().lines().collect();
    let indentation = |line: &&str| line.len() - line.trim_start().len();
    let shared = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(indentation).min().unwrap_or(0);
    let lines =
        lines.iter().enumerate().map(|(index, line)| if index == 0 { line } else { &line[shared.min(line.len())..] });
    lines.map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn name(statement: &Statement) -> &str {
    statement.name().trim_start_matches("kronos_storage::")
}

/// The statements of `statements!` are in a file, to be read and compared. `KRONOS_REGENERATE=1` writes it.
#[test]
fn the_rendered_statements_are_up_to_date() {
    let mut rendered = String::from(
        "-- The statements of this crate as they are sent, rendered by its tests: KRONOS_REGENERATE=1 cargo test -p kronos-storage\n",
    );
    for statement in statements() {
        let (postgres, sqlite) = (dedented(statement.text(Engine::Postgres)), dedented(statement.text(Engine::Sqlite)));
        for (engine, text) in [("PostgreSQL", postgres), ("SQLite", sqlite)] {
            write!(rendered, "\n-- {}, {engine}\n{text};\n", name(&statement)).unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("statements.sql");
    if env::var_os("KRONOS_REGENERATE").is_some() {
        fs::write(&path, &rendered).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == rendered, "`statements.sql` is out of date: run the tests of this crate with KRONOS_REGENERATE=1");
}

/// Active members are callers; a statement that looks for its caller among all members lets in who has left. So `members` are
/// targets only, under the alias `t`.
#[test]
fn callers_are_found_in_their_view_only() {
    for statement in statements() {
        for engine in [Engine::Postgres, Engine::Sqlite] {
            let words: Vec<_> = statement.text(engine).split_whitespace().collect();
            for pair in words.windows(2) {
                assert!(pair[0] != "members" || ["t", "AS"].contains(&pair[1]), "{}: {pair:?}", name(&statement));
            }
            let asks_for_caller = words.iter().any(|word| ["callers", "caller"].contains(word));
            assert!(asks_for_caller || !words.contains(&"members"), "{}", name(&statement));
        }
    }
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let mut names: Vec<_> = statements().iter().map(Statement::name).collect();
    assert!(names.iter().all(|name| name.starts_with("kronos_storage::")));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
