//! What a component must not reach: the secrets of `identity`.

use std::{fs, os::unix::fs::MetadataExt};

use kronos_host::{
    application::migrate::{Roles, separate_roles},
    config::manifest::Manifest,
};
use kronos_tests::{Engine, Guests, Kronos, OWNER_PASSWORD, needs, repository};
use serde_json::json;

/// No manifest grants them to another component.
#[test]
fn only_identity_is_granted_its_secrets() {
    let manifest = Manifest::load(&repository().join("spin.toml")).expect("our manifest");
    let with_label: Vec<_> = manifest
        .components
        .iter()
        .filter(|(_, component)| component.sqlite_databases.iter().any(|label| label == "identity"))
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(with_label, ["identity"]);
    for variable in ["identity_postgres_url", "operator_secret", "owner_password"] {
        let granted = manifest.components.iter().filter(|(_, component)| {
            component.variables.values().any(|template| template.variables().any(|name| name == variable))
        });
        assert_eq!(granted.map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["identity"], "{variable}");
    }
}

/// A component that is granted the other database cannot open this one by its name, nor attach its file.
#[tokio::test]
async fn a_component_without_the_grant_cannot_open_them() {
    let kronos = Guests::start(Engine::Embedded, |_| ()).await;
    let actor = kronos.anonymous();
    let run = async |database: &str, sql: &str| {
        let request = actor.request(reqwest::Method::GET, "/granted/sqlite");
        actor.send(request.query(&[("database", database), ("sql", sql)])).await
    };
    run("default", "SELECT 1").await.expect(200);
    run("identity", "SELECT 1").await.expect(502);
    let file = kronos.options.state_dir.as_ref().expect("a state folder").join("identity.db");
    run("default", &format!("ATTACH DATABASE '{}' AS identity", file.display())).await.expect(502);
}

/// What is secret is in a file of its own, for this account alone, and nothing of it in the one that all components open.
#[tokio::test]
async fn sqlite_has_a_file_for_them() {
    let kronos = Kronos::start(Engine::Embedded).await;
    kronos.owner().await;
    let folder = kronos.options.state_dir.as_ref().expect("a state folder");
    assert_eq!(fs::metadata(folder.join("identity.db")).expect("a file").mode() & 0o777, 0o600);
    let shared = rusqlite::Connection::open(folder.join("default.db")).expect("a database");
    let tables = shared.prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')");
    let tables: Vec<String> = tables
        .expect("a query")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("names");
    for secret in ["credentials", "sessions", "signing_keys", "sign_in_throttle", "operator_tokens"] {
        assert!(!tables.iter().any(|table| table == secret), "{secret}");
        assert_eq!(kronos.number(&format!("SELECT count(*) >= 0 FROM identity.{secret}")).await, 1, "{secret}");
    }
    assert!(shared.prepare("SELECT password_hash FROM users").is_err());
}

/// With two roles everything works, and the role of the other components reaches no secret.
#[needs(postgres, redis)]
#[tokio::test]
async fn postgres_has_a_role_for_them() {
    let mut kronos = Kronos::start(Engine::Servers).await;
    let url = kronos.options.postgres.clone().expect("PostgreSQL is in use");
    assert_eq!(separate_roles(&url).await.expect("roles"), Roles::Ready);
    let of = |role: &str| url.replace("postgres:postgres@", &format!("{role}@"));
    kronos.options.postgres = Some(of("kronos_app"));
    kronos.options.variables.push(("identity_postgres_url".into(), of("kronos_identity")));
    kronos.restart().await;

    let owner = kronos.owner().await;
    owner.post("/auth/session", &json!({ "email": "owner@example.com", "password": OWNER_PASSWORD })).await.expect(200);
    kronos.anonymous().get("/.well-known/jwks.json").await.expect(200);
    let entry = json!({ "start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z" });
    owner.post(&owner.path("/time-entries"), &entry).await.expect(201);
    kronos.report_shows(&owner, "start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z", 3600).await;

    // The test's own connection has the role of the components now.
    let app = kronos.postgres().await;
    app.query("SELECT id FROM users", &[]).await.expect("users are everybody's");
    for secret in ["credentials", "sessions", "signing_keys", "sign_in_throttle", "operator_tokens"] {
        let error = app.query(&format!("SELECT * FROM identity.{secret}"), &[]).await.expect_err(secret);
        assert_eq!(error.code().map(tokio_postgres::error::SqlState::code), Some("42501"), "{secret}");
    }
}
