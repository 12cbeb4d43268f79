//! What real clients of solidtime send to `/clients`, `/projects`, `/tasks` and `/tags`.

use kronos_tests::on_both_engines;
use serde_json::{Value, json};

on_both_engines! {
    /// The browser extension, VS Code and Neovim make projects, each with members that the others don't send.
    async fn projects_are_made_by_several_clients(kronos: Kronos) {
        let owner = kronos.owner().await;
        let path = owner.path("/projects");
        for body in [
            json!({ "name": "ext", "color": "#5e35b1", "client_id": null, "billable_rate": null, "is_billable": false, "estimated_time": null }),
            json!({ "name": "vsc", "color": "#000000", "is_billable": true, "member_ids": [owner.member], "client_id": null }),
            json!({ "name": "nvim", "color": "#ff0000", "billable_by_default": true, "is_billable": true, "client_id": null }),
        ] {
            let created = owner.post(&path, &body).await.expect(201);
            assert!(created.body["data"]["spent_time"].is_i64() && created.body["data"]["is_public"].is_boolean(), "{}", created.text);
        }
        let list = owner.get(&format!("{path}?archived=all")).await.expect(200);
        let id = list.string("/data/1/id");
        let body = json!({ "name": "nvim renamed", "color": "#ff0000", "billable_by_default": false, "is_billable": true, "client_id": null });
        owner.put(&owner.path(&format!("/projects/{id}")), &body).await.expect(200);
        let body = json!({ "name": "t", "is_done": false, "project_id": id });
        let task = owner.post(&owner.path("/tasks"), &body).await.expect(201).string("/data/id");
        let done = owner.put(&owner.path(&format!("/tasks/{task}")), &json!({ "name": "t", "is_done": true })).await.expect(200);
        assert_eq!(done.body["data"]["is_done"], true);
    }

    /// clockify-to-solidtime archives with a body of its own.
    async fn a_project_is_archived_by_an_importer(kronos: Kronos) {
        let owner = kronos.owner().await;
        for list in ["/clients", "/projects"] {
            let created = owner.post(&owner.path(list), &json!({ "name": "Old" })).await.expect(201);
            let address = owner.path(&format!("{list}/{}", created.string("/data/id")));
            let body = json!({ "archived_at": "2024-03-04T09:00:00Z", "is_archived": true });
            let archived = owner.put(&address, &body).await.expect(200);
            assert_eq!((&archived.body["data"]["is_archived"], archived.string("/data/name")), (&json!(true), "Old".into()));
            let page = owner.get(&owner.path(&format!("{list}?page=1&per_page=100&archived=all"))).await.expect(200);
            assert_eq!((&page.body["meta"]["total"], &page.body["links"]["next"]), (&json!(1), &Value::Null));
        }
    }

    /// The strict library of solidtime checks every member of a page.
    async fn pages_have_what_strict_clients_check(kronos: Kronos) {
        let owner = kronos.owner().await;
        let project = owner.post(&owner.path("/projects"), &json!({ "name": "a" })).await.expect(201).string("/data/id");
        owner.post(&owner.path("/tasks"), &json!({ "name": "t", "project_id": project })).await.expect(201);
        owner.post(&owner.path(&format!("/projects/{project}/project-members")), &json!({ "member_id": owner.member })).await.expect(201);
        for (list, members) in [
            ("/projects?archived=all".to_owned(), ["color", "client_id", "is_archived", "billable_rate", "is_billable", "estimated_time", "spent_time", "is_public"].as_slice()),
            ("/tasks?done=all".to_owned(), &["is_done", "project_id", "estimated_time", "spent_time", "created_at", "updated_at"]),
            (format!("/projects/{project}/project-members"), &["billable_rate", "member_id", "project_id"]),
        ] {
            let page = owner.get(&owner.path(&list)).await.expect(200);
            for member in members {
                assert!(page.body["data"][0].get(member).is_some(), "{list}: {member} in {}", page.text);
            }
            for member in ["first", "last", "prev", "next"] {
                assert!(page.body["links"].get(member).is_some(), "{list}: {member}");
            }
            for member in ["current_page", "from", "last_page", "links", "path", "per_page", "to", "total"] {
                assert!(page.body["meta"].get(member).is_some(), "{list}: {member}");
            }
        }
    }
}
