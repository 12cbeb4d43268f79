//! Signing in, and what a user is told about themselves.

use kronos_domain::{
    Currency, Instant, MemberId, OperatorTokenId, OrganizationId, Role, UserId,
    settings::{CurrencyFormat, DateFormat, IntervalFormat, Language, NumberFormat, TimeFormat, WeekStart},
};
use serde::{Deserialize, Serialize};

use crate::{
    Access::{Public, Scope},
    Data, Operation, Parameter, Refused,
    refused::{INVALID_TOKEN, UNAUTHENTICATED, VERSION_MISMATCH},
    scope::{ORGANIZATIONS_READ, ORGANIZATIONS_WRITE},
    time_entries::present,
};

/// What is refused here beside what all operations refuse.
pub mod refused {
    use super::Refused;
    /// Too many attempts to sign in, or with the operator secret.
    pub use crate::refused::TOO_MANY_REQUESTS;

    /// Whoever tries to sign in is not who they say.
    pub const CREDENTIALS: Refused =
        Refused::new(401, "invalid_credentials", "The e-mail address or the password is wrong.");
    /// The refresh token is spent, expired, revoked or unknown.
    pub const REFRESH_TOKEN: Refused = Refused::new(401, "invalid_grant", "The session has ended. Sign in again.");
    /// Another request used the refresh token less than ten seconds ago; the session goes on with what that one was answered.
    pub const REFRESH_TOKEN_SPENT: Refused = Refused::new(
        401,
        "refresh_token_spent",
        "The refresh token was used a moment ago. Go on with the tokens that it was exchanged for.",
    );
    /// The operator secret is not the configured one.
    pub const OPERATOR_SECRET: Refused = Refused::new(401, "invalid_operator_secret", "The operator secret is wrong.");
    /// The variable `operator_secret` is empty.
    pub const NO_OPERATOR: Refused = Refused::new(
        404,
        "operator_tokens_disabled",
        "Tokens for scripts cannot be managed over HTTP here: the variable `operator_secret` is empty. Whoever runs Kronos sets it, or \
         uses `kronos token` on the machine itself.",
    );
    /// There is no such user.
    pub const NO_SUCH_USER: Refused = Refused::new(404, "no_such_user", "No user has this e-mail address.");
    /// No more tokens can be revoked until some of them have expired.
    pub const TOO_MANY_REVOKED: Refused = Refused::new(
        409,
        "too_many_revoked_tokens",
        "As many tokens are revoked as can be told to everybody who verifies them. Wait until some have expired.",
    );
}

/// Members of a user that the server sets. The address is what they sign in with.
const OF_USER: &[&str] = &["id", "email", "profile_photo_url", "version"];
const PROFILE: &str = r#"{"name": "Jane Doe", "time_zone": "Europe/Paris", "week_start": "monday", "language": "fr"}"#;

