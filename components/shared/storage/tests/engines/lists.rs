//! Pages: stable, complete, bounded, and only what the actor sees.

use kronos_domain::{
    Instant,
    entry::{Description, TimeEntry, fold},
};
use kronos_storage::time_entries::{self, Condition, Cursor, Edit, Filter, Listing, Slice, Sort};

use crate::{
    fixture::{Person, World, change, instant, new},
    on_both_engines,
};

async fn page(world: &World, person: Person, filter: &Filter, sort: Sort, slice: Slice) -> Listing {
    let listing = time_entries::list(&world.db, person.actor, filter, sort, slice).await.unwrap().unwrap();
    assert!(listing.entries.len() <= slice.limit);
    listing
}

async fn all(world: &World, person: Person, filter: &Filter, sort: Sort, limit: usize) -> Vec<TimeEntry> {
    let mut entries: Vec<TimeEntry> = Vec::new();
    let mut slice = Slice::first(limit);
    loop {
        let listing = page(world, person, filter, sort, slice).await;
        entries.extend(listing.entries);
        let Some(next) = listing.next else { return entries };
        slice.after = Some(next);
    }
}

/// What [`Filter`] says, said once more.
fn matches(filter: &Filter, entry: &TimeEntry) -> bool {
    let active = entry.end.is_none() && entry.deleted_at.is_none();
    filter.start.is_none_or(|start| entry.start >= start)
        && filter.end.is_none_or(|end| entry.start < end)
        && filter.active.is_none_or(|wanted| active == wanted)
        && filter.billable.is_none_or(|billable| entry.billable == billable)
        && (filter.members.is_empty() || filter.members.contains(&entry.member))
        && filter.updated_since.is_none_or(|since| entry.updated_at >= since)
        && (filter.include_deleted || entry.deleted_at.is_none())
        && filter.search.as_ref().is_none_or(|text| fold(&entry.description).contains(&fold(text)))
}

async fn populate(world: &World) -> Vec<TimeEntry> {
    let mut entries = Vec::new();
    for (index, person) in
        [world.owner, world.manager, world.employee, world.colleague].into_iter().cycle().take(48).enumerate()
    {
        let hour = index / 8;
        let mut new = new(&format!("2026-03-04T{hour:02}:00:00Z"), Some(&format!("2026-03-04T{hour:02}:30:00Z")));
        new.billable = Some(index % 3 == 0);
        new.description = Description::parse(["Plan", "100% done_", "ÄRGER", ""][index % 4].into()).unwrap();
        let mut entry = time_entries::create(&world.db, change(person.actor), new).await.unwrap().unwrap();
        if index % 5 == 0 {
            let edit = Edit { time_zone: "Asia/Tokyo".parse().ok(), ..Edit::default() };
            let changed = time_entries::update(&world.db, change(person.actor), entry.id, &edit, Condition::default());
            entry = changed.await.unwrap().unwrap();
        }
        if index % 7 == 0 {
            entry = time_entries::delete(&world.db, change(person.actor), entry.id, None).await.unwrap().unwrap();
        }
        entries.push(entry);
    }
    // A running timer that was deleted runs no more.
    let deleted = world.record(world.employee, "2026-03-04T02:00:00Z", None).await;
    let deleted = time_entries::delete(&world.db, change(world.employee.actor), deleted.id, None).await;
    entries.push(deleted.unwrap().unwrap());
    entries.push(world.record(world.employee, "2026-03-04T03:00:00Z", None).await);
    entries.push(world.record(world.colleague, "2026-03-04T03:00:00Z", None).await);
    entries
}

/// One filter of each kind; bounds lie within the data.
pub fn singles(world: &World, start: Instant, end: Instant, since: Instant) -> Vec<Filter> {
    let filter = Filter::default;
    vec![
        filter(),
        Filter { include_deleted: true, ..filter() },
        Filter { start: Some(start), ..filter() },
        Filter { end: Some(end), ..filter() },
        Filter { active: Some(true), ..filter() },
        Filter { active: Some(false), ..filter() },
        Filter { billable: Some(true), ..filter() },
        Filter { billable: Some(false), ..filter() },
        Filter { members: vec![world.employee.member], ..filter() },
        Filter { members: vec![world.employee.member, world.owner.member, world.stranger.member], ..filter() },
        Filter { members: vec![world.stranger.member], ..filter() },
        Filter { updated_since: Some(since), ..filter() },
        Filter { search: Some("ärg".into()), ..filter() },
        Filter { search: Some("0% D".into()), ..filter() },
        Filter { search: Some("E_".into()), ..filter() },
    ]
}

