//! The application under test.

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use kronos_host::{Host, Options, build::Console, config::manifest::Manifest};
use kronos_test_servers::{Postgres, Redis};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Actor, Answer};

/// What a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite and the Redis inside the host.
    Embedded,
    /// PostgreSQL and a Redis server, which a test on them [`needs`](crate::needs).
    Servers,
}

/// A running application with its own store, ended when the test ends.
pub struct Kronos {
    /// The host.
    pub host: Option<Host>,
    /// What it was started with.
    pub options: Options,
    /// Base URL.
    pub url: String,
    /// The Redis server, when it is not the embedded one.
    pub redis: Option<Redis>,
    _postgres: Option<Postgres>,
    _folder: TempDir,
}

/// Password of the first owner in tests.
pub const OWNER_PASSWORD: &str = "correct horse battery staple";
/// The operator's secret in tests.
pub const OPERATOR_SECRET: &str = "operator secret of the tests";

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_owned()
}

/// Nobody is asked.
struct Unattended;

impl Console for Unattended {
    fn say(&mut self, step: &str) {
        eprintln!("{step}");
    }

    fn may_change_system(&mut self, reason: &str, commands: &[String]) -> bool {
        eprintln!("{reason}\n{}", commands.join("\n"));
        std::env::var("KRONOS_INSTALL_PACKAGES").is_ok_and(|value| value == "1")
    }
}

/// Makes an empty database and answers its URL.
async fn database(server: &Postgres) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let (client, connection) =
        tokio_postgres::connect(&server.url("postgres"), tokio_postgres::NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
    server.url(&name)
}

/// Builds the components of the manifest once per process.
fn build(manifest: &'static str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        for manifest in ["spin.toml", "tests/guest/spin.toml"] {
            let manifest = Manifest::load(&repository().join(manifest)).expect("the manifest");
            kronos_host::build::run(&manifest, &mut Unattended).expect("the components build");
        }
    });
    repository().join(manifest)
}