crate::operations! {
    "identity";
    /// The public keys that our tokens are verified with (RFC 7517).
    Jwks => Operation::new("get_jwks", "GET", "/.well-known/jwks.json", Public)
        .query(&[Parameter::text("issuer", "", "Another issuer whose tokens are accepted; default this one.")]),
    /// Metadata for clients of OpenID Connect.
    OpenidConfiguration => Operation::new("get_openid_configuration", "GET", "/.well-known/openid-configuration", Public),
    /// Metadata of the authorization server (RFC 8414).
    AuthorizationServer => Operation::new(
        "get_authorization_server_metadata", "GET", "/.well-known/oauth-authorization-server", Public,
    ),
    /// Metadata of the protected resource (RFC 9728).
    ProtectedResource => Operation::new(
        "get_protected_resource_metadata", "GET", "/.well-known/oauth-protected-resource", Public,
    ),
    /// Signs in with a password.
    CreateSession => Operation::new("create_session", "POST", "/auth/session", Public)
        .takes::<SignIn>(r#"{"email": "owner@example.com", "password": "correct horse battery staple"}"#)
        .answers::<Tokens>(200)
        .refuses(&[refused::CREDENTIALS, refused::TOO_MANY_REQUESTS]),
    /// Exchanges a refresh token for the next tokens of its session.
    RefreshSession => Operation::new("refresh_session", "POST", "/auth/session/refresh", Public)
        .takes::<Refresh>(r#"{"refresh_token": "XvnzQJpF3Vo0hA2rR9S0tAZ1f3u0m2c9kqk0F3Vo0hA2rR9S0tAXvnzQJpF3Vo0h"}"#)
        .answers::<Tokens>(200)
        .refuses(&[refused::REFRESH_TOKEN, refused::REFRESH_TOKEN_SPENT]),
    /// Signs out: ends the session of the refresh token in the body or, without a body, of the access token.
    DeleteSession => Operation::new("delete_session", "DELETE", "/auth/session", Public)
        .takes::<Refresh>(r#"{"refresh_token": "XvnzQJpF3Vo0hA2rR9S0tAZ1f3u0m2c9kqk0F3Vo0hA2rR9S0tAXvnzQJpF3Vo0h"}"#)
        .optionally()
        .answers_nothing(204)
        .refuses(&[UNAUTHENTICATED, INVALID_TOKEN]),
    /// Makes a token for scripts, in the name of a user. The operator secret goes into the `authorization` field.
    CreateOperatorToken => Operation::new("create_operator_token", "POST", "/auth/operator/tokens", Public)
        .takes::<OperatorToken>(r#"{"email": "owner@example.com", "expires_in": 3600}"#)
        .answers::<Tokens>(200)
        .refuses(&[
            refused::OPERATOR_SECRET, refused::NO_OPERATOR, refused::NO_SUCH_USER, refused::TOO_MANY_REQUESTS,
        ]),
    /// The newest 500 tokens for scripts that have not expired. The operator secret goes into the `authorization` field.
    ListOperatorTokens => Operation::new("list_operator_tokens", "GET", "/auth/operator/tokens", Public)
        .answers::<Data<Vec<OperatorTokenState>>>(200)
        .refuses(&[refused::OPERATOR_SECRET, refused::NO_OPERATOR, refused::TOO_MANY_REQUESTS]),
    /// Revokes a token for scripts; it works for five more minutes at most, while keys are cached.
    RevokeOperatorToken => Operation::new("revoke_operator_token", "DELETE", "/auth/operator/tokens/{token}", Public)
        .answers_nothing(204)
        .refuses(&[
            refused::OPERATOR_SECRET, refused::NO_OPERATOR, refused::TOO_MANY_REVOKED, refused::TOO_MANY_REQUESTS,
        ]),
    /// The user who is calling.
    GetUser => Operation::new("get_user", "GET", "/api/v1/users/me", Scope(ORGANIZATIONS_READ)).answers::<Data<User>>(200),
    /// Changes the user who is calling. What is absent stays as it is.
    ReplaceUser => Operation::new("replace_user", "PUT", "/api/v1/users/me", Scope(ORGANIZATIONS_WRITE))
        .takes::<UpdateUser>(PROFILE)
        .ignoring(&[], OF_USER)
        .answers::<Data<User>>(200)
        .refuses(&[VERSION_MISMATCH]),
    /// Changes the user who is calling. What is absent stays as it is.
    UpdateUser => Operation::new("update_user", "PATCH", "/api/v1/users/me", Scope(ORGANIZATIONS_WRITE))
        .takes::<UpdateUser>(PROFILE)
        .ignoring(&[], OF_USER)
        .answers::<Data<User>>(200)
        .refuses(&[VERSION_MISMATCH]),
    /// The organizations that the caller belongs to, and their role in each.
    ListMemberships => Operation::new("list_memberships", "GET", "/api/v1/users/me/memberships", Scope(ORGANIZATIONS_READ))
        .query(&[
            Parameter::only("page", "1"),
            Parameter::ignored("per_page", "100"),
            Parameter::ignored("limit", "500"),
        ])
        .answers::<Data<Vec<Membership>>>(200),
}

/// Signs in with a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignIn {
    /// E-mail address; case does not matter.
    pub email: String,
    /// Password.
    pub password: String,
}

/// Goes on with a session, or ends it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refresh {
    /// The refresh token that the last answer held. It can be used once.
    pub refresh_token: String,
}

/// Asks for a token for scripts, in the name of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorToken {
    /// E-mail address of the user.
    pub email: String,
    /// Seconds until the token expires: 30 days unless said otherwise, at most 365 days.
    pub expires_in: Option<u64>,
}

/// A token for scripts, as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorTokenState {
    /// Its id.
    pub id: OperatorTokenId,
    /// The user in whose name it acts.
    pub user_id: UserId,
    /// When it was made.
    pub created_at: Instant,
    /// When it expires.
    pub expires_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// Tokens, in the shape of RFC 6749, section 5.1.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Id of a token for scripts, to revoke it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<OperatorTokenId>,
}

/// A user, as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// A picture: their initials, as a `data:` URL.
    pub profile_photo_url: String,
    /// IANA zone that they live in.
    pub time_zone: String,
    /// As `time_zone`, for clients of solidtime.
    pub timezone: String,
    /// The day on which their weeks begin.
    pub week_start: WeekStart,
    /// The language that they read.
    pub language: Language,
    /// How numbers are written for them; `null` as in the organization, as for the other formats.
    pub number_format: Option<NumberFormat>,
    /// How money is written for them.
    pub currency_format: Option<CurrencyFormat>,
    /// How dates are written for them.
    pub date_format: Option<DateFormat>,
    /// How durations are written for them.
    pub interval_format: Option<IntervalFormat>,
    /// How times of day are written for them.
    pub time_format: Option<TimeFormat>,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
}

/// Body of `PUT` and `PATCH /users/me`. With both methods, as with solidtime, what is absent stays as it is. Values are checked by the
/// handler, so that an answer can name every field that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateUser {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// As `time_zone`, for clients of solidtime; beside it, it has to be the same.
    pub timezone: Option<String>,
    /// `monday` to `sunday`.
    pub week_start: Option<String>,
    /// `en` or `fr`.
    pub language: Option<String>,
    /// Such as `comma-point`; `null` as in the organization, as for the other formats.
    #[serde(deserialize_with = "present")]
    pub number_format: Option<Option<String>>,
    /// Such as `iso-code-after-with-space`.
    #[serde(deserialize_with = "present")]
    pub currency_format: Option<Option<String>>,
    /// Such as `hyphen-separated-yyyy-mm-dd`.
    #[serde(deserialize_with = "present")]
    pub date_format: Option<Option<String>>,
    /// Such as `hours-minutes`.
    #[serde(deserialize_with = "present")]
    pub interval_format: Option<Option<String>>,
    /// `12-hours` or `24-hours`.
    #[serde(deserialize_with = "present")]
    pub time_format: Option<Option<String>>,
}

/// A user's membership in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    /// Its id, which time entries name.
    pub id: MemberId,
    /// What the user may do there.
    pub role: Role,
    /// The organization.
    pub organization: OrganizationInShort,
}

/// An organization, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrganizationInShort {
    /// Its id, which paths name.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// The currency that it counts in.
    pub currency: Currency,
}
