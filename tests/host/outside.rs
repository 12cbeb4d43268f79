//! What components reach outside, by protocol.

use std::path::PathBuf;

use kronos_tests::{Engine, Guests, Kronos, needs};
use reqwest::Method;
use tempfile::TempDir;

/// Status of what the guest does with an HTTP server, with Redis and with PostgreSQL, all of them at 127.0.0.1.
async fn reached(block_networks: &str, spin_exact: bool) -> [u16; 3] {
    let folder = tempfile::tempdir().expect("a folder");
    let config = runtime_config(&folder, block_networks);
    let upstream = Guests::start(Engine::Embedded, |_| ()).await;
    let kronos = Guests::start(Engine::Servers, |options| {
        options.variables = vec![("upstream".into(), upstream.url.clone())];
        options.runtime_config = Some(config);
        options.spin_exact = spin_exact;
    })
    .await;
    let redis = kronos.options.redis.clone().expect("Redis");
    let postgres = kronos.options.postgres.clone().expect("PostgreSQL");
    [
        status(&kronos, "fetch", &[("url", &format!("{}/granted/hello", upstream.url))]).await,
        status(&kronos, "redis", &[("url", &redis), ("command", "PING")]).await,
        status(&kronos, "postgres", &[("url", &postgres), ("sql", "SELECT 'x'")]).await,
    ]
}

fn runtime_config(folder: &TempDir, block_networks: &str) -> PathBuf {
    let file = folder.path().join("runtime-config.toml");
    std::fs::write(&file, format!("[outbound_networking]\nblock_networks = [{block_networks}]\n")).expect("a file");
    file
}

async fn status(kronos: &Kronos, action: &str, arguments: &[(&str, &str)]) -> u16 {
    let actor = kronos.anonymous();
    actor.send(actor.request(Method::GET, &format!("/granted/{action}")).query(arguments)).await.status
}

/// The allow-list of the guest names each server. An explicit network is closed for all of them; `private` is not, for what is
/// named, and is as Spin has it with `--spin-exact`.
#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocked_networks_hold_for_every_protocol() {
    for (block_networks, spin_exact, expected) in [
        ("", false, [200, 200, 200]),
        ("\"private\"", false, [200, 200, 200]),
        ("\"private\"", true, [502, 502, 200]),
        ("\"127.0.0.0/8\"", false, [502, 502, 502]),
        ("\"127.0.0.0/8\"", true, [502, 502, 502]),
        ("\"::ffff:127.0.0.0/104\"", false, [502, 502, 502]),
        ("\"10.0.0.0/8\"", false, [200, 200, 200]),
    ] {
        assert_eq!(reached(block_networks, spin_exact).await, expected, "{block_networks} exact: {spin_exact}");
    }
}
