//! Says hello to whoever has a valid token: what `gateway`, `auth-check` and the way into a handler cost, and nothing else.

use kronos_api::time_entries::Op;
use kronos_platform::{Call, Problem, Reply, StatusCode};

// It answers at the path of an operation of `time-entries` that needs a token and a scope, and no body.
kronos_platform::http_service!(super::hello);

async fn hello(_op: Op, _call: Call) -> Result<Reply, Problem> {
    Ok(Reply::body(StatusCode::OK, "text/plain", "hello"))
}
