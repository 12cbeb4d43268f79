//! The known floods of HTTP/2, and clients that stop in the middle of it.

use std::time::Duration;

use kronos_tests::{Engine, Guests};

use super::{
    PATIENCE,
    frames::{
        ACK, CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, Frames, GET, GOAWAY, HEADERS,
        NO_ERROR, PING, POST, PREFACE, PRIORITY, RST_STREAM, SETTINGS, WINDOW_UPDATE, frame, request,
    },
    impatient,
    wire::{Wire, within},
};

#[tokio::test]
async fn requests_are_answered() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    frames.get(1, "/granted/body?bytes=40000").await;
    assert_eq!(frames.next_of(HEADERS, 1).await.status(), 200);
    let mut body = 0;
    loop {
        let data = frames.next_of(DATA, 1).await;
        body += data.payload.len();
        if data.flags & END_STREAM != 0 {
            break;
        }
    }
    assert_eq!(body, 40_000);
    frames.get(3, "/nowhere").await;
    assert_eq!(frames.next_of(HEADERS, 3).await.status(), 404);
}

/// Half a preface, and a handshake without a request.
#[tokio::test]
async fn a_connection_without_a_request_ends() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.head_timeout = Some(PATIENCE)).await;
    let address = kronos.host().address();
    let mut wire = Wire::open(address).await;
    wire.send(&PREFACE[..12]).await;
    assert!(wire.gone().await.starts_with(b"HTTP/1.1 408 "), "as far as the host knows this is HTTP/1.1");
    let mut frames = Frames::open(address, 65_535).await;
    frames.wire.gone().await;
}

/// One that is idle for too long is told before it ends.
#[tokio::test]
async fn a_connection_at_rest_is_told_to_end() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.connection_idle = Some(PATIENCE)).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    frames.get(1, "/granted/hello").await;
    assert_eq!(frames.next_of(HEADERS, 1).await.status(), 200);
    assert_eq!(frames.next_of(GOAWAY, 0).await.number(4), NO_ERROR);
    frames.wire.end().await;
}

/// A client that never opens its window has its streams reset, and may use the connection for others.
#[tokio::test]
async fn a_window_of_zero_ends_the_stream() {
    let kronos = impatient(|options| options.limits.streams = Some(1)).await;
    let mut frames = Frames::open(kronos.host().address(), 0).await;
    frames.get(1, "/granted/body?bytes=60000").await;
    frames.get(3, "/granted/body?bytes=1000000").await;
    // In either order, and before the host has asked for many signs of life.
    let mut given_up = Vec::new();
    within(async {
        while given_up.len() < 2 {
            let frame = frames.next().await;
            if frame.kind == RST_STREAM {
                assert_eq!(frame.number(0), CANCEL);
                given_up.push(frame.stream);
            }
        }
    })
    .await;
    given_up.sort_unstable();
    assert_eq!(given_up, [1, 3]);
    frames.get(5, "/granted/body?bytes=1000000").await;
    assert_eq!(frames.next_of(HEADERS, 5).await.status(), 200, "the place among the streams is free again");
}

/// A body that is not sent costs its stream alone.
#[tokio::test]
async fn a_body_that_does_not_come_is_refused() {
    let kronos = impatient(|options| options.limits.concurrent_requests = Some(1)).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    let length = [&[0x0f, 0x0d, 2][..], b"10"].concat();
    frames.send(HEADERS, END_HEADERS, 1, &[request(POST, "/granted/echo"), length].concat()).await;
    frames.get(3, "/granted/hello").await;
    assert_eq!(frames.next_of(HEADERS, 3).await.status(), 200, "it takes no request's place");
    assert_eq!(frames.next_of(HEADERS, 1).await.status(), 408);
    frames.get(5, "/granted/hello").await;
    assert_eq!(frames.next_of(HEADERS, 5).await.status(), 200);
}

/// One that is gone without a word does not answer the sign of life that it is asked for.
#[tokio::test]
async fn a_client_that_gives_no_sign_of_life_is_gone() {
    let kronos = impatient(|_| ()).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    frames.lives = false;
    frames.get(1, "/granted/sleep?ms=600000").await;
    frames.next_of(PING, 0).await;
    frames.wire.gone().await;
}

/// Frames that belong to no request, as fast as they go: the connection is cut off, and nobody else notices.
#[tokio::test]
async fn floods_of_control_frames_are_cut_off() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let address = kronos.host().address();
    let pings = frame(PING, 0, 0, &[0; 8]).repeat(10_000);
    let settings = frame(SETTINGS, 0, 0, &[]).repeat(10_000);
    let resets = frame(RST_STREAM, 0, 1, &CANCEL.to_be_bytes()).repeat(10_000);
    let windows = frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]).repeat(10_000);
    for (name, flood) in [("PING", pings), ("SETTINGS", settings), ("RST_STREAM", resets), ("WINDOW_UPDATE", windows)] {
        let mut frames = Frames::open(address, 65_535).await;
        // The connection is in use.
        frames.get(1, "/granted/stream?ms=600000").await;
        frames.next_of(HEADERS, 1).await;
        while frames.wire.try_send(&flood).await.is_ok() {}
        let mut other = Wire::open(address).await;
        other.get("/granted/hello").await;
        assert_eq!(other.response().await.status, 200, "after {name}");
    }
}

