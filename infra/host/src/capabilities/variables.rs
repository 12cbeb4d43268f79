//! `spin:variables@3.0.0`.

use wasmtime::component::Accessor;

use super::{Capabilities, bindings::spin::variables::variables as wit};
use crate::{
    context::{ComponentContext, Context},
    variables::Error,
};

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidName(_) => Self::InvalidName(error.to_string()),
            Error::Undefined(_) => Self::Undefined(error.to_string()),
            Error::Provider(text) => Self::Provider(text),
        }
    }
}

/// The component's own variables; the application's are out of its sight.
fn get(component: &ComponentContext, name: &str) -> Result<String, wit::Error> {
    if !is_name(name) {
        return Err(Error::InvalidName(name.into()).into());
    }
    let template = component.component.variables.get(name).ok_or_else(|| Error::Undefined(name.into()))?;
    Ok(component.variables.resolve(template)?)
}

/// `[a-z]([a-z0-9_]*[a-z0-9])?` without `__`.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !name.ends_with('_')
        && !name.contains("__")
}

impl wit::Host for Context {}

impl wit::HostWithStore<Context> for Capabilities {
    async fn get(store: &Accessor<Context, Self>, name: String) -> wasmtime::Result<Result<String, wit::Error>> {
        let component = store.with(|mut access| access.get().component.clone());
        Ok(get(&component, &name))
    }
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_follow_the_grammar() {
        for name in ["a", "a1", "public_url", "a_1_b"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "A", "1a", "_a", "a_", "a__b", "a-b", "ä"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
