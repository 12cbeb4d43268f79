//! The doorbell between those who write and the consumers of events.

use std::time::{Duration, Instant};

use kronos_test_servers::{Fault, FaultProxy};
use kronos_tests::{Engine, Kronos, needs};
use serde_json::json;

/// A Redis that hangs costs neither those who write nor those who read anything, and what was written meanwhile shows in the reports
/// when it has recovered.
#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_hangs_costs_nothing() {
    const WRITES: i64 = 200;
    let mut proxy = None;
    let kronos = Kronos::start_with(Engine::Servers, |options| {
        let server = options.redis.as_deref().and_then(|url| url.strip_prefix("redis://")).expect("a server");
        let between = FaultProxy::start(server.parse().expect("an address"));
        options.redis = Some(format!("redis://{}", between.address()));
        proxy = Some(between);
    })
    .await;
    let proxy = proxy.expect("a proxy");
    let owner = kronos.owner().await;
    let entry = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
    owner.post(&owner.path("/time-entries"), &entry).await.expect(201);

    proxy.set(Fault::TotalSilence);
    let start = Instant::now();
    for _ in 1..WRITES {
        owner.post(&owner.path("/time-entries"), &entry).await.expect(201);
    }
    for _ in 0..WRITES {
        owner.get("/api/v1/users/me/memberships").await.expect(200);
    }
    // One that waited for Redis would take longer by itself.
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());

    proxy.set(Fault::None);
    let range = "start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z";
    kronos.report_shows(&owner, range, WRITES * 3600).await;
}
