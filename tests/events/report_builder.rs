//! From a change to the read model: the outbox is the truth, the doorbell only saves time.

use std::time::Duration;

use kronos_tests::{Actor, Engine, Kronos, needs, on_both_engines};
use serde_json::json;

const MARCH: &str = "start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z&time_zone=UTC";

/// Position of the first event of an entry; people have events before.
const FIRST: &str = "SELECT min(position) FROM outbox WHERE aggregate = 'time_entry'";

async fn create_hour(actor: &Actor) -> String {
    let body = json!({ "start": "2026-03-04T08:00:00Z", "end": "2026-03-04T09:00:00Z" });
    let created = actor.post(&actor.path("/time-entries"), &body).await.expect(201);
    actor.path(&format!("/time-entries/{}", created.string("/data/id")))
}

/// Ends the hour at `minute`, beside the application: the trigger writes the event, and nobody rings.
async fn change_silently(kronos: &Kronos, minute: i64) {
    let micros = minute * 60_000_000;
    kronos.sql(&format!("UPDATE time_entries SET end_at = start_at + {micros}, version = version + 1")).await;
}

async fn seconds(actor: &Actor) -> i64 {
    let path = format!("{}?group=day&{MARCH}", actor.path("/reports/summary"));
    actor.get(&path).await.expect(200).body["data"]["seconds"].as_i64().unwrap()
}

on_both_engines! {
    /// Doorbells without news, many and at once, change nothing.
    async fn doubled_doorbells_change_nothing(kronos: Kronos) {
        let owner = kronos.owner().await;
        for _ in 0..5 {
            create_hour(&owner).await;
        }
        for _ in 0..50 {
            kronos.host().tick().await;
        }
        kronos.report_shows(&owner, MARCH, 5 * 3600).await;
        for _ in 0..50 {
            kronos.host().tick().await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(seconds(&owner).await, 5 * 3600);
        assert_eq!(kronos.number("SELECT count(*) FROM report_entries").await, 5);
    }

    /// Many changes of one entry arrive in order: the last one stands.
    async fn changes_of_an_entry_arrive_in_order(kronos: Kronos) {
        let owner = kronos.owner().await;
        let entry = create_hour(&owner).await;
        for minute in 1..=30 {
            owner.patch(&entry, &json!({ "end": format!("2026-03-04T08:{minute:02}:00Z") })).await.expect(200);
        }
        kronos.report_shows(&owner, MARCH, 30 * 60).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(seconds(&owner).await, 30 * 60);
    }

    /// A hundred writers at once: every event is applied, none twice.
    async fn parallel_writers_lose_nothing(kronos: Kronos) {
        let owner = kronos.owner().await;
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let owner = owner.clone();
            writers.spawn(async move { create_hour(&owner).await });
        }
        writers.join_all().await;
        kronos.report_shows(&owner, MARCH, 100 * 3600).await;
        assert_eq!(kronos.number("SELECT count(*) FROM outbox WHERE aggregate = 'time_entry'").await, 100);
        assert_eq!(kronos.number("SELECT max(position) - count(*) FROM outbox").await, 0, "positions have no gaps");
        assert_eq!(kronos.number("SELECT count(*) FROM report_entries").await, 100);
    }

    /// Writing goes on while events cannot be applied, and the report catches up after a restart.
    async fn a_restart_catches_up(kronos: Kronos) {
        let mut kronos = kronos;
        let owner = kronos.owner().await;
        create_hour(&owner).await;
        kronos.report_shows(&owner, MARCH, 3600).await;
        change_silently(&kronos, 45).await;
        kronos.restart().await;
        let owner = kronos.owner().await;
        kronos.host().tick().await;
        kronos.report_shows(&owner, MARCH, 45 * 60).await;
    }

    /// Every change is in the audit trail with who did it and what changed, in the order in which it happened.
    async fn the_audit_trail_knows_every_change(kronos: Kronos) {
        let owner = kronos.owner().await;
        let entry = create_hour(&owner).await;
        owner.patch(&entry, &json!({ "description": "why" })).await.expect(200);
        owner.delete(&entry).await.expect(204);
        let user = format!("SELECT user_id FROM members WHERE id = '{}'", owner.member);
        // What is in the report has its place in the trail, and so has all that was before.
        create_hour(&owner).await;
        kronos.report_shows(&owner, MARCH, 3600).await;
        let actors = format!("SELECT count(*) FROM audit_trail WHERE actor = ({user}) AND aggregate = 'time_entry'");
        assert_eq!(kronos.number(&actors).await, 4);
        for (position, action) in ["created", "updated", "deleted", "created"].iter().enumerate() {
            let query = format!(
                "SELECT count(*) FROM audit_trail WHERE action = 'time_entry.{action}' AND position = {position} + ({FIRST})"
            );
            assert_eq!(kronos.number(&query).await, 1, "{action}");
        }
        let changes = kronos.text("SELECT CAST(changes AS text) FROM audit_trail WHERE action = 'time_entry.updated'").await;
        let changes: serde_json::Value = serde_json::from_str(&changes).expect("JSON");
        assert_eq!(changes, json!({ "description": ["", "why"] }));
    }

    /// One event that the read model refuses for a reason that nobody foresaw is put aside; the others are reported.
    async fn an_event_that_cannot_be_applied_blocks_nothing(kronos: Kronos) {
        let owner = kronos.owner().await;
        create_hour(&owner).await;
        kronos.report_shows(&owner, MARCH, 3600).await;
        let refuse = if kronos.options.postgres.is_some() {
            "ALTER TABLE report_entries ADD CONSTRAINT refused CHECK (seconds <> 60)"
        } else {
            "CREATE TRIGGER refused BEFORE INSERT ON report_entries WHEN NEW.seconds = 60 BEGIN SELECT RAISE(ABORT, 'refused'); END"
        };
        kronos.sql(refuse).await;
        let poison = json!({ "start": "2026-03-04T10:00:00Z", "end": "2026-03-04T10:01:00Z" });
        owner.post(&owner.path("/time-entries"), &poison).await.expect(201);
        create_hour(&owner).await;
        kronos.report_shows(&owner, MARCH, 2 * 3600).await;
        let letter = "SELECT error FROM dead_letters WHERE consumer = 'reports' AND attempts = 5 AND position";
        let letter = kronos.text(&format!("{letter} = 1 + ({FIRST})")).await;
        assert!(letter.contains("refused"), "{letter}");
        assert_eq!(kronos.number("SELECT count(*) FROM dead_letters").await, 1);
    }
}

