//! Clients, projects with members and tasks, tags and rates of an organization. Who may do what and all invariants are in the
//! statements and constraints of the storage; a handler parses, calls and answers, and asks why only after a refusal. What all
//! kinds of resources have in common is in `resource`.

mod creation;
mod labels;
mod project_members;
mod projects;
mod rates;
mod refusal;
mod resource;
mod tasks;
mod validation;

use kronos_api::projects::Op;
use kronos_platform::{Call, Problem, Reply};
use kronos_storage::{
    Actor, Change, clients::CLIENT, project_members::PROJECT_MEMBER, projects::PROJECT, rates::RATE, tags::TAG,
    tasks::TASK,
};

use self::refusal::Refusal;

kronos_platform::http_service!(super::route);

async fn route(op: Op, call: Call) -> Result<Reply, Refusal> {
    match op {
        Op::ListClients => labels::list(&call, &CLIENT).await,
        Op::CreateClient => labels::create(&call, &CLIENT).await,
        Op::ReadClient => resource::read(&call, &CLIENT.resource).await,
        Op::ReplaceClient | Op::UpdateClient => labels::update(&call, &CLIENT).await,
        Op::DeleteClient => resource::delete(&call, &CLIENT.resource).await,

        Op::ListProjects => projects::list(&call).await,
        Op::CreateProject => projects::create(&call).await,
        Op::ReadProject => resource::read(&call, &PROJECT).await,
        Op::ReplaceProject | Op::UpdateProject => projects::update(&call).await,
        Op::DeleteProject => resource::delete(&call, &PROJECT).await,

        Op::ListProjectMembers => project_members::list(&call).await,
        Op::CreateProjectMember => project_members::create(&call).await,
        Op::ReadProjectMember => resource::read(&call, &PROJECT_MEMBER).await,
        Op::ReplaceProjectMember | Op::UpdateProjectMember => project_members::update(&call).await,
        Op::DeleteProjectMember => resource::delete(&call, &PROJECT_MEMBER).await,

        Op::ListTasks => tasks::list(&call).await,
        Op::CreateTask => tasks::create(&call).await,
        Op::ReadTask => resource::read(&call, &TASK).await,
        Op::ReplaceTask | Op::UpdateTask => tasks::update(&call).await,
        Op::DeleteTask => resource::delete(&call, &TASK).await,

        Op::ListTags => labels::list(&call, &TAG).await,
        Op::CreateTag => labels::create(&call, &TAG).await,
        Op::ReadTag => resource::read(&call, &TAG.resource).await,
        Op::ReplaceTag | Op::UpdateTag => labels::update(&call, &TAG).await,
        Op::DeleteTag => resource::delete(&call, &TAG.resource).await,

        Op::ListRates => rates::list(&call).await,
        Op::CreateRate => rates::create(&call).await,
        Op::ReadRate => resource::read(&call, &RATE).await,
        Op::ReplaceRate | Op::UpdateRate => rates::update(&call).await,
        Op::DeleteRate => resource::delete(&call, &RATE).await,
        Op::ApplyRates => rates::apply(&call).await,
    }
}

/// Who calls, in the organization of the path.
fn actor(call: &Call) -> Result<Actor, Problem> {
    Ok(Actor { organization: call.path.get_as("organization")?, user: call.user()? })
}

/// What a write by the caller is told about the request.
fn change(call: &Call) -> Result<Change<'_>, Problem> {
    Ok(Change {
        actor: actor(call)?,
        request_id: Some(&call.request_id),
        traceparent: Some(&call.traceparent),
        now: call.now.into(),
    })
}
