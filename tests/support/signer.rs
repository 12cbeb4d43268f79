//! Tokens that the installation would not issue.

use serde_json::{Value, json};

use crate::{Actor, Kronos};

/// Signs tokens with the key of the installation.
pub struct Signer {
    kid: String,
    key: jsonwebtoken::EncodingKey,
}

impl Signer {
    /// With the newest key.
    pub async fn of(kronos: &Kronos) -> Self {
        let newest = "FROM identity.signing_keys ORDER BY period DESC LIMIT 1";
        let seed = kronos.text(&format!("SELECT seed {newest}")).await;
        let seed = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, seed).expect("a seed");
        // PKCS #8 of an Ed25519 seed (RFC 8410, section 7).
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend(seed);
        Self {
            kid: kronos.text(&format!("SELECT kid {newest}")).await,
            key: jsonwebtoken::EncodingKey::from_ed_der(&der),
        }
    }

    /// A token of this type with these claims.
    pub fn sign(&self, typ: &str, claims: &Value) -> String {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.key).expect("a token")
    }

    /// The same person with a token of these scopes.
    pub async fn with_scope(&self, kronos: &Kronos, actor: &Actor, scope: &str) -> Actor {
        let of_member = format!("SELECT CAST(user_id AS TEXT) FROM members WHERE id = '{}'", actor.member);
        let now = jsonwebtoken::get_current_timestamp();
        let claims = json!({
            "iss": "http://kronos.test", "aud": "http://kronos.test", "sub": kronos.text(&of_member).await,
            "client_id": "kronos", "iat": now, "exp": now + 600, "jti": uuid::Uuid::now_v7(), "scope": scope,
        });
        let mut actor = actor.clone();
        actor.token = Some(self.sign("at+jwt", &claims));
        actor
    }
}
