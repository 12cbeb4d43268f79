//! `kronos migrate`.

use std::process::ExitCode;

use kronos_host::{
    application::migrate::{self, Store},
    config::state,
};

use super::{Application, Failure, Settings};

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let application = Application::read(settings)?;
    let (config, variables) = application.configuration()?;
    let state_dir = state::folder(&application.options, &config, &application.manifest);
    let Some(store) = Store::of(&application.manifest, &variables, &config, &state_dir)? else {
        println!("{} has no store of its own.", application.manifest.name);
        return Ok(ExitCode::SUCCESS);
    };
    if let Store::Sqlite(_) = store {
        state::prepare(&state_dir, &config)?;
    }
    let applied = migrate::run(&store).await?;
    for name in &applied {
        println!("applied {name}");
    }
    if applied.is_empty() {
        println!("The store is up to date.");
    }
    Ok(ExitCode::SUCCESS)
}
