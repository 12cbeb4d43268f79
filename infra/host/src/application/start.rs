//! The steps from a manifest to a running host.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use wasmtime::component::{Component, InstancePre};
use wasmtime_wasi_http::{handler::ProxyPre, p2, p3};

use super::{
    DOORBELL, Host, StartError, Ticker, kronos, migrate,
    shared::{Grants, Shared},
};
use crate::{
    capabilities::{
        self,
        http::{self, Outbound},
        instance::Context,
    },
    compose::{
        self,
        cache::{self, Input, Sources},
    },
    config::{
        manifest::{self, HttpTarget, Manifest},
        options::Options,
        runtime::RuntimeConfig,
        state,
        variables::Variables,
    },
    engine::{Engine, lifecycle::Lifecycle, memory::Budget},
    network::Network,
    triggers::{
        http::{
            App,
            instances::HttpComponent,
            listener::{self, Serving},
        },
        redis::{Consumer, Publisher, Trigger, Triggers, bindings::RedisHandlerPre},
    },
    workers::Workers,
};

const HTTP_EXPORT: &str = "wasi:http/handler@0.3.0";
const REDIS_EXPORT: &str = "spin:redis/inbound-redis@3.0.0";

pub(super) async fn start(options: Options) -> Result<Host, StartError> {
    let manifest = Manifest::load(&options.manifest)?;
    for warning in &manifest.warnings {
        tracing::warn!("{warning}");
    }
    compose::check(&manifest)?;
    let config = RuntimeConfig::for_application(&options, &manifest)?;
    let listen_error = |source| StartError::Listen { address: options.listen, source };
    let listener = listener::bind(options.listen).map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let variables = Arc::new(kronos::variables(&manifest, &config, &options, address)?);
    let state_dir = state::folder(&options, &config, &manifest);
    let cache_dir = options.cache_dir.clone().unwrap_or_else(|| state_dir.join(state::CACHE));
    cache::distrust(&cache_dir)?;
    state::prepare(&state_dir, &config).map_err(|source| StartError::File { path: state_dir.clone(), source })?;
    let template = |place: &str| {
        let place = place.to_owned();
        move |source| StartError::Template { place, source }
    };
    let store = migrate::Store::of(&manifest, &variables, &config, &state_dir).map_err(template("postgres_url"))?;
    let migrated = async {
        match &store {
            Some(store) => migrate::run(store).await.map(Some),
            None => Ok(None),
        }
    };

    let engine = Engine::shared()?;
    let ids = triggered(&manifest)?;
    let loaded = load(&engine, &manifest, &ids, cache_dir);
    let (migrated, components) = tokio::join!(migrated, loaded);
    for name in migrated?.unwrap_or_default() {
        tracing::info!("migrated the store: {name}");
    }
    if let Some(line) = kronos::shared_secrets(&variables) {
        tracing::warn!("{line}");
    }
    let components = components?;

    let limits = options.limits.resolve(config.limits);
    let network = Network::new(&config.blocked_networks, config.block_private, options.spin_exact);
    let network = Arc::new(network);
    let (spin_exact, clock) = (options.spin_exact, options.clock.clone());
    let shared = Shared::new(&config, Arc::clone(&network), state_dir, spin_exact, clock, limits.request_timeout);
    let connections =
        http::Config { pooling: config.http_connection_pooling, max_connections: config.http_max_connections };
    let outbound = Outbound::new(network, connections).map_err(|error| StartError::Tls(error.to_string()))?;
    let outbound = Arc::new(outbound);
    let grants = shared.grants(&manifest, &ids, &config, &variables, &outbound, limits)?;
    let instances = link(&engine, &manifest, &components)?;

    let lifecycle = Arc::<Lifecycle>::default();
    let memory = Budget::new(limits.total_memory, Arc::clone(&lifecycle));
    let http = http_components(&manifest, &engine, &grants, &instances, &lifecycle, &memory)?;
    let app = Arc::new(App::new(&manifest, http, limits, options.access_log)?);
    outbound.connect(address, Box::new(app.chain()));
    let workers = Arc::new(Workers::start().map_err(StartError::Threads)?);
    let warmed = Arc::clone(&app);
    workers.run(async move { kronos::first_request(&warmed).await }).await;

    let triggers = redis_triggers(&manifest, &engine, &grants, &instances, &variables, &memory)?;
    let publishers: BTreeSet<String> =
        triggers.iter().filter(|trigger| trigger.channel == DOORBELL).map(|trigger| trigger.address.clone()).collect();
    let publisher = |address: String| Publisher::new(&address, &shared.redis, &shared.embedded_redis);
    let publishers = publishers.into_iter().map(publisher).collect::<Result<_, _>>().map_err(StartError::Redis)?;
    let publishers: Arc<Vec<Publisher>> = Arc::new(publishers);
    let (ended, ended_receiver) = tokio::sync::mpsc::unbounded_channel();
    let triggers = Triggers::start(triggers, &shared.embedded_redis, options.spin_exact, &ended);
    let triggers = triggers.map_err(StartError::Redis)?;
    let triggers = Arc::new(Mutex::new(Some(triggers)));
    let ticker = Ticker { publishers, triggers: Arc::clone(&triggers) };
    let tick_task = options.tick.map(|period| tokio::spawn(tick(ticker.clone(), period)));
    Ok(Host {
        address,
        serving: Serving::start(listener, Arc::clone(&app), Arc::clone(&workers), limits),
        app,
        workers,
        triggers,
        ticker,
        tick_task,
        lifecycle,
        databases: shared.databases,
        limits,
        ended: tokio::sync::Mutex::new(ended_receiver),
    })
}

