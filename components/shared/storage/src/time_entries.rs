//! Time entries.
//!
//! Every statement joins the caller's membership, so that nobody reaches an organization that is not theirs, and so that a write
//! needs no look-up before it. Triggers append the events.

use kronos_domain::{
    Currency, EntryId, HourlyRate, Instant, MemberId, OrganizationId, Role, UserId, Zone,
    entry::{Description, Span, TimeEntry},
};

use crate::{
    Columns, Db, Error, Statement, Value, shared,
    visibility::{changes_everyone, sees_everyone},
};

mod list;

pub use list::{Cursor, Filter, Listing, Sort, count, list};

/// Refuses a second running timer of a member.
pub const ONE_RUNNING: &str = "time_entries_one_running_per_member";
/// Refuses an id that is in use, in whichever organization.
pub const PRIMARY_KEY: &str = "time_entries_pkey";
/// Refuses an end before the start.
pub const END_NOT_BEFORE_START: &str = "time_entries_end_not_before_start";

/// The columns that [`decode`] reads, each behind a table's alias with its dot, or behind nothing.
macro_rules! columns {
    ($alias:literal) => {
        concat!(
            $alias,
            "id::text, ",
            $alias,
            "organization_id::text, ",
            $alias,
            "member_id::text, ",
            $alias,
            "user_id::text, ",
            $alias,
            "start_at, ",
            $alias,
            "end_at, ",
            $alias,
            "time_zone, ",
            $alias,
            "description, ",
            $alias,
            "billable, ",
            $alias,
            "billable_rate, ",
            $alias,
            "currency, ",
            $alias,
            "source, ",
            $alias,
            "version, ",
            $alias,
            "created_at, ",
            $alias,
            "updated_at, ",
            $alias,
            "deleted_at"
        )
    };
}
use columns;

fn decode(columns: &mut Columns) -> Result<TimeEntry, Error> {
    Ok(TimeEntry {
        id: columns.parsed()?,
        organization: columns.parsed()?,
        member: columns.parsed()?,
        user: columns.parsed()?,
        start: columns.instant()?,
        end: columns.optional_instant()?,
        time_zone: columns.text()?,
        description: columns.text()?,
        billable: columns.bool()?,
        billable_rate: rate(columns.optional_integer()?)?,
        currency: columns.parsed::<Currency>()?,
        source: columns.text()?,
        version: columns.integer()?,
        created_at: columns.instant()?,
        updated_at: columns.instant()?,
        deleted_at: columns.optional_instant()?,
    })
}

fn rate(minor_units: Option<i64>) -> Result<Option<HourlyRate>, Error> {
    minor_units.map(HourlyRate::new).transpose().map_err(|error| Error::Internal(error.to_string()))
}

async fn entry(db: &Db, statement: &Statement, parameters: &[Value]) -> Result<Option<TimeEntry>, Error> {
    let row = db.row(statement, parameters).await?;
    row.map(|row| decode(&mut row.columns())).transpose()
}

/// Who acts, and where.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    /// The organization of the request's path.
    pub organization: OrganizationId,
    /// The person behind the request.
    pub user: UserId,
}

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
    /// The request's time.
    pub now: Instant,
}

/// The head and the body of the statement that records an entry; they differ in the target and in nothing else.
macro_rules! create {
    ($target:literal) => {
        concat!(
            "INSERT INTO ", $target, " (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, billable, ",
            "billable_rate, currency, source, request_digest, version, changed_by, created_at, updated_at) ",
            "SELECT $3::uuid, t.organization_id, t.id, t.user_id, $5::bigint, $6::bigint, ",
            "COALESCE($7::text, u.time_zone), $8::text, $9::boolean, $10::bigint, o.currency, $11::text, $12::text, 1, c.user_id, ",
            "$13::bigint, $13::bigint ",
            "FROM members c ",
            "JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.id) ",
            "JOIN organizations o ON o.id = c.organization_id ",
            "JOIN users u ON u.id = t.user_id ",
            "WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid ",
            "AND (t.id = c.id OR c.role IN ", changes_everyone!(), ") ",
            "AND ($10::bigint IS NULL OR c.role IN ", changes_everyone!(), ") "
        )
    };
}

const CREATE: Statement = shared!(create!("time_entries"), "RETURNING ", columns!(""));

