//! What an hour is sold for and what it costs, from a day on.
//!
//! The rule: of the rates that are valid when an entry starts, the latest of each scope counts; of those that have an amount, the most
//! specific: that of the task, of the member in the project, of the project, of the member, of the organization.

use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{HourlyRate, Instant, MemberId, OrganizationId, ProjectId, RateId, TaskId, Zone, days};

/// A rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Its id.
    pub id: RateId,
    /// The tenant.
    pub organization: OrganizationId,
    /// Price or cost.
    pub kind: RateKind,
    /// Whose it is.
    pub subject: Subject,
    /// How much; none: from then on, the next wider scope decides.
    pub amount: Option<HourlyRate>,
    /// The first day; none: always.
    pub valid_from: Option<Date>,
    /// Grows by one with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was deleted.
    pub deleted_at: Option<Instant>,
}

/// What a rate is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RateKind {
    /// What an hour is sold for.
    Billable,
    /// What an hour costs.
    Cost,
}

impl RateKind {
    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Billable => "billable",
            Self::Cost => "cost",
        }
    }
}

/// No kind or scope of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not known")]
pub struct UnknownWord;

impl FromStr for RateKind {
    type Err = UnknownWord;

    fn from_str(name: &str) -> Result<Self, UnknownWord> {
        [Self::Billable, Self::Cost].into_iter().find(|kind| kind.name() == name).ok_or(UnknownWord)
    }
}

/// How specific a rate is; the later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RateScope {
    /// For everybody everywhere.
    Organization,
    /// For a member everywhere.
    Member,
    /// For everybody in a project.
    Project,
    /// For a member in a project.
    ProjectMember,
    /// For everybody in a task.
    Task,
}

impl RateScope {
    /// All of them, the most specific last.
    pub const ALL: [Self; 5] = [Self::Organization, Self::Member, Self::Project, Self::ProjectMember, Self::Task];

    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Member => "member",
            Self::Project => "project",
            Self::ProjectMember => "project_member",
            Self::Task => "task",
        }
    }
}

impl FromStr for RateScope {
    type Err = UnknownWord;

    fn from_str(name: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|scope| scope.name() == name).ok_or(UnknownWord)
    }
}

/// Whose rate it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The organization's.
    Organization,
    /// A member's.
    Member(MemberId),
    /// A project's.
    Project(ProjectId),
    /// A member's in a project.
    ProjectMember(ProjectId, MemberId),
    /// A task's.
    Task(TaskId),
}

/// Ids that no rate is about together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must not be given with `member_id` or `project_id`: a task has one rate for all")]
pub struct TooSpecific;

impl Subject {
    /// From the ids that name it.
    pub const fn of(
        member: Option<MemberId>,
        project: Option<ProjectId>,
        task: Option<TaskId>,
    ) -> Result<Self, TooSpecific> {
        match (member, project, task) {
            (None, None, None) => Ok(Self::Organization),
            (Some(member), None, None) => Ok(Self::Member(member)),
            (None, Some(project), None) => Ok(Self::Project(project)),
            (Some(member), Some(project), None) => Ok(Self::ProjectMember(project, member)),
            (None, None, Some(task)) => Ok(Self::Task(task)),
            (_, _, Some(_)) => Err(TooSpecific),
        }
    }

    /// How specific it is.
    pub const fn scope(self) -> RateScope {
        match self {
            Self::Organization => RateScope::Organization,
            Self::Member(_) => RateScope::Member,
            Self::Project(_) => RateScope::Project,
            Self::ProjectMember(..) => RateScope::ProjectMember,
            Self::Task(_) => RateScope::Task,
        }
    }

    /// The member, if it is about one.
    pub const fn member(self) -> Option<MemberId> {
        match self {
            Self::Member(member) | Self::ProjectMember(_, member) => Some(member),
            Self::Organization | Self::Project(_) | Self::Task(_) => None,
        }
    }

    /// The project, if it is about one.
    pub const fn project(self) -> Option<ProjectId> {
        match self {
            Self::Project(project) | Self::ProjectMember(project, _) => Some(project),
            Self::Organization | Self::Member(_) | Self::Task(_) => None,
        }
    }

