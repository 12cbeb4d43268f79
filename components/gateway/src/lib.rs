//! Policy on request and response heads, as a library component: it exports `kronos:gateway/policy` and needs nothing.
//!
//! `platform` calls it before and after every handler, so it is synchronous and allocates little.

mod bindings;
mod cors;
mod headers;
mod ids;
mod path;
mod policy;

use bindings::exports::kronos::gateway::policy::{Field, Guest, RequestHead, Settings, Verdict};

/// The component.
pub struct Gateway;

impl Guest for Gateway {
    fn admit(head: RequestHead, settings: Settings) -> Verdict {
        policy::admit(&head, &settings)
    }

    fn seal(status: u16, origin: Option<String>, settings: Settings) -> Vec<Field> {
        policy::seal(status, origin.as_deref(), &settings)
    }
}