/// PostgreSQL: the insert depends on the update, so the running timer has stopped when the unique index looks. The whole is undone
/// when the insert is refused.
const CREATE_STOPPING_RUNNING: Statement = Statement::pair(
    concat!(
        "WITH stopped AS (UPDATE time_entries r SET ",
        "end_at = CASE WHEN $5::bigint >= r.start_at THEN $5::bigint ",
        "ELSE greatest(r.start_at, $13::bigint / 1000000 * 1000000) END, ",
        "version = r.version + 1, changed_by = c.user_id, updated_at = $13::bigint ",
        "FROM members c JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.id) ",
        "WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid ",
        "AND (t.id = c.id OR c.role IN ",
        changes_everyone!(),
        ") ",
        "AND ($10::bigint IS NULL OR c.role IN ",
        changes_everyone!(),
        ") ",
        "AND r.member_id = t.id AND r.end_at IS NULL AND r.deleted_at IS NULL RETURNING r.id) ",
        create!("time_entries"),
        "AND (SELECT count(*) FROM stopped) >= 0 RETURNING ",
        columns!("")
    ),
    shared!(create!("time_entry_replacements"), "RETURNING ", columns!("")).text(crate::Engine::Sqlite),
);

/// Records an entry. None means that the actor may not: [`standing`] and [`member_role`] tell why.
pub async fn create(db: &Db, actor: Actor, new: NewEntry) -> Result<Option<TimeEntry>, Error> {
    entry(db, &CREATE, &new.parameters(actor)).await
}

/// Records a running entry after stopping the one that runs, both or neither.
pub async fn create_stopping_running(db: &Db, actor: Actor, new: NewEntry) -> Result<Option<TimeEntry>, Error> {
    entry(db, &CREATE_STOPPING_RUNNING, &new.parameters(actor)).await
}

impl NewEntry {
    fn parameters(self, actor: Actor) -> [Value; 13] {
        [
            actor.organization.into(),
            actor.user.into(),
            self.id.into(),
            self.member.into(),
            self.span.start.into(),
            self.span.end.into(),
            self.time_zone.map(|zone| zone.to_string()).into(),
            self.description.as_str().into(),
            self.billable.into(),
            self.billable_rate.into(),
            self.source.into(),
            self.request_digest.into(),
            self.now.into(),
        ]
    }
}

const REPEATED: Statement = shared!(
    "SELECT ",
    columns!("e."),
    " FROM members c JOIN time_entries e ON e.organization_id = c.organization_id ",
    "WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND e.id = $3::uuid ",
    "AND e.request_digest = $4::text AND (e.member_id = c.id OR c.role IN ",
    changes_everyone!(),
    ")"
);

/// The entry that the same request created before, as it is now, be it deleted.
pub async fn repeated(db: &Db, actor: Actor, id: EntryId, request_digest: &str) -> Result<Option<TimeEntry>, Error> {
    let parameters = [actor.organization.into(), actor.user.into(), id.into(), request_digest.into()];
    entry(db, &REPEATED, &parameters).await
}

const READ: Statement = shared!(
    "SELECT ",
    columns!("e."),
    " FROM members c JOIN time_entries e ON e.organization_id = c.organization_id ",
    "WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND e.id = $3::uuid ",
    "AND e.deleted_at IS NULL AND (e.member_id = c.id OR c.role IN ",
    sees_everyone!(),
    ")"
);

/// An entry that the actor may see.
pub async fn read(db: &Db, actor: Actor, id: EntryId) -> Result<Option<TimeEntry>, Error> {
    entry(db, &READ, &[actor.organization.into(), actor.user.into(), id.into()]).await
}

const ACTIVE: Statement = shared!(
    "SELECT ",
    columns!("e."),
    " FROM members c JOIN time_entries e ON e.member_id = c.id ",
    "WHERE c.user_id = $1::uuid AND e.end_at IS NULL AND e.deleted_at IS NULL ",
    "ORDER BY e.start_at DESC, e.id DESC LIMIT 1"
);

/// The person's running timer; of several in different organizations the one that was started last.
pub async fn active(db: &Db, user: UserId) -> Result<Option<TimeEntry>, Error> {
    entry(db, &ACTIVE, &[user.into()]).await
}

/// What to change about an entry; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// When work began.
    pub start: Option<Instant>,
    /// When it ended.
    pub end: Option<Instant>,
    /// The zone in which it was recorded.
    pub time_zone: Option<Zone>,
    /// What was done.
    pub description: Option<Description>,
    /// Whether somebody pays.
    pub billable: Option<bool>,
    /// The price, or that there is none.
    pub billable_rate: Option<Option<HourlyRate>>,
}

/// When a change applies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Condition {
    /// The entry has this version.
    pub version: Option<i64>,
    /// The timer is running.
    pub running: bool,
}

