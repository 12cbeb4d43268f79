//! The environment of nested commands: what `cargo run` adds to ours would make cargo rebuild, or build for this machine.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
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
}
