//! Bodies that go on after the host has said that it does not want them.

use std::time::Duration;

use kronos_tests::{Engine, Guests};

use super::{
    PATIENCE,
    frames::{DATA, END_HEADERS, END_STREAM, Frames, HEADERS, NO_ERROR, POST, RST_STREAM, request},
    wire::Wire,
};

/// Whether the host refuses a body before it calls the component or while the component reads, and however fast the client sends,
/// the answer is complete and the connection is closed cleanly.
#[tokio::test]
async fn a_body_without_end_is_refused() {
    let chunk = [b"4000\r\n", &[b'x'; 0x4000][..], b"\r\n"].concat();
    for (limit, path, status, key) in [
        (1000, "/granted/request", 413, Some("payload_too_large")),
        (100_000, "/granted/request", 413, Some("payload_too_large")),
        (1000, "/nowhere", 404, None),
    ] {
        let kronos = Guests::start(Engine::Embedded, |options| options.limits.request_body = Some(limit)).await;
        for (pause, times) in [(Duration::ZERO, 100), (Duration::from_millis(20), 2)] {
            for _ in 0..times {
                let mut wire = Wire::open(kronos.host().address()).await;
                wire.send(format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"))
                    .await;
                wire.send_to_the_end(&chunk, pause).await;
                let response = wire.response().await;
                assert_eq!(response.status, status, "{path} {limit}");
                if let Some(key) = key {
                    response.expect_problem(status, key);
                    assert!(response.head.contains("\r\nconnection: close\r\n"), "{}", response.head);
                }
                assert_eq!(wire.end().await, b"", "nothing but the answer");
            }
        }
    }
}

/// One on a connection of HTTP/2 costs its stream alone.
#[tokio::test]
async fn a_stream_without_end_is_refused() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.request_body = Some(1000)).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    frames.send(HEADERS, END_HEADERS, 1, &request(POST, "/granted/request")).await;
    for _ in 0..3 {
        frames.send(DATA, 0, 1, &[b'x'; 16 << 10]).await;
    }
    assert_eq!(frames.next_of(HEADERS, 1).await.status(), 413);
    assert_eq!(frames.next_of(DATA, 1).await.flags, END_STREAM);
    assert_eq!(frames.next_of(RST_STREAM, 1).await.number(0), NO_ERROR);
    // What was under way by then.
    frames.send(DATA, 0, 1, &[b'x'; 16 << 10]).await;
    frames.get(3, "/granted/hello").await;
    assert_eq!(frames.next_of(HEADERS, 3).await.status(), 200);
}

/// A component may answer before it has the body: what comes then is no request, and its connection is not idle.
#[tokio::test]
async fn a_body_is_received_after_the_answer() {
    let kronos = Guests::start(Engine::Embedded, |options| {
        options.limits.head_timeout = Some(PATIENCE);
        options.limits.connections = Some(2);
    })
    .await;
    let address = kronos.host().address();
    let mut wire = Wire::open(address).await;
    wire.send("POST /granted/early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n").await;
    wire.response().await.expect_text("early");
    for _ in 0..10 {
        wire.send(vec![b'x'; 10_000]).await;
        tokio::time::sleep(PATIENCE / 4).await;
        // Whoever is idle makes room for this one.
        let mut other = Wire::open(address).await;
        other.get("/granted/hello").await;
        other.response().await.expect_text("hello");
    }
    loop {
        wire.get("/granted/key-value?store=default&key=early").await;
        let kept = wire.response().await;
        if !kept.body.is_empty() {
            kept.expect_text("100000");
            break;
        }
    }
}

/// Bodies that nobody wants are no flood, so that the connection goes on to serve others.
#[tokio::test]
async fn many_streams_without_end_are_refused() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.request_body = Some(1000)).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    for stream in (1..400).step_by(2) {
        frames.send(HEADERS, END_HEADERS, stream, &request(POST, "/granted/request")).await;
        for _ in 0..3 {
            frames.send(DATA, 0, stream, &[b'x'; 16 << 10]).await;
        }
        frames.next_of(HEADERS, stream).await;
        assert_eq!(frames.next_of(RST_STREAM, stream).await.number(0), NO_ERROR);
    }
    frames.get(401, "/granted/hello").await;
    assert_eq!(frames.next_of(HEADERS, 401).await.status(), 200);
}
