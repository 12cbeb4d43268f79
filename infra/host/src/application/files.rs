//! The files that components are given.
//!
//! Folders are mounted as they are. A guest can only be given folders, so single files are copied into one of the component's in
//! the state folder first.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::StartError;
use crate::config::{manifest::Component, private, state};

/// The copies of single files.
pub(super) struct Copies {
    root: PathBuf,
    made: BTreeSet<PathBuf>,
}

impl Copies {
    /// Those in the state folder `state`, which exists.
    pub(super) fn new(state: &Path) -> Self {
        Self { root: state.join(state::FILES), made: BTreeSet::new() }
    }

    /// What `component` sees, as pairs of a folder of this machine and the guest's path for it.
    pub(super) fn mounts(&mut self, component: &Component) -> Result<Vec<(PathBuf, String)>, StartError> {
        let (mut mounts, files): (Vec<_>, Vec<_>) =
            component.files.iter().cloned().partition(|(host, _)| host.is_dir());
        if !files.is_empty() {
            let root = self.root.join(&component.id);
            for (host, guest) in files {
                let copy = root.join(guest.trim_start_matches('/'));
                private::create_folder(copy.parent().unwrap_or(&root))
                    .and_then(|()| private::copy(&host, &copy))
                    .map_err(|source| StartError::File { path: host, source })?;
                self.made.insert(copy);
            }
            mounts.push((root, "/".into()));
        }
        Ok(mounts)
    }

    /// Removes the copies of earlier starts that no component has any more.
    pub(super) fn prune(self) {
        if let Err(error) = prune(&self.root, &self.made)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("old files in {} could not be removed: {error}", self.root.display());
        }
    }
}

fn prune(folder: &Path, made: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if made.contains(&path) {
            continue;
        }
        if !entry.file_type()?.is_dir() {
            fs::remove_file(path)?;
        } else if made.iter().any(|copy| copy.starts_with(&path)) {
            prune(&path, made)?;
        } else {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::manifest::Manifest;

    #[test]
    fn only_the_copies_of_this_manifest_remain() {
        let root = tempfile::tempdir().expect("a folder");
        let start = |components: &str| {
            let path = root.path().join("spin.toml");
            let manifest = format!("spin_manifest_version = 2\n[application]\nname = \"a\"\n{components}");
            fs::write(&path, manifest).expect("a manifest");
            let mut copies = Copies::new(&root.path().join("state"));
            let manifest = Manifest::load(&path).expect("a valid manifest");
            let mounts: Vec<_> =
                manifest.components.values().map(|component| copies.mounts(component).expect("copied")).collect();
            copies.prune();
            mounts
        };
        let content = |path: &str| fs::read_to_string(root.path().join("state/files").join(path)).ok();
        fs::write(root.path().join("one.txt"), "1").expect("a file");
        fs::create_dir(root.path().join("deep")).expect("a folder");
        fs::write(root.path().join("deep/two.txt"), "2").expect("a file");

        let mounts = start(
            "[component.a]\nsource = \"a.wasm\"\nfiles = [\"one.txt\", \"deep/two.txt\", \"deep\"]\n\
             [component.b]\nsource = \"b.wasm\"\nfiles = [\"one.txt\"]",
        );
        let copies = root.path().join("state/files");
        let (deep, a, b) = (root.path().join("deep"), copies.join("a"), copies.join("b"));
        assert_eq!(mounts, [vec![(deep, "/deep".into()), (a, "/".into())], vec![(b, "/".into())]]);
        let all = ["a/one.txt", "a/deep/two.txt", "b/one.txt"];
        assert_eq!(all.map(content), ["1", "2", "1"].map(|text| Some(text.into())));

        start("[component.a]\nsource = \"a.wasm\"\nfiles = [\"one.txt\"]");
        assert_eq!(all.map(content), [Some("1".into()), None, None]);
        assert!(!copies.join("a/deep").exists() && !copies.join("b").exists());
        start("");
        assert!(!copies.join("a").exists());
    }
}
