//! What there has to be for an operation to succeed, and the request that its row describes. A new parameter of a path needs an arm
//! in [`Scene::make`]; one that can be somebody's own is in [`OWN`], too.

use std::{collections::BTreeMap, pin::Pin};

use kronos_api::Operation;
use kronos_tests::{Actor, Kronos};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Parameters of paths of which [`Scene::make`] makes something of the maker's own.
pub const OWN: &[&str] = &["entry"];

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
            "entry" => self.entry(operation.id == "stop_time_entry").await,
            "member" => self.kronos.member("employee").await.member,
            _ => return None,
        })
    }

    /// What an operation needs beside what its path and its body name.
    async fn prepare(&mut self, operation: &Operation) {
        if operation.id == "get_active_time_entry" {
            self.entry(true).await;
        }
    }

    async fn entry(&self, running: bool) -> String {
        let end = if running { Value::Null } else { json!("2026-03-04T10:00:00Z") };
        let body = json!({ "start": "2026-03-04T09:00:00Z", "end": end });
        self.post("/time-entries?on_running=stop", &body).await
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
        let query: Vec<_> = required.map(|parameter| (parameter.name, parameter.sample)).collect();
        let request = actor.request(Method::from_bytes(method.as_bytes()).unwrap(), &path).query(&query);
        match operation.body {
            Some(body) => {
                let body = serde_json::from_str(body.sample).expect("a sample");
                request.json(&self.filled(body, operation).await)
            }
            None => request,
        }
    }

    /// The sample of a body with ids of what is there in place of those in it, and with names that nobody has used.
    async fn filled(&mut self, mut body: Value, operation: &Operation) -> Value {
        for (member, value) in body.as_object_mut().into_iter().flatten() {
            if operation.need.is_some() && ["name", "email"].contains(&member.as_str()) {
                *value = format!("{}-{}", uuid::Uuid::now_v7().simple(), value.as_str().unwrap_or_default()).into();
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

/// The parameters of the path but the organization.
pub fn parameters(operation: &Operation) -> impl Iterator<Item = &'static str> {
    let names = operation.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.filter(|name| *name != "organization")
}
