//! The way of every request: gateway, operation, caller, body, handler, gateway.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;

use bytes::Bytes;
use http::{StatusCode, header};
use kronos_api::{Access, Operations};
use spin_sdk::wasip3::http::types::Request;

use crate::bindings::kronos::gateway::policy;
use crate::call::Call;
use crate::configuration::{self, Configuration};
use crate::head::{Fields, Head};
use crate::problem::{Field, Problem};
use crate::query::Query;
use crate::response::{Reply, Response};
use crate::routes::{self, Match};
use crate::{ambient, auth, body};

/// What is special about a component.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    body_limit: usize,
}

impl Service {
    /// The usual limits.
    pub const USUAL: Self = Self { body_limit: body::DEFAULT_LIMIT };

    /// The same with another limit on the body, in bytes.
    #[must_use]
    pub const fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: bytes }
    }
}

/// Answers a request to a component: the only way into a handler.
pub async fn serve<O, H, F, E>(service: Service, request: Request, handler: H) -> Response
where
    O: Operations,
    H: FnOnce(O, Call) -> F,
    F: Future<Output = Result<Reply, E>>,
    E: Into<Problem>,
{
    let head = match Head::read(&request) {
        Ok(head) => head,
        Err(problem) => return answer(Err(problem), "", false),
    };
    let head_only = head.method == http::Method::HEAD;
    let configuration = match configuration::get().await {
        Ok(configuration) => configuration,
        Err(problem) => return answer(Err(problem), "", head_only),
    };
    // A preflight request about which a proxy asks is not one to us.
    let forwarded = O::ROWS.iter().any(|operation| operation.forwarded);
    let cors_origins = configuration.cors_origins.iter().map(String::as_str).filter(|_| !forwarded);
    let cors_origins: Vec<&str> = cors_origins.collect();
    let settings =
        policy::SettingsParam { cors_origins: &cors_origins, https: configuration.public_url.starts_with("https:") };
    let origin = head.text(&header::ORIGIN).map(str::to_owned);

    let (mut response, request_id) = match head.admit(&ambient::entropy(), settings.clone()) {
        policy::Verdict::Refuse(refusal) => {
            let request_id = refusal.request_id.clone();
            (refused(refusal, head_only), request_id)
        }
        policy::Verdict::Admit(admitted) => {
            let request_id = admitted.request_id.clone();
            let result = handle(service, head, request, admitted, &configuration, handler).await;
            (answer(result, &request_id, head_only), request_id)
        }
    };
    response.seal(&seal(response.status, origin.as_deref(), settings), request_id);
    response
}

thread_local! {
    /// What `gateway` answered for responses to nobody's origin, by status.
    static SEALS: RefCell<BTreeMap<u16, Rc<[Field]>>> = const { RefCell::new(BTreeMap::new()) };
}

fn seal(status: StatusCode, origin: Option<&str>, settings: policy::SettingsParam<'_>) -> Rc<[Field]> {
    let status = status.as_u16();
    if origin.is_some() {
        return policy::seal(status, origin, settings).into();
    }
    let new = || policy::seal(status, None, settings).into();
    SEALS.with_borrow_mut(|seals| seals.entry(status).or_insert_with(new).clone())
}

async fn handle<O, H, F, E>(
    service: Service,
    head: Head,
    request: Request,
    admitted: policy::Admitted,
    configuration: &Rc<Configuration>,
    handler: H,
) -> Result<Reply, Problem>
where
    O: Operations,
    H: FnOnce(O, Call) -> F,
    F: Future<Output = Result<Reply, E>>,
    E: Into<Problem>,
{
    let now = ambient::now();
    let (path, query) = head.path_and_query();
    let path = path.get(..usize::try_from(admitted.path_length).unwrap_or(usize::MAX));
    let path = path.ok_or_else(|| Problem::internal("gateway admitted more path than there is"))?;
    let (op, operation, path) = match routes::find::<O>(&head.method, path) {
        Match::Operation(op, operation, path) => (op, operation, path),
        Match::OtherMethods(methods) => return other_method(&head.method, &methods),
        Match::Nothing => return Err(Problem::not_found()),
    };
    if !operation.forwarded {
        Query::check(query)?;
    }
    let query = Query::parse(query);
    if !operation.forwarded && query.has("access_token") {
        return Err(Problem::malformed("A token belongs in the `authorization` field, not in the URL."));
    }
    let method = head.method.clone();
    let Fields { headers, client_address } = head.into_fields(&admitted.forged)?;
    let authenticate = async |scope: Option<&'static str>| {
        let caller = auth::authenticate(configuration, &headers, scope, now).await;
        caller.map(Some).map_err(|problem| if operation.forwarded { unauthorized(problem) } else { problem })
    };
    let caller = match operation.access {
        Access::Public => None,
        Access::Token => authenticate(None).await?,
        Access::Scope(scope) => authenticate(Some(scope)).await?,
    };
    let query = query.of(operation)?;
    // What a proxy sends of the body of a request that it asks about is not for us.
    let body = if operation.forwarded {
        Bytes::new()
    } else {
        body::read(&method, &headers, request, operation.body.is_some(), service.body_limit).await?
    };
    if operation.body.is_none() && !body.is_empty() {
        return Err(Problem::invalid("body", "must be empty"));
    }
    // What a reader has need not be sent again.
    let conditional =
        matches!(method, http::Method::GET | http::Method::HEAD) && headers.contains_key(header::IF_NONE_MATCH);
    let conditions = conditional.then(|| headers.clone());
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
    let reply = handler(op, call).await.map_err(Into::into)?;
    Ok(match conditions {
        Some(headers) => reply.unless_known(&headers),
        None => reply,
    })
}

/// Proxies take 400 for a failure of ours, so malformed credentials count as none.
fn unauthorized(problem: Problem) -> Problem {
    if problem.status() == StatusCode::BAD_REQUEST { problem.with_status(StatusCode::UNAUTHORIZED) } else { problem }
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

/// Exports the HTTP handler of a component: the function that answers an operation and its [`Call`], and a [`Service`] where the
/// component is not like the others.
///
/// The attribute of the SDK would turn every request into one of the `http` crate before `gateway` has seen it, which costs more
/// than all of the policy.
#[macro_export]
macro_rules! http_service {
    ($handler:path) => {
        $crate::http_service!($handler, $crate::Service::USUAL);
    };
    ($handler:path, $service:expr) => {
        /// The export that hosts call.
        pub mod exported {
            use $crate::export::{ErrorCode, Guest, IntoResponse, Request, Response};

            /// The component.
            pub struct Component;
            // A native linker takes the names of the exports for its own syntax.
            #[cfg(target_family = "wasm")]
            $crate::export::export!(Component);

            impl Guest for Component {
                async fn handle(request: Request) -> Result<Response, ErrorCode> {
                    $crate::serve($service, request, $handler).await.into_response()
                }
            }
        }
    };
}
