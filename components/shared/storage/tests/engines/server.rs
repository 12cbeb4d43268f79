//! A private PostgreSQL.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, OnceLock},
    time::Duration,
};

use tokio_postgres::{Config, NoTls};

/// Runs until its standard input is closed: that is when the test process ends, however it ends.
const SCRIPT: &str = r#"
"$1/initdb" -D "$2/data" -U postgres -A trust --no-sync >"$2/log" 2>&1 || exit 1
"$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200 >>"$2/log" 2>&1 &
cat >/dev/null
kill -INT $!
wait
rm -rf "$2"
"#;

/// How to reach the server, if there is one.
pub fn config() -> Option<Config> {
    static CONFIG: OnceLock<Option<Config>> = OnceLock::new();
    CONFIG
        .get_or_init(|| match std::env::var("KRONOS_TEST_POSTGRES_URL") {
            Ok(url) => Some(url.parse().expect("KRONOS_TEST_POSTGRES_URL is a PostgreSQL URL")),
            Err(_) => start(),
        })
        .clone()
}

/// Where Debian and others put the server's programs.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<_> =
        fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    versions.sort();
    versions.into_iter().rev().find(|bin| bin.join("initdb").exists())
}

fn start() -> Option<Config> {
    static STDIN: Mutex<Option<Box<dyn Write + Send>>> = Mutex::new(None);
    let programs = programs()?;
    let directory = tempfile::Builder::new().prefix("kronos-postgres-").tempdir().unwrap().keep();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "sh"]).arg(programs).arg(&directory).arg(port.to_string()).stdin(Stdio::piped());
    if let Some((user, group)) = unprivileged() {
        chown(&directory, Some(user), Some(group)).unwrap();
        command.uid(user).gid(group);
    }
    #[expect(clippy::zombie_processes, reason = "it outlives the test process by the moment that it needs to stop")]
    let mut child = command.current_dir(&directory).spawn().unwrap();
    *STDIN.lock().unwrap() = child.stdin.take().map(|stdin| Box::new(stdin) as _);
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("postgres").dbname("postgres");
    for _ in 0..600 {
        if super::fixture::block_on(async { config.connect(NoTls).await.is_ok() }) {
            return Some(config);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("PostgreSQL did not start:\n{}", log(&directory));
}

/// PostgreSQL refuses to run as root.
fn unprivileged() -> Option<(u32, u32)> {
    if !fs::read_to_string("/proc/self/status").ok()?.contains("\nUid:\t0\t") {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = users.lines().find(|line| line.starts_with("postgres:"))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn log(directory: &Path) -> String {
    fs::read_to_string(directory.join("log")).unwrap_or_default()
}
