//! Writes, each in one statement.

use kronos_domain::{
    EntryId, HourlyRate, Instant, MemberId, Seconds, Zone,
    entry::{Description, Span, TimeEntry},
};

use super::{Change, entry};
use crate::{
    Db, Error, Value,
    db::{Fragment, statements},
};

/// Recording an entry and recording one in place of the running timer differ in the target and in what surrounds it.
const CREATE: &[Fragment] = &[
    Fragment::shared(
        "columns",
        "id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, folded_description, billable,
            billable_rate, currency, source, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at",
    ),
    Fragment::shared(
        "values",
        "$3::uuid, t.organization_id, t.id, COALESCE(t.user_id, t.id), $5::bigint, $6::bigint,
            COALESCE($7::text, u.time_zone, o.time_zone), $8::text, $9::text, $10::boolean,
            $11::bigint, o.currency, $12::text, $13::text, 1, c.user_id, $14::text, $15::text, stamp.at, stamp.at",
    ),
    // A placeholder has no user.
    Fragment::shared(
        "sources",
        "callers c
        JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id)
        JOIN organizations o ON o.id = c.organization_id
        LEFT JOIN users u ON u.id = t.user_id
        CROSS JOIN (SELECT {stamp} AS at) stamp",
    ),
    Fragment::shared(
        "allowed",
        "c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND c.role IN {changes_own} AND (t.id = c.member_id OR c.role IN {changes_everyone})
          AND ($11::bigint IS NULL OR c.role IN {changes_everyone})",
    ),
];

statements! {
    INSERT = r"
        INSERT INTO time_entries ({columns})
        SELECT {values}
        FROM {sources}
        WHERE {allowed}
        RETURNING {entry}
    " with CREATE;

    // PostgreSQL: the insert depends on the update, so the running timer has stopped when the unique index looks. The whole is
    // undone when the insert is refused.
    REPLACE_RUNNING = {
        postgres: r"
        WITH stopped AS (
            UPDATE time_entries SET
                end_at = CASE WHEN $5::bigint >= time_entries.start_at THEN $5::bigint
                              ELSE greatest(time_entries.start_at, $16::bigint) END,
                version = time_entries.version + 1,
                changed_by = c.user_id, request_id = $14::text, traceparent = $15::text,
                updated_at = {entry_stamp}
            FROM callers c
            JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id)
            WHERE {allowed}
              AND time_entries.member_id = t.id AND time_entries.end_at IS NULL AND time_entries.deleted_at IS NULL
            RETURNING time_entries.id
        )
        INSERT INTO time_entries ({columns})
        SELECT {values}
        FROM {sources}
        WHERE {allowed} AND (SELECT count(*) FROM stopped) >= 0
        RETURNING {entry}
        ",
        sqlite: r"
        INSERT INTO time_entry_replacements ({columns}, stopped_at)
        SELECT {values}, $16::bigint
        FROM {sources}
        WHERE {allowed}
        RETURNING {entry}
        ",
    } with CREATE;

    UPDATE = r"
        UPDATE time_entries SET
            start_at = {start}, end_at = {end}, time_zone = {time_zone}, description = {description},
            folded_description = CASE WHEN $7::text IS NULL THEN folded_description ELSE $8::text END,
            billable = {billable}, billable_rate = {billable_rate},
            version = version + 1,
            changed_by = $2::uuid, request_id = $16::text, traceparent = $17::text,
            updated_at = {entry_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          AND (start_at, end_at, time_zone, description, billable, billable_rate)
              IS DISTINCT FROM ({start}, {end}, {time_zone}, {description}, {billable}, {billable_rate})
          AND ($13::bigint IS NULL OR version = $13::bigint)
          AND (NOT $14::boolean OR end_at IS NULL)
          AND ($15::uuid IS NULL OR member_id = $15::uuid)
          AND ({end} IS NULL OR {end} - {start} <= 31622400000000
               OR (start_at = {start} AND (end_at IS NULL OR end_at = {end})))
          AND EXISTS (
              SELECT 1 FROM callers c
              WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
                AND c.role IN {changes_own}
                AND (c.member_id = time_entries.member_id OR c.role IN {changes_everyone})
                AND (NOT $10::boolean OR time_entries.billable_rate IS NOT DISTINCT FROM $11::bigint
                     OR c.role IN {changes_everyone})
          )
        RETURNING {entry}
    " with CHANGED;

    DELETE = r"
        UPDATE time_entries SET
            deleted_at = {entry_stamp},
            version = version + 1,
            changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
            updated_at = {entry_stamp}
        WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
          AND ($4::bigint IS NULL OR version = $4::bigint)
          AND EXISTS (
              SELECT 1 FROM callers c
              WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
                AND c.role IN {changes_own}
                AND (c.member_id = time_entries.member_id OR c.role IN {changes_everyone})
          )
        RETURNING {entry}
    ";
}

