//! `allowed_outbound_hosts`: parsing and matching.

/// Where a component may connect to.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts {}

impl AllowedHosts {
    /// Whether a connection to `scheme://host:port` is granted.
    pub fn allows(&self, scheme: &str, host: &str, port: u16) -> bool {
        let _ = (scheme, host, port);
        false
    }
}
