//! kronos storage
