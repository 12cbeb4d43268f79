//! The command line. Exit codes: 0, 1 when something failed, 2 when the command line is wrong.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use kronos_host::{
    Options,
    application::kronos,
    build,
    config::{
        manifest::Manifest,
        runtime::RuntimeConfig,
        variables::{self, Variables},
    },
    telemetry::{self, LogFormat},
};

mod check;
mod migrate;
mod tick;
mod token;
mod up;
mod values;

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
    /// Print an API token for scripts on this machine.
    Token {
        /// Whose token.
        #[arg(long)]
        email: String,
    },
    /// Tell event consumers to look for work, once; for a cron job beside real Spin.
    Tick,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Application")]
struct Settings {
    /// The application's spin.toml, or its folder [default: the nearest one upwards].
    #[arg(short = 'f', long, global = true, value_name = "PATH")]
    manifest: Option<PathBuf>,
    /// The runtime configuration [default: runtime-config.toml beside the manifest].
    #[arg(long, global = true, value_name = "PATH", env = "RUNTIME_CONFIG_FILE")]
    runtime_config_file: Option<PathBuf>,
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:3000].
    #[arg(long, global = true, value_name = "ADDRESS", env = "SPIN_HTTP_LISTEN_ADDR", hide_env_values = true)]
    listen: Option<SocketAddr>,
    /// Where databases and the cache of compiled components live [default: .kronos beside the manifest].
    #[arg(long, global = true, value_name = "PATH")]
    state_dir: Option<PathBuf>,
    /// Use this PostgreSQL database instead of SQLite.
    #[arg(long, global = true, value_name = "URL", env = "KRONOS_POSTGRES", hide_env_values = true)]
    postgres: Option<String>,
    /// Use this Redis instead of the embedded one.
    #[arg(long, global = true, value_name = "URL", env = "KRONOS_REDIS", hide_env_values = true)]
    redis: Option<String>,
    /// Set a variable: name=value, name=@file, or several with @file.json or @file.toml.
    #[arg(long = "variable", global = true, value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// Behave as Spin does where this host is better by default.
    #[arg(long, global = true)]
    spin_exact: bool,
    /// Run the components as they are.
    #[arg(long, global = true)]
    no_build: bool,
    /// How log lines look.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    log_format: Format,
    #[command(flatten)]
    limits: LimitSettings,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Durations are written `500ms`, `30s` or `5m`, sizes `64KiB` or `10MiB`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
struct LimitSettings {
    /// Size of a request's body; more is answered 413 [default: 10MiB].
    #[arg(long, global = true, value_name = "SIZE", value_parser = values::size)]
    max_request_body: Option<u64>,
    /// Time until the head of the response; more is answered 504 [default: 30s].
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    request_timeout: Option<Duration>,
    /// CPU time that a component may use without yielding [default: 5s].
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    cpu_deadline: Option<Duration>,
    /// Requests in progress; more are answered 503 [default: 1000].
    #[arg(long, global = true, value_name = "COUNT")]
    max_concurrent_requests: Option<usize>,
    /// Memory of one instance [default: 128MiB].
    #[arg(long, global = true, value_name = "SIZE", env = "SPIN_MAX_INSTANCE_MEMORY", value_parser = values::size)]
    max_instance_memory: Option<u64>,
    /// Memory of all instances together [default: 256MiB].
    #[arg(long, global = true, value_name = "SIZE", value_parser = values::size)]
    max_total_memory: Option<u64>,
    /// Instances of one component that have requests, for each core [default: 8].
    #[arg(long, global = true, value_name = "COUNT")]
    max_instances: Option<usize>,
    /// How long a request waits for an instance, and an instance for memory; then it is answered 503 [default: 5s].
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    instance_wait: Option<Duration>,
    /// Requests that one instance serves before it is replaced [default: 10000].
    #[arg(long, global = true, value_name = "COUNT")]
    max_instance_reuse_count: Option<usize>,
    /// Requests that one instance serves at the same time [default: 16].
    #[arg(long, global = true, value_name = "COUNT")]
    max_instance_concurrent_reuse_count: Option<usize>,
    /// How long an instance without requests is kept [default: 10s].
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    idle_instance_timeout: Option<Duration>,
    /// How long a stop waits for requests in progress [default: 30s].
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    drain_timeout: Option<Duration>,
}

