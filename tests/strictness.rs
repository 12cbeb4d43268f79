//! Every operation of the table: what its row does not know is refused by name, what it lists is accepted.

use kronos_api::{Access, Effect, Operation, Parameter, operations};
use kronos_tests::{Actor, Answer, OPERATOR_SECRET, on_both_engines};
use reqwest::Method;
use serde_json::{Value, json};

use crate::authorization::scene::{self, Scene};

/// A request to an operation of the organization of `actor`, with its required parameters but one. `resource` is what the other
/// parameters of the path name.
fn request(actor: &Actor, operation: &Operation, resource: &str, but: &str) -> reqwest::RequestBuilder {
    let path = operation.path.replace("{organization}", &actor.organization);
    let path = scene::parameters(operation).fold(path, |path, name| path.replace(&format!("{{{name}}}"), resource));
    let needed = operation.parameters.iter().filter(|parameter| parameter.required && parameter.name != but);
    let query: Vec<_> = needed.map(|parameter| (parameter.name, parameter.sample)).collect();
    actor.request(Method::from_bytes(operation.method.as_bytes()).unwrap(), &path).query(&query)
}

fn sample(operation: &Operation) -> Option<Value> {
    operation.body.map(|body| serde_json::from_str(body.sample).expect("JSON"))
}

/// Those whose query and body are their own.
fn strict() -> impl Iterator<Item = &'static Operation> {
    operations::all().filter(|operation| !operation.forwarded)
}

fn parameters(operation: &'static Operation) -> impl Iterator<Item = (&'static str, &'static Parameter)> {
    let names = |parameter: &'static Parameter| [parameter.name].into_iter().chain(parameter.aliases.iter().copied());
    operation.parameters.iter().flat_map(move |parameter| names(parameter).map(move |name| (name, parameter)))
}

/// That the only fault is this one.
#[track_caller]
fn expect_fault(answer: Answer, operation: &Operation, field: &str, fault: &str) {
    assert_eq!(answer.status, 422, "{} {}: {}", operation.method, operation.path, answer.text);
    let answer = answer.expect_problem(422, "validation_failed");
    assert_eq!(answer.body["errors"], json!({ field: [fault] }), "{} {}", operation.method, operation.path);
}

