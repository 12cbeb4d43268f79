//! Projects.

use kronos_domain::{
    ClientId, HourlyRate, Instant, OrganizationId, ProjectId, Seconds,
    project::{self, BudgetKind, BudgetPeriod},
};
use serde::{Deserialize, Serialize};

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// What it is called. Projects of different clients may have the same name.
    pub name: String,
    /// Such as `#5e35b1`.
    pub color: String,
    /// For whom; `null` for work of one's own.
    pub client_id: Option<ClientId>,
    /// Whether it is not offered any more.
    pub is_archived: bool,
    /// Since when.
    pub archived_at: Option<Instant>,
    /// What an hour is sold for now, in minor units; `null` where the member's or the organization's rate decides, and where the
    /// caller may not know.
    pub billable_rate: Option<HourlyRate>,
    /// What an hour costs now, in minor units; `null` where the member's or the organization's rate decides, and where the caller
    /// may not know.
    pub cost_rate: Option<HourlyRate>,
    /// Whether new entries are billable.
    pub is_billable: bool,
    /// Whether everybody in the organization sees it, not only its members.
    pub is_public: bool,
    /// How long it should take, in seconds.
    pub estimated_time: Option<Seconds>,
    /// Finished work so far, in seconds.
    pub spent_time: Seconds,
    /// What it may take.
    pub budget: Option<Budget>,
    /// Grows by one with each change, and is what the `ETag` begins with.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

/// What a project may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Budget {
    /// Of what.
    pub kind: BudgetKind,
    /// Seconds, or minor units of the organization's currency.
    pub amount: i64,
    /// Once and for all, or each calendar month.
    pub period: BudgetPeriod,
    /// Percents of it at which somebody is to be told; at most 10.
    #[serde(default)]
    pub thresholds: Vec<u16>,
}

impl From<project::Budget> for Budget {
    fn from(budget: project::Budget) -> Self {
        let project::Budget { kind, amount, period, thresholds } = budget;
        Self { kind, amount, period, thresholds }
    }
}

impl From<project::Project> for Project {
    fn from(project: project::Project) -> Self {
        Self {
            id: project.id,
            organization_id: project.organization,
            name: project.name,
            color: project.color.to_string(),
            client_id: project.client,
            is_archived: project.archived_at.is_some(),
            archived_at: project.archived_at,
            billable_rate: project.billable_rate,
            cost_rate: project.cost_rate,
            is_billable: project.billable_default,
            is_public: project.is_public,
            estimated_time: project.estimated_time,
            spent_time: project.spent_time,
            budget: project.budget.map(Budget::from),
            version: project.version,
            created_at: project.created_at,
            updated_at: project.updated_at,
            deleted_at: project.deleted_at,
        }
    }
}

/// Body of `POST .../projects`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateProject {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// 1 to 255 characters.
    pub name: String,
    /// Such as `#5e35b1`; default a grey.
    pub color: Option<String>,
    /// For whom.
    pub client_id: Option<String>,
    /// Default as the organization has it.
    pub is_billable: Option<bool>,
    /// Minor units per hour: a rate that is valid always.
    pub billable_rate: Option<i64>,
    /// Default `false`.
    pub is_public: Option<bool>,
    /// In seconds.
    pub estimated_time: Option<i64>,
    /// What it may take.
    pub budget: Option<Budget>,
    /// Default `false`.
    pub is_archived: Option<bool>,
    /// RFC 3339; since when it is archived. Archives it, too, unless `is_archived` is `false`.
    pub archived_at: Option<String>,
}

/// Body of `PUT` and `PATCH .../projects/{project}`. With both methods, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateProject {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// Such as `#5e35b1`.
    pub color: Option<String>,
    /// For whom, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub client_id: Option<Option<String>>,
    /// Whether new entries are billable.
    pub is_billable: Option<bool>,
    /// Minor units per hour, or `null`: the project's first rate is valid always, a later one from today on.
    #[serde(deserialize_with = "crate::present")]
    pub billable_rate: Option<Option<i64>>,
    /// Whether everybody in the organization sees it.
    pub is_public: Option<bool>,
    /// In seconds, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub estimated_time: Option<Option<i64>>,
    /// What it may take, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub budget: Option<Option<Budget>>,
    /// Whether it is not offered any more. It decides when it contradicts `archived_at`.
    pub is_archived: Option<bool>,
    /// RFC 3339; since when it is archived, or `null`.
    #[serde(deserialize_with = "crate::present")]
    pub archived_at: Option<Option<String>>,
}
