//! `allowed_outbound_hosts`: parsing and matching.
//!
//! An entry is `scheme://host[:port]` without path. The scheme is letters or `*`; the host a name, `*`, `*.domain`, an
//! address, a network (`10.0.0.0/8`), `self` or `self.alt`; the port a number, `*` or `first..end` without `end`.

use std::{net::IpAddr, ops::Range};

use ipnet::IpNet;

use super::template::{self, Template};

/// Where a component may connect to.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts {
    entries: Vec<Entry>,
}

/// How a connection is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Granted {
    /// By a wildcard or a network, which were not written with this host in mind.
    Matched,
    /// By an entry that names the host, or is its address.
    Named,
}

/// An entry for one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// `None` is every scheme.
    pub scheme: Option<&'a str>,
    /// A name in lower case, or an address without brackets.
    pub host: String,
}

#[derive(Clone, Debug)]
struct Entry {
    /// `None` is every scheme.
    scheme: Option<String>,
    host: Host,
    ports: Range<u32>,
}

#[derive(Clone, Debug)]
enum Host {
    Any,
    /// The domain with its leading dot.
    Subdomains(String),
    /// The application itself, reached by relative URLs.
    Own,
    Name(String),
    Network(IpNet),
}

/// Why an allow-list is not usable.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An entry breaks the grammar.
    #[error("`{entry}` is not an allowed host: {reason}")]
    Invalid {
        /// The entry after its templates were resolved.
        entry: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A template has no value.
    #[error("the template `{template}` of `allowed_outbound_hosts` has no value: {source}")]
    Template {
        /// The entry as written.
        template: String,
        /// What is missing.
        source: template::Error,
    },
}

