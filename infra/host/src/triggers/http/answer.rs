//! From a request of a client to its response.

use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header, request::Parts, uri::Scheme};
use hyper::body::Incoming;
use wasmtime_wasi_http::WasiBody;

use super::{
    App, Target,
    connection::Exchange,
    head,
    incoming::{self, Fate, Fault, Received},
    instances::{Failure, HttpComponent},
    outgoing, request_id,
    response::{self, HttpResponse},
    slots::Kind,
};
use crate::telemetry;

/// Paths that the host answers before any route.
const RESERVED: &str = "/.well-known/spin/";

/// Why the host answers instead of a component.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    status: StatusCode,
    key: &'static str,
    detail: &'static str,
}

impl Refusal {
    const fn new(status: StatusCode, key: &'static str, detail: &'static str) -> Self {
        Self { status, key, detail }
    }
}

const TOO_MANY_CONNECTIONS: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "too_many_connections",
    "There are too many connections; try again shortly.",
);
const OVERLOADED: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "overloaded",
    "Too many requests are in progress; try again shortly.",
);
const TOO_MANY_UPLOADS: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "overloaded",
    "Too many bodies are being received; try again shortly.",
);
const TOO_MANY_STREAMS: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "overloaded",
    "Too many responses are being streamed; try again shortly.",
);
const INTERNAL_HOST: Refusal = Refusal::new(
    StatusCode::MISDIRECTED_REQUEST,
    "internal_host",
    "Names below spin.internal are reached by components of this application only.",
);
const INVALID_TARGET: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "invalid_target", "The request target is not a path.");
const UNKNOWN_CODING: Refusal = Refusal::new(
    StatusCode::NOT_IMPLEMENTED,
    "unknown_transfer_coding",
    "The only transfer coding that is understood is chunked.",
);
impl App {
    /// Answers one request of a client.
    pub async fn respond(&self, request: Request<Incoming>, exchange: Exchange) -> HttpResponse {
        let (mut head, body) = request.into_parts();
        let id = request_id::of(&mut head.headers);
        let logged = self.access_log.then(|| (Instant::now(), head.method.clone(), head.uri.clone()));
        let span = telemetry::request_span(&head.method, &head.uri, &mut head.headers, &id);
        let (mut response, component) = self.route(head, body, &exchange, &id).await;
        telemetry::record_response(&span, response.status(), component);
        if let Some((start, method, uri)) = logged {
            log(&method, &uri, response.status(), start, component, &id);
        }
        response.body_mut().answer(exchange);
        response
    }

    async fn route(
        &self,
        mut head: Parts,
        body: Incoming,
        exchange: &Exchange,
        id: &HeaderValue,
    ) -> (HttpResponse, &str) {
        let refuse = |refusal: Refusal| (response::problem(refusal.status, refusal.key, refusal.detail, id), "");
        if exchange.place.is_err() {
            return refuse(TOO_MANY_CONNECTIONS);
        }
        if let Some(name) = head.uri.path().strip_prefix(RESERVED) {
            return (self.reserved(name), "");
        }
        let authority = match head::authority(&head.uri, &head.headers) {
            Ok(authority) => authority,
            Err(error) => return refuse(Refusal::new(StatusCode::BAD_REQUEST, "invalid_host", error.detail())),
        };
        if head::is_internal(authority.host()) {
            return refuse(INTERNAL_HOST);
        }
        // An asterisk or an authority (RFC 9112, section 3.2) names no resource of an application.
        if !head.uri.path().starts_with('/') {
            return refuse(INVALID_TARGET);
        }
        if head.headers.get_all(header::TRANSFER_ENCODING).iter().any(|coding| !is_chunked(coding)) {
            return refuse(UNKNOWN_CODING);
        }
        // Keeps the path while the head is changed; both share it.
        let uri = head.uri.clone();
        let Some(found) = self.router.find(uri.path()) else {
            return (response::bare(StatusCode::NOT_FOUND), "");
        };
        let (component, headers) = match found.target {
            Target::Fixed(fixed) => return (self.fixed[fixed].respond(), ""),
            Target::Component { component, headers } => (&self.components[component], &self.headers[headers]),
        };
        let full_url = head::full_url(&authority, uri.path_and_query().map_or("/", |path| path.as_str()));
        head::strip(&mut head.headers);
        headers.add(&mut head.headers, &found, full_url, exchange.connection.client.clone());
        let mut parts = std::mem::take(&mut head.uri).into_parts();
        (parts.scheme, parts.authority) = (Some(Scheme::HTTP), Some(authority));
        match Uri::from_parts(parts) {
            Ok(target) => head.uri = target,
            Err(_) => return refuse(INVALID_TARGET),
        }
        (self.call_component(component, head, body, exchange, id).await, component.id())
    }

