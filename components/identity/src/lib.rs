//! Users and their tokens: signing in with a password, the keys that others check our tokens with, and the documents that say
//! where everything is.

mod bootstrap;
mod discovery;
mod email;
mod error;
mod me;
mod operator;
mod passwords;
mod refresh_tokens;
mod secrets;
mod sessions;
mod signing;
mod throttle;
mod tokens;

use kronos_platform::{Call, Problem, Reply};

kronos_platform::http_service!("identity", super::route);

async fn route(call: Call) -> Result<Reply, Problem> {
    bootstrap::once(&call).await?;
    let reply = match call.operation.id {
        "get_jwks" => discovery::jwks(&call).await,
        "get_openid_configuration" => Ok(discovery::openid_configuration(&call)),
        "get_authorization_server_metadata" => Ok(discovery::authorization_server(&call)),
        "get_protected_resource_metadata" => Ok(discovery::protected_resource(&call)),
        "create_session" => sessions::create(&call).await,
        "refresh_session" => sessions::refresh(&call).await,
        "delete_session" => sessions::delete(&call).await,
        "create_operator_token" => operator::create(&call).await,
        "list_operator_tokens" => operator::list(&call).await,
        "revoke_operator_token" => operator::revoke(&call).await,
        "get_user" => me::get(&call).await,
        "list_memberships" => me::memberships(&call).await,
        other => return Err(Problem::internal(format!("no handler for the operation `{other}`"))),
    };
    reply.map_err(Into::into)
}
