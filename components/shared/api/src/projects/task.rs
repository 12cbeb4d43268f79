//! Tasks.

use kronos_domain::{Instant, OrganizationId, ProjectId, Seconds, TaskId, project};
use serde::{Deserialize, Serialize};

/// A part of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The project.
    pub project_id: ProjectId,
    /// What it is called.
    pub name: String,
    /// Whether it is done.
    pub is_done: bool,
    /// Since when.
    pub done_at: Option<Instant>,
    /// How long it should take, in seconds.
    pub estimated_time: Option<Seconds>,
    /// Finished work so far, in seconds.
    pub spent_time: Seconds,
    /// Grows by one with each change, and is what the `ETag` begins with.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

impl From<project::Task> for Task {
    fn from(task: project::Task) -> Self {
        Self {
            id: task.id,
            organization_id: task.organization,
            project_id: task.project,
            name: task.name,
            is_done: task.done_at.is_some(),
            done_at: task.done_at,
            estimated_time: task.estimated_time,
            spent_time: task.spent_time,
            version: task.version,
            created_at: task.created_at,
            updated_at: task.updated_at,
            deleted_at: task.deleted_at,
        }
    }
}

/// Body of `POST .../tasks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateTask {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// The project.
    pub project_id: String,
    /// 1 to 255 characters.
    pub name: String,
    /// In seconds.
    pub estimated_time: Option<i64>,
    /// Default `false`.
    pub is_done: Option<bool>,
    /// RFC 3339; since when it is done. Makes it so, too, unless `is_done` is `false`.
    pub done_at: Option<String>,
}

/// Body of `PUT` and `PATCH .../tasks/{task}`. With both methods, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateTask {
    /// The project of the task; another one is refused.
    pub project_id: Option<String>,
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// In seconds, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub estimated_time: Option<Option<i64>>,
    /// Whether it is done. It decides when it contradicts `done_at`.
    pub is_done: Option<bool>,
    /// RFC 3339; since when it is done, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub done_at: Option<Option<String>>,
}
