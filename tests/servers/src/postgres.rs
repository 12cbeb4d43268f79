//! PostgreSQL that trusts everybody on this machine.

use std::{
    ffi::OsString,
    fs, io,
    net::Ipv4Addr,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use tempfile::TempDir;

use crate::{
    Certificate, Failure,
    child::{Program, Server, try_ports},
    free_port, installed, new_folder,
};

/// What a test wants: not to wait for the disk, connections for many tests at once, and no shared memory outside the folder.
const SETTINGS: [(&str, &str); 3] =
    [("fsync", "off"), ("max_connections", "300"), ("dynamic_shared_memory_type", "mmap")];

/// A PostgreSQL server.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    program: Program,
    // Before the folder, which it uses.
    pub(crate) server: Option<Server>,
    path: PathBuf,
    folder_guard: Option<TempDir>,
}

impl Postgres {
    /// One server for the tests of this process that share it, started at the first call; each makes a database of its own.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(crate::postgres)
    }

    /// Starts a server that forgets everything in a crash.
    pub fn start() -> Result<Self, Failure> {
        let folder = new_folder("postgres")?;
        let path = folder.path().to_owned();
        let mut postgres = Self::start_in(&path, &SETTINGS)?;
        postgres.folder_guard = Some(folder);
        Ok(postgres)
    }

    /// The same with TLS, and the certificate of the authority that issued the server's, in PEM. The server's names `localhost`.
    pub fn start_with_tls() -> Result<(Self, String), Failure> {
        let folder = new_folder("postgres")?;
        let path = folder.path().to_owned();
        let certificate = Certificate::issue(&path)?;
        if let Some((user, group)) = account(&path)? {
            // It refuses a key that others may read.
            chown(&certificate.key, Some(user), Some(group))
                .map_err(|error| Failure(format!("PostgreSQL's key: {error}")))?;
        }
        let file = |path: &Path| path.display().to_string();
        let (certificate_file, key_file) = (file(&certificate.certificate), file(&certificate.key));
        let tls = [("ssl", "on"), ("ssl_cert_file", certificate_file.as_str()), ("ssl_key_file", key_file.as_str())];
        let mut postgres = Self::start_in(&path, &[&SETTINGS[..], &tls[..]].concat())?;
        postgres.folder_guard = Some(folder);
        Ok((postgres, certificate.authority_pem()?))
    }

    /// Starts a server in a folder without data, which goes with it, with `settings` that differ from the defaults. Run by root, the user
    /// `postgres` must be able to enter the folders above.
    pub fn start_in(folder: &Path, settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let programs = installed::postgres()?;
        let failure = |what: &str, error: io::Error| Failure(format!("{what}: {error}"));
        let account = account(folder)?;
        if let Some((user, group)) = account {
            chown(folder, Some(user), Some(group)).map_err(|error| failure("PostgreSQL's folder", error))?;
        }
        let data = folder.join("data");
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        if let Some((user, group)) = account {
            initdb.uid(user).gid(group);
        }
        let made =
            initdb.current_dir(folder).stdin(Stdio::null()).output().map_err(|error| failure("initdb", error))?;
        if !made.status.success() {
            return Err(Failure(format!("initdb failed:\n{}", String::from_utf8_lossy(&made.stderr))));
        }
        try_ports(|| {
            let port = free_port();
            let mut command: Vec<OsString> = vec![programs.join("postgres").into(), "-D".into(), data.clone().into()];
            let own = [("listen_addresses", "127.0.0.1"), ("unix_socket_directories", "")];
            command.extend(["-p".into(), port.to_string().into()]);
            for (name, value) in own.iter().chain(settings) {
                command.extend(["-c".into(), format!("{name}={value}").into()]);
            }
            // A fast shutdown: clients that are still connected are not waited for.
            let program = Program { command, account, stop_signal: "INT" };
            let mut postgres = Self { port, program, server: None, path: folder.to_owned(), folder_guard: None };
            postgres.restart()?;
            Ok(postgres)
        })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's first process.
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(Server::pid)
    }

    /// Where its data and its log are.
    pub fn folder(&self) -> &Path {
        &self.path
    }

    /// The URL of a database. The server does not ask for the password; it is there for programs that insist on one.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres:postgres@{}:{}/{database}?sslmode=disable", Ipv4Addr::LOCALHOST, self.port)
    }

    /// Stops the server; its connections break.
    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop(self.program.stop_signal);
        }
    }

    /// Starts the server again on its port, with what it has stored.
    pub fn restart(&mut self) -> Result<(), Failure> {
        self.stop();
        let state = self.path.join("data").join("postmaster.pid");
        let is_ready = |pid: u32| {
            let text = fs::read_to_string(&state).unwrap_or_default();
            let mut lines = text.lines();
            // One that was killed leaves its file behind.
            lines.next() == Some(pid.to_string().as_str())
                && lines.nth(6).is_some_and(|status| status.trim() == "ready")
        };
        self.server = Some(Server::start(&self.program, &self.path, is_ready)?);
        Ok(())
    }
}

/// PostgreSQL refuses to run as root: then it is the user `postgres`, which Debian's package makes.
fn account(folder: &Path) -> Result<Option<(u32, u32)>, Failure> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !is_root {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |line: &str| {
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = users.lines().find(|line| line.starts_with("postgres:")).and_then(ids);
    let none = || Failure(format!("there is no user `postgres` to run a server in {} for root", folder.display()));
    found.map(Some).ok_or_else(none)
}
