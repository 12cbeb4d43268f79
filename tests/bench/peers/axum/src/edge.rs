//! What every answer carries, and the request id.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

const FIELDS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Adds them.
pub async fn seal(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).filter(|id| is_id(id)).cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIELDS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let id = id.or_else(|| HeaderValue::from_str(&format!("{:032x}", rand::random::<u128>())).ok());
    if let Some(id) = id {
        headers.insert(REQUEST_ID, id);
    }
    response
}

fn is_id(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    (1..=128).contains(&bytes.len()) && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}
