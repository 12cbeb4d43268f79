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

/// Where the parameters are if the path fits the template.
fn values(template: &'static str, path: &str) -> Option<Vec<(&'static str, Range<usize>)>> {
    let mut values = Vec::new();
    let mut segments = path.split('/');
    let mut at = 0;
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => values.push((name, at..at + segment.len())),
            None if segment == expected => {}
            _ => return None,
        }
        at += segment.len() + 1;
    }
    segments.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use kronos_api::Access::Public;

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
        assert_eq!(find_op("GET", "/entries/1"), Ok(Op::Read));
        assert_eq!(find_op("HEAD", "/entries/1"), Ok(Op::Read));
        assert_eq!(find_op("DELETE", "/entries/1"), Ok(Op::Delete));
        assert_eq!(find_op("PROPFIND", "/verify"), Ok(Op::Verify));
    }

    #[test]
    fn other_methods_are_told() {
        assert_eq!(find_op("PUT", "/entries/1"), Err(vec!["GET", "HEAD", "DELETE"]));
    }

    #[test]
    fn other_paths_are_nothing() {
        for path in ["/", "/entries", "/entries/", "/entries/1/2", "/other", "/Entries/1"] {
            assert_eq!(find_op("GET", path), Err(Vec::new()), "{path}");
        }
    }

    #[test]
    fn parameters_are_read() {
        let Match::Operation(Op::Stop, _, path) = find(&Method::POST, "/organizations/7/entries/42/stop") else {
            panic!("no operation");
        };
        assert_eq!((path.get("organization"), path.get("entry"), path.get("none")), ("7", "42", ""));
        assert_eq!(path.get_as::<u8>("entry").ok(), Some(42));
        assert_eq!(path.get_as::<bool>("entry").err().map(|problem| problem.status().as_u16()), Some(404));
    }
}