/// What a change makes of each column.
const CHANGED: &[Fragment] = &[
    Fragment::shared("start", "COALESCE($4::bigint, start_at)"),
    // A duration, or an end; a timer that began ahead of the clock ends where it began.
    Fragment::shared(
        "end",
        "CASE WHEN $18::bigint IS NOT NULL THEN {start} + $18::bigint
                   WHEN $12::boolean AND $5::bigint < start_at THEN start_at
                   ELSE COALESCE($5::bigint, end_at) END",
    ),
    Fragment::shared("time_zone", "COALESCE($6::text, time_zone)"),
    Fragment::shared("description", "COALESCE($7::text, description)"),
    Fragment::shared("billable", "COALESCE($9::boolean, billable)"),
    Fragment::shared("billable_rate", "CASE WHEN $10::boolean THEN $11::bigint ELSE billable_rate END"),
];

/// An entry to record.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Its id.
    pub id: EntryId,
    /// Another member's, or the actor's own.
    pub member: Option<MemberId>,
    /// When; without an end a timer runs.
    pub span: Span,
    /// The zone in which it is recorded, or the person's own.
    pub time_zone: Option<Zone>,
    /// What was done.
    pub description: Description,
    /// Whether somebody pays.
    pub billable: bool,
    /// The price, if the request states one.
    pub billable_rate: Option<HourlyRate>,
    /// How it came in.
    pub source: &'static str,
    /// Digest of the request.
    pub request_digest: String,
}

impl NewEntry {
    fn parameters(self, change: Change<'_>) -> Vec<Value> {
        vec![
            change.actor.organization.into(),
            change.actor.user.into(),
            self.id.into(),
            self.member.into(),
            self.span.start.into(),
            self.span.end.into(),
            self.time_zone.map(|zone| zone.to_string()).into(),
            self.description.as_str().into(),
            self.description.folded().into(),
            self.billable.into(),
            self.billable_rate.into(),
            self.source.into(),
            self.request_digest.into(),
            change.request_id.into(),
            change.traceparent.into(),
        ]
    }
}

/// Records an entry. None means that the actor may not: [`super::member_role`] tells why.
pub async fn create(db: &Db, change: Change<'_>, new: NewEntry) -> Result<Option<TimeEntry>, Error> {
    entry(db, &INSERT, &new.parameters(change)).await
}

/// Records a running entry after stopping the one that runs, both or neither. The one that runs ends where the new one starts, or
/// now where it is the later one.
pub async fn create_stopping_running(db: &Db, change: Change<'_>, new: NewEntry) -> Result<Option<TimeEntry>, Error> {
    let mut parameters = new.parameters(change);
    parameters.push(change.now.truncated().into());
    entry(db, &REPLACE_RUNNING, &parameters).await
}

