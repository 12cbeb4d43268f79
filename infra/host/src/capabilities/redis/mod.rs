//! `spin:redis@3.0.0`.

pub mod embedded;
/// x
pub struct Connection;

/// Connections by address.
#[derive(Debug, Default)]
pub struct Pools {}
