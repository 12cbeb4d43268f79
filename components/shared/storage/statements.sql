-- The statements of this crate as they are sent, rendered by its tests: KRONOS_REGENERATE=1 cargo test -p kronos-storage

-- reports::BY_START, PostgreSQL
WITH bucket AS (
    SELECT d.value->>0 AS label, (d.value->>1)::bigint AS from_at, (d.value->>2)::bigint AS until_at
    FROM jsonb_array_elements($3::text::jsonb) AS d(value)
),
caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
part AS (
    SELECT b.label, r.member_id, r.project_id, r.seconds, r.cost
    FROM bucket b
    CROSS JOIN report_entries r
    WHERE r.start_at >= b.from_at AND r.start_at < b.until_at AND r.end_at IS NOT NULL AND r.organization_id = $1::uuid AND NOT r.deleted
      AND (EXISTS (SELECT 1 FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant'))
           OR r.member_id = (SELECT member_id FROM caller))
),
total AS (
    SELECT CASE $4::text WHEN 'bucket' THEN part.label WHEN 'member' THEN part.member_id::text
                         ELSE part.project_id::text END AS key,
        sum(part.seconds)::bigint AS seconds, sum(part.cost)::bigint AS cost
    FROM part
    GROUP BY 1
)
SELECT total.seconds, total.cost, total.key
FROM caller
LEFT JOIN total ON true;

-- reports::BY_START, SQLite
WITH bucket AS (
    SELECT d.value->>0 AS label, d.value->>1 AS from_at, d.value->>2 AS until_at FROM json_each(?3) AS d
),
caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
part AS (
    SELECT b.label, r.member_id, r.project_id, r.seconds, r.cost
    FROM bucket b
    CROSS JOIN report_entries r
    WHERE r.start_at >= b.from_at AND r.start_at < b.until_at AND r.end_at IS NOT NULL AND r.organization_id = ?1 AND NOT r.deleted
      AND (EXISTS (SELECT 1 FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant'))
           OR r.member_id = (SELECT member_id FROM caller))
),
total AS (
    SELECT CASE ?4 WHEN 'bucket' THEN part.label WHEN 'member' THEN part.member_id
                         ELSE part.project_id END AS key,
        sum(part.seconds) AS seconds, sum(part.cost) AS cost
    FROM part
    GROUP BY 1
)
SELECT total.seconds, total.cost, total.key
FROM caller
LEFT JOIN total ON true;

-- reports::BY_PARTS, PostgreSQL
WITH bucket AS (
    SELECT d.value->>0 AS label, (d.value->>1)::bigint AS from_at, (d.value->>2)::bigint AS until_at
    FROM jsonb_array_elements($3::text::jsonb) AS d(value)
),
caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
part AS (
    SELECT o.label, o.member_id, o.project_id, o.part_to - o.part_from AS seconds,
        (o.part_to * COALESCE(o.rate, 0) + 1800) / 3600 - (o.part_from * COALESCE(o.rate, 0) + 1800) / 3600 AS cost
    FROM (
        SELECT b.label, r.member_id, r.project_id, r.rate,
            (CASE WHEN b.from_at > r.start_at THEN b.from_at - r.start_at ELSE 0 END) / 1000000 AS part_from,
            ((CASE WHEN b.until_at < r.end_at THEN b.until_at ELSE r.end_at END) - r.start_at) / 1000000 AS part_to
        FROM bucket b
        CROSS JOIN report_entries r
        WHERE r.start_at >= b.from_at - 86400000000 AND r.start_at < b.until_at AND r.end_at > b.from_at
          AND r.end_at IS NOT NULL AND r.seconds <= 86400 AND r.organization_id = $1::uuid AND NOT r.deleted
      AND (EXISTS (SELECT 1 FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant'))
           OR r.member_id = (SELECT member_id FROM caller))
        UNION ALL
        SELECT b.label, r.member_id, r.project_id, r.rate,
            (CASE WHEN b.from_at > r.start_at THEN b.from_at - r.start_at ELSE 0 END) / 1000000 AS part_from,
            ((CASE WHEN b.until_at < r.end_at THEN b.until_at ELSE r.end_at END) - r.start_at) / 1000000 AS part_to
        FROM bucket b
        CROSS JOIN report_entries r
        WHERE r.end_at > b.from_at AND r.start_at < b.until_at AND r.seconds > 86400 AND r.organization_id = $1::uuid AND NOT r.deleted
      AND (EXISTS (SELECT 1 FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant'))
           OR r.member_id = (SELECT member_id FROM caller))
    ) o
),
total AS (
    SELECT CASE $4::text WHEN 'bucket' THEN part.label WHEN 'member' THEN part.member_id::text
                         ELSE part.project_id::text END AS key,
        sum(part.seconds)::bigint AS seconds, sum(part.cost)::bigint AS cost
    FROM part
    GROUP BY 1
)
SELECT total.seconds, total.cost, total.key
FROM caller
LEFT JOIN total ON true;

-- reports::BY_PARTS, SQLite
WITH bucket AS (
    SELECT d.value->>0 AS label, d.value->>1 AS from_at, d.value->>2 AS until_at FROM json_each(?3) AS d
),
caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
part AS (
    SELECT o.label, o.member_id, o.project_id, o.part_to - o.part_from AS seconds,
        (o.part_to * COALESCE(o.rate, 0) + 1800) / 3600 - (o.part_from * COALESCE(o.rate, 0) + 1800) / 3600 AS cost
    FROM (
        SELECT b.label, r.member_id, r.project_id, r.rate,
            (CASE WHEN b.from_at > r.start_at THEN b.from_at - r.start_at ELSE 0 END) / 1000000 AS part_from,
            ((CASE WHEN b.until_at < r.end_at THEN b.until_at ELSE r.end_at END) - r.start_at) / 1000000 AS part_to
        FROM bucket b
        CROSS JOIN report_entries r
        WHERE r.start_at >= b.from_at - 86400000000 AND r.start_at < b.until_at AND r.end_at > b.from_at
          AND r.end_at IS NOT NULL AND r.seconds <= 86400 AND r.organization_id = ?1 AND NOT r.deleted
      AND (EXISTS (SELECT 1 FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant'))
           OR r.member_id = (SELECT member_id FROM caller))
        UNION ALL
        SELECT b.label, r.member_id, r.project_id, r.rate,
            (CASE WHEN b.from_at > r.start_at THEN b.from_at - r.start_at ELSE 0 END) / 1000000 AS part_from,
            ((CASE WHEN b.until_at < r.end_at THEN b.until_at ELSE r.end_at END) - r.start_at) / 1000000 AS part_to
        FROM bucket b
        CROSS JOIN report_entries r
        WHERE r.end_at > b.from_at AND r.start_at < b.until_at AND r.seconds > 86400 AND r.organization_id = ?1 AND NOT r.deleted
      AND (EXISTS (SELECT 1 FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant'))
           OR r.member_id = (SELECT member_id FROM caller))
    ) o
),
total AS (
    SELECT CASE ?4 WHEN 'bucket' THEN part.label WHEN 'member' THEN part.member_id
                         ELSE part.project_id END AS key,
        sum(part.seconds) AS seconds, sum(part.cost) AS cost
    FROM part
    GROUP BY 1
)
SELECT total.seconds, total.cost, total.key
FROM caller
LEFT JOIN total ON true;

-- reports::TIME_ZONE, PostgreSQL
SELECT o.time_zone
FROM callers c
JOIN organizations o ON o.id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid;

-- reports::TIME_ZONE, SQLite
SELECT o.time_zone
FROM callers c
JOIN organizations o ON o.id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2;

-- users::MEMBERSHIPS, PostgreSQL
SELECT c.member_id::text, c.role, o.id::text, o.name, o.currency
FROM callers c
JOIN organizations o ON o.id = c.organization_id
WHERE c.user_id = $1::uuid
ORDER BY c.member_id;

-- users::MEMBERSHIPS, SQLite
SELECT c.member_id, c.role, o.id, o.name, o.currency
FROM callers c
JOIN organizations o ON o.id = c.organization_id
WHERE c.user_id = ?1
ORDER BY c.member_id;

-- time_entries::read::REPEATED, PostgreSQL
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND e.id = $3::uuid AND e.request_digest = $4::text
  AND (e.member_id = c.member_id OR c.role IN ('owner', 'admin'));

-- time_entries::read::REPEATED, SQLite
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND e.id = ?3 AND e.request_digest = ?4
  AND (e.member_id = c.member_id OR c.role IN ('owner', 'admin'));

-- time_entries::read::READ, PostgreSQL
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND e.id = $3::uuid AND e.deleted_at IS NULL
  AND (e.member_id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'));

-- time_entries::read::READ, SQLite
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND e.id = ?3 AND e.deleted_at IS NULL
  AND (e.member_id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'));

-- time_entries::read::ACTIVE, PostgreSQL
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.member_id = c.member_id
WHERE c.user_id = $1::uuid AND e.end_at IS NULL AND e.deleted_at IS NULL
ORDER BY e.start_at DESC, e.id DESC
LIMIT 1;

-- time_entries::read::ACTIVE, SQLite
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.member_id = c.member_id
WHERE c.user_id = ?1 AND e.end_at IS NULL AND e.deleted_at IS NULL
ORDER BY e.start_at DESC, e.id DESC
LIMIT 1;

-- time_entries::read::STANDING, PostgreSQL
SELECT c.role, c.member_id::text, e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND e.id = $3::uuid AND e.deleted_at IS NULL;

-- time_entries::read::STANDING, SQLite
SELECT c.role, c.member_id, e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND e.id = ?3 AND e.deleted_at IS NULL;

-- time_entries::read::MEMBER_ROLE, PostgreSQL
SELECT role FROM (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid) AS caller;

-- time_entries::read::MEMBER_ROLE, SQLite
SELECT role FROM (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2) AS caller;

-- time_entries::write::INSERT, PostgreSQL
INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, folded_description, billable,
    billable_rate, currency, source, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
SELECT $3::uuid, t.organization_id, t.id, COALESCE(t.user_id, t.id), $5::bigint, $6::bigint,
    COALESCE($7::text, u.time_zone, o.time_zone), $8::text, $9::text, $10::boolean,
    $11::bigint, o.currency, $12::text, $13::text, 1, c.user_id, $14::text, $15::text, stamp.at, stamp.at
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id)
JOIN organizations o ON o.id = c.organization_id
LEFT JOIN users u ON u.id = t.user_id
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND ($11::bigint IS NULL OR c.role IN ('owner', 'admin'))
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, description, billable, billable_rate, currency, source, version, created_at, updated_at, deleted_at;

-- time_entries::write::INSERT, SQLite
INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, folded_description, billable,
    billable_rate, currency, source, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
SELECT ?3, t.organization_id, t.id, COALESCE(t.user_id, t.id), ?5, ?6,
    COALESCE(?7, u.time_zone, o.time_zone), ?8, ?9, ?10,
    ?11, o.currency, ?12, ?13, 1, c.user_id, ?14, ?15, stamp.at, stamp.at
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE(?4, c.member_id)
JOIN organizations o ON o.id = c.organization_id
LEFT JOIN users u ON u.id = t.user_id
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND (?11 IS NULL OR c.role IN ('owner', 'admin'))
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, billable, billable_rate, currency, source, version, created_at, updated_at, deleted_at;

-- time_entries::write::REPLACE_RUNNING, PostgreSQL
WITH stopped AS (
    UPDATE time_entries SET
        end_at = CASE WHEN $5::bigint >= time_entries.start_at THEN $5::bigint
                      ELSE greatest(time_entries.start_at, $16::bigint) END,
        version = time_entries.version + 1,
        changed_by = c.user_id, request_id = $14::text, traceparent = $15::text,
        updated_at = change_stamp(time_entries.updated_at)
    FROM callers c
    JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id)
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND ($11::bigint IS NULL OR c.role IN ('owner', 'admin'))
      AND time_entries.member_id = t.id AND time_entries.end_at IS NULL AND time_entries.deleted_at IS NULL
    RETURNING time_entries.id
)
INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, folded_description, billable,
    billable_rate, currency, source, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
SELECT $3::uuid, t.organization_id, t.id, COALESCE(t.user_id, t.id), $5::bigint, $6::bigint,
    COALESCE($7::text, u.time_zone, o.time_zone), $8::text, $9::text, $10::boolean,
    $11::bigint, o.currency, $12::text, $13::text, 1, c.user_id, $14::text, $15::text, stamp.at, stamp.at
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id)
JOIN organizations o ON o.id = c.organization_id
LEFT JOIN users u ON u.id = t.user_id
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND ($11::bigint IS NULL OR c.role IN ('owner', 'admin')) AND (SELECT count(*) FROM stopped) >= 0
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, description, billable, billable_rate, currency, source, version, created_at, updated_at, deleted_at;

-- time_entries::write::REPLACE_RUNNING, SQLite
INSERT INTO time_entry_replacements (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, folded_description, billable,
    billable_rate, currency, source, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, stopped_at)
SELECT ?3, t.organization_id, t.id, COALESCE(t.user_id, t.id), ?5, ?6,
    COALESCE(?7, u.time_zone, o.time_zone), ?8, ?9, ?10,
    ?11, o.currency, ?12, ?13, 1, c.user_id, ?14, ?15, stamp.at, stamp.at, ?16
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE(?4, c.member_id)
JOIN organizations o ON o.id = c.organization_id
LEFT JOIN users u ON u.id = t.user_id
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND (?11 IS NULL OR c.role IN ('owner', 'admin'))
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, billable, billable_rate, currency, source, version, created_at, updated_at, deleted_at;

-- time_entries::write::UPDATE, PostgreSQL
UPDATE time_entries SET
    start_at = COALESCE($4::bigint, start_at), end_at = CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < start_at THEN start_at
           ELSE COALESCE($5::bigint, end_at) END, time_zone = COALESCE($6::text, time_zone), description = COALESCE($7::text, description),
    folded_description = CASE WHEN $7::text IS NULL THEN folded_description ELSE $8::text END,
    billable = COALESCE($9::boolean, billable), billable_rate = CASE WHEN $10::boolean THEN $11::bigint ELSE billable_rate END,
    version = version + 1,
    changed_by = $2::uuid, request_id = $16::text, traceparent = $17::text,
    updated_at = change_stamp(time_entries.updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND (start_at, end_at, time_zone, description, billable, billable_rate)
      IS DISTINCT FROM (COALESCE($4::bigint, start_at), CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < start_at THEN start_at
           ELSE COALESCE($5::bigint, end_at) END, COALESCE($6::text, time_zone), COALESCE($7::text, description), COALESCE($9::boolean, billable), CASE WHEN $10::boolean THEN $11::bigint ELSE billable_rate END)
  AND ($13::bigint IS NULL OR version = $13::bigint)
  AND (NOT $14::boolean OR end_at IS NULL)
  AND ($15::uuid IS NULL OR member_id = $15::uuid)
  AND (CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < start_at THEN start_at
           ELSE COALESCE($5::bigint, end_at) END IS NULL OR CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < start_at THEN start_at
           ELSE COALESCE($5::bigint, end_at) END - COALESCE($4::bigint, start_at) <= 31622400000000
       OR (start_at = COALESCE($4::bigint, start_at) AND (end_at IS NULL OR end_at = CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < start_at THEN start_at
           ELSE COALESCE($5::bigint, end_at) END)))
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
        AND (NOT $10::boolean OR time_entries.billable_rate IS NOT DISTINCT FROM $11::bigint
             OR c.role IN ('owner', 'admin'))
  )
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, description, billable, billable_rate, currency, source, version, created_at, updated_at, deleted_at;

-- time_entries::write::UPDATE, SQLite
UPDATE time_entries SET
    start_at = COALESCE(?4, start_at), end_at = CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, start_at) + ?18
           WHEN ?12 AND ?5 < start_at THEN start_at
           ELSE COALESCE(?5, end_at) END, time_zone = COALESCE(?6, time_zone), description = COALESCE(?7, description),
    folded_description = CASE WHEN ?7 IS NULL THEN folded_description ELSE ?8 END,
    billable = COALESCE(?9, billable), billable_rate = CASE WHEN ?10 THEN ?11 ELSE billable_rate END,
    version = version + 1,
    changed_by = ?2, request_id = ?16, traceparent = ?17,
    updated_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL
  AND (start_at, end_at, time_zone, description, billable, billable_rate)
      IS DISTINCT FROM (COALESCE(?4, start_at), CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, start_at) + ?18
           WHEN ?12 AND ?5 < start_at THEN start_at
           ELSE COALESCE(?5, end_at) END, COALESCE(?6, time_zone), COALESCE(?7, description), COALESCE(?9, billable), CASE WHEN ?10 THEN ?11 ELSE billable_rate END)
  AND (?13 IS NULL OR version = ?13)
  AND (NOT ?14 OR end_at IS NULL)
  AND (?15 IS NULL OR member_id = ?15)
  AND (CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, start_at) + ?18
           WHEN ?12 AND ?5 < start_at THEN start_at
           ELSE COALESCE(?5, end_at) END IS NULL OR CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, start_at) + ?18
           WHEN ?12 AND ?5 < start_at THEN start_at
           ELSE COALESCE(?5, end_at) END - COALESCE(?4, start_at) <= 31622400000000
       OR (start_at = COALESCE(?4, start_at) AND (end_at IS NULL OR end_at = CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, start_at) + ?18
           WHEN ?12 AND ?5 < start_at THEN start_at
           ELSE COALESCE(?5, end_at) END)))
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
        AND (NOT ?10 OR time_entries.billable_rate IS NOT DISTINCT FROM ?11
             OR c.role IN ('owner', 'admin'))
  )
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, billable, billable_rate, currency, source, version, created_at, updated_at, deleted_at;

