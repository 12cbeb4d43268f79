//! The standard library for wasm32-wasip2, in the first way that works: it is installed, rustup installs it, or Debian's
//! newest compiler builds it from source. What changes the system is done only when the person agrees.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    Console, TARGET,
    command::{self, output},
    debian,
};

/// How the standard library was got.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum WasmTarget {
    /// The compiler on the path has it.
    Installed,
    /// Debian's compiler builds it.
    Source {
        /// rustup's folder with `wasm-component-ld` and `gcc-ld/wasm-ld`; Debian's own linker is too old.
        linkers: PathBuf,
    },
}

/// No way worked.
#[derive(Debug, thiserror::Error)]
#[error(
    "the Rust standard library for {TARGET} is missing:\n{}\n  Do one of these and run this again:\n    \
     rustup target add {TARGET}\n    {}     (on Debian 12; --install-packages does it)",
    tried.iter().map(|(way, reason)| format!("  - {way}: {reason}")).collect::<Vec<_>>().join("\n"),
    debian::installation().map(|command| command.join(" ")).join(" && ")
)]
pub struct TargetError {
    tried: Vec<(&'static str, String)>,
}

impl WasmTarget {
    /// Finds or gets the target for a build in `workdir`, where a toolchain file may say which compiler it is.
    pub(super) fn find(workdir: &Path, console: &mut dyn Console) -> Result<Self, TargetError> {
        let mut tried = Vec::new();
        let sysroot = match rustc(workdir, &["--print", "sysroot"]) {
            Ok(sysroot) => PathBuf::from(sysroot),
            Err(reason) => {
                tried.push(("rustc", format!("{reason}; install Rust from https://rustup.rs")));
                return Err(TargetError { tried });
            }
        };
        if has_std(&sysroot) {
            return Ok(Self::Installed);
        }
        // Whoever has these packages wants them used, and looking costs less than asking the network.
        if let Ok(linkers) = debian::linkers(&sysroot) {
            return Ok(Self::Source { linkers });
        }

        console.say(&format!("the Rust target {TARGET} is not installed; running `rustup target add {TARGET}`"));
        let mut rustup = command::clean(Path::new("rustup"));
        match output(rustup.args(["target", "add", TARGET]).current_dir(workdir)) {
            Ok(_) if has_std(&sysroot) => return Ok(Self::Installed),
            Ok(_) => {
                tried.push(("rustup", format!("it added the target to another toolchain than {}", sysroot.display())));
            }
            Err(reason) => tried.push(("rustup", reason)),
        }

        match debian::install(console, debian::run).and_then(|()| debian::linkers(&sysroot)) {
            Ok(linkers) => {
                console.say("building the standard library from source: about two minutes, once");
                Ok(Self::Source { linkers })
            }
            Err(reason) => {
                tried.push(("Debian packages", reason));
                Err(TargetError { tried })
            }
        }
    }

    /// Sets what cargo needs to use this target.
    pub(super) fn apply(&self, command: &mut Command) {
        if let Self::Source { linkers } = self {
            debian::build_std(command, linkers);
        }
    }
}

/// What names the compilers in use without starting them: the one that built this program, which `cargo run` rebuilds with
/// every new toolchain, and the state of Debian's.
pub(super) fn identity() -> String {
    format!("{} {:?}", env!("KRONOS_RUSTC"), debian::modified())
}

fn has_std(sysroot: &Path) -> bool {
    let folder = sysroot.join("lib").join("rustlib").join(TARGET).join("lib");
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.any(|entry| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name();
                name.as_encoded_bytes().starts_with(b"libstd-") && name.as_encoded_bytes().ends_with(b".rlib")
            })
        })
    })
}

fn rustc(workdir: &Path, arguments: &[&str]) -> Result<String, String> {
    output(command::clean(Path::new("rustc")).args(arguments).current_dir(workdir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_library_is_recognised() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!has_std(folder.path()));
        let libraries = folder.path().join("lib/rustlib/wasm32-wasip2/lib");
        fs::create_dir_all(&libraries).expect("a folder");
        assert!(!has_std(folder.path()));
        fs::write(libraries.join("libstd-0123.rlib"), "").expect("a file");
        assert!(has_std(folder.path()));
    }

    #[test]
    fn when_nothing_works_the_message_says_what_to_do() {
        let error = TargetError { tried: vec![("rustup", "error: no network".into())] }.to_string();
        for part in [
            "- rustup: error: no network",
            "rustup target add wasm32-wasip2",
            "apt-get install -y --no-install-recommends rustc-web rust-web-src wasi-libc",
            "--install-packages",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }
}
