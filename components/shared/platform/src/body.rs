//! Request bodies.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use kronos_api::{Body, refused};
use serde::de::DeserializeOwned;
use spin_sdk::wasip3::http::types;
use spin_sdk::wasip3::wit_bindgen::StreamResult;
use spin_sdk::wasip3::wit_future;

use crate::members;
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
    if expected.is_some_and(|expected| expected > limit) {
        return Err(too_large(limit));
    }
    // A method that has no body as a rule is not worth asking the host, unless a field announces one. HTTP/2 has no such field.
    let bodiless = matches!(*method, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS);
    let announced = expected.is_some() || headers.contains_key(header::TRANSFER_ENCODING);
    if expected == Some(0) || bodiless && !announced {
        return Ok(Bytes::new());
    }
    let (_result, result_reader) = wit_future::new(|| Ok(()));
    let (mut stream, trailers) = types::Request::consume_body(request, result_reader);
    let mut body = Vec::with_capacity(expected.unwrap_or(FIRST_READ));
    loop {
        let (result, filled) = stream.read(body).await;
        body = filled;
        if body.len() > limit {
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
        headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
        let row = Body { sample: "{}", optional, ignored: &[], read_only: &[] };
        let example: Result<Example, Problem> = json(&headers, body.as_bytes(), Some(&row));
        example.map(|example| example.name).map_err(|problem| problem.status().as_u16())
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
