//! Reports, in the shape of solidtime's aggregate.

use kronos_domain::{MinorUnits, Permission, Seconds};
use serde::{Deserialize, Serialize};

use crate::{Access::Scope, Data, Operation, Parameter, scope::REPORTS_READ};

crate::operations! {
    "reports";
    /// Time and money of a range, by day, project or member.
    Summary => Operation::new(
        "get_report_summary", "GET", "/api/v1/organizations/{organization}/reports/summary", Scope(REPORTS_READ),
    )
    .needs(Permission::ReportsRead)
    .query(&[
        Parameter::one_of("group", &["day", "project", "member"], "What the groups stand for.").required(),
        Parameter::time("start", "2026-03-01T00:00:00Z", "The first instant of the range.").required(),
        Parameter::time("end", "2026-04-01T00:00:00Z", "The first instant after the range.").required(),
        Parameter::text("time_zone", "Europe/Berlin", "IANA zone of the days; default that of the organization."),
        Parameter::one_of("day_split", &["start", "midnight"], "To which day an entry belongs that touches several."),
    ])
    .answers::<Data<Summary>>(200),
}

/// What a summary is grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Calendar day in the report's zone; the key is its date.
    Day,
    /// Project; the key is its id or `null`.
    Project,
    /// Member; the key is the member's id.
    Member,
}

/// To which day an entry belongs that touches several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DaySplit {
    /// To the day on which it started, as a whole.
    #[default]
    Start,
    /// To each of them with its part.
    Midnight,
}

/// Time and money of a range. The totals are the sums of the groups. A running timer is not counted until it is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// What it is grouped by.
    pub grouped_type: Group,
    /// Groups in which there is time, in the order of their keys.
    pub grouped_data: Vec<GroupedData>,
    /// Sum of the groups, in seconds.
    pub seconds: Seconds,
    /// Sum of the groups, in minor units of the organization's currency.
    pub cost: MinorUnits,
}

/// One group of a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupedData {
    /// A date or an id; `null` for entries without a project.
    pub key: Option<String>,
    /// Worked time.
    pub seconds: Seconds,
    /// Price of the billable part, in minor units.
    pub cost: MinorUnits,
}
