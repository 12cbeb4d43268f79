//! Whatever ends, nothing is left behind.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::*;

/// Starts both servers, says where they are, and waits to be killed.
#[test]
#[ignore = "run by the tests below, as a program of its own"]
fn a_program_with_servers() {
    let (postgres, redis) = (postgres(), redis());
    println!("\nservers {} {}", describe(postgres.server.as_ref()), describe(redis.server.as_ref()));
    loop {
        std::thread::park();
    }
}

fn describe(server: Option<&child::Server>) -> String {
    let server = server.expect("it runs");
    format!("{} {} {}", server.pid(), server.shell(), server.folder().display())
}

/// A server that another process has started.
struct Foreign {
    pid: u32,
    shell: u32,
    folder: PathBuf,
}

impl Foreign {
    fn is_gone(&self) -> bool {
        // What the system keeps of a process that nobody has waited for is gone for our purposes.
        let ended = fs::read_to_string(format!("/proc/{}/stat", self.pid)).map_or(true, |stat| stat.contains(") Z "));
        ended && self.segments() == 0
    }

    /// Segments of System V shared memory that it made (`proc_sysvipc(5)`).
    fn segments(&self) -> usize {
        let all = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
        all.lines().filter(|line| line.split_whitespace().nth(4) == Some(self.pid.to_string().as_str())).count()
    }
}

fn program_with_servers() -> (Child, [Foreign; 2]) {
    let mut program = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "tests::a_program_with_servers", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program again");
    let output = BufReader::new(program.stdout.take().expect("its output"));
    let line = output.lines().map_while(Result::ok).find(|line| line.starts_with("servers ")).expect("they run");
    let words: Vec<&str> = line.split(' ').collect();
    let server = |words: &[&str]| Foreign {
        pid: words[0].parse().expect("a number"),
        shell: words[1].parse().expect("a number"),
        folder: words[2].into(),
    };
    (program, [server(&words[1..4]), server(&words[4..7])])
}

#[track_caller]
fn soon(what: &str, is: impl Fn() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[needs(postgres, redis)]
#[test]
fn servers_and_their_folders_go_with_a_program_that_is_killed() {
    let (mut program, servers) = program_with_servers();
    assert_eq!(servers.each_ref().map(Foreign::is_gone), [false, false]);
    assert_eq!(servers[0].segments(), 1, "what must be cleaned up");
    program.kill().expect("it runs");
    program.wait().expect("it ended");
    for server in servers {
        soon("the server is still there", || server.is_gone());
        soon("the folder is still there", || !server.folder.exists());
    }
}

#[needs(postgres, redis, setpriv)]
#[test]
fn servers_go_even_when_what_would_clean_up_is_killed() {
    let (mut program, servers) = program_with_servers();
    for server in &servers {
        let killed = Command::new("kill").args(["-KILL", &server.shell.to_string()]).status().expect("kill starts");
        assert!(killed.success());
        soon("the server is still there", || server.is_gone());
        // Nobody else can remove it.
        fs::remove_dir_all(&server.folder).expect("the folder");
    }
    program.kill().expect("it runs");
    program.wait().expect("it ended");
}

#[needs(redis)]
#[test]
fn servers_go_with_a_test_that_panics() {
    let mut redis = redis();
    let (port, folder) = (redis.port(), redis.server.as_ref().expect("it runs").folder().to_owned());
    redis.restart().expect("Redis starts again");
    let panicked = std::thread::spawn(move || {
        let _redis = redis;
        panic!("as a test does that fails");
    });
    panicked.join().expect_err("it panicked");
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    assert!(!folder.exists());
}

#[needs(postgres)]
#[test]
fn a_database_server_starts_again_on_its_port_with_its_data() {
    let mut postgres = postgres();
    let (port, first) = (postgres.port(), postgres.pid().expect("it runs"));
    let version = postgres.folder().join("data/PG_VERSION");
    postgres.stop();
    assert!(version.is_file() && postgres.pid().is_none());
    postgres.restart().expect("PostgreSQL starts again");
    assert_ne!(postgres.pid(), Some(first));
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    let folder = postgres.folder().to_owned();
    drop(postgres);
    assert!(!folder.exists());
}

#[needs(postgres)]
#[test]
fn a_server_that_does_not_start_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    // The user of the server must be able to enter what is ours.
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is ours");
    let own = folder.path().join("server");
    fs::create_dir(&own).expect("a folder");
    let error = Postgres::start_in(&own, &[("no_such_setting", "1")]).expect_err("it is unknown").to_string();
    assert!(error.contains("unrecognized configuration parameter \"no_such_setting\""), "{error}");
}