-- time_entries::write::DELETE, PostgreSQL
UPDATE time_entries SET
    deleted_at = change_stamp(time_entries.updated_at),
    version = version + 1,
    changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
    updated_at = change_stamp(time_entries.updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND ($4::bigint IS NULL OR version = $4::bigint)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
  )
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, description, billable, billable_rate, currency, source, version, created_at, updated_at, deleted_at;

-- time_entries::write::DELETE, SQLite
UPDATE time_entries SET
    deleted_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)),
    version = version + 1,
    changed_by = ?2, request_id = ?5, traceparent = ?6,
    updated_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL
  AND (?4 IS NULL OR version = ?4)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
  )
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, billable, billable_rate, currency, source, version, created_at, updated_at, deleted_at;

-- time_entries::list::ALL_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) > ($9::bigint, $10::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT 10000)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        LIMIT $11::bigint
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) > ($9::bigint, $10::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT 10000)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        LIMIT $11::bigint
    ) own
),
edge AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < $11::bigint THEN (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) > ($9::bigint, $10::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT 9999)
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < $11::bigint THEN (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) > ($9::bigint, $10::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT 9999)
    ) own
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::ALL_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) > (?9, ?10) AND w.start_at < ?4 AND +w.start_at >= ?3
            ORDER BY w.start_at ASC, w.id ASC LIMIT 10000
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        LIMIT ?11
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) > (?9, ?10) AND w.start_at < ?4 AND +w.start_at >= ?3
            ORDER BY w.start_at ASC, w.id ASC LIMIT 10000
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        LIMIT ?11
    ) own
),
edge AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < ?11 THEN (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) > (?9, ?10) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET 9999
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < ?11 THEN (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) > (?9, ?10) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET 9999
    ) own
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::ALL_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) < ($9::bigint, $10::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT 10000)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        LIMIT $11::bigint
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) < ($9::bigint, $10::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT 10000)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        LIMIT $11::bigint
    ) own
),
edge AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < $11::bigint THEN (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) < ($9::bigint, $10::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT 9999)
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < $11::bigint THEN (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) < ($9::bigint, $10::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT 9999)
    ) own
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::ALL_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) < (?9, ?10) AND w.start_at >= ?3 AND +w.start_at < ?4
            ORDER BY w.start_at DESC, w.id DESC LIMIT 10000
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        LIMIT ?11
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) < (?9, ?10) AND w.start_at >= ?3 AND +w.start_at < ?4
            ORDER BY w.start_at DESC, w.id DESC LIMIT 10000
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        LIMIT ?11
    ) own
),
edge AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < ?11 THEN (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) < (?9, ?10) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET 9999
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < ?11 THEN (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) < (?9, ?10) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET 9999
    ) own
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::MEMBER_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = $13::uuid AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.member_id = (SELECT id FROM target) AND (w.start_at, w.id) > ($9::bigint, $10::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT 10000)
    ) w
    WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
    LIMIT $11::bigint
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM time_entries w
    WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < $11::bigint THEN (SELECT id FROM target) END AND (w.start_at, w.id) > ($9::bigint, $10::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT 9999)
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::MEMBER_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = ?13 AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.member_id = (SELECT id FROM target) AND (w.start_at, w.id) > (?9, ?10) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 10000
    ) w
    WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
    LIMIT ?11
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM time_entries w
    WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < ?11 THEN (SELECT id FROM target) END AND (w.start_at, w.id) > (?9, ?10) AND w.start_at < ?4 AND +w.start_at >= ?3
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET 9999
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::MEMBER_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = $13::uuid AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.member_id = (SELECT id FROM target) AND (w.start_at, w.id) < ($9::bigint, $10::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT 10000)
    ) w
    WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
    LIMIT $11::bigint
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM time_entries w
    WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < $11::bigint THEN (SELECT id FROM target) END AND (w.start_at, w.id) < ($9::bigint, $10::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT 9999)
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::MEMBER_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = ?13 AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.member_id = (SELECT id FROM target) AND (w.start_at, w.id) < (?9, ?10) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 10000
    ) w
    WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
    LIMIT ?11
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM time_entries w
    WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < ?11 THEN (SELECT id FROM target) END AND (w.start_at, w.id) < (?9, ?10) AND w.start_at >= ?3 AND +w.start_at < ?4
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET 9999
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::MEMBERS_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($13::text::jsonb) given)) AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM target t
    CROSS JOIN LATERAL (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = t.id AND (w.start_at, w.id) > ($9::bigint, $10::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT $14::bigint)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        LIMIT $11::bigint
    ) w
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN LATERAL (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = t.id AND (w.start_at, w.id) > ($9::bigint, $10::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT $14::bigint - 1)
    ) w
    WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < $11::bigint
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::MEMBERS_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id IN (SELECT value FROM json_each(?13)) AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT e.* FROM target t
    CROSS JOIN time_entries e ON e.id IN (
        SELECT w.id FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = t.id AND (w.start_at, w.id) > (?9, ?10) AND w.start_at < ?4 AND +w.start_at >= ?3
            ORDER BY w.start_at ASC, w.id ASC LIMIT ?14
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        LIMIT ?11
    )
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN time_entries w ON w.id = (
        SELECT w.id FROM time_entries w
        WHERE w.member_id = t.id AND (w.start_at, w.id) > (?9, ?10) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET ?14 - 1
    )
    WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < ?11
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::MEMBERS_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($13::text::jsonb) given)) AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM target t
    CROSS JOIN LATERAL (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = t.id AND (w.start_at, w.id) < ($9::bigint, $10::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT $14::bigint)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        LIMIT $11::bigint
    ) w
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN LATERAL (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = t.id AND (w.start_at, w.id) < ($9::bigint, $10::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT $14::bigint - 1)
    ) w
    WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < $11::bigint
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::MEMBERS_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id IN (SELECT value FROM json_each(?13)) AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT e.* FROM target t
    CROSS JOIN time_entries e ON e.id IN (
        SELECT w.id FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = t.id AND (w.start_at, w.id) < (?9, ?10) AND w.start_at >= ?3 AND +w.start_at < ?4
            ORDER BY w.start_at DESC, w.id DESC LIMIT ?14
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        LIMIT ?11
    )
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN time_entries w ON w.id = (
        SELECT w.id FROM time_entries w
        WHERE w.member_id = t.id AND (w.start_at, w.id) < (?9, ?10) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET ?14 - 1
    )
    WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < ?11
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::RUNNING_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT w.* FROM caller c
    JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
    WHERE ($13::text IS NULL OR $13::text LIKE '%' || t.id::text || '%')
        AND +w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        AND (+w.start_at, w.id) > ($9::bigint, $10::uuid)
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
    ORDER BY w.start_at ASC, w.id ASC LIMIT $11::bigint
),
edge AS (SELECT start_at, id FROM found WHERE false)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::RUNNING_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT w.* FROM caller c
    JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
    WHERE (?13 IS NULL OR ?13 LIKE '%' || t.id || '%')
        AND +w.start_at >= ?3 AND +w.start_at < ?4
        AND (+w.start_at, w.id) > (?9, ?10)
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
    ORDER BY w.start_at ASC, w.id ASC LIMIT ?11
),
edge AS (SELECT start_at, id FROM found WHERE false)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::RUNNING_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT w.* FROM caller c
    JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
    WHERE ($13::text IS NULL OR $13::text LIKE '%' || t.id::text || '%')
        AND +w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        AND (+w.start_at, w.id) < ($9::bigint, $10::uuid)
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
    ORDER BY w.start_at DESC, w.id DESC LIMIT $11::bigint
),
edge AS (SELECT start_at, id FROM found WHERE false)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::RUNNING_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT w.* FROM caller c
    JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
    WHERE (?13 IS NULL OR ?13 LIKE '%' || t.id || '%')
        AND +w.start_at >= ?3 AND +w.start_at < ?4
        AND (+w.start_at, w.id) < (?9, ?10)
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
    ORDER BY w.start_at DESC, w.id DESC LIMIT ?11
),
edge AS (SELECT start_at, id FROM found WHERE false)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::CHANGED, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.organization_id = (SELECT organization_id FROM caller) AND (w.updated_at, w.id) > ($9::bigint, $10::uuid)
        ORDER BY w.updated_at ASC, w.id ASC LIMIT (SELECT 10000)
    ) w
    WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant'))
        AND ($13::text IS NULL OR $13::text LIKE '%' || w.member_id::text || '%')
        AND w.start_at >= $3::bigint AND w.start_at < $4::bigint
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
    LIMIT $11::bigint
),
edge AS MATERIALIZED (
    SELECT w.updated_at, w.id FROM time_entries w
    WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < $11::bigint THEN (SELECT organization_id FROM caller) END AND (w.updated_at, w.id) > ($9::bigint, $10::uuid)
    ORDER BY w.updated_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT 9999)
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.updated_at AS edge_at, edge.id::text AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.updated_at, f.id) > (edge.updated_at, edge.id))
    ORDER BY f.updated_at ASC, f.id ASC
    LIMIT $11::bigint OFFSET $12::bigint
) e ON true
ORDER BY e.updated_at ASC, e.id ASC;

