//! What holds for every path: what is not there, what cannot be read, and what is said of it.

use std::time::Duration;

use kronos_tests::{Answer, Kronos, on_both_engines};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Sends all of `request` before it reads anything, and returns what comes until the server has nothing more to say.
async fn exchange(kronos: &Kronos, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(kronos.host().address()).await.unwrap();
    stream.write_all(request).await.expect("the server reads on");
    let mut answer = Vec::new();
    let reading = async { while !is_complete(&answer) && stream.read_buf(&mut answer).await.expect("no reset") > 0 {} };
    tokio::time::timeout(Duration::from_secs(20), reading).await.expect("an answer");
    String::from_utf8(answer).unwrap()
}

/// Whether this is a response with its body.
fn is_complete(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(usize::MAX)
}

/// The status, the head and the body of a response.
fn parts(answer: &str) -> (u16, &str, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").expect(answer);
    (head[9..12].parse().expect(answer), head, serde_json::from_str(body).unwrap_or_default())
}

/// Fails unless the answer has an id that its body names too, and the fields that keep browsers safe.
fn is_ours(answer: &Answer) {
    let id = answer.header("x-request-id");
    assert!(!id.is_empty() && (answer.text.is_empty() || answer.body["request_id"] == id), "{}", answer.text);
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(answer.header("cache-control"), "no-store");
}

on_both_engines! {
    /// Where nothing is, a problem document says so, to everybody and by every method.
    async fn unknown_routes(kronos: Kronos) {
        let (owner, nobody) = (kronos.owner().await, kronos.anonymous());
        for path in ["/", "/nowhere", "/index.html", "/api", "/api/v1/nothing", "/api/v2/users/me", "/auth", "/auth/nothing", "/wp-login.php?a=b"] {
            for actor in [&owner, &nobody] {
                for method in [Method::GET, Method::POST, Method::DELETE] {
                    let answer = actor.send(actor.request(method, path)).await.expect_problem(404, "not_found");
                    is_ours(&answer);
                }
                let answer = actor.send(actor.request(Method::HEAD, path)).await.expect(404);
                is_ours(&answer);
                assert_eq!(answer.text, "");
            }
        }
        let answer = nobody.get("/nowhere//else").await.expect_problem(400, "ambiguous_path");
        is_ours(&answer);
    }

    /// A coded body is not decoded, and not taken for JSON either; `identity` is no coding.
    async fn coded_bodies(kronos: Kronos) {
        let owner = kronos.owner().await;
        let entry = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
        let post = |coding: &str| owner.request(Method::POST, &owner.path("/time-entries")).header("content-encoding", coding).json(&entry);
        for coding in ["gzip", "br", "identity, gzip", "x-unknown"] {
            let answer = owner.send(post(coding)).await.expect_problem(415, "unsupported_content_encoding");
            assert_eq!(answer.header("accept-encoding"), "identity");
        }
        owner.send(post("identity")).await.expect(201);
    }

    /// A client that sends all of a body that is too large before it reads gets the answer, whether it said how much would come or not.
    async fn a_body_that_is_too_large(kronos: Kronos) {
        let token = kronos.owner().await.token.unwrap();
        let head = format!("POST /auth/session HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n");
        let body = vec![b' '; 3 << 20];
        let announced = [format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat();
        let chunked = [format!("{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
        for request in [announced, chunked] {
            let answer = exchange(&kronos, &request).await;
            let (status, _, problem) = parts(&answer);
            assert_eq!((status, &problem["key"]), (413, &json!("body_too_large")), "{answer}");
        }
    }

    /// Transfer codings other than `chunked` are not understood (RFC 9112, section 6.1).
    async fn unknown_transfer_codings(kronos: Kronos) {
        for coding in ["gzip, chunked", "gzip", "x-unknown"] {
            let request = format!("POST /auth/session HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: {coding}\r\nconnection: close\r\n\r\n0\r\n\r\n");
            let answer = exchange(&kronos, request.as_bytes()).await;
            let (status, head, problem) = parts(&answer);
            // Without `chunked` at the end nobody knows where the body ends, which the server refuses first (section 6.3).
            if coding.ends_with("chunked") {
                assert_eq!((status, &problem["key"]), (501, &json!("unknown_transfer_coding")), "{answer}");
                assert!(head.contains("x-request-id: "), "{answer}");
            } else {
                assert_eq!(status, 400, "{answer}");
            }
        }
    }

    /// A client may send a hundred fields, whatever the host adds, and no more.
    async fn a_hundred_fields(kronos: Kronos) {
        let token = kronos.owner().await.token.unwrap();
        let head = |fields: usize| {
            // Two others are there already.
            let more: Vec<_> = (2..fields).map(|number| format!("x-field-{number}: 1\r\n")).collect();
            let more = more.concat();
            format!("GET /api/v1/users/me HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{more}\r\n")
        };
        for (fields, expected) in [(99, 200), (100, 200), (101, 431)] {
            let answer = exchange(&kronos, head(fields).as_bytes()).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{fields}: {answer}");
        }
    }

    /// A refusal names the field that is at fault.
    async fn a_repeated_field_is_named(kronos: Kronos) {
        let nobody = kronos.anonymous();
        let twice = nobody.request(Method::GET, "/api/v1/users/me").header("origin", "a").header("origin", "b");
        let answer = nobody.send(twice).await.expect_problem(400, "malformed_header");
        assert_eq!(answer.string("/detail"), "The header field `origin` came more than once.");
    }

    /// A store that lacks what this version needs is the operator's matter, who is told what to run.
    async fn a_store_that_is_not_migrated(kronos: Kronos) {
        let owner = kronos.owner().await;
        kronos.sql("ALTER TABLE time_entries RENAME TO elsewhere").await;
        let answer = owner.get(&owner.path("/time-entries")).await.expect_problem(503, "store_not_migrated");
        assert!(answer.string("/detail").contains("kronos migrate"), "{}", answer.text);
        assert!(!answer.text.contains("time_entries"), "{}", answer.text);
    }

    /// No list in a metadata document is empty (RFC 8414, section 3.2), and what is required is there.
    async fn metadata_has_no_empty_lists(kronos: Kronos) {
        for document in ["openid-configuration", "oauth-authorization-server", "oauth-protected-resource"] {
            let answer = kronos.anonymous().get(&format!("/.well-known/{document}")).await.expect(StatusCode::OK.as_u16());
            for (name, value) in answer.body.as_object().unwrap() {
                assert!(value.as_array().is_none_or(|list| !list.is_empty()), "{document}: {name}");
            }
            if document != "oauth-protected-resource" {
                assert_eq!(answer.body["response_types_supported"], json!(["none"]), "{document}");
            }
        }
    }
}
