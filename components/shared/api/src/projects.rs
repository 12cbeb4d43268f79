//! Clients, projects with members and tasks, tags and rates, in the shapes and with the names of solidtime.

mod labels;
mod project;
mod project_member;
mod rate;
mod task;

use kronos_domain::Permission;

use crate::{
    Access::Scope,
    Data, Operation, Pages, Parameter, Refused, pages,
    scope::{PROJECTS_READ, PROJECTS_WRITE},
};

pub use labels::{Client, CreateLabel, Tag, UpdateLabel};
pub use project::{Budget, CreateProject, Project, UpdateProject};
pub use project_member::{CreateProjectMember, ProjectMember, UpdateProjectMember};
pub use rate::{AppliedMeta, AppliedRates, ApplyRates, CreateRate, Rate, RatesApplied, UpdateRate};
pub use task::{CreateTask, Task, UpdateTask};

/// What is refused here beside what all operations refuse.
pub mod refused {
    use super::Refused;

    /// Names are used once.
    pub const NAME_ALREADY_USED: Refused =
        Refused::new(409, "name_already_used", "Another one has this name. Choose another name.");
    /// Something refers to it.
    pub const STILL_IN_USE: Refused =
        Refused::new(409, "entity_still_in_use", "Something else still refers to it. Archive it instead.");
    /// The id that the client chose is taken.
    pub const ID_ALREADY_USED: Refused = Refused::new(409, "id_already_used", "Another one has this id.");
    /// The same key with different content.
    pub const IDEMPOTENCY_KEY_REUSED: Refused = Refused::new(
        422,
        "idempotency_key_reused",
        "The idempotency key was used for a request with different content.",
    );
    /// A member has one place in a project.
    pub const ALREADY_MEMBER: Refused =
        Refused::new(409, "user_is_already_member_of_project", "The member is in the project already.");
    /// One rate begins on a day.
    pub const RATE_ALREADY_SET: Refused =
        Refused::new(409, "rate_already_set", "Another rate for the same is valid from that day on. Change that one.");
}

use refused::{
    ALREADY_MEMBER, ID_ALREADY_USED, IDEMPOTENCY_KEY_REUSED, NAME_ALREADY_USED, RATE_ALREADY_SET, STILL_IN_USE,
};

const CLIENTS: &str = "/api/v1/organizations/{organization}/clients";
const CLIENT: &str = "/api/v1/organizations/{organization}/clients/{client}";
const PROJECTS: &str = "/api/v1/organizations/{organization}/projects";
const PROJECT: &str = "/api/v1/organizations/{organization}/projects/{project}";
const PROJECT_MEMBERS: &str = "/api/v1/organizations/{organization}/projects/{project}/project-members";
const PROJECT_MEMBER: &str = "/api/v1/organizations/{organization}/project-members/{project_member}";
const TASKS: &str = "/api/v1/organizations/{organization}/tasks";
const TASK: &str = "/api/v1/organizations/{organization}/tasks/{task}";
const TAGS: &str = "/api/v1/organizations/{organization}/tags";
const TAG: &str = "/api/v1/organizations/{organization}/tags/{tag}";
const RATES: &str = "/api/v1/organizations/{organization}/rates";
const RATE: &str = "/api/v1/organizations/{organization}/rates/{rate}";

/// What clients of solidtime send and do not mean (VS Code, Neovim, clockify-to-solidtime).
const UNMEANT: &[&str] = &["member_ids", "billable_by_default", "user_id"];

/// Members that only the server sets: those of all resources, and further ones.
macro_rules! read_only {
    ($($own:literal),*) => {
        &["organization_id", "version", "created_at", "updated_at", "deleted_at" $(, $own)*]
    };
}

const LABEL: &str = r#"{"name": "Acme"}"#;
const NEW_PROJECT: &str = r##"{"name": "Website", "color": "#5e35b1", "is_billable": true, "is_public": false}"##;
const PROJECT_CHANGE: &str = r##"{"color": "#00897b"}"##;
const NEW_PROJECT_MEMBER: &str = r#"{"member_id": "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e", "role": "member"}"#;
const PROJECT_MEMBER_CHANGE: &str = r#"{"role": "manager"}"#;
const NEW_TASK: &str = r#"{"name": "Design", "project_id": "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e"}"#;
const TASK_CHANGE: &str = r#"{"is_done": true}"#;
const NEW_RATE: &str = r#"{"kind": "billable", "project_id": "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e", "amount": 12000, "valid_from": "2026-03-01"}"#;
const RATE_CHANGE: &str = r#"{"amount": 15000}"#;

