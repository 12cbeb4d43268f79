//! Invitations: who makes them, and that each is good for one person, once.

use kronos_domain::{EntryId, Instant, InvitationId, MemberId, Role};
use kronos_storage::{
    Error,
    invitations::{self, Acceptance, Invitation, NewInvitation, Obstacle},
    members, outbox,
    pages::{Order, Wanted},
    time_entries::{self, NewEntry},
};

use crate::{
    fixture::{NOW, Person, World, change, id, new, person, placeholder},
    on_both_engines,
};

const LATER: Instant = Instant::from_seconds(NOW.seconds() + 60);

fn wanted() -> Wanted {
    Wanted { order: Order::Name, after: None, skip: 0, limit: 500, updated_since: None, search: None }
}

fn invitation(email: &str, secret: &str) -> NewInvitation {
    NewInvitation {
        id: InvitationId::from_uuid(id()),
        email: email.parse().unwrap(),
        role: Role::Manager,
        member: None,
        token_hash: secret.into(),
        expires_at: LATER,
        request_digest: "digest".into(),
    }
}

fn acceptance(who: Person, secret: &str) -> Acceptance<'_> {
    let member = MemberId::from_uuid(id());
    Acceptance { user: who.actor.user, member, token_hash: secret, now: NOW, request_id: None, traceparent: None }
}

fn email(who: Person) -> String {
    format!("{}@example.org", who.actor.user)
}

async fn create(world: &World, who: Person, new: &NewInvitation) -> Result<Option<Invitation>, Error> {
    invitations::create(&world.db, change(who.actor), new).await
}

async fn accept(world: &World, who: Person, secret: &str) -> Result<Option<MemberId>, Error> {
    invitations::accept(&world.db, acceptance(who, secret)).await
}

async fn obstacle(world: &World, who: Person, secret: &str) -> Option<Obstacle> {
    invitations::obstacle(&world.db, acceptance(who, secret)).await.unwrap()
}

