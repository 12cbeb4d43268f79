//! `spin:variables@3.0.0`.

use std::{collections::BTreeMap, sync::Arc};

use wasmtime::component::{Accessor, Linker};

use super::{Capability, View};
use crate::config::{
    template::{Error, Template},
    variables::Variables,
};
use bindings::spin::variables::variables as wit;

mod bindings {
    wasmtime::component::bindgen!({
        world: "kronos:host/variables",
        path: [
            "../../wit/deps/spin-key-value@3.0.0",
            "../../wit/deps/spin-postgres@4.2.0",
            "../../wit/deps/spin-redis@3.0.0",
            "../../wit/deps/spin-sqlite@3.1.0",
            "../../wit/deps/spin-variables@3.0.0",
            "../../wit/host",
        ],
        imports: { default: async | trappable },
        require_store_data_send: true,
    });
}

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidName(_) => Self::InvalidName(error.to_string()),
            Error::Undefined(_) => Self::Undefined(error.to_string()),
            Error::Provider(text) => Self::Provider(text),
        }
    }
}

/// The variables of one component.
#[derive(Debug)]
pub struct Grant {
    /// As its manifest declares them.
    pub declared: BTreeMap<String, Template>,
    /// What their templates are over.
    pub application: Arc<Variables>,
}

/// They do not change.
#[derive(Debug)]
pub struct State(pub Arc<Grant>);

/// The component's own variables; the application's are out of its sight.
fn find<'a>(declared: &'a BTreeMap<String, Template>, name: &str) -> Result<&'a Template, Error> {
    if !is_name(name) {
        return Err(Error::InvalidName(name.into()));
    }
    declared.get(name).ok_or_else(|| Error::Undefined(name.into()))
}

/// `[a-z]([a-z0-9_]*[a-z0-9])?` without `__`.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !name.ends_with('_')
        && !name.contains("__")
}

/// Adds the interface to the linker.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> View<'_, State>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Capability<State>>(linker, view)
}

impl wit::Host for View<'_, State> {}

impl<T: Send> wit::HostWithStore<T> for Capability<State> {
    async fn get(store: &Accessor<T, Self>, name: String) -> wasmtime::Result<Result<String, wit::Error>> {
        let Grant { declared, application } = &*store.with(|mut access| access.get().state.0.clone());
        let template = find(declared, &name);
        Ok(template.and_then(|template| application.resolve(template)).map_err(Into::into))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_variables_of_the_component_are_seen() {
        let declared = BTreeMap::from([("own".into(), Template::parse("{{ public_url }}").expect("a template"))]);
        assert!(find(&declared, "own").is_ok());
        assert!(matches!(find(&declared, "public_url"), Err(Error::Undefined(_))));
        assert!(matches!(wit::Error::from(find(&declared, "Own").expect_err("no name")), wit::Error::InvalidName(_)));
    }

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
