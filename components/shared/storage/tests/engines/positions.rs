//! Positions on PostgreSQL, where transactions commit in another order than they draw their numbers in.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    time::Duration,
};

use kronos_domain::event::Recorded;
use kronos_storage::{Db, outbox};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::fixture::{Person, World, block_on, client, connect, id};

/// Records a finished entry.
fn insert(person: Person, entry: Uuid) -> String {
    let (organization, user, member) = (person.actor.organization, person.actor.user, person.member);
    format!(
        "INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, currency, source, changed_by, \
         created_at, updated_at) \
         VALUES ('{entry}', '{organization}', '{member}', '{user}', 0, 3600000000, 'UTC', 'EUR', 'api', '{user}', 0, 0);"
    )
}

fn change(entry: Uuid) -> String {
    format!("UPDATE time_entries SET version = version + 1, description = description || '.' WHERE id = '{entry}';")
}

async fn all(db: &Db) -> Vec<Recorded> {
    outbox::assign(db).await.unwrap();
    outbox::read(db, 0, 1_000_000).await.unwrap()
}

/// Positions have no gap, and the versions of each subject follow one another.
fn check(events: &[Recorded]) {
    let mut versions = BTreeMap::new();
    for (position, event) in (1..).zip(events) {
        assert_eq!(event.position, position);
        let before = versions.insert(event.subject, event.version).unwrap_or(0);
        assert_eq!(event.version, before + 1, "{}", event.subject);
    }
}

