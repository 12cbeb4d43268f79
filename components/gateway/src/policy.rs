//! The decision on a request head, and the fields of a response head.

use std::borrow::Cow;

use crate::bindings::exports::kronos::gateway::policy::{Admitted, Field, Refusal, RequestHead, Settings, Verdict};
use crate::cors::{self, Preflight, field};
use crate::headers::{self, Malformed, Received};
use crate::{ids, path};

/// Decides on a request head.
pub fn admit(head: &RequestHead, settings: &Settings) -> Verdict {
    let received = headers::received(&head.headers);
    let fields = received.as_deref().unwrap_or_default();
    let request_id = ids::request_id(headers::single(fields, "x-request-id"), &head.entropy);
    let decided = match received {
        Some(_) => decide(head, fields, settings),
        None => Err(refuse(400, "malformed_header", "The header fields are not what was announced.")),
    };
    match decided {
        Ok(path) => Verdict::Admit(Admitted {
            request_id,
            traceparent: ids::traceparent(headers::single(fields, "traceparent"), &head.entropy),
            // Longer ones are refused.
            path_length: u32::try_from(path.len()).unwrap_or_default(),
            forged: forged(fields),
        }),
        Err(answer) => Verdict::Refuse(Refusal {
            status: answer.status,
            headers: answer.headers,
            key: answer.key.to_owned(),
            detail: answer.detail.into_owned(),
            request_id,
        }),
    }
}

struct Answer {
    status: u16,
    headers: Vec<Field>,
    key: &'static str,
    detail: Cow<'static, str>,
}

fn refuse(status: u16, key: &'static str, detail: impl Into<Cow<'static, str>>) -> Answer {
    Answer { status, headers: Vec::new(), key, detail: detail.into() }
}

fn decide<'a>(head: &'a RequestHead, fields: &[Received<'_>], settings: &Settings) -> Result<&'a str, Answer> {
    if head.path_with_query.len() > path::MAX_PATH_WITH_QUERY {
        return Err(refuse(414, "uri_too_long", "The path and query are longer than 8 KiB."));
    }
    headers::check(fields).map_err(|malformed| match malformed {
        Malformed::TooMany => refuse(431, "headers_too_large", "The request has more than 100 header fields."),
        Malformed::TooLarge => refuse(431, "headers_too_large", "The header fields are larger than 32 KiB."),
        Malformed::Name => refuse(400, "malformed_header", "A header field has an invalid name."),
        Malformed::Value => refuse(400, "malformed_header", "A header field has an invalid value."),
        Malformed::Repeated(name) => {
            refuse(400, "malformed_header", format!("The header field `{name}` came more than once."))
        }
        Malformed::Coding => {
            refuse(501, "unknown_transfer_coding", "The only transfer coding that is understood is `chunked`.")
        }
        Malformed::Framing => {
            refuse(400, "malformed_header", "The request has both `content-length` and `transfer-encoding`.")
        }
    })?;
    if head.authority.as_deref().is_some_and(|authority| authority.contains(['@', '/', '\\', ' '])) {
        return Err(refuse(400, "malformed_header", "The request has an invalid `host`."));
    }
    let path =
        path::check(&head.path_with_query).map_err(|ambiguous| refuse(400, "ambiguous_path", ambiguous.detail()))?;
    // Where browsers may not call at all, it is a request like any other.
    let preflight = preflight_origin(&head.method, fields).filter(|_| !settings.cors_origins.is_empty());
    if let Some(origin) = preflight {
        return Err(match cors::preflight(origin, settings) {
            Preflight::Allowed(headers) => Answer { status: 204, headers, key: "", detail: Cow::default() },
            Preflight::Denied => refuse(403, "origin_not_allowed", "Browsers may not call from this origin."),
        });
    }
    Ok(path)
}

fn preflight_origin<'a>(method: &str, fields: &[Received<'a>]) -> Option<&'a str> {
    if method != "OPTIONS" || headers::single(fields, "access-control-request-method").is_none() {
        return None;
    }
    headers::single(fields, "origin").and_then(|origin| std::str::from_utf8(origin).ok())
}

