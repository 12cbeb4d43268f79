//! What a caller of the host can set.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use super::clock::Clock;

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
    /// Limits on requests and instances that win over those of the runtime configuration.
    pub limits: LimitSettings,
    /// What the time limits of SQLite's statements go by.
    pub clock: Clock,
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
            limits: LimitSettings::default(),
            clock: Clock::default(),
        }
    }
}

/// Declares [`Limits`] with their defaults and [`LimitSettings`], where each may be left out.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $kind:ty = $default:expr,)*) => {
        /// Bounds that keep one request, component or client from disturbing the others.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$doc])* pub $name: $kind,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// The [`Limits`] that one source sets.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct LimitSettings {
            $($(#[$doc])* pub $name: Option<$kind>,)*
        }

        impl LimitSettings {
            /// The limits in force: what these settings say, else `file`, else the defaults.
            pub fn resolve(self, file: Self) -> Limits {
                let defaults = Limits::default();
                Limits { $($name: self.$name.or(file.$name).unwrap_or(defaults.$name),)* }
            }
        }
    };
}

limits! {
    /// Bytes of a request's body; more is refused with 413.
    request_body: u64 = 10 << 20,
    /// Wall-clock time until the head of the response; beyond it the answer is 504.
    request_timeout: Duration = Duration::from_secs(30),
    /// CPU time that a component may use without yielding before it is stopped.
    cpu_deadline: Duration = Duration::from_secs(5),
    /// Requests that components work on; one more is refused with 503 and `Retry-After`. A quarter of them, and no more, may wait for
    /// the rest of a body that the host did not have whole before.
    concurrent_requests: usize = 1000,
    /// Responses that components still write, such as streams of events; one more is refused with 503 and `Retry-After`. They do not
    /// count as requests, since they cost an instance some of its memory and no time.
    streams: usize = 1024,
    /// Clients at the same time: connections, and every request in progress on one of HTTP/2, which costs as much. The one that has
    /// been idle for longest makes room for one more; when all are busy, it is refused with 503 and `Retry-After`. Each takes up to
    /// 200 KiB, so that the default stays within 400 MiB when all of them are hostile, and within 30 MiB when none is.
    connections: usize = 2048,
    /// As many of them may come from one address, or from one network of the size /64 with IPv6, which has the same part of the
    /// requests, the bodies and the responses above: half by default. To the host, all clients behind a proxy have its address.
    connections_per_address: usize = 1024,
    /// How long a client may take from its connection, or from its first byte on one that has served requests before, to the end of
    /// the request's head; beyond it the answer is 408.
    head_timeout: Duration = Duration::from_secs(10),
    /// How long a connection without requests is kept. Longer than proxies keep theirs (60 s is usual), so that none sends a request
    /// into a connection that is about to be closed.
    connection_idle: Duration = Duration::from_secs(75),
    /// Bytes per second that a client must send or take, on average over [`stall`](Self::stall), while the host waits for it. A body
    /// that comes more slowly is answered with 408; a response that is read more slowly is cut off.
    data_rate: u64 = 512,
    /// The period over which [`data_rate`](Self::data_rate) is measured; also how long a client of HTTP/2 may be silent before it is
    /// asked for a sign of life, and how long it may take for that.
    stall: Duration = Duration::from_secs(20),
    /// Bytes of linear memory of one instance.
    instance_memory: usize = 128 << 20,
    /// Bytes of linear memory of all instances together; a new instance waits for others to end, one that grows too. By default half
    /// of a machine with 512 MiB: the rest is for databases, connections and code.
    total_memory: usize = 256 << 20,
    /// Instances of one component that have requests, for each core. More would only take turns on it, and each has memory of its own.
    instances: usize = 8,
    /// How long a request waits for an instance, and an instance for memory; beyond it the answer is 503 with `Retry-After`.
    instance_wait: Duration = Duration::from_secs(5),
    /// Requests that one instance serves before it is replaced; 1 gives every request a new instance.
    instance_reuse: usize = 10_000,
    /// Requests that one instance serves at the same time.
    instance_concurrency: usize = 16,
    /// How long an instance without requests is kept.
    instance_idle: Duration = Duration::from_secs(10),
    /// How long a stop waits for requests in progress.
    drain: Duration = Duration::from_secs(30),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_beats_the_file_and_the_file_the_default() {
        let default = Limits::default().instance_memory;
        for (line, file, expected) in
            [(None, None, default), (None, Some(1), 1), (Some(2), Some(1), 2), (Some(default), Some(1), default)]
        {
            let line = LimitSettings { instance_memory: line, ..LimitSettings::default() };
            let file = LimitSettings { instance_memory: file, ..LimitSettings::default() };
            assert_eq!(line.resolve(file), Limits { instance_memory: expected, ..Limits::default() });
        }
    }
}
