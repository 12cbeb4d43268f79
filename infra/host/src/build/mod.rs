//! Building the components that a manifest describes, and getting the wasm target that they need.
//!
//! What is up to date costs nothing but a look at the files: cargo is not even started.

use std::{
    path::{Path, PathBuf},
    process::ExitStatus,
    time::{Duration, Instant},
};

use crate::config::manifest::Manifest;

mod command;
mod debian;
mod plan;
mod record;
mod target;

use plan::Plan;
use record::Record;
use target::WasmTarget;

/// The target triple of components.
pub const TARGET: &str = "wasm32-wasip2";

/// How a build talks to the person who started it.
pub trait Console {
    /// Announces a long step, in one line.
    fn say(&mut self, step: &str);

    /// Whether `commands`, which install system packages, may be run; `reason` says what for. The commands are shown as they
    /// are run.
    fn may_change_system(&mut self, reason: &str, commands: &[String]) -> bool;
}

/// What a build did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing had changed since the last build.
    UpToDate,
    /// The commands ran; how long they took.
    Built(Duration),
}

/// Why components could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The wasm target could not be got in any way.
    #[error("{0}")]
    Target(#[from] target::TargetError),
    /// A command cannot be started.
    #[error("`{command}` cannot be started: {reason}\n  {remedy}")]
    Start {
        /// The command.
        command: String,
        /// What is wrong.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A command failed; its own output says why.
    #[error("building {what} failed: `{command}` ended with {status}")]
    Failed {
        /// The components.
        what: String,
        /// The command.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The commands ran and a component is not there.
    #[error(
        "`{command}` did not produce {path}\n  Correct `source` or the build command of the component `{component}`."
    )]
    Missing {
        /// The component.
        component: String,
        /// Its build command.
        command: String,
        /// The file.
        path: PathBuf,
    },
}

/// Builds every component that has a `[component.X.build]`. The output of the commands goes to the terminal.
pub fn run(manifest: &Manifest, console: &mut dyn Console) -> Result<Outcome, BuildError> {
    let plan = Plan::new(manifest);
    if plan.is_empty() {
        return Ok(Outcome::UpToDate);
    }
    let record = Record::new(manifest, &plan);
    if record.is_current() {
        return Ok(Outcome::UpToDate);
    }
    let started = Instant::now();
    let marker = record.begin();
    let target = if plan.needs_target() { Some(WasmTarget::find(&manifest.root, console)?) } else { None };
    for cargo in &plan.cargo {
        console.say(&format!("building {}", cargo.packages.join(", ")));
        run_cargo(cargo, target.as_ref())?;
    }
    for shell in &plan.shell {
        console.say(&format!("building {}: {}", shell.component, shell.command));
        run_shell(shell, target.as_ref())?;
    }
    for (id, component) in &manifest.components {
        if let Some(build) = &component.build
            && !component.source.is_file()
        {
            return Err(BuildError::Missing {
                component: id.clone(),
                command: build.commands.join(" && "),
                path: component.source.clone(),
            });
        }
    }
    // Getting the target may have brought another compiler.
    Record::new(manifest, &plan).finish(marker);
    Ok(Outcome::Built(started.elapsed()))
}

fn run_cargo(build: &plan::CargoBuild, target: Option<&WasmTarget>) -> Result<(), BuildError> {
    let mut command = command::clean(&command::cargo());
    command.arg("build");
    if let Some(target) = target {
        target.apply(&mut command);
    }
    command.args(["--release", "--target", TARGET]).current_dir(&build.workdir);
    if let Some(folder) = &build.target_dir {
        command.arg("--target-dir").arg(folder);
    }
    for package in &build.packages {
        command.args(["-p", package]);
    }
    let text = format!("cargo build --release --target {TARGET}");
    let status = command.status().map_err(|error| BuildError::Start {
        command: text.clone(),
        reason: error.to_string(),
        remedy: "Install Rust from https://rustup.rs, or run prebuilt components with --no-build.",
    })?;
    check(status, || build.packages.join(", "), &text)
}

fn run_shell(build: &plan::ShellBuild, target: Option<&WasmTarget>) -> Result<(), BuildError> {
    let mut command = command::clean(Path::new("sh"));
    if let Some(target) = target.filter(|_| build.needs_target()) {
        target.apply(&mut command);
    }
    let status = command.arg("-c").arg(&build.command).current_dir(&build.workdir).status().map_err(|error| {
        BuildError::Start {
            command: build.command.clone(),
            reason: error.to_string(),
            remedy: "Check that `workdir` exists.",
        }
    })?;
    check(status, || build.component.clone(), &build.command)
}

fn check(status: ExitStatus, what: impl FnOnce() -> String, command: &str) -> Result<(), BuildError> {
    if status.success() {
        return Ok(());
    }
    Err(BuildError::Failed { what: what(), command: command.into(), status })
}
