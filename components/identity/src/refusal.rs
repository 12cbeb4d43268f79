//! What can go wrong here.

use kronos_api::identity::refused;
use kronos_platform::Problem;

kronos_platform::refusals! {
    /// Wrong e-mail address or password.
    Credentials => refused::CREDENTIALS,
    /// The refresh token is spent, expired, revoked or unknown.
    RefreshToken => refused::REFRESH_TOKEN,
    /// Wrong operator secret.
    OperatorSecret => refused::OPERATOR_SECRET,
    /// No user has this e-mail address.
    NoSuchUser => refused::NO_SUCH_USER,
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
