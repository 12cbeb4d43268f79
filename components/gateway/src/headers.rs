//! Sanity of header fields, and the fields that only we may set.

use memchr::memchr3;

use crate::bindings::exports::kronos::gateway::policy::ReceivedFields;

/// Name and value of a received field.
pub type Received<'a> = (&'a [u8], &'a [u8]);

/// Most fields of a client in a request.
pub const MAX_FIELDS: usize = 100;
/// Most bytes of their names and values together. Tokens are capped at 8 KiB elsewhere.
pub const MAX_BYTES: usize = 32 * 1024;
/// What the names of the host's own fields begin with. A client may send such fields too; they have the same limits by themselves.
const OF_THE_HOST: &[u8] = b"spin-";
/// What a host may add as well.
const REQUEST_ID: &[u8] = b"x-request-id";

/// Why the fields are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    TooMany,
    TooLarge,
    Name,
    Value,
    /// A transfer coding other than `chunked`, which the host has not undone.
    Coding,
    /// The field came more than once and may not.
    Repeated(&'static str),
    /// Both `content-length` and `transfer-encoding`, the classic of request smuggling (RFC 9112, section 6.3).
    Framing,
}

/// Fields that decide where a request ends, where it goes or how it is read: more than one of them is read differently by
/// different programs.
const SINGLE: [&str; 6] = ["host", "content-length", "transfer-encoding", "content-type", "origin", "expect"];

/// The fields one by one; none when their lengths do not add up.
pub fn received(fields: &ReceivedFields) -> Option<Vec<Received<'_>>> {
    let mut rest = fields.bytes.as_slice();
    let mut received = Vec::with_capacity(fields.lengths.len() / 2);
    let (pairs, unpaired) = fields.lengths.as_chunks();
    for &[name_length, value_length] in pairs {
        let name;
        (name, rest) = rest.split_at_checked(usize::try_from(name_length).ok()?)?;
        let value;
        (value, rest) = rest.split_at_checked(usize::try_from(value_length).ok()?)?;
        received.push((name, value));
    }
    (unpaired.is_empty() && rest.is_empty()).then_some(received)
}

/// Checks the fields as a whole.
pub fn check(headers: &[Received<'_>]) -> Result<(), Malformed> {
    let (mut count, mut bytes) = ([0; 2], [0; 2]);
    for (name, value) in headers {
        let by_host = name.get(..OF_THE_HOST.len()).is_some_and(|start| start.eq_ignore_ascii_case(OF_THE_HOST))
            || name.eq_ignore_ascii_case(REQUEST_ID);
        count[usize::from(by_host)] += 1;
        bytes[usize::from(by_host)] += name.len() + value.len();
    }
    if count.iter().any(|count| *count > MAX_FIELDS) {
        return Err(Malformed::TooMany);
    }
    if bytes.iter().any(|bytes| *bytes > MAX_BYTES) {
        return Err(Malformed::TooLarge);
    }
    let mut seen = [false; SINGLE.len()];
    for &(name, value) in headers {
        if name.is_empty() || !name.iter().copied().all(is_token) {
            return Err(Malformed::Name);
        }
        if memchr3(b'\r', b'\n', 0, value).is_some() {
            return Err(Malformed::Value);
        }
        let single = SINGLE.iter().zip(&mut seen).find(|(single, _)| name.eq_ignore_ascii_case(single.as_bytes()));
        if let Some((single, seen)) = single {
            if *seen {
                return Err(Malformed::Repeated(single));
            }
            *seen = true;
        }
        if name.eq_ignore_ascii_case(b"content-length")
            && !(1..20).contains(&value.len()) | !value.iter().all(u8::is_ascii_digit)
        {
            return Err(Malformed::Value);
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") && !value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
            return Err(Malformed::Coding);
        }
    }
    // `content-length` and `transfer-encoding` of `SINGLE`.
    if seen[1] && seen[2] { Err(Malformed::Framing) } else { Ok(()) }
}

/// tchar of RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'-' | b'A'..=b'Z' | b'0'..=b'9') || b"!#$%&'*+.^_`|~".contains(&byte)
}

