//! A server with its folder. A shell stands between it and this process, which alone can clean up when this process is killed.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Failure, installed::find_program};

/// How long a server may take to start, and to end; both take seconds on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a server in folder `$1` until standard input has a line, which names the signal that stops it, or ends, which it does with
/// the process at its other end. Then it is stopped with `$2` and the folder removed. Its process id is printed. Should the shell be
/// killed as well, the kernel stops the server (`PR_SET_PDEATHSIG`).
const SCRIPT: &str = r#"
cd "$1" || exit 1
folder=$1 signal=$2
shift 2
exec 3<&0
if setpriv --pdeathsig "$signal" true 2>/dev/null; then set -- setpriv --pdeathsig "$signal" "$@"; fi
"$@" >>log 2>&1 </dev/null 3<&- &
server=$!
echo "$server"
{ read -r stop <&3 || { stop=$signal; : >orphaned; }; kill -"$stop" "$server"; } &
watcher=$!
wait "$server"
kill "$watcher"
[ ! -e orphaned ] || rm -rf "$folder"
"#;

/// What runs in the folder.
#[derive(Debug)]
pub(crate) struct Program {
    /// The server and its arguments.
    pub(crate) command: Vec<OsString>,
    /// User and group, when it may not be ours.
    pub(crate) account: Option<(u32, u32)>,
    /// Name of the signal that ends it cleanly.
    pub(crate) stop_signal: &'static str,
}

/// A running server; it ends when this is dropped, and its folder is removed.
#[derive(Debug)]
pub(crate) struct Server {
    shell: Child,
    folder: PathBuf,
    pid: u32,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(crate) fn start(program: &Program, folder: &Path, ready: impl Fn(u32) -> bool) -> Result<Self, Failure> {
        let failure = |what: String| Failure(format!("{what}\n{}", log_tail(folder)));
        // A session of its own, as a service manager gives: Ctrl-C does not reach it, and Linux shares the cores fairly among
        // sessions (`sched(7)`, autogrouping) where a measurement would have its server compete thread by thread with its load.
        let setsid = find_program("setsid", []);
        let mut command = Command::new(setsid.as_deref().unwrap_or(Path::new("env")));
        command.args(["sh", "-c", SCRIPT, "sh"]).arg(folder).arg(program.stop_signal).args(&program.command);
        if let Some((user, group)) = program.account {
            command.uid(user).gid(group);
        }
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = command.spawn().map_err(|error| failure(format!("sh cannot be started: {error}")))?;
        let mut line = String::new();
        if let Some(stdout) = shell.stdout.take() {
            // What cannot be read is no number.
            let _failed = BufReader::new(stdout).read_line(&mut line);
        }
        let pid = line.trim().parse().map_err(|_| failure(format!("{:?} cannot be run", program.command)))?;
        let mut server = Self { shell, folder: folder.to_owned(), pid };
        let started = Instant::now();
        while !ready(pid) {
            if !matches!(server.shell.try_wait(), Ok(None)) {
                return Err(failure(format!("{} ended", program.command[0].display())));
            }
            if started.elapsed() > PATIENCE {
                return Err(failure(format!("{} is not ready after {PATIENCE:?}", program.command[0].display())));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(server)
    }

    /// The server's process.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// The shell that looks after it.
    #[cfg(test)]
    pub(crate) fn shell(&self) -> u32 {
        self.shell.id()
    }

    /// Where it runs.
    #[cfg(test)]
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stops the server with the signal of that name and waits for its end; its folder stays.
    pub(crate) fn stop(mut self, signal: &str) {
        if let Some(stdin) = &mut self.shell.stdin {
            // The server may have ended by itself.
            let _ended = writeln!(stdin, "{signal}");
        }
        self.wait();
    }

    fn wait(&mut self) {
        let asked = Instant::now();
        while matches!(self.shell.try_wait(), Ok(None)) {
            if asked.elapsed() > PATIENCE {
                eprintln!("{} does not end:\n{}", self.folder.display(), log_tail(&self.folder));
                let _ended = self.shell.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        self.wait();
    }
}

/// Starts a server on ports that are free when it is about to start, until nobody else takes one in between.
pub(crate) fn try_ports<T>(mut start: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    let mut result = start();
    for _ in 0..4 {
        match &result {
            Err(Failure(text)) if text.contains("in use") => result = start(),
            _ => break,
        }
    }
    result
}

/// The last lines of a server's log.
fn log_tail(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("log")).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
