use std::os::unix::fs::MetadataExt as _;

use kronos_test_servers::{Postgres, needs, postgres_with_tls};

use super::*;

fn sqlite(folder: &Path) -> Store {
    Store::Sqlite { default: folder.join("default.db"), identity: folder.join("identity.db") }
}

fn database(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).expect("a database")
}

fn texts(connection: &rusqlite::Connection, query: &str) -> Vec<String> {
    let mut statement = connection.prepare(query).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

/// A store as the version before left it: a user with a password, a session and a key.
fn old_store(path: &Path) -> rusqlite::Connection {
    let mut connection = database(path);
    let before = refinery::Target::Version(3);
    configured(migrations::sqlite::migrations::runner())
        .set_target(before)
        .run(&mut connection)
        .expect("the old schema");
    connection
        .execute_batch(
            "INSERT INTO users (id, email, name, password_hash, time_zone, created_at)
             VALUES ('u1', 'a@b', 'A', 'hash of u1', 'UTC', 0), ('u2', 'c@d', 'C', NULL, 'UTC', 0);
             INSERT INTO sessions (id, user_id, family_hash, token_hash, created_at, idle_expires_at, expires_at, revoked_at)
             VALUES ('s1', 'u1', 'f1', 't1', 1, 2, 3, NULL), ('s2', 'u1', 'f2', 't2', 1, 2, 3, 4);
             INSERT INTO signing_keys (period, kid, seed, created_at) VALUES (7, 'k7', 'a seed that nobody may read', 5);
             INSERT INTO sign_in_throttle (subject, free_at) VALUES ('*', 9)",
        )
        .expect("rows");
    connection
}

#[tokio::test]
async fn a_sqlite_store_is_migrated_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = sqlite(&folder.path().join("new"));
    let (first, second) = tokio::join!(run(&store), run(&store));
    let mut counts = [first.expect("a migrated store").len(), second.expect("a migrated store").len()];
    counts.sort_unstable();
    assert_eq!(counts[0], 0, "one of two parallel runs has nothing left to do");
    assert!(run(&store).await.expect("a migrated store").is_empty());
    for file in ["default.db", "identity.db"] {
        let mode = std::fs::metadata(folder.path().join("new").join(file)).expect("a file").mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn one_file_cannot_hold_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("one.db");
    let error = run(&Store::Sqlite { default: file.clone(), identity: file }).await.expect_err("one file").to_string();
    assert!(error.contains("files of their own"), "{error}");
}

#[tokio::test]
async fn secrets_of_an_old_store_move_to_their_own_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (default, identity) = (folder.path().join("default.db"), folder.path().join("identity.db"));
    drop(old_store(&default));
    run(&sqlite(folder.path())).await.expect("a migrated store");

    let secrets = database(&identity);
    assert_eq!(texts(&secrets, "SELECT user_id || ' ' || password_hash FROM credentials"), ["u1 hash of u1"]);
    let sessions = "SELECT id || user_id || family_hash || token_hash || created_at || idle_expires_at || expires_at || \
                    COALESCE(revoked_at, '-') FROM sessions ORDER BY id";
    assert_eq!(texts(&secrets, sessions), ["s1u1f1t1123-", "s2u1f2t21234"]);
    let keys = texts(&secrets, "SELECT period || kid || seed || created_at FROM signing_keys");
    assert_eq!(keys, ["7k7a seed that nobody may read5"]);
    assert!(texts(&secrets, "SELECT subject FROM sign_in_throttle").is_empty());

    let others = database(&default);
    let tables = texts(&others, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    for gone in ["sessions", "signing_keys", "sign_in_throttle"] {
        assert!(!tables.iter().any(|table| table == gone), "{gone}");
    }
    assert_eq!(texts(&others, "SELECT email FROM users ORDER BY id"), ["a@b", "c@d"]);
    assert!(others.prepare("SELECT password_hash FROM users").is_err());
    drop(others);
    for file in ["default.db", "default.db-wal"] {
        let bytes = std::fs::read(folder.path().join(file)).unwrap_or_default();
        for secret in ["a seed that nobody may read", "hash of u1"] {
            assert!(
                !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                "{secret} is left in {file}"
            );
        }
    }
}

#[tokio::test]
async fn a_move_that_was_cut_off_is_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (default, identity) = (folder.path().join("default.db"), folder.path().join("identity.db"));
    let old = old_store(&default);
    // The copy was made, and the program ended before the old tables were dropped.
    let mut half = database(&identity);
    configured(migrations::sqlite_identity::migrations::runner()).run(&mut half).expect("tables");
    secrets::move_from(&default, &half).expect("a copy");
    secrets::move_from(&default, &half).expect("the same copy");
    drop(half);
    // The version before went on in the meantime.
    old.execute_batch("UPDATE sessions SET token_hash = 'next' WHERE id = 's1'; DELETE FROM sessions WHERE id = 's2'")
        .expect("changes");
    drop(old);
    run(&sqlite(folder.path())).await.expect("a migrated store");
    let secrets = database(&identity);
    assert_eq!(texts(&secrets, "SELECT id || token_hash FROM sessions"), ["s1next"]);
    secrets.execute_batch("UPDATE sessions SET token_hash = 'later'").expect("a change");
    assert!(run(&sqlite(folder.path())).await.expect("up to date").is_empty());
    assert_eq!(texts(&secrets, "SELECT id || token_hash FROM sessions"), ["s1later"], "nothing is moved any more");
}

