//! The interfaces that components import, one module each: WIT implementation, limits and tests.

use wasmtime::component::{HasData, Linker, Resource};

use crate::capabilities::instance::Context;

pub mod bindings;
pub mod http;
pub mod instance;
pub mod key_value;
mod network;
pub mod output;
pub mod postgres;
pub mod redis;
pub mod services;
pub mod sqlite;
#[cfg(test)]
mod testing;
mod variables;

use bindings::spin;

/// Bytes that the host holds for one result, as in Spin; a larger result is an error.
pub const MAX_RESULT_BYTES: usize = 128 << 20;

/// How the generated bindings reach the data of a store.
pub struct Capabilities;

impl HasData for Capabilities {
    type Data<'a> = &'a mut Context;
}

/// Adds every `spin:*` interface to the linker.
pub fn add_to_linker(linker: &mut Linker<Context>) -> wasmtime::Result<()> {
    spin::key_value::key_value::add_to_linker::<_, Capabilities>(linker, |context| context)?;
    spin::postgres::postgres::add_to_linker::<_, Capabilities>(linker, |context| context)?;
    spin::redis::redis::add_to_linker::<_, Capabilities>(linker, |context| context)?;
    spin::sqlite::sqlite::add_to_linker::<_, Capabilities>(linker, |context| context)?;
    spin::variables::variables::add_to_linker::<_, Capabilities>(linker, |context| context)?;
    Ok(())
}

/// A kind of resource whose number per instance is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandleKind {
    /// Connections and connection builders of `spin:postgres`.
    Postgres,
    /// Connections of `spin:redis`.
    Redis,
    /// Connections of `spin:sqlite`.
    Sqlite,
    /// Stores of `spin:key-value`.
    KeyValue,
}

impl HandleKind {
    /// How many an instance may hold, as in Spin.
    pub const fn limit(self) -> usize {
        match self {
            Self::Postgres | Self::Redis => 1024,
            Self::Sqlite | Self::KeyValue => 256,
        }
    }
}

/// What one instance holds.
#[derive(Debug, Default)]
pub struct Handles {
    /// Resources by kind.
    counts: [usize; 4],
    postgres_sessions: postgres::Sessions,
}

impl Context {
    /// Gives `resource` to the guest, `None` when it holds as many as it may.
    fn hold<T: Send + 'static>(&mut self, kind: HandleKind, resource: T) -> wasmtime::Result<Option<Resource<T>>> {
        if self.handles.counts[kind as usize] >= kind.limit() {
            return Ok(None);
        }
        let handle = self.table.push(resource)?;
        self.handles.counts[kind as usize] += 1;
        Ok(Some(handle))
    }

    /// Takes a resource back that the guest dropped.
    fn release<T: 'static>(&mut self, kind: HandleKind, handle: Resource<T>) -> wasmtime::Result<T> {
        let resource = self.table.delete(handle)?;
        self.handles.counts[kind as usize] -= 1;
        Ok(resource)
    }
}
