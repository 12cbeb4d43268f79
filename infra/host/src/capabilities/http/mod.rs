//! Requests that components send: to each other within the process, or out, as their allow-lists say.

use std::{
    error::Error as _,
    fmt,
    future::{Future, ready},
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderName, Request, Response, Uri, header, uri::Scheme};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep},
};
use wasmtime::{
    AsContextMut as _,
    component::{GuestTaskId, Linker, Resource},
};
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttp, WasiHttpHooks,
    WasiHttpView,
    p3::bindings::http::{
        client::HostWithStore,
        types::{self, ErrorCode, Request as GuestRequest, Response as GuestResponse},
    },
};

use crate::{
    config::allowed_hosts::AllowedHosts,
    network::{CONNECT, Clients, Prohibited},
};

/// Calls from component to component that may be nested.
const DEPTH: u8 = 16;
/// How long a guest waits for a head, and between two parts of a body, unless it says so.
const PATIENCE: Duration = Duration::from_mins(10);
/// Bytes of a body that a guest hands over at a time.
const CHUNK: usize = 64 << 10;
/// The domain of the application's own components.
const CHAIN: &str = ".spin.internal";
/// The host by which components call their own application over its listener.
pub const OWN: &str = "self.alt";

/// Whom one component may call.
#[derive(Debug)]
pub struct Grant {
    /// Its id, for the log.
    pub component: String,
    /// Its allow-list.
    pub allowed_hosts: Arc<AllowedHosts>,
    /// The way out.
    pub outbound: Arc<Outbound>,
}

/// The application's own components, which call each other without leaving the process.
pub trait Components: Send + Sync {
    /// Sends `request`, which is `depth` calls away from a client, to the component `id`.
    fn call(&self, id: &str, request: Request<WasiBody>, depth: u8) -> Calling;
}

/// A call to another component.
pub type Calling = Pin<Box<dyn Future<Output = Result<Response<WasiBody>, Error>> + Send>>;

/// The data of an instance, as far as it is about requests that its guest sends.
pub trait OutboundView: WasiHttpView {
    /// What notes where calls come from.
    fn hooks(&mut self) -> &mut Hooks;
}

/// Adds `wasi:http@0.3` to the linker.
///
/// `client.send` first notes which request the call belongs to, so that chained calls know how deep they are, and gives
/// a relative URL the authority of the application.
pub fn add_to_linker<T: OutboundView + Send + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    types::add_to_linker::<T, WasiHttp>(linker, T::http)?;
    linker.instance("wasi:http/client@0.3.0")?.func_wrap_concurrent(
        "send",
        |accessor, (request,): (Resource<GuestRequest>,)| {
            Box::pin(async move {
                accessor.with(|mut access| {
                    let mut store = access.as_context_mut();
                    let tasks: Vec<_> = store.async_call_stack()?.collect();
                    let context = store.data_mut();
                    context.hooks().on_call(tasks.into_iter());
                    let request = context.http().table.get_mut(&request)?;
                    if request.authority.is_none() {
                        request.scheme = Some(Scheme::HTTP);
                        request.authority = Some(http::uri::Authority::from_static(OWN));
                    }
                    wasmtime::error::Ok(())
                })?;
                let accessor = accessor.with_getter::<WasiHttp>(T::http);
                let sent: Result<Resource<GuestResponse>, ErrorCode> = match WasiHttp::send(&accessor, request).await {
                    Ok(response) => Ok(response),
                    Err(error) => Err(error.downcast()?),
                };
                Ok((sent,))
            })
        },
    )
}

/// What guests send and receive goes through here.
pub struct Hooks {
    grant: Arc<Grant>,
    /// Depth of the request whose call comes next.
    depth: u8,
    /// Tasks of the guest that answer another component, with their depth; the others answer a client.
    chained: Vec<(GuestTaskId, u8)>,
    forbidden: ForbiddenHeaderFilter,
}