#[tokio::test]
async fn a_store_of_another_version_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = sqlite(folder.path());
    run(&store).await.expect("a migrated store");
    for file in ["default.db", "identity.db"] {
        let connection = database(&folder.path().join(file));
        connection
            .execute_batch(
                "INSERT INTO refinery_schema_history(version, name, applied_on, checksum) \
                 VALUES (2147483647, 'future', '2026-01-01T00:00:00Z', '1')",
            )
            .expect("a row");
        let error = run(&store).await.expect_err("an unknown migration").to_string();
        assert!(error.contains("V2147483647__future") && error.contains("another version of Kronos"), "{error}");
        connection.execute_batch("DELETE FROM refinery_schema_history WHERE name = 'future'").expect("no row");
    }
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

/// A database of its own on the server that tests share, and a way to its URLs by role.
async fn fresh_database(name: &str) -> impl Fn(&str) -> String {
    let server = Postgres::shared();
    let administrator = postgres::connect(&server.url("postgres")).await.expect("a connection");
    administrator.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
    let url = server.url(name);
    move |role: &str| url.replace("postgres:postgres@", &format!("{role}@"))
}

async fn code(client: &tokio_postgres::Client, sql: &str) -> Option<String> {
    let error = client.batch_execute(sql).await.err()?;
    Some(error.code().map_or_else(|| error.to_string(), |code| code.code().to_owned()))
}

#[needs(postgres)]
#[tokio::test]
async fn secrets_of_an_old_postgres_store_move_to_their_own_schema() {
    let url = fresh_database("migrate_old").await;
    let url = url("postgres");
    let mut client = postgres::connect(&url).await.expect("a connection");
    let before = refinery::Target::Version(4);
    let runner = configured(migrations::postgres::migrations::runner()).set_target(before);
    runner.run_async(&mut client).await.expect("the old schema");
    client
        .batch_execute(
            "INSERT INTO users (id, email, name, password_hash, time_zone, created_at)
             VALUES ('00000000-0000-0000-0000-000000000001', 'a@b', 'A', 'hash', 'UTC', 0),
                    ('00000000-0000-0000-0000-000000000002', 'c@d', 'C', NULL, 'UTC', 0);
             INSERT INTO sessions (id, user_id, family_hash, token_hash, created_at, idle_expires_at, expires_at)
             VALUES ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000001', 'f', 't', 1, 2, 3);
             INSERT INTO signing_keys (period, kid, seed, created_at) VALUES (7, 'k', 'seed', 5)",
        )
        .await
        .expect("rows");
    run(&Store::Postgres(url)).await.expect("a migrated store");
    let text = "SELECT (SELECT string_agg(user_id || password_hash, ',') FROM identity.credentials) || ' ' || \
                (SELECT string_agg(family_hash || token_hash || expires_at, ',') FROM identity.sessions) || ' ' || \
                (SELECT string_agg(period || kid || seed, ',') FROM identity.signing_keys)";
    let text: String = client.query_one(text, &[]).await.expect("a row").get(0);
    assert_eq!(text, "00000000-0000-0000-0000-000000000001hash ft3 7kseed");
    assert_eq!(code(&client, "SELECT password_hash FROM users").await.as_deref(), Some("42703"));
    assert_eq!(code(&client, "SELECT * FROM public.sessions").await.as_deref(), Some("42P01"));
}

