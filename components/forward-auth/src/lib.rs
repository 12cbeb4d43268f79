//! Forward authentication: says to a reverse proxy in front of another service whether a request may pass, and who sent it.
//!
//! One endpoint for the conventions of Traefik (`forwardAuth`), nginx (`auth_request`), Caddy (`forward_auth`) and Envoy
//! (`ext_authz` over HTTP): 200 with the caller in header fields, 401 with a challenge, 403 when the token lacks the scope that
//! `?scope=` asks for, and nothing else about a request. The token is the one in the `authorization` field of the original request,
//! which all of them pass on. `/auth/verify` says the same for every method, because Envoy keeps the original one; Envoy takes the
//! address as its `path_override`, since it puts a `path_prefix` before the original path. There are no exceptions: a preflight
//! request, which never has a token, has to be let through by the proxy itself where browsers of other origins may call the service.

use kronos_api::forward_auth::Op;
use kronos_platform::{Call, Caller, Problem, Reply, StatusCode};

kronos_platform::http_service!(super::verify);

async fn verify(Op::Verify: Op, call: Call) -> Result<Reply, Problem> {
    let mut caller = call.caller.clone().ok_or_else(|| Problem::internal("`verify` is public in the table"))?;
    for scope in call.query.get("scope")?.unwrap_or_default().split_ascii_whitespace() {
        caller = call.require(scope).await?;
    }
    Ok(identify(Reply::empty(StatusCode::OK), &caller))
}

/// Adds who is calling. Proxies copy these fields to the request that they pass on, replacing what the client sent.
fn identify(reply: Reply, caller: &Caller) -> Reply {
    let user = caller.user.to_string();
    reply
        // oauth2-proxy's name, which nginx and Traefik examples use.
        .header("x-auth-request-user", user.clone())
        .header("x-auth-user", user)
        .header("x-auth-client", field_value(&caller.client_id))
        .header("x-auth-issuer", field_value(&caller.issuer))
        .header("x-auth-subject", field_value(&caller.subject))
        .header("x-auth-scopes", caller.scopes.join(" "))
}

/// What of a claim may stand in a header field: visible ASCII. Claims of foreign issuers are any text.
fn field_value(claim: &str) -> String {
    claim
        .chars()
        .map(|character| if character.is_ascii_graphic() || character == ' ' { character } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_cannot_break_out_of_its_field() {
        assert_eq!(field_value("a b\r\nx-auth-user: root\0é"), "a b??x-auth-user: root??");
    }
}