pub fn both(a: &Filter, b: &Filter) -> Filter {
    Filter {
        start: a.start.or(b.start),
        end: a.end.or(b.end),
        active: a.active.or(b.active),
        billable: a.billable.or(b.billable),
        members: if a.members.is_empty() { b.members.clone() } else { a.members.clone() },
        updated_since: a.updated_since.or(b.updated_since),
        include_deleted: a.include_deleted || b.include_deleted,
        search: a.search.clone().or_else(|| b.search.clone()),
        kind: a.kind.or(b.kind),
        ..Filter::default()
    }
}

on_both_engines! {
    /// Every filter and every pair of filters, for everybody.
    async fn filters_and_pages_are_what_they_say(world: World) {
        let entries = populate(&world).await;
        let mut stamps: Vec<_> = entries.iter().map(|entry| entry.updated_at).collect();
        stamps.sort_unstable();
        let (start, end) = (instant("2026-03-04T01:00:00Z"), instant("2026-03-04T03:00:00Z"));
        let singles = singles(&world, start, end, stamps[stamps.len() / 2]);
        for person in [world.owner, world.admin, world.manager, world.employee, world.colleague] {
            let sees_all = ![world.employee.member, world.colleague.member].contains(&person.member);
            for (index, first) in singles.iter().enumerate() {
                for filter in singles[index..].iter().map(|second| both(first, second)) {
                    let mut expected: Vec<_> = entries
                        .iter()
                        .filter(|entry| (sees_all || entry.member == person.member) && matches(&filter, entry))
                        .cloned()
                        .collect();
                    let by_change = filter.updated_since.is_some();
                    expected.sort_by_key(|entry| (if by_change { entry.updated_at } else { entry.start }, entry.id));
                    assert_eq!(all(&world, person, &filter, Sort::Ascending, 4).await, expected, "{filter:?}");
                    let count = time_entries::count(&world.db, person.actor, &filter).await.unwrap();
                    assert_eq!(count, i64::try_from(expected.len()).unwrap(), "{filter:?}");
                    let rest = page(&world, person, &filter, Sort::Ascending, Slice { skip: 3, ..Slice::first(500) }).await;
                    assert_eq!(rest.entries, expected[3.min(expected.len())..], "{filter:?}");
                    assert_eq!(rest.next, None);
                    if !by_change {
                        expected.reverse();
                    }
                    assert_eq!(all(&world, person, &filter, Sort::Descending, 500).await, expected, "{filter:?}");
                }
            }
        }
    }

    async fn what_is_added_meanwhile_moves_no_page(world: World) {
        for _ in 0..10 {
            world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        }
        let filter = Filter::default();
        let first = page(&world, world.employee, &filter, Sort::Descending, Slice::first(4)).await;
        world.record(world.employee, "2026-03-05T09:00:00Z", Some("2026-03-05T10:00:00Z")).await;
        let slice = Slice { after: first.next, ..Slice::first(4) };
        let second = page(&world, world.employee, &filter, Sort::Descending, slice).await.entries;
        assert!(second.iter().all(|entry| !first.entries.contains(entry)));
        assert_eq!(second.len(), 4);
    }

    async fn a_member_without_entries_has_an_empty_list_and_a_stranger_none(world: World) {
        let entry = world.record(world.owner, "2026-03-04T09:00:00Z", None).await;
        let filters = [
            Filter::default(),
            Filter { members: vec![world.employee.member], ..Filter::default() },
            Filter { members: vec![world.employee.member, world.owner.member], ..Filter::default() },
            Filter { active: Some(true), ..Filter::default() },
            Filter { updated_since: Some(entry.updated_at), ..Filter::default() },
        ];
        for filter in &filters {
            let slice = Slice::first(10);
            let listing = time_entries::list(&world.db, world.employee.actor, filter, Sort::Ascending, slice).await;
            assert_eq!(listing.unwrap().map(|listing| (listing.entries.len(), listing.next)), Some((0, None)));
            let mut stranger = world.stranger.actor;
            stranger.organization = world.owner.actor.organization;
            let listing = time_entries::list(&world.db, stranger, filter, Sort::Ascending, slice).await;
            assert!(listing.unwrap().is_none());
            assert_eq!(time_entries::count(&world.db, stranger, filter).await, Ok(0));
        }
    }

    /// What no index serves is looked for in a window; where it ends, a page is short, and its cursor leads on.
    async fn a_page_looks_at_a_window_and_the_cursors_find_everything(world: World) {
        world.crowd(world.owner, 25_000).await;
        world.crowd(world.colleague, 100).await;
        let mut last = new("2190-03-04T09:00:00Z", Some("2190-03-04T10:00:00Z"));
        last.billable = Some(true);
        last.description = Description::parse("Übergabe".into()).unwrap();
        let last = time_entries::create(&world.db, change(world.employee.actor), last).await.unwrap().unwrap();
        let mut first = new("1970-01-01T00:00:00Z", Some("1970-01-01T01:00:00Z"));
        first.billable = Some(true);
        first.member = Some(world.owner.member);
        let first = time_entries::create(&world.db, change(world.owner.actor), first).await.unwrap().unwrap();
        let since = Some(Instant::MIN);
        let members = vec![world.owner.member, world.employee.member];
        for (person, filter, expected) in [
            (world.owner, Filter { billable: Some(true), ..Filter::default() }, vec![&first, &last]),
            (world.owner, Filter { search: Some("ÜBERG".into()), ..Filter::default() }, vec![&last]),
            (world.owner, Filter { billable: Some(true), members, ..Filter::default() }, vec![&first, &last]),
            (
                world.owner,
                Filter { billable: Some(true), members: vec![world.owner.member], ..Filter::default() },
                vec![&first],
            ),
            // Those of others were changed before.
            (world.employee, Filter { updated_since: since, ..Filter::default() }, vec![&last]),
        ] {
            let one = page(&world, person, &filter, Sort::Ascending, Slice::first(50)).await;
            assert!(one.entries.iter().eq(expected.iter().copied().filter(|entry| entry.id == first.id)), "{filter:?}");
            assert!(one.next.is_some(), "{filter:?}");
            let found = all(&world, person, &filter, Sort::Ascending, 50).await;
            assert!(found.iter().eq(expected.iter().copied()), "{filter:?}: {found:?}");
            let mut backwards = all(&world, person, &filter, Sort::Descending, 50).await;
            if filter.updated_since.is_none() {
                backwards.reverse();
            }
            assert_eq!(backwards, found, "{filter:?}");
            assert_eq!(time_entries::count(&world.db, person.actor, &filter).await.unwrap(), i64::try_from(found.len()).unwrap());
        }
        // Where every row counts, the pages are full.
        let mut slice = Slice::first(500);
        let mut seen = 0;
        loop {
            let listing = page(&world, world.manager, &Filter::default(), Sort::Descending, slice).await;
            seen += listing.entries.len();
            let Some(next) = listing.next else { break };
            assert_eq!(listing.entries.len(), 500);
            assert_eq!(next, listing.entries.last().map(|last| Cursor { at: last.start, id: last.id }).unwrap());
            slice.after = Some(next);
        }
        assert_eq!(seen, 25_102);
    }

    async fn search_folds_capitals_of_any_script(world: World) {
        let texts = ["Übergabe an Łukasz", "ÜBERGABE", "İstanbul", "ΟΔΟΣ", "istanbul", "Straße"];
        for text in texts {
            let mut new = new("2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z"));
            new.description = Description::parse(text.into()).unwrap();
            time_entries::create(&world.db, change(world.owner.actor), new).await.unwrap().unwrap();
        }
        // What changes is found by its new text.
        let changed = world.record(world.owner, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        let edit = Edit { description: Description::parse("ŽLUŤ".into()).ok(), ..Edit::default() };
        time_entries::update(&world.db, change(world.owner.actor), changed.id, &edit, Condition::default()).await.unwrap();
        for (search, expected) in [
            ("übergabe", 2),
            ("ÜBERGABE AN łuk", 1),
            ("ISTANBUL", 1),
            ("οδος", 1),
            ("ΟΔΟσ", 1),
            ("STRAßE", 1),
            ("žluť", 1),
            ("work", 0),
            ("abe", 2),
        ] {
            let filter = Filter { search: Some(search.into()), ..Filter::default() };
            let found = all(&world, world.owner, &filter, Sort::Ascending, 50).await.len();
            assert_eq!((search, found), (search, expected));
        }
    }
}
