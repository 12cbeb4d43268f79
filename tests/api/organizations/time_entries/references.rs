//! `/api/v1/organizations/{organization}/time-entries`: what an entry is for, and what it costs.

use kronos_tests::{Actor, Answer, on_both_engines};
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> Answer {
    let mut entry = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
    entry.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    actor.post(&actor.path("/time-entries"), &entry).await
}

fn entry(actor: &Actor, answer: &Answer) -> String {
    actor.path(&format!("/time-entries/{}", answer.string("/data/id")))
}

async fn make(actor: &Actor, list: &str, body: Value) -> String {
    actor.post(&actor.path(list), &body).await.expect(201).string("/data/id")
}

async fn listed(actor: &Actor, query: &str) -> Vec<String> {
    let answer = actor.get(&format!("{}?sort=start&{query}", actor.path("/time-entries"))).await.expect(200);
    let entries = answer.body["data"].as_array().expect("a list").clone();
    entries.iter().map(|entry| entry["description"].as_str().expect("a text").to_owned()).collect()
}

#[track_caller]
fn expect_fault(answer: Answer, field: &str, fault: &str) {
    let answer = answer.expect_problem(422, "validation_failed");
    assert_eq!(answer.body["errors"], json!({ field: [fault] }), "{}", answer.text);
}

