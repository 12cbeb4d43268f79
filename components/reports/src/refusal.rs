//! Why there is no report.

kronos_platform::refusals! {}
