//! What comes after a request on the same connection.

use std::time::Duration;

use kronos_tests::{Engine, Guests};

use super::{process::Process, wire::Wire};

/// A complete answer is not held back by what has come after its request.
#[tokio::test]
async fn an_answer_waits_for_nothing_that_follows() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let address = kronos.host().address();
    let get = "GET /granted/hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let post = "POST /granted/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
    for request in [get, post] {
        for (name, after) in [
            ("an empty line", "\r\n"),
            ("as `echo -e` sends it", "\n"),
            ("half a head", "GET /granted/hello HT"),
            ("a byte", "G"),
        ] {
            let mut wire = Wire::open(address).await;
            wire.send(format!("{request}{after}")).await;
            assert_eq!(wire.response().await.body, b"hello", "{name}");
            let rest = if after.starts_with('G') { &get[after.len()..] } else { get };
            wire.send(rest).await;
            wire.response().await.expect_text("hello");
        }
    }
}

/// `nc` closes its side when it has sent its input.
#[tokio::test]
async fn a_client_that_has_said_all_gets_its_answer() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    for path in ["/granted/hello", "/granted/sleep?ms=300", "/granted/body?bytes=1000000", "/.well-known/spin/health"] {
        let mut wire = Wire::open(kronos.host().address()).await;
        wire.get(path).await;
        wire.finish().await;
        let answer = wire.end().await;
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{path}: {}", String::from_utf8_lossy(&answer));
    }
    let mut wire = Wire::open(kronos.host().address()).await;
    wire.send("POST /granted/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello").await;
    wire.finish().await;
    assert_eq!(wire.response().await.body, b"hello");
    assert_eq!(wire.end().await, b"");
}

#[tokio::test]
async fn requests_are_answered_in_order() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let mut wire = Wire::open(kronos.host().address()).await;
    let post = |body: &str| {
        format!("POST /granted/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    let bodies: Vec<_> = (0..200).map(|number| format!("body {number}")).collect();
    wire.send(bodies.iter().map(|body| post(body)).collect::<String>()).await;
    for body in &bodies {
        wire.response().await.expect_text(body);
    }
}

/// A client that reads nothing stops what it asks for: 8,000 answers of 60 KB are 480 MB.
#[tokio::test]
async fn a_client_that_does_not_read_is_not_produced_for() {
    let process = Process::start("guests", &[]).await;
    let mut other = Wire::open(process.address).await;
    other.get("/granted/body?bytes=60000").await;
    other.response().await;
    process.forget_peak();
    let before = process.peak();
    let requests = "GET /granted/body?bytes=60000 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(8000);
    let mut wire = Wire::open_narrow(process.address).await;
    let sent = wire.send_for(Duration::from_secs(3), requests.as_bytes()).await;
    other.get("/granted/hello").await;
    other.response().await.expect_text("hello");
    drop(wire);
    other.get("/granted/hello").await;
    other.response().await.expect_text("hello");
    let grown = process.peak() - before;
    assert!(grown < 16 << 20, "{grown} bytes more after {sent} bytes of requests");
}
