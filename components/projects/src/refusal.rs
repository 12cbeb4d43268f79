//! Why a request is refused.

use kronos_api::projects::refused;
use kronos_storage::{Error, project_members, rates};

kronos_platform::refusals! {
    /// The name is in use.
    NameAlreadyUsed => refused::NAME_ALREADY_USED,
    /// Something refers to it.
    StillInUse => refused::STILL_IN_USE,
    /// The id is in use.
    IdAlreadyUsed => refused::ID_ALREADY_USED,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused => refused::IDEMPOTENCY_KEY_REUSED,
    /// The member has a place in the project.
    AlreadyMember => refused::ALREADY_MEMBER,
    /// Another rate begins on that day.
    RateAlreadySet => refused::RATE_ALREADY_SET,
}

impl Refusal {
    /// Why a unique constraint refused a write; not the one of ids.
    pub fn of_unique(constraint: String) -> Self {
        match constraint.as_str() {
            project_members::ONE_PLACE => Self::AlreadyMember,
            rates::ONE_PER_DAY => Self::RateAlreadySet,
            name if name.ends_with("_name_key_key") => Self::NameAlreadyUsed,
            _ => Self::Storage(Error::Unique(constraint)),
        }
    }
}
