use std::{sync::Arc, time::Duration};

use kronos_test_servers::{self as servers, needs};

use super::{
    ConnectionBuilder, Failure, ResultSet,
    address::Target,
    error::Call,
    guest::{Connection, Sessions},
    permits::Permits,
    pool::{Patience, Pool},
    wit::{
        self, DbValue, Interval, ParameterValue as P,
        RangeBoundKind::{Exclusive, Inclusive},
    },
};
use crate::{config::allowed_hosts::AllowedHosts, network::Network};

mod faults;
mod groups;
mod limits;
mod network;
mod routines;
mod tls;

struct Database {
    server: servers::Postgres,
    pool: Arc<Pool>,
}

impl Database {
    async fn start(max_connections: usize) -> Self {
        let server = servers::postgres();
        let pool = pool(&address(server.port()), max_connections);
        pool.reach().await.expect("a connection");
        Self { server, pool }
    }

    fn guest(&self) -> Guest {
        self.guest_of(&Sessions::default(), false)
    }

    fn guest_of(&self, sessions: &Sessions, spin_exact: bool) -> Guest {
        Guest(Connection::new(self.pool.clone(), sessions.clone(), spin_exact))
    }
}

fn address(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable")
}

fn patience() -> Patience {
    Patience::new(Duration::from_secs(30))
}

fn pool(address: &str, max_connections: usize) -> Arc<Pool> {
    pool_with(address, max_connections, patience())
}

fn pool_with(address: &str, max_connections: usize, patience: Patience) -> Arc<Pool> {
    let target = Target::new(address, None).expect("an address");
    Arc::new(Pool::new(target, Arc::new(Permits::new(max_connections)), patience))
}

#[derive(Clone)]
struct Guest(Connection);

impl Guest {
    async fn run(&self, sql: &str, parameters: Vec<P>) -> Result<ResultSet, Failure> {
        self.0.run(sql.into(), parameters, None).await
    }

    async fn ok(&self, sql: &str) -> ResultSet {
        self.run(sql, vec![]).await.expect(sql)
    }

    async fn number(&self, sql: &str) -> i64 {
        match self.ok(sql).await.rows[0][0] {
            DbValue::Int64(number) => number,
            DbValue::Int32(number) => number.into(),
            ref other => panic!("{sql}: {other:?}"),
        }
    }
}

