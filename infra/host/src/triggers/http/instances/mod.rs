//! The instances of one HTTP component: how they are made, reused, expired and what becomes of those that trap.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderValue;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::{sync::oneshot, time::Instant};
use wasmtime::{PoolConcurrencyLimitError, Store, StoreContextMut, component::GuestTaskId};
use wasmtime_wasi_http::{
    Error, WasiBody, WasiHttpView as _,
    handler::{
        ExpirationError, HandlerState, Instance, InstantiationError, ProxyHandler, ProxyPre, Request, Response,
        ShouldAccept, TrapOrPanicError, WorkerState,
    },
    p3::bindings::http::types::ErrorCode,
};

use self::{
    expiration::Expiration,
    pool::{Bounds, Caller, Membership, Place, Pool},
};
use super::slots::Slot;
use crate::{
    capabilities::instance::{Context, Grants},
    engine::{
        Engine,
        lifecycle::{Lifecycle, Phase, Told},
        memory::{self, Budget, Exhausted, MemoryLimit, Usage},
    },
    workers,
};

mod expiration;
mod pool;

/// How much longer than a request its instance may take to end: the request itself is answered first.
const SLACK: Duration = Duration::from_secs(1);

/// A component that answers requests.
pub struct HttpComponent {
    grants: Arc<Grants>,
    lifecycle: Arc<Lifecycle>,
    /// One for each worker: an instance stays on the thread that made it.
    pools: Box<[Arc<Pool<Seat>>]>,
}

impl HttpComponent {
    /// Makes the component; no instance exists before the first request.
    pub fn new(
        engine: Engine,
        pre: ProxyPre<Context>,
        grants: Arc<Grants>,
        lifecycle: Arc<Lifecycle>,
        memory: Arc<Budget>,
    ) -> Self {
        let limits = &grants.limits;
        let (concurrency, initial) = match &pre {
            // Its functions are synchronous: a second call waits in the instance until the first has ended.
            ProxyPre::P2(pre) => (1, memory::initial(pre.instance_pre().component())),
            ProxyPre::P3(pre) => (limits.instance_concurrency, memory::initial(pre.instance_pre().component())),
        };
        let bounds = Bounds {
            instances: limits.instances,
            concurrency,
            reuse: limits.instance_reuse,
            waiting: limits.concurrent_requests,
            patience: limits.instance_wait,
        };
        let factory = Arc::new(Factory {
            engine,
            pre,
            grants: Arc::clone(&grants),
            lifecycle: Arc::clone(&lifecycle),
            memory,
            initial,
        });
        let pools = (0..workers::slots()).map(|_| {
            let factory = Arc::clone(&factory);
            Pool::new(bounds, move |membership| Seat::new(Arc::clone(&factory), membership))
        });
        Self { grants, lifecycle, pools: pools.collect() }
    }

    /// The component's id.
    pub fn id(&self) -> &str {
        &self.grants.component
    }

    /// Answers `request`, which is `depth` calls away from a client. `permit` is kept as long as the guest works on it, even when
    /// nobody waits for it any more.
    pub async fn handle(
        &self,
        request: Request,
        id: HeaderValue,
        depth: u8,
        permit: Option<Slot>,
    ) -> Result<Response, Failure> {
        let deadline = Instant::now() + self.grants.limits.request_timeout;
        // Whatever ends this future, the instance that has the request then learns that nobody waits for it.
        let mut handed = None;
        let answer = self.answer(request, Origin { id, depth, permit }, deadline, &mut handed);
        match tokio::time::timeout_at(deadline, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(handed.map_or(Failure::Overloaded, Handed::expire)),
        }
    }

