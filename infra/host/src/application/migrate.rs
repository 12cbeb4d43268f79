//! Migrations of the store, embedded in the program: `infra/migrations/postgres`, or `infra/migrations/sqlite` and, for the file
//! with the secrets of the component `identity`, `infra/migrations/sqlite-identity`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use refinery::{Migration, Report, Runner};

use crate::{
    capabilities::postgres::{self, ConnectionError},
    config::{manifest::Manifest, private, runtime::RuntimeConfig, variables::Variables},
};

mod roles;
mod secrets;

pub use roles::{Roles, separate as separate_roles};

mod migrations {
    pub(super) mod sqlite {
        refinery::embed_migrations!("../migrations/sqlite");
    }

    pub(super) mod sqlite_identity {
        refinery::embed_migrations!("../migrations/sqlite-identity");
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
    /// Two SQLite files.
    Sqlite {
        /// The one of the label `default`.
        default: PathBuf,
        /// The one of the label `identity`, with secrets that only the component of that name is granted.
        identity: PathBuf,
    },
    /// A PostgreSQL database, by URL.
    Postgres(String),
}

impl std::fmt::Debug for Store {
    /// Without the URL, which holds a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite { default, identity } => {
                f.debug_struct("Sqlite").field("default", default).field("identity", identity).finish()
            }
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
            let file = |label: &str| {
                config.sqlite.get(label).cloned().unwrap_or_else(|| state_dir.join(format!("{label}.db")))
            };
            Ok(Some(Self::Sqlite { default: file("default"), identity: file("identity") }))
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
    /// The role may not change the store, and the store is not up to date.
    #[error(
        "the store lacks {0}, and the role in the PostgreSQL URL may not change it\n  Run `kronos migrate --postgres URL` with a \
         role that may make tables and schemas in the database."
    )]
    Rights(String),
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
        Store::Sqlite { default, identity } => {
            let (default, identity) = (default.clone(), identity.clone());
            let run = move || run_sqlite(&default, &identity);
            tokio::task::spawn_blocking(run).await.map_err(|_| MigrateError::Interrupted)?
        }
        Store::Postgres(url) => run_postgres(url).await,
    }
}

fn run_sqlite(default: &Path, identity: &Path) -> Result<Vec<String>, MigrateError> {
    if default == identity {
        let reason = "the databases `default` and `identity` need files of their own".into();
        return Err(MigrateError::Open { path: default.into(), reason });
    }
    let failure = |reason: String| MigrateError::Open { path: default.into(), reason };
    if let Some(folder) = default.parent() {
        private::create_folder(folder).map_err(|error| failure(error.to_string()))?;
    }
    // SQLite's own lock is per transaction, and the migrations take several.
    let lock = private::open(&default.with_extension("lock")).map_err(|error| failure(error.to_string()))?;
    lock.lock().map_err(|error| failure(error.to_string()))?;

    let mut identity = open(identity)?;
    let mut applied = finish(configured(migrations::sqlite_identity::migrations::runner()).run(&mut identity))?;
    let mut connection = open(default)?;
    secrets::move_from(default, &identity).map_err(|error| failure(error.to_string()))?;
    applied.extend(finish(configured(migrations::sqlite::migrations::runner()).run(&mut connection))?);
    Ok(applied)
}

fn open(path: &Path) -> Result<rusqlite::Connection, MigrateError> {
    let failure = |reason: String| MigrateError::Open { path: path.into(), reason };
    private::database(path).map_err(|error| failure(error.to_string()))?;
    let connection = rusqlite::Connection::open(path).map_err(|error| failure(error.to_string()))?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(|error| failure(error.to_string()))?;
    // What migrations delete may have been secret.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
        )
        .map_err(|error| failure(error.to_string()))?;
    Ok(connection)
}

/// How a store stands to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was ever migrated there.
    Missing,
    /// It lacks these migrations.
    Behind(Vec<String>),
    /// It has all of them.
    Current,
}

impl Standing {
    fn of(runner: &Runner, applied: &[Migration]) -> Self {
        let lacking = runner.get_migrations().iter().filter(|own| !applied.contains(own));
        let lacking: Vec<_> = lacking.map(ToString::to_string).collect();
        match (applied, lacking.as_slice()) {
            ([], _) => Self::Missing,
            (_, []) => Self::Current,
            _ => Self::Behind(lacking),
        }
    }
}

