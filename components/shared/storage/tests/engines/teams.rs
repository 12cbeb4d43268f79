//! Teams: who is in them, who leads them, and who sees them.

use kronos_domain::{TeamId, TeamMemberId};
use kronos_storage::{
    Error, members, outbox,
    pages::{Order, Wanted},
    teams::{self, Place},
};

use crate::{
    fixture::{Person, World, change, id},
    on_both_engines,
};

fn wanted() -> Wanted {
    Wanted { order: Order::Name, after: None, skip: 0, limit: 500, updated_since: None, search: None }
}

async fn team(world: &World, name: &str) -> Result<TeamId, Error> {
    let team = TeamId::from_uuid(id());
    assert!(teams::create(&world.db, change(world.owner.actor), team, &name.parse().unwrap(), "digest").await?);
    Ok(team)
}

async fn place(world: &World, who: Person, team: TeamId, member: Person, is_lead: bool) -> bool {
    let place = Place { member_id: member.member, is_lead };
    teams::place(&world.db, change(who.actor), team, place, TeamMemberId::from_uuid(id())).await.unwrap()
}

on_both_engines! {
    async fn a_team_has_members_and_leads(world: World) {
        let team = team(&world, "Nord").await.unwrap();
        assert!(place(&world, world.owner, team, world.employee, false).await);
        assert!(place(&world, world.admin, team, world.colleague, true).await);
        // What changes nothing is no change, strangers are in no team, and not everybody forms one.
        assert!(!place(&world, world.owner, team, world.employee, false).await);
        assert!(!place(&world, world.owner, team, world.stranger, false).await);
        assert!(!place(&world, world.manager, team, world.manager, true).await);
        assert!(place(&world, world.owner, team, world.employee, true).await);
        let read = teams::read(&world.db, world.owner.actor, team).await.unwrap().unwrap();
        let roster: Vec<_> = read.members.0.iter().map(|place| (place.member_id, place.is_lead)).collect();
        assert_eq!(roster, [(world.employee.member, true), (world.colleague.member, true)]);
        assert_eq!((read.name.as_str(), read.version), ("Nord", 4));

        assert_eq!(teams::displace(&world.db, change(world.manager.actor), team, world.employee.member).await, Ok(false));
        assert_eq!(teams::displace(&world.db, change(world.owner.actor), team, world.employee.member).await, Ok(true));
        assert_eq!(teams::displace(&world.db, change(world.owner.actor), team, world.employee.member).await, Ok(false));
        assert!(place(&world, world.owner, team, world.employee, false).await);
        let removal = members::Departure::Removal { unless_recorded: true };
        members::depart(&world.db, change(world.owner.actor), world.colleague.member, removal, None).await.unwrap();
        let read = teams::read(&world.db, world.owner.actor, team).await.unwrap().unwrap();
        assert_eq!(read.members.0, [Place { member_id: world.employee.member, is_lead: false }]);

        outbox::assign(&world.db).await.unwrap();
        let events = outbox::read(&world.db, 0, 100).await.unwrap();
        let count = |topic: &str| events.iter().filter(|event| event.kind.name() == topic).count();
        assert_eq!((count("team_member.created"), count("team_member.updated"), count("team_member.deleted")), (3, 1, 1));
        assert_eq!((count("team.created"), count("team.updated")), (1, 5));
    }

    async fn members_see_their_teams_and_those_who_may_see_all(world: World) {
        let (nord, _) = (team(&world, "Nord").await.unwrap(), team(&world, "Süd").await.unwrap());
        place(&world, world.owner, nord, world.employee, false).await;
        let names = async |who: Person| {
            let found = teams::list(&world.db, who.actor, &wanted()).await.unwrap().unwrap();
            found.resources.into_iter().map(|team| team.name).collect::<Vec<_>>()
        };
        assert_eq!((names(world.manager).await, names(world.employee).await), (vec!["Nord".into(), "Süd".into()], vec!["Nord".to_owned()]));
        assert_eq!(names(world.colleague).await, Vec::<String>::new());
        assert_eq!(teams::read(&world.db, world.colleague.actor, nord).await, Ok(None));
        assert!(teams::standing(&world.db, world.employee.actor, nord).await.unwrap().unwrap().own);
        assert_eq!(teams::standing(&world.db, world.stranger.actor, nord).await, Ok(None));
    }

    async fn names_are_given_once_and_change(world: World) {
        let team = team(&world, "Nord").await.unwrap();
        let taken = Err(Error::Unique(teams::ONE_OF_A_NAME.into()));
        assert_eq!(self::team(&world, "NORD").await, taken);
        let other = self::team(&world, "Süd").await.unwrap();
        let rename = async |who: Person, name: &str, version| {
            teams::update(&world.db, change(who.actor), other, &name.parse().unwrap(), version).await
        };
        assert_eq!(rename(world.owner, "nord", None).await, taken.map(|_: TeamId| true));
        assert_eq!(rename(world.manager, "West", None).await, Ok(false));
        assert_eq!(rename(world.owner, "West", Some(2)).await, Ok(false));
        assert_eq!(rename(world.owner, "SÜD", Some(1)).await, Ok(true));
        assert_eq!(teams::delete(&world.db, change(world.manager.actor), team, None).await, Ok(false));
        assert_eq!(teams::delete(&world.db, change(world.admin.actor), team, None).await, Ok(true));
        assert_eq!(teams::read(&world.db, world.owner.actor, team).await, Ok(None));
        assert_eq!(rename(world.owner, "Nord", None).await, Ok(true));
        let repeated = teams::repeated(&world.db, world.owner.actor, other, "digest").await.unwrap().unwrap();
        assert_eq!(repeated.version, 3);
    }
}
