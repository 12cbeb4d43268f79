//! Teams.

use kronos_domain::{Instant, MemberId, OrganizationId, TeamId};
use serde::{Deserialize, Serialize};

/// Some members of an organization, with leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// What it is called.
    pub name: String,
    /// Who is in it.
    pub members: Vec<TeamMember>,
    /// Grows by one with each change, those of its members included; also the `ETag`.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// A member's place in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TeamMember {
    /// The member.
    pub member_id: MemberId,
    /// Whether they lead it.
    pub is_lead: bool,
}

/// Body of `POST .../teams`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CreateTeam {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// 1 to 255 characters; required.
    pub name: Option<String>,
}

/// Body of `PUT` and `PATCH .../teams/{team}`. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateTeam {
    /// 1 to 255 characters.
    pub name: Option<String>,
}

/// Body of `PUT .../teams/{team}/members/{member}`; may be empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TeamPlace {
    /// Whether they lead it; default `false`.
    pub is_lead: bool,
}