impl AllowedHosts {
    /// Reads entries without templates; those that are empty or only `http://` or `https://` are dropped.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let mut parsed = Vec::new();
        for text in entries {
            let text = text.trim();
            if matches!(text, "" | "http://" | "https://") {
                continue;
            }
            parsed.push(Entry::parse(text).map_err(|reason| Error::Invalid { entry: text.into(), reason })?);
        }
        Ok(Self { entries: parsed })
    }

    /// Reads entries after replacing their templates with what `value` returns.
    pub fn resolve(
        templates: &[Template],
        value: impl Fn(&Template) -> Result<String, template::Error>,
    ) -> Result<Self, Error> {
        let mut entries = Vec::with_capacity(templates.len());
        for template in templates {
            entries.push(
                value(template).map_err(|source| Error::Template { template: template.as_str().into(), source })?,
            );
        }
        Self::parse(entries.iter().map(String::as_str))
    }

    /// How a connection to `scheme://host:port` is granted, if it is; an IPv6 host may have brackets.
    pub fn grant(&self, scheme: &str, host: &str, port: u16) -> Option<Granted> {
        let host = canonical(host);
        let entries = self.entries.iter().filter(|entry| entry.reaches(scheme, port));
        entries.filter_map(|entry| entry.host.grant(&host)).max()
    }

    /// Whether a connection to `scheme://host:port` is granted.
    pub fn allows(&self, scheme: &str, host: &str, port: u16) -> bool {
        self.grant(scheme, host, port).is_some()
    }

    /// Whether the component may call its own application by relative URLs or `self.alt`.
    pub fn allows_self(&self, scheme: &str) -> bool {
        self.entries.iter().any(|entry| entry.has_scheme(scheme) && matches!(entry.host, Host::Own | Host::Any))
    }

    /// The entries that name a host or are its address.
    pub fn named(&self) -> impl Iterator<Item = Named<'_>> {
        self.entries.iter().filter_map(|entry| {
            let host = match &entry.host {
                Host::Name(name) => name.clone(),
                Host::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                    network.addr().to_string()
                }
                _ => return None,
            };
            Some(Named { scheme: entry.scheme.as_deref(), host })
        })
    }

    /// Whether an entry is for `scheme`, or for every scheme.
    pub fn has_scheme(&self, scheme: &str) -> bool {
        self.entries.iter().any(|entry| entry.has_scheme(scheme))
    }

    /// Whether nothing is granted.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Entry {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "insecure:allow-all" {
            return Err("it was removed in manifest version 2; every host is `*://*:*`");
        }
        let (scheme, rest) = text.split_once("://").ok_or("it has no scheme, such as `https://`")?;
        let scheme = match scheme {
            "*" => None,
            scheme if !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                Some(scheme.to_ascii_lowercase())
            }
            _ => return Err("a scheme has letters only"),
        };
        let (host, port) = split_port(rest)?;
        let host = Host::parse(host)?;
        let ports = match port {
            Some("*") => 0..65536,
            Some(port) => match port.split_once("..") {
                Some((first, end)) => u32::from(number(first)?)..u32::from(number(end)?),
                None => single(number(port)?),
            },
            None => single(default_port(scheme.as_deref()).ok_or("the scheme has no default port: add one")?),
        };
        Ok(Self { scheme, host, ports })
    }

    fn has_scheme(&self, scheme: &str) -> bool {
        self.scheme.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(scheme))
    }

    fn reaches(&self, scheme: &str, port: u16) -> bool {
        self.has_scheme(scheme) && self.ports.contains(&u32::from(port))
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.to_ascii_lowercase();
        if let Ok(address) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network.trunc()));
        }
        match text.as_str() {
            "" => return Err("it has no host"),
            "*" => return Ok(Self::Any),
            "self" | "self.alt" => return Ok(Self::Own),
            _ => {}
        }
        if text.contains('/') {
            return Err("a path is not allowed");
        }
        if text.contains(['@', '{', '}', '?', '#', '\\']) || text.contains(char::is_whitespace) {
            return Err("only a host and a port may follow the scheme");
        }
        if text.contains(['[', ']', ':']) {
            return Err("an IPv6 address stands in brackets: `[::1]`");
        }
        // The root has a dot of its own: `example.com.` is the same host.
        let host = text.trim_end_matches('.');
        match host.strip_prefix('*') {
            None if host.is_empty() => Err("it has no host"),
            Some(domain) if domain.starts_with('.') && domain.len() > 1 && !domain.contains('*') => {
                Ok(Self::Subdomains(domain.into()))
            }
            None if !host.contains('*') => Ok(Self::Name(host.into())),
            _ => Err("a wildcard is `*` or `*.domain`"),
        }
    }

    fn grant(&self, host: &str) -> Option<Granted> {
        let (granted, how) = match self {
            Self::Any => (true, Granted::Matched),
            Self::Own => (false, Granted::Matched),
            Self::Subdomains(domain) => {
                (host.len() > domain.len() && host.ends_with(domain.as_str()), Granted::Matched)
            }
            Self::Name(name) => (name == host, Granted::Named),
            Self::Network(network) => {
                let is_one = network.prefix_len() == network.max_prefix_len();
                let how = if is_one { Granted::Named } else { Granted::Matched };
                (host.parse::<IpAddr>().is_ok_and(|address| network.contains(&address)), how)
            }
        };
        granted.then_some(how)
    }
}

/// Splits `host[:port]`, where the host may be a network or an IPv6 address in brackets; one trailing `/` is dropped.
fn split_port(rest: &str) -> Result<(&str, Option<&str>), &'static str> {
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if let Some(bracketed) = rest.strip_prefix('[') {
        let (host, port) = bracketed.split_once(']').ok_or("`[` has no `]`")?;
        return match port.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if port.is_empty() => Ok((host, None)),
            None => Err("only a port may follow `]`"),
        };
    }
    match rest.rsplit_once(':') {
        Some((_, port)) if port.contains('/') => Err("a path is not allowed"),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((rest, None)),
    }
}

fn number(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "a port is a number up to 65535, `*`, or `first..end`")
}

fn single(port: u16) -> Range<u32> {
    u32::from(port)..u32::from(port) + 1
}

