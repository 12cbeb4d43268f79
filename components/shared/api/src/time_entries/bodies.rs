//! What is sent of entries, and what became of many of them.

use kronos_domain::EntryId;
use serde::{Deserialize, Serialize};

use super::present;

/// Body of `POST .../time-entries`. Values are checked by the handler, so that an answer can name every field that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CreateTimeEntry {
    /// UUIDv7 of the client's own choice, which makes the request idempotent. Empty or of another version, it counts as none.
    pub id: Option<String>,
    /// Another member, for owners and administrators; default the caller.
    pub member_id: Option<String>,
    /// The person behind the member; another one is refused. Empty counts as none.
    #[serde(skip_serializing)]
    pub user_id: Option<String>,
    /// The organization of the path; another one is refused. Empty counts as none.
    #[serde(skip_serializing)]
    pub organization_id: Option<String>,
    /// RFC 3339; default now. Needed with `end` or `duration`.
    pub start: Option<String>,
    /// RFC 3339; without it and without `duration` a timer starts to run.
    pub end: Option<String>,
    /// Worked time in seconds, instead of `end`; beside it, it has to agree to the second.
    pub duration: Option<i64>,
    /// `work`, which is the default, or `break`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// IANA zone; default the user's.
    pub time_zone: Option<String>,
    /// Up to 5000 characters.
    pub description: Option<String>,
    /// Default that of the project, or else of the organization. Nobody pays for a break.
    pub billable: Option<bool>,
    /// Minor units per hour, instead of the rate that is valid; for owners and administrators.
    pub billable_rate: Option<i64>,
    /// A project that the caller sees.
    pub project_id: Option<String>,
    /// A task of that project.
    pub task_id: Option<String>,
    /// Ids of tags of the organization.
    pub tags: Option<Vec<String>>,
    /// Where it comes from, such as `import:toggl`; default `api`.
    pub source: Option<String>,
    /// What the source calls it. An entry of another one with the same source and id is refused.
    pub external_id: Option<String>,
    /// Where the source shows it: an address that begins with `https://` or `http://`.
    pub external_url: Option<String>,
}

/// Body of `PUT` and `PATCH .../time-entries/{entry}`. With both methods, as with solidtime, what is absent stays as it is. Members
/// that cannot be changed may be sent back as they were read; `null` and empty, they say nothing, and anything else is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct UpdateTimeEntry {
    /// Cannot be changed.
    pub id: Option<String>,
    /// Cannot be changed.
    pub organization_id: Option<String>,
    /// Cannot be changed.
    pub member_id: Option<String>,
    /// Cannot be changed.
    pub user_id: Option<String>,
    /// RFC 3339.
    pub start: Option<String>,
    /// RFC 3339. `null` is refused for a stopped entry: a timer is resumed by starting a new one.
    #[serde(deserialize_with = "present")]
    pub end: Option<Option<String>>,
    /// Worked time in seconds, instead of `end`; beside it, it has to agree to the second, or to be what was read before the change.
    pub duration: Option<i64>,
    /// Cannot be changed.
    pub break_seconds: Option<i64>,
    /// `work` or `break`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Up to 5000 characters.
    #[serde(deserialize_with = "present")]
    pub description: Option<Option<String>>,
    /// Whether somebody pays for it.
    pub billable: Option<bool>,
    /// Minor units per hour, `null` for none; for owners and administrators.
    #[serde(deserialize_with = "present")]
    pub billable_rate: Option<Option<i64>>,
    /// A project that the caller sees, `null` for none. The task goes with the project that it belongs to.
    #[serde(deserialize_with = "present")]
    pub project_id: Option<Option<String>>,
    /// A task of the project, `null` for none.
    #[serde(deserialize_with = "present")]
    pub task_id: Option<Option<String>>,
    /// Ids of tags of the organization; `null` and `[]` for none.
    #[serde(deserialize_with = "present")]
    pub tags: Option<Option<Vec<String>>>,
    /// What the source calls it, `null` for nothing.
    #[serde(deserialize_with = "present")]
    pub external_id: Option<Option<String>>,
    /// Where the source shows it, `null` for nowhere.
    #[serde(deserialize_with = "present")]
    pub external_url: Option<Option<String>>,
    /// Cannot be changed.
    pub billable_rate_source: Option<String>,
    /// Cannot be changed.
    pub cost_rate_source: Option<String>,
    /// Cannot be changed.
    pub client_id: Option<String>,
    /// Cannot be changed.
    pub cost_rate: Option<i64>,
    /// Cannot be changed.
    pub currency: Option<String>,
    /// Cannot be changed.
    pub approval_status: Option<String>,
    /// Cannot be changed.
    pub locked_reason: Option<String>,
    /// Cannot be changed.
    pub invoiced_at: Option<String>,
    /// Cannot be changed.
    pub source: Option<String>,
    /// Cannot be changed.
    pub created_at: Option<String>,
    /// Cannot be changed.
    pub deleted_at: Option<String>,
}

