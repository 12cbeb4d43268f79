//! The one rule of who sees and who changes whose time, in SQL. [`kronos_domain::Role`] states it in Rust; a test compares them.

/// Roles that see everyone's time, as the right side of `role IN`.
macro_rules! sees_everyone {
    () => {
        "('owner', 'admin', 'manager')"
    };
}

/// Roles that change everyone's time and set rates, as the right side of `role IN`.
macro_rules! changes_everyone {
    () => {
        "('owner', 'admin')"
    };
}

pub(crate) use {changes_everyone, sees_everyone};

#[cfg(test)]
mod tests {
    use kronos_domain::Role;

    #[test]
    fn sql_and_domain_state_the_same_rule() {
        let listed = |rule: fn(Role) -> bool| {
            let names: Vec<_> =
                Role::ALL.into_iter().filter(|role| rule(*role)).map(|role| format!("'{role}'")).collect();
            format!("({})", names.join(", "))
        };
        assert_eq!(listed(Role::sees_everyone), sees_everyone!());
        assert_eq!(listed(Role::changes_everyone), changes_everyone!());
    }
}
