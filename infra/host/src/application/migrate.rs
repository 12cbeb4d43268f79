//! Migrations of the store: `infra/migrations/{sqlite,postgres}`, embedded in the program.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use refinery::{Report, Runner};

use crate::{
    capabilities::postgres::{self, ConnectionError},
    config::{manifest::Manifest, private, runtime::RuntimeConfig, variables::Variables},
};

mod migrations {
    pub(super) mod sqlite {
        refinery::embed_migrations!("../migrations/sqlite");
    }

    pub(super) mod postgres {
        refinery::embed_migrations!("../migrations/postgres");
    }
}

/// The variable that says which store an application of ours uses; one without it has no store to migrate.
const URL_VARIABLE: &str = "postgres_url";

/// Key of the advisory lock under which one process at a time migrates: "kronos" in ASCII.
const LOCK: i64 = 0x6b72_6f6e_6f73;

/// The store of an application.
#[derive(Clone, PartialEq, Eq)]
pub enum Store {
    /// The SQLite file of the label `default`.
    Sqlite(PathBuf),
    /// A PostgreSQL database, by URL.
    Postgres(String),
}

impl std::fmt::Debug for Store {
    /// Without the URL, which holds a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres"),
        }
    }
}

impl Store {
    /// The store that an application uses: PostgreSQL when its variable `postgres_url` has a value, else SQLite; `None`
    /// when it does not declare that variable.
    pub fn of(
        manifest: &Manifest,
        variables: &Variables,
        config: &RuntimeConfig,
        state_dir: &Path,
    ) -> Result<Option<Self>, crate::config::template::Error> {
        if !manifest.variables.contains_key(URL_VARIABLE) {
            return Ok(None);
        }
        let url = variables.get(URL_VARIABLE)?;
        if url.is_empty() {
            let file = config.sqlite.get("default").cloned().unwrap_or_else(|| state_dir.join("default.db"));
            Ok(Some(Self::Sqlite(file)))
        } else {
            Ok(Some(Self::Postgres(url)))
        }
    }
}

/// Why a store could not be migrated. No text holds a password.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The SQLite file cannot be opened or locked.
    #[error("the database {path} cannot be opened: {reason}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// PostgreSQL cannot be reached or refuses the login.
    #[error("PostgreSQL at {address} cannot be used: {reason}")]
    Connect {
        /// Host and port.
        address: String,
        /// What is wrong.
        reason: String,
    },
    /// The URL of the database is malformed.
    #[error(
        "the PostgreSQL URL is malformed: {0}\n  The form is postgres://user:password@host:port/database?sslmode=require."
    )]
    Url(String),
    /// The store has migrations that this program does not have, or has them with different content.
    #[error(
        "the store and this program do not fit: {0}\n  The store was migrated by another version of Kronos: run that version, \
         or restore a backup from before the upgrade."
    )]
    Version(String),
    /// A migration failed; it left no trace.
    #[error("the store could not be migrated: {0}")]
    Failed(String),
    /// The program ends.
    #[error("the migration was interrupted")]
    Interrupted,
}

impl From<ConnectionError> for MigrateError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Address(reason) => Self::Url(reason),
            ConnectionError::Connect { address, reason } => Self::Connect { address, reason },
        }
    }
}

impl From<tokio_postgres::Error> for MigrateError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Failed(chain(&error))
    }
}

/// Brings the store to the newest version and returns the names of the migrations that were applied, in order. Several
/// processes may do so at once: one migrates, the others wait.
pub async fn run(store: &Store) -> Result<Vec<String>, MigrateError> {
    match store {
        Store::Sqlite(path) => {
            let path = path.clone();
            tokio::task::spawn_blocking(move || run_sqlite(&path)).await.map_err(|_| MigrateError::Interrupted)?
        }
        Store::Postgres(url) => run_postgres(url).await,
    }
}

fn run_sqlite(path: &Path) -> Result<Vec<String>, MigrateError> {
    let failure = |reason: String| MigrateError::Open { path: path.into(), reason };
    private::database(path).map_err(|error| failure(error.to_string()))?;
    // SQLite's own lock is per transaction, and the migrations take several.
    let lock = private::open(&path.with_extension("lock")).map_err(|error| failure(error.to_string()))?;
    lock.lock().map_err(|error| failure(error.to_string()))?;

    let mut connection = rusqlite::Connection::open(path).map_err(|error| failure(error.to_string()))?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(|error| failure(error.to_string()))?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
        .map_err(|error| failure(error.to_string()))?;
    finish(configured(migrations::sqlite::migrations::runner()).run(&mut connection))
}

