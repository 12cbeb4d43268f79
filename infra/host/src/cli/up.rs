//! `kronos up`.

use std::{net::SocketAddr, process::ExitCode};

use kronos_host::{
    Host,
    application::migrate::Store,
    config::{private, state},
};

use super::{Application, Failure, Settings, build};

/// What a shell shows for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let application = Application::read(settings)?;
    // A mistake in the configuration shows before the long build.
    let (config, _) = application.configuration()?;
    build::components(&application.manifest, settings)?;

    // From here on a signal stops the host cleanly.
    let mut signals = Signals::new()?;
    let drain = application.options.limits.resolve(config.limits).drain;
    let host = tokio::select! {
        host = Host::start(application.options.clone()) => host?,
        () = signals.next() => return Ok(ExitCode::from(INTERRUPTED)),
    };
    let address_file = state::folder(&application.options, &config, &application.manifest).join(state::ADDRESS);
    if let Err(error) = private::write(&address_file, host.address().to_string().as_bytes()) {
        tracing::warn!("{}: {error}", address_file.display());
    }
    print!("{}", banner(&application, host.address())?);

    let ended = tokio::select! {
        () = signals.next() => None,
        address = host.ended() => Some(address),
    };
    if let Some(address) = &ended {
        tracing::error!("the connection to {address} ended, and so does Spin");
    }
    tracing::info!("stopping: requests in progress have {} s to finish; once more Ctrl-C ends them", drain.as_secs());
    tokio::select! {
        finished = host.stop() => {
            if !finished {
                tracing::warn!("some requests did not finish in time");
            }
            Ok(if ended.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
        () = signals.next() => Ok(ExitCode::from(INTERRUPTED)),
    }
}

/// Address, way to sign in, and where the state lives.
fn banner(application: &Application, address: SocketAddr) -> Result<String, Failure> {
    let Application { manifest, options } = application;
    let (config, variables) = application.configuration()?;
    let state_dir = state::folder(options, &config, manifest);
    let store = match Store::of(manifest, &variables, &config, &state_dir)? {
        Some(Store::Postgres(_)) => match variables.get("postgres_address") {
            Ok(address) => format!(" and {address}"),
            Err(_) => String::new(),
        },
        Some(Store::Sqlite { .. }) | None => String::new(),
    };
    let version = manifest.version.as_deref().unwrap_or_default();
    let sign_in = match variables.get("owner_email") {
        Ok(email) => {
            let password = match variables.get("owner_password") {
                Ok(password) if !password.is_empty() => "the password in the variable owner_password",
                _ => "the password that was printed at the first start",
            };
            format!("  Sign in as {email} with {password}\n")
        }
        Err(_) => String::new(),
    };
    Ok(format!(
        "\n  {} {version} serves http://{address}\n{sign_in}  State: {}{store}\n  Ctrl-C stops\n\n",
        manifest.name,
        state_dir.display()
    ))
}

/// Ctrl-C and the signal of service managers.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