    async fn answer(
        &self,
        mut request: Request,
        mut origin: Origin,
        deadline: Instant,
        handed: &mut Option<Handed>,
    ) -> Result<Response, Failure> {
        let pool = &self.pools[workers::slot()];
        loop {
            let place = pool.place(origin.depth).await.ok_or(Failure::Overloaded)?;
            let seat = Arc::clone(place.handle());
            let (cancel, cancelled) = oneshot::channel();
            let caller = &handed.insert(Handed { caller: place.caller(), cancel }).caller;
            let data = RequestData { origin, place, cancelled, deadline };
            let error = match seat.handler.handle(data, request).await {
                Ok(response) => return Ok(response.map(|body| seat.stream(body))),
                Err(error) => error,
            };
            match error.downcast::<InstantiationError<RequestData>>() {
                Ok(refused) if refused.error.is::<Made>() => {
                    caller.link().refused();
                    origin = refused.request_data.origin;
                    request = refused.request.into_inner().unwrap_or_else(PoisonError::into_inner);
                }
                Ok(refused) if refused.error.is::<Exhausted>() || refused.error.is::<PoolConcurrencyLimitError>() => {
                    return Err(Failure::Overloaded);
                }
                _ if self.lifecycle.phase() == Phase::Stopped => return Err(Failure::Stopped),
                _ if seat.usage.is_starved() => return Err(Failure::Overloaded),
                Ok(refused) => return Err(Failure::NotInstantiated(format!("{:#}", refused.error))),
                Err(error) => return Err(Failure::from_error(&error)),
            }
        }
    }
}

/// Why a component did not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// Not within [`Limits::request_timeout`](crate::config::options::Limits::request_timeout).
    #[error("no answer in time")]
    Timeout,
    /// No instance took the request within [`Limits::instance_wait`](crate::config::options::Limits::instance_wait), or the one that did could not get the memory that it needs.
    #[error("too busy")]
    Overloaded,
    /// The host stopped before there was an answer.
    #[error("stopped")]
    Stopped,
    /// It trapped. Why is logged once per instance, since other requests may have failed with it.
    #[error("trapped")]
    Trapped,
    /// It could not be instantiated.
    #[error("could not be instantiated: {0}")]
    NotInstantiated(String),
    /// It answered with an error instead of a response.
    #[error("answered with the error {0}")]
    Refused(String),
}

impl Failure {
    fn from_error(error: &wasmtime::Error) -> Self {
        if error.is::<ExpirationError>() {
            Self::Timeout
        } else if let Some(code) = error.downcast_ref::<ErrorCode>() {
            Self::Refused(code.to_string())
        } else if error.is::<TrapOrPanicError>() || error.is::<wasmtime::Trap>() {
            Self::Trapped
        } else {
            // A trap that the host caused, such as the end of the CPU time.
            Self::Trapped
        }
    }
}

/// A request that an instance has, as seen from the one who waits for the answer.
struct Handed {
    caller: Caller<Seat>,
    /// Dropped when nobody waits any more.
    cancel: oneshot::Sender<()>,
}

impl Handed {
    /// Cuts the request off. The instance takes no more of them, and what is left of this one ends with it.
    fn expire(self) -> Failure {
        self.caller.link().expire();
        // It may have ended meanwhile.
        let _ended = self.cancel.send(());
        Failure::Timeout
    }
}

/// Where a request comes from.
struct Origin {
    id: HeaderValue,
    depth: u8,
    permit: Option<Slot>,
}

/// What accompanies a request to the instance that takes it.
pub struct RequestData {
    origin: Origin,
    place: Place<Seat>,
    cancelled: oneshot::Receiver<()>,
    deadline: Instant,
}

/// Where one instance takes its requests.
pub struct Seat {
    /// Of this one instance: several would share a queue, in which a request that is meant for any of them wakes one that has
    /// stopped taking requests.
    handler: ProxyHandler<Single>,
    usage: Arc<Usage>,
    streams: Arc<AtomicUsize>,
}

impl Seat {
    fn new(factory: Arc<Factory>, membership: Membership<Self>) -> Self {
        let (usage, streams) = <(Arc<Usage>, Arc<AtomicUsize>)>::default();
        let membership = Mutex::new(Some(membership));
        let single = Single { factory, membership, usage: Arc::clone(&usage), streams: Arc::clone(&streams) };
        Self { handler: ProxyHandler::new(single), usage, streams }
    }

    /// Counts the body of a response until it has been read.
    fn stream(&self, body: WasiBody) -> WasiBody {
        if body.is_end_stream() {
            return body;
        }
        self.streams.fetch_add(1, Relaxed);
        Stream { body, streams: Arc::clone(&self.streams) }.boxed_unsync()
    }
}

struct Stream {
    body: WasiBody,
    streams: Arc<AtomicUsize>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.streams.fetch_sub(1, Relaxed);
    }
}

