//! Time entries, in the shape and with the names of solidtime.

use kronos_domain::{
    ClientId, Currency, EntryId, HourlyRate, Instant, MemberId, OrganizationId, Permission, ProjectId, Seconds, TagId,
    TaskId, UserId, entry,
};
use serde::{Deserialize, Serialize};

use crate::{
    Access::Scope,
    Changes, Data, Operation, Page, Parameter, Refused,
    refused::VERSION_MISMATCH,
    scope::{TIME_ENTRIES_READ, TIME_ENTRIES_WRITE},
};

/// What is refused here beside what all operations refuse.
pub mod refused {
    use super::Refused;

    /// The caller has no running timer.
    pub const NONE_ACTIVE: Refused = Refused::new(404, "no_active_time_entry", "No timer is running.");
    /// A member has one running timer at most. `meta.time_entry_id` is the one that runs.
    pub const STILL_RUNNING: Refused = Refused::new(
        409,
        "time_entry_still_running",
        "A timer is still running. Stop it first, or start the new one with `on_running=stop`.",
    );
    /// There is nothing to stop.
    pub const NOT_RUNNING: Refused = Refused::new(409, "time_entry_not_running", "The timer has stopped already.");
    /// `end: null` for a stopped entry.
    pub const CANNOT_BE_RESTARTED: Refused = Refused::new(
        409,
        "time_entry_can_not_be_restarted",
        "A stopped entry cannot run again. Start a new one to go on with the work.",
    );
    /// The id that the client chose is taken.
    pub const ID_ALREADY_USED: Refused = Refused::new(409, "id_already_used", "Another entry has this id.");
    /// The same key with different content.
    pub const IDEMPOTENCY_KEY_REUSED: Refused = Refused::new(
        422,
        "idempotency_key_reused",
        "The idempotency key was used for a request with different content.",
    );
    /// What happened since the position is not known.
    pub const SYNC_EXPIRED: Refused = Refused::new(
        410,
        "sync_expired",
        "Changes since that position cannot be told: they are not kept any more, or this database never had the position. List \
         everything again, then follow from `meta.since`.",
    );
}

const ENTRIES: &str = "/api/v1/organizations/{organization}/time-entries";
const ENTRY: &str = "/api/v1/organizations/{organization}/time-entries/{entry}";

/// What clients of solidtime send with an entry and do not mean (pysolidtime, VS Code, Neovim, clockify-to-solidtime).
const UNMEANT: &[&str] = &["member_ids", "billable_by_default", "archived_at"];
/// Members of an entry that the server sets, of those that a new entry does not take.
const READ_ONLY_OF_NEW: &[&str] = &[
    "break_seconds",
    "client_id",
    "cost_rate",
    "currency",
    "approval_status",
    "locked_reason",
    "invoiced_at",
    "source",
    "version",
    "created_at",
    "updated_at",
    "deleted_at",
];
/// Members of an entry that every change moves: what an older answer said of them asks for nothing.
const READ_ONLY: &[&str] = &["version", "updated_at"];

const SAMPLE: &str =
    r#"{"start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:30:00Z", "description": "Design", "billable": true}"#;
const CHANGE: &str = r#"{"description": "Design, second round"}"#;

