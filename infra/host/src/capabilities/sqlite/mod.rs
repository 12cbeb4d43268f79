//! `spin:sqlite@3.1.0`.
/// x
pub struct Connection;

/// Open databases by label.
#[derive(Debug, Default)]
pub struct Databases {}
