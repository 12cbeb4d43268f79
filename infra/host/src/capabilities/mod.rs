//! The interfaces that components import, one module each: WIT implementation, limits and tests.

use wasmtime::component::Linker;

use crate::context::Context;

pub mod redis;

/// Adds every `spin:*` interface to the linker.
pub fn add_to_linker(linker: &mut Linker<Context>) -> wasmtime::Result<()> {
    let _ = linker;
    Ok(())
}
