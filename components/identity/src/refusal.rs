//! What can go wrong here.

use kronos_api::identity::refused;
use kronos_platform::Problem;

kronos_platform::refusals! {
    /// Wrong e-mail address or password.
    Credentials => refused::CREDENTIALS,
    /// The refresh token is spent, expired, revoked or unknown.
    RefreshToken => refused::REFRESH_TOKEN,
    /// Another request spent the refresh token a moment ago.
    RefreshTokenSpent => refused::REFRESH_TOKEN_SPENT,
    /// Wrong operator secret.
    OperatorSecret => refused::OPERATOR_SECRET,
    /// There is no operator secret.
    NoOperator => refused::NO_OPERATOR,
    /// No user has this e-mail address.
    NoSuchUser => refused::NO_SUCH_USER,
    /// As many tokens are revoked as can be published.
    TooManyRevoked => refused::TOO_MANY_REVOKED,
}

impl From<argon2::password_hash::Error> for Refusal {
    fn from(error: argon2::password_hash::Error) -> Self {
        Problem::internal(format!("cannot hash: {error}")).into()
    }
}

impl From<jsonwebtoken::errors::Error> for Refusal {
    fn from(error: jsonwebtoken::errors::Error) -> Self {
        Problem::internal(format!("cannot sign: {error}")).into()
    }
}
