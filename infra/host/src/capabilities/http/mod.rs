//! Requests that components send: to each other within the process, or out, as their allow-lists say.

use std::{
    fmt,
    future::{Future, ready},
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{HeaderName, Request, Response, Uri, header, uri::Scheme};
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
    network::{Network, Reach},
};

mod client;
mod overdue;
mod relay;

use client::Clients;
pub use client::Config;
pub use overdue::Overdue;

/// Calls from component to component that may be nested.
const DEPTH: u8 = 16;
/// How long a guest waits for a connection, for a head, and between two parts of a body, unless it says so (as in Spin, `DEFAULT_TIMEOUT`
/// of crates/factor-outbound-http/src/wasi.rs), and unless its own time is over before.
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

/// What an instance keeps about the requests that its guest sends.
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
                    context.hooks().on_call(tasks);
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
    /// Tasks of the guest that the next call comes from.
    calling: Vec<GuestTaskId>,
    overdue: Arc<Overdue>,
    forbidden: ForbiddenHeaderFilter,
}

impl Hooks {
    /// For a new instance.
    pub fn new(grant: Arc<Grant>) -> Self {
        let forbidden = Arc::clone(&grant.outbound.forbidden);
        Self { grant, depth: 0, chained: Vec::new(), calling: Vec::new(), overdue: Arc::default(), forbidden }
    }

    /// The guest begins to answer a request of this depth. Returns what to tell when it takes too long.
    pub fn on_request_start(&mut self, task: GuestTaskId, depth: u8) -> Arc<Overdue> {
        // Ids of finished tasks are used again.
        self.chained.retain(|(known, _)| *known != task);
        if depth > 0 {
            self.chained.push((task, depth));
        }
        self.depth = depth;
        Arc::clone(&self.overdue)
    }

    /// The next call comes from these tasks, youngest first.
    pub fn on_call(&mut self, tasks: Vec<GuestTaskId>) {
        let mut chained = tasks.iter().filter_map(|task| self.chained.iter().find(|(known, _)| known == task));
        self.depth = chained.next().map_or(0, |(_, depth)| *depth);
        self.calling = tasks;
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
        let caller = Caller { tasks: std::mem::take(&mut self.calling).into(), overdue: Arc::clone(&self.overdue) };
        Box::new(async move {
            let response = grant.outbound.send(&grant, request, options.unwrap_or_default(), depth, caller).await?;
            Ok((response, Box::new(ready(Ok(()))) as Box<dyn Future<Output = _> + Send>))
        })
    }
}

/// The requests that a call is made for.
#[derive(Clone)]
struct Caller {
    tasks: Arc<[GuestTaskId]>,
    overdue: Arc<Overdue>,
}

impl Caller {
    /// Waits until nobody needs an answer.
    async fn gives_up(self) {
        self.overdue.any(&self.tasks).await;
    }
}

/// Guests see `Host`, as on Spin; what belongs to the connection stays with the host.
fn is_forbidden(name: &HeaderName) -> bool {
    *name != header::HOST && DEFAULT_FORBIDDEN_HEADERS.contains(name)
}

/// The way out of the process, shared by all components.
pub struct Outbound {
    network: Arc<Network>,
    clients: Clients,
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
    pub fn new(network: Arc<Network>, config: Config) -> Result<Self, rustls::Error> {
        Ok(Self {
            clients: Clients::new(&network, config)?,
            network,
            own: OnceLock::new(),
            components: OnceLock::new(),
            forbidden: Arc::new(is_forbidden),
        })
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
        caller: Caller,
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
            return self.call_own(request, options, caller).await;
        }
        match self.network.grant(&grant.allowed_hosts, scheme, host, port) {
            Some(reach) => self.dispatch(request, options, reach, caller).await,
            None => Err(denied(grant, scheme, host, port)),
        }
    }

    /// Calls the application over its own listener.
    async fn call_own(
        &self,
        mut request: Request<WasiBody>,
        options: RequestOptions,
        caller: Caller,
    ) -> Result<Response<WasiBody>, Error> {
        let own = self.own.get().ok_or(Error::DestinationUnavailable)?;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(own.to_string())
            .path_and_query(path)
            .build()
            .map_err(|_| Error::HttpRequestUriInvalid)?;
        self.dispatch(request, options, self.network.own(), caller).await
    }

    async fn dispatch(
        &self,
        mut request: Request<WasiBody>,
        options: RequestOptions,
        reach: &Reach,
        caller: Caller,
    ) -> Result<Response<WasiBody>, Error> {
        request.headers_mut().remove(header::HOST);
        let connect = options.connect_timeout.unwrap_or(PATIENCE);
        let first_byte = options.first_byte_timeout.unwrap_or(PATIENCE);
        let response = tokio::select! {
            response = self.clients.send(reach, request, connect, first_byte) => response?,
            () = caller.clone().gives_up() => return Err(Error::HttpResponseTimeout),
        };
        let between = options.between_bytes_timeout.unwrap_or(PATIENCE);
        Ok(response.map(|body| relay::relay(body, between, caller.gives_up())))
    }
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
