//! `spin:postgres@4.2.0`.
/// x
pub struct Connection;
/// x
pub struct ConnectionBuilder;

/// Connections by address.
#[derive(Debug)]
pub struct Pools {}

impl Pools {
    /// `max_connections` bounds the connections to one address.
    pub fn new(max_connections: Option<usize>) -> Self {
        let _ = max_connections;
        Self {}
    }
}
