//! A component that does what tests of the host ask of it, by path: well-behaved things, and those that no component should
//! do. `spin-path-info` selects the action, the query its argument.

use std::{hint::black_box, time::Duration};

use bytes::Bytes;
use spin_sdk::{
    http::{
        BoxBody, FullBody, Request, Response, StatusCode,
        body::{IncomingBodyExt, stream},
        box_body, get,
    },
    http_service, redis,
    time::sleep,
};

mod messages;

const REDIS: &str = "redis://embedded";

#[http_service]
async fn handle(request: Request) -> Response<BoxBody> {
    let action = header(&request, "spin-path-info");
    let argument = request.uri().query().unwrap_or_default().to_owned();
    match action.as_str() {
        "/hello" => text("hello"),
        "/headers" => text(headers(&request)),
        "/echo" => match request.into_body().bytes().await {
            Ok(body) => Response::new(box_body(FullBody::new(body))),
            Err(error) => status(StatusCode::BAD_REQUEST, error.to_string()),
        },
        "/trap" => panic!("asked to trap"),
        "/spin" => loop {
            black_box(0);
        },
        "/sleep" => {
            sleep(Duration::from_millis(argument.parse().unwrap_or(0))).await;
            text("slept")
        }
        "/allocate" => {
            let mut kept = Vec::new();
            for _ in 0..argument.parse().unwrap_or(0_usize) {
                kept.push(black_box(vec![1_u8; 1 << 20]));
            }
            text(kept.len().to_string())
        }
        "/print" => {
            println!("{argument}");
            eprintln!("error: {argument}");
            text("printed")
        }
        "/stream" => {
            let (mut parts, body) = stream::<String>();
            spin_sdk::wasip3::spawn(async move {
                for part in 0..3 {
                    if parts.try_send(format!("data: {part}\n\n")).is_err() {
                        return;
                    }
                    sleep(Duration::from_millis(argument.parse().unwrap_or(0))).await;
                }
            });
            let mut response = Response::new(box_body(body));
            response
                .headers_mut()
                .insert("content-type", spin_sdk::http::HeaderValue::from_static("text/event-stream"));
            response
        }
        "/fetch" => match get(&argument).await {
            Ok(response) => {
                let code = response.status();
                match response.into_body().bytes().await {
                    Ok(body) => status(code, body),
                    Err(error) => status(StatusCode::BAD_GATEWAY, error.to_string()),
                }
            }
            Err(error) => status(StatusCode::BAD_GATEWAY, format!("{error:?}")),
        },
        "/redis" => match read(&argument).await {
            Ok(value) => text(value),
            Err(error) => status(StatusCode::BAD_GATEWAY, format!("{error:?}")),
        },
        "/environment" => text(std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect::<String>()),
        _ => status(StatusCode::NOT_FOUND, "no such action"),
    }
}

async fn read(key: &str) -> Result<Vec<u8>, redis::Error> {
    Ok(redis::Connection::open(REDIS).await?.get(key).await?.unwrap_or_default())
}

fn header(request: &Request, name: &str) -> String {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
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

fn text(body: impl Into<Bytes>) -> Response<BoxBody> {
    status(StatusCode::OK, body)
}

fn status(status: StatusCode, body: impl Into<Bytes>) -> Response<BoxBody> {
    let mut response = Response::new(box_body(FullBody::new(body.into())));
    *response.status_mut() = status;
    response
}
