//! `/api/v1/organizations/{organization}/reports`.

use kronos_tests::{Actor, Answer, on_both_engines};
use serde_json::json;

async fn create(actor: &Actor, start: &str, end: &str) {
    actor.post(&actor.path("/time-entries"), &json!({ "start": start, "end": end })).await.expect(201);
}

async fn summary(actor: &Actor, query: &str) -> Answer {
    actor.get(&format!("{}?{query}", actor.path("/reports/summary"))).await
}

const MARCH: &str = "start=2026-03-01T00:00:00Z&end=2026-04-02T00:00:00Z";

on_both_engines! {
    /// Days are those of the zone, also when one of them has 23 hours.
    async fn days_are_calendar_days_of_the_zone(kronos: Kronos) {
        let owner = kronos.owner().await;
        // 23:30 on the 28th in Berlin, and 01:30 and 03:30 on the 29th, the day without 02:30.
        create(&owner, "2026-03-28T22:30:00Z", "2026-03-28T22:40:00Z").await;
        create(&owner, "2026-03-29T00:30:00Z", "2026-03-29T00:50:00Z").await;
        create(&owner, "2026-03-29T21:59:59Z", "2026-03-29T22:00:59Z").await;
        create(&owner, "2026-03-29T22:00:00Z", "2026-03-29T22:02:00Z").await;
        kronos.report_shows(&owner, MARCH, 600 + 1200 + 60 + 120).await;

        let berlin = summary(&owner, &format!("group=day&{MARCH}&time_zone=Europe/Berlin")).await.expect(200);
        assert_eq!(berlin.body["data"]["grouped_data"], json!([
            { "key": "2026-03-28", "seconds": 600, "cost": 0 },
            { "key": "2026-03-29", "seconds": 1260, "cost": 0 },
            { "key": "2026-03-30", "seconds": 120, "cost": 0 },
        ]));
        let auckland = summary(&owner, &format!("group=day&{MARCH}&time_zone=Pacific/Auckland")).await.expect(200);
        assert_eq!(auckland.body["data"]["grouped_data"], json!([
            { "key": "2026-03-29", "seconds": 1800, "cost": 0 },
            { "key": "2026-03-30", "seconds": 180, "cost": 0 },
        ]));
    }

    /// The total is the sum of the rows, and the rows the sum of the list, for every group.
    async fn totals_are_the_sum_of_their_rows(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let mut expected = 0;
        for day in 1..=20 {
            let minutes = day * 7 % 60;
            let actor = if day % 3 == 0 { &employee } else { &owner };
            create(actor, &format!("2026-03-{day:02}T08:00:00Z"), &format!("2026-03-{day:02}T09:{minutes:02}:00Z")).await;
            expected += 3600 + minutes * 60;
        }
        kronos.report_shows(&owner, MARCH, expected).await;
        for group in ["day", "project", "member"] {
            let report = summary(&owner, &format!("group={group}&{MARCH}&time_zone=UTC")).await.expect(200);
            let rows = report.body["data"]["grouped_data"].as_array().unwrap();
            let sum: i64 = rows.iter().map(|row| row["seconds"].as_i64().unwrap()).sum();
            assert_eq!(sum, expected, "{group}: {}", report.text);
            assert_eq!(report.body["data"]["seconds"], expected);
            assert_eq!(report.string("/data/grouped_type"), group);
        }
        let members = summary(&owner, &format!("group=member&{MARCH}")).await.expect(200);
        assert_eq!(members.body["data"]["grouped_data"].as_array().unwrap().len(), 2);
    }

    /// A report shows what the list would show: an employee's report has only their own entries (kimai#2478).
    async fn a_report_shows_what_the_role_may_see(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        create(&owner, "2026-03-04T08:00:00Z", "2026-03-04T09:00:00Z").await;
        create(&employee, "2026-03-04T08:00:00Z", "2026-03-04T08:10:00Z").await;
        kronos.report_shows(&owner, MARCH, 4200).await;
        assert_eq!(summary(&employee, &format!("group=day&{MARCH}")).await.expect(200).body["data"]["seconds"], 600);
    }

    /// Changing, deleting and un-doing leave no trace in the sums.
    async fn changes_reach_the_report(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = owner
            .post(&owner.path("/time-entries"), &json!({ "start": "2026-03-04T08:00:00Z", "end": "2026-03-04T09:00:00Z" }))
            .await
            .expect(201);
        let address = owner.path(&format!("/time-entries/{}", created.string("/data/id")));
        kronos.report_shows(&owner, MARCH, 3600).await;
        owner.patch(&address, &json!({ "end": "2026-03-04T08:30:00Z" })).await.expect(200);
        kronos.report_shows(&owner, MARCH, 1800).await;
        owner.delete(&address).await.expect(204);
        let report = kronos.report_shows(&owner, MARCH, 0).await;
        assert_eq!(report.body["data"]["grouped_data"], json!([]));
    }

    /// Bad parameters are named.
    async fn bad_parameters_are_named(kronos: Kronos) {
        let owner = kronos.owner().await;
        for (query, field) in [
            (format!("group=mood&{MARCH}"), "group"),
            (format!("group=day&{MARCH}&time_zone=Mars/Base"), "time_zone"),
            ("group=day&start=x&end=2026-04-01T00:00:00Z".into(), "start"),
            ("group=day&start=2026-04-01T00:00:00Z&end=2026-03-01T00:00:00Z".into(), "end"),
            ("group=day&start=1980-01-01T00:00:00Z&end=2180-01-01T00:00:00Z".into(), "end"),
        ] {
            let answer = summary(&owner, &query).await.expect(422);
            assert!(answer.body["errors"][field][0].is_string(), "{query}: {}", answer.text);
        }
    }
}