fn code(error: Failure) -> String {
    match error.into_guest(Call::Query) {
        wit::Error::QueryFailed(wit::QueryError::DbError(error)) => error.code,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> String {
    text.into()
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_type_comes_back_as_it_went_in() {
    let database = Database::start(4).await;
    let guest = database.guest();
    let date = (-4000, 2, 29);
    let moment = (2026, 11, 21, 23, 59, 58, 123_456_000);
    let interval = Interval { micros: -1, days: 2, months: -3 };
    let strings = vec![Some(text("a")), None, Some(text(""))];
    let cases: Vec<(&str, P, DbValue, &str)> = vec![
        ("bool", P::Boolean(true), DbValue::Boolean(true), "Boolean"),
        ("\"char\"", P::Int8(-7), DbValue::Int8(-7), "Int8"),
        ("int2", P::Int16(i16::MIN), DbValue::Int16(i16::MIN), "Int16"),
        ("int4", P::Int32(i32::MAX), DbValue::Int32(i32::MAX), "Int32"),
        ("int8", P::Int64(i64::MIN), DbValue::Int64(i64::MIN), "Int64"),
        ("float4", P::Floating32(0.5), DbValue::Floating32(0.5), "Floating32"),
        ("float8", P::Floating64(-0.1), DbValue::Floating64(-0.1), "Floating64"),
        ("text", P::Str(text("ÿ☃")), DbValue::Str(text("ÿ☃")), "Str"),
        ("varchar(9)", P::Str(text("v")), DbValue::Str(text("v")), "Str"),
        ("char(3)", P::Str(text("c")), DbValue::Str(text("c  ")), "Str"),
        ("bytea", P::Binary(vec![0, 255]), DbValue::Binary(vec![0, 255]), "Binary"),
        ("date", P::Date(date), DbValue::Date(date), "Date"),
        ("time", P::Time((23, 59, 59, 999_999_000)), DbValue::Time((23, 59, 59, 999_999_000)), "Time"),
        ("timestamp", P::Datetime(moment), DbValue::Datetime(moment), "Datetime"),
        ("timestamptz", P::Timestamp(-1), DbValue::Datetime((1969, 12, 31, 23, 59, 59, 0)), "Datetime"),
        (
            "uuid",
            P::Uuid(text("0190163d-8694-739b-aea5-966c26f8ad91")),
            DbValue::Uuid(text("0190163d-8694-739b-aea5-966c26f8ad91")),
            "Uuid",
        ),
        ("jsonb", P::Jsonb(b"{\"a\":1}".to_vec()), DbValue::Jsonb(b"{\"a\": 1}".to_vec()), "Jsonb"),
        ("json", P::Jsonb(b"{\"a\":1}".to_vec()), DbValue::Unsupported(b"{\"a\":1}".to_vec()), "Other(\"json\")"),
        ("numeric", P::Decimal(text("-12345.6700")), DbValue::Decimal(text("-12345.6700")), "Decimal"),
        ("numeric", P::Decimal("9".repeat(60)), DbValue::Decimal("9".repeat(60)), "Decimal"),
        (
            "int4range",
            P::RangeInt32((Some((1, Inclusive)), Some((5, Inclusive)))),
            DbValue::RangeInt32((Some((1, Inclusive)), Some((6, Exclusive)))),
            "RangeInt32",
        ),
        (
            "int4range",
            P::RangeInt32((Some((1, Exclusive)), Some((1, Exclusive)))),
            DbValue::RangeInt32((Some((0, Exclusive)), Some((0, Exclusive)))),
            "RangeInt32",
        ),
        (
            "int8range",
            P::RangeInt64((None, Some((5, Exclusive)))),
            DbValue::RangeInt64((None, Some((5, Exclusive)))),
            "RangeInt64",
        ),
        (
            "numrange",
            P::RangeDecimal((Some((text("0.5"), Exclusive)), None)),
            DbValue::RangeDecimal((Some((text("0.5"), Exclusive)), None)),
            "RangeDecimal",
        ),
        (
            "int4[]",
            P::ArrayInt32(vec![Some(1), None, Some(-1)]),
            DbValue::ArrayInt32(vec![Some(1), None, Some(-1)]),
            "ArrayInt32",
        ),
        ("int4[]", P::ArrayInt32(vec![]), DbValue::ArrayInt32(vec![]), "ArrayInt32"),
        ("int8[]", P::ArrayInt64(vec![Some(1)]), DbValue::ArrayInt64(vec![Some(1)]), "ArrayInt64"),
        (
            "numeric[]",
            P::ArrayDecimal(vec![Some(text("1.50")), None]),
            DbValue::ArrayDecimal(vec![Some(text("1.50")), None]),
            "ArrayDecimal",
        ),
        ("text[]", P::ArrayStr(strings.clone()), DbValue::ArrayStr(strings.clone()), "ArrayStr"),
        ("varchar[]", P::ArrayStr(strings.clone()), DbValue::ArrayStr(strings), "ArrayStr"),
        ("interval", P::Interval(interval), DbValue::Interval(interval), "Interval"),
        ("int4", P::DbNull, DbValue::DbNull, "Int32"),
        ("inet", P::DbNull, DbValue::DbNull, "Other(\"inet\")"),
    ];
    for (ty, parameter, expected, data_type) in cases {
        let sql = format!("SELECT $1::{ty} AS value");
        let outcome = guest.run(&sql, vec![parameter]).await.unwrap_or_else(|error| panic!("{ty}: {error}"));
        assert_eq!(format!("{:?}", outcome.rows[0][0]), format!("{expected:?}"), "{ty}");
        let shown = format!("{:?}", outcome.columns[0].data_type);
        assert_eq!(shown.strip_prefix("DbDataType::").unwrap_or(&shown), data_type, "{ty}");
        assert_eq!(outcome.columns[0].name, "value");
    }
    for (sql, expected) in [
        ("SELECT '(1,2]'::numrange * '(5,6]'::numrange", "RangeDecimal((Some((\"0\""),
        ("SELECT '24:00'::time", "Time((24, 0, 0, 0))"),
        ("SELECT 'NaN'::numeric", "Decimal(\"NaN\")"),
        ("SELECT 0.000012300::numeric(20,9)", "Decimal(\"0.000012300\")"),
    ] {
        let shown = format!("{:?}", guest.ok(sql).await.rows[0][0]);
        assert!(shown.contains(expected), "{sql}: {shown}");
    }
    for sql in ["SELECT 'infinity'::timestamp", "SELECT '-infinity'::date", "SELECT ARRAY[[1],[2]]"] {
        let error = guest.run(sql, vec![]).await.expect_err(sql);
        assert!(matches!(error.into_guest(Call::Query), wit::Error::ValueConversionFailed(_)), "{sql}");
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_spin_does_otherwise() {
    let database = Database::start(4).await;
    let (better, exact) = (database.guest(), database.guest_of(&Sessions::default(), true));
    let error = exact.run("SELECT now()", vec![]).await.expect_err("timestamptz");
    assert!(matches!(error.into_guest(Call::Query), wit::Error::ValueConversionFailed(_)));
    assert!(better.run("SELECT now()", vec![]).await.is_ok());
    let empty = "SELECT 1 AS a WHERE false";
    assert_eq!(exact.ok(empty).await.columns.len(), 0);
    assert_eq!(better.ok(empty).await.columns.len(), 1);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn errors_of_parameters_and_statements() {
    let database = Database::start(4).await;
    let guest = database.guest();
    let failed = |sql: &'static str, parameters: Vec<P>, call: Call| {
        let guest = guest.clone();
        async move { guest.run(sql, parameters).await.expect_err(sql).into_guest(call) }
    };
    let error = failed("SELECT $1::uuid", vec![P::Str(text("x"))], Call::Query).await;
    assert!(
        matches!(&error, wit::Error::QueryFailed(wit::QueryError::Text(text)) if text.contains("`uuid`")),
        "{error:?}"
    );
    let error = failed("SELECT $1::int8", vec![P::Int32(1)], Call::Query).await;
    assert!(matches!(error, wit::Error::QueryFailed(wit::QueryError::Text(_))));
    let error = failed("SELECT $1::timestamptz", vec![P::Datetime((2026, 1, 1, 0, 0, 0, 0))], Call::Query).await;
    assert!(matches!(error, wit::Error::QueryFailed(wit::QueryError::Text(_))));
    let error = failed("SELECT $1::uuid", vec![P::Uuid(text("x"))], Call::Query).await;
    assert!(matches!(error, wit::Error::BadParameter(_)));
    let error = failed("SELECT $1::uuid", vec![P::Uuid(text("x"))], Call::Execute).await;
    assert!(matches!(error, wit::Error::ValueConversionFailed(_)));
    let error = failed("SELECT $1::date", vec![P::Date((2026, 2, 30))], Call::Query).await;
    assert!(matches!(error, wit::Error::BadParameter(_)));
    let error = failed("SELECT $1::jsonb", vec![P::Jsonb(b"{".to_vec())], Call::Query).await;
    assert!(matches!(error, wit::Error::BadParameter(_)));
    let error = failed("SELECT 1", vec![P::Int32(1)], Call::Query).await;
    assert!(matches!(error, wit::Error::QueryFailed(wit::QueryError::Text(_))));

    // Spin does not look behind a domain, nor does this host.
    database.guest().ok("CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%')").await;
    let error = failed("SELECT $1::mail", vec![P::Str(text("a@b"))], Call::Query).await;
    assert!(
        matches!(&error, wit::Error::QueryFailed(wit::QueryError::Text(text)) if text.contains("`$1::text`")),
        "{error:?}"
    );
    for (sql, parameter) in [("SELECT $1::text::mail", P::Str(text("a@b"))), ("SELECT $1::mail", P::DbNull)] {
        guest.run(sql, vec![parameter]).await.expect(sql);
    }

    guest.ok("CREATE TABLE t (id int8 PRIMARY KEY, name text CONSTRAINT named CHECK (name <> ''))").await;
    assert_eq!(guest.run("INSERT INTO t VALUES (1, 'a'), (2, 'b')", vec![]).await.expect("rows").affected, 2);
    let error = database.guest().run("INSERT INTO t VALUES (1, 'a')", vec![]).await.expect_err("twice");
    match error.into_guest(Call::Execute) {
        wit::Error::QueryFailed(wit::QueryError::DbError(error)) => {
            assert_eq!((error.code.as_str(), error.severity.as_str()), ("23505", "ERROR"));
            assert!(error.message.contains("t_pkey") && error.as_text.contains("23505"));
            assert_eq!(error.detail.as_deref(), Some("Key (id)=(1) already exists."));
            assert!(error.extras.contains(&(text("constraint"), text("t_pkey"))));
            assert!(error.extras.contains(&(text("table"), text("t"))));
        }
        other => panic!("{other:?}"),
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_leftover_transaction_reaches_nobody() {
    // One lane and one other connection: whoever needs a session gets that one.
    let database = Database::start(2).await;
    database.guest().ok("CREATE TABLE t (id int8)").await;
    let mut pids = Vec::new();
    for round in 0..10 {
        let first = database.guest();
        first.ok("BEGIN").await;
        pids.push(first.number("SELECT pg_backend_pid()").await);
        first.ok("INSERT INTO t VALUES (-1)").await;
        first.ok("SET search_path = pg_catalog").await;
        first.ok("CREATE TEMP TABLE mine (a int)").await;
        first.ok("SELECT pg_advisory_lock(7)").await;
        if round % 2 == 1 {
            first.run("SELECT 1/0", vec![]).await.expect_err("a failed transaction");
        }
        drop(first);
        let second = database.guest();
        second.ok("INSERT INTO public.t VALUES (1)").await;
        // The one connection is free again once it is clean.
        let third = database.guest();
        third.ok("BEGIN").await;
        assert_eq!(third.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").await, 0);
        pids.push(third.number("SELECT pg_backend_pid()").await);
        assert_eq!(third.number("SELECT count(*) FROM t").await, round + 1);
        third.run("SELECT * FROM mine", vec![]).await.expect_err("somebody else's");
    }
    pids.dedup();
    assert_eq!(pids.len(), 1, "they had the same connection");
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_statements_share_few_connections() {
    let database = Database::start(8).await;
    let guest = database.guest();
    guest.ok("CREATE TABLE t (id int8 PRIMARY KEY)").await;
    let tasks: Vec<_> = (0..1000_i64)
        .map(|id| {
            let guest = database.guest();
            tokio::spawn(async move {
                guest.run("INSERT INTO t VALUES ($1)", vec![P::Int64(id)]).await.expect("a row");
                let outcome = guest.run("SELECT id FROM t WHERE id = $1", vec![P::Int64(id)]).await.expect("a row");
                assert!(matches!(outcome.rows[0][0], DbValue::Int64(found) if found == id));
                // One of them fails now and then and disturbs nobody.
                if id % 10 == 0 {
                    let twice = guest.run("INSERT INTO t VALUES ($1)", vec![P::Int64(id)]).await;
                    assert_eq!(code(twice.expect_err("twice")), "23505");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let mine = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kronos'";
    let connections = guest.number(mine).await;
    assert!((1..=8).contains(&connections), "{connections}");
    assert_eq!(guest.number("SELECT count(*) FROM t").await, 1000);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_goes_away_poisons_nothing() {
    let database = Database::start(2).await;
    let guest = database.guest();
    guest.ok("SELECT 1").await;
    for _ in 0..5 {
        // Many rows, of which none is read.
        let large = guest.run("SELECT repeat('x', 1000), * FROM generate_series(1, 100000)", vec![]);
        assert!(tokio::time::timeout(Duration::from_millis(1), large).await.is_err());
        let small = tokio::time::timeout(Duration::from_secs(20), guest.number("SELECT 1::int8"));
        assert_eq!(small.await.expect("the lane goes on"), 1);
    }
    // A statement on a connection of its own is cancelled, and the connection is not used again.
    let other = database.guest();
    let sleep = tokio::spawn(async move { other.run("SELECT pg_sleep(60)", vec![]).await });
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(%'";
    while guest.number(sleeping).await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sleep.abort();
    let start = std::time::Instant::now();
    while guest.number(sleeping).await > 0 {
        assert!(start.elapsed() < Duration::from_secs(5), "it sleeps on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let third = database.guest();
    let start = std::time::Instant::now();
    while third.run("BEGIN", vec![]).await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(5), "the place is not free");
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_are_replaced() {
    let database = Database::start(4).await;
    let guest = database.guest();
    let pinned = database.guest();
    guest.ok("SELECT 1").await;
    pinned.ok("BEGIN").await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'kronos' AND pid <> pg_backend_pid()";
    database.guest().ok(kill).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(guest.number("SELECT 1::int8").await, 1);
    let error = pinned.run("INSERT INTO t VALUES (1)", vec![]).await.expect_err("the transaction is lost");
    assert!(matches!(error.into_guest(Call::Query), wit::Error::ConnectionFailed(_)));
    pinned.ok("SELECT 1").await;
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn statements_are_prepared_again_when_a_table_changed() {
    let database = Database::start(4).await;
    let guest = database.guest();
    database.guest().ok("CREATE TABLE t (a int8)").await;
    assert_eq!(guest.ok("SELECT * FROM t").await.columns.len(), 1);
    database.guest().ok("ALTER TABLE t ADD COLUMN b text").await;
    assert_eq!(guest.ok("SELECT * FROM t").await.columns.len(), 2);
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_connection_ends() {
    let mut database = Database::start(2).await;
    let impatient = Patience { permit: Duration::from_millis(300), ..patience() };
    database.pool = pool_with(&address(database.server.port()), 2, impatient);
    database.pool.reach().await.expect("a connection");
    let holder = database.guest();
    holder.ok("BEGIN").await;
    database.guest().ok("SELECT 1").await;
    let error = database.guest().run("BEGIN", vec![]).await.expect_err("none is left");
    assert!(matches!(error.into_guest(Call::Query), wit::Error::ConnectionFailed(_)));
    drop(holder);

    let pool = pool("postgres://postgres@127.0.0.1:1/x", 32);
    for _ in 0..2 {
        let error = pool.reach().await.expect_err("nobody is there");
        assert!(matches!(error.into_guest(Call::Query), wit::Error::ConnectionFailed(_)));
    }
}

#[needs(postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_with_a_session_does_not_queue_behind_strangers() {
    let database = Database::start(5).await;
    database.guest().ok("CREATE TABLE t (id int8 PRIMARY KEY, n int8)").await;
    database.guest().ok("INSERT INTO t VALUES (1, 0)").await;
    let sessions = Sessions::default();
    let (holder, same_instance) = (database.guest_of(&sessions, false), database.guest_of(&sessions, false));
    holder.ok("BEGIN").await;
    holder.ok("UPDATE t SET n = 1").await;
    // These wait for the row on every lane.
    let strangers: Vec<_> = (0..8)
        .map(|_| {
            let stranger = database.guest();
            tokio::spawn(async move { stranger.run("UPDATE t SET n = n + 1", vec![]).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let answer = tokio::time::timeout(Duration::from_secs(5), same_instance.number("SELECT n FROM t")).await;
    assert_eq!(answer.expect("no deadlock"), 0);
    holder.ok("COMMIT").await;
    for stranger in strangers {
        stranger.await.expect("no panic").expect("an update");
    }
    drop((holder, same_instance));
    assert_eq!(database.guest().number("SELECT n FROM t").await, 9);
}

#[tokio::test]
async fn every_host_of_an_address_is_checked() {
    let allowed = AllowedHosts::parse(["postgres://db.test:5432", "postgres://10.0.0.1:5433"]).expect("a list");
    for (address, permitted) in [
        ("postgres://u:p@db.test/x", true),
        ("postgresql://db.test:5432/x", true),
        ("host=db.test user=u", true),
        ("host=db.test,10.0.0.1 port=5432,5433", true),
        ("postgres://db.test:5433/x", false),
        ("postgres://other.test/x", false),
        ("host=db.test,other.test", false),
        ("host=db.test hostaddr=10.0.0.2", false),
        ("host=/var/run/postgresql", false),
        ("user=u", false),
        ("dbname=x", false),
    ] {
        let target = Target::new(address, None).expect(address);
        assert_eq!(target.check(&allowed, &Network::default()).is_ok(), permitted, "{address}");
        let builder = ConnectionBuilder { address: address.into(), ca: None };
        let pools = super::Pools::new(None, Duration::from_secs(30));
        for _ in 0..2 {
            assert_eq!(pools.get(builder.clone(), &allowed, &Network::default()).is_ok(), permitted, "{address}");
        }
    }
    let error = Target::new("postgres://other.test/x", None).expect("an address");
    let error = error.check(&allowed, &Network::default()).map(drop);
    assert_eq!(error, Err("address postgres://other.test:5432 is not permitted".into()));
    assert!(Target::new("postgres://db.test:notaport/x", None).is_err());
    assert!(Target::new("postgres://db.test/x", Some("no certificate")).is_err());
}