#[needs(postgres)]
#[tokio::test]
async fn each_role_reaches_its_own() {
    let url = fresh_database("migrate_roles").await;
    let store = Store::Postgres(url("postgres"));
    run(&store).await.expect("a migrated store");
    assert_eq!(separate_roles(&url("postgres")).await.expect("roles"), Roles::Ready);
    assert_eq!(separate_roles(&url("postgres")).await.expect("roles"), Roles::Ready, "it can be run again");

    let app = postgres::connect(&url("kronos_app")).await.expect("a connection");
    assert_eq!(code(&app, "SELECT * FROM users").await, None);
    for secret in ["credentials", "sessions", "signing_keys", "sign_in_throttle", "operator_tokens"] {
        for sql in [
            format!("SELECT * FROM identity.{secret}"),
            format!("DELETE FROM identity.{secret}"),
            format!("CREATE TABLE identity.own (LIKE identity.{secret})"),
        ] {
            assert_eq!(code(&app, &sql).await.as_deref(), Some("42501"), "{sql}");
        }
    }
    assert_eq!(code(&app, "SET ROLE kronos_identity").await.as_deref(), Some("42501"));
    let identity = postgres::connect(&url("kronos_identity")).await.expect("a connection");
    assert_eq!(code(&identity, "SELECT * FROM identity.signing_keys").await, None);
    assert_eq!(code(&identity, "SELECT * FROM users").await.as_deref(), Some("42501"));

    // The role of the components finds the store up to date, and says so when it is not.
    let as_app = Store::Postgres(url("kronos_app"));
    assert!(run(&as_app).await.expect("up to date").is_empty());
    assert!(
        matches!(separate_roles(&url("kronos_app")).await.expect("text"), Roles::Sql(sql) if sql.contains("GRANT"))
    );
    let administrator = postgres::connect(&url("postgres")).await.expect("a connection");
    let forget = "DELETE FROM refinery_schema_history WHERE version = 2026113003";
    administrator.batch_execute(forget).await.expect("no row");
    let error = run(&as_app).await.expect_err("not up to date").to_string();
    assert!(error.contains("V2026113003__identity") && error.contains("kronos migrate --postgres"), "{error}");
}

/// A database that a role without any rights but to this one has migrated, with the roles of the components, which a superuser made.
async fn owned_database(name: &str) -> (impl Fn(&str) -> String, String) {
    let (url, owner) = (fresh_database(name).await, format!("owner_of_{name}"));
    let administrator = postgres::connect(&url("postgres")).await.expect("a connection");
    let statements = format!("CREATE ROLE {owner} LOGIN; ALTER DATABASE {name} OWNER TO {owner}");
    administrator.batch_execute(&statements).await.expect("an owner");
    run(&Store::Postgres(url(&owner))).await.expect("a migrated store");
    assert!(matches!(separate_roles(&url(&owner)).await.expect("text"), Roles::Sql(_)));
    assert_eq!(separate_roles(&url("postgres")).await.expect("roles"), Roles::Ready);
    assert_eq!(separate_roles(&url(&owner)).await.expect("roles"), Roles::Ready, "what is there, the owner can renew");
    (url, owner)
}

