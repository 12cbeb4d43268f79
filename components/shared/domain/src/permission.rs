//! What each role may do: the one table that statements, the API's rows, the OpenAPI document and the authorization test follow.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Role;

/// How far a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Nowhere.
    None,
    /// To what is the member's own.
    Own,
    /// To what is the member's own, and that of the teams that the member leads.
    Team,
    /// To everything in the organization.
    All,
}

/// Makes [`Permission`] and its table.
macro_rules! permissions {
    (
        $($name:ident $text:literal
            $owner:ident $admin:ident $manager:ident $employee:ident $accountant:ident, $about:literal;)+
    ) => {
        /// Something that a role may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission {
            $(#[doc = $about] $name,)+
        }

        impl Permission {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name, such as `members:read`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// How far it goes for a role. A placeholder may do nothing.
            pub const fn reach(self, role: Role) -> Reach {
                match self {
                    $(Self::$name => match role {
                        Role::Owner => Reach::$owner,
                        Role::Admin => Reach::$admin,
                        Role::Manager => Reach::$manager,
                        Role::Employee => Reach::$employee,
                        Role::Accountant => Reach::$accountant,
                        Role::Placeholder => Reach::None,
                    },)+
                }
            }
        }
    };
}

permissions! {
    //                                               owner admin manager employee accountant
    OrganizationRead        "organization:read"        All  All   All     All      All,  "See the organization and its settings.";
    OrganizationChange      "organization:change"      All  All   None    None     None, "Change the settings of the organization.";
    MembersRead             "members:read"             All  All   All     Own      All,  "See members.";
    MembersManage           "members:manage"           All  All   None    None     None, "Change roles, deactivate, merge and remove members.";
    InvitationsRead         "invitations:read"         All  All   All     Own      All,  "See invitations.";
    InvitationsManage       "invitations:manage"       All  All   None    None     None, "Invite people and revoke invitations.";
    TeamsRead               "teams:read"               All  All   All     Own      All,  "See teams.";
    TeamsManage             "teams:manage"             All  All   None    None     None, "Make, change and delete teams.";
    ClientsRead             "clients:read"             All  All   All     Own      All,  "See clients; those of one's projects are one's own.";
    ClientsManage           "clients:manage"           All  All   All     None     None, "Make, change and delete clients.";
    ProjectsRead            "projects:read"            All  All   All     Own      All,  "See projects; public ones and those that one is a member of are one's own.";
    ProjectsManage          "projects:manage"          All  All   All     Own      None, "Make, change and delete projects; those that one manages are one's own.";
    ProjectMembersRead      "project-members:read"     All  All   All     Own      All,  "See who is a member of a project.";
    TasksRead               "tasks:read"               All  All   All     Own      All,  "See tasks; those of projects that one sees are one's own.";
    TasksManage             "tasks:manage"             All  All   All     Own      None, "Make, change and delete tasks; the organization says in which projects they are one's own.";
    TagsRead                "tags:read"                All  All   All     All      All,  "See tags.";
    TagsCreate              "tags:create"              All  All   All     All      None, "Make tags.";
    TagsManage              "tags:manage"              All  All   All     None     None, "Change and delete tags.";
    BillableRatesRead       "billable-rates:read"      All  All   All     Own      All,  "See billable rates; the organization says whether one sees one's own.";
    CostRatesRead           "cost-rates:read"          All  All   None    None     All,  "See what members cost.";
    RatesManage             "rates:manage"             All  All   All     None     None, "Set billable rates of projects, their members and tasks.";
    OrganizationRatesManage "organization-rates:manage" All All   None    None     None, "Set billable rates of the organization and of members, and all cost rates.";
    EntriesRead             "entries:read"             All  All   All     Team     All,  "See time entries.";
    EntriesChange           "entries:change"           All  All   Own     Own      None, "Record, change and delete time entries.";
    ReportsRead             "reports:read"             All  All   All     Own      All,  "See reports.";
    AuditRead               "audit:read"               All  All   None    None     All,  "See who changed what.";
}

