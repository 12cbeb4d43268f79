//! `spin:key-value@3.0.0`.
/// x
pub struct Store;
