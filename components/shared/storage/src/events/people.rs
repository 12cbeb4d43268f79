//! Organizations, users, and how users belong to organizations.

use super::{Aggregate, Column, Verb};

const CREATED: &[Verb] = &[Verb { name: "created", when: "" }];
const UPDATED: Verb = Verb { name: "updated", when: "" };
const DELETED: Verb = Verb { name: "deleted", when: "NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL" };

pub(super) const ORGANIZATION: Aggregate = Aggregate {
    name: "organization",
    table: "organizations",
    columns: &[
        ("id", Column::Attribute),
        ("organization_id", Column::Attribute),
        ("name", Column::Public),
        ("name_key", Column::Private),
        ("currency", Column::Public),
        ("time_zone", Column::Public),
        ("week_start", Column::Public),
        ("number_format", Column::Public),
        ("currency_format", Column::Public),
        ("date_format", Column::Public),
        ("interval_format", Column::Public),
        ("time_format", Column::Public),
        ("is_personal", Column::PublicFlag),
        ("billable_default", Column::PublicFlag),
        ("overlap_policy", Column::Public),
        ("employees_can_see_billable_rates", Column::PublicFlag),
        ("employees_can_manage_tasks", Column::PublicFlag),
        ("breaks_enabled", Column::PublicFlag),
        ("request_digest", Column::Private),
        ("version", Column::Attribute),
        ("changed_by", Column::Attribute),
        ("request_id", Column::Attribute),
        ("traceparent", Column::Attribute),
        ("created_at", Column::Public),
        ("updated_at", Column::Attribute),
        ("deleted_at", Column::Public),
    ],
    on_insert: CREATED,
    on_update: &[DELETED, UPDATED],
};

pub(super) const USER: Aggregate = Aggregate {
    name: "user",
    table: "users",
    columns: &[
        ("id", Column::Attribute),
        ("email", Column::Public),
        ("name", Column::Public),
        ("name_key", Column::Private),
        ("time_zone", Column::Public),
        ("week_start", Column::Public),
        ("language", Column::Public),
        ("number_format", Column::Public),
        ("currency_format", Column::Public),
        ("date_format", Column::Public),
        ("interval_format", Column::Public),
        ("time_format", Column::Public),
        ("version", Column::Attribute),
        ("changed_by", Column::Attribute),
        ("request_id", Column::Attribute),
        ("traceparent", Column::Attribute),
        ("created_at", Column::Public),
        ("updated_at", Column::Attribute),
    ],
    on_insert: CREATED,
    on_update: &[UPDATED],
};

pub(super) const MEMBER: Aggregate = Aggregate {
    name: "member",
    table: "members",
    columns: &[
        ("id", Column::Attribute),
        ("organization_id", Column::Attribute),
        ("user_id", Column::Public),
        ("role", Column::Public),
        ("name", Column::Public),
        ("name_key", Column::Private),
        ("email", Column::Public),
        ("deactivated_at", Column::Public),
        ("request_digest", Column::Private),
        ("version", Column::Attribute),
        ("changed_by", Column::Attribute),
        ("request_id", Column::Attribute),
        ("traceparent", Column::Attribute),
        ("created_at", Column::Public),
        ("updated_at", Column::Attribute),
        ("deleted_at", Column::Public),
    ],
    on_insert: CREATED,
    on_update: &[DELETED, UPDATED],
};

pub(super) const INVITATION: Aggregate = Aggregate {
    name: "invitation",
    table: "invitations",
    columns: &[
        ("id", Column::Attribute),
        ("organization_id", Column::Attribute),
        ("email", Column::Public),
        ("role", Column::Public),
        ("member_id", Column::Public),
        // Whoever reads events must not be able to look for the secret.
        ("token_hash", Column::Private),
        ("expires_at", Column::Public),
        ("accepted_at", Column::Public),
        ("accepted_by", Column::Public),
        ("request_digest", Column::Private),
        ("version", Column::Attribute),
        ("changed_by", Column::Attribute),
        ("request_id", Column::Attribute),
        ("traceparent", Column::Attribute),
        ("created_at", Column::Public),
        ("updated_at", Column::Attribute),
        ("deleted_at", Column::Public),
    ],
    on_insert: CREATED,
    on_update: &[
        DELETED,
        Verb { name: "accepted", when: "NEW.accepted_at IS NOT NULL AND OLD.accepted_at IS NULL" },
        UPDATED,
    ],
};

pub(super) const TEAM: Aggregate = Aggregate {
    name: "team",
    table: "teams",
    columns: &[
        ("id", Column::Attribute),
        ("organization_id", Column::Attribute),
        ("name", Column::Public),
        ("name_key", Column::Private),
        ("request_digest", Column::Private),
        ("version", Column::Attribute),
        ("changed_by", Column::Attribute),
        ("request_id", Column::Attribute),
        ("traceparent", Column::Attribute),
        ("created_at", Column::Public),
        ("updated_at", Column::Attribute),
        ("deleted_at", Column::Public),
    ],
    on_insert: CREATED,
    on_update: &[DELETED, UPDATED],
};

pub(super) const TEAM_MEMBER: Aggregate = Aggregate {
    name: "team_member",
    table: "team_members",
    columns: &[
        ("id", Column::Attribute),
        ("organization_id", Column::Attribute),
        ("team_id", Column::Public),
        ("member_id", Column::Public),
        ("is_lead", Column::PublicFlag),
        ("version", Column::Attribute),
        ("changed_by", Column::Attribute),
        ("request_id", Column::Attribute),
        ("traceparent", Column::Attribute),
        ("created_at", Column::Public),
        ("updated_at", Column::Attribute),
        ("deleted_at", Column::Public),
    ],
    on_insert: CREATED,
    on_update: &[DELETED, UPDATED],
};