crate::operations! {
    "time-entries";
    /// The running timer of the caller, in whichever organization.
    Active => Operation::new("get_active_time_entry", "GET", "/api/v1/users/me/time-entries/active", Scope(TIME_ENTRIES_READ))
        .answers::<Data<TimeEntry>>(200)
        .refuses(&[refused::NONE_ACTIVE]),
    /// The entries that the caller may see, newest first.
    List => Operation::new("list_time_entries", "GET", ENTRIES, Scope(TIME_ENTRIES_READ))
        .needs(Permission::EntriesRead)
        .query(&[
            Parameter::time("start", "2026-03-01T00:00:00Z", "Only entries that start at this instant or later."),
            Parameter::time("end", "2026-04-01T00:00:00Z", "Only entries that start before this instant."),
            Parameter::flag("active", "Only running timers, or only finished entries."),
            Parameter::flag("billable", "Only billable entries, or only others."),
            Parameter::id("member_ids", "Only entries of these members; also separated by commas.")
                .or(&["member_id", "member_ids[]"])
                .repeated()
                .at_most(100),
            Parameter::time("updated_since", "2026-03-01T00:00:00Z", "Only entries that changed at this instant or later, in the order of changes; `meta.sync_since` is what to ask with next."),
            Parameter::flag("include_deleted", "With tombstones of deleted entries.").defaults_to("false"),
            Parameter::text("search", "design", "Only entries whose description contains this text.").at_most(200),
            Parameter::one_of(
                "sort",
                &["-start", "start", "updated_at"],
                "Newest or oldest first, or in the order of changes, which `updated_since` implies.",
            ),
            Parameter::text("cursor", "", "`next_cursor` of the page before."),
            Parameter::number("limit", "100", "Entries on a page.").between(1, 500).defaults_to("100"),
            Parameter::number("offset", "0", "Entries to skip; `cursor` has no limit.").between(0, 10_000).defaults_to("0"),
            Parameter::flag("total", "Count the entries of all pages.").defaults_to("false"),
            Parameter::only("page", "1"),
        ])
        .answers::<Page<TimeEntry>>(200),
    /// Records an entry or, without an end, starts a timer.
    Create => Operation::new("create_time_entry", "POST", ENTRIES, Scope(TIME_ENTRIES_WRITE))
        .needs_for_own(Permission::EntriesChange)
        .query(&[Parameter::one_of("on_running", &["reject", "stop"], "What to do about a timer that is running.")])
        .takes::<CreateTimeEntry>(SAMPLE)
        .ignoring(UNMEANT, READ_ONLY_OF_NEW)
        .answers::<Data<TimeEntry>>(201)
        .refuses(&[refused::STILL_RUNNING, refused::ID_ALREADY_USED, refused::IDEMPOTENCY_KEY_REUSED]),
    /// What happened to entries since a position, deletions included.
    Changes => Operation::new(
        "list_time_entry_changes", "GET", "/api/v1/organizations/{organization}/time-entries/changes", Scope(TIME_ENTRIES_READ),
    )
    .needs(Permission::EntriesRead)
    .query(&[
        Parameter::number("since", "0", "`meta.since` of an earlier answer; 0 for all that is kept.").defaults_to("0"),
        Parameter::number("limit", "100", "Entries on a page.").between(1, 500).defaults_to("100"),
    ])
    .answers::<Changes<TimeEntry>>(200)
    .refuses(&[refused::SYNC_EXPIRED]),
    /// One entry.
    Read => Operation::new("get_time_entry", "GET", ENTRY, Scope(TIME_ENTRIES_READ))
        .needs(Permission::EntriesRead)
        .answers::<Data<TimeEntry>>(200),
    /// Changes an entry. As with solidtime, what is absent stays as it is.
    Replace => Operation::new("replace_time_entry", "PUT", ENTRY, Scope(TIME_ENTRIES_WRITE))
        .needs(Permission::EntriesChange)
        .takes::<UpdateTimeEntry>(CHANGE)
        .ignoring(UNMEANT, READ_ONLY)
        .answers::<Data<TimeEntry>>(200)
        .refuses(&[refused::CANNOT_BE_RESTARTED]),
    /// Changes an entry. What is absent stays as it is.
    Update => Operation::new("update_time_entry", "PATCH", ENTRY, Scope(TIME_ENTRIES_WRITE))
        .needs(Permission::EntriesChange)
        .takes::<UpdateTimeEntry>(CHANGE)
        .ignoring(UNMEANT, READ_ONLY)
        .answers::<Data<TimeEntry>>(200)
        .refuses(&[refused::CANNOT_BE_RESTARTED]),
    /// Deletes an entry; a tombstone stays for clients that synchronise.
    Delete => Operation::new("delete_time_entry", "DELETE", ENTRY, Scope(TIME_ENTRIES_WRITE))
        .needs(Permission::EntriesChange)
        .answers_nothing(204),
    /// Stops a timer.
    Stop => Operation::new(
        "stop_time_entry", "POST", "/api/v1/organizations/{organization}/time-entries/{entry}/stop", Scope(TIME_ENTRIES_WRITE),
    )
    .needs(Permission::EntriesChange)
    .takes::<StopTimeEntry>(r#"{"end": "2026-03-04T12:00:00Z"}"#)
    .optionally()
    .answers::<Data<TimeEntry>>(200)
    .refuses(&[refused::NOT_RUNNING, VERSION_MISMATCH]),
}

/// A time entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimeEntry {
    /// Its id.
    pub id: EntryId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Whose time it is.
    pub member_id: MemberId,
    /// The person behind the member; the member's id where it is a placeholder.
    pub user_id: UserId,
    /// When work began.
    pub start: Instant,
    /// When it ended; `null` while the timer runs.
    pub end: Option<Instant>,
    /// IANA zone in which it was recorded.
    pub time_zone: String,
    /// Worked time in seconds; `null` while the timer runs, never 0 or -1 for that.
    pub duration: Option<Seconds>,
    /// Pauses within it in seconds; always 0.
    pub break_seconds: Seconds,
    /// Always `work`.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What was done.
    pub description: String,
    /// Always `null`.
    pub project_id: Option<ProjectId>,
    /// Always `null`.
    pub task_id: Option<TaskId>,
    /// Always `null`.
    pub client_id: Option<ClientId>,
    /// Always empty.
    pub tags: Vec<TagId>,
    /// Whether somebody pays for it.
    pub billable: bool,
    /// Minor units per hour, frozen on the entry.
    pub billable_rate: Option<HourlyRate>,
    /// Always `null`.
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Time worked.
    Work,
    /// A pause.
    Break,
}

/// Where an entry stands on its way through approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Has to be `work`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// IANA zone; default the user's.
    pub time_zone: Option<String>,
    /// Up to 5000 characters.
    pub description: Option<String>,
    /// Default `false`.
    pub billable: Option<bool>,
    /// Minor units per hour; for owners and administrators.
    pub billable_rate: Option<i64>,
    /// Has to be `null`.
    pub project_id: Option<String>,
    /// Has to be `null`.
    pub task_id: Option<String>,
    /// Has to be empty.
    pub tags: Option<Vec<String>>,
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
    /// Has to be `work`.
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
    /// Has to be `null`.
    pub project_id: Option<String>,
    /// Has to be `null`.
    pub task_id: Option<String>,
    /// Has to be empty.
    pub tags: Option<Vec<String>>,
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

/// Tells `null` from absent.
pub(crate) fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
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
