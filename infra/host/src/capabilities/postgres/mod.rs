//! `spin:postgres@4.2.0`.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use wasmtime::component::{Accessor, FutureReader, Linker, Resource, StreamReader};

use super::{Calls, Capability, Handles, Holds, View};
use crate::{
    config::allowed_hosts::AllowedHosts,
    network::{Network, Reach},
};

mod address;
mod bindings;
mod civil;
mod decode;
mod encode;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gather;
mod group;
mod guest;
mod link;
mod numeric;
mod permits;
mod pool;
mod profile;
mod pulse;
mod room;
mod routines;
#[cfg(test)]
mod tests;
mod words;

use address::Target;
use bindings::wit;
use error::{Call, Failure};
pub use guest::{Connection, Sessions};
use link::ResultSet;
use permits::Permits;
use pool::{Patience, Pool};

/// Connections and builders that a guest may hold, as in Spin.
const MAX_CONNECTIONS: usize = 1024;

/// The servers that one component may use.
#[derive(Debug)]
pub struct Grant {
    /// Its allow-list.
    pub allowed_hosts: Arc<AllowedHosts>,
    /// What is out of reach even so.
    pub network: Arc<Network>,
    /// Connections of all components.
    pub pools: Arc<Pools>,
    /// Answer as Spin does.
    pub spin_exact: bool,
}

/// What an instance holds.
#[derive(Debug)]
pub struct State {
    grant: Arc<Grant>,
    sessions: Sessions,
    handles: Handles,
}

impl State {
    /// For a new instance.
    pub fn new(grant: Arc<Grant>) -> Self {
        Self { grant, sessions: Sessions::default(), handles: Handles::new(MAX_CONNECTIONS) }
    }
}

impl Holds for State {
    fn handles(&mut self) -> &mut Handles {
        &mut self.handles
    }
}

/// Connections of one user to one server when the runtime configuration doesn't say.
const CONNECTIONS_PER_SERVER: usize = 32;
/// Addresses that are remembered; guests choose them, within their allow-list.
const MAX_POOLS: usize = 64;

/// An address, which holds the password, with a certificate authority.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ConnectionBuilder {
    address: String,
    ca: Option<String>,
}

impl fmt::Debug for ConnectionBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ConnectionBuilder").finish_non_exhaustive()
    }
}

/// The pools of all servers.
pub struct Pools {
    /// Shared by all of them, when the operator has set a limit; else each server has its own.
    permits: Option<Arc<Permits>>,
    patience: Patience,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// One for each reach: a component must not be lent what another one may reach.
    pools: HashMap<ConnectionBuilder, Vec<Arc<Pool>>>,
    /// By server.
    permits: HashMap<String, Weak<Permits>>,
}

impl Known {
    fn pool(&self, builder: &ConnectionBuilder, reach: &Reach) -> Option<Arc<Pool>> {
        self.pools.get(builder)?.iter().find(|pool| pool.target.reach == *reach).cloned()
    }

    /// Makes room for one more, if it can: those in use stay.
    fn has_room(&mut self) -> bool {
        if self.pools.values().map(Vec::len).sum::<usize>() >= MAX_POOLS {
            self.pools.retain(|_, pools| {
                pools.retain(|pool| Arc::strong_count(pool) > 1);
                !pools.is_empty()
            });
        }
        self.pools.values().map(Vec::len).sum::<usize>() < MAX_POOLS
    }

    /// What the pools of one server share.
    fn permits(&mut self, server: String) -> Arc<Permits> {
        if let Some(permits) = self.permits.get(&server).and_then(Weak::upgrade) {
            return permits;
        }
        self.permits.retain(|_, permits| permits.strong_count() > 0);
        let permits = Arc::new(Permits::new(CONNECTIONS_PER_SERVER));
        self.permits.insert(server, Arc::downgrade(&permits));
        permits
    }
}

impl fmt::Debug for Pools {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pools").finish_non_exhaustive()
    }
}