async fn run_postgres(url: &str) -> Result<Vec<String>, MigrateError> {
    let mut client = postgres::connect(url).await?;
    if !lock(&client).await? {
        tracing::info!("another process migrates the store; waiting for it");
        client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    }
    let report = configured(migrations::postgres::migrations::runner()).run_async(&mut client).await;
    // Whoever waits need not wait for the connection to close.
    let _lost = client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await;
    finish(report)
}

/// Takes the lock, unless another process has it.
async fn lock(client: &tokio_postgres::Client) -> Result<bool, tokio_postgres::Error> {
    client.query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await?.try_get(0)
}

fn configured(runner: Runner) -> Runner {
    runner.set_abort_divergent(true).set_abort_missing(true)
}

fn finish(report: Result<Report, refinery::Error>) -> Result<Vec<String>, MigrateError> {
    use refinery::error::Kind;
    match report {
        Ok(report) => Ok(report.applied_migrations().iter().map(ToString::to_string).collect()),
        Err(error) => Err(match error.kind() {
            Kind::DivergentVersion(applied, own) => {
                MigrateError::Version(format!("{applied} was applied with different content from what {own} has here"))
            }
            Kind::MissingVersion(applied) => {
                MigrateError::Version(format!("{applied} was applied, and this program does not have it"))
            }
            Kind::Connection(what, cause) => MigrateError::Failed(format!("{what}: {}", chain(cause.as_ref()))),
            other => MigrateError::Failed(other.to_string()),
        }),
    }
}

/// An error with its causes: the outer text of the drivers says only "error connecting to server".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let inner = error.to_string();
        if !text.contains(&inner) {
            text = format!("{text}: {inner}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use kronos_test_servers::{needs, postgres_with_tls};

    use super::*;

    #[tokio::test]
    async fn a_sqlite_store_is_migrated_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::Sqlite(folder.path().join("new").join("default.db"));
        let (first, second) = tokio::join!(run(&store), run(&store));
        let mut counts = [first.expect("a migrated store").len(), second.expect("a migrated store").len()];
        counts.sort_unstable();
        assert_eq!(counts[0], 0, "one of two parallel runs has nothing left to do");
        assert!(run(&store).await.expect("a migrated store").is_empty());
    }

    #[tokio::test]
    async fn a_store_of_another_version_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("default.db");
        let store = Store::Sqlite(path.clone());
        run(&store).await.expect("a migrated store");
        let connection = rusqlite::Connection::open(&path).expect("a database");
        connection
            .execute_batch(
                "INSERT INTO refinery_schema_history(version, name, applied_on, checksum) \
                 VALUES (9999, 'future', '2026-01-01T00:00:00Z', '1')",
            )
            .expect("a row");
        let error = run(&store).await.expect_err("an unknown migration").to_string();
        assert!(error.contains("V9999__future") && error.contains("another version of Kronos"), "{error}");
    }

    #[tokio::test]
    async fn failures_to_connect_name_the_server_and_no_password() {
        let store = Store::Postgres("postgres://me:s3cret@127.0.0.1:1/db".into());
        let error = run(&store).await.expect_err("nobody listens").to_string();
        assert!(error.contains("127.0.0.1:1") && !error.contains("s3cret"), "{error}");
        assert!(!format!("{store:?}").contains("s3cret"));
        let error = run(&Store::Postgres("postgres://me:s3cret@/?port=x".into())).await.expect_err("bad").to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[needs(postgres, openssl)]
    #[tokio::test]
    async fn a_server_with_a_certificate_of_its_own_is_migrated_as_it_is_used() {
        let (server, _) = postgres_with_tls();
        let store = |mode| Store::Postgres(format!("postgres://postgres@localhost:{}/postgres{mode}", server.port()));
        assert!(!run(&store("")).await.expect("a migrated store").is_empty());
        assert!(run(&store("?sslmode=prefer")).await.expect("a migrated store").is_empty());
        let error = run(&store("?sslmode=require")).await.expect_err("nobody vouches for it").to_string();
        assert!(error.contains("certificate") && error.contains("sslmode=prefer"), "{error}");
        // Two at once: the second waits for the first, and no longer.
        let (first, second) = (store(""), store(""));
        let (first, second) = tokio::join!(run(&first), run(&second));
        assert!(first.expect("a migrated store").is_empty() && second.expect("a migrated store").is_empty());
    }
}
