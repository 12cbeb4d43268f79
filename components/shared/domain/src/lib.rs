//! What Kronos is about, without any I/O: instants, intervals, days, money, roles, permissions, time entries and events.
//!
//! Nothing here reads a clock, draws a random number or knows SQL; callers bring those. That is why this crate tests natively
//! in a second.

pub mod days;
pub mod entry;
pub mod event;
pub mod ids;
pub mod instant;
pub mod interval;
pub mod money;
pub mod permission;
pub mod role;
#[cfg(feature = "schema")]
mod schema;
pub mod zone;

pub use ids::{
    ClientId, EntryId, MemberId, OperatorTokenId, OrganizationId, ProjectId, ResourceId, SessionId, TagId, TaskId,
    UserId,
};
pub use instant::{Instant, Since, Until};
pub use interval::{Interval, Seconds};
pub use money::{Currency, HourlyRate, MinorUnits};
pub use permission::{Permission, Reach};
pub use role::Role;
pub use zone::Zone;
