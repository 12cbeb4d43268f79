//! Nested commands: their environment, since what `cargo run` adds to ours would make cargo rebuild, or build for this machine; and
//! what they say.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Settings of the person that hold for every build; all other `CARGO*` and `RUST*` variables are left out.
const KEPT: [&str; 6] = ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_TERM_", "CARGO_BUILD_JOBS"];

/// The cargo that runs us, else the one on the path.
pub(super) fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// A command in an environment that is the same however we were started.
pub(super) fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, value) in std::env::vars_os() {
        if let Some(libraries) = without_toolchain(&name, &value) {
            command.env(&name, libraries);
        } else if !is_kept(&name) {
            command.env_remove(&name);
        }
    }
    command
}

fn is_kept(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return true };
    if KEPT.iter().any(|kept| name.starts_with(kept)) || name.starts_with("RUSTUP_") {
        return true;
    }
    !(name.starts_with("CARGO") || name.starts_with("RUST") || name == "OUT_DIR" || name == "TARGET")
}

/// The search path of shared libraries without the folders that cargo puts before it, which belong to another compiler
/// than the one that may be called; `None` for any other variable.
fn without_toolchain(name: &OsStr, value: &OsStr) -> Option<OsString> {
    if name != "LD_LIBRARY_PATH" && name != "DYLD_FALLBACK_LIBRARY_PATH" {
        return None;
    }
    let kept = std::env::split_paths(value).filter(|folder| {
        let toolchain =
            folder.components().any(|part| matches!(part.as_os_str().to_str(), Some("toolchains" | "rustlib")));
        !toolchain && !folder.ends_with("deps") && !folder.join("deps").is_dir()
    });
    Some(std::env::join_paths(kept).unwrap_or_default())
}

/// What a command prints, or in one line why it failed.
pub(super) fn output(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("`{program}` is not installed"),
        _ => format!("`{program}` cannot be started: {error}"),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let reason = text.lines().map(str::trim).find(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with("error") || line.starts_with("e:")
    });
    let reason = reason.or_else(|| text.lines().map(str::trim).rfind(|line| !line.is_empty()));
    Err(reason.map_or_else(|| format!("`{program}` ended with {}", output.status), Into::into))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_outer_cargo_sets_is_left_out() {
        for name in ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "RUSTC_WRAPPER", "OUT_DIR"]
        {
            assert!(!is_kept(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "HOME", "CARGO_HOME", "CARGO_NET_OFFLINE", "RUSTUP_TOOLCHAIN", "CARGO_REGISTRIES_X_INDEX"]
        {
            assert!(is_kept(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn libraries_of_the_outer_toolchain_are_left_out() {
        let name = OsStr::new("LD_LIBRARY_PATH");
        let value = OsStr::new("/w/target/debug/deps:/home/me/.rustup/toolchains/stable/lib:/opt/lib");
        assert_eq!(without_toolchain(name, value), Some("/opt/lib".into()));
        assert_eq!(without_toolchain(OsStr::new("PATH"), value), None);
    }

    #[test]
    fn failures_are_told_in_one_line() {
        let error = output(Command::new("sh").args(["-c", "echo info: x >&2; echo 'error: no network' >&2; exit 1"]));
        assert_eq!(error, Err("error: no network".into()));
        assert_eq!(output(&mut Command::new("/does/not/exist")), Err("`/does/not/exist` is not installed".into()));
    }
}
