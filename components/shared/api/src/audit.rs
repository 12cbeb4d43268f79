//! The audit trail of an organization.

use kronos_domain::{Instant, Permission, ResourceId, UserId};
use serde::{Deserialize, Serialize};

use crate::{Access::Scope, Operation, Page, Parameter, scope::AUDIT_READ};

crate::operations! {
    "audit";
    /// Who changed what, and when, newest first. The trail itself is never changed or trimmed.
    List => Operation::new(
        "list_audit_trail", "GET", "/api/v1/organizations/{organization}/audit-trail", Scope(AUDIT_READ),
    )
    .needs(Permission::AuditRead)
    .query(&[
        Parameter::time("start", "2026-03-01T00:00:00Z", "Only changes made at this instant or later."),
        Parameter::time("end", "2199-01-01T00:00:00Z", "Only changes made before this instant."),
        Parameter::id("resource_id", "Only changes to this resource."),
        Parameter::text("resource_type", "time_entry", "Only changes to resources of this type."),
        Parameter::text("action", "time_entry.created", "Only changes of this kind."),
        Parameter::id("actor_id", "Only changes that this user made."),
        Parameter::text("cursor", "", "`next_cursor` of the page before."),
        Parameter::number("limit", "100", "Changes on a page, at most 500."),
    ])
    .answers::<Page<Change>>(200),
}

/// A change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Its place among all changes; also that of its event.
    pub position: i64,
    /// When it was made.
    pub time: Instant,
    /// Who made it; `null` when nobody asked for it.
    pub actor: Option<Actor>,
    /// What was done: a type of event.
    pub action: String,
    /// To what type of resource.
    pub resource_type: String,
    /// To which one.
    pub resource_id: ResourceId,
    /// Version of the resource since.
    pub version: i64,
    /// Id of the request that asked for it.
    pub request_id: Option<String>,
    /// What it changed: each member with its values before and after; those of something new were `null` before. `null` for
    /// deletions, which change nothing else. Names and values are those of events.
    pub changes: Option<serde_json::Value>,
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Actor {
    /// The user.
    pub id: UserId,
    /// Their name; `null` where they have no account any more.
    pub name: Option<String>,
}
