//! What can go wrong here, and what clients are told.

use kronos_platform::{Problem, StatusCode};

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wrong e-mail address or password")]
    Credentials,
    #[error("the refresh token is spent, expired, revoked or unknown")]
    RefreshToken,
    #[error("another request spent the refresh token a moment ago")]
    RefreshTokenSpent,
    #[error("wrong operator secret")]
    OperatorSecret,
    #[error("too many attempts to sign in")]
    TooManyAttempts { retry_after_seconds: u32 },
    #[error("too many requests queue for a hash")]
    Busy,
    #[error("too many tokens are revoked")]
    TooManyRevoked,
    #[error("no user has this e-mail address")]
    NoSuchUser,
    #[error("the operation is switched off, or what it is about does not exist")]
    NotFound,
    #[error("`{field}` {message}")]
    Invalid { field: &'static str, message: &'static str },
    #[error("cannot hash: {0}")]
    Hashing(argon2::password_hash::Error),
    #[error("cannot sign: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
    #[error("{0}")]
    Internal(String),
    #[error(transparent)]
    Storage(#[from] kronos_storage::Error),
    /// Told by `platform` already.
    #[error("the request is refused")]
    Request(Problem),
}

impl From<argon2::password_hash::Error> for Error {
    fn from(error: argon2::password_hash::Error) -> Self {
        Self::Hashing(error)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Request(problem)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        // RFC 9110, section 15.5.2, wants a challenge with every 401.
        let unauthorized = |key, detail| {
            Self::new(StatusCode::UNAUTHORIZED, key, detail).with_field("www-authenticate", r#"Bearer realm="kronos""#)
        };
        match error {
            Error::Credentials => unauthorized("invalid_credentials", "The e-mail address or the password is wrong."),
            Error::RefreshToken => unauthorized("invalid_grant", "The session has ended. Sign in again."),
            Error::RefreshTokenSpent => unauthorized(
                "refresh_token_spent",
                "The refresh token was used a moment ago. Go on with the tokens that it was exchanged for.",
            ),
            Error::OperatorSecret => unauthorized("invalid_operator_secret", "The operator secret is wrong."),
            Error::TooManyAttempts { retry_after_seconds } => Self::too_many_requests(retry_after_seconds),
            Error::Busy => Self::unavailable(1).with_log("too many requests queue for a hash"),
            Error::TooManyRevoked => Self::conflict(
                "too_many_revoked_tokens",
                "As many tokens are revoked as can be told to everybody who verifies them. Wait until some have expired.",
            ),
            Error::NoSuchUser => Self::new(StatusCode::NOT_FOUND, "no_such_user", "No user has this e-mail address."),
            Error::NotFound => Self::not_found(),
            Error::Invalid { field, message } => Self::invalid(field, message),
            Error::Hashing(_) | Error::Signing(_) | Error::Internal(_) => Self::internal(error.to_string()),
            Error::Storage(error) => error.into(),
            Error::Request(problem) => problem,
        }
    }
}
