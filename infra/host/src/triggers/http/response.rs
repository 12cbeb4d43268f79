//! Responses that the host gives by itself.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::{outgoing::Outgoing, request_id::X_REQUEST_ID};
use crate::config::manifest::StaticResponse;

/// A response of a host, without a component.
pub type HttpResponse = Response<Outgoing>;

/// `application/problem+json` with the fields that solidtime's clients know too.
pub fn problem(status: StatusCode, key: &str, detail: &str, request_id: &HeaderValue) -> HttpResponse {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = document(status.as_u16(), title, key, detail, request_id);
    let mut response = Response::new(Outgoing::whole(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(X_REQUEST_ID, request_id.clone());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// The document of a problem (RFC 9457), with the members that those of the components have.
pub fn document(status: u16, title: &str, key: &str, detail: &str, request_id: &HeaderValue) -> String {
    serde_json::json!({
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "key": key,
        "message": detail,
        "error": true,
        "errors": {},
        "request_id": request_id.to_str().unwrap_or_default(),
    })
    .to_string()
}

/// Only a status.
pub fn bare(status: StatusCode) -> HttpResponse {
    let mut response = Response::new(Outgoing::whole(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// A body without a type.
pub fn whole(body: Bytes) -> HttpResponse {
    Response::new(Outgoing::whole(body))
}

/// A text of the given type.
pub fn text(content_type: &'static str, body: Bytes) -> HttpResponse {
    let mut response = Response::new(Outgoing::whole(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// `static_response` of a trigger, made once.
#[derive(Debug)]
pub struct Fixed {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Why a static response cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum FixedError {
    /// Not between 100 and 999.
    #[error("{0} is not an HTTP status")]
    Status(u16),
    /// A field that HTTP does not allow.
    #[error("`{0}` is not a valid header field")]
    Header(String),
}

impl Fixed {
    /// Checks `response`.
    pub fn new(response: &StaticResponse) -> Result<Self, FixedError> {
        let mut headers = HeaderMap::with_capacity(response.headers.len());
        for (name, value) in &response.headers {
            let invalid = || FixedError::Header(name.clone());
            let value = HeaderValue::from_str(value).map_err(|_| invalid())?;
            headers.append(HeaderName::try_from(name.as_str()).map_err(|_| invalid())?, value);
        }
        let status = StatusCode::from_u16(response.status).map_err(|_| FixedError::Status(response.status))?;
        Ok(Self { status, headers, body: Bytes::from(response.body.clone()) })
    }

    /// The response, again.
    pub fn respond(&self) -> HttpResponse {
        let mut response = Response::new(Outgoing::whole(self.body.clone()));
        *response.status_mut() = self.status;
        response.headers_mut().clone_from(&self.headers);
        response
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_problem_names_the_request() {
        let response =
            problem(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too much.", &HeaderValue::from_static("id-1"));
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        assert_eq!(response.headers()["x-request-id"], "id-1");
        let body = response.into_body().collect().await.expect("no error").to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(
            body,
            serde_json::json!({
                "type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": "Too much.",
                "key": "overloaded", "message": "Too much.", "error": true, "errors": {}, "request_id": "id-1",
            })
        );
    }

    #[test]
    fn a_static_response_is_checked_at_the_start() {
        let response = |status, name: &str| StaticResponse {
            status,
            headers: vec![(name.into(), "text/plain".into())],
            body: "ok".into(),
        };
        assert_eq!(Fixed::new(&response(200, "content-type")).expect("valid").respond().status(), 200);
        assert!(matches!(Fixed::new(&response(99, "content-type")), Err(FixedError::Status(99))));
        assert!(matches!(Fixed::new(&response(200, "a b")), Err(FixedError::Header(_))));
    }
}
