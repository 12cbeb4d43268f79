//! Organizations and their settings.

use kronos_domain::{
    Currency, HourlyRate, Instant, MemberId, Name, OrganizationId, Role, UserId, Zone,
    settings::{CurrencyFormat, DateFormat, IntervalFormat, NumberFormat, OverlapPolicy, TimeFormat, WeekStart},
};
use uuid::Uuid;

use crate::{
    Actor, Change, Db, Error, Statement, Value,
    db::{Fragment, record, statements},
    pages::{self, Found, Wanted},
    rates::CURRENT,
};

/// Refuses an id that is in use.
pub const PRIMARY_KEY: &str = "organizations_pkey";

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it counts in.
    pub currency: Currency,
    /// Name of the zone whose days its reports have.
    pub time_zone: String,
    /// When its weeks begin.
    pub week_start: WeekStart,
    /// How it writes numbers.
    pub number_format: NumberFormat,
    /// How it writes money.
    pub currency_format: CurrencyFormat,
    /// How it writes dates.
    pub date_format: DateFormat,
    /// How it writes durations.
    pub interval_format: IntervalFormat,
    /// How it writes times of day.
    pub time_format: TimeFormat,
    /// Whether it is for one person.
    pub is_personal: bool,
    /// Whether new projects are billable.
    pub billable_default: bool,
    /// What becomes of entries that overlap.
    pub overlap_policy: OverlapPolicy,
    /// Whether employees see what their work is billed at.
    pub employees_can_see_billable_rates: bool,
    /// Whether employees manage the tasks of the projects that they see.
    pub employees_can_manage_tasks: bool,
    /// Whether breaks are recorded.
    pub breaks_enabled: bool,
    /// What it bills for an hour now; none where the actor may not know.
    pub billable_rate: Option<HourlyRate>,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was founded.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

record! {
    COLUMNS_OF_R("r."), decode -> Organization {
        id: id id,
        name: text name,
        currency: parsed currency,
        time_zone: text time_zone,
        week_start: parsed week_start,
        number_format: parsed number_format,
        currency_format: parsed currency_format,
        date_format: parsed date_format,
        interval_format: parsed interval_format,
        time_format: parsed time_format,
        is_personal: bool is_personal,
        billable_default: bool billable_default,
        overlap_policy: parsed overlap_policy,
        employees_can_see_billable_rates: bool employees_can_see_billable_rates,
        employees_can_manage_tasks: bool employees_can_manage_tasks,
        breaks_enabled: bool breaks_enabled,
        billable_rate: optional_rate billable_rate,
        version: integer version,
        created_at: instant created_at,
        updated_at: instant updated_at,
    }
}

const SETTINGS: &[Fragment] = &[
    Fragment::shared("r.organization", COLUMNS_OF_R),
    Fragment::shared(
        "given",
        "name, name_key, currency, time_zone, week_start, number_format, currency_format, date_format, interval_format,
            time_format, is_personal, billable_default, overlap_policy, employees_can_see_billable_rates,
            employees_can_manage_tasks, breaks_enabled, request_id, traceparent, request_digest, version, changed_by, created_at,
            updated_at",
    ),
    // Whoever founds an organization is no member of it yet.
    Fragment::shared(
        "values",
        "$3::text, $4::text, COALESCE($5::text, 'EUR'), COALESCE($6::text, caller.time_zone), COALESCE($7::text, 'monday'),
            COALESCE($8::text, 'comma-point'), COALESCE($9::text, 'iso-code-after-with-space'),
            COALESCE($10::text, 'hyphen-separated-yyyy-mm-dd'), COALESCE($11::text, 'hours-minutes'),
            COALESCE($12::text, '24-hours'), false, COALESCE($13::boolean, false), COALESCE($14::text, 'allow'),
            COALESCE($15::boolean, false), COALESCE($16::boolean, false), COALESCE($17::boolean, true),
            $18::text, $19::text, $20::text, 1, caller.id, stamp.at, stamp.at
        FROM users caller
        CROSS JOIN (SELECT {stamp} AS at) stamp
        WHERE caller.id = $2::uuid",
    ),
    Fragment::shared("name", "COALESCE($3::text, name)"),
    Fragment::shared("currency", "COALESCE($5::text, currency)"),
    Fragment::shared("time_zone", "COALESCE($6::text, time_zone)"),
    Fragment::shared("week_start", "COALESCE($7::text, week_start)"),
    Fragment::shared("number_format", "COALESCE($8::text, number_format)"),
    Fragment::shared("currency_format", "COALESCE($9::text, currency_format)"),
    Fragment::shared("date_format", "COALESCE($10::text, date_format)"),
    Fragment::shared("interval_format", "COALESCE($11::text, interval_format)"),
    Fragment::shared("time_format", "COALESCE($12::text, time_format)"),
    Fragment::shared("billable_default", "COALESCE($13::boolean, billable_default)"),
    Fragment::shared(
        "overlap_policy",
        "CASE WHEN $21::boolean AND overlap_policy = 'forbid' THEN 'allow' ELSE COALESCE($14::text, overlap_policy) END",
    ),
    Fragment::shared("see_rates", "COALESCE($15::boolean, employees_can_see_billable_rates)"),
    Fragment::shared("manage_tasks", "COALESCE($16::boolean, employees_can_manage_tasks)"),
    Fragment::shared("breaks", "COALESCE($17::boolean, breaks_enabled)"),
];

