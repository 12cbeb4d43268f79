//! A migrated database with people in it.

use std::{
    fs,
    path::Path,
    rc::Rc,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kronos_domain::{
    EntryId, Instant, MemberId, OrganizationId, UserId,
    entry::{Description, Kind, Span, TimeEntry},
};
use kronos_storage::{
    Db, Value, consumers,
    members::{self, NewPlaceholder},
    report_events,
    time_entries::{self, Actor, Change, NewEntry},
};
use kronos_test_servers::Postgres;
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::driver::{self, Sqlite};

pub const NOW: Instant = Instant::from_seconds(1_772_616_232);

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub fn instant(text: &str) -> Instant {
    text.parse().expect(text)
}

/// Ids that grow.
pub fn id() -> Uuid {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let mut random = [0; 10];
    random[2..].copy_from_slice(&COUNTER.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(1_772_616_232_000, &random).into_uuid()
}

/// A person in an organization.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub actor: Actor,
    pub member: MemberId,
}

/// A database with two organizations, and the one with identity's secrets.
pub struct World {
    pub db: Db,
    pub identity: Db,
    pub owner: Person,
    pub admin: Person,
    pub manager: Person,
    pub employee: Person,
    pub colleague: Person,
    /// Owner of another organization.
    pub stranger: Person,
    /// More connections to the same database; PostgreSQL only.
    pub name: Option<String>,
}

/// Version and text of each migration, in order.
fn migration_files(engine: &str) -> Vec<(u32, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../infra/migrations").join(engine);
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    let files = files.iter().map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name[1..name.find("__").unwrap()].parse().unwrap(), fs::read_to_string(path).unwrap())
    });
    let mut files: Vec<(u32, String)> = files.collect();
    files.sort();
    files
}

pub fn migrations(engine: &str) -> String {
    join(&migration_files(engine))
}

fn join(files: &[(u32, String)]) -> String {
    files.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Databases of the first version with an entry of an hour, migrated since.
pub async fn migrated_with_an_old_entry() -> Vec<Db> {
    let id = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";
    let entry = format!(
        "INSERT INTO users VALUES ('{id}', 'a@example.org', 'Name', NULL, 'UTC', 0); \
         INSERT INTO organizations VALUES ('{id}', 'Example', 'EUR', 'UTC', 0); \
         INSERT INTO members VALUES ('{id}', '{id}', '{id}', 'owner', 0); \
         INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, billable, billable_rate, \
         currency, source, version, changed_by, created_at, updated_at) \
         VALUES ('{id}', '{id}', '{id}', '{id}', 0, 3600000000, 'UTC', true, 50, 'EUR', 'api', 7, '{id}', 0, 0);"
    );
    let steps = |engine| {
        let files = migration_files(engine);
        let (old, new) = files.split_at(files.partition_point(|(version, _)| *version < 1000));
        [join(old), entry.clone(), join(new)]
    };
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    for step in steps("sqlite") {
        connection.execute_batch(&step).unwrap();
    }
    let mut databases = vec![Db::with_driver(Sqlite(Mutex::new(connection)))];
    let name = database().await;
    for step in steps("postgres") {
        client(&name).await.batch_execute(&step).await.unwrap();
    }
    databases.push(connect(&name).await);
    databases
}

/// A new database on the server.
async fn database() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let name = format!("kronos_{}", COUNTER.fetch_add(1, Ordering::Relaxed));
    client("postgres").await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    name
}

/// Another connection to a database in a file.
pub fn open_sqlite(path: &Path) -> Db {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(20)).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON").unwrap();
    Db::with_driver(Sqlite(Mutex::new(connection)))
}

pub async fn connect(name: &str) -> Db {
    Db::with_driver(driver::Postgres { client: Rc::new(client(name).await), packs: true })
}

