//! kronos api
