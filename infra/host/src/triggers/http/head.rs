//! The head of a request: what a client may say, and what the host adds for the component.

use std::{fmt::Write as _, net::SocketAddr};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::HOST,
    request::Parts,
    uri::{self, Authority, InvalidUriParts, PathAndQuery, Scheme},
};

use super::{
    request_id,
    router::{Match, PARAMETERS, Route},
};

const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

/// The domain of the components of an application.
const INTERNAL: &[u8] = b"spin.internal";

/// Header fields that do not depend on the request, made once per route.
#[derive(Debug)]
pub struct RouteHeaders {
    matched: HeaderValue,
    component: HeaderValue,
    raw_component: HeaderValue,
    parameters: Vec<HeaderName>,
}

impl RouteHeaders {
    /// The fields of `route`, which is written as `raw` in the manifest.
    pub fn new(route: &Route) -> Self {
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
        let parameter = |name: &String| {
            HeaderName::try_from(format!("spin-path-match-{}", name.to_ascii_lowercase().replace('_', "-"))).ok()
        };
        Self {
            matched: value(&route.raw),
            component: value(route.prefix()),
            raw_component: value(&route.raw),
            parameters: route.parameters.iter().filter_map(parameter).take(PARAMETERS).collect(),
        }
    }

    /// The fields of a request from within the process, as if it had come in by the route `/...`.
    pub fn chained() -> Self {
        Self::new(&Route { raw: "/...".into(), parameters: Vec::new() })
    }

    /// Makes `head`, of a request to `authority` from within the process, look as if it had come in by this route; returns its id.
    pub fn enter(&self, head: &mut Parts, authority: Authority) -> Result<HeaderValue, InvalidUriParts> {
        let path = head.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        strip(&mut head.headers);
        let id = request_id::of(&mut head.headers);
        let found = Match { target: (), parameters: [""; PARAMETERS], path_info: path.path() };
        let full_url = full_url(&authority, path.as_str());
        self.add(&mut head.headers, &found, full_url, HeaderValue::from_static("0.0.0.0:0"));
        let mut uri = uri::Parts::default();
        (uri.scheme, uri.authority, uri.path_and_query) = (Some(Scheme::HTTP), Some(authority), Some(path));
        head.uri = Uri::from_parts(uri)?;
        Ok(id)
    }

    /// Adds the fields to a request.
    pub fn add<T>(&self, headers: &mut HeaderMap, found: &Match<'_, T>, full_url: HeaderValue, client: HeaderValue) {
        headers.reserve(7 + self.parameters.len());
        headers.insert(PATH_INFO, path_value(found.path_info));
        headers.insert(FULL_URL, full_url);
        headers.insert(MATCHED_ROUTE, self.matched.clone());
        headers.insert(COMPONENT_ROUTE, self.component.clone());
        headers.insert(RAW_COMPONENT_ROUTE, self.raw_component.clone());
        headers.insert(BASE_PATH, HeaderValue::from_static("/"));
        headers.insert(CLIENT_ADDR, client);
        for (name, value) in self.parameters.iter().zip(&found.parameters) {
            headers.insert(name.clone(), path_value(value));
        }
    }
}

/// Part of a path, which hyper has checked to be without control characters.
fn path_value(text: &str) -> HeaderValue {
    if text.is_empty() {
        return HeaderValue::from_static("");
    }
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// `spin-client-addr` of a connection.
pub fn client_addr(address: SocketAddr) -> HeaderValue {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(text, "{address}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("0.0.0.0:0"))
}

/// Removes what only the host and the gateway may say.
pub fn strip(headers: &mut HeaderMap) {
    let reserved = |name: &HeaderName| name.as_str().starts_with("spin-") || name.as_str().starts_with("x-kronos-");
    // The rule: nobody sends any, and nothing is allocated.
    if !headers.keys().any(reserved) {
        return;
    }
    let names: Vec<HeaderName> = headers.keys().filter(|name| reserved(name)).cloned().collect();
    for name in names {
        headers.remove(&name);
    }
}

/// Why a request has no usable authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostError {
    /// No `Host`, or several.
    Missing,
    /// Not `host[:port]`.
    Invalid,
    /// `Host` and the authority of the URI differ.
    Contradiction,
}

impl HostError {
    /// For the client.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Missing => "The request needs exactly one Host field.",
            Self::Invalid => "The Host field is not a valid host and port.",
            Self::Contradiction => "The Host field contradicts the request target.",
        }
    }
}

