//! Patterns of `KEYS`.

/// Whether `text` matches `pattern`: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, and `\` before a literal.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    if text.is_empty() {
        // Redis compares nothing then, so that `**` is not `*`.
        return matches!(pattern, b"" | b"*");
    }
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last `*` when the rest doesn't fit: one more byte for it. Going back further is never needed.
    let mut star: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&b'*') {
            p += 1;
            star = Some((p, t));
            continue;
        }
        if t == text.len() {
            if p == pattern.len() {
                return true;
            }
        } else if let Some(length) = pattern.get(p..).and_then(|rest| match_one(rest, text[t])) {
            p += length;
            t += 1;
            continue;
        }
        match star {
            Some((after, from)) if from < text.len() => {
                star = Some((after, from + 1));
                (p, t) = (after, from + 1);
            }
            _ => return false,
        }
    }
}

/// The length of the first element of `pattern` when it matches `byte`.
fn match_one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [] => None,
        [b'?', ..] => Some(1),
        [b'\\', literal, ..] => (*literal == byte).then_some(2),
        [b'[', rest @ ..] => {
            let (length, matched) = match_class(rest, byte);
            matched.then_some(1 + length)
        }
        [literal, ..] => (*literal == byte).then_some(1),
    }
}

/// A class after its `[`: its length with the `]`, and whether it has `byte`.
fn match_class(class: &[u8], byte: u8) -> (usize, bool) {
    let negated = class.first() == Some(&b'^');
    let mut at = usize::from(negated);
    let mut matched = false;
    loop {
        match class.get(at..).unwrap_or_default() {
            [] => break,
            [b']', ..] => {
                at += 1;
                break;
            }
            [b'\\', literal, ..] => {
                matched |= *literal == byte;
                at += 2;
            }
            [first, b'-', last, ..] => {
                let (low, high) = (first.min(last), first.max(last));
                matched |= (*low..=*high).contains(&byte);
                at += 3;
            }
            [literal, ..] => {
                matched |= *literal == byte;
                at += 1;
            }
        }
    }
    (at, matched != negated)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_of_redis() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("**", "", false),
            ("**", "a", true),
            ("*", "abc", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("a*b*c", "aXbYbZc", true),
            ("h?llo", "hello", true),
            ("h?llo", "hllo", false),
            ("h[ae]llo", "hallo", true),
            ("h[ae]llo", "hillo", false),
            ("h[^e]llo", "hello", false),
            ("h[a-c]llo", "hbllo", true),
            ("h[c-a]llo", "hbllo", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "aXb", false),
            ("[", "[", false),
            ("", "", true),
            ("", "a", false),
            ("a", "", false),
            ("*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }
}
