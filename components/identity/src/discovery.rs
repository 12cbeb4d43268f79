//! The documents that say where everything is. They name what exists and nothing else.

use kronos_api::scope;
use kronos_platform::{Call, Reply, StatusCode};
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::signing;

/// Everybody may keep these for five minutes, as our own components do.
const CACHE: &str = "public, max-age=300";
const SCOPES: [&str; 5] =
    [scope::API, scope::TIME_ENTRIES_READ, scope::TIME_ENTRIES_WRITE, scope::REPORTS_READ, scope::ORGANIZATIONS_READ];

/// `GET /.well-known/jwks.json`: the public keys (RFC 7517).
pub async fn jwks(call: &Call) -> Result<Reply, Refusal> {
    let keys = signing::keys(call).await?;
    Ok(Reply::body(StatusCode::OK, "application/jwk-set+json", keys.jwks.to_string()).header("cache-control", CACHE))
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414).
pub fn authorization_server(call: &Call) -> Reply {
    document(&metadata(call.public_url()))
}

/// `GET /.well-known/openid-configuration`. There are no ID tokens yet; the document is where clients of OpenID Connect look
/// for the issuer and its keys.
pub fn openid_configuration(call: &Call) -> Reply {
    let mut metadata = metadata(call.public_url());
    metadata["subject_types_supported"] = json!(["public"]);
    metadata["id_token_signing_alg_values_supported"] = json!([]);
    document(&metadata)
}

/// `GET /.well-known/oauth-protected-resource` (RFC 9728).
pub fn protected_resource(call: &Call) -> Reply {
    document(&json!({
        "resource": call.public_url(),
        "authorization_servers": call.issuers().collect::<Vec<_>>(),
        "scopes_supported": SCOPES,
        "bearer_methods_supported": ["header"],
        "resource_name": "Kronos",
    }))
}

fn metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "scopes_supported": SCOPES,
        "response_types_supported": [],
        "grant_types_supported": [],
        // An extension: where passwords are taken, since there is no authorization endpoint.
        "kronos_session_endpoint": format!("{issuer}/auth/session"),
    })
}

fn document(document: &Value) -> Reply {
    Reply::ok(document).header("cache-control", CACHE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_promises_nothing_that_is_not_there() {
        let metadata = metadata("https://kronos.example");
        assert_eq!(metadata["issuer"], "https://kronos.example");
        for absent in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint"] {
            assert!(metadata.get(absent).is_none(), "{absent}");
        }
    }
}
