//! `kronos token`: an API token for scripts on this machine.
//!
//! The program starts the application with a random operator secret that no one else learns, and asks `identity` in the same
//! process.

use std::process::ExitCode;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use kronos_host::{Host, config::state};

use super::{Application, Failure, Settings, build};

/// The component that issues tokens.
const COMPONENT: &str = "identity";
const PATH: &str = "/auth/operator/tokens";

pub(super) async fn run(settings: &Settings, email: &str) -> Result<ExitCode, Failure> {
    let mut application = Application::read(settings)?;
    build::components(&application.manifest, settings)?;

    let secret = secret()?;
    let (config, _) = application.configuration()?;
    let address_file = state::folder(&application.options, &config, &application.manifest).join(state::ADDRESS);
    if settings.listen.is_none()
        && let Some(address) = std::fs::read_to_string(address_file).ok().and_then(|text| text.parse().ok())
    {
        application.options.listen = address;
    }
    // The issuer in the token is the address where the application serves, not that of this process.
    let (_, variables) = application.configuration()?;
    let options = &mut application.options;
    if let Ok(issuer) = variables.get("public_url") {
        options.variables.push(("public_url".into(), issuer));
    }
    options.variables.push(("operator_secret".into(), secret.clone()));
    options.listen = ([127, 0, 0, 1], 0).into();
    options.tick = None;

    let host = Host::start(options.clone()).await?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("http://{}{PATH}", host.address()))
        .header(header::HOST, host.address().to_string())
        .header(header::AUTHORIZATION, format!("Bearer {secret}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(serde_json::json!({ "email": email }).to_string()))?;
    let response = host.call(COMPONENT, request).await;
    host.stop().await;

    let status = response.status();
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap_or_default();
    if let (true, Some(token)) = (status.is_success(), body["access_token"].as_str()) {
        println!("{token}");
        return Ok(ExitCode::SUCCESS);
    }
    let reason = body["detail"].as_str().or_else(|| body["message"].as_str()).unwrap_or("it gave no reason");
    Err(match status {
        StatusCode::NOT_FOUND => format!("there is no user with the e-mail {email}"),
        _ => format!("`{COMPONENT}` answered {status}: {reason}"),
    }
    .into())
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
