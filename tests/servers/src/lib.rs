//! PostgreSQL and Redis as private child processes, and a network to them that fails on command, for the tests and measurements of
//! every crate.
//!
//! A server listens on loopback alone and ends with the value that stands for it, or with the process that started it, however
//! that ends; its folder goes with it.

#![expect(
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test or measurement without its server has nothing to do"
)]

use std::{
    fmt,
    net::{Ipv4Addr, TcpListener},
};

use tempfile::TempDir;

mod certificate;
mod child;
pub mod installed;
mod postgres;
mod proxy;
mod redis;

pub use certificate::Certificate;
pub use kronos_test_needs::needs;
pub use postgres::Postgres;
pub use proxy::{Fault, FaultProxy, Way};
pub use redis::Redis;

/// Why a server does not run; the text ends with the last lines of its log.
#[derive(Clone, Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<installed::Missing> for Failure {
    fn from(missing: installed::Missing) -> Self {
        Self(missing.to_string())
    }
}

/// A PostgreSQL of the test's own, which [`needs`] it.
pub fn postgres() -> Postgres {
    Postgres::start().unwrap_or_else(|failure| panic!("{failure}"))
}

/// The same with TLS, and the certificate of the authority that issued the server's, in PEM. The server's names `localhost`.
pub fn postgres_with_tls() -> (Postgres, String) {
    Postgres::start_with_tls().unwrap_or_else(|failure| panic!("{failure}"))
}

/// A Redis of the test's own, which [`needs`] it.
pub fn redis() -> Redis {
    Redis::start().unwrap_or_else(|failure| panic!("{failure}"))
}

/// The same with TLS, and the certificate of the authority that issued the server's, in PEM. The server's names `localhost`.
pub fn redis_with_tls() -> (Redis, String) {
    Redis::start_with_tls().unwrap_or_else(|failure| panic!("{failure}"))
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

#[cfg(test)]
mod tests;
