//! What Kronos is about, without any I/O: instants, intervals, days, money, roles, permissions, time entries and events.
//!
//! Nothing here reads a clock, draws a random number or knows SQL; callers bring those. That is why this crate tests natively
//! in a second.

pub mod days;
pub mod email;
pub mod entry;
pub mod event;
pub mod ids;
pub mod instant;
pub mod interval;
pub mod money;
pub mod name;
pub mod permission;
pub mod project;
pub mod rate;
pub mod role;
#[cfg(feature = "schema")]
mod schema;
pub mod settings;
pub mod zone;

pub use email::Email;
pub use ids::{
    ClientId, EntryId, InvitationId, MemberId, OperatorTokenId, OrganizationId, ProjectId, ProjectMemberId, RateId,
    ResourceId, SessionId, TagId, TaskId, TeamId, TeamMemberId, UserId,
};
pub use instant::{Instant, Since, Until};
pub use interval::{Interval, Seconds};
pub use money::{Currency, HourlyRate, MinorUnits};
pub use name::Name;
pub use permission::{Permission, Reach};
pub use role::Role;
pub use zone::Zone;
