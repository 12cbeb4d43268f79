//! How the connections to a file behave, and what bounds them.

use std::time::Duration;

use crate::config::clock::Clock;

/// A statement that runs longer is stopped: it would keep the writers of its file waiting.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Connections to one file that guests may have of their own, for transactions and settings.
pub(super) const OWN_CONNECTIONS: usize = 64;
/// As many of them may belong to one component, so that it can't keep the others from transactions.
pub(super) const OWN_SHARE: usize = OWN_CONNECTIONS / 2;
/// Bytes of a statement's text. Values belong into parameters.
pub(super) const SQL_BYTES: usize = 1 << 20;

/// How the connections to a file behave.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether references are enforced; in Spin they are not.
    pub foreign_keys: bool,
    /// What the limits of time go by.
    pub clock: Clock,
    /// How long a statement waits for a lock that another connection holds: 5 s, as in Spin.
    pub busy_timeout: Duration,
    /// A transaction in which no statement has run for so long is rolled back: 3 s, so that whoever waits for its lock gets it.
    pub transaction_idle: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            foreign_keys: false,
            clock: Clock::default(),
            busy_timeout: Duration::from_secs(5),
            transaction_idle: Duration::from_secs(3),
        }
    }
}
