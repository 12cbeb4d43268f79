//! How often one may try to sign in. A subject is a hash of what attempts have in common. It has a number of attempts, which come back
//! with time (the generic cell rate algorithm). An attempt is taken before it is made, so that many at once do not all get through;
//! one that is refused takes nothing and stores nothing.

use kronos_domain::Instant;

use crate::{
    Db, Error, Value,
    db::{Fragment, statements},
};

/// How often something may be tried: each attempt takes one from `burst`, and one is given back every `interval` microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Microseconds.
    pub interval: i64,
    /// Attempts.
    pub burst: i64,
}

impl Rate {
    fn tolerance(self) -> i64 {
        self.interval * (self.burst - 1)
    }
}

/// What takes an attempt from a subject, if it has one left.
const TAKE: &[Fragment] = &[Fragment::shared(
    "take",
    "ON CONFLICT (subject) DO UPDATE
        SET free_at = $3::bigint + CASE WHEN sign_in_throttle.free_at > $2::bigint THEN sign_in_throttle.free_at
                                        ELSE $2::bigint END
        WHERE sign_in_throttle.free_at - $2::bigint <= $4::bigint",
)];

statements! {
    CHARGE = r"
        INSERT INTO identity.sign_in_throttle (subject, free_at) VALUES ($1::text, $2::bigint + $3::bigint)
        {take}
        RETURNING subject
    " with TAKE;

    CHARGE_ORIGIN = r"
        INSERT INTO identity.sign_in_throttle (subject, free_at)
        SELECT $1::text, $2::bigint + $3::bigint
        WHERE EXISTS (SELECT 1 FROM identity.sessions WHERE sessions.origin_hash = $1::text)
           OR NOT EXISTS (
               SELECT 1 FROM identity.sign_in_throttle AS account
               WHERE account.subject = $5::text AND account.free_at - $2::bigint > $6::bigint
           )
        {take}
        RETURNING EXISTS (SELECT 1 FROM identity.sessions WHERE sessions.origin_hash = $1::text)
    " with TAKE;

    RELEASE = r"UPDATE identity.sign_in_throttle SET free_at = $2::bigint WHERE subject = $1::text";

    GIVE_BACK = r"UPDATE identity.sign_in_throttle SET free_at = free_at - $2::bigint WHERE subject = $1::text";

    // The time is asked twice: PostgreSQL looks at the outer condition once more after it has waited for another writer.
    FORGET = r"
        DELETE FROM identity.sign_in_throttle WHERE free_at < $1::bigint AND subject IN (
            SELECT subject FROM identity.sign_in_throttle WHERE free_at < $1::bigint ORDER BY free_at LIMIT $2::bigint
        )
    ";
}

/// Takes one attempt from a subject, and returns whether there was one.
pub async fn charge(db: &Db, subject: &str, now: Instant, rate: Rate) -> Result<bool, Error> {
    let parameters = [subject.into(), now.into(), rate.interval.into(), rate.tolerance().into()];
    Ok(db.row(&CHARGE, &parameters).await?.is_some())
}

/// What came of taking an attempt from an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// There was one left, and a session began from there within the last 90 days.
    Known,
    /// There was one left.
    New,
    /// There was none left, or it is new and its account has none left.
    Refused,
}

/// Takes one attempt from an origin: an account and an address together, in the hash that its sessions bear. A new one gets none
/// while its account has none left, which is only looked at here; take it with [`charge`].
pub async fn charge_origin(
    db: &Db,
    (origin, origin_rate): (&str, Rate),
    (account, account_rate): (&str, Rate),
    now: Instant,
) -> Result<Origin, Error> {
    let parameters = [
        origin.into(),
        now.into(),
        origin_rate.interval.into(),
        origin_rate.tolerance().into(),
        account.into(),
        account_rate.tolerance().into(),
    ];
    let Some(row) = db.row(&CHARGE_ORIGIN, &parameters).await? else { return Ok(Origin::Refused) };
    Ok(if row.columns().bool()? { Origin::Known } else { Origin::New })
}

/// Gives back all that a subject took.
pub async fn release(db: &Db, subject: &str, now: Instant) -> Result<(), Error> {
    db.execute(&RELEASE, &[subject.into(), now.into()]).await
}

/// Gives back one attempt that a subject took.
pub async fn give_back(db: &Db, subject: &str, rate: Rate) -> Result<(), Error> {
    db.execute(&GIVE_BACK, &[subject.into(), rate.interval.into()]).await
}

/// Rows that are forgotten at a time: more than an attempt can add.
const BATCH: i64 = 100;

/// Forgets some of the subjects that had all attempts back before this instant, the oldest first.
pub async fn forget(db: &Db, before: Instant) -> Result<(), Error> {
    db.execute(&FORGET, &[before.into(), Value::Integer(BATCH)]).await
}