impl Permission {
    /// The permission of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.name() == name)
    }

    /// What shows a member that something is there: who lacks it is told that it is not (404), who has it is told that they may not
    /// (403).
    pub const fn sight(self) -> Self {
        match self {
            Self::OrganizationRead | Self::OrganizationChange => Self::OrganizationRead,
            Self::MembersRead | Self::MembersManage => Self::MembersRead,
            Self::InvitationsRead | Self::InvitationsManage => Self::InvitationsRead,
            Self::TeamsRead | Self::TeamsManage => Self::TeamsRead,
            Self::ClientsRead | Self::ClientsManage => Self::ClientsRead,
            Self::ProjectsRead | Self::ProjectsManage => Self::ProjectsRead,
            Self::ProjectMembersRead => Self::ProjectMembersRead,
            Self::TasksRead | Self::TasksManage => Self::TasksRead,
            Self::TagsRead | Self::TagsCreate | Self::TagsManage => Self::TagsRead,
            Self::BillableRatesRead | Self::RatesManage | Self::OrganizationRatesManage => Self::BillableRatesRead,
            Self::CostRatesRead => Self::CostRatesRead,
            Self::EntriesRead | Self::EntriesChange => Self::EntriesRead,
            Self::ReportsRead => Self::ReportsRead,
            Self::AuditRead => Self::AuditRead,
        }
    }

    /// Whether a role may do it to what is its own, or to what is not.
    pub const fn allows(self, role: Role, own: bool) -> bool {
        match self.reach(role) {
            Reach::All => true,
            Reach::Own | Reach::Team => own,
            Reach::None => false,
        }
    }

    /// The roles for which it goes as far as this or farther.
    pub fn roles(self, reach: Reach) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.reach(*role).covers(reach))
    }
}

impl Role {
    /// Whether the time of other members is visible. Lists, single reads and reports share this rule.
    pub const fn sees_everyone(self) -> bool {
        matches!(Permission::EntriesRead.reach(self), Reach::All)
    }

    /// Whether entries of other members, and the rate of any entry, may be set.
    pub const fn changes_everyone(self) -> bool {
        matches!(Permission::EntriesChange.reach(self), Reach::All)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Reach {
    /// Whether it goes as far as the other.
    pub const fn covers(self, other: Self) -> bool {
        self as u8 >= other as u8
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_distinct() {
        let names: HashSet<_> = Permission::ALL.iter().map(|permission| permission.name()).collect();
        assert_eq!(names.len(), Permission::ALL.len());
        assert_eq!(Permission::named("members:manage"), Some(Permission::MembersManage));
        assert_eq!(Permission::named("members"), None);
    }

    #[test]
    fn a_placeholder_may_do_nothing_and_an_owner_everything() {
        for permission in Permission::ALL {
            assert_eq!(permission.reach(Role::Placeholder), Reach::None, "{permission}");
            assert_eq!(permission.reach(Role::Owner), Reach::All, "{permission}");
            assert_eq!(permission.reach(Role::Admin), Reach::All, "{permission}");
        }
    }

    /// Else a refusal would tell somebody of what they may not see.
    #[test]
    fn nobody_changes_more_than_they_see() {
        for permission in Permission::ALL {
            let sight = permission.sight();
            assert_eq!(sight, sight.sight());
            for role in Role::ALL {
                assert!(sight.reach(role).covers(permission.reach(role)), "{permission} of {role}");
            }
        }
    }

    #[test]
    fn an_accountant_sees_everything_and_changes_nothing() {
        for permission in Permission::ALL {
            let reads = *permission == permission.sight();
            let expected = if reads { Reach::All } else { Reach::None };
            assert_eq!(permission.reach(Role::Accountant), expected, "{permission}");
        }
    }

    #[test]
    fn roles_are_those_that_reach_so_far() {
        let roles = |reach| Permission::EntriesChange.roles(reach).collect::<Vec<_>>();
        assert_eq!(roles(Reach::All), [Role::Owner, Role::Admin]);
        assert_eq!(roles(Reach::Own), [Role::Owner, Role::Admin, Role::Manager, Role::Employee]);
        assert_eq!(Permission::EntriesRead.roles(Reach::Team).count(), 5);
        let allows = |role, own| Permission::EntriesChange.allows(role, own);
        assert!(allows(Role::Admin, false) && allows(Role::Employee, true));
        assert!(!allows(Role::Employee, false) && !allows(Role::Accountant, true));
    }

    #[test]
    fn managers_and_accountants_see_everyone_and_change_no_other() {
        let sees: Vec<_> = Role::ALL.into_iter().filter(|role| role.sees_everyone()).collect();
        let changes: Vec<_> = Role::ALL.into_iter().filter(|role| role.changes_everyone()).collect();
        assert_eq!(sees, [Role::Owner, Role::Admin, Role::Manager, Role::Accountant]);
        assert_eq!(changes, [Role::Owner, Role::Admin]);
    }
}
