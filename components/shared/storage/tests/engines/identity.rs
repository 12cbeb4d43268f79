//! Users and what only `identity` may see: passwords, sessions, tokens of the operator, signing keys.

use kronos_domain::{Instant, MemberId, OperatorTokenId, OrganizationId, Role, SessionId, UserId};
use kronos_storage::operator_tokens::{self, OperatorToken, Revocation};
use kronos_storage::sessions::{self, NewSession, Rotation};
use kronos_storage::signing_keys::{self, SigningKey};
use kronos_storage::users::{self, FirstOwner};
use kronos_storage::{Db, Statement, credentials, shared};

use crate::fixture::{NOW, World, connect, id};
use crate::on_both_engines;

const SECOND: i64 = 1_000_000;

pub fn later(seconds: i64) -> Instant {
    Instant::from_micros(NOW.micros() + seconds * SECOND)
}

fn first_owner() -> FirstOwner {
    FirstOwner {
        user: UserId::from_uuid(id()),
        email: "owner@localhost".into(),
        name: "Owner".into(),
        organization: OrganizationId::from_uuid(id()),
        organization_name: "My organization".into(),
        currency: "EUR".parse().unwrap(),
        time_zone: "UTC".into(),
        member: MemberId::from_uuid(id()),
        created_at: NOW,
    }
}

