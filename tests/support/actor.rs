//! Somebody who talks to Kronos over HTTP.

use std::net::IpAddr;

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

/// A client with or without a token.
#[derive(Clone, Debug)]
pub struct Actor {
    client: reqwest::Client,
    url: String,
    /// Bearer token, `None` for nobody in particular.
    pub token: Option<String>,
    /// The organization that the actor is a member of.
    pub organization: String,
    /// The actor's membership in it.
    pub member: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
    /// The body as JSON, null when it is something else.
    pub body: Value,
}

impl Actor {
    /// Nobody in particular, who talks to `url`.
    pub fn new(url: &str) -> Self {
        Self::with(url, Self::client())
    }

    /// The same from another address of this machine.
    pub fn at(url: &str, address: IpAddr) -> Self {
        Self::with(url, Self::client().local_address(address))
    }

    /// The same over HTTP/2.
    pub fn over_http2(url: &str) -> Self {
        Self::with(url, Self::client().http2_prior_knowledge())
    }

    fn client() -> reqwest::ClientBuilder {
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none())
    }

    fn with(url: &str, client: reqwest::ClientBuilder) -> Self {
        Self {
            client: client.build().expect("a client"),
            url: url.to_owned(),
            token: None,
            organization: String::new(),
            member: String::new(),
        }
    }

    /// The same with a bearer token.
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// A path below the actor's organization.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/organizations/{}{rest}", self.organization)
    }

    /// A request, to be refined before it is sent with [`Actor::send`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status, headers, text, body }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }
}

impl Answer {
    /// Fails unless the status is `status`.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Fails unless this is problem+json with `status` and `key`.
    #[track_caller]
    pub fn expect_problem(self, status: u16, key: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text);
        assert_eq!(answer.body["status"], status, "{}", answer.text);
        assert_eq!(answer.body["key"], key, "{}", answer.text);
        answer
    }

    /// A header field as text, empty when missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The string at a JSON pointer (RFC 6901).
    #[track_caller]
    pub fn string(&self, pointer: &str) -> String {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer} in {}", self.text))
            .to_owned()
    }
}
