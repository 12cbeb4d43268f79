//! A stop waits for requests, and for nobody else.

use std::time::{Duration, Instant};

use kronos_tests::{Engine, Guests};

use super::{frames::Frames, wire::Wire};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_clients_do_not_hold_up_a_stop() {
    let mut kronos =
        Guests::start(Engine::Embedded, |options| options.limits.drain = Some(Duration::from_hours(1))).await;
    let address = kronos.host().address();
    let silent = Wire::open(address).await;
    let mut half = Wire::open(address).await;
    half.send("GET / HTTP/1.1\r\nHost:").await;
    let mut rested = Wire::open(address).await;
    rested.get("/granted/hello").await;
    rested.response().await.expect_text("hello");
    let mut preface = Wire::open(address).await;
    preface.send("PRI * HTTP").await;
    // They answer no sign of life either.
    let shaken = Frames::open(address, 65_535).await;
    let mut used = Frames::open(address, 65_535).await;
    used.get(1, "/granted/hello").await;
    used.next_of(super::frames::DATA, 1).await;
    let mut busy = Wire::open(address).await;
    busy.get("/granted/sleep?ms=500").await;
    tokio::time::sleep(Duration::from_millis(200)).await;

    let start = Instant::now();
    let host = kronos.host.take().expect("the host runs");
    let (finished, answer) = tokio::join!(host.stop(), busy.response());
    answer.expect_text("slept");
    assert!(finished, "everything was finished");
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
    drop((silent, half, rested, preface, shaken, used));
}
