//! How often one may try to sign in, and what that costs.

use std::{rc::Rc, sync::Mutex};

use kronos_domain::{OperatorTokenId, SessionId};
use kronos_storage::throttle::{self, Origin, Rate};
use kronos_storage::{Db, Statement, operator_tokens, sessions, shared};
use kronos_test_servers::needs;

use crate::driver::{Postgres, Sqlite};
use crate::fixture::{NOW, World, block_on, client, id, migrations};
use crate::identity::{connections, each, later, number, session};
use crate::on_both_engines;
use crate::plans::Planner;

const SECOND: i64 = 1_000_000;
const ORIGIN: Rate = Rate { interval: 10 * SECOND, burst: 3 };
const ACCOUNT: Rate = Rate { interval: SECOND, burst: 5 };

const ROWS: Statement = shared!("SELECT count(*) FROM identity.sign_in_throttle");

async fn charge_origin(db: &Db, origin: &str, at: i64) -> Origin {
    throttle::charge_origin(db, (origin, ORIGIN), ("account", ACCOUNT), later(at)).await.unwrap()
}

on_both_engines! {
    async fn attempts_come_back_with_time(world: World) {
        let db = &world.identity;
        let charge = async |at: i64| throttle::charge(db, "a", later(at), ORIGIN).await.unwrap();
        for (at, allowed) in [(0, true), (0, true), (0, true), (0, false), (9, false), (10, true), (11, false), (40, true), (40, true)] {
            assert_eq!(charge(at).await, allowed, "{at}");
        }
        assert!(throttle::charge(db, "b", later(11), ORIGIN).await.unwrap(), "another one has its own");
        throttle::release(db, "a", later(41)).await.unwrap();
        for allowed in [true, true, true, false] {
            assert_eq!(charge(41).await, allowed);
        }
        throttle::give_back(db, "a", ORIGIN).await.unwrap();
        for allowed in [true, false] {
            assert_eq!(charge(41).await, allowed);
        }
    }

    async fn a_refused_attempt_stores_nothing(world: World) {
        let db = &world.identity;
        for _ in 0..5 {
            assert!(throttle::charge(db, "account", NOW, ACCOUNT).await.unwrap());
        }
        assert!(!throttle::charge(db, "account", NOW, ACCOUNT).await.unwrap());
        for stranger in 0..20 {
            assert_eq!(charge_origin(db, &format!("new {stranger}"), 0).await, Origin::Refused);
        }
        assert_eq!(number(db, &ROWS).await, 1);
        assert_eq!(charge_origin(db, "new", 1).await, Origin::New, "the account has one back");
        assert_eq!(number(db, &ROWS).await, 2);
    }

    async fn an_origin_that_signed_in_before_needs_nothing_of_its_account(world: World) {
        let db = &world.identity;
        session(db, world.owner.actor.user, "home").await;
        for _ in 0..5 {
            assert!(throttle::charge(db, "account", NOW, ACCOUNT).await.unwrap());
        }
        assert_eq!(charge_origin(db, "origin of elsewhere", 0).await, Origin::Refused);
        for _ in 0..3 {
            assert_eq!(charge_origin(db, "origin of home", 0).await, Origin::Known);
        }
        assert_eq!(charge_origin(db, "origin of home", 0).await, Origin::Refused, "it has its own limit");
        assert_eq!(charge_origin(db, "origin of home", 10).await, Origin::Known);
    }

    async fn strangers_at_one_address_leave_the_account_to_others(world: World) {
        let db = &world.identity;
        let mut taken = 0;
        for at in 0..60 {
            if charge_origin(db, "stranger", at).await == Origin::New && throttle::charge(db, "account", later(at), ACCOUNT).await.unwrap() {
                taken += 1;
            }
            assert_eq!(throttle::charge_origin(db, (&format!("owner {at}"), ORIGIN), ("account", ACCOUNT), later(at)).await, Ok(Origin::New));
        }
        assert_eq!(taken, 3 + 5, "the burst, and one every ten seconds");
    }

    async fn many_attempts_at_once_do_not_all_get_through(world: World) {
        let own = connections(&world, 8).await;
        let doors = each(&own, &world.identity, 8);
        let charged = futures::future::join_all(doors.iter().map(|db| throttle::charge(db, "a", NOW, ORIGIN))).await;
        assert_eq!(charged.iter().filter(|charged| **charged == Ok(true)).count(), 3);
        assert_eq!(charged.iter().filter(|charged| **charged == Ok(false)).count(), 5);
        let charged = futures::future::join_all(doors.iter().map(|db| charge_origin(db, "b", 0))).await;
        assert_eq!(charged.iter().filter(|charged| **charged == Origin::New).count(), 3);
        assert_eq!(charged.iter().filter(|charged| **charged == Origin::Refused).count(), 5);
    }

    async fn what_came_back_is_forgotten_a_hundred_at_a_time(world: World) {
        let db = &world.identity;
        for subject in 0..150 {
            assert!(throttle::charge(db, &subject.to_string(), NOW, ORIGIN).await.unwrap());
        }
        assert!(throttle::charge(db, "later", later(1), ORIGIN).await.unwrap());
        for (at, left) in [(10, 151), (11, 51), (11, 1), (11, 1), (12, 0)] {
            throttle::forget(db, later(at)).await.unwrap();
            assert_eq!(number(db, &ROWS).await, left, "{at}");
        }
    }
}

