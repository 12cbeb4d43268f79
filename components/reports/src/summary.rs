//! `GET /api/v1/organizations/{organization}/reports/summary`: time and money of a range, by day, project or member.

use kronos_api::{
    Data,
    reports::{DaySplit, Group, GroupedData, Summary},
};
use kronos_domain::{Interval, Since, Until, Zone, days};
use kronos_platform::{Call, Problem, Query, Reply};
use kronos_storage::{
    Actor, Db,
    reports::{self, Bucket, Split},
};

use crate::refusal::Refusal;

/// Most days in a report by day: a year, and one more day for a range that touches both ends of a day.
const MAX_DAYS: usize = 367;

pub async fn summary(call: Call) -> Result<Reply, Refusal> {
    let actor = Actor { organization: call.path.get_as("organization")?, user: call.user()? };
    let group = group(&call.query)?;
    let split = match day_split(&call.query)? {
        DaySplit::Start => Split::Start,
        DaySplit::Midnight => Split::Parts,
    };
    let range = range(&call.query)?;
    let zone = call.query.get_as::<Zone>("time_zone")?;
    let db = call.db().await?;
    let zone = match zone {
        Some(zone) => zone,
        None => organization_zone(&db, actor).await?,
    };
    let buckets = buckets(range, &zone, group)?;
    let sums = reports::summary(&db, actor, &buckets, grouping(group), split).await?.ok_or(Refusal::NotFound)?;
    let summary = Summary {
        grouped_type: group,
        seconds: sums.iter().map(|sum| sum.seconds).sum(),
        cost: sums.iter().map(|sum| sum.cost).sum(),
        grouped_data: sums
            .into_iter()
            .map(|sum| GroupedData { key: sum.key, seconds: sum.seconds, cost: sum.cost })
            .collect(),
    };
    Ok(Reply::ok(&Data { data: summary }))
}

async fn organization_zone(db: &Db, actor: Actor) -> Result<Zone, Refusal> {
    let name = reports::time_zone(db, actor).await?.ok_or(Refusal::NotFound)?;
    let zone = name.parse();
    zone.map_err(|_| Problem::internal(format!("the time zone `{name}` of an organization is unknown")).into())
}

fn group(query: &Query) -> Result<Group, Problem> {
    let words = [("day", Group::Day), ("project", Group::Project), ("member", Group::Member)];
    query.one_of("group", &words)?.ok_or_else(|| Problem::invalid("group", "is required"))
}

fn day_split(query: &Query) -> Result<DaySplit, Problem> {
    let words = [("start", DaySplit::Start), ("midnight", DaySplit::Midnight)];
    Ok(query.one_of("day_split", &words)?.unwrap_or_default())
}

fn range(query: &Query) -> Result<Interval, Problem> {
    let (start, end): (Since, Until) = (query.required("start")?, query.required("end")?);
    Interval::new(start.0, end.0).map_err(|fault| Problem::invalid("end", fault.to_string()))
}

fn buckets(range: Interval, zone: &Zone, group: Group) -> Result<Vec<Bucket>, Problem> {
    Ok(match group {
        Group::Day => {
            let days = days::days(range, zone, MAX_DAYS).map_err(|fault| Problem::invalid("end", fault.to_string()))?;
            days.into_iter().map(|day| Bucket { label: day.date.to_string(), interval: day.interval }).collect()
        }
        Group::Project | Group::Member => vec![Bucket { label: String::new(), interval: range }],
    })
}

const fn grouping(group: Group) -> reports::Group {
    match group {
        Group::Day => reports::Group::Bucket,
        Group::Project => reports::Group::Project,
        Group::Member => reports::Group::Member,
    }
}
