//! kronos auth-check
