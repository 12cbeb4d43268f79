//! The client of outbound HTTP: its connections and how long they may take.

use std::{
    collections::HashMap,
    error::Error as _,
    io,
    pin::{Pin, pin},
    sync::{Mutex, MutexGuard, PoisonError},
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
/// After this long without an answer nobody can tell what becomes of the other connections.
const SILENCE: Duration = Duration::from_secs(5);
/// Hosts whose connections are kept; guests choose them, within their allow-lists.
const MAX_HOSTS: usize = 256;
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

/// Clients by host, and how to make them: starting again with one host does not touch the connections to others.
#[derive(Debug)]
struct Pool {
    reach: Reach,
    connector: HttpsConnector<Connector>,
    builder: legacy::Builder,
    idle: Duration,
    silence: Duration,
    hosts: Mutex<HashMap<String, Host>>,
}

/// The connections to one host.
#[derive(Debug)]
struct Host {
    client: HttpClient,
    made: Instant,
    used: Instant,
}

impl Clients {
    pub(super) fn new(network: &Network, config: Config) -> Result<Self, rustls::Error> {
        let limit = Limit::new(config.max_connections.unwrap_or(MAX_CONNECTIONS));
        let tls = network::tls()?;
        let mut builder = Client::builder(TokioExecutor::new());
        builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new());
        let idle = if config.max_connections.is_some() { IDLE_OF_FEW } else { IDLE };
        builder.pool_idle_timeout(idle);
        if !config.pooling {
            builder.pool_max_idle_per_host(0);
        }
        let pool = |reach: &Reach| {
            let connector = Connector { reach: reach.clone(), limit: limit.clone() };
            let https = HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
            let connector = https.enable_all_versions().wrap_connector(connector);
            let (reach, builder) = (reach.clone(), builder.clone());
            Pool { reach, connector, builder, idle, silence: SILENCE, hosts: Mutex::default() }
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
        let host = request.uri().host().ok_or(Error::HttpRequestUriInvalid)?.to_ascii_lowercase();
        let client = pool.client(&host);
        let mut unanswered = Unanswered { pool, host, since: Some(Instant::now()) };
        let mut used = capture_connection(&mut request);
        let mut sent = pin!(client.request(request));
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
    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn client(&self, host: &str) -> HttpClient {
        let now = Instant::now();
        let mut hosts = self.hosts();
        if let Some(known) = hosts.get_mut(host) {
            known.used = now;
            return known.client.clone();
        }
        if hosts.len() >= MAX_HOSTS {
            // What is left of the others is requests that have a client of their own.
            hosts.retain(|_, host| now.duration_since(host.used) < self.idle);
        }
        let client: HttpClient = self.builder.build(self.connector.clone());
        // One more than that gets a connection for this request alone.
        if hosts.len() < MAX_HOSTS {
            hosts.insert(host.to_owned(), Host { client: client.clone(), made: now, used: now });
        }
        client
    }
}

/// A request that nothing was heard of. When it is given up after a while, so are the connections to its host that lie idle: a network
/// that forgot one flow has forgotten the others, and each of them would cost a request.
struct Unanswered<'a> {
    pool: &'a Pool,
    host: String,
    since: Option<Instant>,
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if let Some(since) = self.since
            && since.elapsed() > self.pool.silence
        {
            let mut hosts = self.pool.hosts();
            // Those that were made since another request was given up are not in doubt.
            if hosts.get(&self.host).is_some_and(|host| host.made <= since) {
                hosts.remove(&self.host);
            }
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

#[cfg(test)]
mod tests {
    use std::{
        net::{Ipv4Addr, SocketAddr},
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering::Relaxed},
        },
    };

    use http_body_util::{BodyExt as _, Empty};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// A server that answers what it is asked, unless it is asked for `/silence`, and counts its connections.
    async fn server(address: Ipv4Addr) -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind((address, 0)).await.expect("a port");
        let (address, made) = (listener.local_addr().expect("its address"), Arc::<AtomicUsize>::default());
        let count = Arc::clone(&made);
        tokio::spawn(async move {
            loop {
                let (mut client, _) = listener.accept().await.expect("a client");
                count.fetch_add(1, Relaxed);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while let Ok(byte) = client.read_u8().await {
                        head.push(byte);
                        if head.ends_with(b"\r\n\r\n") && !head.starts_with(b"GET /silence ") {
                            client.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.expect("an answer");
                            head.clear();
                        }
                    }
                });
            }
        });
        (address, made)
    }

    async fn get(clients: &Clients, reach: &Reach, address: SocketAddr, path: &str) -> Result<u16, Error> {
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let request = Request::get(format!("http://{address}{path}")).body(body).expect("a request");
        let patience = Duration::from_mins(10);
        let response = clients.send(reach, request, patience, patience).await?;
        let status = response.status().as_u16();
        response.into_body().collect().await.expect("a body");
        Ok(status)
    }

    /// A request that is given up takes the idle connections to its own host along, and no others.
    #[tokio::test]
    async fn a_silent_host_costs_others_no_connection() {
        const MOMENT: Duration = Duration::from_millis(200);
        let network = Network::default();
        let mut clients = Clients::new(&network, Config { pooling: true, max_connections: None }).expect("clients");
        for pool in &mut clients.0 {
            pool.silence = MOMENT;
        }
        let reach = network.own();
        let (sound, sound_made) = server(Ipv4Addr::LOCALHOST).await;
        let (silent, silent_made) = server(Ipv4Addr::new(127, 0, 0, 2)).await;
        let made = || (sound_made.load(Relaxed), silent_made.load(Relaxed));
        for address in [sound, silent] {
            // A connection becomes idle a moment after its answer.
            loop {
                let before = made();
                assert_eq!(get(&clients, reach, address, "/").await.expect("an answer"), 204);
                tokio::time::sleep(MOMENT).await;
                if made() == before {
                    break;
                }
            }
        }
        let (sound_before, silent_before) = made();
        {
            let mut asked = pin!(get(&clients, reach, silent, "/silence"));
            tokio::select! {
                answer = &mut asked => panic!("{answer:?}"),
                () = tokio::time::sleep(MOMENT) => {}
            }
            assert_eq!(get(&clients, reach, silent, "/").await.expect("an answer"), 204);
            tokio::time::sleep(MOMENT).await;
        }
        for address in [sound, silent] {
            assert_eq!(get(&clients, reach, address, "/").await.expect("an answer"), 204);
        }
        // One for the answer beside the silence, and one after it.
        assert_eq!(made(), (sound_before, silent_before + 2));
    }
}
