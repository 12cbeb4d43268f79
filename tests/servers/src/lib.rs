//! PostgreSQL and Redis as private child processes, and a network to them that fails on command, for the tests and measurements of
//! every crate.
//!
//! A server listens on loopback alone and ends with the value that stands for it, or with the process that started it, however
//! that ends; its folder goes with it.

#![expect(clippy::missing_panics_doc, reason = "a test or measurement without its server has nothing to do")]

use std::{
    fmt,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
};

use tempfile::TempDir;

mod certificate;
mod child;
mod postgres;
mod proxy;
mod redis;

pub use certificate::Certificate;
pub use postgres::Postgres;
pub use proxy::{Fault, FaultProxy, Way};
pub use redis::Redis;

/// A server that is not installed. Its text says how to install it.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    server: &'static str,
    package: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not installed (apt-get install {})", self.server, self.package)
    }
}

impl std::error::Error for Missing {}

/// Why a server does not run; the text ends with the last lines of its log.
#[derive(Clone, Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        Self(missing.to_string())
    }
}

/// What a test was looking for; `None`, after saying that the test is skipped, when it is missing. With `KRONOS_TEST_REQUIRE_ALL`
/// in the environment, as in continuous integration, that is a failure.
pub fn or_skip<T>(found: Result<T, Missing>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(missing) => {
            let thread = std::thread::current();
            let test = thread.name().unwrap_or("a test");
            assert!(std::env::var_os("KRONOS_TEST_REQUIRE_ALL").is_none(), "{test}: {missing}");
            eprintln!("skipped {test}: {missing}");
            None
        }
    }
}

/// A PostgreSQL of the test's own, see [`or_skip`].
pub fn postgres() -> Option<Postgres> {
    or_skip(Postgres::installed())?;
    Some(Postgres::start().expect("PostgreSQL starts"))
}

/// The same with TLS, and the certificate of the authority that issued the server's, in PEM. The server's names `localhost`.
pub fn postgres_with_tls() -> Option<(Postgres, String)> {
    or_skip(Postgres::installed().and(Certificate::installed()))?;
    Some(Postgres::start_with_tls().expect("PostgreSQL starts"))
}

/// A Redis of the test's own, see [`or_skip`].
pub fn redis() -> Option<Redis> {
    or_skip(Redis::installed())?;
    Some(Redis::start().expect("Redis starts"))
}

/// The same with TLS, and the certificate of the authority that issued the server's, in PEM. The server's names `localhost`.
pub fn redis_with_tls() -> Option<(Redis, String)> {
    or_skip(Redis::installed().and(Certificate::installed()))?;
    Some(Redis::start_with_tls().expect("Redis starts"))
}

/// A port of loopback that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port").local_addr().expect("its address").port()
}

/// A folder for the data of `server`, whose name its own begins with.
fn new_folder(server: &str) -> Result<TempDir, Failure> {
    let folder = tempfile::Builder::new().prefix(&format!("kronos-{server}-")).tempdir();
    folder.map_err(|error| Failure(format!("no folder for {server}: {error}")))
}

/// Where a program is: in one of `folders`, or on the path.
fn find_program(name: &str, folders: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests;
