//! What the triggers record of each change, and that they are those of the list.

use std::collections::{BTreeMap, BTreeSet};

use kronos_domain::HourlyRate;
use kronos_storage::{
    Engine, Statement, Value,
    events::{self, AGGREGATES},
    outbox,
    time_entries::{self, Condition, Edit, End},
};
use serde_json::{Value as Json, json};

use crate::{
    fixture::{World, change, client, instant, new},
    on_both_engines,
};

/// Topic, version and data of each event of an entry, in the order of their positions.
async fn events(world: &World, subject: impl std::fmt::Display) -> Vec<(String, i64, Json)> {
    outbox::assign(&world.db).await.unwrap();
    let events = outbox::read(&world.db, 0, 1000).await.unwrap();
    let events = events.into_iter().filter(|event| event.subject.to_string() == subject.to_string());
    events.map(|event| (event.kind.to_string(), event.version, event.data)).collect()
}

/// Action, actor, version and changes in the audit trail.
async fn audit(world: &World) -> Vec<(String, String, i64, Option<Json>)> {
    let rows = world
        .sql(
            "SELECT action, actor::text, version, changes::text FROM audit_trail ORDER BY position",
            "SELECT action, actor, version, changes FROM audit_trail ORDER BY position",
            &[],
        )
        .await;
    let rows = rows.into_iter().map(|row| {
        let mut columns = row.columns();
        (
            columns.text().unwrap(),
            columns.text().unwrap(),
            columns.integer().unwrap(),
            columns.optional_text().unwrap().map(|text| serde_json::from_str(&text).unwrap()),
        )
    });
    rows.collect()
}

/// A column of the catalog.
async fn texts(world: &World, postgres: String, sqlite: String) -> BTreeSet<String> {
    let statement = Statement::pair(postgres.leak(), sqlite.leak());
    let rows = world.db.rows(&statement, &[]).await.unwrap();
    rows.into_iter().map(|row| row.columns().text().unwrap()).collect()
}

on_both_engines! {
    async fn every_change_records_one_event_with_the_public_state(world: World) {
        let actor = world.owner.actor;
        let mut new = new("2026-03-04T09:00:00Z", None);
        new.billable = Some(true);
        new.billable_rate = HourlyRate::new(12_000).ok();
        let entry = time_entries::create(&world.db, change(actor), new).await.unwrap().unwrap();
        let stop = Edit { end: Some(End::At(instant("2026-03-04T10:00:00Z"))), ..Edit::default() };
        time_entries::update(&world.db, change(actor), entry.id, &stop, Condition::default()).await.unwrap().unwrap();
        let other = Edit { billable: Some(false), ..Edit::default() };
        time_entries::update(&world.db, change(actor), entry.id, &other, Condition::default()).await.unwrap().unwrap();
        let deleted = time_entries::delete(&world.db, change(world.admin.actor), entry.id, None).await.unwrap().unwrap();
        // What is refused leaves no event.
        time_entries::delete(&world.db, change(world.admin.actor), entry.id, None).await.unwrap();

        let events = events(&world, entry.id).await;
        let topics: Vec<_> = events.iter().map(|(topic, version, _)| (topic.as_str(), *version)).collect();
        assert_eq!(
            topics,
            [("time_entry.started", 1), ("time_entry.stopped", 2), ("time_entry.updated", 3), ("time_entry.deleted", 4)]
        );
        // Neither what is null, nor what the event says already, nor what is private.
        assert_eq!(
            events[0].2,
            json!({
                "member_id": world.owner.member,
                "user_id": actor.user,
                "start_at": instant("2026-03-04T09:00:00Z").micros(),
                "time_zone": "Europe/Paris",
                "description": "work",
                "billable": true,
                "billable_rate": 12_000,
                "billable_rate_source": "manual",
                "kind": "work",
                "tags": [],
                "currency": "EUR",
                "source": "api",
                "created_at": entry.created_at.micros(),
            })
        );
        assert_eq!(events[3].2["deleted_at"], deleted.deleted_at.unwrap().micros());
        assert_eq!(events[3].2["billable"], false);
        let finished = world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        assert_eq!(self::events(&world, finished.id).await[0].0, "time_entry.created");
    }

    async fn an_event_says_who_did_it_when_and_in_which_trace(world: World) {
        let entry = world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let sql = "UPDATE time_entries SET version = 2, request_id = 'r-1', traceparent = '00-aa-bb-01'";
        world.sql(sql, sql, &[]).await;
        outbox::assign(&world.db).await.unwrap();
        let recorded = outbox::read(&world.db, 1, 10).await.unwrap();
        assert_eq!(recorded.len(), 1);
        let event = &recorded[0];
        assert_eq!((event.position, event.version, event.subject), (2, 2, entry.id.uuid()));
        assert_eq!(event.organization, Some(world.owner.actor.organization));
        assert_eq!((event.actor, event.occurred_at), (Some(world.owner.actor.user), entry.updated_at));
        assert_eq!(event.traceparent.as_deref(), Some("00-aa-bb-01"));
        assert_eq!(event.data.get("traceparent"), None);
        let sql = "SELECT count(*) FROM audit_trail WHERE request_id = 'r-1' AND version = 2";
        assert_eq!(world.integer(sql).await, 1);
        assert_eq!(world.integer("SELECT count(*) FROM outbox WHERE recorded_at < occurred_at").await, 0);
    }

    async fn the_audit_trail_says_what_changed(world: World) {
        let actor = world.owner.actor;
        let entry = time_entries::create(&world.db, change(actor), new("2026-03-04T09:00:00Z", None)).await.unwrap().unwrap();
        let changes = Edit {
            end: Some(End::At(instant("2026-03-04T10:00:00Z"))),
            billable: Some(true),
            billable_rate: Some(HourlyRate::new(100).ok()),
            ..Edit::default()
        };
        time_entries::update(&world.db, change(actor), entry.id, &changes, Condition::default()).await.unwrap().unwrap();
        let changes = Edit { billable_rate: Some(None), ..Edit::default() };
        time_entries::update(&world.db, change(actor), entry.id, &changes, Condition::default()).await.unwrap().unwrap();
        // What changes nothing is no change.
        let same = Edit { billable_rate: Some(None), ..Edit::default() };
        for edit in [Edit::default(), same] {
            assert_eq!(time_entries::update(&world.db, change(actor), entry.id, &edit, Condition::default()).await, Ok(None));
        }
        time_entries::delete(&world.db, change(world.admin.actor), entry.id, None).await.unwrap().unwrap();
        outbox::assign(&world.db).await.unwrap();
        let (owner, admin) = (actor.user.to_string(), world.admin.actor.user.to_string());
        let end = instant("2026-03-04T10:00:00Z").micros();
        let began = json!({
            "billable": [null, false],
            "created_at": [null, entry.created_at.micros()],
            "currency": [null, "EUR"],
            "description": [null, "work"],
            "kind": [null, "work"],
            "tags": [null, []],
            "member_id": [null, world.owner.member],
            "source": [null, "api"],
            "start_at": [null, entry.start.micros()],
            "time_zone": [null, "Europe/Paris"],
            "user_id": [null, actor.user],
        });
        assert_eq!(
            audit(&world).await,
            [
                ("time_entry.started".into(), owner.clone(), 1, Some(began)),
                (
                    "time_entry.stopped".into(),
                    owner.clone(),
                    2,
                    Some(json!({
                        "end_at": [null, end],
                        "billable": [false, true],
                        "billable_rate": [null, 100],
                        "billable_rate_source": [null, "manual"],
                    }))
                ),
                ("time_entry.updated".into(), owner, 3, Some(json!({ "billable_rate": [100, null], "billable_rate_source": ["manual", null] }))),
                ("time_entry.deleted".into(), admin, 4, None),
            ]
        );
    }

    /// A column that nobody thought of is neither published nor forgotten.
    async fn the_list_names_every_column(world: World) {
        for aggregate in AGGREGATES {
            let columns = texts(
                &world,
                format!(
                    "SELECT attname::text FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped",
                    aggregate.table
                ),
                format!("SELECT name FROM pragma_table_xinfo('{}')", aggregate.table),
            )
            .await;
            let listed: BTreeSet<_> = aggregate.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(columns, listed, "{}: add the column to the list in `events`, and new triggers to a migration", aggregate.table);
        }
    }
}

