//! Law 8: the modules of the host are layers, and no circle leads through them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use kronos_tests::repository;

/// From the ground up. A module uses those of its own line, as long as that makes no circle, and of the lines before.
const LAYERS: [&[&str]; 6] = [
    &["config"],
    &["telemetry", "workers", "build"],
    &["engine", "compose", "network"],
    &["capabilities"],
    &["triggers"],
    &["application"],
];

type ModulePath = Vec<String>;

/// The source of every module, without its tests.
fn modules(folder: &Path, path: &ModulePath, found: &mut BTreeMap<ModulePath, String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let file = entry.path();
        let name = file.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
        let child = || path.iter().cloned().chain([name.clone()]).collect::<ModulePath>();
        if file.is_dir() {
            modules(&file, &child(), found);
        } else if file.extension().is_some_and(|extension| extension == "rs") && !is_test(&name) {
            let source = fs::read_to_string(&file).expect("a file");
            let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            let module = if matches!(name.as_str(), "mod" | "lib") { path.clone() } else { child() };
            found.insert(module, source);
        }
    }
}

fn is_test(name: &str) -> bool {
    matches!(name, "tests" | "testing" | "main")
}

/// The paths that start with `crate` or `super` in `source`, as the names that follow one another.
fn references(source: &str) -> Vec<Vec<String>> {
    let mut code = String::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        code.push_str(line);
        code.push('\n');
    }
    let mut found = Vec::new();
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                tree(&mut code[at..].chars().peekable(), &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Reads `a::{b, c::d}` to its end.
fn tree(code: &mut std::iter::Peekable<std::str::Chars<'_>>, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let start = path.len();
    loop {
        while code.next_if(|c| c.is_whitespace()).is_some() {}
        if code.next_if_eq(&'{').is_some() {
            loop {
                tree(code, path, found);
                while code.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
                match code.peek() {
                    Some('}') => {
                        code.next();
                        break;
                    }
                    Some(c) if c.is_alphanumeric() || *c == '_' || *c == '{' => {}
                    _ => break,
                }
            }
            break;
        }
        let mut name = String::new();
        while let Some(c) = code.next_if(|c| c.is_alphanumeric() || *c == '_') {
            name.push(c);
        }
        path.push(name);
        if code.next_if_eq(&':').is_none() || code.next_if_eq(&':').is_none() {
            found.push(path.clone());
            break;
        }
    }
    path.truncate(start);
}

/// The module that a path written in `module` leads to.
fn resolve(module: &ModulePath, written: &[String], known: &BTreeMap<ModulePath, String>) -> ModulePath {
    let mut target = if written[0] == "crate" { Vec::new() } else { module.clone() };
    for name in written {
        match name.as_str() {
            "crate" => {}
            "super" => {
                target.pop();
            }
            name => {
                target.push(name.to_owned());
                if !known.keys().any(|path| path.starts_with(&target)) {
                    target.pop();
                    break;
                }
            }
        }
    }
    target
}

/// Which child of a module uses which other child of it, with the place where that is written.
type Uses = BTreeMap<ModulePath, BTreeMap<(String, String), String>>;

fn uses() -> Uses {
    let mut known = BTreeMap::new();
    modules(&repository().join("infra/host/src"), &Vec::new(), &mut known);
    known.retain(|path, _| path.first().is_none_or(|first| first != "cli"));
    let mut uses = Uses::new();
    for (module, source) in &known {
        for written in references(source) {
            let target = resolve(module, &written, &known);
            let shared = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), target.get(shared)) {
                uses.entry(module[..shared].to_vec())
                    .or_default()
                    .entry((from.clone(), to.clone()))
                    .or_insert_with(|| format!("{} uses {}", module.join("::"), written.join("::")));
            }
        }
    }
    uses
}

#[test]
fn the_hosts_layers_use_only_what_lies_below() {
    let layer = |name: &str| {
        LAYERS.iter().position(|layer| layer.contains(&name)).unwrap_or_else(|| panic!("`{name}` is in no layer"))
    };
    let uses = uses();
    let wrong: Vec<_> =
        uses[&Vec::new()].iter().filter(|((from, to), _)| layer(from) < layer(to)).map(|(_, place)| place).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(uses[&Vec::new()].len() > 10, "nothing was read");
}

#[test]
fn no_circle_leads_through_the_hosts_modules() {
    let mut circles = Vec::new();
    for (parent, uses) in &uses() {
        let mut left: BTreeSet<_> = uses.keys().cloned().collect();
        // Those that use nothing that is left are in no circle.
        while let Some(leaf) = left.iter().map(|(_, to)| to.clone()).find(|to| left.iter().all(|(from, _)| from != to))
        {
            left.retain(|(_, to)| *to != leaf);
        }
        // Neither are those that nothing uses.
        while let Some(top) =
            left.iter().map(|(from, _)| from.clone()).find(|from| left.iter().all(|(_, to)| to != from))
        {
            left.retain(|(from, _)| *from != top);
        }
        circles.extend(left.iter().map(|edge| format!("in `{}`: {}", parent.join("::"), uses[edge])));
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn paths_are_read_as_rust_reads_them() {
    let written =
        "use super::{a::{self, b}, c};\nuse crate::x::y;\nlet z = crate::p::Q::new(super::super::r);\n// crate::no\n";
    let mut read: Vec<_> = references(written).iter().map(|path| path.join("::")).collect();
    read.sort();
    assert_eq!(
        read,
        ["crate::p::Q::new", "crate::x::y", "super::a::b", "super::a::self", "super::c", "super::super::r"]
    );
}
