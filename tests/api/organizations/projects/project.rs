//! `/api/v1/organizations/{organization}/projects`: one project.

use kronos_tests::{Actor, Answer, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> Answer {
    actor.post(&actor.path("/projects"), &body).await
}

fn address(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/projects/{}", answer.string("/data/id")))
}

async fn client(actor: &Actor, name: &str) -> String {
    actor.post(&actor.path("/clients"), &json!({ "name": name })).await.expect(201).string("/data/id")
}

#[track_caller]
fn expect_fault(answer: Answer, field: &str, fault: &str) {
    let answer = answer.expect_problem(422, "validation_failed");
    assert_eq!(answer.body["errors"], json!({ field: [fault] }), "{}", answer.text);
}

on_both_engines! {
    async fn a_project_lives_and_dies(kronos: Kronos) {
        let owner = kronos.owner().await;
        let client = client(&owner, "Acme").await;
        let budget = json!({ "kind": "time", "amount": 36_000, "period": "month", "thresholds": [80, 100] });
        let created = create(&owner, json!({
            "name": "Website", "color": "#5E35B1", "client_id": client, "is_billable": true, "billable_rate": 12_000,
            "is_public": true, "estimated_time": 7200, "budget": budget,
        })).await.expect(201);
        let address = address(&owner, &created);
        assert_eq!((created.header("location"), created.header("etag")), (address.as_str(), "\"1:12000::0\""));
        let project = &created.body["data"];
        for (member, value) in [
            ("name", json!("Website")),
            ("color", json!("#5e35b1")),
            ("client_id", json!(client)),
            ("is_billable", json!(true)),
            ("billable_rate", json!(12_000)),
            ("cost_rate", Value::Null),
            ("is_public", json!(true)),
            ("is_archived", json!(false)),
            ("estimated_time", json!(7200)),
            ("spent_time", json!(0)),
            ("budget", budget),
            ("version", json!(1)),
        ] {
            assert_eq!(project[member], value, "{member}");
        }
        assert_eq!(owner.get(&address).await.expect(200).body["data"], *project);
        for method in [Method::PUT, Method::PATCH] {
            let same = owner.send(owner.request(method, &address).json(project)).await.expect(200);
            assert_eq!(same.body["data"], *project);
        }
        let body = json!({ "client_id": null, "estimated_time": null, "budget": null, "is_public": false, "is_billable": false });
        let emptied = owner.patch(&address, &body).await.expect(200);
        for (member, value) in body.as_object().unwrap() {
            assert_eq!(emptied.body["data"][member], *value, "{member}");
        }
        assert_eq!((emptied.string("/data/name"), &emptied.body["data"]["billable_rate"]), ("Website".into(), &json!(12_000)));
        let stale = owner.request(Method::PATCH, &address).header("if-match", created.header("etag")).json(&json!({ "name": "x" }));
        owner.send(stale).await.expect_problem(412, "version_mismatch");
        owner.delete(&address).await.expect(204);
        owner.get(&address).await.expect_problem(404, "not_found");
        assert_eq!(kronos.number("SELECT count(*) FROM rates WHERE deleted_at IS NULL").await, 0);
    }

    /// The first rate is valid always, a later one from today on; what is so already is no change.
    async fn a_rate_is_set_with_the_project(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = create(&owner, json!({ "name": "Website" })).await.expect(201);
        let address = address(&owner, &created);
        let rates = async || {
            let list = owner.get(&owner.path("/rates?sort=created_at")).await.expect(200);
            let rates = list.body["data"].as_array().unwrap().clone();
            rates.iter().map(|rate| (rate["amount"].clone(), rate["valid_from"].is_null())).collect::<Vec<_>>()
        };
        owner.patch(&address, &json!({ "billable_rate": null })).await.expect(200);
        assert!(rates().await.is_empty());
        let set = owner.put(&address, &json!({ "billable_rate": 10_000 })).await.expect(200);
        assert_eq!((&set.body["data"]["billable_rate"], &set.body["data"]["version"]), (&json!(10_000), &json!(2)));
        owner.put(&address, &json!({ "billable_rate": 10_000 })).await.expect(200);
        assert_eq!(rates().await, [(json!(10_000), true)]);
        for amount in [json!(12_000), json!(13_000), Value::Null] {
            let set = owner.put(&address, &json!({ "billable_rate": amount })).await.expect(200);
            assert_eq!(set.body["data"]["billable_rate"], amount);
        }
        assert_eq!(rates().await, [(json!(10_000), true), (Value::Null, false)]);
        assert_eq!(owner.get(&address).await.expect(200).body["data"]["billable_rate"], Value::Null);
        expect_fault(
            owner.put(&address, &json!({ "billable_rate": -1 })).await,
            "billable_rate",
            "must be between 0 and 1000000000 minor units per hour",
        );
        // A cost is read with the project by who may know.
        let cost = json!({ "kind": "cost", "project_id": created.string("/data/id"), "amount": 5000 });
        owner.post(&owner.path("/rates"), &cost).await.expect(201);
        assert_eq!(owner.get(&address).await.expect(200).body["data"]["cost_rate"], 5000);
        let manager = kronos.member("manager").await;
        assert_eq!(manager.get(&address).await.expect(200).body["data"]["cost_rate"], Value::Null);
    }

    async fn bad_input_names_the_field(kronos: Kronos) {
        let (owner, stranger) = (kronos.owner().await, kronos.other_tenant().await);
        let theirs = client(&stranger, "Theirs").await;
        let budget = |amount: i64, thresholds: Value| {
            json!({ "name": "a", "budget": { "kind": "money", "amount": amount, "period": "total", "thresholds": thresholds } })
        };
        for (body, field, fault) in [
            (json!({}), "name", "is required"),
            (json!({ "name": "a", "color": "red" }), "color", "must be a color such as `#5e35b1`"),
            (json!({ "name": "a", "client_id": theirs }), "client_id", "must be a client of the organization"),
            (json!({ "name": "a", "client_id": "x" }), "client_id", "must be a UUID such as `01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e`"),
            (json!({ "name": "a", "estimated_time": -1 }), "estimated_time", "must be between 0 and 7258118399 seconds"),
            (budget(-1, json!([])), "budget", "must have an `amount` between 0 and 1000000000000000"),
            (budget(1, json!([0])), "budget", "must have at most 10 `thresholds` between 1 and 1000 percent"),
            (budget(1, json!([70_000])), "budget.thresholds[0]", "must be a whole number between 0 and 65535"),
        ] {
            expect_fault(create(&owner, body).await, field, fault);
        }
        let created = create(&owner, json!({ "name": "a" })).await.expect(201);
        let moved = owner.patch(&address(&owner, &created), &json!({ "client_id": theirs })).await;
        expect_fault(moved, "client_id", "must be a client of the organization");
    }

    /// Twenty edits at once: the version counts every one.
    async fn parallel_edits_all_count(kronos: Kronos) {
        let owner = kronos.owner().await;
        let created = create(&owner, json!({ "name": "Website" })).await.expect(201);
        let address = address(&owner, &created);
        let mut edits = tokio::task::JoinSet::new();
        for edit in 0..20 {
            let (owner, address) = (owner.clone(), address.clone());
            edits.spawn(async move { owner.patch(&address, &json!({ "name": format!("edit {edit}") })).await.status });
        }
        assert!(edits.join_all().await.into_iter().all(|status| status == 200));
        assert_eq!(owner.get(&address).await.body["data"]["version"], 21);
    }

    /// Whoever runs a project gives it no client that they do not see, and learns nothing of one by trying.
    async fn a_manager_of_a_project_gives_it_a_client_that_they_see(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let make = async |list: &str, body: Value| {
            owner.post(&owner.path(list), &body).await.expect(201).string("/data/id")
        };
        let hidden = make("/clients", json!({ "name": "Globex" })).await;
        let seen = make("/clients", json!({ "name": "Initech" })).await;
        make("/projects", json!({ "name": "Shop", "client_id": seen, "is_public": true })).await;
        let project = make("/projects", json!({ "name": "Website" })).await;
        make(&format!("/projects/{project}/project-members"), json!({ "member_id": employee.member, "role": "manager" })).await;
        let address = employee.path(&format!("/projects/{project}"));
        for unknown in [hidden.as_str(), "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e"] {
            let refused = employee.patch(&address, &json!({ "client_id": unknown })).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.body["errors"], json!({ "client_id": ["must be a client of the organization"] }));
        }
        employee.patch(&address, &json!({ "client_id": seen })).await.expect(200);
        employee.patch(&address, &json!({ "client_id": null })).await.expect(200);
    }
}