-- time_entries::list::CHANGED, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.organization_id = (SELECT organization_id FROM caller) AND (w.updated_at, w.id) > (?9, ?10)
        ORDER BY w.updated_at ASC, w.id ASC LIMIT 10000
    ) w
    WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant'))
        AND (?13 IS NULL OR ?13 LIKE '%' || w.member_id || '%')
        AND w.start_at >= ?3 AND w.start_at < ?4
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
    LIMIT ?11
),
edge AS MATERIALIZED (
    SELECT w.updated_at, w.id FROM time_entries w
    WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < ?11 THEN (SELECT organization_id FROM caller) END AND (w.updated_at, w.id) > (?9, ?10)
    ORDER BY w.updated_at ASC, w.id ASC LIMIT 1 OFFSET 9999
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at, edge.updated_at AS edge_at, edge.id AS edge_id
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.updated_at, f.id) > (edge.updated_at, edge.id))
    ORDER BY f.updated_at ASC, f.id ASC
    LIMIT ?11 OFFSET ?12
) e ON true
ORDER BY e.updated_at ASC, e.id ASC;

-- time_entries::count::ALL, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT CASE WHEN (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant') THEN (
    SELECT count(*) FROM time_entries w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $10::bigint AND ($9::text IS NULL OR $9::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
) ELSE (
    SELECT count(*) FROM time_entries w
    WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $10::bigint AND ($9::text IS NULL OR $9::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
) END;

-- time_entries::count::ALL, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT CASE WHEN (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant') THEN (
    SELECT count(*) FROM time_entries w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?10 AND (?9 IS NULL OR ?9 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
) ELSE (
    SELECT count(*) FROM time_entries w
    WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?10 AND (?9 IS NULL OR ?9 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
) END;

-- time_entries::count::MEMBERS, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT count(*) FROM caller c
JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
JOIN time_entries w ON w.member_id = t.id
WHERE $9::text LIKE '%' || t.id::text || '%' AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $10::bigint AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\');

-- time_entries::count::MEMBERS, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT count(*) FROM caller c
JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
JOIN time_entries w ON w.member_id = t.id
WHERE ?9 LIKE '%' || t.id || '%' AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?10 AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\');

-- time_entries::count::RUNNING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT count(*) FROM caller c
JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
WHERE +w.start_at >= $3::bigint AND +w.start_at < $4::bigint AND +w.updated_at >= $10::bigint AND ($9::text IS NULL OR $9::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\');

-- time_entries::count::RUNNING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT count(*) FROM caller c
JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
WHERE +w.start_at >= ?3 AND +w.start_at < ?4 AND +w.updated_at >= ?10 AND (?9 IS NULL OR ?9 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\');

-- time_entries::count::CHANGED, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT CASE WHEN (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant') THEN (
    SELECT count(*) FROM time_entries w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND w.updated_at >= $10::bigint AND +w.start_at >= $3::bigint AND +w.start_at < $4::bigint AND ($9::text IS NULL OR $9::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
) ELSE (
    SELECT count(*) FROM time_entries w
    WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $10::bigint AND ($9::text IS NULL OR $9::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
) END;

-- time_entries::count::CHANGED, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT CASE WHEN (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant') THEN (
    SELECT count(*) FROM time_entries w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND w.updated_at >= ?10 AND +w.start_at >= ?3 AND +w.start_at < ?4 AND (?9 IS NULL OR ?9 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
) ELSE (
    SELECT count(*) FROM time_entries w
    WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?10 AND (?9 IS NULL OR ?9 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
) END;

-- time_entries::sync::SYNC_HORIZON, PostgreSQL
SELECT sync_horizon();

-- time_entries::sync::SYNC_HORIZON, SQLite
SELECT COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0);

-- time_entries::sync::FIRST_POSITION, PostgreSQL
SELECT coalesce((SELECT min(position) FROM outbox), (SELECT position + 1 FROM outbox_state));

-- time_entries::sync::FIRST_POSITION, SQLite
SELECT coalesce(
    (SELECT min(position) FROM outbox),
    (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'outbox'),
    1
);

-- time_entries::sync::CHANGES, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
looked AS MATERIALIZED (
    SELECT position, subject FROM outbox
    WHERE organization_id = (SELECT organization_id FROM caller) AND position > $3::bigint
    ORDER BY position
    LIMIT $4::bigint
),
changed AS (
    SELECT subject, min(position) AS position FROM looked GROUP BY subject
),
seen AS (
    SELECT changed.position, e.* FROM changed
    JOIN time_entries e ON e.id = changed.subject
    WHERE e.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant')
    ORDER BY changed.position
    LIMIT $5::bigint
)
SELECT span.events, span.last, e.position, e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM caller
CROSS JOIN (SELECT count(*) AS events, max(position) AS last FROM looked) span
LEFT JOIN seen e ON true
ORDER BY e.position;

-- time_entries::sync::CHANGES, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
looked AS MATERIALIZED (
    SELECT position, subject FROM outbox
    WHERE organization_id = (SELECT organization_id FROM caller) AND position > ?3
    ORDER BY position
    LIMIT ?4
),
changed AS (
    SELECT subject, min(position) AS position FROM looked GROUP BY subject
),
seen AS (
    SELECT changed.position, e.* FROM changed
    JOIN time_entries e ON e.id = changed.subject
    WHERE e.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant')
    ORDER BY changed.position
    LIMIT ?5
)
SELECT span.events, span.last, e.position, e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.description, e.billable, e.billable_rate, e.currency, e.source, e.version, e.created_at, e.updated_at, e.deleted_at
FROM caller
CROSS JOIN (SELECT count(*) AS events, max(position) AS last FROM looked) span
LEFT JOIN seen e ON true
ORDER BY e.position;

-- clients::READ, PostgreSQL
SELECT c.role IN ('owner', 'admin', 'manager'), r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN clients r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  )));

-- clients::READ, SQLite
SELECT c.role IN ('owner', 'admin', 'manager'), r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN clients r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  )));

-- clients::REPEATED, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN clients r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.request_digest = $4::text AND c.role IN ('owner', 'admin', 'manager');

-- clients::REPEATED, SQLite
SELECT r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN clients r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.request_digest = ?4 AND c.role IN ('owner', 'admin', 'manager');

-- clients::INSERT, PostgreSQL
INSERT INTO clients (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, name, name_key, archived_at)
SELECT $3::uuid, c.organization_id, $4::text, 1, c.user_id, $5::text, $6::text, stamp.at, stamp.at, $7::text, $8::text, $9::bigint
FROM callers c CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')
RETURNING id::text, organization_id::text, name, archived_at, version, created_at, updated_at, deleted_at;

-- clients::INSERT, SQLite
INSERT INTO clients (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, name, name_key, archived_at)
SELECT ?3, c.organization_id, ?4, 1, c.user_id, ?5, ?6, stamp.at, stamp.at, ?7, ?8, ?9
FROM callers c CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')
RETURNING id, organization_id, name, archived_at, version, created_at, updated_at, deleted_at;

-- clients::UPDATE, PostgreSQL
UPDATE clients SET
    name = COALESCE($7::text, name), name_key = COALESCE($8::text, name_key), archived_at = CASE WHEN $9::boolean IS NULL THEN archived_at
      WHEN $9::boolean THEN COALESCE($10::bigint, archived_at, $11::bigint) END, version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint)
  AND (name, archived_at) IS DISTINCT FROM (COALESCE($7::text, name), CASE WHEN $9::boolean IS NULL THEN archived_at
      WHEN $9::boolean THEN COALESCE($10::bigint, archived_at, $11::bigint) END)
  AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager'))
RETURNING id::text, organization_id::text, name, archived_at, version, created_at, updated_at, deleted_at;

-- clients::UPDATE, SQLite
UPDATE clients SET
    name = COALESCE(?7, name), name_key = COALESCE(?8, name_key), archived_at = CASE WHEN ?9 IS NULL THEN archived_at
      WHEN ?9 THEN COALESCE(?10, archived_at, ?11) END, version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4)
  AND (name, archived_at) IS DISTINCT FROM (COALESCE(?7, name), CASE WHEN ?9 IS NULL THEN archived_at
      WHEN ?9 THEN COALESCE(?10, archived_at, ?11) END)
  AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager'))
RETURNING id, organization_id, name, archived_at, version, created_at, updated_at, deleted_at;

-- clients::DELETE, PostgreSQL
UPDATE clients SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager'))
RETURNING id::text;

-- clients::DELETE, SQLite
UPDATE clients SET deleted_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)), version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4) AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager'))
RETURNING id;

