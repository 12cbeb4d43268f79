//! `spin:key-value@3.0.0`: a table in a SQLite file, or a Redis.

use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use ::redis::Value as RedisValue;
use tokio::sync::Mutex;
use url::Url;
use wasmtime::component::{Accessor, FutureReader, Linker, Resource, StreamReader};

use super::{
    Capability, Handles, Held, Holds, View,
    redis::{Backend, Pools, embedded::EmbeddedRedis},
    sqlite::{Database, Databases, Guest, Rows, Value},
};
use crate::{config::runtime::KeyValueStore, network::Reach};

mod bindings;
#[cfg(test)]
mod tests;

use bindings::wit;

/// Stores that a guest may hold open, as in Spin.
const MAX_STORES: usize = 256;

/// The stores of one component.
#[derive(Debug)]
pub struct Grant {
    /// Where each label is kept.
    pub stores: BTreeMap<String, KeyValueStore>,
    /// Files that are in use.
    pub files: Arc<Files>,
    /// Open databases.
    pub sqlite: Arc<Databases>,
    /// Connections to servers.
    pub redis: Arc<Pools>,
    /// The one in the process.
    pub embedded_redis: EmbeddedRedis,
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
        Self { grant, handles: Handles::new(MAX_STORES) }
    }
}

impl Holds for State {
    fn handles(&mut self) -> &mut Handles {
        &mut self.handles
    }
}

/// Files whose table exists.
#[derive(Debug, Default)]
pub struct Files {
    ready: Mutex<HashSet<PathBuf>>,
}

