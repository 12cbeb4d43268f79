//! Fetching key sets.

use std::time::Duration;

use futures::future::{Either, select};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use spin_sdk::http::{EmptyBody, send};
use spin_sdk::time::sleep;

/// Largest key set.
const LIMIT: usize = 64 * 1024;
/// Longest time that a fetch may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Time between two looks at what another request fetches. Tasks of one instance can't wake each other.
const PAUSE: Duration = Duration::from_millis(2);

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("`{0}` is not a URL")]
    Url(String),
    #[error("no answer within {} seconds", TIMEOUT.as_secs())]
    Timeout,
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

/// The key set at `uri`.
pub(super) async fn jwks(uri: &str) -> Result<String, Error> {
    let fetch = std::pin::pin!(fetch(uri));
    let timeout = std::pin::pin!(sleep(TIMEOUT));
    match select(fetch, timeout).await {
        Either::Left((fetched, _)) => fetched,
        Either::Right(((), _)) => Err(Error::Timeout),
    }
}

/// Waits a little.
pub(super) async fn pause() {
    sleep(PAUSE).await;
}

async fn fetch(uri: &str) -> Result<String, Error> {
    let request = Request::get(uri)
        .header(header::ACCEPT, "application/jwk-set+json, application/json")
        .body(EmptyBody::new())
        .map_err(|_| Error::Url(uri.to_owned()))?;
    let response = send(request).await.map_err(|error| Error::Transport(error.to_string()))?;
    if response.status() != StatusCode::OK {
        return Err(Error::Status(response.status()));
    }
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
    key_set(received)
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
}
