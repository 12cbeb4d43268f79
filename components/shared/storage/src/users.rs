//! Users, and the organizations that they belong to.

use kronos_domain::{
    Currency, Instant, MemberId, Name, OrganizationId, Role, UserId, Zone,
    settings::{CurrencyFormat, DateFormat, IntervalFormat, Language, NumberFormat, TimeFormat, WeekStart},
};

use crate::{
    Db, Error, Row, Statement,
    db::{Fragment, record, statements},
    shared,
};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Where they are reached and what they sign in with, in lower case.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// IANA zone that they live in.
    pub time_zone: String,
    /// When their weeks begin.
    pub week_start: WeekStart,
    /// What they read.
    pub language: Language,
    /// How numbers are written for them; none as in the organization, as for the other formats.
    pub number_format: Option<NumberFormat>,
    /// How money is written for them.
    pub currency_format: Option<CurrencyFormat>,
    /// How dates are written for them.
    pub date_format: Option<DateFormat>,
    /// How durations are written for them.
    pub interval_format: Option<IntervalFormat>,
    /// How times of day are written for them.
    pub time_format: Option<TimeFormat>,
    /// Grows by one with each change.
    pub version: i64,
}

record! {
    COLUMNS, COLUMNS_OF_U("u."), decode -> User {
        id: id id,
        email: text email,
        name: text name,
        time_zone: text time_zone,
        week_start: parsed week_start,
        language: parsed language,
        number_format: optional_parsed number_format,
        currency_format: optional_parsed currency_format,
        date_format: optional_parsed date_format,
        interval_format: optional_parsed interval_format,
        time_format: optional_parsed time_format,
        version: integer version,
    }
}

/// A user's membership in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its id.
    pub id: MemberId,
    /// What the user may do there.
    pub role: Role,
    /// The organization.
    pub organization: OrganizationId,
    /// The organization's name.
    pub organization_name: String,
    /// The organization's currency.
    pub currency: Currency,
}

/// The first owner and the first organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstOwner {
    /// The user's id.
    pub user: UserId,
    /// The user's e-mail address in lower case.
    pub email: String,
    /// The user's name.
    pub name: String,
    /// The organization's id.
    pub organization: OrganizationId,
    /// The organization's name.
    pub organization_name: String,
    /// The organization's currency.
    pub currency: Currency,
    /// IANA zone of both.
    pub time_zone: String,
    /// The membership's id.
    pub member: MemberId,
    /// When all this is made.
    pub created_at: Instant,
}

const ANY: Statement = shared!("SELECT id::text FROM users LIMIT 1");

/// Whether there is a user.
pub async fn any(db: &Db) -> Result<bool, Error> {
    Ok(db.row(&ANY, &[]).await?.is_some())
}

const INSERT_FIRST_OWNER: Statement = Statement::pair(
    "WITH owner AS (
         INSERT INTO users (id, email, name, time_zone, changed_by, created_at, updated_at)
         SELECT $1::uuid, $2::text, $3::text, $7::text, $1::uuid, $9::bigint, $9::bigint
         WHERE NOT EXISTS (SELECT 1 FROM users)
         ON CONFLICT DO NOTHING
         RETURNING id
     ), organization AS (
         INSERT INTO organizations (id, name, currency, time_zone, changed_by, created_at, updated_at)
         SELECT $4::uuid, $5::text, $6::text, $7::text, $1::uuid, $9::bigint, $9::bigint FROM owner
         RETURNING id
     )
     INSERT INTO members (id, organization_id, user_id, role, changed_by, created_at, updated_at)
     SELECT $8::uuid, organization.id, owner.id, 'owner', $1::uuid, $9::bigint, $9::bigint FROM owner, organization",
    "INSERT INTO first_owner (user_id, email, name, organization_id, organization_name, currency, time_zone, member_id,
                              created_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
);

const EXISTS: Statement = shared!("SELECT id::text FROM users WHERE id = $1::uuid");

/// Makes the first owner with the first organization unless there is a user. Whether it did. Their password is stored before,
/// with [`crate::credentials::insert`]: one that no user has is of no use, a user without one cannot sign in.
pub async fn insert_first_owner(db: &Db, owner: &FirstOwner) -> Result<bool, Error> {
    let parameters = [
        owner.user.into(),
        owner.email.as_str().into(),
        owner.name.as_str().into(),
        owner.organization.into(),
        owner.organization_name.as_str().into(),
        owner.currency.to_string().into(),
        owner.time_zone.as_str().into(),
        owner.member.into(),
        owner.created_at.into(),
    ];
    db.execute(&INSERT_FIRST_OWNER, &parameters).await?;
    // An INSTEAD OF trigger does not tell what it did.
    Ok(db.row(&EXISTS, &[owner.user.into()]).await?.is_some())
}

const BY_EMAIL: Statement = shared!("SELECT id::text FROM users WHERE email = $1::text");

/// The user with an e-mail address, which is in lower case.
pub async fn by_email(db: &Db, email: &str) -> Result<Option<UserId>, Error> {
    db.row(&BY_EMAIL, &[email.into()]).await?.map(|row| row.columns().parsed()).transpose()
}

