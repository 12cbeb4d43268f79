//! Pages: stable, complete, and only what the actor sees.

use kronos_domain::{Instant, entry::TimeEntry};
use kronos_storage::time_entries::{self, Changes, Condition, Cursor, Filter, Sort};

use crate::{
    fixture::{NOW, Person, World, instant, new},
    on_both_engines,
};

async fn all(world: &World, person: Person, filter: &Filter, sort: Sort, limit: usize) -> Vec<TimeEntry> {
    let mut entries: Vec<TimeEntry> = Vec::new();
    loop {
        let cursor = entries.last().map(|last| Cursor { start: last.start, id: last.id });
        let listing = time_entries::list(&world.db, person.actor, filter, sort, cursor, limit).await.unwrap().unwrap();
        assert!(listing.entries.len() <= limit);
        entries.extend(listing.entries);
        if !listing.more {
            return entries;
        }
    }
}

/// What [`Filter`] says, said once more.
fn matches(filter: &Filter, entry: &TimeEntry) -> bool {
    filter.start.is_none_or(|start| entry.start >= start)
        && filter.end.is_none_or(|end| entry.start < end)
        && filter.active.is_none_or(|active| entry.end.is_none() == active)
        && filter.billable.is_none_or(|billable| entry.billable == billable)
        && (filter.members.is_empty() || filter.members.contains(&entry.member))
        && filter.updated_since.is_none_or(|since| entry.updated_at >= since)
        && (filter.include_deleted || entry.deleted_at.is_none())
        && filter.search.as_ref().is_none_or(|text| entry.description.to_lowercase().contains(&text.to_lowercase()))
}

async fn populate(world: &World) -> Vec<TimeEntry> {
    let mut entries = Vec::new();
    for (index, person) in
        [world.owner, world.manager, world.employee, world.colleague].into_iter().cycle().take(48).enumerate()
    {
        let hour = index / 8;
        let mut new = new(&format!("2026-03-04T{hour:02}:00:00Z"), Some(&format!("2026-03-04T{hour:02}:30:00Z")));
        new.billable = index % 3 == 0;
        new.description =
            kronos_domain::entry::Description::parse(["Plan", "100% done_", "Ärger", ""][index % 4].into()).unwrap();
        let mut entry = time_entries::create(&world.db, person.actor, new).await.unwrap().unwrap();
        let later = Instant::from_seconds(NOW.seconds() + i64::try_from(index).unwrap());
        if index % 5 == 0 {
            let changes = Changes { time_zone: "Asia/Tokyo".parse().ok(), ..Changes::default() };
            entry = time_entries::update(&world.db, person.actor, entry.id, changes, Condition::default(), later)
                .await
                .unwrap()
                .unwrap();
        }
        if index % 7 == 0 {
            entry = time_entries::delete(&world.db, person.actor, entry.id, None, later).await.unwrap().unwrap();
        }
        entries.push(entry);
    }
    entries.push(world.record(world.employee, "2026-03-04T03:00:00Z", None).await);
    entries.push(world.record(world.colleague, "2026-03-04T03:00:00Z", None).await);
    entries.sort_by_key(|entry| (entry.start, entry.id));
    entries
}

on_both_engines! {
    async fn filters_and_pages_are_what_they_say(world: World) {
        let entries = populate(&world).await;
        let filters = [
            Filter::default(),
            Filter { include_deleted: true, ..Filter::default() },
            Filter { start: Some(instant("2026-03-04T01:00:00Z")), end: Some(instant("2026-03-04T03:00:00Z")), ..Filter::default() },
            Filter { active: Some(true), ..Filter::default() },
            Filter { active: Some(false), billable: Some(true), ..Filter::default() },
            Filter { billable: Some(false), ..Filter::default() },
            Filter { members: vec![world.employee.member], ..Filter::default() },
            Filter { members: vec![world.employee.member, world.owner.member], include_deleted: true, ..Filter::default() },
            Filter { members: vec![world.employee.member, world.colleague.member], active: Some(true), ..Filter::default() },
            Filter { members: vec![world.stranger.member], ..Filter::default() },
            Filter { updated_since: Some(Instant::from_seconds(NOW.seconds() + 20)), include_deleted: true, ..Filter::default() },
            Filter { updated_since: Some(NOW), members: vec![world.colleague.member], ..Filter::default() },
            Filter { search: Some("plan".into()), ..Filter::default() },
            Filter { search: Some("0% d".into()), ..Filter::default() },
            Filter { search: Some("E_".into()), ..Filter::default() },
            Filter { search: Some("Ärg".into()), ..Filter::default() },
            Filter { search: Some("%".into()), members: vec![world.manager.member], ..Filter::default() },
        ];
        for person in [world.owner, world.admin, world.manager, world.employee, world.colleague] {
            let sees_all = ![world.employee.member, world.colleague.member].contains(&person.member);
            for filter in &filters {
                let mut expected: Vec<_> = entries
                    .iter()
                    .filter(|entry| (sees_all || entry.member == person.member) && matches(filter, entry))
                    .cloned()
                    .collect();
                assert_eq!(all(&world, person, filter, Sort::Ascending, 4).await, expected, "{filter:?}");
                assert_eq!(all(&world, person, filter, Sort::Ascending, 500).await, expected, "{filter:?}");
                let count = time_entries::count(&world.db, person.actor, filter).await.unwrap();
                assert_eq!(count, i64::try_from(expected.len()).unwrap(), "{filter:?}");
                expected.reverse();
                assert_eq!(all(&world, person, filter, Sort::Descending, 3).await, expected, "{filter:?}");
            }
        }
    }

    async fn what_is_added_meanwhile_moves_no_page(world: World) {
        for _ in 0..10 {
            world.record(world.employee, "2026-03-04T09:00:00Z", Some("2026-03-04T10:00:00Z")).await;
        }
        let filter = Filter::default();
        let page = |cursor| {
            time_entries::list(&world.db, world.employee.actor, &filter, Sort::Descending, cursor, 4)
        };
        let first = page(None).await.unwrap().unwrap().entries;
        world.record(world.employee, "2026-03-05T09:00:00Z", Some("2026-03-05T10:00:00Z")).await;
        let cursor = first.last().map(|last| Cursor { start: last.start, id: last.id });
        let second = page(cursor).await.unwrap().unwrap().entries;
        assert!(second.iter().all(|entry| !first.contains(entry)));
        assert_eq!(second.len(), 4);
    }

    async fn a_member_without_entries_has_an_empty_list_and_a_stranger_none(world: World) {
        world.record(world.owner, "2026-03-04T09:00:00Z", None).await;
        let filters = [
            Filter::default(),
            Filter { members: vec![world.employee.member], ..Filter::default() },
            Filter { active: Some(true), ..Filter::default() },
            Filter { updated_since: Some(NOW), ..Filter::default() },
        ];
        for filter in &filters {
            let listing = time_entries::list(&world.db, world.employee.actor, filter, Sort::Ascending, None, 10).await;
            assert_eq!(listing.unwrap().map(|listing| listing.entries.len()), Some(0));
            let mut stranger = world.stranger.actor;
            stranger.organization = world.owner.actor.organization;
            let listing = time_entries::list(&world.db, stranger, filter, Sort::Ascending, None, 10).await;
            assert!(listing.unwrap().is_none());
            assert_eq!(time_entries::count(&world.db, stranger, filter).await, Ok(0));
        }
    }
}
