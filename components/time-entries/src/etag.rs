//! Entity tags: the version in quotes (RFC 9110, sections 8.8.3 and 13.1).

use http::{HeaderMap, HeaderName, header};

/// The tag of a version.
pub fn of(version: i64) -> String {
    format!("\"{version}\"")
}

/// What `If-Match` asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Nothing: there is none, or it is `*`, which any entry meets.
    Any,
    /// One of these versions; an empty list is met by no entry.
    Versions(Vec<i64>),
}

/// Reads `If-Match`. Its comparison is the strong one, so weak tags match nothing; neither do tags that are not ours.
pub fn if_match(headers: &HeaderMap) -> IfMatch {
    let Some(tags) = tags(headers, &header::IF_MATCH) else { return IfMatch::Any };
    if tags.contains(&"*") {
        return IfMatch::Any;
    }
    IfMatch::Versions(tags.into_iter().filter_map(version).collect())
}

/// Whether `If-None-Match` names the version; its comparison is the weak one.
pub fn is_current(headers: &HeaderMap, current: i64) -> bool {
    let tags = tags(headers, &header::IF_NONE_MATCH).unwrap_or_default();
    tags.into_iter().any(|tag| tag == "*" || version(tag.strip_prefix("W/").unwrap_or(tag)) == Some(current))
}

fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    Some(values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).collect())
}

fn version(tag: &str) -> Option<i64> {
    tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn if_match_is_strong() {
        let read = |value| if_match(&headers(header::IF_MATCH, value));
        assert_eq!(if_match(&HeaderMap::new()), IfMatch::Any);
        assert_eq!(read("*"), IfMatch::Any);
        assert_eq!(read("\"3\""), IfMatch::Versions(vec![3]));
        assert_eq!(read("\"3\", \"4\""), IfMatch::Versions(vec![3, 4]));
        assert_eq!(read("W/\"3\""), IfMatch::Versions(vec![]));
        assert_eq!(read("3"), IfMatch::Versions(vec![]));
    }

    #[test]
    fn if_none_match_is_weak() {
        let current = |value| is_current(&headers(header::IF_NONE_MATCH, value), 3);
        assert!(current("\"3\"") && current("W/\"3\"") && current("\"1\", \"3\"") && current("*"));
        assert!(!current("\"4\"") && !current("3") && !is_current(&HeaderMap::new(), 3));
    }
}
