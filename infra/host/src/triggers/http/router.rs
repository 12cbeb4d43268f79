//! Routes: which trigger answers a path.

use std::collections::HashMap;

/// Why a route cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// `...` or `*` before the end.
    #[error("route `{0}`: a wildcard may only come last")]
    WildcardNotLast(String),
    /// `:` without a name, or a name within a segment.
    #[error("route `{0}`: a parameter is a whole segment `:name`")]
    Parameter(String),
}

/// A route in the form that requests are told about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// As written, with a leading and without a trailing slash.
    pub raw: String,
    /// Names of the parameters in the order of the path.
    pub parameters: Vec<String>,
}

impl Route {
    /// The route without its wildcard; empty for `/...`, as in Spin.
    pub fn prefix(&self) -> &str {
        self.raw.strip_suffix("/...").or_else(|| self.raw.strip_suffix("/*")).unwrap_or(&self.raw)
    }
}

/// Most parameters that a route may have; more match, but are not reported.
pub const PARAMETERS: usize = 8;

/// What matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'p, T> {
    /// What [`Router::insert`] was given.
    pub target: T,
    /// Values of the parameters.
    pub parameters: [&'p str; PARAMETERS],
    /// What a trailing wildcard matched, with its leading slash; empty without one.
    pub path_info: &'p str,
}

/// Finds the target for a path: in every segment an exact match wins over a parameter, and that over a wildcard.
#[derive(Debug)]
pub struct Router<T> {
    root: Node<T>,
}

#[derive(Debug)]
struct Node<T> {
    exact: HashMap<Box<str>, Node<T>>,
    parameter: Option<Box<Node<T>>>,
    wildcard: Option<T>,
    end: Option<T>,
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { exact: HashMap::new(), parameter: None, wildcard: None, end: None }
    }
}

impl<T: Copy> Default for Router<T> {
    fn default() -> Self {
        Self { root: Node::default() }
    }
}

impl<T: Copy> Router<T> {
    /// Adds `route`; returns what had been there for the same pattern, which is replaced.
    pub fn insert(&mut self, route: &str, target: T) -> Result<(Route, Option<T>), Error> {
        let raw = normalise(route);
        let mut parameters = Vec::new();
        let mut node = &mut self.root;
        let mut segments = raw.trim_start_matches('/').split('/').filter(|segment| !segment.is_empty()).peekable();
        while let Some(segment) = segments.next() {
            match segment {
                "..." | "*" if segments.peek().is_none() => {
                    let replaced = node.wildcard.replace(target);
                    return Ok((Route { raw, parameters }, replaced));
                }
                "..." | "*" => return Err(Error::WildcardNotLast(route.into())),
                parameter if parameter.starts_with(':') => {
                    let name = &parameter[1..];
                    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                        return Err(Error::Parameter(route.into()));
                    }
                    parameters.push(name.to_owned());
                    node = node.parameter.get_or_insert_default();
                }
                exact => node = node.exact.entry(exact.into()).or_default(),
            }
        }
        let replaced = node.end.replace(target);
        Ok((Route { raw, parameters }, replaced))
    }

    /// What answers `path`, as in Spin: slashes at its ends count once, a trailing one makes no difference to routes without a
    /// wildcard, and two slashes within have an empty segment between them, which only a parameter or a wildcard matches.
    pub fn find<'p>(&self, path: &'p str) -> Option<Match<'p, T>> {
        let mut parameters = [""; PARAMETERS];
        let (target, path_info) = self.root.find(trim(path), &mut parameters, 0)?;
        Some(Match { target, parameters, path_info })
    }
}

impl<T: Copy> Node<T> {
    /// `rest` is empty or starts with a slash.
    fn find<'p>(&self, rest: &'p str, parameters: &mut [&'p str; PARAMETERS], depth: usize) -> Option<(T, &'p str)> {
        let path = rest.strip_prefix('/').unwrap_or(rest);
        if path.is_empty() {
            return self.end.map(|target| (target, "")).or_else(|| self.wildcard.map(|target| (target, rest)));
        }
        let (segment, next) = path.find('/').map_or((path, ""), |end| path.split_at(end));
        if let Some(node) = self.exact.get(segment)
            && let Some(found) = node.find(next, parameters, depth)
        {
            return Some(found);
        }
        if let Some(node) = &self.parameter
            && let Some(found) = node.find(next, parameters, depth + 1)
        {
            if let Some(parameter) = parameters.get_mut(depth) {
                *parameter = segment;
            }
            return Some(found);
        }
        self.wildcard.map(|target| (target, rest))
    }
}

/// `path` with one slash at most at either end.
fn trim(path: &str) -> &str {
    let end = path.trim_end_matches('/').len();
    let path = &path[..path.len().min(end + 1)];
    let start = path.len() - path.trim_start_matches('/').len();
    &path[start.saturating_sub(1)..]
}