/// No doorbell rang: the report is behind until the sweep, and right after it.
async fn a_lost_doorbell_costs_time_only(engine: Engine) {
    let kronos = Kronos::start_alone(engine).await;
    let owner = kronos.owner().await;
    create_hour(&owner).await;
    kronos.report_shows(&owner, MARCH, 3600).await;
    // The consumer looks once more, some milliseconds after it has applied something.
    tokio::time::sleep(Duration::from_secs(1)).await;
    change_silently(&kronos, 30).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(seconds(&owner).await, 3600, "somebody rang");
    kronos.host().tick().await;
    kronos.report_shows(&owner, MARCH, 1800).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_doorbell_costs_time_only_sqlite() {
    a_lost_doorbell_costs_time_only(Engine::Embedded).await;
}

#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_doorbell_costs_time_only_postgres() {
    a_lost_doorbell_costs_time_only(Engine::Servers).await;
}

/// While Redis is down, writes succeed; when it is back, the doorbell works again without a restart of ours.
#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_may_restart() {
    let mut kronos = Kronos::start_alone(Engine::Servers).await;
    let owner = kronos.owner().await;
    create_hour(&owner).await;
    kronos.report_shows(&owner, MARCH, 3600).await;

    kronos.redis.as_mut().expect("a Redis server").stop();
    create_hour(&owner).await;
    kronos.redis.as_mut().expect("a Redis server").restart().expect("Redis starts again");
    // The reconnected trigger rings once by itself; a later write rings as ever.
    kronos.report_shows(&owner, MARCH, 2 * 3600).await;
    create_hour(&owner).await;
    kronos.report_shows(&owner, MARCH, 3 * 3600).await;
}

/// The consumer's connection is killed while its statement waits: nothing is half done, and the next doorbell does it.
#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_killed_before_its_acknowledgement_did_nothing() {
    let kronos = Kronos::start_alone(Engine::Servers).await;
    let owner = kronos.owner().await;
    create_hour(&owner).await;
    kronos.report_shows(&owner, MARCH, 3600).await;

    let blocker = kronos.postgres().await;
    // The position is locked, so the consumer's one statement hangs.
    blocker.batch_execute("BEGIN; LOCK TABLE consumers IN EXCLUSIVE MODE").await.expect("a lock");
    create_hour(&owner).await;
    let killed = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                  WHERE datname = current_database() AND wait_event_type = 'Lock') AS killed";
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while kronos.number(killed).await == 0 {
        assert!(tokio::time::Instant::now() < deadline, "the consumer never waited for the lock");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    blocker.batch_execute("ROLLBACK").await.expect("the lock is gone");
    // Whoever shared the killed connection is told to come back, and so is the next doorbell's consumer: the sweep rings again.
    let summary = format!("{}?group=day&{MARCH}", owner.path("/reports/summary"));
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    let report = loop {
        let report = owner.get(&summary).await;
        if report.status != 503 {
            break report.expect(200);
        }
        assert!(!report.header("retry-after").is_empty(), "{:?}", report.headers);
        assert!(tokio::time::Instant::now() < deadline, "{}", report.text);
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(report.body["data"]["seconds"], 3600, "the effect came without its acknowledgement");

    let sweep = async {
        loop {
            kronos.host().tick().await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::select! {
        () = sweep => {}
        _ = kronos.report_shows(&owner, MARCH, 2 * 3600) => {}
    }
    assert_eq!(kronos.number("SELECT count(*) FROM report_entries").await, 2);
}

/// A transaction that hangs with an event of its own keeps nobody else's from the report, and its own comes when it ends.
#[needs(postgres, redis)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_transaction_delays_nobody() {
    let kronos = Kronos::start_alone(Engine::Servers).await;
    let owner = kronos.owner().await;
    create_hour(&owner).await;
    kronos.report_shows(&owner, MARCH, 3600).await;

    let hanging = kronos.postgres().await;
    let change = "BEGIN; UPDATE time_entries SET end_at = start_at + 60000000, version = version + 1";
    hanging.batch_execute(change).await.expect("a change");
    create_hour(&owner).await;
    kronos.report_shows(&owner, MARCH, 2 * 3600).await;
    hanging.batch_execute("COMMIT").await.expect("the end");
    kronos.host().tick().await;
    kronos.report_shows(&owner, MARCH, 3600 + 60).await;
    let updated = "SELECT max(position) FROM outbox WHERE topic = 'time_entry.updated'";
    assert_eq!(kronos.number(&format!("SELECT ({updated}) - ({FIRST})")).await, 2);
}
