//! Says hello to whoever has a valid token: what `gateway`, `auth-check` and the way into a handler cost, and nothing else.

use kronos_platform::{Call, Problem, Reply, Response, StatusCode, serve};
use spin_sdk::http::Request;
use spin_sdk::http_service;

/// It answers at the path of an operation of `time-entries` that needs a token and a scope, and no body.
#[http_service]
async fn handle(request: Request) -> Response {
    serve("time-entries", request, hello).await
}

async fn hello(_call: Call) -> Result<Reply, Problem> {
    Ok(Reply::body(StatusCode::OK, "text/plain", "hello"))
}
