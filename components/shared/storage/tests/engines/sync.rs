//! Clients that stay in step, while many write and some transactions hang: no change is ever missed, and no version goes back.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use kronos_domain::{
    EntryId, Instant,
    entry::{Description, TimeEntry},
};
use kronos_storage::{
    Actor, Db, Error, Statement, outbox,
    time_entries::{self, Condition, Edit, End, Filter, Slice, Sort},
};

use crate::{
    fixture::{World, block_on, change, connect, id, new, open_sqlite},
    on_both_engines,
};

/// How to reach the database from another thread.
#[derive(Clone)]
enum Source {
    Postgres(String),
    Sqlite(PathBuf),
}

impl Source {
    async fn open(&self) -> Db {
        match self {
            Self::Postgres(name) => connect(name).await,
            Self::Sqlite(path) => open_sqlite(path),
        }
    }
}

/// Numbers that look random (a linear congruential generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// What all writers know.
type Entries = Mutex<Vec<EntryId>>;

/// One change by chance; what others are in the way of is left.
async fn write(db: &Db, actor: Actor, entries: &Entries, dice: &mut Dice) -> Result<(), Error> {
    let known = {
        let entries = entries.lock().unwrap();
        (!entries.is_empty()).then(|| entries[dice.below(entries.len())])
    };
    match (dice.below(10), known) {
        (0..3, _) | (_, None) => {
            let mut entry = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
            entry.id = EntryId::from_uuid(id());
            let entry = time_entries::create(db, change(actor), entry).await?.unwrap();
            entries.lock().unwrap().push(entry.id);
        }
        (3, Some(entry)) => drop(time_entries::delete(db, change(actor), entry, None).await?),
        (_, Some(entry)) => {
            let end = Instant::from_seconds(1_772_620_000 + i64::try_from(dice.below(1000)).unwrap());
            let edit = Edit {
                end: Some(End::At(end)),
                description: Description::parse(format!("edit {}", dice.below(1000))).ok(),
                ..Edit::default()
            };
            time_entries::update(db, change(actor), entry, &edit, Condition::default()).await?;
        }
    }
    Ok(())
}

/// Takes over a state, which may be known, and never goes back.
fn take(known: &mut BTreeMap<EntryId, TimeEntry>, entry: TimeEntry) {
    if let Some(before) = known.get(&entry.id) {
        assert!(entry.version >= before.version && entry.updated_at >= before.updated_at, "{before:?} {entry:?}");
    }
    known.insert(entry.id, entry);
}

/// Follows the positions, and looks once more after all have ended.
async fn follow_changes(db: &Db, actor: Actor, is_over: &AtomicBool) -> BTreeMap<EntryId, TimeEntry> {
    let (mut known, mut since) = (BTreeMap::new(), 0);
    loop {
        let last_look = is_over.load(Ordering::SeqCst);
        loop {
            let last = outbox::assign(db).await.unwrap();
            let changed = time_entries::changes(db, actor, since, last, 7).await.unwrap().unwrap();
            assert!(changed.entries.len() <= 7 && changed.since >= since);
            since = changed.since;
            changed.entries.into_iter().for_each(|entry| take(&mut known, entry));
            if !changed.more {
                break;
            }
        }
        if last_look {
            return known;
        }
        thread::sleep(Duration::from_millis(3));
    }
}