/// When an entry is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At this instant, which is refused before the start.
    At(Instant),
    /// At this instant, or with its start where that is later.
    FromStart(Instant),
    /// So long after its start.
    After(Seconds),
}

/// What to change about an entry; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// When work began.
    pub start: Option<Instant>,
    /// When it ended.
    pub end: Option<End>,
    /// The zone in which it was recorded.
    pub time_zone: Option<Zone>,
    /// What was done.
    pub description: Option<Description>,
    /// Whether somebody pays.
    pub billable: Option<bool>,
    /// The price, or that there is none.
    pub billable_rate: Option<Option<HourlyRate>>,
}

impl Edit {
    /// What it would make of the span of an entry.
    pub fn span_of(&self, entry: &TimeEntry) -> Span {
        let start = self.start.unwrap_or(entry.start);
        let end = match self.end {
            None => entry.end,
            Some(End::At(end)) => Some(end),
            Some(End::FromStart(end)) => Some(end.max(entry.start)),
            Some(End::After(duration)) => Some(Instant::from_seconds(start.seconds() + duration.count())),
        };
        Span { start, end }
    }

    /// Whether it would make an entry longer than what can be recorded. To stop a timer is always possible.
    pub fn makes_too_long(&self, entry: &TimeEntry) -> bool {
        let span = self.span_of(entry);
        span.is_too_long() && !(span.start == entry.start && (entry.end.is_none() || span.end == entry.end))
    }

    /// Whether it would change an entry.
    pub fn alters(&self, entry: &TimeEntry) -> bool {
        self.span_of(entry) != Span { start: entry.start, end: entry.end }
            || self.time_zone.as_ref().is_some_and(|zone| zone.to_string() != entry.time_zone)
            || self.description.as_ref().is_some_and(|text| text.as_str() != entry.description)
            || self.billable.is_some_and(|billable| billable != entry.billable)
            || self.sets_rate_of(entry)
    }

    /// Whether it would change the price, which not everybody may who may change the rest.
    pub fn sets_rate_of(&self, entry: &TimeEntry) -> bool {
        self.billable_rate.is_some_and(|rate| rate != entry.billable_rate)
    }
}

/// When a change applies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Condition {
    /// The entry has this version.
    pub version: Option<i64>,
    /// The timer is running.
    pub running: bool,
    /// The entry is this member's.
    pub member: Option<MemberId>,
}

/// Changes an entry. None means that there is none that the actor may change, that meets the condition and that the edit alters
/// and may alter: [`super::standing`] and the methods of [`Edit`] tell.
pub async fn update(
    db: &Db,
    change: Change<'_>,
    id: EntryId,
    edit: &Edit,
    condition: Condition,
) -> Result<Option<TimeEntry>, Error> {
    let (end, from_start, duration) = match edit.end {
        None => (None, false, None),
        Some(End::At(end)) => (Some(end), false, None),
        Some(End::FromStart(end)) => (Some(end), true, None),
        Some(End::After(duration)) => (None, false, Some(Instant::from_seconds(duration.count()).micros())),
    };
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        edit.start.into(),
        end.into(),
        edit.time_zone.as_ref().map(ToString::to_string).into(),
        edit.description.as_ref().map(Description::as_str).into(),
        edit.description.as_ref().and_then(Description::folded).into(),
        edit.billable.into(),
        edit.billable_rate.is_some().into(),
        edit.billable_rate.flatten().into(),
        from_start.into(),
        condition.version.into(),
        condition.running.into(),
        condition.member.into(),
        change.request_id.into(),
        change.traceparent.into(),
        duration.into(),
    ];
    entry(db, &UPDATE, &parameters).await
}

/// Deletes an entry; a tombstone remains. None means that there is none of this version that the actor may change.
pub async fn delete(
    db: &Db,
    change: Change<'_>,
    id: EntryId,
    version: Option<i64>,
) -> Result<Option<TimeEntry>, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        version.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    entry(db, &DELETE, &parameters).await
}
