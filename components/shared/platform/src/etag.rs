//! Entity tags and the conditions that name them (RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2).
//!
//! A tag is the version of the resource in quotes, and behind a colon what is computed from other resources: readers have to see that
//! change, writers need not. `If-None-Match` of GET and HEAD is answered by `platform` itself for every
//! answer with an `etag`; a write asks [`Preconditions`].

use std::fmt::Display;

use http::{HeaderMap, HeaderName, header};

use crate::{problem::Problem, refusal::Shared};

/// The tag of a version.
pub fn of(version: i64) -> String {
    format!("\"{version}\"")
}

/// The tag of a version where one address shows now this resource, now that one.
pub fn of_one(id: impl Display, version: i64) -> String {
    format!("\"{id}.{version}\"")
}

/// The tag of a version with numbers that change without it.
pub fn with(version: i64, computed: &[Option<i64>]) -> String {
    let numbers = computed.iter().map(|number| number.map_or_else(String::new, |number| number.to_string()));
    format!("\"{version}:{}\"", numbers.collect::<Vec<_>>().join(":"))
}

/// The first of the numbers of a tag that [`with`] wrote, as it stands there.
pub fn first_number(tag: &str) -> Option<&str> {
    let (_, numbers) = tag.strip_prefix('"')?.strip_suffix('"')?.split_once(':')?;
    numbers.split(':').next()
}

/// The same of `If-Match`, where it names one tag.
pub fn first_number_of_match(headers: &HeaderMap) -> Option<&str> {
    let mut tags = list(headers, &header::IF_MATCH);
    let tag = tags.next()?;
    if tags.next().is_some() { None } else { first_number(tag) }
}

/// What a field asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    /// Nothing: there is no such field.
    Absent,
    /// `*`: any state.
    Any,
    /// One of these versions. Tags that are not ours name none.
    Versions(Vec<i64>),
    /// Something without quotes, which is no tag of anybody's.
    Unquoted,
}

impl Tags {
    fn read(headers: &HeaderMap, name: &HeaderName, weak: bool) -> Self {
        let mut tags = list(headers, name).peekable();
        if tags.peek().is_none() && !headers.contains_key(name) {
            return Self::Absent;
        }
        let mut versions = Vec::new();
        for tag in tags {
            if tag == "*" {
                return Self::Any;
            }
            if !tag.is_empty() && !tag.contains('"') {
                return Self::Unquoted;
            }
            versions.extend(version(if weak { without_weakness(tag) } else { tag }));
        }
        Self::Versions(versions)
    }

    fn contain(&self, version: i64) -> bool {
        match self {
            Self::Absent | Self::Unquoted => false,
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

/// The tags of a field. A comma within a tag would split it into pieces that are no tags of ours.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter();
    values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim)
}

fn without_weakness(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The version that a tag of ours names: a number as [`of`] and [`with`] write it, and no other spelling of it.
fn version(tag: &str) -> Option<i64> {
    let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
    let text = tag.split_once(':').map_or(tag, |(version, _)| version);
    text.parse().ok().filter(|version: &i64| version.to_string() == text)
}

/// The conditions of a request that writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preconditions {
    if_match: Tags,
    if_none_match: Tags,
}

impl Preconditions {
    /// Those of a request. `If-Match` compares strongly, so weak tags match nothing; `If-None-Match` compares weakly.
    pub fn of(headers: &HeaderMap) -> Self {
        Self {
            if_match: Tags::read(headers, &header::IF_MATCH, false),
            if_none_match: Tags::read(headers, &header::IF_NONE_MATCH, true),
        }
    }

    /// The version that the statement has to find, none if any will do. Where the request does not say it, `current` is asked for
    /// the version of the resource, which the caller may see; it refuses when there is none. A version that does not meet the
    /// conditions is [`Shared::VersionMismatch`]; what is no entity tag is malformed.
    pub async fn version<E: From<Shared>>(
        &self,
        current: impl AsyncFnOnce() -> Result<i64, E>,
    ) -> Result<Option<i64>, E> {
        for (name, tags) in [("If-Match", &self.if_match), ("If-None-Match", &self.if_none_match)] {
            if *tags == Tags::Unquoted {
                let detail = format!("`{name}` has to hold entity tags with their quotes, as in `{name}: {}`.", of(3));
                return Err(Shared::Problem(Problem::malformed(detail)).into());
            }
        }
        match (&self.if_match, &self.if_none_match) {
            (Tags::Absent | Tags::Any, Tags::Absent) => return Ok(None),
            (Tags::Versions(versions), Tags::Absent) if versions.len() == 1 => return Ok(versions.first().copied()),
            _ => {}
        }
        let current = current().await?;
        let matches = self.if_match == Tags::Absent || self.if_match.contain(current);
        if matches && !self.if_none_match.contain(current) {
            Ok(Some(current))
        } else {
            Err(Shared::VersionMismatch.into())
        }
    }
}

/// Whether `If-None-Match` names the tag, so that a client has what it would be sent.
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    list(headers, &header::IF_NONE_MATCH).any(|known| known == "*" || without_weakness(known) == without_weakness(tag))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use http::HeaderValue;

