//! `kronos token`: tokens for scripts, for whoever runs Kronos on this machine.
//!
//! The program starts the application with a random operator secret that no one else learns, and asks `identity` in the same
//! process. It changes nothing but the tokens: what is not built or migrated is for other commands.

use std::{path::Path, process::ExitCode};

use bytes::Bytes;
use clap::Args;
use http::{Method, Request, Response, header};
use kronos_host::{
    Host,
    application::{
        StartError,
        migrate::{self, Standing, Store},
    },
    config::{manifest::Manifest, runtime::RuntimeConfig, state, variables::Variables},
};
use serde_json::{Value, json};

use super::{Application, Failure, Settings};

/// The component that issues tokens.
const COMPONENT: &str = "identity";
const PATH: &str = "/auth/operator/tokens";
const DAY: u32 = 24 * 60 * 60;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Print a new token that acts as the user with this address.
    #[arg(long, required_unless_present_any = ["list", "revoke"])]
    email: Option<String>,
    /// Days until the new token expires, at most 365.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=365))]
    days: u32,
    /// List the tokens that have not expired, with their ids.
    #[arg(long, conflicts_with_all = ["email", "revoke"])]
    list: bool,
    /// Revoke the token with this id; it stops working within five minutes.
    #[arg(long, value_name = "ID", conflicts_with = "email")]
    revoke: Option<String>,
}

pub(super) async fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut application = Application::read(settings)?;
    let (config, variables) = application.configuration()?;
    let state_dir = state::folder(&application.options, &config, &application.manifest);
    check_store(&application.manifest, &variables, &config, &state_dir).await?;
    if settings.listen.is_none()
        && let Some(address) =
            std::fs::read_to_string(state_dir.join(state::ADDRESS)).ok().and_then(|text| text.parse().ok())
    {
        application.options.listen = address;
    }
    let operator = Operator::start(application).await?;
    let result = match arguments {
        Arguments { list: true, .. } => list(&operator).await,
        Arguments { revoke: Some(id), .. } => revoke(&operator, id).await,
        Arguments { email, days, .. } => mint(&operator, email.as_deref().unwrap_or_default(), *days).await,
    };
    operator.host.stop().await;
    result.map(|()| ExitCode::SUCCESS)
}

/// Refuses unless there is a store of this version, which the first start makes with the first owner.
async fn check_store(
    manifest: &Manifest,
    variables: &Variables,
    config: &RuntimeConfig,
    state_dir: &Path,
) -> Result<(), Failure> {
    let Some(store) = Store::of(manifest, variables, config, state_dir)? else {
        return Err(format!("{} has no store of its own, so nobody has tokens", manifest.name).into());
    };
    match migrate::standing(&store).await? {
        Standing::Current => Ok(()),
        Standing::Missing => Err("there is no store yet, so nobody has tokens\n  \
                                  Start Kronos once, which makes it with the first owner, or name another with --state-dir or \
                                  --postgres."
            .into()),
        Standing::Behind(missing) => {
            Err(format!("the store lacks {}\n  Run `kronos migrate`, or start Kronos, which does it too.", missing.join(", ")).into())
        }
    }
}

/// The application with an operator secret that only this process knows.
struct Operator {
    host: Host,
    secret: String,
}

impl Operator {
    async fn start(application: Application) -> Result<Self, Failure> {
        let secret = secret()?;
        // The issuer in the token is the address where the application serves, not that of this process.
        let (_, variables) = application.configuration()?;
        let mut options = application.options;
        if let Ok(issuer) = variables.get("public_url") {
            options.variables.push(("public_url".into(), issuer));
        }
        options.variables.push(("operator_secret".into(), secret.clone()));
        options.listen = ([127, 0, 0, 1], 0).into();
        options.tick = None;
        let host = Host::start(options).await.map_err(|error| match error {
            StartError::Load(error) => {
                format!("{error}\n  Where the components are not built, run `kronos build`.").into()
            }
            other => Failure::from(other),
        })?;
        Ok(Self { host, secret })
    }

    /// What `identity` answers, or why it refuses.
    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.host.address()))
            .header(header::HOST, self.host.address().to_string())
            .header(header::AUTHORIZATION, format!("Bearer {}", self.secret))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string())))?;
        answer(&self.host.call(COMPONENT, request).await)
    }
}

