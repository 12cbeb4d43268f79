//! Where to connect, and how: connection strings, the allow-list, TLS.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};
use tokio_postgres::{
    Client, Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    config::allowed_hosts::AllowedHosts,
    network::{Network, Reach},
};

/// How long one address may take to accept a connection, unless the connection string says. What was lost on the way is sent again
/// at ever longer intervals, so that a new attempt finds a network that is back sooner than an old one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long TLS and authentication may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(2);
/// After this long without a packet the other end is asked whether it is there: often enough for firewalls that forget a flow after a
/// few minutes.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;
/// How long what was sent may stay unacknowledged (RFC 5482).
const USER_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_PORT: u16 = 5432;

/// Why there is no connection. The text holds no password.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub(super) struct ConnectError {
    text: String,
    /// Whether the server is there and refused.
    pub(super) refused: bool,
}

impl ConnectError {
    pub(super) fn unreachable(text: String) -> Self {
        Self { text, refused: false }
    }

    pub(super) fn silent(waited: Duration) -> Self {
        Self::unreachable(format!("the server did not answer within {} s", waited.as_secs()))
    }
}

impl From<tokio_postgres::Error> for ConnectError {
    fn from(error: tokio_postgres::Error) -> Self {
        // One that starts or stops (class 57) says so, and is as good as away.
        let refused = error.code().is_some_and(|code| !code.code().starts_with("57"));
        Self { text: with_causes(&error), refused }
    }
}

/// A server with everything that it takes to connect to it.
#[derive(Clone)]
pub(super) struct Target {
    config: Config,
    tls: MakeRustlsConnect,
    /// What of it may be reached; nothing before [`Self::check`].
    pub(super) reach: Reach,
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Target").field("hosts", &self.config.get_hosts()).finish_non_exhaustive()
    }
}

impl fmt::Display for Target {
    /// The first host with its port.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port(0);
        match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => write!(formatter, "{host}:{port}"),
            #[cfg(unix)]
            Some(Host::Unix(path)) => write!(formatter, "{}", path.display()),
            None => match self.config.get_hostaddrs().first() {
                Some(address) => write!(formatter, "{}", SocketAddr::new(*address, port)),
                None => formatter.write_str("no host"),
            },
        }
    }
}

