//! The interfaces that components import, one module each: WIT implementation, limits and tests.

use wasmtime::component::Linker;

use crate::context::Context;

pub mod bindings;
pub mod key_value;
pub mod postgres;
pub mod redis;
pub mod sqlite;

/// Counts of the resources that one instance holds, for the limits that Spin sets too.
#[derive(Debug, Default)]
pub struct Handles {}

/// Adds every `spin:*` interface to the linker.
pub fn add_to_linker(linker: &mut Linker<Context>) -> wasmtime::Result<()> {
    let _ = linker;
    Ok(())
}