fn answer(response: &Response<Bytes>) -> Result<Value, Failure> {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    if response.status().is_success() {
        return Ok(body);
    }
    let reason = body["message"].as_str().unwrap_or("it gave no reason");
    Err(match body["key"].as_str() {
        Some("no_such_user" | "validation_failed") => reason.into(),
        _ => format!("`{COMPONENT}` answered {}: {reason}", response.status()).into(),
    })
}

async fn mint(operator: &Operator, email: &str, days: u32) -> Result<(), Failure> {
    let asked = json!({ "email": email, "expires_in": days * DAY });
    let minted = operator.ask(Method::POST, PATH, Some(&asked)).await?;
    let token = minted["access_token"].as_str().ok_or("`identity` answered no token")?;
    println!("{token}");
    let id = minted["id"].as_str().unwrap_or_default();
    eprintln!("It acts as {email} for {days} days. To end it sooner: kronos token --revoke {id}");
    Ok(())
}

async fn list(operator: &Operator) -> Result<(), Failure> {
    let listed = operator.ask(Method::GET, PATH, None).await?;
    let tokens = listed["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    if tokens.is_empty() {
        println!("There are no tokens.");
    }
    for token in tokens {
        let text = |member: &str| token[member].as_str().unwrap_or_default();
        let state = if token["revoked_at"].is_null() { "expires" } else { "revoked, would expire" };
        println!(
            "{}  made {}, {state} {}, user {}",
            text("id"),
            text("created_at"),
            text("expires_at"),
            text("user_id")
        );
    }
    Ok(())
}

async fn revoke(operator: &Operator, id: &str) -> Result<(), Failure> {
    // Whatever else was in it would be another path.
    if !id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') || id.is_empty() {
        return Err(format!("`{id}` is not the id of a token\n  `kronos token --list` shows them.").into());
    }
    operator.ask(Method::DELETE, &format!("{PATH}/{id}"), None).await.map_err(|error| {
        Failure::from(format!("{error}\n  `kronos token --list` shows the tokens that have not expired."))
    })?;
    println!("The token is revoked; it stops working within five minutes.");
    Ok(())
}

/// 256 random bits in hexadecimal.
fn secret() -> Result<String, Failure> {
    use std::fmt::Write as _;
    let mut bytes = [0; 32];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| "the system has no random numbers")?;
    let mut text = String::with_capacity(64);
    for byte in bytes {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(state_dir: &Path) -> (Manifest, Variables, RuntimeConfig) {
        let path = state_dir.join("spin.toml");
        let text =
            "spin_manifest_version = 2\n[application]\nname = \"a\"\n[variables]\npostgres_url = { default = \"\" }\n";
        std::fs::write(&path, text).expect("a manifest");
        let options = kronos_host::Options::new(path);
        let manifest = Manifest::load(&options.manifest).expect("valid");
        let config = RuntimeConfig::default();
        let variables =
            kronos_host::application::kronos::variables(&manifest, &config, &options, options.listen).expect("valid");
        (manifest, variables, config)
    }

    /// To print a token is no way to make an installation.
    #[tokio::test]
    async fn without_a_store_it_says_what_to_do_and_makes_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let (manifest, variables, config) = store(folder.path());
        let error = check_store(&manifest, &variables, &config, folder.path()).await.expect_err("no store").to_string();
        assert!(error.contains("there is no store yet") && error.contains("Start Kronos once"), "{error}");
        assert!(!folder.path().join("default.db").exists());
        migrate::run(&Store::of(&manifest, &variables, &config, folder.path()).expect("valid").expect("a store"))
            .await
            .expect("a migrated store");
        check_store(&manifest, &variables, &config, folder.path()).await.expect("a store");
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        let refused = |status: u16, body: &str| {
            let response = Response::builder().status(status).body(Bytes::from(body.to_owned())).expect("a response");
            answer(&response).expect_err("refused").to_string()
        };
        let unknown = r#"{"key":"no_such_user","message":"No user has this e-mail address."}"#;
        assert_eq!(refused(404, unknown), "No user has this e-mail address.");
        assert_eq!(refused(503, r#"{"message":"Later."}"#), "`identity` answered 503 Service Unavailable: Later.");
        assert_eq!(refused(404, ""), "`identity` answered 404 Not Found: it gave no reason");
    }
}
