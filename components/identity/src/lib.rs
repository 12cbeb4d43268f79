//! kronos identity
