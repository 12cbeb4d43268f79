//! How the connections to a file behave, and what bounds them.

use std::time::Duration;

use crate::{capabilities::MAX_RESULT_BYTES, config::clock::Clock};

/// A statement that runs longer is stopped: it would keep the writers of its file waiting.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Connections to one file that guests may have of their own, for transactions and settings.
pub(super) const OWN_CONNECTIONS: usize = 64;
/// As many of them may belong to one component, so that it can't keep the others from transactions.
pub(super) const OWN_SHARE: usize = OWN_CONNECTIONS / 2;
/// Bytes of a statement's text. Values go into parameters.
pub(super) const SQL_BYTES: usize = 1 << 20;

/// Bytes of a pattern of LIKE and GLOB: matching takes as many steps as the pattern's length times the text's, and one more level of
/// the stack for each wildcard.
pub(super) const PATTERN_BYTES: usize = 1000;
/// Bytes that all connections of the process together may take up. Sorting and temporary tables have no other bound.
pub(super) const HEAP_BYTES: i64 = 1 << 30;
/// Bytes with which an instance gets no further statement run. It can always run one while it takes the largest result.
pub(super) const INSTANCE_BYTES: usize = 2 * MAX_RESULT_BYTES;

/// How the connections to a file behave.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether references are enforced; in Spin they are not.
    pub foreign_keys: bool,
    /// What the limits of time go by.
    pub clock: Clock,
    /// How long a statement waits for a lock that another connection holds: 5 s, as in Spin.
    pub busy_timeout: Duration,
    /// A transaction in which no statement has run for this long is rolled back: 3 s, so that whoever waits for its lock gets it.
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
