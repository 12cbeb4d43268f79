//! Paths that every reader understands in the same way.
//!
//! The host routes by the raw path, proxies in front may normalise it, handlers decode it. So a path that could mean different
//! things to them is refused instead of repaired.

/// Longest path with query (RFC 9110, section 4.1, asks for at least 8,000 octets).
pub const MAX_PATH_WITH_QUERY: usize = 8 * 1024;

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambiguous {
    NotAbsolute,
    EmptySegment,
    DotSegment,
    Parameters,
    Character,
    Encoding,
}

impl Ambiguous {
    /// Sentence for a person.
    pub fn detail(self) -> &'static str {
        match self {
            Self::NotAbsolute => "The path has to begin with a slash.",
            Self::EmptySegment => "The path has an empty segment.",
            Self::DotSegment => "The path has a `.` or `..` segment.",
            Self::Parameters => "The path has a `;`.",
            Self::Character => "The path has a character that has to be percent-encoded.",
            Self::Encoding => "The path has a percent-encoding that is invalid, unnecessary or not allowed.",
        }
    }
}

/// The path without query and without one trailing slash, which means the same as the path without it.
pub fn check(path_with_query: &str) -> Result<&str, Ambiguous> {
    let path = path_with_query.split_once('?').map_or(path_with_query, |(path, _)| path);
    let Some(rest) = path.strip_prefix('/') else { return Err(Ambiguous::NotAbsolute) };
    if rest.is_empty() {
        return Ok(path);
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    for segment in rest.split('/') {
        check_segment(segment)?;
    }
    Ok(path.strip_suffix('/').unwrap_or(path))
}

fn check_segment(segment: &str) -> Result<(), Ambiguous> {
    match segment {
        "" => return Err(Ambiguous::EmptySegment),
        "." | ".." => return Err(Ambiguous::DotSegment),
        _ => {}
    }
    let bytes = segment.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'%' => {
                check_encoded(bytes.get(at + 1..at + 3))?;
                at += 2;
            }
            b';' => return Err(Ambiguous::Parameters),
            _ if is_pchar(byte) => {}
            _ => return Err(Ambiguous::Character),
        }
        at += 1;
    }
    Ok(())
}

/// pchar of RFC 3986, section 3.3, without `;` and percent-encoding.
fn is_pchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@".contains(&byte)
}

fn check_encoded(digits: Option<&[u8]>) -> Result<(), Ambiguous> {
    let byte = digits
        .and_then(|digits| std::str::from_utf8(digits).ok())
        // `from_str_radix` would take a sign.
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|digits| u8::from_str_radix(digits, 16).ok())
        .ok_or(Ambiguous::Encoding)?;
    // Unreserved characters have no need of it and are equivalent when decoded (RFC 3986, section 2.3); the others would change
    // the structure or end a string for somebody.
    let refused = byte.is_ascii_alphanumeric()
        || byte.is_ascii_control()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b'\\' | b'%' | b';');
    if refused { Err(Ambiguous::Encoding) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_pass_unchanged() {
        for path in
            ["/", "/api/v1/users/me/memberships", "/a/b.c~d-e_f", "/a/%C3%A4%20b", "/.well-known/jwks.json", "/a/..b"]
        {
            assert_eq!(check(path), Ok(path));
        }
    }

    #[test]
    fn the_query_and_one_trailing_slash_are_left_out() {
        assert_eq!(check("/a/b/?x=/../;"), Ok("/a/b"));
        assert_eq!(check("/a?"), Ok("/a"));
        assert_eq!(check("/?x"), Ok("/"));
    }

    #[test]
    fn ambiguous_paths_are_refused() {
        for (path, reason) in [
            ("", Ambiguous::NotAbsolute),
            ("a", Ambiguous::NotAbsolute),
            ("*", Ambiguous::NotAbsolute),
            ("//", Ambiguous::EmptySegment),
            ("/a//b", Ambiguous::EmptySegment),
            ("/a//", Ambiguous::EmptySegment),
            ("/./a", Ambiguous::DotSegment),
            ("/a/..", Ambiguous::DotSegment),
            ("/a/../b", Ambiguous::DotSegment),
            ("/%2e%2e/a", Ambiguous::Encoding),
            ("/%2E/a", Ambiguous::Encoding),
            ("/a%2fb", Ambiguous::Encoding),
            ("/a%2Fb", Ambiguous::Encoding),
            ("/a%5cb", Ambiguous::Encoding),
            ("/a%00", Ambiguous::Encoding),
            ("/a%0d%0ab", Ambiguous::Encoding),
            ("/a%252fb", Ambiguous::Encoding),
            ("/%61pi", Ambiguous::Encoding),
            ("/a%", Ambiguous::Encoding),
            ("/a%4", Ambiguous::Encoding),
            ("/a%zz", Ambiguous::Encoding),
            ("/a%+1", Ambiguous::Encoding),
            ("/a%é", Ambiguous::Encoding),
            ("/a;b=c", Ambiguous::Parameters),
            ("/a%3bb", Ambiguous::Encoding),
            ("/a\\b", Ambiguous::Character),
            ("/a\0b", Ambiguous::Character),
            ("/a b", Ambiguous::Character),
            ("/a\"b", Ambiguous::Character),
            ("/ä", Ambiguous::Character),
        ] {
            assert_eq!(check(path), Err(reason), "{path:?}");
        }
    }
}
