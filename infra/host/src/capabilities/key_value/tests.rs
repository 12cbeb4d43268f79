use std::{collections::BTreeMap, sync::Arc};

use kronos_test_servers::{self as servers, needs};

use super::{Grant, Kind, Store, create_table, wit};
use crate::{
    capabilities::{
        redis::{Backend, Pools, embedded::EmbeddedRedis},
        sqlite::{Database, Settings},
    },
    config::runtime::KeyValueStore,
    network::Reach,
};

async fn check(store: &Store) {
    assert_eq!(store.get("a").await.expect("an answer"), None);
    store.set("a", vec![0, 255]).await.expect("room");
    store.set("b", vec![]).await.expect("room");
    store.set("a", vec![1]).await.expect("room");
    assert_eq!(store.get("a").await.expect("an answer"), Some(vec![1]));
    assert_eq!(store.get("b").await.expect("an answer"), Some(vec![]));
    assert!(store.exists("a").await.expect("an answer"));
    let mut keys = store.keys().await.expect("keys");
    keys.sort();
    assert_eq!(keys, ["a", "b"]);
    store.delete("a").await.expect("an answer");
    store.delete("a").await.expect("deleting twice is no error");
    assert!(!store.exists("a").await.expect("an answer"));
    assert_eq!(store.keys().await.expect("keys"), ["b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_not_granted_is_denied() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = KeyValueStore::Sqlite(folder.path().join("key_value.db"));
    let grant = Grant {
        stores: BTreeMap::from([("default".to_owned(), file)]),
        files: Arc::default(),
        sqlite: Arc::default(),
        redis: Arc::default(),
        embedded_redis: EmbeddedRedis::default(),
    };
    check(&grant.open("default".into()).await.expect("a store")).await;
    let denied = grant.open("other".into()).await;
    assert!(matches!(denied, Err(wit::Error::AccessDenied)));
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_of_one_file_are_apart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Database::open(&folder.path().join("key_value.db"), Settings::default()).expect("a new file opens");
    let database = Arc::new(database);
    for _ in 0..2 {
        create_table(&database).await.expect("a table");
    }
    check(&Store::in_file(database.clone(), "default".into())).await;
    check(&Store::in_file(database.clone(), "other".into())).await;
}

#[tokio::test]
async fn the_embedded_redis_is_a_store_too() {
    check(&Store(Kind::Redis(Backend::Embedded(EmbeddedRedis::default())))).await;
}

#[needs(redis)]
#[tokio::test]
async fn a_redis_is_a_store_too() {
    let server = servers::redis();
    let address = server.url();
    let (pools, embedded) = (Pools::default(), EmbeddedRedis::default());
    let backend =
        Backend::open(&pools, &embedded, &address, "127.0.0.1", &Reach::everything()).await.expect("it answers");
    let store = Store(Kind::Redis(backend));
    check(&store).await;
    for n in 0..3000 {
        store.set(&format!("k{n}"), vec![1]).await.expect("room");
    }
    assert_eq!(store.keys().await.expect("keys").len(), 3001);
}