impl Pools {
    /// `max_connections` bounds the connections in all, as in Spin; without it there are up to 32 of one user to one server. A
    /// statement that takes longer than `statement_limit` is cancelled.
    pub fn new(max_connections: Option<usize>, statement_limit: Duration) -> Self {
        Self {
            permits: max_connections.map(|max| Arc::new(Permits::new(max))),
            patience: Patience::new(statement_limit),
            known: Mutex::default(),
        }
    }

    /// The pool of a server, when every host of its address may be reached.
    fn get(&self, builder: ConnectionBuilder, allowed: &AllowedHosts, network: &Network) -> Result<Arc<Pool>, String> {
        let any = self.known().pools.get(&builder).and_then(|pools| pools.first().cloned());
        if let Some(any) = any {
            let reach = any.target.check(allowed, network)?;
            if let Some(pool) = self.known().pool(&builder, &reach) {
                return Ok(pool);
            }
        }
        let mut target = Target::new(&builder.address, builder.ca.as_deref())?;
        target.reach = target.check(allowed, network)?;
        let mut known = self.known();
        if let Some(pool) = known.pool(&builder, &target.reach) {
            return Ok(pool);
        }
        let permits = self.permits.clone().unwrap_or_else(|| known.permits(target.server()));
        let pool = Arc::new(Pool::new(target, permits, self.patience));
        // One more than that lives with those who use it.
        if known.has_room() {
            known.pools.entry(builder).or_default().push(Arc::clone(&pool));
        }
        Ok(pool)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why an address cannot be used. No text holds a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// It is malformed.
    #[error("{0}")]
    Address(String),
    /// Nobody is there, or refuses; with the host and port that was tried first.
    #[error("{reason}")]
    Connect {
        /// Host and port.
        address: String,
        /// What is wrong.
        reason: String,
    },
}

/// One connection to `address`, made in the same way as those of components. It closes some time after its client is dropped.
pub async fn connect(address: &str) -> Result<tokio_postgres::Client, ConnectionError> {
    let target = Target::new(address, None).map_err(ConnectionError::Address)?;
    let (client, driver) = target
        .connect()
        .await
        .map_err(|error| ConnectionError::Connect { address: target.to_string(), reason: error.to_string() })?;
    tokio::spawn(driver);
    Ok(client)
}

impl Grant {
    /// Connects when every host of the address is among those that were granted. Each of the four ways to open ends here.
    async fn open(&self, sessions: Sessions, builder: ConnectionBuilder) -> Result<Connection, wit::Error> {
        let pool = self.pools.get(builder, &self.allowed_hosts, &self.network).map_err(wit::Error::ConnectionFailed)?;
        pool.reach().await.map_err(|failure| failure.into_guest(Call::Query))?;
        Ok(Connection::new(pool, sessions, self.spin_exact))
    }
}

fn too_many() -> wit::Error {
    wit::Error::ConnectionFailed(format!("more than {MAX_CONNECTIONS} connections are open"))
}

async fn open_here(view: &mut View<'_, State>, builder: ConnectionBuilder) -> wasmtime::Result<Opened> {
    let State { grant, sessions, .. } = view.state;
    match grant.open(sessions.clone(), builder).await {
        Ok(connection) => Ok(view.hold(connection)?.ok_or_else(too_many)),
        Err(error) => Ok(Err(error)),
    }
}

async fn open_concurrently<T: Send>(
    store: &Accessor<T, Capability<State>>,
    builder: ConnectionBuilder,
) -> wasmtime::Result<Opened> {
    let (grant, sessions) = store.with(|mut access| {
        let State { grant, sessions, .. } = access.get().state;
        (grant.clone(), sessions.clone())
    });
    match grant.open(sessions, builder).await {
        Ok(connection) => store.with(|mut access| Ok(access.get().hold(connection)?.ok_or_else(too_many))),
        Err(error) => Ok(Err(error)),
    }
}

type Opened = Result<Resource<Connection>, wit::Error>;
type Rows = (Vec<wit::Column>, StreamReader<wit::Row>, FutureReader<Result<(), wit::Error>>);

async fn run(
    connection: Connection,
    calls: Arc<Calls>,
    statement: String,
    parameters: Vec<wit::ParameterValue>,
    call: Call,
) -> Result<ResultSet, wit::Error> {
    let bytes = statement.len() + parameters.iter().map(encode::size).sum::<usize>();
    let held = calls.hold(bytes).map_err(|error| wit::Error::Other(error.to_string()))?;
    connection.run(statement, parameters, Some(held)).await.map_err(|failure: Failure| failure.into_guest(call))
}

/// Adds the interface to the linker.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> View<'_, State>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Capability<State>>(linker, view)
}

