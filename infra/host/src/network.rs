//! Which addresses of the outside are reached, for every protocol, decided at the moment of connecting.
//!
//! A component reaches what its allow-list grants, less what the runtime configuration blocks (`[outbound_networking]`, in Spin
//! crates/outbound-networking-config/src/blocked_networks.rs). A name is resolved here, each of its addresses is judged, and the
//! connection goes to one that was judged: a name cannot change its address in between.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
use ipnet::IpNet;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::config::allowed_hosts::{AllowedHosts, Granted};

mod address;

pub use address::is_near;
use address::{Blocked, Kept};

/// How long a connection is quiet before the system asks whether the other end is still there, and the pause between such probes.
/// Firewalls and load balancers forget flows that are quiet for a minute or more.
pub const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(5));
/// How long sent data may go unacknowledged before the system gives up a connection (`TCP_USER_TIMEOUT`, RFC 5482).
pub const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// How long an address has for itself before the next one is tried too (RFC 8305, section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Schemes of servers that belong to a deployment: a provider gives its databases public names for private addresses.
const DATABASES: [&str; 3] = ["postgres", "redis", "rediss"];

/// What the runtime configuration says about the outside.
#[derive(Clone, Debug)]
pub struct Network {
    /// Less the networks that it lists.
    listed: Reach,
    /// Less what is link-local as well, when it says `"private"`.
    near: Reach,
    /// Less all that is not public as well, when it says `"private"`.
    all: Reach,
    spin_exact: bool,
}

impl Default for Network {
    /// Everything that is granted is reached.
    fn default() -> Self {
        Self::new(&[], false, false)
    }
}

impl Network {
    /// `networks` are out of reach for every component and protocol. `private` adds all that is not public, unless an allow-list
    /// names a host that is [near](is_near) or a database: `postgres://localhost:5432` in it is meant, while neither `http://*` nor
    /// whoever runs the DNS of `http://api.example.com` must open the neighbours. Link-local addresses, where clouds hand out
    /// credentials, are not opened by a name.
    ///
    /// Spin makes no such exception, but does not look at PostgreSQL at all; with `spin_exact`, `private` means the same here.
    pub fn new(networks: &[IpNet], private: bool, spin_exact: bool) -> Self {
        let less = |kept: Kept| {
            let kept = if private { kept } else { Kept::Listed };
            Reach(Some(Arc::new(Blocked::new(networks.to_vec(), kept))))
        };
        Self { listed: less(Kept::Listed), near: less(Kept::LinkLocal), all: less(Kept::Private), spin_exact }
    }

    /// What a component with the allow-list `allowed` reaches at `scheme://host:port`; `None` when that is not granted.
    pub fn grant(&self, allowed: &AllowedHosts, scheme: &str, host: &str, port: u16) -> Option<&Reach> {
        Some(match allowed.grant(scheme, host, port)? {
            _ if self.spin_exact && scheme == "postgres" => &self.listed,
            Granted::Named if !self.spin_exact && (is_near(host) || DATABASES.contains(&scheme)) => &self.near,
            Granted::Named | Granted::Matched => &self.all,
        })
    }

    /// Everything that [`Self::grant`] and [`Self::own`] may answer.
    pub fn reaches(&self) -> impl Iterator<Item = &Reach> {
        let others = [&self.near, &self.all].into_iter().filter(|reach| **reach != self.listed);
        std::iter::once(&self.listed).chain(others)
    }

    /// What components reach of their own application, which they call by `self.alt`.
    pub fn own(&self) -> &Reach {
        if self.spin_exact { &self.all } else { &self.listed }
    }
}

/// What one connection may reach.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reach(Option<Arc<Blocked>>);

/// Why nothing was reached.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name has no address.
    #[error("the host cannot be resolved: {0}")]
    Unresolved(io::Error),
    /// No address of the host may be reached.
    #[error(
        "`block_networks` of the runtime configuration blocks the address; of what \"private\" in it blocks, an allow-list opens \
         databases that it names, and what it names by its address, as localhost or by a local name such as web.internal, unless \
         it is link-local"
    )]
    Blocked,
    /// No address answered.
    #[error("{0}")]
    Unreachable(io::Error),
    /// Not in time.
    #[error("no connection within {0:?}")]
    Timeout(Duration),
}

impl Reach {
    /// Of two, the one that reaches less: for an address with several hosts.
    #[must_use]
    pub fn narrower(self, other: &Self) -> Self {
        let kept = |reach: &Self| reach.0.as_ref().map(|blocked| blocked.kept());
        if kept(other) > kept(&self) { other.clone() } else { self }
    }

    /// Everything: for addresses that the operator chose, in the runtime configuration or as a trigger.
    pub fn everything() -> Self {
        Self(None)
    }

    /// The addresses of `host` that may be reached, in the order in which to try them. An IPv6 address may have brackets.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
        let name = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let mut found: Vec<_> = tokio::net::lookup_host((name, port)).await.map_err(Error::Unresolved)?.collect();
        if found.is_empty() {
            return Err(Error::Unresolved(io::ErrorKind::NotFound.into()));
        }
        if let Some(blocked) = &self.0 {
            found.retain(|address| !blocked.contains(address.ip()));
        }
        if found.is_empty() { Err(Error::Blocked) } else { Ok(found) }
    }

    /// Connects to `host`, to whichever of its addresses answers first (RFC 8305): the next one is tried when one has failed, or is
    /// silent for a moment.
    pub async fn connect(&self, host: &str, port: u16, within: Duration) -> Result<TcpStream, Error> {
        let connect = async { first(self.resolve(host, port).await?).await.map_err(Error::Unreachable) };
        let stream = timeout(within, connect).await.map_err(|_| Error::Timeout(within))??;
        settle(&stream).map_err(Error::Unreachable)?;
        Ok(stream)
    }
}

async fn first(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut rest = addresses.into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut failure = io::ErrorKind::NotFound.into();
    loop {
        attempts.extend(rest.next().map(TcpStream::connect));
        tokio::select! {
            Some(attempt) = attempts.next() => match attempt {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            },
            () = tokio::time::sleep(ATTEMPT_DELAY), if rest.len() > 0 => {}
            else => return Err(failure),
        }
    }
}

/// Answers go out at once, and an end that is gone is noticed.
fn settle(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let (idle, interval) = KEEPALIVE;
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(idle).with_interval(interval).with_retries(3))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}

/// TLS to servers that a public certificate authority vouches for.
pub fn tls() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}

/// How many connections of one kind there may be: `max_connections` of the runtime configuration.
///
/// As in Spin, `0` means none (crates/factor-outbound-http/src/runtime_config/spin.rs). Spin waits for ever for one.
#[derive(Clone, Debug)]
pub struct Limit(Arc<Semaphore>);

impl Limit {
    /// `max` connections.
    pub fn new(max: usize) -> Self {
        let permits = Semaphore::new(max.min(Semaphore::MAX_PERMITS));
        if max == 0 {
            // Waiting for one would be pointless.
            permits.close();
        }
        Self(Arc::new(permits))
    }

    /// The right to make a connection, which the connection keeps. `None` when there is none `within` the time.
    pub async fn permit(&self, within: Duration) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.0).try_acquire_owned() {
            return Some(permit);
        }
        timeout(within, Arc::clone(&self.0).acquire_owned()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests;
