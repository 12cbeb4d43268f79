//! Users, sessions and signing keys.

use kronos_domain::{Instant, MemberId, OrganizationId, Role, SessionId, UserId};
use kronos_storage::Db;
use kronos_storage::sessions::{self, Charge, NewSession, Rate, Rotation};
use kronos_storage::signing_keys::{self, SigningKey};
use kronos_storage::users::{self, FirstOwner};

use crate::fixture::{NOW, World, connect, id};
use crate::on_both_engines;

const SECOND: i64 = 1_000_000;

fn later(seconds: i64) -> Instant {
    Instant::from_micros(NOW.micros() + seconds * SECOND)
}

fn first_owner() -> FirstOwner {
    FirstOwner {
        user: UserId::from_uuid(id()),
        email: "owner@localhost".into(),
        name: "Owner".into(),
        password_hash: "hash".into(),
        organization: OrganizationId::from_uuid(id()),
        organization_name: "My organization".into(),
        currency: "EUR".parse().unwrap(),
        time_zone: "UTC".into(),
        member: MemberId::from_uuid(id()),
        created_at: NOW,
    }
}

async fn session(db: &Db, user: UserId, family: &str) -> SessionId {
    let session = NewSession {
        id: SessionId::from_uuid(id()),
        user,
        family_hash: family.into(),
        token_hash: "1".into(),
        created_at: NOW,
        idle_expires_at: later(100),
        expires_at: later(250),
    };
    sessions::insert(db, &session).await.unwrap();
    session.id
}

async fn rotate(db: &Db, family: &str, token: &str, successor: &str, at: i64) -> Rotation {
    sessions::rotate(db, family, token, successor, later(at), later(at + 100)).await.unwrap()
}

/// A connection of its own for each of some tasks on PostgreSQL, the only one for all on SQLite.
async fn connections(world: &World, count: usize) -> Vec<Db> {
    let mut all = Vec::new();
    if let Some(name) = &world.name {
        for _ in 0..count {
            all.push(connect(name).await);
        }
    }
    all
}

async fn nobody(world: &World) {
    for sql in ["DELETE FROM members", "DELETE FROM users", "DELETE FROM organizations"] {
        world.sql(sql, sql, &[]).await;
    }
}

