//! Requests while the network to PostgreSQL fails, and after it has come back.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use kronos_test_servers::{Fault, FaultProxy, Way};
use kronos_tests::{Actor, Engine, Kronos, needs};
use serde_json::json;
use uuid::Uuid;

/// Clients at the same time.
const CLIENTS: usize = 24;
/// How long a request may take while the network fails: less than its time limit, so that the component answers, not the host.
const BOUND: Duration = Duration::from_secs(15);
/// How long it may take until every client has its answer, once the network is back.
const BACK: Duration = Duration::from_secs(5);

/// Kronos on a PostgreSQL behind a proxy, and the URL of the same database past it.
pub(super) async fn behind_a_proxy() -> (Kronos, FaultProxy, String) {
    let mut between = None;
    let kronos = Kronos::start_with(Engine::Servers, |options| {
        let direct = options.postgres.clone().unwrap();
        let port = direct.split("127.0.0.1:").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        let proxy = FaultProxy::start(SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap())));
        options.postgres = Some(direct.replace(port, &proxy.address().port().to_string()));
        between = Some((proxy, direct));
    })
    .await;
    let (proxy, direct) = between.unwrap();
    (kronos, proxy, direct)
}

/// Reads or writes once. Says whether it succeeded; a failure is 503 with `Retry-After`, and comes in time.
async fn request(owner: &Actor, writes: bool) -> bool {
    let start = Instant::now();
    let answer = if writes {
        let body = json!({ "id": Uuid::now_v7(), "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
        owner.post(&owner.path("/time-entries"), &body).await
    } else {
        owner.get(&owner.path("/time-entries?limit=1")).await
    };
    assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
    if answer.status == if writes { 201 } else { 200 } {
        return true;
    }
    let answer = answer.expect(503);
    assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{:?}", answer.headers);
    false
}

/// One request of every client, half of them writes; says how many succeeded.
async fn round(owner: &Actor) -> usize {
    let mut requests = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let owner = owner.clone();
        requests.spawn(async move { request(&owner, client % 2 == 0).await });
    }
    requests.join_all().await.into_iter().filter(|success| *success).count()
}

async fn success_returns_with_the_network(fault: impl AsyncFn(&FaultProxy)) {
    let (kronos, proxy, _) = behind_a_proxy().await;
    let owner = kronos.owner().await;
    assert_eq!(round(&owner).await, CLIENTS);
    fault(&proxy).await;
    // Those of the first round meet the fault, those of the second what it left.
    for _ in 0..2 {
        round(&owner).await;
    }
    proxy.set(Fault::None);
    let back = Instant::now();
    while round(&owner).await < CLIENTS {
        assert!(back.elapsed() < BACK, "no success");
    }
}

macro_rules! faults {
    ($($name:ident: $fault:expr;)*) => {$(
        #[needs(postgres, redis)]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            success_returns_with_the_network($fault).await;
        }
    )*};
}

faults! {
    total_silence: async |proxy: &FaultProxy| proxy.set(Fault::TotalSilence);
    silence_to_the_server: async |proxy: &FaultProxy| proxy.set(Fault::Silence(Way::ToServer));
    silence_from_the_server: async |proxy: &FaultProxy| proxy.set(Fault::Silence(Way::ToClient));
    a_firewall_that_forgets: async |proxy: &FaultProxy| proxy.forget();
    a_cut: async |proxy: &FaultProxy| proxy.cut();
    nobody_accepts: async |proxy: &FaultProxy| {
        proxy.cut();
        proxy.set(Fault::NoAccept);
    };
    half_closed_to_the_server: async |proxy: &FaultProxy| proxy.set(Fault::HalfClose(Way::ToServer));
    half_closed_from_the_server: async |proxy: &FaultProxy| proxy.set(Fault::HalfClose(Way::ToClient));
    a_reset: async |proxy: &FaultProxy| proxy.set(Fault::Reset(Way::ToClient, 1000));
    a_delay: async |proxy: &FaultProxy| proxy.set(Fault::Delay(Duration::from_millis(100)));
}
