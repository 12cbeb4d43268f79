//! Time entries.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderName, StatusCode, header},
};
use kronos_api::{
    Data, Page, PageMeta, scope,
    time_entries::{CreateTimeEntry, StopTimeEntry, TimeEntry},
};
use kronos_domain::{
    EntryId, Instant, MemberId, OrganizationId, Zone,
    entry::{Description, Span},
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    App,
    auth::Authenticated,
    failure::Failure,
    store::{self, Value, instant, text},
};

const MAX_PAGE: i64 = 500;

fn id<T: std::str::FromStr>(path: &str) -> Result<T, Failure> {
    path.parse().map_err(|_| Failure::NotFound)
}

fn optional<T: std::str::FromStr>(value: Option<&String>, field: &'static str) -> Result<Option<T>, Failure> {
    value.map(|value| value.parse().map_err(|_| Failure::Invalid(field))).transpose()
}

type Tagged = ([(HeaderName, String); 1], Json<Data<TimeEntry>>);

fn tagged(entry: kronos_domain::entry::TimeEntry) -> Tagged {
    let tag = format!("\"{}\"", entry.version);
    ([(header::ETAG, tag)], Json(Data { data: entry.into() }))
}

/// `GET .../time-entries/{entry}`
pub async fn read(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path((organization, entry)): Path<(String, String)>,
) -> Result<Tagged, Failure> {
    caller.require(scope::TIME_ENTRIES_READ)?;
    let mut values = store::actor(id::<OrganizationId>(&organization)?, caller.user);
    values.push(store::id(id::<EntryId>(&entry)?.uuid()));
    let entries = app.store.entries(app.store.statements.read, values).await?;
    entries.and_then(|mut entries| entries.pop()).map(tagged).ok_or(Failure::NotFound)
}

/// Parameters of a list; of Kronos' filters only the one that the benchmark uses.
#[derive(Debug, Deserialize)]
pub struct ListParameters {
    limit: Option<i64>,
}

/// `GET .../time-entries`
pub async fn list(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(organization): Path<String>,
    Query(parameters): Query<ListParameters>,
) -> Result<Json<Page<TimeEntry>>, Failure> {
    caller.require(scope::TIME_ENTRIES_READ)?;
    let limit = parameters.limit.unwrap_or(100);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Failure::Invalid("limit"));
    }
    let mut values = store::actor(id::<OrganizationId>(&organization)?, caller.user);
    values.extend([
        Value::Integer(Some(0)),
        Value::Integer(Some(i64::MAX)),
        Value::Bool(None),
        Value::Bool(None),
        Value::Bool(Some(false)),
        Value::Text(None),
        Value::Integer(Some(i64::MAX)),
        store::id(Uuid::max()),
        Value::Integer(Some(limit + 1)),
        Value::Integer(Some(0)),
    ]);
    let mut entries = app.store.entries(app.store.statements.list, values).await?.ok_or(Failure::NotFound)?;
    let length = usize::try_from(limit).unwrap_or_default();
    let more = entries.len() > length;
    entries.truncate(length);
    let next_cursor = entries.last().filter(|_| more).map(|last| cursor(last.start, last.id));
    Ok(Json(Page {
        data: entries.into_iter().map(TimeEntry::from).collect(),
        meta: PageMeta { next_cursor, total: None, sync_since: None },
    }))
}

fn cursor(start: Instant, id: EntryId) -> String {
    format!("d{:x}.{id}", start.seconds())
}

/// `POST .../time-entries`
pub async fn create(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(organization): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, [(HeaderName, String); 1], Tagged), Failure> {
    caller.require(scope::TIME_ENTRIES_WRITE)?;
    let organization: OrganizationId = id(&organization)?;
    let new: CreateTimeEntry = serde_json::from_slice(&body).map_err(|_| Failure::Invalid("body"))?;
    let read = serde_json::to_vec(&new).map_err(|_| Failure::Invalid("body"))?;
    let digest = format!("{:x}", Sha256::digest(read));
    let now = store::now();
    let start = optional::<Instant>(new.start.as_ref(), "start")?.unwrap_or(now);
    let span = Span::new(start, optional(new.end.as_ref(), "end")?).map_err(|_| Failure::Invalid("end"))?;
    let zone = optional::<Zone>(new.time_zone.as_ref(), "time_zone")?;
    let member = optional::<MemberId>(new.member_id.as_ref(), "member_id")?;
    let description =
        Description::parse(new.description.unwrap_or_default()).map_err(|_| Failure::Invalid("description"))?;
    let entry = optional::<EntryId>(new.id.as_ref(), "id")?.map_or_else(Uuid::now_v7, EntryId::uuid);
    let mut values = store::actor(organization, caller.user);
    values.extend([
        store::id(entry),
        Value::Id(member.map(MemberId::uuid)),
        instant(span.start),
        Value::Integer(span.end.map(Instant::micros)),
        Value::Text(zone.map(|zone| zone.to_string())),
        text(description.as_str()),
        Value::Text(description.folded()),
        Value::Bool(Some(new.billable.unwrap_or_default())),
        Value::Integer(new.billable_rate),
        text("api"),
        text(digest),
        Value::Text(None),
        Value::Text(None),
    ]);
    let created = app.store.change(app.store.statements.create, values).await?.ok_or(Failure::NotFound)?;
    app.doorbell.ring();
    let location = format!("/api/v1/organizations/{organization}/time-entries/{}", created.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], tagged(created)))
}

/// `POST .../time-entries/{entry}/stop`
pub async fn stop(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path((organization, entry)): Path<(String, String)>,
    body: Bytes,
) -> Result<Tagged, Failure> {
    caller.require(scope::TIME_ENTRIES_WRITE)?;
    let stop: StopTimeEntry = if body.is_empty() {
        StopTimeEntry::default()
    } else {
        serde_json::from_slice(&body).map_err(|_| Failure::Invalid("body"))?
    };
    let end = optional::<Instant>(stop.end.as_ref(), "end")?.unwrap_or_else(store::now).truncated();
    let mut values = store::actor(id::<OrganizationId>(&organization)?, caller.user);
    values.extend([
        store::id(id::<EntryId>(&entry)?.uuid()),
        Value::Integer(None),
        instant(end),
        Value::Text(None),
        Value::Text(None),
        Value::Text(None),
        Value::Bool(None),
        Value::Bool(Some(false)),
        Value::Integer(None),
        Value::Bool(Some(true)),
        Value::Integer(None),
        Value::Bool(Some(true)),
        Value::Id(None),
        Value::Text(None),
        Value::Text(None),
        Value::Integer(None),
    ]);
    let stopped = app.store.change(app.store.statements.stop, values).await?.ok_or(Failure::NotFound)?;
    app.doorbell.ring();
    Ok(tagged(stopped))
}
