//! kronos reports
