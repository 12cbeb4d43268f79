//! Debian's newest compiler, which builds the standard library from source where rustup does not have it, and its packages.

use std::{
    ffi::OsString,
    fs, io,
    os::fd::AsFd,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use super::{Console, TARGET, command::output};

/// The oldest compiler that the components accept.
const OLDEST: (u32, u32) = (1, 95);

/// Debian's compiler; rustup's stays the one for native code.
const RUSTC: &str = "/usr/bin/rustc";
const WASI_LIBC: &str = "/usr/lib/wasm32-wasi";
const PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "wasi-libc"];

/// rustup's folder of linkers when Debian's packages are complete, else what is missing.
pub(super) fn linkers(sysroot: &Path) -> Result<PathBuf, String> {
    let text = output(Command::new(RUSTC).arg("--version")).map_err(|_| format!("there is no {RUSTC}"))?;
    let version = version(&text).ok_or_else(|| format!("{RUSTC} has no version: {text}"))?;
    if (version.0, version.1) < OLDEST {
        return Err(format!("{RUSTC} is {}.{}, older than {}.{}", version.0, version.1, OLDEST.0, OLDEST.1));
    }
    if !Path::new(WASI_LIBC).join("crt1-reactor.o").is_file() {
        return Err("wasi-libc is not installed".into());
    }
    let own = output(Command::new(RUSTC).args(["--print", "sysroot"]))?;
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
        return Err(format!("{RUSTC} is {number} and its sources are {sources}"));
    }
    let hosts = fs::read_dir(sysroot.join("lib").join("rustlib")).map_err(|error| error.to_string())?;
    hosts
        .flatten()
        .map(|host| host.path().join("bin"))
        .find(|bin| bin.join("wasm-component-ld").is_file() && bin.join("gcc-ld").join("wasm-ld").is_file())
        .ok_or_else(|| format!("the toolchain in {} has no wasm-component-ld", sysroot.display()))
}

/// When the compiler was installed.
pub(super) fn modified() -> Option<SystemTime> {
    fs::metadata(RUSTC).ok()?.modified().ok()
}

/// Makes cargo build the standard library with Debian's compiler and rustup's `linkers`.
pub(super) fn build_std(command: &mut Command, linkers: &Path) {
    let flags = [
        "-C".into(),
        assign("linker=", &linkers.join("wasm-component-ld")),
        "-C".into(),
        "link-self-contained=no".into(),
        "-L".into(),
        WASI_LIBC.into(),
        "-C".into(),
        assign("link-arg=", &Path::new(WASI_LIBC).join("crt1-reactor.o")),
        "-C".into(),
        assign("link-arg=--wasm-ld-path=", &linkers.join("gcc-ld").join("wasm-ld")),
    ];
    command
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join(&OsString::from("\x1f")));
}

fn assign(option: &str, path: &Path) -> OsString {
    let mut text = OsString::from(option);
    text.push(path);
    text
}

/// The commands that install Debian's packages; the lists of a fresh machine are empty or old.
pub(super) fn installation() -> [Vec<&'static str>; 2] {
    let mut update = vec!["sudo", "apt-get"];
    if rustix::process::geteuid().is_root() {
        update.remove(0);
    }
    let mut install = update.clone();
    update.push("update");
    install.extend(["install", "-y", "--no-install-recommends"]);
    install.extend(PACKAGES);
    [update, install]
}

/// Installs Debian's packages when the person agrees.
pub(super) fn install(
    console: &mut dyn Console,
    mut run: impl FnMut(&[&str]) -> Result<(), String>,
) -> Result<(), String> {
    let commands = installation();
    let shown = commands.each_ref().map(|command| command.join(" "));
    let reason = format!("the Rust target {TARGET} is missing; it can be built with packages of Debian:");
    if !console.may_change_system(&reason, &shown) {
        return Err("not installed, since nobody agreed".into());
    }
    commands.iter().try_for_each(|command| run(command))
}

/// Runs a command of the system whose output the person sees.
pub(super) fn run(command: &[&str]) -> Result<(), String> {
    // Standard output is for results.
    let stdout = io::stderr().as_fd().try_clone_to_owned().map_err(|error| error.to_string())?;
    match Command::new(command[0]).args(&command[1..]).stdout(stdout).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` ended with {status}", command.join(" "))),
        Err(error) => Err(format!("`{}` cannot be started: {error}", command[0])),
    }
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

    struct Person {
        agrees: bool,
        shown: Vec<String>,
    }

    impl Console for Person {
        fn say(&mut self, _: &str) {}

        fn may_change_system(&mut self, _: &str, commands: &[String]) -> bool {
            self.shown = commands.to_vec();
            self.agrees
        }
    }

    #[test]
    fn the_system_is_changed_by_the_commands_that_the_person_agreed_to() {
        for agrees in [false, true] {
            let mut person = Person { agrees, shown: Vec::new() };
            let mut ran = Vec::new();
            let result = install(&mut person, |command| {
                ran.push(command.join(" "));
                Ok(())
            });
            assert_eq!(result.is_ok(), agrees);
            assert!(person.shown[1].ends_with("install -y --no-install-recommends rustc-web rust-web-src wasi-libc"));
            assert_eq!(ran, if agrees { person.shown } else { Vec::new() });
        }
    }
}
