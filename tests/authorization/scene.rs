//! What there has to be for an operation to succeed, and the request that its row describes. A new parameter of a path needs an arm
//! in [`Scene::make`]; one that can be somebody's own is in [`OWN`], too.

use std::{collections::BTreeMap, pin::Pin};

use kronos_api::Operation;
use kronos_tests::{Actor, Kronos};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Parameters of paths of which [`Scene::make`] makes something of the maker's own.
pub const OWN: &[&str] = &["entry", "project", "project_member", "task", "team"];

/// Who makes things, and what they have made, by the parameter that stands for it in paths.
pub struct Scene<'a> {
    kronos: &'a Kronos,
    maker: &'a Actor,
    made: BTreeMap<String, String>,
}

impl<'a> Scene<'a> {
    pub fn new(kronos: &'a Kronos, maker: &'a Actor) -> Self {
        Self { kronos, maker, made: BTreeMap::new() }
    }

    /// The same with something that was made otherwise.
    pub fn with(mut self, parameter: &str, id: String) -> Self {
        self.made.insert(parameter.to_owned(), id);
        self
    }

    /// Makes what a parameter stands for, as the operation needs it, and answers its id; none where there is no such thing. What it
    /// belongs to is `self.id("project", operation)`: what an earlier part of the path names, or something new.
    async fn make(&mut self, parameter: &str, operation: &Operation) -> Option<String> {
        Some(match parameter {
            "entry" => self.entry(["stop_time_entry", "discard_idle_time"].contains(&operation.id)).await,
            "member" => self.kronos.member("employee").await.member,
            "client" => self.post("/clients", &json!({ "name": unused("x") })).await,
            "tag" => self.post("/tags", &json!({ "name": unused("x") })).await,
            "project" => self.project().await,
            "project_member" => {
                let (project, member) = (self.id("project", operation).await?, self.id("member", operation).await?);
                self.post(&format!("/projects/{project}/project-members"), &json!({ "member_id": member })).await
            }
            "task" => {
                let project = self.id("project", operation).await?;
                self.post("/tasks", &json!({ "name": unused("x"), "project_id": project })).await
            }
            "rate" => {
                let project = self.id("project", operation).await?;
                self.post("/rates", &json!({ "project_id": project, "amount": 10_000 })).await
            }
            "placeholder" => self.post("/members", &json!({ "name": "Somebody" })).await,
            "invitation" => self.post("/invitations", &invitation(&unused("jane@example.org"))).await,
            "team" => self.team().await,
            _ => return None,
        })
    }

    /// A project that the maker manages, which makes it their own.
    async fn project(&self) -> String {
        let project = self.post("/projects", &json!({ "name": unused("x") })).await;
        let manager = json!({ "member_id": self.maker.member, "role": "manager" });
        self.post(&format!("/projects/{project}/project-members"), &manager).await;
        project
    }

    /// What an operation needs beside what its path and its body name.
    async fn prepare(&mut self, operation: &Operation) {
        if operation.id == "get_active_time_entry" {
            self.entry(true).await;
        }
        if operation.id == "delete_team_member" {
            let (team, member) = (self.id("team", operation).await, self.id("member", operation).await);
            self.place(&team.expect("a team"), &member.expect("a member")).await;
        }
    }

    async fn entry(&self, running: bool) -> String {
        let end = if running { Value::Null } else { json!("2026-03-04T10:00:00Z") };
        let body = json!({ "start": "2026-03-04T09:00:00Z", "end": end });
        self.post("/time-entries?on_running=stop", &body).await
    }

    /// A team that the maker is in.
    async fn team(&self) -> String {
        let team = self.post("/teams", &json!({ "name": unused("team") })).await;
        self.place(&team, &self.maker.member).await;
        team
    }

    async fn place(&self, team: &str, member: &str) {
        let path = self.maker.path(&format!("/teams/{team}/members/{member}"));
        self.maker.put(&path, &json!({ "is_lead": false })).await.expect(200);
    }

    /// The secret of an invitation of the maker to another organization.
    async fn secret(&self) -> String {
        let email = self.maker.get("/api/v1/users/me").await.expect(200).string("/data/email");
        let stranger = self.kronos.other_tenant().await;
        stranger.post(&stranger.path("/invitations"), &invitation(&email)).await.expect(201).string("/data/token")
    }

    /// Makes something with a request to a list of the organization, and answers its id.
    async fn post(&self, list: &str, body: &Value) -> String {
        self.maker.post(&self.maker.path(list), body).await.expect(201).string("/data/id")
    }

    /// The id of what a parameter stands for, made when it is asked for first.
    fn id<'s>(
        &'s mut self,
        parameter: &'s str,
        operation: &'s Operation,
    ) -> Pin<Box<dyn Future<Output = Option<String>> + 's>> {
        Box::pin(async move {
            if !self.made.contains_key(parameter) {
                let id = self.make(parameter, operation).await?;
                self.made.insert(parameter.to_owned(), id);
            }
            self.made.get(parameter).cloned()
        })
    }

    /// The request of `actor` that the row describes, with nothing in it that is in the way of success.
    pub async fn request(&mut self, actor: &Actor, operation: &Operation, organization: &str) -> RequestBuilder {
        self.prepare(operation).await;
        let mut path = operation.path.replace("{organization}", organization);
        for parameter in parameters(operation) {
            let id = self.id(parameter, operation).await;
            let id = id.unwrap_or_else(|| panic!("the test does not know how to make what {{{parameter}}} stands for"));
            path = path.replace(&format!("{{{parameter}}}"), &id);
        }
        let method = if operation.method == "*" { "GET" } else { operation.method };
        let required = operation.parameters.iter().filter(|parameter| parameter.required);
        let mut query: Vec<_> = required.map(|parameter| (parameter.name, parameter.sample)).collect();
        if operation.id == "resume_time_entry" {
            query.push(("on_running", "stop"));
        }
        let request = actor.request(Method::from_bytes(method.as_bytes()).unwrap(), &path).query(&query);
        match self.body(operation).await {
            Some(body) => request.json(&body),
            None => request,
        }
    }

    /// The body of such a request, if it has one.
    pub async fn body(&mut self, operation: &Operation) -> Option<Value> {
        let body = serde_json::from_str(operation.body?.sample).expect("a sample");
        Some(self.filled(body, operation).await)
    }

    /// The sample of a body with ids of what is there in place of those in it, and with names that nobody has used.
    async fn filled(&mut self, mut body: Value, operation: &Operation) -> Value {
        for (member, value) in body.as_object_mut().into_iter().flatten() {
            if operation.need.is_some() && ["name", "email"].contains(&member.as_str()) {
                *value = unused(value.as_str().unwrap_or_default()).into();
            }
            if member == "token" && operation.id == "accept_invitation" {
                *value = self.secret().await.into();
            }
            let Some(parameter) = member.strip_suffix("_id").or_else(|| member.strip_suffix("_ids")) else { continue };
            let Some(id) = self.id(parameter, operation).await else { continue };
            *value = match value {
                Value::String(_) => id.into(),
                Value::Array(_) => json!([id]),
                _ => continue,
            };
        }
        body
    }
}

/// A name or an address that nobody has used.
fn unused(name: &str) -> String {
    format!("{}-{name}", uuid::Uuid::now_v7().simple())
}

fn invitation(email: &str) -> Value {
    json!({ "email": email, "role": "employee" })
}

/// The parameters of the path but the organization.
pub fn parameters(operation: &Operation) -> impl Iterator<Item = &'static str> {
    let names = operation.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.filter(|name| *name != "organization")
}
