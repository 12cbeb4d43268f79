//! Members: who sees and who changes them, how they go, and that an owner stays.

use kronos_domain::{EntryId, MemberId, Permission, Role};
use kronos_storage::{
    Error,
    members::{self, Departure, Edit, Hindrance, NewPlaceholder},
    organizations::{self, Overlaps, Settings},
    outbox,
    pages::{Order, Wanted},
    time_entries::{self, NewEntry},
    users,
};
use kronos_test_servers::needs;

use crate::{
    fixture::{Person, World, block_on, change, client, connect, id, new, person, placeholder},
    on_both_engines,
};

const REMOVAL: Departure = Departure::Removal { unless_recorded: false };

fn wanted() -> Wanted {
    Wanted { order: Order::Name, after: None, skip: 0, limit: 500, updated_since: None, search: None }
}

fn role(role: Role) -> Edit {
    Edit { role: Some(role), ..Edit::default() }
}

fn active(active: bool) -> Edit {
    Edit { active: Some(active), ..Edit::default() }
}

async fn update(world: &World, who: Person, id: MemberId, edit: &Edit) -> Result<bool, Error> {
    members::update(&world.db, change(who.actor), id, edit, None).await
}

async fn depart(world: &World, who: Person, id: MemberId, departure: Departure) -> Result<bool, Error> {
    members::depart(&world.db, change(who.actor), id, departure, None).await
}

/// An entry of the member, recorded by the owner.
async fn record(world: &World, member: MemberId, start: &str, end: Option<&str>) -> EntryId {
    let entry = NewEntry { member: Some(member), ..new(start, end) };
    time_entries::create(&world.db, change(world.owner.actor), entry).await.unwrap().unwrap().id
}

fn refused_for(error: &str) -> Result<bool, Error> {
    Err(Error::Check(error.into()))
}