/// Follows the stamps; `sync_since` is that of the first page.
async fn follow_stamps(db: &Db, actor: Actor, is_over: &AtomicBool) -> BTreeMap<EntryId, TimeEntry> {
    let (mut known, mut since) = (BTreeMap::new(), Instant::MIN);
    loop {
        let last_look = is_over.load(Ordering::SeqCst);
        let next = time_entries::sync_horizon(db).await.unwrap();
        let filter = Filter { updated_since: Some(since), include_deleted: true, ..Filter::default() };
        let mut slice = Slice::first(7);
        loop {
            let page = time_entries::list(db, actor, &filter, Sort::Ascending, slice).await.unwrap().unwrap();
            page.entries.into_iter().for_each(|entry| take(&mut known, entry));
            slice.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        // It may be earlier than the one before: a transaction that had begun, and not written, then.
        since = next;
        if last_look {
            return known;
        }
        thread::sleep(Duration::from_millis(3));
    }
}

/// A transaction that changes, creates and hangs before it commits or rolls back.
async fn hang(db: &Db, actor: Actor, entries: &Entries, dice: &mut Dice, round: u64) {
    db.execute(&Statement::pair("BEGIN", "BEGIN IMMEDIATE"), &[]).await.unwrap();
    let own = Mutex::new(entries.lock().unwrap().iter().copied().take(1).collect());
    for _ in 0..3 {
        if write(db, actor, &own, dice).await.is_err() {
            break;
        }
    }
    thread::sleep(Duration::from_millis(40 + 20 * round));
    let end = if round % 4 == 3 { "ROLLBACK" } else { "COMMIT" };
    db.execute(&Statement::pair(end, end), &[]).await.unwrap();
}

fn in_step(world: &World, source: &Source, writers: u64, rounds: u64) {
    let (owner, manager) = (world.owner.actor, world.manager.actor);
    let (entries, is_over) = (Entries::default(), AtomicBool::new(false));
    let (by_position, by_stamp) = thread::scope(|scope| {
        let by_position =
            scope.spawn(|| block_on(async { follow_changes(&source.open().await, manager, &is_over).await }));
        let by_stamp = scope.spawn(|| block_on(async { follow_stamps(&source.open().await, manager, &is_over).await }));
        let (entries, source) = (&entries, source);
        let mut others: Vec<_> = (0..writers)
            .map(|seed| {
                scope.spawn(move || {
                    block_on(async {
                        let (db, mut dice) = (source.open().await, Dice(seed));
                        for _ in 0..rounds {
                            match write(&db, owner, entries, &mut dice).await {
                                Ok(()) | Err(Error::Busy(_)) => {}
                                Err(error) => panic!("{error}"),
                            }
                        }
                    });
                })
            })
            .collect();
        others.push(scope.spawn(move || {
            block_on(async {
                let (db, mut dice) = (source.open().await, Dice(99));
                for round in 0..8 {
                    hang(&db, owner, entries, &mut dice, round).await;
                }
            });
        }));
        for other in others {
            other.join().unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
        (by_position.join().unwrap(), by_stamp.join().unwrap())
    });
    let truth = block_on(async {
        let filter = Filter { include_deleted: true, ..Filter::default() };
        let db = source.open().await;
        let page = time_entries::list(&db, manager, &filter, Sort::Ascending, Slice::first(100_000));
        let entries = page.await.unwrap().unwrap().entries;
        entries.into_iter().map(|entry| (entry.id, entry)).collect::<BTreeMap<_, _>>()
    });
    assert!(truth.len() > 20);
    assert!(by_position == truth, "a change was missed by position");
    assert!(by_stamp == truth, "a change was missed by stamp");
}

#[kronos_test_servers::needs(postgres)]
#[test]
fn clients_are_in_step_on_postgres() {
    let world = block_on(World::postgres());
    let source = Source::Postgres(world.name.clone().unwrap());
    in_step(&world, &source, 8, 60);
}

#[test]
fn clients_are_in_step_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kronos.db");
    let world = block_on(World::sqlite_at(&path));
    in_step(&world, &Source::Sqlite(path), 4, 40);
}

/// The stamp of a change that waited is read when its turn has come; a client that asked meanwhile asks again from before it.
#[kronos_test_servers::needs(postgres)]
#[test]
fn a_change_that_waits_or_hangs_holds_the_horizon_back() {
    block_on(async {
        let world = World::postgres().await;
        let name = world.name.clone().unwrap();
        let entry = world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let free = time_entries::sync_horizon(&world.db).await.unwrap();
        assert!(free > entry.updated_at);

        let hanging = connect(&name).await;
        hanging.execute(&Statement::pair("BEGIN", ""), &[]).await.unwrap();
        let edit = |text: &str| Edit { description: Description::parse(text.into()).ok(), ..Edit::default() };
        let (first, second) = (edit("first"), edit("second"));
        let first = time_entries::update(&hanging, change(world.owner.actor), entry.id, &first, Condition::default());
        let first = first.await.unwrap().unwrap();
        let held = time_entries::sync_horizon(&world.db).await.unwrap();
        assert!(free <= held && held <= first.updated_at);

        let waiting = connect(&name).await;
        let second = time_entries::update(&waiting, change(world.owner.actor), entry.id, &second, Condition::default());
        let commit = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(time_entries::sync_horizon(&world.db).await.unwrap(), held);
            hanging.execute(&Statement::pair("COMMIT", ""), &[]).await.unwrap();
        };
        let (second, ()) = futures::join!(second, commit);
        let second = second.unwrap().unwrap();
        assert_eq!(second.version, first.version + 1);
        assert!(second.updated_at.micros() > first.updated_at.micros() + 200_000);
        assert!(time_entries::sync_horizon(&world.db).await.unwrap() > second.updated_at);
    });
}

on_both_engines! {
    async fn changes_go_by_position_and_show_what_the_actor_sees(world: World) {
        let mut entries = Vec::new();
        for person in [world.owner, world.employee, world.colleague, world.employee] {
            entries.push(world.record(person, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await);
        }
        world.record(world.stranger, "2026-03-04T09:00:00Z", None).await;
        let gone = time_entries::delete(&world.db, change(world.employee.actor), entries[1].id, None).await.unwrap().unwrap();
        let look = async |person: crate::fixture::Person, since, limit| {
            let last = outbox::assign(&world.db).await.unwrap();
            let changed = time_entries::changes(&world.db, person.actor, since, last, limit).await.unwrap().unwrap();
            let ids: Vec<_> = changed.entries.iter().map(|entry| (entry.id, entry.version)).collect();
            (ids, changed.since, changed.more)
        };
        let [first, _, third, fourth] = [0, 1, 2, 3].map(|index: usize| (entries[index].id, 1));
        let second = (gone.id, 2);
        assert_eq!(look(world.manager, 0, 500).await, (vec![first, second, third, fourth], 6, false));
        assert_eq!(look(world.manager, 0, 4).await, (vec![first, second, third, fourth], 6, false));
        // The page ends before the entry that had no room on it.
        assert_eq!(look(world.manager, 0, 2).await, (vec![first, second], 2, true));
        assert_eq!(look(world.manager, 2, 2).await, (vec![third, fourth], 5, true));
        assert_eq!(look(world.manager, 5, 2).await, (vec![second], 6, false));
        assert_eq!(look(world.employee, 0, 500).await, (vec![second, fourth], 6, false));
        // Nothing happened, or nothing that concerns the actor: the client goes on from the newest event.
        assert_eq!(look(world.owner, 6, 500).await, (vec![], 6, false));
        assert_eq!(look(world.colleague, 4, 500).await, (vec![], 6, false));
        let mut nobody = world.stranger.actor;
        nobody.organization = world.owner.actor.organization;
        assert!(time_entries::changes(&world.db, nobody, 0, 6, 500).await.unwrap().is_none());

        assert_eq!(time_entries::floor(&world.db).await, Ok(0));
        world.sql("DELETE FROM outbox WHERE position < 3", "DELETE FROM outbox WHERE position < 3", &[]).await;
        assert_eq!(time_entries::floor(&world.db).await, Ok(2));
    }
}