async fn tick(ticker: Ticker, period: Duration) {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        interval.tick().await;
        ticker.tick().await;
    }
}

/// Ids of the components that triggers name.
fn triggered(manifest: &Manifest) -> Result<BTreeSet<String>, StartError> {
    let http = manifest.http.iter().filter_map(|trigger| match &trigger.target {
        HttpTarget::Component(id) => Some(id),
        HttpTarget::Static(_) => None,
    });
    let ids: BTreeSet<String> = http.chain(manifest.redis.iter().map(|trigger| &trigger.component)).cloned().collect();
    match ids.iter().find(|id| !manifest.components.contains_key(*id)) {
        Some(missing) => Err(StartError::NoComponent(missing.clone())),
        None => Ok(ids),
    }
}

/// Loads the components; those that nobody has compiled take seconds, the others a millisecond.
async fn load(
    engine: &Engine,
    manifest: &Manifest,
    ids: &BTreeSet<String>,
    cache_dir: PathBuf,
) -> Result<BTreeMap<String, Component>, StartError> {
    let declared: Vec<manifest::Component> = ids.iter().map(|id| manifest.components[id].clone()).collect();
    let engine = engine.clone();
    let load = move || {
        let mut sources = Sources::default();
        let inputs = declared.iter().map(|component| Input::read(&engine, component, &mut sources));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        drop(sources);
        let mut done = 0;
        let progress = |id: &str, time: Duration| {
            done += 1;
            tracing::info!("compiled component {id} in {} ms ({done} of {})", time.as_millis(), inputs.len());
        };
        let components = cache::load(&engine, &inputs, &cache_dir, progress)?;
        Ok::<_, cache::Error>(declared.into_iter().map(|component| component.id).zip(components).collect())
    };
    match tokio::task::spawn_blocking(load).await {
        Ok(loaded) => Ok(loaded?),
        Err(_) => Err(cache::Error::Panicked.into()),
    }
}

