//! The walk-through of the design, from sign-in to the report.

use kronos_tests::on_both_engines;
use serde_json::json;

on_both_engines! {
    /// A person signs in, starts and stops a timer, and reads a report that an event built.
    async fn from_sign_in_to_the_report(kronos: Kronos) {
        let owner = kronos.owner().await;
        let entries = owner.path("/time-entries");

        let started = owner
            .post(&entries, &json!({ "start": "2026-03-04T09:00:00Z", "description": "Design", "time_zone": "Europe/Berlin" }))
            .await
            .expect(201);
        assert_eq!(started.body["data"]["end"], json!(null));
        assert_eq!(started.body["data"]["duration"], json!(null));
        assert!(!started.header("x-request-id").is_empty());

        let id = started.string("/data/id");
        let active = owner.get("/api/v1/users/me/time-entries/active").await.expect(200);
        assert_eq!(active.string("/data/id"), id);

        let stopped = owner.post(&format!("{entries}/{id}/stop"), &json!({ "end": "2026-03-04T10:30:00Z" })).await.expect(200);
        assert_eq!(stopped.string("/data/end"), "2026-03-04T10:30:00Z");
        assert_eq!(stopped.body["data"]["duration"], json!(5400));
        owner.get("/api/v1/users/me/time-entries/active").await.expect_problem(404, "no_active_time_entry");

        let range = "start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z&time_zone=Europe/Berlin";
        let report = kronos.report_shows(&owner, range, 5400).await;
        assert_eq!(
            report.body["data"]["grouped_data"],
            json!([{ "key": "2026-03-04", "seconds": 5400, "cost": 0 }]),
            "{}", report.text
        );
        assert_eq!(report.body["data"]["grouped_type"], "day");
    }
}
