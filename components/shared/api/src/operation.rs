//! What a row of the table of operations holds.

use kronos_domain::{Permission, Reach, Role};
use serde::de::DeserializeOwned;

use crate::{parameter::Parameter, refused::Refused, schema::Described};

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a token. A test in [`crate::operations`] lists them all.
    Public,
    /// Whoever presents a valid token, whatever its scopes.
    Token,
    /// Whoever presents a valid token that carries this scope, or the scope [`scope::API`]. What the caller's role allows in an
    /// organization is decided where the data is.
    Scope(&'static str),
}

/// Scopes of access tokens.
pub mod scope {
    /// Grants all others; tokens of interactive sign-ins carry it.
    pub const API: &str = "api";
    /// Read time entries.
    pub const TIME_ENTRIES_READ: &str = "time-entries:read";
    /// Record, change and delete time entries.
    pub const TIME_ENTRIES_WRITE: &str = "time-entries:write";
    /// Read reports.
    pub const REPORTS_READ: &str = "reports:read";
    /// Read the audit trail.
    pub const AUDIT_READ: &str = "audit:read";
    /// Read one's own user and memberships, and organizations.
    pub const ORGANIZATIONS_READ: &str = "organizations:read";
    /// Change one's own user, and organizations.
    pub const ORGANIZATIONS_WRITE: &str = "organizations:write";
    /// Read members, teams and invitations.
    pub const MEMBERS_READ: &str = "members:read";
    /// Invite, change and remove members and teams.
    pub const MEMBERS_WRITE: &str = "members:write";
    /// Read clients, projects, tasks, tags and rates.
    pub const PROJECTS_READ: &str = "projects:read";
    /// Make, change and delete clients, projects, tasks, tags and rates.
    pub const PROJECTS_WRITE: &str = "projects:write";

    /// All of them, with what a person is told about each.
    pub const ALL: &[(&str, &str)] = &[
        (API, "Everything"),
        (TIME_ENTRIES_READ, "Read time entries"),
        (TIME_ENTRIES_WRITE, "Record, change and delete time entries"),
        (REPORTS_READ, "Read reports"),
        (AUDIT_READ, "Read the audit trail"),
        (ORGANIZATIONS_READ, "Read your own user and memberships, and organizations"),
        (ORGANIZATIONS_WRITE, "Change your own user, and organizations"),
        (MEMBERS_READ, "Read members, teams and invitations"),
        (MEMBERS_WRITE, "Invite, change and remove members and teams"),
        (PROJECTS_READ, "Read clients, projects, tasks, tags and rates"),
        (PROJECTS_WRITE, "Make, change and delete clients, projects, tasks, tags and rates"),
    ];
}

/// Whether what a path names is the caller's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// It is, in the way that the permission's [`Reach`] means.
    Own,
    /// It is another's, or nobody's in particular.
    Others,
}

/// What an operation needs its permission for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// What the path names: what is beyond the reach of the caller is refused, as missing where the caller may not see it.
    Named,
    /// As much as the caller reaches: a list of it, or something new of the caller's own. Whoever reaches nothing is refused.
    Reached,
    /// The organization as a whole, as for something new that is nobody's own: whoever does not reach everything is refused.
    Whole,
}

/// The permission that an operation needs, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The permission.
    pub permission: Permission,
    /// What for.
    pub object: Object,
}

/// How a call ends for want of permission or with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With success.
    Allowed,
    /// 403: the caller may know that it exists.
    Forbidden,
    /// 404: the caller may not.
    Hidden,
}

impl Need {
    /// What comes of a call by a member of this role.
    pub const fn outcome(self, role: Role, whose: Whose) -> Outcome {
        let Self { permission, object } = self;
        let own = matches!(whose, Whose::Own);
        match (object, permission.reach(role)) {
            (_, Reach::All) | (Object::Reached, Reach::Own | Reach::Team) => Outcome::Allowed,
            (Object::Named, _) if permission.allows(role, own) => Outcome::Allowed,
            (Object::Named, _) if !permission.sight().allows(role, own) => Outcome::Hidden,
            (Object::Named | Object::Reached | Object::Whole, _) => Outcome::Forbidden,
        }
    }
}