-- projects::READ, PostgreSQL
SELECT (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))), p.id::text, p.organization_id::text, p.client_id::text, p.name, p.color, p.is_public, p.billable_default, p.estimated_time, p.budget_kind, p.budget_amount, p.budget_period, p.budget_thresholds, p.archived_at, p.version, p.created_at, p.updated_at, p.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = '/' || p.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'cost' AND v.subject = '/' || p.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = p.id)
FROM callers c
JOIN projects p ON p.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = $3::uuid AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))));

-- projects::READ, SQLite
SELECT (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))), p.id, p.organization_id, p.client_id, p.name, p.color, p.is_public, p.billable_default, p.estimated_time, p.budget_kind, p.budget_amount, p.budget_period, p.budget_thresholds, p.archived_at, p.version, p.created_at, p.updated_at, p.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = '/' || p.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'cost' AND v.subject = '/' || p.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = p.id)
FROM callers c
JOIN projects p ON p.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = ?3 AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))));

-- projects::REPEATED, PostgreSQL
SELECT p.id::text, p.organization_id::text, p.client_id::text, p.name, p.color, p.is_public, p.billable_default, p.estimated_time, p.budget_kind, p.budget_amount, p.budget_period, p.budget_thresholds, p.archived_at, p.version, p.created_at, p.updated_at, p.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = '/' || p.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'cost' AND v.subject = '/' || p.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = p.id)
FROM callers c
JOIN projects p ON p.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = $3::uuid AND p.request_digest = $4::text AND c.role IN ('owner', 'admin', 'manager');

-- projects::REPEATED, SQLite
SELECT p.id, p.organization_id, p.client_id, p.name, p.color, p.is_public, p.billable_default, p.estimated_time, p.budget_kind, p.budget_amount, p.budget_period, p.budget_thresholds, p.archived_at, p.version, p.created_at, p.updated_at, p.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = '/' || p.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'cost' AND v.subject = '/' || p.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = p.id)
FROM callers c
JOIN projects p ON p.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = ?3 AND p.request_digest = ?4 AND c.role IN ('owner', 'admin', 'manager');

-- projects::DELETE, PostgreSQL
UPDATE projects SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (
    SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = projects.id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
)
RETURNING id::text;

-- projects::DELETE, SQLite
UPDATE projects SET deleted_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)), version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4) AND EXISTS (
    SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = projects.id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
)
RETURNING id;

-- projects::write::INSERT, PostgreSQL
WITH created AS (
    INSERT INTO projects (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, client_id, name, name_key, color, is_public, billable_default, estimated_time, budget_kind,
    budget_amount, budget_period, budget_thresholds, archived_at)
    SELECT $3::uuid, c.organization_id, $4::text, 1, c.user_id, $5::text, $6::text, stamp.at, stamp.at, $7::uuid, $8::text, $9::text, $10::text, $11::boolean, COALESCE($12::boolean, o.billable_default),
    $13::bigint, $14::text, $15::bigint, $16::text, $17::text, $18::bigint FROM callers c JOIN organizations o ON o.id = c.organization_id CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager') AND ($19::uuid IS NULL OR c.role IN ('owner', 'admin', 'manager'))
    RETURNING *
), rated AS (
    INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
        changed_by, request_id, traceparent)
    SELECT $19::uuid, organization_id, 'project', NULL, id, $20::bigint, $21::text, $22::bigint, changed_by,
        request_id, traceparent
    FROM created WHERE $19::uuid IS NOT NULL
)
SELECT projects.id::text, projects.organization_id::text, projects.client_id::text, projects.name, projects.color, projects.is_public, projects.billable_default, projects.estimated_time, projects.budget_kind, projects.budget_amount, projects.budget_period, projects.budget_thresholds, projects.archived_at, projects.version, projects.created_at, projects.updated_at, projects.deleted_at,
    $20::bigint, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = projects.organization_id AND v.kind = 'cost' AND v.subject = '/' || projects.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = projects.id) FROM created AS projects;

-- projects::write::INSERT, SQLite
INSERT INTO rated_projects (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, client_id, name, name_key, color, is_public, billable_default, estimated_time, budget_kind,
    budget_amount, budget_period, budget_thresholds, archived_at, rate_id, rate, rate_from, rate_from_at)
