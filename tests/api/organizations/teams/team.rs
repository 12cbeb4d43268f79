//! `/api/v1/organizations/{organization}/teams`.

use kronos_tests::{Actor, on_both_engines};
use reqwest::Method;
use serde_json::json;

async fn team(owner: &Actor, name: &str) -> String {
    let made = owner.post(&owner.path("/teams"), &json!({ "name": name })).await.expect(201);
    assert_eq!(made.body["data"]["members"], json!([]));
    owner.path(&format!("/teams/{}", made.string("/data/id")))
}

on_both_engines! {
    async fn a_team_has_members_and_leads(kronos: Kronos) {
        let (owner, employee, other) = (kronos.owner().await, kronos.member("employee").await, kronos.member("employee").await);
        let path = team(&owner, "Nord").await;
        let place = format!("{path}/members/{}", employee.member);
        let placed = owner.send(owner.request(Method::PUT, &place)).await.expect(200);
        assert_eq!(placed.body["data"]["members"], json!([{ "member_id": employee.member, "is_lead": false }]));
        assert_eq!(owner.put(&place, &json!({ "is_lead": false })).await.expect(200).header("etag"), "\"2\"");
        let leads = owner.put(&place, &json!({ "is_lead": true })).await.expect(200);
        assert_eq!((&leads.body["data"]["members"][0]["is_lead"], leads.header("etag")), (&json!(true), "\"3\""));
        assert_eq!(employee.get(&path).await.expect(200).body, leads.body);
        other.get(&path).await.expect_problem(404, "not_found");
        assert_eq!(other.get(&other.path("/teams")).await.expect(200).body["meta"]["total"], 0);
        assert_eq!(employee.get(&employee.path("/teams")).await.expect(200).body["meta"]["total"], 1);
        employee.put(&place, &json!({ "is_lead": false })).await.expect_problem(403, "permission_denied");
        let stranger = kronos.other_tenant().await;
        owner.put(&format!("{path}/members/{}", stranger.member), &json!({})).await.expect_problem(404, "not_found");
        owner.delete(&place).await.expect(204);
        owner.delete(&place).await.expect_problem(404, "not_found");
        employee.get(&path).await.expect_problem(404, "not_found");
    }

    async fn a_team_is_renamed_and_deleted(kronos: Kronos) {
        let owner = kronos.owner().await;
        let path = team(&owner, "Nord").await;
        owner.post(&owner.path("/teams"), &json!({ "name": "NORD" })).await.expect_problem(409, "name_already_used");
        let other = team(&owner, "Süd").await;
        owner.patch(&other, &json!({ "name": "nord" })).await.expect_problem(409, "name_already_used");
        let read = owner.get(&path).await.expect(200);
        assert_eq!(owner.put(&path, &read.body["data"]).await.expect(200).header("etag"), "\"1\"");
        let stale = owner.request(Method::PATCH, &path).header("if-match", "\"2\"").json(&json!({ "name": "West" }));
        owner.send(stale).await.expect_problem(412, "version_mismatch");
        assert_eq!(owner.patch(&path, &json!({ "name": "West" })).await.expect(200).header("etag"), "\"2\"");
        let stale = owner.request(Method::DELETE, &path).header("if-match", "\"1\"");
        owner.send(stale).await.expect_problem(412, "version_mismatch");
        owner.delete(&path).await.expect(204);
        owner.get(&path).await.expect_problem(404, "not_found");
        let id = uuid::Uuid::now_v7().to_string();
        let body = json!({ "id": id, "name": "West" });
        owner.post(&owner.path("/teams"), &body).await.expect(201);
        owner.post(&owner.path("/teams"), &body).await.expect(200);
        owner.post(&owner.path("/teams"), &json!({ "id": id, "name": "East" })).await.expect_problem(409, "id_already_used");
    }
}
