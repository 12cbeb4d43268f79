//! Files and folders for this account alone: they hold password hashes, signing keys and machine code.
//!
//! What is made here has mode 0700 or 0600 from the call that makes it, whatever the umask, so that there is no moment at which
//! another account can open it. What is there already is tightened when it is ours; a file of somebody else stays as it is, with
//! a warning when it is open. A link is never followed into a file of somebody else.
//!
//! | for | call |
//! |---|---|
//! | a folder | [`create_folder`], or [`own_folder`] when all that it holds is ours |
//! | a file written at once | [`write`], [`copy`] |
//! | a file that stays open, as a lock does | [`open`] |
//! | a SQLite database | [`database`] before SQLite opens it |

use std::{
    borrow::Cow,
    ffi::OsString,
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;
/// What group and others may do.
const OTHERS: u32 = 0o077;

/// Makes a folder and those above it that are missing, each for this account alone. Those that exist stay as they are.
pub fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER).create(path)
}

/// Makes a folder when it is missing and tightens it and everything in it.
pub fn own_folder(path: &Path) -> io::Result<()> {
    create_folder(path)?;
    tighten_tree(&resolve(path)?)
}

/// Opens a file for reading and writing, and makes it when it is missing; what it holds stays.
pub fn open(path: &Path) -> io::Result<File> {
    let path = resolve(path)?;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(&path)?;
    tighten(&path)?;
    Ok(file)
}

/// Replaces the content of a file at once: readers find the old content or the new one, and a link is replaced by the file.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, |file| file.write_all(content))
}

/// Replaces a file by a copy of another, as [`write`] does.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    replace(to, |file| io::copy(&mut from, file).map(drop))
}

/// Prepares a file for SQLite, with the folders above it: an empty one when it is missing, else what is there is tightened.
///
/// SQLite gives the write-ahead log, its index and the rollback journal the mode of the database, so to call this before every
/// `Connection::open` is all that is needed. Nothing is opened that SQLite may have open: closing it would drop the locks of the
/// whole process (<https://sqlite.org/howtocorrupt.html>, section 2.2).
pub fn database(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let path = resolve(path)?;
    match OpenOptions::new().write(true).create_new(true).mode(FILE).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made.map(drop),
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut file = OsString::from(path.as_os_str());
        file.push(suffix);
        tighten(file.as_ref())?;
    }
    Ok(())
}

/// Whether this account owns the file.
pub(super) fn is_ours(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Warns that others can enter a folder, which is the operator's to change.
pub(super) fn warn_if_open(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.mode();
    if mode & OTHERS != 0 {
        tracing::warn!(
            "the folder {path} has mode {:04o} and stays that way, since not everything in it is ours: other accounts of this machine can look \
             into it\n  Run `chmod 700 {path}`, or choose a folder that holds nothing else.",
            mode & 0o7777,
            path = path.display()
        );
    }
    Ok(())
}

fn replace(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    // It is made with mode 0600.
    let mut new = NamedTempFile::new_in(folder)?;
    fill(new.as_file_mut())?;
    new.persist(path)?;
    Ok(())
}

/// Where the file is: at `path`, or where a link there leads, which must be a file of ours.
fn resolve(path: &Path) -> io::Result<Cow<'_, Path>> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(path.into()) };
    if !metadata.is_symlink() {
        return Ok(path.into());
    }
    let target = fs::canonicalize(path)?;
    // The administrator's links are trusted.
    if (is_ours(&metadata) || metadata.uid() == 0) && is_ours(&fs::metadata(&target)?) {
        return Ok(target.into());
    }
    let reason = format!("{} is a link to a file of another account", path.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, reason))
}

fn tighten_tree(path: &Path) -> io::Result<()> {
    tighten(path)?;
    for entry in fs::read_dir(path)?.flatten() {
        let path = entry.path();
        // What another account keeps in there is its own.
        if entry.metadata().is_ok_and(|metadata| metadata.is_dir() && is_ours(&metadata)) {
            tighten_tree(&path)?;
        } else {
            tighten(&path)?;
        }
    }
    Ok(())
}

/// Takes from others what they may do with the file or folder at `path` itself, when it is ours.
fn tighten(path: &Path) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        // Files of SQLite come and go.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    let mode = if metadata.is_dir() { FOLDER } else { FILE };
    if !(metadata.is_dir() || metadata.is_file()) || metadata.mode() & OTHERS == 0 {
        return Ok(());
    }
    if is_ours(&metadata) && set_mode(path, mode).is_ok() {
        return Ok(());
    }
    // Another account's, or on a file system without modes.
    tracing::warn!(
        "{path} is open to other accounts of this machine and can't be closed by this one\n  Its owner should run `chmod {mode:o} \
         {path}`.",
        path = path.display()
    );
    Ok(())
}

/// Through a handle that neither follows a link nor opens the file, see [`database`].
#[cfg(target_os = "linux")]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::{fd::AsRawFd, unix::fs::PermissionsExt};

    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = rustix::fs::open(path, flags, rustix::fs::Mode::empty())?;
    fs::set_permissions(format!("/proc/self/fd/{}", handle.as_raw_fd()), fs::Permissions::from_mode(mode))
}

#[cfg(not(target_os = "linux"))]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, Mode, RawMode};

    Ok(rustix::fs::chmodat(CWD, path, Mode::from_raw_mode(mode as RawMode), AtFlags::SYMLINK_NOFOLLOW)?)
}