/// The caller of a list that is not of one organization; `$1` is none's.
const ANYWHERE: &[Fragment] =
    &[Fragment::shared("caller", "SELECT id AS user_id FROM users WHERE id = $2::uuid AND $1::uuid IS NOT NULL")];

/// The organizations `o` of callers `c`, as they are shown to them.
const SHOWN: &[Fragment] = &[
    Fragment::shared(
        "organizations",
        "SELECT o.*, CASE WHEN c.role IN {all:billable-rates:read}
                OR (c.role IN {any:billable-rates:read} AND o.employees_can_see_billable_rates)
            THEN {billable_rate_now} END AS billable_rate
        FROM callers c
        JOIN organization_profiles o ON o.id = c.organization_id",
    ),
    Fragment::shared("of", "c"),
    Fragment::shared("rate_subject", "'//'"),
];

crate::pages! {
    /// Those that the user belongs to.
    LIST = COLUMNS_OF_R, r"
        {organizations}
        WHERE c.user_id = (SELECT user_id FROM caller) AND ($9::boolean IS NULL OR o.is_personal = $9::boolean)
    " with ANYWHERE SHOWN CURRENT;
}

statements! {
    READ = r"
        SELECT {r.organization} FROM (
            {organizations}
            WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:organization:read}
        ) r
    " with SETTINGS SHOWN CURRENT;

    REPEATED = r"
        SELECT {r.organization} FROM (
            {organizations}
            WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND o.request_digest = $3::text
        ) r
    " with SETTINGS SHOWN CURRENT;

    FOUND = {
        postgres: r"
        WITH founded AS (
            INSERT INTO organizations (id, {given})
            SELECT $1::uuid, {values}
            RETURNING *
        ), owner AS (
            INSERT INTO members AS t (id, organization_id, user_id, role, changed_by, request_id, traceparent, created_at, updated_at)
            SELECT $21::uuid, id, changed_by, 'owner', changed_by, request_id, traceparent, created_at, updated_at FROM founded
            RETURNING t.id
        )
        SELECT founded.id::text FROM founded CROSS JOIN owner
        ",
        sqlite: r"
        INSERT INTO founded_organizations (id, member_id, {given})
        SELECT $1::uuid, $21::uuid, {values}
        RETURNING id::text
        ",
    } with SETTINGS;

    UPDATE = r"
        UPDATE organizations SET
            name = {name}, name_key = COALESCE($4::text, name_key), currency = {currency}, time_zone = {time_zone},
            week_start = {week_start}, number_format = {number_format}, currency_format = {currency_format},
            date_format = {date_format}, interval_format = {interval_format}, time_format = {time_format},
            billable_default = {billable_default}, overlap_policy = {overlap_policy},
            employees_can_see_billable_rates = {see_rates}, employees_can_manage_tasks = {manage_tasks},
            breaks_enabled = {breaks},
            version = version + 1, changed_by = $2::uuid, request_id = $18::text, traceparent = $19::text,
            updated_at = {next_stamp}
        WHERE id = $1::uuid AND deleted_at IS NULL
          AND ($20::bigint IS NULL OR version = $20::bigint)
          AND (name, currency, time_zone, week_start, number_format, currency_format, date_format, interval_format, time_format,
               billable_default, overlap_policy, employees_can_see_billable_rates, employees_can_manage_tasks, breaks_enabled)
              IS DISTINCT FROM
              ({name}, {currency}, {time_zone}, {week_start}, {number_format}, {currency_format}, {date_format},
               {interval_format}, {time_format}, {billable_default}, {overlap_policy}, {see_rates}, {manage_tasks}, {breaks})
          AND EXISTS (
              SELECT 1 FROM callers c
              WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:organization:change}
          )
        RETURNING id::text
    " with SETTINGS;

    ROLE = r"SELECT role FROM ({caller}) AS caller";
}

/// What is to become of entries that overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlaps {
    /// This.
    Follow(OverlapPolicy),
    /// They are not forbidden, if they were.
    Permit,
}

