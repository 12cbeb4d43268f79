//! The command line. Exit codes: 0, 1 when something failed, 2 when the command line is wrong.

use std::process::ExitCode;

use clap::{FromArgMatches as _, Parser, Subcommand};
use kronos_host::{
    Options,
    application::kronos,
    config::{manifest::Manifest, runtime::RuntimeConfig, variables::Variables},
    telemetry,
};

mod build;
mod check;
mod help;
mod migrate;
mod settings;
mod tick;
mod token;
mod up;
mod values;

use settings::Settings;

/// What a command fails with; it is shown as it is, so its text says what to do.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Builds the components of an application, and serves it.
#[derive(Debug, Parser)]
#[command(name = "kronos", version, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Default, Subcommand)]
enum Command {
    /// Build, migrate the store and serve (the default).
    #[default]
    Up,
    /// Build the components.
    Build,
    /// Bring the store to the newest version.
    Migrate,
    /// Report what real Spin would refuse or warn about.
    Check,
    /// Print a token for scripts, which lasts 30 days, or list or revoke such tokens.
    Token(token::Arguments),
    /// Tell event consumers to look for work, once; for a cron job beside real Spin.
    Tick,
}

/// Runs the command line of this process.
pub(super) fn main() -> ExitCode {
    let cli = Cli::from_arg_matches(&help::command().get_matches()).unwrap_or_else(|error| error.exit());
    // Requests have threads of their own.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let code = runtime.block_on(async {
        let telemetry = match telemetry::init(cli.settings.log_format.into()) {
            Ok(telemetry) => telemetry,
            Err(error) => return fail(&error),
        };
        let result = run(cli).await;
        telemetry.finish().await;
        result.unwrap_or_else(|error| fail(error.as_ref()))
    });
    // A guest or a lookup that hangs must not hold up the end; what was acknowledged is stored.
    runtime.shutdown_background();
    code
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let settings = cli.settings;
    match cli.command.unwrap_or_default() {
        Command::Up => up::run(&settings).await,
        Command::Build => build::run(&settings),
        Command::Migrate => migrate::run(&settings).await,
        Command::Check => check::run(&settings),
        Command::Token(arguments) => token::run(&settings, &arguments).await,
        Command::Tick => tick::run(&settings).await,
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// What every command reads first.
struct Application {
    options: Options,
    manifest: Manifest,
}

impl Application {
    fn read(settings: &Settings) -> Result<Self, Failure> {
        let options = settings.options()?;
        let manifest = Manifest::load(&options.manifest)?;
        Ok(Self { options, manifest })
    }

    /// The runtime configuration and the variables.
    fn configuration(&self) -> Result<(RuntimeConfig, Variables), Failure> {
        let config = RuntimeConfig::for_application(&self.options, &self.manifest)?;
        let variables = kronos::variables(&self.manifest, &config, &self.options, self.options.listen)?;
        Ok((config, variables))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_stand_before_or_after_the_command() {
        let before = Cli::try_parse_from(["kronos", "--listen", "127.0.0.1:0", "migrate"]).expect("valid");
        let after = Cli::try_parse_from(["kronos", "migrate", "--listen", "127.0.0.1:0"]).expect("valid");
        for cli in [before, after] {
            assert!(matches!(cli.command, Some(Command::Migrate)));
            assert_eq!(cli.settings.listen.map(|address| address.port()), Some(0));
        }
        assert!(Cli::try_parse_from(["kronos"]).expect("valid").command.is_none());
        let token = |arguments: &[&str]| Cli::try_parse_from([&["kronos", "token"], arguments].concat()).is_ok();
        for valid in [&["--email", "a@b"][..], &["--email", "a@b", "--days", "365"], &["--list"], &["--revoke", "1"]] {
            assert!(token(valid), "{valid:?}");
        }
        for invalid in
            [&[][..], &["--list", "--revoke", "1"], &["--email", "a@b", "--list"], &["--email", "a@b", "--days", "366"]]
        {
            assert!(!token(invalid), "{invalid:?}");
        }
    }
}
