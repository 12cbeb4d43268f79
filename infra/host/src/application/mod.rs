//! A running application.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::{
    capabilities::sqlite::Databases,
    config::{
        manifest,
        options::{Limits, Options},
    },
    engine::lifecycle::Lifecycle,
    triggers::{
        http::{self, App, listener::Serving},
        redis::{Publisher, Triggers},
    },
    workers::Workers,
};

mod files;
pub mod kronos;
pub mod migrate;
mod shared;
mod start;

pub use kronos::DOORBELL;

/// Why an application does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The manifest is not usable.
    #[error(transparent)]
    Manifest(#[from] manifest::ManifestError),
    /// The runtime configuration is not usable.
    #[error(transparent)]
    RuntimeConfig(#[from] crate::config::runtime::RuntimeConfigError),
    /// A variable is missing or malformed.
    #[error(transparent)]
    Variables(#[from] crate::config::variables::SetupError),
    /// A template has no value.
    #[error("{place}: {source}")]
    Template {
        /// Where it stands.
        place: String,
        /// What is missing.
        source: crate::config::template::Error,
    },
    /// An allow-list is not usable.
    #[error("component `{component}`: {source}")]
    AllowedHosts {
        /// The component.
        component: String,
        /// What is wrong.
        source: crate::config::allowed_hosts::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file or folder cannot be read or made.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store could not be migrated.
    #[error(transparent)]
    Migrate(#[from] migrate::MigrateError),
    /// wasmtime did not start.
    #[error(transparent)]
    Engine(#[from] crate::engine::Error),
    /// The interfaces of the host do not fit wasmtime.
    #[error("the interfaces of components cannot be provided: {0}")]
    Linker(String),
    /// A component could not be loaded.
    #[error(transparent)]
    Load(#[from] crate::compose::cache::Error),
    /// Dependencies do not fit.
    #[error(transparent)]
    Compose(#[from] crate::compose::Error),
    /// A component asks for what nobody provides.
    #[error("component `{component}` cannot run here: {reason}")]
    Link {
        /// The component.
        component: String,
        /// Which import.
        reason: String,
    },
    /// A trigger names a component without the export that it needs.
    #[error("component `{component}` has {trigger} and does not export `{export}`; it exports {exports}")]
    NoHandler {
        /// The component.
        component: String,
        /// The kind of trigger.
        trigger: &'static str,
        /// What it should export.
        export: &'static str,
        /// What it does.
        exports: String,
    },
    /// A trigger names a component that is not in the manifest.
    #[error("a trigger names the component `{0}`, which does not exist")]
    NoComponent(String),
    /// Routes are not usable.
    #[error(transparent)]
    Routes(#[from] http::Error),
    /// The threads for requests could not be started.
    #[error("cannot start threads: {0}")]
    Threads(std::io::Error),
    /// The address of a Redis trigger is not usable.
    #[error("a Redis trigger: {0}")]
    Redis(crate::capabilities::redis::CommandError),
    /// The TLS client could not be made.
    #[error("outbound HTTPS: {0}")]
    Tls(String),
}

/// An application that serves.
pub struct Host {
    address: SocketAddr,
    app: Arc<App>,
    workers: Arc<Workers>,
    serving: Serving,
    triggers: Arc<std::sync::Mutex<Option<Triggers>>>,
    ticker: Ticker,
    tick_task: Option<JoinHandle<()>>,
    lifecycle: Arc<Lifecycle>,
    databases: Arc<Databases>,
    limits: Limits,
    ended: tokio::sync::Mutex<tokio::sync::mpsc::UnboundedReceiver<String>>,
}

/// What rings the doorbell.
#[derive(Clone)]
struct Ticker {
    publishers: Arc<Vec<Publisher>>,
    triggers: Arc<std::sync::Mutex<Option<Triggers>>>,
}

impl Ticker {
    async fn tick(&self) {
        let mut rung = true;
        for publisher in self.publishers.iter() {
            if let Err(error) = publisher.ring(DOORBELL).await {
                tracing::debug!("the doorbell was not published: {error}");
                rung = false;
            }
        }
        // Without the server the components of this process hear it even so.
        if !rung && let Some(triggers) = &*self.triggers.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            triggers.ring(DOORBELL);
        }
    }
}

impl Host {
    /// Loads the application that `options` name, migrates its store, and serves it.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        start::start(options).await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Rings the doorbell on [`DOORBELL`], so that every consumer looks for events.
    pub async fn tick(&self) {
        self.ticker.tick().await;
    }

    /// Sends a request to a component within the process, without the listener. `404` when no HTTP trigger names it.
    pub async fn call(&self, component: &str, request: ::http::Request<Bytes>) -> ::http::Response<Bytes> {
        let (app, component) = (Arc::clone(&self.app), component.to_owned());
        if let Some(Some(response)) = self.workers.run(async move { app.call(&component, request).await }).await {
            return response;
        }
        let mut response = ::http::Response::new(Bytes::new());
        *response.status_mut() = ::http::StatusCode::NOT_FOUND;
        response
    }

    /// Waits until a trigger has ended for good, which only happens with `--spin-exact`; returns the server's address.
    pub async fn ended(&self) -> String {
        match self.ended.lock().await.recv().await {
            Some(address) => address,
            None => std::future::pending().await,
        }
    }

    /// Takes no more work, lets what is in progress finish up to [`Limits::drain`], and ends every instance. Says
    /// whether everything finished.
    pub async fn stop(self) -> bool {
        let Self { serving, triggers, tick_task, lifecycle, databases, limits, .. } = self;
        if let Some(task) = tick_task {
            task.abort();
        }
        let triggers = triggers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let consumers = async {
            match triggers {
                Some(triggers) => triggers.stop(limits.drain).await,
                None => true,
            }
        };
        let ((served, unanswered), consumed) = tokio::join!(serving.drain(limits.drain), consumers);
        lifecycle.drain();
        // Instances without requests end at once; the others have had their time.
        tokio::task::yield_now().await;
        lifecycle.stop();
        unanswered.told().await;
        databases.fold().await;
        served && consumed
    }
}
