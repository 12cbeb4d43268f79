//! The interfaces that components import, one module each: WIT implementation, limits and tests.
//!
//! All have one shape. A `Grant` is what the manifest and the operator give to one component, shared by its instances; a `State` is
//! the capability's own data in one instance; the interface is implemented on a [`View`] of it, and knows nothing of what else an
//! instance has. [`instance`] puts them together.

use std::{
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};

pub mod http;
pub mod instance;
pub mod key_value;
pub mod output;
pub mod postgres;
pub mod redis;
pub mod sqlite;
pub mod variables;

use instance::Context;

/// Bytes that the host holds for one result, as in Spin; a larger result is an error.
pub const MAX_RESULT_BYTES: usize = 128 << 20;

/// The state of one capability in an instance, with the table of what the guest holds.
#[derive(Debug)]
pub struct View<'a, S> {
    /// The capability's own.
    pub state: &'a mut S,
    /// The instance's.
    pub table: &'a mut ResourceTable,
    /// What the instance's calls hold.
    pub calls: &'a Arc<Calls>,
}

/// Names, for the linker, the capability whose state is `S`.
#[derive(Debug)]
pub struct Capability<S>(PhantomData<S>);

impl<S: 'static> HasData for Capability<S> {
    type Data<'a> = View<'a, S>;
}

/// Counts what one instance has handed to the host in calls that are under way.
///
/// The host has a copy of the arguments of every call until it has ended, and a guest may begin many with the same bytes of its own
/// memory, so that no limit on that memory bounds the copies.
#[derive(Debug)]
pub struct Calls {
    bytes: AtomicUsize,
    limit: usize,
}

/// What one call holds, until this is dropped.
#[derive(Debug)]
pub struct Held {
    calls: Arc<Calls>,
    bytes: usize,
}

/// A call would hold too much beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the calls of this instance that have not ended may hold {0} bytes together: wait for some of them first")]
pub struct TooManyBytes(usize);

impl Calls {
    /// Together they may hold `limit` bytes.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { bytes: AtomicUsize::new(0), limit })
    }

    /// Counts a call with `bytes` of arguments. To wait here would help nobody, since those are in memory already.
    pub fn hold(self: &Arc<Self>, bytes: usize) -> Result<Held, TooManyBytes> {
        let sum = |held: usize| held.checked_add(bytes).filter(|sum| *sum <= self.limit);
        match self.bytes.fetch_update(Relaxed, Relaxed, sum) {
            Ok(_) => Ok(Held { calls: Arc::clone(self), bytes }),
            Err(_) => Err(TooManyBytes(self.limit)),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.calls.bytes.fetch_sub(self.bytes, Relaxed);
    }
}

/// Counts the resources of one capability that a guest holds.
#[derive(Debug)]
pub struct Handles {
    held: usize,
    limit: usize,
}

impl Handles {
    /// None is held yet, and `limit` may be.
    pub fn new(limit: usize) -> Self {
        Self { held: 0, limit }
    }
}

/// A state that counts its resources.
pub trait Holds {
    /// The count.
    fn handles(&mut self) -> &mut Handles;
}

impl<S: Holds> View<'_, S> {
    /// Gives `resource` to the guest, `None` when it holds as many as it may.
    fn hold<T: Send + 'static>(&mut self, resource: T) -> wasmtime::Result<Option<Resource<T>>> {
        let handles = self.state.handles();
        if handles.held >= handles.limit {
            return Ok(None);
        }
        let handle = self.table.push(resource)?;
        handles.held += 1;
        Ok(Some(handle))
    }

    /// Takes a resource back that the guest dropped.
    fn release<T: 'static>(&mut self, handle: Resource<T>) -> wasmtime::Result<T> {
        let resource = self.table.delete(handle)?;
        self.state.handles().held -= 1;
        Ok(resource)
    }
}

/// A linker with everything that a component may import.
pub fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<Context>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    http::add_to_linker(&mut linker)?;
    key_value::add_to_linker(&mut linker, Context::key_value)?;
    postgres::add_to_linker(&mut linker, Context::postgres)?;
    redis::add_to_linker(&mut linker, Context::redis)?;
    sqlite::add_to_linker(&mut linker, Context::sqlite)?;
    variables::add_to_linker(&mut linker, Context::variables)?;
    Ok(linker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_hold_no_more_than_they_may() {
        let calls = Calls::new(10);
        let first = calls.hold(6).expect("room");
        assert_eq!(calls.hold(5).map(drop), Err(TooManyBytes(10)));
        assert_eq!(calls.hold(usize::MAX).map(drop), Err(TooManyBytes(10)));
        let second = calls.hold(4).expect("room");
        drop((first, second));
        assert!(calls.hold(10).is_ok());
    }
}
