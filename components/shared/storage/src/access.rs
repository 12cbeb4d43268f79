//! Who acts, and the one rule of who sees and who changes whose time. [`kronos_domain::Role`] states it in Rust; a test compares
//! them.
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
pub(crate) const FRAGMENTS: &[Fragment] = &[
    // Right sides of `role IN`.
    Fragment::shared("sees_everyone", "('owner', 'admin', 'manager')"),
    Fragment::shared("changes_everyone", "('owner', 'admin')"),
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
    Fragment::shared(
        "last_event",
        "COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)",
    ),
    Fragment::shared("entry", time_entries::COLUMNS),
    Fragment::shared("e.entry", time_entries::COLUMNS_OF_E),
];

#[cfg(test)]
mod tests {
    use kronos_domain::Role;

    use super::*;
    use crate::{Engine, rendered};

    #[test]
    fn sql_and_domain_state_the_same_rule() {
        const SEES: &str = rendered!(Engine::Sqlite, "{sees_everyone}", &[FRAGMENTS]);
        const CHANGES: &str = rendered!(Engine::Sqlite, "{changes_everyone}", &[FRAGMENTS]);
        let listed = |rule: fn(Role) -> bool| {
            let names: Vec<_> =
                Role::ALL.into_iter().filter(|role| rule(*role)).map(|role| format!("'{role}'")).collect();
            format!("({})", names.join(", "))
        };
        assert_eq!(listed(Role::sees_everyone), SEES);
        assert_eq!(listed(Role::changes_everyone), CHANGES);
    }
}
