//! Which entries a list or a count is about.

use std::fmt::Display;

use kronos_domain::{ClientId, Instant, MemberId, ProjectId, TagId, TaskId, entry::Kind};

use super::Actor;
use crate::{
    Value,
    db::{Fragment, containing},
};

/// One of several values, among which may be that there is none. Everything where nothing is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Among<T> {
    /// The values.
    pub ids: Vec<T>,
    /// Or none.
    pub none: bool,
}

impl<T> Default for Among<T> {
    fn default() -> Self {
        Self { ids: Vec::new(), none: false }
    }
}

impl<T: Display> Among<T> {
    /// A text that holds what is looked for, or NULL for everything.
    fn text(&self) -> Value {
        if self.ids.is_empty() && !self.none {
            return Value::Null;
        }
        let words = self.ids.iter().map(ToString::to_string).chain(self.none.then(|| "none".to_owned()));
        words.collect::<Vec<_>>().join(",").into()
    }
}

/// Which entries to list; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that start at this instant or later.
    pub start: Option<Instant>,
    /// Those that start before this instant.
    pub end: Option<Instant>,
    /// Running timers, or all others.
    pub active: Option<bool>,
    /// Those that somebody pays for, or the others.
    pub billable: Option<bool>,
    /// Those of these members; of all that the actor sees when empty.
    pub members: Vec<MemberId>,
    /// Those that changed at this instant or later, in the order of their changes.
    pub updated_since: Option<Instant>,
    /// Tombstones, too. That of a running timer runs no more.
    pub include_deleted: bool,
    /// Those whose description contains this text, in whatever case.
    pub search: Option<String>,
    /// Those of these projects.
    pub projects: Among<ProjectId>,
    /// Those of these tasks.
    pub tasks: Among<TaskId>,
    /// Those of projects of these clients.
    pub clients: Among<ClientId>,
    /// Those with one of these tags, or with all of them.
    pub tags: Among<TagId>,
    /// With all of the tags.
    pub every_tag: bool,
    /// Work or pauses.
    pub kind: Option<Kind>,
}

/// What pages and counts share. `$1` to `$14` are the same in all of them.
pub(super) const FILTER: &[Fragment] = &[
    Fragment::shared(
        "matches",
        r"($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
                AND ($6::boolean IS NULL OR w.billable = $6::boolean)
                AND ($7::boolean OR w.deleted_at IS NULL)
                AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
                AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
                AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
                AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
                    (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
                AND ($12::text IS NULL OR {given_tags} >= $13::bigint OR ({untagged} AND $12::text LIKE '%none%'))
                AND ($14::text IS NULL OR w.kind = $14::text)",
    ),
    Fragment::pair(
        "given_tags",
        "(SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%')",
        "(SELECT count(*) FROM json_each(w.tags) tag WHERE $12 LIKE '%' || tag.value || '%')",
    ),
    Fragment::shared("untagged", "w.tags = '[]'"),
    // Keys of an index. One that is NULL finds nothing, where a condition beside it would be tried with every row.
    Fragment::shared("organization", "(SELECT organization_id FROM caller WHERE role IN {sees_everyone})"),
    Fragment::shared("own", "(SELECT member_id FROM caller WHERE role NOT IN {sees_everyone})"),
    Fragment::shared("seen", "(t.id = c.member_id OR c.role IN {sees_everyone})"),
];

impl Filter {
    /// How many of the given tags an entry has to have.
    fn needed_tags(&self) -> i64 {
        if self.every_tag { i64::try_from(self.tags.ids.len()).unwrap_or(i64::MAX).max(1) } else { 1 }
    }

    /// Whether it is about some projects, whose entries are found by them.
    pub(super) fn walks_projects(&self) -> bool {
        let some = !self.projects.ids.is_empty() && !self.projects.none;
        some || (!self.clients.ids.is_empty() && !self.clients.none)
    }

    /// `$1` to `$14`.
    pub(super) fn parameters(&self, actor: Actor) -> Vec<Value> {
        vec![
            actor.organization.into(),
            actor.user.into(),
            self.start.map_or(0, Instant::micros).into(),
            self.end.map_or(i64::MAX, Instant::micros).into(),
            self.active.into(),
            self.billable.into(),
            self.include_deleted.into(),
            self.search.as_deref().map(containing).into(),
            self.projects.text(),
            self.tasks.text(),
            self.clients.text(),
            self.tags.text(),
            self.needed_tags().into(),
            self.kind.map(Kind::name).into(),
        ]
    }

    /// The ids of the members as a JSON array, or NULL for all.
    pub(super) fn given(&self) -> Value {
        let ids: Vec<_> = self.members.iter().map(|member| format!("\"{member}\"")).collect();
        (!ids.is_empty()).then(|| format!("[{}]", ids.join(","))).into()
    }
}
