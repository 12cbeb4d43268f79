//! Giving the time of a placeholder to a person.

use kronos_domain::MemberId;

use crate::{
    Change, Db, Error,
    db::{Fragment, statements},
};

const MERGE_FRAGMENTS: &[Fragment] = &[
    Fragment::shared(
        "pairs",
        "callers c
        JOIN members t ON t.organization_id = c.organization_id AND t.id = $3::uuid AND t.user_id IS NULL AND t.deleted_at IS NULL
        JOIN member_profiles p ON p.organization_id = c.organization_id AND p.id = $4::uuid AND NOT p.is_placeholder
        JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN {all:members:manage}",
    ),
    Fragment::shared("permitted", "(o.overlap_policy <> 'forbid' OR NOT {overlap})"),
    // Stretches that touch do not overlap. A running timer ends when it will.
    Fragment::shared(
        "overlap",
        "EXISTS (
            SELECT 1 FROM time_entries a
            JOIN time_entries b ON b.member_id = p.id AND b.deleted_at IS NULL
                AND b.start_at < COALESCE(a.end_at, 9000000000000000) AND a.start_at < COALESCE(b.end_at, 9000000000000000)
            WHERE a.member_id = t.id AND a.deleted_at IS NULL
        )",
    ),
    Fragment::shared("running", "w.end_at IS NULL AND w.deleted_at IS NULL"),
];

statements! {
    // The row of the placeholder is locked, so that nobody records time for it meanwhile.
    MERGE = {
        postgres: r"
        WITH pair AS MATERIALIZED (
            SELECT t.id AS placeholder_id, p.id AS member_id, p.user_id FROM {pairs} AND {permitted}
            FOR UPDATE OF t
        ), moved AS (
            UPDATE time_entries SET
                member_id = pair.member_id, user_id = pair.user_id, version = time_entries.version + 1, changed_by = $2::uuid,
                request_id = $5::text, traceparent = $6::text, updated_at = {entry_stamp}
            FROM pair
            WHERE time_entries.member_id = pair.placeholder_id AND time_entries.deleted_at IS NULL
            RETURNING time_entries.id
        )
        UPDATE members AS t SET
            deleted_at = {stamp}, version = t.version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
            updated_at = change_stamp(t.updated_at)
        FROM pair
        WHERE t.id = pair.placeholder_id AND (SELECT count(*) FROM moved) >= 0
        RETURNING t.id::text
        ",
        sqlite: r"
        INSERT INTO member_merges (placeholder_id, member_id, user_id, changed_by, request_id, traceparent, merged_at)
        SELECT t.id, p.id, p.user_id, c.user_id, $5::text, $6::text, {stamp} FROM {pairs} AND {permitted}
        RETURNING placeholder_id
        ",
    } with MERGE_FRAGMENTS;

    HINDRANCE = r"
        SELECT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND {running})
           AND EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = p.id AND {running}),
           NOT {permitted}
        FROM {pairs}
    " with MERGE_FRAGMENTS;
}

/// What would be of the time of a placeholder and a person together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hindrance {
    /// Two running timers.
    pub two_running: bool,
    /// Entries that overlap, where that is forbidden.
    pub overlapping: bool,
}

/// Gives all entries of a placeholder to a person, and removes the placeholder. Whether it did; [`hindrance`] and
/// [`super::standing`] tell why not.
pub async fn merge(db: &Db, change: Change<'_>, placeholder: MemberId, into: MemberId) -> Result<bool, Error> {
    let parameters = [
        change.actor.organization.into(),
        change.actor.user.into(),
        placeholder.into(),
        into.into(),
        change.request_id.into(),
        change.traceparent.into(),
    ];
    Ok(db.row(&MERGE, &parameters).await?.is_some())
}

/// What keeps a placeholder and a person from being one; none where they are no such pair, or the actor may not.
pub async fn hindrance(
    db: &Db,
    change: Change<'_>,
    placeholder: MemberId,
    into: MemberId,
) -> Result<Option<Hindrance>, Error> {
    let parameters = [change.actor.organization.into(), change.actor.user.into(), placeholder.into(), into.into()];
    let Some(row) = db.row(&HINDRANCE, &parameters).await? else { return Ok(None) };
    let mut columns = row.columns();
    Ok(Some(Hindrance { two_running: columns.bool()?, overlapping: columns.bool()? }))
}
