//! What components reach: here, on Spin, and not at all.

use std::str::FromStr as _;

use kronos_host::{
    config::{
        allowed_hosts::{AllowedHosts, Named},
        manifest::Component,
        runtime::RuntimeConfig,
        template::Template,
        variables::Variables,
    },
    network,
};
use tokio_postgres::config::Host;
use url::Url;

use super::Findings;

/// Compares what `component` is granted with what Spin grants, and with the addresses in its variables.
pub(super) fn check(component: &Component, variables: &Variables, config: &RuntimeConfig, findings: &mut Findings) {
    let id = &component.id;
    let templates = &component.allowed_outbound_hosts;
    for empty in templates.iter().filter(|entry| entry.is_literal() && is_empty(entry.as_str())) {
        findings.errors.push(format!(
            "component `{id}`: `{empty}` in `allowed_outbound_hosts` names no host\n  Spin allows that only as the value of a \
             variable: remove it."
        ));
    }
    let allowed = match AllowedHosts::resolve(templates, |entry| variables.resolve(entry)) {
        Ok(allowed) => allowed,
        Err(error) => return findings.errors.push(format!("component `{id}`: {error}")),
    };
    if templates.iter().any(|entry| variables.resolve(entry).is_ok_and(|host| host.contains("*:*"))) {
        findings.warnings.push(format!("component `{id}` may connect to every port of every host"));
    }
    if config.block_private {
        kinder(id, &allowed, findings);
    }
    if !config.blocked_networks.is_empty() && allowed.has_scheme("postgres") {
        findings.warnings.push(format!(
            "component `{id}` may use PostgreSQL: here `block_networks` holds for it as well, while Spin does not look at it"
        ));
    }
    for (name, template) in &component.variables {
        let Ok(value) = variables.resolve(template) else { continue };
        for Server { scheme, host, port } in servers(&value) {
            let Some(port) = port else {
                findings.warnings.push(format!(
                    "component `{id}`: the URL in its variable `{name}` has no port, without which Spin grants no \
                     {scheme}://{host}\n  Write {scheme}://{host}:6379."
                ));
                continue;
            };
            if !allowed.allows(scheme, &host, port) {
                let kind = if scheme == "rediss" { "redis" } else { scheme };
                findings.errors.push(format!(
                    "component `{id}` may not connect to {scheme}://{host}:{port}, which its variable `{name}` names: Spin then \
                     fails every request that needs it\n  {}",
                    remedy(component, kind, &format!("{scheme}://{host}:{port}"))
                ));
            }
        }
    }
}

/// How `address` gets into the allow-list: by the variable whose name begins with `kind`, where the list is made of one. Spin does not
/// take it from the URL, as this host does.
pub(super) fn remedy(component: &Component, kind: &str, address: &str) -> String {
    let mut made_of = component.allowed_outbound_hosts.iter().flat_map(Template::variables);
    match made_of.find(|name| name.starts_with(kind)) {
        Some(name) => format!("Set `{name}` to `{address}`: SPIN_VARIABLE_{}={address}.", name.to_ascii_uppercase()),
        None => format!("Add `{address}` to `allowed_outbound_hosts` in [component.{}].", component.id),
    }
}

fn is_empty(entry: &str) -> bool {
    matches!(entry.trim(), "" | "http://" | "https://")
}

/// Here an allow-list opens the nearby hosts that it names, on Spin `"private"` closes them.
fn kinder(id: &str, allowed: &AllowedHosts, findings: &mut Findings) {
    let closed = "which Spin does not reach while `block_networks` has \"private\" (--spin-exact behaves as Spin)";
    if allowed.allows_self("http") {
        findings.warnings.push(format!("component `{id}` may call its own application by `self.alt`, {closed}"));
    }
    for Named { scheme, host } in allowed.named() {
        let scheme = scheme.unwrap_or("*");
        if matches!(scheme, "postgres" | "mysql") || host.ends_with(".spin.internal") || host == "embedded" {
            continue;
        }
        if network::is_near(&host) {
            let near = format!("component `{id}` reaches {scheme}://{host} at a private address, {closed}");
            findings.warnings.push(near);
        }
    }
}

/// A server that a URL names.
struct Server {
    scheme: &'static str,
    host: String,
    /// `None` when Spin knows none either.
    port: Option<u16>,
}

