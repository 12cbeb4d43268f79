//! Where the programs are. The build script of `kronos-test-needs` compiles this file too, so it stands on `std` alone.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// Where Debian puts the programs of each version of PostgreSQL.
pub const DEBIAN_POSTGRES: &str = "/usr/lib/postgresql";

/// A program that is not installed. Its text says how to install it.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    program: &'static str,
    package: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not installed (apt-get install {})", self.program, self.package)
    }
}

impl std::error::Error for Missing {}

/// The folder of PostgreSQL's programs, of the newest version.
pub fn postgres() -> Result<PathBuf, Missing> {
    let missing = Missing { program: "PostgreSQL", package: "postgresql" };
    let versions = fs::read_dir(DEBIAN_POSTGRES).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut versions: Vec<(u32, PathBuf)> =
        versions.filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))).collect();
    versions.sort();
    let newest_first = versions.into_iter().rev().map(|(_, folder)| folder);
    let initdb = find_program("initdb", newest_first).ok_or(missing)?;
    initdb.parent().map(Path::to_owned).ok_or(missing)
}

/// The Redis server.
pub fn redis() -> Result<PathBuf, Missing> {
    find_program("redis-server", []).ok_or(Missing { program: "Redis", package: "redis-server" })
}

/// What makes certificates.
pub fn openssl() -> Result<PathBuf, Missing> {
    find_program("openssl", []).ok_or(Missing { program: "OpenSSL", package: "openssl" })
}

/// What asks the kernel to end a server with its shell.
pub fn setpriv() -> Result<PathBuf, Missing> {
    find_program("setpriv", []).ok_or(Missing { program: "setpriv", package: "util-linux" })
}

/// Where a program is: in one of `folders`, or on the path.
pub fn find_program(name: &str, folders: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_missing_is_named_with_the_remedy() {
        let missing = super::Missing { program: "Redis", package: "redis-server" };
        assert_eq!(missing.to_string(), "Redis is not installed (apt-get install redis-server)");
    }
}