impl Hooks {
    /// For a new instance.
    pub fn new(grant: Arc<Grant>) -> Self {
        let forbidden = Arc::clone(&grant.outbound.forbidden);
        Self { grant, depth: 0, chained: Vec::new(), forbidden }
    }

    /// The guest begins to answer a request of this depth.
    pub fn on_request_start(&mut self, task: GuestTaskId, depth: u8) {
        // Ids of finished tasks are used again.
        self.chained.retain(|(known, _)| *known != task);
        if depth > 0 {
            self.chained.push((task, depth));
        }
        self.depth = depth;
    }

    /// The next call comes from these tasks, youngest first.
    pub fn on_call(&mut self, mut tasks: impl Iterator<Item = GuestTaskId>) {
        self.depth = if self.chained.is_empty() {
            0
        } else {
            tasks.find_map(|task| self.chained.iter().find(|(known, _)| *known == task)).map_or(0, |(_, depth)| *depth)
        };
    }
}

type Sent = Result<(Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>;

impl WasiHttpHooks for Hooks {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::clone(&self.forbidden)
    }

    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        is_forbidden(name)
    }

    /// The client sets it, so that it cannot contradict what the allow-list was asked for.
    fn set_host_header(&mut self) -> bool {
        false
    }

    /// What is copied out of a guest at a time; two of them wait for the client.
    fn p3_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _fut: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let (grant, depth) = (Arc::clone(&self.grant), self.depth);
        Box::new(async move {
            let response = grant.outbound.send(&grant, request, options.unwrap_or_default(), depth).await?;
            Ok((response, Box::new(ready(Ok(()))) as Box<dyn Future<Output = _> + Send>))
        })
    }
}

/// Guests see `Host`, as on Spin; what belongs to the connection stays with the host.
fn is_forbidden(name: &HeaderName) -> bool {
    *name != header::HOST && DEFAULT_FORBIDDEN_HEADERS.contains(name)
}

/// The way out of the process, shared by all components.
pub struct Outbound {
    clients: Clients,
    /// `None` without a limit.
    connections: Option<Arc<Semaphore>>,
    own: OnceLock<SocketAddr>,
    components: OnceLock<Box<dyn Components>>,
    forbidden: ForbiddenHeaderFilter,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("own", &self.own).finish_non_exhaustive()
    }
}

impl Outbound {
    /// Makes the way out; the application itself is known later ([`Self::connect`]).
    pub fn new(clients: Clients, max_connections: Option<usize>) -> Self {
        Self {
            clients,
            connections: max_connections.map(connections),
            own: OnceLock::new(),
            components: OnceLock::new(),
            forbidden: Arc::new(is_forbidden),
        }
    }

    /// Tells it where the application listens and which components answer.
    pub fn connect(&self, own: SocketAddr, components: Box<dyn Components>) {
        // A host does so once.
        let _ = self.own.set(own);
        let _ = self.components.set(components);
    }

    async fn send(
        &self,
        grant: &Grant,
        request: Request<WasiBody>,
        options: RequestOptions,
        depth: u8,
    ) -> Result<Response<WasiBody>, Error> {
        let uri = request.uri();
        let authority = uri.authority().ok_or(Error::HttpRequestUriInvalid)?;
        let scheme = uri.scheme_str().unwrap_or("https");
        let host = authority.host();
        let port = authority.port_u16().unwrap_or(if scheme == "http" { 80 } else { 443 });
        if let Some(id) = host.strip_suffix(CHAIN) {
            let allowed = &grant.allowed_hosts;
            if !allowed.allows(scheme, host, port) && !allowed.allows("http", host, 80) {
                return Err(denied(grant, scheme, host, port));
            }
            let depth = depth + 1;
            if depth > DEPTH {
                return Err(Error::LoopDetected);
            }
            let id = id.to_owned();
            let components = self.components.get().ok_or(Error::DestinationNotFound)?;
            return components.call(&id, request, depth).await;
        }
        if host == OWN {
            if !grant.allowed_hosts.allows_self(scheme) {
                return Err(denied(grant, scheme, host, port));
            }
            return self.call_own(request, options).await;
        }
        if !grant.allowed_hosts.allows(scheme, host, port) {
            return Err(denied(grant, scheme, host, port));
        }
        let named = grant.allowed_hosts.names_literally(scheme, host, port);
        if !named
            && let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>()
            && self.clients.blocked.contains(address)
        {
            return Err(Error::DestinationIpProhibited);
        }
        self.dispatch(request, options, named).await
    }

