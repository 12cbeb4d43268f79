//! kronos time-entries
