//! Redis without persistence.

use std::{
    ffi::OsString,
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    Certificate, Failure,
    child::{Program, Server, try_ports},
    free_port, installed, new_folder,
};

/// A Redis server.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    arguments: Vec<OsString>,
    // Before the folder, which it uses.
    pub(crate) server: Option<Server>,
    folder: TempDir,
}

impl Redis {
    /// Starts a server on a free port.
    pub fn start() -> Result<Self, Failure> {
        // Between the look for a free port and the server somebody else may take it.
        try_ports(|| Self::start_on(free_port()))
    }

    /// Starts a server on `port`.
    pub fn start_on(port: u16) -> Result<Self, Failure> {
        Self::start_with(port, vec!["--port".into(), port.to_string().into()], new_folder("redis")?)
    }

    /// Starts a server on a free port that speaks TLS; returns the certificate of the authority that issued its own too, in PEM. The
    /// server's names `localhost`.
    pub fn start_with_tls() -> Result<(Self, String), Failure> {
        try_ports(|| {
            let folder = new_folder("redis")?;
            let certificate = Certificate::issue(folder.path())?;
            let port = free_port();
            let numbers = ["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no"];
            let mut arguments: Vec<OsString> = numbers.map(Into::into).into();
            arguments.extend(["--tls-cert-file".into(), certificate.certificate.clone().into()]);
            arguments.extend(["--tls-key-file".into(), certificate.key.clone().into()]);
            Ok((Self::start_with(port, arguments, folder)?, certificate.authority_pem()?))
        })
    }

    fn start_with(port: u16, arguments: Vec<OsString>, folder: TempDir) -> Result<Self, Failure> {
        let mut redis = Self { port, arguments, server: None, folder };
        redis.restart()?;
        Ok(redis)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address, as `redis://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("redis://{}:{}", Ipv4Addr::LOCALHOST, self.port)
    }

    /// Ends the server at once; connections break and what it held is gone.
    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop("KILL");
        }
    }

    /// Starts the server again on its port, empty.
    pub fn restart(&mut self) -> Result<(), Failure> {
        self.stop();
        let mut command = vec![installed::redis()?.into_os_string()];
        command.extend(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"].map(Into::into));
        command.extend(self.arguments.iter().cloned());
        let speaks_tls = self.arguments.iter().any(|argument| argument == "--tls-port");
        let program = Program { command, account: None, stop_signal: "KILL" };
        self.server = Some(Server::start(&program, self.folder.path(), |_| is_ready(self.port, speaks_tls))?);
        Ok(())
    }
}

fn is_ready(port: u16, speaks_tls: bool) -> bool {
    let pong = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        if speaks_tls {
            return Ok(true);
        }
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 7];
        stream.read_exact(&mut answer)?;
        std::io::Result::Ok(&answer == b"+PONG\r\n")
    };
    pong().unwrap_or(false)
}