/// Whether a client could pass itself off as somebody, or as the host, with this field. Servers that map fields to environment
/// variables read `_` as `-`, so both spellings count.
pub fn is_forgery(name: &[u8]) -> bool {
    const PREFIXES: [&str; 5] = ["x-kronos-", "spin-", "x-auth-", "x-authenticated-", "x-remote-"];
    const NAMES: [&str; 12] = [
        "remote-user",
        "x-user",
        "x-user-id",
        "x-email",
        "x-groups",
        "x-forwarded-user",
        "x-forwarded-email",
        "x-forwarded-groups",
        "x-forwarded-preferred-username",
        "x-forwarded-access-token",
        "x-webauth-user",
        "x-token-user-id",
    ];
    PREFIXES.iter().any(|prefix| name.get(..prefix.len()).is_some_and(|start| same(start, prefix.as_bytes())))
        || NAMES.iter().any(|forged| same(name, forged.as_bytes()))
}

fn same(received: &[u8], own: &[u8]) -> bool {
    let fold = |byte: &u8| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    received.len() == own.len() && received.iter().map(fold).eq(own.iter().copied())
}

/// The value of a field that came exactly once.
pub fn single<'a>(headers: &[Received<'a>], name: &str) -> Option<&'a [u8]> {
    let named = |(received, _): &&Received<'_>| received.eq_ignore_ascii_case(name.as_bytes());
    let mut values = headers.iter().filter(named).map(|(_, value)| *value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<'a>(fields: &[(&'a str, &'a str)]) -> Vec<Received<'a>> {
        fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
    }

    #[test]
    fn ordinary_fields_pass() {
        let ordinary = [("host", "a"), ("accept", "*/*"), ("cookie", "a"), ("cookie", "b"), ("content-length", "12")];
        assert_eq!(check(&fields(&ordinary)), Ok(()));
    }

    #[test]
    fn smuggling_is_refused() {
        for (received, reason) in [
            (&[("Host", "a"), ("host", "b")][..], Malformed::Repeated("host")),
            (&[("content-length", "1"), ("content-length", "2")], Malformed::Repeated("content-length")),
            (&[("content-length", "1"), ("Transfer-Encoding", "chunked")], Malformed::Framing),
            (&[("transfer-encoding", "gzip, chunked")], Malformed::Coding),
            (&[("transfer-encoding", "identity")], Malformed::Coding),
            (&[("content-length", "1, 1")], Malformed::Value),
            (&[("content-length", "+1")], Malformed::Value),
            (&[("content-length", "")], Malformed::Value),
            (&[("a", "b\r\nc: d")], Malformed::Value),
            (&[("a b", "c")], Malformed::Name),
            (&[("", "c")], Malformed::Name),
        ] {
            assert_eq!(check(&fields(received)), Err(reason), "{received:?}");
        }
    }

    #[test]
    fn number_and_size_are_bounded() {
        assert_eq!(check(&fields(&[("a", "b"); 101])), Err(Malformed::TooMany));
        let with_hosts =
            [vec![("a", "b"); 100], vec![("spin-full-url", "c"); 15], vec![("x-request-id", "d")]].concat();
        assert_eq!(check(&fields(&with_hosts)), Ok(()), "the host's own do not count");
        assert_eq!(check(&fields(&[("Spin-X", "b"); 101])), Err(Malformed::TooMany));
        let large = "x".repeat(MAX_BYTES);
        assert_eq!(check(&fields(&[("a", &large)])), Err(Malformed::TooLarge));
        let halves = [("a", &large[..20_000]), ("spin-full-url", &large[..20_000])];
        assert_eq!(check(&fields(&halves)), Ok(()));
    }

    #[test]
    fn forged_fields_are_known_in_every_spelling() {
        for name in [
            "x-kronos-user",
            "X_Kronos_User",
            "spin-client-addr",
            "Spin_Full_Url",
            "X-Auth-Request-User",
            "REMOTE_USER",
            "x_user",
        ] {
            assert!(is_forgery(name.as_bytes()), "{name}");
        }
        for name in ["authorization", "x-request-id", "x-forwarded-for", "x-forwarded-uri", "spinner", "user-agent"] {
            assert!(!is_forgery(name.as_bytes()), "{name}");
        }
    }
}
