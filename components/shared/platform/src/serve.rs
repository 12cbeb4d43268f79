//! The way of every request: gateway, operation, caller, body, handler, gateway.

use std::future::Future;
use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderName, StatusCode, header, request};
use kronos_api::{Access, OPERATIONS};
use spin_sdk::http::Request;

use crate::bindings::kronos::gateway::policy;
use crate::call::Call;
use crate::configuration::{self, Configuration};
use crate::problem::Problem;
use crate::query::Query;
use crate::response::{Reply, Response};
use crate::routes::{self, Match};
use crate::{ambient, auth, body};

/// A component, and what is special about it.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    component: &'static str,
    body_limit: usize,
}

impl Service {
    /// A component with the usual limits.
    pub const fn new(component: &'static str) -> Self {
        Self { component, body_limit: body::DEFAULT_LIMIT }
    }

    /// The same component with another limit on the body, in bytes.
    #[must_use]
    pub const fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: bytes, ..self }
    }
}

impl From<&'static str> for Service {
    fn from(component: &'static str) -> Self {
        Self::new(component)
    }
}

/// Answers a request to a component: the only way into a handler.
pub async fn serve<H, F, E>(service: impl Into<Service>, request: Request, handler: H) -> Response
where
    H: FnOnce(Call) -> F,
    F: Future<Output = Result<Reply, E>>,
    E: Into<Problem>,
{
    let service = service.into();
    let head_only = request.method() == http::Method::HEAD;
    let configuration = match configuration::get().await {
        Ok(configuration) => configuration,
        Err(problem) => return answer(Err(problem), "", head_only),
    };
    let cors_origins: Vec<&str> = configuration.cors_origins.iter().map(String::as_str).collect();
    let settings =
        policy::SettingsParam { cors_origins: &cors_origins, https: configuration.public_url.starts_with("https:") };
    let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).map(str::to_owned);

    let (mut response, request_id) = match admit(&request, settings.clone()) {
        policy::Verdict::Refuse(refusal) => {
            let request_id = refusal.request_id.clone();
            (refused(refusal, head_only), request_id)
        }
        policy::Verdict::Admit(admitted) => {
            let request_id = admitted.request_id.clone();
            let result = handle(service, request, admitted, &configuration, handler).await;
            (answer(result, &request_id, head_only), request_id)
        }
    };
    response.seal(policy::seal(response.status.as_u16(), origin.as_deref(), &request_id, settings));
    response
}

fn admit(request: &Request, settings: policy::SettingsParam<'_>) -> policy::Verdict {
    let headers: Vec<(&str, &[u8])> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    policy::admit(
        policy::RequestHeadParam {
            method: request.method().as_str(),
            path_with_query: request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str),
            authority: request.uri().authority().map(http::uri::Authority::as_str),
            headers: &headers,
            entropy: &ambient::entropy(),
        },
        settings,
    )
}

async fn handle<H, F, E>(
    service: Service,
    request: Request,
    admitted: policy::Admitted,
    configuration: &Rc<Configuration>,
    handler: H,
) -> Result<Reply, Problem>
where
    H: FnOnce(Call) -> F,
    F: Future<Output = Result<Reply, E>>,
    E: Into<Problem>,
{
    let now = ambient::now();
    let (operation, path) = match routes::find(OPERATIONS, service.component, request.method(), &admitted.path) {
        Match::Operation(operation, path) => (operation, path),
        Match::OtherMethods(methods) => return other_method(request.method(), &methods),
        Match::Nothing => return Err(Problem::not_found()),
    };
    let query = Query::parse(request.uri().query());
    if query.all("access_token").next().is_some() {
        return Err(Problem::malformed("A token belongs into the `authorization` field, not into the URL."));
    }
    let caller = match operation.access {
        Access::Public => None,
        Access::Token => Some(auth::authenticate(configuration, request.headers(), None, now).await?),
        Access::Scope(scope) => Some(auth::authenticate(configuration, request.headers(), Some(scope), now).await?),
    };
    let (head, body) = request.into_parts();
    let body = body::read(&head, body, service.body_limit).await?;
    // The host appends its own value after any that a client sent.
    let client_address = head.headers.get_all("spin-client-addr").iter().next_back();
    let client_address = client_address.and_then(|address| address.to_str().ok()).map(str::to_owned);
    let request::Parts { method, mut headers, .. } = head;
    for name in &admitted.forged {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            headers.remove(name);
        }
    }
    let call = Call {
        operation,
        caller,
        method,
        path,
        query,
        headers,
        body,
        request_id: admitted.request_id,
        traceparent: admitted.traceparent,
        client_address,
        now,
        configuration: configuration.clone(),
    };
    handler(call).await.map_err(Into::into)
}

fn other_method(method: &http::Method, methods: &[&str]) -> Result<Reply, Problem> {
    let allow = methods.join(", ");
    if method == http::Method::OPTIONS {
        return Ok(Reply::no_content().header("allow", allow));
    }
    let detail = format!("This resource allows {allow}.");
    Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).with_field("allow", allow))
}

fn answer(result: Result<Reply, Problem>, request_id: &str, head_only: bool) -> Response {
    match result.and_then(Reply::into_parts) {
        Ok((status, fields, body)) => Response { status, fields, body, head_only },
        Err(problem) => {
            if let Some(log) = problem.log() {
                eprintln!("request {request_id}: {log}");
            }
            let (status, fields, body) = problem.into_parts(request_id);
            Response { status, fields, body: Bytes::from(body), head_only }
        }
    }
}

fn refused(refusal: policy::Refusal, head_only: bool) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    if refusal.key.is_empty() {
        return Response { status, fields: refusal.headers, body: Bytes::new(), head_only };
    }
    let (status, mut fields, body) = Problem::new(status, refusal.key, refusal.detail).into_parts(&refusal.request_id);
    fields.extend(refusal.headers);
    Response { status, fields, body: Bytes::from(body), head_only }
}