pub async fn client(name: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&Postgres::shared().url(name), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn in_memory(folder: &str) -> Db {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    connection.execute_batch(&migrations(folder)).unwrap();
    Db::with_driver(Sqlite(Mutex::new(connection)))
}

impl World {
    pub async fn sqlite() -> Self {
        Self::populate(in_memory("sqlite"), in_memory("sqlite-identity"), None).await
    }

    /// In a file, so that there can be several connections.
    pub async fn sqlite_at(path: &Path) -> Self {
        rusqlite::Connection::open(path).unwrap().execute_batch(&migrations("sqlite")).unwrap();
        Self::populate(open_sqlite(path), in_memory("sqlite-identity"), None).await
    }

    pub async fn postgres() -> Self {
        let name = database().await;
        client(&name).await.batch_execute(&migrations("postgres")).await.unwrap();
        Self::populate(connect(&name).await, connect(&name).await, Some(name)).await
    }

    async fn populate(db: Db, identity: Db, name: Option<String>) -> Self {
        let ours = organization(&db, "Europe/Berlin", "EUR").await;
        let theirs = organization(&db, "America/New_York", "USD").await;
        let world = Self {
            owner: person(&db, ours, "owner").await,
            admin: person(&db, ours, "admin").await,
            manager: person(&db, ours, "manager").await,
            employee: person(&db, ours, "employee").await,
            colleague: person(&db, ours, "employee").await,
            stranger: person(&db, theirs, "owner").await,
            db,
            identity,
            name,
        };
        world.forget_events().await;
        world
    }

    /// Makes the next event the first one.
    pub async fn forget_events(&self) {
        self.sql("DELETE FROM outbox_pending", "DELETE FROM outbox", &[]).await;
        self.sql("SELECT 1", "DELETE FROM audit_trail", &[]).await;
        self.sql("SELECT 1", "DELETE FROM sqlite_sequence WHERE name = 'outbox'", &[]).await;
    }

    /// Runs a statement of the test itself; its text may differ per engine.
    pub async fn sql(
        &self,
        postgres: &'static str,
        sqlite: &'static str,
        parameters: &[Value],
    ) -> Vec<kronos_storage::Row> {
        self.db.rows(&kronos_storage::Statement::pair(postgres, sqlite), parameters).await.unwrap()
    }

    pub async fn integer(&self, sql: &'static str) -> i64 {
        self.sql(sql, sql, &[]).await.remove(0).columns().integer().unwrap()
    }

    /// Applies all events.
    pub async fn apply_events(&self, batch: i64) {
        while consumers::state(&self.db, report_events::CONSUMER).await.unwrap().pending {
            report_events::apply(&self.db, batch).await.unwrap();
        }
    }

    /// Many finished entries of a person, one every two hours from the third hour on, as no request would record them.
    pub async fn crowd(&self, person: Person, count: i64) {
        let columns = "INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, \
                       description, currency, source, changed_by, created_at, updated_at) ";
        let rest = "n * 7200000000, n * 7200000000 + 3600000000, 'UTC', 'work', 'EUR', 'api', ";
        let postgres: &'static str = format!(
            "{columns} SELECT gen_random_uuid(), $1::uuid, $2::uuid, $3::uuid, {rest} $3::uuid, n, n FROM generate_series(1, $4::bigint) n"
        )
        .leak();
        let sqlite: &'static str = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?4) {columns} \
             SELECT printf('%s-%s-%s-%s-%s', substr(hex, 1, 8), substr(hex, 9, 4), substr(hex, 13, 4), substr(hex, 17, 4), \
             substr(hex, 21)), ?1, ?2, ?3, {rest} ?3, n, n FROM (SELECT n, lower(hex(randomblob(16))) AS hex FROM numbers)"
        )
        .leak();
        let parameters =
            [person.actor.organization.into(), person.member.into(), person.actor.user.into(), count.into()];
        self.sql(postgres, sqlite, &parameters).await;
    }

    /// Records an entry of the person's own.
    pub async fn record(&self, person: Person, start: &str, end: Option<&str>) -> TimeEntry {
        time_entries::create(&self.db, change(person.actor), new(start, end)).await.unwrap().unwrap()
    }
}

/// A plain entry.
pub fn new(start: &str, end: Option<&str>) -> NewEntry {
    NewEntry {
        user: None,
        id: EntryId::from_uuid(id()),
        member: None,
        span: Span::new(instant(start), end.map(instant)).unwrap(),
        time_zone: None,
        kind: Kind::Work,
        project: None,
        task: None,
        tags: Vec::new(),
        description: Description::parse("work".into()).unwrap(),
        billable: Some(false),
        billable_rate: None,
        source: "api".to_owned(),
        external_id: None,
        external_url: None,
        request_digest: "digest".into(),
    }
}

/// A change by somebody, at [`NOW`].
pub fn change(actor: Actor) -> Change<'static> {
    Change { actor, request_id: None, traceparent: None, now: NOW }
}

pub async fn organization(db: &Db, time_zone: &str, currency: &str) -> OrganizationId {
    let organization = OrganizationId::from_uuid(id());
    let statement = kronos_storage::shared!(
        "INSERT INTO organizations (id, name, currency, time_zone, created_at) ",
        "VALUES ($1::uuid, 'Example', $2::text, $3::text, 0)"
    );
    db.execute(&statement, &[organization.into(), currency.into(), time_zone.into()]).await.unwrap();
    organization
}

/// A placeholder of that name.
pub async fn placeholder(world: &World, name: &str) -> MemberId {
    let new = NewPlaceholder {
        id: MemberId::from_uuid(id()),
        name: name.parse().unwrap(),
        email: None,
        request_digest: "digest".into(),
    };
    assert!(members::create_placeholder(&world.db, change(world.owner.actor), &new).await.unwrap());
    new.id
}

pub async fn person(db: &Db, organization: OrganizationId, role: &str) -> Person {
    let (user, member) = (UserId::from_uuid(id()), MemberId::from_uuid(id()));
    let statement = kronos_storage::shared!(
        "INSERT INTO users (id, email, name, time_zone, created_at) ",
        "VALUES ($1::uuid, $2::text, 'Name', 'Europe/Paris', 0)"
    );
    db.execute(&statement, &[user.into(), format!("{user}@example.org").into()]).await.unwrap();
    let statement = kronos_storage::shared!(
        "INSERT INTO members (id, organization_id, user_id, role, created_at) ",
        "VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, 0)"
    );
    db.execute(&statement, &[member.into(), organization.into(), user.into(), role.into()]).await.unwrap();
    Person { actor: Actor { organization, user }, member }
}