on_both_engines! {
    async fn everybody_sees_themselves_and_who_may_sees_the_others(world: World) {
        placeholder(&world, "aaa").await;
        let total = async |who: Person| {
            let found = members::list(&world.db, who.actor, &wanted(), None).await.unwrap().unwrap();
            (found.total, found.resources[0].name.clone())
        };
        for who in [world.owner, world.admin, world.manager] {
            assert_eq!(total(who).await, (6, "aaa".to_owned()));
        }
        let accountant = person(&world.db, world.owner.actor.organization, "accountant").await;
        assert_eq!(total(accountant).await.0, 7);
        assert_eq!(total(world.employee).await.0, 1);
        let read = async |who: Person, id| members::read(&world.db, who.actor, id).await.unwrap().is_some();
        assert!(read(world.employee, world.employee.member).await && read(accountant, world.owner.member).await);
        assert!(!read(world.employee, world.owner.member).await && !read(world.owner, world.stranger.member).await);

        update(&world, world.owner, world.colleague.member, &active(false)).await.unwrap();
        let found = members::list(&world.db, world.owner.actor, &wanted(), Some(false)).await.unwrap().unwrap();
        assert_eq!((found.total, found.resources[1].id), (2, world.colleague.member));
    }

    async fn roles_are_given_by_those_who_may_and_owners_by_owners(world: World) {
        for who in [world.manager, world.employee, world.stranger] {
            assert_eq!(update(&world, who, world.colleague.member, &role(Role::Admin)).await, Ok(false));
        }
        assert_eq!(update(&world, world.admin, world.colleague.member, &role(Role::Owner)).await, Ok(false));
        assert_eq!(update(&world, world.admin, world.owner.member, &role(Role::Employee)).await, Ok(false));
        assert_eq!(update(&world, world.admin, world.colleague.member, &role(Role::Accountant)).await, Ok(true));
        assert_eq!(update(&world, world.owner, world.colleague.member, &role(Role::Owner)).await, Ok(true));
        assert_eq!(update(&world, world.colleague, world.owner.member, &role(Role::Admin)).await, Ok(true));
        // What changes nothing is no change.
        assert_eq!(update(&world, world.colleague, world.owner.member, &role(Role::Admin)).await, Ok(false));
        let standing = members::standing(&world.db, world.owner.actor, world.colleague.member).await.unwrap().unwrap();
        assert_eq!((standing.role, standing.own, standing.member.role, standing.member.version), (Role::Admin, false, Role::Owner, 3));
    }

    /// Nobody records time but those whose role says so.
    async fn accountants_and_those_who_left_record_no_time(world: World) {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Placeholder) {
            let who = person(&world.db, world.owner.actor.organization, role.name()).await;
            let create = async || time_entries::create(&world.db, change(who.actor), new("2026-03-04T09:00:00Z", None)).await.unwrap();
            assert_eq!(create().await.is_some(), Permission::EntriesChange.allows(role, true), "{role}");
            update(&world, world.owner, who.member, &active(false)).await.unwrap();
            assert_eq!(create().await, None, "{role}");
        }
    }

    async fn placeholders_have_names_and_no_other_role(world: World) {
        let id = placeholder(&world, "Old hand").await;
        let named = |name: &str| Edit { name: Some(name.parse().unwrap()), ..Edit::default() };
        assert_eq!(update(&world, world.admin, id, &named("Former hand")).await, Ok(true));
        let address = Edit { email: Some(Some("old@example.org".parse().unwrap())), ..Edit::default() };
        assert_eq!(update(&world, world.admin, id, &address).await, Ok(true));
        assert_eq!(update(&world, world.admin, id, &role(Role::Employee)).await, Ok(false));
        let member = members::read(&world.db, world.owner.actor, id).await.unwrap().unwrap();
        assert_eq!((member.name.as_str(), member.email.as_str(), member.user.uuid()), ("Former hand", "old@example.org", id.uuid()));
        assert!(member.is_placeholder && member.version == 3);
        // Persons say themselves what they are called; to say the same is no fault.
        assert_eq!(update(&world, world.owner, world.employee.member, &named("Other")).await, Ok(false));
        let same = Edit { role: Some(Role::Manager), ..named("Name") };
        assert_eq!(update(&world, world.owner, world.employee.member, &same).await, Ok(true));
        assert_eq!(update(&world, world.owner, world.employee.member, &role(Role::Placeholder)).await, Ok(false));

        let other = NewPlaceholder { id, name: "Other".parse().unwrap(), email: None, request_digest: "other".into() };
        let refused = members::create_placeholder(&world.db, change(world.owner.actor), &other).await;
        assert_eq!(refused, Err(Error::Unique(members::PRIMARY_KEY.into())));
        assert_eq!(members::repeated(&world.db, world.owner.actor, id, "digest").await, Ok(Some(member)));
        let theirs = NewPlaceholder { id: MemberId::from_uuid(crate::fixture::id()), ..other };
        assert_eq!(members::create_placeholder(&world.db, change(world.manager.actor), &theirs).await, Ok(false));
    }

    async fn whoever_has_recorded_time_stays_as_a_placeholder(world: World) {
        let entry = world.record(world.employee, "2026-03-04T09:00:00Z", None).await;
        assert_eq!(depart(&world, world.manager, world.employee.member, REMOVAL).await, Ok(false));
        let unless = Departure::Removal { unless_recorded: true };
        assert_eq!(depart(&world, world.owner, world.employee.member, unless).await, Ok(false));
        assert_eq!(depart(&world, world.owner, world.employee.member, REMOVAL).await, Ok(true));
        let member = members::read(&world.db, world.owner.actor, world.employee.member).await.unwrap().unwrap();
        assert!(member.is_placeholder && member.role == Role::Placeholder);
        assert_eq!((member.name, member.email), ("Name".into(), format!("{}@example.org", world.employee.actor.user)));
        // Their timer has stopped, and they are a stranger now.
        let entry = time_entries::read(&world.db, world.owner.actor, entry.id).await.unwrap().unwrap();
        assert!(entry.end.is_some() && entry.version == 2);
        assert_eq!(users::memberships(&world.db, world.employee.actor.user).await, Ok(vec![]));
        // It has to be merged or emptied first.
        assert_eq!(depart(&world, world.owner, world.employee.member, REMOVAL).await, Ok(false));
        time_entries::delete(&world.db, change(world.owner.actor), entry.id, None).await.unwrap().unwrap();
        assert_eq!(depart(&world, world.owner, world.employee.member, unless).await, Ok(true));
        assert_eq!(members::read(&world.db, world.owner.actor, world.employee.member).await, Ok(None));

        assert_eq!(depart(&world, world.owner, world.colleague.member, REMOVAL).await, Ok(true));
        assert_eq!(members::read(&world.db, world.owner.actor, world.colleague.member).await, Ok(None));
        let late = NewEntry { member: Some(world.colleague.member), ..new("2026-03-04T09:00:00Z", None) };
        assert_eq!(time_entries::create(&world.db, change(world.owner.actor), late).await, Ok(None));
        assert_eq!(depart(&world, world.owner, world.manager.member, Departure::Placeholder).await, Ok(true));
        assert_eq!(depart(&world, world.owner, world.manager.member, Departure::Placeholder).await, Ok(false));
    }

    async fn the_last_owner_stays_on_every_path(world: World) {
        let owner = world.owner.member;
        let refused = refused_for(members::KEEPS_AN_OWNER);
        assert_eq!(update(&world, world.owner, owner, &role(Role::Admin)).await, refused);
        assert_eq!(update(&world, world.owner, owner, &active(false)).await, refused);
        assert_eq!(depart(&world, world.owner, owner, REMOVAL).await, refused);
        assert_eq!(depart(&world, world.owner, owner, Departure::Placeholder).await, refused);
        // An owner who may do nothing is none.
        update(&world, world.owner, world.admin.member, &role(Role::Owner)).await.unwrap();
        update(&world, world.owner, world.admin.member, &active(false)).await.unwrap();
        assert_eq!(update(&world, world.owner, owner, &role(Role::Admin)).await, refused);
        update(&world, world.owner, world.admin.member, &active(true)).await.unwrap();
        assert_eq!(update(&world, world.owner, owner, &role(Role::Admin)).await, Ok(true));
        let member = members::read(&world.db, world.admin.actor, owner).await.unwrap().unwrap();
        assert_eq!((member.role, member.version), (Role::Admin, 2));
    }

    async fn the_time_of_a_placeholder_goes_to_a_person(world: World) {
        let from = placeholder(&world, "Imported").await;
        let entry = record(&world, from, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let deleted = record(&world, from, "2026-03-05T09:00:00Z", Some("2026-03-05T10:00:00Z")).await;
        time_entries::delete(&world.db, change(world.owner.actor), deleted, None).await.unwrap().unwrap();
        let merge = async |who: Person, from, into| members::merge(&world.db, change(who.actor), from, into).await;
        assert_eq!(merge(world.manager, from, world.employee.member).await, Ok(false));
        assert_eq!(merge(world.owner, from, world.stranger.member).await, Ok(false));
        assert_eq!(merge(world.owner, world.colleague.member, world.employee.member).await, Ok(false));
        assert_eq!(merge(world.admin, from, world.employee.member).await, Ok(true));
        let moved = time_entries::read(&world.db, world.employee.actor, entry).await.unwrap().unwrap();
        assert_eq!((moved.member, moved.user, moved.version), (world.employee.member, world.employee.actor.user, 2));
        assert_eq!(members::read(&world.db, world.owner.actor, from).await, Ok(None));
        assert_eq!(merge(world.owner, from, world.employee.member).await, Ok(false));
        outbox::assign(&world.db).await.unwrap();
        let events = outbox::read(&world.db, 0, 100).await.unwrap();
        let last: Vec<_> = events.iter().rev().take(2).map(|event| event.kind.name()).collect();
        assert!(last.contains(&"time_entry.updated") && last.contains(&"member.deleted"), "{last:?}");
    }

    async fn a_merge_makes_neither_two_timers_nor_a_forbidden_overlap(world: World) {
        let from = placeholder(&world, "Imported").await;
        let running = record(&world, from, "2026-03-04T09:00:00Z", None).await;
        let own = world.record(world.employee, "2026-03-04T09:30:00Z", None).await;
        let (actor, into) = (world.owner.actor, world.employee.member);
        let refused = members::merge(&world.db, change(actor), from, into).await;
        assert_eq!(refused, Err(Error::Unique(time_entries::ONE_RUNNING.into())));
        let hindrance = async || members::hindrance(&world.db, change(actor), from, into).await.unwrap();
        assert_eq!(hindrance().await, Some(Hindrance { two_running: true, overlapping: false }));
        time_entries::delete(&world.db, change(actor), own.id, None).await.unwrap().unwrap();

        let finished = record(&world, into, "2026-03-04T10:00:00Z", Some("2026-03-04T11:00:00Z")).await;
        let forbid = Settings { overlaps: Some(Overlaps::Follow(kronos_domain::settings::OverlapPolicy::Forbid)), ..Settings::default() };
        assert!(organizations::update(&world.db, change(actor), &forbid, None).await.unwrap());
        assert_eq!(members::merge(&world.db, change(actor), from, into).await, Ok(false));
        assert_eq!(hindrance().await, Some(Hindrance { two_running: false, overlapping: true }));
        let kept = time_entries::read(&world.db, actor, running).await.unwrap().unwrap();
        assert_eq!((kept.member, kept.version), (from, 1));
        // Stretches that touch do not overlap.
        time_entries::delete(&world.db, change(actor), finished, None).await.unwrap().unwrap();
        record(&world, into, "2026-03-04T08:00:00Z", Some("2026-03-04T09:00:00Z")).await;
        assert_eq!(members::merge(&world.db, change(actor), from, into).await, Ok(true));
    }
}

