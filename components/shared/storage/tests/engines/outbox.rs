//! From a write to the read model: each event recorded, each applied once and in order, whoever else is at work.

use kronos_domain::HourlyRate;
use kronos_storage::{
    Value, consumers, report_events,
    time_entries::{self, Condition, Edit, End},
};
use kronos_test_servers::needs;

use crate::{
    fixture::{World, change, connect, instant, new},
    on_both_engines,
};

/// What the report model holds of all entries: seconds, cost, whether deleted, version.
async fn model(world: &World) -> Vec<(i64, i64, bool, i64)> {
    let sql = "SELECT seconds, cost, deleted, version FROM report_entries ORDER BY entry_id";
    let rows = world.sql(sql, sql, &[]).await;
    rows.into_iter()
        .map(|row| {
            let mut columns = row.columns();
            (
                columns.integer().unwrap(),
                columns.integer().unwrap(),
                columns.bool().unwrap(),
                columns.integer().unwrap(),
            )
        })
        .collect()
}

/// Records an event as no trigger of ours would.
async fn forge(world: &World, subject: &str, version: i64, topic: &str, data: &str) {
    let actor = world.owner.actor;
    let aggregate = topic.split_once('.').unwrap().0;
    let parameters: [Value; 7] = [
        actor.organization.into(),
        aggregate.into(),
        topic.into(),
        subject.into(),
        version.into(),
        actor.user.into(),
        data.into(),
    ];
    world
        .sql(
            "INSERT INTO outbox_pending (organization_id, aggregate, topic, subject, version, actor, occurred_at, data) \
             VALUES ($1::uuid, $2::text, $3::text, $4::text::uuid, $5::bigint, $6::uuid, 0, $7::text::jsonb)",
            "INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, occurred_at, recorded_at, data) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, ?7)",
            &parameters,
        )
        .await;
}

async fn start_again(world: &World) {
    let sql = "UPDATE consumers SET position = 0";
    world.sql(sql, sql, &[]).await;
}

fn state(world: &World, changed: &[(&str, serde_json::Value)]) -> String {
    let mut state = serde_json::json!({
        "member_id": world.owner.member,
        "start_at": 0,
        "end_at": 3_600_000_000_i64,
        "billable": false,
        "billable_rate": null,
        "currency": "EUR",
        "deleted_at": null,
    });
    for (name, value) in changed {
        state[*name] = value.clone();
    }
    state.to_string()
}

const SUBJECT: &str = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";

