//! The data of a store: what one instance of a component can reach.

use std::{path::PathBuf, sync::Arc, time::Duration};

use wasmtime::{Store, component::ResourceTable};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::{
    Calls, MAX_RESULT_BYTES, View,
    http::{self, Hooks, OutboundView},
    key_value, output, postgres, redis, sqlite, variables,
};
use crate::{
    config::options::Limits,
    engine::{Computing, CpuClock, Engine, memory::MemoryLimit},
};

/// Bytes that one call may hand to the host; beyond, it traps. A request's body fits twice in any case, for what is made of it.
const CALL_BYTES: usize = 32 << 20;
/// As many of the largest calls may be under way at the same time.
const LARGEST_CALLS: usize = 2;
/// Resources, streams, futures and calls that an instance may have at the same time; beyond, it traps.
const MAX_HANDLES: usize = 10_000;

/// What the manifest and the operator give to one component, shared by its instances.
#[derive(Debug)]
pub struct Grants {
    /// Its id.
    pub component: Arc<str>,
    /// Its environment variables.
    pub environment: Vec<(String, String)>,
    /// Read-only folders: (on the host, in the guest).
    pub mounts: Vec<(PathBuf, String)>,
    /// Bounds on its instances.
    pub limits: Limits,
    /// Outbound HTTP.
    pub http: Arc<http::Grant>,
    /// Key-value stores.
    pub key_value: Arc<key_value::Grant>,
    /// PostgreSQL.
    pub postgres: Arc<postgres::Grant>,
    /// Redis.
    pub redis: Arc<redis::Grant>,
    /// SQLite.
    pub sqlite: Arc<sqlite::Grant>,
    /// Variables.
    pub variables: Arc<variables::Grant>,
}

/// The data of one store.
pub struct Context {
    /// What its component may do.
    pub grants: Arc<Grants>,
    /// Its computing time, shared with what drives the store.
    pub cpu: Arc<CpuClock>,
    /// Outbound HTTP.
    pub hooks: Hooks,
    wasi: WasiCtx,
    wasi_http: WasiHttpCtx,
    table: ResourceTable,
    limits: MemoryLimit,
    calls: Arc<Calls>,
    key_value: key_value::State,
    postgres: postgres::State,
    redis: redis::State,
    sqlite: sqlite::State,
    variables: variables::State,
}

impl Context {
    /// The data of a new instance.
    pub fn new(grants: Arc<Grants>, limits: MemoryLimit) -> wasmtime::Result<Self> {
        let mut wasi = WasiCtx::builder();
        for (name, value) in &grants.environment {
            wasi.env(name, value);
        }
        for (host, guest) in &grants.mounts {
            wasi.preopened_dir(host, guest, FsPerms::ReadOnly)?;
        }
        wasi.stdout(output::Lines::new(Arc::clone(&grants.component), output::Stream::Stdout));
        wasi.stderr(output::Lines::new(Arc::clone(&grants.component), output::Stream::Stderr));
        Ok(Self {
            cpu: Arc::default(),
            hooks: Hooks::new(Arc::clone(&grants.http)),
            wasi: wasi.build(),
            wasi_http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            limits,
            calls: Calls::new(LARGEST_CALLS * call_bytes(&grants.limits)),
            key_value: key_value::State::new(Arc::clone(&grants.key_value)),
            postgres: postgres::State::new(Arc::clone(&grants.postgres)),
            redis: redis::State::new(Arc::clone(&grants.redis)),
            sqlite: sqlite::State::new(Arc::clone(&grants.sqlite)),
            variables: variables::State(Arc::clone(&grants.variables)),
            grants,
        })
    }

    /// A store for a new instance, with its limits.
    pub fn store(engine: &Engine, grants: Arc<Grants>, limits: MemoryLimit) -> wasmtime::Result<Store<Self>> {
        let call_bytes = call_bytes(&grants.limits);
        let mut store = engine.store(Self::new(grants, limits)?);
        store.set_hostcall_fuel(call_bytes);
        store.set_max_component_handles(MAX_HANDLES);
        store.limiter_async(|context| &mut context.limits);
        Ok(store)
    }

