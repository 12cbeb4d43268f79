//! What a component is granted works, and what it is not granted is denied: one test of each.

use kronos_tests::{Actor, Engine, Guests, Kronos, needs};
use reqwest::Method;

async fn guests() -> (Kronos, Actor) {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let actor = kronos.anonymous();
    (kronos, actor)
}

async fn call(actor: &Actor, path: &str, arguments: &[(&str, &str)]) -> kronos_tests::Answer {
    actor.send(actor.request(Method::GET, path).query(arguments)).await
}

#[tokio::test]
async fn variables() {
    let (_kronos, actor) = guests().await;
    assert_eq!(call(&actor, "/granted/variable", &[("name", "greeting")]).await.expect(200).text, "hello, world");
    call(&actor, "/granted/variable", &[("name", "redis_url")]).await.expect(502);
    call(&actor, "/denied/variable", &[("name", "greeting")]).await.expect(502);
    let named =
        Guests::start(Engine::Embedded, |options| options.variables = vec![("greeting".into(), "ahoy".into())]).await;
    let answer = call(&named.anonymous(), "/granted/variable", &[("name", "greeting")]).await;
    assert_eq!(answer.expect(200).text, "ahoy, world");
}

#[tokio::test]
async fn environment_and_files() {
    let (_kronos, actor) = guests().await;
    assert_eq!(call(&actor, "/granted/environment", &[("name", "PLACE")]).await.expect(200).text, "here");
    call(&actor, "/denied/environment", &[("name", "PLACE")]).await.expect(502);
    call(&actor, "/granted/environment", &[("name", "PATH")]).await.expect(502);
    let file = call(&actor, "/granted/file", &[("path", "/src/lib.rs")]).await.expect(200);
    assert!(file.text.starts_with("//! A component"), "{}", file.text);
    call(&actor, "/denied/file", &[("path", "/src/lib.rs")]).await.expect(502);
    let file = call(&actor, "/granted/file", &[("path", "/manifest/spin.toml")]).await.expect(200);
    assert!(file.text.contains("spin_manifest_version"), "{}", file.text);
    for path in ["/etc/hostname", "/src/../../../../etc/hostname"] {
        call(&actor, "/granted/file", &[("path", path)]).await.expect(502);
    }
}

#[tokio::test]
async fn key_value() {
    let (_kronos, actor) = guests().await;
    let arguments = [("store", "default"), ("key", "k"), ("value", "v")];
    assert_eq!(call(&actor, "/granted/key-value", &arguments).await.expect(200).text, "v");
    assert_eq!(call(&actor, "/granted/key-value", &arguments[..2]).await.expect(200).text, "v");
    call(&actor, "/denied/key-value", &arguments).await.expect(502);
    call(&actor, "/granted/key-value", &[("store", "other"), ("key", "k")]).await.expect(502);
}

#[tokio::test]
async fn sqlite() {
    let (_kronos, actor) = guests().await;
    let run = async |component: &str, database: &str, sql: &str| {
        call(&actor, &format!("/{component}/sqlite"), &[("database", database), ("sql", sql)]).await
    };
    run("granted", "default", "CREATE TABLE t (n INTEGER UNIQUE); INSERT INTO t VALUES (1)").await.expect(200);
    let rows = run("granted", "default", "SELECT n FROM t").await.expect(200);
    assert!(rows.text.contains("Integer(1)"), "{}", rows.text);
    let unique = run("granted", "default", "INSERT INTO t VALUES (1)").await.expect(502);
    assert!(unique.text.contains("UNIQUE constraint failed: t.n"), "{}", unique.text);
    // A transaction that is left open is rolled back, and nobody else was in it.
    run("granted", "default", "BEGIN; INSERT INTO t VALUES (2)").await.expect(200);
    assert!(!run("granted", "default", "SELECT n FROM t").await.expect(200).text.contains("Integer(2)"));
    run("granted", "default", "BEGIN; INSERT INTO t VALUES (3); COMMIT").await.expect(200);
    assert!(run("granted", "default", "SELECT n FROM t").await.expect(200).text.contains("Integer(3)"));
    run("granted", "default", "ATTACH '/tmp/kronos-attached.db' AS other").await.expect(502);
    run("granted", "other", "SELECT 1").await.expect(502);
    run("denied", "default", "SELECT 1").await.expect(502);
}

