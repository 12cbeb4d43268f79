//! Variables: templates and their providers in Spin's order.

/// A string with `{{ name }}` expressions over application variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(pub String);

/// Why a variable has no value.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The name breaks the grammar `[a-z]([a-z0-9_]*[a-z0-9])?` without `__`.
    #[error("`{0}` is not a variable name")]
    InvalidName(String),
    /// Nobody has a value.
    #[error("no value for the variable `{0}`")]
    Undefined(String),
    /// A provider failed.
    #[error("{0}")]
    Provider(String),
}

/// The application's variables with their providers.
#[derive(Debug)]
pub struct Variables {}

impl Variables {
    /// The value of the application variable `name`. Providers are asked in Spin's order, nothing is cached.
    pub fn get(&self, name: &str) -> Result<String, Error> {
        Err(Error::Undefined(name.into()))
    }

    /// `template` with every expression replaced.
    pub fn resolve(&self, template: &Template) -> Result<String, Error> {
        Ok(template.0.clone())
    }
}