const PROFILE: &[Fragment] = &[
    Fragment::shared("user", COLUMNS),
    Fragment::shared("u.user", COLUMNS_OF_U),
    Fragment::shared("name", "COALESCE($2::text, name)"),
    Fragment::shared("time_zone", "COALESCE($4::text, time_zone)"),
    Fragment::shared("week_start", "COALESCE($5::text, week_start)"),
    Fragment::shared("language", "COALESCE($6::text, language)"),
    Fragment::shared("number_format", "CASE WHEN $7::boolean THEN $8::text ELSE number_format END"),
    Fragment::shared("currency_format", "CASE WHEN $9::boolean THEN $10::text ELSE currency_format END"),
    Fragment::shared("date_format", "CASE WHEN $11::boolean THEN $12::text ELSE date_format END"),
    Fragment::shared("interval_format", "CASE WHEN $13::boolean THEN $14::text ELSE interval_format END"),
    Fragment::shared("time_format", "CASE WHEN $15::boolean THEN $16::text ELSE time_format END"),
];

statements! {
    GET = r"SELECT {u.user} FROM users u WHERE u.id = $1::uuid" with PROFILE;

    UPDATE = r"
        UPDATE users SET
            name = {name}, name_key = COALESCE($3::text, name_key), time_zone = {time_zone}, week_start = {week_start},
            language = {language}, number_format = {number_format}, currency_format = {currency_format},
            date_format = {date_format}, interval_format = {interval_format}, time_format = {time_format},
            version = version + 1, changed_by = $1::uuid, request_id = $18::text, traceparent = $19::text,
            updated_at = {next_stamp}
        WHERE id = $1::uuid AND ($17::bigint IS NULL OR version = $17::bigint)
          AND (name, time_zone, week_start, language, number_format, currency_format, date_format, interval_format, time_format)
              IS DISTINCT FROM ({name}, {time_zone}, {week_start}, {language}, {number_format}, {currency_format}, {date_format},
                                {interval_format}, {time_format})
        RETURNING {user}
    " with PROFILE;

    MEMBERSHIPS = r"
        SELECT c.member_id::text, c.role, o.id::text, o.name, o.currency
        FROM callers c
        JOIN organizations o ON o.id = c.organization_id
        WHERE c.user_id = $1::uuid
        ORDER BY c.member_id
    ";
}

/// A user.
pub async fn get(db: &Db, user: UserId) -> Result<Option<User>, Error> {
    let row = db.row(&GET, &[user.into()]).await?;
    row.map(|row| decode(&mut row.columns())).transpose()
}

/// What to change about a user; what is none stays. A format that is none within is as in the organization.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// What they are called.
    pub name: Option<Name>,
    /// The zone that they live in.
    pub time_zone: Option<Zone>,
    /// When their weeks begin.
    pub week_start: Option<WeekStart>,
    /// What they read.
    pub language: Option<Language>,
    /// How numbers are written for them.
    pub number_format: Option<Option<NumberFormat>>,
    /// How money is written for them.
    pub currency_format: Option<Option<CurrencyFormat>>,
    /// How dates are written for them.
    pub date_format: Option<Option<DateFormat>>,
    /// How durations are written for them.
    pub interval_format: Option<Option<IntervalFormat>>,
    /// How times of day are written for them.
    pub time_format: Option<Option<TimeFormat>>,
}

/// Changes a user, in their own name. None means that they have another version, or nothing changes. The memberships change with a
/// name.
pub async fn update(
    db: &Db,
    user: UserId,
    edit: &Edit,
    version: Option<i64>,
    request_id: &str,
    traceparent: &str,
) -> Result<Option<User>, Error> {
    let parameters = [
        user.into(),
        edit.name.as_ref().map(Name::as_str).into(),
        edit.name.as_ref().map(Name::key).into(),
        edit.time_zone.as_ref().map(Zone::name).into(),
        edit.week_start.map(WeekStart::name).into(),
        edit.language.map(Language::name).into(),
        edit.number_format.is_some().into(),
        edit.number_format.flatten().map(NumberFormat::name).into(),
        edit.currency_format.is_some().into(),
        edit.currency_format.flatten().map(CurrencyFormat::name).into(),
        edit.date_format.is_some().into(),
        edit.date_format.flatten().map(DateFormat::name).into(),
        edit.interval_format.is_some().into(),
        edit.interval_format.flatten().map(IntervalFormat::name).into(),
        edit.time_format.is_some().into(),
        edit.time_format.flatten().map(TimeFormat::name).into(),
        version.into(),
        request_id.into(),
        traceparent.into(),
    ];
    let row = db.row(&UPDATE, &parameters).await?;
    row.map(|row| decode(&mut row.columns())).transpose()
}

/// The active memberships of a user, oldest first.
pub async fn memberships(db: &Db, user: UserId) -> Result<Vec<Membership>, Error> {
    let decode = |row: Row| {
        let mut columns = row.columns();
        Ok(Membership {
            id: columns.parsed()?,
            role: columns.parsed()?,
            organization: columns.parsed()?,
            organization_name: columns.text()?,
            currency: columns.parsed()?,
        })
    };
    db.rows(&MEMBERSHIPS, &[user.into()]).await?.into_iter().map(decode).collect()
}
