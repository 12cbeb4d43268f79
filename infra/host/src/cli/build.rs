//! `kronos build`, which `up` does first.

use std::{
    io::{IsTerminal, stderr, stdin},
    process::ExitCode,
};

use kronos_host::{
    build::{self, Console, Outcome},
    config::manifest::Manifest,
};

use super::{Application, Failure, Settings};

pub(super) fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let application = Application::read(settings)?;
    if components(&application.manifest, settings)? == Outcome::UpToDate {
        println!("Everything is up to date.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds what has changed, unless the person does not want it.
pub(super) fn components(manifest: &Manifest, settings: &Settings) -> Result<Outcome, Failure> {
    if settings.no_build {
        return Ok(Outcome::UpToDate);
    }
    let outcome = build::run(manifest, &mut Terminal { may_install: settings.install_packages })?;
    if let Outcome::Built(time) = outcome {
        eprintln!("kronos: built the components in {time:.1?}");
    }
    Ok(outcome)
}

/// Whoever sits at the terminal, if somebody does.
struct Terminal {
    /// Packages may be installed without a question.
    may_install: bool,
}

impl Console for Terminal {
    fn say(&mut self, step: &str) {
        eprintln!("kronos: {step}");
    }

    fn may_change_system(&mut self, reason: &str, commands: &[String]) -> bool {
        eprintln!("kronos: {reason}");
        for command in commands {
            eprintln!("    {command}");
        }
        if self.may_install {
            return true;
        }
        if !stdin().is_terminal() || !stderr().is_terminal() {
            return false;
        }
        eprint!("Run these commands? [y/N] ");
        let mut answer = String::new();
        stdin().read_line(&mut answer).is_ok() && is_yes(&answer)
    }
}

/// Whatever is not clearly a yes is a no.
fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_no_consent() {
        for yes in ["y\n", "Y\n", " yes\n"] {
            assert!(is_yes(yes), "{yes}");
        }
        for no in ["", "\n", "n\n", "no\n", "yep\n", "sure y\n"] {
            assert!(!is_yes(no), "{no}");
        }
    }
}