on_both_engines! {
    async fn the_first_owner_comes_once(world: World) {
        assert!(users::any(&world.db).await.unwrap());
        assert!(!users::insert_first_owner(&world.db, &first_owner()).await.unwrap(), "there are users already");
        nobody(&world).await;
        assert!(!users::any(&world.db).await.unwrap());
        let owner = first_owner();
        assert!(users::insert_first_owner(&world.db, &owner).await.unwrap());
        assert!(!users::insert_first_owner(&world.db, &first_owner()).await.unwrap());
        let credentials = users::credentials(&world.db, "owner@localhost").await.unwrap().unwrap();
        assert_eq!((credentials.user, credentials.password_hash.as_deref()), (owner.user, Some("hash")));
        let memberships = users::memberships(&world.db, owner.user).await.unwrap();
        let [membership] = memberships.as_slice() else { panic!("{memberships:?}") };
        assert_eq!((membership.id, membership.role, membership.organization), (owner.member, Role::Owner, owner.organization));
        assert_eq!(users::get(&world.db, owner.user).await.unwrap().unwrap().email, "owner@localhost");
    }

    async fn one_first_owner_comes_of_a_race(world: World) {
        nobody(&world).await;
        let connections = connections(&world, 8).await;
        let owners: Vec<_> = (0..8).map(|_| first_owner()).collect();
        let attempts = connections.iter().zip(&owners).map(|(db, owner)| users::insert_first_owner(db, owner));
        let made = futures::future::join_all(attempts).await;
        if !connections.is_empty() {
            assert_eq!(made.iter().filter(|made| *made.as_ref().unwrap()).count(), 1);
            assert_eq!(world.integer("SELECT count(*) FROM users").await, 1);
            assert_eq!(world.integer("SELECT count(*) FROM organizations").await, 1);
        }
    }

    async fn a_password_hash_is_replaced_unless_it_changed(world: World) {
        nobody(&world).await;
        let owner = first_owner();
        users::insert_first_owner(&world.db, &owner).await.unwrap();
        users::replace_password_hash(&world.db, owner.user, "other", "wrong").await.unwrap();
        users::replace_password_hash(&world.db, owner.user, "hash", "stronger").await.unwrap();
        let credentials = users::credentials(&world.db, "owner@localhost").await.unwrap().unwrap();
        assert_eq!(credentials.password_hash.as_deref(), Some("stronger"));
        assert!(users::credentials(&world.db, "nobody@localhost").await.unwrap().is_none());
    }

    async fn a_refresh_token_is_spent_once_and_using_it_again_ends_the_session(world: World) {
        let user = world.owner.actor.user;
        let (first, _) = (session(&world.db, user, "first").await, session(&world.db, user, "second").await);
        assert_eq!(rotate(&world.db, "first", "1", "2", 1).await, Rotation::Rotated { session: first, user });
        assert_eq!(rotate(&world.db, "first", "2", "3", 2).await, Rotation::Rotated { session: first, user });
        assert_eq!(rotate(&world.db, "first", "1", "4", 3).await, Rotation::Reused);
        assert_eq!(rotate(&world.db, "first", "3", "5", 4).await, Rotation::Unknown, "the session ended for both");
        assert!(matches!(rotate(&world.db, "second", "1", "2", 5).await, Rotation::Rotated { .. }));
        assert_eq!(rotate(&world.db, "third", "1", "2", 5).await, Rotation::Unknown);
    }

    async fn expiry_is_no_reuse(world: World) {
        let user = world.owner.actor.user;
        session(&world.db, user, "idle").await;
        assert_eq!(rotate(&world.db, "idle", "1", "2", 100).await, Rotation::Unknown);
        session(&world.db, user, "busy").await;
        for (at, token) in [(90, "1"), (180, "2"), (249, "3")] {
            let successor = (token.parse::<u8>().unwrap() + 1).to_string();
            assert!(matches!(rotate(&world.db, "busy", token, &successor, at).await, Rotation::Rotated { .. }), "{at}");
        }
        assert_eq!(rotate(&world.db, "busy", "4", "5", 250).await, Rotation::Unknown, "use does not prolong it forever");
        assert_eq!(world.integer("SELECT count(*) FROM sessions WHERE revoked_at IS NOT NULL").await, 0);
    }

    async fn of_many_with_one_refresh_token_one_wins(world: World) {
        session(&world.db, world.owner.actor.user, "family").await;
        let connections = connections(&world, 8).await;
        let successors: Vec<_> = (0..8).map(|number| format!("s{number}")).collect();
        let attempts = connections.iter().zip(&successors).map(|(db, successor)| rotate(db, "family", "1", successor, 1));
        let outcomes = futures::future::join_all(attempts).await;
        if !connections.is_empty() {
            let won = outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Rotated { .. })).count();
            assert_eq!(won, 1, "{outcomes:?}");
        }
    }

    async fn sessions_are_revoked_by_token_and_by_id(world: World) {
        let (user, other) = (world.owner.actor.user, world.stranger.actor.user);
        let session_id = session(&world.db, user, "a").await;
        sessions::revoke(&world.db, session_id, other, later(1)).await.unwrap();
        assert!(matches!(rotate(&world.db, "a", "1", "2", 2).await, Rotation::Rotated { .. }), "not theirs to end");
        sessions::revoke(&world.db, session_id, user, later(3)).await.unwrap();
        assert_eq!(rotate(&world.db, "a", "2", "3", 4).await, Rotation::Unknown);
        session(&world.db, user, "b").await;
        sessions::revoke_family(&world.db, "b", later(5)).await.unwrap();
        assert_eq!(rotate(&world.db, "b", "1", "2", 6).await, Rotation::Unknown);
        sessions::delete_ended(&world.db, later(251)).await.unwrap();
        assert_eq!(world.integer("SELECT count(*) FROM sessions").await, 0);
    }

    async fn attempts_to_sign_in_are_counted_per_account_and_together(world: World) {
        let (each, all) = (Rate { interval: 10 * SECOND, burst: 3 }, Rate { interval: SECOND, burst: 5 });
        let charge = async |account: &str, at: i64| sessions::charge_sign_in(&world.db, account, later(at), each, all).await.unwrap();
        for _ in 0..3 {
            assert_eq!(charge("a", 0).await, Charge::Allowed);
        }
        assert_eq!(charge("a", 0).await, Charge::AccountExhausted);
        assert_eq!(charge("b", 0).await, Charge::Allowed);
        assert_eq!(charge("c", 0).await, Charge::AllExhausted);
        assert_eq!(charge("a", 9).await, Charge::AccountExhausted);
        assert_eq!(charge("a", 10).await, Charge::Allowed);
        assert_eq!(charge("a", 11).await, Charge::AccountExhausted);
        sessions::release_sign_in(&world.db, "a", later(12)).await.unwrap();
        assert_eq!(charge("a", 13).await, Charge::Allowed);
        sessions::release_sign_in(&world.db, "none", later(3 * 86_400)).await.unwrap();
        assert_eq!(world.integer("SELECT count(*) FROM sign_in_throttle").await, 0);
    }

    async fn many_attempts_at_once_do_not_all_get_through(world: World) {
        let (each, all) = (Rate { interval: 10 * SECOND, burst: 3 }, Rate { interval: SECOND, burst: 100 });
        let connections = connections(&world, 8).await;
        let attempts = connections.iter().map(|db| sessions::charge_sign_in(db, "a", NOW, each, all));
        let outcomes = futures::future::join_all(attempts).await;
        if !connections.is_empty() {
            assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(Charge::Allowed)).count(), 3);
        }
    }

    async fn a_period_has_the_key_that_came_first(world: World) {
        let key = |period, kid: &str| SigningKey { period, kid: kid.into(), seed: format!("seed of {kid}") };
        for (period, kid) in [(1, "a"), (2, "b"), (2, "c"), (3, "d")] {
            signing_keys::insert(&world.db, &key(period, kid), NOW).await.unwrap();
        }
        let kids = signing_keys::list(&world.db, 2, 3).await.unwrap().into_iter().map(|key| (key.period, key.kid, key.seed));
        let expected = [(2, "b".to_owned(), "seed of b".to_owned()), (3, "d".to_owned(), "seed of d".to_owned())];
        assert_eq!(kids.collect::<Vec<_>>(), expected);
    }
}
