//! What the last build read and wrote, so that the next one can see without cargo that nothing changed.
//!
//! The inputs are those of cargo's own dep-info files (`name.d` beside `name.wasm`), the folders that hold them, and every
//! `Cargo.toml` above them. They are compared by time and size; so are the outputs.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{TARGET, plan::Plan, target};
use crate::config::{manifest::Manifest, private};

/// The record of one manifest, in the target folder of its components.
pub(super) struct Record {
    file: PathBuf,
    root: PathBuf,
    /// Commands and compilers: a change of either is a reason to build.
    recipe: String,
    outputs: Vec<PathBuf>,
    /// Folders of which every file is an input, for commands that tell nothing.
    folders: Vec<PathBuf>,
}

#[derive(PartialEq, Eq, Deserialize, Serialize)]
struct Content {
    recipe: String,
    inputs: String,
    outputs: String,
}

impl Record {
    pub(super) fn new(manifest: &Manifest, plan: &Plan) -> Self {
        let built = manifest.components.values().filter(|component| component.build.is_some());
        let outputs: Vec<_> = built.map(|component| component.source.clone()).collect();
        let target = plan.cargo.iter().find_map(|build| build.target_dir.clone());
        let path = fs::canonicalize(&manifest.path).unwrap_or_else(|_| manifest.path.clone());
        let name = hex(&Sha256::digest(path.as_os_str().as_encoded_bytes())[..8]);
        Self {
            file: target
                .unwrap_or_else(|| manifest.root.join("target"))
                .join("kronos-build")
                .join(format!("{name}.json")),
            root: path.parent().unwrap_or(&manifest.root).to_path_buf(),
            recipe: format!("{plan:?} {TARGET} {}", target::identity()),
            outputs,
            folders: plan.shell.iter().map(|build| build.workdir.clone()).collect(),
        }
    }

    /// Whether inputs, outputs, commands and compilers are those of the last build.
    pub(super) fn is_current(&self) -> bool {
        let Some(last) = fs::read(&self.file).ok().and_then(|text| serde_json::from_slice::<Content>(&text).ok())
        else {
            return false;
        };
        self.content().is_some_and(|(content, _)| content == last)
    }

    /// Notes that a build starts; its time is that of the file system, so that it compares with those of the inputs.
    pub(super) fn begin(&self) -> Option<SystemTime> {
        let folder = self.file.parent()?;
        // The target folder itself is cargo's.
        fs::create_dir_all(folder.parent()?).ok()?;
        private::own_folder(folder).ok()?;
        private::write(&self.file, b"{}").ok()?;
        fs::metadata(&self.file).and_then(|metadata| metadata.modified()).ok()
    }

    /// Notes what was built, unless an input changed after the build began. A record that cannot be written only costs a
    /// call of cargo next time.
    pub(super) fn finish(&self, began: Option<SystemTime>) {
        let (Some(began), Some((content, newest))) = (began, self.content()) else { return };
        if newest < began
            && let Ok(text) = serde_json::to_vec(&content)
        {
            let _ = private::write(&self.file, &text);
        }
    }

    /// The state of the files and the time of the newest input; `None` when it cannot be told.
    fn content(&self) -> Option<(Content, SystemTime)> {
        let mut inputs = BTreeSet::new();
        for output in &self.outputs {
            match fs::read_to_string(output.with_extension("d")) {
                Ok(text) => inputs.extend(dep_info(&text)),
                Err(_) if self.folders.is_empty() => return None,
                // Made by a command of its own; its folder is among the inputs.
                Err(_) => {}
            }
        }
        let mut above = BTreeSet::new();
        for input in &inputs {
            for (depth, folder) in input.ancestors().skip(1).enumerate() {
                let root = folder == self.root;
                // A new file beside an input may become part of it; the root is too busy to look at.
                if depth == 0 && !root {
                    above.insert(folder.to_path_buf());
                }
                let manifest = folder.join("Cargo.toml");
                if !above.contains(&manifest) && manifest.is_file() {
                    above.insert(manifest);
                }
                if root {
                    break;
                }
            }
        }
        inputs.append(&mut above);
        for name in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml", "rust-toolchain"] {
            inputs.insert(self.root.join(name));
        }
        for folder in &self.folders {
            walk(folder, &self.outputs, &mut inputs);
        }

        let mut newest = SystemTime::UNIX_EPOCH;
        let digest = states(inputs.iter(), |modified| newest = newest.max(modified));
        let outputs = states(self.outputs.iter(), |_| ());
        Some((Content { recipe: self.recipe.clone(), inputs: digest, outputs }, newest))
    }
}

