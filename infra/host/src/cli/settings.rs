//! The options of every command, and what they mean for a run.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, ValueEnum, builder::BoolishValueParser};
use kronos_host::{LimitSettings, Options, config::variables, telemetry::LogFormat};

use super::{Failure, values};

#[derive(Debug, Args)]
#[command(next_help_heading = "Application")]
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
pub(super) struct Settings {
    /// The application's spin.toml, or its folder [default: the nearest one upwards].
    #[arg(short = 'f', long, global = true, value_name = "PATH")]
    manifest: Option<PathBuf>,
    /// The runtime configuration [default: runtime-config.toml beside the manifest].
    #[arg(long, global = true, value_name = "PATH", env = "RUNTIME_CONFIG_FILE")]
    runtime_config_file: Option<PathBuf>,
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:3000].
    #[arg(long, global = true, value_name = "ADDRESS", env = "SPIN_HTTP_LISTEN_ADDR", hide_env_values = true)]
    pub(super) listen: Option<SocketAddr>,
    /// Where databases and the cache of compiled components live [default: .kronos beside the manifest].
    #[arg(long, global = true, value_name = "PATH")]
    state_dir: Option<PathBuf>,
    /// Use this PostgreSQL database instead of SQLite; an empty value counts as none.
    #[arg(long, global = true, value_name = "URL", env = "KRONOS_POSTGRES", hide_env_values = true)]
    postgres: Option<String>,
    /// Use this Redis instead of the embedded one; an empty value counts as none.
    #[arg(long, global = true, value_name = "URL", env = "KRONOS_REDIS", hide_env_values = true)]
    redis: Option<String>,
    /// Set a variable: name=value, name=@file, or several with @file.json or @file.toml.
    #[arg(long = "variable", global = true, value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// Behave as Spin does where this host is better by default.
    #[arg(long, global = true)]
    spin_exact: bool,
    /// Install the system packages that a build needs, without asking; without it a terminal is asked.
    #[arg(long, global = true, env = "KRONOS_INSTALL_PACKAGES", hide_env_values = true, value_parser = BoolishValueParser::new())]
    pub(super) install_packages: bool,
    /// Run the components as they are.
    #[arg(long, global = true)]
    pub(super) no_build: bool,
    /// How log lines look.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(super) log_format: Format,
    /// Write a line for every request.
    #[arg(long, global = true)]
    access_log: bool,
    #[command(flatten)]
    limits: LimitArguments,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

impl From<Format> for LogFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

/// Durations are written `500ms`, `30s` or `5m`, sizes `64KiB` or `10MiB`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
struct LimitArguments {
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
    /// Responses that are still being written, such as streams of events; more are answered 503 [default: 1024].
    #[arg(long, global = true, value_name = "COUNT")]
    max_streams: Option<usize>,
    /// Connections, and requests in progress over HTTP/2; more are answered 503 unless one is idle [default: 2048].
    #[arg(long, global = true, value_name = "COUNT")]
    max_connections: Option<usize>,
    /// The same from one address, such as that of a proxy, which may have the same part of the requests and streams [default: 1024].
    #[arg(long, global = true, value_name = "COUNT")]
    max_connections_per_address: Option<usize>,
    /// Time for the head of a request; more is answered 408 [default: 10s].
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    head_timeout: Option<Duration>,
    /// How long a connection without requests is kept; longer than by the proxy in front [default: 75s].
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    idle_connection_timeout: Option<Duration>,
    /// Bytes that a client must send or take every second while it is waited for [default: 512B].
    #[arg(long, global = true, value_name = "SIZE", value_parser = values::size)]
    min_data_rate: Option<u64>,
    /// Time over which that is measured [default: 20s].
    #[arg(long, global = true, value_name = "TIME", value_parser = values::duration)]
    stall_timeout: Option<Duration>,
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

impl Settings {
    /// What the command line says of a run.
    pub(super) fn options(&self) -> Result<Options, Failure> {
        let mut options = Options::new(self.manifest()?);
        options.runtime_config.clone_from(&self.runtime_config_file);
        if let Some(listen) = self.listen {
            options.listen = listen;
        }
        options.state_dir.clone_from(&self.state_dir);
        options.postgres = given(self.postgres.as_deref()).map(str::to_owned);
        options.redis = self.redis().map(str::to_owned);
        options.spin_exact = self.spin_exact;
        options.access_log = self.access_log;
        for argument in &self.variables {
            // The argument may hold a secret, so only its name is shown.
            let name = argument.split('=').next().unwrap_or_default();
            let values = variables::parse_argument(argument).map_err(|error| format!("--variable {name}: {error}"))?;
            options.variables.extend(values);
        }
        let own = &self.limits;
        options.limits = LimitSettings {
            request_body: own.max_request_body,
            request_timeout: own.request_timeout,
            cpu_deadline: own.cpu_deadline,
            concurrent_requests: own.max_concurrent_requests,
            streams: own.max_streams,
            connections: own.max_connections,
            connections_per_address: own.max_connections_per_address,
            head_timeout: own.head_timeout,
            connection_idle: own.idle_connection_timeout,
            data_rate: own.min_data_rate,
            stall: own.stall_timeout,
            instance_memory: own.max_instance_memory.map(usize::try_from).transpose()?,
            total_memory: own.max_total_memory.map(usize::try_from).transpose()?,
            instances: own.max_instances,
            instance_wait: own.instance_wait,
            instance_reuse: own.max_instance_reuse_count,
            instance_concurrency: own.max_instance_concurrent_reuse_count,
            instance_idle: own.idle_instance_timeout,
            drain: own.drain_timeout,
        };
        Ok(options)
    }

