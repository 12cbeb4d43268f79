//! The summary: time and money of a range, by day, project or member.

use kronos_api::{
    Data,
    reports::{DaySplit, Group, GroupedData, Summary},
};
use kronos_domain::{Instant, Interval, Zone, days};
use kronos_platform::{Call, Problem, Query, Reply};
use kronos_storage::{
    Db,
    reports::{self, Bucket, Split},
    time_entries::Actor,
};

/// Longest range, in days: a year, and one more day for a range that touches both ends of a day.
const MAX_DAYS: usize = 367;

/// Why there is no summary.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such organization")]
    NotFound,
    #[error("the organization's time zone `{0}` is unknown")]
    UnknownZone(String),
    #[error("the database refused")]
    Storage(#[from] kronos_storage::Error),
    #[error("the request is refused")]
    Problem(Problem),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::not_found(),
            Refusal::UnknownZone(_) => Self::internal(refusal.to_string()),
            Refusal::Storage(error) => error.into(),
            Refusal::Problem(problem) => problem,
        }
    }
}

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
    name.parse().map_err(|_| Refusal::UnknownZone(name))
}

fn group(query: &Query) -> Result<Group, Problem> {
    match query.get("group")? {
        Some("day") => Ok(Group::Day),
        Some("project") => Ok(Group::Project),
        Some("member") => Ok(Group::Member),
        Some(_) | None => Err(Problem::invalid("group", "must be `day`, `project` or `member`")),
    }
}

fn day_split(query: &Query) -> Result<DaySplit, Problem> {
    match query.get("day_split")? {
        None => Ok(DaySplit::default()),
        Some("start") => Ok(DaySplit::Start),
        Some("midnight") => Ok(DaySplit::Midnight),
        Some(_) => Err(Problem::invalid("day_split", "must be `start` or `midnight`")),
    }
}

fn range(query: &Query) -> Result<Interval, Problem> {
    let bound =
        |name| -> Result<Instant, Problem> { query.get_as(name)?.ok_or_else(|| Problem::invalid(name, "is required")) };
    Interval::new(bound("start")?, bound("end")?).map_err(|fault| Problem::invalid("end", fault.to_string()))
}

fn buckets(range: Interval, zone: &Zone, group: Group) -> Result<Vec<Bucket>, Problem> {
    let days = days::days(range, zone, MAX_DAYS).map_err(|fault| Problem::invalid("end", fault.to_string()))?;
    Ok(match group {
        Group::Day => {
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
