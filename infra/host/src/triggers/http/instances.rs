//! The instances of one HTTP component: how they are made, reused, expired and what becomes of those that trap.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicU8,
            Ordering::{Acquire, Release},
        },
    },
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use http::HeaderValue;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, futures::OwnedNotified, oneshot},
    time::{Instant, Sleep},
};
use wasmtime::{Store, StoreContextMut, component::GuestTaskId};
use wasmtime_wasi_http::{
    WasiHttpView as _,
    handler::{
        ExpirationError, HandlerState, Instance, InstantiationError, ProxyHandler, ProxyPre, Request, Response,
        ShouldAccept, TrapOrPanicError, WorkerExpiration, WorkerState, WorkerStatus,
    },
    p3::bindings::http::types::ErrorCode,
};

use crate::{
    capabilities::instance::{Context, Grants},
    config::options::Limits,
    engine::{CpuClock, Engine},
    workers,
};

/// How long a request waits before it asks again for an instance when all are taken.
const RETRY: Duration = Duration::from_millis(5);

/// A component that answers requests.
pub struct HttpComponent {
    grants: Arc<Grants>,
    /// One for each worker: an instance stays on the thread that made it.
    handlers: Box<[ProxyHandler<Instances>]>,
}

impl HttpComponent {
    /// Makes the component; no instance exists before the first request.
    pub fn new(engine: Engine, pre: ProxyPre<Context>, grants: Arc<Grants>, lifecycle: Arc<Lifecycle>) -> Self {
        let factory = Arc::new(Factory { engine, pre, grants: Arc::clone(&grants), lifecycle });
        let handlers = (0..workers::slots()).map(|_| ProxyHandler::new(Instances(Arc::clone(&factory)))).collect();
        Self { grants, handlers }
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
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<Response, Failure> {
        // Dropped with this future, whatever ends it.
        let (cancel, cancelled) = oneshot::channel();
        let answer = self.answer(request, RequestData { id, depth, cancelled, permit });
        if let Ok(answer) = tokio::time::timeout(self.grants.limits.request_timeout, answer).await {
            return answer;
        }
        // The instance takes no more requests; what is left of this one ends with it.
        let _ = cancel.send(());
        Err(Failure::Timeout)
    }

    async fn answer(&self, mut request: Request, mut data: RequestData) -> Result<Response, Failure> {
        let handler = &self.handlers[workers::slot()];
        loop {
            let error = match handler.handle(data, request).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            match error.downcast::<InstantiationError<RequestData>>() {
                Ok(refused) if refused.error.is::<wasmtime::PoolConcurrencyLimitError>() => {
                    data = refused.request_data;
                    request = refused.request.into_inner().unwrap_or_else(PoisonError::into_inner);
                    tokio::time::sleep(RETRY).await;
                }
                Ok(refused) => return Err(Failure::NotInstantiated(format!("{:#}", refused.error))),
                Err(error) => return Err(Failure::from_error(&error)),
            }
        }
    }
}

/// Why a component did not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// Not within [`Limits::request_timeout`].
    #[error("no answer in time")]
    Timeout,
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

/// What accompanies a request to the instance that takes it.
pub struct RequestData {
    id: HeaderValue,
    depth: u8,
    cancelled: oneshot::Receiver<()>,
    permit: Option<OwnedSemaphorePermit>,
}

/// Makes the instances of one worker.
pub struct Instances(Arc<Factory>);

struct Factory {
    engine: Engine,
    pre: ProxyPre<Context>,
    grants: Arc<Grants>,
    lifecycle: Arc<Lifecycle>,
}

impl HandlerState for Instances {
    type StoreData = Context;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Context, Expiration, Worker>> {
        let Factory { engine, pre, grants, lifecycle } = &*self.0;
        let mut store = Context::store(engine, Arc::clone(grants))?;
        let proxy = pre.instantiate_async(&mut store).await?;
        let limits = grants.limits;
        let cpu = Arc::clone(&store.data().cpu);
        Ok(Instance {
            store,
            proxy,
            view: Context::http,
            expiration: Expiration::new(cpu, limits, Arc::clone(lifecycle)),
            state: Worker {
                grants: Arc::clone(grants),
                limits,
                lifecycle: Arc::clone(lifecycle),
                last_request: Mutex::default(),
            },
        })
    }
}

/// Decides how many requests an instance takes, and reports its end.
pub struct Worker {
    grants: Arc<Grants>,
    limits: Limits,
    lifecycle: Arc<Lifecycle>,
    last_request: Mutex<Option<HeaderValue>>,
}

impl WorkerState for Worker {
    type StoreData = Context;
    type RequestData = RequestData;

