//! The data of a store: what one instance of a component can reach.

use std::{path::PathBuf, sync::Arc, time::Duration};

use wasmtime::{ResourceLimiter, Store, component::ResourceTable};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::{
    capabilities::{
        Handles,
        http::{Hooks, Outbound},
        services::Services,
    },
    config::{allowed_hosts::AllowedHosts, manifest::Component, options::Limits, variables::Variables},
    engine::{self, CpuClock, Engine},
};

/// Elements that the tables of one instance may hold.
const TABLE_ELEMENTS: usize = 100_000;

/// A component with its resolved grants, shared by its instances.
#[derive(Debug)]
pub struct ComponentContext {
    /// The component as declared.
    pub component: Component,
    /// Its allow-list with templates resolved.
    pub allowed_hosts: AllowedHosts,
    /// The application's variables.
    pub variables: Arc<Variables>,
    /// Pools and stores.
    pub services: Arc<Services>,
    /// Bounds on its instances.
    pub limits: Limits,
    /// Where its requests leave the process.
    pub outbound: Arc<Outbound>,
    /// Read-only folders: (on the host, in the guest).
    pub mounts: Vec<(PathBuf, String)>,
}

/// The data of one store.
pub struct Context {
    /// WASI.
    pub wasi: WasiCtx,
    /// WASI HTTP.
    pub http: WasiHttpCtx,
    /// Outbound HTTP.
    pub hooks: Hooks,
    /// Resources held by the guest.
    pub table: ResourceTable,
    /// Memory limits.
    pub limits: MemoryLimit,
    /// Handles that the guest holds.
    pub handles: Handles,
    /// The component.
    pub component: Arc<ComponentContext>,
    /// Its computing time, shared with what drives the store.
    pub cpu: Arc<CpuClock>,
    /// When computing ends in a trap.
    pub cpu_deadline: Duration,
}

impl Context {
    /// The data of a new instance of `component`.
    pub fn new(component: Arc<ComponentContext>) -> wasmtime::Result<Self> {
        let mut wasi = WasiCtx::builder();
        for (name, value) in &component.component.environment {
            wasi.env(name, value);
        }
        for (host, guest) in &component.mounts {
            wasi.preopened_dir(host, guest, FsPerms::ReadOnly)?;
        }
        wasi.stdout(output::Lines::new(Arc::clone(&component), output::Stream::Stdout));
        wasi.stderr(output::Lines::new(Arc::clone(&component), output::Stream::Stderr));
        Ok(Self {
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            hooks: Hooks::new(Arc::clone(&component)),
            table: ResourceTable::new(),
            limits: MemoryLimit { bytes: component.limits.instance_memory, used: 0 },
            handles: Handles::default(),
            cpu: Arc::default(),
            cpu_deadline: component.limits.cpu_deadline,
            component,
        })
    }

    /// A store for a new instance of `component`, with its limits.
    pub fn store(engine: &Engine, component: Arc<ComponentContext>) -> wasmtime::Result<Store<Self>> {
        let mut store = Store::new(engine.wasmtime(), Self::new(component)?);
        store.limiter(|context| &mut context.limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(engine::on_epoch);
        Ok(store)
    }
}

impl WasiView for Context {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Context {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}

/// Bounds the linear memories of one instance, those of its dependencies included.
#[derive(Debug)]
pub struct MemoryLimit {
    bytes: usize,
    used: usize,
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let used = self.used.saturating_sub(current).saturating_add(desired);
        let fits = used <= self.bytes;
        if fits {
            self.used = used;
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}

/// The grants of a component in a test: none but what it declares without templates.
#[cfg(test)]
pub(crate) fn testing(component: Component) -> Arc<ComponentContext> {
    use crate::{
        config::{manifest::Manifest, options::Options, runtime::RuntimeConfig},
        network::{Blocked, Clients},
    };

    let manifest = Manifest {
        name: "test".into(),
        version: None,
        path: "spin.toml".into(),
        root: ".".into(),
        variables: std::collections::BTreeMap::new(),
        http: Vec::new(),
        redis: Vec::new(),
        components: std::collections::BTreeMap::new(),
        warnings: Vec::new(),
    };
    let config = RuntimeConfig::default();
    let variables = Variables::new(&manifest, &config, &Options::new("spin.toml"), ([127, 0, 0, 1], 0).into());
    let clients = Clients::new(Blocked::default(), true).expect("a client");
    Arc::new(ComponentContext {
        component,
        allowed_hosts: AllowedHosts::default(),
        variables: Arc::new(variables.expect("no variables")),
        services: Arc::new(Services::new(config, ".".into(), false)),
        limits: Limits::default(),
        outbound: Arc::new(Outbound::new(clients, None)),
        mounts: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_of_one_instance_share_the_limit() {
        let mut limit = MemoryLimit { bytes: 100, used: 0 };
        assert!(matches!(limit.memory_growing(0, 60, None), Ok(true)));
        assert!(matches!(limit.memory_growing(0, 60, None), Ok(false)), "a second memory");
        assert!(matches!(limit.memory_growing(0, 40, None), Ok(true)));
        assert!(matches!(limit.memory_growing(60, 61, None), Ok(false)));
    }
}
