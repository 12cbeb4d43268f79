//! What components get of Redis and of HTTP servers while the network to them fails, and after it has come back.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use kronos_test_servers::{Fault, FaultProxy, Way, needs, redis};
use kronos_tests::{Actor, Engine, Guests, Kronos};
use reqwest::{Method, Url};

/// Requests at the same time.
const CLIENTS: usize = 24;
/// How long a request may take while the network fails.
const BOUND: Duration = Duration::from_secs(25);
/// How long it may take until every request succeeds, once the network is back.
const BACK: Duration = Duration::from_secs(5);

/// What goes wrong.
type Cause = Box<dyn Fn(&FaultProxy)>;

/// What a request that fails is answered with.
#[derive(Clone, Copy)]
struct Failures {
    /// Where nothing comes.
    silent: u16,
    /// Where the connection breaks.
    broken: u16,
}

/// A component that asks a server, which is behind a proxy.
struct Behind {
    actor: Actor,
    proxy: FaultProxy,
    action: &'static str,
    failures: Failures,
    arguments: Vec<(&'static str, String)>,
    _kronos: Kronos,
}

impl Behind {
    async fn start(
        action: &'static str,
        failures: Failures,
        limit: Duration,
        url: &str,
        arguments: &[(&'static str, &str)],
    ) -> Self {
        let mut url = Url::parse(url).unwrap();
        let server = SocketAddr::from(([127, 0, 0, 1], url.port().unwrap()));
        let proxy = FaultProxy::start(server);
        url.set_port(Some(proxy.address().port())).unwrap();
        let origin = format!("{}://127.0.0.1:{}", url.scheme(), proxy.address().port());
        let kronos = Guests::start(Engine::Embedded, |options| {
            options.variables = vec![("upstream".into(), origin)];
            options.limits.request_timeout = Some(limit);
        })
        .await;
        let mut arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        arguments.push(("url", url.into()));
        Self { actor: kronos.anonymous(), proxy, action, failures, arguments, _kronos: kronos }
    }

    /// One request of every client; says how many succeeded. Failures come in time too, and with this status.
    async fn round(&self, failure: u16) -> usize {
        let request = async || {
            let start = Instant::now();
            let path = format!("/granted/{}", self.action);
            let answer = self.actor.send(self.actor.request(Method::GET, &path).query(&self.arguments)).await;
            assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
            let success = answer.status == 200;
            assert!(success || answer.status == failure, "{} instead of {failure}: {}", answer.status, answer.text);
            success
        };
        let all = futures::future::join_all((0..CLIENTS).map(|_| request())).await;
        all.into_iter().filter(|success| *success).count()
    }

    async fn success_returns_with_the_network(&self) {
        let forgets = |proxy: &FaultProxy| proxy.forget();
        let cuts = |proxy: &FaultProxy| proxy.cut();
        let sets = |fault: Fault| move |proxy: &FaultProxy| proxy.set(fault);
        let Failures { silent, broken } = self.failures;
        let faults: [(&str, Cause, u16); 8] = [
            ("total silence", Box::new(sets(Fault::TotalSilence)), silent),
            ("silence to the server", Box::new(sets(Fault::Silence(Way::ToServer))), silent),
            ("silence from the server", Box::new(sets(Fault::Silence(Way::ToClient))), silent),
            ("a firewall that forgets", Box::new(forgets), silent),
            ("a cut", Box::new(cuts), broken),
            ("half closed to the server", Box::new(sets(Fault::HalfClose(Way::ToServer))), broken),
            ("half closed from the server", Box::new(sets(Fault::HalfClose(Way::ToClient))), broken),
            ("a reset", Box::new(sets(Fault::Reset(Way::ToClient, 50))), broken),
        ];
        assert_eq!(self.round(broken).await, CLIENTS);
        for (name, fault, failure) in faults {
            fault(&self.proxy);
            // Those of the first round meet the fault, those of the second what it left.
            for _ in 0..2 {
                self.round(failure).await;
            }
            self.proxy.set(Fault::None);
            let back = Instant::now();
            while self.round(failure).await < CLIENTS {
                assert!(back.elapsed() < BACK, "{name}: no success");
            }
        }
    }
}

#[needs(redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_succeeds_again() {
    let server = redis();
    // More than it may take: the component answers, not the host.
    let failures = Failures { silent: 502, broken: 502 };
    let behind = Behind::start("redis", failures, Duration::from_secs(30), &server.url(), &[("command", "PING")]).await;
    behind.success_returns_with_the_network().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_succeeds_again() {
    let upstream = Guests::start(Engine::Embedded, |_| ()).await;
    // How long an HTTP server may take to answer is for the component to say: it says nothing, so the host's limit ends it.
    let failures = Failures { silent: 504, broken: 502 };
    let url = format!("{}/granted/hello", upstream.url);
    let behind = Behind::start("fetch", failures, Duration::from_secs(8), &url, &[]).await;
    behind.success_returns_with_the_network().await;
}
