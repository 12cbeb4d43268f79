//! Setting rates, each in one statement.

use kronos_domain::{
    HourlyRate,
    rate::{Rate, RateKind, Subject, ValidFrom},
};
use uuid::Uuid;

use super::{OF_RATES, RATE, RATES};
use crate::{
    Change, Db, Error, Value,
    db::{Fragment, statements},
    resource::{self, Origin, RESOURCE},
};

const NEW: &[Fragment] = &[
    Fragment::shared("of", "rates"),
    Fragment::shared("of.kind", "$7::text"),
    Fragment::shared("of.scope", "$8::text"),
];

const CHANGED: &[Fragment] = &[
    Fragment::shared("amount", "CASE WHEN $7::boolean THEN $8::bigint ELSE amount END"),
    Fragment::shared("valid_from", "CASE WHEN $9::boolean THEN $10::text ELSE valid_from END"),
    Fragment::shared("valid_from_at", "CASE WHEN $9::boolean THEN $11::bigint ELSE valid_from_at END"),
];

statements! {
    INSERT = r"
        INSERT INTO rates ({new_columns}, kind, scope, member_id, project_id, task_id, amount, valid_from, valid_from_at)
        SELECT {new_values}, $7::text, $8::text, $9::uuid, $10::uuid, $11::uuid, $12::bigint, $13::text, $14::bigint
        FROM callers c CROSS JOIN {now}
        WHERE {is_caller} AND {sets_rate}
          AND ($9::uuid IS NULL OR EXISTS (
              SELECT 1 FROM members t
              WHERE t.id = $9::uuid AND t.organization_id = c.organization_id AND t.deleted_at IS NULL
          ))
        RETURNING {rate}
    " with RATES NEW RESOURCE;

    // The rule of what it means to set a rate is in the trigger of the view.
    SET = r"
        INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
            changed_by, request_id, traceparent)
        SELECT $3::uuid, c.organization_id, $8::text, $9::uuid, $10::uuid, $11::bigint, $12::text, $13::bigint,
            c.user_id, $5::text, $6::text
        FROM callers c
        WHERE {is_caller} AND $4::text IS NULL AND {sets_rate}
        RETURNING id::text
    " with RATES NEW RESOURCE;

    UPDATE = r"
        UPDATE rates SET amount = {amount}, valid_from = {valid_from}, valid_from_at = {valid_from_at}, {changed}
        WHERE {target}
          AND (amount, valid_from) IS DISTINCT FROM ({amount}, {valid_from})
          AND EXISTS (SELECT 1 FROM callers c WHERE {is_caller} AND {sets_rate})
        RETURNING {rate}
    " with RATES OF_RATES CHANGED RESOURCE;
}

/// A rate to record.
#[derive(Debug, Clone, Copy)]
pub struct NewRate {
    /// Price or cost.
    pub kind: RateKind,
    /// Whose.
    pub subject: Subject,
    /// How much; none: the next wider scope decides.
    pub amount: Option<HourlyRate>,
    /// From when on.
    pub valid_from: ValidFrom,
}

/// Records a rate. None means that the actor may not, or that there is no such member.
pub async fn create(db: &Db, change: Change<'_>, origin: Origin<'_>, new: NewRate) -> Result<Option<Rate>, Error> {
    let mut parameters = resource::creation(change, origin);
    parameters.extend([
        new.kind.name().into(),
        new.subject.scope().name().into(),
        new.subject.member().into(),
        new.subject.project().into(),
        new.subject.task().into(),
        new.amount.into(),
        new.valid_from.text().into(),
        new.valid_from.instant().into(),
    ]);
    RATE.one(db, &INSERT, &parameters).await
}

/// A rate that is to be valid from today on, as clients of solidtime set one: with the resource that it is about.
#[derive(Debug, Clone, Copy)]
pub struct Today {
    /// Its id, if it becomes a new one.
    pub id: Uuid,
    /// How much; none: the next wider scope decides.
    pub amount: Option<HourlyRate>,
    /// Today.
    pub day: ValidFrom,
}

impl Today {
    /// The parameters of a statement that sets a rate along with a resource, or no rate.
    pub(crate) fn parameters(today: Option<Self>) -> [Value; 4] {
        match today {
            None => [Value::Null, Value::Null, Value::Null, Value::Null],
            Some(Self { id, amount, day }) => [Value::Uuid(id), amount.into(), day.text().into(), day.instant().into()],
        }
    }
}

/// Sets the price of a subject that is not a task. False means that the actor may not.
pub async fn set(db: &Db, change: Change<'_>, subject: Subject, today: Today) -> Result<bool, Error> {
    let mut parameters = resource::modification(change, today.id, None);
    parameters.extend([
        RateKind::Billable.name().into(),
        subject.scope().name().into(),
        subject.member().into(),
        subject.project().into(),
        today.amount.into(),
        today.day.text().into(),
        today.day.instant().into(),
    ]);
    Ok(db.row(&SET, &parameters).await?.is_some())
}

/// What to change about a rate; what is none stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edit {
    /// How much, or that the next wider scope decides.
    pub amount: Option<Option<HourlyRate>>,
    /// From when on.
    pub valid_from: Option<ValidFrom>,
}

impl Edit {
    /// Whether it would change a rate.
    pub fn alters(&self, rate: &Rate) -> bool {
        self.amount.is_some_and(|amount| amount != rate.amount)
            || self.valid_from.is_some_and(|from| from.text() != rate.valid_from.map(|date| date.to_string()))
    }
}

/// Changes a rate. None means that there is none of this version that the actor may change and that the edit alters.
pub async fn update(
    db: &Db,
    change: Change<'_>,
    id: Uuid,
    version: Option<i64>,
    edit: Edit,
) -> Result<Option<Rate>, Error> {
    let mut parameters = resource::modification(change, id, version);
    parameters.extend([
        edit.amount.is_some().into(),
        edit.amount.flatten().into(),
        edit.valid_from.is_some().into(),
        edit.valid_from.and_then(ValidFrom::text).into(),
        edit.valid_from.map(ValidFrom::instant).into(),
    ]);
    RATE.one(db, &UPDATE, &parameters).await
}