/// The client is told why it is cut off, as far as it reads.
#[tokio::test]
async fn frames_that_cost_nothing_are_counted() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let priority = frame(PRIORITY, 0, 3, &[0, 0, 0, 1, 0]);
    let window = frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]);
    let reset = frame(RST_STREAM, 0, 1, &CANCEL.to_be_bytes());
    let unknown = frame(0xff, 0, 0, &[]);
    for flood in [priority, window, reset, unknown] {
        let mut frames = Frames::open(kronos.host().address(), 65_535).await;
        frames.get(1, "/granted/stream?ms=600000").await;
        frames.next_of(DATA, 1).await;
        frames.wire.send_to_the_end(&flood.repeat(1000), Duration::ZERO).await;
        assert_eq!(frames.next_of(GOAWAY, 0).await.number(4), ENHANCE_YOUR_CALM, "frames of type {}", flood[3]);
    }
}

/// CVE-2023-44487: the client gives up its streams as fast as it makes them, whether they are answered before or not.
#[tokio::test]
async fn rapid_resets_are_cut_off() {
    for (name, limit) in [("answered with 503", 1), ("not answered", 1000)] {
        let kronos = Guests::start(Engine::Embedded, |options| options.limits.concurrent_requests = Some(limit)).await;
        let address = kronos.host().address();
        let mut frames = Frames::open(address, 65_535).await;
        let mut round = 0;
        while frames.make_and_reset(200 * round + 1).await {
            round += 1;
            assert!(round < 100, "{name}: still served after {round} rounds");
        }
        assert_eq!(frames.wire.end().await, b"", "{name}");
        // What the guest works on counts until it is done, even when nobody wants it any more.
        let mut other = Wire::open(address).await;
        loop {
            other.get("/granted/hello").await;
            match other.response().await.status {
                200 => break,
                status => assert_eq!(status, 503),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The same, with the reset in the same packet as the request.
#[tokio::test]
async fn resets_that_overtake_their_requests_are_cut_off() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    let pair = |stream| {
        let head = frame(HEADERS, END_HEADERS | END_STREAM, stream, &request(GET, "/granted/sleep?ms=100"));
        [head, frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes())].concat()
    };
    frames.wire.send((0..1000).flat_map(|number| pair(2 * number + 1)).collect::<Vec<u8>>()).await;
    // It goes on after that too.
    frames.wire.send_to_the_end(&frame(RST_STREAM, 0, 1, &CANCEL.to_be_bytes()), Duration::ZERO).await;
    assert_eq!(frames.next_of(GOAWAY, 0).await.number(4), ENHANCE_YOUR_CALM);
}

/// CVE-2024-27316: a head that goes on in frame after frame.
#[tokio::test]
async fn a_head_without_end_is_refused() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let address = kronos.host().address();
    let mut frames = Frames::open(address, 65_535).await;
    frames.send(HEADERS, END_STREAM, 1, &request(GET, "/granted/hello")).await;
    frames.wire.send_to_the_end(&frame(CONTINUATION, 0, 1, &[]).repeat(1000), Duration::ZERO).await;
    assert_eq!(frames.next_of(GOAWAY, 0).await.number(4), ENHANCE_YOUR_CALM);
}

/// More fields than a head may have.
#[tokio::test]
async fn large_heads_are_refused() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    // The same literal field, 1,000 times: 36 KB as RFC 9113, section 6.5.2, counts.
    let fields = b"\x00\x03x-a\x011".repeat(1000);
    frames.send(HEADERS, END_HEADERS | END_STREAM, 1, &[request(GET, "/granted/hello"), fields].concat()).await;
    assert_eq!(frames.next_of(HEADERS, 1).await.status(), 431);
}

/// Empty and tiny frames of a body are no way around its limits.
#[tokio::test]
async fn floods_of_empty_data_are_cut_off() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let mut frames = Frames::open(kronos.host().address(), 65_535).await;
    frames.send(HEADERS, END_HEADERS, 1, &request(POST, "/granted/echo")).await;
    let empty = frame(DATA, 0, 1, &[]).repeat(10_000);
    while frames.wire.try_send(&empty).await.is_ok() {}
}

/// The answers that a client of HTTP/2 does not take are bounded as those of many of HTTP/1.1 are.
#[tokio::test]
async fn streams_take_the_places_of_clients() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.connections = Some(4)).await;
    let mut frames = Frames::open(kronos.host().address(), 0).await;
    for stream in [1, 3, 5] {
        frames.get(stream, "/granted/stream?ms=600000").await;
        assert_eq!(frames.next_of(HEADERS, stream).await.status(), 200);
    }
    frames.get(7, "/granted/hello").await;
    assert_eq!(frames.next_of(HEADERS, 7).await.status(), 503);
    frames.send(RST_STREAM, 0, 1, &CANCEL.to_be_bytes()).await;
    frames.send(PING, 0, 0, &[7; 8]).await;
    assert_eq!(frames.next_of(PING, 0).await.flags, ACK);
    frames.get(9, "/granted/hello").await;
    assert_eq!(frames.next_of(HEADERS, 9).await.status(), 200);
}
