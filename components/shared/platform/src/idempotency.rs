//! Requests that may be repeated (draft-ietf-httpapi-idempotency-key-header-07).
//!
//! A key is turned into the id of what the request creates. So the primary key refuses the second request in the same statement
//! that would have had the effect, and a key is good for as long as its resource is kept.

use http::HeaderMap;
use kronos_api::Operation;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::problem::Problem;

/// Longest key, in characters.
const MAX_LENGTH: usize = 255;

/// What a client calls its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The `Idempotency-Key` of a request: a quoted string, or, as most clients send it, bare.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all("idempotency-key").iter();
        let value = match (values.next(), values.next()) {
            (None, _) => return Ok(None),
            (Some(value), None) => value.to_str().unwrap_or_default().trim(),
            (Some(_), Some(_)) => return Err(Problem::malformed("`Idempotency-Key` may be given only once.")),
        };
        let key = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        let visible = key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if key.is_empty() || key.len() > MAX_LENGTH || !visible {
            let detail = "`Idempotency-Key` has to be a string of 1 to 255 visible ASCII characters.";
            return Err(Problem::malformed(detail));
        }
        Ok(Some(Self(key.to_owned())))
    }

    /// The id that this key stands for (`UUIDv8`, RFC 9562, section 5.8) in an operation by `owners`: the organization and the
    /// user, so that nobody meets the keys of others.
    pub fn id(&self, operation: &Operation, owners: &[Uuid]) -> Uuid {
        let mut hash = Sha256::new();
        for owner in owners {
            hash.update(owner.as_bytes());
        }
        hash.update(operation.id);
        hash.update([0]);
        hash.update(&self.0);
        let hash: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// Tells requests apart. Of the body, what Kronos reads counts: the order of its members and their spaces do not.
pub fn digest<T: Serialize>(body: &T) -> Result<String, Problem> {
    let json = serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(format!("{:x}", Sha256::digest(json)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use kronos_api::Access;

    use super::*;

    fn key(values: &[&str]) -> Result<Option<Key>, u16> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("idempotency-key", HeaderValue::from_str(value).expect("a value"));
        }
        Key::of(&headers).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn a_key_is_quoted_or_bare() {
        assert_eq!(key(&[]), Ok(None));
        assert_eq!(key(&["\"one\""]), key(&["one"]));
        for malformed in [&[""][..], &["\"\""], &["a", "b"], &["ü"]] {
            assert_eq!(key(malformed), Err(400), "{malformed:?}");
        }
        assert_eq!(key(&["x".repeat(256).as_str()]), Err(400));
        assert!(key(&["x".repeat(255).as_str()]).is_ok());
    }

    #[test]
    fn an_id_belongs_to_a_key_an_operation_and_its_owners() {
        let (create, import) = (
            Operation::new("create", "POST", "/things", Access::Token),
            Operation::new("import", "POST", "/imports", Access::Token),
        );
        let (one, other) = (Key("1".to_owned()), Key("2".to_owned()));
        let (owner, stranger) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let id = one.id(&create, &[owner]);
        assert_eq!(id, one.id(&create, &[owner]));
        assert_eq!(id.get_version_num(), 8);
        for unlike in [one.id(&create, &[stranger]), other.id(&create, &[owner]), one.id(&import, &[owner])] {
            assert_ne!(id, unlike);
        }
    }
}
