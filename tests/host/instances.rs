//! Bounds on instances and their memory, and what requests notice of those that were given up: nothing.

use std::time::Duration;

use kronos_host::{LimitSettings, workers};
use kronos_tests::{Actor, Answer, Engine, Guests, Kronos};
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_mins(1);

async fn guests(change: impl FnOnce(&mut LimitSettings)) -> (Kronos, Actor) {
    let kronos = Guests::start(Engine::Embedded, |options| {
        options.limits.instance_wait = Some(PATIENCE);
        change(&mut options.limits);
    })
    .await;
    let actor = kronos.anonymous();
    (kronos, actor)
}

async fn all(actor: &Actor, path: &str, count: usize) -> Vec<u16> {
    let mut requests = JoinSet::new();
    for _ in 0..count {
        let (actor, path) = (actor.clone(), path.to_owned());
        requests.spawn(async move { actor.get(&path).await.status });
    }
    requests.join_all().await
}

/// A request whose body stops half way.
async fn stalled(kronos: &Kronos) -> TcpStream {
    let mut stream = TcpStream::connect(kronos.host().address()).await.expect("a connection");
    let request = b"POST /granted/echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf ";
    stream.write_all(request).await.expect("it is sent");
    stream
}

/// Reads until the head of an answer is complete, or the connection ends.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A request whose body does not come delays nobody, neither while it is waited for nor when it has been given up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_requests_delay_nobody() {
    let (kronos, actor) = guests(|limits| limits.request_timeout = Some(Duration::from_secs(3))).await;
    for _ in 0..3 {
        let mut hanging = Vec::new();
        for _ in 0..50 {
            hanging.push(stalled(&kronos).await);
        }
        assert_eq!(all(&actor, "/granted/hello", 20).await, [200; 20], "while they hang");
        for stream in &mut hanging {
            head(stream).await;
        }
        assert_eq!(all(&actor, "/granted/hello", 20).await, [200; 20], "when they have been given up");
        for _ in 0..20 {
            actor.get("/granted/hello").await.expect(200);
        }
    }
}

/// Requests that never end, and whose clients have gone, leave room for others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn abandoned_requests_keep_nobody_waiting() {
    let (_kronos, actor) = guests(|limits| {
        limits.instances = Some(1);
        limits.instance_concurrency = Some(1);
    })
    .await;
    for _ in 0..3 {
        let mut gone = JoinSet::new();
        for _ in 0..2 * workers::count() {
            let request = actor.request(Method::GET, "/granted/sleep?ms=600000").timeout(Duration::from_millis(300));
            gone.spawn(async move { request.send().await.is_err() });
        }
        assert!(gone.join_all().await.into_iter().all(|gone| gone));
        assert_eq!(all(&actor, "/granted/hello", 20).await, [200; 20]);
    }
}

/// With all instances taken, a request waits; then it is told to come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_waits_for_an_instance_and_not_for_ever() {
    let limited = |wait| {
        move |limits: &mut LimitSettings| {
            limits.instances = Some(1);
            limits.instance_concurrency = Some(1);
            limits.instance_wait = Some(wait);
        }
    };
    let (_kronos, actor) = guests(limited(Duration::from_secs(1))).await;
    let mut taken = JoinSet::new();
    // So many that no worker is without one; the rest of them are refused.
    for _ in 0..8 * workers::count() {
        let actor = actor.clone();
        taken.spawn(async move { actor.get("/granted/sleep?ms=600000").await.status });
    }
    let refused = until(&actor, "/granted/hello", |answer| answer.status != 200).await;
    assert_eq!(refused.expect_problem(503, "overloaded").header("retry-after"), "1");
    actor.get("/denied/hello").await.expect(200);
    taken.shutdown().await;
    until(&actor, "/granted/hello", |answer| answer.status == 200).await;

    let (_kronos, actor) = guests(limited(PATIENCE)).await;
    assert_eq!(all(&actor, "/granted/sleep?ms=20", 30).await, [200; 30]);
}

/// A component that waits for another one holds an instance meanwhile: neither those of the other nor its own run out by that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn components_that_call_each_other_never_wait_for_themselves() {
    let (_kronos, actor) = guests(|limits| {
        limits.instances = Some(1);
        limits.instance_concurrency = Some(1);
        limits.total_memory = Some(64 << 20);
    })
    .await;
    let other = "/granted/fetch?url=http://denied.spin.internal/hello";
    assert_eq!(all(&actor, other, 30).await, [200; 30]);
    let itself = "/granted/fetch?url=http://granted.spin.internal/fetch%3Furl=http://granted.spin.internal/hello";
    assert_eq!(all(&actor, itself, 30).await, [200; 30]);
    assert_eq!(actor.get(itself).await.expect(200).text, "200 200 hello");
}

/// What one instance holds of the memory of all is missing to another one until it is returned.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_share_their_memory() {
    let limited = |wait| {
        move |limits: &mut LimitSettings| {
            limits.total_memory = Some(64 << 20);
            limits.instance_memory = Some(64 << 20);
            limits.instance_concurrency = Some(1);
            limits.instance_wait = Some(wait);
        }
    };
    let (_kronos, actor) = guests(limited(Duration::from_secs(2))).await;
    assert_eq!(actor.get("/denied/allocate?blocks=40").await.expect(200).text, "40");
    let held = actor.request(Method::GET, "/granted/hold?blocks=40").send().await.expect("an answer");
    assert_eq!(held.status(), 200);
    let refused = actor.get("/denied/allocate?blocks=40").await.expect_problem(503, "overloaded");
    assert_eq!(refused.header("retry-after"), "1");
    actor.get("/denied/hello").await.expect(200);
    drop(held);
    until(&actor, "/denied/allocate?blocks=40", |answer| answer.status == 200).await;
}

/// Messages are handled in the memory that requests leave.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_share_the_memory_of_requests() {
    let (_kronos, actor) = guests(|limits| {
        limits.total_memory = Some(64 << 20);
        limits.instance_memory = Some(64 << 20);
        limits.instance_idle = Some(PATIENCE);
    })
    .await;
    let held = actor.request(Method::GET, "/denied/hold?blocks=40").send().await.expect("an answer");
    assert_eq!(held.status(), 200);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        actor.get("/granted/redis?url=redis://embedded&command=publish guests one").await.expect(200);
        let seen = actor.get("/granted/key-value?store=default&key=messages").await.expect(200);
        if seen.text.lines().any(|line| line == "one") {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{}", seen.text);
    }
    drop(held);
    until(&actor, "/denied/allocate?blocks=50", |answer| answer.status == 200).await;
}

/// Asks again until the answer is the right one.
async fn until(actor: &Actor, path: &str, right: impl Fn(&Answer) -> bool) -> Answer {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let answer = actor.get(path).await;
        if right(&answer) {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "{}", answer.text);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
