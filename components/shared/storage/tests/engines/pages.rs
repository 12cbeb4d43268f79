//! Pages of small resources: by number and by cursor, in every order, with the total of all.

use kronos_domain::{Instant, MemberId};
use kronos_storage::{
    Columns, Error,
    pages::{self, Found, Key, Order, Place, Wanted},
};

use crate::{
    fixture::{Person, World, person},
    on_both_engines,
};

kronos_storage::pages! {
    /// The members of an organization, named by their roles.
    MEMBERS = "r.id::text, r.name_key", r"
        SELECT t.id, t.role AS name_key, t.created_at, t.created_at AS updated_at
        FROM caller c
        JOIN members t ON t.organization_id = c.organization_id
        WHERE $9::text IS NULL OR t.role <> $9::text
    ";
}

const ORDERS: [Order; 5] =
    [Order::Name, Order::NameDescending, Order::Created, Order::CreatedDescending, Order::Updated];

fn wanted(order: Order, limit: usize) -> Wanted {
    Wanted { order, after: None, skip: 0, limit, updated_since: None, search: None }
}

async fn page(world: &World, who: Person, wanted: &Wanted, not: Option<&str>) -> Option<Found<(MemberId, String)>> {
    let decode = |columns: &mut Columns| Ok::<_, Error>((columns.parsed()?, columns.text()?));
    pages::page(&world.db, &PAGES[0], who.actor, wanted, &[not.into()], decode).await.unwrap()
}

/// The owner's organization has members of these roles, which were created one after the other.
async fn populate(world: &World) -> Vec<(MemberId, String)> {
    let organization = world.owner.actor.organization;
    for _ in 0..5 {
        person(&world.db, organization, "employee").await;
    }
    let statement = kronos_storage::shared!(
        "UPDATE members SET version = version + 1, created_at = (SELECT count(*) FROM members before ",
        "WHERE before.organization_id = members.organization_id AND before.id < members.id) ",
        "WHERE organization_id = $1::uuid"
    );
    world.db.execute(&statement, &[organization.into()]).await.unwrap();
    let all = page(world, world.owner, &wanted(Order::Created, 500), None).await.unwrap();
    assert_eq!((all.resources.len(), all.total, all.next), (10, 10, None));
    all.resources
}

fn in_order(members: &[(MemberId, String)], order: Order) -> Vec<(MemberId, String)> {
    let mut members = members.to_vec();
    match order {
        Order::Name => members.sort_by_key(|(id, name)| (name.clone(), *id)),
        Order::NameDescending => {
            members.sort_by_key(|(id, name)| (name.clone(), *id));
            members.reverse();
        }
        Order::CreatedDescending => members.reverse(),
        Order::Created | Order::Updated => {}
    }
    members
}

on_both_engines! {
    async fn numbers_and_cursors_lead_to_the_same_pages(world: World) {
        let members = populate(&world).await;
        for order in ORDERS {
            let expected = in_order(&members, order);
            let mut after = None;
            for (number, chunk) in expected.chunks(3).enumerate() {
                let by_number = Wanted { skip: number * 3, ..wanted(order, 3) };
                let found = page(&world, world.owner, &by_number, None).await.unwrap();
                assert_eq!((found.resources.as_slice(), found.total), (chunk, 10), "{order:?}");
                let by_cursor = Wanted { after, ..wanted(order, 3) };
                assert_eq!(page(&world, world.owner, &by_cursor, None).await.unwrap(), found, "{order:?}");
                after = found.next;
            }
            assert_eq!(after, None, "{order:?}");
        }
    }

    async fn a_page_beyond_the_last_one_is_empty_and_knows_the_total(world: World) {
        populate(&world).await;
        for skip in [10, 1000] {
            let found = page(&world, world.owner, &Wanted { skip, ..wanted(Order::Name, 5) }, None).await;
            assert_eq!(found, Some(Found { resources: Vec::new(), total: 10, next: None }));
        }
        let last = Place { key: Key::Name("z".into()), id: uuid::Uuid::max() };
        let found = page(&world, world.owner, &Wanted { after: Some(last), ..wanted(Order::Name, 5) }, None).await;
        assert_eq!(found, Some(Found { resources: Vec::new(), total: 10, next: None }));
        let full = page(&world, world.owner, &Wanted { skip: 5, ..wanted(Order::Name, 5) }, None).await.unwrap();
        assert_eq!((full.resources.len(), full.next), (5, None));
    }

    async fn totals_are_of_what_is_asked_for(world: World) {
        let members = populate(&world).await;
        let found = page(&world, world.owner, &wanted(Order::Name, 2), Some("employee")).await.unwrap();
        assert_eq!((found.resources.len(), found.total), (2, 3));
        let search = Wanted { search: Some("MPL".into()), ..wanted(Order::Name, 2) };
        assert_eq!(page(&world, world.owner, &search, None).await.unwrap().total, 7);
        assert_eq!(page(&world, world.owner, &search, Some("employee")).await.unwrap().total, 0);
        let since = Wanted { updated_since: Some(Instant::from_micros(7)), ..wanted(Order::Updated, 500) };
        let found = page(&world, world.owner, &since, None).await.unwrap();
        assert_eq!((found.resources.as_slice(), found.total), (&members[7..], 3));
    }

    async fn a_stranger_has_no_page_and_sees_nothing_of_others(world: World) {
        populate(&world).await;
        let mut stranger = world.stranger;
        let own = page(&world, stranger, &wanted(Order::Name, 5), None).await.unwrap();
        assert_eq!(own.resources, [(stranger.member, "owner".to_owned())]);
        stranger.actor.organization = world.owner.actor.organization;
        assert_eq!(page(&world, stranger, &wanted(Order::Name, 5), None).await, None);
    }
}