const fn read(id: &'static str, path: &'static str, permission: Permission) -> Operation {
    Operation::new(id, "GET", path, Scope(PROJECTS_READ)).needs(permission)
}

const fn write(id: &'static str, method: &'static str, path: &'static str, permission: Permission) -> Operation {
    Operation::new(id, method, path, Scope(PROJECTS_WRITE)).needs(permission)
}

const fn delete(id: &'static str, path: &'static str, permission: Permission) -> Operation {
    write(id, "DELETE", path, permission).answers_nothing(204)
}

crate::operations! {
    "projects";
    /// The clients that the caller may see.
    ListClients => read("list_clients", CLIENTS, Permission::ClientsRead)
        .query(crate::paged![pages::ARCHIVED])
        .answers::<Pages<Client>>(200),
    /// Makes a client.
    CreateClient => write("create_client", "POST", CLIENTS, Permission::ClientsManage)
        .takes::<CreateLabel>(LABEL).ignoring(UNMEANT, read_only!())
        .answers::<Data<Client>>(201)
        .refuses(&[NAME_ALREADY_USED, ID_ALREADY_USED, IDEMPOTENCY_KEY_REUSED]),
    /// One client.
    ReadClient => read("get_client", CLIENT, Permission::ClientsRead).answers::<Data<Client>>(200),
    /// Changes a client. As with solidtime, what is absent stays as it is.
    ReplaceClient => write("replace_client", "PUT", CLIENT, Permission::ClientsManage)
        .takes::<UpdateLabel>(LABEL).ignoring(UNMEANT, read_only!("id"))
        .answers::<Data<Client>>(200)
        .refuses(&[NAME_ALREADY_USED]),
    /// Changes a client. What is absent stays as it is.
    UpdateClient => write("update_client", "PATCH", CLIENT, Permission::ClientsManage)
        .takes::<UpdateLabel>(LABEL).ignoring(UNMEANT, read_only!("id"))
        .answers::<Data<Client>>(200)
        .refuses(&[NAME_ALREADY_USED]),
    /// Deletes a client that no project is for.
    DeleteClient => delete("delete_client", CLIENT, Permission::ClientsManage).refuses(&[STILL_IN_USE]),

    /// The projects that the caller may see.
    ListProjects => read("list_projects", PROJECTS, Permission::ProjectsRead)
        .query(crate::paged![pages::ARCHIVED, Parameter::id("client_id", "Only projects of this client.")])
        .answers::<Pages<Project>>(200),
    /// Makes a project.
    CreateProject => write("create_project", "POST", PROJECTS, Permission::ProjectsManage)
        .takes::<CreateProject>(NEW_PROJECT).ignoring(UNMEANT, read_only!("spent_time", "cost_rate"))
        .answers::<Data<Project>>(201)
        .refuses(&[NAME_ALREADY_USED, ID_ALREADY_USED, IDEMPOTENCY_KEY_REUSED]),
    /// One project.
    ReadProject => read("get_project", PROJECT, Permission::ProjectsRead).answers::<Data<Project>>(200),
    /// Changes a project. As with solidtime, what is absent stays as it is.
    ReplaceProject => write("replace_project", "PUT", PROJECT, Permission::ProjectsManage)
        .takes::<UpdateProject>(PROJECT_CHANGE).ignoring(UNMEANT, read_only!("id", "spent_time", "cost_rate"))
        .answers::<Data<Project>>(200)
        .refuses(&[NAME_ALREADY_USED]),
    /// Changes a project. What is absent stays as it is.
    UpdateProject => write("update_project", "PATCH", PROJECT, Permission::ProjectsManage)
        .takes::<UpdateProject>(PROJECT_CHANGE).ignoring(UNMEANT, read_only!("id", "spent_time", "cost_rate"))
        .answers::<Data<Project>>(200)
        .refuses(&[NAME_ALREADY_USED]),
    /// Deletes a project without tasks and entries, and with it its members and rates.
    DeleteProject => delete("delete_project", PROJECT, Permission::ProjectsManage).refuses(&[STILL_IN_USE]),

    /// The members of a project: all of them for who runs it, their own place for others.
    ListProjectMembers => read("list_project_members", PROJECT_MEMBERS, Permission::ProjectMembersRead)
        .query(crate::paged![])
        .answers::<Pages<ProjectMember>>(200),
    /// Takes a member into a project.
    CreateProjectMember => write("create_project_member", "POST", PROJECT_MEMBERS, Permission::ProjectsManage)
        .takes::<CreateProjectMember>(NEW_PROJECT_MEMBER).ignoring(UNMEANT, read_only!("project_id"))
        .answers::<Data<ProjectMember>>(201)
        .refuses(&[ALREADY_MEMBER, ID_ALREADY_USED, IDEMPOTENCY_KEY_REUSED]),
    /// One member of a project.
    ReadProjectMember => read("get_project_member", PROJECT_MEMBER, Permission::ProjectMembersRead)
        .answers::<Data<ProjectMember>>(200),
    /// Changes a member of a project. As with solidtime, what is absent stays as it is.
    ReplaceProjectMember => write("replace_project_member", "PUT", PROJECT_MEMBER, Permission::ProjectsManage)
        .takes::<UpdateProjectMember>(PROJECT_MEMBER_CHANGE)
        .ignoring(UNMEANT, read_only!("id"))
        .answers::<Data<ProjectMember>>(200),
    /// Changes a member of a project. What is absent stays as it is.
    UpdateProjectMember => write("update_project_member", "PATCH", PROJECT_MEMBER, Permission::ProjectsManage)
        .takes::<UpdateProjectMember>(PROJECT_MEMBER_CHANGE)
        .ignoring(UNMEANT, read_only!("id"))
        .answers::<Data<ProjectMember>>(200),
    /// Takes a member out of a project.
    DeleteProjectMember => delete("delete_project_member", PROJECT_MEMBER, Permission::ProjectsManage),

    /// The tasks of the projects that the caller may see.
    ListTasks => read("list_tasks", TASKS, Permission::TasksRead)
        .query(crate::paged![
            Parameter::one_of("done", &["false", "true", "all"], "Those to do, those that are done, or both."),
            Parameter::id("project_id", "Only tasks of this project."),
        ])
        .answers::<Pages<Task>>(200),
    /// Makes a task.
    CreateTask => write("create_task", "POST", TASKS, Permission::TasksManage)
        .takes::<CreateTask>(NEW_TASK).ignoring(UNMEANT, read_only!("spent_time"))
        .answers::<Data<Task>>(201)
        .refuses(&[NAME_ALREADY_USED, ID_ALREADY_USED, IDEMPOTENCY_KEY_REUSED]),
    /// One task.
    ReadTask => read("get_task", TASK, Permission::TasksRead).answers::<Data<Task>>(200),
    /// Changes a task. As with solidtime, what is absent stays as it is.
    ReplaceTask => write("replace_task", "PUT", TASK, Permission::TasksManage)
        .takes::<UpdateTask>(TASK_CHANGE).ignoring(UNMEANT, read_only!("id", "spent_time"))
        .answers::<Data<Task>>(200)
        .refuses(&[NAME_ALREADY_USED]),
    /// Changes a task. What is absent stays as it is.
    UpdateTask => write("update_task", "PATCH", TASK, Permission::TasksManage)
        .takes::<UpdateTask>(TASK_CHANGE).ignoring(UNMEANT, read_only!("id", "spent_time"))
        .answers::<Data<Task>>(200)
        .refuses(&[NAME_ALREADY_USED]),
    /// Deletes a task without entries, and with it its rates.
    DeleteTask => delete("delete_task", TASK, Permission::TasksManage).refuses(&[STILL_IN_USE]),

    /// The tags of the organization.
    ListTags => read("list_tags", TAGS, Permission::TagsRead)
        .query(crate::paged![pages::ARCHIVED])
        .answers::<Pages<Tag>>(200),
    /// Makes a tag.
    CreateTag => write("create_tag", "POST", TAGS, Permission::TagsCreate)
        .takes::<CreateLabel>(LABEL).ignoring(UNMEANT, read_only!())
        .answers::<Data<Tag>>(201)
        .refuses(&[NAME_ALREADY_USED, ID_ALREADY_USED, IDEMPOTENCY_KEY_REUSED]),
    /// One tag.
    ReadTag => read("get_tag", TAG, Permission::TagsRead).answers::<Data<Tag>>(200),
    /// Changes a tag. As with solidtime, what is absent stays as it is.
    ReplaceTag => write("replace_tag", "PUT", TAG, Permission::TagsManage)
        .takes::<UpdateLabel>(LABEL).ignoring(UNMEANT, read_only!("id"))
        .answers::<Data<Tag>>(200)
        .refuses(&[NAME_ALREADY_USED]),
    /// Changes a tag. What is absent stays as it is.
    UpdateTag => write("update_tag", "PATCH", TAG, Permission::TagsManage)
        .takes::<UpdateLabel>(LABEL).ignoring(UNMEANT, read_only!("id"))
        .answers::<Data<Tag>>(200)
        .refuses(&[NAME_ALREADY_USED]),
    /// Deletes a tag that no entry has.
    DeleteTag => delete("delete_tag", TAG, Permission::TagsManage).refuses(&[STILL_IN_USE]),

    /// The rates that the caller may see.
    ListRates => read("list_rates", RATES, Permission::BillableRatesRead)
        .query(crate::paged![
            Parameter::one_of("kind", &["billable", "cost"], "Only prices, or only costs."),
            Parameter::one_of(
                "scope",
                &["organization", "member", "project", "project_member", "task"],
                "Only rates of this scope.",
            ),
            Parameter::id("member_id", "Only rates about this member."),
            Parameter::id("project_id", "Only rates about this project."),
            Parameter::id("task_id", "Only rates about this task."),
            Parameter::time("valid_at", "2026-03-01T00:00:00Z", "Only rates that are valid at this instant."),
        ])
        .answers::<Pages<Rate>>(200),
    /// Records a rate. Its scope follows from the ids.
    CreateRate => write("create_rate", "POST", RATES, Permission::RatesManage)
        .takes::<CreateRate>(NEW_RATE).ignoring(&[], read_only!())
        .answers::<Data<Rate>>(201)
        .refuses(&[RATE_ALREADY_SET, ID_ALREADY_USED, IDEMPOTENCY_KEY_REUSED]),
    /// One rate.
    ReadRate => read("get_rate", RATE, Permission::BillableRatesRead).answers::<Data<Rate>>(200),
    /// Changes a rate. Entries keep the rate that they were recorded with.
    ReplaceRate => write("replace_rate", "PUT", RATE, Permission::RatesManage)
        .takes::<UpdateRate>(RATE_CHANGE)
        .ignoring(&[], read_only!("id"))
        .answers::<Data<Rate>>(200)
        .refuses(&[RATE_ALREADY_SET]),
    /// Changes a rate. What is absent stays as it is.
    UpdateRate => write("update_rate", "PATCH", RATE, Permission::RatesManage)
        .takes::<UpdateRate>(RATE_CHANGE)
        .ignoring(&[], read_only!("id"))
        .answers::<Data<Rate>>(200)
        .refuses(&[RATE_ALREADY_SET]),
    /// Deletes a rate. Entries keep the rate that they were recorded with.
    DeleteRate => delete("delete_rate", RATE, Permission::RatesManage),
    /// Gives entries of a range that were recorded already the rates that are valid now when they start. Each is a change of the entry,
    /// with its event and its place in the audit trail. Long ranges take several requests: follow `meta.next_cursor`.
    ApplyRates => write(
        "apply_rates", "POST", "/api/v1/organizations/{organization}/rates/apply", Permission::OrganizationRatesManage,
    )
    .query(&[Parameter::text("cursor", "", "`meta.next_cursor` of the request before, with the same body.")])
    .takes::<ApplyRates>(r#"{"start": "2026-03-01T00:00:00Z", "end": "2026-04-01T00:00:00Z"}"#)
    .answers::<AppliedRates>(200),
}
