//! `/api/v1/users`.

use kronos_tests::on_both_engines;
use reqwest::Method;
use serde_json::{Value, json};

const ME: &str = "/api/v1/users/me";

on_both_engines! {
    /// The first owner has an organization, and sees nobody else's.
    async fn memberships_are_those_of_the_caller(kronos: Kronos) {
        let owner = kronos.owner().await;
        let stranger = kronos.other_tenant().await;

        let memberships = owner.get("/api/v1/users/me/memberships").await.expect(200);
        assert_eq!(memberships.body["data"].as_array().unwrap().len(), 1, "{}", memberships.text);
        assert_eq!(memberships.string("/data/0/role"), "owner");
        assert_eq!(memberships.string("/data/0/organization/currency"), "EUR");
        assert!(!memberships.string("/data/0/organization/name").is_empty());
        assert_ne!(owner.organization, stranger.organization);

        kronos.anonymous().get("/api/v1/users/me/memberships").await.expect(401);
    }

    /// As the official client library of solidtime checks it.
    async fn a_user_is_what_clients_of_solidtime_read(kronos: Kronos) {
        let owner = kronos.owner().await;
        let data = owner.get(ME).await.expect(200).body["data"].clone();
        for (field, value) in [("timezone", "UTC"), ("time_zone", "UTC"), ("week_start", "monday"), ("language", "en")] {
            assert_eq!(data[field], value, "{field}");
        }
        assert!(data["profile_photo_url"].as_str().unwrap().starts_with("data:image/svg+xml,"), "{data}");
        assert_eq!(data["date_format"], Value::Null);
    }

    async fn a_user_says_what_they_are_called_and_how_they_read(kronos: Kronos) {
        let owner = kronos.owner().await;
        let body = json!({ "name": " Jane Doe ", "timezone": "Europe/Paris", "week_start": "sunday", "language": "fr", "time_format": "12-hours" });
        let changed = owner.put(ME, &body).await.expect(200);
        assert_eq!((changed.string("/data/name").as_str(), changed.header("etag")), ("Jane Doe", "\"2\""));
        assert_eq!((changed.string("/data/time_zone"), changed.string("/data/time_format")), ("Europe/Paris".into(), "12-hours".into()));
        assert_eq!(owner.get(ME).await.expect(200).body, changed.body);
        // What was read can be sent back, and changes nothing.
        assert_eq!(owner.put(ME, &changed.body["data"]).await.expect(200).header("etag"), "\"2\"");
        let as_the_organization = owner.patch(ME, &json!({ "time_format": null })).await.expect(200);
        assert_eq!(as_the_organization.body["data"]["time_format"], Value::Null);
        let stale = owner.request(Method::PATCH, ME).header("if-match", "\"2\"").json(&json!({ "language": "en" }));
        owner.send(stale).await.expect_problem(412, "version_mismatch");
        for (body, field) in [
            (json!({ "name": "" }), "name"),
            (json!({ "language": "xx" }), "language"),
            (json!({ "time_zone": "UTC", "timezone": "Europe/Paris" }), "timezone"),
            (json!({ "number_format": "none" }), "number_format"),
            (json!({ "password": "x" }), "password"),
        ] {
            let refused = owner.patch(ME, &body).await.expect_problem(422, "validation_failed");
            assert!(refused.body["errors"][field][0].is_string(), "{field}: {}", refused.text);
        }
        let changes = "SELECT count(*) FROM recorded_events WHERE topic = 'user.updated'";
        assert_eq!(kronos.number(changes).await, 2);
    }
}
