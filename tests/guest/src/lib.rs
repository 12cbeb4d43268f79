//! A component that does what its path says, so that tests can see what the host grants, limits and survives.
//!
//! `/<action>?<arguments>`; the answer is text or JSON, an error of a capability is 502 with its text.

#![expect(clippy::format_collect, clippy::format_push_string, reason = "short beats fast in a guest of tests")]
#![cfg_attr(not(target_family = "wasm"), expect(dead_code, reason = "only a host of components calls it"))]

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use spin_sdk::http::{HeaderValue, Request, Response, StatusCode, body::IncomingBodyExt};

mod capability;
// A native linker takes the names of the exports for its own syntax.
#[cfg(target_family = "wasm")]
#[expect(unsafe_code, clippy::same_length_and_capacity, reason = "spin-sdk's macro writes the exported function here")]
mod subscriber;

static REQUESTS: AtomicU64 = AtomicU64::new(0);

type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, spin_sdk::http::Error>;

#[cfg_attr(target_family = "wasm", spin_sdk::http_service)]
async fn handle(request: Request) -> Response<Body> {
    let served = REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    let arguments: HashMap<String, String> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).into_owned().collect();
    // A query without names is the one argument.
    let unnamed = request.uri().query().filter(|query| !query.contains('=')).map(str::to_owned);
    let argument = |name: &str| arguments.get(name).cloned().or(unnamed.clone()).unwrap_or_default();
    let number = |name: &str| argument(name).parse::<u64>().unwrap_or(0);

    match request.uri().path().rsplit('/').next().unwrap_or_default() {
        "hello" => answer(200, "hello"),
        // How many requests this instance has served.
        "served" => answer(200, served.to_string()),
        "request" => describe(request).await,
        "headers" => answer(200, headers(&request)),
        "echo" => match request.into_body().bytes().await {
            Ok(body) => answer(200, body),
            Err(error) => answer(400, error.to_string()),
        },
        "early" => early(request),
        "stream" => stream(number("ms")),
        "trap" => trap(),
        "loop" | "spin" => spin(),
        "allocate" => answer(200, allocate(number("blocks")).len().to_string()),
        "hold" => hold(allocate(number("blocks"))),
        "sleep" => {
            spin_sdk::time::sleep(Duration::from_millis(number("ms"))).await;
            answer(200, "slept")
        }
        "print" => {
            println!("{}", argument("line"));
            eprintln!("error: {}", argument("line"));
            answer(200, "printed")
        }
        "body" => answer(200, vec![b'x'; usize::try_from(number("bytes")).unwrap_or(0)]),
        action => match capability::call(action, &arguments).await {
            Some(Ok(text)) => answer(200, text),
            Some(Err(text)) => answer(502, text),
            None => answer(404, "no such action"),
        },
    }
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response<Body> {
    let body = http_body_util::Full::new(body.into()).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

async fn describe(request: Request) -> Response<Body> {
    let method = request.method().to_string();
    let uri = request.uri().to_string();
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    match request.into_body().bytes().await {
        Ok(body) => answer(
            200,
            serde_json::json!({ "method": method, "uri": uri, "headers": headers, "body_length": body.len() })
                .to_string(),
        ),
        Err(error) => answer(400, error.to_string()),
    }
}

/// Answers before the body of the request is there, and then keeps its length as `early`.
fn early(request: Request) -> Response<Body> {
    spin_sdk::wasip3::spawn(async move {
        let length = match request.into_body().bytes().await {
            Ok(body) => body.len().to_string(),
            Err(error) => error.to_string(),
        };
        let arguments = [("store", "default"), ("key", "early"), ("value", &length)];
        let arguments = arguments.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let _kept = capability::call("key-value", &arguments).await;
    });
    answer(200, "early")
}

#[expect(clippy::panic, reason = "the trap is the point")]
fn trap() -> ! {
    panic!("the guest was asked to trap")
}

fn spin() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

/// Blocks of 1 MiB, 8192 unless told.
fn allocate(blocks: u64) -> Vec<Vec<u8>> {
    (0..if blocks == 0 { 8192 } else { blocks }).map(|_| std::hint::black_box(vec![1_u8; 1 << 20])).collect()
}

/// Server-sent events that begin when `blocks` are there, which are kept until nobody listens.
fn hold(blocks: Vec<Vec<u8>>) -> Response<Body> {
    let (mut parts, body) = spin_sdk::http::body::stream::<String>();
    spin_sdk::wasip3::spawn(async move {
        while parts.try_send(format!("data: {}\n\n", blocks.len())).is_ok() {
            spin_sdk::time::sleep(Duration::from_millis(20)).await;
        }
    });
    events(body)
}

/// Three server-sent events with a pause after each.
fn stream(pause: u64) -> Response<Body> {
    let (mut parts, body) = spin_sdk::http::body::stream::<String>();
    spin_sdk::wasip3::spawn(async move {
        for part in 0..3 {
            if parts.try_send(format!("data: {part}\n\n")).is_err() {
                return;
            }
            spin_sdk::time::sleep(Duration::from_millis(pause)).await;
        }
    });
    events(body)
}

fn events<E>(body: impl BodyExt<Data = Bytes, Error = E> + Send + 'static) -> Response<Body>
where
    E: std::fmt::Display + 'static,
{
    let body = body.map_err(|error| spin_sdk::http::Error::other(error.to_string())).boxed_unsync();
    let mut response = Response::new(body);
    response.headers_mut().insert("content-type", HeaderValue::from_static("text/event-stream"));
    response
}

fn headers(request: &Request) -> String {
    let mut lines: Vec<String> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    lines.concat()
}
