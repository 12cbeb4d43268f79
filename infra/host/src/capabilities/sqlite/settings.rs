//! How the connections to a file behave.

use std::time::Duration;

use crate::config::clock::Clock;

/// A statement that runs longer is stopped: it would keep the writers of its file waiting.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How long a statement waits for a lock that another connection holds, as in Spin.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How the connections to a file behave.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whether references are enforced; in Spin they are not.
    pub foreign_keys: bool,
    /// What limits of time go by.
    pub clock: Clock,
}
