//! How many clients there may be, and who makes room.

use kronos_tests::{Engine, Guests};

use super::{
    frames::{Frames, GOAWAY, HEADERS, NO_ERROR},
    process::Process,
    wire::Wire,
};

const STREAM: &str = "/granted/stream?ms=600000";

/// Opens a stream of events from `source`.
async fn stream(source: [u8; 4], address: std::net::SocketAddr) -> Wire {
    let mut wire = Wire::open_from(source, address).await;
    wire.get(STREAM).await;
    wire.until(|read| read.ends_with(b"data: 0\n\n\r\n").then_some(())).await;
    wire
}

#[tokio::test]
async fn one_address_has_its_share() {
    let kronos = Guests::start(Engine::Embedded, |options| {
        options.limits.connections = Some(3);
        options.limits.connections_per_address = Some(2);
    })
    .await;
    let address = kronos.host().address();
    let (first, second) = (stream([127, 0, 0, 1], address).await, stream([127, 0, 0, 1], address).await);
    let mut third = Wire::open_from([127, 0, 0, 1], address).await;
    third.get("/granted/hello").await;
    let refused = third.response().await;
    refused.expect_problem(503, "too_many_connections");
    assert!(refused.head.contains("\r\nretry-after: 1\r\n"), "{}", refused.head);
    assert_eq!(third.end().await, b"");
    let _other = stream([127, 0, 0, 2], address).await;
    let mut full = Wire::open_from([127, 0, 0, 3], address).await;
    full.response().await.expect_problem(503, "too_many_connections");
    drop((first, second));
    loop {
        let mut again = Wire::open_from([127, 0, 0, 1], address).await;
        again.get("/granted/hello").await;
        match again.response().await.status {
            200 => break,
            status => assert_eq!(status, 503),
        }
    }
}

/// The guests, of which one address may have half.
async fn shared() -> kronos_tests::Kronos {
    Guests::start(Engine::Embedded, |options| {
        options.limits.connections = Some(40);
        options.limits.connections_per_address = Some(20);
        options.limits.concurrent_requests = Some(8);
        options.limits.streams = Some(2);
    })
    .await
}

const HERE: [u8; 4] = [127, 0, 0, 1];
const THERE: [u8; 4] = [127, 0, 0, 2];

#[tokio::test]
async fn one_address_has_its_share_of_streams_and_uploads() {
    let kronos = shared().await;
    let address = kronos.host().address();
    let _first = stream(HERE, address).await;
    let mut second = Wire::open_from(HERE, address).await;
    second.get(STREAM).await;
    second.response().await.expect_problem(503, "overloaded");
    let _other = stream(THERE, address).await;

    // The component has answered the first and waits for the rest of it.
    let mut uploads = Vec::new();
    for (source, status) in [(HERE, 200), (HERE, 503), (THERE, 200)] {
        let mut wire = Wire::open_from(source, address).await;
        wire.send("POST /granted/early HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        wire.send("5\r\nhello\r\n").await;
        assert_eq!(wire.response().await.status, status, "from {source:?}");
        uploads.push(wire);
    }
}

#[tokio::test]
async fn one_address_has_its_share_of_requests() {
    let kronos = shared().await;
    let address = kronos.host().address();
    let mut wires = Vec::new();
    for _ in 0..5 {
        let mut wire = Wire::open_from(HERE, address).await;
        wire.get("/granted/sleep?ms=600000").await;
        wires.push(wire);
    }
    // Whichever comes last.
    let (refused, ..) = futures::future::select_all(wires.iter_mut().map(|wire| Box::pin(wire.response()))).await;
    refused.expect_problem(503, "overloaded");
    let mut other = Wire::open_from(THERE, address).await;
    other.get("/granted/hello").await;
    other.response().await.expect_text("hello");
}

/// Whoever is idle makes room: a client that holds connections without using them locks nobody out.
#[tokio::test]
async fn the_longest_idle_makes_room() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.connections = Some(3)).await;
    let address = kronos.host().address();
    let mut busy = stream([127, 0, 0, 1], address).await;
    let mut rested = Wire::open(address).await;
    rested.get("/granted/hello").await;
    rested.response().await.expect_text("hello");
    let mut silent = Wire::open(address).await;
    for _ in 0..100 {
        let mut wire = Wire::open(address).await;
        wire.get("/granted/hello").await;
        wire.response().await.expect_text("hello");
    }
    assert_eq!(rested.gone().await, b"");
    assert_eq!(silent.gone().await, b"");
    assert_eq!(tokio::time::timeout(super::PATIENCE, busy.gone()).await.ok(), None, "who is served stays");
}

/// Whoever makes room keeps no file, whatever it still sends: files that nobody counts would run out.
#[tokio::test]
async fn who_makes_room_keeps_no_file() {
    let process = Process::start("guests", &[("connections", 4)]).await;
    let before = process.sockets();
    let mut wires = Vec::new();
    for _ in 0..50 {
        let mut wire = Wire::open(process.address).await;
        wire.get("/granted/hello").await;
        wire.response().await.expect_text("hello");
        wires.push(wire);
        for wire in &mut wires {
            let _gone = wire.try_send("G").await;
        }
    }
    for wire in &mut wires[..46] {
        assert_eq!(wire.gone().await, b"");
    }
    assert_eq!(process.sockets(), before + 4);
}

/// A client of HTTP/2 learns that its connection ends, and that this is not its own fault.
#[tokio::test]
async fn who_makes_room_is_told() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.connections = Some(2)).await;
    let address = kronos.host().address();
    let mut frames = Frames::open(address, 65_535).await;
    frames.get(1, "/granted/hello").await;
    assert_eq!(frames.next_of(HEADERS, 1).await.status(), 200);
    frames.end_of(1).await;
    let _busy = (stream([127, 0, 0, 1], address).await, stream([127, 0, 0, 1], address).await);
    assert_eq!(frames.next_of(GOAWAY, 0).await.number(4), NO_ERROR);
    frames.wire.gone().await;
}

/// Without a file for another connection the host says so, once, and lets an idle one go.
#[tokio::test]
async fn too_few_files_are_an_error_and_no_end() {
    let process = Process::start("guests", &[("files", 8)]).await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        idle.push(Wire::open(process.address).await);
    }
    let mut wire = Wire::open(process.address).await;
    wire.get("/.well-known/spin/health").await;
    wire.response().await.expect_text("OK");
    drop((idle, wire));
    let log = process.stop().await;
    assert_eq!(log.matches("cannot accept connections").count(), 1, "{log}");
}
