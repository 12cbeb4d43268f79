//! `/api/v1/organizations/{organization}/rates`.

use kronos_tests::{Actor, Answer, on_both_engines};
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> Answer {
    actor.post(&actor.path("/rates"), &body).await
}

fn address(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/rates/{}", answer.string("/data/id")))
}

async fn project(actor: &Actor, name: &str, public: bool) -> String {
    let body = json!({ "name": name, "is_public": public });
    actor.post(&actor.path("/projects"), &body).await.expect(201).string("/data/id")
}

/// Kind, scope and amount of each rate that somebody sees.
async fn seen(actor: &Actor, query: &str) -> Vec<(String, String, Option<i64>)> {
    let list = actor.get(&format!("{}?{query}", actor.path("/rates"))).await.expect(200);
    let text = |rate: &Value, member: &str| rate[member].as_str().expect("a text").to_owned();
    let rates = list.body["data"].as_array().expect("a list").clone();
    rates.iter().map(|rate| (text(rate, "kind"), text(rate, "scope"), rate["amount"].as_i64())).collect()
}

fn amounts(rates: &[(String, String, Option<i64>)]) -> Vec<Option<i64>> {
    rates.iter().map(|(_, _, amount)| *amount).collect()
}

on_both_engines! {
    async fn a_rate_is_valid_from_a_day_on(kronos: Kronos) {
        let owner = kronos.owner().await;
        kronos.sql("UPDATE organizations SET time_zone = 'Europe/Berlin', version = version + 1").await;
        let project = project(&owner, "Website", false).await;
        let first = create(&owner, json!({ "project_id": project, "amount": 10_000 })).await.expect(201);
        assert_eq!(first.header("location"), address(&owner, &first));
        assert_eq!((first.string("/data/kind"), first.string("/data/scope")), ("billable".into(), "project".into()));
        assert_eq!((&first.body["data"]["valid_from"], &first.body["data"]["task_id"]), (&Value::Null, &Value::Null));
        let body = json!({ "project_id": project, "amount": 12_000, "valid_from": "2026-03-29" });
        let second = create(&owner, body.clone()).await.expect(201);
        assert_eq!(second.string("/data/valid_from"), "2026-03-29");
        create(&owner, body).await.expect_problem(409, "rate_already_set");

        // The day begins in the zone of the organization.
        let at = async |instant: &str| amounts(&seen(&owner, &format!("project_id={project}&valid_at={instant}")).await);
        assert_eq!(at("2026-03-28T22:59:59Z").await, [Some(10_000)]);
        assert_eq!(at("2026-03-28T23:00:00Z").await, [Some(12_000)]);
        assert_eq!(amounts(&seen(&owner, &format!("project_id={project}")).await), [Some(10_000), Some(12_000)]);

        let changed = owner.patch(&address(&owner, &second), &json!({ "amount": null, "valid_from": "2026-04-01" })).await.expect(200);
        assert_eq!((&changed.body["data"]["amount"], changed.header("etag")), (&Value::Null, "\"2\""));
        assert_eq!(at("2026-03-31T21:59:59Z").await, [Some(10_000)]);
        let same = owner.put(&address(&owner, &second), &changed.body["data"]).await.expect(200);
        assert_eq!(same.body["data"], changed.body["data"]);
        owner.patch(&address(&owner, &second), &json!({ "valid_from": null })).await.expect_problem(409, "rate_already_set");
        owner.delete(&address(&owner, &first)).await.expect(204);
        owner.patch(&address(&owner, &second), &json!({ "valid_from": null })).await.expect(200);
        owner.get(&address(&owner, &first)).await.expect_problem(404, "not_found");
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE aggregate = 'rate'").await, 5);
    }

    async fn bad_input_names_the_field(kronos: Kronos) {
        let owner = kronos.owner().await;
        let project = project(&owner, "Website", false).await;
        let unknown = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";
        let day = "must be a date such as `2026-03-01`, between 1970-01-02 and 2199-12-30";
        for (body, field, fault) in [
            (json!({ "amount": -1 }), "amount", "must be between 0 and 1000000000 minor units per hour"),
            (json!({ "kind": "price" }), "kind", "must be `billable` or `cost`"),
            (json!({ "valid_from": "01.03.2026" }), "valid_from", day),
            (json!({ "project_id": project, "scope": "member" }), "scope", "must be `project` with these ids"),
            (json!({ "project_id": unknown }), "project_id", "must be a project of the organization"),
            (json!({ "task_id": unknown }), "task_id", "must be a task of the organization"),
            (json!({ "member_id": unknown }), "member_id", "must be a member of the organization"),
            (json!({ "member_id": owner.member, "project_id": project }), "member_id", "must be a member of the project"),
            (
                json!({ "task_id": unknown, "project_id": project }),
                "task_id",
                "must not be given with `member_id` or `project_id`: a task has one rate for all",
            ),
        ] {
            let refused = create(&owner, body.clone()).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.body["errors"], json!({ field: [fault] }), "{body}");
        }
        assert_eq!(kronos.number("SELECT count(*) FROM rates").await, 0);
    }

    /// Managers see and set prices of projects; what is valid everywhere, and costs, are for administrators; accountants see all.
    async fn who_sees_and_sets_which_rate(kronos: Kronos) {
        let owner = kronos.owner().await;
        let [admin, manager, employee, accountant] =
            [kronos.member("admin").await, kronos.member("manager").await, kronos.member("employee").await, kronos.member("accountant").await];
        let project = project(&owner, "Website", false).await;
        create(&admin, json!({ "amount": 1 })).await.expect(201);
        create(&admin, json!({ "member_id": employee.member, "amount": 2 })).await.expect(201);
        create(&admin, json!({ "member_id": manager.member, "amount": 3 })).await.expect(201);
        create(&manager, json!({ "project_id": project, "amount": 4 })).await.expect(201);
        let cost = create(&owner, json!({ "kind": "cost", "member_id": employee.member, "amount": 5 })).await.expect(201);
        for body in [json!({ "amount": 6 }), json!({ "member_id": employee.member, "amount": 6 }), json!({ "kind": "cost", "project_id": project, "amount": 6 })] {
            for actor in [&manager, &employee, &accountant] {
                create(actor, body.clone()).await.expect_problem(403, "permission_denied");
            }
        }
        let by_kind = "kind=billable&sort=created_at";
        for actor in [&owner, &admin, &manager, &accountant] {
            assert_eq!(amounts(&seen(actor, by_kind).await), [Some(1), Some(2), Some(3), Some(4)]);
        }
        for (actor, sees) in [(&owner, true), (&admin, true), (&manager, false), (&employee, false), (&accountant, true)] {
            assert_eq!(seen(actor, "kind=cost").await.len(), usize::from(sees));
            actor.get(&address(actor, &cost)).await.expect(if sees { 200 } else { 404 });
        }
        assert!(seen(&employee, "").await.is_empty());
        kronos.sql("UPDATE organizations SET employees_can_see_billable_rates = true, version = version + 1").await;
        assert_eq!(amounts(&seen(&employee, "sort=created_at").await), [Some(1), Some(2)]);
        owner.post(&owner.path(&format!("/projects/{project}/project-members")), &json!({ "member_id": employee.member })).await.expect(201);
        assert_eq!(amounts(&seen(&employee, "sort=created_at").await), [Some(1), Some(2), Some(4)]);
        assert_eq!(amounts(&seen(&employee, "scope=member").await), [Some(2)]);
    }

    /// A change of rates rewrites nothing; to apply them to what was recorded is a request of its own.
    async fn rates_are_applied_to_a_range_on_request(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let project = project(&owner, "Website", true).await;
        let record = async |actor: &Actor, day: u32, more: Value| {
            let mut body = json!({ "start": format!("2026-03-{day:02}T09:00:00Z"), "duration": 3600, "billable": true, "project_id": project });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            actor.post(&actor.path("/time-entries"), &body).await.expect(201).string("/data/id")
        };
        let first = record(&employee, 1, json!({})).await;
        let by_hand = record(&owner, 2, json!({ "billable_rate": 777 })).await;
        let unpaid = record(&employee, 3, json!({ "billable": false })).await;
        let later = record(&employee, 20, json!({})).await;
        create(&owner, json!({ "project_id": project, "amount": 10_000 })).await.expect(201);
        create(&owner, json!({ "kind": "cost", "member_id": employee.member, "amount": 4_000 })).await.expect(201);
        let of = async |id: &str| {
            let data = owner.get(&owner.path(&format!("/time-entries/{id}"))).await.expect(200).body["data"].clone();
            (data["billable_rate"].as_i64(), data["cost_rate"].as_i64(), data["version"].as_i64().unwrap())
        };
        assert_eq!(of(&first).await, (None, None, 1));
        let apply = async |body: Value| {
            let mut all = json!({ "start": "2026-03-01T00:00:00Z", "end": "2026-03-10T00:00:00Z" });
            all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            owner.post(&owner.path("/rates/apply"), &all).await
        };
        let applied = apply(json!({ "kind": "billable" })).await.expect(200);
        assert_eq!(applied.body, json!({ "data": { "changed": 1 }, "meta": { "next_cursor": null } }));
        assert_eq!((of(&first).await, of(&later).await), ((Some(10_000), None, 2), (None, None, 1)));
        assert_eq!(apply(json!({ "member_ids": [owner.member] })).await.expect(200).body["data"]["changed"], 0);
        assert_eq!(apply(json!({})).await.expect(200).body["data"]["changed"], 2);
        assert_eq!(apply(json!({})).await.expect(200).body["data"]["changed"], 0);
        assert_eq!((of(&first).await, of(&unpaid).await), ((Some(10_000), Some(4_000), 3), (None, Some(4_000), 2)));
        assert_eq!(of(&by_hand).await, (Some(777), None, 1));
        assert_eq!(apply(json!({ "include_manual": true })).await.expect(200).body["data"]["changed"], 1);
        assert_eq!(of(&by_hand).await, (Some(10_000), None, 2));
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE topic = 'time_entry.updated'").await, 4);
        apply(json!({ "end": "2026-02-01T00:00:00Z" })).await.expect_problem(422, "validation_failed");
        apply(json!({ "project_ids": ["x"] })).await.expect_problem(422, "validation_failed");
    }
}