SELECT ?3, c.organization_id, ?4, 1, c.user_id, ?5, ?6, stamp.at, stamp.at, ?7, ?8, ?9, ?10, ?11, COALESCE(?12, o.billable_default),
    ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22 FROM callers c JOIN organizations o ON o.id = c.organization_id CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager') AND (?19 IS NULL OR c.role IN ('owner', 'admin', 'manager'))
RETURNING rated_projects.id, rated_projects.organization_id, rated_projects.client_id, rated_projects.name, rated_projects.color, rated_projects.is_public, rated_projects.billable_default, rated_projects.estimated_time, rated_projects.budget_kind, rated_projects.budget_amount, rated_projects.budget_period, rated_projects.budget_thresholds, rated_projects.archived_at, rated_projects.version, rated_projects.created_at, rated_projects.updated_at, rated_projects.deleted_at,
    ?20, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = rated_projects.organization_id AND v.kind = 'cost' AND v.subject = '/' || rated_projects.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = rated_projects.id);

-- projects::write::UPDATE, PostgreSQL
WITH written AS (
    UPDATE projects SET client_id = CASE WHEN $7::boolean THEN $8::uuid ELSE client_id END, name = COALESCE($9::text, name), name_key = COALESCE($10::text, name_key), color = COALESCE($11::text, color),
        is_public = COALESCE($12::boolean, is_public), billable_default = COALESCE($13::boolean, billable_default), estimated_time = CASE WHEN $14::boolean THEN $15::bigint ELSE estimated_time END,
        budget_kind = CASE WHEN $16::boolean THEN $17::text ELSE budget_kind END, budget_amount = CASE WHEN $16::boolean THEN $18::bigint ELSE budget_amount END, budget_period = CASE WHEN $16::boolean THEN $19::text ELSE budget_period END,
        budget_thresholds = CASE WHEN $16::boolean THEN $20::text ELSE budget_thresholds END, archived_at = CASE WHEN $21::boolean IS NULL THEN archived_at
         WHEN $21::boolean THEN COALESCE($22::bigint, archived_at, $23::bigint) END, version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
    WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint)
      AND ((client_id, name, color, is_public, billable_default, estimated_time, budget_kind, budget_amount,
            budget_period, budget_thresholds, archived_at)
           IS DISTINCT FROM (CASE WHEN $7::boolean THEN $8::uuid ELSE client_id END, COALESCE($9::text, name), COALESCE($11::text, color), COALESCE($12::boolean, is_public), COALESCE($13::boolean, billable_default), CASE WHEN $14::boolean THEN $15::bigint ELSE estimated_time END,
            CASE WHEN $16::boolean THEN $17::text ELSE budget_kind END, CASE WHEN $16::boolean THEN $18::bigint ELSE budget_amount END, CASE WHEN $16::boolean THEN $19::text ELSE budget_period END, CASE WHEN $16::boolean THEN $20::text ELSE budget_thresholds END, CASE WHEN $21::boolean IS NULL THEN archived_at
         WHEN $21::boolean THEN COALESCE($22::bigint, archived_at, $23::bigint) END)
           OR (CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')) THEN $24::uuid END IS NOT NULL AND (SELECT v.amount FROM rates v WHERE v.organization_id = projects.organization_id AND v.kind = 'billable' AND v.subject = '/' || projects.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS DISTINCT FROM $25::bigint))
      AND ($24::uuid IS NULL OR EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')) OR CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = projects.organization_id AND v.kind = 'billable' AND v.subject = '/' || projects.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END IS NOT DISTINCT FROM $25::bigint)
      AND EXISTS (
          SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
          WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = projects.id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
      )
    RETURNING *
), rated AS (
    INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
        changed_by, request_id, traceparent)
    SELECT $24::uuid, organization_id, 'project', NULL, id, $25::bigint, $26::text, $27::bigint, changed_by,
        request_id, traceparent
    FROM written WHERE CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')) THEN $24::uuid END IS NOT NULL
)
SELECT projects.id::text, projects.organization_id::text, projects.client_id::text, projects.name, projects.color, projects.is_public, projects.billable_default, projects.estimated_time, projects.budget_kind, projects.budget_amount, projects.budget_period, projects.budget_thresholds, projects.archived_at, projects.version, projects.created_at, projects.updated_at, projects.deleted_at,
    CASE WHEN CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')) THEN $24::uuid END IS NOT NULL THEN $25::bigint ELSE CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = projects.organization_id AND v.kind = 'billable' AND v.subject = '/' || projects.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = projects.organization_id AND v.kind = 'cost' AND v.subject = '/' || projects.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = projects.id) FROM written AS projects;

-- projects::write::UPDATE, SQLite
UPDATE rated_projects SET client_id = CASE WHEN ?7 THEN ?8 ELSE client_id END, name = COALESCE(?9, name), name_key = COALESCE(?10, name_key), color = COALESCE(?11, color),
        is_public = COALESCE(?12, is_public), billable_default = COALESCE(?13, billable_default), estimated_time = CASE WHEN ?14 THEN ?15 ELSE estimated_time END,
        budget_kind = CASE WHEN ?16 THEN ?17 ELSE budget_kind END, budget_amount = CASE WHEN ?16 THEN ?18 ELSE budget_amount END, budget_period = CASE WHEN ?16 THEN ?19 ELSE budget_period END,
        budget_thresholds = CASE WHEN ?16 THEN ?20 ELSE budget_thresholds END, archived_at = CASE WHEN ?21 IS NULL THEN archived_at
         WHEN ?21 THEN COALESCE(?22, archived_at, ?23) END, version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)),
    rate_id = CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')) THEN ?24 END, rate = ?25, rate_from = ?26, rate_from_at = ?27
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4)
      AND ((client_id, name, color, is_public, billable_default, estimated_time, budget_kind, budget_amount,
            budget_period, budget_thresholds, archived_at)
           IS DISTINCT FROM (CASE WHEN ?7 THEN ?8 ELSE client_id END, COALESCE(?9, name), COALESCE(?11, color), COALESCE(?12, is_public), COALESCE(?13, billable_default), CASE WHEN ?14 THEN ?15 ELSE estimated_time END,
            CASE WHEN ?16 THEN ?17 ELSE budget_kind END, CASE WHEN ?16 THEN ?18 ELSE budget_amount END, CASE WHEN ?16 THEN ?19 ELSE budget_period END, CASE WHEN ?16 THEN ?20 ELSE budget_thresholds END, CASE WHEN ?21 IS NULL THEN archived_at
         WHEN ?21 THEN COALESCE(?22, archived_at, ?23) END)
           OR (CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')) THEN ?24 END IS NOT NULL AND (SELECT v.amount FROM rates v WHERE v.organization_id = rated_projects.organization_id AND v.kind = 'billable' AND v.subject = '/' || rated_projects.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS DISTINCT FROM ?25))
      AND (?24 IS NULL OR EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')) OR CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = rated_projects.organization_id AND v.kind = 'billable' AND v.subject = '/' || rated_projects.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END IS NOT DISTINCT FROM ?25)
      AND EXISTS (
          SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
          WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = rated_projects.id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
      )
RETURNING rated_projects.id, rated_projects.organization_id, rated_projects.client_id, rated_projects.name, rated_projects.color, rated_projects.is_public, rated_projects.billable_default, rated_projects.estimated_time, rated_projects.budget_kind, rated_projects.budget_amount, rated_projects.budget_period, rated_projects.budget_thresholds, rated_projects.archived_at, rated_projects.version, rated_projects.created_at, rated_projects.updated_at, rated_projects.deleted_at,
    CASE WHEN CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')) THEN ?24 END IS NOT NULL THEN ?25 ELSE CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = rated_projects.organization_id AND v.kind = 'billable' AND v.subject = '/' || rated_projects.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = rated_projects.organization_id AND v.kind = 'cost' AND v.subject = '/' || rated_projects.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = rated_projects.id);

-- project_members::READ, PostgreSQL
SELECT (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))), r.id::text, r.organization_id::text, r.project_id::text, r.member_id::text, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM callers c
JOIN project_members r ON r.organization_id = c.organization_id
JOIN projects p ON p.id = r.project_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))));

-- project_members::READ, SQLite
SELECT (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))), r.id, r.organization_id, r.project_id, r.member_id, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM callers c
JOIN project_members r ON r.organization_id = c.organization_id
JOIN projects p ON p.id = r.project_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))));

-- project_members::REPEATED, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.project_id::text, r.member_id::text, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM callers c
JOIN project_members r ON r.organization_id = c.organization_id
JOIN projects p ON p.id = r.project_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.request_digest = $4::text AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )));

-- project_members::REPEATED, SQLite
SELECT r.id, r.organization_id, r.project_id, r.member_id, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM callers c
JOIN project_members r ON r.organization_id = c.organization_id
JOIN projects p ON p.id = r.project_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.request_digest = ?4 AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )));

-- project_members::INSERT, PostgreSQL
WITH created AS (
    INSERT INTO project_members (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, project_id, member_id, role)
    SELECT $3::uuid, c.organization_id, $4::text, 1, c.user_id, $5::text, $6::text, stamp.at, stamp.at, p.id, t.id, $9::text FROM callers c
JOIN projects p ON p.organization_id = c.organization_id
JOIN members t ON t.organization_id = c.organization_id AND t.deleted_at IS NULL
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = $7::uuid AND p.deleted_at IS NULL AND t.id = $8::uuid AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
  AND ($10::uuid IS NULL OR c.role IN ('owner', 'admin', 'manager'))
    RETURNING *
), rated AS (
    INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
        changed_by, request_id, traceparent)
    SELECT $10::uuid, organization_id, 'project_member', member_id, project_id, $11::bigint, $12::text, $13::bigint,
        changed_by, request_id, traceparent
    FROM created WHERE $10::uuid IS NOT NULL
)
SELECT project_members.id::text, project_members.organization_id::text, project_members.project_id::text, project_members.member_id::text, project_members.role, project_members.version, project_members.created_at, project_members.updated_at, project_members.deleted_at, $11::bigint FROM created AS project_members;

