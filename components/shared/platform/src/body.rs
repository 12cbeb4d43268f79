//! Request bodies.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use spin_sdk::wasip3::http::types;
use spin_sdk::wasip3::wit_bindgen::{StreamReader, StreamResult, spawn};
use spin_sdk::wasip3::wit_future;

use crate::patience::within;
use crate::problem::Problem;

/// Largest body unless a component says otherwise.
pub const DEFAULT_LIMIT: usize = 1024 * 1024;
/// Bytes to make room for at first when the client did not say how many will come.
const FIRST_READ: usize = 16 * 1024;

/// Reads the body of a request of at most `limit` bytes.
pub(crate) async fn read(
    method: &Method,
    headers: &HeaderMap,
    request: types::Request,
    limit: usize,
) -> Result<Bytes, Problem> {
    let expected = content_length(headers);
    // A method that has no body as a rule is not worth asking the host, unless a field announces one. HTTP/2 has no such field.
    let bodiless = matches!(*method, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS);
    let announced = expected.is_some() || headers.contains_key(header::TRANSFER_ENCODING);
    if expected == Some(0) || bodiless && !announced {
        return Ok(Bytes::new());
    }
    let (_result, result_reader) = wit_future::new(|| Ok(()));
    let (mut stream, trailers) = types::Request::consume_body(request, result_reader);
    let refused = check_coding(headers).err();
    if let Some(problem) = refused.or_else(|| expected.filter(|expected| *expected > limit).map(|_| too_large(limit))) {
        // Who asks first whether the body is wanted sends none.
        if !headers.contains_key(header::EXPECT) {
            spawn(read_on(stream, trailers));
        }
        return Err(problem);
    }
    let mut body = Vec::with_capacity(expected.unwrap_or(FIRST_READ));
    loop {
        let (result, filled) = stream.read(body).await;
        body = filled;
        if body.len() > limit {
            spawn(read_on(stream, trailers));
            return Err(too_large(limit));
        }
        if expected.is_some_and(|expected| body.len() >= expected) {
            // The server has held the client to its word; the end of the stream would cost one more call to the host.
            break;
        }
        match result {
            StreamResult::Complete(_) => {
                if body.len() == body.capacity() {
                    body.reserve(body.len().max(FIRST_READ));
                }
            }
            StreamResult::Dropped => {
                trailers
                    .await
                    .map_err(|error| Problem::malformed("The body ended early.").with_log(error.to_string()))?;
                break;
            }
            StreamResult::Cancelled => return Err(Problem::malformed("The body ended early.")),
        }
    }
    Ok(Bytes::from(body))
}

/// How much of a body that nobody wants is read after the answer, in bytes, and for how long.
const READ_ON: usize = 64 * 1024 * 1024;
const READ_ON_TIME: Duration = Duration::from_secs(10);

/// Reads on while the answer is on its way. A server closes a connection with an unread body; the system then resets it, and a client
/// that sends all of its request before it reads loses the answer (RFC 9112, section 9.6). The local host sees to that itself.
async fn read_on<T>(mut stream: StreamReader<u8>, trailers: T) {
    let reading = async {
        let mut left = READ_ON;
        let mut buffer = Vec::with_capacity(FIRST_READ);
        while left > 0 {
            let result;
            (result, buffer) = stream.read(buffer).await;
            if !matches!(result, StreamResult::Complete(_)) {
                break;
            }
            left = left.saturating_sub(buffer.len());
            buffer.clear();
        }
    };
    let _late = within(READ_ON_TIME, reading).await;
    // With them the body would end.
    drop(trailers);
}

/// Refuses a body that would have to be decoded first (RFC 9110, sections 8.4 and 15.5.16).
fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    let is_identity = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_identity) {
        return Ok(());
    }
    let detail = "The body is coded, which `content-encoding` says; send it as it is.";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_content_encoding", detail)
        .with_field("accept-encoding", "identity"))
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", format!("The body is larger than {limit} bytes."))
}

