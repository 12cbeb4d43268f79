//! The operations of Kronos that the benchmark measures, as an ordinary axum program: sqlx pools with prepared statements,
//! verified tokens cached, everything durable. The statements are those of Kronos, from files.

mod auth;
mod edge;
mod entries;
mod events;
mod failure;
mod reports;
mod store;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use clap::Parser;
use tokio::net::TcpListener;

use crate::{auth::Verifier, events::Doorbell, store::Store};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How to run.
#[derive(Debug, Parser)]
pub struct Arguments {
    #[arg(long)]
    listen: SocketAddr,
    /// File with the public keys of the issuer.
    #[arg(long)]
    jwks: PathBuf,
    /// Issuer and audience of the tokens.
    #[arg(long)]
    issuer: String,
    /// Folder with the statements.
    #[arg(long)]
    statements: PathBuf,
    #[arg(long)]
    postgres: Option<String>,
    /// Needed with `--postgres`.
    #[arg(long)]
    redis: Option<String>,
    #[arg(long)]
    sqlite: Option<PathBuf>,
    /// Connections to PostgreSQL.
    #[arg(long, default_value_t = 16)]
    pool: u32,
}

/// What handlers share.
#[derive(Debug)]
pub struct App {
    verifier: Verifier,
    store: Store,
    doorbell: Doorbell,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let store = Store::open(&arguments).await?;
    let doorbell = events::consume(store.clone(), arguments.redis.as_deref()).await?;
    let verifier = Verifier::new(&std::fs::read_to_string(&arguments.jwks)?, &arguments.issuer)?;
    let app = Arc::new(App { verifier, store, doorbell });
    let router = Router::new()
        .route("/hello", get(async || "hello"))
        .route("/api/v1/organizations/{organization}/time-entries", get(entries::list).post(entries::create))
        .route("/api/v1/organizations/{organization}/time-entries/{entry}", get(entries::read))
        .route("/api/v1/organizations/{organization}/time-entries/{entry}/stop", post(entries::stop))
        .route("/api/v1/organizations/{organization}/reports/summary", get(reports::summary))
        .layer(middleware::from_fn(edge::seal))
        .with_state(app);
    let listener = TcpListener::bind(arguments.listen).await?;
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Without it small answers may wait; after an error the connection is useless anyway.
        drop(stream.set_nodelay(true));
    });
    axum::serve(listener, router).await?;
    Ok(())
}
