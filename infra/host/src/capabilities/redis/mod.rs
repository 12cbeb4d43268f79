//! `spin:redis@3.0.0`.

use std::sync::Arc;

use ::redis::{Cmd, Value};
use tokio::sync::{OnceCell, OwnedSemaphorePermit};
use url::Url;
use wasmtime::component::{Accessor, Linker, Resource};

use super::{Calls, Capability, Handles, Held, Holds, View};
use crate::{
    config::allowed_hosts::AllowedHosts,
    network::{Network, Reach},
};

mod address;
mod bindings;
mod commands;
pub mod embedded;
mod reply;
mod server;

pub use address::Address;
pub use bindings::wit;
use commands::Way;
use embedded::EmbeddedRedis;
pub use reply::CommandError;
use server::Exclusive;
pub use server::{Pools, Server};

/// The host name of the Redis in the process.
pub const EMBEDDED_HOST: &str = "embedded";

/// Connections that a guest may hold, as in Spin.
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
    /// What answers for [`EMBEDDED_HOST`].
    pub embedded: EmbeddedRedis,
    /// Report errors as Spin does.
    pub spin_exact: bool,
}

/// What an instance holds.
#[derive(Debug)]
pub struct State {
    grant: Arc<Grant>,
    handles: Handles,
}

impl State {
    /// For a new instance.
    pub fn new(grant: Arc<Grant>) -> Self {
        Self { grant, handles: Handles::new(MAX_CONNECTIONS) }
    }
}

impl Holds for State {
    fn handles(&mut self) -> &mut Handles {
        &mut self.handles
    }
}

/// A guest's connection.
#[derive(Clone, Debug)]
pub struct Connection {
    server: Backend,
    spin_exact: bool,
    /// Of its instance.
    calls: Arc<Calls>,
    /// Where the connections of guests are counted.
    _permit: Option<Arc<OwnedSemaphorePermit>>,
}

/// What answers commands.
#[derive(Clone, Debug)]
pub(super) enum Backend {
    Embedded(EmbeddedRedis),
    Server {
        server: Arc<Server>,
        /// Used from the first command on that needs it.
        exclusive: Arc<OnceCell<Exclusive>>,
    },
}

impl Grant {
    /// Connects when the address is among those that were granted.
    async fn open(&self, address: &str, calls: Arc<Calls>) -> Result<Connection, wit::Error> {
        let _held = hold(&calls, address.len())?;
        let url = Url::parse(address).map_err(|_| wit::Error::InvalidAddress)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(wit::Error::InvalidAddress)?;
        let (scheme, port) = (url.scheme(), url.port().unwrap_or(6379));
        let Some(reach) = self.network.grant(&self.allowed_hosts, scheme, host, port) else {
            tracing::warn!(
                target: "kronos::component",
                "connection to {scheme}://{host}:{port} denied: `allowed_outbound_hosts` does not grant it"
            );
            return Err(wit::Error::InvalidAddress);
        };
        let opened = async {
            let permit = self.pools.guest().await?.map(Arc::new);
            let server = Backend::open(&self.pools, &self.embedded, address, host, reach).await?;
            Ok::<_, CommandError>(Connection { server, spin_exact: self.spin_exact, calls, _permit: permit })
        };
        opened.await.map_err(|error| error.into_guest(self.spin_exact))
    }
}

impl Connection {
    async fn call(&self, parts: &[&[u8]]) -> Result<Value, wit::Error> {
        let _held = hold(&self.calls, parts.iter().map(|part| size_of::<Vec<u8>>() + part.len()).sum())?;
        let answer = self.server.call(parts).await.and_then(reply::check_size);
        answer.map_err(|error| error.into_guest(self.spin_exact))
    }

    async fn count(&self, name: &str, key: &str, rest: &[String]) -> Result<u32, wit::Error> {
        let mut parts = vec![name.as_bytes(), key.as_bytes()];
        parts.extend(rest.iter().map(String::as_bytes));
        match self.call(&parts).await? {
            Value::Int(number) => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
            other => Err(unexpected(&other)),
        }
    }
}

fn hold(calls: &Arc<Calls>, bytes: usize) -> Result<Held, wit::Error> {
    calls.hold(bytes).map_err(|error| wit::Error::Other(error.to_string()))
}

impl Backend {
    /// `host` is that of `address`, of which `reach` may be reached.
    pub(super) async fn open(
        pools: &Pools,
        embedded: &EmbeddedRedis,
        address: &str,
        host: &str,
        reach: &Reach,
    ) -> Result<Self, CommandError> {
        if host == EMBEDDED_HOST {
            return Ok(Self::Embedded(embedded.clone()));
        }
        let server = pools.get(address, reach)?;
        server.connect().await?;
        Ok(Self::Server { server, exclusive: Arc::default() })
    }