#[cfg(test)]
mod tests {
    use std::{
        os::unix::fs::{PermissionsExt, chown, symlink},
        path::PathBuf,
    };

    use super::*;

    /// The account of nobody.
    const NOBODY: u32 = 65534;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).expect("it is there").mode() & 0o7777
    }

    fn widen(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    /// A file of another account that others can read.
    fn foreign_file(folder: &Path) -> PathBuf {
        let own = folder.join("foreign");
        fs::write(&own, "theirs").expect("a file");
        widen(&own, 0o644);
        // Only root can give a file away.
        if chown(&own, Some(NOBODY), None).is_ok() { own } else { "/etc/passwd".into() }
    }

    #[test]
    fn what_is_made_is_private_at_once() {
        let root = tempfile::tempdir().expect("a folder");
        widen(root.path(), 0o755);
        let folder = root.path().join("a/b");
        create_folder(&folder).expect("made");
        assert_eq!((mode(&root.path().join("a")), mode(&folder)), (0o700, 0o700));
        assert_eq!(mode(root.path()), 0o755, "it was there before");

        write(&folder.join("written"), b"one").expect("written");
        write(&folder.join("written"), b"two").expect("written again");
        assert_eq!(fs::read(folder.join("written")).expect("readable"), b"two");
        let source = root.path().join("source");
        fs::write(&source, "copied").expect("a file");
        widen(&source, 0o644);
        copy(&source, &folder.join("copied")).expect("copied");
        open(&folder.join("opened")).expect("opened");
        let files = ["written", "copied", "opened"].map(|name| mode(&folder.join(name)));
        assert_eq!(files, [0o600; 3]);
        assert_eq!(fs::read_dir(&folder).expect("readable").count(), 3, "nothing else is left");
    }

    #[test]
    fn every_file_of_a_database_is_private() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("new/default.db");
        let write = || {
            database(&path).expect("prepared");
            let connection = rusqlite::Connection::open(&path).expect("a database");
            let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).expect("a mode");
            assert_eq!(mode, "wal");
            connection.execute_batch("CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (1)").expect("a write");
            connection
        };
        let files = ["default.db", "default.db-wal", "default.db-shm"].map(|name| path.with_file_name(name));
        let modes = || files.each_ref().map(|file| mode(file));
        let open = write();
        assert_eq!(modes(), [0o600; 3]);
        for file in &files {
            widen(file, 0o666);
        }
        let second = write();
        assert_eq!(modes(), [0o600; 3], "tightened while another connection has them open");
        let count: i64 = open.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).expect("the lock is held");
        assert_eq!(count, 2);
        drop(second);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn to_tighten_a_database_drops_no_lock_of_this_process() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("default.db");
        database(&path).expect("prepared");
        let holder = rusqlite::Connection::open(&path).expect("a database");
        holder.execute_batch("CREATE TABLE t (a); BEGIN EXCLUSIVE").expect("the lock");
        // A process can't ask for its own locks, but the kernel lists them (proc_locks(5)).
        let (process, file) =
            (std::process::id().to_string(), format!(":{} ", fs::metadata(&path).expect("it is there").ino()));
        let locks = || {
            let all = fs::read_to_string("/proc/locks").expect("Linux");
            all.lines().filter(|line| line.contains(&file) && line.split(' ').any(|word| word == process)).count()
        };
        assert_eq!(locks(), 1);
        widen(&path, 0o644);
        database(&path).expect("tightened");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(locks(), 1);
    }

    #[test]
    fn a_folder_of_ours_is_tightened_with_all_in_it() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("state");
        fs::create_dir_all(folder.join("cache")).expect("folders");
        fs::write(folder.join("cache/code"), "").expect("a file");
        fs::write(folder.join("default.db"), "").expect("a file");
        let foreign = foreign_file(root.path());
        let before = mode(&foreign);
        symlink(&foreign, folder.join("link")).expect("a link");
        for (path, mode) in [("", 0o777), ("cache", 0o755), ("cache/code", 0o644), ("default.db", 0o666)] {
            widen(&folder.join(path), mode);
        }
        own_folder(&folder).expect("tightened");
        let modes = ["", "cache", "cache/code", "default.db"].map(|path| mode(&folder.join(path)));
        assert_eq!(modes, [0o700, 0o700, 0o600, 0o600]);
        assert_eq!(mode(&foreign), before, "a link is not followed");
    }

    #[test]
    fn links_lead_into_files_of_ours_alone() {
        let root = tempfile::tempdir().expect("a folder");
        let own = root.path().join("own.db");
        fs::write(&own, "").expect("a file");
        widen(&own, 0o644);
        symlink(&own, root.path().join("ours")).expect("a link");
        database(&root.path().join("ours")).expect("the operator put it elsewhere");
        assert_eq!(mode(&own), 0o600);

        let foreign = foreign_file(root.path());
        let (content, before) = (fs::read(&foreign).expect("readable"), mode(&foreign));
        let link = root.path().join("theirs");
        symlink(&foreign, &link).expect("a link");
        for refused in [database(&link), open(&link).map(drop), own_folder(&link)] {
            refused.expect_err("a file of another account");
        }
        write(&link, b"ours").expect("the link is replaced");
        assert_eq!(fs::read(&link).expect("readable"), b"ours");
        assert_eq!((fs::read(&foreign).expect("readable"), mode(&foreign)), (content, before));
    }
}
