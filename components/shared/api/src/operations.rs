//! The table of operations: one part for each component, made by [`operations!`](crate::operations!).

use crate::{Operation, audit, forward_auth, identity, members, projects, reports, time_entries};

/// The operations of a component: an enum that its handler matches over, so that an operation without a handler does not compile,
/// nor a handler without an operation.
pub trait Operations: Copy + 'static {
    /// Id of the component.
    const COMPONENT: &'static str;
    /// All of them, in the order in which their paths are tried.
    const ALL: &'static [Self];
    /// Their rows, in the same order.
    const ROWS: &'static [Operation];
}

/// Every operation of every component.
pub const OPERATIONS: &[&[Operation]] = &[
    identity::Op::ROWS,
    forward_auth::Op::ROWS,
    time_entries::Op::ROWS,
    members::Op::ROWS,
    projects::Op::ROWS,
    reports::Op::ROWS,
    audit::Op::ROWS,
];

/// Every operation, one after the other.
pub fn all() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().copied().flatten()
}

/// Makes the enum `Op` of a component from its rows: a doc comment, which becomes the summary, a name, and an [`Operation`].
///
/// ```
/// use kronos_api::{Access, Operation, Operations, operations};
///
/// operations! {
///     "greetings";
///     /// Says hello.
///     Greet => Operation::new("greet", "GET", "/hello", Access::Public),
/// }
///
/// assert_eq!(Op::ROWS[0].summary, " Says hello.");
/// assert_eq!(Op::ALL, [Op::Greet]);
/// ```
#[macro_export]
macro_rules! operations {
    ($component:literal; $($(#[doc = $doc:literal])+ $name:ident => $row:expr,)+) => {
        #[doc = concat!("The operations of `", $component, "`.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Op {
            $($(#[doc = $doc])+ $name,)+
        }

        impl $crate::Operations for Op {
            const COMPONENT: &'static str = $component;
            const ALL: &'static [Self] = &[$(Self::$name),+];
            const ROWS: &'static [$crate::Operation] = &[$($row.of($component, concat!($($doc),+))),+];
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{Access, Effect};

    #[test]
    fn operations_are_distinct() {
        let ids: HashSet<_> = all().map(|operation| operation.id).collect();
        let routes: HashSet<_> = all().map(|operation| (operation.method, operation.path)).collect();
        assert_eq!((ids.len(), routes.len()), (all().count(), all().count()));
    }

    #[test]
    fn public_operations_are_these_only() {
        let public = all().filter(|operation| operation.access == Access::Public).map(|operation| operation.id);
        let expected = [
            "get_jwks",
            "get_openid_configuration",
            "get_authorization_server_metadata",
            "get_protected_resource_metadata",
            "create_session",
            "refresh_session",
            "delete_session",
            "create_operator_token",
            "list_operator_tokens",
            "revoke_operator_token",
        ];
        assert_eq!(public.collect::<Vec<_>>(), expected);
    }

    /// The platform takes the first that fits.
    #[test]
    fn no_path_hides_a_later_one() {
        let fits = |template: &str, path: &str| {
            template.split('/').count() == path.split('/').count()
                && template.split('/').zip(path.split('/')).all(|(have, want)| have.starts_with('{') || have == want)
        };
        for rows in OPERATIONS {
            for (index, row) in rows.iter().enumerate() {
                let hidden =
                    rows[..index].iter().find(|before| before.method == row.method && fits(before.path, row.path));
                assert!(hidden.is_none(), "{} stands behind {}", row.path, hidden.map_or("", |row| row.path));
            }
        }
    }

    #[test]
    fn names_of_parameters_are_distinct_and_samples_fit() {
        for operation in all() {
            let mut names = HashSet::new();
            for parameter in operation.parameters {
                for name in [parameter.name].iter().chain(parameter.aliases) {
                    assert!(names.insert(*name), "{}: {name}", operation.id);
                }
                assert!(
                    parameter.effect == Effect::Applied || !parameter.required,
                    "{}: {}",
                    operation.id,
                    parameter.name
                );
            }
        }
    }
}
