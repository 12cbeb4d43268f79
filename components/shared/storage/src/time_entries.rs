//! Time entries.
//!
//! Every statement joins its caller, so that nobody reaches an organization that is not theirs, and so that a write needs no
//! look-up before it. Triggers append the events.

use kronos_domain::entry::TimeEntry;

use crate::{Db, Error, Statement, Value, db::record};

mod count;
mod cut;
mod edit;
mod filter;
mod list;
mod read;
mod sync;
mod write;

pub use crate::access::{Actor, Change};
pub use count::count;
pub use cut::{Cut, cut};
pub use edit::{Condition, Edit, End, Fixed};
pub use filter::{Among, Filter};
pub use list::{Cursor, Listing, Slice, Sort, list, list_full};
pub use read::{
    Missing, Relation, Standing, active, missing, read, relation, repeated, running, standing, standing_with_deleted,
    standings,
};
pub use sync::{Changed, changes, floor, sync_horizon};
pub use write::{NewEntry, create, create_stopping_running, delete, delete_all, restore, update, update_all};

/// Refuses a second running timer of a member.
pub const ONE_RUNNING: &str = "time_entries_one_running_per_member";
/// Refuses a second entry of what a source calls one.
pub const EXTERNAL_ID: &str = "time_entries_external_id_key";
/// Refuses an entry that overlaps another one of the member, where the organization forbids it.
pub const NO_OVERLAP: &str = "time_entries_no_overlap";
/// Refuses a task without its project.
pub const TASK_NEEDS_PROJECT: &str = "time_entries_task_needs_project";
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
        kind: parsed kind,
        project: optional_id project_id,
        task: optional_id task_id,
        client: derived_id client_id,
        tags: ids tags,
        description: text description,
        billable: bool billable,
        billable_rate: derived_rate billable_rate,
        billable_rate_source: derived_parsed billable_rate_source,
        cost_rate: derived_rate cost_rate,
        cost_rate_source: derived_parsed cost_rate_source,
        currency: parsed currency,
        source: text source,
        external_id: optional_text external_id,
        external_url: optional_text external_url,
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

async fn entries(db: &Db, statement: &Statement, parameters: &[Value]) -> Result<Vec<TimeEntry>, Error> {
    let rows = db.rows(statement, parameters).await?;
    rows.into_iter().map(|row| decode(&mut row.columns())).collect()
}

/// Every statement of this aggregate.
pub(crate) fn statements() -> Vec<Statement> {
    [read::STATEMENTS, write::STATEMENTS, cut::STATEMENTS, list::STATEMENTS, count::STATEMENTS, sync::STATEMENTS]
        .concat()
}
