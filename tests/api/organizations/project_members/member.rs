//! `/api/v1/organizations/{organization}/projects/{project}/project-members` and `/project-members/{project_member}`.

use kronos_tests::{Actor, Answer, on_both_engines};
use serde_json::{Value, json};

async fn project(actor: &Actor, name: &str) -> String {
    actor.post(&actor.path("/projects"), &json!({ "name": name })).await.expect(201).string("/data/id")
}

fn list(actor: &Actor, project: &str) -> String {
    actor.path(&format!("/projects/{project}/project-members"))
}

async fn admit(actor: &Actor, project: &str, body: Value) -> Answer {
    actor.post(&list(actor, project), &body).await
}

fn address(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/project-members/{}", answer.string("/data/id")))
}

on_both_engines! {
   async fn a_member_comes_and_goes(kronos: Kronos) {
       let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
       let project = project(&owner, "Website").await;
       let body = json!({ "member_id": employee.member, "billable_rate": 10_000 });
       let admitted = admit(&owner, &project, body.clone()).await.expect(201);
       let address = address(&owner, &admitted);
       assert_eq!(admitted.header("location"), address);
       assert_eq!((admitted.string("/data/role"), &admitted.body["data"]["billable_rate"]), ("member".into(), &json!(10_000)));
       assert_eq!((admitted.string("/data/project_id"), admitted.string("/data/member_id")), (project.clone(), employee.member.clone()));
       assert_eq!(owner.get(&address).await.expect(200).body["data"], admitted.body["data"]);
       admit(&owner, &project, body).await.expect_problem(409, "user_is_already_member_of_project");
       let unknown = json!({ "member_id": "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e" });
       let refused = admit(&owner, &project, unknown).await.expect_problem(422, "validation_failed");
       assert_eq!(refused.body["errors"], json!({ "member_id": ["must be a member of the organization"] }));
       let refused = owner.patch(&address, &json!({ "role": "owner" })).await.expect_problem(422, "validation_failed");
       assert_eq!(refused.body["errors"], json!({ "role": ["must be `member` or `manager`"] }));

       let page = owner.get(&list(&owner, &project)).await.expect(200);
       assert_eq!((&page.body["data"], &page.body["meta"]["total"]), (&json!([admitted.body["data"]]), &json!(1)));
       let same = owner.put(&address, &admitted.body["data"]).await.expect(200);
       assert_eq!(same.body["data"], admitted.body["data"]);
       let raised = owner.put(&address, &json!({ "billable_rate": 12_000 })).await.expect(200);
       assert_eq!((&raised.body["data"]["billable_rate"], &raised.body["data"]["version"]), (&json!(12_000), &json!(2)));
       owner.delete(&address).await.expect(204);
       owner.get(&address).await.expect_problem(404, "not_found");
       let back = admit(&owner, &project, json!({ "member_id": employee.member })).await.expect(201);
       assert_eq!(back.body["data"]["billable_rate"], Value::Null);
   }

   /// Employees who manage a project run it, but not its prices, of which they see none.
   async fn a_manager_of_a_project_runs_it(kronos: Kronos) {
       let (owner, employee, colleague) = (kronos.owner().await, kronos.member("employee").await, kronos.member("employee").await);
       let project = project(&owner, "Website").await;
       let place = owner.path(&format!("/projects/{project}"));
       admit(&employee, &project, json!({ "member_id": colleague.member })).await.expect_problem(404, "not_found");
       let own = admit(&owner, &project, json!({ "member_id": employee.member, "billable_rate": 10_000 })).await.expect(201);
       admit(&employee, &project, json!({ "member_id": colleague.member })).await.expect_problem(403, "permission_denied");
       employee.patch(&place, &json!({ "name": "Mine" })).await.expect_problem(403, "permission_denied");
       let other = admit(&owner, &project, json!({ "member_id": owner.member })).await.expect(201);
       let seen = employee.get(&list(&employee, &project)).await.expect(200);
       assert_eq!((seen.string("/data/0/id"), &seen.body["meta"]["total"]), (own.string("/data/id"), &json!(1)));
       assert_eq!(seen.body["data"][0]["billable_rate"], Value::Null);
       employee.get(&address(&employee, &other)).await.expect_problem(404, "not_found");

       owner.patch(&address(&owner, &own), &json!({ "role": "manager" })).await.expect(200);
       assert_eq!(employee.get(&list(&employee, &project)).await.expect(200).body["meta"]["total"], 2);
       let shown = employee.patch(&place, &json!({ "name": "Mine" })).await.expect(200);
       assert_eq!((shown.string("/data/name"), &shown.body["data"]["billable_rate"]), ("Mine".into(), &Value::Null));
       // What they were shown can be sent back; a price is not theirs to set.
       employee.put(&place, &shown.body["data"]).await.expect(200);
       employee.put(&place, &json!({ "billable_rate": 1 })).await.expect_problem(403, "permission_denied");
       admit(&employee, &project, json!({ "member_id": colleague.member, "billable_rate": 1 })).await.expect_problem(403, "permission_denied");
       let admitted = admit(&employee, &project, json!({ "member_id": colleague.member })).await.expect(201);
       colleague.get(&place).await.expect(200);
       employee.delete(&address(&employee, &admitted)).await.expect(204);
       colleague.get(&place).await.expect_problem(404, "not_found");
       assert_eq!(kronos.number("SELECT count(*) FROM rates").await, 1);
       // The price goes with the project, and is not theirs to unset, either.
       employee.delete(&place).await.expect_problem(403, "permission_denied");
       owner.delete(&place).await.expect(204);
       assert_eq!(kronos.number("SELECT count(*) FROM project_members WHERE deleted_at IS NULL").await, 0);
   }

   /// What goes with a membership, a task or a project is not unset by deleting it.
   async fn whoever_sets_no_rates_unsets_none(kronos: Kronos) {
       let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
       let colleague = kronos.member("employee").await;
       owner.patch(&owner.path(""), &json!({ "employees_can_see_billable_rates": true })).await.expect(200);
       let project = project(&owner, "Website").await;
       let own = json!({ "member_id": employee.member, "role": "manager", "billable_rate": 9_000 });
       let own = address(&owner, &admit(&owner, &project, own).await.expect(201));
       let other = json!({ "member_id": colleague.member, "billable_rate": 20_000 });
       let other = address(&owner, &admit(&owner, &project, other).await.expect(201));
       let task = json!({ "name": "Design", "project_id": project });
       let task = employee.post(&employee.path("/tasks"), &task).await.expect(201).string("/data/id");
       let cost = json!({ "kind": "cost", "task_id": task, "amount": 5_000 });
       let cost = owner.post(&owner.path("/rates"), &cost).await.expect(201).string("/data/id");
       let task = employee.path(&format!("/tasks/{task}"));
       for address in [&other, &task, &employee.path(&format!("/projects/{project}"))] {
           employee.delete(address).await.expect_problem(403, "permission_denied");
       }
       // A manager of the organization sets prices, and no costs.
       let manager = kronos.member("manager").await;
       manager.delete(&task).await.expect_problem(403, "permission_denied");
       owner.delete(&owner.path(&format!("/rates/{cost}"))).await.expect(204);
       employee.delete(&task).await.expect(204);

       // Whoever is shown their own price is not shown that of others, and can send back what they were shown.
       assert_eq!(employee.get(&own).await.expect(200).body["data"]["billable_rate"], 9_000);
       let shown = employee.get(&other).await.expect(200);
       assert_eq!(shown.body["data"]["billable_rate"], Value::Null);
       employee.put(&other, &shown.body["data"]).await.expect(200);
       assert_eq!(owner.get(&other).await.expect(200).body["data"]["billable_rate"], 20_000);
       manager.delete(&other).await.expect(204);
   }

   /// An entity tag stands for the price as well: one that was set elsewhere is not set back by what was read before.
   async fn a_price_that_was_set_meanwhile_is_not_set_back(kronos: Kronos) {
       let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
       let project = project(&owner, "Website").await;
       let place = admit(&owner, &project, json!({ "member_id": employee.member, "billable_rate": 20_000 })).await.expect(201);
       let rate = json!({ "project_id": project, "amount": 10_000 });
       owner.post(&owner.path("/rates"), &rate).await.expect(201);
       let rates = owner.get(&owner.path(&format!("/rates?project_id={project}"))).await.expect(200);
       for address in [owner.path(&format!("/projects/{project}")), address(&owner, &place)] {
           let read = owner.get(&address).await.expect(200);
           for rate in rates.body["data"].as_array().unwrap() {
               let amount = 1 + owner.get(&address).await.expect(200).body["data"]["billable_rate"].as_i64().unwrap();
               let rate = owner.path(&format!("/rates/{}", rate["id"].as_str().unwrap()));
               owner.patch(&rate, &json!({ "amount": amount })).await.expect(200);
           }
           let put = |read: &Answer| {
               let request = owner.request(reqwest::Method::PUT, &address).header("if-match", read.header("etag"));
               owner.send(request.json(&read.body["data"]))
           };
           put(&read).await.expect_problem(412, "version_mismatch");
           put(&owner.get(&address).await.expect(200)).await.expect(200);
           // What says nothing of the price goes by the version.
           let named = owner.request(reqwest::Method::PATCH, &address).header("if-match", read.header("etag"));
           owner.send(named.json(&json!({}))).await.expect(200);
       }
   }
}
