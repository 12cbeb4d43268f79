//! The store of a small team: what it acknowledged is there, whatever happened in between.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use kronos_host::config::clock::Clock;
use kronos_tests::{Actor, Engine, Kronos, OWNER_PASSWORD};
use reqwest::Method;
use serde_json::json;

/// Writes an entry of the `number`th minute of a month.
async fn write(actor: &Actor, number: u64) {
    let minute = |n: u64| format!("2026-03-{:02}T{:02}:{:02}:00Z", 1 + n / 1440, n / 60 % 24, n % 60);
    let entry = json!({ "start": minute(number), "end": minute(number + 1), "description": number.to_string() });
    actor.post(&actor.path("/time-entries"), &entry).await.expect(201);
}

/// SQLite looks at the clock once in many statements: a look that finds a statement of long ago must not stop anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_go_on_after_idle_times_and_survive_a_restart() {
    let idle = Arc::new(AtomicU64::new(0));
    let (origin, passed) = (Instant::now(), idle.clone());
    let clock = Clock::new(move || origin.elapsed() + Duration::from_secs(passed.load(Ordering::Relaxed)));
    let mut kronos = Kronos::start_with(Engine::Embedded, |options| options.clock = clock).await;
    let owner = kronos.owner().await;
    for number in 0..450 {
        write(&owner, number).await;
        idle.fetch_add(31, Ordering::Relaxed);
    }

    let nobody = kronos.anonymous();
    let credentials = json!({ "email": "owner@example.com", "password": OWNER_PASSWORD });
    let session = nobody.post("/auth/session", &credentials).await.expect(200);
    let token = json!({ "refresh_token": session.string("/refresh_token") });
    idle.fetch_add(31, Ordering::Relaxed);
    nobody.send(nobody.request(Method::DELETE, "/auth/session").json(&token)).await.expect(204);

    kronos.restart().await;
    assert_eq!(kronos.number("SELECT count(*) FROM time_entries").await, 450);
    kronos.anonymous().post("/auth/session/refresh", &token).await.expect(401);
}
