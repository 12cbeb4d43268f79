//! The registry of identifiers. The kind is part of the type, so that ids cannot be swapped.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not a UUID in its hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a UUID such as `01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e`")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Gives the kind to a UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Whether a client may choose this id: UUIDv7 (RFC 9562, section 5.7), so that ids keep growing with time.
            pub const fn is_time_ordered(self) -> bool {
                self.0.get_version_num() == 7
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // The other spellings that `uuid` reads (braces, URN, no hyphens) would make one resource have several URLs.
                if text.len() != 36 {
                    return Err(InvalidId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )*};
}

ids! {
    /// A customer for whom work is done.
    ClientId;
    /// A time entry.
    EntryId;
    /// An offer to become a member.
    InvitationId;
    /// A person's membership in an organization.
    MemberId;
    /// A token for scripts that the operator made.
    OperatorTokenId;
    /// An organization, the tenant.
    OrganizationId;
    /// A project of an organization.
    ProjectId;
    /// A member's place in a project.
    ProjectMemberId;
    /// What an hour is sold for, or what it costs, from a day on.
    RateId;
    /// A resource of whatever type.
    ResourceId;
    /// A sign-in of a user.
    SessionId;
    /// A tag of an organization.
    TagId;
    /// A task of a project.
    TaskId;
    /// Some members of an organization, with leads.
    TeamId;
    /// A member's place in a team.
    TeamMemberId;
    /// A person who can sign in.
    UserId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_and_written_in_one_spelling() {
        let id: EntryId = "01980F3C-5B1E-7D2A-9C3E-1F2A3B4C5D6E".parse().expect("a UUID");
        assert_eq!(id.to_string(), "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e");
        assert!(id.is_time_ordered());
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "01980f3c5b1e7d2a9c3e1f2a3b4c5d6e", "{01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e}", "none"] {
            assert_eq!(text.parse::<EntryId>(), Err(InvalidId), "{text}");
        }
    }
}
