//! Reports, in the shape of solidtime's aggregate.

use kronos_domain::{MinorUnits, Seconds};
use serde::{Deserialize, Serialize};

/// What a summary is grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct GroupedData {
    /// A date or an id; `null` for entries without a project.
    pub key: Option<String>,
    /// Worked time.
    pub seconds: Seconds,
    /// Price of the billable part, in minor units.
    pub cost: MinorUnits,
}
