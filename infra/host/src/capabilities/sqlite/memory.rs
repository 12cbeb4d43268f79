//! What the statements of an instance take up in the host, which the limit of the instance's own memory does not count: parameters
//! until their statement has ended, and rows until the guest has taken them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::{error::Error, settings::INSTANCE_BYTES};

/// Counts the bytes of one instance.
#[derive(Debug, Default)]
pub struct Memory(AtomicUsize);

impl Memory {
    /// Counts `bytes` for as long as what is returned lives.
    pub(super) fn hold(self: &Arc<Self>, bytes: usize) -> Held {
        self.0.fetch_add(bytes, Ordering::Relaxed);
        Held { memory: self.clone(), bytes }
    }

    /// Refuses a statement, which is counted, when there is too much.
    pub(super) fn admit(&self) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) > INSTANCE_BYTES { Err(Error::TooMuchAtOnce) } else { Ok(()) }
    }
}

/// Bytes that are counted.
#[derive(Debug)]
pub(super) struct Held {
    memory: Arc<Memory>,
    pub(super) bytes: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
