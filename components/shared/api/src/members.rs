//! Organizations and who belongs to them: members, invitations by link, teams.

mod invitation;
mod member;
mod organization;
mod team;

use kronos_domain::Permission;

use crate::{
    Access::Scope,
    Data, Operation, Pages, Parameter, Refused,
    identity::Membership,
    paged,
    refused::VERSION_MISMATCH,
    scope::{MEMBERS_READ, MEMBERS_WRITE, ORGANIZATIONS_READ, ORGANIZATIONS_WRITE},
};

pub use self::{
    invitation::{AcceptInvitation, CreateInvitation, Invitation, ResendInvitation},
    member::{CreateMember, InvitePlaceholder, Member, MergeInto, UpdateMember},
    organization::{CreateOrganization, Organization, UpdateOrganization},
    team::{CreateTeam, Team, TeamMember, TeamPlace, UpdateTeam},
};

/// What is refused here beside what all operations refuse.
pub mod refused {
    use super::Refused;

    /// The id that the client chose is taken.
    pub const ID_ALREADY_USED: Refused = Refused::new(409, "id_already_used", "Something else has this id.");
    /// The same key with different content.
    pub const IDEMPOTENCY_KEY_REUSED: Refused = Refused::new(
        422,
        "idempotency_key_reused",
        "The idempotency key was used for a request with different content.",
    );
    /// Names are compared without regard to capitals.
    pub const NAME_ALREADY_USED: Refused = Refused::new(409, "name_already_used", "There is one of this name already.");
    /// Somebody has to be able to do everything.
    pub const LAST_OWNER: Refused = Refused::new(
        409,
        "organization_needs_at_least_one_owner",
        "This is the last owner who can act. Make somebody else an owner first.",
    );
    /// Owners are made, changed and removed by owners.
    pub const ONLY_OWNERS: Refused = Refused::new(
        403,
        "only_owner_can_change_ownership",
        "Only owners can make somebody an owner, and change or remove one.",
    );
    /// A placeholder that has time cannot be removed.
    pub const STILL_IN_USE: Refused = Refused::new(
        409,
        "entity_still_in_use",
        "The placeholder has time entries. Merge it into a member, or delete its entries first.",
    );
    /// Only placeholders can be merged, and taken over.
    pub const NOT_A_PLACEHOLDER: Refused =
        Refused::new(409, "only_placeholders_can_be_merged_into_another_member", "This member is not a placeholder.");
    /// A placeholder is one already, and can neither be deactivated nor given a role.
    pub const IS_A_PLACEHOLDER: Refused =
        Refused::new(409, "member_is_a_placeholder", "This member is a placeholder, which nobody signs in as.");
    /// Both have a running timer.
    pub const STILL_RUNNING: Refused =
        Refused::new(409, "time_entry_still_running", "Both members have a running timer. Stop one of them first.");
    /// Some of their entries overlap, which the organization forbids.
    pub const OVERLAPPING: Refused = Refused::new(
        409,
        "overlapping_time_entry",
        "Time entries of the two members overlap, which the organization forbids.",
    );
    /// Whoever is a member need not be invited.
    pub const ALREADY_A_MEMBER: Refused = Refused::new(
        409,
        "user_is_already_member_of_organization",
        "Somebody with this e-mail address is a member of the organization already.",
    );
    /// One open invitation for an address or a placeholder at most.
    pub const ALREADY_INVITED: Refused = Refused::new(
        409,
        "invitation_for_the_email_already_exists",
        "There is an open invitation already. Send it again or revoke it.",
    );
    /// What was accepted can't be taken back.
    pub const ACCEPTED: Refused =
        Refused::new(409, "invitation_already_accepted", "The invitation was accepted already.");
    /// The link is for somebody else.
    pub const ANOTHER_ADDRESS: Refused = Refused::new(
        403,
        "invitation_for_another_email",
        "The invitation is for another e-mail address than that of the user who is signed in.",
    );
    /// The link is too old.
    pub const EXPIRED: Refused =
        Refused::new(410, "invitation_expired", "The invitation has expired. Ask for a new link.");
}

