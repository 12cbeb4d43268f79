//! A Redis of our own for each contender, so that nobody hears another's doorbell.

use std::{net::TcpStream, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, bail};

use crate::process::{self, Process};

/// A running Redis; it is stopped when this is dropped.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    port: u16,
}

impl Redis {
    /// Starts one that keeps nothing on disk.
    pub fn start(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let program =
            process::find_program("redis-server").context("Redis is not installed: apt-get install redis-server")?;
        let port = process::free_port()?;
        let mut command = Command::new(program);
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let mut redis = Self { process: Process::start(&command, &folder.join(format!("redis-{name}.log")))?, port };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(redis);
            }
            redis.process.check().context("Redis does not start")?;
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("Redis is not ready after 4 s:\n{}", redis.process.log_tail())
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}
