//! Why a request is refused, and what a client is told.

use kronos_platform::{Problem, StatusCode};
use kronos_storage::{Error, time_entries};

use crate::validation::Faults;

/// Everything that this component refuses.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such entry")]
    NotFound,
    #[error("no timer is running")]
    NoneActive,
    #[error("a timer is running already")]
    StillRunning,
    #[error("the entry is not running")]
    NotRunning,
    #[error("a stopped entry cannot run again")]
    CannotBeRestarted,
    #[error("the role does not allow it")]
    Forbidden,
    #[error("the id is in use")]
    IdAlreadyUsed,
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    #[error("the entry has another version")]
    VersionMismatch,
    #[error("others keep changing the entry")]
    Contended,
    #[error("values are not acceptable")]
    Invalid(Faults),
    #[error("the database refused")]
    Storage(#[from] Error),
    #[error("the request is refused")]
    Problem(Problem),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = Self::conflict;
        match refusal {
            Refusal::NotFound => Self::not_found(),
            Refusal::NoneActive => Self::new(StatusCode::NOT_FOUND, "no_active_time_entry", "No timer is running."),
            Refusal::StillRunning => conflict("time_entry_still_running", "A timer is still running. Stop it first."),
            Refusal::NotRunning => conflict("time_entry_not_running", "The timer has stopped already."),
            Refusal::CannotBeRestarted => conflict(
                "time_entry_can_not_be_restarted",
                "A stopped entry cannot run again. Start a new one to go on with the work.",
            ),
            Refusal::Forbidden => Self::new(
                StatusCode::FORBIDDEN,
                "permission_denied",
                "Your role in the organization does not allow this.",
            ),
            Refusal::IdAlreadyUsed => conflict("id_already_used", "Another entry has this id."),
            Refusal::IdempotencyKeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "The idempotency key was used for a request with another content.",
            ),
            Refusal::VersionMismatch => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "version_mismatch",
                "The entry has changed since you read it. Read it again.",
            ),
            Refusal::Contended => Self::unavailable(1),
            Refusal::Invalid(faults) => faults.into(),
            Refusal::Storage(Error::Check(constraint)) if constraint == time_entries::END_NOT_BEFORE_START => {
                Self::invalid("end", "must not be before `start`")
            }
            Refusal::Storage(error) => error.into(),
            Refusal::Problem(problem) => problem,
        }
    }
}