/// Runs the command line of this process.
pub(super) fn main() -> ExitCode {
    let cli = Cli::parse();
    // Requests have threads of their own.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let code = runtime.block_on(async {
        let format = match cli.settings.log_format {
            Format::Text => LogFormat::Text,
            Format::Json => LogFormat::Json,
        };
        let telemetry = match telemetry::init(format) {
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
        Command::Build => {
            let application = Application::read(&settings)?;
            match build_components(&application.manifest, &settings)? {
                build::Outcome::UpToDate => println!("Everything is up to date."),
                build::Outcome::Built(_) => {}
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Migrate => migrate::run(&settings).await,
        Command::Check => check::run(&settings),
        Command::Token { email } => token::run(&settings, &email).await,
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

impl Settings {
    fn options(&self) -> Result<Options, Failure> {
        let mut options = Options::new(self.manifest()?);
        options.runtime_config.clone_from(&self.runtime_config_file);
        set(&mut options.listen, self.listen);
        options.state_dir.clone_from(&self.state_dir);
        options.postgres.clone_from(&self.postgres);
        options.redis.clone_from(&self.redis);
        options.spin_exact = self.spin_exact;
        for argument in &self.variables {
            // The argument may hold a secret, so only its name is shown.
            let name = argument.split('=').next().unwrap_or_default();
            let values = variables::parse_argument(argument).map_err(|error| format!("--variable {name}: {error}"))?;
            options.variables.extend(values);
        }
        let limits = &mut options.limits;
        let own = &self.limits;
        set(&mut limits.request_body, own.max_request_body);
        set(&mut limits.request_timeout, own.request_timeout);
        set(&mut limits.cpu_deadline, own.cpu_deadline);
        set(&mut limits.concurrent_requests, own.max_concurrent_requests);
        set(&mut limits.instance_memory, own.max_instance_memory.map(usize::try_from).transpose()?);
        set(&mut limits.total_memory, own.max_total_memory.map(usize::try_from).transpose()?);
        set(&mut limits.instances, own.max_instances);
        set(&mut limits.instance_wait, own.instance_wait);
        set(&mut limits.instance_reuse, own.max_instance_reuse_count);
        set(&mut limits.instance_concurrency, own.max_instance_concurrent_reuse_count);
        set(&mut limits.instance_idle, own.idle_instance_timeout);
        set(&mut limits.drain, own.drain_timeout);
        Ok(options)
    }

    /// The manifest that is named, or the nearest one upwards.
    fn manifest(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.manifest {
            return Ok(if path.is_dir() { path.join("spin.toml") } else { path.clone() });
        }
        let folder = std::env::current_dir()?;
        nearest_manifest(&folder).ok_or_else(|| {
            format!(
                "there is no spin.toml in {} or above\n  Go to the folder of the application, or name it with --manifest.",
                folder.display()
            )
            .into()
        })
    }
}

fn nearest_manifest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join("spin.toml")).find(|path| path.is_file())
}

fn set<T>(limit: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *limit = value;
    }
}

/// Builds what has changed, unless the person does not want it.
fn build_components(manifest: &Manifest, settings: &Settings) -> Result<build::Outcome, Failure> {
    if settings.no_build {
        return Ok(build::Outcome::UpToDate);
    }
    let outcome = build::run(manifest, &mut |step| eprintln!("kronos: {step}"))?;
    if let build::Outcome::Built(time) = outcome {
        eprintln!("kronos: built the components in {:.1} s", time.as_secs_f64());
    }
    Ok(outcome)
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
        assert!(Cli::try_parse_from(["kronos", "token"]).is_err(), "a token needs an e-mail");
    }

    #[test]
    fn every_setting_reaches_the_options() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_str().expect("a path");
        let cli = Cli::try_parse_from([
            "kronos",
            "-f",
            path,
            "--runtime-config-file",
            "r.toml",
            "--listen",
            "0.0.0.0:80",
            "--state-dir",
            "s",
            "--postgres",
            "p",
            "--redis",
            "r",
            "--variable",
            "a=b",
            "--variable",
            "c=",
            "--spin-exact",
            "--max-request-body",
            "1KiB",
            "--request-timeout",
            "1s",
            "--cpu-deadline",
            "2s",
            "--max-concurrent-requests",
            "3",
            "--max-instance-memory",
            "4MiB",
            "--max-total-memory",
            "9MiB",
            "--max-instances",
            "10",
            "--instance-wait",
            "11s",
            "--max-instance-reuse-count",
            "5",
            "--max-instance-concurrent-reuse-count",
            "6",
            "--idle-instance-timeout",
            "7s",
            "--drain-timeout",
            "8s",
        ])
        .expect("valid");
        let options = cli.settings.options().expect("valid");
        assert_eq!(options.manifest, folder.path().join("spin.toml"));
        assert_eq!(options.runtime_config.as_deref(), Some(Path::new("r.toml")));
        assert_eq!(options.listen.port(), 80);
        assert_eq!(options.state_dir.as_deref(), Some(Path::new("s")));
        assert_eq!((options.postgres.as_deref(), options.redis.as_deref()), (Some("p"), Some("r")));
        assert_eq!(options.variables, [("a".into(), "b".into()), ("c".into(), String::new())]);
        assert!(options.spin_exact);
        let limits = options.limits;
        assert_eq!((limits.request_body, limits.instance_memory), (1024, 4 << 20));
        assert_eq!((limits.concurrent_requests, limits.instance_reuse, limits.instance_concurrency), (3, 5, 6));
        assert_eq!((limits.total_memory, limits.instances), (9 << 20, 10));
        assert_eq!(limits.instance_wait, Duration::from_secs(11));
        assert_eq!(
            [limits.request_timeout, limits.cpu_deadline, limits.instance_idle, limits.drain],
            [1, 2, 7, 8].map(Duration::from_secs)
        );
    }

    #[test]
    fn a_malformed_variable_is_refused_without_its_value() {
        let cli = Cli::try_parse_from(["kronos", "-f", "x", "--variable", "@s3cret"]).expect("valid");
        assert!(cli.settings.options().is_err());
        let cli = Cli::try_parse_from(["kronos", "-f", "x", "--variable", "password=@/does/not/exist"]).expect("valid");
        let error = cli.settings.options().expect_err("no such file").to_string();
        assert!(error.starts_with("--variable password: "), "{error}");
    }

    #[test]
    fn the_nearest_manifest_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("a").join("b");
        std::fs::create_dir_all(&deep).expect("folders");
        std::fs::write(folder.path().join("spin.toml"), "").expect("a file");
        assert_eq!(nearest_manifest(&deep), Some(folder.path().join("spin.toml")));
    }
}
