//! kronos report-builder
