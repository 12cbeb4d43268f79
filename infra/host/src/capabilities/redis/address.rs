//! Where a server is, and the way there.

use std::{fmt, sync::Arc, time::Duration};

use ::redis::{IntoConnectionInfo as _, RedisConnectionInfo, aio::PubSub};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::Url;

use super::CommandError;
use crate::network::{self, Reach};

/// How long it may take to connect, TLS and login included.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const DEFAULT_PORT: u16 = 6379;

/// A server and the account there.
#[derive(Clone)]
pub struct Address {
    /// An IPv6 address has brackets.
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
    pub(super) account: RedisConnectionInfo,
}

impl fmt::Display for Address {
    /// Without the password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Address").field(&format_args!("{self}")).finish()
    }
}

/// An open connection, with TLS or without.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Address {
    /// Reads `redis://[[user]:password@]host[:port][/database]`; with `rediss`, the server has to have a certificate that a public
    /// authority vouches for. The error does not show the URL, which may hold a password.
    pub fn parse(url: &str) -> Result<Self, CommandError> {
        let invalid = CommandError::Address("it is not a URL such as redis://:password@host:6379/0");
        let Ok(mut parsed) = Url::parse(url) else { return Err(invalid) };
        let tls = match parsed.scheme() {
            "redis" => None,
            "rediss" if parsed.fragment().is_some() => {
                return Err(CommandError::Address("TLS is with verification only: leave out what follows `#`"));
            }
            "rediss" => {
                if parsed.set_scheme("redis").is_err() {
                    return Err(invalid);
                }
                Some(Arc::new(network::tls().map_err(|error| CommandError::client(error.to_string()))?))
            }
            _ => return Err(invalid),
        };
        let Some(host) = parsed.host_str().filter(|host| !host.is_empty()).map(str::to_owned) else {
            return Err(invalid);
        };
        let port = parsed.port().unwrap_or(DEFAULT_PORT);
        match parsed.into_connection_info() {
            Ok(info) => Ok(Self { host, port, tls, account: info.redis_settings().clone() }),
            Err(_) => Err(invalid),
        }
    }

    /// Trusts the certificates in `pem` alone.
    #[cfg(test)]
    pub(super) fn trust(&mut self, pem: &[u8]) {
        use rustls::pki_types::{CertificateDer, pem::PemObject as _};

        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.expect("protocol versions");
        self.tls = Some(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()));
    }

    pub(super) async fn connect(&self, reach: &Reach) -> Result<Box<dyn Stream>, CommandError> {
        let failed = |error: &dyn fmt::Display| CommandError::client(format!("cannot connect to {self}: {error}"));
        let stream = reach.connect(&self.host, self.port, CONNECT_TIMEOUT).await.map_err(|error| failed(&error))?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let name = self.host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(name).map_err(|error| failed(&error))?;
        let connector = TlsConnector::from(Arc::clone(tls));
        Ok(Box::new(connector.connect(name, stream).await.map_err(|error| failed(&error))?))
    }

    /// Connects for messages of channels.
    pub async fn subscriber(&self, reach: &Reach) -> Result<PubSub, CommandError> {
        self.in_time(async { Ok(PubSub::new(&self.account, self.connect(reach).await?).await?) }).await
    }

    /// Bounds the time of `connecting`.
    pub(super) async fn in_time<T>(
        &self,
        connecting: impl Future<Output = Result<T, CommandError>>,
    ) -> Result<T, CommandError> {
        let late = |_| CommandError::client(format!("{self} does not answer"));
        timeout(CONNECT_TIMEOUT, connecting).await.map_err(late)?
    }
}