const ORGANIZATION: &str = "/api/v1/organizations/{organization}";
const MEMBERS: &str = "/api/v1/organizations/{organization}/members";
const MEMBER: &str = "/api/v1/organizations/{organization}/members/{member}";
const INVITATIONS: &str = "/api/v1/organizations/{organization}/invitations";
const INVITATION: &str = "/api/v1/organizations/{organization}/invitations/{invitation}";
const TEAMS: &str = "/api/v1/organizations/{organization}/teams";
const TEAM: &str = "/api/v1/organizations/{organization}/teams/{team}";
const PLACE: &str = "/api/v1/organizations/{organization}/teams/{team}/members/{member}";

/// Members of resources that the server sets.
const STAMPS_OF_NEW: &[&str] = &["organization_id", "version", "created_at", "updated_at"];
const OF_ORGANIZATION: &[&str] = &["id", "is_personal", "currency_symbol", "version", "created_at", "updated_at"];
const OF_NEW_ORGANIZATION: &[&str] = &["is_personal", "currency_symbol", "version", "created_at", "updated_at"];
const OF_MEMBER: &[&str] = &[
    "id",
    "organization_id",
    "user_id",
    "is_placeholder",
    "is_active",
    "deactivated_at",
    "version",
    "created_at",
    "updated_at",
];
const OF_TEAM: &[&str] = &["id", "organization_id", "members", "version", "created_at", "updated_at"];
const OF_NEW_TEAM: &[&str] = &["organization_id", "members", "version", "created_at", "updated_at"];

const SETTINGS: &str =
    r#"{"name": "Example", "currency": "EUR", "time_zone": "Europe/Berlin", "week_start": "monday"}"#;