/// Says how a store stands to this program, and changes nothing.
pub async fn standing(store: &Store) -> Result<Standing, MigrateError> {
    match store {
        Store::Sqlite { default, identity } => {
            let files = [
                (default.clone(), migrations::sqlite::migrations::runner()),
                (identity.clone(), migrations::sqlite_identity::migrations::runner()),
            ];
            let look = move || {
                for (path, runner) in files {
                    let standing = standing_of_file(&path, &runner)?;
                    if standing != Standing::Current {
                        return Ok(standing);
                    }
                }
                Ok(Standing::Current)
            };
            tokio::task::spawn_blocking(look).await.map_err(|_| MigrateError::Interrupted)?
        }
        Store::Postgres(url) => {
            let mut client = postgres::connect(url).await?;
            let runner = migrations::postgres::migrations::runner();
            // Without the table, nothing has been applied.
            let applied = runner.get_applied_migrations_async(&mut client).await.unwrap_or_default();
            Ok(Standing::of(&runner, &applied))
        }
    }
}

fn standing_of_file(path: &Path, runner: &Runner) -> Result<Standing, MigrateError> {
    if !path.is_file() {
        return Ok(Standing::Missing);
    }
    // A reader of a database with a write-ahead log needs to write to its index.
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = rusqlite::Connection::open_with_flags(path, flags)
        .map_err(|error| MigrateError::Open { path: path.into(), reason: error.to_string() })?;
    let applied = runner.get_applied_migrations(&mut connection).unwrap_or_default();
    Ok(Standing::of(runner, &applied))
}

async fn run_postgres(url: &str) -> Result<Vec<String>, MigrateError> {
    migrate_postgres(url, migrations::postgres::migrations::runner()).await
}

/// Applies what the store lacks, and gives the roles of the components, where there are any, what they need of it.
async fn migrate_postgres(url: &str, runner: Runner) -> Result<Vec<String>, MigrateError> {
    let mut client = postgres::connect(url).await?;
    if !may_change(&client).await? {
        return check_postgres(&mut client).await;
    }
    if !lock(&client).await? {
        tracing::info!("another process migrates the store; waiting for it");
        client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    }
    let applied = finish(configured(runner).run_async(&mut client).await);
    let renewed = match &applied {
        Ok(applied) if !applied.is_empty() => roles::renew(&client).await,
        Ok(_) | Err(_) => Ok(Roles::Ready),
    };
    // Whoever waits need not wait for the connection to close.
    let _lost = client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await;
    let applied = applied?;
    if let Roles::Sql(_) = renewed? {
        tracing::warn!(
            "the roles kronos_app and kronos_identity may lack rights to what was migrated, and the role in the PostgreSQL URL may \
             not give them\n  `kronos migrate` prints what a superuser runs."
        );
    }
    Ok(applied)
}

/// Whether the role may make tables; that of the components may not where the secrets have a role of their own.
async fn may_change(client: &tokio_postgres::Client) -> Result<bool, tokio_postgres::Error> {
    let may = client.query_one("SELECT has_schema_privilege(current_schema(), 'CREATE')", &[]).await?;
    Ok(may.try_get::<_, Option<bool>>(0)?.unwrap_or(false))
}

/// Says whether a store that cannot be changed is up to date.
async fn check_postgres(client: &mut tokio_postgres::Client) -> Result<Vec<String>, MigrateError> {
    let runner = migrations::postgres::migrations::runner();
    // Without the table, nothing has been applied.
    let applied = runner.get_applied_migrations_async(client).await.unwrap_or_default();
    let own = runner.get_migrations();
    if let Some(unknown) = applied.iter().find(|applied| !own.contains(applied)) {
        return Err(MigrateError::Version(format!("{unknown} was applied, and this program has no such migration")));
    }
    let missing: Vec<_> = own.iter().filter(|own| !applied.contains(own)).map(ToString::to_string).collect();
    if missing.is_empty() { Ok(Vec::new()) } else { Err(MigrateError::Rights(missing.join(", "))) }
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
mod tests;