/// Everything that strangers can cause.
async fn plan_everything(db: &Db, user: kronos_domain::UserId) {
    // Plans have no rows, which some take for a refusal.
    throttle::charge_origin(db, ("origin", ORIGIN), ("account", ACCOUNT), NOW).await.unwrap();
    throttle::charge(db, "account", NOW, ACCOUNT).await.unwrap();
    throttle::forget(db, NOW).await.unwrap();
    throttle::release(db, "origin", NOW).await.unwrap();
    throttle::give_back(db, "account", ACCOUNT).await.unwrap();
    sessions::rotate(db, "family", "1", "2", NOW, NOW).await.unwrap();
    sessions::revoke_family(db, "family", NOW).await.unwrap();
    sessions::revoke(db, SessionId::from_uuid(id()), user, NOW).await.unwrap();
    sessions::delete_ended(db, NOW).await.unwrap();
    operator_tokens::revoked(db, NOW).await.unwrap();
    operator_tokens::revoke(db, OperatorTokenId::from_uuid(id()), NOW).await.unwrap();
    operator_tokens::delete_expired(db, NOW).await.unwrap();
}

const TABLES: [&str; 3] = ["sign_in_throttle", "sessions", "operator_tokens"];

#[test]
fn sqlite_scans_no_secrets() {
    block_on(async {
        let world = World::sqlite().await;
        let plans = Rc::default();
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(&migrations("sqlite-identity")).unwrap();
        let db = Db::with_driver(Planner { engine: Sqlite(Mutex::new(connection)), plans: Rc::clone(&plans) });
        plan_everything(&db, world.owner.actor.user).await;
        assert_eq!(plans.borrow().len(), 12);
        for plan in plans.borrow().iter() {
            for name in TABLES.iter().chain(&["account", "other"]) {
                assert!(!plan.has_step(&format!("SCAN {name}")), "{}", plan.text);
            }
        }
    });
}

#[needs(postgres)]
#[test]
fn postgres_scans_no_secrets() {
    block_on(async {
        let world = World::postgres().await;
        let client = client(world.name.as_deref().unwrap()).await;
        client
            .batch_execute(
                "INSERT INTO identity.sign_in_throttle SELECT n::text, n FROM generate_series(1, 200000) n;
                 INSERT INTO identity.sessions (id, user_id, family_hash, token_hash, origin_hash, created_at, idle_expires_at, expires_at)
                 SELECT gen_random_uuid(), gen_random_uuid(), n::text, n::text, n::text, n, n, n FROM generate_series(1, 100000) n;
                 INSERT INTO identity.operator_tokens (id, user_id, created_at, expires_at, revoked_at)
                 SELECT gen_random_uuid(), gen_random_uuid(), n, n, CASE WHEN n % 100 = 0 THEN n END FROM generate_series(1, 100000) n;
                 ANALYZE",
            )
            .await
            .unwrap();
        let plans = Rc::default();
        let db = Db::with_driver(Planner {
            engine: Postgres { client: Rc::new(client), packs: false },
            plans: Rc::clone(&plans),
        });
        plan_everything(&db, world.owner.actor.user).await;
        assert_eq!(plans.borrow().len(), 12);
        for plan in plans.borrow().iter() {
            for table in TABLES {
                assert!(!plan.text.contains(&format!("Seq Scan on {table}")), "{}", plan.text);
            }
        }
    });
}
