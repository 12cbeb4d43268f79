//! The client of outbound HTTP: its connections and how long they may take.

use std::{
    error::Error as _,
    io,
    pin::{Pin, pin},
    sync::{PoisonError, RwLock},
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response, Uri, uri::Scheme};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        self, Client,
        connect::{Connected, Connection, capture_connection},
    },
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout},
};
use tower_service::Service;
use wasmtime_wasi_http::{Error, WasiBody};

use crate::network::{self, Limit, Network, Reach};

/// Connections when the runtime configuration does not say.
const MAX_CONNECTIONS: usize = 1024;
/// How long a connection without requests is kept; and when connections are limited, so that it keeps nobody else out for long.
const IDLE: Duration = Duration::from_secs(30);
const IDLE_OF_FEW: Duration = Duration::from_secs(1);
/// How long a connection may take to be made, and the right to make one to become free; guests may set less.
const CONNECT: Duration = Duration::from_secs(30);
/// After so long without an answer nobody can tell what becomes of the other connections.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a connection takes new requests: a name may come to mean another address.
const AGE: Duration = Duration::from_mins(10);

/// How to connect to the outside.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Keep connections for later requests.
    pub pooling: bool,
    /// Connections in all.
    pub max_connections: Option<usize>,
}

type HttpClient = Client<HttpsConnector<Connector>, WasiBody>;

/// The clients of a host, by what they reach. They do not share connections: one that may reach more must not lend what it has.
#[derive(Debug)]
pub(super) struct Clients(Vec<Pool>);

/// A client and, to begin anew, how to make it.
#[derive(Debug)]
struct Pool {
    reach: Reach,
    connector: HttpsConnector<Connector>,
    builder: legacy::Builder,
    client: RwLock<HttpClient>,
}

impl Clients {
    pub(super) fn new(network: &Network, config: Config) -> Result<Self, rustls::Error> {
        let limit = Limit::new(config.max_connections.unwrap_or(MAX_CONNECTIONS));
        let tls = network::tls()?;
        let mut builder = Client::builder(TokioExecutor::new());
        builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new());
        builder.pool_idle_timeout(if config.max_connections.is_some() { IDLE_OF_FEW } else { IDLE });
        if !config.pooling {
            builder.pool_max_idle_per_host(0);
        }
        let pool = |reach: &Reach| {
            let connector = Connector { reach: reach.clone(), limit: limit.clone() };
            let https = HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
            let connector = https.enable_all_versions().wrap_connector(connector);
            let client = RwLock::new(builder.build(connector.clone()));
            Pool { reach: reach.clone(), connector, builder: builder.clone(), client }
        };
        Ok(Self(network.reaches().map(pool).collect()))
    }

    /// Sends `request`; `reach` is one of the network's.
    pub(super) async fn send(
        &self,
        reach: &Reach,
        mut request: Request<WasiBody>,
        connect: Duration,
        first_byte: Duration,
    ) -> Result<Response<Incoming>, Error> {
        let pool = self.0.iter().find(|pool| pool.reach == *reach).ok_or(Error::DestinationUnavailable)?;
        let mut unanswered = Unanswered { pool, since: Some(Instant::now()) };
        let mut used = capture_connection(&mut request);
        let mut sent = pin!(pool.client().request(request));
        let connected = async {
            tokio::select! {
                biased;
                response = &mut sent => Some(response),
                () = async { drop(used.wait_for_connection_metadata().await) } => None,
            }
        };
        let response = match timeout(connect, connected).await.map_err(|_| Error::ConnectionTimeout)? {
            Some(response) => response,
            None => timeout(first_byte, sent).await.map_err(|_| Error::ConnectionReadTimeout)?,
        };
        unanswered.since = None;
        let response = response.map_err(|error| error_of(&error))?;
        if let Some(connection) = &*used.connection_metadata()
            && response.extensions().get::<Opened>().is_some_and(|Opened(opened)| opened.elapsed() > AGE)
        {
            connection.poison();
        }
        Ok(response)
    }
}

impl Pool {
    fn client(&self) -> HttpClient {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A request that nothing was heard of. When it is given up after a while, so are the connections that lie idle: a network that
/// forgot one flow has forgotten the others, and each of them would cost a request.
struct Unanswered<'a> {
    pool: &'a Pool,
    since: Option<Instant>,
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if self.since.is_some_and(|since| since.elapsed() > SILENCE) {
            let fresh = self.pool.builder.build(self.pool.connector.clone());
            *self.pool.client.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }
}

/// Connects to the outside.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    reach: Reach,
    limit: Limit,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the URL has no host")]
    NoHost,
    #[error("no connection became free")]
    Full,
    #[error(transparent)]
    Network(#[from] network::Error),
}

impl Connector {
    async fn connect(self, uri: Uri) -> Result<TokioIo<Stream>, Failure> {
        let host = uri.host().ok_or(Failure::NoHost)?;
        let port = uri.port_u16().unwrap_or(if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 });
        let permit = self.limit.permit(CONNECT).await.ok_or(Failure::Full)?;
        let socket = self.reach.connect(host, port, CONNECT).await?;
        Ok(TokioIo::new(Stream { socket, opened: Instant::now(), _permit: permit }))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// When a connection was made.
#[derive(Clone, Copy)]
struct Opened(Instant);

/// A connection that counts for as long as it is open.
pub(super) struct Stream {
    socket: TcpStream,
    opened: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().extra(Opened(self.opened))
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

/// What a guest learns about a request that failed.
fn error_of(error: &legacy::Error) -> Error {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return match failure {
                Failure::NoHost => Error::HttpRequestUriInvalid,
                Failure::Full => Error::ConnectionLimitReached,
                Failure::Network(network::Error::Blocked) => Error::DestinationIpProhibited,
                Failure::Network(network::Error::Unresolved(_)) => Error::DnsError { rcode: None, info_code: None },
                Failure::Network(network::Error::Timeout(_)) => Error::ConnectionTimeout,
                Failure::Network(network::Error::Unreachable(error)) => match error.kind() {
                    io::ErrorKind::TimedOut => Error::ConnectionTimeout,
                    _ => Error::ConnectionRefused,
                },
            };
        }
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            match error.kind() {
                io::ErrorKind::TimedOut => return Error::ConnectionTimeout,
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => return Error::ConnectionTerminated,
                _ => {}
            }
        }
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return match error {
                rustls::Error::InvalidCertificate(_) => Error::TlsCertificateError,
                _ => Error::TlsProtocolError,
            };
        }
        source = cause.source();
    }
    Error::HttpProtocolError
}
