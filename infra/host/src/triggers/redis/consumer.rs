//! A component that handles messages.

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use wasmtime::Store;

use super::bindings::{RedisHandler, RedisHandlerPre};
use crate::{
    capabilities::instance::{Context, Grants},
    engine::{
        Engine,
        lifecycle::Told,
        memory::{self, Budget, Exhausted, MemoryLimit, Usage},
    },
    telemetry,
    triggers::http::instances::{log_starved, log_trap},
};

/// A handler may take this many times as long as an HTTP request.
const PATIENCE: u32 = 10;

/// A component with a Redis trigger.
pub struct Consumer {
    engine: Engine,
    pre: RedisHandlerPre<Context>,
    grants: Arc<Grants>,
    memory: Arc<Budget>,
    /// Bytes of linear memory that an instance starts with.
    initial: usize,
}

/// An instance that has handled messages and may handle more.
pub struct Instance {
    store: Store<Context>,
    handler: RedisHandler,
    usage: Arc<Usage>,
    handled: usize,
}

/// Why a message was not handled.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("could not be instantiated: {0:#}")]
    NotInstantiated(wasmtime::Error),
    #[error("trapped: {0:#}")]
    Trapped(wasmtime::Error),
    #[error(transparent)]
    Starved(#[from] Exhausted),
    #[error("did not finish within {0:?}")]
    Timeout(Duration),
}

impl Consumer {
    /// Makes the consumer; no instance exists before the first message.
    pub fn new(engine: Engine, pre: RedisHandlerPre<Context>, grants: Arc<Grants>, memory: Arc<Budget>) -> Self {
        let initial = memory::initial(pre.instance_pre().component());
        Self { engine, pre, grants, memory, initial }
    }

    /// The component's id.
    pub fn id(&self) -> &str {
        &self.grants.component
    }

    /// How long an instance without messages is kept.
    pub fn idle(&self) -> Duration {
        self.grants.limits.instance_idle
    }

    /// Tells when others may need the memory of an instance without messages.
    pub fn told(&self) -> Told {
        self.memory.told()
    }

    /// Whether others wait for memory.
    pub fn is_short(&self) -> bool {
        self.memory.is_short()
    }

    /// Handles one message, in `instance` or a new one. Returns the instance when it can be used again.
    ///
    /// Whatever goes wrong is logged and ends with the message: the next one finds a new instance.
    pub async fn handle(&self, instance: Option<Instance>, message: &Bytes) -> Option<Instance> {
        let _span = telemetry::message_span(self.id());
        match self.run(instance, message).await {
            Ok(instance) => (instance.handled < self.grants.limits.instance_reuse).then_some(instance),
            Err(Failure::Trapped(error)) => {
                log_trap(self.id(), "", &error);
                None
            }
            Err(Failure::Starved(_)) => {
                log_starved(self.id(), "");
                None
            }
            Err(failure) => {
                tracing::error!(target: "kronos::component", component = self.id(), "{failure}");
                None
            }
        }
    }

    async fn run(&self, instance: Option<Instance>, message: &Bytes) -> Result<Instance, Failure> {
        let patience = self.grants.limits.request_timeout.saturating_mul(PATIENCE);
        let running = async {
            let mut instance = match instance {
                Some(instance) => instance,
                None => self.instantiate(patience).await?,
            };
            instance.handled += 1;
            match self.call(&mut instance, message.to_vec()).await {
                Ok(()) => Ok(instance),
                Err(_) if instance.usage.is_starved() => Err(Failure::Starved(Exhausted)),
                Err(error) => Err(Failure::Trapped(error)),
            }
        };
        tokio::time::timeout(patience, running).await.map_err(|_| Failure::Timeout(patience))?
    }

    async fn call(&self, instance: &mut Instance, payload: Vec<u8>) -> wasmtime::Result<()> {
        let cpu = Arc::clone(&instance.store.data().cpu);
        let handler = &instance.handler;
        let mut running = pin!(instance.store.run_concurrent(async |accessor| {
            handler.spin_redis_inbound_redis().call_handle_message(accessor, payload).await
        }));
        let result = std::future::poll_fn(|cx| {
            let poll = running.as_mut().poll(cx);
            if poll.is_pending() {
                cpu.on_pending();
            }
            poll
        });
        if let Err(error) = result.await?? {
            tracing::error!(target: "kronos::component", component = self.id(), "message not handled: {error:?}");
        }
        Ok(())
    }

    /// The message is lost if there is no instance, so it waits as long as it may be handled.
    async fn instantiate(&self, patience: Duration) -> Result<Instance, Failure> {
        let limits = &self.grants.limits;
        // There is one instance for each trigger, and what it waits for are requests: these leave room for it.
        let share = self.memory.admit(self.initial, 1, patience).await?;
        let usage = Arc::<Usage>::default();
        let limit = MemoryLimit::new(limits.instance_memory, share, patience, Arc::clone(&usage));
        let made = async {
            let mut store = Context::store(&self.engine, Arc::clone(&self.grants), limit)?;
            let handler = self.pre.instantiate_async(&mut store).await?;
            Ok((store, handler))
        };
        let (store, handler) = made.await.map_err(Failure::NotInstantiated)?;
        Ok(Instance { store, handler, usage, handled: 0 })
    }
}
