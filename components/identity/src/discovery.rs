//! The documents that say where everything is. They name what exists and nothing else.

use kronos_api::scope;
use kronos_domain::Instant;
use kronos_platform::{Call, Reply, StatusCode};
use kronos_storage::operator_tokens;
use serde_json::{Value, json};

use crate::operator::token_id;
use crate::refusal::Refusal;
use crate::{secrets, signing};

/// Everybody may keep these for five minutes, as our own components do.
const CACHE: &str = "public, max-age=300";

/// `GET /.well-known/jwks.json`: the public keys (RFC 7517). With `?issuer=` those of an issuer that we trust besides ourselves, for
/// our own components; they say with `cache-control: max-age` how old the keys may be.
pub async fn jwks(call: &Call) -> Result<Reply, Refusal> {
    let (jwks, age) = match call.query.get("issuer")? {
        Some(issuer) if issuer != call.public_url() => {
            let keys = call.issuer_keys(&secrets::db(call).await?, issuer, max_age(call)).await?;
            let keys = keys.ok_or(Refusal::NotFound)?;
            (keys.jwks.to_string(), keys.age)
        }
        _ => (own_keys(call).await?, 0),
    };
    let reply = Reply::body(StatusCode::OK, "application/jwk-set+json", jwks).header("cache-control", CACHE);
    Ok(if age > 0 { reply.header("age", age.to_string()) } else { reply })
}

/// Our own keys. The member `revoked`, which others ignore, tells our own components the ids of the tokens that were revoked before
/// they expire; it is left out when there are none.
async fn own_keys(call: &Call) -> Result<String, Refusal> {
    let keys = signing::keys(call).await?;
    let revoked = operator_tokens::revoked(&*secrets::db(call).await?, Instant::from(call.now)).await?;
    if revoked.is_empty() {
        return Ok(keys.jwks.to_string());
    }
    let mut set = keys.jwks.clone();
    set["revoked"] = revoked.into_iter().map(token_id).collect();
    Ok(set.to_string())
}

/// Seconds that a cached answer may be old (RFC 9111, section 5.2.1.1).
fn max_age(call: &Call) -> Option<i64> {
    let directives = call.headers.get("cache-control")?.to_str().ok()?;
    directives.split(',').find_map(|directive| directive.trim().strip_prefix("max-age=")?.parse().ok())
}

fn scopes() -> Vec<&'static str> {
    scope::ALL.iter().map(|(name, _)| *name).collect()
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414).
pub fn authorization_server(call: &Call) -> Reply {
    document(&metadata(call.public_url()))
}

/// `GET /.well-known/openid-configuration`, where clients of OpenID Connect look for the issuer and its keys. There are no ID tokens,
/// so nothing is said of how they are signed: a list without elements is left out (OpenID Connect Discovery 1.0, section 4.2).
pub fn openid_configuration(call: &Call) -> Reply {
    let mut metadata = metadata(call.public_url());
    metadata["subject_types_supported"] = json!(["public"]);
    document(&metadata)
}

/// `GET /.well-known/oauth-protected-resource` (RFC 9728).
pub fn protected_resource(call: &Call) -> Reply {
    document(&json!({
        "resource": call.public_url(),
        "authorization_servers": call.issuers().collect::<Vec<_>>(),
        "scopes_supported": scopes(),
        "bearer_methods_supported": ["header"],
        "resource_name": "Kronos",
    }))
}

/// Nothing in it is an empty list (RFC 8414, section 3.2).
fn metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "scopes_supported": scopes(),
        // Required (RFC 8414, section 2), and there is no authorization endpoint to get anything from: `none` is the registered type
        // for an answer without a code or a token (OAuth 2.0 Multiple Response Type Encoding Practices, section 4).
        "response_types_supported": ["none"],
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
        assert_eq!(metadata["response_types_supported"], json!(["none"]));
        for (name, value) in metadata.as_object().into_iter().flatten() {
            assert!(value.as_array().is_none_or(|list| !list.is_empty()), "{name}");
        }
    }
}
