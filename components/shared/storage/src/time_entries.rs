//! Time entries.
//!
//! Every statement joins its caller, so that nobody reaches an organization that is not theirs, and so that a write needs no
//! look-up before it. Triggers append the events.

use kronos_domain::entry::TimeEntry;

use crate::{Db, Error, Statement, Value, db::record};

mod count;
mod list;
mod read;
mod sync;
mod write;

pub use crate::access::{Actor, Change};
pub use count::count;
pub use list::{Cursor, Filter, Listing, Slice, Sort, list, list_full};
pub use read::{Relation, Standing, active, read, relation, repeated, running, standing};
pub use sync::{Changed, changes, floor, sync_horizon};
pub use write::{Condition, Edit, End, Fixed, NewEntry, create, create_stopping_running, delete, update};

/// Refuses a second running timer of a member.
pub const ONE_RUNNING: &str = "time_entries_one_running_per_member";
/// Refuses an id that is in use, in whichever organization.
pub const PRIMARY_KEY: &str = "time_entries_pkey";
/// Refuses an end before the start.
pub const END_NOT_BEFORE_START: &str = "time_entries_end_not_before_start";
/// Refuses an end beyond what Kronos can hold.
pub const END_RANGE: &str = "time_entries_end_range";

record! {
    COLUMNS, COLUMNS_OF_E("e."), decode -> TimeEntry {
        id: id id,
        organization: id organization_id,
        member: id member_id,
        user: id user_id,
        start: instant start_at,
        end: optional_instant end_at,
        time_zone: text time_zone,
        description: text description,
        billable: bool billable,
        billable_rate: optional_rate billable_rate,
        currency: parsed currency,
        source: text source,
        version: integer version,
        created_at: instant created_at,
        updated_at: instant updated_at,
        deleted_at: optional_instant deleted_at,
    }
}

async fn entry(db: &Db, statement: &Statement, parameters: &[Value]) -> Result<Option<TimeEntry>, Error> {
    let row = db.row(statement, parameters).await?;
    row.map(|row| decode(&mut row.columns())).transpose()
}

/// Every statement of this aggregate.
pub(crate) fn statements() -> Vec<Statement> {
    [read::STATEMENTS, write::STATEMENTS, list::STATEMENTS, count::STATEMENTS, sync::STATEMENTS].concat()
}
