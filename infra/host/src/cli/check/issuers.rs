//! The further token issuers, whose keys a component fetches from where its variable `trusted_issuers` says.

use kronos_host::config::{allowed_hosts::AllowedHosts, manifest::Component, template::Template, variables::Variables};
use serde::Deserialize;
use url::Url;

use super::{Findings, outside};

/// The variable that lists them, and what the names of those begin with that the allow-list of the fetching component is made of.
const LIST: &str = "trusted_issuers";
const ORIGIN: &str = "trusted_issuer_origin";

#[derive(Deserialize)]
struct Issuer {
    issuer: String,
    jwks_uri: String,
}

/// Compares what `component` may reach with where the keys are. Only one component fetches them.
pub(super) fn check(component: &Component, variables: &Variables, findings: &mut Findings) {
    let templates = &component.allowed_outbound_hosts;
    if !templates.iter().any(|entry| entry.variables().any(|name| name.starts_with(ORIGIN))) {
        return;
    }
    let Some(Ok(list)) = component.variables.get(LIST).map(|template| variables.resolve(template)) else { return };
    // What else is wrong with the list is known to those who read it.
    let issuers: Vec<Issuer> = match serde_json::from_str(if list.trim().is_empty() { "[]" } else { &list }) {
        Ok(issuers) => issuers,
        Err(error) => return findings.errors.push(format!("the variable `{LIST}` is not what it has to be: {error}")),
    };
    // A list that cannot be read is named elsewhere.
    let Ok(allowed) = AllowedHosts::resolve(templates, |entry| variables.resolve(entry)) else { return };
    for Issuer { issuer, jwks_uri } in issuers {
        let Ok(url) = Url::parse(&jwks_uri) else {
            findings.errors.push(format!("the variable `{LIST}`: `jwks_uri` of `{issuer}` is not a URL"));
            continue;
        };
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { continue };
        if !allowed.allows(url.scheme(), host, port) {
            let origin = url.origin().ascii_serialization();
            let remedy = outside::remedy(component, free(component, variables).unwrap_or("no variable"), &origin);
            findings.errors.push(format!(
                "component `{}` may not fetch the keys of `{issuer}` from {origin}: its tokens are then answered 503\n  {remedy}",
                component.id,
            ));
        }
    }
}

/// The first variable of the allow-list that has no origin yet.
fn free<'a>(component: &'a Component, variables: &Variables) -> Option<&'a str> {
    let origins = component.allowed_outbound_hosts.iter().flat_map(Template::variables);
    origins.filter(|name| name.starts_with(ORIGIN)).find(|name| variables.get(name).is_ok_and(|value| value.is_empty()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kronos_host::config::{manifest::Manifest, options::Options, runtime::RuntimeConfig};

    use super::*;

    fn errors(values: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("spin.toml");
        let manifest = "spin_manifest_version = 2\n[application]\nname = \"a\"\n[variables]\n\
             trusted_issuers = { default = \"[]\" }\ntrusted_issuer_origin = { default = \"\" }\n\
             trusted_issuer_origin_2 = { default = \"\" }\n\
             [component.a]\nsource = \"a.wasm\"\n\
             allowed_outbound_hosts = [\"{{ trusted_issuer_origin }}\", \"{{ trusted_issuer_origin_2 }}\"]\n\
             variables = { trusted_issuers = \"{{ trusted_issuers }}\" }\n";
        std::fs::write(&path, manifest).expect("a manifest");
        let manifest = Manifest::load(&path).expect("a manifest");
        let mut options = Options::new(&path);
        options.variables = values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let config = RuntimeConfig::default();
        let variables = Variables::new(&manifest, &config, &options, |_| Ok(BTreeMap::new())).expect("variables");
        let mut findings = Findings::default();
        check(&manifest.components["a"], &variables, &mut findings);
        findings.errors
    }

    #[test]
    fn issuers_that_are_not_reached_are_named_with_the_next_free_variable() {
        let one = r#"{"issuer":"https://a.example","jwks_uri":"https://keys.a.example/jwks"}"#;
        let other = r#"{"issuer":"https://b.example","jwks_uri":"https://b.example:8443/jwks"}"#;
        let list = format!("[{one},{other}]");
        let origin = ("trusted_issuer_origin", "https://keys.a.example");
        assert!(errors(&[]).is_empty() && errors(&[("trusted_issuers", "")]).is_empty());
        let missing = errors(&[("trusted_issuers", &format!("[{one}]"))]);
        assert!(missing[0].ends_with("SPIN_VARIABLE_TRUSTED_ISSUER_ORIGIN=https://keys.a.example."), "{missing:?}");
        let missing = errors(&[("trusted_issuers", &list), origin]);
        assert_eq!(missing.len(), 1, "{missing:?}");
        assert!(missing[0].ends_with("SPIN_VARIABLE_TRUSTED_ISSUER_ORIGIN_2=https://b.example:8443."), "{missing:?}");
        let all = [("trusted_issuers", list.as_str()), origin, ("trusted_issuer_origin_2", "https://b.example:8443")];
        assert!(errors(&all).is_empty());
        let third = r#"{"issuer":"https://c.example","jwks_uri":"https://c.example/jwks"}"#;
        let missing = errors(&[("trusted_issuers", &format!("[{one},{other},{third}]")), all[1], all[2]]);
        assert!(
            missing[0].ends_with("Add `https://c.example` to `allowed_outbound_hosts` in [component.a]."),
            "{missing:?}"
        );
        assert_eq!(errors(&[("trusted_issuers", "{")]).len(), 1);
    }
}