/// A digest of the paths, times and sizes of files; one that is missing counts as such.
fn states<'a>(paths: impl Iterator<Item = &'a PathBuf>, mut modified: impl FnMut(SystemTime)) -> String {
    let mut digest = Sha256::new();
    for path in paths {
        digest.update(path.as_os_str().as_encoded_bytes());
        digest.update([0]);
        if let Ok(metadata) = fs::metadata(path)
            && let Ok(time) = metadata.modified()
        {
            modified(time);
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            digest.update(since.as_nanos().to_le_bytes());
            digest.update(metadata.len().to_le_bytes());
        }
    }
    hex(&digest.finalize())
}

/// The inputs of a dep-info file: after the first `: `, separated by spaces, spaces inside a path escaped.
fn dep_info(text: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for line in text.lines() {
        let Some((_, list)) = line.split_once(": ") else { continue };
        let mut path = String::new();
        let mut characters = list.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' if characters.peek() == Some(&' ') => path.extend(characters.next()),
                ' ' => paths.push(std::mem::take(&mut path).into()),
                other => path.push(other),
            }
        }
        paths.push(path.into());
    }
    paths.retain(|path: &PathBuf| !path.as_os_str().is_empty());
    paths
}

/// Every file below a folder, except outputs and what tools keep for themselves.
fn walk(folder: &Path, outputs: &[PathBuf], inputs: &mut BTreeSet<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let own = matches!(name.to_str(), Some("target" | "node_modules" | "dist"))
            || name.as_encoded_bytes().starts_with(b".");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !own => walk(&path, outputs, inputs),
            Ok(kind) if kind.is_file() && !outputs.contains(&path) => {
                inputs.insert(path);
            }
            _ => {}
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dep_info_files_are_read() {
        let text = "/t/a.wasm: /s/lib.rs /s/with\\ space.rs /w/a.wit\n\n/t/b.wasm: /s/b.rs\n";
        let paths: Vec<_> = dep_info(text).iter().map(|path| path.display().to_string()).collect();
        assert_eq!(paths, ["/s/lib.rs", "/s/with space.rs", "/w/a.wit", "/s/b.rs"]);
    }

    struct Workspace(tempfile::TempDir);

    impl Workspace {
        fn new() -> Self {
            let workspace = Self(tempfile::tempdir().expect("a folder"));
            workspace.write(
                "spin.toml",
                concat!(
                    "spin_manifest_version = 2\n[application]\nname = \"a\"\n",
                    "[component.a]\nsource = \"target/wasm32-wasip2/release/a.wasm\"\n",
                    "build = { command = \"cargo build --release --target wasm32-wasip2 -p a\" }\n",
                ),
            );
            workspace.write("Cargo.toml", "[workspace]");
            workspace.write("a/Cargo.toml", "[package]");
            workspace.write("a/src/lib.rs", "");
            workspace.write("target/wasm32-wasip2/release/a.wasm", "wasm");
            let source = workspace.0.path().join("a/src/lib.rs");
            workspace.write("target/wasm32-wasip2/release/a.d", &format!("a.wasm: {}\n", source.display()));
            workspace
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }

        fn record(&self) -> Record {
            let manifest = Manifest::load(&self.0.path().join("spin.toml")).expect("a valid manifest");
            let plan = Plan::new(&manifest);
            Record::new(&manifest, &plan)
        }

        fn build(&self) {
            std::thread::sleep(Duration::from_millis(20));
            let record = self.record();
            record.finish(record.begin());
        }
    }

    #[test]
    fn nothing_is_current_before_the_first_build_and_everything_after_it() {
        let workspace = Workspace::new();
        assert!(!workspace.record().is_current());
        workspace.build();
        assert!(workspace.record().is_current());
    }

    #[test]
    fn every_change_that_matters_is_seen() {
        let workspace = Workspace::new();
        for path in [
            "a/src/lib.rs",
            "a/src/new.rs",
            "a/Cargo.toml",
            "Cargo.toml",
            "Cargo.lock",
            ".cargo/config.toml",
            "target/wasm32-wasip2/release/a.wasm",
        ] {
            workspace.build();
            assert!(workspace.record().is_current(), "before {path}");
            std::thread::sleep(Duration::from_millis(20));
            workspace.write(path, &format!("changed {path}"));
            assert!(!workspace.record().is_current(), "{path}");
        }
    }

    #[test]
    fn other_files_do_not_matter() {
        let workspace = Workspace::new();
        workspace.build();
        std::thread::sleep(Duration::from_millis(20));
        workspace.write("README.md", "changed");
        workspace.write("b/src/lib.rs", "changed");
        assert!(workspace.record().is_current());
    }

    #[test]
    fn a_change_during_the_build_is_not_lost() {
        let workspace = Workspace::new();
        let record = workspace.record();
        let began = record.begin();
        std::thread::sleep(Duration::from_millis(20));
        workspace.write("a/src/lib.rs", "changed while the compiler had read it");
        record.finish(began);
        assert!(!workspace.record().is_current());
    }
}
