//! Errors as clients see them: problem details (RFC 9457) that also carry what solidtime's clients read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::StatusCode;
use kronos_api::{Refused, refused};
use serde::Serialize;

/// A header field.
pub(crate) type Field = (String, Vec<u8>);

/// Why a request failed.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    key: Cow<'static, str>,
    detail: Cow<'static, str>,
    errors: BTreeMap<String, Vec<String>>,
    /// The first of them, for clients that show nothing but a message.
    first_error: Option<String>,
    fields: Vec<Field>,
    meta: Option<serde_json::Value>,
    /// For the log only.
    internal: Option<String>,
}

/// The body of a problem.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    key: &'a str,
    message: &'a str,
    error: bool,
    errors: &'a BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<serde_json::Value>,
    request_id: &'a str,
}

impl Problem {
    /// A problem with its machine-readable key and a sentence for a person.
    pub fn new(status: StatusCode, key: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            status,
            key: key.into(),
            detail: detail.into(),
            errors: BTreeMap::new(),
            first_error: None,
            fields: Vec::new(),
            meta: None,
            internal: None,
        }))
    }

    /// 400: the request can't be read.
    pub fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, refused::MALFORMED.key, detail)
    }

    /// 404: not there, or not for this caller to know.
    pub fn not_found() -> Self {
        refused::NOT_FOUND.into()
    }

    /// 422: a value is not acceptable. `field` is its path in the body, or the name of the query parameter.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::from(refused::VALIDATION_FAILED).with_error(field, message)
    }

    /// 503: something that the request needs can't be reached; the client may try again.
    pub fn unavailable(retry_after_seconds: u32) -> Self {
        Self::from(refused::UNAVAILABLE).with_field("retry-after", retry_after_seconds.to_string())
    }

    /// 429: too many requests.
    pub fn too_many_requests(retry_after_seconds: u32) -> Self {
        let Refused { status: _, key, sentence: _ } = refused::TOO_MANY_REQUESTS;
        let unit = if retry_after_seconds == 1 { "second" } else { "seconds" };
        let detail = format!("There were too many requests. Try again in {retry_after_seconds} {unit}.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, key, detail).with_field("retry-after", retry_after_seconds.to_string())
    }

    /// 500: our fault. `log` goes to the log with the request id, the client learns nothing of it.
    pub fn internal(log: impl Into<String>) -> Self {
        Self::from(refused::INTERNAL).with_log(log)
    }

    /// The same problem with text for the log only.
    #[must_use]
    pub fn with_log(mut self, log: impl Into<String>) -> Self {
        self.0.internal = Some(log.into());
        self
    }

    /// The same problem with one more unacceptable value.
    #[must_use]
    pub fn with_error(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        self.0.first_error.get_or_insert_with(|| format!("{field}: {message}"));
        self.0.errors.entry(field).or_default().push(message);
        self
    }

    /// The same problem with a header field.
    #[must_use]
    pub fn with_field(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.0.fields.push((name.to_owned(), value.into()));
        self
    }

    /// The same problem with what a program needs to go on.
    #[must_use]
    pub fn with_meta(mut self, meta: serde_json::Value) -> Self {
        self.0.meta = Some(meta);
        self
    }

    /// The same problem with another status.
    #[must_use]
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    pub(crate) fn log(&self) -> Option<&str> {
        self.0.internal.as_deref()
    }

    pub(crate) fn into_parts(self, request_id: &str) -> (StatusCode, Vec<Field>, Vec<u8>) {
        let Parts { status, key, detail, errors, first_error, mut fields, meta, internal: _ } = *self.0;
        let body = Body {
            // The key tells problems apart; the status says all that a type without a page of its own could.
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: &detail,
            key: &key,
            message: first_error.as_deref().unwrap_or(&detail),
            error: true,
            errors: &errors,
            meta,
            request_id,
        };
        if status == StatusCode::UNAUTHORIZED && !fields.iter().any(|(name, _)| name == "www-authenticate") {
            // RFC 9110, section 15.5.2, wants a challenge with every 401.
            fields.push(("www-authenticate".to_owned(), br#"Bearer realm="kronos""#.to_vec()));
        }
        fields.push(("content-type".to_owned(), b"application/problem+json".to_vec()));
        // Strings and numbers only: nothing in it can fail.
        (status, fields, serde_json::to_vec(&body).unwrap_or_default())
    }
}

impl From<Refused> for Problem {
    fn from(Refused { status, key, sentence }: Refused) -> Self {
        // The table has three-digit statuses only.
        Self::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), key, sentence)
    }
}

impl From<kronos_storage::Error> for Problem {
    /// A store that can't be reached or is busy is worth another try; what a handler did not map itself is our fault.
    fn from(error: kronos_storage::Error) -> Self {
        use kronos_storage::Error;
        let log = error.to_string();
        match error {
            Error::Busy(_) | Error::Unavailable(_) => Self::unavailable(1).with_log(log),
            Error::NotMigrated(_) => Self::from(refused::STORE_NOT_MIGRATED).with_log(log),
            Error::Unique(_) | Error::Check(_) | Error::ForeignKey(_) | Error::Internal(_) => Self::internal(log),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_readable_for_both_kinds_of_clients() {
        let problem = Problem::invalid("start", "is required").with_error("start", "must be a time");
        let (status, fields, body) = problem.into_parts("r-1");
        assert_eq!(status, 422);
        assert_eq!(fields, [("content-type".to_owned(), b"application/problem+json".to_vec())]);
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        assert_eq!(
            body,
            serde_json::json!({
                "type": "about:blank",
                "title": "Unprocessable Entity",
                "status": 422,
                "detail": "The given data is invalid.",
                "key": "validation_failed",
                "message": "start: is required",
                "error": true,
                "errors": { "start": ["is required", "must be a time"] },
                "request_id": "r-1",
            })
        );
    }

    #[test]
    fn a_store_that_is_not_migrated_says_what_to_run() {
        let problem = Problem::from(kronos_storage::Error::NotMigrated("no such table: users".to_owned()));
        assert_eq!(problem.log(), Some("the store is not migrated: no such table: users"));
        let (status, _, body) = problem.into_parts("r-1");
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        assert_eq!((status.as_u16(), body["key"].as_str()), (503, Some("store_not_migrated")));
        assert!(body["detail"].as_str().is_some_and(|detail| detail.contains("kronos migrate")));
    }

    #[test]
    fn an_internal_error_keeps_its_reason_to_itself() {
        let problem = Problem::internal("relation \"users\" does not exist");
        assert_eq!(problem.log(), Some("relation \"users\" does not exist"));
        let (_, _, body) = problem.into_parts("r-1");
        assert!(!String::from_utf8_lossy(&body).contains("relation"));
    }
}
