//! `/api/v1/organizations/{organization}/tasks`.

use kronos_tests::{Actor, Answer, on_both_engines};
use serde_json::{Value, json};

async fn project(actor: &Actor, name: &str, public: bool) -> String {
    let body = json!({ "name": name, "is_public": public });
    actor.post(&actor.path("/projects"), &body).await.expect(201).string("/data/id")
}

async fn create(actor: &Actor, body: Value) -> Answer {
    actor.post(&actor.path("/tasks"), &body).await
}

fn address(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/tasks/{}", answer.string("/data/id")))
}

async fn names(actor: &Actor, query: &str) -> Vec<String> {
    let list = actor.get(&format!("{}?{query}", actor.path("/tasks"))).await.expect(200);
    let tasks = list.body["data"].as_array().expect("a list");
    tasks.iter().map(|task| task["name"].as_str().expect("a name").to_owned()).collect()
}

on_both_engines! {
    async fn a_task_is_done_and_to_do_again(kronos: Kronos) {
        let owner = kronos.owner().await;
        let (website, app) = (project(&owner, "Website", false).await, project(&owner, "App", false).await);
        let body = json!({ "name": "Design", "project_id": website, "estimated_time": 7200, "is_done": false });
        let created = create(&owner, body).await.expect(201);
        let address = address(&owner, &created);
        assert_eq!(created.header("location"), address);
        assert_eq!(created.body["data"]["spent_time"], 0);
        assert_eq!(created.body["data"]["estimated_time"], 7200);
        assert_eq!(created.string("/data/project_id"), website);
        create(&owner, json!({ "name": "design", "project_id": website })).await.expect_problem(409, "name_already_used");
        create(&owner, json!({ "name": "Design", "project_id": app })).await.expect(201);

        // As Neovim sends it.
        let done = owner.put(&address, &json!({ "name": "Design", "is_done": true })).await.expect(200);
        assert_eq!(done.body["data"]["is_done"], true);
        assert!(done.body["data"]["done_at"].is_string(), "{}", done.text);
        assert_eq!(done.body["data"]["estimated_time"], 7200);
        let of_website = format!("project_id={website}");
        for (query, expected) in [
            (of_website.clone(), vec![]),
            (format!("{of_website}&done=true"), vec!["Design"]),
            (format!("{of_website}&done=all"), vec!["Design"]),
            (String::new(), vec!["Design"]),
            ("done=all".to_owned(), vec!["Design", "Design"]),
            (format!("project_id={}", uuid::Uuid::now_v7()), vec![]),
        ] {
            assert_eq!(names(&owner, &query).await, expected, "{query}");
        }
        let again = owner.patch(&address, &json!({ "is_done": false, "estimated_time": null })).await.expect(200);
        assert_eq!((&again.body["data"]["is_done"], &again.body["data"]["estimated_time"]), (&json!(false), &Value::Null));
        let same = owner.put(&address, &again.body["data"]).await.expect(200);
        assert_eq!(same.body["data"], again.body["data"]);
        owner.patch(&address, &json!({ "estimated_time": -1 })).await.expect_problem(422, "validation_failed");
        owner.delete(&owner.path(&format!("/projects/{website}"))).await.expect_problem(409, "entity_still_in_use");
        owner.delete(&address).await.expect(204);
        owner.get(&address).await.expect_problem(404, "not_found");
        owner.delete(&owner.path(&format!("/projects/{website}"))).await.expect(204);
    }

    /// A task belongs to a project of the organization for good.
    async fn a_task_has_a_project(kronos: Kronos) {
        let (owner, stranger) = (kronos.owner().await, kronos.other_tenant().await);
        let (ours, theirs) = (project(&owner, "Ours", true).await, project(&stranger, "Theirs", true).await);
        for project in [theirs.as_str(), "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e"] {
            let refused = create(&owner, json!({ "name": "Design", "project_id": project })).await;
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(refused.body["errors"], json!({ "project_id": ["must be a project of the organization"] }));
        }
        create(&owner, json!({ "name": "Design" })).await.expect_problem(422, "validation_failed");
        let created = create(&owner, json!({ "name": "Design", "project_id": ours })).await.expect(201);
        let moved = owner.patch(&address(&owner, &created), &json!({ "project_id": theirs, "name": "Moved" })).await;
        let moved = moved.expect_problem(422, "validation_failed");
        assert_eq!(moved.body["errors"], json!({ "project_id": ["cannot be changed"] }));
        let kept = owner.patch(&address(&owner, &created), &json!({ "project_id": ours, "name": "Kept" })).await.expect(200);
        assert_eq!(kept.string("/data/name"), "Kept");
    }

    /// Employees run tasks where they manage the project, or where the organization lets them.
    async fn the_organization_says_who_runs_tasks(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let (shared, private) = (project(&owner, "Shared", true).await, project(&owner, "Private", false).await);
        let hidden = create(&owner, json!({ "name": "Hidden", "project_id": private })).await.expect(201);
        let seen = create(&owner, json!({ "name": "Seen", "project_id": shared })).await.expect(201);
        assert_eq!(names(&employee, "").await, ["Seen"]);
        employee.get(&address(&employee, &hidden)).await.expect_problem(404, "not_found");
        employee.patch(&address(&employee, &seen), &json!({ "is_done": true })).await.expect_problem(403, "permission_denied");
        for project in [&shared, &private] {
            create(&employee, json!({ "name": "Mine", "project_id": project })).await.expect_problem(403, "permission_denied");
        }
        kronos.sql("UPDATE organizations SET employees_can_manage_tasks = true, version = version + 1").await;
        let mine = create(&employee, json!({ "name": "Mine", "project_id": shared })).await.expect(201);
        employee.patch(&address(&employee, &seen), &json!({ "is_done": true })).await.expect(200);
        employee.delete(&address(&employee, &mine)).await.expect(204);
        create(&employee, json!({ "name": "Mine", "project_id": private })).await.expect_problem(403, "permission_denied");

        kronos.sql("UPDATE organizations SET employees_can_manage_tasks = false, version = version + 1").await;
        let manager = json!({ "member_id": employee.member, "role": "manager" });
        owner.post(&owner.path(&format!("/projects/{private}/project-members")), &manager).await.expect(201);
        create(&employee, json!({ "name": "Mine", "project_id": private })).await.expect(201);
        employee.delete(&address(&employee, &hidden)).await.expect(204);
        create(&employee, json!({ "name": "Mine", "project_id": shared })).await.expect_problem(403, "permission_denied");
    }

    /// What is computed from elsewhere is no change of the task, and a reader sees it all the same.
    async fn a_tag_of_a_task_tells_of_the_time_spent(kronos: Kronos) {
        let owner = kronos.owner().await;
        let project = project(&owner, "Website", false).await;
        let created = create(&owner, json!({ "name": "Design", "project_id": project })).await.expect(201);
        let address = address(&owner, &created);
        let before = owner.get(&address).await.expect(200).header("etag").to_owned();
        let known = owner.request(reqwest::Method::GET, &address).header("if-none-match", &before);
        owner.send(known).await.expect(304);
        kronos.sql(&format!(
            "INSERT INTO project_totals (organization_id, project_id, task_id, seconds) VALUES ('{}', '{project}', '{}', 3600), ('{}', '{project}', NULL, 60)",
            owner.organization, created.string("/data/id"), owner.organization,
        )).await;
        let known = owner.request(reqwest::Method::GET, &address).header("if-none-match", &before);
        let after = owner.send(known).await.expect(200);
        assert_eq!(after.body["data"]["spent_time"], 3600);
        let whole = owner.get(&owner.path(&format!("/projects/{project}"))).await.expect(200);
        assert_eq!(whole.body["data"]["spent_time"], 3660);
        let change = owner.request(reqwest::Method::PATCH, &address).header("if-match", &before);
        owner.send(change.json(&json!({ "name": "Drawing" }))).await.expect(200);
    }
}
