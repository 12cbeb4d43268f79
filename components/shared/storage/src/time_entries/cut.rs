//! Cutting an entry in two.

use kronos_domain::{EntryId, Instant, entry::TimeEntry};

use super::{Change, entry, write::COLUMNS_OF_NEW};
use crate::{
    Db, Error,
    db::{Fragment, statements},
};

/// Where to cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The first part ends here.
    pub until: Instant,
    /// The second one begins here; what lies between is dropped.
    pub from: Instant,
    /// Only a running timer, of which the first part may be empty; otherwise only an entry of which something is left on either side.
    pub running: bool,
    /// Only this version.
    pub version: Option<i64>,
}

/// The second part has all that the entry has, the frozen rates among it, but what another system calls it.
const CUT: &[Fragment] = &[
    Fragment::shared(
        "values",
        "$7::uuid, w.organization_id, w.member_id, w.user_id, w.project_id, w.task_id, w.kind, w.tags,
            $5::bigint, w.end_at, w.time_zone, w.description, w.folded_description, w.billable,
            w.billable_rate, w.billable_rate_source, w.cost_rate, w.cost_rate_source, w.currency,
            w.source, NULL::text, w.external_url, $8::text, 1, $2::uuid, $9::text, $10::text, stamp.at, stamp.at",
    ),
    Fragment::shared(
        "whole",
        "callers c
        JOIN time_entries w ON w.organization_id = c.organization_id AND w.id = $3::uuid AND w.deleted_at IS NULL
        CROSS JOIN (SELECT {stamp} AS at) stamp
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND c.role IN {changes_own} AND (w.member_id = c.member_id OR c.role IN {changes_everyone})
          AND ($6::bigint IS NULL OR w.version = $6::bigint)
          AND CASE WHEN $11::boolean THEN w.end_at IS NULL AND w.start_at <= $4::bigint
                   ELSE w.start_at < $4::bigint AND (w.end_at IS NULL OR w.end_at > $5::bigint) END",
    ),
];

statements! {
    CUT_IN_TWO = {
        postgres: r"
        WITH stamp AS (SELECT {stamp} AS at),
        w AS (
            SELECT w.* FROM {whole}
            FOR UPDATE OF w
        ),
        first AS (
            UPDATE time_entries SET
                end_at = $4::bigint,
                version = time_entries.version + 1,
                changed_by = $2::uuid, request_id = $9::text, traceparent = $10::text,
                updated_at = {entry_stamp}
            FROM w
            WHERE time_entries.id = w.id
            RETURNING time_entries.id
        )
        INSERT INTO time_entries ({columns})
        SELECT {values}
        FROM w, stamp
        WHERE (SELECT count(*) FROM first) > 0
        RETURNING {entry}
        ",
        sqlite: r"
        INSERT INTO time_entry_cuts ({columns}, cut_id, cut_at)
        SELECT {values}, w.id, $4::bigint
        FROM {whole}
        RETURNING {entry}
        ",
    } with CUT COLUMNS_OF_NEW;
}

/// Cuts an entry in two, both or neither, and answers the second part. None means that there is no such entry that the actor may
/// change and that can be cut so: [`super::standing`] tells which.
pub async fn cut(
    db: &Db,
    change: Change<'_>,
    id: EntryId,
    cut: Cut,
    second: EntryId,
    request_digest: &str,
) -> Result<Option<TimeEntry>, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        id.into(),
        cut.until.into(),
        cut.from.into(),
        cut.version.into(),
        second.into(),
        request_digest.into(),
        change.request_id.into(),
        change.traceparent.into(),
        cut.running.into(),
    ];
    entry(db, &CUT_IN_TWO, &parameters).await
}
