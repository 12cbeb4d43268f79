//! Components that fail, and what their neighbours notice of it: nothing.

use std::time::Duration;

use kronos_tests::{Actor, Engine, Guests, Kronos};

async fn guests() -> (Kronos, Actor) {
    let kronos = Guests::start(Engine::Embedded, |options| {
        options.limits.cpu_deadline = Some(Duration::from_millis(300));
        options.limits.instance_memory = Some(32 << 20);
    })
    .await;
    let actor = kronos.anonymous();
    (kronos, actor)
}

/// Asks `actor` for `path` while a neighbour is asked all the time; every answer of the neighbour has to be right.
async fn neighbour_is_undisturbed(actor: &Actor, path: &str) {
    let neighbour = {
        let actor = actor.clone();
        tokio::spawn(async move {
            for _ in 0..50 {
                assert_eq!(actor.get("/denied/hello").await.expect(200).text, "hello");
            }
        })
    };
    let failed = actor.get(path).await.expect_problem(500, "internal_error");
    assert_eq!(failed.body["request_id"], failed.header("x-request-id"), "{}", failed.text);
    assert!(!failed.header("x-request-id").is_empty());
    for leak in ["wasm", "panicked", ".rs", "trap"] {
        assert!(!failed.text.contains(leak), "{}", failed.text);
    }
    neighbour.await.expect("the neighbour");
    assert_eq!(actor.get("/granted/hello").await.expect(200).text, "hello");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trap_disturbs_nobody() {
    let (_kronos, actor) = guests().await;
    neighbour_is_undisturbed(&actor, "/granted/trap").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_spins_forever_is_stopped() {
    let (_kronos, actor) = guests().await;
    neighbour_is_undisturbed(&actor, "/granted/loop").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_allocates_without_bound_is_stopped() {
    let (_kronos, actor) = guests().await;
    neighbour_is_undisturbed(&actor, "/granted/allocate").await;
}

/// Many traps at once leave the host as it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_traps_leave_nothing_behind() {
    let (_kronos, actor) = guests().await;
    for _ in 0..5 {
        let mut requests = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let actor = actor.clone();
            requests.spawn(async move { actor.get("/granted/trap").await.status });
        }
        assert!(requests.join_all().await.into_iter().all(|status| status == 500));
    }
    assert_eq!(actor.get("/granted/hello").await.expect(200).text, "hello");
}

/// A client that goes away in the middle of its request disturbs nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_may_go_away() {
    let (_kronos, actor) = guests().await;
    for _ in 0..20 {
        let request = actor.request(reqwest::Method::GET, "/granted/sleep?ms=5000");
        let gone = request.timeout(Duration::from_millis(20)).send().await;
        assert!(gone.is_err());
    }
    assert_eq!(actor.get("/granted/hello").await.expect(200).text, "hello");
}
