//! Time entries, in the shape and with the names of solidtime.

use kronos_domain::{
    ClientId, Currency, EntryId, HourlyRate, Instant, MemberId, OrganizationId, Permission, ProjectId, Seconds, TagId,
    TaskId, UserId,
    entry::{self, Kind},
};
use serde::{Deserialize, Serialize};

use crate::{
    Access::Scope,
    Changes, Data, Operation, Page, Parameter, Refused,
    refused::VERSION_MISMATCH,
    scope::{TIME_ENTRIES_READ, TIME_ENTRIES_WRITE},
};

mod bodies;

pub use bodies::{
    CreateTimeEntry, DeleteTimeEntries, DiscardIdle, DuplicateTimeEntry, ResultOfOne, Results, SplitTimeEntry,
    StopTimeEntry, TimeEntryChanges, UpdateTimeEntries, UpdateTimeEntry,
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
    /// A source has one entry of each id.
    pub const EXTERNAL_ID_ALREADY_USED: Refused = Refused::new(
        409,
        "external_id_already_used",
        "Another entry has this `external_id` and `source`. Change that one, or leave this one out.",
    );
    /// The organization forbids two entries of a member at once.
    pub const OVERLAPPING: Refused = Refused::new(
        409,
        "overlapping_time_entry",
        "The entry overlaps another one of the member, which the organization forbids. Change `start` or `end`.",
    );
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
            Parameter::id("project_ids", "Only entries of these projects; `none` stands for those without one.")
                .or(&["project_id", "project_ids[]"])
                .repeated(),
            Parameter::id("task_ids", "Only entries of these tasks; `none` stands for those without one.")
                .or(&["task_id", "task_ids[]"])
                .repeated(),
            Parameter::id("client_ids", "Only entries of projects of these clients; `none` stands for those without one.")
                .or(&["client_id", "client_ids[]"])
                .repeated(),
            Parameter::id("tag_ids", "Only entries with one of these tags; `none` stands for those without any.")
                .or(&["tag_id", "tag_ids[]"])
                .repeated(),
            Parameter::one_of("tag_match_type", &["any", "all"], "Whether entries have one of the tags, or all of them."),
            Parameter::one_of("type", &["work", "break"], "Only work, or only breaks."),
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
        .refuses(&[refused::STILL_RUNNING, refused::OVERLAPPING, refused::EXTERNAL_ID_ALREADY_USED, refused::ID_ALREADY_USED, refused::IDEMPOTENCY_KEY_REUSED]),
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
        .refuses(&[refused::CANNOT_BE_RESTARTED, refused::OVERLAPPING, refused::EXTERNAL_ID_ALREADY_USED]),
    /// Changes an entry. What is absent stays as it is.
    Update => Operation::new("update_time_entry", "PATCH", ENTRY, Scope(TIME_ENTRIES_WRITE))
        .needs(Permission::EntriesChange)
        .takes::<UpdateTimeEntry>(CHANGE)
        .ignoring(UNMEANT, READ_ONLY)
        .answers::<Data<TimeEntry>>(200)
        .refuses(&[refused::CANNOT_BE_RESTARTED, refused::OVERLAPPING, refused::EXTERNAL_ID_ALREADY_USED]),
    /// Deletes an entry; a tombstone stays for clients that synchronise.
    Delete => Operation::new("delete_time_entry", "DELETE", ENTRY, Scope(TIME_ENTRIES_WRITE))
        .needs(Permission::EntriesChange)
        .answers_nothing(204),
    /// Changes many entries alike. Each is changed or not on its own; the answer says what became of it.
    UpdateAll => Operation::new("update_time_entries", "PATCH", ENTRIES, Scope(TIME_ENTRIES_WRITE))
        .needs_for_own(Permission::EntriesChange)
        .takes::<UpdateTimeEntries>(
            r#"{"ids": ["01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e"], "changes": {"description": "Design", "billable": true}}"#,
        )
        .answers::<Results>(200),
    /// Deletes many entries. Each is deleted or not on its own; the answer says what became of it.
    DeleteAll => Operation::new("delete_time_entries", "DELETE", ENTRIES, Scope(TIME_ENTRIES_WRITE))
        .needs_for_own(Permission::EntriesChange)
        .query(&[Parameter::id("ids", "The entries, where the request has no body.").or(&["ids[]"]).repeated().at_most(500)])
        .takes::<DeleteTimeEntries>(r#"{"ids": ["01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e"]}"#)
        .optionally()
        .answers::<Results>(200),
    /// Starts a timer that goes on with the work of an entry, for the same member.
    Resume => Operation::new(
        "resume_time_entry", "POST", "/api/v1/organizations/{organization}/time-entries/{entry}/resume", Scope(TIME_ENTRIES_WRITE),
    )
    .needs(Permission::EntriesChange)
    .query(&[Parameter::one_of("on_running", &["reject", "stop"], "What to do about a timer that is running.")])
    .answers::<Data<TimeEntry>>(201)
    .refuses(&[refused::STILL_RUNNING, refused::OVERLAPPING, refused::IDEMPOTENCY_KEY_REUSED]),
    /// Records another entry like this one, at the same time or at another.
    Duplicate => Operation::new(
        "duplicate_time_entry", "POST", "/api/v1/organizations/{organization}/time-entries/{entry}/duplicate", Scope(TIME_ENTRIES_WRITE),
    )
    .needs(Permission::EntriesChange)
    .takes::<DuplicateTimeEntry>(r#"{"start": "2026-03-05T09:00:00Z"}"#)
    .optionally()
    .answers::<Data<TimeEntry>>(201)
    .refuses(&[refused::STILL_RUNNING, refused::OVERLAPPING, refused::IDEMPOTENCY_KEY_REUSED]),
    /// Cuts an entry in two at an instant. The answer has the earlier part, which keeps the id, and the later one.
    Split => Operation::new(
        "split_time_entry", "POST", "/api/v1/organizations/{organization}/time-entries/{entry}/split", Scope(TIME_ENTRIES_WRITE),
    )
    .needs(Permission::EntriesChange)
    .takes::<SplitTimeEntry>(r#"{"at": "2026-03-04T09:30:00Z"}"#)
    .answers::<Data<Vec<TimeEntry>>>(201)
    .refuses(&[refused::IDEMPOTENCY_KEY_REUSED, VERSION_MISMATCH]),
    /// Ends a running timer where its person went away, and, if they came back to the same work, starts another one now.
    DiscardIdle => Operation::new(
        "discard_idle_time", "POST", "/api/v1/organizations/{organization}/time-entries/{entry}/discard-idle", Scope(TIME_ENTRIES_WRITE),
    )
    .needs(Permission::EntriesChange)
    .takes::<DiscardIdle>(r#"{"idle_start": "2026-03-04T11:00:00Z", "action": "discard_and_continue"}"#)
    .answers::<Data<TimeEntry>>(200)
    .refuses(&[refused::NOT_RUNNING, refused::IDEMPOTENCY_KEY_REUSED, VERSION_MISMATCH]),
    /// Brings a deleted entry back.
    Restore => Operation::new(
        "restore_time_entry", "POST", "/api/v1/organizations/{organization}/time-entries/{entry}/restore", Scope(TIME_ENTRIES_WRITE),
    )
    .needs(Permission::EntriesChange)
    .answers::<Data<TimeEntry>>(200)
    .refuses(&[refused::STILL_RUNNING, refused::OVERLAPPING, refused::EXTERNAL_ID_ALREADY_USED, VERSION_MISMATCH]),
    /// Stops a timer.
    Stop => Operation::new(
        "stop_time_entry", "POST", "/api/v1/organizations/{organization}/time-entries/{entry}/stop", Scope(TIME_ENTRIES_WRITE),
    )
    .needs(Permission::EntriesChange)
    .takes::<StopTimeEntry>(r#"{"end": "2026-03-04T12:00:00Z"}"#)
    .optionally()
    .answers::<Data<TimeEntry>>(200)
    .refuses(&[refused::NOT_RUNNING, refused::OVERLAPPING, VERSION_MISMATCH]),
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
    /// Work or a pause.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What was done.
    pub description: String,
    /// What it is for.
    pub project_id: Option<ProjectId>,
    /// The task of that project.
    pub task_id: Option<TaskId>,
    /// Whom the project is for.
    pub client_id: Option<ClientId>,
    /// Its tags.
    pub tags: Vec<TagId>,
    /// Whether somebody pays for it.
    pub billable: bool,
    /// Minor units per hour, frozen on the entry. `null` to those who may not see rates.
    pub billable_rate: Option<HourlyRate>,
    /// Where the rate comes from: `manual`, or the scope of the rate that was valid, such as `project`.
    pub billable_rate_source: Option<String>,
    /// What it costs in minor units per hour, frozen on the entry. `null` to those who may not see costs.
    pub cost_rate: Option<HourlyRate>,
    /// Where the cost comes from.
    pub cost_rate_source: Option<String>,
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
    /// What the source calls it; there is one of each source.
    pub external_id: Option<String>,
    /// Where the source shows it.
    pub external_url: Option<String>,
    /// Grows by one with each change; also the `ETag`.
    pub version: i64,
    /// When it was recorded.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
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
            kind: entry.kind,
            description: entry.description,
            project_id: entry.project,
            task_id: entry.task,
            client_id: entry.client,
            tags: entry.tags,
            billable: entry.billable,
            billable_rate: entry.billable_rate,
            billable_rate_source: entry.billable_rate_source.map(|source| source.name().to_owned()),
            cost_rate: entry.cost_rate,
            cost_rate_source: entry.cost_rate_source.map(|source| source.name().to_owned()),
            currency: entry.currency,
            approval_status: ApprovalStatus::Open,
            locked_reason: None,
            invoiced_at: None,
            source: entry.source,
            external_id: entry.external_id,
            external_url: entry.external_url,
            version: entry.version,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            deleted_at: entry.deleted_at,
        }
    }
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
