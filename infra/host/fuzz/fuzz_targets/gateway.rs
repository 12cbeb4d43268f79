//! What the gateway admits means the same to every reader of it.
//!
//! The input is a request head: a line with method and path, one with the authority, and then one field a line.
#![no_main]
#![expect(dead_code, reason = "the sources of a component, of which some is called through its interface only")]

#[path = "../../../../components/gateway/src/cors.rs"]
mod cors;
#[path = "../../../../components/gateway/src/headers.rs"]
mod headers;
#[path = "../../../../components/gateway/src/ids.rs"]
mod ids;
#[path = "../../../../components/gateway/src/path.rs"]
mod path;
#[path = "../../../../components/gateway/src/policy.rs"]
mod policy;

mod bindings {
    wit_bindgen::generate!({ path: "../../../wit/gateway", world: "gateway" });
}

use bindings::exports::kronos::gateway::policy::{ReceivedFields, RequestHead, Settings, Verdict};
use libfuzzer_sys::fuzz_target;

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(encoded) if *byte == b'%' => {
                bytes.push(encoded);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    bytes
}

fn check_path(path: &str) {
    assert!(path.starts_with('/') && path.is_ascii());
    assert_eq!(path::check(path), Ok(path), "a second look changes it");
    assert!(path == "/" || !path.ends_with('/'));
    let raw: Vec<_> = path.split('/').map(str::to_owned).collect();
    let decoded = decoded(path);
    let segments: Vec<_> = decoded.split(|byte| *byte == b'/').collect();
    assert_eq!(raw.len(), segments.len(), "a slash is encoded: {path}");
    for segment in &segments[1..] {
        assert!(path == "/" || !segment.is_empty(), "{path}");
        assert!(!matches!(segment, [b'.'] | [b'.', b'.']), "{path}");
        assert!(!segment.iter().any(|byte| byte.is_ascii_control() || b"%\\;".contains(byte)), "{path}");
    }
    // Browsers and proxies in front read it as we do (WHATWG URL), with whatever stands before it.
    let url = url::Url::parse(&format!("http://host{path}")).expect("a URL");
    assert_eq!(url.path(), path);
    assert_eq!(url.host_str(), Some("host"));
    assert_eq!(url.join(path).expect("a reference").path(), path);
}

fuzz_target!(|data: &[u8]| {
    let mut lines = data.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let Ok(first) = std::str::from_utf8(first) else { return };
    let (method, target) = first.split_once(' ').unwrap_or(("GET", first));
    let Ok(authority) = std::str::from_utf8(lines.next().unwrap_or_default()) else { return };
    let mut received = ReceivedFields { lengths: Vec::new(), bytes: Vec::new() };
    let mut names = Vec::new();
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = (&line[..at], line.get(at + 1..).unwrap_or_default());
        for part in [name, value] {
            received.lengths.push(part.len().try_into().expect("short"));
            received.bytes.extend(part);
        }
        names.push(name);
    }
    let authority = (!authority.is_empty()).then(|| authority.to_owned());
    let settings = Settings { cors_origins: vec!["https://app.example".into()], https: true };
    let head = RequestHead {
        method: method.into(),
        path_with_query: target.into(),
        authority,
        headers: received,
        entropy: (0..24).collect(),
    };
    let request_id = match policy::admit(&head, &settings) {
        Verdict::Refuse(refusal) => {
            assert!(matches!(refusal.status, 204 | 400..500 | 501));
            assert_eq!(refusal.status == 204, refusal.key.is_empty());
            refusal.request_id
        }
        Verdict::Admit(admitted) => {
            // Those that look like the host's have a limit of their own.
            assert!(target.len() <= path::MAX_PATH_WITH_QUERY && names.len() <= 2 * headers::MAX_FIELDS);
            let path = target.get(..admitted.path_length as usize).expect("a boundary within the target");
            let rest = &target[path.len()..];
            assert!(matches!(rest.strip_prefix('/').unwrap_or(rest).chars().next(), None | Some('?')), "{target}");
            check_path(path);

            let forged = |name: &&[u8]| {
                let name = String::from_utf8_lossy(name).to_ascii_lowercase().replace('_', "-");
                ["x-kronos-", "spin-"].iter().any(|prefix| name.starts_with(prefix)) || name == "remote-user"
            };
            for (at, name) in names.iter().enumerate() {
                assert!(!name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic() && *byte != b','));
                let is_named = admitted.forged.contains(&at.try_into().expect("few"));
                assert!(is_named || !forged(name), "{}", String::from_utf8_lossy(name));
            }
            assert!(admitted.forged.is_sorted() && admitted.forged.iter().all(|at| (*at as usize) < names.len()));
            let count = |wanted: &str| names.iter().filter(|name| name.eq_ignore_ascii_case(wanted.as_bytes())).count();
            assert!(count("host") <= 1 && count("content-length") + count("transfer-encoding") <= 1);

            let parts: Vec<_> = admitted.traceparent.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [2, 32, 16, 2]);
            assert!(parts.concat().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
            admitted.request_id
        }
    };
    assert!((1..=128).contains(&request_id.len()));
    assert!(request_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte)));
});