on_both_engines! {
    async fn an_entry_has_a_project_a_task_tags_and_a_client(kronos: Kronos) {
        let owner = kronos.owner().await;
        let client = make(&owner, "/clients", json!({ "name": "Globex" })).await;
        let project = make(&owner, "/projects", json!({ "name": "Website", "client_id": client, "is_billable": true })).await;
        let other = make(&owner, "/projects", json!({ "name": "Shop" })).await;
        let task = make(&owner, "/tasks", json!({ "name": "Design", "project_id": project })).await;
        let mut tags = vec![
            make(&owner, "/tags", json!({ "name": "urgent" })).await,
            make(&owner, "/tags", json!({ "name": "remote" })).await,
        ];
        let body = json!({ "project_id": project, "task_id": task, "tags": [tags[1], tags[0], tags[1]] });
        let created = create(&owner, body).await.expect(201);
        tags.sort_unstable();
        let data = &created.body["data"];
        assert_eq!((&data["project_id"], &data["task_id"], &data["client_id"]), (&json!(project), &json!(task), &json!(client)));
        // Billable because the project is.
        assert_eq!((&data["tags"], &data["billable"], &data["type"]), (&json!(tags), &json!(true), &json!("work")));
        let address = entry(&owner, &created);
        assert_eq!(owner.put(&address, data).await.expect(200).body["data"], *data);

        // A task does not follow its entry into another project.
        let moved = owner.patch(&address, &json!({ "project_id": other })).await.expect(200);
        assert_eq!((&moved.body["data"]["task_id"], &moved.body["data"]["client_id"]), (&Value::Null, &Value::Null));
        let none = owner.patch(&address, &json!({ "project_id": null, "tags": null })).await.expect(200);
        assert_eq!((&none.body["data"]["project_id"], &none.body["data"]["tags"]), (&Value::Null, &json!([])));

        let stranger = kronos.other_tenant().await;
        let foreign = make(&stranger, "/projects", json!({ "name": "Theirs" })).await;
        let foreign_tag = make(&stranger, "/tags", json!({ "name": "theirs" })).await;
        for (body, field, fault) in [
            (json!({ "project_id": foreign }), "project_id", "must be a project that you see"),
            (json!({ "project_id": other, "task_id": task }), "task_id", "must be a task of the project"),
            (json!({ "tags": [tags[0], foreign_tag] }), "tags", "must be tags of the organization"),
        ] {
            expect_fault(owner.patch(&address, &body).await, field, fault);
            expect_fault(create(&owner, body).await, field, fault);
        }
        expect_fault(create(&owner, json!({ "task_id": task })).await, "project_id", "is required with `task_id`");
        expect_fault(owner.patch(&address, &json!({ "task_id": task })).await, "project_id", "is required with `task_id`");
    }

    /// What an entry refers to stays; what only tombstones refer to may go.
    async fn what_is_in_use_is_not_deleted(kronos: Kronos) {
        let owner = kronos.owner().await;
        let project = make(&owner, "/projects", json!({ "name": "Website" })).await;
        let task = make(&owner, "/tasks", json!({ "name": "Design", "project_id": project })).await;
        let tag = make(&owner, "/tags", json!({ "name": "urgent" })).await;
        let created = create(&owner, json!({ "project_id": project, "task_id": task, "tags": [tag] })).await.expect(201);
        let address = entry(&owner, &created);
        let things = [format!("/tags/{tag}"), format!("/tasks/{task}"), format!("/projects/{project}")];
        for thing in &things {
            owner.delete(&owner.path(thing)).await.expect_problem(409, "entity_still_in_use");
        }
        owner.delete(&address).await.expect(204);
        for thing in &things {
            owner.delete(&owner.path(thing)).await.expect(204);
        }
        let restore = owner.send(owner.request(reqwest::Method::POST, &format!("{address}/restore"))).await;
        let refused = restore.expect_problem(422, "validation_failed");
        let expected = json!({ "project_id": ["must be a project that you see"], "tags": ["must be tags of the organization"] });
        assert_eq!(refused.body["errors"], expected);
    }

    /// A project that an employee does not see is no project to them.
    async fn an_employee_records_for_projects_that_they_see(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let private = make(&owner, "/projects", json!({ "name": "Secret", "is_public": false })).await;
        let public = make(&owner, "/projects", json!({ "name": "Website", "is_public": true })).await;
        expect_fault(create(&employee, json!({ "project_id": private })).await, "project_id", "must be a project that you see");
        let created = create(&employee, json!({ "project_id": public })).await.expect(201);
        let address = entry(&employee, &created);
        expect_fault(
            employee.patch(&address, &json!({ "project_id": private })).await,
            "project_id",
            "must be a project that you see",
        );
        let member = json!({ "member_id": employee.member });
        make(&owner, &format!("/projects/{private}/project-members"), member).await;
        employee.patch(&address, &json!({ "project_id": private })).await.expect(200);
        // Whoever is no member any more keeps what they recorded, and may go on editing it.
        let members = owner.get(&owner.path(&format!("/projects/{private}/project-members"))).await.expect(200);
        owner.delete(&owner.path(&format!("/project-members/{}", members.string("/data/0/id")))).await.expect(204);
        employee.patch(&address, &json!({ "description": "later" })).await.expect(200);
    }

    async fn nobody_pays_for_a_break(kronos: Kronos) {
        let owner = kronos.owner().await;
        make(&owner, "/rates", json!({ "amount": 10_000 })).await;
        let fault = "must be false: nobody pays for a break";
        expect_fault(create(&owner, json!({ "type": "break", "billable": true })).await, "billable", fault);
        let pause = create(&owner, json!({ "type": "break" })).await.expect(201);
        let data = &pause.body["data"];
        assert_eq!((&data["billable"], &data["billable_rate"], &data["cost_rate"]), (&json!(false), &Value::Null, &Value::Null));
        let address = entry(&owner, &pause);
        owner.patch(&address, &json!({ "type": "work", "billable": true })).await.expect(200);
        let back = owner.patch(&address, &json!({ "type": "break" })).await.expect(200);
        assert_eq!(back.body["data"]["billable"], false);
        expect_fault(create(&owner, json!({ "type": "lunch" })).await, "type", "must be `work` or `break`");
    }

    /// An entry keeps the rates that were valid when it was recorded, whatever becomes of them, and says where they come from.
    async fn rates_are_frozen_on_the_entry(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let project = make(&owner, "/projects", json!({ "name": "Website", "is_public": true, "is_billable": true })).await;
        let task = make(&owner, "/tasks", json!({ "name": "Design", "project_id": project })).await;
        make(&owner, "/rates", json!({ "amount": 5_000 })).await;
        make(&owner, "/rates", json!({ "kind": "cost", "member_id": employee.member, "amount": 3_000 })).await;
        let of_project = make(&owner, "/rates", json!({ "project_id": project, "amount": 8_000 })).await;
        make(&owner, "/rates", json!({ "task_id": task, "amount": 9_000 })).await;
        let created = create(&employee, json!({ "project_id": project, "billable": true })).await.expect(201);
        // The organization does not show rates to employees, and costs never.
        for hidden in ["billable_rate", "billable_rate_source", "cost_rate", "cost_rate_source"] {
            assert_eq!(created.body["data"][hidden], Value::Null, "{hidden}");
        }
        let address = entry(&owner, &created);
        let rates = async || {
            let data = owner.get(&address).await.expect(200).body["data"].clone();
            (data["billable_rate"].clone(), data["billable_rate_source"].clone(), data["cost_rate"].clone(), data["cost_rate_source"].clone())
        };
        let project_rate = (json!(8_000), json!("project"), json!(3_000), json!("member"));
        assert_eq!(rates().await, project_rate);
        owner.patch(&owner.path(&format!("/rates/{of_project}")), &json!({ "amount": 8_500 })).await.expect(200);
        employee.patch(&address, &json!({ "description": "x", "end": "2026-03-04T11:00:00Z" })).await.expect(200);
        assert_eq!(rates().await, project_rate);
        // Another place has another rate.
        employee.patch(&address, &json!({ "task_id": task })).await.expect(200);
        assert_eq!(rates().await, (json!(9_000), json!("task"), json!(3_000), json!("member")));
        employee.patch(&address, &json!({ "project_id": null })).await.expect(200);
        assert_eq!(rates().await, (json!(5_000), json!("organization"), json!(3_000), json!("member")));
        owner.patch(&address, &json!({ "billable_rate": 1_234 })).await.expect(200);
        employee.patch(&address, &json!({ "project_id": project })).await.expect(200);
        assert_eq!(rates().await, (json!(1_234), json!("manual"), json!(3_000), json!("member")));
        owner.patch(&address, &json!({ "billable": false })).await.expect(200);
        owner.patch(&owner.path(""), &json!({ "employees_can_see_billable_rates": true })).await.expect(200);
        let shown = employee.get(&address).await.expect(200);
        assert_eq!((&shown.body["data"]["billable_rate"], &shown.body["data"]["cost_rate"]), (&json!(1_234), &Value::Null));
    }

    async fn a_source_has_one_entry_of_each_id(kronos: Kronos) {
        let owner = kronos.owner().await;
        let imported = |id: &str| json!({
            "source": "import:toggl", "external_id": id, "external_url": "https://toggl.example/1",
        });
        let first = create(&owner, imported("1")).await.expect(201);
        assert_eq!(first.string("/data/external_url"), "https://toggl.example/1");
        create(&owner, imported("1")).await.expect_problem(409, "external_id_already_used");
        let second = create(&owner, imported("2")).await.expect(201);
        let taken = owner.patch(&entry(&owner, &second), &json!({ "external_id": "1" })).await;
        taken.expect_problem(409, "external_id_already_used");
        create(&owner, json!({ "external_id": "1" })).await.expect(201);
        owner.delete(&entry(&owner, &first)).await.expect(204);
        let third = create(&owner, imported("1")).await.expect(201);
        let restored = owner.send(owner.request(reqwest::Method::POST, &format!("{}/restore", entry(&owner, &first)))).await;
        restored.expect_problem(409, "external_id_already_used");
        assert_eq!(third.string("/data/source"), "import:toggl");
        let script = json!({ "external_url": "javascript:alert(1)" });
        expect_fault(create(&owner, script).await, "external_url", "must begin with `https://` or `http://`");
    }

    /// Every filter, with `none` for what has nothing, alone and together.
    async fn entries_are_found_by_what_they_are_for(kronos: Kronos) {
        let owner = kronos.owner().await;
        let client = make(&owner, "/clients", json!({ "name": "Globex" })).await;
        let website = make(&owner, "/projects", json!({ "name": "Website", "client_id": client })).await;
        let shop = make(&owner, "/projects", json!({ "name": "Shop" })).await;
        let design = make(&owner, "/tasks", json!({ "name": "Design", "project_id": website })).await;
        let urgent = make(&owner, "/tags", json!({ "name": "urgent" })).await;
        let remote = make(&owner, "/tags", json!({ "name": "remote" })).await;
        for (hour, body) in [
            json!({ "description": "a", "project_id": website, "task_id": design, "tags": [urgent, remote] }),
            json!({ "description": "b", "project_id": website, "tags": [urgent] }),
            json!({ "description": "c", "project_id": shop }),
            json!({ "description": "d", "tags": [remote] }),
            json!({ "description": "e", "type": "break" }),
        ].into_iter().enumerate() {
            let mut body = body;
            body["start"] = format!("2026-03-04T{:02}:00:00Z", 8 + hour).into();
            body["end"] = format!("2026-03-04T{:02}:30:00Z", 8 + hour).into();
            create(&owner, body).await.expect(201);
        }
        for (query, expected) in [
            (format!("project_ids={website}"), "ab"),
            (format!("project_ids[]={website}&project_ids[]={shop}"), "abc"),
            ("project_ids=none".to_owned(), "de"),
            (format!("project_ids={shop},none"), "cde"),
            (format!("task_ids={design}"), "a"),
            ("task_id=none".to_owned(), "bcde"),
            (format!("client_ids={client}"), "ab"),
            ("client_ids=none".to_owned(), "cde"),
            (format!("client_ids={client},none"), "abcde"),
            (format!("tag_ids={urgent}"), "ab"),
            (format!("tag_ids={urgent},{remote}"), "abd"),
            (format!("tag_ids={urgent},{remote}&tag_match_type=all"), "a"),
            ("tag_ids=none".to_owned(), "ce"),
            (format!("tag_ids={urgent},none"), "abce"),
            ("type=break".to_owned(), "e"),
            ("type=work".to_owned(), "abcd"),
            (format!("project_ids={website}&tag_ids={remote}"), "a"),
            (format!("client_ids=none&type=work&member_id={}", owner.member), "cd"),
            (format!("project_ids={design}"), ""),
        ] {
            assert_eq!(listed(&owner, &query).await.concat(), expected, "{query}");
            let total = owner.get(&format!("{}?total=true&{query}", owner.path("/time-entries"))).await.expect(200);
            assert_eq!(total.body["meta"]["total"], expected.len(), "{query}");
            // Page by page as well.
            let (mut found, mut cursor) = (String::new(), String::new());
            loop {
                let page = owner.get(&format!("{}?sort=start&limit=1&{query}{cursor}", owner.path("/time-entries"))).await.expect(200);
                for entry in page.body["data"].as_array().unwrap() {
                    found.push_str(entry["description"].as_str().unwrap());
                }
                let Some(next) = page.body["meta"]["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(found, expected, "{query}");
        }
    }
}
