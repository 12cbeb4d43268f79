//! `kronos migrate`.

use std::process::ExitCode;

use kronos_host::{
    application::migrate::{self, Roles, Store},
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
    if let Store::Sqlite { .. } = store {
        state::prepare(&state_dir, &config)?;
    }
    let applied = migrate::run(&store).await?;
    for name in &applied {
        println!("applied {name}");
    }
    if applied.is_empty() {
        println!("The store is up to date.");
    }
    if let Store::Postgres(url) = &store {
        println!("{}", roles(migrate::separate_roles(url).await?));
    }
    Ok(ExitCode::SUCCESS)
}

/// What an operator can do about the roles.
fn roles(roles: Roles) -> String {
    match roles {
        Roles::Ready => "The roles kronos_app and kronos_identity keep the secrets of identity from the other components: give each \
                         a password\n  (ALTER ROLE kronos_app PASSWORD '...'), and put their URLs into postgres_url and \
                         identity_postgres_url."
            .into(),
        Roles::Sql(sql) => format!(
            "The role in the URL may not make roles. To keep the secrets of identity from the other components, a superuser runs in \
             this database:\n\n{sql}\n\
             and gives the two roles passwords; their URLs go into postgres_url and identity_postgres_url."
        ),
    }
}
