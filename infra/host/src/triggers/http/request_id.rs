//! Request ids: UUIDv7, made once per request where the client sent none that can be used.

use std::{
    cell::Cell,
    hash::{BuildHasher as _, RandomState},
    time::{SystemTime, UNIX_EPOCH},
};

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// `x-request-id`.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id of a client that is taken over.
const LONGEST: usize = 128;

/// The id of the request with `headers`, which then have this one alone, so that the guest logs the same.
pub fn of(headers: &mut HeaderMap) -> HeaderValue {
    let mut ids = headers.get_all(&X_REQUEST_ID).iter();
    let id = match (ids.next(), ids.next()) {
        (Some(only), None) if usable(only.as_bytes()) => return only.clone(),
        (Some(first), Some(_)) if usable(first.as_bytes()) => first.clone(),
        _ => new(),
    };
    headers.insert(X_REQUEST_ID, id.clone());
    id
}

/// A new id.
pub fn new() -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let text: &str = uuid().hyphenated().encode_lower(&mut buffer);
    // A UUID consists of visible ASCII.
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn usable(id: &[u8]) -> bool {
    !id.is_empty()
        && id.len() <= LONGEST
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte))
}

#[expect(clippy::disallowed_methods, reason = "the host is where the clock of requests comes from")]
fn milliseconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// Ids only have to be distinct, so a generator per thread without a lock or a system call is enough.
fn uuid() -> Uuid {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(RandomState::new().hash_one(std::thread::current().id()));
    }
    let next = || {
        STATE.with(|state| {
            // SplitMix64 (Steele, Lea, Flood 2014).
            let seed = state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            state.set(seed);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        })
    };
    let mut random = [0; 10];
    random[..8].copy_from_slice(&next().to_le_bytes());
    random[8..].copy_from_slice(&next().to_le_bytes()[..2]);
    uuid::Builder::from_unix_timestamp_millis(milliseconds(), &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_and_of_version_7() {
        let (a, b) = (uuid(), uuid());
        assert_ne!(a, b);
        assert_eq!(a.get_version_num(), 7);
    }

    #[test]
    fn a_sane_id_of_the_client_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_static("abc-1"));
        assert_eq!(of(&mut headers), "abc-1");
        headers.insert(X_REQUEST_ID, HeaderValue::from_static("a b\"<script>"));
        let id = of(&mut headers);
        assert_ne!(id, "a b\"<script>");
        assert_eq!(headers.get(&X_REQUEST_ID), Some(&id), "the guest sees the one that is logged");
    }

    #[test]
    fn of_several_ids_the_guest_sees_the_one_that_is_logged() {
        let ids = |ids: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for id in ids {
                headers.append(X_REQUEST_ID, HeaderValue::from_static(id));
            }
            let logged = of(&mut headers);
            assert_eq!(headers.get_all(&X_REQUEST_ID).iter().collect::<Vec<_>>(), [&logged], "{ids:?}");
            logged
        };
        assert_eq!(ids(&["first", "second"]), "first");
        assert_eq!(ids(&["first", "<script>", "third"]), "first");
        assert!(Uuid::try_parse_ascii(ids(&["<script>", "second"]).as_bytes()).is_ok());
    }
}
