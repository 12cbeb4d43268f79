//! Organizations: founding, settings, and what users say of themselves.

use kronos_domain::{
    MemberId, OrganizationId, Permission, Role,
    settings::{Language, OverlapPolicy, TimeFormat, WeekStart},
};
use kronos_storage::{
    Actor, Error,
    organizations::{self, Overlaps, Settings},
    outbox,
    pages::{Order, Wanted},
    users::{self, Edit},
};

use crate::{
    fixture::{World, change, id, person},
    on_both_engines,
};

fn named(name: &str) -> Settings {
    Settings { name: Some(name.parse().unwrap()), ..Settings::default() }
}

fn wanted() -> Wanted {
    Wanted { order: Order::Name, after: None, skip: 0, limit: 500, updated_since: None, search: None }
}

on_both_engines! {
    async fn whoever_founds_an_organization_is_its_owner(world: World) {
        let user = world.employee.actor.user;
        let actor = Actor { organization: OrganizationId::from_uuid(id()), user };
        let founded = organizations::found(&world.db, change(actor), MemberId::from_uuid(id()), &named("Übersee AG"), "digest").await;
        assert_eq!(founded, Ok(true));
        let founded = organizations::read(&world.db, actor).await.unwrap().unwrap();
        assert_eq!((founded.id, founded.name.as_str(), founded.currency.to_string().as_str()), (actor.organization, "Übersee AG", "EUR"));
        assert_eq!((founded.time_zone.as_str(), founded.week_start, founded.version), ("Europe/Paris", WeekStart::Monday, 1));
        assert_eq!((founded.overlap_policy, founded.breaks_enabled, founded.is_personal), (OverlapPolicy::Allow, true, false));
        assert_eq!(organizations::read(&world.db, actor).await, Ok(Some(founded.clone())));
        assert_eq!(organizations::role(&world.db, actor).await, Ok(Some(Role::Owner)));
        assert_eq!(organizations::repeated(&world.db, actor, "digest").await, Ok(Some(founded.clone())));
        assert_eq!(organizations::repeated(&world.db, actor, "other").await, Ok(None));
        let again = organizations::found(&world.db, change(actor), MemberId::from_uuid(id()), &named("Other"), "other").await;
        assert_eq!(again, Err(Error::Unique(organizations::PRIMARY_KEY.into())));
        // The refused one left nothing behind.
        assert_eq!(users::memberships(&world.db, user).await.unwrap().len(), 2);

        outbox::assign(&world.db).await.unwrap();
        let events = outbox::read(&world.db, 0, 10).await.unwrap();
        let topics: Vec<_> = events.iter().map(|event| (event.kind.name(), event.organization)).collect();
        assert_eq!(topics, [("organization.created", Some(actor.organization)), ("member.created", Some(actor.organization))]);
        assert!(events.iter().all(|event| event.actor == Some(user)));
        assert_eq!(events[0].data["breaks_enabled"], true);
        assert_eq!(events[0].data.get("name_key"), None);
    }

    async fn a_user_sees_the_organizations_that_they_belong_to(world: World) {
        let user = world.employee.actor.user;
        for name in ["zebra", "Ökonomie", "Alpha"] {
            let actor = Actor { organization: OrganizationId::from_uuid(id()), user };
            organizations::found(&world.db, change(actor), MemberId::from_uuid(id()), &named(name), "d").await.unwrap();
        }
        let found = organizations::list(&world.db, user, &wanted(), None).await.unwrap().unwrap();
        let names: Vec<_> = found.resources.iter().map(|one| one.name.as_str()).collect();
        assert_eq!((names, found.total), (vec!["Alpha", "Example", "zebra", "Ökonomie"], 4));
        let search = Wanted { search: Some("ÖKO".into()), ..wanted() };
        assert_eq!(organizations::list(&world.db, user, &search, None).await.unwrap().unwrap().total, 1);
        assert_eq!(organizations::list(&world.db, user, &wanted(), Some(true)).await.unwrap().unwrap().total, 0);
        assert_eq!(organizations::list(&world.db, world.stranger.actor.user, &wanted(), None).await.unwrap().unwrap().total, 1);
    }

    async fn settings_change_by_those_who_may(world: World) {
        let settings = Settings {
            week_start: Some(WeekStart::Sunday),
            time_format: Some(TimeFormat::TwelveHours),
            overlaps: Some(Overlaps::Follow(OverlapPolicy::Forbid)),
            ..named("Renamed")
        };
        let before = organizations::read(&world.db, world.owner.actor).await.unwrap().unwrap();
        for role in Role::ALL {
            if role == Role::Placeholder || Permission::OrganizationChange.allows(role, false) {
                continue;
            }
            let who = person(&world.db, world.owner.actor.organization, role.name()).await;
            assert_eq!(organizations::update(&world.db, change(who.actor), &settings, None).await, Ok(false), "{role}");
            assert_eq!(organizations::read(&world.db, who.actor).await, Ok(Some(before.clone())), "{role}");
        }
        let mut stranger = world.stranger.actor;
        stranger.organization = world.owner.actor.organization;
        assert_eq!(organizations::update(&world.db, change(stranger), &settings, None).await, Ok(false));
        assert_eq!(organizations::read(&world.db, stranger).await, Ok(None));

        let actor = world.admin.actor;
        assert_eq!(organizations::update(&world.db, change(actor), &settings, Some(7)).await, Ok(false));
        assert_eq!(organizations::update(&world.db, change(actor), &settings, Some(1)).await, Ok(true));
        let read = async || organizations::read(&world.db, actor).await.unwrap().unwrap();
        let changed = read().await;
        assert_eq!((changed.name.as_str(), changed.week_start, changed.version), ("Renamed", WeekStart::Sunday, 2));
        assert_eq!((changed.overlap_policy, changed.currency), (OverlapPolicy::Forbid, before.currency));
        // What changes nothing is no change.
        assert_eq!(organizations::update(&world.db, change(actor), &settings, None).await, Ok(false));
        let permit = Settings { overlaps: Some(Overlaps::Permit), ..Settings::default() };
        assert_eq!(organizations::update(&world.db, change(actor), &permit, None).await, Ok(true));
        let permitted = read().await;
        assert_eq!((permitted.overlap_policy, permitted.version), (OverlapPolicy::Allow, 3));
        let warn = Settings { overlaps: Some(Overlaps::Follow(OverlapPolicy::Warn)), ..Settings::default() };
        assert_eq!(organizations::update(&world.db, change(actor), &warn, None).await, Ok(true));
        assert_eq!(organizations::update(&world.db, change(actor), &permit, None).await, Ok(false));
    }

    async fn users_say_what_they_are_called_and_their_memberships_follow(world: World) {
        let user = world.employee.actor.user;
        let edit = Edit {
            name: Some("Zoë".parse().unwrap()),
            language: Some(Language::French),
            time_format: Some(Some(TimeFormat::TwelveHours)),
            ..Edit::default()
        };
        assert_eq!(users::update(&world.db, user, &edit, Some(2), "r", "t").await, Ok(None));
        let changed = users::update(&world.db, user, &edit, Some(1), "r", "t").await.unwrap().unwrap();
        assert_eq!((changed.name.as_str(), changed.language, changed.version), ("Zoë", Language::French, 2));
        assert_eq!(users::get(&world.db, user).await, Ok(Some(changed)));
        assert_eq!(users::update(&world.db, user, &edit, None, "r", "t").await, Ok(None));
        let reset = Edit { time_format: Some(None), ..Edit::default() };
        assert_eq!(users::update(&world.db, user, &reset, None, "r", "t").await.unwrap().unwrap().time_format, None);

        let member = kronos_storage::members::read(&world.db, world.owner.actor, world.employee.member).await.unwrap().unwrap();
        assert_eq!((member.name.as_str(), member.version), ("Zoë", 2));
        outbox::assign(&world.db).await.unwrap();
        let events = outbox::read(&world.db, 0, 10).await.unwrap();
        let mut topics: Vec<_> = events.iter().map(|event| (event.kind.name(), event.version, event.organization.is_some())).collect();
        topics.sort_unstable();
        assert_eq!(topics, [("member.updated", 2, true), ("user.updated", 2, false), ("user.updated", 3, false)]);
    }
}
