//! Who acts, and the rule of who sees and who changes whose time, from the table of [`kronos_domain::permission`].
//!
//! Statements find their caller in the view `callers`, which holds active members only, and never in `members`.

use kronos_domain::{Instant, OrganizationId, UserId};

use crate::{db::Fragment, time_entries};

/// Who acts, and where.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    /// The organization of the request's path.
    pub organization: OrganizationId,
    /// The person behind the request.
    pub user: UserId,
}

/// What every write is told about its request.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Who makes it.
    pub actor: Actor,
    /// Id of the request, for the event.
    pub request_id: Option<&'a str>,
    /// W3C trace context of the request, for the event.
    pub traceparent: Option<&'a str>,
    /// The request's time: what an instant that is not stated means. The stamps of a change are the database's.
    pub now: Instant,
}

/// What all statements may use.
#[doc(hidden)]
pub const FRAGMENTS: &[Fragment] = &[
    // Right sides of `role IN`. Who changes nothing does not change what was theirs, either.
    Fragment::shared("sees_everyone", "{all:entries:read}"),
    Fragment::shared("changes_everyone", "{all:entries:change}"),
    Fragment::shared("changes_own", "{any:entries:change}"),
    Fragment::shared(
        "caller",
        "SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid",
    ),
    // The stamps of changes, in microseconds: something new, and a change of an entry, whose stamp never goes back. Where it has
    // waited for others, PostgreSQL reads the clock once more. SQLite's clock may be set back, but the last event
    // is what `sync_horizon` goes by.
    Fragment::pair("stamp", "change_stamp(NULL)", "max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), {last_event})"),
    Fragment::pair(
        "entry_stamp",
        "change_stamp(time_entries.updated_at)",
        "max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), {last_event})",
    ),
    // The same for what is changed by a statement whose target is the only table with such a column.
    Fragment::pair(
        "next_stamp",
        "change_stamp(updated_at)",
        "max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), {last_event})",
    ),
    Fragment::shared(
        "last_event",
        "COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)",
    ),
    Fragment::shared("entry", time_entries::COLUMNS),
    Fragment::shared("e.entry", time_entries::COLUMNS_OF_E),
    // Prices and costs of an entry, to those who may see them. Where there is none, nobody is asked.
    Fragment::shared(
        "sees_billable_rates",
        "EXISTS (
                SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
                WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
                  AND (c.role IN {all:billable-rates:read}
                       OR (c.role IN {any:billable-rates:read} AND o.employees_can_see_billable_rates)))",
    ),
    Fragment::shared(
        "sees_cost_rates",
        "EXISTS (
                SELECT 1 FROM callers c
                WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:cost-rates:read})",
    ),
    Fragment::shared(
        "billable_rate",
        "CASE WHEN billable_rate IS NOT NULL AND {sees_billable_rates} THEN billable_rate END",
    ),
    Fragment::shared(
        "billable_rate_source",
        "CASE WHEN billable_rate IS NOT NULL AND {sees_billable_rates} THEN billable_rate_source END",
    ),
    Fragment::shared("cost_rate", "CASE WHEN cost_rate IS NOT NULL AND {sees_cost_rates} THEN cost_rate END"),
    Fragment::shared(
        "cost_rate_source",
        "CASE WHEN cost_rate IS NOT NULL AND {sees_cost_rates} THEN cost_rate_source END",
    ),
    Fragment::shared(
        "e.billable_rate",
        "CASE WHEN e.billable_rate IS NOT NULL AND {sees_billable_rates} THEN e.billable_rate END",
    ),
    Fragment::shared(
        "e.billable_rate_source",
        "CASE WHEN e.billable_rate IS NOT NULL AND {sees_billable_rates} THEN e.billable_rate_source END",
    ),
    Fragment::shared("e.cost_rate", "CASE WHEN e.cost_rate IS NOT NULL AND {sees_cost_rates} THEN e.cost_rate END"),
    Fragment::shared(
        "e.cost_rate_source",
        "CASE WHEN e.cost_rate IS NOT NULL AND {sees_cost_rates} THEN e.cost_rate_source END",
    ),
    Fragment::shared("client_id", "(SELECT p.client_id FROM projects p WHERE p.id = project_id)"),
    Fragment::shared("e.client_id", "(SELECT p.client_id FROM projects p WHERE p.id = e.project_id)"),
];
