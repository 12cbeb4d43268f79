//! The HTTP trigger: from a connection to a component and back.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header, uri::Scheme};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use wasmtime_wasi_http::WasiBody;

use self::{
    body::{Exceeded, Outgoing},
    chain::Chain,
    head::RouteHeaders,
    instances::{Failure, HttpComponent},
    linger::Lingering,
    response::{Fixed, HttpResponse},
    router::Router,
};
use crate::{
    capabilities::http::OWN,
    config::{
        manifest::{HttpTarget, Manifest},
        options::Limits,
    },
    telemetry,
};

pub mod body;
pub mod chain;
pub mod head;
pub mod instances;
mod linger;
pub mod listener;
pub mod request_id;
pub mod response;
pub mod router;

/// Paths that the host answers before any route.
const RESERVED: &str = "/.well-known/spin/";

/// What answers a path.
#[derive(Clone, Copy, Debug)]
enum Target {
    Component { component: usize, headers: usize },
    Fixed(usize),
}

/// The application as seen from HTTP.
pub struct App {
    router: Router<Target>,
    components: Vec<Arc<HttpComponent>>,
    headers: Vec<RouteHeaders>,
    chained: RouteHeaders,
    fixed: Vec<Fixed>,
    info: Bytes,
    limits: Limits,
    requests: Arc<Semaphore>,
}

/// Why the routes of a manifest cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A route is not one.
    #[error(transparent)]
    Route(#[from] router::Error),
    /// A static response is not one.
    #[error("static response of route `{route}`: {source}")]
    Fixed {
        /// The route.
        route: String,
        /// What is wrong.
        source: response::FixedError,
    },
    /// A trigger names a component that there is not.
    #[error("the trigger of route `{route}` names the component `{component}`, which does not exist")]
    NoComponent {
        /// The route.
        route: String,
        /// The component.
        component: String,
    },
}

impl App {
    /// Lays out the routes of `manifest` over its `components`.
    pub fn new(manifest: &Manifest, components: Vec<Arc<HttpComponent>>, limits: Limits) -> Result<Self, Error> {
        let mut info = serde_json::Map::from_iter([("name".to_owned(), manifest.name.clone().into())]);
        if let Some(version) = &manifest.version {
            info.insert("version".into(), version.clone().into());
        }
        let mut app = Self {
            router: Router::default(),
            components,
            headers: Vec::new(),
            chained: RouteHeaders::chained(),
            fixed: Vec::new(),
            info: serde_json::Value::Object(info).to_string().into(),
            limits,
            requests: Arc::new(Semaphore::new(limits.concurrent_requests.min(Semaphore::MAX_PERMITS))),
        };
        for trigger in &manifest.http {
            let Some(route) = &trigger.route else { continue };
            let target = match &trigger.target {
                HttpTarget::Component(id) => {
                    let component = app
                        .components
                        .iter()
                        .position(|component| component.id() == id)
                        .ok_or_else(|| Error::NoComponent { route: route.clone(), component: id.clone() })?;
                    Target::Component { component, headers: app.headers.len() }
                }
                HttpTarget::Static(fixed) => {
                    let fixed = Fixed::new(fixed).map_err(|source| Error::Fixed { route: route.clone(), source })?;
                    app.fixed.push(fixed);
                    Target::Fixed(app.fixed.len() - 1)
                }
            };
            let (parsed, replaced) = app.router.insert(route, target)?;
            if let Target::Component { .. } = target {
                app.headers.push(RouteHeaders::new(&parsed));
            }
            if replaced.is_some() {
                tracing::warn!("route `{route}` is declared twice: the first declaration is never used");
            }
        }
        Ok(app)
    }

    /// Answers one request of a client.
    pub async fn respond(&self, request: Request<Incoming>, client: &HeaderValue) -> HttpResponse {
        let start = Instant::now();
        let (mut head, body) = request.into_parts();
        let id = request_id::of(&mut head.headers);
        let logged = tracing::enabled!(target: telemetry::REQUEST_TARGET, tracing::Level::INFO)
            .then(|| (head.method.clone(), head.uri.clone()));
        let span = telemetry::request_span(&head.method, &head.uri, &mut head.headers, &id);
        let (response, component) = self.route(head, body, client, &id).await;
        telemetry::record_response(&span, response.status(), component);
        if let Some((method, uri)) = logged {
            log(&method, &uri, response.status(), start, component, &id);
        }
        response
    }

