//! Databases as private child processes. A test that finds none installed says so and passes.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

#[path = "../../../../tests/support/proxy.rs"]
#[expect(dead_code, reason = "the tests of the application use what the tests of the host don't")]
pub(super) mod proxy;

/// A process with its folder; both go when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // At once, but removing shared memory, which SIGKILL would leave behind.
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if start.elapsed() > Duration::from_secs(5) {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = (13..=18).rev().map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    std::env::split_paths(&path).chain(debian).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn skip(name: &str) {
    println!("skipped: {name} is not installed ({})", std::thread::current().name().unwrap_or_default());
}

fn wait_for(port: u16) {
    let start = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing listens on {port}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Starts a Redis without persistence.
pub(super) fn redis() -> Option<Server> {
    redis_on(free_port())
}

/// The same on a given port.
pub(super) fn redis_on(port: u16) -> Option<Server> {
    let Some(binary) = find("redis-server") else {
        skip("redis-server");
        return None;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let child = Command::new(binary)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server starts");
    wait_for(port);
    Some(Server { child, port, _folder: folder })
}

/// Starts a PostgreSQL whose user `postgres` needs no password.
pub(super) fn postgres() -> Option<Server> {
    postgres_with(&[], |_| ())
}

/// The same with TLS: answers the certificate of the authority that issued the server's, in PEM. The server's names `localhost`.
pub(crate) fn postgres_with_tls() -> Option<(Server, String)> {
    let mut authority = String::new();
    let server = postgres_with(&["-c", "ssl=on"], |data| {
        let issue = |arguments: &[&str]| {
            let made = Command::new("openssl")
                .args([
                    "req",
                    "-x509",
                    "-nodes",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-days",
                    "2",
                ])
                .args(arguments)
                .current_dir(data)
                .output()
                .expect("openssl starts");
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        };
        issue(&["-subj", "/CN=authority", "-keyout", "authority.key", "-out", "authority.crt"]);
        issue(&[
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:false",
            "-CA",
            "authority.crt",
            "-CAkey",
            "authority.key",
            "-keyout",
            "server.key",
            "-out",
            "server.crt",
        ]);
        authority = std::fs::read_to_string(data.join("authority.crt")).expect("a certificate");
    })?;
    Some((server, authority))
}

/// `prepare` sees the folder of the data before the server does.
fn postgres_with(options: &[&str], prepare: impl FnOnce(&Path)) -> Option<Server> {
    let (Some(initdb), Some(postgres)) = (find("initdb"), find("postgres")) else {
        skip("postgres");
        return None;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let data = data.to_str().expect("a path of letters");
    own(folder.path());
    let made = as_server_user(&initdb)
        .args(["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"])
        .stdout(Stdio::null())
        .status()
        .expect("initdb starts");
    assert!(made.success());
    prepare(Path::new(data));
    own(folder.path());
    let port = free_port();
    let child = as_server_user(&postgres)
        .args(["-D", data, "-p", &port.to_string(), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off"])
        .args(["-c", "max_connections=60", "-c", "log_min_messages=fatal"])
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("postgres starts");
    wait_for(port);
    let state = Path::new(data).join("postmaster.pid");
    let is_ready = || std::fs::read_to_string(&state).is_ok_and(|state| state.contains("ready"));
    let start = Instant::now();
    while !is_ready() {
        assert!(start.elapsed() < Duration::from_secs(20), "PostgreSQL doesn't get ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(Server { child, port, _folder: folder })
}

/// PostgreSQL refuses to run as root.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}

fn own(folder: &Path) {
    if is_root() {
        let status = Command::new("chown").arg("-R").arg("postgres").arg(folder).status();
        assert!(status.expect("chown starts").success());
    }
}

fn as_server_user(binary: &Path) -> Command {
    if !is_root() {
        return Command::new(binary);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(binary);
    command
}
