//! What one request, component or client may take.

use std::time::{Duration, Instant};

use kronos_tests::{Engine, Guests};
use reqwest::Method;

#[tokio::test]
async fn a_large_body_is_refused() {
    let kronos = Guests::start(Engine::Embedded, |options| options.limits.request_body = Some(1 << 20)).await;
    let actor = kronos.anonymous();
    let post = |body: reqwest::Body| actor.request(Method::POST, "/granted/request").body(body);
    let fits = actor.send(post(vec![b'x'; 1 << 20].into())).await.expect(200);
    assert_eq!(fits.body["body_length"], 1 << 20);
    let refused = actor.send(post(vec![b'x'; (1 << 20) + 1].into())).await.expect_problem(413, "payload_too_large");
    let told = "The body of a request may have 1048576 bytes.";
    assert_eq!(
        refused.body,
        serde_json::json!({
            "type": "about:blank", "title": "Payload Too Large", "status": 413, "detail": told, "key": "payload_too_large",
            "message": told, "error": true, "errors": {}, "request_id": refused.header("x-request-id"),
        })
    );
    // Without a length in the head, the body is cut where it grows too large.
    let chunks = futures::stream::iter((0..32).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 64 << 10])));
    actor.send(post(reqwest::Body::wrap_stream(chunks))).await.expect_problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_slow_component_is_answered_for() {
    let kronos =
        Guests::start(Engine::Embedded, |options| options.limits.request_timeout = Some(Duration::from_millis(300)))
            .await;
    let actor = kronos.anonymous();
    let start = Instant::now();
    actor.get("/granted/sleep?ms=60000").await.expect_problem(504, "timeout");
    assert!(start.elapsed() < Duration::from_secs(20));
    actor.get("/granted/hello").await.expect(200);
}

/// One more request than allowed is told to come back, and comes through when there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_requests_at_once_are_told_to_wait() {
    let kronos = Guests::start(Engine::Embedded, |options| {
        options.limits.concurrent_requests = Some(2);
        // One address may have all of them.
        options.limits.connections_per_address = Some(usize::MAX);
    })
    .await;
    let actor = kronos.anonymous();
    let slow: Vec<_> = (0..2)
        .map(|_| {
            let actor = actor.clone();
            tokio::spawn(async move { actor.get("/granted/sleep?ms=1500").await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let refused = actor.get("/granted/hello").await.expect_problem(503, "overloaded");
    assert_eq!(refused.header("retry-after"), "1");
    for request in slow {
        request.await.unwrap().expect(200);
    }
    actor.get("/granted/hello").await.expect(200);
}

#[tokio::test]
async fn an_instance_is_reused_as_often_as_allowed() {
    let served = async |limit: usize| {
        let kronos = Guests::start(Engine::Embedded, |options| {
            options.limits.instance_reuse = Some(limit);
            options.limits.instance_concurrency = Some(1);
        })
        .await;
        let actor = kronos.anonymous();
        let mut counts = Vec::new();
        for _ in 0..6 {
            counts.push(actor.get("/granted/served").await.expect(200).text);
        }
        counts
    };
    assert_eq!(served(1).await, ["1"; 6]);
    assert_eq!(served(3).await, ["1", "2", "3", "1", "2", "3"]);
}

/// A stop waits for requests in progress and takes no new ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_is_graceful() {
    let mut kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let actor = kronos.anonymous();
    let in_flight = {
        let actor = actor.clone();
        tokio::spawn(async move { actor.get("/granted/sleep?ms=1000").await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let address = kronos.host().address();
    let start = Instant::now();
    kronos.host.take().unwrap().stop().await;
    assert!(start.elapsed() >= Duration::from_millis(300), "the stop did not wait");
    assert_eq!(in_flight.await.unwrap().expect(200).text, "slept");
    assert!(std::net::TcpStream::connect(address).is_err(), "the port is still open");
}

/// A stop does not wait for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_has_a_deadline() {
    let mut kronos =
        Guests::start(Engine::Embedded, |options| options.limits.drain = Some(Duration::from_millis(200))).await;
    let actor = kronos.anonymous();
    let request = tokio::spawn(async move { actor.get("/granted/sleep?ms=20000").await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let start = Instant::now();
    kronos.host.take().unwrap().stop().await;
    assert!(start.elapsed() < Duration::from_secs(10));
    let refused = request.await.unwrap().expect_problem(503, "stopping");
    assert_eq!(refused.header("retry-after"), "1");
}
