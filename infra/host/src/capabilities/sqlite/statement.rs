//! A statement on its way, and what it does to the counters of the guest that sent it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use super::{
    analysis::{Analysis, Effect},
    bindings::wit::Value,
    error::Error,
    memory::{Held, Memory},
};

/// A statement on its way.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
    pub(super) analysis: Arc<Analysis>,
    /// Of the guest's connection that sent it.
    pub(super) counters: Arc<Counters>,
    /// Of the instance that sent it.
    memory: Arc<Memory>,
    /// What it takes up itself.
    held: Held,
    cancelled: AtomicBool,
}

impl Statement {
    /// `counters` are of the guest's connection, `memory` of its instance.
    pub(super) fn new(
        sql: String,
        parameters: Vec<Value>,
        analysis: Arc<Analysis>,
        counters: Arc<Counters>,
        memory: Arc<Memory>,
    ) -> Arc<Self> {
        Arc::new(Self {
            held: memory.hold(size(&sql, &parameters)),
            memory,
            counters,
            sql,
            parameters,
            analysis,
            cancelled: AtomicBool::new(false),
        })
    }

    /// Bytes that it takes up while it waits.
    pub(super) fn size(&self) -> usize {
        self.held.bytes
    }

    /// Refuses it when its instance has too much of the host's memory; what ends a transaction is never refused.
    pub(super) fn admit(&self) -> Result<(), Error> {
        if self.analysis.is_control { Ok(()) } else { self.memory.admit() }
    }

    /// Counts `bytes` of its result.
    pub(super) fn hold(&self, bytes: usize) -> Held {
        self.memory.hold(bytes)
    }

    /// Nobody waits for the answer any more.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

fn size(sql: &str, parameters: &[Value]) -> usize {
    let values = parameters.iter().map(|value| match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Integer(_) | Value::Real(_) | Value::Null => 0,
    });
    sql.len() + size_of_val(parameters) + values.sum::<usize>()
}

/// Cancels a statement that nobody waits for any more. Once it has ended, this does nothing.
pub(super) struct CancelOnDrop<'a>(pub(super) &'a Statement);

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// What the SQL functions `last_insert_rowid()` and `changes()` return to a guest, whose statements run on several connections.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) last_insert_rowid: AtomicI64,
    pub(super) changes: AtomicU64,
}

impl Counters {
    pub(super) fn copy_from(&self, other: &Self) {
        self.last_insert_rowid.store(other.last_insert_rowid.load(Ordering::Relaxed), Ordering::Relaxed);
        self.changes.store(other.changes.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Takes over what a statement did, once it holds.
    pub(super) fn count(&self, counts: Counts) {
        if let Some(changes) = counts.changes {
            self.changes.store(changes, Ordering::Relaxed);
        }
        if let Some(id) = counts.last_insert_rowid {
            self.last_insert_rowid.store(id, Ordering::Relaxed);
        }
    }
}

/// What a statement did to the counters of its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    changes: Option<u64>,
    last_insert_rowid: Option<i64>,
}

impl Counts {
    /// After a statement with `effect` succeeded on `connection`.
    pub(super) fn of(effect: Effect, connection: &rusqlite::Connection) -> Self {
        let changes = (effect != Effect::None).then(|| connection.changes());
        let inserts = effect == Effect::Inserts && changes > Some(0);
        Self { changes, last_insert_rowid: inserts.then(|| connection.last_insert_rowid()) }
    }
}