fn forged(fields: &[Received<'_>]) -> Vec<u32> {
    (0..).zip(fields).filter(|(_, (name, _))| headers::is_forgery(name)).map(|(position, _)| position).collect()
}

/// Fields for a response head. The answers of the API are data: nothing in them may be sniffed, framed, run or cached, unless
/// the handler said otherwise itself.
pub fn seal(status: u16, origin: Option<&str>, settings: &Settings) -> Vec<Field> {
    let mut sealed = Vec::with_capacity(10);
    sealed.push(field("x-content-type-options", "nosniff"));
    sealed.push(field("x-frame-options", "DENY"));
    sealed.push(field("referrer-policy", "no-referrer"));
    sealed.push(field("content-security-policy", "default-src 'none'; frame-ancestors 'none'"));
    sealed.push(field("cross-origin-opener-policy", "same-origin"));
    sealed.push(field("cross-origin-resource-policy", "same-origin"));
    if status != 304 {
        sealed.push(field("cache-control", "no-store"));
    }
    if settings.https {
        sealed.push(field("strict-transport-security", "max-age=31536000; includeSubDomains"));
    }
    cors::seal(origin, settings, &mut sealed);
    sealed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::exports::kronos::gateway::policy::ReceivedFields;

    fn settings(origins: &[&str]) -> Settings {
        Settings { cors_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(), https: false }
    }

    fn flat(fields: &[(&str, &str)]) -> ReceivedFields {
        let length = |part: &str| u32::try_from(part.len()).expect("short");
        ReceivedFields {
            lengths: fields.iter().flat_map(|(name, value)| [length(name), length(value)]).collect(),
            bytes: fields.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()].concat()).collect(),
        }
    }

    fn head(method: &str, path: &str, fields: &[(&str, &str)]) -> RequestHead {
        RequestHead {
            method: method.to_owned(),
            path_with_query: path.to_owned(),
            authority: Some("kronos.example".to_owned()),
            headers: flat(fields),
            entropy: (0..24).collect(),
        }
    }

    fn admitted(verdict: Verdict) -> Admitted {
        match verdict {
            Verdict::Admit(admitted) => admitted,
            Verdict::Refuse(refusal) => panic!("refused with {}: {}", refusal.status, refusal.detail),
        }
    }

    fn refused(verdict: Verdict) -> Refusal {
        match verdict {
            Verdict::Refuse(refusal) => refusal,
            Verdict::Admit(admitted) => panic!("admitted: {} bytes of path", admitted.path_length),
        }
    }

    fn value<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
        fields.iter().find(|(field, _)| field == name).and_then(|(_, value)| std::str::from_utf8(value).ok())
    }

    #[test]
    fn a_plain_request_is_admitted() {
        let admitted = admitted(admit(&head("GET", "/a/b/?c=d", &[("accept", "*/*")]), &settings(&[])));
        assert_eq!(admitted.path_length, 4);
        assert_eq!(admitted.request_id, "000102030405060708090a0b0c0d0e0f");
        assert_eq!(admitted.traceparent, "00-000102030405060708090a0b0c0d0e0f-1011121314151617-00");
        assert!(admitted.forged.is_empty());
    }

    #[test]
    fn forged_fields_are_named() {
        let fields = [("x-kronos-user", "1"), ("accept", "a"), ("Spin_Client_Addr", "b"), ("x-forwarded-user", "root")];
        let admitted = admitted(admit(&head("GET", "/", &fields), &settings(&[])));
        assert_eq!(admitted.forged, [0, 2, 3]);
    }

    #[test]
    fn a_refusal_carries_the_status_and_the_request_id() {
        let long = format!("/{}", "a".repeat(9000));
        for (head, status) in [
            (head("GET", "/a//b", &[("x-request-id", "r-1")]), 400),
            (head("GET", &long, &[("x-request-id", "r-1")]), 414),
            (head("GET", "/", &[("x-request-id", "r-1"), ("host", "a"), ("host", "a")]), 400),
            (head("GET", "/", &[("x-request-id", "r-1"), ("a", &"b".repeat(40_000))]), 431),
            (head("POST", "/", &[("x-request-id", "r-1"), ("transfer-encoding", "gzip")]), 501),
        ] {
            let refusal = refused(admit(&head, &settings(&[])));
            assert_eq!((refusal.status, refusal.request_id.as_str()), (status, "r-1"));
            assert!(!refusal.key.is_empty());
        }
    }

    #[test]
    fn a_refusal_names_the_fault() {
        let refusal = refused(admit(&head("GET", "/", &[("host", "a"), ("Host", "a")]), &settings(&[])));
        assert_eq!(refusal.detail, "The header field `host` came more than once.");
    }

    #[test]
    fn fields_that_do_not_add_up_are_refused() {
        for lengths in [vec![1], vec![1, 5], vec![1, 1], vec![1, u32::MAX]] {
            let mut head = head("GET", "/", &[]);
            head.headers = ReceivedFields { lengths, bytes: b"a:b".to_vec() };
            assert_eq!(refused(admit(&head, &settings(&[]))).status, 400);
        }
    }

    #[test]
    fn user_information_in_the_authority_is_refused() {
        let mut head = head("GET", "/", &[]);
        head.authority = Some("kronos.example@attacker.example".to_owned());
        assert_eq!(refused(admit(&head, &settings(&[]))).status, 400);
    }

    #[test]
    fn a_preflight_is_answered_for_listed_origins_only() {
        let settings = settings(&["https://app.example"]);
        let preflight =
            |origin| head("OPTIONS", "/a", &[("origin", origin), ("access-control-request-method", "POST")]);
        let allowed = refused(admit(&preflight("https://app.example"), &settings));
        assert_eq!(allowed.status, 204);
        assert_eq!(value(&allowed.headers, "access-control-allow-methods"), Some(cors_methods()));
        for origin in ["https://app.example.attacker.example", "https://APP.example", "http://app.example", "null"] {
            assert_eq!(refused(admit(&preflight(origin), &settings)).status, 403, "{origin}");
        }
        assert_eq!(admitted(admit(&head("OPTIONS", "/a", &[]), &settings)).path_length, 2);
    }

    #[test]
    fn without_listed_origins_a_preflight_is_a_request_like_any_other() {
        let fields = [("origin", "https://app.example"), ("access-control-request-method", "POST")];
        assert_eq!(admitted(admit(&head("OPTIONS", "/a", &fields), &settings(&[]))).path_length, 2);
    }

    fn cors_methods() -> &'static str {
        "GET, HEAD, POST, PUT, PATCH, DELETE"
    }

    #[test]
    fn every_response_is_sealed() {
        let sealed = seal(200, None, &settings(&[]));
        assert_eq!(value(&sealed, "x-content-type-options"), Some("nosniff"));
        assert_eq!(value(&sealed, "cache-control"), Some("no-store"));
        assert_eq!(value(&sealed, "strict-transport-security"), None);
        assert_eq!(value(&sealed, "vary"), None);
        assert_eq!(value(&sealed, "access-control-allow-origin"), None);
    }

    #[test]
    fn a_listed_origin_is_echoed_and_varied_on() {
        let settings = settings(&["https://app.example"]);
        let sealed = seal(200, Some("https://app.example"), &settings);
        assert_eq!(value(&sealed, "access-control-allow-origin"), Some("https://app.example"));
        assert_eq!(value(&sealed, "vary"), Some("origin"));
        let sealed = seal(200, Some("https://attacker.example"), &settings);
        assert_eq!(value(&sealed, "access-control-allow-origin"), None);
        assert_eq!(value(&sealed, "vary"), Some("origin"));
    }
}
