//! `/api/v1/organizations/{organization}/projects/{project}/project-members` and `/project-members/{project_member}`.

use kronos_api::projects::{CreateProjectMember, UpdateProjectMember};
use kronos_domain::{
    ProjectId,
    project::{ProjectMember, ProjectRole},
};
use kronos_platform::{Call, Faults, Reply};
use kronos_storage::{
    Db,
    project_members::{self, Edit, NewProjectMember, PROJECT_MEMBER},
    projects::PROJECT,
};

use crate::{
    actor, change,
    creation::Creation,
    labels::required,
    refusal::Refusal,
    resource::{self, changeable},
    validation::{Setting, rate, setting},
};

pub async fn list(call: &Call) -> Result<Reply, Refusal> {
    let project: ProjectId = call.path.get_as("project")?;
    resource::list(call, &PROJECT_MEMBER, &[project.into()]).await
}

pub async fn create(call: &Call) -> Result<Reply, Refusal> {
    let project: ProjectId = call.path.get_as("project")?;
    let mut body: CreateProjectMember = call.json()?;
    let mut faults = Faults::default();
    let creation = Creation::of(call, &mut faults, &mut body, |body| &mut body.id)?;
    let member = faults.parse("member_id", Some(&body.member_id));
    let role = faults.parse("role", body.role.as_deref()).unwrap_or(ProjectRole::Member);
    let amount = rate(&mut faults, "billable_rate", body.billable_rate);
    let member = required(faults, member)?;

    let (change, db) = (change(call)?, call.db().await?);
    let setting = setting(call, &db, change.actor, amount.map(Some)).await?;
    let new = NewProjectMember { project, member, role, rate: setting.map(|setting| setting.today) };
    let made = project_members::create(&db, change, creation.origin(), new).await;
    let why_not = async || why_not(call, &db, project, setting).await;
    creation.answer(call, &db, &PROJECT_MEMBER, made, why_not).await
}

/// Why nobody was taken into a project.
async fn why_not(call: &Call, db: &Db, project: ProjectId, setting: Option<Setting>) -> Result<Refusal, Refusal> {
    changeable(db, &PROJECT, actor(call)?, project.uuid()).await?;
    if setting.is_some_and(|setting| !setting.allowed) {
        return Ok(Refusal::Forbidden);
    }
    Ok(Faults::one("member_id", "must be a member of the organization").into())
}

pub async fn update(call: &Call) -> Result<Reply, Refusal> {
    let body: UpdateProjectMember = call.json()?;
    let mut faults = Faults::default();
    let role = faults.parse("role", body.role.as_deref());
    let amount = body.billable_rate.map(|amount| rate(&mut faults, "billable_rate", amount));
    faults.finish()?;

    let db = call.db().await?;
    let stated = [("project_id", body.project_id.as_deref()), ("member_id", body.member_id.as_deref())];
    resource::keep(call, &db, &PROJECT_MEMBER, &stated).await?;
    if amount.is_some() {
        resource::price_is_as_read(call, &db, &PROJECT_MEMBER).await?;
    }
    let setting = setting(call, &db, actor(call)?, amount).await?;
    let edit = Edit { role, rate: setting.map(|setting| setting.today) };
    let apply = async |change, id, version| project_members::update(&db, change, id, version, edit).await;
    let alters = |place: &ProjectMember| {
        if setting.is_some_and(|setting| !setting.allowed) && edit.sets_rate_of(place.billable_rate) {
            return Err(Refusal::Forbidden);
        }
        Ok(edit.alters(place))
    };
    resource::update(call, &db, &PROJECT_MEMBER, apply, alters).await
}
