//! Reports, from the read model alone.

use kronos_domain::{Interval, MinorUnits, Seconds};

use crate::{
    Actor, Db, Error, Value,
    db::{Fragment, statements},
};

/// A stretch of time whose entries are added up, with the label of its group when days are the groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Such as a date.
    pub label: String,
    /// Its instants; buckets do not overlap.
    pub interval: Interval,
}

/// What makes a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The bucket.
    Bucket,
    /// The project.
    Project,
    /// The member.
    Member,
}

/// Which bucket gets an entry that touches several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// The one in which it starts gets it as a whole.
    Start,
    /// Each gets its part.
    Parts,
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// Label of the bucket, or id; none for entries without a project.
    pub key: Option<String>,
    /// Worked time.
    pub seconds: Seconds,
    /// Price, in minor units.
    pub cost: MinorUnits,
}

const REPORT: &[Fragment] = &[
    Fragment::pair(
        "buckets",
        "SELECT d.value->>0 AS label, (d.value->>1)::bigint AS from_at, (d.value->>2)::bigint AS until_at
            FROM jsonb_array_elements($3::text::jsonb) AS d(value)",
        "SELECT d.value->>0 AS label, d.value->>1 AS from_at, d.value->>2 AS until_at FROM json_each($3) AS d",
    ),
    // A member without entries gets one row without a sum, a stranger none.
    Fragment::shared(
        "sums",
        r"total AS (
            SELECT CASE $4::text WHEN 'bucket' THEN part.label WHEN 'member' THEN part.member_id::text
                                 ELSE part.project_id::text END AS key,
                sum(part.seconds)::bigint AS seconds, sum(part.cost)::bigint AS cost
            FROM part
            GROUP BY 1
        )
        SELECT total.seconds, total.cost, total.key
        FROM caller
        LEFT JOIN total ON true",
    ),
    Fragment::shared(
        "seen",
        r"r.organization_id = $1::uuid AND NOT r.deleted
              AND (EXISTS (SELECT 1 FROM caller WHERE role IN {sees_everyone})
                   OR r.member_id = (SELECT member_id FROM caller))",
    ),
    // Seconds from the entry's start to where its part begins and ends; the part costs the difference between what the entry cost
    // at either place (the domain's `HourlyRate::cost_of_part`), so the parts add up to the entry.
    Fragment::shared(
        "overlap",
        r"SELECT b.label, r.member_id, r.project_id, r.rate,
                    (CASE WHEN b.from_at > r.start_at THEN b.from_at - r.start_at ELSE 0 END) / 1000000 AS part_from,
                    ((CASE WHEN b.until_at < r.end_at THEN b.until_at ELSE r.end_at END) - r.start_at) / 1000000 AS part_to
                FROM bucket b
                CROSS JOIN report_entries r",
    ),
];

statements! {
    // `CROSS JOIN` keeps SQLite from going through all entries for the buckets of each, where an index leads from the buckets to
    // the entries; to PostgreSQL it is a join like any other.
    BY_START = r"
        WITH bucket AS (
            {buckets}
        ),
        caller AS ({caller}),
        part AS (
            SELECT b.label, r.member_id, r.project_id, r.seconds, r.cost
            FROM bucket b
            CROSS JOIN report_entries r
            WHERE r.start_at >= b.from_at AND r.start_at < b.until_at AND r.end_at IS NOT NULL AND {seen}
        ),
        {sums}
    " with REPORT;

    // An entry of up to 24 hours starts within the day before a bucket's end at the earliest; the few longer ones have an index.
    BY_PARTS = r"
        WITH bucket AS (
            {buckets}
        ),
        caller AS ({caller}),
        part AS (
            SELECT o.label, o.member_id, o.project_id, o.part_to - o.part_from AS seconds,
                (o.part_to * COALESCE(o.rate, 0) + 1800) / 3600 - (o.part_from * COALESCE(o.rate, 0) + 1800) / 3600 AS cost
            FROM (
                {overlap}
                WHERE r.start_at >= b.from_at - 86400000000 AND r.start_at < b.until_at AND r.end_at > b.from_at
                  AND r.end_at IS NOT NULL AND r.seconds <= 86400 AND {seen}
                UNION ALL
                {overlap}
                WHERE r.end_at > b.from_at AND r.start_at < b.until_at AND r.seconds > 86400 AND {seen}
            ) o
        ),
        {sums}
    " with REPORT;

    TIME_ZONE = r"
        SELECT o.time_zone
        FROM callers c
        JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
    ";
}

/// Adds up what the actor sees, in the order of the keys. None where the actor is not a member.
pub async fn summary(
    db: &Db,
    actor: Actor,
    buckets: &[Bucket],
    group: Group,
    split: Split,
) -> Result<Option<Vec<Sum>>, Error> {
    let buckets: Vec<_> = buckets
        .iter()
        .map(|bucket| (&bucket.label, bucket.interval.start().micros(), bucket.interval.end().micros()))
        .collect();
    let buckets = serde_json::to_string(&buckets).map_err(|error| Error::Internal(error.to_string()))?;
    let group = match group {
        Group::Bucket => "bucket",
        Group::Project => "project",
        Group::Member => "member",
    };
    let statement = match split {
        Split::Start => &BY_START,
        Split::Parts => &BY_PARTS,
    };
    let parameters: [Value; 4] = [actor.organization.into(), actor.user.into(), buckets.into(), group.into()];
    let rows = db.rows(statement, &parameters).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut sums = Vec::with_capacity(rows.len());
    for row in rows {
        if row.starts_with_null() {
            continue;
        }
        let mut columns = row.columns();
        let (seconds, cost) = (Seconds::new(columns.integer()?), MinorUnits(columns.integer()?));
        sums.push(Sum { key: columns.optional_text()?, seconds, cost });
    }
    // Not in SQL: the engines put NULL at different ends and compare texts by different rules.
    sums.sort_unstable_by(|a, b| (a.key.is_none(), &a.key).cmp(&(b.key.is_none(), &b.key)));
    Ok(Some(sums))
}

/// The organization's time zone, in which its reports are made unless a request says otherwise. None where the actor is not a
/// member.
pub async fn time_zone(db: &Db, actor: Actor) -> Result<Option<String>, Error> {
    let row = db.row(&TIME_ZONE, &[actor.organization.into(), actor.user.into()]).await?;
    row.map(|row| row.columns().text()).transpose()
}
