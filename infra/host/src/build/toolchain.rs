//! The standard library for wasm32-wasip2, in the first way that works: it is installed, rustup installs it, or Debian's
//! newest compiler builds it from source.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{TARGET, environment};

/// The oldest compiler that the components accept.
const OLDEST: (u32, u32) = (1, 95);

/// Debian's compiler; rustup's stays the one for native code.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_WASI_LIBC: &str = "/usr/lib/wasm32-wasi";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "wasi-libc"];

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
    "the Rust standard library for {TARGET} is missing and could not be got:\n{}\n  Do one of these and run this again:\n    \
     rustup target add {TARGET}\n    apt-get install --no-install-recommends {}     (as root, on Debian 12)",
    tried.iter().map(|(way, reason)| format!("  - {way}: {reason}")).collect::<Vec<_>>().join("\n"),
    DEBIAN_PACKAGES.join(" ")
)]
pub struct TargetError {
    tried: Vec<(&'static str, String)>,
}

impl WasmTarget {
    /// Finds or gets the target for a build in `workdir`, where a toolchain file may say which compiler it is.
    pub(super) fn find(workdir: &Path, say: &mut dyn FnMut(&str)) -> Result<Self, TargetError> {
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
        if let Ok(linkers) = debian(&sysroot) {
            return Ok(Self::Source { linkers });
        }

        say(&format!("the Rust target {TARGET} is not installed; running `rustup target add {TARGET}`"));
        let mut rustup = environment::clean(Path::new("rustup"));
        match output(rustup.args(["target", "add", TARGET]).current_dir(workdir)) {
            Ok(_) if has_std(&sysroot) => return Ok(Self::Installed),
            Ok(_) => {
                tried.push(("rustup", format!("it added the target to another toolchain than {}", sysroot.display())));
            }
            Err(reason) => tried.push(("rustup", reason)),
        }

        say(&format!("rustup could not; installing Debian's {} to build it from source", DEBIAN_PACKAGES.join(", ")));
        match apt().and_then(|()| debian(&sysroot)) {
            Ok(linkers) => {
                say("building the standard library from source: about two minutes, once");
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
        let Self::Source { linkers } = self else { return };
        let flags = [
            "-C".into(),
            assign("linker=", &linkers.join("wasm-component-ld")),
            "-C".into(),
            "link-self-contained=no".into(),
            "-L".into(),
            DEBIAN_WASI_LIBC.into(),
            "-C".into(),
            assign("link-arg=", &Path::new(DEBIAN_WASI_LIBC).join("crt1-reactor.o")),
            "-C".into(),
            assign("link-arg=--wasm-ld-path=", &linkers.join("gcc-ld").join("wasm-ld")),
        ];
        command
            .env("RUSTC", DEBIAN_RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join(&OsString::from("\x1f")));
    }
}

fn assign(option: &str, path: &Path) -> OsString {
    let mut text = OsString::from(option);
    text.push(path);
    text
}

/// What names the compilers in use without starting them: the one that built this program, which `cargo run` rebuilds with
/// every new toolchain, and the state of Debian's.
pub(super) fn identity() -> String {
    let debian = fs::metadata(DEBIAN_RUSTC).ok().and_then(|metadata| metadata.modified().ok());
    format!("{} {debian:?}", env!("KRONOS_RUSTC"))
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

/// rustup's folder of linkers when Debian's packages are complete, else what is missing.
fn debian(sysroot: &Path) -> Result<PathBuf, String> {
    let text =
        output(Command::new(DEBIAN_RUSTC).arg("--version")).map_err(|_| format!("there is no {DEBIAN_RUSTC}"))?;
    let version = version(&text).ok_or_else(|| format!("{DEBIAN_RUSTC} has no version: {text}"))?;
    if (version.0, version.1) < OLDEST {
        return Err(format!("{DEBIAN_RUSTC} is {}.{}, older than {}.{}", version.0, version.1, OLDEST.0, OLDEST.1));
    }
    if !Path::new(DEBIAN_WASI_LIBC).join("crt1-reactor.o").is_file() {
        return Err("wasi-libc is not installed".into());
    }
    let own = output(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]))?;
    let sources = Path::new(&own).join("lib").join("rustlib").join("src").join("rust");
    if !sources.join("library").join("Cargo.lock").is_file() {
        return Err("the sources of the standard library (rust-web-src) are not installed".into());
    }
    // /usr/src/rustc-1.96.0
    let folder = fs::canonicalize(&sources).unwrap_or(sources);
    let number = format!("{}.{}.{}", version.0, version.1, version.2);
    if let Some(sources) = folder.file_name().and_then(|name| name.to_str()?.strip_prefix("rustc-"))
        && sources != number
    {
        return Err(format!("{DEBIAN_RUSTC} is {number} and its sources are {sources}"));
    }
    let hosts = fs::read_dir(sysroot.join("lib").join("rustlib")).map_err(|error| error.to_string())?;
    hosts
        .flatten()
        .map(|host| host.path().join("bin"))
        .find(|bin| bin.join("wasm-component-ld").is_file() && bin.join("gcc-ld").join("wasm-ld").is_file())
        .ok_or_else(|| format!("the toolchain in {} has no wasm-component-ld", sysroot.display()))
}

/// Installs Debian's packages, as root or with a sudo that asks nothing.
fn apt() -> Result<(), String> {
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    if !root && output(Command::new("sudo").args(["-n", "true"])).is_err() {
        return Err("this needs root or a sudo without password".into());
    }
    let apt = |arguments: &[&str]| {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.args(["-n", "apt-get"]);
        }
        command.args(["-q", "-y", "-o", "DPkg::Lock::Timeout=60"]).args(arguments);
        output(command.env("DEBIAN_FRONTEND", "noninteractive")).map(|_| ())
    };
    let mut install = vec!["install", "--no-install-recommends"];
    install.extend(DEBIAN_PACKAGES);
    // The lists of a fresh machine are empty or old.
    apt(&install).or_else(|_| apt(&["update"]).and_then(|()| apt(&install)))
}

fn rustc(workdir: &Path, arguments: &[&str]) -> Result<String, String> {
    output(environment::clean(Path::new("rustc")).args(arguments).current_dir(workdir))
}

/// What a command prints, or in one line why it failed.
fn output(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("`{program}` is not installed"),
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

/// Major, minor and patch of `rustc 1.96.0 (...)`.
fn version(text: &str) -> Option<(u32, u32, u32)> {
    let number = text.split_whitespace().nth(1)?;
    let mut parts = number.split(['.', '-']).map(str::parse);
    match (parts.next()?, parts.next()?, parts.next()?) {
        (Ok(major), Ok(minor), Ok(patch)) => Some((major, minor, patch)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_compilers_are_read() {
        assert_eq!(version("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)"), Some((1, 96, 0)));
        assert_eq!(version("rustc 1.97.1-nightly (x 2026-07-01)"), Some((1, 97, 1)));
        assert_eq!(version("clang"), None);
    }

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
    fn failures_are_told_in_one_line() {
        let error = output(Command::new("sh").args(["-c", "echo info: x >&2; echo 'error: no network' >&2; exit 1"]));
        assert_eq!(error, Err("error: no network".into()));
        assert_eq!(output(&mut Command::new("/does/not/exist")), Err("`/does/not/exist` is not installed".into()));
    }

    #[test]
    fn when_nothing_works_the_message_says_what_to_do() {
        let error = TargetError { tried: vec![("rustup", "error: no network".into())] }.to_string();
        for part in
            ["- rustup: error: no network", "rustup target add wasm32-wasip2", "rustc-web rust-web-src wasi-libc"]
        {
            assert!(error.contains(part), "{error}");
        }
    }
}
