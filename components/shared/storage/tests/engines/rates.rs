//! The rule of which rate an entry gets, against the same rule in plain words, and what it means to set a rate.

use std::collections::BTreeMap;

use kronos_domain::{
    HourlyRate, Instant, MemberId, ProjectId, TaskId, Zone,
    rate::{Rate, RateKind, RateScope, Subject, ValidFrom},
};
use kronos_storage::{
    Error,
    rates::{self, Filter, NewRate, RATE, Today},
};

use crate::{
    fixture::{Person, World, change, id, instant},
    on_both_engines,
    projects::{all, origin, project, project_member, task},
};

/// Numbers that look as if they were drawn, the same ones in each run.
struct Dice(u64);

impl Dice {
    /// Below `bound`.
    fn roll(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

/// For whom an entry is.
#[derive(Debug, Clone, Copy)]
struct Entry {
    member: MemberId,
    project: Option<ProjectId>,
    task: Option<TaskId>,
    start: Instant,
}

/// The rule: for each scope the latest rate that is valid counts; of those with an amount, the most specific.
fn expected(rates: &[NewRate], kind: RateKind, entry: Entry) -> Option<(RateScope, HourlyRate)> {
    let mut latest: BTreeMap<RateScope, NewRate> = BTreeMap::new();
    for rate in rates {
        let fits = match rate.subject {
            Subject::Organization => true,
            Subject::Member(member) => member == entry.member,
            Subject::Project(project) => Some(project) == entry.project,
            Subject::ProjectMember(project, member) => Some(project) == entry.project && member == entry.member,
            Subject::Task(task) => Some(task) == entry.task,
        };
        if fits && rate.kind == kind && rate.valid_from.instant() <= entry.start {
            let kept = latest.entry(rate.subject.scope()).or_insert(*rate);
            if rate.valid_from.instant() > kept.valid_from.instant() {
                *kept = *rate;
            }
        }
    }
    // The scopes are ordered by how specific they are.
    latest.into_iter().rev().find_map(|(scope, rate)| Some((scope, rate.amount?)))
}

fn day(text: &str) -> ValidFrom {
    ValidFrom::day(text, &"Europe/Berlin".parse::<Zone>().unwrap()).unwrap()
}

async fn record(world: &World, who: Person, new: NewRate) -> Result<Option<Rate>, Error> {
    rates::create(&world.db, change(who.actor), origin(), new).await
}

fn new(subject: Subject, amount: i64) -> NewRate {
    NewRate { kind: RateKind::Billable, subject, amount: HourlyRate::new(amount).ok(), valid_from: ValidFrom::ALWAYS }
}

/// Amounts of the price of a subject with the days from which they are valid, in the order of these.
async fn history(world: &World, project: ProjectId) -> Vec<(Option<i64>, Option<String>)> {
    let filter = Filter { project: Some(project), ..Filter::default() };
    let found = RATE.page(&world.db, world.owner.actor, &all(), &filter.parameters()).await.unwrap().unwrap();
    let rate = |rate: Rate| (rate.amount.map(HourlyRate::minor_units), rate.valid_from.map(|day| day.to_string()));
    found.resources.into_iter().map(rate).collect()
}

async fn set(world: &World, who: Person, subject: Subject, amount: Option<i64>, today: &str) -> bool {
    let amount = amount.map(|amount| HourlyRate::new(amount).unwrap());
    let today = Today { id: id(), amount, day: day(today) };
    rates::set(&world.db, change(who.actor), subject, today).await.unwrap()
}

on_both_engines! {
    async fn an_entry_gets_the_latest_of_the_most_specific_rates(world: World) {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let projects = [project(&world, "one").await, project(&world, "two").await];
        let tasks = [task(&world, projects[0], "t").await, task(&world, projects[1], "t").await];
        let members = [world.employee.member, world.colleague.member];
        let mut subjects = vec![Subject::Organization];
        for member in members {
            subjects.push(Subject::Member(member));
            for project in projects {
                project_member(&world, project, member).await;
                subjects.push(Subject::ProjectMember(project, member));
            }
        }
        subjects.extend(projects.map(Subject::Project));
        subjects.extend(tasks.map(Subject::Task));
        // With the day on which Berlin's clocks go forward, and its neighbours.
        let days = ["2026-03-01", "2026-03-28", "2026-03-29", "2026-03-30", "2027-01-01"].map(day);
        let mut starts: Vec<Instant> = ["1970-01-01T00:00:00Z", "2026-03-15T12:00:00Z", "2199-12-31T23:59:59Z"].map(instant).into();
        for day in days {
            starts.extend([day.instant(), Instant::from_seconds(day.instant().seconds() - 1)]);
        }

        for round in 0..25 {
            let sql = "DELETE FROM rates";
            world.sql(sql, sql, &[]).await;
            let mut recorded: Vec<NewRate> = Vec::new();
            for _ in 0..dice.roll(40) {
                let rate = NewRate {
                    kind: dice.pick(&[RateKind::Billable, RateKind::Billable, RateKind::Cost]),
                    subject: dice.pick(&subjects),
                    amount: dice.pick(&[None, Some(0), Some(1), Some(2), Some(1_000_000_000)]).and_then(|rate| HourlyRate::new(rate).ok()),
                    valid_from: dice.pick(&[ValidFrom::ALWAYS, ValidFrom::ALWAYS, days[0], days[1], days[2], days[3], days[4]]),
                };
                let alike = |other: &NewRate| {
                    (other.kind, other.subject, other.valid_from) == (rate.kind, rate.subject, rate.valid_from)
                };
                let made = record(&world, world.owner, rate).await;
                if recorded.iter().any(alike) {
                    assert_eq!(made, Err(Error::Unique(rates::ONE_PER_DAY.into())));
                } else if dice.roll(5) == 0 {
                    let made = made.unwrap().unwrap();
                    assert!(RATE.delete(&world.db, change(world.owner.actor), made.id.uuid(), Some(1)).await.unwrap());
                } else {
                    made.unwrap().unwrap();
                    recorded.push(rate);
                }
            }
            for _ in 0..60 {
                let place = dice.roll(3).checked_sub(1);
                let entry = Entry {
                    member: dice.pick(&members),
                    project: place.map(|place| projects[place]),
                    task: place.map(|place| tasks[place]).filter(|_| dice.roll(2) == 0),
                    start: dice.pick(&starts),
                };
                let places = (entry.project, entry.task);
                let found = rates::applicable(&world.db, world.owner.actor, entry.member, places, entry.start).await.unwrap();
                let both = (expected(&recorded, RateKind::Billable, entry), expected(&recorded, RateKind::Cost, entry));
                assert_eq!(found, Some(both), "round {round}: {entry:?} with {recorded:#?}");
            }
        }
        let stranger = world.stranger.actor;
        let nothing = rates::applicable(&world.db, stranger, members[0], (None, None), starts[1]).await.unwrap();
        assert_eq!(nothing, Some((None, None)), "the rates of another organization");
    }

    async fn the_first_rate_that_is_set_is_valid_always_and_a_later_one_from_today_on(world: World) {
        let project = project(&world, "one").await;
        let subject = Subject::Project(project);
        assert!(set(&world, world.manager, subject, Some(100), "2026-03-01").await);
        assert_eq!(history(&world, project).await, [(Some(100), None)]);
        // What is so already is no change.
        assert!(set(&world, world.manager, subject, Some(100), "2026-03-02").await);
        assert!(set(&world, world.manager, subject, Some(200), "2026-03-03").await);
        assert!(set(&world, world.manager, subject, Some(300), "2026-03-03").await);
        assert!(set(&world, world.manager, subject, None, "2026-03-04").await);
        assert_eq!(
            history(&world, project).await,
            [(Some(100), None), (Some(300), Some("2026-03-03".into())), (None, Some("2026-03-04".into()))]
        );
        let versions = "SELECT sum(version) FROM rates";
        let versions = world.sql("SELECT sum(version)::bigint FROM rates", versions, &[]).await.remove(0);
        assert_eq!(versions.columns().integer(), Ok(4));
    }

    async fn who_may_not_set_a_rate_sets_none(world: World) {
        let project = project(&world, "one").await;
        let (member, everybody) = (Subject::Member(world.employee.member), Subject::Organization);
        for (who, subject, may) in [
            (world.owner, everybody, true),
            (world.admin, member, true),
            (world.manager, Subject::Project(project), true),
            (world.manager, everybody, false),
            (world.manager, member, false),
            (world.employee, Subject::Project(project), false),
            (world.employee, member, false),
        ] {
            assert_eq!(set(&world, who, subject, Some(1), "2026-03-01").await, may, "{subject:?}");
        }
        let cost = NewRate { kind: RateKind::Cost, ..new(Subject::Project(project), 1) };
        assert_eq!(record(&world, world.manager, cost).await, Ok(None));
        let cost = record(&world, world.owner, cost).await.unwrap().unwrap();
        assert_eq!(RATE.read(&world.db, world.manager.actor, cost.id.uuid()).await, Ok(None));
        assert!(!RATE.delete(&world.db, change(world.manager.actor), cost.id.uuid(), None).await.unwrap());
    }

    async fn a_rate_is_about_what_is_there(world: World) {
        let project = project(&world, "one").await;
        let unknown = MemberId::from_uuid(id());
        assert_eq!(record(&world, world.owner, new(Subject::Member(unknown), 1)).await, Ok(None));
        assert_eq!(record(&world, world.owner, new(Subject::Member(world.stranger.member), 1)).await, Ok(None));
        for subject in [
            Subject::Project(ProjectId::from_uuid(id())),
            Subject::Task(TaskId::from_uuid(id())),
            Subject::ProjectMember(project, world.employee.member),
        ] {
            let refused = record(&world, world.owner, new(subject, 1)).await;
            assert!(matches!(refused, Err(Error::ForeignKey(_))), "{subject:?}: {refused:?}");
        }
    }
}
