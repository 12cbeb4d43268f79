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
