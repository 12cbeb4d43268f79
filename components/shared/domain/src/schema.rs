//! JSON schemas of the types that the API sends, for the OpenAPI document. Types that are written as plain texts or numbers have
//! no name of their own there.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    ClientId, Currency, EntryId, HourlyRate, Instant, InvitationId, MemberId, MinorUnits, OperatorTokenId,
    OrganizationId, ProjectId, ProjectMemberId, RateId, ResourceId, Role, Seconds, SessionId, TagId, TaskId, TeamId,
    UserId,
};

macro_rules! written_as {
    ($($name:ident: $schema:tt;)*) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

written_as! {
    ClientId: { "type": "string", "format": "uuid" };
    Currency: { "type": "string", "pattern": "^[A-Z]{3}$" };
    EntryId: { "type": "string", "format": "uuid" };
    HourlyRate: { "type": "integer", "minimum": 0, "maximum": 1_000_000_000 };
    Instant: { "type": "string", "format": "date-time" };
    InvitationId: { "type": "string", "format": "uuid" };
    MemberId: { "type": "string", "format": "uuid" };
    MinorUnits: { "type": "integer", "format": "int64" };
    OperatorTokenId: { "type": "string", "format": "uuid" };
    OrganizationId: { "type": "string", "format": "uuid" };
    ProjectId: { "type": "string", "format": "uuid" };
    ProjectMemberId: { "type": "string", "format": "uuid" };
    RateId: { "type": "string", "format": "uuid" };
    ResourceId: { "type": "string", "format": "uuid" };
    Role: { "type": "string", "enum": ["owner", "admin", "manager", "employee", "accountant", "placeholder"] };
    Seconds: { "type": "integer", "format": "int64", "minimum": 0 };
    SessionId: { "type": "string", "format": "uuid" };
    TagId: { "type": "string", "format": "uuid" };
    TaskId: { "type": "string", "format": "uuid" };
    TeamId: { "type": "string", "format": "uuid" };
    UserId: { "type": "string", "format": "uuid" };
}
