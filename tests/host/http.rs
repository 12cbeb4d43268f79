//! The HTTP trigger: routes, headers, protocol.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use kronos_tests::{Actor, Engine, Guests, Kronos};
use reqwest::Method;

async fn guests() -> (Kronos, Actor) {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let actor = kronos.anonymous();
    (kronos, actor)
}

/// The headers that the guest saw, as (name, value).
fn headers(answer: &kronos_tests::Answer) -> Vec<(String, String)> {
    serde_json::from_value(answer.body["headers"].clone()).expect("headers")
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
}

#[tokio::test]
async fn routes_prefer_the_exact_over_the_parameter_over_the_wildcard() {
    let (_kronos, actor) = guests().await;
    let exact = actor.get("/items/special/request").await.expect(200);
    assert_eq!(header(&headers(&exact), "spin-matched-route"), ["/items/special/request"]);
    let parameter = actor.get("/items/17/request").await.expect(200);
    assert_eq!(header(&headers(&parameter), "spin-path-match-item"), ["17"]);
    let wildcard = actor.get("/granted/a/b/request?x=1").await.expect(200);
    let seen = headers(&wildcard);
    assert_eq!(header(&seen, "spin-path-info"), ["/a/b/request"]);
    assert_eq!(header(&seen, "spin-component-route"), ["/granted"]);
    assert_eq!(header(&seen, "spin-raw-component-route"), ["/granted/..."]);
    assert_eq!(header(&seen, "spin-base-path"), ["/"]);
    assert!(header(&seen, "spin-full-url")[0].ends_with("/granted/a/b/request?x=1"));
    assert!(header(&seen, "spin-client-addr")[0].starts_with("127.0.0.1:"));
    actor.get("/nowhere").await.expect(404);
    assert_eq!(actor.get("/robots.txt").await.expect(200).text, "User-agent: *");
}

#[tokio::test]
async fn health_and_info_answer_before_any_component() {
    let (_kronos, actor) = guests().await;
    assert_eq!(actor.get("/.well-known/spin/health").await.expect(200).text, "OK");
    assert_eq!(actor.get("/.well-known/spin/info").await.expect(200).body["name"], "guests");
    actor.get("/.well-known/spin/other").await.expect(404);
}

#[tokio::test]
async fn a_private_component_has_no_route() {
    let (_kronos, actor) = guests().await;
    actor.get("/private/hello").await.expect(404);
}

/// A client cannot speak in the host's name.
#[tokio::test]
async fn reserved_headers_of_a_client_are_dropped() {
    let (_kronos, actor) = guests().await;
    let request = actor
        .request(Method::GET, "/granted/request")
        .header("spin-client-addr", "10.0.0.1:1")
        .header("spin-path-info", "/admin")
        .header("x-kronos-user", "root")
        .header("x-harmless", "kept");
    let seen = headers(&actor.send(request).await.expect(200));
    assert_eq!(header(&seen, "spin-path-info"), ["/request"]);
    assert_eq!(header(&seen, "spin-client-addr").len(), 1);
    assert!(header(&seen, "spin-client-addr")[0].starts_with("127.0.0.1:"));
    assert!(header(&seen, "x-kronos-user").is_empty());
    assert_eq!(header(&seen, "x-harmless"), ["kept"]);
}

#[tokio::test]
async fn http_2_without_tls_is_spoken() {
    let (kronos, _) = guests().await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let response = client.get(format!("{}/granted/hello", kronos.url)).send().await.unwrap();
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    assert_eq!(response.text().await.unwrap(), "hello");
}

/// Sends `request` as it is and reads until the server closes or goes quiet.
fn raw(kronos: &Kronos, request: &str) -> String {
    let mut stream = TcpStream::connect(kronos.host().address()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..read]);
        if read == 0 || answer.windows(4).any(|window| window == b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_without_a_host_is_a_bad_request() {
    let (kronos, _) = guests().await;
    let answer = tokio::task::block_in_place(|| raw(&kronos, "GET /granted/hello HTTP/1.1\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let answer = tokio::task::block_in_place(|| raw(&kronos, "GET /granted/hello HTTP/1.1\r\nHost: a b\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

/// Head and small body leave together: a client on a kept-alive connection never waits for a delayed acknowledgement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_and_small_body_arrive_in_one_piece() {
    let (kronos, actor) = guests().await;
    actor.get("/granted/hello").await.expect(200);
    tokio::task::block_in_place(|| {
        let mut stream = TcpStream::connect(kronos.host().address()).unwrap();
        for _ in 0..20 {
            stream.write_all(b"GET /granted/hello HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).unwrap();
            assert!(buffer[..read].ends_with(b"hello"), "{}", String::from_utf8_lossy(&buffer[..read]));
        }
    });
}
