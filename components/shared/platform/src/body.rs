//! Request bodies.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kronos_api::{Body, refused};
use serde::de::DeserializeOwned;
use spin_sdk::wasip3::http::types;
use spin_sdk::wasip3::wit_bindgen::{StreamReader, StreamResult, spawn};
use spin_sdk::wasip3::wit_future;

use crate::members;
use crate::problem::Problem;
use crate::within;

/// Largest body unless a component says otherwise.
pub const DEFAULT_LIMIT: usize = 1024 * 1024;
/// Bytes to make room for at first when the client did not say how many will come.
const FIRST_READ: usize = 16 * 1024;

/// Reads the body of a request of at most `limit` bytes; `taken` says whether the operation takes one.
pub(crate) async fn read(
    method: &Method,
    headers: &HeaderMap,
    request: types::Request,
    taken: bool,
    limit: usize,
) -> Result<Bytes, Problem> {
    let expected = content_length(headers);
    // An operation that takes no body, by a method that has none as a rule, is not worth asking the host, unless a field announces
    // one. HTTP/2 has no such field, and hosts don't pass on that of HTTP/1.1 for chunks.
    let bodiless = matches!(*method, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS);
    let announced = expected.is_some() || headers.contains_key(header::TRANSFER_ENCODING);
    if expected == Some(0) || !taken && bodiless && !announced {
        return Ok(Bytes::new());
    }
    let (result, result_reader) = wit_future::new(|| Ok(()));
    let (mut stream, trailers) = types::Request::consume_body(request, result_reader);
    let refused = check_coding(headers).err();
    if let Some(problem) = refused.or_else(|| expected.filter(|expected| *expected > limit).map(|_| too_large(limit))) {
        // Who asks first whether the body is wanted sends none.
        if !headers.contains_key(header::EXPECT) {
            spawn(read_on(stream, (result, trailers)));
        }
        return Err(problem);
    }
    let mut body = Vec::with_capacity(expected.unwrap_or(FIRST_READ));
    loop {
        let (read, filled) = within(SILENCE, stream.read(body)).await.ok_or_else(silent)?;
        body = filled;
        if body.len() > limit {
            spawn(read_on(stream, (result, trailers)));
            return Err(too_large(limit));
        }
        if expected.is_some_and(|expected| body.len() >= expected) {
            // The server has held the client to its word; the end of the stream would cost one more call to the host.
            break;
        }
        match read {
            StreamResult::Complete(_) => {
                if body.len() == body.capacity() {
                    body.reserve(body.len().max(FIRST_READ));
                }
            }
            StreamResult::Dropped => {
                within(SILENCE, trailers.into_future())
                    .await
                    .ok_or_else(silent)?
                    .map_err(|error| Problem::malformed("The body ended early.").with_log(error.to_string()))?;
                break;
            }
            StreamResult::Cancelled => return Err(Problem::malformed("The body ended early.")),
        }
    }
    Ok(Bytes::from(body))
}

/// How long a client may send nothing in the middle of a body.
const SILENCE: Duration = Duration::from_secs(30);

fn silent() -> Problem {
    Problem::from(refused::BODY_TOO_SLOW)
}

/// How much of a body that nobody wants is read after the answer, in bytes, and for how long.
const READ_ON: usize = 64 * 1024 * 1024;
const READ_ON_TIME: Duration = Duration::from_secs(10);

/// Reads on while the answer is on its way. A server closes a connection with an unread body; the system then resets it, and a client
/// that sends all of its request before it reads loses the answer (RFC 9112, section 9.6). The local host sees to that itself.
async fn read_on<T>(mut stream: StreamReader<u8>, rest: T) {
    let reading = async {
        let mut left = READ_ON;
        let mut buffer = Vec::with_capacity(FIRST_READ);
        while left > 0 {
            let read;
            (read, buffer) = stream.read(buffer).await;
            if !matches!(read, StreamResult::Complete(_)) {
                break;
            }
            left = left.saturating_sub(buffer.len());
            buffer.clear();
        }
    };
    let _late = within(READ_ON_TIME, reading).await;
    // Without it the body would end.
    drop(rest);
}

/// Refuses a body that would have to be decoded first (RFC 9110, sections 8.4 and 15.5.16).
fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    let is_identity = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_identity) {
        return Ok(());
    }
    Err(Problem::from(refused::UNSUPPORTED_CONTENT_ENCODING).with_field("accept-encoding", "identity"))
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("The body is larger than {limit} bytes.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, refused::BODY_TOO_LARGE.key, detail)
}

/// Reads a JSON body: 415 for another media type, 400 for what is not JSON, 422 with the names of the members for the rest.
pub(crate) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8], row: Option<&Body>) -> Result<T, Problem> {
    if body.is_empty() && row.is_some_and(|row| row.optional) {
        return members::read(b"{}", row);
    }
    if !is_json(headers) {
        return Err(Problem::from(refused::UNSUPPORTED_MEDIA_TYPE).with_field("accept-post", "application/json"));
    }
    members::read(body, row)
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    struct Example {
        name: Option<String>,
    }

    fn parse(content_type: &'static str, body: &str, optional: bool) -> Result<Option<String>, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        let row = Body { sample: "{}", optional, ignored: &[], read_only: &[] };
        let example: Result<Example, Problem> = json(&headers, body.as_bytes(), Some(&row));
        example.map(|example| example.name).map_err(|problem| problem.status().as_u16())
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
    fn json_is_read_under_its_media_types() {
        for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert_eq!(parse(content_type, r#"{"name":"a"}"#, false), Ok(Some("a".to_owned())));
        }
        for content_type in ["text/plain", "application/jsonx", "text/json", ""] {
            assert_eq!(parse(content_type, r#"{"name":"a"}"#, false), Err(415));
        }
    }

    #[test]
    fn a_body_is_left_out_where_it_may_be() {
        assert_eq!(parse("", "", true), Ok(None));
        assert_eq!(parse("application/json", "", false), Err(400));
    }
}