/// The JSON body that an operation takes.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// A body that is accepted.
    pub sample: &'static str,
    /// Whether the request may do without.
    pub optional: bool,
    /// Members that real clients send without meaning anything by them: accepted without effect.
    pub ignored: &'static [&'static str],
    /// Members of the resource that only the server sets: accepted without effect, so that what was read can be sent back.
    pub read_only: &'static [&'static str],
}

impl Body {
    /// Whether a member that the type does not have is accepted even so.
    pub fn ignores(&self, member: &str) -> bool {
        self.ignored.contains(&member) || self.read_only.contains(&member)
    }
}

/// An operation of the HTTP API.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// `operationId` of the OpenAPI document.
    pub id: &'static str,
    /// Id of the component that answers.
    pub component: &'static str,
    /// What it does, for people.
    pub summary: &'static str,
    /// Request method; `*` for all of them.
    pub method: &'static str,
    /// Path with its parameters in braces; each stands for one segment.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What the caller's role has to allow; none where the operation is about the caller alone.
    pub need: Option<Need>,
    /// Parameters of the query.
    pub parameters: &'static [Parameter],
    /// Whether query and body are those of another request, about which a proxy asks: nothing in them is refused.
    pub forwarded: bool,
    /// The body; an operation without one refuses any.
    pub body: Option<Body>,
    /// Status of success.
    pub status: u16,
    /// Refusals beside those that any operation may answer.
    pub refusals: &'static [Refused],
    /// The types of what is sent and answered.
    #[cfg(feature = "schema")]
    pub types: crate::schema::Types,
}

