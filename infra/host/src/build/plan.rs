//! What has to run: the usual cargo commands merged into one call, any other command as it is written.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::TARGET;
use crate::config::manifest::{Component, Manifest};

/// The commands of a manifest, without repetitions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) cargo: Vec<CargoBuild>,
    pub(super) shell: Vec<ShellBuild>,
}

/// One `cargo build --release --target wasm32-wasip2` for several packages.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CargoBuild {
    pub(super) workdir: PathBuf,
    /// Where the manifest expects the results.
    pub(super) target_dir: Option<PathBuf>,
    pub(super) packages: Vec<String>,
}

/// A command for `sh -c`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShellBuild {
    pub(super) component: String,
    pub(super) workdir: PathBuf,
    pub(super) command: String,
}

impl ShellBuild {
    pub(super) fn needs_target(&self) -> bool {
        self.command.contains(TARGET)
    }
}

impl Plan {
    pub(super) fn new(manifest: &Manifest) -> Self {
        let mut cargo: BTreeMap<(PathBuf, Option<PathBuf>), Vec<String>> = BTreeMap::new();
        let mut shell: Vec<ShellBuild> = Vec::new();
        for component in manifest.components.values() {
            let Some(build) = &component.build else { continue };
            for command in &build.commands {
                if let Some(packages) = packages(command) {
                    let merged = cargo.entry((build.workdir.clone(), target_dir(component))).or_default();
                    merged.extend(packages.into_iter().map(Into::into));
                    merged.sort();
                    merged.dedup();
                } else if !shell.iter().any(|known| known.command == *command && known.workdir == build.workdir) {
                    shell.push(ShellBuild {
                        component: component.id.clone(),
                        workdir: build.workdir.clone(),
                        command: command.clone(),
                    });
                }
            }
        }
        let cargo = cargo
            .into_iter()
            .map(|((workdir, target_dir), packages)| CargoBuild { workdir, target_dir, packages })
            .collect();
        Self { cargo, shell }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cargo.is_empty() && self.shell.is_empty()
    }

    pub(super) fn needs_target(&self) -> bool {
        !self.cargo.is_empty() || self.shell.iter().any(ShellBuild::needs_target)
    }
}

/// The packages of `cargo build --release --target wasm32-wasip2 -p NAME...`, in any order of arguments; `None` for any
/// other command.
fn packages(command: &str) -> Option<Vec<&str>> {
    let mut words = command.split_whitespace();
    if words.next() != Some("cargo") || words.next() != Some("build") {
        return None;
    }
    let (mut release, mut target, mut packages) = (false, false, Vec::new());
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value)),
            _ => (word, None),
        };
        match option {
            "--release" | "-r" if value.is_none() => release = true,
            "--target" => target = value.or_else(|| words.next())? == TARGET,
            "-p" | "--package" => packages.push(value.or_else(|| words.next())?),
            _ => return None,
        }
    }
    let plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    (release && target && !packages.is_empty() && packages.iter().all(plain)).then_some(packages)
}

/// The target folder that the source of a component implies.
fn target_dir(component: &Component) -> Option<PathBuf> {
    let release = component.source.parent()?;
    let triple = release.parent()?;
    let expected = release.file_name()? == "release" && triple.file_name()? == TARGET;
    expected.then(|| triple.parent().map(Path::to_path_buf)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(components: &str) -> Plan {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("spin.toml");
        let text = format!("spin_manifest_version = 2\n[application]\nname = \"a\"\n{components}");
        std::fs::write(&path, text).expect("a manifest");
        let mut plan = Plan::new(&Manifest::load(&path).expect("a valid manifest"));
        for workdir in plan
            .cargo
            .iter_mut()
            .flat_map(|build| std::iter::once(&mut build.workdir).chain(build.target_dir.as_mut()))
            .chain(plan.shell.iter_mut().map(|build| &mut build.workdir))
        {
            *workdir = workdir.strip_prefix(folder.path()).expect("a path in the folder").to_path_buf();
        }
        plan
    }

    #[test]
    fn usual_commands_are_merged_and_others_kept() {
        let plan = plan(
            r#"
            [component.b]
            source = "target/wasm32-wasip2/release/b.wasm"
            build = { command = "cargo build --release --target wasm32-wasip2 -p b" }
            [component.a]
            source = "target/wasm32-wasip2/release/a.wasm"
            build = { command = "cargo build -p a --target=wasm32-wasip2 -r" }
            [component.c]
            source = "c.wasm"
            build = { command = ["npm ci", "npm run build"], workdir = "app" }
            [component.d]
            source = "d.wasm"
            build = { command = ["npm ci"], workdir = "app" }
            [component.e]
            source = "e.wasm"
            "#,
        );
        let cargo = CargoBuild {
            workdir: PathBuf::new(),
            target_dir: Some("target".into()),
            packages: vec!["a".into(), "b".into()],
        };
        let shell = ["npm ci", "npm run build"].map(|command| ShellBuild {
            component: "c".into(),
            workdir: "app".into(),
            command: command.into(),
        });
        assert_eq!(plan, Plan { cargo: vec![cargo], shell: shell.into() });
        assert!(plan.needs_target());
    }

    #[test]
    fn unusual_commands_are_not_merged() {
        for command in [
            "cargo build --target wasm32-wasip2 -p a",
            "cargo build --release -p a",
            "cargo build --release --target wasm32-wasip2",
            "cargo build --release --target wasm32-wasip1 -p a",
            "cargo build --release --target wasm32-wasip2 -p a && echo done",
            "cargo build --release --target wasm32-wasip2 -p $A",
            "cargo build --release --target wasm32-wasip2 -p a --features x",
            "cargo component build --release",
            "make",
            "",
        ] {
            assert_eq!(packages(command), None, "{command}");
        }
    }
}
