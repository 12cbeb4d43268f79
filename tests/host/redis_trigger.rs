//! The Redis trigger, embedded and real.

use std::time::Duration;

use kronos_tests::{Actor, Engine, Guests, Kronos, needs};

async fn publish(actor: &Actor, kronos: &Kronos, message: &str) {
    let url = kronos.options.redis.clone().unwrap_or_else(|| "redis://embedded".into());
    let command = format!("PUBLISH guests {message}");
    actor
        .send(actor.request(reqwest::Method::GET, "/granted/redis").query(&[("url", url), ("command", command)]))
        .await
        .expect(200);
}

async fn messages(actor: &Actor, count: usize) -> Vec<String> {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(15);
    loop {
        let seen = actor.get("/granted/key-value?store=default&key=messages").await.expect(200).text;
        let seen: Vec<String> = seen.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect();
        if seen.len() >= count {
            return seen;
        }
        assert!(tokio::time::Instant::now() < deadline, "only {seen:?} arrived");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn arrive_in_order_and_survive_a_trap(engine: Engine) {
    let kronos = Guests::start(engine, |_| ()).await;
    let actor = kronos.anonymous();
    // Redis forgets what is published before the trigger has subscribed.
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while messages(&actor, 0).await.is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "the trigger never subscribed");
        publish(&actor, &kronos, "warm").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for message in ["one", "two", "trap", "three"] {
        publish(&actor, &kronos, message).await;
    }
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        let mut seen = messages(&actor, 1).await;
        seen.retain(|message| message != "warm");
        if seen == ["one", "two", "three"] {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{seen:?} arrived");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_arrive_in_order_and_a_trap_ends_nothing_embedded() {
    arrive_in_order_and_survive_a_trap(Engine::Embedded).await;
}

#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_arrive_in_order_and_a_trap_ends_nothing_on_a_server() {
    arrive_in_order_and_survive_a_trap(Engine::Servers).await;
}
