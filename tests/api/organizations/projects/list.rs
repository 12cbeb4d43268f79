//! `/api/v1/organizations/{organization}/projects`: who sees which, and pages.

use kronos_tests::{Actor, on_both_engines};
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> String {
    actor.post(&actor.path("/projects"), &body).await.expect(201).string("/data/id")
}

async fn names(actor: &Actor, query: &str) -> Vec<String> {
    let list = actor.get(&format!("{}?{query}", actor.path("/projects"))).await.expect(200);
    let projects = list.body["data"].as_array().expect("a list");
    projects.iter().map(|project| project["name"].as_str().expect("a name").to_owned()).collect()
}

on_both_engines! {
    async fn employees_see_what_is_public_and_what_they_are_in(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let (manager, accountant) = (kronos.member("manager").await, kronos.member("accountant").await);
        create(&owner, json!({ "name": "Public", "is_public": true })).await;
        let private = create(&owner, json!({ "name": "Private", "billable_rate": 10_000 })).await;
        create(&owner, json!({ "name": "Secret" })).await;
        for actor in [&owner, &manager, &accountant] {
            assert_eq!(names(actor, "").await, ["Private", "Public", "Secret"]);
        }
        assert_eq!(names(&employee, "").await, ["Public"]);
        let address = employee.path(&format!("/projects/{private}"));
        employee.get(&address).await.expect_problem(404, "not_found");
        owner.post(&format!("{address}/project-members"), &json!({ "member_id": employee.member })).await.expect(201);
        assert_eq!(names(&employee, "").await, ["Private", "Public"]);
        let seen = employee.get(&address).await.expect(200);
        assert_eq!(seen.body["data"]["billable_rate"], Value::Null);
        employee.patch(&address, &json!({ "name": "Mine" })).await.expect_problem(403, "permission_denied");
        accountant.patch(&address, &json!({ "name": "Mine" })).await.expect_problem(403, "permission_denied");
        assert_eq!(accountant.get(&address).await.expect(200).body["data"]["billable_rate"], 10_000);
        kronos.sql("UPDATE organizations SET employees_can_see_billable_rates = true, version = version + 1").await;
        assert_eq!(employee.get(&address).await.expect(200).body["data"]["billable_rate"], 10_000);
        assert!(names(&kronos.other_tenant().await, "").await.is_empty());
    }

    async fn filters_narrow_the_list(kronos: Kronos) {
        let owner = kronos.owner().await;
        let acme = owner.post(&owner.path("/clients"), &json!({ "name": "Acme" })).await.expect(201).string("/data/id");
        create(&owner, json!({ "name": "Website", "client_id": acme })).await;
        create(&owner, json!({ "name": "Website" })).await;
        create(&owner, json!({ "name": "Ärger", "is_archived": true })).await;
        for (query, expected) in [
            ("sort=created_at".to_owned(), vec!["Website", "Website"]),
            (format!("client_id={acme}"), vec!["Website"]),
            ("archived=true".to_owned(), vec!["Ärger"]),
            ("archived=all&sort=-created_at&limit=1".to_owned(), vec!["Ärger"]),
            ("archived=all&search=ärg".to_owned(), vec!["Ärger"]),
            ("updated_since=2100-01-01T00:00:00Z".to_owned(), vec![]),
        ] {
            assert_eq!(names(&owner, &query).await, expected, "{query}");
        }
        owner.get(&owner.path("/projects?client_id=none")).await.expect_problem(422, "validation_failed");
        let page = owner.get(&owner.path("/projects?archived=all&page=2&per_page=2")).await.expect(200);
        let meta = &page.body["meta"];
        assert_eq!((&meta["current_page"], &meta["last_page"], &meta["total"]), (&json!(2), &json!(2), &json!(3)));
        assert_eq!((&meta["from"], &meta["to"], &page.body["links"]["next"]), (&json!(3), &json!(3), &Value::Null));
    }
}
