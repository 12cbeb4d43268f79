//! What a change says of an entry.

use kronos_domain::{
    ClientId, Currency, HourlyRate, Instant, MemberId, ProjectId, Seconds, TagId, TaskId, UserId, Zone,
    entry::{Description, External, Kind, Span, TimeEntry},
};

/// When an entry is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At this instant, which is refused before the start.
    At(Instant),
    /// At this instant, or with its start where that is later.
    FromStart(Instant),
    /// So long after its start.
    After(Seconds),
}

/// What to change about an entry; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// When work began.
    pub start: Option<Instant>,
    /// When it ended.
    pub end: Option<End>,
    /// How long it lasts, as a request states it beside the end. What an entry lasts before the change may be sent back and states
    /// nothing; anything else has to be the time between start and end.
    pub lasting: Option<Seconds>,
    /// The zone in which it was recorded.
    pub time_zone: Option<Zone>,
    /// What was done.
    pub description: Option<Description>,
    /// Whether somebody pays.
    pub billable: Option<bool>,
    /// The price, or that there is none.
    pub billable_rate: Option<Option<HourlyRate>>,
    /// Work or a pause.
    pub kind: Option<Kind>,
    /// What it is for, or that it is for nothing.
    pub project: Option<Option<ProjectId>>,
    /// The task, or that there is none. It goes with the project where only that is changed.
    pub task: Option<Option<TaskId>>,
    /// Its tags, sorted, each once.
    pub tags: Option<Vec<TagId>>,
    /// What the source calls it, or nothing.
    pub external_id: Option<Option<External>>,
    /// Where the source shows it, or nowhere.
    pub external_url: Option<Option<External>>,
    /// What nobody changes.
    pub fixed: Fixed,
}

/// What a request says of members that nobody changes. An edit applies only where all of it is true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The person behind the member.
    pub user: Option<UserId>,
    /// Currency of the price.
    pub currency: Option<Currency>,
    /// How it came in.
    pub source: Option<String>,
    /// Whom its project is for, before the change.
    pub client: Option<ClientId>,
    /// What it costs, before the change.
    pub cost_rate: Option<i64>,
    /// When it was recorded, to the second.
    pub created_at: Option<Instant>,
}

impl Fixed {
    /// The columns of which it says something else than the entry has.
    pub fn differing(&self, entry: &TimeEntry) -> impl Iterator<Item = &'static str> {
        let at = self.created_at.map(Instant::seconds);
        [
            ("user_id", self.user.is_some_and(|user| user != entry.user)),
            ("currency", self.currency.is_some_and(|currency| currency != entry.currency)),
            ("source", self.source.as_ref().is_some_and(|source| *source != entry.source)),
            ("client_id", self.client.is_some_and(|client| Some(client) != entry.client)),
            (
                "cost_rate",
                self.cost_rate.is_some_and(|rate| Some(rate) != entry.cost_rate.map(HourlyRate::minor_units)),
            ),
            ("created_at", at.is_some_and(|at| at != entry.created_at.seconds())),
        ]
        .into_iter()
        .filter_map(|(column, differs)| differs.then_some(column))
    }
}

impl Edit {
    /// What it would make of the span of an entry.
    pub fn span_of(&self, entry: &TimeEntry) -> Span {
        let start = self.start.unwrap_or(entry.start);
        let end = match self.end {
            None => entry.end,
            Some(End::At(end)) => Some(end),
            Some(End::FromStart(end)) => Some(end.max(entry.start)),
            Some(End::After(duration)) => Some(Instant::from_seconds(start.seconds() + duration.count())),
        };
        Span { start, end }
    }

    /// Whether it would make an entry longer than what can be recorded. To stop a timer is always possible.
    pub fn makes_too_long(&self, entry: &TimeEntry) -> bool {
        let span = self.span_of(entry);
        span.is_too_long() && !(span.start == entry.start && (entry.end.is_none() || span.end == entry.end))
    }

    /// Whether it states a duration that is neither the present one nor what it would make of it.
    pub fn misstates_duration(&self, entry: &TimeEntry) -> bool {
        let span = self.span_of(entry);
        self.lasting.is_some_and(|lasting| entry.duration() != Some(lasting) && !span.lasts(lasting))
    }

    /// Whether it would change an entry.
    pub fn alters(&self, entry: &TimeEntry) -> bool {
        self.span_of(entry) != Span { start: entry.start, end: entry.end }
            || self.time_zone.as_ref().is_some_and(|zone| zone.to_string() != entry.time_zone)
            || self.description.as_ref().is_some_and(|text| text.as_str() != entry.description)
            || self.billable_of(entry) != entry.billable
            || self.sets_rate_of(entry)
            || self.kind.is_some_and(|kind| kind != entry.kind)
            || self.place_of(entry) != (entry.project, entry.task)
            || self.tags.as_ref().is_some_and(|tags| *tags != entry.tags)
            || differs(self.external_id.as_ref(), entry.external_id.as_ref())
            || differs(self.external_url.as_ref(), entry.external_url.as_ref())
    }

    /// The project and the task that it would have. A task does not follow its entry into another project.
    pub fn place_of(&self, entry: &TimeEntry) -> (Option<ProjectId>, Option<TaskId>) {
        let project = self.project.unwrap_or(entry.project);
        let task = if project == entry.project { entry.task } else { None };
        (project, self.task.unwrap_or(task))
    }

    /// Whether somebody would pay. Nobody pays for a pause.
    pub fn billable_of(&self, entry: &TimeEntry) -> bool {
        self.kind.unwrap_or(entry.kind) == Kind::Work && self.billable.unwrap_or(entry.billable)
    }

    /// Whether it would change the price, which not everybody may who may change the rest.
    pub fn sets_rate_of(&self, entry: &TimeEntry) -> bool {
        self.billable_rate.is_some_and(|rate| rate != entry.billable_rate)
    }
}

fn differs(wanted: Option<&Option<External>>, present: Option<&String>) -> bool {
    wanted.is_some_and(|wanted| wanted.as_ref().map(External::as_str) != present.map(String::as_str))
}

/// When a change applies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Condition {
    /// The entry has this version.
    pub version: Option<i64>,
    /// The timer is running.
    pub running: bool,
    /// The entry is this member's.
    pub member: Option<MemberId>,
}
