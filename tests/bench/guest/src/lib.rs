//! Says hello and needs nothing, so that every runtime can run it.

#![cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "only a host of components calls it"))]

use spin_sdk::http::{FullBody, IntoResponse, Request, Response, StatusCode};
use spin_sdk::wasip3::clocks::monotonic_clock;

/// How long an instance stays alive at `/hello/slow`, in nanoseconds.
const SLOW: u64 = 3_000_000_000;

// A native linker takes the names of the exports for its own syntax.
#[cfg_attr(target_family = "wasm", spin_sdk::http_service)]
async fn handle(request: Request) -> impl IntoResponse {
    if request.uri().path() == "/hello/slow" {
        monotonic_clock::wait_for(SLOW).await;
    }
    let mut response = Response::new(FullBody::new(b"hello".as_slice()));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert("content-type", spin_sdk::http::HeaderValue::from_static("text/plain"));
    // With the length known, head and body can leave in one piece.
    response.headers_mut().insert("content-length", spin_sdk::http::HeaderValue::from_static("5"));
    response
}