    /// Calls the application over its own listener.
    async fn call_own(
        &self,
        mut request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>, Error> {
        let own = self.own.get().ok_or(Error::DestinationUnavailable)?;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(own.to_string())
            .path_and_query(path)
            .build()
            .map_err(|_| Error::HttpRequestUriInvalid)?;
        self.dispatch(request, options, true).await
    }

    async fn dispatch(
        &self,
        mut request: Request<WasiBody>,
        options: RequestOptions,
        named: bool,
    ) -> Result<Response<WasiBody>, Error> {
        request.headers_mut().remove(header::HOST);
        let permit = match &self.connections {
            Some(connections) => {
                Some(Arc::clone(connections).acquire_owned().await.map_err(|_| Error::ConnectionLimitReached)?)
            }
            None => None,
        };
        let client = if named { &self.clients.named } else { &self.clients.others };
        let connect = options.connect_timeout.unwrap_or(CONNECT);
        let patience = connect.saturating_add(options.first_byte_timeout.unwrap_or(PATIENCE));
        let response = tokio::time::timeout(patience, client.request(request))
            .await
            .map_err(|_| Error::ConnectionReadTimeout)?
            .map_err(|error| client_error(&error))?;
        let limit = options.between_bytes_timeout.unwrap_or(PATIENCE);
        Ok(response.map(|body| {
            Paced { body, limit, timer: Box::pin(tokio::time::sleep(limit)), waiting: false, _permit: permit }
                .boxed_unsync()
        }))
    }
}

fn connections(count: usize) -> Arc<Semaphore> {
    let connections = Semaphore::new(count.min(Semaphore::MAX_PERMITS));
    if count == 0 {
        // Waiting for one would never end.
        connections.close();
    }
    Arc::new(connections)
}

/// A guest sees `HttpRequestDenied`; whoever runs the application sees what to grant.
fn denied(grant: &Grant, scheme: &str, host: &str, port: u16) -> Error {
    tracing::warn!(
        target: "kronos::component",
        component = grant.component,
        "outbound request to {scheme}://{host}:{port} denied: `allowed_outbound_hosts` does not grant it"
    );
    Error::HttpRequestDenied
}

/// What a guest learns about a request that failed.
fn client_error(error: &hyper_util::client::legacy::Error) -> Error {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            if io.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Prohibited>) {
                return Error::DestinationIpProhibited;
            }
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => return Error::ConnectionRefused,
                std::io::ErrorKind::TimedOut => return Error::ConnectionTimeout,
                std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe => {
                    return Error::ConnectionTerminated;
                }
                _ => {}
            }
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(_) => Error::TlsCertificateError,
                _ => Error::TlsProtocolError,
            };
        }
        source = cause.source();
    }
    if error.is_connect() {
        return Error::DnsError { rcode: None, info_code: None };
    }
    Error::HttpProtocolError
}

/// A body whose parts must come within a limit of time; it holds its connection's permit.
struct Paced {
    body: Incoming,
    limit: Duration,
    timer: Pin<Box<Sleep>>,
    waiting: bool,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.waiting = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::Hyper)));
        }
        if !self.waiting {
            self.waiting = true;
            let due = Instant::now() + self.limit;
            self.timer.as_mut().reset(due);
        }
        match self.timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Some(Err(Error::ConnectionReadTimeout))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_see_host_and_nothing_of_the_connection() {
        assert!(!is_forbidden(&header::HOST));
        assert!(!is_forbidden(&header::AUTHORIZATION));
        assert!(is_forbidden(&header::CONNECTION));
        assert!(is_forbidden(&header::TRANSFER_ENCODING));
    }
}