impl wit::Host for View<'_, State> {}

impl wit::HostConnectionBuilder for View<'_, State> {
    async fn new(&mut self, address: String) -> wasmtime::Result<Resource<ConnectionBuilder>> {
        let builder = ConnectionBuilder { address, ca: None };
        // There is no error to answer with.
        self.hold(builder)?.ok_or_else(|| wasmtime::format_err!("{}", too_many_builders()))
    }

    async fn set_ca_root(
        &mut self,
        builder: Resource<ConnectionBuilder>,
        certificate: String,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        if let Err(error) = address::check_ca(&certificate) {
            return Ok(Err(wit::Error::Other(error)));
        }
        self.table.get_mut(&builder)?.ca = Some(certificate);
        Ok(Ok(()))
    }

    async fn build(&mut self, builder: Resource<ConnectionBuilder>) -> wasmtime::Result<Opened> {
        let builder = self.table.get(&builder)?.clone();
        open_here(self, builder).await
    }

    async fn drop(&mut self, builder: Resource<ConnectionBuilder>) -> wasmtime::Result<()> {
        self.release(builder).map(drop)
    }
}

fn too_many_builders() -> String {
    format!("more than {MAX_CONNECTIONS} connections and builders are open")
}

impl<T: Send> wit::HostConnectionBuilderWithStore<T> for Capability<State> {
    async fn build_async(store: &Accessor<T, Self>, builder: Resource<ConnectionBuilder>) -> wasmtime::Result<Opened> {
        let builder = store.with(|mut access| access.get().table.get(&builder).cloned())?;
        open_concurrently(store, builder).await
    }
}

impl wit::HostConnection for View<'_, State> {
    async fn open(&mut self, address: String) -> wasmtime::Result<Opened> {
        open_here(self, ConnectionBuilder { address, ca: None }).await
    }

    async fn query(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<wit::ParameterValue>,
    ) -> wasmtime::Result<Result<wit::RowSet, wit::Error>> {
        let connection = self.table.get(&connection)?.clone();
        let result = run(connection, self.calls.clone(), statement, parameters, Call::Query).await;
        Ok(result.map(|result| wit::RowSet { columns: result.columns, rows: result.rows }))
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<wit::ParameterValue>,
    ) -> wasmtime::Result<Result<u64, wit::Error>> {
        let (connection, calls) = (self.table.get(&connection)?.clone(), self.calls.clone());
        Ok(run(connection, calls, statement, parameters, Call::Execute).await.map(|result| result.affected))
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.release(connection).map(drop)
    }
}

impl<T: Send> wit::HostConnectionWithStore<T> for Capability<State> {
    async fn open_async(store: &Accessor<T, Self>, address: String) -> wasmtime::Result<Opened> {
        open_concurrently(store, ConnectionBuilder { address, ca: None }).await
    }

    async fn query_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<wit::ParameterValue>,
    ) -> wasmtime::Result<Result<Rows, wit::Error>> {
        let (connection, calls) = store.with(|mut access| {
            let view = access.get();
            view.table.get(&connection).map(|connection| (connection.clone(), view.calls.clone()))
        })?;
        match run(connection, calls, statement, parameters, Call::Query).await {
            Ok(result) => store.with(|mut access| {
                let rows = StreamReader::new(&mut access, result.rows)?;
                let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
                Ok(Ok((result.columns, rows, end)))
            }),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute_async(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<wit::ParameterValue>,
    ) -> wasmtime::Result<Result<u64, wit::Error>> {
        let (connection, calls) = store.with(|mut access| {
            let view = access.get();
            view.table.get(&connection).map(|connection| (connection.clone(), view.calls.clone()))
        })?;
        Ok(run(connection, calls, statement, parameters, Call::Execute).await.map(|result| result.affected))
    }
}
