//! `GET /api/v1/organizations/{organization}/members`.

use kronos_tests::on_both_engines;
use serde_json::{Value, json};

on_both_engines! {
    /// As the official client library of solidtime checks it; placeholders have a `user_id` as well.
    async fn members_are_what_clients_of_solidtime_read(kronos: Kronos) {
        let owner = kronos.owner().await;
        let placeholder = owner.post(&owner.path("/members"), &json!({ "name": "Äon" })).await.expect(201);
        let listed = owner.get(&owner.path("/members?page=1&limit=500")).await.expect(200);
        let members = listed.body["data"].as_array().unwrap();
        assert_eq!(members.len(), 2);
        for member in members {
            for field in ["id", "user_id", "name", "email", "role"] {
                assert!(member[field].is_string(), "{field}: {member}");
            }
            assert!(member["is_placeholder"].is_boolean() && member["billable_rate"].is_null(), "{member}");
        }
        assert_eq!(members[1], placeholder.body["data"]);
        assert_eq!((&members[1]["user_id"], &members[1]["role"]), (&members[1]["id"], &json!("placeholder")));
        assert_eq!((&members[0]["role"], &members[0]["email"]), (&json!("owner"), &json!("owner@example.com")));
        for link in ["first", "last", "prev", "next"] {
            assert!(listed.body["links"].get(link).is_some(), "{link}");
        }
        assert_eq!((&listed.body["meta"]["total"], &listed.body["meta"]["last_page"]), (&json!(2), &json!(1)));
    }

    async fn pages_searches_and_states_choose_members(kronos: Kronos) {
        let owner = kronos.owner().await;
        for name in ["Carla", "anton", "Berta"] {
            owner.post(&owner.path("/members"), &json!({ "name": name })).await.expect(201);
        }
        let names = async |query: &str| {
            let answer = owner.get(&format!("{}?{query}", owner.path("/members"))).await.expect(200);
            let data = answer.body["data"].as_array().unwrap().clone();
            data.into_iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("").await, ["anton", "Berta", "Carla", "Owner"]);
        assert_eq!(names("limit=2&page=2").await, ["Carla", "Owner"]);
        assert_eq!(names("sort=-name&limit=1").await, ["Owner"]);
        assert_eq!(names("search=ERT").await, ["Berta"]);
        assert_eq!(names("active=true").await, ["Owner"]);
        assert_eq!(names("active=false").await.len(), 3);
        owner.get(&owner.path("/members?archived=true")).await.expect_problem(422, "validation_failed");
    }

    /// Employees see themselves only.
    async fn employees_see_themselves_only(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let listed = employee.get(&employee.path("/members")).await.expect(200);
        assert_eq!((&listed.body["data"][0]["id"], &listed.body["meta"]["total"]), (&json!(employee.member), &json!(1)));
        employee.get(&employee.path(&format!("/members/{}", employee.member))).await.expect(200);
        employee.get(&employee.path(&format!("/members/{}", owner.member))).await.expect_problem(404, "not_found");
        let accountant = kronos.member("accountant").await;
        assert_eq!(accountant.get(&accountant.path("/members")).await.expect(200).body["meta"]["total"], 3);
        let entry = json!({ "start": "2026-03-04T09:00:00Z" });
        accountant.post(&accountant.path("/time-entries"), &entry).await.expect_problem(403, "permission_denied");
    }

    /// A member who renames themselves has another version, so that nobody keeps the old name.
    async fn names_of_users_are_names_of_members(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let path = owner.path(&format!("/members/{}", employee.member));
        let before = owner.get(&path).await.expect(200);
        employee.patch("/api/v1/users/me", &json!({ "name": "Zoë" })).await.expect(200);
        let after = owner.get(&path).await.expect(200);
        assert_eq!((after.string("/data/name").as_str(), before.header("etag"), after.header("etag")), ("Zoë", "\"1\"", "\"2\""));
        assert_ne!(after.body["data"]["updated_at"], Value::Null);
        owner.patch(&path, &json!({ "name": "Other" })).await.expect_problem(422, "validation_failed");
        owner.put(&path, &after.body["data"]).await.expect(200);
    }
}
