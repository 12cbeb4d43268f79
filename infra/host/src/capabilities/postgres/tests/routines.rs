//! Functions that do more than their names say.

use kronos_test_servers::needs;

use super::{Database, Guest, P, text};

const TENANT: &str = "SELECT coalesce(current_setting('app.tenant', true), '')";

async fn string(guest: &Guest, sql: &str) -> String {
    match &guest.ok(sql).await.rows[0][0] {
        super::DbValue::Str(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

async fn create(database: &Database, statements: &[&str]) {
    for sql in statements {
        database.guest().ok(sql).await;
    }
}

const ENTER: &str = "CREATE FUNCTION enter(name text) RETURNS text LANGUAGE plpgsql AS
    $$ BEGIN PERFORM set_config('app.tenant', name, false); RETURN name; END $$";

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_changes_the_session_changes_nobody_elses() {
    let database = Database::start(16).await;
    create(
        &database,
        &[
            ENTER,
            "CREATE FUNCTION enter_indirectly() RETURNS text LANGUAGE sql AS $$ SELECT enter('indirect') $$",
            "CREATE FUNCTION enter_in_new_syntax() RETURNS text LANGUAGE sql RETURN enter('new')",
            "CREATE FUNCTION enter_by_statement() RETURNS text LANGUAGE plpgsql AS
             $$ BEGIN IF true THEN SET app.tenant = 'statement'; END IF; RETURN ''; END $$",
            "CREATE FUNCTION enter_dynamically() RETURNS text LANGUAGE plpgsql AS
             $$ BEGIN EXECUTE 'SET app.tenant = dynamic'; RETURN ''; END $$",
            "CREATE FUNCTION on_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM enter('trigger'); RETURN NEW; END $$",
            "CREATE TABLE audited (id int8)",
            "CREATE TRIGGER audit BEFORE INSERT ON audited FOR EACH ROW EXECUTE FUNCTION on_insert()",
            "CREATE TABLE defaulted (id int8, tenant text DEFAULT enter('default'))",
            "CREATE VIEW entered AS SELECT enter('view') AS name",
            "CREATE VIEW entered_twice AS SELECT name FROM entered",
        ],
    )
    .await;
    for sql in [
        "SELECT enter('a')",
        "SELECT \"enter\"('a')",
        "SELECT enter_indirectly()",
        "SELECT enter_in_new_syntax()",
        "SELECT enter_by_statement()",
        "SELECT enter_dynamically()",
        "INSERT INTO audited VALUES (1)",
        "INSERT INTO defaulted (id) VALUES (1)",
        "SELECT name FROM entered",
        "SELECT name FROM entered_twice",
    ] {
        let guest = database.guest();
        guest.ok(sql).await;
        assert_ne!(string(&guest, TENANT).await, "", "{sql}: it is the guest's own session");
        for _ in 0..4 {
            assert_eq!(string(&database.guest(), TENANT).await, "", "{sql}");
            // Over the writers as well.
            let seen = "INSERT INTO seen SELECT 1 WHERE coalesce(current_setting('app.tenant', true), '') <> ''";
            database.guest().ok("CREATE TABLE IF NOT EXISTS seen (n int4)").await;
            assert_eq!(database.guest().ok(seen).await.affected, 0, "{sql}");
        }
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_ends_with_the_transaction_needs_no_session() {
    let database = Database::start(8).await;
    create(
        &database,
        &[
            "CREATE FUNCTION locally(name text) RETURNS text LANGUAGE plpgsql AS
             $$ BEGIN SET LOCAL app.tenant = 'x'; PERFORM pg_advisory_xact_lock(1); RETURN name; END $$",
            "CREATE TABLE t (id int8 PRIMARY KEY, n int8)",
            "CREATE FUNCTION touch(key int8) RETURNS void LANGUAGE plpgsql AS
             $$ BEGIN UPDATE t SET n = n + 1 WHERE id = key; INSERT INTO t VALUES (key, 1) ON CONFLICT (id) DO UPDATE
             SET n = 2; END $$",
        ],
    )
    .await;
    for (sql, parameters) in [("SELECT locally($1)", vec![P::Str(text("a"))]), ("SELECT touch($1)", vec![P::Int64(1)])]
    {
        database.guest().run(sql, parameters).await.expect(sql);
        let profile = database.pool.profile(sql);
        assert!(profile.is_plain && !profile.is_repeatable, "{sql}");
    }
    assert_eq!(string(&database.guest(), TENANT).await, "");
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_create_is_noticed() {
    let database = Database::start(8).await;
    database.pool.reach().await.expect("a connection");
    let stranger = super::pool(&super::address(database.server.port()), 4);
    let link = stranger.open().await.expect("a connection");
    link.control(ENTER).await.expect("a function");
    // Nobody has looked yet.
    database.guest().ok("SELECT enter('early')").await;
    let held = database.pool.check_out().await.expect("a connection");
    database.pool.read_routines(held).await.expect("a catalog");
    for _ in 0..4 {
        assert_eq!(string(&database.guest(), TENANT).await, "", "the connection is another one");
        database.guest().ok("SELECT enter('late')").await;
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_functions_of_kronos_need_no_session() {
    let database = Database::start(8).await;
    let link = database.pool.open().await.expect("a connection");
    for migration in [
        include_str!("../../../../../migrations/postgres/V1__identity.sql"),
        include_str!("../../../../../migrations/postgres/V2__time_tracking.sql"),
        include_str!("../../../../../migrations/postgres/V3__report_model.sql"),
        include_str!("../../../../../migrations/postgres/V4__report_events_by_index.sql"),
        include_str!("../../../../../migrations/postgres/V2026113001__outbox.sql"),
    ] {
        link.control(migration).await.expect("a migration");
    }
    let held = database.pool.check_out().await.expect("a connection");
    database.pool.read_routines(held).await.expect("a catalog");
    for (sql, is_repeatable) in [
        ("SELECT apply_report_events($1::bigint)", false),
        ("INSERT INTO time_entries (id) VALUES ($1)", false),
        ("SELECT assign_positions()", false),
        ("SELECT trim_outbox($1::bigint, $2::bigint)", false),
        ("SELECT data FROM report_events WHERE position > $1 ORDER BY position", true),
        (
            "SELECT position, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint FROM consumers WHERE name = $1",
            true,
        ),
        ("SELECT coalesce(sum(seconds), 0), count(*) FROM report_entries WHERE NOT deleted GROUP BY member_id", true),
    ] {
        let profile = database.pool.profile(sql);
        assert_eq!((profile.is_plain, profile.is_repeatable), (true, is_repeatable), "{sql}");
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_sets_a_setting_by_another_name_sets_their_own() {
    let database = Database::start(8).await;
    for sql in [
        "UPDATE pg_settings SET setting = 'evil' WHERE name = 'search_path'",
        "SELECT query_to_xml('SELECT set_config(''search_path'', ''evil'', false)', true, true, '')",
        "SELECT * FROM ts_stat('SELECT to_tsvector(set_config(''search_path'', ''evil'', false))')",
    ] {
        let guest = database.guest();
        guest.ok(sql).await;
        assert_eq!(string(&guest, "SELECT current_setting('search_path')").await, "evil", "{sql}");
        drop(guest);
        for _ in 0..4 {
            let path = string(&database.guest(), "SELECT current_setting('search_path')").await;
            assert_eq!(path, "\"$user\", public", "{sql}");
        }
    }
}

/// The driver looks types up by statements that it prepares once for each connection.
#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn types_are_known_on_connections_that_were_cleaned() {
    let database = Database::start(1).await;
    create(&database, &["CREATE TYPE mood AS ENUM ('glad')", "CREATE TYPE size AS ENUM ('large')"]).await;
    for ty in ["mood", "size"] {
        let guest = database.guest();
        guest.ok("BEGIN").await;
        guest.ok("PREPARE mine AS SELECT 1").await;
        guest.ok(&format!("SELECT NULL::{ty}")).await;
    }
    assert_eq!(database.guest().number("SELECT count(*) FROM pg_prepared_statements WHERE from_sql").await, 0);
}
