//! Answers of handlers, and the response that the host gets.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use spin_sdk::http::IntoResponse;
use spin_sdk::wasip3::http::types::{self, ErrorCode};
use spin_sdk::wasip3::{wit_bindgen, wit_future, wit_stream};

use crate::etag;
use crate::problem::{Field, Problem};

/// What a handler answers.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    fields: Vec<Field>,
    body: Result<Bytes, String>,
}

impl Reply {
    /// A JSON body.
    pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Self {
        let body = serde_json::to_vec(value).map(Bytes::from).map_err(|error| error.to_string());
        Self { status, fields: vec![("content-type".to_owned(), b"application/json".to_vec())], body }
    }

    /// 200 with a JSON body.
    pub fn ok<T: Serialize>(value: &T) -> Self {
        Self::json(StatusCode::OK, value)
    }

    /// 201 with a JSON body and the address of what was created.
    pub fn created<T: Serialize>(location: &str, value: &T) -> Self {
        Self::json(StatusCode::CREATED, value).header("location", location)
    }

    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, fields: Vec::new(), body: Ok(Bytes::new()) }
    }

    /// 204.
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// A body of any media type.
    pub fn body(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            fields: vec![("content-type".to_owned(), content_type.as_bytes().to_vec())],
            body: Ok(body.into()),
        }
    }

    /// The same answer with a header field; its name in lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }

    /// 304 when the answer has a tag that `If-None-Match` of a GET or HEAD request names (RFC 9110, section 13.1.2).
    pub(crate) fn unless_known(mut self, headers: &HeaderMap) -> Self {
        let tag = self.fields.iter().find(|(name, _)| name == "etag").and_then(|(_, tag)| str::from_utf8(tag).ok());
        if self.status == StatusCode::OK && tag.is_some_and(|tag| etag::is_known(headers, tag)) {
            self.status = StatusCode::NOT_MODIFIED;
            self.fields.retain(|(name, _)| name != "content-type");
            self.body = Ok(Bytes::new());
        }
        self
    }

    pub(crate) fn into_parts(self) -> Result<(StatusCode, Vec<Field>, Bytes), Problem> {
        let body = self.body.map_err(|error| Problem::internal(format!("cannot write the answer as JSON: {error}")))?;
        Ok((self.status, self.fields, body))
    }
}

/// A complete response.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) fields: Vec<Field>,
    pub(crate) body: Bytes,
    /// Whether the request was HEAD: the length is told, the body is not sent.
    pub(crate) head_only: bool,
}

impl Response {
    /// Adds the id of the request, and the fields of `sealed` that the response does not have itself. `vary` adds up instead.
    pub(crate) fn seal(&mut self, sealed: &[Field], request_id: String) {
        let own = self.fields.len();
        self.fields.reserve(sealed.len() + 2);
        for (name, value) in sealed {
            if name == "vary" || !self.fields[..own].iter().any(|(have, _)| have == name) {
                self.fields.push((name.clone(), value.clone()));
            }
        }
        self.fields.push(("x-request-id".to_owned(), request_id.into_bytes()));
    }
}

impl IntoResponse for Response {
    fn into_response(mut self) -> Result<types::Response, ErrorCode> {
        // With the length known, head and body leave in one piece.
        let may_have_length = self.status != StatusCode::NO_CONTENT && self.status != StatusCode::NOT_MODIFIED;
        if may_have_length {
            self.fields.push(("content-length".to_owned(), self.body.len().to_string().into_bytes()));
        }
        let fields = types::Fields::from_list(&self.fields)
            .map_err(|error| ErrorCode::InternalError(Some(format!("cannot answer with these fields: {error:?}"))))?;
        let (trailers, trailers_reader) = wit_future::new(|| Ok(None));
        let response = if self.body.is_empty() || self.head_only || !may_have_length {
            drop(trailers);
            types::Response::new(fields, None, trailers_reader).0
        } else {
            let (mut writer, reader) = wit_stream::new();
            let (response, _) = types::Response::new(fields, Some(reader), trailers_reader);
            let body = Vec::from(self.body);
            wit_bindgen::spawn(async move {
                // What is left over belongs to a client that went away.
                let _unsent = writer.write_all(body).await;
                drop(writer);
                drop(trailers);
            });
            response
        };
        // It is 200 as it is.
        if self.status != StatusCode::OK {
            response
                .set_status_code(self.status.as_u16())
                .map_err(|()| ErrorCode::InternalError(Some("cannot answer with this status".to_owned())))?;
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let reply = || Reply::ok(&1).header("etag", "\"3\"").header("x-total-count", "1");
        let status = |tag: &'static str| {
            let headers = HeaderMap::from_iter([(http::header::IF_NONE_MATCH, http::HeaderValue::from_static(tag))]);
            let reply = reply().unless_known(&headers);
            (reply.status.as_u16(), reply.body.map(|body| body.len()), reply.fields.len())
        };
        assert_eq!(status("\"3\""), (304, Ok(0), 2));
        assert_eq!(status("\"4\""), (200, Ok(1), 3));
    }

    #[test]
    fn sealing_leaves_the_fields_of_the_handler_alone() {
        let field = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
        let mut response = Response {
            status: StatusCode::OK,
            fields: vec![field("cache-control", "public"), field("vary", "accept")],
            body: Bytes::new(),
            head_only: false,
        };
        response.seal(&[field("cache-control", "no-store"), field("vary", "origin")], "1".to_owned());
        let expected = [("cache-control", "public"), ("vary", "accept"), ("vary", "origin"), ("x-request-id", "1")];
        assert_eq!(response.fields, expected.map(|(name, value)| field(name, value)));
    }
}