impl Operation {
    /// An operation that takes no body and answers 200. Component and summary are what [`crate::operations!`] adds.
    pub const fn new(id: &'static str, method: &'static str, path: &'static str, access: Access) -> Self {
        Self {
            id,
            component: "",
            summary: "",
            method,
            path,
            access,
            need: None,
            parameters: &[],
            forwarded: false,
            body: None,
            status: 200,
            refusals: &[],
            #[cfg(feature = "schema")]
            types: crate::schema::Types::NONE,
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn of(self, component: &'static str, summary: &'static str) -> Self {
        Self { component, summary, ..self }
    }

    /// The same for those whose role allows it: to what the path names within the organization, if it names something there; else
    /// as far as the caller reaches when the operation reads, and with a reach of everything when it writes.
    #[must_use]
    pub const fn needs(self, permission: Permission) -> Self {
        let object = if self.names_resource() {
            Object::Named
        } else if equal(self.method, "GET") {
            Object::Reached
        } else {
            Object::Whole
        };
        Self { need: Some(Need { permission, object }), ..self }
    }

    /// The same for those whose role allows it to what is their own: the operation makes something of the caller's own.
    #[must_use]
    pub const fn needs_for_own(self, permission: Permission) -> Self {
        Self { need: Some(Need { permission, object: Object::Reached }), ..self }
    }

    /// Whether the path names something beside the organization.
    pub const fn names_resource(&self) -> bool {
        let path = self.path.as_bytes();
        let (mut index, mut names) = (0, 0);
        while index < path.len() {
            if path[index] == b'{' {
                names += 1;
            }
            index += 1;
        }
        names > 1
    }

    /// What comes of a call by a member of this role.
    pub const fn outcome(&self, role: Role, whose: Whose) -> Outcome {
        match self.need {
            Some(need) => need.outcome(role, whose),
            None => Outcome::Allowed,
        }
    }

    /// Whether some role is told that it may not.
    pub fn forbids(&self) -> bool {
        let roles = Role::ALL.into_iter().filter(|role| *role != Role::Placeholder);
        let mut cases = roles.flat_map(|role| [Whose::Own, Whose::Others].map(|whose| self.outcome(role, whose)));
        cases.any(|outcome| outcome == Outcome::Forbidden)
    }

    /// The same with parameters in the query.
    #[must_use]
    pub const fn query(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    /// The same for a request about another one.
    #[must_use]
    pub const fn forwarded(self) -> Self {
        Self { forwarded: true, ..self }
    }

    /// The same with a body of type `T`.
    #[must_use]
    pub const fn takes<T: Described + DeserializeOwned>(mut self, sample: &'static str) -> Self {
        self.body = Some(Body { sample, optional: false, ignored: &[], read_only: &[] });
        #[cfg(feature = "schema")]
        {
            self.types.body = Some(crate::schema::BodyType::of::<T>());
        }
        self
    }

    /// The same with a body that may be left out.
    #[must_use]
    pub const fn optionally(mut self) -> Self {
        if let Some(body) = &mut self.body {
            body.optional = true;
        }
        self
    }

    /// The same with members of the body that have no effect: those of clients, and those of the resource itself.
    #[must_use]
    pub const fn ignoring(mut self, ignored: &'static [&'static str], read_only: &'static [&'static str]) -> Self {
        if let Some(body) = &mut self.body {
            body.ignored = ignored;
            body.read_only = read_only;
        }
        self
    }

    /// The same with another status of success, and a body of type `T` in the answer.
    #[must_use]
    pub const fn answers<T: Described>(mut self, status: u16) -> Self {
        self.status = status;
        #[cfg(feature = "schema")]
        {
            self.types.answer = Some(crate::schema::schema_of::<T>);
        }
        self
    }

    /// The same with another status of success, and no body in the answer.
    #[must_use]
    pub const fn answers_nothing(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same with refusals of its own.
    #[must_use]
    pub const fn refuses(self, refusals: &'static [Refused]) -> Self {
        Self { refusals, ..self }
    }
}

const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "/organizations/{organization}/projects";
    const ONE: &str = "/organizations/{organization}/projects/{project}";

    fn outcomes(operation: &Operation, whose: Whose) -> [Outcome; 5] {
        let roles = [Role::Owner, Role::Admin, Role::Manager, Role::Employee, Role::Accountant];
        roles.map(|role| operation.outcome(role, whose))
    }

    #[test]
    fn what_comes_of_a_call_follows_from_permission_and_object() {
        use Outcome::{Allowed, Forbidden, Hidden};
        let new = |method, path| Operation::new("", method, path, Access::Token);
        let everybody = [Allowed; 5];

        let list = new("GET", LIST).needs(Permission::ProjectsRead);
        assert_eq!(outcomes(&list, Whose::Others), everybody);
        assert!(!list.forbids());
        let create = new("POST", LIST).needs(Permission::ProjectsManage);
        assert_eq!(outcomes(&create, Whose::Others), [Allowed, Allowed, Allowed, Forbidden, Forbidden]);
        let record = new("POST", LIST).needs_for_own(Permission::EntriesChange);
        assert_eq!(outcomes(&record, Whose::Others), [Allowed, Allowed, Allowed, Allowed, Forbidden]);
        let audit = new("GET", LIST).needs(Permission::AuditRead);
        assert_eq!(outcomes(&audit, Whose::Others), [Allowed, Allowed, Forbidden, Forbidden, Allowed]);

        let read = new("GET", ONE).needs(Permission::ProjectsRead);
        assert_eq!(outcomes(&read, Whose::Others), [Allowed, Allowed, Allowed, Hidden, Allowed]);
        assert_eq!(outcomes(&read, Whose::Own), everybody);
        let change = new("PUT", ONE).needs(Permission::EntriesChange);
        assert_eq!(outcomes(&change, Whose::Others), [Allowed, Allowed, Forbidden, Hidden, Forbidden]);
        assert_eq!(outcomes(&change, Whose::Own), [Allowed, Allowed, Allowed, Allowed, Forbidden]);
        assert!(change.forbids());
        let tag = new("PUT", ONE).needs(Permission::TagsManage);
        assert_eq!(outcomes(&tag, Whose::Others), [Allowed, Allowed, Allowed, Forbidden, Forbidden]);
        assert_eq!(outcomes(&new("GET", LIST), Whose::Others), everybody);
    }
}