/// Settings; what is none stays, and in a new organization is as usual.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The name.
    pub name: Option<Name>,
    /// What it counts in.
    pub currency: Option<Currency>,
    /// The zone whose days its reports have; in a new organization that of whoever founds it.
    pub time_zone: Option<Zone>,
    /// When its weeks begin.
    pub week_start: Option<WeekStart>,
    /// How it writes numbers.
    pub number_format: Option<NumberFormat>,
    /// How it writes money.
    pub currency_format: Option<CurrencyFormat>,
    /// How it writes dates.
    pub date_format: Option<DateFormat>,
    /// How it writes durations.
    pub interval_format: Option<IntervalFormat>,
    /// How it writes times of day.
    pub time_format: Option<TimeFormat>,
    /// Whether new projects are billable.
    pub billable_default: Option<bool>,
    /// What becomes of entries that overlap.
    pub overlaps: Option<Overlaps>,
    /// Whether employees see what their work is billed at.
    pub employees_can_see_billable_rates: Option<bool>,
    /// Whether employees manage the tasks of the projects that they see.
    pub employees_can_manage_tasks: Option<bool>,
    /// Whether breaks are recorded.
    pub breaks_enabled: Option<bool>,
}

impl Settings {
    /// `$1` to `$19`.
    fn parameters(&self, change: Change<'_>) -> Vec<Value> {
        let policy = match self.overlaps {
            None | Some(Overlaps::Permit) => None,
            Some(Overlaps::Follow(policy)) => Some(policy.name()),
        };
        vec![
            change.actor.organization.into(),
            change.actor.user.into(),
            self.name.as_ref().map(Name::as_str).into(),
            self.name.as_ref().map(Name::key).into(),
            self.currency.map(|currency| currency.to_string()).into(),
            self.time_zone.as_ref().map(Zone::name).into(),
            self.week_start.map(WeekStart::name).into(),
            self.number_format.map(NumberFormat::name).into(),
            self.currency_format.map(CurrencyFormat::name).into(),
            self.date_format.map(DateFormat::name).into(),
            self.interval_format.map(IntervalFormat::name).into(),
            self.time_format.map(TimeFormat::name).into(),
            self.billable_default.into(),
            policy.into(),
            self.employees_can_see_billable_rates.into(),
            self.employees_can_manage_tasks.into(),
            self.breaks_enabled.into(),
            change.request_id.into(),
            change.traceparent.into(),
        ]
    }
}

async fn one(db: &Db, statement: &Statement, parameters: &[Value]) -> Result<Option<Organization>, Error> {
    let row = db.row(statement, parameters).await?;
    row.map(|row| decode(&mut row.columns())).transpose()
}

/// A page of the organizations that a user belongs to; of those for one person only, or of the others, where `personal` says so.
pub async fn list(
    db: &Db,
    user: UserId,
    wanted: &Wanted,
    personal: Option<bool>,
) -> Result<Option<Found<Organization>>, Error> {
    let actor = Actor { organization: OrganizationId::from_uuid(Uuid::nil()), user };
    pages::page(db, &LIST, actor, wanted, &[personal.into()], decode).await
}

/// The actor's organization.
pub async fn read(db: &Db, actor: Actor) -> Result<Option<Organization>, Error> {
    one(db, &READ, &[actor.organization.into(), actor.user.into()]).await
}

/// The organization that the same request founded before, as it is now.
pub async fn repeated(db: &Db, actor: Actor, request_digest: &str) -> Result<Option<Organization>, Error> {
    one(db, &REPEATED, &[actor.organization.into(), actor.user.into(), request_digest.into()]).await
}

/// Founds the organization of the actor, who becomes its owner as this member. Whether it did: there is no such user otherwise.
pub async fn found(
    db: &Db,
    change: Change<'_>,
    owner: MemberId,
    settings: &Settings,
    request_digest: &str,
) -> Result<bool, Error> {
    let mut parameters = settings.parameters(change);
    parameters.extend([request_digest.into(), owner.into()]);
    Ok(db.row(&FOUND, &parameters).await?.is_some())
}

/// Changes the settings of the actor's organization. Whether it did: the actor may not otherwise, it has another version, or it has
/// these settings already.
pub async fn update(db: &Db, change: Change<'_>, settings: &Settings, version: Option<i64>) -> Result<bool, Error> {
    let mut parameters = settings.parameters(change);
    parameters.extend([version.into(), (settings.overlaps == Some(Overlaps::Permit)).into()]);
    Ok(db.row(&UPDATE, &parameters).await?.is_some())
}

/// The actor's role; none where the actor is not a member.
pub async fn role(db: &Db, actor: Actor) -> Result<Option<Role>, Error> {
    let row = db.row(&ROLE, &[actor.organization.into(), actor.user.into()]).await?;
    row.map(|row| row.columns().parsed()).transpose()
}

/// Every statement of this aggregate.
pub(crate) fn statements() -> Vec<Statement> {
    [STATEMENTS, &pages::statements(PAGES)].concat()
}
