//! Reading rates, and asking which one an entry gets.

use kronos_domain::{
    HourlyRate, Instant, MemberId, ProjectId, Role, TaskId, Zone,
    rate::{RateKind, RateScope},
};

use super::{BILLABLE, COLUMNS, COST, OF_R, RATES, rate};
use crate::{
    Actor, Columns, Db, Error, Value,
    db::{Fragment, statements},
    projects::VISIBILITY,
    resource::FRAGMENTS,
};

crate::pages! {
    /// By name means: by kind, scope, subject and day.
    LIST = COLUMNS, r"
        SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
        FROM caller c
        JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
        WHERE {sees_rate}
          AND ($9::text IS NULL OR r.kind = $9::text) AND ($10::text IS NULL OR r.scope = $10::text)
          AND ($11::uuid IS NULL OR r.member_id = $11::uuid) AND ($12::uuid IS NULL OR r.project_id = $12::uuid)
          AND ($13::uuid IS NULL OR r.task_id = $13::uuid)
          AND ($14::bigint IS NULL OR (r.valid_from_at <= $14::bigint AND NOT EXISTS (
              SELECT 1 FROM rates v
              WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
                AND v.valid_from_at <= $14::bigint AND v.valid_from_at > r.valid_from_at
          )))
    " with RATES OF_R VISIBILITY;
}

statements! {
    READ = r"
        SELECT {sets_rate}, {rate}
        FROM callers c
        JOIN rates r ON r.organization_id = c.organization_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.deleted_at IS NULL AND {sees_rate}
    " with RATES OF_R VISIBILITY FRAGMENTS;

    REPEATED = r"
        SELECT {rate}
        FROM callers c
        JOIN rates r ON r.organization_id = c.organization_id
        WHERE {is_caller} AND r.id = $3::uuid AND r.request_digest = $4::text AND {sets_rate}
    " with RATES OF_R VISIBILITY FRAGMENTS;

    APPLICABLE = r"
        SELECT {billable_source_of_entry}, {billable_rate_of_entry}, {cost_source_of_entry}, {cost_rate_of_entry}
        FROM callers c
        WHERE {is_caller}
    " with BILLABLE COST AT FRAGMENTS;

    SETTER = r"
        SELECT c.role, o.time_zone FROM callers c JOIN organizations o ON o.id = c.organization_id WHERE {is_caller}
    " with FRAGMENTS;
}

/// An entry that is described by parameters.
const AT: &[Fragment] = &[
    Fragment::shared("at.organization", "c.organization_id"),
    Fragment::shared("at.member", "$3::uuid"),
    Fragment::shared("at.project", "$4::uuid"),
    Fragment::shared("at.task", "$5::uuid"),
    Fragment::shared("at.start", "$6::bigint"),
];

/// Which rates to list; all conditions hold together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Prices or costs.
    pub kind: Option<RateKind>,
    /// Of this scope.
    pub scope: Option<RateScope>,
    /// About this member.
    pub member: Option<MemberId>,
    /// About this project.
    pub project: Option<ProjectId>,
    /// About this task.
    pub task: Option<TaskId>,
    /// Those that are valid at this instant.
    pub valid_at: Option<Instant>,
}

impl Filter {
    /// The parameters of the list.
    pub fn parameters(self) -> [Value; 6] {
        [
            self.kind.map(RateKind::name).into(),
            self.scope.map(RateScope::name).into(),
            self.member.into(),
            self.project.into(),
            self.task.into(),
            self.valid_at.into(),
        ]
    }
}

/// A rate, and the scope that it comes from.
pub type Sourced = Option<(RateScope, HourlyRate)>;

/// The price and the cost of an hour for an entry of a member that starts at an instant. None where the actor is not a member.
pub async fn applicable(
    db: &Db,
    actor: Actor,
    member: MemberId,
    (project, task): (Option<ProjectId>, Option<TaskId>),
    start: Instant,
) -> Result<Option<(Sourced, Sourced)>, Error> {
    let parameters = [
        actor.organization.into(),
        actor.user.into(),
        member.into(),
        project.into(),
        task.into(),
        start.into(),
    ];
    let Some(row) = db.row(&APPLICABLE, &parameters).await? else { return Ok(None) };
    let mut columns = row.columns();
    Ok(Some((sourced(&mut columns)?, sourced(&mut columns)?)))
}

fn sourced(columns: &mut Columns) -> Result<Sourced, Error> {
    let (scope, rate) = (columns.optional_parsed()?, rate(columns)?);
    Ok(scope.zip(rate))
}

/// Somebody who sets a rate.
#[derive(Debug, Clone)]
pub struct Setter {
    /// Their role.
    pub role: Role,
    /// The zone whose days rates are valid from.
    pub zone: Zone,
}

/// The actor as somebody who sets a rate, allowed or not. None where they are not a member.
pub async fn setter(db: &Db, actor: Actor) -> Result<Option<Setter>, Error> {
    let Some(row) = db.row(&SETTER, &[actor.organization.into(), actor.user.into()]).await? else { return Ok(None) };
    let mut columns = row.columns();
    Ok(Some(Setter { role: columns.parsed()?, zone: columns.parsed()? }))
}
