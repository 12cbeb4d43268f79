//! Programs under test: started with a log file, watched through /proc, stopped with SIGTERM.

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a program may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(15);

/// A running program; it is stopped when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program in a session of its own; what it prints goes to a file.
    pub fn start(command: &Command, log: &Path) -> anyhow::Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
        let child = in_own_session(command)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails with the end of the log when the program has ended.
    pub fn check(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the program ended with {status}:\n{}", self.log_tail());
        }
        Ok(())
    }

    /// The last lines that it printed.
    pub fn log_tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Asks it to end, waits, and ends it by force when it does not.
    pub fn stop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|_| matches!(self.child.try_wait(), Ok(None))) {
            // The program may have ended in the meantime.
            let _gone = kill_process(pid, Signal::TERM);
        }
        let asked = Instant::now();
        while asked.elapsed() < GRACE {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// CPU time of a program and all that it started, in microseconds, those included that have ended.
pub fn cpu_micros(root: u32) -> f64 {
    let stats = all_stats();
    let mut ticks = 0;
    let mut pending = vec![root];
    while let Some(pid) = pending.pop() {
        if let Some(stat) = stats.get(&pid) {
            ticks += stat.ticks;
            pending.extend(stats.iter().filter(|(_, stat)| stat.parent == pid).map(|(pid, _)| *pid));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a run takes far fewer than 2^52 ticks")]
    let seconds = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
    seconds * 1e6
}

struct Stat {
    parent: u32,
    /// utime + stime + those of children that were waited for.
    ticks: u64,
}

fn all_stats() -> HashMap<u32, Stat> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return HashMap::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((pid, parse_stat(&std::fs::read_to_string(entry.path().join("stat")).ok()?)?))
        })
        .collect()
}

/// `proc_pid_stat(5)`: the name in brackets may hold anything, so what follows is counted from the last bracket.
fn parse_stat(text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Stat { parent: fields.get(1)?.parse().ok()?, ticks: number(11)? + number(12)? + number(13)? + number(14)? })
}

/// Resident memory of one process, in MiB.
pub fn resident_mib(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the program has ended")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().context("VmRSS is not a number")?;
    Ok(kib / 1024.0)
}

/// The same command in a session of its own, as a service manager starts it. Linux shares the cores fairly among sessions
/// (`sched(7)`, autogrouping); in one session a server would compete thread by thread with the load generator and all its peers.
pub fn in_own_session(command: &Command) -> Command {
    let mut own = Command::new("setsid");
    own.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => own.env(name, value),
            None => own.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        own.current_dir(folder);
    }
    own
}

/// Runs a program to its end; what it prints is shown only when it fails.
pub fn run(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        bail!("{program} ended with {}:\n{}{text}", output.status, String::from_utf8_lossy(&output.stdout));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program that shows its own progress to its end.
pub fn run_visibly(command: &mut Command) -> anyhow::Result<()> {
    let program = command.get_program().display().to_string();
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{program} ended with {status}");
    }
    Ok(())
}

/// Where a program is on PATH.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_is_no_obstacle() {
        let line = "42 (a) b) S 7 1 1 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 5 6 7";
        let stat = parse_stat(line).expect("a line of /proc/<pid>/stat");
        assert_eq!((stat.parent, stat.ticks), (7, 100));
    }

    #[test]
    fn the_memory_of_this_process_is_known() {
        assert!(resident_mib(std::process::id()).expect("a process") > 1.0);
    }
}