crate::operations! {
    "members";
    /// The organizations that the caller belongs to.
    ListOrganizations => Operation::new("list_organizations", "GET", "/api/v1/organizations", Scope(ORGANIZATIONS_READ))
        .query(paged![Parameter::flag("is_personal", "Only those for one person, or only others.")])
        .answers::<Pages<Organization>>(200),
    /// Founds an organization, whose owner the caller becomes.
    CreateOrganization => Operation::new("create_organization", "POST", "/api/v1/organizations", Scope(ORGANIZATIONS_WRITE))
        .takes::<CreateOrganization>(SETTINGS)
        .ignoring(&[], OF_NEW_ORGANIZATION)
        .answers::<Data<Organization>>(201)
        .refuses(&[refused::ID_ALREADY_USED, refused::IDEMPOTENCY_KEY_REUSED]),
    /// An organization with its settings.
    ReadOrganization => Operation::new("get_organization", "GET", ORGANIZATION, Scope(ORGANIZATIONS_READ))
        .needs(Permission::OrganizationRead)
        .answers::<Data<Organization>>(200),
    /// Changes the settings of an organization. As with solidtime, what is absent stays as it is.
    ReplaceOrganization => Operation::new("replace_organization", "PUT", ORGANIZATION, Scope(ORGANIZATIONS_WRITE))
        .needs(Permission::OrganizationChange)
        .takes::<UpdateOrganization>(SETTINGS)
        .ignoring(&[], OF_ORGANIZATION)
        .answers::<Data<Organization>>(200),
    /// Changes the settings of an organization. What is absent stays as it is.
    UpdateOrganization => Operation::new("update_organization", "PATCH", ORGANIZATION, Scope(ORGANIZATIONS_WRITE))
        .needs(Permission::OrganizationChange)
        .takes::<UpdateOrganization>(SETTINGS)
        .ignoring(&[], OF_ORGANIZATION)
        .answers::<Data<Organization>>(200),

    /// The members that the caller may see, placeholders included.
    ListMembers => Operation::new("list_members", "GET", MEMBERS, Scope(MEMBERS_READ))
        .needs(Permission::MembersRead)
        .query(paged![Parameter::flag("active", "Only members who may act, or only those who were deactivated.")])
        .answers::<Pages<Member>>(200),
    /// Creates a placeholder: somebody who does not sign in, and for whom time is recorded or imported. Persons are invited.
    CreateMember => Operation::new("create_member", "POST", MEMBERS, Scope(MEMBERS_WRITE))
        .needs(Permission::MembersManage)
        .takes::<CreateMember>(r#"{"name": "Former colleague"}"#)
        .ignoring(&[], STAMPS_OF_NEW)
        .answers::<Data<Member>>(201)
        .refuses(&[refused::ID_ALREADY_USED, refused::IDEMPOTENCY_KEY_REUSED]),
    /// One member.
    ReadMember => Operation::new("get_member", "GET", MEMBER, Scope(MEMBERS_READ))
        .needs(Permission::MembersRead)
        .answers::<Data<Member>>(200),
    /// Changes the role of a person, or name and address of a placeholder. What is absent stays as it is.
    ReplaceMember => Operation::new("replace_member", "PUT", MEMBER, Scope(MEMBERS_WRITE))
        .needs(Permission::MembersManage)
        .takes::<UpdateMember>(r#"{"role": "manager"}"#)
        .ignoring(&[], OF_MEMBER)
        .answers::<Data<Member>>(200)
        .refuses(&[refused::LAST_OWNER, refused::ONLY_OWNERS, refused::IS_A_PLACEHOLDER]),
    /// Changes the role of a person, or name and address of a placeholder. What is absent stays as it is.
    UpdateMember => Operation::new("update_member", "PATCH", MEMBER, Scope(MEMBERS_WRITE))
        .needs(Permission::MembersManage)
        .takes::<UpdateMember>(r#"{"role": "manager"}"#)
        .ignoring(&[], OF_MEMBER)
        .answers::<Data<Member>>(200)
        .refuses(&[refused::LAST_OWNER, refused::ONLY_OWNERS, refused::IS_A_PLACEHOLDER]),
    /// Removes a member. A person with time entries becomes a placeholder that keeps name and address; whoever has none is gone.
    DeleteMember => Operation::new("delete_member", "DELETE", MEMBER, Scope(MEMBERS_WRITE))
        .needs(Permission::MembersManage)
        .query(&[Parameter::flag(
            "delete_related",
            "`true` removes a member without time entries only: entries are deleted one by one, never along with a member.",
        )])
        .answers_nothing(204)
        .refuses(&[refused::LAST_OWNER, refused::ONLY_OWNERS, refused::STILL_IN_USE]),
    /// Takes all rights from a member until they are reactivated; their running timer stops.
    DeactivateMember => Operation::new(
        "deactivate_member", "POST", "/api/v1/organizations/{organization}/members/{member}/deactivate", Scope(MEMBERS_WRITE),
    )
    .needs(Permission::MembersManage)
    .answers::<Data<Member>>(200)
    .refuses(&[VERSION_MISMATCH, refused::LAST_OWNER, refused::ONLY_OWNERS, refused::IS_A_PLACEHOLDER]),
    /// Gives a deactivated member their rights back.
    ReactivateMember => Operation::new(
        "reactivate_member", "POST", "/api/v1/organizations/{organization}/members/{member}/reactivate", Scope(MEMBERS_WRITE),
    )
    .needs(Permission::MembersManage)
    .answers::<Data<Member>>(200)
    .refuses(&[VERSION_MISMATCH, refused::ONLY_OWNERS, refused::IS_A_PLACEHOLDER]),
    /// Makes a person a placeholder, which keeps their name, their address and their time. Their running timer stops.
    MakePlaceholder => Operation::new(
        "make_member_placeholder", "POST", "/api/v1/organizations/{organization}/members/{member}/make-placeholder",
        Scope(MEMBERS_WRITE),
    )
    .needs(Permission::MembersManage)
    .answers::<Data<Member>>(200)
    .refuses(&[VERSION_MISMATCH, refused::LAST_OWNER, refused::ONLY_OWNERS, refused::IS_A_PLACEHOLDER]),
    /// Invites a person to take over a placeholder with its time. The answer alone has the link.
    InvitePlaceholder => Operation::new(
        "invite_placeholder", "POST", "/api/v1/organizations/{organization}/members/{placeholder}/invite-placeholder",
        Scope(MEMBERS_WRITE),
    )
    .needs(Permission::InvitationsManage)
    .takes::<InvitePlaceholder>(r#"{"email": "jane@example.org", "role": "employee"}"#)
    .optionally()
    .answers::<Data<Invitation>>(201)
    .refuses(&[
        refused::NOT_A_PLACEHOLDER, refused::ALREADY_A_MEMBER, refused::ALREADY_INVITED, refused::ONLY_OWNERS,
        refused::IDEMPOTENCY_KEY_REUSED,
    ]),
    /// Gives all time of a placeholder to a person, and removes the placeholder.
    MergeInto => Operation::new(
        "merge_member_into", "POST", "/api/v1/organizations/{organization}/member/{placeholder}/merge-into", Scope(MEMBERS_WRITE),
    )
    .needs(Permission::MembersManage)
    .takes::<MergeInto>(r#"{"member_id": "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e"}"#)
    .answers_nothing(204)
    .refuses(&[refused::NOT_A_PLACEHOLDER, refused::STILL_RUNNING, refused::OVERLAPPING]),
    /// The same at the address where the other operations on members are.
    MergeMemberInto => Operation::new(
        "merge_placeholder_into", "POST", "/api/v1/organizations/{organization}/members/{placeholder}/merge-into",
        Scope(MEMBERS_WRITE),
    )
    .needs(Permission::MembersManage)
    .takes::<MergeInto>(r#"{"member_id": "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e"}"#)
    .answers_nothing(204)
    .refuses(&[refused::NOT_A_PLACEHOLDER, refused::STILL_RUNNING, refused::OVERLAPPING]),

    /// The open invitations, expired ones included.
    ListInvitations => Operation::new("list_invitations", "GET", INVITATIONS, Scope(MEMBERS_READ))
        .needs(Permission::InvitationsRead)
        .query(paged![])
        .answers::<Pages<Invitation>>(200),
    /// Invites somebody by a link that is good for seven days. The answer alone has the link; nobody is sent anything. Only people
    /// who have a user already can accept, since there is no sign-up yet.
    CreateInvitation => Operation::new("create_invitation", "POST", INVITATIONS, Scope(MEMBERS_WRITE))
        .needs(Permission::InvitationsManage)
        .takes::<CreateInvitation>(r#"{"email": "jane@example.org", "role": "employee"}"#)
        .ignoring(&[], STAMPS_OF_NEW)
        .answers::<Data<Invitation>>(201)
        .refuses(&[
            refused::ALREADY_A_MEMBER, refused::ALREADY_INVITED, refused::ONLY_OWNERS, refused::ID_ALREADY_USED,
            refused::IDEMPOTENCY_KEY_REUSED,
        ]),
    /// One invitation.
    ReadInvitation => Operation::new("get_invitation", "GET", INVITATION, Scope(MEMBERS_READ))
        .needs(Permission::InvitationsRead)
        .answers::<Data<Invitation>>(200),
    /// Replaces the link of an invitation by a new one, good for seven days; the old one opens nothing any more.
    ResendInvitation => Operation::new(
        "resend_invitation", "POST", "/api/v1/organizations/{organization}/invitations/{invitation}/resend", Scope(MEMBERS_WRITE),
    )
    .needs(Permission::InvitationsManage)
    .takes::<ResendInvitation>("{}")
    .optionally()
    .answers::<Data<Invitation>>(200)
    .refuses(&[VERSION_MISMATCH, refused::ACCEPTED, refused::ONLY_OWNERS]),
    /// Revokes an invitation.
    DeleteInvitation => Operation::new("delete_invitation", "DELETE", INVITATION, Scope(MEMBERS_WRITE))
        .needs(Permission::InvitationsManage)
        .answers_nothing(204)
        .refuses(&[refused::ACCEPTED, refused::ONLY_OWNERS]),
    /// Accepts an invitation with the secret of its link. The e-mail address of the user who is signed in has to be the invited one.
    AcceptInvitation => Operation::new("accept_invitation", "POST", "/api/v1/invitations/accept", Scope(ORGANIZATIONS_WRITE))
        .takes::<AcceptInvitation>(r#"{"token": "XvnzQJpF3Vo0hA2rR9S0tAZ1f3u0m2c9kqk0F3Vo0hA"}"#)
        .answers::<Data<Membership>>(200)
        .refuses(&[
            crate::refused::NOT_FOUND, refused::ANOTHER_ADDRESS, refused::ACCEPTED, refused::ALREADY_A_MEMBER, refused::EXPIRED,
        ]),

    /// The teams that the caller may see: their own, or all.
    ListTeams => Operation::new("list_teams", "GET", TEAMS, Scope(MEMBERS_READ))
        .needs(Permission::TeamsRead)
        .query(paged![])
        .answers::<Pages<Team>>(200),
    /// Makes a team without members.
    CreateTeam => Operation::new("create_team", "POST", TEAMS, Scope(MEMBERS_WRITE))
        .needs(Permission::TeamsManage)
        .takes::<CreateTeam>(r#"{"name": "Design"}"#)
        .ignoring(&[], OF_NEW_TEAM)
        .answers::<Data<Team>>(201)
        .refuses(&[refused::NAME_ALREADY_USED, refused::ID_ALREADY_USED, refused::IDEMPOTENCY_KEY_REUSED]),
    /// One team with its members.
    ReadTeam => Operation::new("get_team", "GET", TEAM, Scope(MEMBERS_READ))
        .needs(Permission::TeamsRead)
        .answers::<Data<Team>>(200),
    /// Changes a team. What is absent stays as it is.
    ReplaceTeam => Operation::new("replace_team", "PUT", TEAM, Scope(MEMBERS_WRITE))
        .needs(Permission::TeamsManage)
        .takes::<UpdateTeam>(r#"{"name": "Design"}"#)
        .ignoring(&[], OF_TEAM)
        .answers::<Data<Team>>(200)
        .refuses(&[refused::NAME_ALREADY_USED]),
    /// Changes a team. What is absent stays as it is.
    UpdateTeam => Operation::new("update_team", "PATCH", TEAM, Scope(MEMBERS_WRITE))
        .needs(Permission::TeamsManage)
        .takes::<UpdateTeam>(r#"{"name": "Design"}"#)
        .ignoring(&[], OF_TEAM)
        .answers::<Data<Team>>(200)
        .refuses(&[refused::NAME_ALREADY_USED]),
    /// Deletes a team; its members stay.
    DeleteTeam => Operation::new("delete_team", "DELETE", TEAM, Scope(MEMBERS_WRITE))
        .needs(Permission::TeamsManage)
        .answers_nothing(204),
    /// Puts a member into a team, or changes whether they lead it.
    PlaceInTeam => Operation::new("put_team_member", "PUT", PLACE, Scope(MEMBERS_WRITE))
        .needs(Permission::TeamsManage)
        .takes::<TeamPlace>(r#"{"is_lead": true}"#)
        .optionally()
        .ignoring(&[], &["member_id"])
        .answers::<Data<Team>>(200),
    /// Takes a member out of a team.
    TakeOutOfTeam => Operation::new("delete_team_member", "DELETE", PLACE, Scope(MEMBERS_WRITE))
        .needs(Permission::TeamsManage)
        .answers_nothing(204),
}
