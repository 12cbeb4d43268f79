//! `spin:sqlite@3.1.0`.
//!
//! Guests see connections of their own; behind them, each file has one writer thread and a few readers. See [`database`].

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    path::PathBuf,
    pin::Pin,
    sync::{self, Arc},
    task::{Context, Poll},
};

use tokio::sync::{Mutex, OnceCell};
use wasmtime::{
    StoreContextMut,
    component::{
        Accessor, Destination, FutureReader, Linker, Resource, StreamProducer, StreamReader, StreamResult, VecBuffer,
    },
};

use super::{Capability, Handles, Holds, View};
use crate::config::clock::Clock;

mod analysis;
mod bindings;
mod checkpoint;
pub mod connection;
pub mod database;
pub mod error;
mod guest;
mod memory;
mod settings;
mod statement;
#[cfg(test)]
mod tests;
mod watch;
mod writer;

use bindings::wit;
pub use bindings::wit::Value;
pub use connection::Rows;
pub use database::Database;
pub use error::Error;
pub use guest::{Guest, OwnShare};
use memory::{Held, Memory};
pub use settings::Settings;

/// The guard of `mutex`, also after a panic.
fn lock<T>(mutex: &sync::Mutex<T>) -> sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(sync::PoisonError::into_inner)
}

/// A guest's connection.
#[derive(Clone, Debug)]
pub struct Connection {
    database: Arc<Database>,
    guest: Arc<Guest>,
}

/// Connections that a guest may hold, as in Spin.
const MAX_CONNECTIONS: usize = 256;

/// The databases of one component.
#[derive(Debug)]
pub struct Grant {
    /// Files by label.
    pub databases: BTreeMap<String, PathBuf>,
    /// What its instances may have of the connections of guests' own.
    pub own: OwnShare,
    /// What foreign keys are until a guest says: Spin leaves them off.
    pub foreign_keys: bool,
    /// The open ones of all components.
    pub shared: Arc<Databases>,
}

/// What an instance holds.
#[derive(Debug)]
pub struct State {
    grant: Arc<Grant>,
    handles: Handles,
    memory: Arc<Memory>,
}

impl State {
    /// For a new instance.
    pub fn new(grant: Arc<Grant>) -> Self {
        Self { grant, handles: Handles::new(MAX_CONNECTIONS), memory: Arc::default() }
    }
}

impl State {
    /// What opening a connection takes.
    fn opening(&self) -> (Arc<Grant>, Arc<Memory>) {
        (self.grant.clone(), self.memory.clone())
    }
}

/// Rows that a guest reads one after the other. What they take up is counted until it has read, or dropped, all of them.
struct Unread {
    rows: Vec<wit::RowResult>,
    _held: Option<Held>,
}

impl<D> StreamProducer<D> for Unread {
    type Item = wit::RowResult;
    type Buffer = VecBuffer<wit::RowResult>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: StoreContextMut<'a, D>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        _: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if self.rows.is_empty() {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        // It is asked for more once the guest has taken all of them.
        destination.set_buffer(mem::take(&mut self.rows).into());
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

impl Holds for State {
    fn handles(&mut self) -> &mut Handles {
        &mut self.handles
    }
}

/// Open databases by file.
#[derive(Debug, Default)]
pub struct Databases {
    clock: Clock,
    open: Mutex<HashMap<PathBuf, Arc<OnceCell<Arc<Database>>>>>,
}

impl Databases {
    /// None is open; limits of time go by `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock, open: Mutex::default() }
    }

    /// The database in `file`, opened at first use.
    pub async fn get(&self, file: PathBuf, foreign_keys: bool) -> Result<Arc<Database>, Error> {
        let cell = self.open.lock().await.entry(file.clone()).or_default().clone();
        let settings = Settings { foreign_keys, clock: self.clock.clone(), ..Settings::default() };
        let open = || async {
            let opened = tokio::task::spawn_blocking(move || Database::open(&file, settings));
            opened.await.map_err(|_| Error::Broken)?.map(Arc::new)
        };
        cell.get_or_try_init(open).await.cloned()
    }

