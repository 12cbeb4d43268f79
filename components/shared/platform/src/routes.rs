//! From method and path to an operation of the table.

use std::ops::Range;
use std::str::FromStr;

use http::Method;
use kronos_api::{Operation, Operations};

use crate::problem::Problem;

/// Values of the `{parameters}` in the path of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathParams {
    path: String,
    /// Name of each parameter and where its value is in the path.
    values: Vec<(&'static str, Range<usize>)>,
}

impl PathParams {
    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The value of a parameter as it is in the path; empty when the operation has no such parameter.
    pub fn get(&self, name: &str) -> &str {
        let value = self.values.iter().find(|(have, _)| *have == name).map(|(_, range)| range.clone());
        value.and_then(|range| self.path.get(range)).unwrap_or_default()
    }

    /// The value of a parameter as a `T`. What is not one names no resource: 404.
    pub fn get_as<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.get(name).parse().map_err(|_| Problem::not_found())
    }
}

/// What a component has at a method and path.
#[derive(Debug)]
pub(crate) enum Match<O> {
    Operation(O, &'static Operation, PathParams),
    /// Other methods only; these.
    OtherMethods(Vec<&'static str>),
    Nothing,
}

/// Finds the operation of a component. HEAD is answered like GET; the method `*` in the table stands for all.
pub(crate) fn find<O: Operations>(method: &Method, path: &str) -> Match<O> {
    let wanted = if method == Method::HEAD { "GET" } else { method.as_str() };
    let mut others = Vec::new();
    for (operation, row) in O::ALL.iter().zip(O::ROWS) {
        let Some(values) = values(row.path, path) else { continue };
        if row.method == wanted || row.method == "*" {
            return Match::Operation(*operation, row, PathParams { path: path.to_owned(), values });
        }
        others.push(row.method);
        if row.method == "GET" {
            others.push("HEAD");
        }
    }
    if others.is_empty() { Match::Nothing } else { Match::OtherMethods(others) }
}

/// Where the parameters are if the path fits the template. A parameter stands for an id: a word, such as that of an operation that
/// there is not, names no resource.
fn values(template: &'static str, path: &str) -> Option<Vec<(&'static str, Range<usize>)>> {
    let mut values = Vec::new();
    let mut segments = path.split('/');
    let mut at = 0;
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if is_id(segment) => values.push((name, at..at + segment.len())),
            None if segment == expected => {}
            _ => return None,
        }
        at += segment.len() + 1;
    }
    segments.next().is_none().then_some(values)
}

/// Whether a segment has the form of a UUID.
fn is_id(segment: &str) -> bool {
    segment.len() == 36
        && segment.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use kronos_api::Access::Public;
    use kronos_domain::EntryId;

    use super::*;

    kronos_api::operations! {
        "entries";
        /// Fixed.
        Active => Operation::new("active", "GET", "/entries/active", Public),
        /// With a parameter.
        Read => Operation::new("read", "GET", "/entries/{entry}", Public),
        /// Another method.
        Delete => Operation::new("delete", "DELETE", "/entries/{entry}", Public),
        /// Two parameters.
        Stop => Operation::new("stop", "POST", "/organizations/{organization}/entries/{entry}/stop", Public),
        /// All methods.
        Verify => Operation::new("verify", "*", "/verify", Public),
    }

    const ID: &str = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";

    fn find_op(method: &str, path: &str) -> Result<Op, Vec<&'static str>> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        match find(&method, path) {
            Match::Operation(operation, _, _) => Ok(operation),
            Match::OtherMethods(methods) => Err(methods),
            Match::Nothing => Err(Vec::new()),
        }
    }

    #[test]
    fn the_first_operation_that_fits_is_taken() {
        assert_eq!(find_op("GET", "/entries/active"), Ok(Op::Active));
        let entry = format!("/entries/{ID}");
        assert_eq!(find_op("GET", &entry), Ok(Op::Read));
        assert_eq!(find_op("HEAD", &entry), Ok(Op::Read));
        assert_eq!(find_op("DELETE", &entry), Ok(Op::Delete));
        assert_eq!(find_op("PROPFIND", "/verify"), Ok(Op::Verify));
    }

    #[test]
    fn other_methods_are_told() {
        assert_eq!(find_op("PUT", &format!("/entries/{ID}")), Err(vec!["GET", "HEAD", "DELETE"]));
    }

    #[test]
    fn other_paths_are_nothing() {
        let longer = format!("/entries/{ID}/2");
        for path in
            ["/", "/entries", "/entries/", &longer, "/other", "/entries/1", "/entries/aggregate", "/entries/{entry}"]
        {
            assert_eq!(find_op("GET", path), Err(Vec::new()), "{path}");
        }
        assert_eq!(find_op("DELETE", "/entries/active"), Err(vec!["GET", "HEAD"]));
    }

    #[test]
    fn parameters_are_read() {
        let organization = ID.replace('0', "F");
        let stop = format!("/organizations/{organization}/entries/{ID}/stop");
        let Match::Operation(Op::Stop, _, path) = find(&Method::POST, &stop) else {
            panic!("no operation");
        };
        assert_eq!((path.get("organization"), path.get("entry"), path.get("none")), (organization.as_str(), ID, ""));
        assert_eq!(path.get_as::<EntryId>("entry").map(|id| id.to_string()).ok().as_deref(), Some(ID));
        assert_eq!(path.get_as::<bool>("entry").err().map(|problem| problem.status().as_u16()), Some(404));
    }
}