#[tokio::test]
async fn embedded_redis() {
    let (_kronos, actor) = guests().await;
    let run = async |component: &str, command: &str| {
        call(&actor, &format!("/{component}/redis"), &[("url", "redis://embedded"), ("command", command)]).await
    };
    run("granted", "SET k v PX 60000").await.expect(200);
    let got = run("granted", "GET k").await.expect(200);
    assert!(got.text.contains("118"), "{}", got.text);
    let unknown = run("granted", "XADD s * a b").await.expect(502);
    assert!(unknown.text.contains("XADD"), "{}", unknown.text);
    run("denied", "GET k").await.expect(502);
    let elsewhere = call(&actor, "/granted/redis", &[("url", "redis://127.0.0.1:1"), ("command", "PING")]).await;
    elsewhere.expect(502);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outbound_http() {
    let upstream = Guests::start(Engine::Embedded, |_| ()).await;
    let kronos = Guests::start(Engine::Embedded, |options| {
        options.variables = vec![("upstream".into(), upstream.url.clone())];
    })
    .await;
    let actor = kronos.anonymous();
    let fetch = async |component: &str, url: &str| call(&actor, &format!("/{component}/fetch"), &[("url", url)]).await;
    let granted = fetch("granted", &format!("{}/granted/hello", upstream.url)).await.expect(200);
    assert_eq!(granted.text, "200 hello");
    fetch("denied", &format!("{}/granted/hello", upstream.url)).await.expect(502);
    // Another port of the same machine is another destination.
    fetch("granted", &format!("{}/granted/hello", kronos.url)).await.expect(502);
    fetch("granted", "http://169.254.169.254/latest/meta-data").await.expect(502);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn service_chaining() {
    let (_kronos, actor) = guests().await;
    let fetch = async |component: &str, url: &str| call(&actor, &format!("/{component}/fetch"), &[("url", url)]).await;
    let private = fetch("granted", "http://private.spin.internal/any/request").await.expect(200);
    assert!(private.text.contains("/any/request") && private.text.contains("0.0.0.0:0"), "{}", private.text);
    fetch("granted", "http://subscriber.spin.internal/hello").await.expect(502);
    fetch("denied", "http://private.spin.internal/hello").await.expect(502);
    fetch("granted", "http://private.spin.internal/trap").await.expect(502);
    actor.get("/granted/hello").await.expect(200);
}

#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let kronos = Guests::start(Engine::Servers, |_| ()).await;
    let actor = kronos.anonymous();
    let url = kronos.options.postgres.clone().unwrap();
    let run = async |component: &str, sql: &str| {
        call(&actor, &format!("/{component}/postgres"), &[("url", &url), ("sql", sql)]).await
    };
    run("granted", "CREATE TABLE t (n int)").await.expect(200);
    run("granted", "INSERT INTO t VALUES (1)").await.expect(200);
    let count = "SELECT count(*)::text FROM t";
    assert_eq!(run("granted", count).await.expect(200).text.trim(), "1");
    let denied = run("denied", count).await.expect(502);
    assert!(!denied.text.contains("kronos@"), "{}", denied.text);

    // A transaction left open, by an end or by a trap, reaches nobody else and commits nothing.
    run("granted", "BEGIN; INSERT INTO t VALUES (2)").await.expect(200);
    run("granted", "BEGIN; INSERT INTO t VALUES (3); trap").await.expect(500);
    for _ in 0..20 {
        run("granted", "INSERT INTO t VALUES (4)").await.expect(200);
        run("granted", "COMMIT").await.expect(200);
    }
    assert_eq!(run("granted", count).await.expect(200).text.trim(), "21");
    // Nor does a setting of the session.
    run("granted", "SET search_path TO nowhere").await.expect(200);
    for _ in 0..20 {
        run("granted", count).await.expect(200);
    }
}