    /// Folds the write-ahead log of each into its file, which is complete by itself until somebody writes again.
    pub async fn fold(&self) {
        let files: Vec<_> = self.open.lock().await.keys().cloned().collect();
        let folding = tokio::task::spawn_blocking(move || {
            for file in files {
                if let Err(error) = checkpoint::fold(file.clone()) {
                    tracing::warn!("{} is left with its write-ahead log: {error}", file.display());
                }
            }
        });
        // It ends before the process does; a panic in it has been reported.
        let _ended = folding.await;
    }
}

impl Grant {
    /// Opens the database `label` for an instance when it is among those that were granted.
    async fn open(&self, label: String, memory: Arc<Memory>) -> Result<Connection, wit::Error> {
        let file = self.databases.get(&label).ok_or(wit::Error::AccessDenied)?;
        let database = self.shared.get(file.clone(), self.foreign_keys).await?;
        Ok(Connection { database, guest: Arc::new(Guest::new(memory, self.own.clone())) })
    }
}

async fn execute(connection: Connection, statement: String, parameters: Vec<Value>) -> Result<Rows, wit::Error> {
    Ok(connection.database.execute(&connection.guest, statement, parameters).await?)
}

/// Adds the interface to the linker.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> View<'_, State>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Capability<State>>(linker, view)
}

impl wit::Host for View<'_, State> {}

impl wit::HostConnection for View<'_, State> {
    async fn open(&mut self, database: String) -> wasmtime::Result<Result<Resource<Connection>, wit::Error>> {
        let (grant, memory) = self.state.opening();
        match grant.open(database, memory).await {
            Ok(connection) => Ok(self.hold(connection)?.ok_or_else(|| wit::Error::Io(too_many()))),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<wit::QueryResult, wit::Error>> {
        let connection = self.table.get(&connection)?.clone();
        let outcome = execute(connection, statement, parameters).await;
        Ok(outcome.map(|outcome| wit::QueryResult { columns: outcome.columns, rows: outcome.rows }))
    }

    async fn last_insert_rowid(&mut self, connection: Resource<Connection>) -> wasmtime::Result<i64> {
        Ok(self.table.get(&connection)?.guest.last_insert_rowid())
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.table.get(&connection)?.guest.changes())
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.release(connection).map(drop)
    }
}

impl<T: Send> wit::HostConnectionWithStore<T> for Capability<State> {
    async fn open_async(
        store: &Accessor<T, Self>,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, wit::Error>> {
        let (grant, memory) = store.with(|mut access| access.get().state.opening());
        match grant.open(database, memory).await {
            Ok(connection) => {
                store.with(|mut access| Ok(access.get().hold(connection)?.ok_or_else(|| wit::Error::Io(too_many()))))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<
        Result<(Vec<String>, StreamReader<wit::RowResult>, FutureReader<Result<(), wit::Error>>), wit::Error>,
    > {
        let connection = store.with(|mut access| access.get().table.get(&connection).cloned())?;
        match execute(connection, statement, parameters).await {
            Ok(outcome) => store.with(|mut access| {
                let Rows { columns, rows, held } = outcome;
                let rows = StreamReader::new(&mut access, Unread { rows, _held: held })?;
                let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
                Ok(Ok((columns, rows, end)))
            }),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn last_insert_rowid_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        store.with(|mut access| Ok(access.get().table.get(&connection)?.guest.last_insert_rowid()))
    }

    async fn changes_async(store: &Accessor<T, Self>, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        store.with(|mut access| Ok(access.get().table.get(&connection)?.guest.changes()))
    }
}

fn too_many() -> String {
    format!("more than {MAX_CONNECTIONS} connections are open")
}
