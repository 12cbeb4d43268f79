//! Responses that go on and on.

use kronos_tests::{Engine, Guests};

use super::{process::Process, wire::Wire};

/// 1,000 streams of events are no requests in progress. That takes a busy machine its time, for which nobody is refused either.
#[tokio::test]
async fn a_thousand_streams_refuse_nobody() {
    let process = Process::start(
        "guests",
        &[("concurrent_requests", 4), ("connections_per_address", 2048), ("patience_ms", 600_000)],
    )
    .await;
    let mut streams = Vec::new();
    for _ in 0..1000 {
        let mut wire = Wire::open(process.address).await;
        wire.get("/granted/stream?ms=600000").await;
        let (status, head) = wire.head().await;
        assert_eq!(status, 200, "stream {}: {head}", streams.len());
        wire.until(|read| read.ends_with(b"data: 0\n\n\r\n").then_some(())).await;
        streams.push(wire);
    }
    let mut other = Wire::open(process.address).await;
    for _ in 0..20 {
        other.get("/granted/hello").await;
        other.response().await.expect_text("hello");
    }
}

/// They are bounded by themselves.
#[tokio::test]
async fn one_stream_more_than_allowed_is_refused() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.streams = Some(1)).await;
    let address = kronos.host().address();
    let mut first = Wire::open(address).await;
    first.get("/granted/stream?ms=600000").await;
    first.until(|read| read.ends_with(b"data: 0\n\n\r\n").then_some(())).await;
    let mut second = Wire::open(address).await;
    second.get("/granted/stream?ms=600000").await;
    second.response().await.expect_problem(503, "overloaded");
    second.get("/granted/hello").await;
    second.response().await.expect_text("hello");
    drop(first);
    loop {
        second.get("/granted/stream?ms=0").await;
        let head = second.until(|read| read.windows(4).position(|window| window == b"\r\n\r\n")).await;
        if second.take(12).await == b"HTTP/1.1 200" {
            break;
        }
        let _rest = second.take(head - 12 + 4).await;
        second = Wire::open(address).await;
    }
}