pub async fn session(db: &Db, user: UserId, family: &str) -> SessionId {
    let session = NewSession {
        id: SessionId::from_uuid(id()),
        user,
        family_hash: family.into(),
        token_hash: "1".into(),
        origin_hash: format!("origin of {family}"),
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

/// Connections for tasks at the same time, each its own on PostgreSQL; SQLite has none, and the tasks share the world's.
pub async fn connections(world: &World, count: usize) -> Vec<Db> {
    let mut all = Vec::new();
    if let Some(name) = &world.name {
        for _ in 0..count {
            all.push(connect(name).await);
        }
    }
    all
}

/// One of them for each task.
pub fn each<'a>(connections: &'a [Db], shared: &'a Db, count: usize) -> Vec<&'a Db> {
    if connections.is_empty() { vec![shared; count] } else { connections.iter().collect() }
}

pub async fn number(db: &Db, statement: &Statement) -> i64 {
    db.row(statement, &[]).await.unwrap().unwrap().columns().integer().unwrap()
}

async fn nobody(world: &World) {
    for sql in ["DELETE FROM members", "DELETE FROM users", "DELETE FROM organizations"] {
        world.sql(sql, sql, &[]).await;
    }
}

/// What an instance does that finds no user.
async fn bootstrap(db: &Db, secrets: &Db, owner: &FirstOwner) -> bool {
    credentials::insert(secrets, owner.user, &format!("hash of {}", owner.user)).await.unwrap();
    let made = users::insert_first_owner(db, owner).await.unwrap();
    if !made {
        credentials::delete(secrets, owner.user).await.unwrap();
    }
    made
}

const PASSWORDS: Statement = shared!("SELECT count(*) FROM identity.credentials");
const SESSIONS: Statement = shared!("SELECT count(*) FROM identity.sessions");
const REVOKED: Statement = shared!("SELECT count(*) FROM identity.sessions WHERE revoked_at IS NOT NULL");

on_both_engines! {
    async fn the_first_owner_comes_once(world: World) {
        assert!(users::any(&world.db).await.unwrap());
        assert!(!users::insert_first_owner(&world.db, &first_owner()).await.unwrap(), "there are users already");
        nobody(&world).await;
        assert!(!users::any(&world.db).await.unwrap());
        let owner = first_owner();
        assert!(users::insert_first_owner(&world.db, &owner).await.unwrap());
        assert!(!users::insert_first_owner(&world.db, &first_owner()).await.unwrap());
        assert_eq!(users::by_email(&world.db, "owner@localhost").await, Ok(Some(owner.user)));
        assert_eq!(users::by_email(&world.db, "nobody@localhost").await, Ok(None));
        let memberships = users::memberships(&world.db, owner.user).await.unwrap();
        let [membership] = memberships.as_slice() else { panic!("{memberships:?}") };
        assert_eq!((membership.id, membership.role, membership.organization), (owner.member, Role::Owner, owner.organization));
        assert_eq!(users::get(&world.db, owner.user).await.unwrap().unwrap().email, "owner@localhost");
    }

    async fn one_first_owner_comes_of_a_race_with_one_password(world: World) {
        nobody(&world).await;
        let (for_users, for_secrets) = (connections(&world, 8).await, connections(&world, 8).await);
        let owners: Vec<_> = (0..8).map(|_| first_owner()).collect();
        let (for_users, for_secrets) = (each(&for_users, &world.db, 8), each(&for_secrets, &world.identity, 8));
        let attempts = owners.iter().zip(for_users.iter().zip(&for_secrets));
        let made = futures::future::join_all(attempts.map(|(owner, (db, secrets))| bootstrap(db, secrets, owner))).await;
        assert_eq!(made.iter().filter(|made| **made).count(), 1);
        assert_eq!(world.integer("SELECT count(*) FROM users").await, 1);
        assert_eq!(world.integer("SELECT count(*) FROM organizations").await, 1);
        assert_eq!(number(&world.identity, &PASSWORDS).await, 1);
        let owner = users::by_email(&world.db, "owner@localhost").await.unwrap().unwrap();
        let hash = credentials::password_hash(&world.identity, owner).await.unwrap();
        assert_eq!(hash, Some(format!("hash of {owner}")));
    }

    async fn a_password_that_a_crash_left_behind_opens_nothing(world: World) {
        nobody(&world).await;
        let (lost, owner) = (first_owner(), first_owner());
        credentials::insert(&world.identity, lost.user, "lost").await.unwrap();
        assert!(bootstrap(&world.db, &world.identity, &owner).await);
        assert_eq!(users::by_email(&world.db, "owner@localhost").await, Ok(Some(owner.user)));
        assert_eq!(users::get(&world.db, lost.user).await, Ok(None));
        let hash = credentials::password_hash(&world.identity, owner.user).await.unwrap();
        assert_eq!(hash, Some(format!("hash of {}", owner.user)));
    }

    async fn a_password_hash_is_replaced_unless_it_changed(world: World) {
        let (user, other) = (world.owner.actor.user, world.stranger.actor.user);
        assert_eq!(credentials::password_hash(&world.identity, user).await, Ok(None));
        for one in [user, other] {
            credentials::insert(&world.identity, one, "hash").await.unwrap();
        }
        credentials::replace(&world.identity, user, "other", "wrong").await.unwrap();
        assert_eq!(credentials::password_hash(&world.identity, user).await, Ok(Some("hash".into())));
        credentials::replace(&world.identity, user, "hash", "stronger").await.unwrap();
        assert_eq!(credentials::password_hash(&world.identity, user).await, Ok(Some("stronger".into())));
        credentials::delete(&world.identity, user).await.unwrap();
        assert_eq!(credentials::password_hash(&world.identity, user).await, Ok(None));
        assert_eq!(credentials::password_hash(&world.identity, other).await, Ok(Some("hash".into())));
    }

    async fn a_refresh_token_is_spent_once_and_using_it_again_ends_the_session(world: World) {
        let user = world.owner.actor.user;
        let first = session(&world.identity, user, "first").await;
        let second = session(&world.identity, user, "second").await;
        assert_eq!(rotate(&world.identity, "first", "1", "2", 1).await, Rotation::Rotated { session: first, user });
        assert_eq!(rotate(&world.identity, "first", "2", "3", 2).await, Rotation::Rotated { session: first, user });
        assert_eq!(rotate(&world.identity, "first", "1", "4", 3).await, Rotation::Reused, "not the one before");
        assert_eq!(rotate(&world.identity, "first", "3", "5", 4).await, Rotation::Unknown, "the session ended for both");
        assert_eq!(rotate(&world.identity, "second", "1", "2", 5).await, Rotation::Rotated { session: second, user });
        assert_eq!(rotate(&world.identity, "third", "1", "2", 5).await, Rotation::Unknown);
    }

    async fn for_ten_seconds_a_spent_refresh_token_changes_nothing(world: World) {
        let user = world.owner.actor.user;
        let id = session(&world.identity, user, "family").await;
        assert_eq!(rotate(&world.identity, "family", "1", "2", 1).await, Rotation::Rotated { session: id, user });
        // Clocks may differ, so it can come from before.
        for at in [0, 1, 5, 10] {
            assert_eq!(rotate(&world.identity, "family", "1", "lost", at).await, Rotation::JustSpent, "{at}");
        }
        assert_eq!(number(&world.identity, &REVOKED).await, 0);
        assert_eq!(rotate(&world.identity, "family", "lost", "3", 10).await, Rotation::Reused, "it was never handed out");

        let id = session(&world.identity, user, "other").await;
        assert_eq!(rotate(&world.identity, "other", "1", "2", 1).await, Rotation::Rotated { session: id, user });
        assert_eq!(rotate(&world.identity, "other", "1", "lost", 10).await, Rotation::JustSpent);
        assert_eq!(rotate(&world.identity, "other", "2", "3", 10).await, Rotation::Rotated { session: id, user });
        assert_eq!(rotate(&world.identity, "other", "2", "lost", 19).await, Rotation::JustSpent);
        assert_eq!(rotate(&world.identity, "other", "2", "lost", 20).await, Rotation::Reused);
        assert_eq!(rotate(&world.identity, "other", "3", "4", 21).await, Rotation::Unknown);
    }

    async fn expiry_is_no_reuse(world: World) {
        let user = world.owner.actor.user;
        session(&world.identity, user, "idle").await;
        assert_eq!(rotate(&world.identity, "idle", "1", "2", 100).await, Rotation::Unknown);
        let busy = session(&world.identity, user, "busy").await;
        for (at, token, successor) in [(90, "1", "2"), (180, "2", "3"), (249, "3", "4")] {
            let rotated = rotate(&world.identity, "busy", token, successor, at).await;
            assert_eq!(rotated, Rotation::Rotated { session: busy, user }, "{at}");
        }
        assert_eq!(rotate(&world.identity, "busy", "4", "5", 250).await, Rotation::Unknown, "use does not prolong it forever");
        assert_eq!(number(&world.identity, &REVOKED).await, 0);
    }

    async fn of_many_with_one_refresh_token_one_wins_and_stays_signed_in(world: World) {
        let user = world.owner.actor.user;
        let id = session(&world.identity, user, "family").await;
        let own = connections(&world, 8).await;
        let successors: Vec<_> = (0..8).map(|number| format!("s{number}")).collect();
        let attempts = each(&own, &world.identity, 8).into_iter().zip(&successors);
        let outcomes = futures::future::join_all(attempts.map(|(db, next)| rotate(db, "family", "1", next, 1))).await;
        let won = Rotation::Rotated { session: id, user };
        let winners: Vec<_> = (0..8).filter(|index| outcomes[*index] == won).collect();
        let [winner] = winners.as_slice() else { panic!("{outcomes:?}") };
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Rotation::JustSpent).count(), 7, "{outcomes:?}");
        assert_eq!(rotate(&world.identity, "family", &successors[*winner], "next", 2).await, won);
    }

    async fn sessions_are_revoked_by_token_and_by_id(world: World) {
        let (user, other) = (world.owner.actor.user, world.stranger.actor.user);
        let id = session(&world.identity, user, "a").await;
        sessions::revoke(&world.identity, id, other, later(1)).await.unwrap();
        let rotated = rotate(&world.identity, "a", "1", "2", 2).await;
        assert_eq!(rotated, Rotation::Rotated { session: id, user }, "not theirs to end");
        sessions::revoke(&world.identity, id, user, later(3)).await.unwrap();
        assert_eq!(rotate(&world.identity, "a", "2", "3", 4).await, Rotation::Unknown);
        session(&world.identity, user, "b").await;
        sessions::revoke_family(&world.identity, "b", later(5)).await.unwrap();
        assert_eq!(rotate(&world.identity, "b", "1", "2", 6).await, Rotation::Unknown);
    }

    async fn sessions_that_ended_are_deleted_a_hundred_at_a_time(world: World) {
        for number in 0..150 {
            session(&world.identity, world.owner.actor.user, &number.to_string()).await;
        }
        for (at, left) in [(250, 150), (251, 50), (251, 0)] {
            sessions::delete_ended(&world.identity, later(at)).await.unwrap();
            assert_eq!(number(&world.identity, &SESSIONS).await, left);
        }
    }

    async fn tokens_of_the_operator_are_listed_and_revoked(world: World) {
        let user = world.owner.actor.user;
        let ids: Vec<_> = (0..3).map(|_| OperatorTokenId::from_uuid(id())).collect();
        let db = &world.identity;
        for (id, expires) in ids.iter().zip([100, 200, 300]) {
            operator_tokens::insert(db, *id, user, NOW, later(expires)).await.unwrap();
        }
        let token = |index: usize, expires, revoked_at| OperatorToken {
            id: ids[index], user, created_at: NOW, expires_at: later(expires), revoked_at,
        };
        let all = [token(2, 300, None), token(1, 200, None), token(0, 100, None)];
        assert_eq!(operator_tokens::list(db, later(1)).await.unwrap(), all);
        assert_eq!(operator_tokens::revoked(db, later(1)).await, Ok(vec![]));

        assert_eq!(operator_tokens::revoke(db, ids[1], later(5)).await, Ok(Revocation::Revoked));
        assert_eq!(operator_tokens::revoke(db, ids[1], later(6)).await, Ok(Revocation::Revoked), "as before");
        assert_eq!(operator_tokens::revoke(db, OperatorTokenId::from_uuid(id()), later(6)).await, Ok(Revocation::Unknown));
        assert_eq!(operator_tokens::list(db, later(7)).await.unwrap()[1], token(1, 200, Some(later(5))));
        // A minute longer than it is valid, since clocks differ.
        for (at, expected) in [(7, vec![ids[1]]), (259, vec![ids[1]]), (260, vec![])] {
            assert_eq!(operator_tokens::revoked(db, later(at)).await, Ok(expected), "{at}");
        }
        assert_eq!(operator_tokens::revoke(db, ids[0], later(160)).await, Ok(Revocation::Unknown), "it has expired");
        operator_tokens::delete_expired(db, later(261)).await.unwrap();
        assert_eq!(operator_tokens::list(db, later(1)).await.unwrap(), [token(2, 300, None)]);
    }

    async fn no_more_tokens_are_revoked_than_can_be_published(world: World) {
        let db = &world.identity;
        let fill = Statement::pair(
            "INSERT INTO identity.operator_tokens (id, user_id, created_at, expires_at, revoked_at) \
             SELECT gen_random_uuid(), gen_random_uuid(), 0, $1::bigint, 0 FROM generate_series(1, 1000)",
            "INSERT INTO operator_tokens (id, user_id, created_at, expires_at, revoked_at) \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
             SELECT printf('00000000-0000-0000-0000-%012d', i), '00000000-0000-0000-0000-000000000000', 0, ?1, 0 FROM n",
        );
        db.execute(&fill, &[later(100).into()]).await.unwrap();
        let one = OperatorTokenId::from_uuid(id());
        operator_tokens::insert(db, one, world.owner.actor.user, NOW, later(1000)).await.unwrap();
        assert_eq!(operator_tokens::revoke(db, one, later(1)).await, Ok(Revocation::TooMany));
        assert_eq!(operator_tokens::revoked(db, later(1)).await.unwrap().len(), 1000);
        assert_eq!(operator_tokens::list(db, later(1)).await.unwrap().len(), 500);
        assert_eq!(operator_tokens::revoke(db, one, later(160)).await, Ok(Revocation::Revoked), "the others have expired");
        assert_eq!(operator_tokens::revoked(db, later(160)).await, Ok(vec![one]));
    }

    async fn a_period_has_the_key_that_came_first(world: World) {
        let key = |period, kid: &str| SigningKey { period, kid: kid.into(), seed: format!("seed of {kid}") };
        for (period, kid) in [(1, "a"), (2, "b"), (2, "c"), (3, "d")] {
            signing_keys::insert(&world.identity, &key(period, kid), NOW).await.unwrap();
        }
        let stored = signing_keys::list(&world.identity, 2, 3).await.unwrap();
        let kids = stored.into_iter().map(|key| (key.period, key.kid, key.seed));
        let expected = [(2, "b".to_owned(), "seed of b".to_owned()), (3, "d".to_owned(), "seed of d".to_owned())];
        assert_eq!(kids.collect::<Vec<_>>(), expected);
    }
}
