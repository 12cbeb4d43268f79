//! Clients, projects with members and tasks, tags: names, references, tombstones, and who sees what.

use std::collections::BTreeSet;

use kronos_domain::{
    ClientId, HourlyRate, MemberId, Name, ProjectId, TaskId,
    project::{Client, Color, Project, ProjectMember, ProjectRole, Task},
    rate::ValidFrom,
};
use kronos_storage::{
    Error,
    clients::CLIENT,
    outbox,
    pages::{Order, Wanted},
    project_members::{self, NewProjectMember, PROJECT_MEMBER},
    projects::{self, NewProject, PROJECT},
    rates::Today,
    resource::{End, Origin, Relabel},
    tags::TAG,
    tasks::{self, NewTask, TASK},
};

use crate::{
    fixture::{NOW, Person, World, change, connect, id, open_sqlite},
    on_both_engines,
};

pub fn origin() -> Origin<'static> {
    Origin { id: id(), digest: "digest" }
}

pub fn all() -> Wanted {
    Wanted { order: Order::Name, after: None, skip: 0, limit: 500, updated_since: None, search: None }
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn new_project(text: &str) -> NewProject {
    NewProject {
        client: None,
        name: name(text),
        color: Color::default(),
        is_public: false,
        billable_default: None,
        estimated_time: None,
        budget: None,
        end: End::default(),
        rate: None,
    }
}

async fn make(world: &World, who: Person, new: &NewProject) -> Result<Option<Project>, Error> {
    projects::create(&world.db, change(who.actor), origin(), new).await
}

/// A private project of the owner.
pub async fn project(world: &World, text: &str) -> ProjectId {
    make(world, world.owner, &new_project(text)).await.unwrap().unwrap().id
}

pub async fn task(world: &World, project: ProjectId, text: &str) -> TaskId {
    make_task(world, world.owner, project, text).await.unwrap().unwrap().id
}

async fn make_task(world: &World, who: Person, project: ProjectId, text: &str) -> Result<Option<Task>, Error> {
    let new = NewTask { project, name: name(text), estimated_time: None, end: End::default() };
    tasks::create(&world.db, change(who.actor), origin(), &new).await
}

pub async fn project_member(world: &World, project: ProjectId, member: MemberId) -> ProjectMember {
    admit(world, world.owner, project, member, ProjectRole::Member).await.unwrap().unwrap()
}

async fn admit(
    world: &World,
    who: Person,
    project: ProjectId,
    member: MemberId,
    role: ProjectRole,
) -> Result<Option<ProjectMember>, Error> {
    let new = NewProjectMember { project, member, role, rate: None };
    project_members::create(&world.db, change(who.actor), origin(), new).await
}

async fn client(world: &World, text: &str) -> Result<Client, Error> {
    let made = CLIENT.create(&world.db, change(world.owner.actor), origin(), &name(text), End::default()).await;
    made.map(|made| made.expect("the owner may"))
}

fn refused_by_name(result: &Result<impl std::fmt::Debug, Error>) -> bool {
    matches!(result, Err(Error::Unique(constraint)) if constraint.ends_with("_name_key_key"))
}

fn in_use(result: &Result<bool, Error>) -> bool {
    matches!(result, Err(Error::ForeignKey(_)))
}

/// Names of the projects and tasks that somebody sees.
async fn seen(world: &World, who: Person) -> (BTreeSet<String>, BTreeSet<String>) {
    let none = [None::<bool>.into(), None::<ClientId>.into()];
    let projects = PROJECT.page(&world.db, who.actor, &all(), &none).await.unwrap().unwrap();
    assert_eq!(projects.total, i64::try_from(projects.resources.len()).unwrap());
    for project in &projects.resources {
        assert!(PROJECT.read(&world.db, who.actor, project.id.uuid()).await.unwrap().is_some());
    }
    let tasks = TASK.page(&world.db, who.actor, &all(), &none).await.unwrap().unwrap();
    (
        projects.resources.into_iter().map(|project| project.name).collect(),
        tasks.resources.into_iter().map(|task| task.name).collect(),
    )
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

on_both_engines! {
    async fn a_name_is_used_once_at_a_time(world: World) {
        let acme = client(&world, "Acme").await.unwrap();
        assert!(refused_by_name(&client(&world, "ACME ").await));
        let other = client(&world, "Öko").await.unwrap();
        let rename = Relabel { name: Some(name("acme")), end: End::default() };
        let renamed = CLIENT.update(&world.db, change(world.owner.actor), other.id.uuid(), None, &rename).await;
        assert!(refused_by_name(&renamed));
        // In another spelling it is the same one.
        let rename = Relabel { name: Some(name("ACME")), end: End::default() };
        let acme = CLIENT.update(&world.db, change(world.owner.actor), acme.id.uuid(), Some(1), &rename).await.unwrap().unwrap();
        assert_eq!((acme.name.as_str(), acme.version), ("ACME", 2));
        assert!(CLIENT.resource.delete(&world.db, change(world.owner.actor), acme.id.uuid(), Some(2)).await.unwrap());
        client(&world, "acme").await.unwrap();

        // Each client has its own website, and so has nobody.
        let mut website = new_project("Website");
        for client in [None, Some(other.id), Some(client(&world, "Third").await.unwrap().id)] {
            website.client = client;
            make(&world, world.owner, &website).await.unwrap().unwrap();
            assert!(refused_by_name(&make(&world, world.owner, &website).await));
        }
        let (one, two) = (project(&world, "one").await, project(&world, "two").await);
        task(&world, one, "Design").await;
        task(&world, two, "Design").await;
        assert!(refused_by_name(&make_task(&world, world.owner, one, "design").await));
        let tag = |text: &str| name(text);
        TAG.create(&world.db, change(world.employee.actor), origin(), &tag("urgent"), End::default()).await.unwrap().unwrap();
        assert!(refused_by_name(&TAG.create(&world.db, change(world.owner.actor), origin(), &tag("Urgent"), End::default()).await));
    }

    async fn what_is_in_use_is_not_deleted(world: World) {
        let owner = change(world.owner.actor);
        let client = client(&world, "Acme").await.unwrap().id;
        let of_client = NewProject { client: Some(client), ..new_project("Website") };
        let project = make(&world, world.owner, &of_client).await.unwrap().unwrap().id;
        let task = task(&world, project, "Design").await;
        assert!(in_use(&CLIENT.resource.delete(&world.db, owner, client.uuid(), None).await));
        assert!(in_use(&PROJECT.delete(&world.db, owner, project.uuid(), None).await));
        assert!(TASK.delete(&world.db, owner, task.uuid(), None).await.unwrap());
        assert!(PROJECT.delete(&world.db, owner, project.uuid(), None).await.unwrap());
        assert!(CLIENT.resource.delete(&world.db, owner, client.uuid(), None).await.unwrap());
        let late = make(&world, world.owner, &NewProject { name: name("late"), ..of_client }).await;
        assert!(matches!(late, Err(Error::ForeignKey(_))), "{late:?}");
        assert_eq!(make_task(&world, world.owner, project, "late").await, Ok(None));
        let theirs = make(&world, world.stranger, &new_project("theirs")).await.unwrap().unwrap().id;
        assert_eq!(make_task(&world, world.owner, theirs, "mine").await, Ok(None));
    }

    async fn a_project_takes_its_members_and_rates_along(world: World) {
        let owner = change(world.owner.actor);
        let rate = |amount| Today { id: id(), amount: HourlyRate::new(amount).ok(), day: ValidFrom::ALWAYS };
        let new = NewProject { rate: Some(rate(100)), ..new_project("Website") };
        let made = make(&world, world.owner, &new).await.unwrap().unwrap();
        assert_eq!(made.billable_rate.map(HourlyRate::minor_units), Some(100));
        let admitted = NewProjectMember { project: made.id, member: world.employee.member, role: ProjectRole::Member, rate: Some(rate(200)) };
        let admitted = project_members::create(&world.db, owner, origin(), admitted).await.unwrap().unwrap();
        assert_eq!(admitted.billable_rate.map(HourlyRate::minor_units), Some(200));
        assert_eq!(world.integer("SELECT count(*) FROM rates WHERE deleted_at IS NULL").await, 2);
        assert!(PROJECT.delete(&world.db, owner, made.id.uuid(), Some(1)).await.unwrap());
        for table in ["projects", "project_members", "rates"] {
            let sql: &'static str = format!("SELECT count(*) FROM {table} WHERE deleted_at IS NULL").leak();
            assert_eq!(world.integer(sql).await, 0, "{table}");
        }
        outbox::assign(&world.db).await.unwrap();
        let topics: BTreeSet<_> = outbox::read(&world.db, 0, 100).await.unwrap().into_iter().map(|event| event.kind.to_string()).collect();
        let expected = ["project", "project_member", "rate"].map(|name| [format!("{name}.created"), format!("{name}.deleted")]);
        assert_eq!(topics, expected.into_iter().flatten().collect());
        assert_eq!(world.integer("SELECT count(*) FROM audit_trail WHERE action = 'rate.deleted'").await, 2);
    }

    async fn a_rate_comes_with_its_project_or_not_at_all(world: World) {
        let owner = change(world.owner.actor);
        let made = make(&world, world.owner, &new_project("Website")).await.unwrap().unwrap();
        let rate = |amount: Option<i64>| Some(Today { id: id(), amount: amount.and_then(|amount| HourlyRate::new(amount).ok()), day: ValidFrom::day_of(NOW, &"UTC".parse().unwrap()) });
        let edit = projects::Edit { rate: rate(Some(100)), ..projects::Edit::default() };
        let edited = projects::update(&world.db, owner, made.id.uuid(), None, &edit).await.unwrap().unwrap();
        assert_eq!((edited.billable_rate.map(HourlyRate::minor_units), edited.version), (Some(100), 2));
        assert_eq!(projects::update(&world.db, owner, made.id.uuid(), None, &edit).await, Ok(None), "nothing changed");
        let read = PROJECT.read(&world.db, world.owner.actor, made.id.uuid()).await.unwrap().unwrap();
        assert_eq!(read.resource, edited);
        // Nor is a rate set when the project is not what it was taken for, or when the rest is refused.
        let edit = projects::Edit { rate: rate(Some(200)), name: Some(name("Renamed")), ..projects::Edit::default() };
        assert_eq!(projects::update(&world.db, owner, made.id.uuid(), Some(1), &edit).await, Ok(None));
        project(&world, "Taken").await;
        let edit = projects::Edit { rate: rate(Some(200)), name: Some(name("Taken")), ..projects::Edit::default() };
        assert!(refused_by_name(&projects::update(&world.db, owner, made.id.uuid(), None, &edit).await));
        assert_eq!(world.integer("SELECT count(*) FROM rates").await, 1);
        // Employees who manage the project change the rest of it; they may send back what they were shown.
        admit(&world, world.owner, made.id, world.employee.member, ProjectRole::Manager).await.unwrap().unwrap();
        let employee = change(world.employee.actor);
        let shown = PROJECT.read(&world.db, world.employee.actor, made.id.uuid()).await.unwrap().unwrap();
        assert_eq!((shown.changeable, shown.resource.billable_rate), (true, None));
        let edit = projects::Edit { rate: rate(Some(200)), name: Some(name("Mine")), ..projects::Edit::default() };
        assert_eq!(projects::update(&world.db, employee, made.id.uuid(), None, &edit).await, Ok(None));
        let edit = projects::Edit { rate: rate(None), name: Some(name("Mine")), ..projects::Edit::default() };
        let edited = projects::update(&world.db, employee, made.id.uuid(), None, &edit).await.unwrap().unwrap();
        assert_eq!((edited.name.as_str(), edited.billable_rate), ("Mine", None));
        assert_eq!(world.integer("SELECT count(*) FROM rates").await, 1);
    }

    /// Employees see what is public and what they are members of, everybody else sees all.
    async fn one_rule_says_who_sees_what(world: World) {
        let owner = change(world.owner.actor);
        let secret = client(&world, "Secret").await.unwrap().id;
        let open = client(&world, "Open").await.unwrap().id;
        let shared = make(&world, world.owner, &NewProject { is_public: true, client: Some(open), ..new_project("public") }).await;
        let private = make(&world, world.owner, &NewProject { client: Some(secret), ..new_project("private") }).await;
        let (shared, private) = (shared.unwrap().unwrap().id, private.unwrap().unwrap().id);
        for (project, task_name) in [(shared, "seen"), (private, "hidden")] {
            task(&world, project, task_name).await;
        }
        let everything = (set(&["public", "private"]), set(&["seen", "hidden"]));
        let public = (set(&["public"]), set(&["seen"]));
        for who in [world.owner, world.admin, world.manager] {
            assert_eq!(seen(&world, who).await, everything);
        }
        assert_eq!(seen(&world, world.employee).await, public);
        assert_eq!(seen(&world, world.stranger).await, Default::default());
        assert_eq!(PROJECT.read(&world.db, world.employee.actor, private.uuid()).await, Ok(None));
        assert_eq!(CLIENT.resource.read(&world.db, world.employee.actor, secret.uuid()).await, Ok(None));
        assert!(CLIENT.resource.read(&world.db, world.employee.actor, open.uuid()).await.unwrap().is_some_and(|client| !client.changeable));

        let place = project_member(&world, private, world.employee.member).await;
        assert_eq!(seen(&world, world.employee).await, everything);
        assert_eq!(seen(&world, world.colleague).await, public);
        assert!(CLIENT.resource.read(&world.db, world.employee.actor, secret.uuid()).await.unwrap().is_some());
        // A member sees their own place, its managers see all.
        let list = async |who: Person| PROJECT_MEMBER.page(&world.db, who.actor, &all(), &[private.into()]).await.unwrap();
        let other = admit(&world, world.owner, private, world.manager.member, ProjectRole::Member).await.unwrap().unwrap();
        assert_eq!(list(world.employee).await.unwrap().resources.iter().map(|place| place.id).collect::<Vec<_>>(), [place.id]);
        assert_eq!(list(world.colleague).await, None);
        let manager = project_members::Edit { role: Some(ProjectRole::Manager), rate: None };
        let changed = project_members::update(&world.db, owner, place.id.uuid(), Some(1), manager).await.unwrap().unwrap();
        assert_eq!((changed.role, changed.version), (ProjectRole::Manager, 2));
        assert_eq!(list(world.employee).await.unwrap().total, 2);
        let again = admit(&world, world.owner, private, world.employee.member, ProjectRole::Member).await;
        assert_eq!(again, Err(Error::Unique(project_members::ONE_PLACE.into())));
        assert!(PROJECT_MEMBER.delete(&world.db, change(world.employee.actor), other.id.uuid(), None).await.unwrap());
        assert!(PROJECT_MEMBER.delete(&world.db, owner, place.id.uuid(), None).await.unwrap());
        assert_eq!(seen(&world, world.employee).await, public);
    }

    /// Who runs tasks is the organization's decision.
    async fn employees_run_tasks_where_the_organization_lets_them(world: World) {
        let shared = make(&world, world.owner, &NewProject { is_public: true, ..new_project("public") }).await.unwrap().unwrap().id;
        let private = project(&world, "private").await;
        assert_eq!(make_task(&world, world.employee, shared, "mine").await, Ok(None));
        let sql = "UPDATE organizations SET employees_can_manage_tasks = true, version = version + 1";
        world.sql(sql, sql, &[]).await;
        let mine = make_task(&world, world.employee, shared, "mine").await.unwrap().unwrap();
        assert_eq!(make_task(&world, world.employee, private, "mine").await, Ok(None));
        let done = tasks::Edit { end: End { over: Some(true), since: None }, ..tasks::Edit::default() };
        let done = tasks::update(&world.db, change(world.employee.actor), mine.id.uuid(), Some(1), &done).await.unwrap().unwrap();
        assert_eq!(done.done_at, Some(NOW));
        assert!(TASK.delete(&world.db, change(world.employee.actor), mine.id.uuid(), Some(2)).await.unwrap());
    }

    async fn what_ends_ends_once_and_can_begin_again(world: World) {
        let made = client(&world, "Acme").await.unwrap();
        let end = async |over, since| {
            let edit = Relabel { name: None, end: End { over, since } };
            CLIENT.update(&world.db, change(world.owner.actor), made.id.uuid(), None, &edit).await.unwrap()
        };
        let long_ago = kronos_domain::Instant::from_seconds(1_700_000_000);
        assert_eq!(end(Some(false), None).await, None);
        assert_eq!(end(Some(true), None).await.unwrap().archived_at, Some(NOW));
        assert_eq!(end(Some(true), None).await, None);
        assert_eq!(end(Some(true), Some(long_ago)).await.unwrap().archived_at, Some(long_ago));
        assert_eq!(end(None, None).await, None);
        assert_eq!(end(Some(false), Some(long_ago)).await.unwrap().archived_at, None);
        assert_eq!(CLIENT.resource.repeated(&world.db, world.owner.actor, made.id.uuid(), "digest").await.unwrap().map(|client| client.version), Some(4));
    }
}

/// Whoever is first, a client that is gone has no project.
async fn deleting_and_using_at_once(world: World, others: Vec<kronos_storage::Db>) {
    let [deleting, using] = others.try_into().unwrap_or_else(|_| panic!("two connections"));
    for round in 0..20 {
        let client = client(&world, &format!("client {round}")).await.unwrap().id;
        let new = NewProject { client: Some(client), ..new_project("Website") };
        let (deleted, made) = futures::join!(
            CLIENT.resource.delete(&deleting, change(world.owner.actor), client.uuid(), None),
            projects::create(&using, change(world.owner.actor), origin(), &new),
        );
        match (&deleted, &made) {
            (Ok(true), Err(Error::ForeignKey(_))) | (Err(Error::ForeignKey(_)), Ok(Some(_))) => {}
            other => panic!("{other:?}"),
        }
    }
    let orphans = "SELECT count(*) FROM projects p JOIN clients c ON c.id = p.client_id WHERE c.deleted_at IS NOT NULL";
    assert_eq!(world.integer(orphans).await, 0);
}

#[test]
fn what_is_deleted_at_once_is_not_in_use_on_sqlite() {
    crate::fixture::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kronos.db");
        let world = World::sqlite_at(&path).await;
        deleting_and_using_at_once(world, vec![open_sqlite(&path), open_sqlite(&path)]).await;
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn what_is_deleted_at_once_is_not_in_use_on_postgres() {
    crate::fixture::block_on(async {
        let world = World::postgres().await;
        let name = world.name.clone().unwrap();
        let others = vec![connect(&name).await, connect(&name).await];
        deleting_and_using_at_once(world, others).await;
    });
}
