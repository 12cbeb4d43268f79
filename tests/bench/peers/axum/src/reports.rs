//! The summary of a range by days.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use kronos_api::{
    Data,
    reports::{Group, GroupedData, Summary},
    scope,
};
use kronos_domain::{Instant, Interval, MinorUnits, OrganizationId, Seconds, Zone, days};
use serde::Deserialize;

use crate::{App, auth::Authenticated, failure::Failure, store};

const MAX_DAYS: usize = 400;

/// Parameters of the query.
#[derive(Debug, Deserialize)]
pub struct Parameters {
    group: Group,
    start: String,
    end: String,
    time_zone: String,
}

/// `GET .../reports/summary`
pub async fn summary(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(organization): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Data<Summary>>, Failure> {
    caller.require(scope::REPORTS_READ)?;
    let organization: OrganizationId = organization.parse().map_err(|_| Failure::NotFound)?;
    let start: Instant = parameters.start.parse().map_err(|_| Failure::Invalid("start"))?;
    let end: Instant = parameters.end.parse().map_err(|_| Failure::Invalid("end"))?;
    let zone: Zone = parameters.time_zone.parse().map_err(|_| Failure::Invalid("time_zone"))?;
    let range = Interval::new(start, end).map_err(|_| Failure::Invalid("end"))?;
    let buckets: Vec<(String, i64, i64)> = match parameters.group {
        Group::Day => days::days(range, &zone, MAX_DAYS)
            .map_err(|_| Failure::Invalid("end"))?
            .iter()
            .map(|day| (day.date.to_string(), day.interval.start().micros(), day.interval.end().micros()))
            .collect(),
        Group::Project | Group::Member => vec![(String::new(), start.micros(), end.micros())],
    };
    let buckets = serde_json::to_string(&buckets).map_err(|_| Failure::Invalid("end"))?;
    let by = match parameters.group {
        Group::Day => "bucket",
        Group::Project => "project",
        Group::Member => "member",
    };
    let mut values = store::actor(organization, caller.user);
    values.extend([store::text(buckets), store::text(by)]);
    let mut sums = app.store.sums(values).await?.ok_or(Failure::NotFound)?;
    sums.sort_unstable_by(|a, b| (a.key.is_none(), &a.key).cmp(&(b.key.is_none(), &b.key)));
    let data = Summary {
        grouped_type: parameters.group,
        seconds: Seconds::new(sums.iter().map(|sum| sum.seconds).sum()),
        cost: MinorUnits(sums.iter().map(|sum| sum.cost).sum()),
        grouped_data: sums
            .into_iter()
            .map(|sum| GroupedData { key: sum.key, seconds: Seconds::new(sum.seconds), cost: MinorUnits(sum.cost) })
            .collect(),
    };
    Ok(Json(Data { data }))
}
