//! `/api/v1/organizations/{organization}/tags`.

use kronos_tests::{Actor, Answer, on_both_engines};
use serde_json::{Value, json};

async fn create(actor: &Actor, body: Value) -> Answer {
    actor.post(&actor.path("/tags"), &body).await
}

on_both_engines! {
    /// Everybody makes tags; managers and above rename, archive and delete them.
    async fn a_tag_is_everybodys_to_make(kronos: Kronos) {
        let (employee, manager) = (kronos.member("employee").await, kronos.member("manager").await);
        let created = create(&employee, json!({ "name": "Urgent" })).await.expect(201);
        let address = employee.path(&format!("/tags/{}", created.string("/data/id")));
        assert_eq!(employee.get(&address).await.expect(200).body["data"], created.body["data"]);
        create(&employee, json!({ "name": "urgent" })).await.expect_problem(409, "name_already_used");
        employee.patch(&address, &json!({ "name": "Mine" })).await.expect_problem(403, "permission_denied");
        employee.delete(&address).await.expect_problem(403, "permission_denied");
        kronos.other_tenant().await.get(&address).await.expect_problem(404, "not_found");

        let archived = manager.put(&address, &json!({ "is_archived": true })).await.expect(200);
        assert_eq!(archived.body["data"]["is_archived"], true);
        let list = employee.get(&employee.path("/tags")).await.expect(200);
        assert_eq!((&list.body["data"], &list.body["meta"]["total"]), (&json!([]), &json!(0)));
        let list = employee.get(&employee.path("/tags?archived=all")).await.expect(200);
        assert_eq!(list.string("/data/0/name"), "Urgent");
        assert_eq!(list.header("x-total-count"), "1");
        manager.delete(&address).await.expect(204);
        assert_eq!(kronos.number("SELECT count(*) FROM recorded_events WHERE aggregate = 'tag'").await, 3);
    }

    /// solidtime's clients that know no pages see all there are, up to 500.
    async fn a_list_is_one_page_as_long_as_it_can_be(kronos: Kronos) {
        let owner = kronos.owner().await;
        for number in 0..12 {
            create(&owner, json!({ "name": format!("tag {number:02}") })).await.expect(201);
        }
        let all = owner.get(&owner.path("/tags")).await.expect(200);
        assert_eq!(all.body["data"].as_array().unwrap().len(), 12);
        assert_eq!((&all.body["meta"]["last_page"], &all.body["meta"]["per_page"]), (&json!(1), &json!(500)));
        assert_eq!(all.body["links"]["next"], Value::Null);
        // Pages can be followed by their addresses and by cursors.
        let mut seen = Vec::new();
        let mut page = owner.get(&owner.path("/tags?per_page=5&sort=-name")).await.expect(200);
        loop {
            seen.extend(page.body["data"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()));
            let Some(next) = page.body["links"]["next"].as_str().and_then(|next| next.strip_prefix("http://kronos.test")) else { break };
            page = owner.get(next).await.expect(200);
        }
        let expected: Vec<_> = (0..12).rev().map(|number| format!("tag {number:02}")).collect();
        assert_eq!(seen, expected);
    }
}
