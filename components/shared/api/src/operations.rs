//! The table of operations.

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a token. The list of these is short and in one place: here.
    Public,
    /// Whoever presents a valid token, whatever its scopes.
    Token,
    /// Whoever presents a valid token that bears this scope, or the scope [`scope::API`]. What the caller's role allows in an
    /// organization is decided where the data is.
    Scope(&'static str),
}

/// An operation of the HTTP API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// `operationId` of the OpenAPI document.
    pub id: &'static str,
    /// Request method; `*` for all of them.
    pub method: &'static str,
    /// Path with its parameters in braces; each stands for one segment.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Id of the component that answers.
    pub component: &'static str,
}

/// Scopes of access tokens.
pub mod scope {
    /// Grants all others; tokens of interactive sign-ins bear it.
    pub const API: &str = "api";
    /// Read time entries.
    pub const TIME_ENTRIES_READ: &str = "time-entries:read";
    /// Record, change and delete time entries.
    pub const TIME_ENTRIES_WRITE: &str = "time-entries:write";
    /// Read reports.
    pub const REPORTS_READ: &str = "reports:read";
    /// Read which organizations the user belongs to.
    pub const ORGANIZATIONS_READ: &str = "organizations:read";
}

const fn operation(
    component: &'static str,
    id: &'static str,
    method: &'static str,
    path: &'static str,
    access: Access,
) -> Operation {
    Operation { id, method, path, access, component }
}

use Access::{Public, Scope, Token};
use scope::{ORGANIZATIONS_READ, REPORTS_READ, TIME_ENTRIES_READ, TIME_ENTRIES_WRITE};

const IDENTITY: &str = "identity";
const FORWARD_AUTH: &str = "forward-auth";
const TIME_ENTRIES: &str = "time-entries";
const REPORTS: &str = "reports";

const ENTRIES_PATH: &str = "/api/v1/organizations/{organization}/time-entries";
const ENTRY_PATH: &str = "/api/v1/organizations/{organization}/time-entries/{entry}";

/// Every operation of every component.
#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    operation(IDENTITY, "get_jwks", "GET", "/.well-known/jwks.json", Public),
    operation(IDENTITY, "get_openid_configuration", "GET", "/.well-known/openid-configuration", Public),
    operation(IDENTITY, "get_authorization_server_metadata", "GET", "/.well-known/oauth-authorization-server", Public),
    operation(IDENTITY, "get_protected_resource_metadata", "GET", "/.well-known/oauth-protected-resource", Public),
    operation(IDENTITY, "create_session", "POST", "/auth/session", Public),
    operation(IDENTITY, "refresh_session", "POST", "/auth/session/refresh", Public),
    operation(IDENTITY, "delete_session", "DELETE", "/auth/session", Public),
    operation(IDENTITY, "create_operator_token", "POST", "/auth/operator/tokens", Public),
    operation(IDENTITY, "get_user", "GET", "/api/v1/users/me", Scope(ORGANIZATIONS_READ)),
    operation(IDENTITY, "list_memberships", "GET", "/api/v1/users/me/memberships", Scope(ORGANIZATIONS_READ)),

    operation(FORWARD_AUTH, "verify", "*", "/auth/verify", Token),

    operation(TIME_ENTRIES, "get_active_time_entry", "GET", "/api/v1/users/me/time-entries/active", Scope(TIME_ENTRIES_READ)),
    operation(TIME_ENTRIES, "list_time_entries", "GET", ENTRIES_PATH, Scope(TIME_ENTRIES_READ)),
    operation(TIME_ENTRIES, "create_time_entry", "POST", ENTRIES_PATH, Scope(TIME_ENTRIES_WRITE)),
    operation(TIME_ENTRIES, "get_time_entry", "GET", ENTRY_PATH, Scope(TIME_ENTRIES_READ)),
    operation(TIME_ENTRIES, "replace_time_entry", "PUT", ENTRY_PATH, Scope(TIME_ENTRIES_WRITE)),
    operation(TIME_ENTRIES, "update_time_entry", "PATCH", ENTRY_PATH, Scope(TIME_ENTRIES_WRITE)),
    operation(TIME_ENTRIES, "delete_time_entry", "DELETE", ENTRY_PATH, Scope(TIME_ENTRIES_WRITE)),
    operation(TIME_ENTRIES, "stop_time_entry", "POST", "/api/v1/organizations/{organization}/time-entries/{entry}/stop", Scope(TIME_ENTRIES_WRITE)),

    operation(REPORTS, "get_report_summary", "GET", "/api/v1/organizations/{organization}/reports/summary", Scope(REPORTS_READ)),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn operations_are_distinct() {
        let ids: HashSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
        let routes: HashSet<_> = OPERATIONS.iter().map(|operation| (operation.method, operation.path)).collect();
        assert_eq!(ids.len(), OPERATIONS.len());
        assert_eq!(routes.len(), OPERATIONS.len());
    }

    #[test]
    fn public_operations_are_these_only() {
        let public = OPERATIONS.iter().filter(|operation| operation.access == Public).map(|operation| operation.id);
        let expected = [
            "get_jwks",
            "get_openid_configuration",
            "get_authorization_server_metadata",
            "get_protected_resource_metadata",
            "create_session",
            "refresh_session",
            "delete_session",
            "create_operator_token",
        ];
        assert_eq!(public.collect::<Vec<_>>(), expected);
    }
}
