//! Fetching key sets.

use std::time::Duration;

use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use spin_sdk::http::{EmptyBody, send};
use spin_sdk::time::sleep;

use crate::within;

/// Largest key set.
const LIMIT: usize = 64 * 1024;
/// Time between two looks at what another task fetches. Tasks of one instance can't wake each other.
const PAUSE: Duration = Duration::from_millis(2);

/// A key set that was answered.
#[derive(Debug)]
pub(super) struct Fetched {
    pub jwks: String,
    /// How long ago the issuer itself answered it, in milliseconds (RFC 9111, section 5.1).
    pub age: i64,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("`{0}` is not a URL")]
    Url(String),
    #[error("no answer within {} milliseconds", .0.as_millis())]
    Timeout(Duration),
    #[error("{0}")]
    Transport(String),
    /// A redirect as well: whoever may answer for an issuer is configured, not discovered.
    #[error("the answer was {0}")]
    Status(StatusCode),
    #[error("the answer is larger than {LIMIT} bytes")]
    TooLarge,
    #[error("the answer is not a JSON Web Key Set")]
    NotAKeySet,
}

/// The key set at `uri`, which a cache may answer that is at most `max_age` milliseconds old.
pub(super) async fn jwks(uri: &str, max_age: i64, timeout: Duration) -> Result<Fetched, Error> {
    within(timeout, fetch(uri, max_age)).await.unwrap_or(Err(Error::Timeout(timeout)))
}

/// Waits a little.
pub(super) async fn pause() {
    sleep(PAUSE).await;
}

async fn fetch(uri: &str, max_age: i64) -> Result<Fetched, Error> {
    let request = Request::get(uri)
        .header(header::CACHE_CONTROL, format!("max-age={}", max_age / 1000))
        .header(header::ACCEPT, "application/jwk-set+json, application/json")
        .body(EmptyBody::new())
        .map_err(|_| Error::Url(uri.to_owned()))?;
    let response = send(request).await.map_err(|error| Error::Transport(error.to_string()))?;
    if response.status() != StatusCode::OK {
        return Err(Error::Status(response.status()));
    }
    let age = age(response.headers());
    let mut body = response.into_body();
    let mut received = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::Transport(error.to_string()))?;
        if let Ok(data) = frame.into_data() {
            received.extend_from_slice(&data);
        }
        if received.len() > LIMIT {
            return Err(Error::TooLarge);
        }
    }
    Ok(Fetched { jwks: key_set(received)?, age })
}

fn age(headers: &HeaderMap) -> i64 {
    let seconds = headers.get(header::AGE).and_then(|age| age.to_str().ok()).and_then(|age| age.parse::<u32>().ok());
    i64::from(seconds.unwrap_or_default()) * 1000
}

/// Checks that it is a key set at all; which keys in it are usable is for `auth-check` to say.
fn key_set(body: Vec<u8>) -> Result<String, Error> {
    #[derive(serde::Deserialize)]
    struct KeySet {
        #[serde(rename = "keys")]
        _keys: Vec<serde::de::IgnoredAny>,
    }
    let text = String::from_utf8(body).map_err(|_| Error::NotAKeySet)?;
    serde_json::from_str::<KeySet>(&text).map_err(|_| Error::NotAKeySet)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_set_is_taken() {
        assert!(key_set(br#"{"keys":[{"kty":"OKP"}]}"#.to_vec()).is_ok());
        for other in ["", "{}", "[]", r#"{"keys":{}}"#, "<html>", r#"{"keys":[]"#] {
            assert!(key_set(other.as_bytes().to_vec()).is_err(), "{other}");
        }
    }
    #[test]
    fn the_age_is_zero_unless_a_cache_says_otherwise() {
        let told =
            |value: &'static str| age(&HeaderMap::from_iter([(header::AGE, http::HeaderValue::from_static(value))]));
        assert_eq!((age(&HeaderMap::new()), told("75"), told("-1"), told("x")), (0, 75_000, 0, 0));
    }
}
