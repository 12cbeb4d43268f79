//! `/api/v1/organizations/{organization}/rates`.

use std::{fmt::Display, str::FromStr};

use kronos_api::projects::{AppliedMeta, AppliedRates, ApplyRates, CreateRate, RatesApplied, UpdateRate};
use kronos_domain::{
    EntryId, Instant, Permission, Since, Until, Zone,
    rate::{RateKind, RateScope, Subject, ValidFrom},
};
use kronos_platform::{Call, Faults, Problem, Query, Reply, page::Cursors};
use kronos_storage::{
    Error,
    rates::{self, Edit, Filter, NewRate, RATE, Range},
    time_entries::Cursor,
};

use crate::{
    actor, change,
    creation::{Creation, why_not},
    labels::required,
    refusal::Refusal,
    resource,
    validation::rate,
};

const KINDS: [(&str, RateKind); 2] = [("billable", RateKind::Billable), ("cost", RateKind::Cost)];

pub async fn list(call: &Call) -> Result<Reply, Refusal> {
    resource::list(call, &RATE, &filter(&call.query)?.parameters()).await
}

fn filter(query: &Query) -> Result<Filter, Problem> {
    Ok(Filter {
        kind: query.one_of("kind", &KINDS)?,
        scope: query.one_of("scope", &RateScope::ALL.map(|scope| (scope.name(), scope)))?,
        member: query.get_as("member_id")?,
        project: query.get_as("project_id")?,
        task: query.get_as("task_id")?,
        valid_at: query.get_as::<Since>("valid_at")?.map(|instant| instant.0),
    })
}

pub async fn create(call: &Call) -> Result<Reply, Refusal> {
    let mut body: CreateRate = call.json()?;
    let mut faults = Faults::default();
    let creation = Creation::of(call, &mut faults, &mut body, |body| &mut body.id)?;
    let kind = body.kind.unwrap_or(RateKind::Billable);
    let subject = subject(&mut faults, &body);
    let amount = rate(&mut faults, "amount", body.amount);

    let (change, db) = (change(call)?, call.db().await?);
    let zone = rates::setter(&db, change.actor).await?.ok_or(Refusal::NotFound)?.zone;
    let valid_from = valid_from(&mut faults, body.valid_from.as_deref(), &zone);
    let subject = required(faults, subject)?;
    let made = rates::create(&db, change, creation.origin(), NewRate { kind, subject, amount, valid_from }).await;
    let unknown = (permission(kind, subject), "member_id", "must be a member of the organization");
    let why_not = async || why_not(&db, change.actor, Some(unknown)).await;
    creation.answer(call, &db, &RATE, made, why_not).await.map_err(|refusal| unknown_subject(refusal, subject))
}

/// Most members or projects of a range.
const MOST_IDS: usize = 100;

/// `POST .../rates/apply`.
pub async fn apply(call: &Call) -> Result<Reply, Refusal> {
    let body: ApplyRates = call.json()?;
    let cursors = Cursors { list: call.operation.id, order: "start" };
    let after = cursors.read(&call.query, "cursor")?;
    let after = after.map(|(at, id)| Cursor { at: Instant::from_micros(at), id: EntryId::from_uuid(id) });
    let mut faults = Faults::default();
    let start = faults.parse("start", Some(body.start.as_str())).map(|bound: Since| bound.0);
    let end = faults.parse("end", Some(body.end.as_str())).map(|bound: Until| bound.0);
    let range = Range {
        start: start.unwrap_or(Instant::MIN),
        end: end.unwrap_or(Instant::MIN),
        after,
        members: ids(&mut faults, "member_ids", &body.member_ids),
        projects: ids(&mut faults, "project_ids", &body.project_ids),
        kind: body.kind,
        manual: body.include_manual,
    };
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        faults.add("end", "must not be before `start`");
    }
    faults.finish()?;
    let (change, db) = (change(call)?, call.db().await?);
    let setter = rates::setter(&db, change.actor).await?.ok_or(Refusal::NotFound)?;
    if !Permission::OrganizationRatesManage.allows(setter.role, false) {
        return Err(Refusal::Forbidden);
    }
    let applied = rates::apply(&db, change, &range).await?;
    if applied.changed > 0 {
        call.ring();
    }
    let next = applied.next.map(|next| cursors.write(&(next.at.micros(), next.id.uuid())));
    let changed = u64::try_from(applied.changed).unwrap_or(u64::MAX);
    Ok(Reply::ok(&AppliedRates { data: RatesApplied { changed }, meta: AppliedMeta { next_cursor: next } }))
}

