//! What the operator configured, read once per instance from the variables of the component.

use std::cell::OnceCell;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use http::Uri;
use serde::Deserialize;
use spin_sdk::variables;

use crate::problem::Problem;
use crate::within;

/// The variables that every HTTP component has.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// Where users reach Kronos, without a trailing slash: issuer and audience of our own tokens.
    pub public_url: String,
    /// Origins that browsers may call from.
    pub cors_origins: Vec<String>,
    /// Our own issuer first, then those that the operator trusts.
    pub issuers: Vec<Issuer>,
}

/// Where the keys of all issuers are: `identity` has our own, and fetches those of the others. The host answers it in-process.
const KEYS: &str = "http://identity.spin.internal/.well-known/jwks.json";

/// An issuer whose access tokens are accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub name: String,
    pub audience: String,
    /// Where `identity` fetches its keys; empty for our own.
    pub jwks_uri: String,
    /// Where this component does.
    pub key_source: String,
    pub algorithms: Vec<String>,
    pub strict_type: bool,
    /// Whether `sub` is the id of a user of ours. Otherwise it is only unique within the issuer.
    pub names_users: bool,
}

/// An entry of the variable `trusted_issuers`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustedIssuer {
    issuer: String,
    jwks_uri: String,
    audience: Option<String>,
    algorithms: Option<Vec<String>>,
    typ: Option<String>,
    subject: Option<String>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Invalid {
    #[error("variable `public_url` is not an http or https URL")]
    PublicUrl,
    #[error("variable `trusted_issuers` is not the JSON that it has to be: {0}")]
    TrustedIssuers(String),
    #[error("variable `trusted_issuers`: `{0}` is listed twice, or is our own issuer")]
    RepeatedIssuer(String),
    #[error(
        "variable `trusted_issuers`: `jwks_uri` of `{0}` has to be an https URL, or http on the loopback interface"
    )]
    JwksUri(String),
    #[error("variable `trusted_issuers`: `{0}` is not one of EdDSA, ES256, RS256, PS256")]
    Algorithm(String),
    #[error("variable `trusted_issuers`: `typ` is `at+jwt` or `any`, not `{0}`")]
    Type(String),
    #[error("variable `trusted_issuers`: `subject` is `user_id` or left out, not `{0}`")]
    Subject(String),
}

thread_local! {
    static CONFIGURATION: OnceCell<Rc<Configuration>> = const { OnceCell::new() };
}

/// The configuration of this instance.
pub(crate) async fn get() -> Result<Rc<Configuration>, Problem> {
    if let Some(known) = CONFIGURATION.with(|known| known.get().cloned()) {
        return Ok(known);
    }
    let configuration =
        parse(&variable("public_url").await?, &variable("cors_origins").await?, &variable("trusted_issuers").await?)
            .map_err(|invalid| Problem::internal(invalid.to_string()))?;
    // A concurrent request may have read the same in the meantime.
    Ok(CONFIGURATION.with(|known| known.get_or_init(|| Rc::new(configuration)).clone()))
}

/// Longest time that a variable may take: its provider may be a server.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A variable of the component; empty when the manifest does not grant it.
pub async fn variable(name: &str) -> Result<String, Problem> {
    let unavailable =
        |reason: &str| Problem::unavailable(1).with_log(format!("cannot read the variable `{name}`: {reason}"));
    match within(TIMEOUT, variables::get(name)).await {
        Some(Ok(value)) => Ok(value),
        Some(Err(variables::Error::Undefined(_))) => Ok(String::new()),
        Some(Err(error)) => Err(unavailable(&error.to_string())),
        None => Err(unavailable("its provider does not answer")),
    }
}

fn parse(public_url: &str, cors_origins: &str, trusted_issuers: &str) -> Result<Configuration, Invalid> {
    let public_url = public_url.trim_end_matches('/');
    if !["http", "https"].contains(&scheme_and_host(public_url).0.as_str()) {
        return Err(Invalid::PublicUrl);
    }
    let mut issuers = vec![Issuer {
        name: public_url.to_owned(),
        audience: public_url.to_owned(),
        jwks_uri: String::new(),
        key_source: KEYS.to_owned(),
        algorithms: vec!["EdDSA".to_owned()],
        strict_type: true,
        names_users: true,
    }];
    let trusted: Vec<TrustedIssuer> = match trusted_issuers.trim() {
        "" => Vec::new(),
        json => serde_json::from_str(json).map_err(|error| Invalid::TrustedIssuers(error.to_string()))?,
    };
    for entry in trusted {
        let issuer = trust(entry, public_url)?;
        if issuers.iter().any(|known| known.name == issuer.name) {
            return Err(Invalid::RepeatedIssuer(issuer.name));
        }
        issuers.push(issuer);
    }
    Ok(Configuration {
        public_url: public_url.to_owned(),
        cors_origins: cors_origins.split_whitespace().map(str::to_owned).collect(),
        issuers,
    })
}

