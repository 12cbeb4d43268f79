//! kronos domain
