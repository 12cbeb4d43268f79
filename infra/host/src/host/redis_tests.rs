//! Redis triggers of a host in the process, with the embedded server and a real one.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{
    DOORBELL,
    tests::{Site, body},
};

impl Site {
    fn publish(&self, message: &'static str) {
        self.host.ticker.services.embedded_redis.publish(DOORBELL, Bytes::from_static(message.as_bytes()));
    }

    async fn key(&self, key: &str) -> String {
        body(&self.get(&format!("/guest/redis?{key}")).await).to_owned()
    }

    async fn wait_for(&self, key: &str, expected: &str) {
        let start = Instant::now();
        loop {
            let value = self.key(key).await;
            if value == expected {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(15), "{key} is {value:?}, not {expected:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_calls_the_component() {
    let Some(site) = Site::with(|_| ()).await else { return };
    site.publish("a");
    site.wait_for("last", "a").await;
    site.wait_for("count", "1").await;
    site.publish("trap");
    site.publish("b");
    site.wait_for("last", "b").await;
    site.host.tick().await;
    site.wait_for("last", "").await;
    assert!(site.host.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_messages_that_wait_are_one_and_a_stop_waits_for_the_handler() {
    let Some(site) = Site::with(|_| ()).await else { return };
    site.publish("wait");
    site.wait_for("count", "1").await;
    for _ in 0..5 {
        site.publish("b");
    }
    site.wait_for("last", "b").await;
    assert_eq!(site.key("count").await, "2");
    site.publish("wait");
    site.wait_for("count", "3").await;
    let redis = site.host.ticker.services.clone();
    assert!(site.host.stop().await, "the handler finished");
    drop(redis);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_spin_exact_every_message_is_handled() {
    let Some(site) = Site::with(|options| options.spin_exact = true).await else { return };
    site.publish("wait");
    for _ in 0..5 {
        site.publish("b");
    }
    site.wait_for("count", "6").await;
    site.host.stop().await;
}

struct Server(Child, u16);

impl Server {
    fn start(port: u16) -> Option<Self> {
        let child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn();
        match child {
            Ok(child) => Some(Self(child, port)),
            Err(error) => {
                eprintln!("skipped: redis-server: {error}");
                None
            }
        }
    }

    /// Publishes once somebody listens.
    async fn publish(&self, message: &str) {
        let start = Instant::now();
        loop {
            let heard = async {
                let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.1))?;
                let mut connection = client.get_multiplexed_async_connection().await?;
                redis::cmd("PUBLISH").arg(DOORBELL).arg(message).query_async::<usize>(&mut connection).await
            };
            if matches!(heard.await, Ok(1..)) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(15), "nobody listens");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_redis_is_survived() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    let Some(server) = Server::start(port) else { return };
    let site = Site::with(|options| options.redis = Some(format!("redis://127.0.0.1:{port}"))).await;
    let Some(site) = site else { return };
    server.publish("a").await;
    site.wait_for("last", "a").await;

    drop(server);
    site.host.tick().await;
    site.wait_for("last", "").await;

    let Some(server) = Server::start(port) else { return };
    server.publish("b").await;
    site.wait_for("last", "b").await;
    let count: u32 = site.key("count").await.parse().expect("a number");
    assert!(count >= 5, "the subscriptions rang when they began: {count}");
    site.host.stop().await;
}
