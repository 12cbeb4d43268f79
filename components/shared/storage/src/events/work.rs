//! What time is recorded for, and what an hour of it is worth.

use super::{Aggregate, Column, Verb};

const CREATED: &[Verb] = &[Verb { name: "created", when: "" }];
const UPDATED: Verb = Verb { name: "updated", when: "" };
const DELETED: Verb = Verb { name: "deleted", when: "NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL" };
const CHANGED: &[Verb] = &[DELETED, UPDATED];

/// The columns of an aggregate: its own, and those that all of these have.
macro_rules! columns {
    ($($own:expr),+ $(,)?) => {
        &[
            ("id", Column::Attribute),
            ("organization_id", Column::Attribute),
            $($own,)+
            ("request_digest", Column::Private),
            ("version", Column::Attribute),
            ("changed_by", Column::Attribute),
            ("request_id", Column::Attribute),
            ("traceparent", Column::Attribute),
            ("created_at", Column::Public),
            ("updated_at", Column::Attribute),
            ("deleted_at", Column::Public),
            ("live", Column::Private),
        ]
    };
}

pub(super) const CLIENT: Aggregate = Aggregate {
    name: "client",
    table: "clients",
    columns: columns![("name", Column::Public), ("name_key", Column::Private), ("archived_at", Column::Public)],
    on_insert: CREATED,
    on_update: CHANGED,
};

pub(super) const PROJECT: Aggregate = Aggregate {
    name: "project",
    table: "projects",
    columns: columns![
        ("client_id", Column::Public),
        ("name", Column::Public),
        ("name_key", Column::Private),
        ("color", Column::Public),
        ("is_public", Column::PublicFlag),
        ("billable_default", Column::PublicFlag),
        ("estimated_time", Column::Public),
        ("budget_kind", Column::Public),
        ("budget_amount", Column::Public),
        ("budget_period", Column::Public),
        ("budget_thresholds", Column::Public),
        ("archived_at", Column::Public),
    ],
    on_insert: CREATED,
    on_update: CHANGED,
};

pub(super) const PROJECT_MEMBER: Aggregate = Aggregate {
    name: "project_member",
    table: "project_members",
    columns: columns![("project_id", Column::Public), ("member_id", Column::Public), ("role", Column::Public)],
    on_insert: CREATED,
    on_update: CHANGED,
};

pub(super) const TASK: Aggregate = Aggregate {
    name: "task",
    table: "tasks",
    columns: columns![
        ("project_id", Column::Public),
        ("name", Column::Public),
        ("name_key", Column::Private),
        ("estimated_time", Column::Public),
        ("done_at", Column::Public),
    ],
    on_insert: CREATED,
    on_update: CHANGED,
};

pub(super) const TAG: Aggregate = Aggregate {
    name: "tag",
    table: "tags",
    columns: columns![("name", Column::Public), ("name_key", Column::Private), ("archived_at", Column::Public)],
    on_insert: CREATED,
    on_update: CHANGED,
};

pub(super) const RATE: Aggregate = Aggregate {
    name: "rate",
    table: "rates",
    columns: columns![
        ("kind", Column::Public),
        ("scope", Column::Public),
        ("member_id", Column::Public),
        ("project_id", Column::Public),
        ("task_id", Column::Public),
        ("subject", Column::Private),
        ("amount", Column::Public),
        ("valid_from", Column::Public),
        ("valid_from_at", Column::Private),
    ],
    on_insert: CREATED,
    on_update: CHANGED,
};