on_both_engines! {
    /// A parameter that the row does not list is refused, misspelt filters among them.
    async fn unknown_parameters_are_refused(kronos: Kronos) {
        let owner = kronos.owner().await;
        for operation in strict() {
            for name in ["serach", "filter[archived]", "from"] {
                let request = request(&owner, operation, &owner.member, "").query(&[(name, "x")]);
                let request = match sample(operation) {
                    Some(body) => request.json(&body),
                    None => request,
                };
                expect_fault(owner.send(request).await, operation, name, "is not a parameter of this operation");
            }
        }
        let list = owner.get(&format!("{}?offest=1&begin=2", owner.path("/time-entries"))).await.expect(422);
        let unknown = "is not a parameter of this operation";
        assert_eq!(list.body["errors"], json!({ "offest": [unknown], "begin": [unknown] }));
    }

    /// Each parameter is accepted with its sample, under each of its names.
    async fn listed_parameters_are_accepted(kronos: Kronos) {
        let owner = kronos.owner().await;
        let reads = strict().filter(|operation| operation.method == "GET" && scene::parameters(operation).next().is_none());
        for operation in reads.filter(|operation| operation.access != Access::Public) {
            for (name, parameter) in parameters(operation).filter(|(_, parameter)| !parameter.sample.is_empty()) {
                let request = request(&owner, operation, "", parameter.name).query(&[(name, parameter.sample)]);
                let answer = owner.send(request).await;
                assert_eq!(answer.status, operation.status, "{}: {name}: {}", operation.id, answer.text);
            }
        }
    }

    /// A parameter that has no effect is accepted with the values that have no meaning, and no others; what comes once comes once.
    async fn values_of_parameters_are_checked(kronos: Kronos) {
        let owner = kronos.owner().await;
        for operation in strict().filter(|operation| operation.access != Access::Public) {
            let body = sample(operation);
            let send = async |query: &[(&str, &str)], but: &str| {
                let request = request(&owner, operation, &owner.member, but).query(query);
                owner.send(match &body {
                    Some(body) => request.json(body),
                    None => request,
                }).await
            };
            for (name, parameter) in parameters(operation) {
                if let Effect::Only(only) = parameter.effect {
                    let answer = send(&[(name, "2")], "").await;
                    let is_paged = operation.parameters.iter().any(|other| other.name == "cursor");
                    let pages = if is_paged { "follow `cursor` to the other pages" } else { "there are no other pages" };
                    expect_fault(answer, operation, parameter.name, &format!("must be `{only}`: {pages}"));
                }
                if !parameter.repeats {
                    let twice = [(name, parameter.sample), (parameter.name, parameter.sample)];
                    expect_fault(send(&twice, parameter.name).await, operation, parameter.name, "may be given only once");
                }
            }
        }
    }

    /// A word where an id stands names an operation that there is not: no method, parameter or body of another one is looked at.
    async fn an_unknown_operation_is_not_taken_for_an_id(kronos: Kronos) {
        let owner = kronos.owner().await;
        for (method, path) in [
            (Method::GET, "/time-entries/aggregate"),
            (Method::GET, "/time-entries/aggregate?group=project&start=2026-03-01T00:00:00Z"),
            (Method::PATCH, "/time-entries/aggregate"),
            (Method::POST, "/time-entries/export/stop"),
        ] {
            let request = owner.request(method.clone(), &owner.path(path)).json(&json!({ "group": "project" }));
            owner.send(request).await.expect_problem(404, "not_found");
        }
        let refused = owner.delete(&owner.path("/time-entries/changes")).await.expect_problem(405, "method_not_allowed");
        assert_eq!(refused.header("allow"), "GET, HEAD");
    }

    /// A member that neither the type nor the row knows is refused with its name, and nothing is written.
    async fn unknown_members_are_refused(kronos: Kronos) {
        let owner = kronos.owner().await;
        for operation in strict() {
            let Some(mut body) = sample(operation) else { continue };
            body["begin"] = json!("2026-03-04T09:00:00Z");
            let mut actor = owner.clone();
            if operation.id.contains("operator") {
                actor.token = Some(OPERATOR_SECRET.to_owned());
            }
            let answer = actor.send(request(&actor, operation, &owner.member, "").json(&body)).await;
            expect_fault(answer, operation, "begin", "is not known here");
        }
        // `begin` alone would start a timer.
        let path = owner.path("/time-entries");
        let answer = owner.post(&path, &json!({ "begin": "2026-03-04T09:00:00Z", "descripton": "x" })).await.expect(422);
        let unknown = json!(["is not known here"]);
        assert_eq!(answer.body["errors"], json!({ "begin": unknown, "descripton": unknown }));
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries").await, 0);
    }

    /// Members that the row lists as having no effect are accepted, whatever they hold.
    async fn listed_members_have_no_effect(kronos: Kronos) {
        let owner = kronos.owner().await;
        for operation in strict().filter(|operation| operation.access != Access::Public) {
            let mut scene = Scene::new(&kronos, &owner);
            let (Some(mut body), Some(row)) = (scene.body(operation).await, operation.body) else { continue };
            for member in row.ignored.iter().chain(row.read_only) {
                body[member] = json!({ "anything": ["at all"] });
            }
            let request = scene.request(&owner, operation, &owner.organization).await;
            let answer = owner.send(request.json(&body)).await;
            assert_eq!(answer.status, operation.status, "{}: {}", operation.id, answer.text);
        }
    }

    /// A member that nobody can change is refused with another value than the present one, and nothing is written. `null`, empty and
    /// the present value say nothing.
    async fn what_cannot_be_changed_is_refused_by_name(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let whole = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
        let entry = owner.post(&owner.path("/time-entries"), &whole).await.expect(201).string("/data/id");
        let address = owner.path(&format!("/time-entries/{entry}"));
        let read = owner.get(&address).await.expect(200).body["data"].clone();
        let other = uuid::Uuid::now_v7().to_string();
        for (member, value) in [
            ("id", json!(other)),
            ("organization_id", json!(other)),
            ("member_id", json!(employee.member)),
            ("user_id", json!(other)),
            ("user_id", json!("nobody")),
            ("break_seconds", json!(60)),
            ("client_id", json!(other)),
            ("cost_rate", json!(1)),
            ("currency", json!("USD")),
            ("currency", json!("money")),
            ("approval_status", json!("approved")),
            ("locked_reason", json!("period")),
            ("invoiced_at", json!("2026-03-04T09:00:00Z")),
            ("source", json!("import")),
            ("created_at", json!("2026-03-04T09:00:00Z")),
            ("deleted_at", json!("2026-03-04T09:00:00Z")),
        ] {
            for method in [Method::PUT, Method::PATCH] {
                let body = json!({ "description": "other", member: value });
                let refused = owner.send(owner.request(method, &address).json(&body)).await;
                let refused = refused.expect_problem(422, "validation_failed");
                assert_eq!(refused.body["errors"], json!({ member: ["cannot be changed"] }), "{body}");
            }
            let mut nothing = vec![read[member].clone(), Value::Null];
            if value.is_string() {
                nothing.push("".into());
            }
            for value in nothing {
                let same = owner.put(&address, &json!({ member: value })).await.expect(200);
                assert_eq!(same.body["data"], read, "{member}: {value}");
            }
        }
        let two = json!({ "source": "import", "user_id": other });
        let refused = owner.patch(&address, &two).await.expect(422).body["errors"].clone();
        assert_eq!(refused, json!({ "source": ["cannot be changed"], "user_id": ["cannot be changed"] }));
        // What an older answer said of these is no request.
        for (member, value) in [("version", json!(7)), ("updated_at", json!("2026-03-04T09:00:00Z"))] {
            owner.put(&address, &json!({ member: value })).await.expect(200);
        }
    }

    /// A new entry belongs to the organization of the path and the user of its member, whatever is said otherwise.
    async fn a_new_entry_says_nothing_else_of_its_owner(kronos: Kronos) {
        let (owner, employee) = (kronos.owner().await, kronos.member("employee").await);
        let user = |actor: &Actor| {
            let actor = actor.clone();
            async move { actor.get("/api/v1/users/me").await.expect(200).string("/data/id") }
        };
        let (own, theirs, nobody) = (user(&owner).await, user(&employee).await, uuid::Uuid::now_v7().to_string());
        let create = async |actor: &Actor, mut body: Value| {
            body["start"] = json!("2026-03-04T09:00:00Z");
            body["duration"] = json!(60);
            actor.post(&actor.path("/time-entries"), &body).await
        };
        for body in [
            json!({ "user_id": "", "organization_id": "" }),
            json!({ "user_id": null, "organization_id": owner.organization, "member_id": owner.member }),
            json!({ "user_id": own }),
            json!({ "user_id": theirs, "member_id": employee.member }),
        ] {
            create(&owner, body).await.expect(201);
        }
        for (actor, body, field) in [
            (&owner, json!({ "organization_id": nobody }), "organization_id"),
            (&owner, json!({ "user_id": theirs }), "user_id"),
            (&owner, json!({ "user_id": own, "member_id": employee.member }), "user_id"),
            (&owner, json!({ "user_id": own, "member_id": nobody }), "member_id"),
            (&owner, json!({ "user_id": "me" }), "user_id"),
            (&employee, json!({ "user_id": own }), "user_id"),
        ] {
            let refused = create(actor, body.clone()).await.expect_problem(422, "validation_failed");
            assert!(refused.body["errors"][field][0].is_string(), "{body}: {}", refused.text);
        }
        create(&employee, json!({ "user_id": own, "member_id": owner.member })).await.expect_problem(403, "permission_denied");
        assert_eq!(kronos.number("SELECT count(*) FROM time_entries").await, 4);
    }

    /// What was read can be sent back, and changes nothing but the version.
    async fn what_was_read_can_be_sent_back(kronos: Kronos) {
        let owner = kronos.owner().await;
        let whole = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z", "description": "Design", "billable": true });
        let entry = owner.post(&owner.path("/time-entries"), &whole).await.expect(201).string("/data/id");
        let address = owner.path(&format!("/time-entries/{entry}"));
        let read = owner.get(&address).await.expect(200).body["data"].clone();
        let mut put = owner.put(&address, &read).await.expect(200).body["data"].clone();
        for stamp in ["version", "updated_at"] {
            put[stamp] = read[stamp].clone();
        }
        assert_eq!(put, read);
    }

    /// An operation without a body takes none.
    async fn a_body_is_taken_only_where_there_is_one(kronos: Kronos) {
        let owner = kronos.owner().await;
        for operation in strict().filter(|operation| operation.body.is_none()) {
            let request = request(&owner, operation, &owner.member, "").json(&json!({ "ids": [] }));
            expect_fault(owner.send(request).await, operation, "body", "must be empty");
        }
    }

    /// A member of the wrong type is told what it must be, in the words of JSON.
    async fn wrong_types_are_told_in_plain_words(kronos: Kronos) {
        let owner = kronos.owner().await;
        let create = strict().find(|operation| operation.id == "create_time_entry").expect("the operation");
        for (member, value, fault) in [
            ("start", json!(5), "must be a text"),
            ("description", json!(["x"]), "must be a text"),
            ("billable", json!("yes"), "must be true or false"),
            ("billable_rate", json!("100"), "must be a whole number"),
            ("billable_rate", json!(1.5), "must be a whole number"),
            ("tags", json!("urgent"), "must be a list"),
            ("tags", json!([7]), "must be a text"),
        ] {
            let field = if value == json!([7]) { "tags[0]" } else { member };
            let answer = owner.post(&owner.path("/time-entries"), &json!({ member: value })).await;
            expect_fault(answer, create, field, fault);
        }
        for (query, name, fault) in [
            ("search=%00", "search", "must not contain the character U+0000"),
            ("limit=-1", "limit", "must be a whole number of 0 or more"),
            ("member_ids=", "member_ids", "must not be empty: leave it out instead"),
            ("member_ids[]=,", "member_ids", "must not be empty: leave it out instead"),
            ("active=", "active", "must not be empty: leave it out instead"),
            ("start=2026-03-04T09:00:00+01:00", "start", "has a space in place of the `+` of its offset: write `%2B` in a URL"),
            ("end=2026-02-30T09:00:00Z", "end", "names a day that does not exist"),
            ("end=2026-02-28T24:00:00Z", "end", "names a time of day that does not exist"),
            ("start=2026-03-04T09:00:01Z&end=2026-03-04T09:00:00Z", "end", "must not be before `start`"),
            ("limit=501", "limit", "must be between 1 and 500"),
            ("billable=maybe", "billable", "must be `true` or `false`"),
        ] {
            let answer = owner.get(&format!("{}?{query}", owner.path("/time-entries"))).await.expect(422);
            assert_eq!(answer.body["errors"], json!({ name: [fault] }), "{query}");
        }
        for query in ["search=%", "search=100%&limit=1", "search=%FC"] {
            owner.get(&format!("{}?{query}", owner.path("/time-entries"))).await.expect_problem(400, "malformed_request");
        }
        let range = "start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z";
        let report = owner.get(&format!("{}?group=mood&{range}", owner.path("/reports/summary"))).await.expect(422);
        assert_eq!(report.body["errors"], json!({ "group": ["must be `day`, `project` or `member`"] }));
    }

    /// A cursor is good for its list and order; whatever else is refused, and never shows another page.
    async fn a_cursor_cannot_be_made_up(kronos: Kronos) {
        let owner = kronos.owner().await;
        for hour in 8..11 {
            let body = json!({ "start": format!("2026-03-04T{hour:02}:00:00Z"), "end": "2026-03-04T12:00:00Z" });
            owner.post(&owner.path("/time-entries"), &body).await.expect(201);
        }
        let path = owner.path("/time-entries");
        let cursor = owner.get(&format!("{path}?limit=1")).await.expect(200).string("/meta/next_cursor");
        owner.get(&format!("{path}?limit=1&cursor={cursor}")).await.expect(200);
        owner.get(&format!("{path}?limit=1&sort=start&cursor={cursor}")).await.expect(422);
        for index in [0, cursor.len() / 2, cursor.len() - 1] {
            let other = if &cursor[index..=index] == "A" { "B" } else { "A" };
            let changed = format!("{}{other}{}", &cursor[..index], &cursor[index + 1..]);
            let answer = owner.get(&format!("{path}?limit=1&cursor={changed}")).await.expect(422);
            assert!(answer.body["errors"]["cursor"][0].is_string(), "{}", answer.text);
        }
    }

    /// Conditions are those of RFC 9110, sections 13.1.1 and 13.1.2.
    async fn conditions_name_versions(kronos: Kronos) {
        let owner = kronos.owner().await;
        let whole = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
        let created = owner.post(&owner.path("/time-entries"), &whole).await.expect(201);
        let address = owner.path(&format!("/time-entries/{}", created.string("/data/id")));
        owner.patch(&address, &json!({ "description": "second" })).await.expect(200);
        let send = async |method: Method, field: &'static str, tag: &'static str| {
            let request = owner.request(method.clone(), &address).header(field, tag);
            let request = if method == Method::PATCH || method == Method::PUT {
                request.json(&json!({ "description": tag }))
            } else {
                request
            };
            owner.send(request).await
        };
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            for tag in ["\"+2\"", "\"02\"", "W/\"2\"", "\"1\"", "\"3\"", ""] {
                send(method.clone(), "if-match", tag).await.expect_problem(412, "version_mismatch");
            }
            let unquoted = send(method.clone(), "if-match", "2").await.expect_problem(400, "malformed_request");
            let told = "`If-Match` has to hold entity tags with their quotes, as in `If-Match: \"3\"`.";
            assert_eq!(unquoted.string("/detail"), told);
            for tag in ["*", "\"2\"", "W/\"2\"", "\"1\", \"2\""] {
                send(method.clone(), "if-none-match", tag).await.expect_problem(412, "version_mismatch");
            }
        }
        for method in [Method::GET, Method::HEAD] {
            for tag in ["\"2\"", "W/\"2\"", "\"1\", \"2\"", "*"] {
                let answer = send(method.clone(), "if-none-match", tag).await.expect(304);
                assert_eq!((answer.header("etag"), answer.text.as_str()), ("\"2\"", ""));
            }
            for tag in ["\"02\"", "\"+2\"", "2", "\"1\""] {
                send(method.clone(), "if-none-match", tag).await.expect(200);
            }
        }
        send(Method::PATCH, "if-none-match", "\"1\"").await.expect(200);
        send(Method::DELETE, "if-match", "\"2\", \"3\"").await.expect(204);
    }

    /// The running timer has a tag of its own, which another timer does not have.
    async fn two_timers_have_two_tags(kronos: Kronos) {
        let owner = kronos.owner().await;
        let active = "/api/v1/users/me/time-entries/active";
        let start = async || {
            owner.post(&owner.path("/time-entries?on_running=stop"), &json!({ "start": "2026-03-04T09:00:00Z" })).await.expect(201);
            owner.get(active).await.expect(200).header("etag").to_owned()
        };
        let (first, second) = (start().await, start().await);
        assert_ne!(first, second);
        let ask = async |tag: &str| owner.send(owner.request(Method::GET, active).header("if-none-match", tag)).await.status;
        assert_eq!((ask(&first).await, ask(&second).await), (200, 304));
    }
}
