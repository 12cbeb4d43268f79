//! Variables: templates and their providers in Spin's order.
//!
//! The first one with a value wins: `--variable`, `--postgres` and `--redis`, the providers of the runtime configuration
//! in the order of the file, `SPIN_VARIABLE_<NAME>` in the environment and then in `.env` beside the manifest, what the
//! host derives (`public_url` from the address it listens on, `postgres_address` from `postgres_url`), and the default of
//! the manifest. Nothing is cached but files.

use std::{collections::BTreeMap, fmt, path::Path};

use super::{
    manifest::{Manifest, VariableDeclaration},
    names::variable_error,
    options::Options,
    runtime::{RuntimeConfig, VariablesProvider},
    template::{Error, Template},
};

mod argument;

pub use argument::{ArgumentError, parse_argument};

/// Prefix of the environment variables that every application reads.
const DEFAULT_PREFIX: &str = "SPIN_VARIABLE";

/// Why an application cannot start with the variables it was given.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A required variable has no value.
    #[error(
        "the variable `{name}` is required and has no value\n  Give it with --variable {name}=..., or {DEFAULT_PREFIX}_{} \
         in the environment.",
        name.to_ascii_uppercase()
    )]
    Required {
        /// The variable.
        name: String,
    },
    /// The command line sets a variable that the manifest does not declare.
    #[error("the application has no variable `{name}`\n  It has: {known}.")]
    Undeclared {
        /// The variable.
        name: String,
        /// The declared ones.
        known: String,
    },
    /// The URL of a database or broker cannot be used.
    #[error("the URL in `{variable}` cannot be used: {reason}\n  The form is {form}.")]
    Url {
        /// The variable.
        variable: &'static str,
        /// What is wrong, without the URL, which may hold a password.
        reason: String,
        /// An example.
        form: &'static str,
    },
    /// A file of variables cannot be read.
    #[error("the variables in {file} cannot be read: {reason}")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

/// The application's variables with their providers.
pub struct Variables {
    declared: BTreeMap<String, VariableDeclaration>,
    providers: Vec<Provider>,
    derived: BTreeMap<String, String>,
}

impl fmt::Debug for Variables {
    /// Names without values, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables").field("declared", &self.declared.keys()).finish_non_exhaustive()
    }
}

enum Provider {
    Static(BTreeMap<String, String>),
    Env { prefix: String, file: BTreeMap<String, String> },
}

impl Provider {
    fn get(&self, name: &str) -> Result<Option<String>, Error> {
        match self {
            Self::Static(values) => Ok(values.get(name).cloned()),
            Self::Env { prefix, file } => {
                let key = format!("{prefix}_{}", name.to_ascii_uppercase());
                match std::env::var(&key) {
                    Ok(value) => Ok(Some(value)),
                    Err(std::env::VarError::NotPresent) => Ok(file.get(&key).cloned()),
                    Err(std::env::VarError::NotUnicode(_)) => {
                        Err(Error::Provider(format!("the environment variable {key} is not UTF-8")))
                    }
                }
            }
        }
    }
}

impl Variables {
    /// Collects the providers of an application, and checks that nothing required is missing. `derive` returns what follows
    /// from the values that were given.
    pub fn new(
        manifest: &Manifest,
        config: &RuntimeConfig,
        options: &Options,
        derive: impl FnOnce(&Self) -> Result<BTreeMap<String, String>, SetupError>,
    ) -> Result<Self, SetupError> {
        for (name, _) in &options.variables {
            if !options.spin_exact && !manifest.variables.contains_key(name) {
                let known = manifest.variables.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(SetupError::Undeclared { name: name.clone(), known });
            }
        }
        // A later value of the same variable replaces an earlier one.
        let mut values: BTreeMap<_, _> = options.variables.iter().cloned().collect();
        for (variable, url) in [("postgres_url", &options.postgres), ("redis_url", &options.redis)] {
            if let Some(url) = url {
                values.entry(variable.into()).or_insert_with(|| url.clone());
            }
        }
        let mut providers = vec![Provider::Static(values)];
        for provider in &config.variables_providers {
            providers.push(match provider {
                VariablesProvider::Static(values) => Provider::Static(values.clone()),
                VariablesProvider::Env { prefix, dotenv } => Provider::Env {
                    prefix: prefix.clone(),
                    file: dotenv.as_deref().map(read_dotenv).transpose()?.unwrap_or_default(),
                },
            });
        }
        let dotenv = manifest.root.join(".env");
        providers.push(Provider::Env {
            prefix: DEFAULT_PREFIX.into(),
            file: if dotenv.is_file() { read_dotenv(&dotenv)? } else { BTreeMap::new() },
        });

        let mut variables = Self { declared: manifest.variables.clone(), providers, derived: BTreeMap::new() };
        variables.derived = derive(&variables)?;
        for (name, declaration) in &variables.declared {
            if declaration.required && matches!(variables.get(name), Err(Error::Undefined(_))) {
                return Err(SetupError::Required { name: name.clone() });
            }
        }
        Ok(variables)
    }

    /// The value of the application variable `name`. Providers are asked in Spin's order, nothing is cached.
    pub fn get(&self, name: &str) -> Result<String, Error> {
        if variable_error(name).is_some() {
            return Err(Error::InvalidName(name.into()));
        }
        let declaration = self.declared.get(name).ok_or_else(|| Error::Undefined(name.into()))?;
        match self.provided(name)? {
            Some(value) => Ok(value),
            None => self
                .derived
                .get(name)
                .or(declaration.default.as_ref())
                .cloned()
                .ok_or_else(|| Error::Undefined(name.into())),
        }
    }

    /// `template` with every expression replaced.
    pub fn resolve(&self, template: &Template) -> Result<String, Error> {
        template.render(|name| self.get(name))
    }

    /// What somebody gave for `name`, which is neither derived nor a default.
    pub fn provided(&self, name: &str) -> Result<Option<String>, Error> {
        for provider in &self.providers {
            if let Some(value) = provider.get(name)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }
}

fn read_dotenv(path: &Path) -> Result<BTreeMap<String, String>, SetupError> {
    let failure = |error: dotenvy::Error| SetupError::File {
        file: path.display().to_string(),
        // The parser's own message quotes the line, which may hold a secret.
        reason: match error {
            dotenvy::Error::LineParse(_, index) => format!("a line is not NAME=value (at its character {index})"),
            other => other.to_string(),
        },
    };
    dotenvy::from_path_iter(path).map_err(failure)?.collect::<Result<_, _>>().map_err(failure)
}

#[cfg(test)]
mod tests;