    use super::*;

    fn headers(fields: &[(HeaderName, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    /// What a write of version 3 is to find; `Err` with a status when it is refused.
    fn required(fields: &[(HeaderName, &'static str)]) -> Result<Option<i64>, u16> {
        let preconditions = Preconditions::of(&headers(fields));
        let version = preconditions.version(async || Ok::<_, Shared>(3)).now_or_never();
        version.expect("nothing to wait for").map_err(|refusal| Problem::from(refusal).status().as_u16())
    }

    #[test]
    fn if_match_is_strong_and_knows_one_spelling() {
        assert_eq!(required(&[]), Ok(None));
        assert_eq!(required(&[(header::IF_MATCH, "*")]), Ok(None));
        assert_eq!(required(&[(header::IF_MATCH, "\"2\"")]), Ok(Some(2)));
        assert_eq!(required(&[(header::IF_MATCH, "\"2\", \"3\"")]), Ok(Some(3)));
        for other in
            ["W/\"3\"", "\"+3\"", "\"03\"", "\" 3\"", "\"3 \"", "\"-0\"", "\"\"", "", "\"4\", \"5\"", "\"x\"", "\"3,\""]
        {
            assert_eq!(required(&[(header::IF_MATCH, other)]), Err(412), "{other}");
        }
    }

    #[test]
    fn a_tag_without_quotes_is_malformed() {
        for name in [header::IF_MATCH, header::IF_NONE_MATCH] {
            for unquoted in ["3", "W/3", "\"2\", 3", "x"] {
                assert_eq!(required(&[(name.clone(), unquoted)]), Err(400), "{unquoted}");
            }
        }
    }

    #[test]
    fn a_writer_goes_by_the_version_whatever_is_computed_and_a_reader_by_both() {
        let tag = with(3, &[Some(12_000), None, Some(0)]);
        assert_eq!(tag, "\"3:12000::0\"");
        assert_eq!(required(&[(header::IF_MATCH, "\"3:12000::0\", \"2\"")]), Ok(Some(3)));
        assert_eq!(required(&[(header::IF_MATCH, "\"3:1\"")]), Ok(Some(3)));
        assert_eq!(required(&[(header::IF_MATCH, "\"03:1\"")]), Err(412));
        let known = |value: &'static str| is_known(&headers(&[(header::IF_NONE_MATCH, value)]), &tag);
        assert!(known("\"3:12000::0\"") && !known("\"3:12000::1\"") && !known("\"3\""));
    }

    #[test]
    fn if_none_match_refuses_what_it_names() {
        for named in ["*", "\"3\"", "W/\"3\"", "\"2\", \"3\""] {
            assert_eq!(required(&[(header::IF_NONE_MATCH, named)]), Err(412), "{named}");
        }
        for other in ["\"2\"", "\"03\"", ""] {
            assert_eq!(required(&[(header::IF_NONE_MATCH, other)]), Ok(Some(3)), "{other}");
        }
        assert_eq!(required(&[(header::IF_MATCH, "\"3\""), (header::IF_NONE_MATCH, "\"3\"")]), Err(412));
        assert_eq!(required(&[(header::IF_MATCH, "\"3\""), (header::IF_NONE_MATCH, "\"2\"")]), Ok(Some(3)));
    }

    #[test]
    fn who_may_not_see_it_is_told_nothing_else() {
        let preconditions = Preconditions::of(&headers(&[(header::IF_NONE_MATCH, "*")]));
        let refused = preconditions.version(async || Err(Shared::NotFound)).now_or_never();
        assert!(matches!(refused, Some(Err(Shared::NotFound))));
    }

    #[test]
    fn a_reader_has_what_it_names() {
        let known = |value: &'static str, tag: &str| is_known(&headers(&[(header::IF_NONE_MATCH, value)]), tag);
        assert!(
            known("\"3\"", "\"3\"")
                && known("W/\"3\"", "\"3\"")
                && known("\"1\", \"3\"", "\"3\"")
                && known("*", "\"3\"")
        );
        assert!(!known("\"4\"", "\"3\"") && !known("3", "\"3\"") && !known("\"+3\"", "\"3\""));
        assert!(!is_known(&HeaderMap::new(), "\"3\""));
        let one = of_one("a", 3);
        assert!(!known("\"3\"", &one) && known("\"a.3\"", &one));
    }
}
