//! Connections to the outside: which addresses are reachable, and the client that reaches them.

use std::{
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use ipnet::IpNet;
use tower_service::Service;
use wasmtime_wasi_http::WasiBody;

/// How long a connection without requests is kept.
const IDLE: Duration = Duration::from_secs(30);
/// How long connecting may take; guests may set less for a request.
pub const CONNECT: Duration = Duration::from_mins(10);

/// Addresses that guests may not reach.
#[derive(Clone, Debug, Default)]
pub struct Blocked {
    /// Ranges of the runtime configuration.
    pub networks: Vec<IpNet>,
    /// Whether everything that is not public counts too.
    pub private: bool,
}

impl Blocked {
    /// Whether `address` may not be reached.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        (self.private && !is_public(address)) || self.networks.iter().any(|network| network.contains(&address))
    }

    fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.private
    }
}

/// Whether an address is reachable for everyone, by the IANA special-purpose registries.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Shared address space (RFC 6598), protocol assignments (RFC 6890), benchmarks (RFC 2544).
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = match segments {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) carry an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    };
    if let Some(embedded) = embedded {
        return is_public_v4(embedded);
    }
    !(address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || (segments[0] == 0x2001 && segments[1] == 0xdb8)
        || (segments[0] & 0xffc0) == 0xfec0)
}

/// All addresses of a name are blocked.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the address is blocked")]
pub struct Prohibited;

/// The system's resolver without the blocked addresses. What it answers is what is connected to, so that a name cannot
/// change its address between the check and the connection.
#[derive(Clone)]
pub struct Resolver(Arc<Blocked>);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let blocked = Arc::clone(&self.0);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let any = !found.is_empty();
            let open: Vec<_> = found.into_iter().filter(|address| !blocked.contains(address.ip())).collect();
            if any && open.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, Prohibited));
            }
            Ok(open.into_iter())
        })
    }
}

/// A client with its own pool of connections.
pub type HttpClient = Client<HttpsConnector<HttpConnector<Resolver>>, WasiBody>;

/// The clients of a host. They do not share connections: one that may reach more must not lend what it has.
#[derive(Clone, Debug)]
pub struct Clients {
    /// For hosts that an allow-list names: they may be private.
    pub named: HttpClient,
    /// For hosts that only a wildcard allows.
    pub others: HttpClient,
    /// What the latter cannot reach.
    pub blocked: Arc<Blocked>,
}

impl Clients {
    /// Makes the clients; `pooling` keeps connections for later requests.
    pub fn new(blocked: Blocked, pooling: bool) -> Result<Self, rustls::Error> {
        let blocked = Arc::new(blocked);
        let others = client(Arc::clone(&blocked), pooling)?;
        let named = if blocked.is_empty() { others.clone() } else { client(Arc::default(), pooling)? };
        Ok(Self { named, others, blocked })
    }
}

fn client(blocked: Arc<Blocked>, pooling: bool) -> Result<HttpClient, rustls::Error> {
    let mut http = HttpConnector::new_with_resolver(Resolver(blocked));
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT));
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    let mut builder = Client::builder(TokioExecutor::new());
    builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
    if !pooling {
        builder.pool_max_idle_per_host(0);
    }
    Ok(builder.build(https))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_not_public() {
        let blocked = Blocked { networks: Vec::new(), private: true };
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "fc00::1",
            "fe80::1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
        ] {
            assert!(blocked.contains(address.parse().expect("an address")), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(!blocked.contains(address.parse().expect("an address")), "{address}");
        }
    }

    #[test]
    fn networks_are_blocked_also_as_mapped_addresses() {
        let blocked = Blocked { networks: vec!["1.2.3.0/24".parse().expect("a network")], private: false };
        assert!(blocked.contains("1.2.3.4".parse().expect("an address")));
        assert!(blocked.contains("::ffff:1.2.3.4".parse().expect("an address")));
        assert!(!blocked.contains("127.0.0.1".parse().expect("an address")));
    }

    #[tokio::test]
    async fn a_name_with_blocked_addresses_does_not_resolve() {
        let mut resolver = Resolver(Arc::new(Blocked { networks: Vec::new(), private: true }));
        let name: Name = "localhost".parse().expect("a name");
        let error = resolver.call(name.clone()).await.expect_err("loopback is blocked");
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert!(Resolver(Arc::default()).call(name).await.is_ok());
    }
}