fn normalise(route: &str) -> String {
    let route = route.strip_suffix('/').unwrap_or(route);
    if route.starts_with('/') { route.to_owned() } else { format!("/{route}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(patterns: &[&'static str]) -> Router<usize> {
        let mut router = Router::default();
        for (index, pattern) in patterns.iter().enumerate() {
            router.insert(pattern, index).expect("a valid route");
        }
        router
    }

    fn found<'p>(router: &Router<usize>, path: &'p str) -> Option<(usize, &'p str)> {
        router.find(path).map(|found| (found.target, found.path_info))
    }

    #[test]
    fn exact_wins_over_parameter_and_wildcard() {
        let router = laid_out(&["/a/...", "/a/:x", "/a/b", "/a/:x/c", "/..."]);
        assert_eq!(found(&router, "/a/b"), Some((2, "")));
        assert_eq!(found(&router, "/a/z"), Some((1, "")));
        assert_eq!(found(&router, "/a/z/c"), Some((3, "")));
        assert_eq!(found(&router, "/a/z/d"), Some((0, "/z/d")), "falls back to the longest prefix");
        assert_eq!(found(&router, "/a/b/c"), Some((3, "")), "an exact segment that leads nowhere is no dead end");
        assert_eq!(found(&router, "/z"), Some((4, "/z")));
    }

    #[test]
    fn a_wildcard_matches_its_prefix_and_keeps_the_trailing_slash() {
        let router = laid_out(&["/auth/..."]);
        assert_eq!(found(&router, "/auth"), Some((0, "")));
        assert_eq!(found(&router, "/auth/"), Some((0, "/")));
        assert_eq!(found(&router, "/auth/a/b/"), Some((0, "/a/b/")));
        assert_eq!(found(&router, "/authority"), None);
    }

    #[test]
    fn parameters_are_reported_in_order() {
        let mut router = Router::default();
        let (route, _) = router.insert("/o/:organization/e/:entry/...", 0).expect("a valid route");
        assert_eq!(route.parameters, ["organization", "entry"]);
        let found = router.find("/o/1/e/2/x").expect("a match");
        assert_eq!((found.parameters[0], found.parameters[1], found.path_info), ("1", "2", "/x"));
    }

    #[test]
    fn slashes_at_the_ends_of_a_route_do_not_matter() {
        let router = laid_out(&["plain/", "/"]);
        assert_eq!(found(&router, "/plain"), Some((0, "")));
        assert_eq!(found(&router, "/plain/"), Some((0, "")));
        assert_eq!(found(&router, "/"), Some((1, "")));
        assert_eq!(found(&router, ""), Some((1, "")));
    }

    #[test]
    fn a_later_duplicate_replaces_the_earlier() {
        let mut router = Router::default();
        assert_eq!(router.insert("/a/:x", 0).map(|(_, replaced)| replaced), Ok(None));
        assert_eq!(router.insert("/a/:x/", 1).map(|(_, replaced)| replaced), Ok(Some(0)));
        assert_eq!(found(&router, "/a/1"), Some((1, "")));
    }

    #[test]
    fn the_parts_of_a_route() {
        let mut router = Router::default();
        let prefix = |(route, _): (Route, Option<usize>)| route.prefix().to_owned();
        assert_eq!(router.insert("/auth/...", 0).map(prefix).as_deref(), Ok("/auth"));
        assert_eq!(router.insert("/...", 1).map(prefix).as_deref(), Ok(""));
        assert_eq!(router.insert("/x", 2).map(prefix).as_deref(), Ok("/x"));
        assert_eq!(router.insert("/.../x", 3), Err(Error::WildcardNotLast("/.../x".into())));
        assert_eq!(router.insert("/a/:", 3), Err(Error::Parameter("/a/:".into())));
    }

    #[test]
    fn slashes_count_as_in_spin() {
        let router = laid_out(&["/a/...", "/b/:x/c", "/d/:x", "/e/f"]);
        assert_eq!(found(&router, "//a/x//"), Some((0, "/x/")), "once at the ends");
        assert_eq!(found(&router, "/a//x"), Some((0, "//x")), "each of them within");
        assert_eq!(found(&router, "/a//"), Some((0, "/")));
        assert_eq!(found(&router, "/b//c"), Some((1, "")), "an empty parameter");
        assert_eq!(found(&router, "/d//"), None, "the end is no segment");
        assert_eq!(found(&router, "/e//f"), None, "an exact segment is not empty");
        assert_eq!(found(&router, "//e/f//"), Some((3, "")));
        let root = laid_out(&["/..."]);
        assert_eq!(found(&root, "//"), Some((0, "/")));
        assert_eq!(found(&root, "//x"), Some((0, "/x")));
    }

    /// What Spin makes of a match (`crates/routes/src/lib.rs`, `RouteMatchKind::trailing_wildcard`).
    fn spins_path_info(wildcard: Option<&str>, path: &str) -> String {
        match wildcard {
            None => String::new(),
            Some(rest) => {
                let slash = if path.ends_with('/') { "/" } else { "" };
                if rest.is_empty() { slash.to_owned() } else { format!("/{rest}{slash}") }
            }
        }
    }

    #[test]
    fn agrees_with_spins_library() {
        let routes = ["/a/*", "/a/:x", "/a/b", "/:p/q", "/r/:x/s/*", "/", "/w//v"];
        let ours = laid_out(&routes);
        let mut theirs = routefinder::Router::new();
        for (index, route) in routes.iter().enumerate() {
            theirs.add(*route, index).expect("a valid route");
        }
        // Every path of up to five of these parts.
        let parts = ["/", "a", "b", "q", "/r", "/s/", "x", "w", "v"];
        let mut paths = vec![String::new()];
        let mut compared = 0;
        for _ in 0..5 {
            paths = paths.iter().flat_map(|path| parts.map(|part| format!("{path}{part}"))).collect();
            for path in paths.iter().map(|path| format!("/{path}")) {
                let expected = theirs.best_match(&path).map(|found| {
                    let captures = found.captures();
                    let parameters: Vec<_> = captures.iter().map(|(_, value)| value.to_owned()).collect();
                    (*found.handler(), spins_path_info(captures.wildcard(), &path), parameters)
                });
                let actual = ours.find(&path).map(|found| {
                    let count = routes[found.target].matches(':').count();
                    let parameters = found.parameters[..count].iter().map(|&value| value.to_owned()).collect();
                    (found.target, found.path_info.to_owned(), parameters)
                });
                assert_eq!(actual, expected, "{path}");
                compared += usize::from(expected.is_some());
            }
        }
        assert!(compared > 1000, "{compared} paths match");
    }
}
