//! `/api/v1/organizations/{organization}/time-entries`: what may be said of when an entry is, and what is no change.

use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> Answer {
    actor.post(&actor.path("/time-entries"), &body).await
}

fn entry(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/time-entries/{}", answer.string("/data/id")))
}

/// Ids of a list, and the whole answer.
async fn list(actor: &Actor, query: &str) -> (Vec<String>, Answer) {
    let answer = actor.get(&format!("{}?{query}", actor.path("/time-entries"))).await.expect(200);
    let entries = answer.body["data"].as_array().expect("a list");
    (entries.iter().map(|entry| entry["id"].as_str().expect("an id").to_owned()).collect(), answer)
}

#[track_caller]
fn expect_fault(answer: Answer, field: &str) {
    let answer = answer.expect_problem(422, "validation_failed");
    assert!(answer.body["errors"][field][0].is_string(), "{field}: {}", answer.text);
}

on_both_engines! {
    /// A client's clock may be ahead of the server's: the timer ends where it began. An end that is stated is taken at its word.
    async fn a_timer_that_began_ahead_of_the_clock_stops(kronos: Kronos) {
        let owner = kronos.owner().await;
        let started = create(&owner, json!({ "start": "2190-03-04T09:00:00Z" })).await.expect(201);
        let address = entry(&owner, &started);
        expect_fault(owner.patch(&address, &json!({ "end": "2190-03-04T08:59:59Z" })).await, "end");
        expect_fault(owner.post(&format!("{address}/stop"), &json!({ "end": "2190-03-04T08:59:59Z" })).await, "end");
        let stopped = owner.send(owner.request(Method::POST, &format!("{address}/stop"))).await.expect(200);
        assert_eq!(stopped.string("/data/end"), "2190-03-04T09:00:00Z");
        assert_eq!(stopped.body["data"]["duration"], 0);
    }

    /// Both official clients of solidtime send an id that they don't mean.
    async fn an_id_that_is_not_time_ordered_counts_as_none(kronos: Kronos) {
        let owner = kronos.owner().await;
        let span = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
        for id in ["", "5f0d9f0e-8a57-4b7c-9c3e-1f2a3b4c5d6e", "00000000-0000-0000-0000-000000000000"] {
            for _ in 0..2 {
                let mut body = span.clone();
                body["id"] = id.into();
                assert_ne!(create(&owner, body).await.expect(201).string("/data/id"), id);
            }
        }
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries").await, 6);
        expect_fault(create(&owner, json!({ "id": "none", "start": "2026-03-04T09:00:00Z" })).await, "id");
    }

    /// A repeated request with a key has one effect, whatever id comes along by chance.
    async fn a_key_is_idempotent_beside_an_id_that_counts_as_none(kronos: Kronos) {
        let owner = kronos.owner().await;
        let send = |id: &str| {
            let body = json!({ "id": id, "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
            let request = owner.request(Method::POST, &owner.path("/time-entries"));
            owner.send(request.header("idempotency-key", "once").json(&body))
        };
        let first = send("5f0d9f0e-8a57-4b7c-9c3e-1f2a3b4c5d6e").await.expect(201);
        let again = send("6f0d9f0e-8a57-4b7c-9c3e-1f2a3b4c5d6e").await.expect(200);
        assert_eq!(first.string("/data/id"), again.string("/data/id"));
    }

    async fn start_end_and_duration_say_when(kronos: Kronos) {
        let owner = kronos.owner().await;
        let (start, end) = ("2026-03-04T09:00:00Z", "2026-03-04T10:00:00Z");
        let lasting = create(&owner, json!({ "start": start, "duration": 3600 })).await.expect(201);
        assert_eq!(lasting.string("/data/end"), end);
        let agreed = create(&owner, json!({ "start": start, "end": end, "duration": 3600 })).await.expect(201);
        assert_eq!(agreed.body["data"]["duration"], 3600);
        let running = create(&owner, json!({ "start": start, "duration": null })).await.expect(201);
        assert_eq!(running.body["data"]["end"], Value::Null);
        expect_fault(create(&owner, json!({ "start": start, "end": end, "duration": 3000 })).await, "duration");
        expect_fault(create(&owner, json!({ "start": start, "duration": -1 })).await, "duration");
        expect_fault(create(&owner, json!({ "end": end })).await, "start");
        expect_fault(create(&owner, json!({ "duration": 60 })).await, "start");

        let address = entry(&owner, &lasting);
        let changed = owner.patch(&address, &json!({ "duration": 60 })).await.expect(200);
        assert_eq!(changed.string("/data/end"), "2026-03-04T09:01:00Z");
        expect_fault(owner.patch(&address, &json!({ "end": end, "duration": 90 })).await, "duration");
        expect_fault(owner.patch(&address, &json!({ "start": start, "end": end, "duration": 90 })).await, "duration");
        expect_fault(owner.patch(&address, &json!({ "start": start, "end": changed.string("/data/end"), "duration": 90 })).await, "duration");
        assert_eq!(owner.get(&address).await.body["data"], changed.body["data"]);
    }

    /// Clients change one member of what they read and send all of it back: the duration that they read is then out of date.
    async fn a_duration_that_was_read_and_is_sent_back_states_nothing(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = create(&owner, json!({ "start": "2026-03-04T09:00:00Z", "duration": 3600 })).await.expect(201);
        let address = entry(&owner, &created);
        for (member, value, duration) in [
            ("end", "2026-03-04T12:00:00Z", 10_800),
            ("start", "2026-03-04T11:00:00Z", 3600),
            ("start", "2026-03-04T12:00:00Z", 0),
        ] {
            for method in [Method::PUT, Method::PATCH] {
                let mut body = owner.get(&address).await.expect(200).body["data"].clone();
                body[member] = value.into();
                let changed = owner.send(owner.request(method, &address).json(&body)).await.expect(200);
                assert_eq!((changed.string(&format!("/data/{member}")).as_str(), &changed.body["data"]["duration"]), (value, &json!(duration)));
            }
        }
        let both = json!({ "end": "2026-03-04T12:01:00Z", "duration": 60 });
        assert_eq!(owner.patch(&address, &both).await.expect(200).body["data"]["duration"], 60);
        // Without an end it says when the entry ends, also where it is the present one.
        let moved = owner.patch(&address, &json!({ "start": "2026-03-04T08:00:00Z", "duration": 60 })).await.expect(200);
        assert_eq!(moved.string("/data/end"), "2026-03-04T08:01:00Z");
    }

    async fn an_entry_of_more_than_a_year_is_refused_with_what_to_do(kronos: Kronos) {
        let owner = kronos.owner().await;
        let (start, end) = ("2024-03-04T09:00:00Z", "2025-03-05T09:00:01Z");
        let refused = create(&owner, json!({ "start": start, "end": end })).await.expect(422);
        let told = "must not be more than 366 days after `start`: record longer work as several entries";
        assert_eq!(refused.body["errors"]["end"], json!([told]));
        expect_fault(create(&owner, json!({ "start": start, "duration": 366 * 86_400 + 1 })).await, "duration");
        let created = create(&owner, json!({ "start": start, "end": "2025-03-05T09:00:00Z" })).await.expect(201);
        expect_fault(owner.patch(&entry(&owner, &created), &json!({ "end": end })).await, "end");

        let timer = create(&owner, json!({ "start": "2020-03-04T09:00:00Z" })).await.expect(201);
        let stopped = owner.post(&format!("{}/stop", entry(&owner, &timer)), &json!({})).await.expect(200);
        assert!(stopped.body["data"]["duration"].as_i64().unwrap() > 366 * 86_400);
        owner.patch(&entry(&owner, &timer), &json!({ "description": "forgotten" })).await.expect(200);
    }

    /// A timer that ran for more than a year is an entry like others, except that it cannot be made so long.
    async fn a_very_long_entry_can_be_sent_back(kronos: Kronos) {
        let owner = kronos.owner().await;
        let timer = create(&owner, json!({ "start": "2020-03-04T09:00:00Z" })).await.expect(201);
        let address = entry(&owner, &timer);
        owner.post(&format!("{address}/stop"), &json!({ "end": "2022-03-04T09:00:00Z" })).await.expect(200);
        let read = owner.get(&address).await.expect(200);
        let whole = &read.body["data"];
        assert_eq!(whole["duration"], 730 * 86_400);
        for body in [
            whole.clone(),
            json!({ "start": whole["start"], "end": "2022-03-04T10:00:00.5+01:00" }),
            json!({ "start": whole["start"], "duration": whole["duration"] }),
            json!({ "duration": whole["duration"] }),
        ] {
            assert_eq!(owner.put(&address, &body).await.expect(200).body["data"], *whole, "{body}");
        }
        let mut described = whole.clone();
        described["description"] = "forgotten".into();
        assert_eq!(owner.put(&address, &described).await.expect(200).string("/data/description"), "forgotten");
        let told = "must not be more than 366 days: record longer work as several entries";
        for seconds in [730 * 86_400 + 1, i64::MAX] {
            let refused = owner.patch(&address, &json!({ "duration": seconds })).await.expect(422);
            assert_eq!(refused.body["errors"], json!({ "duration": [told] }));
        }
        let shorter = json!({ "end": "2020-03-04T17:00:00Z", "duration": whole["duration"] });
        assert_eq!(owner.patch(&address, &shorter).await.expect(200).body["data"]["duration"], 8 * 3600);
    }

    /// What GET answered can be sent back by whoever may change it, and changes nothing.
    async fn what_changes_nothing_makes_no_version(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let span = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z", "billable": true });
        let created = create(&employee, span).await.expect(201);
        let address = entry(&employee, &created);
        owner.patch(&address, &json!({ "billable_rate": 12_000 })).await.expect(200);
        let read = employee.get(&address).await.expect(200);
        for (method, body) in [
            (Method::PUT, read.body["data"].clone()),
            (Method::PATCH, read.body["data"].clone()),
            (Method::PATCH, json!({})),
            (Method::PUT, json!({ "billable_rate": null, "duration": 3600 })),
        ] {
            let same = employee.send(employee.request(method, &address).json(&body)).await.expect(200);
            assert_eq!(same.body["data"], read.body["data"]);
            assert_eq!(same.header("etag"), "\"2\"");
        }
        // A price that is not shown is not found by guessing, either.
        for guess in [12_000, 12_001] {
            employee.patch(&address, &json!({ "billable_rate": guess })).await.expect_problem(403, "permission_denied");
        }
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE aggregate = 'time_entry'").await, 2);
        let stale = employee.request(Method::PATCH, &address).header("if-match", "\"1\"").json(&json!({}));
        employee.send(stale).await.expect_problem(412, "version_mismatch");

        employee.patch(&address, &json!({ "billable_rate": 1 })).await.expect_problem(403, "permission_denied");
        expect_fault(owner.patch(&address, &json!({ "member_id": owner.member })).await, "member_id");
        let running = create(&employee, json!({ "start": "2026-03-05T09:00:00Z" })).await.expect(201);
        let address = entry(&employee, &running);
        employee.put(&address, &running.body["data"]).await.expect(200);
        assert_eq!(employee.get(&address).await.header("etag"), "\"1\"");
    }

    async fn bounds_lose_no_second_and_far_years_are_no_bound(kronos: Kronos) {
        let owner = kronos.owner().await;
        let body = json!({ "start": "2026-03-04T23:59:59Z", "end": "2026-03-05T00:29:59Z" });
        let id = create(&owner, body).await.expect(201).string("/data/id");
        for (query, found) in [
            ("end=2026-03-04T23:59:59.999Z", true),
            ("end=2026-03-04T23:59:59.000Z", false),
            ("end=2026-03-04T23:59:59Z", false),
            ("start=2026-03-04T23:59:59.999Z", true),
            ("start=0001-01-01T00:00:00Z&end=9999-12-31T23:59:59Z", true),
            ("start=9999-12-31T23:59:59Z", false),
            ("end=0001-01-01T00:00:00Z", false),
            ("updated_since=0001-01-01T00:00:00Z", true),
            ("updated_since=9999-12-31T23:59:59Z", false),
            ("end=2026-06-30T23:59:60Z", true),
        ] {
            let expected: &[String] = if found { std::slice::from_ref(&id) } else { &[] };
            assert_eq!(list(&owner, query).await.0, expected, "{query}");
        }
        for query in ["end=2026-03-04T23:59:60Z", "end=2026-13-01T00:00:00Z"] {
            expect_fault(owner.get(&format!("{}?{query}", owner.path("/time-entries"))).await, "end");
        }
        expect_fault(create(&owner, json!({ "start": "2026-03-04T09:00:60Z" })).await, "start");
        expect_fault(create(&owner, json!({ "start": "9999-12-31T23:59:59Z" })).await, "start");
    }

    /// The same bounds in a report.
    async fn a_report_loses_no_second_either(kronos: Kronos) {
        let owner = kronos.owner().await;
        create(&owner, json!({ "start": "2026-03-04T23:59:59Z", "end": "2026-03-05T00:29:59Z" })).await.expect(201);
        kronos.report_shows(&owner, "start=2026-03-04T00:00:00Z&end=2026-03-04T23:59:59.999Z", 1800).await;
        let ever = "group=member&start=0001-01-01T00:00:00Z&end=9999-12-31T23:59:59Z";
        let report = owner.get(&format!("{}?{ever}", owner.path("/reports/summary"))).await.expect(200);
        assert_eq!(report.body["data"]["seconds"], 1800);
        // As many days are too many for a report by day.
        let days = ever.replace("member", "day");
        expect_fault(owner.get(&format!("{}?{days}", owner.path("/reports/summary"))).await, "end");
    }

    /// The address of the active timer shows now this one, now that one, of the same version.
    async fn two_active_timers_have_different_tags(kronos: Kronos) {
        let owner = kronos.owner().await;
        let active = "/api/v1/users/me/time-entries/active";
        let mut tags = Vec::new();
        for _ in 0..2 {
            let started = create(&owner, json!({ "start": "2026-03-04T09:00:00Z" })).await.expect(201);
            let tag = owner.get(active).await.expect(200).header("etag").to_owned();
            owner.send(owner.request(Method::GET, active).header("if-none-match", &tag)).await.expect(304);
            owner.delete(&entry(&owner, &started)).await.expect(204);
            tags.push(tag);
        }
        assert_ne!(tags[0], tags[1]);
        owner.get(active).await.expect_problem(404, "no_active_time_entry");
    }

    async fn search_ignores_capitals_of_any_script(kronos: Kronos) {
        let owner = kronos.owner().await;
        let span = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z", "description": "Übergabe" });
        let id = create(&owner, span).await.expect(201).string("/data/id");
        for search in ["übergabe", "ÜBERGABE", "BERG"] {
            assert_eq!(list(&owner, &format!("search={search}")).await.0, std::slice::from_ref(&id), "{search}");
        }
        assert!(list(&owner, "search=uebergabe").await.0.is_empty());
    }

    /// Composed and decomposed letters are the same: keyboards and file systems differ in which they write.
    async fn search_ignores_how_a_letter_is_written(kronos: Kronos) {
        let owner = kronos.owner().await;
        let mut ids = Vec::new();
        for (hour, description) in [(9, "caf\u{e9} cr\u{e8}me"), (10, "cafe\u{301} cre\u{300}me")] {
            let body = json!({ "start": format!("2026-03-04T{hour:02}:00:00Z"), "duration": 60, "description": description });
            let created = create(&owner, body).await.expect(201);
            assert_eq!(created.string("/data/description"), description, "it is kept as it was written");
            ids.insert(0, created.string("/data/id"));
        }
        for search in ["caf%C3%A9", "cafe%CC%81", "CAFE%CC%81", "e%CC%80me"] {
            assert_eq!(list(&owner, &format!("search={search}")).await.0, ids, "{search}");
        }
    }

    /// A deleted timer runs no more, and the total counts what the list shows.
    async fn the_total_counts_what_the_list_shows(kronos: Kronos) {
        let owner = kronos.owner().await;
        let deleted = create(&owner, json!({ "start": "2026-03-04T09:00:00Z" })).await.expect(201);
        owner.delete(&entry(&owner, &deleted)).await.expect(204);
        create(&owner, json!({ "start": "2026-03-04T09:00:00Z" })).await.expect(201);
        for (query, total) in [
            ("active=true&include_deleted=true", 1),
            ("active=false&include_deleted=true", 1),
            ("include_deleted=true", 2),
            ("active=false", 0),
            ("", 1),
        ] {
            let (ids, answer) = list(&owner, &format!("{query}&total=true")).await;
            assert_eq!((ids.len(), &answer.body["meta"]["total"]), (total, &json!(total)), "{query}");
            assert_eq!(answer.header("x-total-count"), total.to_string());
        }
    }

    async fn an_offset_is_applied_as_far_as_it_goes(kronos: Kronos) {
        let owner = kronos.owner().await;
        let mut ids = Vec::new();
        for hour in 0..5 {
            let body = json!({ "start": format!("2026-03-04T0{hour}:00:00Z"), "duration": 60 });
            ids.push(create(&owner, body).await.expect(201).string("/data/id"));
        }
        ids.reverse();
        assert_eq!(list(&owner, "limit=2&offset=1").await.0, ids[1..3]);
        assert_eq!(list(&owner, "offset=10000").await.0, Vec::<String>::new());
        let refused = owner.get(&format!("{}?offset=10001", owner.path("/time-entries"))).await.expect(422);
        assert_eq!(refused.body["errors"]["offset"], json!(["must not be more than 10000: follow `cursor` instead"]));
        let cursor = list(&owner, "limit=2").await.1.string("/meta/next_cursor");
        let both = format!("{}?limit=2&offset=1&cursor={cursor}", owner.path("/time-entries"));
        expect_fault(owner.get(&both).await, "offset");
    }

    /// One request looks at 10000 entries of an index. With an offset it goes on behind them, as far as that is bounded.
    async fn an_offset_reaches_behind_what_is_looked_at_first(kronos: Kronos) {
        let owner = kronos.owner().await;
        let mut ids = Vec::new();
        for minute in 0..4 {
            let body = json!({ "start": format!("2026-03-04T09:0{minute}:00Z"), "duration": 60, "billable": true });
            ids.push(create(&owner, body).await.expect(201).string("/data/id"));
        }
        ids.reverse();
        // Newer ones, which the filter passes over.
        let fill = async |first: i64| {
            let (set, id) = if kronos.options.postgres.is_some() {
                ("SET session_replication_role = replica;", "CAST(lpad(CAST(i AS text), 32, '0') AS uuid)")
            } else {
                ("", "printf('00000000-0000-0000-0000-%012d', i)")
            };
            kronos.sql(&format!(
                "{set} INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description,
                     billable, currency, source, version, changed_by, created_at, updated_at)
                 WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {first} + 11999)
                 SELECT {id}, e.organization_id, e.member_id, e.user_id, e.start_at + 3600000000, e.start_at + 3600000000, 'UTC', '',
                     false, 'EUR', 'api', 1, e.user_id, 0, 0
                 FROM n CROSS JOIN time_entries e WHERE e.id = '{}'",
                ids[0],
            )).await;
        };
        fill(1).await;
        assert_eq!(list(&owner, "billable=true&limit=2&offset=1").await.0, ids[1..3]);
        assert_eq!(list(&owner, "billable=true&limit=2&offset=3").await.0, ids[3..]);
        assert_eq!(list(&owner, "billable=true&limit=9&offset=0").await.0, ids);
        assert_eq!(list(&owner, "billable=true&offset=9").await.0, Vec::<String>::new());
        let (first, answer) = list(&owner, "billable=true&limit=2").await;
        assert!(first.is_empty() && answer.body["meta"]["next_cursor"].is_string(), "{}", answer.text);
        for part in 1..5 {
            fill(1 + part * 12_000).await;
        }
        let refused = owner.get(&format!("{}?billable=true&limit=2&offset=1", owner.path("/time-entries"))).await.expect(422);
        assert_eq!(refused.body["errors"], json!({ "offset": ["skips too much with these filters: follow `cursor` instead"] }));
    }
}
