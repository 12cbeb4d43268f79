//! What a caller of the host can set.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// How to run an application; the command line of `kronos up` maps onto it one to one.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `spin.toml` to run.
    pub manifest: PathBuf,
    /// The runtime configuration; `None` means `runtime-config.toml` beside the manifest when there is one.
    pub runtime_config: Option<PathBuf>,
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where databases, logs and the cache of compiled components live; `None` means `.kronos` beside the manifest.
    pub state_dir: Option<PathBuf>,
    /// Where compiled components are kept; `None` means `cache` in the state directory.
    pub cache_dir: Option<PathBuf>,
    /// A PostgreSQL URL to use instead of SQLite: sets the variables `postgres_url` and `postgres_address`.
    pub postgres: Option<String>,
    /// A Redis URL to use instead of the embedded one: sets the variables `redis_url` and `redis_address`.
    pub redis: Option<String>,
    /// Values that win over every other provider of variables.
    pub variables: Vec<(String, String)>,
    /// How often the doorbell of the events is rung; `None` never.
    pub tick: Option<Duration>,
    /// Behave as Spin does where this host is better by default.
    pub spin_exact: bool,
    /// Limits on requests and instances.
    pub limits: Limits,
}

impl Options {
    /// The defaults of `kronos up` for the application at `manifest`.
    pub fn new(manifest: impl Into<PathBuf>) -> Self {
        Self {
            manifest: manifest.into(),
            runtime_config: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            state_dir: None,
            cache_dir: None,
            postgres: None,
            redis: None,
            variables: Vec::new(),
            tick: Some(Duration::from_secs(1)),
            spin_exact: false,
            limits: Limits::default(),
        }
    }
}

/// Bounds that keep one request, component or client from disturbing the others.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's body; more is refused with 413.
    pub request_body: u64,
    /// Wall-clock time until the head of the response; beyond it the answer is 504.
    pub request_timeout: Duration,
    /// CPU time that a component may use without yielding before it is stopped.
    pub cpu_deadline: Duration,
    /// Requests in progress; one more is refused with 503 and `Retry-After`.
    pub concurrent_requests: usize,
    /// Bytes of linear memory of one instance.
    pub instance_memory: usize,
    /// Bytes of linear memory of all instances together; a new instance waits for others to end, one that grows too.
    pub total_memory: usize,
    /// Instances of one component that have requests, for each core. More would only take turns on it, and each has memory of its own.
    pub instances: usize,
    /// How long a request waits for an instance, and an instance for memory; beyond it the answer is 503 with `Retry-After`.
    pub instance_wait: Duration,
    /// Requests that one instance serves before it is replaced; 1 gives every request a new instance.
    pub instance_reuse: usize,
    /// Requests that one instance serves at the same time.
    pub instance_concurrency: usize,
    /// How long an instance without requests is kept.
    pub instance_idle: Duration,
    /// How long a stop waits for requests in progress.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_body: 10 << 20,
            request_timeout: Duration::from_secs(30),
            cpu_deadline: Duration::from_secs(5),
            concurrent_requests: 1000,
            instance_memory: 128 << 20,
            // Half of a machine with 512 MiB: the rest is for databases, connections and code.
            total_memory: 256 << 20,
            instances: 8,
            instance_wait: Duration::from_secs(5),
            instance_reuse: 10_000,
            instance_concurrency: 16,
            instance_idle: Duration::from_secs(10),
            drain: Duration::from_secs(30),
        }
    }
}
