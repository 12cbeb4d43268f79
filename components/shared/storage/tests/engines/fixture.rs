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
    entry::{Description, Span, TimeEntry},
};
use kronos_storage::{
    Db, Value, report_events,
    time_entries::{self, Actor, NewEntry},
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

pub fn migrations(engine: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../infra/migrations").join(engine);
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    let version = |path: &Path| -> u32 {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name[1..name.find("__").unwrap()].parse().unwrap()
    };
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort_by_key(|path| version(path));
    files.iter().map(|path| fs::read_to_string(path).unwrap()).collect::<Vec<_>>().join("\n")
}

pub async fn connect(name: &str) -> Db {
    Db::with_driver(driver::Postgres(Rc::new(client(name).await)))
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

    pub async fn postgres() -> Self {
        static COUNTER: AtomicU64 = AtomicU64::new(1);
        let name = format!("kronos_{}", COUNTER.fetch_add(1, Ordering::Relaxed));
        client("postgres").await.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        client(&name).await.batch_execute(&migrations("postgres")).await.unwrap();
        Self::populate(connect(&name).await, connect(&name).await, Some(name)).await
    }

    async fn populate(db: Db, identity: Db, name: Option<String>) -> Self {
        let ours = organization(&db, "Europe/Berlin", "EUR").await;
        let theirs = organization(&db, "America/New_York", "USD").await;
        Self {
            owner: person(&db, ours, "owner").await,
            admin: person(&db, ours, "admin").await,
            manager: person(&db, ours, "manager").await,
            employee: person(&db, ours, "employee").await,
            colleague: person(&db, ours, "employee").await,
            stranger: person(&db, theirs, "owner").await,
            db,
            identity,
            name,
        }
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

    /// Applies all events. On PostgreSQL other tests' transactions, though in other databases, hold the horizon back for a while.
    pub async fn apply_events(&self, batch: i64) {
        let unseen = kronos_storage::Statement::pair(
            "SELECT count(*) FROM outbox WHERE (xid, seq) > (SELECT xid, seq FROM consumers WHERE name = 'reports')",
            "SELECT count(*) FROM outbox WHERE seq > (SELECT seq FROM consumers WHERE name = 'reports')",
        );
        for _ in 0..2000 {
            while report_events::pending(&self.db).await.unwrap() {
                report_events::apply(&self.db, batch).await.unwrap();
            }
            if self.db.row(&unseen, &[]).await.unwrap().unwrap().columns().integer().unwrap() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("events remain");
    }

    /// Records an entry of the person's own.
    pub async fn record(&self, person: Person, start: &str, end: Option<&str>) -> TimeEntry {
        time_entries::create(&self.db, person.actor, new(start, end)).await.unwrap().unwrap()
    }
}

/// A plain entry.
pub fn new(start: &str, end: Option<&str>) -> NewEntry {
    NewEntry {
        id: EntryId::from_uuid(id()),
        member: None,
        span: Span::new(instant(start), end.map(instant)).unwrap(),
        time_zone: None,
        description: Description::parse("work".into()).unwrap(),
        billable: false,
        billable_rate: None,
        source: "api",
        request_digest: "digest".into(),
        now: NOW,
    }
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