fn ids<T: FromStr<Err: Display>>(faults: &mut Faults, field: &'static str, texts: &[String]) -> Vec<T> {
    if texts.len() > MOST_IDS {
        faults.add(field, format_args!("must not have more than {MOST_IDS} ids"));
    }
    let parsed: Result<Vec<T>, _> = texts.iter().map(|text| text.parse()).collect();
    faults.check(field, parsed).unwrap_or_default()
}

/// What setting a rate needs.
const fn permission(kind: RateKind, subject: Subject) -> Permission {
    match (kind, subject) {
        (RateKind::Cost, _) | (_, Subject::Organization | Subject::Member(_)) => Permission::OrganizationRatesManage,
        (RateKind::Billable, Subject::Project(_) | Subject::ProjectMember(..) | Subject::Task(_)) => {
            Permission::RatesManage
        }
    }
}

fn subject(faults: &mut Faults, body: &CreateRate) -> Option<Subject> {
    let before = faults.is_empty();
    let member = faults.parse("member_id", body.member_id.as_deref());
    let project = faults.parse("project_id", body.project_id.as_deref());
    let task = faults.parse("task_id", body.task_id.as_deref());
    if before != faults.is_empty() {
        return None;
    }
    let subject = faults.check("task_id", Subject::of(member, project, task))?;
    if body.scope.is_some_and(|scope| scope != subject.scope()) {
        faults.add("scope", format_args!("must be `{}` with these ids", subject.scope().name()));
    }
    Some(subject)
}

fn unknown_subject(refusal: Refusal, subject: Subject) -> Refusal {
    if !matches!(refusal, Refusal::Storage(Error::ForeignKey(_))) {
        return refusal;
    }
    match subject {
        Subject::Task(_) => Faults::one("task_id", "must be a task of the organization"),
        Subject::ProjectMember(..) => Faults::one("member_id", "must be a member of the project"),
        Subject::Organization | Subject::Member(_) | Subject::Project(_) => {
            Faults::one("project_id", "must be a project of the organization")
        }
    }
    .into()
}

fn valid_from(faults: &mut Faults, day: Option<&str>, zone: &Zone) -> ValidFrom {
    let day = day.and_then(|day| faults.check("valid_from", ValidFrom::day(day, zone)));
    day.unwrap_or(ValidFrom::ALWAYS)
}

pub async fn update(call: &Call) -> Result<Reply, Refusal> {
    let body: UpdateRate = call.json()?;
    let mut faults = Faults::default();
    let amount = body.amount.map(|amount| rate(&mut faults, "amount", amount));
    let db = call.db().await?;
    let stated = [
        ("kind", body.kind.as_deref()),
        ("scope", body.scope.as_deref()),
        ("member_id", body.member_id.as_deref()),
        ("project_id", body.project_id.as_deref()),
        ("task_id", body.task_id.as_deref()),
    ];
    resource::keep(call, &db, &RATE, &stated).await?;
    let from = match body.valid_from {
        None => None,
        Some(day) => {
            let zone = rates::setter(&db, actor(call)?).await?.ok_or(Refusal::NotFound)?.zone;
            Some(valid_from(&mut faults, day.as_deref(), &zone))
        }
    };
    faults.finish()?;
    let edit = Edit { amount, valid_from: from };
    let apply = async |change, id, version| rates::update(&db, change, id, version, edit).await;
    resource::update(call, &db, &RATE, apply, |rate| Ok(edit.alters(rate))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e";

    fn named(body: &CreateRate) -> Result<RateScope, Faults> {
        let mut faults = Faults::default();
        let subject = subject(&mut faults, body);
        faults.finish()?;
        Ok(subject.expect("a subject").scope())
    }

    fn ids(member: bool, project: bool, task: bool) -> CreateRate {
        let id = |given: bool| given.then(|| ID.to_owned());
        CreateRate { member_id: id(member), project_id: id(project), task_id: id(task), ..CreateRate::default() }
    }

    #[test]
    fn the_scope_follows_from_the_ids() {
        assert_eq!(named(&ids(false, false, false)), Ok(RateScope::Organization));
        assert_eq!(named(&ids(true, false, false)), Ok(RateScope::Member));
        assert_eq!(named(&ids(false, true, false)), Ok(RateScope::Project));
        assert_eq!(named(&ids(true, true, false)), Ok(RateScope::ProjectMember));
        assert_eq!(named(&ids(false, false, true)), Ok(RateScope::Task));
        assert!(named(&ids(false, true, true)).is_err() && named(&ids(true, false, true)).is_err());
        let scoped = |scope| CreateRate { scope: Some(scope), ..ids(false, true, false) };
        assert_eq!(named(&scoped(RateScope::Project)), Ok(RateScope::Project));
        assert_eq!(named(&scoped(RateScope::Task)), Err(Faults::one("scope", "must be `project` with these ids")));
        assert!(named(&CreateRate { project_id: Some("x".into()), ..CreateRate::default() }).is_err());
    }
}
