//! Members of projects.

use kronos_domain::{
    HourlyRate, Instant, MemberId, OrganizationId, ProjectId, ProjectMemberId,
    project::{self, ProjectRole},
};
use serde::{Deserialize, Serialize};

/// A member's place in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProjectMember {
    /// Its id.
    pub id: ProjectMemberId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The project.
    pub project_id: ProjectId,
    /// Who.
    pub member_id: MemberId,
    /// Managers also change the project, its tasks and its members.
    pub role: ProjectRole,
    /// What an hour of theirs in the project is sold for now, in minor units; `null` where the project's or a wider rate decides,
    /// and where the caller may not know.
    pub billable_rate: Option<HourlyRate>,
    /// Grows by one with each change, and is what the `ETag` begins with.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

impl From<project::ProjectMember> for ProjectMember {
    fn from(place: project::ProjectMember) -> Self {
        Self {
            id: place.id,
            organization_id: place.organization,
            project_id: place.project,
            member_id: place.member,
            role: place.role,
            billable_rate: place.billable_rate,
            version: place.version,
            created_at: place.created_at,
            updated_at: place.updated_at,
            deleted_at: place.deleted_at,
        }
    }
}

/// Body of `POST .../projects/{project}/project-members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateProjectMember {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// Who.
    pub member_id: String,
    /// `member`, which is the default, or `manager`.
    pub role: Option<String>,
    /// Minor units per hour: a rate that is valid always.
    pub billable_rate: Option<i64>,
}

/// Body of `PUT` and `PATCH .../project-members/{project_member}`. With both methods, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateProjectMember {
    /// The project; another one is refused.
    pub project_id: Option<String>,
    /// Who; another one is refused.
    pub member_id: Option<String>,
    /// `member` or `manager`.
    pub role: Option<String>,
    /// Minor units per hour, or `null`: the first rate is valid always, a later one from today on.
    #[serde(deserialize_with = "crate::present")]
    pub billable_rate: Option<Option<i64>>,
}
