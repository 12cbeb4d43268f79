//! Asking which rate an entry gets, and what to set one takes.

use kronos_domain::{
    HourlyRate, Instant, MemberId, ProjectId, Role, TaskId, Zone,
    rate::{RateKind, RateScope},
};

use super::{BILLABLE, COST, rate};
use crate::{
    Actor, Columns, Db, Error, Value,
    db::{Fragment, statements},
    resource::RESOURCE,
};

statements! {
    APPLICABLE = r"
        SELECT {billable_source_of_entry}, {billable_rate_of_entry}, {cost_source_of_entry}, {cost_rate_of_entry}
        FROM callers c
        WHERE {is_caller}
    " with BILLABLE COST AT RESOURCE;

    SETTER = r"
        SELECT c.role, o.time_zone FROM callers c JOIN organizations o ON o.id = c.organization_id WHERE {is_caller}
    " with RESOURCE;
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
    let parameters =
        [actor.organization.into(), actor.user.into(), member.into(), project.into(), task.into(), start.into()];
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