/// Reads a JSON body: 415 for another media type, 400 for what is not JSON, 422 with the name of the field for the rest.
pub(crate) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if !is_json(headers) {
        let detail = "The body has to be `application/json`.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
            .with_field("accept-post", "application/json"));
    }
    // Serde would take an array for the fields in their order.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::invalid("body", "has to be a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        data_problem(&path, error.inner())
    })?;
    deserializer.end().map_err(|_| not_json())?;
    Ok(value)
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase());
    essence.is_some_and(|essence| {
        essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
    })
}

fn not_json() -> Problem {
    Problem::malformed("The body is not valid JSON.")
}

fn data_problem(path: &str, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        return not_json();
    }
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    let parent = if path == "." { "" } else { path };
    // serde names the member in the message when it is the object around it that is wrong.
    let member = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))
        .and_then(|rest| rest.split_once('`'))
        .map(|(member, _)| member);
    let field = match (parent, member) {
        ("", Some(member)) => member.to_owned(),
        (parent, Some(member)) if parent.ends_with(member) => parent.to_owned(),
        (parent, Some(member)) => format!("{parent}.{member}"),
        ("", None) => "body".to_owned(),
        (parent, None) => parent.to_owned(),
    };
    let message = match message {
        _ if message.starts_with("missing field") => "is required",
        // serde would name our type.
        _ if message.contains("expected struct") => "must be an object",
        _ => message,
    };
    Problem::invalid(field, message)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Example {
        name: String,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        count: u8,
    }

    fn parse(content_type: &'static str, body: &str) -> Result<Example, (u16, serde_json::Value)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
        json(&headers, body.as_bytes()).map_err(|problem| {
            let (status, _, body) = problem.into_parts("");
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
            (status.as_u16(), body["errors"].clone())
        })
    }

    #[test]
    fn json_is_read_under_its_media_types() {
        for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert_eq!(parse(content_type, r#"{"name":"a"}"#), Ok(Example { name: "a".to_owned(), inner: None }));
        }
        for content_type in ["text/plain", "application/jsonx", "text/json", ""] {
            assert_eq!(parse(content_type, r#"{"name":"a"}"#).map_err(|(status, _)| status), Err(415));
        }
    }

    #[test]
    fn a_coded_body_is_refused() {
        let status = |codings: &[&'static str]| {
            let codings = codings.iter().map(|coding| (header::CONTENT_ENCODING, HeaderValue::from_static(coding)));
            check_coding(&codings.collect()).map_err(|problem| problem.status().as_u16())
        };
        for codings in [&[][..], &["identity"], &["Identity "]] {
            assert_eq!(status(codings), Ok(()), "{codings:?}");
        }
        for codings in [&["gzip"][..], &["identity, gzip"], &["identity", "br"], &["x-unknown"]] {
            assert_eq!(status(codings), Err(415), "{codings:?}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in ["", "{", "{}}", "nul", r#"{"name":"a"} x"#, "\u{feff}{}"] {
            let status = parse("application/json", body).map_err(|(status, _)| status);
            assert!(matches!(status, Err(400 | 422)), "{body}: {status:?}");
        }
        assert_eq!(parse("application/json", &"[".repeat(10_000)).map_err(|(status, _)| status).err(), Some(422));
    }

    #[test]
    fn the_field_is_named() {
        for (body, field) in [
            ("{}", "name"),
            (r#"{"name":1}"#, "name"),
            (r#"{"name":"a","inner":{"count":300}}"#, "inner.count"),
            (r#"{"name":"a","inner":{}}"#, "inner.count"),
            (r#"{"name":"a","other":1}"#, "other"),
            (r#"{"name":"a","name":"b"}"#, "name"),
            ("[]", "body"),
        ] {
            let (status, errors) = parse("application/json", body).err().unwrap_or_default();
            assert_eq!(status, 422, "{body}");
            assert!(errors.get(field).is_some(), "{body}: {errors}");
        }
    }
}