#[needs(postgres)]
#[tokio::test]
async fn roles_reach_what_later_migrations_make() {
    let (url, owner) = owned_database("migrate_later").await;
    let later = |version: u32, name: &str| {
        let sql = format!(
            "CREATE TABLE {name} (n bigint GENERATED ALWAYS AS IDENTITY); CREATE TABLE identity.{name} (n int);
             CREATE FUNCTION trim_outbox({name}) RETURNS void LANGUAGE sql AS 'SELECT'"
        );
        Migration::unapplied(&format!("V{version}__{name}"), &sql).expect("a migration")
    };
    let mut all = migrations::postgres::migrations::runner().get_migrations().clone();
    // One by a superuser, whose tables the owner's defaults are not for, and one by the owner.
    for (version, name, role) in
        [(2_099_010_101, "first_later", "postgres"), (2_099_010_102, "second_later", owner.as_str())]
    {
        all.push(later(version, name));
        if role == owner {
            let given = format!(
                "ALTER TABLE first_later OWNER TO {owner}; ALTER TABLE identity.first_later OWNER TO {owner};
                                 ALTER FUNCTION trim_outbox(first_later) OWNER TO {owner}"
            );
            let administrator = postgres::connect(&url("postgres")).await.expect("a connection");
            administrator.batch_execute(&given).await.expect("an owner");
        }
        let applied = migrate_postgres(&url(role), Runner::new(&all)).await.expect("a migrated store");
        assert_eq!(applied, [format!("V{version}__{name}")]);
        let app = postgres::connect(&url("kronos_app")).await.expect("a connection");
        assert_eq!(code(&app, &format!("INSERT INTO {name} DEFAULT VALUES; DELETE FROM {name}")).await, None);
        assert_eq!(code(&app, &format!("SELECT * FROM identity.{name}")).await.as_deref(), Some("42501"));
        assert_eq!(code(&app, &format!("SELECT trim_outbox(NULL::{name})")).await, None);
        let identity = postgres::connect(&url("kronos_identity")).await.expect("a connection");
        assert_eq!(code(&identity, &format!("INSERT INTO identity.{name} VALUES (1)")).await, None);
        assert_eq!(code(&identity, &format!("SELECT trim_outbox(NULL::{name})")).await.as_deref(), Some("42501"));
        let invoked = "SELECT count(*) FROM pg_proc WHERE proname = 'trim_outbox' AND NOT prosecdef";
        let invoked: i64 = app.query_one(invoked, &[]).await.expect("a row").get(0);
        assert_eq!(invoked, 0, "partitions are dropped with the rights of the owner of the tables");
    }
}

/// The owner of the tables sees when transactions of the components began, although it sees no others'.
#[needs(postgres)]
#[tokio::test]
async fn the_horizon_is_known_to_an_owner_without_further_rights() {
    let (url, _) = owned_database("migrate_horizon").await;
    let connect = async |role: &str| postgres::connect(&url(role)).await.expect("a connection");
    let number = async |client: &tokio_postgres::Client, sql: &str| -> i64 {
        client.query_one(sql, &[]).await.expect("a row").get(0)
    };
    let (app, horizon) = (connect("kronos_app").await, "SELECT sync_horizon()");
    let clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    let before = number(&app, clock).await;
    assert!(number(&app, horizon).await >= before, "nobody writes");
    for role in ["kronos_app", "kronos_identity"] {
        let writer = connect(role).await;
        writer.batch_execute("BEGIN; SELECT pg_current_xact_id()").await.expect("a transaction");
        let began = number(&writer, "SELECT (extract(epoch FROM now()) * 1000000)::bigint").await;
        assert_eq!(number(&app, horizon).await, began, "{role}");
        writer.batch_execute("COMMIT").await.expect("an end");
        assert!(number(&app, horizon).await > began, "{role}");
    }
    // What it may not see could have begun at any time.
    let stranger = connect("postgres").await;
    stranger.batch_execute("BEGIN; SELECT pg_current_xact_id()").await.expect("a transaction");
    assert_eq!(number(&app, horizon).await, 0);
}

#[tokio::test]
async fn a_store_stands_to_the_program_as_it_was_migrated() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = sqlite(folder.path());
    assert_eq!(standing(&store).await.expect("a look"), Standing::Missing);
    assert!(!folder.path().join("default.db").exists(), "a look makes nothing");
    run(&store).await.expect("a migrated store");
    assert_eq!(standing(&store).await.expect("a look"), Standing::Current);
    let forget = "DELETE FROM refinery_schema_history WHERE version = 2026113004";
    database(&folder.path().join("identity.db")).execute_batch(forget).expect("no row");
    let behind = Standing::Behind(vec!["V2026113004__issuer_keys".into()]);
    assert_eq!(standing(&store).await.expect("a look"), behind);
}
