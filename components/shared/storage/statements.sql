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
