//! Answers to what went wrong, as problem+json (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a request failed.
#[derive(Debug)]
pub enum Failure {
    /// No token or a wrong one.
    Unauthenticated,
    /// The token does not allow it.
    Forbidden,
    /// Not there, or not for the caller.
    NotFound,
    /// The request is not understood; which field is wrong.
    Invalid(&'static str),
    /// A timer runs already, or the entry is there already.
    Conflict,
    /// The database failed.
    Internal(sqlx::Error),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Conflict,
            _ => Self::Internal(error),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, key) = match &self {
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "insufficient_scope"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict"),
            Self::Internal(error) => {
                eprintln!("{error}");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        };
        let detail = if let Self::Invalid(field) = self { field } else { key };
        let mut response =
            (status, Json(json!({ "status": status.as_u16(), "key": key, "detail": detail, "error": true })))
                .into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}