    fn should_accept_request(&self, concurrent_count: usize, total_count: usize) -> ShouldAccept {
        if total_count >= self.limits.instance_reuse {
            ShouldAccept::Never
        } else if concurrent_count >= self.limits.instance_concurrency {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, Context>,
        data: RequestData,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        store.data_mut().hooks.on_request_start(task, data.depth);
        *self.last_request.lock().unwrap_or_else(PoisonError::into_inner) = Some(data.id);
        let RequestData { cancelled, permit, .. } = data;
        Box::pin(async move {
            // Dropped with this future: when the head is answered, or was not in time.
            let _permit = permit;
            if cancelled.await.is_err() {
                // The caller has its answer, or went away: then the request is finished all the same.
                std::future::pending::<()>().await;
            }
        })
    }

    fn drop(&self, store: Store<Context>, result: wasmtime::Result<()>) {
        // A runtime that ends before the instance has seen the stop drops it, which is no fault of the component.
        if let Err(error) = result
            && self.lifecycle.phase.load(Acquire) != STOPPED
        {
            let last = self.last_request.lock().unwrap_or_else(PoisonError::into_inner).take();
            let request_id = last.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
            log_trap(&self.grants.component, request_id, &error);
        }
        drop(store);
    }
}

/// One line with the reason (a trap, the end of the CPU time, a request that is overdue); where in the guest it happened is on the level below.
pub(crate) fn log_trap(component: &str, request_id: &str, error: &wasmtime::Error) {
    tracing::error!(target: "kronos::component", component, request_id, "ended: {}", error.root_cause());
    tracing::debug!(target: "kronos::component", component, request_id, "{error:?}");
}

/// Tells instances that the host stops.
#[derive(Debug, Default)]
pub struct Lifecycle {
    phase: AtomicU8,
    changed: Arc<Notify>,
}

const RUNNING: u8 = 0;
const DRAINING: u8 = 1;
const STOPPED: u8 = 2;

impl Lifecycle {
    /// Idle instances end.
    pub fn drain(&self) {
        self.phase.store(DRAINING, Release);
        self.changed.notify_waiters();
    }

    /// All instances end.
    pub fn stop(&self) {
        self.phase.store(STOPPED, Release);
        self.changed.notify_waiters();
    }
}

/// When an instance ends: after idling, when its last request is overdue, or with the host.
///
/// The timer is not moved for every request: it fires at most once per idle period and then looks what is due.
pub struct Expiration {
    cpu: Arc<CpuClock>,
    idle: Duration,
    request: Duration,
    timer: Pin<Box<Sleep>>,
    /// Wakes the instance when the phase is no longer the one it has seen; registered once per phase, since that
    /// takes a lock that all instances share.
    changed: Option<Pin<Box<OwnedNotified>>>,
    seen: u8,
    lifecycle: Arc<Lifecycle>,
}

impl Expiration {
    fn new(cpu: Arc<CpuClock>, limits: Limits, lifecycle: Arc<Lifecycle>) -> Self {
        Self {
            cpu,
            idle: limits.instance_idle,
            // The request itself is answered first.
            request: limits.request_timeout + Duration::from_secs(1),
            timer: Box::pin(tokio::time::sleep(limits.instance_idle)),
            changed: None,
            seen: RUNNING,
            lifecycle,
        }
    }