on_both_engines! {
    async fn the_model_follows_the_events(world: World) {
        let mut new = new("2026-03-04T09:00:00Z", None);
        new.billable = Some(true);
        new.billable_rate = HourlyRate::new(9_999).ok();
        let entry = time_entries::create(&world.db, change(world.owner.actor), new).await.unwrap().unwrap();
        world.apply_events(10).await;
        assert_eq!(model(&world).await, [(0, 0, false, 1)]);
        let stop = Edit { end: Some(End::At(instant("2026-03-04T09:00:01Z"))), ..Edit::default() };
        time_entries::update(&world.db, change(world.owner.actor), entry.id, &stop, Condition::default()).await.unwrap().unwrap();
        world.apply_events(10).await;
        assert_eq!(model(&world).await, [(1, 3, false, 2)]);
        time_entries::delete(&world.db, change(world.owner.actor), entry.id, None).await.unwrap().unwrap();
        world.apply_events(10).await;
        assert_eq!(model(&world).await, [(1, 3, true, 3)]);
        assert_eq!(world.integer("SELECT count(*) FROM dead_letters").await, 0);
    }

    async fn batches_of_any_size_lead_to_the_same_model(world: World) {
        for hour in 0..10 {
            let entry = world
                .record(world.owner, &format!("2026-03-04T{hour:02}:00:00Z"), Some(&format!("2026-03-04T{hour:02}:30:00Z")))
                .await;
            for minutes in 31..34 {
                let end = Edit { end: Some(End::At(instant(&format!("2026-03-04T{hour:02}:{minutes}:00Z")))), ..Edit::default() };
                time_entries::update(&world.db, change(world.owner.actor), entry.id, &end, Condition::default()).await.unwrap().unwrap();
            }
        }
        for batch in [1, 7, 1000] {
            world.sql("DELETE FROM report_entries", "DELETE FROM report_entries", &[]).await;
            start_again(&world).await;
            world.apply_events(batch).await;
            assert_eq!(model(&world).await, vec![(33 * 60, 0, false, 4); 10]);
        }
    }

    async fn applying_again_changes_nothing(world: World) {
        world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        world.apply_events(10).await;
        let before = model(&world).await;
        assert!(!consumers::state(&world.db, report_events::CONSUMER).await.unwrap().pending);
        report_events::apply(&world.db, 10).await.unwrap();
        // Not even after the cursor was set back.
        start_again(&world).await;
        world.apply_events(10).await;
        assert_eq!(model(&world).await, before);
    }

    async fn an_older_event_does_not_undo_a_newer_one(world: World) {
        forge(&world, SUBJECT, 3, "time_entry.deleted", &state(&world, &[("deleted_at", 5.into())])).await;
        forge(&world, SUBJECT, 2, "time_entry.updated", &state(&world, &[])).await;
        world.apply_events(1).await;
        assert_eq!(model(&world).await, [(3600, 0, true, 3)]);
    }

    async fn events_of_other_kinds_are_none_of_its_business(world: World) {
        forge(&world, SUBJECT, 1, "project.created", "{}").await;
        world.apply_events(10).await;
        assert_eq!(model(&world).await, []);
        assert_eq!(world.integer("SELECT count(*) FROM dead_letters").await, 0);
    }

    async fn poison_goes_to_the_dead_letters_and_blocks_nothing(world: World) {
        let poison = [
            "{}".into(),
            "[]".into(),
            "null".into(),
            state(&world, &[("member_id", "somebody".into())]),
            state(&world, &[("project_id", 5.into())]),
            state(&world, &[("start_at", "2026-03-04".into())]),
            state(&world, &[("start_at", 1.5.into())]),
            state(&world, &[("start_at", (-1).into())]),
            state(&world, &[("start_at", 9_223_372_036_854_775_807_i64.into())]),
            state(&world, &[("start_at", serde_json::Value::Null)]),
            state(&world, &[("start_at", serde_json::json!({}))]),
            state(&world, &[("end_at", true.into())]),
            state(&world, &[("end_at", 99_999_999_999_999_999_999_999_f64.into())]),
            state(&world, &[("end_at", 0.into()), ("start_at", 1.into())]),
            state(&world, &[("billable", serde_json::Value::Null)]),
            state(&world, &[("billable", "yes".into())]),
            state(&world, &[("billable_rate", 1_000_000_001_i64.into())]),
            state(&world, &[("billable_rate", "much".into())]),
            state(&world, &[("currency", serde_json::Value::Null)]),
        ];
        let good = state(&world, &[("billable", true.into()), ("billable_rate", 1_000_000_000.into()), ("end_at", 7_258_118_399_000_000_i64.into())]);
        for (version, data) in (1..).zip(&poison) {
            forge(&world, SUBJECT, version, "time_entry.updated", data).await;
        }
        forge(&world, SUBJECT, 100, "time_entry.updated", &good).await;
        world.apply_events(5).await;
        let cost = i64::try_from((7_258_118_399_i128 * 1_000_000_000 + 1800) / 3600).unwrap();
        assert_eq!(model(&world).await, [(7_258_118_399, cost, false, 100)]);
        let sql = "SELECT error, event_id FROM dead_letters WHERE consumer = 'reports' ORDER BY position";
        let letters: Vec<_> = world.sql(sql, sql, &[]).await.into_iter().map(|row| {
            let mut columns = row.columns();
            (columns.text().unwrap(), columns.text().unwrap())
        }).collect();
        assert_eq!(letters.len(), poison.len(), "{letters:?}");
        assert_eq!(letters[3], ("member_id is not an id".into(), format!("{SUBJECT}/4")));
        assert_eq!(letters[13].0, "end_at is before start_at");
    }
}

#[needs(postgres)]
#[test]
fn consumers_and_producers_at_once_lose_and_repeat_nothing() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        let name = world.name.clone().unwrap();
        let local = tokio::task::LocalSet::new();
        let producers: Vec<_> = (0..8)
            .map(|producer| {
                let (name, actor) = (name.clone(), world.owner.actor);
                local.spawn_local(async move {
                    let db = connect(&name).await;
                    for round in 0..20 {
                        let entry = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
                        let entry = time_entries::create(&db, change(actor), entry).await.unwrap().unwrap();
                        if (producer + round) % 2 == 0 {
                            time_entries::delete(&db, change(actor), entry.id, None).await.unwrap().unwrap();
                        }
                    }
                })
            })
            .collect();
        let consumers: Vec<_> = (0..4)
            .map(|_| {
                let name = name.clone();
                local.spawn_local(async move {
                    let db = connect(&name).await;
                    for _ in 0..60 {
                        report_events::apply(&db, 3).await.unwrap();
                    }
                })
            })
            .collect();
        local
            .run_until(async {
                for task in producers.into_iter().chain(consumers) {
                    task.await.unwrap();
                }
            })
            .await;
        world.apply_events(50).await;
        let model = model(&world).await;
        assert_eq!(model.len(), 160);
        assert_eq!(model.iter().filter(|(_, _, deleted, _)| *deleted).count(), 80);
    });
}
