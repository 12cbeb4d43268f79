//! `spin:redis@3.0.0`.

pub mod embedded;
