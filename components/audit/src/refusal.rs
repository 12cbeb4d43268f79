//! Why the audit trail is not shown.

kronos_platform::refusals! {}
