//! What handlers of all kinds of resources do alike: answer one, a page, a change, a deletion.

use kronos_api::{
    Data,
    projects::{Client, Project, ProjectMember, Rate, Tag, Task},
};
use kronos_domain::{ClientId, HourlyRate, ProjectId, ProjectMemberId, RateId, TagId, TaskId, project, rate};
use kronos_platform::{
    Call, Faults, Problem, Reply, StatusCode,
    etag::{self, Preconditions},
    pages::Paging,
};
use kronos_storage::{
    Actor, Change, Db, Error, Value,
    resource::{Resource, Standing},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{actor, change, refusal::Refusal};

/// A resource as clients see it.
pub trait Shown: Sized {
    /// The type of the API.
    type Shape: Serialize + From<Self>;
    /// The last segment of its list.
    const LIST: &'static str;
    /// The id in the path.
    fn id(call: &Call) -> Result<Uuid, Problem>;
    /// Its version.
    fn version(&self) -> i64;
    /// Its entity tag.
    fn tag(&self) -> String;
}

/// Each with its list, its parameter in paths, and the tag where more is shown than what the version stands for.
macro_rules! shown {
    ($($stored:ty, $shape:ty: $list:literal, $parameter:literal $id:ty, $this:ident => $tag:expr;)+) => {$(
        impl Shown for $stored {
            type Shape = $shape;
            const LIST: &'static str = $list;

            fn id(call: &Call) -> Result<Uuid, Problem> {
                call.path.get_as::<$id>($parameter).map(<$id>::uuid)
            }

            fn version(&self) -> i64 {
                self.version
            }

            fn tag(&self) -> String {
                let $this = self;
                $tag
            }
        }
    )+};
}

shown! {
    project::Client, Client: "clients", "client" ClientId, client => etag::of(client.version);
    project::Project, Project: "projects", "project" ProjectId, project => {
        let computed = [amount(project.billable_rate), amount(project.cost_rate), Some(project.spent_time.count())];
        etag::with(project.version, &computed)
    };
    project::ProjectMember, ProjectMember: "project-members", "project_member" ProjectMemberId, place => {
        etag::with(place.version, &[amount(place.billable_rate)])
    };
    project::Task, Task: "tasks", "task" TaskId, task => etag::with(task.version, &[Some(task.spent_time.count())]);
    project::Tag, Tag: "tags", "tag" TagId, tag => etag::of(tag.version);
    rate::Rate, Rate: "rates", "rate" RateId, rate => etag::of(rate.version);
}

fn amount(rate: Option<HourlyRate>) -> Option<i64> {
    rate.map(HourlyRate::minor_units)
}

/// One resource with its `ETag`.
pub fn reply<T: Shown>(status: StatusCode, resource: T) -> Reply {
    let tag = resource.tag();
    Reply::json(status, &Data { data: T::Shape::from(resource) }).header("etag", tag)
}

/// A page of those that the caller sees.
pub async fn list<T: Shown>(call: &Call, resource: &Resource<T>, own: &[Value]) -> Result<Reply, Refusal> {
    let paging = Paging::of(call)?;
    let db = call.db().await?;
    let found = resource.page(&db, actor(call)?, &paging.wanted, own).await?.ok_or(Refusal::NotFound)?;
    Ok(paging.reply(call, found, T::Shape::from))
}

/// One that the caller sees.
pub async fn read<T: Shown>(call: &Call, resource: &Resource<T>) -> Result<Reply, Refusal> {
    let found = visible(&*call.db().await?, resource, actor(call)?, T::id(call)?).await?;
    Ok(reply(StatusCode::OK, found.resource))
}

/// Deletes one.
pub async fn delete<T: Shown>(call: &Call, resource: &Resource<T>) -> Result<Reply, Refusal> {
    let (change, id) = (change(call)?, T::id(call)?);
    let db = call.db().await?;
    let version = required_version(call, &db, resource, id).await?;
    match resource.delete(&db, change, id, version).await {
        Ok(true) => {
            call.ring();
            Ok(Reply::no_content())
        }
        Ok(false) => {
            let found = changeable(&db, resource, change.actor, id).await?;
            if version.is_some_and(|version| version != found.version()) {
                return Err(Refusal::VersionMismatch);
            }
            // It has rates that the caller may not unset.
            Err(Refusal::Forbidden)
        }
        Err(Error::ForeignKey(_)) => Err(Refusal::StillInUse),
        Err(error) => Err(error.into()),
    }
}

/// Changes one with `apply`, which is told the version that it has to find. Where that found nothing to change, `alters` tells whether
/// it would change what there is, or why it may not.
pub async fn update<'a, T: Shown>(
    call: &'a Call,
    db: &Db,
    resource: &Resource<T>,
    apply: impl AsyncFnOnce(Change<'a>, Uuid, Option<i64>) -> Result<Option<T>, Error>,
    alters: impl FnOnce(&T) -> Result<bool, Refusal>,
) -> Result<Reply, Refusal> {
    let (change, id) = (change(call)?, T::id(call)?);
    let version = required_version(call, db, resource, id).await?;
    match apply(change, id, version).await {
        Ok(Some(changed)) => {
            call.ring();
            Ok(reply(StatusCode::OK, changed))
        }
        Ok(None) => {
            let found = changeable(db, resource, change.actor, id).await?;
            if version.is_some_and(|version| version != found.version()) {
                return Err(Refusal::VersionMismatch);
            }
            // What stood in the way of a change is gone by now.
            if alters(&found)? { Err(Refusal::Contended) } else { Ok(reply(StatusCode::OK, found)) }
        }
        Err(Error::Unique(constraint)) => Err(Refusal::of_unique(constraint)),
        Err(error) => Err(error.into()),
    }
}

/// Refuses other values for what nobody can change. What never changes can be looked at before the change. An empty text says nothing.
pub async fn keep<T: Shown>(
    call: &Call,
    db: &Db,
    resource: &Resource<T>,
    stated: &[(&'static str, Option<&str>)],
) -> Result<(), Refusal> {
    let stated = stated.iter().filter_map(|(member, text)| Some((*member, text.filter(|text| !text.is_empty())?)));
    let mut stated = stated.peekable();
    if stated.peek().is_none() {
        return Ok(());
    }
    let found = changeable(db, resource, actor(call)?, T::id(call)?).await?;
    let found = serde_json::to_value(T::Shape::from(found)).unwrap_or_default();
    let mut faults = Faults::default();
    for (member, text) in stated {
        if !found[member].as_str().is_some_and(|present| present.eq_ignore_ascii_case(text)) {
            faults.add(member, "cannot be changed");
        }
    }
    Ok(faults.finish()?)
}

/// Refuses a price beside the tag of an answer that had another one: rates have versions of their own, and whoever set one meanwhile
/// did not make a new version of this.
pub async fn price_is_as_read<T: Shown>(call: &Call, db: &Db, resource: &Resource<T>) -> Result<(), Refusal> {
    let Some(read) = etag::first_number_of_match(&call.headers) else { return Ok(()) };
    let tag = visible(db, resource, actor(call)?, T::id(call)?).await?.resource.tag();
    if etag::first_number(&tag) == Some(read) { Ok(()) } else { Err(Refusal::VersionMismatch) }
}

/// The version that the request demands; the statement checks it again.
async fn required_version<T: Shown>(
    call: &Call,
    db: &Db,
    resource: &Resource<T>,
    id: Uuid,
) -> Result<Option<i64>, Refusal> {
    let actor = actor(call)?;
    let current = async || Ok(visible(db, resource, actor, id).await?.resource.version());
    Preconditions::of(&call.headers).version(current).await
}

/// One that the actor sees.
pub async fn visible<T>(db: &Db, resource: &Resource<T>, actor: Actor, id: Uuid) -> Result<Standing<T>, Refusal> {
    resource.read(db, actor, id).await?.ok_or(Refusal::NotFound)
}

/// One that the actor may change.
pub async fn changeable<T>(db: &Db, resource: &Resource<T>, actor: Actor, id: Uuid) -> Result<T, Refusal> {
    let found = visible(db, resource, actor, id).await?;
    if found.changeable { Ok(found.resource) } else { Err(Refusal::Forbidden) }
}