    pub(super) fn key_value(&mut self) -> View<'_, key_value::State> {
        View { state: &mut self.key_value, table: &mut self.table, calls: &self.calls }
    }

    pub(super) fn postgres(&mut self) -> View<'_, postgres::State> {
        View { state: &mut self.postgres, table: &mut self.table, calls: &self.calls }
    }

    pub(super) fn redis(&mut self) -> View<'_, redis::State> {
        View { state: &mut self.redis, table: &mut self.table, calls: &self.calls }
    }

    pub(super) fn sqlite(&mut self) -> View<'_, sqlite::State> {
        View { state: &mut self.sqlite, table: &mut self.table, calls: &self.calls }
    }

    pub(super) fn variables(&mut self) -> View<'_, variables::State> {
        View { state: &mut self.variables, table: &mut self.table, calls: &self.calls }
    }
}

/// Bytes that a guest with these limits may hand over in one call.
fn call_bytes(limits: &Limits) -> usize {
    let bodies = usize::try_from(limits.request_body).unwrap_or(usize::MAX).saturating_mul(2);
    bodies.clamp(CALL_BYTES, MAX_RESULT_BYTES)
}

impl Computing for Context {
    fn cpu(&self) -> (&CpuClock, Duration) {
        (&self.cpu, self.grants.limits.cpu_deadline)
    }
}

impl WasiView for Context {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Context {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.wasi_http, table: &mut self.table, hooks: &mut self.hooks }
    }
}

impl OutboundView for Context {
    fn hooks(&mut self) -> &mut Hooks {
        &mut self.hooks
    }
}

/// The grants of a component that is given nothing, in a test.
#[cfg(test)]
pub(crate) fn nothing() -> Arc<Grants> {
    use crate::{
        config::{manifest::Manifest, options::Options, runtime::RuntimeConfig, variables::Variables},
        network::Network,
    };

    let manifest = Manifest::empty("test");
    let options = Options::new("spin.toml");
    let application =
        Variables::new(&manifest, &RuntimeConfig::default(), &options, |_| Ok(std::collections::BTreeMap::new()));
    let network = Arc::<Network>::default();
    let connections = http::Config { pooling: true, max_connections: None };
    let outbound = http::Outbound::new(Arc::clone(&network), connections).expect("a client");
    let databases = Arc::<sqlite::Databases>::default();
    let servers = Arc::<redis::Pools>::default();
    let embedded = redis::embedded::EmbeddedRedis::default();
    Arc::new(Grants {
        component: "test".into(),
        environment: Vec::new(),
        mounts: Vec::new(),
        limits: Limits::default(),
        http: Arc::new(http::Grant {
            component: "test".into(),
            allowed_hosts: Arc::default(),
            outbound: Arc::new(outbound),
        }),
        key_value: Arc::new(key_value::Grant {
            stores: std::collections::BTreeMap::new(),
            files: Arc::default(),
            sqlite: Arc::clone(&databases),
            redis: Arc::clone(&servers),
            embedded_redis: embedded.clone(),
        }),
        postgres: Arc::new(postgres::Grant {
            allowed_hosts: Arc::default(),
            network: Arc::clone(&network),
            pools: Arc::new(postgres::Pools::new(None, Duration::from_secs(30))),
            spin_exact: false,
        }),
        redis: Arc::new(redis::Grant {
            allowed_hosts: Arc::default(),
            network,
            pools: servers,
            embedded,
            spin_exact: false,
        }),
        sqlite: Arc::new(sqlite::Grant {
            databases: std::collections::BTreeMap::new(),
            own: sqlite::OwnShare::default(),
            foreign_keys: true,
            shared: databases,
        }),
        variables: Arc::new(variables::Grant {
            declared: std::collections::BTreeMap::new(),
            application: Arc::new(application.expect("no variables")),
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::memory;

    #[tokio::test]
    async fn what_an_instance_hands_to_the_host_is_bounded() {
        let engine = Engine::shared().expect("the engine starts");
        let store = Context::store(&engine, nothing(), memory::testing().await).expect("a store");
        assert_eq!((store.hostcall_fuel(), store.max_component_handles()), (32 << 20, 10_000));
        let calls = &store.data().calls;
        let largest = [(); 2].map(|()| calls.hold(32 << 20).expect("room"));
        assert!(calls.hold(1).is_err());
        drop(largest);
        assert!(calls.hold(1).is_ok());
    }

    #[test]
    fn a_call_has_room_for_the_body_of_a_request() {
        for (request_body, expected) in
            [(0, 32 << 20), (10 << 20, 32 << 20), (50 << 20, 100 << 20), (u64::MAX, 128 << 20)]
        {
            assert_eq!(call_bytes(&Limits { request_body, ..Limits::default() }), expected, "{request_body}");
        }
    }
}
