//! Users, and the organizations that they belong to.

use kronos_domain::{Currency, Instant, MemberId, OrganizationId, Role, UserId};

use crate::{Db, Error, Row, Statement, db::statements, shared};

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
         INSERT INTO users (id, email, name, time_zone, created_at)
         SELECT $1::uuid, $2::text, $3::text, $7::text, $9::bigint
         WHERE NOT EXISTS (SELECT 1 FROM users)
         ON CONFLICT DO NOTHING
         RETURNING id
     ), organization AS (
         INSERT INTO organizations (id, name, currency, time_zone, created_at)
         SELECT $4::uuid, $5::text, $6::text, $7::text, $9::bigint FROM owner
         RETURNING id
     )
     INSERT INTO members (id, organization_id, user_id, role, created_at)
     SELECT $8::uuid, organization.id, owner.id, 'owner', $9::bigint FROM owner, organization",
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

const GET: Statement = shared!("SELECT id::text, email, name, time_zone FROM users WHERE id = $1::uuid");

/// A user.
pub async fn get(db: &Db, user: UserId) -> Result<Option<User>, Error> {
    let decode = |row: Row| {
        let mut columns = row.columns();
        Ok(User { id: columns.parsed()?, email: columns.text()?, name: columns.text()?, time_zone: columns.text()? })
    };
    db.row(&GET, &[user.into()]).await?.map(decode).transpose()
}

statements! {
    MEMBERSHIPS = r"
        SELECT c.member_id::text, c.role, o.id::text, o.name, o.currency
        FROM callers c
        JOIN organizations o ON o.id = c.organization_id
        WHERE c.user_id = $1::uuid
        ORDER BY c.member_id
    ";
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