async fn clients<const N: usize>(world: &World) -> [Client; N] {
    let mut clients = Vec::with_capacity(N);
    for _ in 0..N {
        clients.push(client(world.name.as_deref().unwrap()).await);
    }
    clients.try_into().unwrap()
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn a_transaction_that_wrote_elsewhere_first_keeps_the_order() {
    block_on(async {
        let world = World::postgres().await;
        let [early, other] = clients(&world).await;
        let (shared, own) = (id(), id());
        other.batch_execute(&insert(world.owner, shared)).await.unwrap();
        // The lower transaction id and the lower number, and then the higher version.
        early.batch_execute("BEGIN").await.unwrap();
        early.batch_execute(&insert(world.owner, own)).await.unwrap();
        other.batch_execute(&change(shared)).await.unwrap();
        early.batch_execute(&change(shared)).await.unwrap();
        assert_eq!(outbox::assign(&world.db).await.unwrap(), 2);
        early.batch_execute("COMMIT").await.unwrap();
        let events = all(&world.db).await;
        check(&events);
        let seen: Vec<_> = events.iter().map(|event| (event.subject, event.version)).collect();
        assert_eq!(seen, [(shared, 1), (shared, 2), (own, 1), (shared, 3)]);
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn a_hanging_transaction_delays_nobody() {
    block_on(async {
        let world = World::postgres().await;
        let [hanging, other] = clients(&world).await;
        hanging.batch_execute("BEGIN").await.unwrap();
        hanging.batch_execute(&insert(world.owner, id())).await.unwrap();
        for _ in 0..3 {
            other.batch_execute(&insert(world.owner, id())).await.unwrap();
            world.apply_events(10).await;
        }
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 3);
        hanging.batch_execute("COMMIT").await.unwrap();
        world.apply_events(10).await;
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 4);
        check(&all(&world.db).await);
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn what_is_rolled_back_leaves_no_gap() {
    block_on(async {
        let world = World::postgres().await;
        let [writer, assigner] = clients(&world).await;
        for round in 0..20 {
            writer.batch_execute("BEGIN").await.unwrap();
            writer.batch_execute(&insert(world.owner, id())).await.unwrap();
            writer.batch_execute(if round % 3 == 0 { "ROLLBACK" } else { "COMMIT" }).await.unwrap();
            // Neither does an assigner that is undone.
            assigner.batch_execute("BEGIN; SELECT assign_positions(); ROLLBACK").await.unwrap();
        }
        let events = all(&world.db).await;
        check(&events);
        assert_eq!(events.len(), 13);
        assert_eq!(world.integer("SELECT count(*) FROM audit_trail").await, 13);
        assert_eq!(world.integer("SELECT count(*) FROM outbox_pending").await, 0);
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn many_events_at_once_and_a_new_partition() {
    block_on(async {
        let world = World::postgres().await;
        let [writer] = clients(&world).await;
        writer
            .batch_execute("UPDATE outbox_state SET position = 262100; UPDATE consumers SET position = 262100")
            .await
            .unwrap();
        let many = "INSERT INTO outbox_pending (aggregate, topic, subject, version, occurred_at, data) \
                    SELECT 'other', 'other.created', gen_random_uuid(), 1, 0, '{}' FROM generate_series(1, 25000)";
        writer.batch_execute(many).await.unwrap();
        assert_eq!(outbox::assign(&world.db).await.unwrap(), 287_100);
        let read = outbox::read(&world.db, 262_100, 100_000).await.unwrap();
        assert_eq!(read.len(), 25_000);
        assert!(read.iter().zip(262_101..).all(|(event, position)| event.position == position));
        let partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox'::regclass";
        assert_eq!(world.integer(partitions).await, 2);

        // The full one goes as a whole, with what is left of the retention.
        world.apply_events(50_000).await;
        outbox::trim(&world.db, 0, Some(crate::fixture::instant("2026-03-04T00:00:00Z"))).await.unwrap();
        assert_eq!(world.integer(partitions).await, 2, "it is young");
        outbox::trim(&world.db, 0, Some(crate::fixture::instant("2199-01-01T00:00:00Z"))).await.unwrap();
        assert_eq!(world.integer(partitions).await, 1);
        assert_eq!(world.integer("SELECT min(position) FROM outbox").await, 263_144);
        assert_eq!(world.integer("SELECT count(*) FROM audit_trail").await, 25_000);
        // What was dropped is not made again.
        writer.batch_execute(many).await.unwrap();
        assert_eq!(outbox::assign(&world.db).await.unwrap(), 312_100);
        assert_eq!(world.integer(partitions).await, 1);
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn a_dump_restored_into_a_younger_cluster_goes_on() {
    block_on(async {
        let world = World::postgres().await;
        let [writer] = clients(&world).await;
        writer.batch_execute(&insert(world.owner, id())).await.unwrap();
        world.apply_events(10).await;
        // The transaction ids of the old cluster were far beyond those of this one.
        let restored = "UPDATE outbox_state SET drawn = 1, drawn_by = '1000000000000'";
        writer.batch_execute(restored).await.unwrap();
        for _ in 0..3 {
            writer.batch_execute(&insert(world.owner, id())).await.unwrap();
            world.apply_events(10).await;
        }
        check(&all(&world.db).await);
        assert_eq!(world.integer("SELECT count(*) FROM report_entries").await, 4);
        let forgotten = "SELECT count(*) FROM outbox_state WHERE drawn_by > '1000000000'";
        assert_eq!(world.integer(forgotten).await, 0);
    });
}

/// A linear congruential generator (Knuth, MMIX): the same run every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Transactions of one to four changes, of entries of its own and of shared ones, some of them rolled back, some slow.
async fn write(name: String, person: Person, shared: Rc<[Uuid]>, seed: u64) -> usize {
    let client = client(&name).await;
    let mut random = Random(seed);
    let mut committed = 0;
    for _ in 0..25 {
        let mut changes = 0;
        client.batch_execute("BEGIN").await.unwrap();
        let mut touched: Vec<_> =
            (0..random.below(3)).map(|_| shared[usize::try_from(random.below(4)).unwrap()]).collect();
        // In one order for all, against deadlocks.
        touched.sort_unstable();
        client.batch_execute(&insert(person, id())).await.unwrap();
        changes += 1;
        for entry in touched {
            tokio::time::sleep(Duration::from_millis(random.below(3))).await;
            client.batch_execute(&change(entry)).await.unwrap();
            changes += 1;
        }
        tokio::time::sleep(Duration::from_millis(random.below(4))).await;
        if random.below(5) == 0 {
            client.batch_execute("ROLLBACK").await.unwrap();
        } else {
            client.batch_execute("COMMIT").await.unwrap();
            committed += changes;
        }
    }
    committed
}

/// Follows the positions until the writers are done and nothing is left.
async fn follow(name: String, done: Rc<Cell<bool>>) -> Vec<Recorded> {
    let db = connect(&name).await;
    let mut seen: Vec<Recorded> = Vec::new();
    loop {
        let was_done = done.get();
        outbox::assign(&db).await.unwrap();
        let last = seen.last().map_or(0, |event| event.position);
        let news = outbox::read(&db, last, 7).await.unwrap();
        if news.is_empty() && was_done {
            return seen;
        }
        seen.extend(news);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn readers_see_every_event_once_and_in_order_whatever_writers_do() {
    block_on(async {
        let world = World::postgres().await;
        let name = world.name.clone().unwrap();
        let [hanging, setup] = clients(&world).await;
        let mut shared: Vec<_> = (0..4).map(|_| id()).collect();
        shared.sort_unstable();
        for entry in &shared {
            setup.batch_execute(&insert(world.owner, *entry)).await.unwrap();
        }
        let shared: Rc<[Uuid]> = shared.into();
        let late = id();
        hanging.batch_execute("BEGIN").await.unwrap();
        hanging.batch_execute(&insert(world.owner, late)).await.unwrap();

        let local = tokio::task::LocalSet::new();
        let done = Rc::new(Cell::new(false));
        let writers: Vec<_> = (1..=12)
            .map(|seed| local.spawn_local(write(name.clone(), world.owner, Rc::clone(&shared), seed)))
            .collect();
        let readers: Vec<_> = (0..3).map(|_| local.spawn_local(follow(name.clone(), Rc::clone(&done)))).collect();
        let committed = RefCell::new(shared.len());
        local
            .run_until(async {
                for writer in writers {
                    *committed.borrow_mut() += writer.await.unwrap();
                }
                done.set(true);
                for reader in readers {
                    let seen = reader.await.unwrap();
                    check(&seen);
                    assert_eq!(seen.len(), *committed.borrow());
                }
            })
            .await;
        hanging.batch_execute("COMMIT").await.unwrap();
        let events = all(&world.db).await;
        check(&events);
        assert_eq!(events.len(), committed.into_inner() + 1);
        assert_eq!(events.last().map(|event| event.subject), Some(late));
        // With nobody hanging, what was moved is not looked at again.
        setup.batch_execute(&insert(world.owner, id())).await.unwrap();
        assert_eq!(all(&world.db).await.len(), events.len() + 1);
    });
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn what_was_moved_is_not_looked_at_again() {
    block_on(async {
        let world = World::postgres().await;
        let [hanging, writer] = clients(&world).await;
        hanging.batch_execute("BEGIN").await.unwrap();
        hanging.batch_execute(&insert(world.owner, id())).await.unwrap();
        for _ in 0..10 {
            writer.batch_execute(&insert(world.owner, id())).await.unwrap();
            outbox::assign(&world.db).await.unwrap();
        }
        assert_eq!(world.integer("SELECT settled FROM outbox_state").await, 0, "the first number may still come");
        hanging.batch_execute("COMMIT").await.unwrap();
        // Transactions of other tests count as well.
        for _ in 0..1000 {
            writer.batch_execute(&insert(world.owner, id())).await.unwrap();
            outbox::assign(&world.db).await.unwrap();
            if world.integer("SELECT settled FROM outbox_state").await > 10 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("every row that was moved is looked at again");
    });
}