    /// The Redis that is named.
    pub(super) fn redis(&self) -> Option<&str> {
        given(self.redis.as_deref())
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

/// A value that says something. Files of service managers and of Compose set a variable to nothing when they mean none, which must not
/// win over what other sources say.
fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.trim().is_empty())
}

fn nearest_manifest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join("spin.toml")).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

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
            "--install-packages",
            "--access-log",
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
            "--max-instance-reuse-count",
            "5",
            "--max-instance-concurrent-reuse-count",
            "6",
            "--idle-instance-timeout",
            "7s",
            "--drain-timeout",
            "8s",
            "--max-total-memory",
            "16MiB",
            "--max-instances",
            "17",
            "--instance-wait",
            "18s",
            "--max-streams",
            "9",
            "--max-connections",
            "10",
            "--max-connections-per-address",
            "11",
            "--head-timeout",
            "12s",
            "--idle-connection-timeout",
            "13s",
            "--min-data-rate",
            "14B",
            "--stall-timeout",
            "15s",
        ])
        .expect("valid");
        let options = cli.settings.options().expect("valid");
        assert_eq!(options.manifest, folder.path().join("spin.toml"));
        assert_eq!(options.runtime_config.as_deref(), Some(Path::new("r.toml")));
        assert_eq!(options.listen.port(), 80);
        assert_eq!(options.state_dir.as_deref(), Some(Path::new("s")));
        assert_eq!((options.postgres.as_deref(), options.redis.as_deref()), (Some("p"), Some("r")));
        assert_eq!(options.variables, [("a".into(), "b".into()), ("c".into(), String::new())]);
        assert!(options.spin_exact && options.access_log && cli.settings.install_packages);
        let seconds = |count| Some(Duration::from_secs(count));
        let limits = LimitSettings {
            request_body: Some(1024),
            request_timeout: seconds(1),
            cpu_deadline: seconds(2),
            concurrent_requests: Some(3),
            streams: Some(9),
            connections: Some(10),
            connections_per_address: Some(11),
            head_timeout: seconds(12),
            connection_idle: seconds(13),
            data_rate: Some(14),
            stall: seconds(15),
            instance_memory: Some(4 << 20),
            total_memory: Some(16 << 20),
            instances: Some(17),
            instance_wait: seconds(18),
            instance_reuse: Some(5),
            instance_concurrency: Some(6),
            instance_idle: seconds(7),
            drain: seconds(8),
        };
        assert_eq!(options.limits, limits);
    }

    #[test]
    fn an_empty_address_counts_as_none() {
        for (value, expected) in [("", None), (" ", None), ("x", Some("x"))] {
            let cli = Cli::try_parse_from(["kronos", "-f", "x", "--postgres", value, "--redis", value]).expect("valid");
            let options = cli.settings.options().expect("valid");
            assert_eq!((options.postgres.as_deref(), options.redis.as_deref()), (expected, expected), "{value:?}");
            assert_eq!(cli.settings.redis(), expected, "{value:?}");
        }
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
