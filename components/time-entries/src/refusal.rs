//! Why a request is refused.

use kronos_api::time_entries::refused;
use kronos_storage::time_entries;

kronos_platform::refusals! {
    /// No timer is running.
    NoneActive => refused::NONE_ACTIVE,
    /// The entry is not running.
    NotRunning => refused::NOT_RUNNING,
    /// A stopped entry cannot run again.
    CannotBeRestarted => refused::CANNOT_BE_RESTARTED,
    /// The id is in use.
    IdAlreadyUsed => refused::ID_ALREADY_USED,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused => refused::IDEMPOTENCY_KEY_REUSED,
    /// The organization forbids overlaps.
    Overlapping => refused::OVERLAPPING,
    /// There is an entry of that source with that id.
    ExternalIdAlreadyUsed => refused::EXTERNAL_ID_ALREADY_USED,
    checks:
    time_entries::END_NOT_BEFORE_START => "end", "must not be before `start`",
    time_entries::END_RANGE => "end", "must lie between the years 1970 and 2199",
    time_entries::TASK_NEEDS_PROJECT => "project_id", "is required with `task_id`",
}