fn default_port(scheme: Option<&str>) -> Option<u16> {
    match scheme? {
        "http" => Some(80),
        "https" => Some(443),
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        _ => None,
    }
}

fn canonical(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> AllowedHosts {
        AllowedHosts::parse(entries.iter().copied()).expect("a valid list")
    }

    fn reason(entry: &str) -> String {
        match AllowedHosts::parse([entry]) {
            Ok(_) => panic!("`{entry}` was accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_empty_list_grants_nothing() {
        assert!(!list(&[]).allows("https", "example.com", 443));
        assert!(list(&["", "http://", "https://", "  "]).is_empty());
    }

    #[test]
    fn scheme_host_and_port_must_all_match() {
        let hosts = list(&["https://example.com"]);
        assert!(hosts.allows("https", "example.com", 443));
        assert!(hosts.allows("HTTPS", "Example.COM", 443));
        assert!(!hosts.allows("http", "example.com", 443));
        assert!(!hosts.allows("https", "example.com", 8443));
        assert!(!hosts.allows("https", "www.example.com", 443));
        assert!(!hosts.allows("https", "notexample.com", 443));
    }

    #[test]
    fn each_known_scheme_has_its_default_port() {
        for (scheme, port) in
            [("http", 80), ("https", 443), ("postgres", 5432), ("mysql", 3306), ("redis", 6379), ("mqtt", 1883)]
        {
            let entry = format!("{scheme}://db");
            assert!(list(&[&entry]).allows(scheme, "db", port));
            assert!(!list(&[&entry]).allows(scheme, "db", port + 1));
        }
        assert!(reason("tcp://db").contains("default port"));
        assert!(reason("*://db").contains("default port"));
    }

    #[test]
    fn the_dot_of_the_root_makes_no_other_host() {
        for (entry, host) in [("https://example.com.", "example.com"), ("https://*.example.com.", "a.example.com")] {
            let hosts = list(&[entry]);
            assert!(hosts.allows("https", host, 443), "{entry}");
            assert!(hosts.allows("https", &format!("{host}."), 443), "{entry}");
        }
    }

    #[test]
    fn subdomain_wildcards_match_below_the_domain_only() {
        let hosts = list(&["https://*.example.com"]);
        assert!(hosts.allows("https", "a.example.com", 443));
        assert!(hosts.allows("https", "a.b.example.com", 443));
        assert!(!hosts.allows("https", "example.com", 443));
        assert!(!hosts.allows("https", ".example.com", 443));
        assert!(!hosts.allows("https", "evilexample.com", 443));
    }

    #[test]
    fn chained_components_are_hosts_like_any_other() {
        let one = list(&["http://identity.spin.internal"]);
        assert!(one.allows("http", "identity.spin.internal", 80));
        assert!(!one.allows("http", "reports.spin.internal", 80));
        assert!(list(&["http://*.spin.internal"]).allows("http", "reports.spin.internal", 80));
    }

    #[test]
    fn everything_is_allowed_only_when_written_out() {
        let hosts = list(&["*://*:*"]);
        assert!(hosts.allows("tcp", "10.0.0.1", 1));
        assert!(hosts.allows("anything", "anywhere", u16::MAX));
        assert!(hosts.allows_self("http"));
        assert!(reason("insecure:allow-all").contains("*://*:*"));
    }

    #[test]
    fn port_ranges_exclude_their_end() {
        let hosts = list(&["tcp://db:5000..5003", "tcp://top:65535"]);
        for (port, granted) in [(4999, false), (5000, true), (5002, true), (5003, false)] {
            assert_eq!(hosts.allows("tcp", "db", port), granted, "{port}");
        }
        assert!(hosts.allows("tcp", "top", 65535));
        assert!(reason("tcp://db:a").contains("port"));
        assert!(reason("tcp://db:1..b").contains("port"));
        assert!(reason("tcp://db:65536").contains("port"));
    }

    #[test]
    fn networks_match_addresses_inside() {
        let hosts = list(&["redis://10.1.2.3/8:6379", "http://[::1]:8080", "http://192.0.2.1"]);
        assert!(hosts.allows("redis", "10.255.0.1", 6379));
        assert!(!hosts.allows("redis", "11.0.0.1", 6379));
        assert!(!hosts.allows("redis", "ten.example.com", 6379));
        assert!(hosts.allows("http", "[::1]", 8080));
        assert!(hosts.allows("http", "::1", 8080));
        assert!(hosts.allows("http", "192.0.2.1", 80));
    }

    #[test]
    fn own_application_is_reached_by_relative_urls_only() {
        for entry in ["http://self", "http://self.alt"] {
            let hosts = list(&[entry]);
            assert!(hosts.allows_self("http"));
            assert!(!hosts.allows_self("https"));
            assert!(!hosts.allows("http", "self", 80));
        }
        assert!(!list(&["http://example.com"]).allows_self("http"));
    }

    #[test]
    fn wildcards_and_networks_do_not_name_a_host() {
        for (entries, scheme, host, port, granted) in [
            (&["postgres://127.0.0.1:5433"][..], "postgres", "127.0.0.1", 5433, Some(Granted::Named)),
            (&["http://10.0.0.1/32"], "http", "10.0.0.1", 80, Some(Granted::Named)),
            (&["http://[fd00::1]"], "http", "[fd00::1]", 80, Some(Granted::Named)),
            (&["http://localhost:80"], "http", "localhost", 80, Some(Granted::Named)),
            (&["http://*", "http://localhost"], "http", "localhost", 80, Some(Granted::Named)),
            (&["http://localhost", "http://*"], "http", "localhost", 80, Some(Granted::Named)),
            (&["http://localhost", "http://*:*"], "http", "localhost", 81, Some(Granted::Matched)),
            (&["http://10.0.0.0/8"], "http", "10.0.0.1", 80, Some(Granted::Matched)),
            (&["http://*"], "http", "10.0.0.1", 80, Some(Granted::Matched)),
            (&["http://*.local"], "http", "a.local", 80, Some(Granted::Matched)),
            (&["http://localhost:80"], "http", "localhost", 81, None),
        ] {
            assert_eq!(list(entries).grant(scheme, host, port), granted, "{entries:?} {host}:{port}");
        }
    }

    #[test]
    fn malformed_entries_are_refused_with_the_reason() {
        for (entry, part) in [
            ("example.com", "scheme"),
            ("*", "scheme"),
            ("ht-tp://a", "letters"),
            ("://a", "letters"),
            ("http://a/path", "path"),
            ("http://a:80/path", "path"),
            ("http://:80", "host"),
            ("http://user@a", "host and a port"),
            ("http://a*b", "wildcard"),
            ("http://*.a.*", "wildcard"),
            ("http://*a.com", "wildcard"),
            ("http://{a,b}", "host and a port"),
            ("http://[::1", "]"),
            ("http://.", "no host"),
            ("http://*.", "wildcard"),
            ("http://*..", "wildcard"),
            ("http://::1", "brackets"),
            ("http://a:b:80", "brackets"),
            ("http://a]:80", "brackets"),
            ("http://a\\b", "host and a port"),
        ] {
            let text = reason(entry);
            assert!(text.contains(part) && text.contains(entry), "{text}");
        }
        assert!(list(&["http://example.com/"]).allows("http", "example.com", 80));
    }

    #[test]
    fn every_literal_entry_grants_exactly_what_it_names() {
        for scheme in ["http", "tcp", "redis"] {
            for host in ["a", "a.b", "10.0.0.1"] {
                for port in [1, 80, 65535] {
                    let hosts = list(&[&format!("{scheme}://{host}:{port}")]);
                    for other_scheme in ["http", "tcp", "redis"] {
                        for other_host in ["a", "a.b", "10.0.0.1", "b"] {
                            for other_port in [1, 80, 81, 65535] {
                                assert_eq!(
                                    hosts.allows(other_scheme, other_host, other_port),
                                    (scheme, host, port) == (other_scheme, other_host, other_port)
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}
