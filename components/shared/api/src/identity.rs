//! Signing in, and what a user is told about themselves.

use kronos_domain::{Currency, MemberId, OrganizationId, Role, UserId};
use serde::{Deserialize, Serialize};

/// Signs in with a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// E-mail address; case does not matter.
    pub email: String,
    /// Password.
    pub password: String,
}

/// Goes on with a session, or ends it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    /// The refresh token that the last answer held. It can be used once.
    pub refresh_token: String,
}

/// Asks for a token for scripts, in the name of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorToken {
    /// E-mail address of the user.
    pub email: String,
    /// Seconds until the token expires: 30 days unless said otherwise, at most 365 days.
    pub expires_in: Option<u64>,
}

/// Tokens, in the shape of RFC 6749, section 5.1.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Goes into the `authorization` field (RFC 9068).
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token expires.
    pub expires_in: u64,
    /// Gets the next tokens when used once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What the access token allows.
    pub scope: String,
}

/// A user, as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// IANA zone that they live in.
    pub time_zone: String,
}

/// A user's membership in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Its id, which time entries name.
    pub id: MemberId,
    /// What the user may do there.
    pub role: Role,
    /// The organization.
    pub organization: Organization,
}

/// An organization, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its id, which paths name.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// The currency that it reckons in.
    pub currency: Currency,
}