/// Whom the request is addressed to.
pub fn authority(uri: &Uri, headers: &HeaderMap) -> Result<Authority, HostError> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (_, Some(_)) => return Err(HostError::Missing),
        (None, None) => None,
        (Some(host), None) => Some(Authority::try_from(host.as_bytes()).map_err(|_| HostError::Invalid)?),
    };
    let authority = match (host, uri.authority()) {
        (None, None) => return Err(HostError::Missing),
        (Some(host), None) => host,
        (None, Some(authority)) => authority.clone(),
        (Some(host), Some(authority)) if host == *authority => host,
        (Some(_), Some(_)) => return Err(HostError::Contradiction),
    };
    // User information does not belong in an HTTP request.
    if authority.host().is_empty() || authority.as_str().contains('@') {
        return Err(HostError::Invalid);
    }
    Ok(authority)
}

/// Whether `host` is a name by which the components of an application call each other: a client that uses it may want to be taken for
/// one of them.
pub fn is_internal(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).as_bytes();
    let (domain, rest) = match host.len().checked_sub(INTERNAL.len()) {
        Some(start) => (&host[start..], &host[..start]),
        None => return false,
    };
    domain.eq_ignore_ascii_case(INTERNAL) && (rest.is_empty() || rest.ends_with(b"."))
}

/// `http://authority/path?query`, in one allocation.
pub fn full_url(authority: &Authority, path_and_query: &str) -> HeaderValue {
    let mut url = BytesMut::with_capacity(7 + authority.as_str().len() + path_and_query.len());
    url.extend_from_slice(b"http://");
    url.extend_from_slice(authority.as_str().as_bytes());
    url.extend_from_slice(path_and_query.as_bytes());
    let url: Bytes = url.freeze();
    HeaderValue::from_maybe_shared(url).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_client_cannot_say_what_the_host_says() {
        let mut headers = headers(&[
            ("spin-client-addr", "1.2.3.4:5"),
            ("x-kronos-user", "admin"),
            ("x-request-id", "a"),
            ("accept", "*/*"),
        ]);
        headers.append("spin-client-addr", HeaderValue::from_static("again"));
        strip(&mut headers);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["accept", "x-request-id"]);
    }

    #[test]
    fn the_authority_is_unambiguous() {
        let of = |uri: &'static str, fields: &[(&'static str, &'static str)]| {
            authority(&Uri::from_static(uri), &headers(fields)).map(|authority| authority.to_string())
        };
        assert_eq!(of("/x", &[("host", "a:80")]).as_deref(), Ok("a:80"));
        assert_eq!(of("http://a/x", &[]).as_deref(), Ok("a"));
        assert_eq!(of("http://a/x", &[("host", "a")]).as_deref(), Ok("a"));
        assert_eq!(of("http://a/x", &[("host", "b")]), Err(HostError::Contradiction));
        assert_eq!(of("/x", &[]), Err(HostError::Missing));
        assert_eq!(of("/x", &[("host", "a b")]), Err(HostError::Invalid));
        assert_eq!(of("/x", &[("host", "")]), Err(HostError::Invalid));
        assert_eq!(of("/x", &[("host", "u@a")]), Err(HostError::Invalid));
        let mut twice = headers(&[("host", "a")]);
        twice.append(HOST, HeaderValue::from_static("b"));
        assert_eq!(authority(&Uri::from_static("/x"), &twice), Err(HostError::Missing));
    }

    #[test]
    fn internal_names_are_recognised() {
        for host in ["reports.spin.internal", "a.b.SPIN.Internal", "spin.internal", "reports.spin.internal."] {
            assert!(is_internal(host), "{host}");
        }
        for host in ["reports.spin.internal.example.com", "myspin.internal", "internal", "localhost", "127.0.0.1"] {
            assert!(!is_internal(host), "{host}");
        }
    }

    #[test]
    fn a_component_learns_how_it_was_reached() {
        let mut router = super::super::router::Router::default();
        let (route, _) = router.insert("/o/:Organization_Id/...", ()).expect("a valid route");
        let mut headers = HeaderMap::new();
        let found = router.find("/o/7/x/").expect("a match");
        let url = full_url(&Authority::from_static("h:1"), "/o/7/x/?q");
        RouteHeaders::new(&route).add(&mut headers, &found, url, client_addr(([127, 0, 0, 1], 9).into()));
        for (name, value) in [
            ("spin-path-info", "/x/"),
            ("spin-full-url", "http://h:1/o/7/x/?q"),
            ("spin-matched-route", "/o/:Organization_Id/..."),
            ("spin-component-route", "/o/:Organization_Id"),
            ("spin-raw-component-route", "/o/:Organization_Id/..."),
            ("spin-base-path", "/"),
            ("spin-client-addr", "127.0.0.1:9"),
            ("spin-path-match-organization-id", "7"),
        ] {
            assert_eq!(headers.get(name).map(HeaderValue::as_bytes), Some(value.as_bytes()), "{name}");
        }
    }
}
