//! Real servers: one connection per address that all guests share, and connections of a guest's own for what can't share.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::{Duration, Instant},
};

use ::redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisError, Value,
    aio::MultiplexedConnection,
};
use ipnet::IpNet;
use tokio::sync::{Mutex, oneshot};

use super::CommandError;
use crate::capabilities::network;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may take on the shared connection.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long after a failure nobody tries to connect again.
const BACKOFF: Duration = Duration::from_millis(200);
/// Servers that are remembered; guests choose addresses, within their allow-list.
const MAX_SERVERS: usize = 64;
/// A channel is rung at most once in this time.
const BELL: Duration = Duration::from_millis(5);
/// Commands in flight on the shared connection before the next one waits.
const PIPELINE: usize = 4096;

/// Servers by address.
#[derive(Default)]
pub struct Pools {
    /// The address holds the password.
    servers: std::sync::Mutex<HashMap<String, Arc<Server>>>,
}

impl std::fmt::Debug for Pools {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pools").finish_non_exhaustive()
    }
}

impl Pools {
    /// The server at `address`, which is not connected yet.
    pub(super) fn get(&self, address: &str, blocked: &[IpNet]) -> Result<Arc<Server>, RedisError> {
        let mut servers = self.servers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(server) = servers.get(address) {
            return Ok(server.clone());
        }
        let server = Arc::new(Server {
            info: address.into_connection_info()?,
            blocked: blocked.into(),
            shared: Mutex::default(),
            rung: std::sync::Mutex::default(),
        });
        if servers.len() >= MAX_SERVERS {
            // Those in use live on with their users.
            servers.clear();
        }
        servers.insert(address.to_owned(), server.clone());
        Ok(server)
    }
}

/// One address.
pub(in crate::capabilities) struct Server {
    info: ConnectionInfo,
    blocked: Box<[IpNet]>,
    shared: Mutex<Shared>,
    /// Channels that were rung less than [`BELL`] ago, and whether they are to be rung again.
    rung: std::sync::Mutex<HashMap<String, bool>>,
}

impl std::fmt::Debug for Server {
    /// Without the password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Server").field("address", self.info.addr()).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Shared {
    connection: Option<MultiplexedConnection>,
    generation: u64,
    failed: Option<(Instant, CommandError)>,
}

impl std::fmt::Debug for Exclusive {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Exclusive").finish_non_exhaustive()
    }
}

/// A connection that belongs to one guest.
#[derive(Clone)]
pub(in crate::capabilities) struct Exclusive(MultiplexedConnection);

impl Exclusive {
    pub(super) async fn call(&self, command: &Cmd) -> Result<Value, CommandError> {
        Ok(command.query_async(&mut self.0.clone()).await?)
    }
}

impl Server {
    /// Connects the shared connection when it isn't.
    pub(super) async fn connect(&self) -> Result<(), CommandError> {
        self.shared().await.map(drop)
    }

    /// Runs a command on the shared connection. When that breaks, the next command makes a new one.
    pub(super) async fn call(&self, command: &Cmd) -> Result<Value, CommandError> {
        let (mut connection, generation) = self.shared().await?;
        let result = command.query_async(&mut connection).await;
        if let Err(error) = &result
            && (error.is_unrecoverable_error() || error.is_timeout())
        {
            let mut shared = self.shared.lock().await;
            if shared.generation == generation {
                shared.connection = None;
            }
        }
        Ok(result?)
    }

    /// Publishes a message without content. It says no more than that there is something to look for, so that all of them within
    /// [`BELL`] of the first are one, which comes at its end: every ring is followed by a message.
    pub(super) async fn ring(self: &Arc<Self>, channel: String) -> Result<(), CommandError> {
        match self.rung().entry(channel.clone()) {
            Entry::Occupied(mut again) => {
                again.insert(true);
                return Ok(());
            }
            Entry::Vacant(first) => {
                first.insert(false);
            }
        }
        let (server, (done, result)) = (self.clone(), oneshot::channel());
        // Goes on when the guest is gone.
        tokio::spawn(async move {
            let mut command = Cmd::new();
            command.arg("PUBLISH").arg(&channel).arg("");
            // Nobody waits for it any more when the guest is gone.
            let _gone = done.send(server.call(&command).await.map(drop));
            loop {
                tokio::time::sleep(BELL).await;
                {
                    let mut rung = server.rung();
                    if rung.get(&channel) != Some(&true) {
                        rung.remove(&channel);
                        return;
                    }
                    rung.insert(channel.clone(), false);
                }
                if let Err(error) = server.call(&command).await {
                    tracing::debug!("cannot publish: {error}");
                }
            }
        });
        result.await.unwrap_or(Ok(()))
    }

    fn rung(&self) -> std::sync::MutexGuard<'_, HashMap<String, bool>> {
        self.rung.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A new connection, without a limit on the time that an answer takes.
    pub(super) async fn exclusive(&self) -> Result<Exclusive, CommandError> {
        self.open(None).await.map(Exclusive)
    }

    async fn shared(&self) -> Result<(MultiplexedConnection, u64), CommandError> {
        let mut shared = self.shared.lock().await;
        if let Some(connection) = &shared.connection {
            return Ok((connection.clone(), shared.generation));
        }
        if let Some((when, error)) = &shared.failed
            && when.elapsed() < BACKOFF
        {
            return Err(error.clone());
        }
        match self.open(Some(RESPONSE_TIMEOUT)).await {
            Ok(connection) => {
                shared.generation += 1;
                shared.failed = None;
                shared.connection = Some(connection.clone());
                Ok((connection, shared.generation))
            }
            Err(error) => {
                shared.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    async fn open(&self, response_timeout: Option<Duration>) -> Result<MultiplexedConnection, CommandError> {
        let info = match self.info.addr() {
            // The address that was checked is the one that is used.
            ConnectionAddr::Tcp(host, port) if !self.blocked.is_empty() => {
                let addresses = network::resolve(host, *port, &self.blocked).await.map_err(CommandError::client)?;
                let first = addresses.first().ok_or_else(|| CommandError::client("no address"))?;
                self.info.clone().set_addr(ConnectionAddr::Tcp(first.ip().to_string(), first.port()))
            }
            _ => self.info.clone(),
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(response_timeout)
            .set_pipeline_buffer_size(PIPELINE);
        Ok(Client::open(info)?.get_multiplexed_async_connection_with_config(&config).await?)
    }
}
