//! The words of a statement are those that PostgreSQL sees: what is taken for plain must not hide a function that touches its session.
#![no_main]

use kronos_host::fuzzing::postgres::{is_plain, words};
use libfuzzer_sys::fuzz_target;

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn starts_identifier(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn goes_on_identifier(byte: u8) -> bool {
    starts_identifier(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn behind_line(sql: &[u8], mut at: usize) -> usize {
    while at < sql.len() && !matches!(sql[at], b'\n' | b'\r') {
        at += 1;
    }
    at
}

/// Where the next piece of a literal begins, when one does: only space with a line break in it, and comments, lie between.
fn next_piece(sql: &[u8], mut at: usize) -> Option<usize> {
    let mut breaks = false;
    loop {
        match sql.get(at)? {
            b'\'' => return breaks.then_some(at + 1),
            byte if is_space(*byte) => {
                breaks |= matches!(byte, b'\n' | b'\r');
                at += 1;
            }
            b'-' if sql.get(at + 1) == Some(&b'-') => at = behind_line(sql, at),
            _ => return None,
        }
    }
}

/// Behind a literal whose quote stands before `at`, with all of its pieces; `None` when it has no end.
fn behind_literal(sql: &[u8], mut at: usize, has_escapes: bool) -> Option<usize> {
    loop {
        match sql.get(at)? {
            b'\\' if has_escapes => at += 2,
            b'\'' if sql.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => match next_piece(sql, at + 1) {
                Some(next) => at = next,
                None => return Some(at + 1),
            },
            _ => at += 1,
        }
    }
}

/// The names and key words of a statement after the rules of PostgreSQL's scanner (`scan.l`), quoted ones without their quotes;
/// `None` when it refuses the statement, or its versions differ.
fn scan(sql: &[u8]) -> Option<Vec<&[u8]>> {
    let mut names = Vec::new();
    let mut at = 0;
    while at < sql.len() {
        let (byte, next) = (sql[at], sql.get(at + 1).copied().unwrap_or_default());
        match byte {
            0 => return None,
            b'-' if next == b'-' => at = behind_line(sql, at),
            b'/' if next == b'*' => {
                let mut depth = 1;
                at += 2;
                while depth > 0 {
                    match (sql.get(at)?, sql.get(at + 1)?) {
                        (b'/', b'*') => (depth, at) = (depth + 1, at + 2),
                        (b'*', b'/') => (depth, at) = (depth - 1, at + 2),
                        _ => at += 1,
                    }
                }
            }
            b'\'' => at = behind_literal(sql, at + 1, false)?,
            b'e' | b'E' if next == b'\'' => at = behind_literal(sql, at + 2, true)?,
            b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if next == b'\'' => at = behind_literal(sql, at + 2, false)?,
            b'u' | b'U' if sql[at + 1..].starts_with(b"&'") => at = behind_literal(sql, at + 3, false)?,
            // Statements with such names are not plain.
            b'u' | b'U' if sql[at + 1..].starts_with(b"&\"") => return None,
            b'"' => {
                let start = at + 1;
                at = start;
                while *sql.get(at)? != b'"' {
                    at += 1;
                }
                // A quote within a name, or a name without any character.
                if sql.get(at + 1) == Some(&b'"') || at == start {
                    return None;
                }
                names.push(&sql[start..at]);
                at += 1;
            }
            b'$' if next.is_ascii_digit() => {
                at += 1;
                while sql.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                if sql.get(at).is_some_and(|byte| starts_identifier(*byte)) {
                    return None;
                }
            }
            b'$' => {
                let mut end = at + 1;
                if sql.get(end).is_some_and(|byte| starts_identifier(*byte)) {
                    while sql.get(end).is_some_and(|byte| goes_on_identifier(*byte) && *byte != b'$') {
                        end += 1;
                    }
                }
                if sql.get(end) != Some(&b'$') {
                    return None;
                }
                let tag = &sql[at..=end];
                let body = &sql[end + 1..];
                at = end + 1 + body.windows(tag.len()).position(|window| window == tag)? + tag.len();
            }
            byte if starts_identifier(byte) => {
                let start = at;
                while sql.get(at).is_some_and(|byte| goes_on_identifier(*byte)) {
                    at += 1;
                }
                names.push(&sql[start..at]);
            }
            byte if byte.is_ascii_digit() => {
                while sql.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                if sql.get(at).is_some_and(|byte| starts_identifier(*byte)) {
                    return None;
                }
            }
            _ => at += 1,
        }
    }
    Some(names)
}

fuzz_target!(|sql: &str| {
    let found = words(sql);
    let mut left = sql.len();
    for (word, rest) in &found {
        let start = word.as_ptr() as usize - sql.as_ptr() as usize;
        assert!(start >= sql.len() - left, "words overlap");
        assert!(
            *rest < left && start + word.len() <= sql.len() - rest,
            "a word lies behind the place that was reached"
        );
        left = *rest;
    }

    let Some(names) = scan(sql.as_bytes()) else { return };
    let mut seen = found.iter().map(|(word, _)| word.as_bytes());
    for name in &names {
        assert!(seen.any(|word| word == *name), "`{}` is not seen", String::from_utf8_lossy(name));
    }
    if is_plain(sql) {
        let is_hidden = |name: &&[u8]| {
            ["set_config", "lastval", "pg_temp"].iter().any(|of| name.eq_ignore_ascii_case(of.as_bytes()))
        };
        // The first word says what kind of statement it is.
        assert!(!names.iter().skip(1).any(|name| is_hidden(&name)));
    }
});