impl Target {
    /// Reads a connection string, as URL or as key-value pairs; `ca` is one or more certificates in PEM.
    pub(super) fn new(address: &str, ca: Option<&str>) -> Result<Self, String> {
        let mut config: Config = address.parse().map_err(|error| with_causes(&error))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("kronos");
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(USER_TIMEOUT);
        }
        // The driver has the system's two hours when the string says nothing.
        if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
            config.keepalives_idle(KEEPALIVE_IDLE);
        }
        if config.get_keepalives_interval().is_none() {
            config.keepalives_interval(KEEPALIVE_INTERVAL);
        }
        if config.get_keepalives_retries().is_none() {
            config.keepalives_retries(KEEPALIVE_RETRIES);
        }
        let tls = MakeRustlsConnect::new(tls(&config, ca)?);
        Ok(Self { config, tls, reach: Reach::everything() })
    }

    /// What may be reached, when every host of the address may be connected to.
    pub(super) fn check(&self, allowed: &AllowedHosts, network: &Network) -> Result<Reach, String> {
        let hosts = self.config.get_hosts();
        let mut names = Vec::with_capacity(hosts.len());
        for (index, host) in hosts.iter().enumerate() {
            match host {
                Host::Tcp(name) => names.push((name.clone(), index)),
                Host::Unix(path) => return Err(format!("address postgres://{} is not permitted", path.display())),
            }
        }
        // They win over the names when connecting.
        let given = self.config.get_hostaddrs().iter().enumerate();
        names.extend(given.map(|(index, address)| (address.to_string(), index)));
        let mut reach: Option<Reach> = None;
        for (host, index) in names {
            let port = self.port(index);
            let granted = network.grant(allowed, "postgres", &host, port);
            let granted = granted.ok_or_else(|| format!("address postgres://{host}:{port} is not permitted"))?;
            reach = Some(reach.map_or_else(|| granted.clone(), |reach| reach.narrower(granted)));
        }
        reach.ok_or_else(|| "the address names no host".into())
    }

    fn port(&self, index: usize) -> u16 {
        match self.config.get_ports() {
            [] => DEFAULT_PORT,
            [one] => *one,
            several => several.get(index).copied().unwrap_or(DEFAULT_PORT),
        }
    }

    /// The server and who it is that connects: what a server counts connections by. Two texts may mean the same server, as a name
    /// and its address do.
    pub(super) fn server(&self) -> String {
        let config = &self.config;
        format!(
            "{:?} {:?} {:?} {:?}",
            config.get_user(),
            config.get_hosts(),
            config.get_hostaddrs(),
            config.get_ports()
        )
    }

    /// The longest that connecting may take, while each host has one address that answers or refuses.
    pub(super) fn patience(&self) -> Duration {
        let addresses = self.config.get_hosts().len().max(self.config.get_hostaddrs().len()).max(1);
        let connect = self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        connect * u32::try_from(addresses).unwrap_or(u32::MAX) + HANDSHAKE_TIMEOUT
    }

    /// Connects. The future drives the connection until it is closed or its client dropped.
    pub(super) async fn connect(&self) -> Result<(Client, impl Future<Output = ()> + Send + use<>), ConnectError> {
        let connect = async {
            let mut failure = ConnectError::unreachable("the address has no host".into());
            for config in self.reachable().await.map_err(ConnectError::unreachable)? {
                match config.connect(self.tls.clone()).await {
                    Ok(connected) => return Ok(connected),
                    Err(error) => failure = error.into(),
                }
            }
            Err(failure)
        };
        let connected = tokio::time::timeout(self.patience(), connect).await;
        let (client, connection) = connected.map_err(|_| ConnectError::silent(self.patience()))??;
        let driver = async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to PostgreSQL lost");
            }
        };
        Ok((client, driver))
    }

    /// Asks a server to stop what one of its sessions does.
    pub(super) async fn cancel(&self, token: tokio_postgres::CancelToken) {
        let sent = tokio::time::timeout(self.patience(), token.cancel_query(self.tls.clone())).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::debug!("a statement in PostgreSQL could not be cancelled");
        }
    }

    /// The hosts with addresses that may be reached, which are the ones that are connected to: the first of each, then the second.
    async fn reachable(&self) -> Result<Vec<Config>, String> {
        let given = self.config.get_hostaddrs();
        for (index, address) in given.iter().enumerate() {
            let judged = self.reach.resolve(&address.to_string(), self.port(index)).await;
            judged.map_err(|error| error.to_string())?;
        }
        if !given.is_empty() {
            return Ok(vec![self.config.clone()]);
        }
        let (mut addresses, mut failure) = (Vec::new(), String::new());
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            let Host::Tcp(name) = host else { continue };
            let resolved = self.reach.resolve(name, self.port(index)).await;
            addresses.push(resolved.unwrap_or_else(|error| {
                failure = format!("the host `{name}`: {error}");
                Vec::new()
            }));
        }
        let rounds = addresses.iter().map(Vec::len).max().unwrap_or(0);
        if rounds == 0 {
            return Err(failure);
        }
        let round = |number: usize| {
            let mut config = self.config.clone();
            for addresses in &addresses {
                let address = addresses.get(number).or(addresses.last()).map(SocketAddr::ip);
                // Each host needs one: nobody answers there.
                config.hostaddr(address.unwrap_or(Ipv4Addr::BROADCAST.into()));
            }
            config
        };
        Ok((0..rounds).map(round).collect())
    }
}

/// The driver's own text says only "error connecting to server".
fn with_causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let inner = error.to_string();
        if !text.contains(&inner) {
            text = format!("{text}: {inner}");
        }
        cause = error.source();
    }
    if text.contains("certificate") {
        text += "\n  With sslmode=require the server's certificate must be issued by a public authority, or by the one that the \
                 component names; sslmode=prefer encrypts without asking who the server is.";
    }
    text
}

/// As libpq does, `prefer` without a certificate authority encrypts without asking who the server is: whoever could pose as it could
/// refuse TLS just as well. `require`, and any mode with an authority, verifies.
fn tls(config: &Config, ca: Option<&str>) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    if ca.is_none() && config.get_ssl_mode() != SslMode::Require {
        let verifier = Arc::new(Opportunistic(provider));
        return Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth());
    }
    Ok(builder.with_root_certificates(roots(ca)?).with_no_client_auth())
}

fn roots(ca: Option<&str>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match ca {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|error| format!("not a certificate in PEM: {error}"))?;
                roots.add(certificate).map_err(|error| error.to_string())?;
            }
            if roots.is_empty() {
                return Err("no certificate in PEM".into());
            }
        }
    }
    Ok(roots)
}

/// Whether `pem` holds certificates that can be trusted.
pub(super) fn check_ca(pem: &str) -> Result<(), String> {
    roots(Some(pem)).map(drop)
}

/// Takes any certificate, and verifies that its owner is at the other end.
#[derive(Debug)]
struct Opportunistic(Arc<CryptoProvider>);

impl ServerCertVerifier for Opportunistic {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
