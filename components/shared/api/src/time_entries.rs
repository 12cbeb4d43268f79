//! Time entries, in the shape and with the names of solidtime.

use kronos_domain::{
    ClientId, Currency, EntryId, HourlyRate, Instant, MemberId, OrganizationId, ProjectId, Seconds, TagId, TaskId,
    UserId, entry,
};
use serde::{Deserialize, Serialize};

/// A time entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeEntry {
    /// Its id.
    pub id: EntryId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Whose time it is.
    pub member_id: MemberId,
    /// The person behind the member.
    pub user_id: UserId,
    /// When work began.
    pub start: Instant,
    /// When it ended; `null` while the timer runs.
    pub end: Option<Instant>,
    /// IANA zone in which it was recorded.
    pub time_zone: String,
    /// Worked time in seconds; `null` while the timer runs, never 0 or -1 for that.
    pub duration: Option<Seconds>,
    /// Pauses within it in seconds; always 0 for now.
    pub break_seconds: Seconds,
    /// `work`; other kinds come later.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What was done.
    pub description: String,
    /// `null` until there are projects.
    pub project_id: Option<ProjectId>,
    /// `null` until there are tasks.
    pub task_id: Option<TaskId>,
    /// `null` until there are clients.
    pub client_id: Option<ClientId>,
    /// Empty until there are tags.
    pub tags: Vec<TagId>,
    /// Whether somebody pays for it.
    pub billable: bool,
    /// Minor units per hour, frozen on the entry.
    pub billable_rate: Option<HourlyRate>,
    /// `null` until there are cost rates.
    pub cost_rate: Option<HourlyRate>,
    /// Currency of the rates.
    pub currency: Currency,
    /// Where it stands on its way through approval.
    pub approval_status: ApprovalStatus,
    /// Why it cannot be changed; `null` while it can.
    pub locked_reason: Option<LockedReason>,
    /// When it was put on an invoice.
    pub invoiced_at: Option<Instant>,
    /// How it came in, such as `api`.
    pub source: String,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

/// What an entry stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Time worked.
    Work,
    /// A pause.
    Break,
}

/// Where an entry stands on its way through approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// Not handed in.
    Open,
    /// Handed in.
    Submitted,
    /// Accepted.
    Approved,
    /// Sent back.
    Rejected,
}

/// Why an entry cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockedReason {
    /// Its period is locked.
    Period,
    /// It was approved.
    Approved,
    /// It was invoiced.
    Invoiced,
}

impl From<entry::TimeEntry> for TimeEntry {
    fn from(entry: entry::TimeEntry) -> Self {
        Self {
            duration: entry.duration(),
            id: entry.id,
            organization_id: entry.organization,
            member_id: entry.member,
            user_id: entry.user,
            start: entry.start,
            end: entry.end,
            time_zone: entry.time_zone,
            break_seconds: Seconds::ZERO,
            kind: Kind::Work,
            description: entry.description,
            project_id: None,
            task_id: None,
            client_id: None,
            tags: Vec::new(),
            billable: entry.billable,
            billable_rate: entry.billable_rate,
            cost_rate: None,
            currency: entry.currency,
            approval_status: ApprovalStatus::Open,
            locked_reason: None,
            invoiced_at: None,
            source: entry.source,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            deleted_at: entry.deleted_at,
        }
    }
}

/// Body of `POST .../time-entries`. Unknown members are ignored: clients of solidtime send more. Values are checked by the
/// handler, so that an answer can name every field that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateTimeEntry {
    /// UUIDv7 of the client's own choice, which makes the request idempotent.
    pub id: Option<String>,
    /// Another member, for owners and administrators; default the caller.
    pub member_id: Option<String>,
    /// RFC 3339; default now.
    pub start: Option<String>,
    /// RFC 3339; without it a timer starts to run.
    pub end: Option<String>,
    /// IANA zone; default the user's.
    pub time_zone: Option<String>,
    /// Up to 5000 characters.
    pub description: Option<String>,
    /// Default `false`.
    pub billable: Option<bool>,
    /// Minor units per hour; for owners and administrators.
    pub billable_rate: Option<i64>,
    /// Refused until there are projects.
    pub project_id: Option<String>,
    /// Refused until there are tasks.
    pub task_id: Option<String>,
    /// Refused until there are tags, unless empty.
    pub tags: Option<Vec<String>>,
}

/// Body of `PUT` and `PATCH .../time-entries/{entry}`. With both methods, as with solidtime, what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateTimeEntry {
    /// RFC 3339.
    pub start: Option<String>,
    /// RFC 3339. `null` is refused for a stopped entry: a timer is resumed by starting a new one.
    #[serde(deserialize_with = "present")]
    pub end: Option<Option<String>>,
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
    /// Refused until there are projects.
    pub project_id: Option<String>,
    /// Refused until there are tasks.
    pub task_id: Option<String>,
    /// Refused until there are tags, unless empty.
    pub tags: Option<Vec<String>>,
}

/// Body of `POST .../time-entries/{entry}/stop`; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StopTimeEntry {
    /// RFC 3339; default now.
    pub end: Option<String>,
}

/// Tells `null` from absent.
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_tells_null_from_absent() {
        let update: UpdateTimeEntry = serde_json::from_str(r#"{"end": null, "color": "red"}"#).expect("JSON");
        assert_eq!(update, UpdateTimeEntry { end: Some(None), ..UpdateTimeEntry::default() });
    }
}