    /// The phase of the host; the instance is woken when it changes.
    fn phase(&mut self, cx: &mut TaskContext<'_>) -> u8 {
        let phase = self.lifecycle.phase.load(Acquire);
        if self.changed.is_some() && phase == self.seen {
            return phase;
        }
        loop {
            let changed = self.changed.insert(Box::pin(Arc::clone(&self.lifecycle.changed).notified_owned()));
            if changed.as_mut().poll(cx).is_pending() {
                break;
            }
        }
        self.seen = self.lifecycle.phase.load(Acquire);
        self.seen
    }
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        status: WorkerStatus,
        start: std::time::Instant,
    ) -> Poll<()> {
        self.cpu.on_pending();
        let limit = match status {
            WorkerStatus::Idle => Some(self.idle),
            WorkerStatus::Requests => Some(self.request),
            // A response that is still being streamed may take as long as the client listens.
            WorkerStatus::PostReturn => None,
        };
        let due = limit.map(|limit| Instant::from_std(start) + limit);
        if let Some(due) = due
            && due < self.timer.deadline()
        {
            self.timer.as_mut().reset(due);
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            match due {
                Some(due) if due <= now => return Poll::Ready(()),
                Some(due) => self.timer.as_mut().reset(due),
                None => {
                    let later = now + self.idle.max(Duration::from_secs(1));
                    self.timer.as_mut().reset(later);
                }
            }
        }
        let ends = match self.phase(cx) {
            RUNNING => false,
            DRAINING => status == WorkerStatus::Idle,
            _ => true,
        };
        if ends { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LIMIT: Duration = Duration::from_millis(200);

    fn expiration(lifecycle: &Arc<Lifecycle>) -> Expiration {
        let limits = Limits { instance_idle: LIMIT, ..Limits::default() };
        let mut expiration = Expiration::new(Arc::default(), limits, Arc::clone(lifecycle));
        expiration.request = LIMIT * 2;
        expiration
    }

    async fn ends(expiration: &mut Expiration, status: WorkerStatus, start: Instant, within: Duration) -> bool {
        let end = std::future::poll_fn(|cx| Pin::new(&mut *expiration).poll(cx, status, start.into_std()));
        tokio::time::timeout(within, end).await.is_ok()
    }

    #[tokio::test]
    async fn an_instance_idles_then_ends() {
        let mut expiration = expiration(&Arc::default());
        let start = Instant::now();
        assert!(!ends(&mut expiration, WorkerStatus::Idle, start, LIMIT / 2).await);
        assert!(ends(&mut expiration, WorkerStatus::Idle, start, LIMIT).await);
        assert!(start.elapsed() >= LIMIT);
    }

    #[tokio::test]
    async fn an_overdue_request_ends_its_instance_and_a_stream_does_not() {
        let mut expiration = expiration(&Arc::default());
        let start = Instant::now();
        assert!(!ends(&mut expiration, WorkerStatus::PostReturn, start, LIMIT * 3).await);
        let start = Instant::now();
        assert!(ends(&mut expiration, WorkerStatus::Requests, start, LIMIT * 4).await);
        assert!(start.elapsed() >= LIMIT * 2);
    }

    #[tokio::test]
    async fn a_stop_lets_requests_finish_first() {
        let lifecycle = Arc::<Lifecycle>::default();
        let mut expiration = expiration(&lifecycle);
        let start = Instant::now();
        assert!(!ends(&mut expiration, WorkerStatus::Requests, start, SHORT).await);
        lifecycle.drain();
        assert!(!ends(&mut expiration, WorkerStatus::Requests, start, SHORT).await);
        assert!(ends(&mut expiration, WorkerStatus::Idle, start, SHORT).await);
        lifecycle.stop();
        assert!(ends(&mut expiration, WorkerStatus::Requests, start, SHORT).await);
    }

    #[tokio::test]
    async fn a_stop_wakes_instances() {
        let lifecycle = Arc::<Lifecycle>::default();
        let mut expiration = expiration(&lifecycle);
        expiration.idle = Duration::from_mins(1);
        let start = Instant::now();
        let (ended, ()) = tokio::join!(ends(&mut expiration, WorkerStatus::Idle, start, LIMIT), async {
            tokio::time::sleep(SHORT).await;
            lifecycle.drain();
        });
        assert!(ended);
    }
}