const UPDATE: Statement = shared!(
    "UPDATE time_entries SET start_at = COALESCE($4::bigint, start_at), end_at = COALESCE($5::bigint, end_at), ",
    "time_zone = COALESCE($6::text, time_zone), description = COALESCE($7::text, description), ",
    "billable = COALESCE($8::boolean, billable), ",
    "billable_rate = CASE WHEN $9::boolean THEN $10::bigint ELSE billable_rate END, ",
    "version = version + 1, changed_by = $2::uuid, updated_at = $11::bigint ",
    "WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL ",
    "AND ($12::bigint IS NULL OR version = $12::bigint) AND (NOT $13::boolean OR end_at IS NULL) ",
    "AND EXISTS (SELECT 1 FROM members c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid ",
    "AND (c.id = time_entries.member_id OR c.role IN ",
    changes_everyone!(),
    ") ",
    "AND (NOT $9::boolean OR c.role IN ",
    changes_everyone!(),
    ")) RETURNING ",
    columns!("")
);

/// Changes an entry. None means that there is none that the actor may change and that meets the condition: [`standing`] tells.
pub async fn update(
    db: &Db,
    actor: Actor,
    id: EntryId,
    changes: Changes,
    condition: Condition,
    now: Instant,
) -> Result<Option<TimeEntry>, Error> {
    let parameters = [
        actor.organization.into(),
        actor.user.into(),
        id.into(),
        changes.start.into(),
        changes.end.into(),
        changes.time_zone.map(|zone| zone.to_string()).into(),
        changes.description.as_ref().map(Description::as_str).into(),
        changes.billable.into(),
        changes.billable_rate.is_some().into(),
        changes.billable_rate.flatten().into(),
        now.into(),
        condition.version.into(),
        condition.running.into(),
    ];
    entry(db, &UPDATE, &parameters).await
}

const DELETE: Statement = shared!(
    "UPDATE time_entries SET deleted_at = $4::bigint, updated_at = $4::bigint, changed_by = $2::uuid, version = version + 1 ",
    "WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL ",
    "AND ($5::bigint IS NULL OR version = $5::bigint) ",
    "AND EXISTS (SELECT 1 FROM members c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid ",
    "AND (c.id = time_entries.member_id OR c.role IN ",
    changes_everyone!(),
    ")) RETURNING ",
    columns!("")
);

/// Deletes an entry; a tombstone remains. None means the same as with [`update`].
pub async fn delete(
    db: &Db,
    actor: Actor,
    id: EntryId,
    version: Option<i64>,
    now: Instant,
) -> Result<Option<TimeEntry>, Error> {
    let parameters = [actor.organization.into(), actor.user.into(), id.into(), now.into(), version.into()];
    entry(db, &DELETE, &parameters).await
}

/// How an actor stands to an entry: what an answer needs to explain why a change was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The actor sees the entry.
    pub visible: bool,
    /// The actor may change the entry.
    pub changeable: bool,
    /// The actor's role.
    pub role: Role,
    /// The entry's version.
    pub version: i64,
    /// The timer is running.
    pub running: bool,
    /// When the entry began.
    pub start: Instant,
}

const STANDING: Statement = shared!(
    "SELECT c.role, c.id::text, e.member_id::text, e.version, e.end_at, e.start_at FROM members c ",
    "JOIN time_entries e ON e.organization_id = c.organization_id ",
    "WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND e.id = $3::uuid AND e.deleted_at IS NULL"
);

/// How the actor stands to an entry; none where there is no such entry in an organization of the actor.
pub async fn standing(db: &Db, actor: Actor, id: EntryId) -> Result<Option<Standing>, Error> {
    let row = db.row(&STANDING, &[actor.organization.into(), actor.user.into(), id.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = row.columns();
    let role: Role = columns.parsed()?;
    let own = columns.parsed::<MemberId>()? == columns.parsed::<MemberId>()?;
    Ok(Some(Standing {
        visible: own || role.sees_everyone(),
        changeable: own || role.changes_everyone(),
        role,
        version: columns.integer()?,
        running: columns.optional_integer()?.is_none(),
        start: columns.instant()?,
    }))
}

const MEMBER_ROLE: Statement =
    shared!("SELECT role FROM members WHERE organization_id = $1::uuid AND user_id = $2::uuid");

/// The actor's role; none where the actor is not a member.
pub async fn member_role(db: &Db, actor: Actor) -> Result<Option<Role>, Error> {
    let row = db.row(&MEMBER_ROLE, &[actor.organization.into(), actor.user.into()]).await?;
    row.map(|row| row.columns().parsed()).transpose()
}
