//! How many entries a list has. The index is chosen as for its pages.

use super::{
    Actor,
    filter::{FILTER, Filter},
};
use crate::{
    Db, Error,
    db::{Fragment, statements},
};

/// Conditions that the statement's index does not serve.
const REST: &[Fragment] = &[
    // Makes only one of the two counts: for the larger one PostgreSQL may read the whole table.
    Fragment::shared("sees", "(SELECT role FROM caller) IN {sees_everyone}"),
    Fragment::shared(
        "rest",
        r"($15::text IS NULL OR $15::text LIKE '%' || w.member_id::text || '%')
                AND {matches}",
    ),
    Fragment::shared("range", "w.start_at >= $3::bigint AND w.start_at < $4::bigint"),
    // The plus keeps the index on the other column from being chosen.
    Fragment::shared("plain_range", "+w.start_at >= $3::bigint AND +w.start_at < $4::bigint"),
];

statements! {
    ALL = r"
        WITH caller AS ({caller})
        SELECT CASE WHEN {sees} THEN (
            SELECT count(*) FROM time_entries w
            WHERE w.organization_id = {organization} AND {range} AND +w.updated_at >= $16::bigint AND {rest}
        ) ELSE (
            SELECT count(*) FROM time_entries w
            WHERE w.member_id = {own} AND {range} AND +w.updated_at >= $16::bigint AND {rest}
        ) END
    " with REST FILTER;

    MEMBERS = r"
        WITH caller AS ({caller})
        SELECT count(*) FROM caller c
        JOIN members t ON t.organization_id = c.organization_id AND {seen}
        JOIN time_entries w ON w.member_id = t.id
        WHERE $15::text LIKE '%' || t.id::text || '%' AND {range} AND +w.updated_at >= $16::bigint AND {matches}
    " with REST FILTER;

    PROJECTS = r"
        WITH caller AS ({caller})
        SELECT count(*) FROM caller c
        JOIN projects t ON t.organization_id = c.organization_id
        JOIN time_entries w ON w.project_id = t.id
        WHERE ($9::text IS NULL OR $9::text LIKE '%' || t.id::text || '%')
            AND ($11::text IS NULL OR $11::text LIKE '%' || t.client_id::text || '%')
            AND (w.member_id = c.member_id OR c.role IN {sees_everyone})
            AND {range} AND +w.updated_at >= $16::bigint AND {rest}
    " with REST FILTER;

    RUNNING = r"
        WITH caller AS ({caller})
        SELECT count(*) FROM caller c
        JOIN members t ON t.organization_id = c.organization_id AND {seen}
        JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
        WHERE {plain_range} AND +w.updated_at >= $16::bigint AND {rest}
    " with REST FILTER;

    CHANGED = r"
        WITH caller AS ({caller})
        SELECT CASE WHEN {sees} THEN (
            SELECT count(*) FROM time_entries w
            WHERE w.organization_id = {organization} AND w.updated_at >= $16::bigint AND {plain_range} AND {rest}
        ) ELSE (
            SELECT count(*) FROM time_entries w
            WHERE w.member_id = {own} AND {range} AND +w.updated_at >= $16::bigint AND {rest}
        ) END
    " with REST FILTER;
}

/// How many entries all pages of a list hold.
pub async fn count(db: &Db, actor: Actor, filter: &Filter) -> Result<i64, Error> {
    let statement = match (filter.active, filter.members.as_slice(), filter.updated_since) {
        (Some(true), _, _) => &RUNNING,
        _ if filter.walks_projects() => &PROJECTS,
        (_, [_, ..], _) => &MEMBERS,
        (_, [], Some(_)) => &CHANGED,
        (_, [], None) => &ALL,
    };
    let mut parameters = filter.parameters(actor);
    parameters.extend([filter.given(), filter.updated_since.map_or(0, kronos_domain::Instant::micros).into()]);
    let row = db.row(statement, &parameters).await?;
    row.ok_or_else(|| Error::Internal("`count` has no row".into()))?.columns().integer()
}
