//! kronos platform
