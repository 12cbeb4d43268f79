//! The state folder: what lies in it, and whose it is.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::{
    manifest::Manifest,
    options::Options,
    private,
    runtime::{KeyValueStore, RuntimeConfig},
};

/// Compiled components.
pub const CACHE: &str = "cache";
/// Copies of the single files that components are given, in a folder for each component.
pub const FILES: &str = "files";
/// Where the last start listened: tokens are issued for it.
pub const ADDRESS: &str = "address";
/// The folder's name beside a manifest, when no other is configured.
const NAME: &str = ".kronos";

/// Whether others may write, and whether only owners may remove (the bit of /tmp).
const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Where databases and caches live: what the options say, else the runtime configuration, else `.kronos` beside the manifest.
pub fn folder(options: &Options, config: &RuntimeConfig, manifest: &Manifest) -> PathBuf {
    let configured = options.state_dir.as_ref().or(config.state_dir.as_ref());
    configured.cloned().unwrap_or_else(|| manifest.root.join(NAME))
}

/// Makes the state folder, and tightens it with all in it when it holds nothing but what we write. One that the operator uses for
/// other things too stays as it is, with a warning when others can enter it; so do the folders of databases that `config` places
/// elsewhere, when others could replace the files in them.
pub fn prepare(folder: &Path, config: &RuntimeConfig) -> io::Result<()> {
    private::create_folder(folder)?;
    if is_ours_alone(folder)? {
        private::own_folder(folder)?;
    } else {
        private::warn_if_open(folder)?;
    }
    let stores = config.key_value.values().filter_map(|store| match store {
        KeyValueStore::Sqlite(path) => Some(path),
        KeyValueStore::Redis(_) => None,
    });
    for elsewhere in config.sqlite.values().chain(stores).filter_map(|path| path.parent()) {
        // One that is missing is made when the database is opened.
        if let Ok(metadata) = fs::metadata(elsewhere)
            && metadata.mode() & OTHERS_WRITE != 0
            && metadata.mode() & STICKY == 0
        {
            tracing::warn!(
                "other accounts of this machine may write to {path}, which holds a database, and so replace it\n  Run `chmod go-w \
                 {path}`.",
                path = elsewhere.display()
            );
        }
    }
    Ok(())
}

/// Whether a folder has our name or holds nothing but what we write. Whoever names `/tmp` or their home keeps its mode.
fn is_ours_alone(folder: &Path) -> io::Result<bool> {
    let metadata = fs::metadata(folder)?;
    if !private::is_ours(&metadata) || metadata.mode() & STICKY != 0 {
        return Ok(false);
    }
    if folder.file_name() == Some(OsStr::new(NAME)) {
        return Ok(true);
    }
    for entry in fs::read_dir(folder)? {
        if !is_written_by_us(&entry?.file_name()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_written_by_us(name: &OsStr) -> bool {
    // The root of a mounted disk has the last one.
    if [CACHE, FILES, ADDRESS, "lost+found"].iter().any(|own| name == *own) {
        return true;
    }
    let name = name.to_string_lossy();
    let database = ["-wal", "-shm", "-journal"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(&name);
    [".db", ".lock"].iter().any(|extension| database.ends_with(extension))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn state(entries: &[&str], name: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        for entry in entries {
            fs::write(folder.join(entry), "").expect("a file");
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("it is ours");
        (root, folder)
    }

    fn mode_after(entries: &[&str], name: &str, mode: u32) -> u32 {
        let (_root, folder) = state(entries, name, mode);
        prepare(&folder, &RuntimeConfig::default()).expect("prepared");
        fs::metadata(&folder).expect("it is there").mode() & 0o7777
    }

    #[test]
    fn a_folder_of_ours_is_tightened_and_another_left() {
        assert_eq!(mode_after(&[], "new", 0o755), 0o700);
        let ours = ["default.db", "default.db-wal", "default.lock", "key_value.db", "cache", "address", "files"];
        assert_eq!(mode_after(&ours, "state", 0o755), 0o700);
        assert_eq!(mode_after(&["default.db", "notes.txt"], "home", 0o755), 0o755);
        assert_eq!(mode_after(&["default.db", "backup.tar"], ".kronos", 0o755), 0o700, "the name is ours");
        assert_eq!(mode_after(&[], "temporary", 0o1777), 0o1777);
    }
}