/// Body of `POST .../time-entries/{entry}/stop`; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct StopTimeEntry {
    /// RFC 3339; default now.
    pub end: Option<String>,
}

/// Body of `PATCH .../time-entries`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UpdateTimeEntries {
    /// Up to 500 entries.
    pub ids: Vec<String>,
    /// What to change about each of them.
    pub changes: TimeEntryChanges,
}

/// What can be changed about many entries at once. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TimeEntryChanges {
    /// Up to 5000 characters.
    #[serde(deserialize_with = "present")]
    pub description: Option<Option<String>>,
    /// `work` or `break`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether somebody pays for them.
    pub billable: Option<bool>,
    /// Minor units per hour, `null` for none; for owners and administrators.
    #[serde(deserialize_with = "present")]
    pub billable_rate: Option<Option<i64>>,
    /// A project that the caller sees, `null` for none. The task goes with the project that it belongs to.
    #[serde(deserialize_with = "present")]
    pub project_id: Option<Option<String>>,
    /// A task of the project, `null` for none.
    #[serde(deserialize_with = "present")]
    pub task_id: Option<Option<String>>,
    /// Ids of tags of the organization; `null` and `[]` for none.
    #[serde(deserialize_with = "present")]
    pub tags: Option<Option<Vec<String>>>,
}

impl From<TimeEntryChanges> for UpdateTimeEntry {
    fn from(changes: TimeEntryChanges) -> Self {
        Self {
            description: changes.description,
            kind: changes.kind,
            billable: changes.billable,
            billable_rate: changes.billable_rate,
            project_id: changes.project_id,
            task_id: changes.task_id,
            tags: changes.tags,
            ..Self::default()
        }
    }
}

/// Body of `DELETE .../time-entries`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DeleteTimeEntries {
    /// Up to 500 entries.
    pub ids: Vec<String>,
}

/// What became of many entries. `success` and `error` are the ids in the shape of solidtime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Results {
    /// Those that are now as the request wants them.
    pub success: Vec<EntryId>,
    /// The others.
    pub error: Vec<EntryId>,
    /// One for each id of the request.
    pub results: Vec<ResultOfOne>,
}

/// What became of one of many entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResultOfOne {
    /// Its id.
    pub id: EntryId,
    /// Its version now; `null` where it was refused.
    pub version: Option<i64>,
    /// Key of the refusal, such as `not_found`; `null` where there was none.
    pub key: Option<String>,
}

/// Body of `POST .../time-entries/{entry}/duplicate`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DuplicateTimeEntry {
    /// RFC 3339; default that of the entry. The copy lasts as long as the entry does.
    pub start: Option<String>,
}

/// Body of `POST .../time-entries/{entry}/split`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SplitTimeEntry {
    /// RFC 3339; within the entry, with something left on either side.
    pub at: String,
}

/// Body of `POST .../time-entries/{entry}/discard-idle`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiscardIdle {
    /// RFC 3339; when the person went away.
    pub idle_start: String,
    /// `discard`: the timer ends there. `discard_and_continue`: another one like it starts now, and is answered.
    pub action: String,
}