/// Each statement, without the semicolon at its end.
fn statements(engine: Engine) -> Vec<String> {
    let end = match engine {
        Engine::Postgres => ";\n\n",
        Engine::Sqlite => "END;\n\n",
    };
    let rendered = events::triggers(engine);
    let statements = rendered.split(end).filter(|text| !text.is_empty());
    statements.map(|text| format!("{text}{end}").trim_end_matches([';', '\n']).to_owned()).collect()
}

#[test]
fn sqlite_has_the_triggers_of_the_list() {
    crate::fixture::block_on(async {
        let world = World::sqlite().await;
        let sql =
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%\\_append\\_event\\_%' ESCAPE '\\'";
        let found = texts(&world, String::new(), sql.to_owned()).await;
        let rendered = statements(Engine::Sqlite).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(found, rendered, "copy the triggers of `rendered/events.sqlite.sql` into a migration");
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn postgres_has_the_triggers_of_the_list() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        let client = client(world.name.as_deref().unwrap()).await;
        let found = async || -> BTreeMap<String, String> {
            let sql = "SELECT format('%I ON %s', tgname, tgrelid::regclass), pg_get_triggerdef(oid) FROM pg_trigger \
                       WHERE tgfoid = 'append_event'::regproc";
            client.query(sql, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
        };
        let migrated = found().await;
        // The server words definitions in its own way, so it is asked for that of the rendered ones as well.
        client.batch_execute("BEGIN").await.unwrap();
        for trigger in migrated.keys() {
            client.batch_execute(&format!("DROP TRIGGER {trigger}")).await.unwrap();
        }
        for statement in statements(Engine::Postgres) {
            client.batch_execute(&statement).await.unwrap();
        }
        let rendered = found().await;
        client.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(migrated, rendered, "copy the triggers of `rendered/events.postgres.sql` into a migration");
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn an_entry_of_before_is_in_the_report_after_the_migration() {
    crate::fixture::block_on(async {
        // What V1 to V4 left behind: entries, of whose events none was applied.
        for entry in crate::fixture::migrated_with_an_old_entry().await {
            let sql =
                "SELECT count(*) FROM report_entries WHERE seconds = 3600 AND cost = 50 AND rate = 50 AND version = 7";
            assert_eq!(entry.row(&Statement::pair(sql, sql), &[]).await.unwrap().unwrap().columns().integer(), Ok(1));
            let sql = "SELECT count(*) FROM time_entries";
            assert_eq!(entry.row(&Statement::pair(sql, sql), &[]).await.unwrap().unwrap().columns().integer(), Ok(1));
            let parameters: [Value; 0] = [];
            let sql = "SELECT count(*) FROM recorded_events";
            assert_eq!(
                entry.row(&Statement::pair(sql, sql), &parameters).await.unwrap().unwrap().columns().integer(),
                Ok(0)
            );
            // Who follows the changes from the first on has to list the entries.
            assert_eq!(outbox::assign(&entry).await, Ok(1));
            assert_eq!(time_entries::floor(&entry).await, Ok(1));
        }
    });
}
