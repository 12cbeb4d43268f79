//! A test that nothing runs proves nothing: each one in the repository is in a file that `cargo test` builds without a flag. What the
//! workspace excludes, whose reasons `Cargo.toml` says, therefore has none.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use kronos_tests::repository;
use serde_json::Value;

use super::sources;

/// What a line with a test begins with.
const MARKS: [&str; 4] = ["#[test]", "#[tokio::test", "on_both_engines! {", "proptest! {"];

/// The first file of each target that `cargo test` builds with tests.
fn roots() -> Vec<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut metadata = Command::new(cargo);
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(repository());
    let output = metadata.output().expect("cargo");
    let workspace: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &Value, name: &str| value[name].as_array().unwrap_or_else(|| panic!("no {name}")).clone();
    let default = list(&workspace, "workspace_default_members");
    let packages = list(&workspace, "packages").into_iter().filter(|package| default.contains(&package["id"]));
    let targets = packages.flat_map(|package| list(&package, "targets")).filter(|target| target["test"] == true);
    targets.map(|target| target["src_path"].as_str().expect("a path").into()).collect()
}

/// Adds `file` and the files of its modules, as rustfmt writes their declarations; their folders are in `folder`.
fn reach(file: &Path, folder: &Path, found: &mut BTreeSet<PathBuf>) {
    let source = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    found.insert(file.to_owned());
    // The modules that are open, with the indentation of their last line.
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut attributes: Vec<&str> = Vec::new();
    for line in source.lines() {
        let text = line.trim_start();
        let indentation = line.len() - text.len();
        if text.starts_with("#[") {
            attributes.push(text);
            continue;
        }
        let is_built =
            attributes.iter().all(|attribute| !attribute.starts_with("#[cfg(") || *attribute == "#[cfg(test)]");
        let path = attributes.iter().find_map(|attribute| attribute.strip_prefix("#[path = \"")?.strip_suffix("\"]"));
        attributes.clear();
        let declaration = text.split_once("mod ").filter(|(before, _)| before.is_empty() || before.starts_with("pub"));
        match declaration.map(|(_, rest)| rest) {
            Some(rest) if rest.ends_with('{') => open.push((rest.trim_end_matches(" {"), indentation)),
            Some(rest) if rest.ends_with(';') && is_built => {
                if let Some(path) = path {
                    let folder = file.parent().expect("a folder");
                    let file = folder.join(path);
                    reach(&file, file.parent().expect("a folder"), found);
                    continue;
                }
                let name = rest.trim_end_matches(';');
                let folder = open.iter().fold(folder.to_owned(), |folder, (name, _)| folder.join(name));
                let (beside, within) = (folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs"));
                reach(if beside.is_file() { &beside } else { &within }, &folder.join(name), found);
            }
            _ => {
                open.pop_if(|(_, begin)| text == "}" && indentation == *begin);
            }
        }
    }
}

#[test]
fn no_test_lies_where_nothing_runs_it() {
    let mut built = BTreeSet::new();
    for root in roots() {
        reach(&root, root.parent().expect("a folder"), &mut built);
    }
    let mut files = Vec::new();
    sources(&repository(), &mut files);
    let has_test = |text: &str| text.lines().any(|line| MARKS.iter().any(|mark| line.trim_start().starts_with(mark)));
    let with_tests: Vec<_> = files.into_iter().filter(|(_, text)| has_test(text)).map(|(path, _)| path).collect();
    assert!(with_tests.len() > 150, "only {} files have tests", with_tests.len());
    let forgotten: Vec<_> = with_tests.iter().filter(|path| !built.contains(Path::new(path.as_str()))).collect();
    assert!(forgotten.is_empty(), "`cargo test` does not build {forgotten:#?}");
}
