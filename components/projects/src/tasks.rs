//! `/api/v1/organizations/{organization}/tasks`.

use kronos_api::projects::{CreateTask, UpdateTask};
use kronos_domain::{Permission, ProjectId};
use kronos_platform::{Call, Faults, Reply, pages};
use kronos_storage::tasks::{self, Edit, NewTask, TASK};

use crate::{
    change,
    creation::{Creation, why_not},
    labels::required,
    refusal::Refusal,
    resource,
    validation::{end, estimate},
};

pub async fn list(call: &Call) -> Result<Reply, Refusal> {
    let project: Option<ProjectId> = call.query.get_as("project_id")?;
    resource::list(call, &TASK, &[pages::state(&call.query, "done")?.into(), project.into()]).await
}

pub async fn create(call: &Call) -> Result<Reply, Refusal> {
    let mut body: CreateTask = call.json()?;
    let mut faults = Faults::default();
    let creation = Creation::of(call, &mut faults, &mut body, |body| &mut body.id)?;
    let project = faults.parse("project_id", Some(&body.project_id));
    let name = faults.parse("name", Some(&body.name));
    let estimated_time = estimate(&mut faults, body.estimated_time);
    let end = end(&mut faults, "done_at", body.is_done, body.done_at.as_deref().map(Some));
    let (project, name) = required(faults, project.zip(name))?;

    let (change, db) = (change(call)?, call.db().await?);
    let new = NewTask { project, name, estimated_time, end };
    let made = tasks::create(&db, change, creation.origin(), &new).await;
    let unknown = (Permission::TasksManage, "project_id", "must be a project of the organization");
    creation.answer(call, &db, &TASK, made, async || why_not(&db, change.actor, Some(unknown)).await).await
}

pub async fn update(call: &Call) -> Result<Reply, Refusal> {
    let body: UpdateTask = call.json()?;
    let mut faults = Faults::default();
    let edit = Edit {
        name: faults.parse("name", body.name.as_deref()),
        estimated_time: body.estimated_time.map(|seconds| estimate(&mut faults, seconds)),
        end: end(&mut faults, "done_at", body.is_done, body.done_at.as_ref().map(Option::as_deref)),
    };
    faults.finish()?;

    let db = call.db().await?;
    resource::keep(call, &db, &TASK, &[("project_id", body.project_id.as_deref())]).await?;
    let apply = async |change, id, version| tasks::update(&db, change, id, version, &edit).await;
    resource::update(call, &db, &TASK, apply, |task| Ok(edit.alters(task, call.now.into()))).await
}