on_both_engines! {
    async fn whoever_is_invited_becomes_a_member_once(world: World) {
        let made = create(&world, world.admin, &invitation(&email(world.stranger), "s")).await.unwrap().unwrap();
        assert_eq!((made.role, made.accepted_at, made.version), (Role::Manager, None, 1));
        assert_eq!(accept(&world, world.stranger, "other").await, Ok(None));
        assert_eq!(obstacle(&world, world.stranger, "other").await, None);
        assert_eq!(accept(&world, world.employee, "s").await, Ok(None));
        assert_eq!(obstacle(&world, world.employee, "s").await, Some(Obstacle::AnotherAddress));
        let member = accept(&world, world.stranger, "s").await.unwrap().unwrap();
        let joined = members::read(&world.db, world.owner.actor, member).await.unwrap().unwrap();
        assert_eq!((joined.role, joined.user), (Role::Manager, world.stranger.actor.user));
        assert_eq!(accept(&world, world.stranger, "s").await, Ok(None));
        assert_eq!(obstacle(&world, world.stranger, "s").await, Some(Obstacle::Accepted));
        assert_eq!(invitations::list(&world.db, world.owner.actor, &wanted()).await.unwrap().unwrap().total, 0);

        outbox::assign(&world.db).await.unwrap();
        let events = outbox::read(&world.db, 0, 10).await.unwrap();
        let mut topics: Vec<_> = events.iter().map(|event| event.kind.name()).collect();
        topics.sort_unstable();
        assert_eq!(topics, ["invitation.accepted", "invitation.created", "member.created"]);
        assert!(events.iter().all(|event| !event.data.to_string().contains("token_hash")));
    }

    async fn whoever_takes_over_a_placeholder_has_its_time(world: World) {
        let from = placeholder(&world, "Imported").await;
        let theirs = NewEntry { member: Some(from), ..new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")) };
        let entry: EntryId = time_entries::create(&world.db, change(world.owner.actor), theirs).await.unwrap().unwrap().id;
        let new = NewInvitation { member: Some(from), ..invitation(&email(world.stranger), "s") };
        create(&world, world.owner, &new).await.unwrap().unwrap();
        let second = NewInvitation { member: Some(from), ..invitation("another@example.org", "t") };
        let refused = create(&world, world.owner, &second).await;
        assert_eq!(refused, Err(Error::Unique(invitations::ONE_OPEN_PER_MEMBER.into())));
        assert_eq!(accept(&world, world.stranger, "s").await, Ok(Some(from)));
        let member = members::read(&world.db, world.owner.actor, from).await.unwrap().unwrap();
        assert_eq!((member.is_placeholder, member.name.as_str(), member.role), (false, "Name", Role::Manager));
        let entry = time_entries::read(&world.db, world.owner.actor, entry).await.unwrap().unwrap();
        assert_eq!((entry.user, entry.version), (world.stranger.actor.user, 2));

        // There is no placeholder any more.
        let third = NewInvitation { member: Some(from), ..invitation("third@example.org", "u") };
        assert_eq!(create(&world, world.owner, &third).await, Ok(None));
    }

    async fn an_invitation_goes_with_its_placeholder(world: World) {
        let from = placeholder(&world, "Imported").await;
        let new = NewInvitation { member: Some(from), ..invitation(&email(world.stranger), "s") };
        let made = create(&world, world.owner, &new).await.unwrap().unwrap();
        members::merge(&world.db, change(world.owner.actor), from, world.employee.member).await.unwrap();
        assert_eq!(invitations::read(&world.db, world.owner.actor, made.id).await, Ok(None));
        assert_eq!(accept(&world, world.stranger, "s").await, Ok(None));
        assert_eq!(obstacle(&world, world.stranger, "s").await, Some(Obstacle::Revoked));
    }

    async fn a_member_is_not_invited_again(world: World) {
        assert_eq!(create(&world, world.owner, &invitation(&email(world.employee), "s")).await, Ok(None));
        let standing = invitations::standing(&world.db, world.owner.actor, &email(world.employee)).await.unwrap().unwrap();
        assert!(standing.is_member && standing.role == Role::Owner);
        create(&world, world.owner, &invitation("new@example.org", "t")).await.unwrap().unwrap();
        let refused = create(&world, world.owner, &invitation("new@example.org", "u")).await;
        assert_eq!(refused, Err(Error::Unique(invitations::ONE_OPEN_PER_EMAIL.into())));
        // Somebody who became a member otherwise meanwhile keeps what they are, and the invitation.
        let organization = world.owner.actor.organization;
        create(&world, world.owner, &invitation(&email(world.stranger), "v")).await.unwrap().unwrap();
        let sql = format!(
            "INSERT INTO members (id, organization_id, user_id, role, created_at) VALUES ('{}', '{organization}', '{}', 'employee', 0)",
            id(), world.stranger.actor.user
        );
        let sql: &'static str = sql.leak();
        world.sql(sql, sql, &[]).await;
        assert_eq!(accept(&world, world.stranger, "v").await, Err(Error::Unique(members::ONE_PER_USER.into())));
        assert_eq!(obstacle(&world, world.stranger, "v").await, None);
    }

    async fn a_new_secret_ends_the_old_one(world: World) {
        let made = create(&world, world.owner, &invitation(&email(world.stranger), "old")).await.unwrap().unwrap();
        let expired = Acceptance { now: LATER, ..acceptance(world.stranger, "old") };
        assert_eq!(invitations::accept(&world.db, expired).await, Ok(None));
        assert_eq!(invitations::obstacle(&world.db, expired).await, Ok(Some(Obstacle::Expired)));
        let later = Instant::from_seconds(LATER.seconds() + 60);
        let renew = async |who: Person, version| {
            invitations::renew(&world.db, change(who.actor), made.id, version, "new", later).await
        };
        assert_eq!(renew(world.manager, None).await, Ok(None));
        assert_eq!(renew(world.owner, Some(2)).await, Ok(None));
        assert_eq!(renew(world.admin, Some(1)).await.unwrap().unwrap().version, 2);
        assert_eq!(accept(&world, world.stranger, "old").await, Ok(None));
        let in_time = Acceptance { now: LATER, ..acceptance(world.stranger, "new") };
        assert!(invitations::accept(&world.db, in_time).await.unwrap().is_some());
        assert_eq!(renew(world.owner, None).await, Ok(None));
    }

    async fn invitations_are_made_and_seen_by_those_who_may(world: World) {
        let accountant = person(&world.db, world.owner.actor.organization, "accountant").await;
        for who in [world.manager, world.employee, accountant, world.stranger] {
            assert_eq!(create(&world, who, &invitation("new@example.org", "s")).await.map(|made| made.filter(|made| made.organization == world.owner.actor.organization)), Ok(None));
        }
        let owner = NewInvitation { role: Role::Owner, ..invitation("new@example.org", "t") };
        assert_eq!(create(&world, world.admin, &owner).await, Ok(None));
        let made = create(&world, world.owner, &owner).await.unwrap().unwrap();
        assert_eq!(invitations::repeated(&world.db, world.owner.actor, made.id, "digest").await, Ok(Some(made.clone())));
        for (who, sees) in [(world.manager, true), (accountant, true), (world.employee, false), (world.stranger, false)] {
            assert_eq!(invitations::read(&world.db, who.actor, made.id).await.unwrap().is_some(), sees);
        }
        let listed = async |who: Person| invitations::list(&world.db, who.actor, &wanted()).await.unwrap().unwrap().total;
        assert_eq!((listed(accountant).await, listed(world.employee).await), (1, 0));
        // Owners are made by owners, and unmade by them.
        assert_eq!(invitations::revoke(&world.db, change(world.admin.actor), made.id, None).await, Ok(None));
        assert!(invitations::revoke(&world.db, change(world.owner.actor), made.id, Some(1)).await.unwrap().is_some());
        assert_eq!(invitations::revoke(&world.db, change(world.owner.actor), made.id, None).await, Ok(None));
        assert_eq!(invitations::read(&world.db, world.owner.actor, made.id).await, Ok(None));
        create(&world, world.owner, &invitation("new@example.org", "u")).await.unwrap().unwrap();
    }
}
