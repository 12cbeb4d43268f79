//! What the components of an application share, and what each of them is given of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use super::{StartError, files::Copies};
use crate::{
    capabilities::{
        http::{self, Outbound},
        instance, key_value, postgres, redis,
        redis::embedded::EmbeddedRedis,
        sqlite, variables,
    },
    config::{
        allowed_hosts::AllowedHosts,
        clock::Clock,
        manifest::{Component, Manifest},
        options::Limits,
        runtime::{KEY_VALUE, KeyValueStore, RuntimeConfig},
        variables::Variables,
    },
    network::Network,
};

/// What each component that a trigger names is given, by its id.
pub(super) type Grants = BTreeMap<String, Arc<instance::Grants>>;

/// Pools and stores. Nothing is opened or connected before the first use.
pub(super) struct Shared {
    pub(super) databases: Arc<sqlite::Databases>,
    pub(super) embedded_redis: EmbeddedRedis,
    key_value: Arc<key_value::Files>,
    postgres: Arc<postgres::Pools>,
    pub(super) redis: Arc<redis::Pools>,
    network: Arc<Network>,
    state_dir: PathBuf,
    spin_exact: bool,
}

impl Shared {
    /// `state_dir` exists; no statement in PostgreSQL may take longer than `statement_limit`.
    pub(super) fn new(
        config: &RuntimeConfig,
        network: Arc<Network>,
        state_dir: PathBuf,
        spin_exact: bool,
        clock: Clock,
        statement_limit: Duration,
    ) -> Self {
        Self {
            databases: Arc::new(sqlite::Databases::new(clock)),
            embedded_redis: EmbeddedRedis::default(),
            key_value: Arc::default(),
            postgres: Arc::new(postgres::Pools::new(config.postgres_max_connections, statement_limit)),
            redis: Arc::new(redis::Pools::new(config.redis_max_connections, spin_exact)),
            network,
            state_dir,
            spin_exact,
        }
    }

    /// The grants of the components `ids`, with their templates resolved.
    pub(super) fn grants(
        &self,
        manifest: &Manifest,
        ids: &BTreeSet<String>,
        config: &RuntimeConfig,
        variables: &Arc<Variables>,
        outbound: &Arc<Outbound>,
        limits: Limits,
    ) -> Result<Grants, StartError> {
        let mut copies = Copies::new(&self.state_dir);
        let mut grants = Grants::new();
        for id in ids {
            let component = &manifest.components[id];
            let mounts = copies.mounts(component)?;
            let grant = self.grant(component, mounts, config, variables, outbound, limits)?;
            grants.insert(id.clone(), Arc::new(grant));
        }
        copies.prune();
        Ok(grants)
    }

    fn grant(
        &self,
        component: &Component,
        mounts: Vec<(PathBuf, String)>,
        config: &RuntimeConfig,
        variables: &Arc<Variables>,
        outbound: &Arc<Outbound>,
        limits: Limits,
    ) -> Result<instance::Grants, StartError> {
        let allowed_hosts =
            AllowedHosts::resolve(&component.allowed_outbound_hosts, |template| variables.resolve(template))
                .map_err(|source| StartError::AllowedHosts { component: component.id.clone(), source })?;
        let allowed_hosts = Arc::new(allowed_hosts);
        let file = |name: &str| self.state_dir.join(format!("{name}.db"));
        let database = |label: &String| {
            let database = config.sqlite.get(label).cloned();
            (label.clone(), database.unwrap_or_else(|| file(label)))
        };
        let store = |label: &String| {
            let store = config.key_value.get(label).cloned();
            (label.clone(), store.unwrap_or_else(|| KeyValueStore::Sqlite(file(KEY_VALUE))))
        };
        Ok(instance::Grants {
            component: component.id.as_str().into(),
            environment: component.environment.clone().into_iter().collect(),
            mounts,
            limits,
            http: Arc::new(http::Grant {
                component: component.id.clone(),
                allowed_hosts: Arc::clone(&allowed_hosts),
                outbound: Arc::clone(outbound),
            }),
            key_value: Arc::new(key_value::Grant {
                stores: component.key_value_stores.iter().map(store).collect(),
                files: Arc::clone(&self.key_value),
                sqlite: Arc::clone(&self.databases),
                redis: Arc::clone(&self.redis),
                embedded_redis: self.embedded_redis.clone(),
            }),
            postgres: Arc::new(postgres::Grant {
                allowed_hosts: Arc::clone(&allowed_hosts),
                network: Arc::clone(&self.network),
                pools: Arc::clone(&self.postgres),
                spin_exact: self.spin_exact,
            }),
            redis: Arc::new(redis::Grant {
                allowed_hosts,
                network: Arc::clone(&self.network),
                pools: Arc::clone(&self.redis),
                embedded: self.embedded_redis.clone(),
                spin_exact: self.spin_exact,
            }),
            sqlite: Arc::new(sqlite::Grant {
                databases: component.sqlite_databases.iter().map(database).collect(),
                own: sqlite::OwnShare::default(),
                // Spin leaves them off.
                foreign_keys: !self.spin_exact,
                shared: Arc::clone(&self.databases),
            }),
            variables: Arc::new(variables::Grant {
                declared: component.variables.clone(),
                application: Arc::clone(variables),
            }),
        })
    }
}