    /// Receives the body, as far as the host does, and lets `component` answer.
    ///
    /// A request counts among those in progress from there on until its head is answered: not while its client is slow, and not while
    /// its response is.
    async fn call_component(
        &self,
        component: &HttpComponent,
        head: Parts,
        body: Incoming,
        exchange: &Exchange,
        id: &HeaderValue,
    ) -> HttpResponse {
        let refuse = |refusal: Refusal| response::problem(refusal.status, refusal.key, refusal.detail, id);
        let limit = self.limits.request_body;
        let announced = announced(&head.headers);
        if announced.is_some_and(|length| length > limit) {
            return self.faulty(Fault::TooLarge, id);
        }
        let received = match incoming::receive(body, announced, limit, &exchange.connection).await {
            Ok(received) => received,
            Err(fault) => return self.faulty(fault, id),
        };
        let Ok(permit) = exchange.connection.take(Kind::Request) else { return refuse(OVERLOADED) };
        let (body, fate) = match received {
            Received::Whole(body) => (body, Fate::default()),
            Received::Part(upload) => match exchange.connection.take(Kind::Upload) {
                Ok(permit) => upload.into_body(permit),
                Err(_) => return refuse(TOO_MANY_UPLOADS),
            },
        };
        let answer = component.handle(Request::from_parts(head, body), id.clone(), 0, Some(permit)).await;
        let mut response = self.finish(answer, &fate, id, component.id()).await;
        if response.body().is_stream() {
            match exchange.connection.take(Kind::Stream) {
                Ok(permit) => response.body_mut().count(permit),
                Err(_) => return refuse(TOO_MANY_STREAMS),
            }
        }
        response
    }

    pub(super) async fn finish(
        &self,
        answer: Result<Response<WasiBody>, Failure>,
        fate: &Fate,
        id: &HeaderValue,
        component: &str,
    ) -> HttpResponse {
        // Whatever a component makes of a body that was cut is no answer to the request.
        if let Some(fault) = fate.fault() {
            return self.faulty(fault, id);
        }
        match answer {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let body = outgoing::gather(&head, body).await;
                Response::from_parts(head, body)
            }
            Err(failure) => failed(&failure, id, component),
        }
    }

    fn faulty(&self, fault: Fault, id: &HeaderValue) -> HttpResponse {
        let mut response = match fault {
            Fault::TooLarge => {
                let detail = format!("The body of a request may have {} bytes.", self.limits.request_body);
                response::problem(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", &detail, id)
            }
            Fault::Slow => {
                let detail = format!("The body must come at {} bytes a second or faster.", self.limits.data_rate);
                response::problem(StatusCode::REQUEST_TIMEOUT, "body_timeout", &detail, id)
            }
            Fault::Broken => {
                let detail = "The body of the request is malformed or incomplete.";
                response::problem(StatusCode::BAD_REQUEST, "invalid_body", detail, id)
            }
        };
        // The rest of the body is not read, so that nothing can follow it. HTTP/2, where that is no matter, leaves the field out.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }

    fn reserved(&self, name: &str) -> HttpResponse {
        match name {
            "health" => response::whole(Bytes::from_static(b"OK")),
            "info" => response::text("application/json", self.info.clone()),
            _ => response::bare(StatusCode::NOT_FOUND),
        }
    }
}

/// `Content-Length`; hyper has refused those that are not a number.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether hyper undoes `coding` wholly: of `gzip, chunked` it undoes the last.
fn is_chunked(coding: &HeaderValue) -> bool {
    coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked")
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
        Failure::Stopped => (
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "The service is being stopped; try again shortly. The work of this request may have been done.",
        ),
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