    async fn route(
        &self,
        mut head: http::request::Parts,
        body: Incoming,
        client: &HeaderValue,
        id: &HeaderValue,
    ) -> (HttpResponse, &str) {
        let body = Lingering::new(body);
        if let Some(name) = head.uri.path().strip_prefix(RESERVED) {
            return (self.reserved(name), "");
        }
        let authority = match head::authority(&head.uri, &head.headers) {
            Ok(authority) => authority,
            Err(error) => {
                return (response::problem(StatusCode::BAD_REQUEST, "invalid_host", error.detail(), id), "");
            }
        };
        // Keeps the path while the head is changed; both share it.
        let uri = head.uri.clone();
        let Some(found) = self.router.find(uri.path()) else {
            return (response::bare(StatusCode::NOT_FOUND), "");
        };
        let (component, headers) = match found.target {
            Target::Fixed(fixed) => return (self.fixed[fixed].respond(), ""),
            Target::Component { component, headers } => (&self.components[component], &self.headers[headers]),
        };
        let Ok(permit) = Arc::clone(&self.requests).try_acquire_owned() else {
            let response = response::problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "Too many requests are in progress; try again shortly.",
                id,
            );
            return (response, component.id());
        };
        if announced(&head.headers).is_some_and(|length| length > self.limits.request_body) {
            return (self.too_large(id), component.id());
        }
        let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
        let full_url = head::full_url(&authority, path_and_query);
        head::strip(&mut head.headers);
        headers.add(&mut head.headers, &found, full_url, client.clone());
        let mut parts = std::mem::take(&mut head.uri).into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(authority);
        let Ok(target) = Uri::from_parts(parts) else {
            let detail = "The request target is not a path.";
            return (response::problem(StatusCode::BAD_REQUEST, "invalid_target", detail, id), component.id());
        };
        head.uri = target;
        let (body, exceeded) = body::cap(body, self.limits.request_body);
        let answer = component.handle(Request::from_parts(head, body), id.clone(), 0).await;
        let mut response = self.finish(answer, &exceeded, id, component.id()).await;
        if let Outgoing::Stream { permit: held, .. } = response.body_mut() {
            *held = Some(permit);
        }
        (response, component.id())
    }

    async fn finish(
        &self,
        answer: Result<Response<WasiBody>, Failure>,
        exceeded: &Exceeded,
        id: &HeaderValue,
        component: &str,
    ) -> HttpResponse {
        // Whatever a component makes of a body that was cut is no answer to the request.
        if exceeded.get() {
            return self.too_large(id);
        }
        match answer {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let body = body::gather(&head, body).await;
                Response::from_parts(head, body)
            }
            Err(failure) => failed(&failure, id, component),
        }
    }

    fn too_large(&self, id: &HeaderValue) -> HttpResponse {
        let detail = format!("The body of a request may have {} bytes.", self.limits.request_body);
        response::problem(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", &detail, id)
    }

    fn reserved(&self, name: &str) -> HttpResponse {
        match name {
            "health" => response::text("text/plain", Bytes::from_static(b"OK")),
            "info" => response::text("application/json", self.info.clone()),
            _ => response::bare(StatusCode::NOT_FOUND),
        }
    }

    /// Calls a component within the process, as if the request had come in by the route `/...`.
    pub async fn call(&self, component: &str, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let component = self.components.iter().find(|known| known.id() == component)?;
        let (mut head, body) = request.into_parts();
        let id = request_id::of(&mut head.headers);
        let authority = head.uri.authority().cloned().unwrap_or_else(|| http::uri::Authority::from_static(OWN));
        let path_and_query = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        head::strip(&mut head.headers);
        let path = head.uri.path().to_owned();
        let found = router::Match { target: (), parameters: [""; router::PARAMETERS], path_info: &path };
        let full_url = head::full_url(&authority, &path_and_query);
        self.chained.add(&mut head.headers, &found, full_url, HeaderValue::from_static("0.0.0.0:0"));
        head.uri = Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(authority)
            .path_and_query(path_and_query)
            .build()
            .unwrap_or_default();
        let body = if body.is_empty() { body::empty() } else { body::full(body) };
        let answer = component.handle(Request::from_parts(head, body), id.clone(), 0).await;
        let response = self.finish(answer, &Exceeded::default(), &id, component.id()).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Some(Response::from_parts(head, body))
    }

    /// What lets the components call each other.
    pub fn chain(&self) -> Chain {
        Chain::new(&self.components)
    }
}

/// `Content-Length`; hyper has refused those that are not a number.
fn announced(headers: &http::HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn failed(failure: &Failure, id: &HeaderValue, component: &str) -> HttpResponse {
    let request_id = id.to_str().unwrap_or_default();
    let (status, key, detail) = match failure {
        Failure::Timeout => {
            (StatusCode::GATEWAY_TIMEOUT, "timeout", "The service did not answer in time; its work may still finish.")
        }
        Failure::Overloaded => {
            (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "The service is too busy; try again shortly.")
        }
        Failure::Trapped => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "The service failed."),
        Failure::NotInstantiated(_) | Failure::Refused(_) => {
            tracing::error!(target: "kronos::component", component, request_id, "{failure}");
            (StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "The service failed.")
        }
    };
    response::problem(status, key, detail, id)
}

fn log(method: &Method, uri: &Uri, status: StatusCode, start: Instant, component: &str, id: &HeaderValue) {
    tracing::info!(
        target: telemetry::REQUEST_TARGET,
        method = method.as_str(),
        path = uri.path(),
        status = status.as_u16(),
        duration_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX),
        component,
        request_id = id.to_str().unwrap_or_default(),
    );
}