    /// Runs a command; its name is the first of `parts`.
    pub(super) async fn call(&self, parts: &[&[u8]]) -> Result<Value, CommandError> {
        match self {
            Self::Embedded(redis) => redis.call(parts),
            Self::Server { server, exclusive } => {
                let (name, arguments) = parts.split_first().map_or((&b""[..], parts), |(name, rest)| (*name, rest));
                let name = String::from_utf8_lossy(name).to_ascii_uppercase();
                let way = commands::way(&name, arguments);
                if let Way::Refused(remedy) = way {
                    return Err(CommandError::client(format!("`{name}` is not available to components: {remedy}")));
                }
                let mut command = Cmd::new();
                for part in parts {
                    command.arg(*part);
                }
                if way == Way::Exclusive || exclusive.initialized() {
                    exclusive.get_or_try_init(|| server.exclusive()).await?.call(&command).await
                } else {
                    server.call(&command).await
                }
            }
        }
    }
}

fn unexpected(value: &Value) -> wit::Error {
    wit::Error::Other(format!("unexpected answer: {value:?}"))
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
    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.release(connection).map(drop)
    }
}

fn connection<T: Send>(
    store: &Accessor<T, Capability<State>>,
    handle: &Resource<Connection>,
) -> wasmtime::Result<Connection> {
    store.with(|mut access| Ok(access.get().table.get(handle)?.clone()))
}

impl<T: Send> wit::HostConnectionWithStore<T> for Capability<State> {
    async fn open(
        store: &Accessor<T, Self>,
        address: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, wit::Error>> {
        let (grant, calls) = store.with(|mut access| {
            let view = access.get();
            (view.state.grant.clone(), view.calls.clone())
        });
        match grant.open(&address, calls).await {
            Ok(connection) => {
                store.with(|mut access| Ok(access.get().hold(connection)?.ok_or(wit::Error::TooManyConnections)))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    async fn publish(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        channel: String,
        payload: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let connection = connection(store, &handle)?;
        if payload.is_empty()
            && !connection.spin_exact
            && let Backend::Server { server, exclusive } = &connection.server
            && !exclusive.initialized()
        {
            return Ok(match hold(&connection.calls, channel.len()) {
                Ok(_held) => server.ring(&channel).await.map_err(|error| error.into_guest(false)),
                Err(error) => Err(error),
            });
        }
        Ok(connection.call(&[b"PUBLISH", channel.as_bytes(), &payload]).await.map(drop))
    }

    async fn get(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, wit::Error>> {
        let connection = connection(store, &handle)?;
        Ok(match connection.call(&[b"GET", key.as_bytes()]).await {
            Ok(Value::Nil) => Ok(None),
            Ok(Value::BulkString(bytes)) => Ok(Some(bytes)),
            Ok(other) => Err(unexpected(&other)),
            Err(error) => Err(error),
        })
    }

    async fn set(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let connection = connection(store, &handle)?;
        Ok(connection.call(&[b"SET", key.as_bytes(), &value]).await.map(drop))
    }

    async fn incr(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        key: String,
    ) -> wasmtime::Result<Result<i64, wit::Error>> {
        let connection = connection(store, &handle)?;
        Ok(match connection.call(&[b"INCR", key.as_bytes()]).await {
            Ok(Value::Int(number)) => Ok(number),
            Ok(other) => Err(unexpected(&other)),
            Err(error) => Err(error),
        })
    }

    async fn del(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        keys: Vec<String>,
    ) -> wasmtime::Result<Result<u32, wit::Error>> {
        let connection = connection(store, &handle)?;
        let Some((first, rest)) = keys.split_first() else { return Ok(Ok(0)) };
        Ok(connection.count("DEL", first, rest).await)
    }

    async fn sadd(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        key: String,
        values: Vec<String>,
    ) -> wasmtime::Result<Result<u32, wit::Error>> {
        Ok(connection(store, &handle)?.count("SADD", &key, &values).await)
    }

    async fn smembers(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        key: String,
    ) -> wasmtime::Result<Result<Vec<String>, wit::Error>> {
        let connection = connection(store, &handle)?;
        Ok(match connection.call(&[b"SMEMBERS", key.as_bytes()]).await {
            Ok(Value::Array(members) | Value::Set(members)) => members
                .into_iter()
                .map(|member| match member {
                    Value::BulkString(bytes) => String::from_utf8(bytes).map_err(|_| wit::Error::TypeError),
                    other => Err(unexpected(&other)),
                })
                .collect(),
            Ok(other) => Err(unexpected(&other)),
            Err(error) => Err(error),
        })
    }

    async fn srem(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        key: String,
        values: Vec<String>,
    ) -> wasmtime::Result<Result<u32, wit::Error>> {
        Ok(connection(store, &handle)?.count("SREM", &key, &values).await)
    }

    async fn execute(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        command: String,
        arguments: Vec<wit::RedisParameter>,
    ) -> wasmtime::Result<Result<Vec<wit::RedisResult>, wit::Error>> {
        let connection = connection(store, &handle)?;
        let words: Vec<Vec<u8>> = std::iter::once(command.into_bytes())
            .chain(arguments.into_iter().map(|argument| match argument {
                wit::RedisParameter::Int64(number) => number.to_string().into_bytes(),
                wit::RedisParameter::Binary(bytes) => bytes,
            }))
            .collect();
        let parts: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        Ok(match connection.call(&parts).await {
            Ok(value) => reply::flatten(value).map_err(|error| error.into_guest(connection.spin_exact)),
            Err(error) => Err(error),
        })
    }
}

#[cfg(test)]
mod tests;
