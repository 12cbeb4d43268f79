//! PostgreSQL and Redis as private child processes.

use std::{
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port").local_addr().expect("its address").port()
}

/// Starts `command` so that it ends with this process, however this process ends: a shell waits for its input to close,
/// then stops the command and runs `cleanup`.
fn spawn_tied(command: &str, stop_signal: &str, cleanup: &str) -> Child {
    let script = format!(
        "{command} >/dev/null 2>&1 & child=$!; cat >/dev/null; kill -{stop_signal} $child; wait $child; {cleanup}"
    );
    Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts")
}

fn wait_for_port(port: u16, what: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(Instant::now() < deadline, "{what} does not listen on port {port}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn find_program(name: &str) -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin"));
    std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .chain(debian)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A PostgreSQL server; it ends with the value.
pub struct PostgresServer {
    port: u16,
    process: Child,
}

impl PostgresServer {
    /// Whether the machine has PostgreSQL.
    pub fn available() -> bool {
        find_program("initdb").is_some() && find_program("postgres").is_some()
    }

    /// One server for most tests of the process, started at the first call; every test gets a database of its own.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<PostgresServer> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// A new server with a data folder of its own.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("kronos-postgres").tempdir().expect("a folder").keep();
        let data = folder.join("data");
        // PostgreSQL refuses to run as root.
        let prefix = if is_root() { "setpriv --reuid=postgres --regid=postgres --clear-groups -- " } else { "" };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder));
        }
        let initdb = find_program("initdb").expect("initdb");
        run(Command::new("sh")
            .args(["-c", &format!("{prefix}{} -D {} -A trust -U kronos -N", initdb.display(), data.display())]));
        let port = free_port();
        let postgres = find_program("postgres").expect("postgres");
        let process = spawn_tied(
            &format!(
                "{prefix}{} -D {} -p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300",
                postgres.display(),
                data.display(),
                data.display()
            ),
            "INT",
            &format!("rm -rf {}", folder.display()),
        );
        wait_for_port(port, "PostgreSQL");
        Self { port, process }
    }

    /// A new empty database; answers its URL.
    pub async fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // The server listens a moment before it accepts.
        let deadline = Instant::now() + Duration::from_secs(30);
        let client = loop {
            match tokio_postgres::connect(&self.url("postgres"), tokio_postgres::NoTls).await {
                Ok((client, connection)) => {
                    tokio::spawn(connection);
                    break client;
                }
                Err(error) => assert!(Instant::now() < deadline, "PostgreSQL does not answer: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://kronos@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // The server's own end is not a test's concern.
        let _ended = self.process.wait();
    }
}

/// A Redis server of one test; it ends with the value.
pub struct RedisServer {
    port: u16,
    process: Option<Child>,
}

impl RedisServer {
    /// Whether the machine has Redis.
    pub fn available() -> bool {
        find_program("redis-server").is_some()
    }

    /// Starts a server on a free port.
    pub fn start() -> Self {
        let mut server = Self { port: free_port(), process: None };
        server.restart();
        server
    }

    /// The address, as `redis://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Stops the server; connections break.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            process.wait().expect("Redis ends");
        }
    }

    /// Starts the server again on its port.
    pub fn restart(&mut self) {
        self.stop();
        let program = find_program("redis-server").expect("redis-server");
        self.process = Some(spawn_tied(
            &format!(
                "{} --port {} --bind 127.0.0.1 --save '' --appendonly no --dir /tmp",
                program.display(),
                self.port
            ),
            "KILL",
            "",
        ));
        wait_for_port(self.port, "Redis");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("the command starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
