//! Members of an organization.

use kronos_domain::{HourlyRate, Instant, MemberId, OrganizationId, Role, UserId};
use serde::{Deserialize, Serialize};

use crate::time_entries::present;

/// A member of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Member {
    /// Their id, which time entries name.
    pub id: MemberId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The person; the member's id where it is a placeholder.
    pub user_id: UserId,
    /// What they are called.
    pub name: String,
    /// Where they are reached; empty for a placeholder of whom nobody knows.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether nobody signs in as this member.
    pub is_placeholder: bool,
    /// Whether they may act.
    pub is_active: bool,
    /// What an hour of theirs is billed at, in minor units; `null` where none is set or the caller may not know.
    pub billable_rate: Option<HourlyRate>,
    /// Since when they may not act any more.
    pub deactivated_at: Option<Instant>,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// When they became a member.
    pub created_at: Instant,
    /// When they last changed.
    pub updated_at: Instant,
}

/// Body of `POST .../members`, which creates a placeholder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CreateMember {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// 1 to 255 characters; required.
    pub name: Option<String>,
    /// Where the somebody is reached, if anybody knows.
    pub email: Option<String>,
}

/// Body of `PUT` and `PATCH .../members/{member}`. With both methods, as with solidtime, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateMember {
    /// `owner`, `admin`, `manager`, `employee` or `accountant`. Placeholders have none of them.
    pub role: Option<String>,
    /// What a placeholder is called. Persons say that themselves.
    pub name: Option<String>,
    /// Where a placeholder is reached. Persons say that themselves.
    #[serde(deserialize_with = "present")]
    pub email: Option<Option<String>>,
    /// What was read: rates are recorded under `/rates`.
    #[serde(deserialize_with = "present")]
    pub billable_rate: Option<Option<i64>>,
}

/// Body of `POST .../members/{placeholder}/invite-placeholder`; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct InvitePlaceholder {
    /// Whom to invite; default the address of the placeholder.
    pub email: Option<String>,
    /// What they will be allowed to do; default `employee`.
    pub role: Option<String>,
}

/// Body of `POST .../member/{placeholder}/merge-into`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MergeInto {
    /// The person who gets the time of the placeholder.
    pub member_id: String,
}