fn link(
    engine: &Engine,
    manifest: &Manifest,
    components: &BTreeMap<String, Component>,
) -> Result<BTreeMap<String, InstancePre<Context>>, StartError> {
    let linker = capabilities::linker(engine.wasmtime()).map_err(|error| StartError::Linker(format!("{error:#}")))?;
    let mut instances = BTreeMap::new();
    for (id, component) in components {
        let refused = |error: wasmtime::Error| StartError::Link { component: id.clone(), reason: format!("{error:#}") };
        let declared = &manifest.components[id];
        let pre = if declared.dependencies.is_empty() {
            linker.instantiate_pre(component)
        } else {
            let mut linker = linker.clone();
            compose::denied::add_to_linker(&mut linker, component, declared).map_err(refused)?;
            linker.instantiate_pre(component)
        };
        instances.insert(id.clone(), pre.map_err(refused)?);
    }
    Ok(instances)
}

fn exports(pre: &InstancePre<Context>) -> Vec<String> {
    let component = pre.component();
    component.component_type().exports(component.engine()).map(|(name, _)| name.to_owned()).collect()
}

fn no_handler(component: &str, trigger: &'static str, export: &'static str, pre: &InstancePre<Context>) -> StartError {
    let exports = exports(pre);
    let exports = if exports.is_empty() { "nothing".into() } else { format!("`{}`", exports.join("`, `")) };
    StartError::NoHandler { component: component.into(), trigger, export, exports }
}

fn http_components(
    manifest: &Manifest,
    engine: &Engine,
    grants: &Grants,
    instances: &BTreeMap<String, InstancePre<Context>>,
    lifecycle: &Arc<Lifecycle>,
    memory: &Arc<Budget>,
) -> Result<Vec<Arc<HttpComponent>>, StartError> {
    let ids: BTreeSet<&String> = manifest
        .http
        .iter()
        .filter_map(|trigger| match &trigger.target {
            HttpTarget::Component(id) => Some(id),
            HttpTarget::Static(_) => None,
        })
        .collect();
    ids.into_iter()
        .map(|id| {
            let pre = &instances[id];
            let exports = exports(pre);
            let refused =
                |error: wasmtime::Error| StartError::Link { component: id.clone(), reason: format!("{error:#}") };
            let proxy = if exports.iter().any(|name| name.starts_with("wasi:http/handler@0.3.")) {
                ProxyPre::P3(p3::bindings::ServicePre::new(pre.clone()).map_err(refused)?)
            } else if exports.iter().any(|name| name.starts_with("wasi:http/incoming-handler@0.2.")) {
                ProxyPre::P2(p2::bindings::ProxyPre::new(pre.clone()).map_err(refused)?)
            } else {
                return Err(no_handler(id, "an HTTP trigger", HTTP_EXPORT, pre));
            };
            let grants = Arc::clone(&grants[id]);
            Ok(Arc::new(HttpComponent::new(engine.clone(), proxy, grants, Arc::clone(lifecycle), Arc::clone(memory))))
        })
        .collect()
}

fn redis_triggers(
    manifest: &Manifest,
    engine: &Engine,
    grants: &Grants,
    instances: &BTreeMap<String, InstancePre<Context>>,
    variables: &Variables,
    memory: &Arc<Budget>,
) -> Result<Vec<Trigger>, StartError> {
    manifest
        .redis
        .iter()
        .map(|trigger| {
            let id = &trigger.component;
            let pre = &instances[id];
            if !exports(pre).iter().any(|name| name == REDIS_EXPORT) {
                return Err(no_handler(id, "a Redis trigger", REDIS_EXPORT, pre));
            }
            let refused =
                |error: wasmtime::Error| StartError::Link { component: id.clone(), reason: format!("{error:#}") };
            let handler = RedisHandlerPre::new(pre.clone()).map_err(refused)?;
            let resolve = |template, what: &str| {
                variables.resolve(template).map_err(|source| StartError::Template {
                    place: format!("Redis trigger of `{id}`, {what}"),
                    source,
                })
            };
            Ok(Trigger {
                address: resolve(&trigger.address, "address")?,
                channel: resolve(&trigger.channel, "channel")?,
                consumer: Arc::new(Consumer::new(engine.clone(), handler, Arc::clone(&grants[id]), Arc::clone(memory))),
            })
        })
        .collect()
}
