//! Invitations by link.

use kronos_domain::{Instant, InvitationId, MemberId, OrganizationId, Role};
use serde::{Deserialize, Serialize};

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Whom it is for.
    pub email: String,
    /// What they will be allowed to do.
    pub role: Role,
    /// The placeholder that they take over.
    pub member_id: Option<MemberId>,
    /// Until when it can be accepted.
    pub expires_at: Instant,
    /// When it was accepted.
    pub accepted_at: Option<Instant>,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// When somebody was invited.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// The secret with which it is accepted; only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The link to send to the person; only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Body of `POST .../invitations`. Values are checked by the handler, so that an answer can name every field that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CreateInvitation {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// Whom to invite; required. Case does not matter.
    pub email: Option<String>,
    /// `owner`, `admin`, `manager`, `employee` or `accountant`; required. Owners are invited by owners only.
    pub role: Option<String>,
}

/// Body of `POST .../invitations/{invitation}/resend`; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResendInvitation {}

/// Body of `POST /invitations/accept`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptInvitation {
    /// The secret of the link.
    pub token: String,
}
