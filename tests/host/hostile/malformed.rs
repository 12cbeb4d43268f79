//! What is not a request. RFC 9112, sections 2.2, 3, 5.1, 5.2, 6.1 and 6.3.

use kronos_tests::{Engine, Guests};

use super::wire::Wire;

/// What is sent, and the status that it gets.
fn requests() -> Vec<(&'static str, String, u16)> {
    let get = |fields: &str| format!("GET /granted/hello HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
    let post = |fields: &str| format!("POST /granted/echo HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
    let fields = |count: usize| (1..count).map(|field| format!("x-{field}: 1\r\n")).collect::<Vec<_>>().concat();
    vec![
        ("a space before the colon", get("x-a : 1\r\n"), 400),
        ("a folded line", get("x-a: 1\r\n 2\r\n"), 400),
        ("a field without a name", get(": 1\r\n"), 400),
        ("a line without a colon", get("x-a\r\n"), 400),
        ("a control character", get("x-a: \x01\r\n"), 400),
        ("two lengths", post("Content-Length: 1\r\nContent-Length: 2\r\n"), 400),
        ("a list of lengths", post("Content-Length: 1, 1\r\n"), 400),
        ("a signed length", post("Content-Length: +1\r\n"), 400),
        ("a length of many digits", post("Content-Length: 99999999999999999999\r\n"), 400),
        ("a coding that is not chunked at last", post("Transfer-Encoding: gzip\r\n"), 400),
        ("chunked before another coding", post("Transfer-Encoding: chunked, gzip\r\n"), 400),
        ("a coding below chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 501),
        ("a coding in a field of its own", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 501),
        ("a coding in HTTP/1.0", post("Transfer-Encoding: chunked\r\n").replacen("1.1", "1.0", 1), 400),
        ("a chunk without a size", post("Transfer-Encoding: chunked\r\n") + "x\r\n", 400),
        ("a chunk that is too long", post("Transfer-Encoding: chunked\r\n") + "fffffffffffffffff\r\n", 400),
        ("no method", " / HTTP/1.1\r\n\r\n".into(), 400),
        ("a method that is no token", get("").replacen("GET", "G@T", 1), 400),
        ("a version that is not one", get("").replacen("HTTP/1.1", "HTTP/x", 1), 400),
        ("two spaces", get("").replacen(' ', "  ", 1), 400),
        ("no host", "GET /granted/hello HTTP/1.1\r\n\r\n".into(), 400),
        ("two hosts", get("Host: localhost\r\n"), 400),
        ("a host that is not one", get("").replacen("localhost", "a b", 1), 400),
        ("the host of a component", get("").replacen("localhost", "private.spin.internal", 1), 421),
        (
            "the target of a component",
            get("").replacen("/granted", "http://private.spin.internal", 1).replacen(
                "localhost",
                "private.spin.internal",
                1,
            ),
            421,
        ),
        ("an authority as target", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n".into(), 400),
        ("an asterisk as target", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), 400),
        ("101 fields", get(&fields(101)), 431),
        ("70 KiB of fields", get(&format!("x-a: {}\r\n", "a".repeat(70 << 10))), 431),
        ("fields without end", get("").trim_end().to_owned() + "\r\nx-a: " + &"a".repeat(1 << 20), 431),
        ("a target of 70 KiB", get("").replacen("hello", &"a".repeat(70 << 10), 1), 414),
        ("a line without end", "GET /".to_owned() + &"a".repeat(1 << 20), 414),
    ]
}

/// The client learns the status although it goes on sending.
#[tokio::test]
async fn the_client_learns_what_is_wrong() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let address = kronos.host().address();
    for (name, request, status) in requests() {
        let mut wire = Wire::open(address).await;
        // A host that reads no more leaves these in the system's hands.
        let _refused = wire.try_send(request + &"x".repeat(300_000)).await;
        let _refused = wire.finish().await;
        let answer = wire.end().await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {answer}");
    }
    kronos.anonymous().get("/granted/hello").await.expect(200);
}

/// What the host itself says is a problem document, like all of its answers.
#[tokio::test]
async fn refusals_of_the_host_say_why() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.request_body = Some(1000)).await;
    let address = kronos.host().address();
    let post = |fields: &str| format!("POST /granted/echo HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
    for (request, status, key) in [
        (post("Transfer-Encoding: gzip, chunked\r\n"), 501, "unknown_transfer_coding"),
        (post("Transfer-Encoding: chunked\r\n") + "x\r\n", 400, "invalid_body"),
        (post("Content-Length: 1001\r\n"), 413, "payload_too_large"),
        (post("Content-Length: 1001\r\nExpect: 100-continue\r\n"), 413, "payload_too_large"),
        (post("").replacen("localhost", "a.spin.internal", 1), 421, "internal_host"),
        (post("").replacen("/granted/echo", "*", 1), 400, "invalid_target"),
        (post("").replacen("echo", &"a".repeat(20 << 10), 1), 414, "target_too_long"),
    ] {
        let mut wire = Wire::open(address).await;
        wire.send(request).await;
        wire.response().await.expect_problem(status, key);
    }
}

/// A client that hangs up in the middle of a body is told so, as far as it listens.
#[tokio::test]
async fn half_a_body_is_a_bad_request() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let address = kronos.host().address();
    for (length, sent) in [(1000, 500), (100_000, 90_000)] {
        let mut wire = Wire::open(address).await;
        wire.send(format!("POST /granted/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n")).await;
        wire.send(vec![b'x'; sent]).await;
        wire.finish().await;
        assert!(wire.end().await.starts_with(b"HTTP/1.1 400 "), "{sent} of {length}");
    }
}

/// Bytes that are not UTF-8 are allowed in a field's value (RFC 9110, section 5.5).
#[tokio::test]
async fn values_of_fields_are_bytes() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let mut wire = Wire::open(kronos.host().address()).await;
    wire.send(b"GET /granted/headers HTTP/1.1\r\nHost: localhost\r\nx-name: \xfcber\r\n\r\n").await;
    let response = wire.response().await;
    assert_eq!(response.status, 200);
    assert!(String::from_utf8_lossy(&response.body).contains("x-name: \u{fffd}ber\n"), "{response:?}");
}
