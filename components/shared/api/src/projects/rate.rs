//! Rates.

use kronos_domain::{
    HourlyRate, Instant, MemberId, OrganizationId, ProjectId, RateId, TaskId,
    rate::{self, RateKind, RateScope},
};
use serde::{Deserialize, Serialize};

/// What an hour is sold for, or what it costs, from a day on. Of the rates that are valid when an entry starts, the latest of each
/// scope counts; of those with an amount, the most specific: task, member in the project, project, member, organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rate {
    /// Its id.
    pub id: RateId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Price or cost.
    pub kind: RateKind,
    /// How specific it is.
    pub scope: RateScope,
    /// The member, if it is about one.
    pub member_id: Option<MemberId>,
    /// The project, if it is about one.
    pub project_id: Option<ProjectId>,
    /// The task, if it is about one.
    pub task_id: Option<TaskId>,
    /// Minor units per hour; `null`: from then on, the next wider scope decides.
    pub amount: Option<HourlyRate>,
    /// The first day in the organization's zone, such as `2026-03-01`; `null`: always.
    pub valid_from: Option<String>,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

impl From<rate::Rate> for Rate {
    fn from(rate: rate::Rate) -> Self {
        Self {
            id: rate.id,
            organization_id: rate.organization,
            kind: rate.kind,
            scope: rate.subject.scope(),
            member_id: rate.subject.member(),
            project_id: rate.subject.project(),
            task_id: rate.subject.task(),
            amount: rate.amount,
            valid_from: rate.valid_from.map(|date| date.to_string()),
            version: rate.version,
            created_at: rate.created_at,
            updated_at: rate.updated_at,
            deleted_at: rate.deleted_at,
        }
    }
}

/// Body of `POST .../rates`. Without any id, it is the organization's rate; with `member_id` and `project_id`, the member's in the
/// project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CreateRate {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// Default `billable`.
    pub kind: Option<RateKind>,
    /// What follows from the ids; another one is refused.
    pub scope: Option<RateScope>,
    /// The member.
    pub member_id: Option<String>,
    /// The project.
    pub project_id: Option<String>,
    /// The task; without the other two.
    pub task_id: Option<String>,
    /// Minor units per hour; none: the next wider scope decides.
    pub amount: Option<i64>,
    /// The first day in the organization's zone, such as `2026-03-01`; none: always.
    pub valid_from: Option<String>,
}

/// Body of `PUT` and `PATCH .../rates/{rate}`. With both methods, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateRate {
    /// The kind; another one is refused.
    pub kind: Option<String>,
    /// The scope; another one is refused.
    pub scope: Option<String>,
    /// The member; another one is refused.
    pub member_id: Option<String>,
    /// The project; another one is refused.
    pub project_id: Option<String>,
    /// The task; another one is refused.
    pub task_id: Option<String>,
    /// Minor units per hour, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub amount: Option<Option<i64>>,
    /// The first day, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub valid_from: Option<Option<String>>,
}

/// Body of `POST .../rates/apply`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApplyRates {
    /// RFC 3339; entries that start then or later.
    pub start: String,
    /// RFC 3339; entries that start before.
    pub end: String,
    /// Only entries of these members.
    #[serde(default)]
    pub member_ids: Vec<String>,
    /// Only entries of these projects.
    #[serde(default)]
    pub project_ids: Vec<String>,
    /// Only prices, or only costs; default both.
    #[serde(default)]
    pub kind: Option<RateKind>,
    /// Also prices that were stated by hand; default false.
    #[serde(default)]
    pub include_manual: bool,
}

/// What became of a part of the range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppliedRates {
    /// What was done.
    pub data: RatesApplied,
    /// How to go on.
    pub meta: AppliedMeta,
}

/// How many entries have other rates now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RatesApplied {
    /// So many were changed by this request.
    pub changed: u64,
}

/// How to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppliedMeta {
    /// `cursor` of the next request; `null` where that was all.
    pub next_cursor: Option<String>,
}