impl Kronos {
    /// Starts Kronos on `engine`.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| ()).await
    }

    /// Starts Kronos on `engine` with servers that no other test uses, and with no sweep: only writes ring.
    pub async fn start_alone(engine: Engine) -> Self {
        let postgres = (engine == Engine::Servers).then(kronos_test_servers::postgres);
        let (folder, options) = Self::prepare().await;
        Self::launch(engine, postgres, folder, options, |_| ()).await
    }

    /// Starts Kronos on `engine` after `change` has seen the options.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Options)) -> Self {
        let (folder, options) = Self::prepare().await;
        Self::launch(engine, None, folder, options, change).await
    }

    async fn prepare() -> (TempDir, Options) {
        let folder = tempfile::Builder::new().prefix("kronos-test").tempdir().expect("a folder");
        let mut options =
            Options::new(tokio::task::spawn_blocking(|| build("spin.toml")).await.expect("the build ends"));
        options.state_dir = Some(folder.path().to_owned());
        options.variables = [
            ("owner_email", "owner@example.com"),
            ("owner_password", OWNER_PASSWORD),
            ("operator_secret", OPERATOR_SECRET),
            ("public_url", "http://kronos.test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        (folder, options)
    }

    async fn launch(
        engine: Engine,
        postgres: Option<Postgres>,
        folder: TempDir,
        mut options: Options,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        options.listen.set_port(0);
        options.cache_dir = Some(repository().join("target/kronos-test-cache"));
        // On a server that others use, an event waits for their transactions too, and the doorbell rings too early for it.
        let shared = engine == Engine::Servers && postgres.is_none();
        options.tick = shared.then_some(Duration::from_millis(200));
        let mut redis = None;
        if engine == Engine::Servers {
            options.postgres = Some(database(postgres.as_ref().unwrap_or_else(|| Postgres::shared())).await);
            let server = kronos_test_servers::redis();
            options.redis = Some(server.url());
            redis = Some(server);
        }
        change(&mut options);
        let host = Host::start(options.clone()).await.expect("the host starts");
        let url = format!("http://{}", host.address());
        Self { host: Some(host), options, url, redis, _postgres: postgres, _folder: folder }
    }

    /// The host.
    pub fn host(&self) -> &Host {
        self.host.as_ref().expect("the host runs")
    }

    /// Stops and starts again on the same store.
    pub async fn restart(&mut self) {
        if let Some(host) = self.host.take() {
            host.stop().await;
        }
        let host = Host::start(self.options.clone()).await.expect("the host starts again");
        self.url = format!("http://{}", host.address());
        self.host = Some(host);
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Actor {
        Actor::new(&self.url)
    }

    /// Nobody in particular, at the address 127.0.`network`.`host` of this machine.
    pub fn anonymous_at(&self, network: u8, host: u8) -> Actor {
        Actor::at(&self.url, [127, 0, network, host].into())
    }

    /// The first owner, signed in, in the organization that came with the first start.
    pub async fn owner(&self) -> Actor {
        let session = self
            .anonymous()
            .post("/auth/session", &serde_json::json!({ "email": "owner@example.com", "password": OWNER_PASSWORD }))
            .await
            .expect(200);
        self.member_of_first_organization(session.string("/access_token")).await
    }

    /// A new member with `role` in the owner's organization.
    pub async fn member(&self, role: &str) -> Actor {
        let owner = self.owner().await;
        let email = format!("{role}-{}@example.com", uuid::Uuid::now_v7());
        let user = self.insert_user(&email).await;
        self.insert_member(&owner.organization, &user, role).await;
        self.member_of_first_organization(self.token(&email).await).await
    }

    /// Gives a member another role, whatever they made before.
    pub async fn set_role(&self, member: &str, role: &str) {
        self.sql(&format!("UPDATE members SET role = '{role}' WHERE id = '{member}'")).await;
    }

    /// The owner of another organization.
    pub async fn other_tenant(&self) -> Actor {
        let email = format!("stranger-{}@example.com", uuid::Uuid::now_v7());
        let user = self.insert_user(&email).await;
        let organization = uuid::Uuid::now_v7().to_string();
        self.sql(&format!(
            "INSERT INTO organizations (id, name, currency, time_zone, created_at) VALUES ('{organization}', 'Elsewhere', 'EUR', 'UTC', 0)"
        ))
        .await;
        self.insert_member(&organization, &user, "owner").await;
        self.member_of_first_organization(self.token(&email).await).await
    }

    /// A token for `email`, minted as an operator does.
    pub async fn token(&self, email: &str) -> String {
        let request = http::Request::post("/auth/operator/tokens")
            .header("authorization", format!("Bearer {OPERATOR_SECRET}"))
            .header("content-type", "application/json")
            .body(serde_json::json!({ "email": email }).to_string().into())
            .expect("a request");
        let response = self.host().call("identity", request).await;
        let body = response.into_body();
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        body["access_token"].as_str().unwrap_or_else(|| panic!("no token in {body}")).to_owned()
    }

    async fn member_of_first_organization(&self, token: String) -> Actor {
        let mut actor = Actor::new(&self.url);
        actor.token = Some(token);
        let memberships = actor.get("/api/v1/users/me/memberships").await.expect(200);
        actor.member = memberships.string("/data/0/id");
        actor.organization = memberships.string("/data/0/organization/id");
        actor
    }

    async fn insert_user(&self, email: &str) -> String {
        let id = uuid::Uuid::now_v7().to_string();
        self.sql(&format!(
            "INSERT INTO users (id, email, name, time_zone, created_at) VALUES ('{id}', '{email}', 'Test', 'UTC', 0)"
        ))
        .await;
        id
    }

    async fn insert_member(&self, organization: &str, user: &str, role: &str) {
        let id = uuid::Uuid::now_v7();
        self.sql(&format!(
            "INSERT INTO members (id, organization_id, user_id, role, created_at) VALUES ('{id}', '{organization}', '{user}', '{role}', 0)"
        ))
        .await;
    }

    /// Runs statements in the store directly, beside the host.
    pub async fn sql(&self, statements: &str) {
        if self.options.postgres.is_some() {
            self.postgres().await.batch_execute(statements).await.expect("the statements run");
        } else {
            self.sqlite().execute_batch(statements).expect("the statements run");
        }
    }

    /// The one number that `query` answers, read beside the host.
    pub async fn number(&self, query: &str) -> i64 {
        if self.options.postgres.is_some() {
            self.postgres().await.query_one(query, &[]).await.expect("one row").get(0)
        } else {
            self.sqlite().query_row(query, [], |row| row.get(0)).expect("one row")
        }
    }

    /// The one text that `query` answers, read beside the host.
    pub async fn text(&self, query: &str) -> String {
        if self.options.postgres.is_some() {
            self.postgres().await.query_one(query, &[]).await.expect("one row").get(0)
        } else {
            self.sqlite().query_row(query, [], |row| row.get(0)).expect("one row")
        }
    }

    /// A connection to the PostgreSQL database, beside the host.
    pub async fn postgres(&self) -> tokio_postgres::Client {
        let url = self.options.postgres.as_ref().expect("PostgreSQL is in use");
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("PostgreSQL");
        tokio::spawn(connection);
        client
    }

    /// A connection to the SQLite files, beside the host. As on PostgreSQL, the tables of identity are in the schema `identity`.
    pub fn sqlite(&self) -> rusqlite::Connection {
        let file = |name: &str| self.options.state_dir.as_ref().expect("a state folder").join(name);
        let connection = rusqlite::Connection::open(file("default.db")).expect("the file opens");
        let identity = file("identity.db");
        connection.execute("ATTACH DATABASE ?1 AS identity", [identity.to_str()]).expect("the file opens");
        connection.busy_timeout(Duration::from_secs(10)).expect("a timeout");
        connection
    }

    /// Waits until the summary of `actor` shows `seconds`, or fails after some seconds.
    pub async fn report_shows(&self, actor: &Actor, range: &str, seconds: i64) -> Answer {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            let report = actor.get(&format!("{}?group=day&{range}", actor.path("/reports/summary"))).await.expect(200);
            if report.body["data"]["seconds"] == seconds {
                return report;
            }
            assert!(tokio::time::Instant::now() < deadline, "the report never showed {seconds} s: {}", report.body);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The guests of `tests/guest`, running on the host.
pub struct Guests;

impl Guests {
    /// Starts the guests on `engine` after `change` has seen the options.
    pub async fn start(engine: Engine, change: impl FnOnce(&mut Options)) -> Kronos {
        let folder = tempfile::Builder::new().prefix("kronos-guests").tempdir().expect("a folder");
        let manifest = tokio::task::spawn_blocking(|| build("tests/guest/spin.toml")).await.expect("the build ends");
        let mut options = Options::new(manifest);
        options.state_dir = Some(folder.path().to_owned());
        Kronos::launch(engine, None, folder, options, change).await
    }
}