-- project_members::INSERT, SQLite
INSERT INTO rated_project_members (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, project_id, member_id, role, rate_id, rate, rate_from, rate_from_at)
SELECT ?3, c.organization_id, ?4, 1, c.user_id, ?5, ?6, stamp.at, stamp.at, p.id, t.id, ?9, ?10, ?11, ?12, ?13 FROM callers c
JOIN projects p ON p.organization_id = c.organization_id
JOIN members t ON t.organization_id = c.organization_id AND t.deleted_at IS NULL
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = ?7 AND p.deleted_at IS NULL AND t.id = ?8 AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
  AND (?10 IS NULL OR c.role IN ('owner', 'admin', 'manager'))
RETURNING rated_project_members.id, rated_project_members.organization_id, rated_project_members.project_id, rated_project_members.member_id, rated_project_members.role, rated_project_members.version, rated_project_members.created_at, rated_project_members.updated_at, rated_project_members.deleted_at, ?11;

-- project_members::UPDATE, PostgreSQL
WITH written AS (
    UPDATE project_members SET role = COALESCE($7::text, role), version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
    WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint)
      AND (role <> COALESCE($7::text, role) OR (CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')) THEN $8::uuid END IS NOT NULL AND (SELECT v.amount FROM rates v WHERE v.organization_id = project_members.organization_id AND v.kind = 'billable' AND v.subject = project_members.member_id::text || '/' || project_members.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS DISTINCT FROM $9::bigint))
      AND ($8::uuid IS NULL OR EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')) OR CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = project_members.organization_id AND v.kind = 'billable' AND v.subject = project_members.member_id::text || '/' || project_members.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END IS NOT DISTINCT FROM $9::bigint)
      AND EXISTS (
          SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
          WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = project_members.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
      )
    RETURNING *
), rated AS (
    INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
        changed_by, request_id, traceparent)
    SELECT $8::uuid, organization_id, 'project_member', member_id, project_id, $9::bigint, $10::text, $11::bigint,
        changed_by, request_id, traceparent
    FROM written WHERE CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')) THEN $8::uuid END IS NOT NULL
)
SELECT project_members.id::text, project_members.organization_id::text, project_members.project_id::text, project_members.member_id::text, project_members.role, project_members.version, project_members.created_at, project_members.updated_at, project_members.deleted_at, CASE WHEN CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager')) THEN $8::uuid END IS NOT NULL THEN $9::bigint ELSE CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = project_members.organization_id AND v.kind = 'billable' AND v.subject = project_members.member_id::text || '/' || project_members.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END END FROM written AS project_members;

-- project_members::UPDATE, SQLite
UPDATE rated_project_members SET role = COALESCE(?7, role), version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)),
    rate_id = CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')) THEN ?8 END, rate = ?9, rate_from = ?10, rate_from_at = ?11
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4)
      AND (role <> COALESCE(?7, role) OR (CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')) THEN ?8 END IS NOT NULL AND (SELECT v.amount FROM rates v WHERE v.organization_id = rated_project_members.organization_id AND v.kind = 'billable' AND v.subject = rated_project_members.member_id || '/' || rated_project_members.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS DISTINCT FROM ?9))
      AND (?8 IS NULL OR EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')) OR CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = rated_project_members.organization_id AND v.kind = 'billable' AND v.subject = rated_project_members.member_id || '/' || rated_project_members.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END IS NOT DISTINCT FROM ?9)
      AND EXISTS (
          SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
          WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = rated_project_members.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
      )
RETURNING rated_project_members.id, rated_project_members.organization_id, rated_project_members.project_id, rated_project_members.member_id, rated_project_members.role, rated_project_members.version, rated_project_members.created_at, rated_project_members.updated_at, rated_project_members.deleted_at, CASE WHEN CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager')) THEN ?8 END IS NOT NULL THEN ?9 ELSE CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = rated_project_members.organization_id AND v.kind = 'billable' AND v.subject = rated_project_members.member_id || '/' || rated_project_members.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END END;

-- project_members::DELETE, PostgreSQL
UPDATE project_members SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (
    SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = project_members.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
)
RETURNING id::text;

-- project_members::DELETE, SQLite
UPDATE project_members SET deleted_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)), version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4) AND EXISTS (
    SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = project_members.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
)
RETURNING id;

-- tasks::READ, PostgreSQL
SELECT (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id))))), r.id::text, r.organization_id::text, r.project_id::text, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = r.id)
FROM callers c
JOIN tasks r ON r.organization_id = c.organization_id
JOIN projects p ON p.id = r.project_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))));

-- tasks::READ, SQLite
SELECT (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id))))), r.id, r.organization_id, r.project_id, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = r.id)
FROM callers c
JOIN tasks r ON r.organization_id = c.organization_id
JOIN projects p ON p.id = r.project_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))));

-- tasks::REPEATED, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.project_id::text, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = r.id)
FROM callers c
JOIN tasks r ON r.organization_id = c.organization_id
JOIN projects p ON p.id = r.project_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.request_digest = $4::text AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))));

-- tasks::REPEATED, SQLite
SELECT r.id, r.organization_id, r.project_id, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = r.id)
FROM callers c
JOIN tasks r ON r.organization_id = c.organization_id
JOIN projects p ON p.id = r.project_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.request_digest = ?4 AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))));

-- tasks::INSERT, PostgreSQL
INSERT INTO tasks (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, project_id, name, name_key, estimated_time, done_at)
SELECT $3::uuid, c.organization_id, $4::text, 1, c.user_id, $5::text, $6::text, stamp.at, stamp.at, p.id, $8::text, $9::text, $10::bigint, $11::bigint
FROM callers c
JOIN projects p ON p.organization_id = c.organization_id
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = $7::uuid AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))))
RETURNING tasks.id::text, tasks.organization_id::text, tasks.project_id::text, tasks.name, tasks.estimated_time, tasks.done_at, tasks.version, tasks.created_at, tasks.updated_at, tasks.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = tasks.id);

-- tasks::INSERT, SQLite
INSERT INTO tasks (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, project_id, name, name_key, estimated_time, done_at)
SELECT ?3, c.organization_id, ?4, 1, c.user_id, ?5, ?6, stamp.at, stamp.at, p.id, ?8, ?9, ?10, ?11
FROM callers c
JOIN projects p ON p.organization_id = c.organization_id
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = ?7 AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))))
RETURNING tasks.id, tasks.organization_id, tasks.project_id, tasks.name, tasks.estimated_time, tasks.done_at, tasks.version, tasks.created_at, tasks.updated_at, tasks.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = tasks.id);

-- tasks::UPDATE, PostgreSQL
UPDATE tasks SET
    name = COALESCE($7::text, name), name_key = COALESCE($8::text, name_key), estimated_time = CASE WHEN $9::boolean THEN $10::bigint ELSE estimated_time END, done_at = CASE WHEN $11::boolean IS NULL THEN done_at WHEN $11::boolean THEN COALESCE($12::bigint, done_at, $13::bigint) END,
    version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint)
  AND (name, estimated_time, done_at) IS DISTINCT FROM (COALESCE($7::text, name), CASE WHEN $9::boolean THEN $10::bigint ELSE estimated_time END, CASE WHEN $11::boolean IS NULL THEN done_at WHEN $11::boolean THEN COALESCE($12::bigint, done_at, $13::bigint) END)
  AND EXISTS (
      SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = tasks.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))))
  )
RETURNING tasks.id::text, tasks.organization_id::text, tasks.project_id::text, tasks.name, tasks.estimated_time, tasks.done_at, tasks.version, tasks.created_at, tasks.updated_at, tasks.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = tasks.id);

-- tasks::UPDATE, SQLite
UPDATE tasks SET
    name = COALESCE(?7, name), name_key = COALESCE(?8, name_key), estimated_time = CASE WHEN ?9 THEN ?10 ELSE estimated_time END, done_at = CASE WHEN ?11 IS NULL THEN done_at WHEN ?11 THEN COALESCE(?12, done_at, ?13) END,
    version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4)
  AND (name, estimated_time, done_at) IS DISTINCT FROM (COALESCE(?7, name), CASE WHEN ?9 THEN ?10 ELSE estimated_time END, CASE WHEN ?11 IS NULL THEN done_at WHEN ?11 THEN COALESCE(?12, done_at, ?13) END)
  AND EXISTS (
      SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = tasks.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))))
  )
RETURNING tasks.id, tasks.organization_id, tasks.project_id, tasks.name, tasks.estimated_time, tasks.done_at, tasks.version, tasks.created_at, tasks.updated_at, tasks.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = tasks.id);

-- tasks::DELETE, PostgreSQL
UPDATE tasks SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (
      SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = tasks.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))))
  )
RETURNING id::text;

-- tasks::DELETE, SQLite
UPDATE tasks SET deleted_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)), version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4) AND EXISTS (
      SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND p.id = tasks.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND (EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ) OR ((c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
      AND (SELECT o.employees_can_manage_tasks FROM organizations o WHERE o.id = c.organization_id)))))
  )
RETURNING id;

-- tags::READ, PostgreSQL
SELECT c.role IN ('owner', 'admin', 'manager'), r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN tags r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.deleted_at IS NULL AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant');

-- tags::READ, SQLite
SELECT c.role IN ('owner', 'admin', 'manager'), r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN tags r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.deleted_at IS NULL AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant');

-- tags::REPEATED, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN tags r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.request_digest = $4::text AND c.role IN ('owner', 'admin', 'manager', 'employee');

-- tags::REPEATED, SQLite
SELECT r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN tags r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.request_digest = ?4 AND c.role IN ('owner', 'admin', 'manager', 'employee');

-- tags::INSERT, PostgreSQL
INSERT INTO tags (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, name, name_key, archived_at)
SELECT $3::uuid, c.organization_id, $4::text, 1, c.user_id, $5::text, $6::text, stamp.at, stamp.at, $7::text, $8::text, $9::bigint
FROM callers c CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager', 'employee')
RETURNING id::text, organization_id::text, name, archived_at, version, created_at, updated_at, deleted_at;

