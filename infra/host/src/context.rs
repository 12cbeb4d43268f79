//! The data of a store: what one instance of a component can reach.

use std::sync::Arc;

use wasmtime::{StoreLimits, component::ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;

use crate::{
    allowed_hosts::AllowedHosts, capabilities::Handles, manifest::Component, services::Services, variables::Variables,
};

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
}

/// The data of one store.
pub struct Context {
    /// WASI.
    pub wasi: WasiCtx,
    /// WASI HTTP.
    pub http: WasiHttpCtx,
    /// Resources held by the guest.
    pub table: ResourceTable,
    /// Memory limits.
    pub limits: StoreLimits,
    /// Handles that the guest holds.
    pub handles: Handles,
    /// The component.
    pub component: Arc<ComponentContext>,
}

impl WasiView for Context {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
