//! A host in a process of its own, whose memory and files are nobody else's.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use kronos_host::Options;
use kronos_tests::{Engine, Guests, Kronos};

/// Says what the process is to run.
const ROLE: &str = "KRONOS_TEST_ROLE";
const SETTINGS: &str = "KRONOS_TEST_SETTINGS";
const ADDRESS: &str = "listening on ";

/// The process; it ends with the value.
pub struct Process {
    /// Where its host listens.
    pub address: SocketAddr,
    child: Child,
}

impl Process {
    /// Starts the application `role`, which is `guests` or `kronos`, with settings that [`apply`] knows.
    pub async fn start(role: &'static str, settings: &'static [(&'static str, u64)]) -> Self {
        tokio::task::spawn_blocking(move || Self::spawn(role, settings)).await.expect("a process")
    }

    fn spawn(role: &str, settings: &[(&str, u64)]) -> Self {
        let settings = settings.iter().map(|(name, value)| format!("{name}={value} ")).collect::<Vec<_>>().concat();
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "host::hostile::process::role", "--ignored", "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(SETTINGS, settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let address = lines
            .find_map(|line| line.expect("text").split_once(ADDRESS)?.1.parse().ok())
            .expect("the process says where it listens");
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { address, child }
    }

    /// Its resident memory at most, in bytes, since the start or [`Process::forget_peak`].
    pub fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
        peak.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
    }

    /// How many sockets it has open.
    pub fn sockets(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("its files");
        let is_socket = |file: &std::fs::DirEntry| {
            std::fs::read_link(file.path()).is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
        };
        files.map_while(Result::ok).filter(is_socket).count()
    }

    /// Makes [`Process::peak`] start again.
    pub fn forget_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("its peak is forgotten");
    }

    /// Ends it cleanly; returns what it has logged.
    pub async fn stop(mut self) -> String {
        drop(self.child.stdin.take());
        let mut log = self.child.stderr.take().expect("its log");
        tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).expect("text");
            text
        })
        .await
        .expect("the log is read")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn apply(options: &mut Options, name: &str, value: u64) {
    let limits = &mut options.limits;
    let count = usize::try_from(value).expect("a count");
    match name {
        "connections" => limits.connections = Some(count),
        "connections_per_address" => limits.connections_per_address = Some(count),
        "concurrent_requests" => limits.concurrent_requests = Some(count),
        "streams" => limits.streams = Some(count),
        "stall_ms" => limits.stall = Some(Duration::from_millis(value)),
        "head_ms" => limits.head_timeout = Some(Duration::from_millis(value)),
        // Of the host with its clients and with itself.
        "patience_ms" => {
            let patience = Some(Duration::from_millis(value));
            (limits.head_timeout, limits.stall) = (patience, patience);
            (limits.request_timeout, limits.instance_wait) = (patience, patience);
        }
        // Of the process itself.
        "files" => {}
        other => panic!("no setting {other}"),
    }
}

/// What the process does: not a test, which is why it is ignored.
#[tokio::test]
#[ignore = "is what other tests start as a process of its own"]
async fn role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let settings = std::env::var(SETTINGS).expect("settings");
    let settings: Vec<(&str, u64)> = settings
        .split_whitespace()
        .map(|setting| {
            let (name, value) = setting.split_once('=').expect("name=value");
            (name, value.parse().expect("a number"))
        })
        .collect();
    let telemetry = kronos_host::telemetry::init(kronos_host::telemetry::LogFormat::Text).expect("a log");
    let change = |options: &mut Options| settings.iter().for_each(|(name, value)| apply(options, name, *value));
    let mut kronos = match role.as_str() {
        "guests" => Guests::start(Engine::Embedded, change).await,
        "kronos" => Kronos::start_with(Engine::Embedded, change).await,
        other => panic!("no role {other}"),
    };
    let files = settings.iter().find(|(name, _)| *name == "files").map(|(_, files)| *files);
    let _taken = files.map(leave_files);
    println!("{ADDRESS}{}", kronos.host().address());
    let mut nothing = [0];
    tokio::task::spawn_blocking(move || std::io::stdin().read(&mut nothing)).await.expect("a thread").expect("an end");
    let host = kronos.host.take().expect("the host runs");
    println!("finished: {}", host.stop().await);
    telemetry.finish().await;
}

/// Opens files until only `left` more can be opened.
fn leave_files(left: u64) -> Vec<std::fs::File> {
    let mut files: Vec<_> = std::iter::repeat_with(|| std::fs::File::open("/dev/null")).map_while(Result::ok).collect();
    files.truncate(files.len() - usize::try_from(left).expect("a count"));
    files
}