    /// The task, if it is about one.
    pub const fn task(self) -> Option<TaskId> {
        match self {
            Self::Task(task) => Some(task),
            Self::Organization | Self::Member(_) | Self::Project(_) | Self::ProjectMember(..) => None,
        }
    }
}

/// From when on a rate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValidFrom {
    date: Option<Date>,
    at: Instant,
}

/// A text that is no day from which a rate can be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a date such as `2026-03-01`, between 1970-01-02 and 2199-12-30")]
pub struct InvalidDay;

impl ValidFrom {
    /// Always.
    pub const ALWAYS: Self = Self { date: None, at: Instant::MIN };

    /// From the beginning of a day in a zone on.
    pub fn day(text: &str, zone: &Zone) -> Result<Self, InvalidDay> {
        // jiff reads more than dates of ten characters.
        let date = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok()).ok_or(InvalidDay)?;
        Self::date(date, zone).ok_or(InvalidDay)
    }

    /// From the beginning of the day on that an instant belongs to in a zone.
    pub fn day_of(instant: Instant, zone: &Zone) -> Self {
        Self::date(days::date_of(instant, zone), zone).unwrap_or(Self::ALWAYS)
    }

    /// The dates whose beginning every zone has within the instants of Kronos.
    fn date(date: Date, zone: &Zone) -> Option<Self> {
        let range = jiff::civil::date(1970, 1, 2)..=jiff::civil::date(2199, 12, 30);
        let at = range.contains(&date).then(|| days::start_of(date, zone)).flatten()?;
        Some(Self { date: Some(date), at })
    }

    /// The date; none: always.
    pub fn text(self) -> Option<String> {
        self.date.map(|date| date.to_string())
    }

    /// The first instant.
    pub const fn instant(self) -> Instant {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_in_the_zone_of_the_organization() {
        let zone: Zone = "Europe/Berlin".parse().expect("a zone");
        let from = ValidFrom::day("2026-03-29", &zone).expect("a day");
        assert_eq!(
            (from.text().as_deref(), from.instant().to_string().as_str()),
            (Some("2026-03-29"), "2026-03-28T23:00:00Z")
        );
        let now: Instant = "2026-03-28T23:30:00Z".parse().expect("an instant");
        assert_eq!(ValidFrom::day_of(now, &zone), from);
        assert_eq!((ValidFrom::ALWAYS.text(), ValidFrom::ALWAYS.instant().micros()), (None, 0));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "2026-02-30", "2026-3-1", "2026-03-01T00:00", "20260301", "1970-01-01", "2199-12-31", "always"]
        {
            assert_eq!(ValidFrom::day(text, &Zone::UTC), Err(InvalidDay), "{text}");
        }
        for zone in ["Pacific/Kiritimati", "Etc/GMT+12"] {
            let zone: Zone = zone.parse().expect("a zone");
            for text in ["1970-01-02", "2199-12-30"] {
                let at = ValidFrom::day(text, &zone).expect("a day").instant();
                assert!(Instant::MIN < at && at <= Instant::MAX, "{text}");
            }
        }
    }

    #[test]
    fn ids_name_a_subject() {
        let (member, project, task) = (
            MemberId::from_uuid(uuid::Uuid::from_u128(1)),
            ProjectId::from_uuid(uuid::Uuid::from_u128(2)),
            TaskId::from_uuid(uuid::Uuid::from_u128(3)),
        );
        for subject in [
            Subject::Organization,
            Subject::Member(member),
            Subject::Project(project),
            Subject::ProjectMember(project, member),
            Subject::Task(task),
        ] {
            assert_eq!(Subject::of(subject.member(), subject.project(), subject.task()), Ok(subject));
        }
        assert_eq!(Subject::of(None, Some(project), Some(task)), Err(TooSpecific));
        assert_eq!(Subject::of(Some(member), None, Some(task)), Err(TooSpecific));
    }

    #[test]
    fn words_are_read_as_written() {
        for scope in RateScope::ALL {
            assert_eq!(scope.name().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).ok(), Some(scope.name().into()));
        }
        for kind in [RateKind::Billable, RateKind::Cost] {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.name().into()));
        }
    }
}
