//! What was acknowledged is there once and whole, whatever the network to PostgreSQL did meanwhile.
//!
//! `KRONOS_TEST_FAULTS` says how many faults (200), `KRONOS_TEST_SEED` repeats those of a run that failed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use kronos_test_servers::{Fault, FaultProxy, Way};
use kronos_tests::{Actor, needs};
use serde_json::json;
use uuid::Uuid;

use super::postgres::behind_a_proxy;

const CLIENTS: usize = 8;
const FAULTS: u64 = 200;
/// How long a request may take while the network fails.
const BOUND: Duration = Duration::from_secs(30);

/// `SplitMix64`: the same faults for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn way(&mut self) -> Way {
        if self.below(2) == 0 { Way::ToServer } else { Way::ToClient }
    }
}

/// What a client was told of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Created,
    Refused,
    Nothing,
}

struct Line {
    id: Uuid,
    description: String,
    told: Told,
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

async fn cause(proxy: &FaultProxy, random: &mut Random) {
    let short = Duration::from_millis(random.below(60));
    match random.below(100) {
        0..30 => proxy.cut(),
        30..65 => {
            proxy.set(Fault::Reset(random.way(), random.below(2000)));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        65..75 => proxy.forget(),
        75..80 => proxy.set(Fault::HalfClose(random.way())),
        80..85 => proxy.set(Fault::Delay(short)),
        85..90 => proxy.set(Fault::NoAccept),
        90..98 => proxy.set(Fault::Silence(random.way())),
        _ => {
            // Longer than the host waits before it asks.
            proxy.set(Fault::TotalSilence);
            tokio::time::sleep(Duration::from_millis(1500)).await;
        }
    }
    tokio::time::sleep(short).await;
    proxy.set(Fault::None);
    tokio::time::sleep(Duration::from_millis(50 + random.below(100))).await;
}

/// Writes until told to end. Every tenth entry ends before it begins.
async fn write(owner: Actor, ended: Arc<AtomicBool>) -> Vec<Line> {
    let mut lines = Vec::new();
    while !ended.load(Relaxed) {
        let id = Uuid::now_v7();
        let description = format!("entry {id}");
        let end = if lines.len() % 10 == 9 { "2026-03-04T08:00:00Z" } else { "2026-03-04T10:00:00Z" };
        let body = json!({ "id": id, "start": "2026-03-04T09:00:00Z", "end": end, "description": description });
        let start = Instant::now();
        let answer = owner.post(&owner.path("/time-entries"), &body).await;
        assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
        let told = match answer.status {
            201 => Told::Created,
            422 => Told::Refused,
            503 => {
                assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{:?}", answer.headers);
                Told::Nothing
            }
            504 => Told::Nothing,
            status => panic!("{status}: {}", answer.text),
        };
        lines.push(Line { id, description, told });
    }
    lines
}

#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_or_doubled() {
    let seed = from_environment("KRONOS_TEST_SEED").unwrap_or_else(|| Uuid::now_v7().as_u64_pair().1);
    println!("KRONOS_TEST_SEED={seed}");
    let mut random = Random(seed);
    let (kronos, proxy, direct) = behind_a_proxy().await;
    let owner = kronos.owner().await;
    let ended = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(write(owner.clone(), Arc::clone(&ended)))).collect();
    for _ in 0..from_environment("KRONOS_TEST_FAULTS").unwrap_or(FAULTS) {
        cause(&proxy, &mut random).await;
    }
    let back = Instant::now();
    while owner.get(&owner.path("/time-entries?limit=1")).await.status != 200 {
        assert!(back.elapsed() < Duration::from_secs(5), "no success after the network's return");
    }
    ended.store(true, Relaxed);
    let mut lines = Vec::new();
    for client in clients {
        lines.extend(client.await.unwrap());
    }

    let (ledger, connection) = tokio_postgres::connect(&direct, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = "SELECT (SELECT count(*) FROM time_entries WHERE id = $1::text::uuid AND description = $2), \
               (SELECT count(*) FROM recorded_events WHERE subject = $1::text::uuid AND topic = 'time_entry.created'), \
               (SELECT count(*) FROM recorded_events WHERE subject = $1::text::uuid), (SELECT count(*) FROM time_entries WHERE id = $1::text::uuid)";
    let sql = ledger.prepare(sql).await.unwrap();
    for line in &lines {
        let row = ledger.query_one(&sql, &[&line.id.to_string(), &line.description]).await.unwrap();
        let found: [i64; 4] = std::array::from_fn(|column| row.get(column));
        let expected = match line.told {
            Told::Created => [1; 4],
            Told::Refused => [0; 4],
            // All or nothing.
            Told::Nothing => [found[0]; 4],
        };
        assert_eq!(found, expected, "{}: {:?}", line.id, line.told);
    }
    let count = |told| lines.iter().filter(|line| line.told == told).count();
    println!(
        "{} acknowledged, {} refused, {} unknown",
        count(Told::Created),
        count(Told::Refused),
        count(Told::Nothing)
    );
    assert!(count(Told::Created) > 0 && count(Told::Refused) > 0);
}
