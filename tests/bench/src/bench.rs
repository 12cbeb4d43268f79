//! What every scenario needs: programs, folders, settings and what was measured so far.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::{contender::ISSUER, load::Oha, process, targets::Figures};

/// Variables of the application.
pub const VARIABLES: [(&str, &str); 4] = [
    ("public_url", ISSUER),
    ("owner_email", OWNER_EMAIL),
    ("owner_password", OWNER_PASSWORD),
    ("operator_secret", OPERATOR_SECRET),
];
/// The data lives as long as the run.
const OWNER_PASSWORD: &str = "correct horse battery staple";
/// E-mail of the owner.
pub const OWNER_EMAIL: &str = "owner@kronos.test";
/// Lets the bench mint tokens.
pub const OPERATOR_SECRET: &str = "0123456789abcdef0123456789abcdef";

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Of one round.
    pub duration: Duration,
    /// Rounds of each contender, one after the other in turns.
    pub rounds: usize,
    /// Of each contender before its first round.
    pub warm_up: Duration,
    /// Short, with little data and only the peers that are built already.
    pub smoke: bool,
    /// Leave the `NestJS` peer out.
    pub without_nest: bool,
    /// Connections of a peer's pool to PostgreSQL; `None` means what it does best with.
    pub pool: Option<usize>,
    /// Another build of the host that takes part.
    pub baseline: Option<PathBuf>,
}

/// The bench.
#[derive(Debug)]
pub struct Bench {
    /// How much is measured.
    pub settings: Settings,
    /// The load generator.
    pub oha: Oha,
    /// What was measured for the table of targets.
    pub figures: Figures,
    root: PathBuf,
    target: PathBuf,
    folder: TempDir,
    peers: Peers,
}

/// Which peers there are.
#[derive(Debug, Clone, Copy, Default)]
struct Peers {
    native: bool,
    nest: bool,
}

impl Bench {
    /// Builds what is missing: the load generator, the host, the components and the peers.
    pub fn prepare(settings: Settings, install_wasmtime: bool) -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().context("no repository")?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        // Not in the target folder: PostgreSQL's user must be able to reach it.
        let folder = tempfile::Builder::new().prefix("kronos-bench-").tempdir()?;
        let oha = if settings.smoke { Oha::smoke(folder.path()) } else { Oha::find(&target, folder.path())? };
        let mut bench =
            Self { settings, oha, figures: Figures::default(), root, target, folder, peers: Peers::default() };
        bench.build_kronos()?;
        bench.build_peers()?;
        if install_wasmtime && process::find_program("wasmtime").is_none() && !bench.installed_wasmtime().is_file() {
            eprintln!("installing wasmtime-cli 48.0.8 (many minutes, once)");
            let mut command = Command::new("cargo");
            command.args(["install", "wasmtime-cli", "--version", "48.0.8", "--locked", "--quiet"]);
            // What `serve` needs; the rest doubles the build.
            command.args(["--no-default-features", "--features"]);
            command.arg("run,serve,cranelift,parallel-compilation,pooling-allocator,component-model-async");
            process::run_visibly(command.arg("--root").arg(bench.target.join("bench-tools")))
                .context("cannot install wasmtime-cli")?;
        }
        Ok(bench)
    }

    fn build_kronos(&self) -> anyhow::Result<()> {
        eprintln!("building the host and the components");
        let mut host = Command::new("cargo");
        // A smoke run takes the host that the tests have built, whose dependencies have other features.
        let selection: &[&str] = if self.settings.smoke { &[] } else { &["--release", "-p", "kronos-host"] };
        host.args(["build", "--quiet", "--bin", "kronos"]).args(selection).current_dir(&self.root);
        process::run_visibly(&mut host)?;
        for manifest in [self.manifest(), self.hello_manifest()] {
            let mut components = Command::new(self.program());
            components.arg("build").arg("--manifest").arg(manifest).current_dir(&self.root);
            process::run_visibly(&mut components)?;
        }
        Ok(())
    }

    fn build_peers(&mut self) -> anyhow::Result<()> {
        let folder = self.root.join("tests/bench/peers");
        if self.settings.smoke {
            self.peers.native = self.peer("axum-peer").is_file();
            return Ok(());
        }
        eprintln!("building the peers axum and hyper");
        let mut native = Command::new("cargo");
        native.args(["build", "--release", "--locked", "--quiet", "--manifest-path"]).arg(folder.join("Cargo.toml"));
        native.arg("--target-dir").arg(self.target.join("bench-peers"));
        process::run_visibly(&mut native)?;
        self.peers.native = true;
        if self.settings.without_nest {
            return Ok(());
        }
        if process::find_program("npm").is_none() {
            eprintln!("npm is not installed: the NestJS peer is left out");
            return Ok(());
        }
        eprintln!("building the peer nest");
        let npm = |arguments: &[&str]| {
            process::run(Command::new("npm").args(arguments).current_dir(self.nest()).env("NODE_ENV", "development"))
        };
        if !self.nest().join("node_modules/.package-lock.json").is_file() {
            npm(&["ci", "--no-audit", "--no-fund"])?;
        }
        npm(&["run", "build"])?;
        self.peers.nest = true;
        Ok(())
    }

    /// The folder of this run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The application.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("spin.toml")
    }

    /// The application of the scenario `hello`.
    pub fn hello_manifest(&self) -> PathBuf {
        self.root.join("tests/bench/spin.toml")
    }

    /// A component that was built.
    pub fn component(&self, file: &str) -> PathBuf {
        self.target.join("wasm32-wasip2/release").join(file)
    }

    /// The host; a smoke run takes the one that the tests have built.
    fn program(&self) -> PathBuf {
        self.target.join(if self.settings.smoke { "debug/kronos" } else { "release/kronos" })
    }

    /// The command line of `kronos up`, but for the address and the store.
    pub fn kronos(&self, manifest: &Path, state_dir: &Path) -> Command {
        self.host(&self.program(), manifest, state_dir)
    }

    /// The same command line of another build of the host.
    pub fn host(&self, program: &Path, manifest: &Path, state_dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(["up", "--no-build", "--manifest"]).arg(manifest).arg("--state-dir").arg(state_dir);
        // The peers write no line per request either.
        command.env("RUST_LOG", "warn").current_dir(&self.root);
        for (name, value) in VARIABLES {
            command.args(["--variable", &format!("{name}={value}")]);
        }
        command
    }

    /// A peer that cargo builds.
    pub fn peer(&self, name: &str) -> PathBuf {
        self.target.join("bench-peers/release").join(name)
    }

    /// The folder of the `NestJS` peer.
    pub fn nest(&self) -> PathBuf {
        self.root.join("tests/bench/peers/nest")
    }

    /// Whether the axum and hyper peers take part.
    pub fn has_native_peers(&self) -> bool {
        self.peers.native
    }

    /// Whether the `NestJS` peer takes part.
    pub fn has_nest(&self) -> bool {
        self.peers.nest
    }

    /// Whether real Spin takes part.
    pub fn has_spin(&self) -> bool {
        !self.settings.smoke && process::find_program("spin").is_some()
    }

    /// `wasmtime`, when it is installed.
    pub fn wasmtime(&self) -> Option<PathBuf> {
        let own = self.installed_wasmtime();
        process::find_program("wasmtime").or_else(|| own.is_file().then_some(own)).filter(|_| !self.settings.smoke)
    }

    fn installed_wasmtime(&self) -> PathBuf {
        self.target.join("bench-tools/bin/wasmtime")
    }
}
