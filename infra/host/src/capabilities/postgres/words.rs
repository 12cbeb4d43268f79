//! The words of a statement.

/// The words of a statement outside of literals and comments; quoted names count as words.
pub(super) struct Words<'a>(pub(super) &'a str);

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
                '-' if rest.starts_with("--") => behind_line(rest),
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

/// Behind a comment to the end of the line, which a carriage return ends as well.
fn behind_line(text: &str) -> &str {
    text.find(['\n', '\r']).map_or("", |at| &text[at..])
}

/// Behind a literal with backslashes, and behind its further pieces, in which they count as well.
fn behind_escaped(mut text: &str) -> &str {
    while let Some(at) = text.find(['\\', '\'']) {
        let (mark, after) = text[at..].split_at(1);
        if mark == "'" {
            match next_piece(after) {
                Some(piece) => text = piece,
                None => return after,
            }
            continue;
        }
        let mut skipped = after.chars();
        skipped.next();
        text = skipped.as_str();
    }
    ""
}

/// What follows the quote of the next piece of a literal: a new line at least lies between two of them, and comments may. A quote at
/// once is one within the literal, which goes on.
fn next_piece(text: &str) -> Option<&str> {
    if let Some(after) = text.strip_prefix('\'') {
        return Some(after);
    }
    let (mut rest, mut has_break) = (text, false);
    loop {
        let after = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        has_break |= rest[..rest.len() - after.len()].contains(['\n', '\r']);
        if !after.starts_with("--") {
            return after.strip_prefix('\'').filter(|_| has_break);
        }
        rest = behind_line(after);
    }
}

/// Comments nest.
fn behind_comment(text: &str) -> &str {
    let mut depth = 1;
    let mut at = 0;
    // Both marks are of ASCII, so what follows one is a character.
    while let Some(mark) = text.as_bytes().get(at..at + 2) {
        match mark {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return &text[at..];
        }
    }
    ""
}

/// Behind `$tag$ ... $tag$`, or behind the dollar of a parameter.
fn behind_dollars(text: &str) -> &str {
    let body = &text[1..];
    match body.find(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_') {
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

    fn words(sql: &str) -> Vec<&str> {
        Words(sql).collect()
    }

    #[test]
    fn literals_and_comments_end_where_postgresql_ends_them() {
        for sql in [
            "SELECT 1 -- a comment\r, lastval()",
            "SELECT 1 -- a comment\r\n, lastval()",
            "SELECT $\u{e9}$ ' $\u{e9}$, lastval()",
            "SELECT $a\u{e9}$ ' $a\u{e9}$, lastval()",
            "SELECT E'a'\n'b\\'', lastval()",
            "SELECT E'a' -- '\r -- '\n '\\'', lastval()",
            "SELECT E'a' '\\', lastval()",
            "SELECT E'a''b\\'', lastval()",
            "SELECT 'a'\n'\\', lastval()",
            "SELECT /* /* */ ' */ lastval()",
            "SELECT /*/**/*/ lastval()",
            "SELECT /*\u{e9}*\u{e9}/\u{e9}*/ lastval()",
        ] {
            assert_eq!(words(sql), ["SELECT", "lastval"], "{sql:?}");
        }
        for sql in
            ["SELECT /* lastval()", "SELECT /*/ lastval()", "SELECT E'a'\n'\\' , lastval()", "SELECT $a$ lastval()"]
        {
            assert_eq!(words(sql), ["SELECT"], "{sql:?}");
        }
    }

    #[test]
    fn open_comments_take_no_longer_than_closed_ones() {
        // Quadratic work would take minutes.
        let sql = "/* ".repeat(1 << 20);
        assert_eq!(words(&sql).len(), 0);
    }
}
