//! Law 2: what `spin.toml` says of HTTP components follows from the table of operations and one template.

use std::collections::{BTreeMap, BTreeSet};

use kronos_api::operations;
use kronos_host::{
    config::{
        manifest::{Component, HttpTarget, Inherit},
        template::Template,
    },
    triggers::http::router::Router,
};

use super::manifest;

/// What a component has beside, or instead of, what the template says.
struct Extras {
    component: &'static str,
    /// Whether it has the store at all.
    store: bool,
    hosts: &'static [&'static str],
    variables: &'static [&'static str],
    databases: &'static [&'static str],
}

const NONE: Extras = Extras { component: "", store: true, hosts: &[], variables: &[], databases: &[] };

const EXTRAS: &[Extras] = &[
    Extras {
        component: "identity",
        // The others ask it for the keys of further issuers.
        hosts: &[
            "{{ trusted_issuer_origin }}",
            "{{ trusted_issuer_origin_2 }}",
            "{{ trusted_issuer_origin_3 }}",
            "{{ trusted_issuer_origin_4 }}",
        ],
        variables: &["identity_postgres_url", "owner_email", "owner_password", "operator_secret", "trusted_proxies"],
        databases: &["identity"],
        ..NONE
    },
    Extras { component: "forward-auth", store: false, ..NONE },
    Extras { component: "time-entries", hosts: &["{{ redis_address }}"], variables: &["redis_url"], ..NONE },
    Extras { component: "projects", hosts: &["{{ redis_address }}"], variables: &["redis_url"], ..NONE },
    Extras { component: "members", hosts: &["{{ redis_address }}"], variables: &["redis_url"], ..NONE },
];

/// What every HTTP component needs to know who is calling.
const HOSTS: [&str; 1] = ["http://identity.spin.internal"];
const VARIABLES: [&str; 3] = ["public_url", "trusted_issuers", "cors_origins"];
/// The route of whatever is not there; the component that has it answers so.
const CATCH_ALL: &str = "/...";
const LIBRARIES: [(&str, &str); 2] =
    [("kronos:gateway/policy@0.1.0", "gateway"), ("kronos:auth/check@0.1.0", "auth-check")];

fn extras(component: &str) -> &'static Extras {
    EXTRAS.iter().find(|extras| extras.component == component).unwrap_or(&NONE)
}

fn http_components() -> BTreeMap<String, Component> {
    let manifest = manifest();
    let targets = manifest.http.into_iter().filter_map(|trigger| match trigger.target {
        HttpTarget::Component(id) => Some(id),
        HttpTarget::Static(_) => None,
    });
    let ids: BTreeSet<String> = targets.collect();
    manifest.components.into_iter().filter(|(id, _)| ids.contains(id)).collect()
}

/// The path of every operation leads to the component that answers it, and no component has a route without an operation.
#[test]
fn every_operation_has_a_route() {
    let manifest = manifest();
    let mut router = Router::default();
    let mut unused = BTreeSet::new();
    for trigger in &manifest.http {
        let (Some(route), HttpTarget::Component(id)) = (&trigger.route, &trigger.target) else { continue };
        router.insert(route, (route.as_str(), id.as_str())).expect("a route");
        unused.insert(route.as_str());
    }
    assert!(unused.remove(CATCH_ALL), "what is not there is answered by the host, without a problem document");
    for operation in operations::all() {
        let found = router.find(operation.path).map(|found| found.target);
        let (route, component) = found.unwrap_or_else(|| panic!("nothing answers {}", operation.path));
        assert_eq!(component, operation.component, "{route} takes {}", operation.path);
        unused.remove(route);
    }
    assert_eq!(unused, BTreeSet::new(), "routes without an operation");
}

/// Each block is the template and the extras above, so that a right that a component gets shows here.
#[test]
fn every_http_component_is_like_the_others() {
    let components = http_components();
    for extras in EXTRAS {
        assert!(components.contains_key(extras.component), "{} has extras and no route", extras.component);
    }
    for (id, component) in components {
        let Extras { store, hosts, variables, databases, .. } = extras(&id);
        let own = |list: &[&'static str]| list.iter().copied().collect::<BTreeSet<_>>();

        let mut expected = own(hosts);
        expected.extend(HOSTS);
        expected.extend(store.then_some("{{ postgres_address }}"));
        let have: BTreeSet<_> = component.allowed_outbound_hosts.iter().map(Template::as_str).collect();
        assert_eq!(have, expected, "{id}: allowed_outbound_hosts");

        let mut expected = own(variables);
        expected.extend(VARIABLES);
        expected.extend(store.then_some("postgres_url"));
        let expected: BTreeMap<_, _> = expected.into_iter().map(|name| (name, format!("{{{{ {name} }}}}"))).collect();
        let have = component.variables.iter().map(|(name, template)| (name.as_str(), template.as_str().to_owned()));
        assert_eq!(have.collect::<BTreeMap<_, _>>(), expected, "{id}: variables");

        let mut expected = own(databases);
        expected.extend(store.then_some("default"));
        let have: BTreeSet<_> = component.sqlite_databases.iter().map(String::as_str).collect();
        assert_eq!(have, expected, "{id}: sqlite_databases");

        for (name, library) in &component.dependencies {
            assert!(library.inherit == Inherit::None && library.export.is_none(), "{id}: {name} inherits something");
        }
        let have = component.dependencies.iter();
        let have = have.map(|(name, library)| (name.as_str(), library.component.as_deref().unwrap_or_default()));
        assert_eq!(have.collect::<BTreeMap<_, _>>(), BTreeMap::from(LIBRARIES), "{id}: dependencies");

        let file = format!("target/wasm32-wasip2/release/{}.wasm", id.replace('-', "_"));
        assert!(component.source.ends_with(&file), "{id}: source is {}", component.source.display());
        let commands = component.build.as_ref().map(|build| build.commands.clone()).unwrap_or_default();
        assert_eq!(commands, [format!("cargo build --release --target wasm32-wasip2 -p {id}")], "{id}: build");
        assert!(component.environment.is_empty() && component.files.is_empty(), "{id}: environment and files");
        assert_eq!(component.key_value_stores, BTreeSet::new(), "{id}: key_value_stores");
    }
}
