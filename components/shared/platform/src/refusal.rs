//! What any component may refuse, and the enum of a component that adds its own.

use kronos_api::refused;
use kronos_storage::Error;

use crate::{faults::Faults, problem::Problem};

/// Refusals that all components share. [`refusals!`](crate::refusals!) gives each component's enum variants of these names.
#[derive(Debug)]
pub enum Shared {
    /// 404: not there, or not for this caller to know.
    NotFound,
    /// 403: the role does not allow it.
    Forbidden,
    /// 412: a condition of the request is not met.
    VersionMismatch,
    /// 503: others keep changing the resource.
    Contended,
    /// 422: values are not acceptable.
    Invalid(Faults),
    /// The database refused.
    Storage(Error),
    /// Worded already.
    Problem(Problem),
}

impl From<Shared> for Problem {
    fn from(refusal: Shared) -> Self {
        match refusal {
            Shared::NotFound => Self::not_found(),
            Shared::Forbidden => refused::PERMISSION_DENIED.into(),
            Shared::VersionMismatch => refused::VERSION_MISMATCH.into(),
            Shared::Contended => Self::unavailable(1),
            Shared::Invalid(faults) => faults.into(),
            Shared::Storage(error) => error.into(),
            Shared::Problem(problem) => problem,
        }
    }
}

/// The constraint that a check refused a write by, if it was one.
#[doc(hidden)]
pub fn check_of(error: &Error) -> Option<&str> {
    match error {
        Error::Check(name) => Some(name),
        Error::Unique(_)
        | Error::ForeignKey(_)
        | Error::Busy(_)
        | Error::Unavailable(_)
        | Error::NotMigrated(_)
        | Error::Internal(_) => None,
    }
}

/// Makes the enum `Refusal` of a component: its own refusals from the table of the API, and those that all share. What storage,
/// `platform` and checks of fields refuse becomes a `Refusal` with `?`. A check constraint can be given the field that it is about.
///
/// ```
/// use kronos_api::Refused;
///
/// const SOLD_OUT: Refused = Refused::new(409, "sold_out", "There are none left.");
///
/// kronos_platform::refusals! {
///     /// Somebody was faster.
///     SoldOut => SOLD_OUT,
///     checks:
///     "orders_count" => "count", "must not be negative",
/// }
///
/// let problem = kronos_platform::Problem::from(Refusal::SoldOut);
/// assert_eq!(problem.status(), 409);
/// ```
#[macro_export]
macro_rules! refusals {
    (
        $($(#[doc = $doc:literal])+ $name:ident => $refused:expr,)*
        $(checks: $($check:expr => $field:literal, $fault:literal,)+)?
    ) => {
        /// Everything that this component refuses.
        #[derive(Debug)]
        pub enum Refusal {
            $($(#[doc = $doc])+ $name,)*
            /// 404: not there, or not for this caller to know.
            NotFound,
            /// 403: the role does not allow it.
            Forbidden,
            /// 412: a condition of the request is not met.
            VersionMismatch,
            /// 503: others keep changing the resource.
            Contended,
            /// 422: values are not acceptable.
            Invalid($crate::Faults),
            /// The database refused.
            Storage($crate::export::StorageError),
            /// Worded already.
            Problem($crate::Problem),
        }

        impl From<$crate::refusal::Shared> for Refusal {
            fn from(refusal: $crate::refusal::Shared) -> Self {
                use $crate::refusal::Shared;
                match refusal {
                    Shared::NotFound => Self::NotFound,
                    Shared::Forbidden => Self::Forbidden,
                    Shared::VersionMismatch => Self::VersionMismatch,
                    Shared::Contended => Self::Contended,
                    Shared::Invalid(faults) => Self::Invalid(faults),
                    Shared::Storage(error) => Self::Storage(error),
                    Shared::Problem(problem) => Self::Problem(problem),
                }
            }
        }

        impl From<$crate::Faults> for Refusal {
            fn from(faults: $crate::Faults) -> Self {
                Self::Invalid(faults)
            }
        }

        impl From<$crate::export::StorageError> for Refusal {
            fn from(error: $crate::export::StorageError) -> Self {
                Self::Storage(error)
            }
        }

        impl From<$crate::Problem> for Refusal {
            fn from(problem: $crate::Problem) -> Self {
                Self::Problem(problem)
            }
        }

        impl From<Refusal> for $crate::Problem {
            fn from(refusal: Refusal) -> Self {
                use $crate::refusal::Shared;
                match refusal {
                    $(Refusal::$name => Self::from($refused),)*
                    Refusal::NotFound => Shared::NotFound.into(),
                    Refusal::Forbidden => Shared::Forbidden.into(),
                    Refusal::VersionMismatch => Shared::VersionMismatch.into(),
                    Refusal::Contended => Shared::Contended.into(),
                    Refusal::Invalid(faults) => faults.into(),
                    $($(Refusal::Storage(error) if $crate::refusal::check_of(&error) == Some($check) => {
                        $crate::Faults::one($field, $fault).into()
                    })+)?
                    Refusal::Storage(error) => error.into(),
                    Refusal::Problem(problem) => problem,
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use kronos_api::Refused;

    use super::*;

    const TAKEN: Refused = Refused::new(409, "taken", "It is taken.");

    crate::refusals! {
        /// Somebody has it.
        Taken => TAKEN,
        checks:
        "things_size" => "size", "must be positive",
    }

    fn told(refusal: Refusal) -> (u16, serde_json::Value) {
        let (status, _, body) = Problem::from(refusal).into_parts("");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        (status.as_u16(), body)
    }

    #[test]
    fn each_refusal_has_its_status_and_key() {
        for (refusal, status, key) in [
            (Refusal::Taken, 409, "taken"),
            (Refusal::NotFound, 404, "not_found"),
            (Refusal::Forbidden, 403, "permission_denied"),
            (Refusal::VersionMismatch, 412, "version_mismatch"),
            (Refusal::Contended, 503, "unavailable"),
            (Faults::one("a", "is wrong").into(), 422, "validation_failed"),
            (Error::Check("things_size".to_owned()).into(), 422, "validation_failed"),
            (Error::Check("other".to_owned()).into(), 500, "internal_error"),
            (Error::Busy("lock".to_owned()).into(), 503, "unavailable"),
            (Shared::Storage(Error::Internal("defect".to_owned())).into(), 500, "internal_error"),
            (Problem::malformed("No.").into(), 400, "malformed_request"),
        ] {
            let text = format!("{refusal:?}");
            let (have, body) = told(refusal);
            assert_eq!((have, body["key"].as_str()), (status, Some(key)), "{text}");
        }
        let (_, body) = told(Error::Check("things_size".to_owned()).into());
        assert_eq!(body["errors"]["size"][0], "must be positive");
    }
}
