//! A component that handles messages.

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use wasmtime::Store;

use super::bindings::{RedisHandler, RedisHandlerPre};
use crate::{
    capabilities::instance::{Context, Grants},
    engine::Engine,
    telemetry,
    triggers::http::instances::log_trap,
};

/// A handler may take this many times as long as an HTTP request.
const PATIENCE: u32 = 10;

/// A component with a Redis trigger.
pub struct Consumer {
    engine: Engine,
    pre: RedisHandlerPre<Context>,
    grants: Arc<Grants>,
}

/// An instance that has handled messages and may handle more.
pub struct Instance {
    store: Store<Context>,
    handler: RedisHandler,
    handled: usize,
}

/// Why a message was not handled.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("could not be instantiated: {0:#}")]
    NotInstantiated(wasmtime::Error),
    #[error("trapped: {0:#}")]
    Trapped(wasmtime::Error),
    #[error("did not finish within {0:?}")]
    Timeout(Duration),
}

impl Consumer {
    /// Makes the consumer; no instance exists before the first message.
    pub fn new(engine: Engine, pre: RedisHandlerPre<Context>, grants: Arc<Grants>) -> Self {
        Self { engine, pre, grants }
    }

    /// The component's id.
    pub fn id(&self) -> &str {
        &self.grants.component
    }

    /// How long an instance without messages is kept.
    pub fn idle(&self) -> Duration {
        self.grants.limits.instance_idle
    }

    /// Handles one message, in `instance` or a new one. Answers the instance when it can be used again.
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
            Err(failure) => {
                tracing::error!(target: "kronos::component", component = self.id(), "{failure}");
                None
            }
        }
    }

    async fn run(&self, instance: Option<Instance>, message: &Bytes) -> Result<Instance, Failure> {
        let mut instance = match instance {
            Some(instance) => instance,
            None => self.instantiate().await.map_err(Failure::NotInstantiated)?,
        };
        instance.handled += 1;
        let cpu = Arc::clone(&instance.store.data().cpu);
        let payload = message.to_vec();
        let patience = self.grants.limits.request_timeout.saturating_mul(PATIENCE);
        let result = {
            let handler = &instance.handler;
            let mut running = pin!(instance.store.run_concurrent(async |accessor| {
                handler.spin_redis_inbound_redis().call_handle_message(accessor, payload).await
            }));
            let watched = std::future::poll_fn(|cx| {
                let poll = running.as_mut().poll(cx);
                if poll.is_pending() {
                    cpu.on_pending();
                }
                poll
            });
            tokio::time::timeout(patience, watched).await.map_err(|_| Failure::Timeout(patience))?
        };
        match result.and_then(std::convert::identity).map_err(Failure::Trapped)? {
            Ok(()) => {}
            Err(error) => {
                tracing::error!(target: "kronos::component", component = self.id(), "message not handled: {error:?}");
            }
        }
        Ok(instance)
    }

    async fn instantiate(&self) -> wasmtime::Result<Instance> {
        let mut store = Context::store(&self.engine, Arc::clone(&self.grants))?;
        let handler = self.pre.instantiate_async(&mut store).await?;
        Ok(Instance { store, handler, handled: 0 })
    }
}