impl Body for Stream {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What the instances of a component are made of.
struct Factory {
    engine: Engine,
    pre: ProxyPre<Context>,
    grants: Arc<Grants>,
    lifecycle: Arc<Lifecycle>,
    memory: Arc<Budget>,
    /// Bytes of linear memory that an instance starts with.
    initial: usize,
}

/// Makes one instance.
pub struct Single {
    factory: Arc<Factory>,
    /// Of the instance that is not made yet.
    membership: Mutex<Option<Membership<Seat>>>,
    usage: Arc<Usage>,
    streams: Arc<AtomicUsize>,
}

/// The instance is made, and did not take the request.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the instance takes no request")]
struct Made;

impl HandlerState for Single {
    type StoreData = Context;
    type WorkerExpiration = Expiration<Seat>;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Context, Expiration<Seat>, Worker>> {
        let membership = self.membership.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(Made)?;
        let Factory { engine, pre, grants, lifecycle, memory, initial } = &*self.factory;
        let limits = &grants.limits;
        let link = membership.link();
        let share = memory.admit(*initial, membership.depth(), limits.instance_wait).await?;
        let limit = MemoryLimit::new(limits.instance_memory, share, limits.instance_wait, Arc::clone(&self.usage));
        let mut store = Context::store(engine, Arc::clone(grants), limit)?;
        let proxy = pre.instantiate_async(&mut store).await?;
        self.usage.started();
        let expiration = Expiration {
            cpu: Arc::clone(&store.data().cpu),
            usage: Arc::clone(&self.usage),
            memory: Arc::clone(memory),
            streams: Arc::clone(&self.streams),
            link,
            told: Told::new(Arc::clone(lifecycle)),
            idle: limits.instance_idle,
            request: limits.request_timeout + SLACK,
            timer: Box::pin(tokio::time::sleep(limits.instance_idle)),
        };
        let state = Worker {
            grants: Arc::clone(grants),
            lifecycle: Arc::clone(lifecycle),
            usage: Arc::clone(&self.usage),
            last_request: Mutex::default(),
            _membership: membership,
        };
        Ok(Instance { store, proxy, view: Context::http, expiration, state })
    }
}

/// Decides how many requests an instance takes, and reports its end.
pub struct Worker {
    grants: Arc<Grants>,
    lifecycle: Arc<Lifecycle>,
    usage: Arc<Usage>,
    last_request: Mutex<Option<HeaderValue>>,
    _membership: Membership<Seat>,
}

impl WorkerState for Worker {
    type StoreData = Context;
    type RequestData = RequestData;

    /// The pool does not hand it more than it may have at the same time.
    fn should_accept_request(&self, _concurrent_count: usize, total_count: usize) -> ShouldAccept {
        if total_count >= self.grants.limits.instance_reuse { ShouldAccept::Never } else { ShouldAccept::Yes }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, Context>,
        data: RequestData,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        let RequestData { origin: Origin { id, depth, permit }, mut place, cancelled, deadline } = data;
        let overdue = store.data_mut().hooks.on_request_start(task, depth);
        *self.last_request.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
        place.begun();
        // Dropped with its place as soon as the request is answered.
        Box::pin(async move {
            let _permit = permit;
            if cancelled.await.is_err() {
                // The caller went away: what it has begun may be finished as if it had not.
                tokio::time::sleep_until(deadline).await;
                place.link().expire();
            }
            overdue.add(task);
        })
    }

    fn drop(&self, store: Store<Context>, result: wasmtime::Result<()>) {
        // A runtime that ends before the instance has seen the stop drops it, which is no fault of the component.
        if let Err(error) = result
            && self.lifecycle.phase() != Phase::Stopped
        {
            let last = self.last_request.lock().unwrap_or_else(PoisonError::into_inner).take();
            let request_id = last.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
            if self.usage.is_starved() {
                log_starved(&self.grants.component, request_id);
            } else {
                log_trap(&self.grants.component, request_id, &error);
            }
        }
        drop(store);
    }
}

/// One line with the reason (a trap, the end of the CPU time, a request that is overdue); where in the guest it happened is on the level below.
pub(crate) fn log_trap(component: &str, request_id: &str, error: &wasmtime::Error) {
    tracing::error!(target: "kronos::component", component, request_id, "ended: {}", error.root_cause());
    tracing::debug!(target: "kronos::component", component, request_id, "{error:?}");
}

/// One line for whoever can give more memory.
pub(crate) fn log_starved(component: &str, request_id: &str) {
    tracing::error!(
        target: "kronos::component",
        component,
        request_id,
        "ended: it needs memory while all instances together use what they may (--max-total-memory)"
    );
}