/// A guest's store.
#[derive(Clone, Debug)]
pub struct Store(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Sqlite {
        database: Arc<Database>,
        guest: Arc<Guest>,
        /// Stores of one file are apart by their label.
        label: String,
    },
    /// Plain keys without a prefix, as in Spin.
    Redis(Backend),
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` calls")]
fn other(error: impl ToString) -> wit::Error {
    wit::Error::Other(error.to_string())
}

impl Grant {
    /// Opens the store `label` when it is among those that were granted.
    async fn open(&self, label: String) -> Result<Store, wit::Error> {
        let file = match self.stores.get(&label).ok_or(wit::Error::AccessDenied)? {
            KeyValueStore::Redis(address) => {
                let url = Url::parse(address).map_err(other)?;
                let host = url.host_str().unwrap_or_default();
                // The operator chose the address: blocked networks are for what guests choose.
                let reach = Reach::everything();
                let backend = Backend::open(&self.redis, &self.embedded_redis, address, host, &reach);
                return backend.await.map(|backend| Store(Kind::Redis(backend))).map_err(other);
            }
            KeyValueStore::Sqlite(file) => file,
        };
        let database = self.sqlite.get(file.clone(), true).await.map_err(other)?;
        let mut ready = self.files.ready.lock().await;
        if !ready.contains(file) {
            create_table(&database).await?;
            ready.insert(file.clone());
        }
        Ok(Store::in_file(database, label))
    }
}

impl Store {
    fn in_file(database: Arc<Database>, label: String) -> Self {
        Self(Kind::Sqlite { database, guest: Arc::default(), label })
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, wit::Error> {
        match &self.0 {
            Kind::Sqlite { .. } => {
                let sql = "SELECT value FROM kronos_key_value WHERE store = ?1 AND key = ?2";
                let row = self.sqlite(sql, key, None).await?.rows.pop();
                match row.and_then(|mut row| row.values.pop()) {
                    None => Ok(None),
                    Some(Value::Blob(bytes)) => Ok(Some(bytes)),
                    Some(value) => Err(other(format!("unexpected value: {value:?}"))),
                }
            }
            Kind::Redis(redis) => match redis.call(&[b"GET", key.as_bytes()]).await.map_err(other)? {
                RedisValue::Nil => Ok(None),
                RedisValue::BulkString(bytes) => Ok(Some(bytes)),
                value => Err(other(format!("unexpected answer: {value:?}"))),
            },
        }
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), wit::Error> {
        match &self.0 {
            Kind::Sqlite { .. } => {
                let sql = "INSERT INTO kronos_key_value (store, key, value) VALUES (?1, ?2, ?3)
                    ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";
                self.sqlite(sql, key, Some(Value::Blob(value))).await.map(drop)
            }
            Kind::Redis(redis) => redis.call(&[b"SET", key.as_bytes(), &value]).await.map(drop).map_err(other),
        }
    }

    async fn delete(&self, key: &str) -> Result<(), wit::Error> {
        match &self.0 {
            Kind::Sqlite { .. } => {
                let sql = "DELETE FROM kronos_key_value WHERE store = ?1 AND key = ?2";
                self.sqlite(sql, key, None).await.map(drop)
            }
            Kind::Redis(redis) => redis.call(&[b"DEL", key.as_bytes()]).await.map(drop).map_err(other),
        }
    }

    async fn exists(&self, key: &str) -> Result<bool, wit::Error> {
        match &self.0 {
            Kind::Sqlite { .. } => {
                let sql = "SELECT 1 FROM kronos_key_value WHERE store = ?1 AND key = ?2";
                Ok(!self.sqlite(sql, key, None).await?.rows.is_empty())
            }
            Kind::Redis(redis) => match redis.call(&[b"EXISTS", key.as_bytes()]).await.map_err(other)? {
                RedisValue::Int(count) => Ok(count > 0),
                value => Err(other(format!("unexpected answer: {value:?}"))),
            },
        }
    }

    async fn keys(&self) -> Result<Vec<String>, wit::Error> {
        match &self.0 {
            Kind::Sqlite { database, guest, label } => {
                let sql = "SELECT key FROM kronos_key_value WHERE store = ?1 ORDER BY key";
                let outcome = database.execute(guest, sql.into(), vec![Value::Text(label.clone())]).await;
                let keys = outcome.map_err(other)?.rows.into_iter().flat_map(|row| row.values);
                Ok(keys.filter_map(|key| if let Value::Text(key) = key { Some(key) } else { None }).collect())
            }
            Kind::Redis(redis @ Backend::Embedded(_)) => {
                let mut keys = Vec::new();
                append(&mut keys, redis.call(&[b"KEYS", b"*"]).await.map_err(other)?)?;
                Ok(keys)
            }
            Kind::Redis(redis) => scan(redis).await,
        }
    }

    async fn sqlite(&self, sql: &str, key: &str, value: Option<Value>) -> Result<Rows, wit::Error> {
        let Kind::Sqlite { database, guest, label } = &self.0 else { return Ok(Rows::default()) };
        let parameters = [Value::Text(label.clone()), Value::Text(key.to_owned())].into_iter().chain(value).collect();
        database.execute(guest, sql.into(), parameters).await.map_err(other)
    }
}

async fn create_table(database: &Arc<Database>) -> Result<(), wit::Error> {
    let sql = "CREATE TABLE IF NOT EXISTS kronos_key_value (
        store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key)
    ) WITHOUT ROWID, STRICT";
    database.execute(&Arc::default(), sql.into(), vec![]).await.map(drop).map_err(other)
}

/// All keys in pieces, so that other users of the server don't wait.
async fn scan(redis: &Backend) -> Result<Vec<String>, wit::Error> {
    let mut keys = Vec::new();
    let mut cursor = b"0".to_vec();
    loop {
        let answer = redis.call(&[b"SCAN", &cursor, b"COUNT", b"1000"]).await.map_err(other)?;
        let RedisValue::Array(parts) = answer else { return Err(other("unexpected answer to SCAN")) };
        let Ok([RedisValue::BulkString(next), found]) = <[RedisValue; 2]>::try_from(parts) else {
            return Err(other("unexpected answer to SCAN"));
        };
        append(&mut keys, found)?;
        if next == b"0" {
            break;
        }
        cursor = next;
    }
    // SCAN may answer a key twice.
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

fn append(keys: &mut Vec<String>, found: RedisValue) -> Result<(), wit::Error> {
    let RedisValue::Array(found) = found else { return Err(other("unexpected list of keys")) };
    for key in found {
        let RedisValue::BulkString(key) = key else { return Err(other("unexpected key")) };
        keys.push(String::from_utf8(key).map_err(other)?);
    }
    Ok(())
}

type Keys = (StreamReader<String>, FutureReader<Result<(), wit::Error>>);

/// Adds the interface to the linker.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> View<'_, State>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Capability<State>>(linker, view)
}

impl wit::Host for View<'_, State> {}

impl wit::HostStore for View<'_, State> {
    async fn drop(&mut self, store: Resource<Store>) -> wasmtime::Result<()> {
        self.release(store).map(drop)
    }
}

/// The store, and what counts a call with `bytes` of arguments.
fn held<T: Send>(
    access: &Accessor<T, Capability<State>>,
    store: &Resource<Store>,
    bytes: usize,
) -> wasmtime::Result<Result<(Store, Held), wit::Error>> {
    access.with(|mut access| {
        let view = access.get();
        let store = view.table.get(store)?.clone();
        Ok(view.calls.hold(bytes).map(|held| (store, held)).map_err(other))
    })
}

impl<T: Send> wit::HostStoreWithStore<T> for Capability<State> {
    async fn open(access: &Accessor<T, Self>, label: String) -> wasmtime::Result<Result<Resource<Store>, wit::Error>> {
        let grant = access.with(|mut access| access.get().state.grant.clone());
        match grant.open(label).await {
            Ok(store) => access.with(|mut access| Ok(access.get().hold(store)?.ok_or(wit::Error::StoreTableFull))),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn get(
        access: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, wit::Error>> {
        Ok(match held(access, &store, key.len())? {
            Ok((store, _held)) => store.get(&key).await,
            Err(error) => Err(error),
        })
    }

    async fn set(
        access: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        Ok(match held(access, &store, key.len() + value.len())? {
            Ok((store, _held)) => store.set(&key, value).await,
            Err(error) => Err(error),
        })
    }

    async fn delete(
        access: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        Ok(match held(access, &store, key.len())? {
            Ok((store, _held)) => store.delete(&key).await,
            Err(error) => Err(error),
        })
    }

    async fn exists(
        access: &Accessor<T, Self>,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<bool, wit::Error>> {
        Ok(match held(access, &store, key.len())? {
            Ok((store, _held)) => store.exists(&key).await,
            Err(error) => Err(error),
        })
    }

    async fn get_keys(access: &Accessor<T, Self>, store: Resource<Store>) -> wasmtime::Result<Keys> {
        let store = access.with(|mut access| wasmtime::error::Ok(access.get().table.get(&store)?.clone()))?;
        let (keys, end) = match store.keys().await {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        access.with(|mut access| {
            let keys = StreamReader::new(&mut access, keys)?;
            let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(end) })?;
            Ok((keys, end))
        })
    }
}
