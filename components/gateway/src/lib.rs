//! kronos gateway
