//! Users and their tokens: signing in with a password, the keys that others check our tokens with, and the documents that say
//! where everything is.

mod bootstrap;
mod discovery;
mod me;
mod operator;
mod passwords;
mod photo;
mod refresh_tokens;
mod refusal;
mod secrets;
mod sessions;
mod signing;
mod throttle;
mod tokens;

use kronos_api::identity::Op;
use kronos_platform::{Call, Reply};

use self::refusal::Refusal;

kronos_platform::http_service!(super::route);

async fn route(op: Op, call: Call) -> Result<Reply, Refusal> {
    bootstrap::once(&call).await?;
    match op {
        Op::Jwks => discovery::jwks(&call).await,
        Op::OpenidConfiguration => Ok(discovery::openid_configuration(&call)),
        Op::AuthorizationServer => Ok(discovery::authorization_server(&call)),
        Op::ProtectedResource => Ok(discovery::protected_resource(&call)),
        Op::CreateSession => sessions::create(&call).await,
        Op::RefreshSession => sessions::refresh(&call).await,
        Op::DeleteSession => sessions::delete(&call).await,
        Op::CreateOperatorToken => operator::create(&call).await,
        Op::ListOperatorTokens => operator::list(&call).await,
        Op::RevokeOperatorToken => operator::revoke(&call).await,
        Op::GetUser => me::get(&call).await,
        Op::ReplaceUser | Op::UpdateUser => me::update(&call).await,
        Op::ListMemberships => me::memberships(&call).await,
    }
}