/// Commits as soon as somebody waits for a lock.
async fn commit_behind_a_waiter(client: &tokio_postgres::Client) {
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while client.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {}
    client.batch_execute("COMMIT").await.unwrap();
}

/// Two owners who leave at once: the one who is later finds that the other has left.
#[needs(postgres)]
#[test]
fn of_two_owners_who_leave_at_once_one_stays() {
    block_on(async {
        let world = World::postgres().await;
        update(&world, world.owner, world.admin.member, &role(Role::Owner)).await.unwrap();
        let name = world.name.clone().unwrap();
        let slow = client(&name).await;
        let demote =
            format!("UPDATE members SET role = 'admin', version = version + 1 WHERE id = '{}'", world.owner.member);
        slow.batch_execute(&format!("BEGIN; {demote}")).await.unwrap();
        let other = connect(&name).await;
        let edit = role(Role::Employee);
        let second = members::update(&other, change(world.admin.actor), world.admin.member, &edit, None);
        let (second, ()) = futures::future::join(second, commit_behind_a_waiter(&slow)).await;
        assert_eq!(second, refused_for(members::KEEPS_AN_OWNER));
    });
}

/// An entry that comes while its member is being removed keeps the member, or is refused.
#[needs(postgres)]
#[test]
fn time_that_is_recorded_meanwhile_is_not_lost() {
    block_on(async {
        let world = World::postgres().await;
        let name = world.name.clone().unwrap();
        let (slow, other) = (client(&name).await, connect(&name).await);
        let id = id();
        let (member, user) = (world.employee.member, world.employee.actor.user);
        let organization = world.owner.actor.organization;
        slow.batch_execute(&format!(
            "BEGIN; INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, currency, source, \
             changed_by, created_at, updated_at) VALUES ('{id}', '{organization}', '{member}', '{user}', 0, 0, 'UTC', 'EUR', 'api', '{user}', 0, 0)"
        ))
        .await
        .unwrap();
        let removal = members::depart(&other, change(world.owner.actor), member, REMOVAL, None);
        let (removal, ()) = futures::future::join(removal, commit_behind_a_waiter(&slow)).await;
        assert_eq!(removal, refused_for(members::KEEPS_HISTORY));
        assert_eq!(depart(&world, world.owner, member, REMOVAL).await, Ok(true));
        assert!(members::read(&world.db, world.owner.actor, member).await.unwrap().unwrap().is_placeholder);
    });
}
