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
    /// Write a line for every request.
    pub access_log: bool,
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
            access_log: false,
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
    /// Requests that components work on; one more is refused with 503 and `Retry-After`. A quarter of them, and no more, may wait for
    /// the rest of a body that the host did not have whole before.
    pub concurrent_requests: usize,
    /// Responses that components still write, such as streams of events; one more is refused with 503 and `Retry-After`. They do not
    /// count as requests, since they cost an instance some of its memory and no time.
    pub streams: usize,
    /// Clients at the same time: connections, and every request in progress on one of HTTP/2, which costs as much. The one that has
    /// been idle for longest makes room for one more; when all are busy, it is refused with 503 and `Retry-After`. Each takes up to
    /// 200 KiB, so that the default stays within 400 MiB when all of them are hostile, and within 30 MiB when none is.
    pub connections: usize,
    /// As many of them may come from one address, or from one network of the size /64 with IPv6. To the host, all clients behind a
    /// proxy have its address.
    pub connections_per_address: usize,
    /// How long a client may take from its connection, or from its first byte on one that has served requests before, to the end of
    /// the request's head; beyond it the answer is 408.
    pub head_timeout: Duration,
    /// How long a connection without requests is kept. Longer than proxies keep theirs (60 s is usual), so that none sends a request
    /// into a connection that is about to be closed.
    pub connection_idle: Duration,
    /// Bytes per second that a client must send or take, on average over [`stall`](Self::stall), while the host waits for it. A body
    /// that comes more slowly is answered with 408; a response that is read more slowly is cut off.
    pub data_rate: u64,
    /// The period over which [`data_rate`](Self::data_rate) is measured; also how long a client of HTTP/2 may be silent before it is
    /// asked for a sign of life, and how long it may take for that.
    pub stall: Duration,
    /// Bytes of linear memory of one instance.
    pub instance_memory: usize,
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
            streams: 1024,
            connections: 2048,
            connections_per_address: 1024,
            head_timeout: Duration::from_secs(10),
            connection_idle: Duration::from_secs(75),
            data_rate: 512,
            stall: Duration::from_secs(20),
            instance_memory: 128 << 20,
            instance_reuse: 10_000,
            instance_concurrency: 16,
            instance_idle: Duration::from_secs(10),
            drain: Duration::from_secs(30),
        }
    }
}