-- tags::INSERT, SQLite
INSERT INTO tags (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, name, name_key, archived_at)
SELECT ?3, c.organization_id, ?4, 1, c.user_id, ?5, ?6, stamp.at, stamp.at, ?7, ?8, ?9
FROM callers c CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager', 'employee')
RETURNING id, organization_id, name, archived_at, version, created_at, updated_at, deleted_at;

-- tags::UPDATE, PostgreSQL
UPDATE tags SET
    name = COALESCE($7::text, name), name_key = COALESCE($8::text, name_key), archived_at = CASE WHEN $9::boolean IS NULL THEN archived_at
      WHEN $9::boolean THEN COALESCE($10::bigint, archived_at, $11::bigint) END, version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint)
  AND (name, archived_at) IS DISTINCT FROM (COALESCE($7::text, name), CASE WHEN $9::boolean IS NULL THEN archived_at
      WHEN $9::boolean THEN COALESCE($10::bigint, archived_at, $11::bigint) END)
  AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager'))
RETURNING id::text, organization_id::text, name, archived_at, version, created_at, updated_at, deleted_at;

-- tags::UPDATE, SQLite
UPDATE tags SET
    name = COALESCE(?7, name), name_key = COALESCE(?8, name_key), archived_at = CASE WHEN ?9 IS NULL THEN archived_at
      WHEN ?9 THEN COALESCE(?10, archived_at, ?11) END, version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4)
  AND (name, archived_at) IS DISTINCT FROM (COALESCE(?7, name), CASE WHEN ?9 IS NULL THEN archived_at
      WHEN ?9 THEN COALESCE(?10, archived_at, ?11) END)
  AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager'))
RETURNING id, organization_id, name, archived_at, version, created_at, updated_at, deleted_at;

-- tags::DELETE, PostgreSQL
UPDATE tags SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager'))
RETURNING id::text;

-- tags::DELETE, SQLite
UPDATE tags SET deleted_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)), version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4) AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager'))
RETURNING id;

-- rates::READ, PostgreSQL
SELECT CASE WHEN r.kind = 'cost' OR r.scope IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END, r.id::text, r.organization_id::text, r.kind, r.member_id::text, r.project_id::text, r.task_id::text, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN rates r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.deleted_at IS NULL AND ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))));

-- rates::READ, SQLite
SELECT CASE WHEN r.kind = 'cost' OR r.scope IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END, r.id, r.organization_id, r.kind, r.member_id, r.project_id, r.task_id, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN rates r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.deleted_at IS NULL AND ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))));

-- rates::REPEATED, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.kind, r.member_id::text, r.project_id::text, r.task_id::text, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN rates r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid AND r.request_digest = $4::text AND CASE WHEN r.kind = 'cost' OR r.scope IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END;

-- rates::REPEATED, SQLite
SELECT r.id, r.organization_id, r.kind, r.member_id, r.project_id, r.task_id, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM callers c
JOIN rates r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3 AND r.request_digest = ?4 AND CASE WHEN r.kind = 'cost' OR r.scope IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END;

-- rates::DELETE, PostgreSQL
UPDATE rates SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND CASE WHEN rates.kind = 'cost' OR rates.scope IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END)
RETURNING id::text;

-- rates::DELETE, SQLite
UPDATE rates SET deleted_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)), version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4) AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND CASE WHEN rates.kind = 'cost' OR rates.scope IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END)
RETURNING id;

-- rates::applicable::APPLICABLE, PostgreSQL
SELECT CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' || $5::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = $3::uuid::text || '/' || $4::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '/' || $4::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = $3::uuid::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END, COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' || $5::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = $3::uuid::text || '/' || $4::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '/' || $4::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = $3::uuid::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1)), CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '//' || $5::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = $3::uuid::text || '/' || $4::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '/' || $4::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = $3::uuid::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END, COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '//' || $5::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = $3::uuid::text || '/' || $4::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '/' || $4::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = $3::uuid::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $6::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1))
FROM callers c
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid;

-- rates::applicable::APPLICABLE, SQLite
SELECT CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' || ?5 AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = ?3 || '/' || ?4 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '/' || ?4 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = ?3 || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END, COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' || ?5 AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = ?3 || '/' || ?4 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '/' || ?4 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = ?3 || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1)), CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '//' || ?5 AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = ?3 || '/' || ?4 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '/' || ?4 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = ?3 || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END, COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '//' || ?5 AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = ?3 || '/' || ?4 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '/' || ?4 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = ?3 || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?6
        ORDER BY v.valid_from_at DESC LIMIT 1))
FROM callers c
WHERE c.organization_id = ?1 AND c.user_id = ?2;

-- rates::applicable::SETTER, PostgreSQL
SELECT c.role, o.time_zone FROM callers c JOIN organizations o ON o.id = c.organization_id WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid;

-- rates::applicable::SETTER, SQLite
SELECT c.role, o.time_zone FROM callers c JOIN organizations o ON o.id = c.organization_id WHERE c.organization_id = ?1 AND c.user_id = ?2;

-- rates::write::INSERT, PostgreSQL
INSERT INTO rates (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, kind, scope, member_id, project_id, task_id, amount, valid_from, valid_from_at)
SELECT $3::uuid, c.organization_id, $4::text, 1, c.user_id, $5::text, $6::text, stamp.at, stamp.at, $7::text, $8::text, $9::uuid, $10::uuid, $11::uuid, $12::bigint, $13::text, $14::bigint
FROM callers c CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND CASE WHEN $7::text = 'cost' OR $8::text IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END
  AND ($9::uuid IS NULL OR EXISTS (
      SELECT 1 FROM members t
      WHERE t.id = $9::uuid AND t.organization_id = c.organization_id AND t.deleted_at IS NULL
  ))
RETURNING rates.id::text, rates.organization_id::text, rates.kind, rates.member_id::text, rates.project_id::text, rates.task_id::text, rates.amount, rates.valid_from, rates.version, rates.created_at, rates.updated_at, rates.deleted_at;

-- rates::write::INSERT, SQLite
INSERT INTO rates (id, organization_id, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, kind, scope, member_id, project_id, task_id, amount, valid_from, valid_from_at)
SELECT ?3, c.organization_id, ?4, 1, c.user_id, ?5, ?6, stamp.at, stamp.at, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
FROM callers c CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND CASE WHEN ?7 = 'cost' OR ?8 IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END
  AND (?9 IS NULL OR EXISTS (
      SELECT 1 FROM members t
      WHERE t.id = ?9 AND t.organization_id = c.organization_id AND t.deleted_at IS NULL
  ))
RETURNING rates.id, rates.organization_id, rates.kind, rates.member_id, rates.project_id, rates.task_id, rates.amount, rates.valid_from, rates.version, rates.created_at, rates.updated_at, rates.deleted_at;

-- rates::write::SET, PostgreSQL
INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
    changed_by, request_id, traceparent)
SELECT $3::uuid, c.organization_id, $8::text, $9::uuid, $10::uuid, $11::bigint, $12::text, $13::bigint,
    c.user_id, $5::text, $6::text
FROM callers c
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND $4::text IS NULL AND CASE WHEN $7::text = 'cost' OR $8::text IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END
RETURNING id::text;

-- rates::write::SET, SQLite
INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at,
    changed_by, request_id, traceparent)
SELECT ?3, c.organization_id, ?8, ?9, ?10, ?11, ?12, ?13,
    c.user_id, ?5, ?6
FROM callers c
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND ?4 IS NULL AND CASE WHEN ?7 = 'cost' OR ?8 IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END
RETURNING id;

-- rates::write::UPDATE, PostgreSQL
UPDATE rates SET amount = CASE WHEN $7::boolean THEN $8::bigint ELSE amount END, valid_from = CASE WHEN $9::boolean THEN $10::text ELSE valid_from END, valid_from_at = CASE WHEN $9::boolean THEN $11::bigint ELSE valid_from_at END, version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint)
  AND (amount, valid_from) IS DISTINCT FROM (CASE WHEN $7::boolean THEN $8::bigint ELSE amount END, CASE WHEN $9::boolean THEN $10::text ELSE valid_from END)
  AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND CASE WHEN rates.kind = 'cost' OR rates.scope IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END)
RETURNING rates.id::text, rates.organization_id::text, rates.kind, rates.member_id::text, rates.project_id::text, rates.task_id::text, rates.amount, rates.valid_from, rates.version, rates.created_at, rates.updated_at, rates.deleted_at;

-- rates::write::UPDATE, SQLite
UPDATE rates SET amount = CASE WHEN ?7 THEN ?8 ELSE amount END, valid_from = CASE WHEN ?9 THEN ?10 ELSE valid_from END, valid_from_at = CASE WHEN ?9 THEN ?11 ELSE valid_from_at END, version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6, updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL AND (?4 IS NULL OR version = ?4)
  AND (amount, valid_from) IS DISTINCT FROM (CASE WHEN ?7 THEN ?8 ELSE amount END, CASE WHEN ?9 THEN ?10 ELSE valid_from END)
  AND EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND CASE WHEN rates.kind = 'cost' OR rates.scope IN ('organization', 'member')
           THEN c.role IN ('owner', 'admin') ELSE c.role IN ('owner', 'admin', 'manager') END)
RETURNING rates.id, rates.organization_id, rates.kind, rates.member_id, rates.project_id, rates.task_id, rates.amount, rates.valid_from, rates.version, rates.created_at, rates.updated_at, rates.deleted_at;

