//! What belongs to Kronos and to no other Spin application: the doorbell, what follows from its settings, and its first request.

use std::{collections::BTreeMap, net::SocketAddr};

use bytes::Bytes;
use url::Url;

use crate::{
    config::{
        manifest::Manifest,
        options::Options,
        runtime::RuntimeConfig,
        variables::{SetupError, Variables},
    },
    triggers::http::App,
};

/// The channel of the doorbell that says that events wait in the outbox.
pub const DOORBELL: &str = "kronos.outbox";

/// The component whose first request creates keys and the first owner, and the request that does.
const FIRST_COMPONENT: &str = "identity";
const FIRST_PATH: &str = "/.well-known/jwks.json";

/// The variables of an application that listens on `address`. `public_url` follows from the address, `postgres_address` and
/// `redis_address` from the URLs, where the manifest declares them and nobody gives a value.
pub fn variables(
    manifest: &Manifest,
    config: &RuntimeConfig,
    options: &Options,
    address: SocketAddr,
) -> Result<Variables, SetupError> {
    Variables::new(manifest, config, options, |given| {
        let mut derived = derive(given, address)?;
        derived.retain(|name, _| manifest.variables.contains_key(name));
        Ok(derived)
    })
}

fn derive(given: &Variables, address: SocketAddr) -> Result<BTreeMap<String, String>, SetupError> {
    let mut derived = BTreeMap::new();
    let host =
        if address.ip().is_unspecified() { format!("127.0.0.1:{}", address.port()) } else { address.to_string() };
    derived.insert("public_url".into(), format!("http://{host}"));
    for (url, address, scheme, port, form) in [
        ("postgres_url", "postgres_address", "postgres", 5432, "postgres://user:password@host:port/database"),
        ("redis_url", "redis_address", "redis", 6379, "redis://:password@host:port/database"),
    ] {
        if let Some(value) = given.provided(url).ok().flatten().filter(|value| !value.is_empty()) {
            let origin =
                origin(&value, scheme, port).map_err(|reason| SetupError::Url { variable: url, reason, form })?;
            derived.insert(address.into(), origin);
        }
    }
    Ok(derived)
}

/// `scheme://host:port` of a URL, for an allow-list.
fn origin(url: &str, scheme: &str, port: u16) -> Result<String, String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    let scheme = match url.scheme() {
        "postgresql" => "postgres",
        other if other == scheme || (scheme == "redis" && other == "rediss") => other,
        other => return Err(format!("its scheme is `{other}`")),
    };
    match url.host_str() {
        Some(host) if !host.is_empty() && !host.contains('%') => {
            Ok(format!("{scheme}://{host}:{}", url.port().unwrap_or(port)))
        }
        _ => Err("it names no host".into()),
    }
}

/// A line that says that all components reach the secrets of identity, because PostgreSQL is used with one role; none when they do
/// not. Each SQLite file is granted by itself.
pub fn shared_secrets(variables: &Variables) -> Option<&'static str> {
    let (app, identity) = (variables.get("postgres_url").ok()?, variables.get("identity_postgres_url").ok()?);
    let role = |url: &str| Url::parse(url).map(|url| url.username().to_owned()).unwrap_or_default();
    let is_shared = !app.is_empty() && (identity.is_empty() || role(&identity) == role(&app));
    is_shared.then_some(
        "PostgreSQL is used with one role, so every component reaches the secrets of identity; `kronos migrate` tells how to \
         separate them",
    )
}

/// Makes the first request of a new installation, before any client's.
pub(super) async fn first_request(app: &App) {
    let Ok(request) = http::Request::get(FIRST_PATH).body(Bytes::new()) else { return };
    if let Some(response) = app.call(FIRST_COMPONENT, request).await
        && !response.status().is_success()
    {
        tracing::warn!("component {FIRST_COMPONENT} answered {} to its first request", response.status());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
spin_manifest_version = 2
[application]
name = "a"
[variables]
public_url = { default = "http://nowhere" }
postgres_url = { default = "" }
postgres_address = { default = "" }
identity_postgres_url = { default = "" }
redis_url = { default = "redis://embedded" }
redis_address = { default = "redis://embedded:6379" }
"#;

    struct Application {
        _folder: tempfile::TempDir,
        options: Options,
    }

    impl Application {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let manifest = folder.path().join("spin.toml");
            std::fs::write(&manifest, MANIFEST).expect("a manifest");
            Self { options: Options::new(manifest), _folder: folder }
        }

        fn start(&self) -> Result<Variables, SetupError> {
            let manifest = Manifest::load(&self.options.manifest).expect("a valid manifest");
            variables(&manifest, &RuntimeConfig::default(), &self.options, ([0, 0, 0, 0], 4000).into())
        }

        fn get(&self, name: &str) -> String {
            self.start().expect("variables").get(name).expect("a value")
        }
    }

    #[test]
    fn addresses_follow_from_urls() {
        let mut app = Application::new();
        assert_eq!(app.get("public_url"), "http://127.0.0.1:4000");
        assert_eq!(app.get("postgres_address"), "");
        assert_eq!(app.get("redis_address"), "redis://embedded:6379");
        app.options.postgres = Some("postgresql://me:pw@db.example.com/kronos".into());
        app.options.redis = Some("redis://:pw@cache:6380/1".into());
        assert_eq!(app.get("postgres_url"), "postgresql://me:pw@db.example.com/kronos");
        assert_eq!(app.get("postgres_address"), "postgres://db.example.com:5432");
        assert_eq!(app.get("redis_address"), "redis://cache:6380");
        app.options.variables.push(("postgres_address".into(), "postgres://proxy:1".into()));
        app.options.variables.push(("public_url".into(), "https://kronos.example.com".into()));
        assert_eq!(app.get("postgres_address"), "postgres://proxy:1");
        assert_eq!(app.get("public_url"), "https://kronos.example.com");
    }

    #[test]
    fn secrets_are_separated_by_roles() {
        let mut app = Application::new();
        let shared = |app: &Application| shared_secrets(&app.start().expect("variables")).is_some();
        assert!(!shared(&app), "SQLite");
        app.options.postgres = Some("postgres://one:pw@db/kronos".into());
        assert!(shared(&app));
        for (url, expected) in
            [("postgres://one:pw@db/kronos", true), ("postgres://two:pw@db/kronos", false), ("", true)]
        {
            app.options.variables = vec![("identity_postgres_url".into(), url.into())];
            assert_eq!(shared(&app), expected, "{url}");
        }
    }

    #[test]
    fn an_unusable_url_is_refused_without_showing_it() {
        let mut app = Application::new();
        for url in ["mysql://me:pw@db/x", "not a url pw", "postgres:///pw"] {
            app.options.postgres = Some(url.into());
            let error = app.start().expect_err(url).to_string();
            assert!(error.contains("postgres_url") && !error.contains("pw@") && !error.contains("pw "), "{error}");
        }
    }
}
