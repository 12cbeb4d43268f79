//! Clients of HTTP/1.1 that take their time: with the head, with a body, and with the answer.

use std::time::{Duration, Instant};

use kronos_tests::{Engine, Guests};

use super::{PATIENCE, impatient, wire::Wire};

/// What a client that keeps up need not fear, even on a busy machine.
const LONGER: Duration = Duration::from_secs(3);
const POST: &str = "POST /granted/echo HTTP/1.1\r\nHost: localhost\r\n";

#[tokio::test]
async fn a_head_that_does_not_come_is_refused() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.head_timeout = Some(PATIENCE)).await;
    let address = kronos.host().address();
    let mut silent = Wire::open(address).await;
    assert_eq!(silent.end().await, b"", "who has said nothing is told nothing");
    let mut half = Wire::open(address).await;
    half.send("GET / HT").await;
    half.response().await.expect_problem(408, "head_timeout");
    assert_eq!(half.end().await, b"");
    // The second head on a connection, too.
    let mut second = Wire::open(address).await;
    second.get("/granted/hello").await;
    second.response().await.expect_text("hello");
    second.send("GET / HTTP/1.1\r\nHost: ").await;
    second.response().await.expect_problem(408, "head_timeout");
}

/// Slowloris: a byte now and then is no head.
#[tokio::test]
async fn a_head_that_trickles_is_refused() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.head_timeout = Some(PATIENCE)).await;
    let mut wire = Wire::open(kronos.host().address()).await;
    let start = Instant::now();
    wire.send("GET / HTTP/1.1\r\n").await;
    while wire.try_send("x-a: b\r\n").await.is_ok() {
        assert!(start.elapsed() < Duration::from_mins(1), "the host still listens");
        tokio::time::sleep(PATIENCE / 10).await;
    }
}

/// A connection at rest is kept for longer than a head may take.
#[tokio::test]
async fn a_connection_at_rest_is_kept() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.head_timeout = Some(PATIENCE)).await;
    let mut wire = Wire::open(kronos.host().address()).await;
    for _ in 0..2 {
        wire.get("/granted/hello").await;
        wire.response().await.expect_text("hello");
        tokio::time::sleep(PATIENCE * 3).await;
    }
}

#[tokio::test]
async fn a_connection_is_not_kept_for_ever() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.connection_idle = Some(PATIENCE)).await;
    let mut wire = Wire::open(kronos.host().address()).await;
    wire.get("/granted/hello").await;
    wire.response().await.expect_text("hello");
    assert_eq!(wire.end().await, b"");
}

/// Ten bodies that do not come, of each kind, against a limit of one request.
#[tokio::test]
async fn slow_bodies_take_nobodys_place() {
    let kronos = impatient(|options| options.limits.concurrent_requests = Some(1)).await;
    let address = kronos.host().address();
    let mut slow = Vec::new();
    for _ in 0..10 {
        let mut wire = Wire::open(address).await;
        wire.send(format!("{POST}Content-Length: 1000\r\n\r\nhalf")).await;
        slow.push(wire);
    }
    let mut other = Wire::open(address).await;
    for _ in 0..20 {
        other.get("/granted/hello").await;
        other.response().await.expect_text("hello");
    }
    for wire in &mut slow {
        wire.response().await.expect_problem(408, "body_timeout");
        assert_eq!(wire.end().await, b"");
    }
}

/// What a component has to wait for is a quarter of what it works on.
#[tokio::test]
async fn slow_uploads_leave_room_for_requests() {
    let kronos = impatient(|options| {
        options.limits.concurrent_requests = Some(8);
        // One address may have all of them.
        options.limits.connections_per_address = Some(usize::MAX);
        // Nobody is cut off for being slow before the others are through.
        options.limits.stall = Some(Duration::from_secs(10));
    })
    .await;
    let address = kronos.host().address();
    let begun = format!("{POST}Content-Length: 100000\r\n\r\n{}", "x".repeat(70_000));
    let mut uploads = Vec::new();
    for request in [begun, format!("{POST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")] {
        let mut wire = Wire::open(address).await;
        wire.send(&request).await;
        uploads.push(wire);
    }
    // The two are with the component when the third is refused.
    loop {
        let mut third = Wire::open(address).await;
        third.send(format!("{POST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")).await;
        let refused = tokio::time::timeout(Duration::from_millis(200), third.response()).await;
        if let Ok(refused) = refused {
            refused.expect_problem(503, "overloaded");
            break;
        }
    }
    let mut other = Wire::open(address).await;
    other.get("/granted/hello").await;
    other.response().await.expect_text("hello");
    // One that is complete is no upload, whatever it announces.
    other.send(format!("{POST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")).await;
    other.response().await.expect_text("hello");
    for wire in &mut uploads {
        wire.response().await.expect_problem(408, "body_timeout");
    }
}

/// A body may come in many parts, as long as they come.
#[tokio::test]
async fn a_body_that_keeps_coming_is_received() {
    let kronos = impatient(|options| options.limits.stall = Some(LONGER)).await;
    let mut wire = Wire::open(kronos.host().address()).await;
    wire.send(format!("{POST}Content-Length: 100000\r\n\r\n")).await;
    for _ in 0..20 {
        wire.send([b'x'; 5000]).await;
        tokio::time::sleep(LONGER / 10).await;
    }
    let response = wire.response().await;
    assert_eq!((response.status, response.body.len()), (200, 100_000));
}

/// A client that takes nothing of its answer is cut off, and its place is free.
#[tokio::test]
async fn an_answer_that_is_not_read_is_cut_off() {
    let kronos = impatient(|options| options.limits.streams = Some(1)).await;
    let address = kronos.host().address();
    let mut wire = Wire::open_narrow(address).await;
    wire.get("/granted/body?bytes=20000000").await;
    wire.until(|read| read.windows(4).any(|window| window == b"\r\n\r\n").then_some(())).await;
    let mut other = Wire::open(address).await;
    loop {
        other.get("/granted/body?bytes=100000").await;
        match other.response().await.status {
            200 => break,
            status => assert_eq!(status, 503, "the place is taken until then"),
        }
        tokio::time::sleep(PATIENCE / 20).await;
    }
    let read = wire.gone().await;
    assert!(read.len() < 20_000_000, "all of it was there");
}

/// One that is read slowly and steadily is not.
#[tokio::test]
async fn an_answer_that_is_read_is_complete() {
    let kronos = impatient(|options| options.limits.stall = Some(LONGER)).await;
    let mut wire = Wire::open_narrow(kronos.host().address()).await;
    wire.get("/granted/body?bytes=2000000").await;
    wire.until(|read| read.windows(4).any(|window| window == b"\r\n\r\n").then_some(())).await;
    for _ in 0..20 {
        wire.take(90_000).await;
        tokio::time::sleep(LONGER / 10).await;
    }
    wire.take(200_000).await;
}