/// The servers of a connection string, none when `value` is not one.
fn servers(value: &str) -> Vec<Server> {
    let scheme = value.split_once("://").map_or("", |(scheme, _)| scheme);
    match scheme {
        "postgres" | "postgresql" => {
            let Ok(config) = tokio_postgres::Config::from_str(value) else { return Vec::new() };
            let port = |index: usize| match config.get_ports() {
                [] => 5432,
                [one] => *one,
                several => several.get(index).copied().unwrap_or(5432),
            };
            let hosts = config.get_hosts().iter().enumerate().filter_map(|(index, host)| match host {
                Host::Tcp(host) => Some(Server { scheme: "postgres", host: host.clone(), port: Some(port(index)) }),
                Host::Unix(_) => None,
            });
            hosts.collect()
        }
        "redis" | "rediss" => {
            let Ok(url) = Url::parse(value) else { return Vec::new() };
            let Some(host) = url.host_str().map(str::to_owned) else { return Vec::new() };
            let (scheme, port) = if scheme == "redis" { ("redis", Some(6379)) } else { ("rediss", None) };
            vec![Server { scheme, host, port: url.port().or(port) }]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kronos_host::config::{manifest::Manifest, options::Options};

    use super::*;

    fn findings(hosts: &str, runtime: &str, values: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("spin.toml");
        let manifest = format!(
            "spin_manifest_version = 2\n[application]\nname = \"a\"\n[variables]\n\
             postgres_url = {{ default = \"\" }}\npostgres_address = {{ default = \"\" }}\n\
             redis_url = {{ default = \"\" }}\nredis_address = {{ default = \"\" }}\n\
             [component.a]\nsource = \"a.wasm\"\nallowed_outbound_hosts = {hosts}\n\
             variables = {{ postgres_url = \"{{{{ postgres_url }}}}\", redis_url = \"{{{{ redis_url }}}}\" }}\n"
        );
        std::fs::write(&path, manifest).expect("a manifest");
        std::fs::write(folder.path().join("runtime-config.toml"), runtime).expect("a runtime configuration");
        let manifest = Manifest::load(&path).expect("a manifest");
        let mut options = Options::new(&path);
        options.variables = values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let config = RuntimeConfig::for_application(&options, &manifest).expect("a runtime configuration");
        let variables = Variables::new(&manifest, &config, &options, |_| Ok(BTreeMap::new())).expect("variables");
        let mut findings = Findings::default();
        check(&manifest.components["a"], &variables, &config, &mut findings);
        (findings.errors, findings.warnings)
    }

    const PRIVATE: &str = "[outbound_networking]\nblock_networks = [\"private\"]";

    #[test]
    fn what_is_reached_here_and_not_on_spin_is_named() {
        for (host, named) in [
            ("http://localhost", true),
            ("redis://10.0.0.1", true),
            ("https://[fd00::1]", true),
            ("http://cache", true),
            ("http://api.internal", true),
            ("http://self", true),
            ("http://1.1.1.1", false),
            ("https://api.example.com", false),
            ("http://other.spin.internal", false),
            ("postgres://localhost", false),
            ("http://*", true),
        ] {
            let (errors, warnings) = findings(&format!("[\"{host}\"]"), PRIVATE, &[]);
            assert!(errors.is_empty(), "{errors:?}");
            assert_eq!(warnings.len(), usize::from(named), "{host}: {warnings:?}");
            assert!(warnings.iter().all(|warning| warning.contains("--spin-exact")), "{warnings:?}");
            let (errors, warnings) = findings(&format!("[\"{host}\"]"), "", &[]);
            assert!(errors.is_empty() && warnings.is_empty(), "{host}: {warnings:?}");
        }
    }

    #[test]
    fn what_spin_reaches_and_this_host_does_not_is_named() {
        let blocked = "[outbound_networking]\nblock_networks = [\"10.0.0.0/8\"]";
        for (host, named) in [("postgres://db", true), ("*://*:*", true), ("http://db", false)] {
            let (_, warnings) = findings(&format!("[\"{host}\"]"), blocked, &[]);
            assert_eq!(warnings.iter().any(|warning| warning.contains("PostgreSQL")), named, "{host}: {warnings:?}");
        }
    }

    #[test]
    fn a_url_that_the_allow_list_does_not_grant_is_an_error_that_shows_no_password() {
        let hosts = r#"["{{ postgres_address }}", "{{ redis_address }}"]"#;
        for (values, expected) in [
            (&[][..], None),
            (&[("postgres_url", "postgres://u:secret@db/x")], Some("postgres://db:5432")),
            (
                &[("postgres_url", "postgres://u:secret@db/x"), ("postgres_address", "postgres://old:5432")],
                Some("postgres://db:5432"),
            ),
            (&[("postgres_url", "postgres://u:secret@db/x"), ("postgres_address", "postgres://db")], None),
            (
                &[("postgres_url", "postgres://u:secret@db:5433/x"), ("postgres_address", "postgres://db")],
                Some("postgres://db:5433"),
            ),
            (&[("redis_url", "redis://:secret@cache"), ("redis_address", "redis://cache:6379")], None),
            (
                &[("redis_url", "redis://:secret@cache"), ("redis_address", "rediss://cache:6379")],
                Some("redis://cache:6379"),
            ),
            (&[("redis_url", "redis://:secret@cache")], Some("redis://cache:6379")),
            (&[("redis_url", "rediss://:secret@cache:6380"), ("redis_address", "rediss://cache:6380")], None),
        ] {
            let (errors, warnings) = findings(hosts, "", values);
            assert_eq!(errors.len(), usize::from(expected.is_some()), "{values:?}: {errors:?}");
            if let Some(expected) = expected {
                let variable = format!(
                    "SPIN_VARIABLE_{}_ADDRESS={expected}.",
                    expected[..expected.find(':').expect("a URL")].to_uppercase()
                );
                assert!(errors[0].ends_with(&variable), "{errors:?}");
            }
            assert!(!format!("{errors:?}{warnings:?}").contains("secret"), "{errors:?}");
        }
        let (errors, warnings) = findings(hosts, "", &[("redis_url", "rediss://:secret@cache")]);
        assert!(errors.is_empty() && warnings[0].contains("rediss://cache:6379"), "{errors:?} {warnings:?}");
    }

    #[test]
    fn an_entry_without_a_host_is_an_error_unless_a_variable_made_it() {
        for (hosts, refused) in [(r#"["http://"]"#, true), (r#"[""]"#, true), (r#"["{{ redis_address }}"]"#, false)] {
            assert_eq!(findings(hosts, "", &[]).0.len(), usize::from(refused), "{hosts}");
        }
    }
}
