//! Cross-origin requests from browsers (Fetch Standard, section 3.3). Origins are compared exactly, and credentials are never
//! allowed: the API takes bearer tokens, not cookies.

use crate::bindings::exports::kronos::gateway::policy::{Field, Settings};

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const REQUEST_FIELDS: &str =
    "authorization, content-type, idempotency-key, if-match, if-none-match, traceparent, tracestate, x-request-id";
const RESPONSE_FIELDS: &str = "etag, idempotency-replayed, link, location, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id, x-total-count";
/// How long a browser may remember the answer, in seconds; Chromium caps it here.
const MAX_AGE: &str = "7200";

/// What a preflight request is answered.
#[derive(Debug, PartialEq, Eq)]
pub enum Preflight {
    Allowed(Vec<Field>),
    Denied,
}

/// Whether browsers may call from this origin.
pub fn is_allowed(origin: &str, settings: &Settings) -> bool {
    settings.cors_origins.iter().any(|allowed| allowed == origin)
}

/// Fields of the answer to a preflight request.
pub fn preflight(origin: &str, settings: &Settings) -> Preflight {
    if !is_allowed(origin, settings) {
        return Preflight::Denied;
    }
    Preflight::Allowed(vec![
        field("access-control-allow-methods", METHODS),
        field("access-control-allow-headers", REQUEST_FIELDS),
        field("access-control-max-age", MAX_AGE),
    ])
}

/// Fields of every response.
pub fn seal(origin: Option<&str>, settings: &Settings, sealed: &mut Vec<Field>) {
    if settings.cors_origins.is_empty() {
        return;
    }
    // A cache must not hand the answer for one origin to another, nor the one without an origin to any.
    sealed.push(field("vary", "origin"));
    if let Some(origin) = origin.filter(|origin| is_allowed(origin, settings)) {
        sealed.push(field("access-control-allow-origin", origin));
        sealed.push(field("access-control-expose-headers", RESPONSE_FIELDS));
    }
}

/// A field of the response.
pub fn field(name: &str, value: &str) -> Field {
    (name.to_owned(), value.as_bytes().to_vec())
}