-- clients::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- clients::LIST_BY_NAME, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- clients::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- clients::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- clients::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- clients::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- clients::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- clients::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- clients::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- clients::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN clients r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND EXISTS (
      SELECT 1 FROM projects p
      WHERE p.organization_id = r.organization_id AND p.client_id = r.id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  ))) AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- projects::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (p.archived_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR p.client_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.client_id::text, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- projects::LIST_BY_NAME, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (p.archived_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR p.client_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.client_id, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- projects::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (p.archived_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR p.client_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.client_id::text, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- projects::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (p.archived_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR p.client_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.client_id, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- projects::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (p.archived_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR p.client_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.client_id::text, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- projects::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (p.archived_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR p.client_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.client_id, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- projects::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (p.archived_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR p.client_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.client_id::text, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- projects::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (p.archived_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR p.client_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.client_id, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- projects::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (p.archived_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR p.client_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.client_id::text, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- projects::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN projects p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (p.archived_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR p.client_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.client_id, r.name, r.color, r.is_public, r.billable_default, r.estimated_time, r.budget_kind, r.budget_amount, r.budget_period, r.budget_thresholds, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, CASE WHEN EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'cost' AND v.subject = '/' || r.id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END, (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.project_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- project_members::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
      AND p.id = $9::uuid AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = $9::uuid AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.member_id::text, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- project_members::LIST_BY_NAME, SQLite
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2
      AND p.id = ?9 AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = ?9 AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.project_id, r.member_id, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- project_members::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
      AND p.id = $9::uuid AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = $9::uuid AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.member_id::text, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- project_members::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2
      AND p.id = ?9 AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = ?9 AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.project_id, r.member_id, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- project_members::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
      AND p.id = $9::uuid AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = $9::uuid AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.member_id::text, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- project_members::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2
      AND p.id = ?9 AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = ?9 AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.project_id, r.member_id, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- project_members::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
      AND p.id = $9::uuid AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = $9::uuid AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.member_id::text, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- project_members::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2
      AND p.id = ?9 AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = ?9 AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.project_id, r.member_id, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- project_members::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
      AND p.id = $9::uuid AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = $9::uuid AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.member_id::text, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- project_members::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT c.member_id, c.organization_id, c.role
    FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2
      AND p.id = ?9 AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))),
seen AS (

SELECT r.*, lower(COALESCE(u.name, t.name, '')) AS name_key
FROM caller c
JOIN project_members r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
JOIN members t ON t.id = r.member_id
LEFT JOIN users u ON u.id = t.user_id
WHERE r.project_id = ?9 AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
      OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (r.member_id = c.member_id OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  ))))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.project_id, r.member_id, r.role, r.version, r.created_at, r.updated_at, r.deleted_at, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- tasks::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (r.done_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR r.project_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- tasks::LIST_BY_NAME, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (r.done_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR r.project_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.project_id, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- tasks::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (r.done_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR r.project_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- tasks::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (r.done_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR r.project_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.project_id, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- tasks::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (r.done_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR r.project_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- tasks::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (r.done_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR r.project_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.project_id, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- tasks::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (r.done_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR r.project_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- tasks::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (r.done_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR r.project_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.project_id, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- tasks::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND ($9::boolean IS NULL OR (r.done_at IS NOT NULL) = $9::boolean)
  AND ($10::uuid IS NULL OR r.project_id = $10::uuid)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.project_id::text, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0)::bigint FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- tasks::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tasks r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
JOIN projects p ON p.id = r.project_id
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
  AND (?9 IS NULL OR (r.done_at IS NOT NULL) = ?9)
  AND (?10 IS NULL OR r.project_id = ?10)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.project_id, r.name, r.estimated_time, r.done_at, r.version, r.created_at, r.updated_at, r.deleted_at,
    (SELECT COALESCE(sum(s.seconds), 0) FROM project_totals s WHERE s.task_id = r.id)
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- tags::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- tags::LIST_BY_NAME, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- tags::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- tags::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- tags::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- tags::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- tags::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- tags::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- tags::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND ($9::boolean IS NULL OR (r.archived_at IS NOT NULL) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- tags::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.* FROM caller c
JOIN tags r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (?9 IS NULL OR (r.archived_at IS NOT NULL) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.name, r.archived_at, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- rates::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND ($9::text IS NULL OR r.kind = $9::text) AND ($10::text IS NULL OR r.scope = $10::text)
  AND ($11::uuid IS NULL OR r.member_id = $11::uuid) AND ($12::uuid IS NULL OR r.project_id = $12::uuid)
  AND ($13::uuid IS NULL OR r.task_id = $13::uuid)
  AND ($14::bigint IS NULL OR (r.valid_from_at <= $14::bigint AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= $14::bigint AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.kind, r.member_id::text, r.project_id::text, r.task_id::text, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- rates::LIST_BY_NAME, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND (?9 IS NULL OR r.kind = ?9) AND (?10 IS NULL OR r.scope = ?10)
  AND (?11 IS NULL OR r.member_id = ?11) AND (?12 IS NULL OR r.project_id = ?12)
  AND (?13 IS NULL OR r.task_id = ?13)
  AND (?14 IS NULL OR (r.valid_from_at <= ?14 AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= ?14 AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.kind, r.member_id, r.project_id, r.task_id, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- rates::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND ($9::text IS NULL OR r.kind = $9::text) AND ($10::text IS NULL OR r.scope = $10::text)
  AND ($11::uuid IS NULL OR r.member_id = $11::uuid) AND ($12::uuid IS NULL OR r.project_id = $12::uuid)
  AND ($13::uuid IS NULL OR r.task_id = $13::uuid)
  AND ($14::bigint IS NULL OR (r.valid_from_at <= $14::bigint AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= $14::bigint AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.kind, r.member_id::text, r.project_id::text, r.task_id::text, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- rates::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND (?9 IS NULL OR r.kind = ?9) AND (?10 IS NULL OR r.scope = ?10)
  AND (?11 IS NULL OR r.member_id = ?11) AND (?12 IS NULL OR r.project_id = ?12)
  AND (?13 IS NULL OR r.task_id = ?13)
  AND (?14 IS NULL OR (r.valid_from_at <= ?14 AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= ?14 AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.kind, r.member_id, r.project_id, r.task_id, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- rates::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND ($9::text IS NULL OR r.kind = $9::text) AND ($10::text IS NULL OR r.scope = $10::text)
  AND ($11::uuid IS NULL OR r.member_id = $11::uuid) AND ($12::uuid IS NULL OR r.project_id = $12::uuid)
  AND ($13::uuid IS NULL OR r.task_id = $13::uuid)
  AND ($14::bigint IS NULL OR (r.valid_from_at <= $14::bigint AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= $14::bigint AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.kind, r.member_id::text, r.project_id::text, r.task_id::text, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- rates::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND (?9 IS NULL OR r.kind = ?9) AND (?10 IS NULL OR r.scope = ?10)
  AND (?11 IS NULL OR r.member_id = ?11) AND (?12 IS NULL OR r.project_id = ?12)
  AND (?13 IS NULL OR r.task_id = ?13)
  AND (?14 IS NULL OR (r.valid_from_at <= ?14 AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= ?14 AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.kind, r.member_id, r.project_id, r.task_id, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- rates::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND ($9::text IS NULL OR r.kind = $9::text) AND ($10::text IS NULL OR r.scope = $10::text)
  AND ($11::uuid IS NULL OR r.member_id = $11::uuid) AND ($12::uuid IS NULL OR r.project_id = $12::uuid)
  AND ($13::uuid IS NULL OR r.task_id = $13::uuid)
  AND ($14::bigint IS NULL OR (r.valid_from_at <= $14::bigint AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= $14::bigint AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.kind, r.member_id::text, r.project_id::text, r.task_id::text, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- rates::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND (?9 IS NULL OR r.kind = ?9) AND (?10 IS NULL OR r.scope = ?10)
  AND (?11 IS NULL OR r.member_id = ?11) AND (?12 IS NULL OR r.project_id = ?12)
  AND (?13 IS NULL OR r.task_id = ?13)
  AND (?14 IS NULL OR (r.valid_from_at <= ?14 AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= ?14 AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.kind, r.member_id, r.project_id, r.task_id, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- rates::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND ($9::text IS NULL OR r.kind = $9::text) AND ($10::text IS NULL OR r.scope = $10::text)
  AND ($11::uuid IS NULL OR r.member_id = $11::uuid) AND ($12::uuid IS NULL OR r.project_id = $12::uuid)
  AND ($13::uuid IS NULL OR r.task_id = $13::uuid)
  AND ($14::bigint IS NULL OR (r.valid_from_at <= $14::bigint AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= $14::bigint AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.kind, r.member_id::text, r.project_id::text, r.task_id::text, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- rates::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT r.*, r.kind || '/' || r.scope || '/' || r.subject || COALESCE(r.valid_from, '') AS name_key
FROM caller c
JOIN rates r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE ((r.kind = 'cost' AND c.role IN ('owner', 'admin', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'accountant'))
      OR (r.kind = 'billable' AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
          AND (SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id)
          AND (r.scope = 'organization' OR r.member_id = c.member_id
               OR (r.member_id IS NULL AND EXISTS (
                   SELECT 1 FROM projects p
                   WHERE p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
                     AND (p.id = r.project_id
                          OR p.id = (SELECT k.project_id FROM tasks k WHERE k.id = r.task_id)))))))
  AND (?9 IS NULL OR r.kind = ?9) AND (?10 IS NULL OR r.scope = ?10)
  AND (?11 IS NULL OR r.member_id = ?11) AND (?12 IS NULL OR r.project_id = ?12)
  AND (?13 IS NULL OR r.task_id = ?13)
  AND (?14 IS NULL OR (r.valid_from_at <= ?14 AND NOT EXISTS (
      SELECT 1 FROM rates v
      WHERE v.organization_id = r.organization_id AND v.kind = r.kind AND v.subject = r.subject AND v.deleted_at IS NULL
        AND v.valid_from_at <= ?14 AND v.valid_from_at > r.valid_from_at
  )))

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.kind, r.member_id, r.project_id, r.task_id, r.amount, r.valid_from, r.version, r.created_at, r.updated_at, r.deleted_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;
