//! What a member is in an organization. What each role may do is in the table of [`crate::permission`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A member's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May do everything.
    Owner,
    /// May do everything but give the organization away.
    Admin,
    /// Sees everyone's time, changes their own, and runs clients and projects.
    Manager,
    /// Sees and changes their own time.
    Employee,
    /// Sees everyone's time and money, and changes nothing.
    Accountant,
    /// Stands for somebody who never signs in, such as in imported data. Has no user and may do nothing.
    Placeholder,
}

/// No role of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be `owner`, `admin`, `manager`, `employee`, `accountant` or `placeholder`")]
pub struct UnknownRole;

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Admin, Self::Manager, Self::Employee, Self::Accountant, Self::Placeholder];

    /// As it is stored and sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Employee => "employee",
            Self::Accountant => "accountant",
            Self::Placeholder => "placeholder",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or(UnknownRole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_written() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).ok(), Some(role.name().into()));
        }
        assert_eq!("Owner".parse::<Role>(), Err(UnknownRole));
    }
}