fn trust(entry: TrustedIssuer, public_url: &str) -> Result<Issuer, Invalid> {
    if !may_fetch(&entry.jwks_uri) {
        return Err(Invalid::JwksUri(entry.issuer));
    }
    let algorithms = entry.algorithms.unwrap_or_else(|| ["RS256", "ES256", "PS256"].map(str::to_owned).to_vec());
    if let Some(unknown) = algorithms.iter().find(|name| !["EdDSA", "ES256", "RS256", "PS256"].contains(&name.as_str()))
    {
        return Err(Invalid::Algorithm(unknown.clone()));
    }
    Ok(Issuer {
        audience: entry.audience.unwrap_or_else(|| public_url.to_owned()),
        strict_type: match entry.typ.as_deref() {
            None | Some("at+jwt") => true,
            Some("any") => false,
            Some(other) => return Err(Invalid::Type(other.to_owned())),
        },
        names_users: match entry.subject.as_deref() {
            None => false,
            Some("user_id") => true,
            Some(other) => return Err(Invalid::Subject(other.to_owned())),
        },
        key_source: key_source(&entry.issuer),
        name: entry.issuer,
        jwks_uri: entry.jwks_uri,
        algorithms,
    })
}

fn key_source(issuer: &str) -> String {
    format!("{KEYS}?{}", form_urlencoded::Serializer::new(String::new()).append_pair("issuer", issuer).finish())
}

/// Keys come over https. Plain http is for this machine and this application only.
fn may_fetch(jwks_uri: &str) -> bool {
    let (scheme, host) = scheme_and_host(jwks_uri);
    let local = || {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback()) || host == "localhost" || host.ends_with(".spin.internal")
    };
    !host.is_empty() && (scheme == "https" || scheme == "http" && local())
}

/// Both empty unless it is an absolute URL without user information.
fn scheme_and_host(url: &str) -> (String, String) {
    let Ok(uri) = url.parse::<Uri>() else { return Default::default() };
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) if !authority.as_str().contains('@') => {
            (scheme.to_owned(), authority.host().to_ascii_lowercase())
        }
        _ => Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://kronos.example";

    #[test]
    fn our_own_issuer_is_the_public_url() {
        let configuration =
            parse("https://kronos.example/", "https://a.example  https://b.example", "").expect("valid");
        assert_eq!(configuration.public_url, URL);
        assert_eq!(configuration.cors_origins, ["https://a.example", "https://b.example"]);
        assert_eq!(configuration.issuers.len(), 1);
        assert_eq!((configuration.issuers[0].name.as_str(), configuration.issuers[0].strict_type), (URL, true));
    }

    #[test]
    fn a_trusted_issuer_has_safe_defaults() {
        let trusted = r#"[{"issuer":"https://id.example","jwks_uri":"https://id.example/jwks"}]"#;
        let configuration = parse(URL, "", trusted).expect("valid");
        let issuer = &configuration.issuers[1];
        assert_eq!(issuer.audience, URL);
        assert_eq!(issuer.algorithms, ["RS256", "ES256", "PS256"]);
        assert_eq!(issuer.jwks_uri, "https://id.example/jwks");
        assert_eq!(issuer.key_source, format!("{KEYS}?issuer=https%3A%2F%2Fid.example"));
        assert!(issuer.strict_type && !issuer.names_users);
    }

    #[test]
    fn mistakes_are_named() {
        let entry = |fields: &str| {
            format!(r#"[{{"issuer":"https://id.example","jwks_uri":"https://id.example/jwks"{fields}}}]"#)
        };
        let cases = [
            (entry(r#","algorithms":["HS256"]"#), Invalid::Algorithm("HS256".to_owned())),
            (entry(r#","algorithms":["none"]"#), Invalid::Algorithm("none".to_owned())),
            (entry(r#","typ":"JWT""#), Invalid::Type("JWT".to_owned())),
            (entry(r#","subject":"email""#), Invalid::Subject("email".to_owned())),
            (
                entry("").replace("https://id.example\"", "https://kronos.example\""),
                Invalid::RepeatedIssuer(URL.to_owned()),
            ),
            (
                entry("").replace("https://id.example/jwks", "http://id.example/jwks"),
                Invalid::JwksUri("https://id.example".to_owned()),
            ),
            (
                entry("").replace("https://id.example/jwks", "file:///etc/passwd"),
                Invalid::JwksUri("https://id.example".to_owned()),
            ),
        ];
        for (trusted, expected) in cases {
            assert_eq!(parse(URL, "", &trusted).err(), Some(expected), "{trusted}");
        }
        assert!(matches!(parse(URL, "", "{").err(), Some(Invalid::TrustedIssuers(_))));
        assert_eq!(parse("kronos.example", "", "").err(), Some(Invalid::PublicUrl));
    }
}
