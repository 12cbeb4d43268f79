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

/// How long making a connection may take, unless the connection string says.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long it may take with TLS and authentication.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);
const DEFAULT_PORT: u16 = 5432;

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

impl Target {
    /// Reads a connection string, as URL or as key-value pairs; `ca` is one or more certificates in PEM.
    pub(super) fn new(address: &str, ca: Option<&str>) -> Result<Self, String> {
        let mut config: Config = address.parse().map_err(|error: tokio_postgres::Error| error.to_string())?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("kronos");
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

    /// Connects; a task drives the connection until its client is dropped.
    pub(super) async fn connect(&self) -> Result<Client, String> {
        let connect = async {
            let mut failure = String::new();
            for config in self.reachable().await? {
                match config.connect(self.tls.clone()).await {
                    Ok(connected) => return Ok(connected),
                    Err(error) => failure = with_source(&error),
                }
            }
            Err(failure)
        };
        let connected = tokio::time::timeout(HANDSHAKE_TIMEOUT, connect).await;
        let (client, connection) =
            connected.map_err(|_| format!("no connection after {} s", HANDSHAKE_TIMEOUT.as_secs()))??;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to PostgreSQL lost");
            }
        });
        Ok(client)
    }

    /// Asks a server to stop what one of its sessions does.
    pub(super) async fn cancel(&self, token: tokio_postgres::CancelToken) {
        let sent = tokio::time::timeout(CONNECT_TIMEOUT, token.cancel_query(self.tls.clone())).await;
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

fn with_source(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
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
