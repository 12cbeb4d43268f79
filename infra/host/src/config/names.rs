//! The grammars of names in a manifest.

/// What is wrong with `id` as the id of a component or trigger: words joined by `-`, the first starting with a letter,
/// each all lower-case or all upper-case (Spin's `KebabId`).
pub(crate) fn kebab_error(id: &str) -> Option<&'static str> {
    words_error(id, '-', false)
}

/// What is wrong with `name` as the name of a variable: lower-case words joined by `_`, the first starting with a
/// letter (Spin's `LowerSnakeId`).
pub(crate) fn variable_error(name: &str) -> Option<&'static str> {
    words_error(name, '_', true)
}

fn words_error(id: &str, delimiter: char, lower: bool) -> Option<&'static str> {
    if id.is_empty() {
        return Some("it is empty");
    }
    for (index, word) in id.split(delimiter).enumerate() {
        let Some(first) = word.chars().next() else {
            return Some("it has an empty word: delimiters stand alone between words");
        };
        if !word.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Some(if delimiter == '-' {
                "only ASCII letters, digits and `-` are allowed"
            } else {
                "only ASCII letters, digits and `_` are allowed"
            });
        }
        if index == 0 && !first.is_ascii_alphabetic() {
            return Some("it must start with a letter");
        }
        let upper = word.chars().any(|c| c.is_ascii_uppercase());
        if upper && (lower || word.chars().any(|c| c.is_ascii_lowercase())) {
            return Some(if lower { "it must be lower-case" } else { "a word is all lower-case or all upper-case" });
        }
    }
    None
}

/// Whether `key` names an import: `ns:pkg/interface[@version]`, `ns:pkg[@version]` or a plain kebab-case name.
pub(crate) fn is_dependency_key(key: &str) -> bool {
    let (path, version) = match key.split_once('@') {
        Some((path, version)) => (path, Some(version)),
        None => (key, None),
    };
    if version.is_some_and(|version| !is_version(version)) {
        return false;
    }
    let Some((namespace, rest)) = path.split_once(':') else {
        return version.is_none() && kebab_error(path).is_none();
    };
    let (package, interface) = match rest.split_once('/') {
        Some((package, interface)) => (package, Some(interface)),
        None => (rest, None),
    };
    [Some(namespace), Some(package), interface].into_iter().flatten().all(|part| kebab_error(part).is_none())
}

fn is_version(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<_> = core.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u64>().is_ok())
}

/// What is wrong with an HTTP route, which starts with `/`.
pub(crate) fn route_error(route: &str) -> Option<&'static str> {
    if route.contains(['?', '#']) {
        return Some("a route is a path without query and fragment");
    }
    if route.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("a route has no white space");
    }
    let mut segments = route.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "..." | "*" if last => {}
            "..." | "*" => return Some("`...` stands at the end only"),
            ":" => return Some("`:` needs the name of the parameter"),
            "" if !last => return Some("a segment is empty"),
            segment if segment.contains('*') || segment.ends_with("...") => {
                return Some("a wildcard is a segment of its own");
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn component_ids_are_kebab_case() {
        for id in ["a", "time-entries", "v2-api", "a-2", "HTTP-api"] {
            assert_eq!(kebab_error(id), None, "{id}");
        }
        for id in ["", "-a", "a-", "a--b", "a_b", "2a", "Aa", "é"] {
            assert!(kebab_error(id).is_some(), "{id}");
        }
    }

    #[test]
    fn variable_names_are_lower_snake_case() {
        for name in ["a", "db_url", "a1", "a_1"] {
            assert_eq!(variable_error(name), None, "{name}");
        }
        for name in ["", "_a", "a_", "a__b", "a-b", "A", "1a"] {
            assert!(variable_error(name).is_some(), "{name}");
        }
    }

    #[test]
    fn dependency_keys_name_interfaces_packages_or_functions() {
        for key in ["kronos:auth/check@0.1.0", "kronos:auth/check", "kronos:auth", "kronos:auth@1.0.0-rc1", "plain"] {
            assert!(is_dependency_key(key), "{key}");
        }
        for key in ["", "kronos:", "kronos:auth/", "kronos:auth@1", "plain@1.0.0", "a:b/c/d", "a b"] {
            assert!(!is_dependency_key(key), "{key}");
        }
    }

    #[test]
    fn routes_have_wildcards_at_the_end_only() {
        for route in ["/", "/a", "/a/", "/...", "/a/:id/b/...", "/a/*", "/.well-known/x"] {
            assert_eq!(route_error(route), None, "{route}");
        }
        for route in ["/.../a", "/a?b", "/a b", "//a", "/:", "/a*", "/a..."] {
            assert!(route_error(route).is_some(), "{route}");
        }
    }
}
