//! What a row of the table of operations holds.

use kronos_domain::Role;
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
    /// Read which organizations the user belongs to.
    pub const ORGANIZATIONS_READ: &str = "organizations:read";

    /// All of them, with what a person is told about each.
    pub const ALL: &[(&str, &str)] = &[
        (API, "Everything"),
        (TIME_ENTRIES_READ, "Read time entries"),
        (TIME_ENTRIES_WRITE, "Record, change and delete time entries"),
        (REPORTS_READ, "Read reports"),
        (ORGANIZATIONS_READ, "Read your own user and memberships"),
    ];
}

/// What a role may do with what belongs to another member of the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The operation is about the caller, or shows each role what it may see.
    Caller,
    /// Whoever sees the time of others may call it ([`Role::sees_everyone`]).
    Seen,
    /// Whoever changes the time of others may call it ([`Role::changes_everyone`]).
    Changed,
}

/// How a call on what belongs to another member ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it would on the caller's own.
    Allowed,
    /// 403: the caller may know that it exists.
    Forbidden,
    /// 404: the caller may not.
    Hidden,
}

impl Reach {
    /// What comes of a call by a member of this role.
    pub const fn outcome(self, role: Role) -> Outcome {
        match self {
            Self::Seen | Self::Changed if !role.sees_everyone() => Outcome::Hidden,
            Self::Changed if !role.changes_everyone() => Outcome::Forbidden,
            Self::Caller | Self::Seen | Self::Changed => Outcome::Allowed,
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
    /// What roles may do with what belongs to others.
    pub reach: Reach,
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
            reach: Reach::Caller,
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

    /// The same on what belongs to members, not only to the caller.
    #[must_use]
    pub const fn on_members(self, reach: Reach) -> Self {
        Self { reach, ..self }
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
