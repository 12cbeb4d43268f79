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

-- users::GET, PostgreSQL
SELECT u.id::text, u.email, u.name, u.time_zone, u.week_start, u.language, u.number_format, u.currency_format, u.date_format, u.interval_format, u.time_format, u.version FROM users u WHERE u.id = $1::uuid;

-- users::GET, SQLite
SELECT u.id, u.email, u.name, u.time_zone, u.week_start, u.language, u.number_format, u.currency_format, u.date_format, u.interval_format, u.time_format, u.version FROM users u WHERE u.id = ?1;

-- users::UPDATE, PostgreSQL
UPDATE users SET
    name = COALESCE($2::text, name), name_key = COALESCE($3::text, name_key), time_zone = COALESCE($4::text, time_zone), week_start = COALESCE($5::text, week_start),
    language = COALESCE($6::text, language), number_format = CASE WHEN $7::boolean THEN $8::text ELSE number_format END, currency_format = CASE WHEN $9::boolean THEN $10::text ELSE currency_format END,
    date_format = CASE WHEN $11::boolean THEN $12::text ELSE date_format END, interval_format = CASE WHEN $13::boolean THEN $14::text ELSE interval_format END, time_format = CASE WHEN $15::boolean THEN $16::text ELSE time_format END,
    version = version + 1, changed_by = $1::uuid, request_id = $18::text, traceparent = $19::text,
    updated_at = change_stamp(updated_at)
WHERE id = $1::uuid AND ($17::bigint IS NULL OR version = $17::bigint)
  AND (name, time_zone, week_start, language, number_format, currency_format, date_format, interval_format, time_format)
      IS DISTINCT FROM (COALESCE($2::text, name), COALESCE($4::text, time_zone), COALESCE($5::text, week_start), COALESCE($6::text, language), CASE WHEN $7::boolean THEN $8::text ELSE number_format END, CASE WHEN $9::boolean THEN $10::text ELSE currency_format END, CASE WHEN $11::boolean THEN $12::text ELSE date_format END,
                        CASE WHEN $13::boolean THEN $14::text ELSE interval_format END, CASE WHEN $15::boolean THEN $16::text ELSE time_format END)
RETURNING id::text, email, name, time_zone, week_start, language, number_format, currency_format, date_format, interval_format, time_format, version;

-- users::UPDATE, SQLite
UPDATE users SET
    name = COALESCE(?2, name), name_key = COALESCE(?3, name_key), time_zone = COALESCE(?4, time_zone), week_start = COALESCE(?5, week_start),
    language = COALESCE(?6, language), number_format = CASE WHEN ?7 THEN ?8 ELSE number_format END, currency_format = CASE WHEN ?9 THEN ?10 ELSE currency_format END,
    date_format = CASE WHEN ?11 THEN ?12 ELSE date_format END, interval_format = CASE WHEN ?13 THEN ?14 ELSE interval_format END, time_format = CASE WHEN ?15 THEN ?16 ELSE time_format END,
    version = version + 1, changed_by = ?1, request_id = ?18, traceparent = ?19,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?1 AND (?17 IS NULL OR version = ?17)
  AND (name, time_zone, week_start, language, number_format, currency_format, date_format, interval_format, time_format)
      IS DISTINCT FROM (COALESCE(?2, name), COALESCE(?4, time_zone), COALESCE(?5, week_start), COALESCE(?6, language), CASE WHEN ?7 THEN ?8 ELSE number_format END, CASE WHEN ?9 THEN ?10 ELSE currency_format END, CASE WHEN ?11 THEN ?12 ELSE date_format END,
                        CASE WHEN ?13 THEN ?14 ELSE interval_format END, CASE WHEN ?15 THEN ?16 ELSE time_format END)
RETURNING id, email, name, time_zone, week_start, language, number_format, currency_format, date_format, interval_format, time_format, version;

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
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND e.id = $3::uuid AND e.request_digest = $4::text
  AND (e.member_id = c.member_id OR c.role IN ('owner', 'admin'));

-- time_entries::read::REPEATED, SQLite
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND e.id = ?3 AND e.request_digest = ?4
  AND (e.member_id = c.member_id OR c.role IN ('owner', 'admin'));

-- time_entries::read::READ, PostgreSQL
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND e.id = $3::uuid AND e.deleted_at IS NULL
  AND (e.member_id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'));

-- time_entries::read::READ, SQLite
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND e.id = ?3 AND e.deleted_at IS NULL
  AND (e.member_id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'));

-- time_entries::read::ACTIVE, PostgreSQL
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (
    SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (
    SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND c.role IN ('owner', 'admin', 'accountant') THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND c.role IN ('owner', 'admin', 'accountant') THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.member_id = c.member_id
WHERE c.user_id = $1::uuid AND e.end_at IS NULL AND e.deleted_at IS NULL
ORDER BY e.start_at DESC, e.id DESC
LIMIT 1;

-- time_entries::read::ACTIVE, SQLite
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (
    SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (
    SELECT o.employees_can_see_billable_rates FROM organizations o WHERE o.id = c.organization_id))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND c.role IN ('owner', 'admin', 'accountant') THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND c.role IN ('owner', 'admin', 'accountant') THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.member_id = c.member_id
WHERE c.user_id = ?1 AND e.end_at IS NULL AND e.deleted_at IS NULL
ORDER BY e.start_at DESC, e.id DESC
LIMIT 1;

-- time_entries::read::RUNNING, PostgreSQL
SELECT e.id::text
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($3::uuid, c.member_id)
JOIN time_entries e ON e.member_id = t.id AND e.end_at IS NULL AND e.deleted_at IS NULL
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'));

-- time_entries::read::RUNNING, SQLite
SELECT e.id
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE(?3, c.member_id)
JOIN time_entries e ON e.member_id = t.id AND e.end_at IS NULL AND e.deleted_at IS NULL
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'));

-- time_entries::read::STANDING, PostgreSQL
SELECT c.role, c.member_id::text, e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND e.id = $3::uuid AND (e.deleted_at IS NULL OR $4::boolean);

-- time_entries::read::STANDING, SQLite
SELECT c.role, c.member_id, e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND e.id = ?3 AND (e.deleted_at IS NULL OR ?4);

-- time_entries::read::STANDINGS, PostgreSQL
SELECT c.role, c.member_id::text, e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND e.id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($3::text::jsonb) given)) AND e.deleted_at IS NULL;

-- time_entries::read::STANDINGS, SQLite
SELECT c.role, c.member_id, e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM callers c
JOIN time_entries e ON e.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND e.id IN (SELECT value FROM json_each(?3)) AND e.deleted_at IS NULL;

-- time_entries::read::REFERENCES, PostgreSQL
SELECT
    ($3::uuid IS NULL OR EXISTS (
        SELECT 1 FROM projects p
        WHERE p.id = $3::uuid AND p.organization_id = c.organization_id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
    )),
    ($4::uuid IS NULL OR EXISTS (
        SELECT 1 FROM tasks k WHERE k.id = $4::uuid AND k.project_id = $3::uuid AND k.deleted_at IS NULL
    )),
    (SELECT count(*) FROM tags g
     WHERE g.organization_id = c.organization_id AND g.deleted_at IS NULL AND $5::text LIKE '%' || g.id::text || '%')
FROM callers c
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid;

-- time_entries::read::REFERENCES, SQLite
SELECT
    (?3 IS NULL OR EXISTS (
        SELECT 1 FROM projects p
        WHERE p.id = ?3 AND p.organization_id = c.organization_id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
    )),
    (?4 IS NULL OR EXISTS (
        SELECT 1 FROM tasks k WHERE k.id = ?4 AND k.project_id = ?3 AND k.deleted_at IS NULL
    )),
    (SELECT count(*) FROM tags g
     WHERE g.organization_id = c.organization_id AND g.deleted_at IS NULL AND ?5 LIKE '%' || g.id || '%')
FROM callers c
WHERE c.organization_id = ?1 AND c.user_id = ?2;

-- time_entries::read::RELATION, PostgreSQL
SELECT c.role, c.member_id::text, t.id IS NOT NULL
FROM (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid) c
LEFT JOIN members t ON t.organization_id = c.organization_id AND t.id = $3::uuid;

-- time_entries::read::RELATION, SQLite
SELECT c.role, c.member_id, t.id IS NOT NULL
FROM (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2) c
LEFT JOIN members t ON t.organization_id = c.organization_id AND t.id = ?3;

-- time_entries::write::INSERT, PostgreSQL
INSERT INTO time_entries (id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
    description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency,
    source, external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
SELECT $3::uuid, t.organization_id, t.id, COALESCE(t.user_id, t.id), $17::uuid, $18::uuid, $19::text, $20::text::jsonb,
    $5::bigint, $6::bigint, COALESCE($7::text, u.time_zone, o.time_zone), $8::text, $9::text, ($19::text = 'work' AND COALESCE($10::boolean, p.billable_default, o.billable_default)),
    COALESCE($11::bigint, CASE WHEN ($19::text = 'work' AND COALESCE($10::boolean, p.billable_default, o.billable_default)) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' || $18::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id::text || '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1)) END),
    CASE WHEN $11::bigint IS NOT NULL THEN 'manual' WHEN ($19::text = 'work' AND COALESCE($10::boolean, p.billable_default, o.billable_default)) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' || $18::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id::text || '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    CASE WHEN $19::text = 'work' THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' || $18::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id::text || '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1)) END,
    CASE WHEN $19::text = 'work' THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' || $18::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id::text || '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    o.currency, $12::text, $21::text, $22::text, $13::text, 1, c.user_id, $14::text, $15::text, stamp.at, stamp.at
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id) AND t.deleted_at IS NULL
JOIN organizations o ON o.id = c.organization_id
LEFT JOIN users u ON u.id = t.user_id
LEFT JOIN projects p ON p.id = $17::uuid AND p.organization_id = c.organization_id
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND ($11::bigint IS NULL OR c.role IN ('owner', 'admin'))
  AND ($16::uuid IS NULL OR COALESCE(t.user_id, t.id) = $16::uuid) AND ($17::uuid IS NULL OR (p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))))
FOR KEY SHARE OF t
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, kind, project_id::text, task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = project_id)::text, tags::text, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::INSERT, SQLite
INSERT INTO time_entries (id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
    description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency,
    source, external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
SELECT ?3, t.organization_id, t.id, COALESCE(t.user_id, t.id), ?17, ?18, ?19, ?20,
    ?5, ?6, COALESCE(?7, u.time_zone, o.time_zone), ?8, ?9, (?19 = 'work' AND COALESCE(?10, p.billable_default, o.billable_default)),
    COALESCE(?11, CASE WHEN (?19 = 'work' AND COALESCE(?10, p.billable_default, o.billable_default)) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' || ?18 AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id || '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1)) END),
    CASE WHEN ?11 IS NOT NULL THEN 'manual' WHEN (?19 = 'work' AND COALESCE(?10, p.billable_default, o.billable_default)) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' || ?18 AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id || '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    CASE WHEN ?19 = 'work' THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' || ?18 AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id || '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1)) END,
    CASE WHEN ?19 = 'work' THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' || ?18 AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id || '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    o.currency, ?12, ?21, ?22, ?13, 1, c.user_id, ?14, ?15, stamp.at, stamp.at
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE(?4, c.member_id) AND t.deleted_at IS NULL
JOIN organizations o ON o.id = c.organization_id
LEFT JOIN users u ON u.id = t.user_id
LEFT JOIN projects p ON p.id = ?17 AND p.organization_id = c.organization_id
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND (?11 IS NULL OR c.role IN ('owner', 'admin'))
  AND (?16 IS NULL OR COALESCE(t.user_id, t.id) = ?16) AND (?17 IS NULL OR (p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))))

RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, kind, project_id, task_id, (SELECT p.client_id FROM projects p WHERE p.id = project_id), tags, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::REPLACE_RUNNING, PostgreSQL
WITH stopped AS (
    UPDATE time_entries SET
        end_at = CASE WHEN $5::bigint >= time_entries.start_at THEN $5::bigint
                      ELSE greatest(time_entries.start_at, $23::bigint) END,
        version = time_entries.version + 1,
        changed_by = c.user_id, request_id = $14::text, traceparent = $15::text,
        updated_at = change_stamp(time_entries.updated_at)
    FROM callers c
    JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id)
    LEFT JOIN projects p ON p.id = $17::uuid AND p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND ($11::bigint IS NULL OR c.role IN ('owner', 'admin'))
  AND ($16::uuid IS NULL OR COALESCE(t.user_id, t.id) = $16::uuid) AND ($17::uuid IS NULL OR (p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))))
      AND time_entries.member_id = t.id AND time_entries.end_at IS NULL AND time_entries.deleted_at IS NULL
    RETURNING time_entries.id
)
INSERT INTO time_entries (id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
    description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency,
    source, external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
SELECT $3::uuid, t.organization_id, t.id, COALESCE(t.user_id, t.id), $17::uuid, $18::uuid, $19::text, $20::text::jsonb,
    $5::bigint, $6::bigint, COALESCE($7::text, u.time_zone, o.time_zone), $8::text, $9::text, ($19::text = 'work' AND COALESCE($10::boolean, p.billable_default, o.billable_default)),
    COALESCE($11::bigint, CASE WHEN ($19::text = 'work' AND COALESCE($10::boolean, p.billable_default, o.billable_default)) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' || $18::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id::text || '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1)) END),
    CASE WHEN $11::bigint IS NOT NULL THEN 'manual' WHEN ($19::text = 'work' AND COALESCE($10::boolean, p.billable_default, o.billable_default)) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' || $18::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id::text || '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    CASE WHEN $19::text = 'work' THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' || $18::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id::text || '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1)) END,
    CASE WHEN $19::text = 'work' THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' || $18::uuid::text AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id::text || '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '/' || $17::uuid::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= $5::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    o.currency, $12::text, $21::text, $22::text, $13::text, 1, c.user_id, $14::text, $15::text, stamp.at, stamp.at
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE($4::uuid, c.member_id) AND t.deleted_at IS NULL
JOIN organizations o ON o.id = c.organization_id
LEFT JOIN users u ON u.id = t.user_id
LEFT JOIN projects p ON p.id = $17::uuid AND p.organization_id = c.organization_id
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND ($11::bigint IS NULL OR c.role IN ('owner', 'admin'))
  AND ($16::uuid IS NULL OR COALESCE(t.user_id, t.id) = $16::uuid) AND ($17::uuid IS NULL OR (p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  )))))) AND (SELECT count(*) FROM stopped) >= 0
    FOR KEY SHARE OF t
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, kind, project_id::text, task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = project_id)::text, tags::text, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::REPLACE_RUNNING, SQLite
INSERT INTO time_entry_replacements (id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
    description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency,
    source, external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, stopped_at)
SELECT ?3, t.organization_id, t.id, COALESCE(t.user_id, t.id), ?17, ?18, ?19, ?20,
    ?5, ?6, COALESCE(?7, u.time_zone, o.time_zone), ?8, ?9, (?19 = 'work' AND COALESCE(?10, p.billable_default, o.billable_default)),
    COALESCE(?11, CASE WHEN (?19 = 'work' AND COALESCE(?10, p.billable_default, o.billable_default)) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' || ?18 AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id || '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1)) END),
    CASE WHEN ?11 IS NOT NULL THEN 'manual' WHEN (?19 = 'work' AND COALESCE(?10, p.billable_default, o.billable_default)) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' || ?18 AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id || '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = t.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    CASE WHEN ?19 = 'work' THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' || ?18 AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id || '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1)) END,
    CASE WHEN ?19 = 'work' THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' || ?18 AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id || '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '/' || ?17 || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = t.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = t.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= ?5
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    o.currency, ?12, ?21, ?22, ?13, 1, c.user_id, ?14, ?15, stamp.at, stamp.at, ?23
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = COALESCE(?4, c.member_id) AND t.deleted_at IS NULL
JOIN organizations o ON o.id = c.organization_id
LEFT JOIN users u ON u.id = t.user_id
LEFT JOIN projects p ON p.id = ?17 AND p.organization_id = c.organization_id
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (t.id = c.member_id OR c.role IN ('owner', 'admin'))
  AND (?11 IS NULL OR c.role IN ('owner', 'admin'))
  AND (?16 IS NULL OR COALESCE(t.user_id, t.id) = ?16) AND (?17 IS NULL OR (p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))))
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, kind, project_id, task_id, (SELECT p.client_id FROM projects p WHERE p.id = project_id), tags, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::UPDATE, PostgreSQL
UPDATE time_entries SET
    start_at = COALESCE($4::bigint, time_entries.start_at), end_at = CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END, time_zone = COALESCE($6::text, time_zone), description = COALESCE($7::text, description),
    folded_description = CASE WHEN $7::text IS NULL THEN folded_description ELSE $8::text END,
    project_id = CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, task_id = CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, kind = COALESCE($28::text, time_entries.kind), tags = COALESCE($29::text::jsonb, tags),
    billable = (COALESCE($28::text, time_entries.kind) = 'work' AND COALESCE($9::boolean, billable)), billable_rate = CASE WHEN ($10::boolean AND ($11::bigint IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) AND time_entries.billable_rate IS DISTINCT FROM $11::bigint THEN $11::bigint
           WHEN ((COALESCE($28::text, time_entries.kind) = 'work' AND COALESCE($9::boolean, billable)) AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND (((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE($28::text, time_entries.kind))) OR NOT time_entries.billable)) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END::text AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1))
           ELSE time_entries.billable_rate END, billable_rate_source = CASE WHEN ($10::boolean AND ($11::bigint IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) AND time_entries.billable_rate IS DISTINCT FROM $11::bigint
               THEN CASE WHEN $11::bigint IS NOT NULL THEN 'manual' END
           WHEN ((COALESCE($28::text, time_entries.kind) = 'work' AND COALESCE($9::boolean, billable)) AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND (((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE($28::text, time_entries.kind))) OR NOT time_entries.billable)) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END::text AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END
           ELSE time_entries.billable_rate_source END,
    cost_rate = CASE WHEN NOT ((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE($28::text, time_entries.kind))) THEN time_entries.cost_rate WHEN COALESCE($28::text, time_entries.kind) = 'work' THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END::text AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1)) END, cost_rate_source = CASE WHEN NOT ((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE($28::text, time_entries.kind))) THEN time_entries.cost_rate_source WHEN COALESCE($28::text, time_entries.kind) = 'work' THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END::text AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    external_id = CASE WHEN $30::boolean THEN $31::text ELSE external_id END, external_url = CASE WHEN $32::boolean THEN $33::text ELSE external_url END,
    version = version + 1,
    changed_by = $2::uuid, request_id = $16::text, traceparent = $17::text,
    updated_at = change_stamp(time_entries.updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND (start_at, end_at, time_zone, description, billable, billable_rate, project_id, task_id, kind, tags, external_id,
       external_url)
      IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END, COALESCE($6::text, time_zone), COALESCE($7::text, description), (COALESCE($28::text, time_entries.kind) = 'work' AND COALESCE($9::boolean, billable)), CASE WHEN ($10::boolean AND ($11::bigint IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) THEN $11::bigint ELSE time_entries.billable_rate END, CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END,
       COALESCE($28::text, time_entries.kind), COALESCE($29::text::jsonb, tags), CASE WHEN $30::boolean THEN $31::text ELSE external_id END, CASE WHEN $32::boolean THEN $33::text ELSE external_url END)
  AND ($13::bigint IS NULL OR version = $13::bigint)
  AND (NOT $14::boolean OR end_at IS NULL)
  AND ($15::uuid IS NULL OR member_id = $15::uuid)
  AND COALESCE($20::uuid, user_id) = user_id AND COALESCE($21::text, currency) = currency
  AND COALESCE($22::text, source) = source
  AND ($34::uuid IS NULL OR $34::uuid = (SELECT p.client_id FROM projects p WHERE p.id = time_entries.project_id))
  AND ($35::bigint IS NULL OR $35::bigint = cost_rate)
  AND COALESCE($23::bigint, created_at / 1000000) = created_at / 1000000
  AND (CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END IS NULL OR CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END - COALESCE($4::bigint, time_entries.start_at) <= 31622400000000
       OR (start_at = COALESCE($4::bigint, time_entries.start_at) AND (end_at IS NULL OR end_at = CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END)))
  AND ($19::bigint IS NULL OR end_at - start_at = $19::bigint OR abs(CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END - COALESCE($4::bigint, time_entries.start_at) - $19::bigint) <= 1000000)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
        AND (NOT ($10::boolean AND ($11::bigint IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) OR time_entries.billable_rate IS NOT DISTINCT FROM $11::bigint
             OR c.role IN ('owner', 'admin'))
        AND (CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END IS NULL OR CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END IS NOT DISTINCT FROM time_entries.project_id OR EXISTS (
            SELECT 1 FROM projects p
            WHERE p.id = CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END AND p.organization_id = c.organization_id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
        ))
  )
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, kind, project_id::text, task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = project_id)::text, tags::text, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::UPDATE, SQLite
UPDATE time_entries SET
    start_at = COALESCE(?4, time_entries.start_at), end_at = CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END, time_zone = COALESCE(?6, time_zone), description = COALESCE(?7, description),
    folded_description = CASE WHEN ?7 IS NULL THEN folded_description ELSE ?8 END,
    project_id = CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, task_id = CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, kind = COALESCE(?28, time_entries.kind), tags = COALESCE(?29, tags),
    billable = (COALESCE(?28, time_entries.kind) = 'work' AND COALESCE(?9, billable)), billable_rate = CASE WHEN (?10 AND (?11 IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) AND time_entries.billable_rate IS DISTINCT FROM ?11 THEN ?11
           WHEN ((COALESCE(?28, time_entries.kind) = 'work' AND COALESCE(?9, billable)) AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND (((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE(?28, time_entries.kind))) OR NOT time_entries.billable)) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1))
           ELSE time_entries.billable_rate END, billable_rate_source = CASE WHEN (?10 AND (?11 IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) AND time_entries.billable_rate IS DISTINCT FROM ?11
               THEN CASE WHEN ?11 IS NOT NULL THEN 'manual' END
           WHEN ((COALESCE(?28, time_entries.kind) = 'work' AND COALESCE(?9, billable)) AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND (((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE(?28, time_entries.kind))) OR NOT time_entries.billable)) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END
           ELSE time_entries.billable_rate_source END,
    cost_rate = CASE WHEN NOT ((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE(?28, time_entries.kind))) THEN time_entries.cost_rate WHEN COALESCE(?28, time_entries.kind) = 'work' THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1)) END, cost_rate_source = CASE WHEN NOT ((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE(?28, time_entries.kind))) THEN time_entries.cost_rate_source WHEN COALESCE(?28, time_entries.kind) = 'work' THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    external_id = CASE WHEN ?30 THEN ?31 ELSE external_id END, external_url = CASE WHEN ?32 THEN ?33 ELSE external_url END,
    version = version + 1,
    changed_by = ?2, request_id = ?16, traceparent = ?17,
    updated_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL
  AND (start_at, end_at, time_zone, description, billable, billable_rate, project_id, task_id, kind, tags, external_id,
       external_url)
      IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END, COALESCE(?6, time_zone), COALESCE(?7, description), (COALESCE(?28, time_entries.kind) = 'work' AND COALESCE(?9, billable)), CASE WHEN (?10 AND (?11 IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) THEN ?11 ELSE time_entries.billable_rate END, CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END,
       COALESCE(?28, time_entries.kind), COALESCE(?29, tags), CASE WHEN ?30 THEN ?31 ELSE external_id END, CASE WHEN ?32 THEN ?33 ELSE external_url END)
  AND (?13 IS NULL OR version = ?13)
  AND (NOT ?14 OR end_at IS NULL)
  AND (?15 IS NULL OR member_id = ?15)
  AND COALESCE(?20, user_id) = user_id AND COALESCE(?21, currency) = currency
  AND COALESCE(?22, source) = source
  AND (?34 IS NULL OR ?34 = (SELECT p.client_id FROM projects p WHERE p.id = time_entries.project_id))
  AND (?35 IS NULL OR ?35 = cost_rate)
  AND COALESCE(?23, created_at / 1000000) = created_at / 1000000
  AND (CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END IS NULL OR CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END - COALESCE(?4, time_entries.start_at) <= 31622400000000
       OR (start_at = COALESCE(?4, time_entries.start_at) AND (end_at IS NULL OR end_at = CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END)))
  AND (?19 IS NULL OR end_at - start_at = ?19 OR abs(CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END - COALESCE(?4, time_entries.start_at) - ?19) <= 1000000)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
        AND (NOT (?10 AND (?11 IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) OR time_entries.billable_rate IS NOT DISTINCT FROM ?11
             OR c.role IN ('owner', 'admin'))
        AND (CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END IS NULL OR CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END IS NOT DISTINCT FROM time_entries.project_id OR EXISTS (
            SELECT 1 FROM projects p
            WHERE p.id = CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END AND p.organization_id = c.organization_id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
        ))
  )
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, kind, project_id, task_id, (SELECT p.client_id FROM projects p WHERE p.id = project_id), tags, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::UPDATE_ALL, PostgreSQL
UPDATE time_entries SET
    start_at = COALESCE($4::bigint, time_entries.start_at), end_at = CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END, time_zone = COALESCE($6::text, time_zone), description = COALESCE($7::text, description),
    folded_description = CASE WHEN $7::text IS NULL THEN folded_description ELSE $8::text END,
    project_id = CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, task_id = CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, kind = COALESCE($28::text, time_entries.kind), tags = COALESCE($29::text::jsonb, tags),
    billable = (COALESCE($28::text, time_entries.kind) = 'work' AND COALESCE($9::boolean, billable)), billable_rate = CASE WHEN ($10::boolean AND ($11::bigint IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) AND time_entries.billable_rate IS DISTINCT FROM $11::bigint THEN $11::bigint
           WHEN ((COALESCE($28::text, time_entries.kind) = 'work' AND COALESCE($9::boolean, billable)) AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND (((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE($28::text, time_entries.kind))) OR NOT time_entries.billable)) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END::text AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1))
           ELSE time_entries.billable_rate END, billable_rate_source = CASE WHEN ($10::boolean AND ($11::bigint IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) AND time_entries.billable_rate IS DISTINCT FROM $11::bigint
               THEN CASE WHEN $11::bigint IS NOT NULL THEN 'manual' END
           WHEN ((COALESCE($28::text, time_entries.kind) = 'work' AND COALESCE($9::boolean, billable)) AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND (((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE($28::text, time_entries.kind))) OR NOT time_entries.billable)) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END::text AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END
           ELSE time_entries.billable_rate_source END,
    cost_rate = CASE WHEN NOT ((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE($28::text, time_entries.kind))) THEN time_entries.cost_rate WHEN COALESCE($28::text, time_entries.kind) = 'work' THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END::text AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1)) END, cost_rate_source = CASE WHEN NOT ((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE($28::text, time_entries.kind))) THEN time_entries.cost_rate_source WHEN COALESCE($28::text, time_entries.kind) = 'work' THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END::text AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE($4::bigint, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    external_id = CASE WHEN $30::boolean THEN $31::text ELSE external_id END, external_url = CASE WHEN $32::boolean THEN $33::text ELSE external_url END,
    version = version + 1,
    changed_by = $2::uuid, request_id = $16::text, traceparent = $17::text,
    updated_at = change_stamp(time_entries.updated_at)
WHERE id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($3::text::jsonb) given)) AND organization_id = $1::uuid AND deleted_at IS NULL
  AND (start_at, end_at, time_zone, description, billable, billable_rate, project_id, task_id, kind, tags, external_id,
       external_url)
      IS DISTINCT FROM (COALESCE($4::bigint, time_entries.start_at), CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END, COALESCE($6::text, time_zone), COALESCE($7::text, description), (COALESCE($28::text, time_entries.kind) = 'work' AND COALESCE($9::boolean, billable)), CASE WHEN ($10::boolean AND ($11::bigint IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) THEN $11::bigint ELSE time_entries.billable_rate END, CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END, CASE WHEN $26::boolean THEN $27::uuid
           WHEN $24::boolean AND $25::uuid IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END,
       COALESCE($28::text, time_entries.kind), COALESCE($29::text::jsonb, tags), CASE WHEN $30::boolean THEN $31::text ELSE external_id END, CASE WHEN $32::boolean THEN $33::text ELSE external_url END)
  AND ($13::bigint IS NULL OR version = $13::bigint)
  AND (NOT $14::boolean OR end_at IS NULL)
  AND ($15::uuid IS NULL OR member_id = $15::uuid)
  AND COALESCE($20::uuid, user_id) = user_id AND COALESCE($21::text, currency) = currency
  AND COALESCE($22::text, source) = source
  AND ($34::uuid IS NULL OR $34::uuid = (SELECT p.client_id FROM projects p WHERE p.id = time_entries.project_id))
  AND ($35::bigint IS NULL OR $35::bigint = cost_rate)
  AND COALESCE($23::bigint, created_at / 1000000) = created_at / 1000000
  AND (CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END IS NULL OR CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END - COALESCE($4::bigint, time_entries.start_at) <= 31622400000000
       OR (start_at = COALESCE($4::bigint, time_entries.start_at) AND (end_at IS NULL OR end_at = CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END)))
  AND ($19::bigint IS NULL OR end_at - start_at = $19::bigint OR abs(CASE WHEN $18::bigint IS NOT NULL THEN COALESCE($4::bigint, time_entries.start_at) + $18::bigint
           WHEN $12::boolean AND $5::bigint < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE($5::bigint, time_entries.end_at) END - COALESCE($4::bigint, time_entries.start_at) - $19::bigint) <= 1000000)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
        AND (NOT ($10::boolean AND ($11::bigint IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) OR time_entries.billable_rate IS NOT DISTINCT FROM $11::bigint
             OR c.role IN ('owner', 'admin'))
        AND (CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END IS NULL OR CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END IS NOT DISTINCT FROM time_entries.project_id OR EXISTS (
            SELECT 1 FROM projects p
            WHERE p.id = CASE WHEN $24::boolean THEN $25::uuid ELSE time_entries.project_id END AND p.organization_id = c.organization_id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
        ))
  )
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, kind, project_id::text, task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = project_id)::text, tags::text, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::UPDATE_ALL, SQLite
UPDATE time_entries SET
    start_at = COALESCE(?4, time_entries.start_at), end_at = CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END, time_zone = COALESCE(?6, time_zone), description = COALESCE(?7, description),
    folded_description = CASE WHEN ?7 IS NULL THEN folded_description ELSE ?8 END,
    project_id = CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, task_id = CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, kind = COALESCE(?28, time_entries.kind), tags = COALESCE(?29, tags),
    billable = (COALESCE(?28, time_entries.kind) = 'work' AND COALESCE(?9, billable)), billable_rate = CASE WHEN (?10 AND (?11 IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) AND time_entries.billable_rate IS DISTINCT FROM ?11 THEN ?11
           WHEN ((COALESCE(?28, time_entries.kind) = 'work' AND COALESCE(?9, billable)) AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND (((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE(?28, time_entries.kind))) OR NOT time_entries.billable)) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1))
           ELSE time_entries.billable_rate END, billable_rate_source = CASE WHEN (?10 AND (?11 IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) AND time_entries.billable_rate IS DISTINCT FROM ?11
               THEN CASE WHEN ?11 IS NOT NULL THEN 'manual' END
           WHEN ((COALESCE(?28, time_entries.kind) = 'work' AND COALESCE(?9, billable)) AND COALESCE(time_entries.billable_rate_source, '') <> 'manual' AND (((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE(?28, time_entries.kind))) OR NOT time_entries.billable)) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END
           ELSE time_entries.billable_rate_source END,
    cost_rate = CASE WHEN NOT ((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE(?28, time_entries.kind))) THEN time_entries.cost_rate WHEN COALESCE(?28, time_entries.kind) = 'work' THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1)) END, cost_rate_source = CASE WHEN NOT ((time_entries.start_at, time_entries.project_id, time_entries.task_id, time_entries.kind) IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END, COALESCE(?28, time_entries.kind))) THEN time_entries.cost_rate_source WHEN COALESCE(?28, time_entries.kind) = 'work' THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= COALESCE(?4, time_entries.start_at)
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END END,
    external_id = CASE WHEN ?30 THEN ?31 ELSE external_id END, external_url = CASE WHEN ?32 THEN ?33 ELSE external_url END,
    version = version + 1,
    changed_by = ?2, request_id = ?16, traceparent = ?17,
    updated_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id IN (SELECT value FROM json_each(?3)) AND organization_id = ?1 AND deleted_at IS NULL
  AND (start_at, end_at, time_zone, description, billable, billable_rate, project_id, task_id, kind, tags, external_id,
       external_url)
      IS DISTINCT FROM (COALESCE(?4, time_entries.start_at), CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END, COALESCE(?6, time_zone), COALESCE(?7, description), (COALESCE(?28, time_entries.kind) = 'work' AND COALESCE(?9, billable)), CASE WHEN (?10 AND (?11 IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) THEN ?11 ELSE time_entries.billable_rate END, CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END, CASE WHEN ?26 THEN ?27
           WHEN ?24 AND ?25 IS DISTINCT FROM time_entries.project_id THEN NULL
           ELSE time_entries.task_id END,
       COALESCE(?28, time_entries.kind), COALESCE(?29, tags), CASE WHEN ?30 THEN ?31 ELSE external_id END, CASE WHEN ?32 THEN ?33 ELSE external_url END)
  AND (?13 IS NULL OR version = ?13)
  AND (NOT ?14 OR end_at IS NULL)
  AND (?15 IS NULL OR member_id = ?15)
  AND COALESCE(?20, user_id) = user_id AND COALESCE(?21, currency) = currency
  AND COALESCE(?22, source) = source
  AND (?34 IS NULL OR ?34 = (SELECT p.client_id FROM projects p WHERE p.id = time_entries.project_id))
  AND (?35 IS NULL OR ?35 = cost_rate)
  AND COALESCE(?23, created_at / 1000000) = created_at / 1000000
  AND (CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END IS NULL OR CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END - COALESCE(?4, time_entries.start_at) <= 31622400000000
       OR (start_at = COALESCE(?4, time_entries.start_at) AND (end_at IS NULL OR end_at = CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END)))
  AND (?19 IS NULL OR end_at - start_at = ?19 OR abs(CASE WHEN ?18 IS NOT NULL THEN COALESCE(?4, time_entries.start_at) + ?18
           WHEN ?12 AND ?5 < time_entries.start_at THEN time_entries.start_at
           ELSE COALESCE(?5, time_entries.end_at) END - COALESCE(?4, time_entries.start_at) - ?19) <= 1000000)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
        AND (NOT (?10 AND (?11 IS NOT NULL OR EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))))) OR time_entries.billable_rate IS NOT DISTINCT FROM ?11
             OR c.role IN ('owner', 'admin'))
        AND (CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END IS NULL OR CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END IS NOT DISTINCT FROM time_entries.project_id OR EXISTS (
            SELECT 1 FROM projects p
            WHERE p.id = CASE WHEN ?24 THEN ?25 ELSE time_entries.project_id END AND p.organization_id = c.organization_id AND p.deleted_at IS NULL AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND (p.is_public OR EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.deleted_at IS NULL
  ))))
        ))
  )
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, kind, project_id, task_id, (SELECT p.client_id FROM projects p WHERE p.id = project_id), tags, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::DELETE, PostgreSQL
UPDATE time_entries SET
    deleted_at = change_stamp(time_entries.updated_at),
    version = version + 1,
    changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
    updated_at = change_stamp(time_entries.updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
  )
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, kind, project_id::text, task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = project_id)::text, tags::text, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::DELETE, SQLite
UPDATE time_entries SET
    deleted_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)),
    version = version + 1,
    changed_by = ?2, request_id = ?5, traceparent = ?6,
    updated_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL
  AND (?4 IS NULL OR version = ?4) AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
  )
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, kind, project_id, task_id, (SELECT p.client_id FROM projects p WHERE p.id = project_id), tags, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::DELETE_ALL, PostgreSQL
UPDATE time_entries SET
    deleted_at = change_stamp(time_entries.updated_at),
    version = version + 1,
    changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
    updated_at = change_stamp(time_entries.updated_at)
WHERE id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($3::text::jsonb) given)) AND organization_id = $1::uuid AND deleted_at IS NULL
  AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
  )
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, kind, project_id::text, task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = project_id)::text, tags::text, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::DELETE_ALL, SQLite
UPDATE time_entries SET
    deleted_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)),
    version = version + 1,
    changed_by = ?2, request_id = ?5, traceparent = ?6,
    updated_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id IN (SELECT value FROM json_each(?3)) AND organization_id = ?1 AND deleted_at IS NULL
  AND (?4 IS NULL OR version = ?4) AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
  )
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, kind, project_id, task_id, (SELECT p.client_id FROM projects p WHERE p.id = project_id), tags, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::RESTORE, PostgreSQL
UPDATE time_entries SET
    deleted_at = NULL,
    version = version + 1,
    changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
    updated_at = change_stamp(time_entries.updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NOT NULL
  AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
  )
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, kind, project_id::text, task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = project_id)::text, tags::text, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::write::RESTORE, SQLite
UPDATE time_entries SET
    deleted_at = NULL,
    version = version + 1,
    changed_by = ?2, request_id = ?5, traceparent = ?6,
    updated_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NOT NULL
  AND (?4 IS NULL OR version = ?4) AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2
        AND c.role IN ('owner', 'admin', 'manager', 'employee')
        AND (c.member_id = time_entries.member_id OR c.role IN ('owner', 'admin'))
  )
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, kind, project_id, task_id, (SELECT p.client_id FROM projects p WHERE p.id = project_id), tags, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::cut::CUT_IN_TWO, PostgreSQL
WITH stamp AS (SELECT change_stamp(NULL) AS at),
w AS (
    SELECT w.* FROM callers c
JOIN time_entries w ON w.organization_id = c.organization_id AND w.id = $3::uuid AND w.deleted_at IS NULL
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (w.member_id = c.member_id OR c.role IN ('owner', 'admin'))
  AND ($6::bigint IS NULL OR w.version = $6::bigint)
  AND CASE WHEN $11::boolean THEN w.end_at IS NULL AND w.start_at <= $4::bigint
           ELSE w.start_at < $4::bigint AND (w.end_at IS NULL OR w.end_at > $5::bigint) END
    FOR UPDATE OF w
),
first AS (
    UPDATE time_entries SET
        end_at = $4::bigint,
        version = time_entries.version + 1,
        changed_by = $2::uuid, request_id = $9::text, traceparent = $10::text,
        updated_at = change_stamp(time_entries.updated_at)
    FROM w
    WHERE time_entries.id = w.id
    RETURNING time_entries.id
)
INSERT INTO time_entries (id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
    description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency,
    source, external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
SELECT $7::uuid, w.organization_id, w.member_id, w.user_id, w.project_id, w.task_id, w.kind, w.tags,
    $5::bigint, w.end_at, w.time_zone, w.description, w.folded_description, w.billable,
    w.billable_rate, w.billable_rate_source, w.cost_rate, w.cost_rate_source, w.currency,
    w.source, NULL::text, w.external_url, $8::text, 1, $2::uuid, $9::text, $10::text, stamp.at, stamp.at
FROM w, stamp
WHERE (SELECT count(*) FROM first) > 0
RETURNING id::text, organization_id::text, member_id::text, user_id::text, start_at, end_at, time_zone, kind, project_id::text, task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = project_id)::text, tags::text, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::cut::CUT_IN_TWO, SQLite
INSERT INTO time_entry_cuts (id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
    description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency,
    source, external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at, cut_id, cut_at)
SELECT ?7, w.organization_id, w.member_id, w.user_id, w.project_id, w.task_id, w.kind, w.tags,
    ?5, w.end_at, w.time_zone, w.description, w.folded_description, w.billable,
    w.billable_rate, w.billable_rate_source, w.cost_rate, w.cost_rate_source, w.currency,
    w.source, NULL, w.external_url, ?8, 1, ?2, ?9, ?10, stamp.at, stamp.at, w.id, ?4
FROM callers c
JOIN time_entries w ON w.organization_id = c.organization_id AND w.id = ?3 AND w.deleted_at IS NULL
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2
  AND c.role IN ('owner', 'admin', 'manager', 'employee') AND (w.member_id = c.member_id OR c.role IN ('owner', 'admin'))
  AND (?6 IS NULL OR w.version = ?6)
  AND CASE WHEN ?11 THEN w.end_at IS NULL AND w.start_at <= ?4
           ELSE w.start_at < ?4 AND (w.end_at IS NULL OR w.end_at > ?5) END
RETURNING id, organization_id, member_id, user_id, start_at, end_at, time_zone, kind, project_id, task_id, (SELECT p.client_id FROM projects p WHERE p.id = project_id), tags, description, billable, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate END, CASE WHEN billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN billable_rate_source END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate END, CASE WHEN cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN cost_rate_source END, currency, source, external_id, external_url, version, created_at, updated_at, deleted_at;

-- time_entries::list::ALL_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT 10000)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
        LIMIT $17::bigint
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT 10000)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
        LIMIT $17::bigint
    ) own
),
edge AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < $17::bigint THEN (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT 9999)
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < $17::bigint THEN (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT 9999)
    ) own
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::ALL_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
            ORDER BY w.start_at ASC, w.id ASC LIMIT 10000
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
        LIMIT ?17
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
            ORDER BY w.start_at ASC, w.id ASC LIMIT 10000
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
        LIMIT ?17
    ) own
),
edge AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < ?17 THEN (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET 9999
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < ?17 THEN (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET 9999
    ) own
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::ALL_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT 10000)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
        LIMIT $17::bigint
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT 10000)
        ) w
        WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
        LIMIT $17::bigint
    ) own
),
edge AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < $17::bigint THEN (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT 9999)
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < $17::bigint THEN (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT 9999)
    ) own
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::ALL_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
            ORDER BY w.start_at DESC, w.id DESC LIMIT 10000
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
        LIMIT ?17
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
            ORDER BY w.start_at DESC, w.id DESC LIMIT 10000
        ) w
        WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
        LIMIT ?17
    ) own
),
edge AS MATERIALIZED (
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < ?17 THEN (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET 9999
    ) everyone
    UNION ALL
    SELECT * FROM (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < ?17 THEN (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) END AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET 9999
    ) own
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::MEMBER_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = $19::uuid AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.member_id = (SELECT id FROM target) AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT 10000)
    ) w
    WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
    LIMIT $17::bigint
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM time_entries w
    WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < $17::bigint THEN (SELECT id FROM target) END AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT 9999)
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::MEMBER_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = ?19 AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.member_id = (SELECT id FROM target) AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 10000
    ) w
    WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
    LIMIT ?17
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM time_entries w
    WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < ?17 THEN (SELECT id FROM target) END AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET 9999
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::MEMBER_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = $19::uuid AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.member_id = (SELECT id FROM target) AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT 10000)
    ) w
    WHERE ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
    LIMIT $17::bigint
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM time_entries w
    WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < $17::bigint THEN (SELECT id FROM target) END AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT 9999)
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::MEMBER_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = ?19 AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.member_id = (SELECT id FROM target) AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 10000
    ) w
    WHERE (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
    LIMIT ?17
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM time_entries w
    WHERE w.member_id = CASE WHEN (SELECT count(*) FROM found) < ?17 THEN (SELECT id FROM target) END AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET 9999
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::MEMBERS_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($19::text::jsonb) given)) AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM target t
    CROSS JOIN LATERAL (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = t.id AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target)
        ) w
        WHERE true AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
        LIMIT $17::bigint
    ) w
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN LATERAL (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = t.id AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target) - 1
    ) w
    WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < $17::bigint
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::MEMBERS_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id IN (SELECT value FROM json_each(?19)) AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT e.* FROM target t
    CROSS JOIN time_entries e ON e.id IN (
        SELECT w.id FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = t.id AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT max(10000 / max(count(*), 1), 20) FROM target)
        ) w
        WHERE true AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
        LIMIT ?17
    )
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN time_entries w ON w.id = (
        SELECT w.id FROM time_entries w
        WHERE w.member_id = t.id AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT max(10000 / max(count(*), 1), 20) FROM target) - 1
    )
    WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < ?17
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::MEMBERS_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id = ANY (ARRAY(SELECT given::uuid FROM jsonb_array_elements_text($19::text::jsonb) given)) AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT w.* FROM target t
    CROSS JOIN LATERAL (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = t.id AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target)
        ) w
        WHERE true AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
        LIMIT $17::bigint
    ) w
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN LATERAL (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.member_id = t.id AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target) - 1
    ) w
    WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < $17::bigint
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::MEMBERS_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN members t ON t.organization_id = c.organization_id
    WHERE t.id IN (SELECT value FROM json_each(?19)) AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
),
found AS MATERIALIZED (
    SELECT e.* FROM target t
    CROSS JOIN time_entries e ON e.id IN (
        SELECT w.id FROM (
            SELECT w.* FROM time_entries w
            WHERE w.member_id = t.id AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT max(10000 / max(count(*), 1), 20) FROM target)
        ) w
        WHERE true AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
        LIMIT ?17
    )
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN time_entries w ON w.id = (
        SELECT w.id FROM time_entries w
        WHERE w.member_id = t.id AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT max(10000 / max(count(*), 1), 20) FROM target) - 1
    )
    WHERE (SELECT count(*) FROM found WHERE found.member_id = t.id) < ?17
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::PROJECTS_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN projects t ON t.organization_id = c.organization_id
    WHERE ($9::text IS NULL OR $9::text LIKE '%' || t.id::text || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || t.client_id::text || '%')
),
found AS MATERIALIZED (
    SELECT w.* FROM target t
    CROSS JOIN LATERAL (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.project_id = t.id AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target)
        ) w
        WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant'))
            AND ($19::text IS NULL OR $19::text LIKE '%' || w.member_id::text || '%') AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
        LIMIT $17::bigint
    ) w
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN LATERAL (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.project_id = t.id AND (w.start_at, w.id) > ($15::bigint, $16::uuid) AND w.start_at < $4::bigint AND +w.start_at >= $3::bigint
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target) - 1
    ) w
    WHERE (SELECT count(*) FROM found WHERE found.project_id = t.id) < $17::bigint
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::PROJECTS_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN projects t ON t.organization_id = c.organization_id
    WHERE (?9 IS NULL OR ?9 LIKE '%' || t.id || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || t.client_id || '%')
),
found AS MATERIALIZED (
    SELECT e.* FROM target t
    CROSS JOIN time_entries e ON e.id IN (
        SELECT w.id FROM (
            SELECT w.* FROM time_entries w
            WHERE w.project_id = t.id AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
            ORDER BY w.start_at ASC, w.id ASC LIMIT (SELECT max(10000 / max(count(*), 1), 20) FROM target)
        ) w
        WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant'))
            AND (?19 IS NULL OR ?19 LIKE '%' || w.member_id || '%') AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
        LIMIT ?17
    )
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN time_entries w ON w.id = (
        SELECT w.id FROM time_entries w
        WHERE w.project_id = t.id AND (w.start_at, w.id) > (?15, ?16) AND w.start_at < ?4 AND +w.start_at >= ?3
        ORDER BY w.start_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT max(10000 / max(count(*), 1), 20) FROM target) - 1
    )
    WHERE (SELECT count(*) FROM found WHERE found.project_id = t.id) < ?17
    ORDER BY w.start_at ASC, w.id ASC LIMIT 1
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::PROJECTS_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN projects t ON t.organization_id = c.organization_id
    WHERE ($9::text IS NULL OR $9::text LIKE '%' || t.id::text || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || t.client_id::text || '%')
),
found AS MATERIALIZED (
    SELECT w.* FROM target t
    CROSS JOIN LATERAL (
        SELECT w.* FROM (
            SELECT w.* FROM time_entries w
            WHERE w.project_id = t.id AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target)
        ) w
        WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant'))
            AND ($19::text IS NULL OR $19::text LIKE '%' || w.member_id::text || '%') AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
        LIMIT $17::bigint
    ) w
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN LATERAL (
        SELECT w.start_at, w.id FROM time_entries w
        WHERE w.project_id = t.id AND (w.start_at, w.id) < ($15::bigint, $16::uuid) AND w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT greatest(10000 / greatest(count(*), 1), 20) FROM target) - 1
    ) w
    WHERE (SELECT count(*) FROM found WHERE found.project_id = t.id) < $17::bigint
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::PROJECTS_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
target AS MATERIALIZED (
    SELECT t.id FROM caller c
    JOIN projects t ON t.organization_id = c.organization_id
    WHERE (?9 IS NULL OR ?9 LIKE '%' || t.id || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || t.client_id || '%')
),
found AS MATERIALIZED (
    SELECT e.* FROM target t
    CROSS JOIN time_entries e ON e.id IN (
        SELECT w.id FROM (
            SELECT w.* FROM time_entries w
            WHERE w.project_id = t.id AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
            ORDER BY w.start_at DESC, w.id DESC LIMIT (SELECT max(10000 / max(count(*), 1), 20) FROM target)
        ) w
        WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant'))
            AND (?19 IS NULL OR ?19 LIKE '%' || w.member_id || '%') AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
        LIMIT ?17
    )
),
edge AS MATERIALIZED (
    SELECT w.start_at, w.id FROM target t
    CROSS JOIN time_entries w ON w.id = (
        SELECT w.id FROM time_entries w
        WHERE w.project_id = t.id AND (w.start_at, w.id) < (?15, ?16) AND w.start_at >= ?3 AND +w.start_at < ?4
        ORDER BY w.start_at DESC, w.id DESC LIMIT 1 OFFSET (SELECT max(10000 / max(count(*), 1), 20) FROM target) - 1
    )
    WHERE (SELECT count(*) FROM found WHERE found.project_id = t.id) < ?17
    ORDER BY w.start_at DESC, w.id DESC LIMIT 1
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::RUNNING_ASCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT w.* FROM caller c
    JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
    WHERE ($19::text IS NULL OR $19::text LIKE '%' || t.id::text || '%')
        AND +w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        AND (+w.start_at, w.id) > ($15::bigint, $16::uuid)
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
    ORDER BY w.start_at ASC, w.id ASC LIMIT $17::bigint
),
edge AS (SELECT start_at, id FROM found WHERE false)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::RUNNING_ASCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT w.* FROM caller c
    JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
    WHERE (?19 IS NULL OR ?19 LIKE '%' || t.id || '%')
        AND +w.start_at >= ?3 AND +w.start_at < ?4
        AND (+w.start_at, w.id) > (?15, ?16)
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
    ORDER BY w.start_at ASC, w.id ASC LIMIT ?17
),
edge AS (SELECT start_at, id FROM found WHERE false)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) > (edge.start_at, edge.id))
    ORDER BY f.start_at ASC, f.id ASC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at ASC, e.id ASC;

-- time_entries::list::RUNNING_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT w.* FROM caller c
    JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
    WHERE ($19::text IS NULL OR $19::text LIKE '%' || t.id::text || '%')
        AND +w.start_at >= $3::bigint AND +w.start_at < $4::bigint
        AND (+w.start_at, w.id) < ($15::bigint, $16::uuid)
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
    ORDER BY w.start_at DESC, w.id DESC LIMIT $17::bigint
),
edge AS (SELECT start_at, id FROM found WHERE false)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::RUNNING_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT w.* FROM caller c
    JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
    WHERE (?19 IS NULL OR ?19 LIKE '%' || t.id || '%')
        AND +w.start_at >= ?3 AND +w.start_at < ?4
        AND (+w.start_at, w.id) < (?15, ?16)
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
    ORDER BY w.start_at DESC, w.id DESC LIMIT ?17
),
edge AS (SELECT start_at, id FROM found WHERE false)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.start_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.start_at, f.id) < (edge.start_at, edge.id))
    ORDER BY f.start_at DESC, f.id DESC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.start_at DESC, e.id DESC;

-- time_entries::list::CHANGED, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.organization_id = (SELECT organization_id FROM caller) AND (w.updated_at, w.id) > ($15::bigint, $16::uuid)
        ORDER BY w.updated_at ASC, w.id ASC LIMIT (SELECT 10000)
    ) w
    WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant'))
        AND ($19::text IS NULL OR $19::text LIKE '%' || w.member_id::text || '%')
        AND w.start_at >= $3::bigint AND w.start_at < $4::bigint
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
    LIMIT $17::bigint
),
edge AS MATERIALIZED (
    SELECT w.updated_at, w.id FROM time_entries w
    WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < $17::bigint THEN (SELECT organization_id FROM caller) END AND (w.updated_at, w.id) > ($15::bigint, $16::uuid)
    ORDER BY w.updated_at ASC, w.id ASC LIMIT 1 OFFSET (SELECT 9999)
)
SELECT e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.updated_at AS edge_at, edge.id::text AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.updated_at, f.id) > (edge.updated_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.updated_at, f.id) > (edge.updated_at, edge.id))
    ORDER BY f.updated_at ASC, f.id ASC
    LIMIT $17::bigint OFFSET $18::bigint
) e ON true
ORDER BY e.updated_at ASC, e.id ASC;

-- time_entries::list::CHANGED, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
found AS MATERIALIZED (
    SELECT w.* FROM (
        SELECT w.* FROM time_entries w
        WHERE w.organization_id = (SELECT organization_id FROM caller) AND (w.updated_at, w.id) > (?15, ?16)
        ORDER BY w.updated_at ASC, w.id ASC LIMIT 10000
    ) w
    WHERE (w.member_id = (SELECT member_id FROM caller) OR (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant'))
        AND (?19 IS NULL OR ?19 LIKE '%' || w.member_id || '%')
        AND w.start_at >= ?3 AND w.start_at < ?4
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
    LIMIT ?17
),
edge AS MATERIALIZED (
    SELECT w.updated_at, w.id FROM time_entries w
    WHERE w.organization_id = CASE WHEN (SELECT count(*) FROM found) < ?17 THEN (SELECT organization_id FROM caller) END AND (w.updated_at, w.id) > (?15, ?16)
    ORDER BY w.updated_at ASC, w.id ASC LIMIT 1 OFFSET 9999
)
SELECT e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at, edge.updated_at AS edge_at, edge.id AS edge_id,
    CASE WHEN e.id IS NULL THEN (SELECT count(*) FROM found f WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.updated_at, f.id) > (edge.updated_at, edge.id))) END AS skipped
FROM caller
LEFT JOIN edge ON true
LEFT JOIN (
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT 1 FROM edge WHERE (f.updated_at, f.id) > (edge.updated_at, edge.id))
    ORDER BY f.updated_at ASC, f.id ASC
    LIMIT ?17 OFFSET ?18
) e ON true
ORDER BY e.updated_at ASC, e.id ASC;

-- time_entries::count::ALL, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT CASE WHEN (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant') THEN (
    SELECT count(*) FROM time_entries w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $16::bigint AND ($15::text IS NULL OR $15::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
) ELSE (
    SELECT count(*) FROM time_entries w
    WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $16::bigint AND ($15::text IS NULL OR $15::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
) END;

-- time_entries::count::ALL, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT CASE WHEN (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant') THEN (
    SELECT count(*) FROM time_entries w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?16 AND (?15 IS NULL OR ?15 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
) ELSE (
    SELECT count(*) FROM time_entries w
    WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?16 AND (?15 IS NULL OR ?15 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
) END;

-- time_entries::count::MEMBERS, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT count(*) FROM caller c
JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
JOIN time_entries w ON w.member_id = t.id
WHERE $15::text LIKE '%' || t.id::text || '%' AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $16::bigint AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text);

-- time_entries::count::MEMBERS, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT count(*) FROM caller c
JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
JOIN time_entries w ON w.member_id = t.id
WHERE ?15 LIKE '%' || t.id || '%' AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?16 AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14);

-- time_entries::count::PROJECTS, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT count(*) FROM caller c
JOIN projects t ON t.organization_id = c.organization_id
JOIN time_entries w ON w.project_id = t.id
WHERE ($9::text IS NULL OR $9::text LIKE '%' || t.id::text || '%')
    AND ($11::text IS NULL OR $11::text LIKE '%' || t.client_id::text || '%')
    AND (w.member_id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $16::bigint AND ($15::text IS NULL OR $15::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text);

-- time_entries::count::PROJECTS, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT count(*) FROM caller c
JOIN projects t ON t.organization_id = c.organization_id
JOIN time_entries w ON w.project_id = t.id
WHERE (?9 IS NULL OR ?9 LIKE '%' || t.id || '%')
    AND (?11 IS NULL OR ?11 LIKE '%' || t.client_id || '%')
    AND (w.member_id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
    AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?16 AND (?15 IS NULL OR ?15 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14);

-- time_entries::count::RUNNING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT count(*) FROM caller c
JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
WHERE +w.start_at >= $3::bigint AND +w.start_at < $4::bigint AND +w.updated_at >= $16::bigint AND ($15::text IS NULL OR $15::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text);

-- time_entries::count::RUNNING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT count(*) FROM caller c
JOIN members t ON t.organization_id = c.organization_id AND (t.id = c.member_id OR c.role IN ('owner', 'admin', 'manager', 'accountant'))
JOIN time_entries w ON w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL
WHERE +w.start_at >= ?3 AND +w.start_at < ?4 AND +w.updated_at >= ?16 AND (?15 IS NULL OR ?15 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14);

-- time_entries::count::CHANGED, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid)
SELECT CASE WHEN (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant') THEN (
    SELECT count(*) FROM time_entries w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND w.updated_at >= $16::bigint AND +w.start_at >= $3::bigint AND +w.start_at < $4::bigint AND ($15::text IS NULL OR $15::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
) ELSE (
    SELECT count(*) FROM time_entries w
    WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND +w.updated_at >= $16::bigint AND ($15::text IS NULL OR $15::text LIKE '%' || w.member_id::text || '%')
        AND ($5::boolean IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = $5::boolean)
        AND ($6::boolean IS NULL OR w.billable = $6::boolean)
        AND ($7::boolean OR w.deleted_at IS NULL)
        AND ($8::text IS NULL OR COALESCE(w.folded_description, w.description) LIKE $8::text ESCAPE '\')
        AND ($9::text IS NULL OR $9::text LIKE '%' || COALESCE(w.project_id::text, 'none') || '%')
        AND ($10::text IS NULL OR $10::text LIKE '%' || COALESCE(w.task_id::text, 'none') || '%')
        AND ($11::text IS NULL OR $11::text LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id)::text, 'none') || '%')
        AND ($12::text IS NULL OR (SELECT count(*) FROM jsonb_array_elements_text(w.tags) tag WHERE $12::text LIKE '%' || tag || '%') >= $13::bigint OR (w.tags = '[]' AND $12::text LIKE '%none%'))
        AND ($14::text IS NULL OR w.kind = $14::text)
) END;

-- time_entries::count::CHANGED, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2)
SELECT CASE WHEN (SELECT role FROM caller) IN ('owner', 'admin', 'manager', 'accountant') THEN (
    SELECT count(*) FROM time_entries w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'manager', 'accountant')) AND w.updated_at >= ?16 AND +w.start_at >= ?3 AND +w.start_at < ?4 AND (?15 IS NULL OR ?15 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
) ELSE (
    SELECT count(*) FROM time_entries w
    WHERE w.member_id = (SELECT member_id FROM caller WHERE role NOT IN ('owner', 'admin', 'manager', 'accountant')) AND w.start_at >= ?3 AND w.start_at < ?4 AND +w.updated_at >= ?16 AND (?15 IS NULL OR ?15 LIKE '%' || w.member_id || '%')
        AND (?5 IS NULL OR (w.end_at IS NULL AND w.deleted_at IS NULL) = ?5)
        AND (?6 IS NULL OR w.billable = ?6)
        AND (?7 OR w.deleted_at IS NULL)
        AND (?8 IS NULL OR COALESCE(w.folded_description, w.description) LIKE ?8 ESCAPE '\')
        AND (?9 IS NULL OR ?9 LIKE '%' || COALESCE(w.project_id, 'none') || '%')
        AND (?10 IS NULL OR ?10 LIKE '%' || COALESCE(w.task_id, 'none') || '%')
        AND (?11 IS NULL OR ?11 LIKE '%' || COALESCE(
            (SELECT p.client_id FROM projects p WHERE p.id = w.project_id), 'none') || '%')
        AND (?12 IS NULL OR (SELECT count(*) FROM json_each(w.tags) tag WHERE ?12 LIKE '%' || tag.value || '%') >= ?13 OR (w.tags = '[]' AND ?12 LIKE '%none%'))
        AND (?14 IS NULL OR w.kind = ?14)
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
SELECT span.events, span.last, e.position, e.id::text, e.organization_id::text, e.member_id::text, e.user_id::text, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id::text, e.task_id::text, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id)::text, e.tags::text, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
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
SELECT span.events, span.last, e.position, e.id, e.organization_id, e.member_id, e.user_id, e.start_at, e.end_at, e.time_zone, e.kind, e.project_id, e.task_id, (SELECT p.client_id FROM projects p WHERE p.id = e.project_id), e.tags, e.description, e.billable, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate END, CASE WHEN e.billable_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN e.billable_rate_source END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate END, CASE WHEN e.cost_rate IS NOT NULL AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'accountant')) THEN e.cost_rate_source END, e.currency, e.source, e.external_id, e.external_url, e.version, e.created_at, e.updated_at, e.deleted_at
FROM caller
CROSS JOIN (SELECT count(*) AS events, max(position) AS last FROM looked) span
LEFT JOIN seen e ON true
ORDER BY e.position;

-- organizations::READ, PostgreSQL
SELECT r.id::text, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at FROM (
    SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
) r;

-- organizations::READ, SQLite
SELECT r.id, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at FROM (
    SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant')
) r;

-- organizations::REPEATED, PostgreSQL
SELECT r.id::text, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at FROM (
    SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND o.request_digest = $3::text
) r;

-- organizations::REPEATED, SQLite
SELECT r.id, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at FROM (
    SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
    WHERE c.organization_id = ?1 AND c.user_id = ?2 AND o.request_digest = ?3
) r;

-- organizations::FOUND, PostgreSQL
WITH founded AS (
    INSERT INTO organizations (id, name, name_key, currency, time_zone, week_start, number_format, currency_format, date_format, interval_format,
    time_format, is_personal, billable_default, overlap_policy, employees_can_see_billable_rates,
    employees_can_manage_tasks, breaks_enabled, request_id, traceparent, request_digest, version, changed_by, created_at,
    updated_at)
    SELECT $1::uuid, $3::text, $4::text, COALESCE($5::text, 'EUR'), COALESCE($6::text, caller.time_zone), COALESCE($7::text, 'monday'),
    COALESCE($8::text, 'comma-point'), COALESCE($9::text, 'iso-code-after-with-space'),
    COALESCE($10::text, 'hyphen-separated-yyyy-mm-dd'), COALESCE($11::text, 'hours-minutes'),
    COALESCE($12::text, '24-hours'), false, COALESCE($13::boolean, false), COALESCE($14::text, 'allow'),
    COALESCE($15::boolean, false), COALESCE($16::boolean, false), COALESCE($17::boolean, true),
    $18::text, $19::text, $20::text, 1, caller.id, stamp.at, stamp.at
FROM users caller
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE caller.id = $2::uuid
    RETURNING *
), owner AS (
    INSERT INTO members AS t (id, organization_id, user_id, role, changed_by, request_id, traceparent, created_at, updated_at)
    SELECT $21::uuid, id, changed_by, 'owner', changed_by, request_id, traceparent, created_at, updated_at FROM founded
    RETURNING t.id
)
SELECT founded.id::text FROM founded CROSS JOIN owner;

-- organizations::FOUND, SQLite
INSERT INTO founded_organizations (id, member_id, name, name_key, currency, time_zone, week_start, number_format, currency_format, date_format, interval_format,
    time_format, is_personal, billable_default, overlap_policy, employees_can_see_billable_rates,
    employees_can_manage_tasks, breaks_enabled, request_id, traceparent, request_digest, version, changed_by, created_at,
    updated_at)
SELECT ?1, ?21, ?3, ?4, COALESCE(?5, 'EUR'), COALESCE(?6, caller.time_zone), COALESCE(?7, 'monday'),
    COALESCE(?8, 'comma-point'), COALESCE(?9, 'iso-code-after-with-space'),
    COALESCE(?10, 'hyphen-separated-yyyy-mm-dd'), COALESCE(?11, 'hours-minutes'),
    COALESCE(?12, '24-hours'), false, COALESCE(?13, false), COALESCE(?14, 'allow'),
    COALESCE(?15, false), COALESCE(?16, false), COALESCE(?17, true),
    ?18, ?19, ?20, 1, caller.id, stamp.at, stamp.at
FROM users caller
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE caller.id = ?2
RETURNING id;

-- organizations::UPDATE, PostgreSQL
UPDATE organizations SET
    name = COALESCE($3::text, name), name_key = COALESCE($4::text, name_key), currency = COALESCE($5::text, currency), time_zone = COALESCE($6::text, time_zone),
    week_start = COALESCE($7::text, week_start), number_format = COALESCE($8::text, number_format), currency_format = COALESCE($9::text, currency_format),
    date_format = COALESCE($10::text, date_format), interval_format = COALESCE($11::text, interval_format), time_format = COALESCE($12::text, time_format),
    billable_default = COALESCE($13::boolean, billable_default), overlap_policy = CASE WHEN $21::boolean AND overlap_policy = 'forbid' THEN 'allow' ELSE COALESCE($14::text, overlap_policy) END,
    employees_can_see_billable_rates = COALESCE($15::boolean, employees_can_see_billable_rates), employees_can_manage_tasks = COALESCE($16::boolean, employees_can_manage_tasks),
    breaks_enabled = COALESCE($17::boolean, breaks_enabled),
    version = version + 1, changed_by = $2::uuid, request_id = $18::text, traceparent = $19::text,
    updated_at = change_stamp(updated_at)
WHERE id = $1::uuid AND deleted_at IS NULL
  AND ($20::bigint IS NULL OR version = $20::bigint)
  AND (name, currency, time_zone, week_start, number_format, currency_format, date_format, interval_format, time_format,
       billable_default, overlap_policy, employees_can_see_billable_rates, employees_can_manage_tasks, breaks_enabled)
      IS DISTINCT FROM
      (COALESCE($3::text, name), COALESCE($5::text, currency), COALESCE($6::text, time_zone), COALESCE($7::text, week_start), COALESCE($8::text, number_format), COALESCE($9::text, currency_format), COALESCE($10::text, date_format),
       COALESCE($11::text, interval_format), COALESCE($12::text, time_format), COALESCE($13::boolean, billable_default), CASE WHEN $21::boolean AND overlap_policy = 'forbid' THEN 'allow' ELSE COALESCE($14::text, overlap_policy) END, COALESCE($15::boolean, employees_can_see_billable_rates), COALESCE($16::boolean, employees_can_manage_tasks), COALESCE($17::boolean, breaks_enabled))
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  )
RETURNING id::text;

-- organizations::UPDATE, SQLite
UPDATE organizations SET
    name = COALESCE(?3, name), name_key = COALESCE(?4, name_key), currency = COALESCE(?5, currency), time_zone = COALESCE(?6, time_zone),
    week_start = COALESCE(?7, week_start), number_format = COALESCE(?8, number_format), currency_format = COALESCE(?9, currency_format),
    date_format = COALESCE(?10, date_format), interval_format = COALESCE(?11, interval_format), time_format = COALESCE(?12, time_format),
    billable_default = COALESCE(?13, billable_default), overlap_policy = CASE WHEN ?21 AND overlap_policy = 'forbid' THEN 'allow' ELSE COALESCE(?14, overlap_policy) END,
    employees_can_see_billable_rates = COALESCE(?15, employees_can_see_billable_rates), employees_can_manage_tasks = COALESCE(?16, employees_can_manage_tasks),
    breaks_enabled = COALESCE(?17, breaks_enabled),
    version = version + 1, changed_by = ?2, request_id = ?18, traceparent = ?19,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?1 AND deleted_at IS NULL
  AND (?20 IS NULL OR version = ?20)
  AND (name, currency, time_zone, week_start, number_format, currency_format, date_format, interval_format, time_format,
       billable_default, overlap_policy, employees_can_see_billable_rates, employees_can_manage_tasks, breaks_enabled)
      IS DISTINCT FROM
      (COALESCE(?3, name), COALESCE(?5, currency), COALESCE(?6, time_zone), COALESCE(?7, week_start), COALESCE(?8, number_format), COALESCE(?9, currency_format), COALESCE(?10, date_format),
       COALESCE(?11, interval_format), COALESCE(?12, time_format), COALESCE(?13, billable_default), CASE WHEN ?21 AND overlap_policy = 'forbid' THEN 'allow' ELSE COALESCE(?14, overlap_policy) END, COALESCE(?15, employees_can_see_billable_rates), COALESCE(?16, employees_can_manage_tasks), COALESCE(?17, breaks_enabled))
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  )
RETURNING id;

-- organizations::ROLE, PostgreSQL
SELECT role FROM (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid) AS caller;

-- organizations::ROLE, SQLite
SELECT role FROM (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2) AS caller;

-- organizations::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT id AS user_id FROM users WHERE id = $2::uuid AND $1::uuid IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND ($9::boolean IS NULL OR o.is_personal = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- organizations::LIST_BY_NAME, SQLite
WITH caller AS (SELECT id AS user_id FROM users WHERE id = ?2 AND ?1 IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND (?9 IS NULL OR o.is_personal = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- organizations::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT id AS user_id FROM users WHERE id = $2::uuid AND $1::uuid IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND ($9::boolean IS NULL OR o.is_personal = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- organizations::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT id AS user_id FROM users WHERE id = ?2 AND ?1 IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND (?9 IS NULL OR o.is_personal = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- organizations::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT id AS user_id FROM users WHERE id = $2::uuid AND $1::uuid IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND ($9::boolean IS NULL OR o.is_personal = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- organizations::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT id AS user_id FROM users WHERE id = ?2 AND ?1 IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND (?9 IS NULL OR o.is_personal = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- organizations::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT id AS user_id FROM users WHERE id = $2::uuid AND $1::uuid IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND ($9::boolean IS NULL OR o.is_personal = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- organizations::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT id AS user_id FROM users WHERE id = ?2 AND ?1 IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND (?9 IS NULL OR o.is_personal = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- organizations::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT id AS user_id FROM users WHERE id = $2::uuid AND $1::uuid IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND ($9::boolean IS NULL OR o.is_personal = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- organizations::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT id AS user_id FROM users WHERE id = ?2 AND ?1 IS NOT NULL),
seen AS (

SELECT o.*, CASE WHEN c.role IN ('owner', 'admin', 'manager', 'accountant')
        OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates)
    THEN (SELECT v.amount FROM rates v WHERE v.organization_id = c.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate
FROM callers c
JOIN organization_profiles o ON o.id = c.organization_id
WHERE c.user_id = (SELECT user_id FROM caller) AND (?9 IS NULL OR o.is_personal = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.name, r.currency, r.time_zone, r.week_start, r.number_format, r.currency_format, r.date_format, r.interval_format, r.time_format, r.is_personal, r.billable_default, r.overlap_policy, r.employees_can_see_billable_rates, r.employees_can_manage_tasks, r.breaks_enabled, r.billable_rate, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- members::READ, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.user_id::text, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at FROM callers c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid
  AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR r.id = c.member_id);

-- members::READ, SQLite
SELECT r.id, r.organization_id, r.user_id, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at FROM callers c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3
  AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR r.id = c.member_id);

-- members::REPEATED, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.user_id::text, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at FROM callers c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  AND r.id = $3::uuid AND r.request_digest = $4::text;

-- members::REPEATED, SQLite
SELECT r.id, r.organization_id, r.user_id, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at FROM callers c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  AND r.id = ?3 AND r.request_digest = ?4;

-- members::STANDING, PostgreSQL
SELECT c.role, c.member_id::text, EXISTS (
    SELECT 1 FROM time_entries w WHERE w.member_id = r.id AND w.deleted_at IS NULL
), r.id::text, r.organization_id::text, r.user_id::text, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM callers c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND r.id = $3::uuid;

-- members::STANDING, SQLite
SELECT c.role, c.member_id, EXISTS (
    SELECT 1 FROM time_entries w WHERE w.member_id = r.id AND w.deleted_at IS NULL
), r.id, r.organization_id, r.user_id, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM callers c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND r.id = ?3;

-- members::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND ($9::boolean IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.user_id::text, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- members::LIST_BY_NAME, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND (?9 IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.user_id, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- members::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND ($9::boolean IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.user_id::text, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- members::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND (?9 IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.user_id, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- members::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND ($9::boolean IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.user_id::text, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- members::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND (?9 IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.user_id, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- members::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND ($9::boolean IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.user_id::text, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- members::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND (?9 IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.user_id, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- members::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND ($9::boolean IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = $9::boolean)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.user_id::text, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- members::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT p.* FROM caller c
JOIN (SELECT p.*, CASE WHEN EXISTS (
        SELECT 1 FROM callers c JOIN organizations o ON o.id = c.organization_id
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant')
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = p.organization_id AND v.kind = 'billable' AND v.subject = p.id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END AS billable_rate FROM member_profiles p) p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
WHERE (c.role IN ('owner', 'admin', 'manager', 'accountant') OR p.id = c.member_id)
  AND (?9 IS NULL OR (p.deactivated_at IS NULL AND NOT p.is_placeholder) = ?9)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.user_id, r.name, r.email, r.role, r.is_placeholder, r.billable_rate, r.deactivated_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- members::write::CREATE_PLACEHOLDER, PostgreSQL
INSERT INTO members AS t (id, organization_id, role, name, name_key, email, request_digest, changed_by, request_id,
    traceparent, created_at, updated_at)
SELECT $3::uuid, c.organization_id, 'placeholder', $4::text, $5::text, $6::text, $7::text, c.user_id, $8::text, $9::text,
    stamp.at, stamp.at
FROM callers c
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
RETURNING id::text;

-- members::write::CREATE_PLACEHOLDER, SQLite
INSERT INTO members AS t (id, organization_id, role, name, name_key, email, request_digest, changed_by, request_id,
    traceparent, created_at, updated_at)
SELECT ?3, c.organization_id, 'placeholder', ?4, ?5, ?6, ?7, c.user_id, ?8, ?9,
    stamp.at, stamp.at
FROM callers c
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
RETURNING id;

-- members::write::UPDATE, PostgreSQL
UPDATE members AS t SET
    role = COALESCE($4::text, role), name = CASE WHEN user_id IS NULL THEN COALESCE($5::text, name) END, name_key = CASE WHEN user_id IS NULL THEN COALESCE($6::text, name_key) END,
    email = CASE WHEN user_id IS NULL AND $7::boolean THEN $8::text ELSE email END,
    deactivated_at = CASE WHEN COALESCE($9::boolean, deactivated_at IS NOT NULL) THEN COALESCE(deactivated_at, change_stamp(NULL)) END,
    version = version + 1, changed_by = $2::uuid, request_id = $11::text, traceparent = $12::text,
    updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND ($10::bigint IS NULL OR version = $10::bigint)
  AND (role, name, email, deactivated_at IS NOT NULL) IS DISTINCT FROM (COALESCE($4::text, role), CASE WHEN user_id IS NULL THEN COALESCE($5::text, name) END, CASE WHEN user_id IS NULL AND $7::boolean THEN $8::text ELSE email END, COALESCE($9::boolean, deactivated_at IS NOT NULL))
  AND (role = 'placeholder') = (COALESCE($4::text, role) = 'placeholder') AND (user_id IS NOT NULL OR $9::boolean IS NULL)
  AND (user_id IS NULL OR $5::text IS NULL OR EXISTS (SELECT 1 FROM users u WHERE u.id = t.user_id AND u.name = $5::text))
  AND (user_id IS NULL OR NOT $7::boolean OR EXISTS (SELECT 1 FROM users u WHERE u.id = t.user_id AND u.email = $8::text))
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
        AND (c.role = 'owner' OR t.role <> 'owner')
  ) AND (COALESCE($4::text, role) <> 'owner' OR EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role = 'owner'))
RETURNING id::text;

-- members::write::UPDATE, SQLite
UPDATE members AS t SET
    role = COALESCE(?4, role), name = CASE WHEN user_id IS NULL THEN COALESCE(?5, name) END, name_key = CASE WHEN user_id IS NULL THEN COALESCE(?6, name_key) END,
    email = CASE WHEN user_id IS NULL AND ?7 THEN ?8 ELSE email END,
    deactivated_at = CASE WHEN COALESCE(?9, deactivated_at IS NOT NULL) THEN COALESCE(deactivated_at, max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))) END,
    version = version + 1, changed_by = ?2, request_id = ?11, traceparent = ?12,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL
  AND (?10 IS NULL OR version = ?10)
  AND (role, name, email, deactivated_at IS NOT NULL) IS DISTINCT FROM (COALESCE(?4, role), CASE WHEN user_id IS NULL THEN COALESCE(?5, name) END, CASE WHEN user_id IS NULL AND ?7 THEN ?8 ELSE email END, COALESCE(?9, deactivated_at IS NOT NULL))
  AND (role = 'placeholder') = (COALESCE(?4, role) = 'placeholder') AND (user_id IS NOT NULL OR ?9 IS NULL)
  AND (user_id IS NULL OR ?5 IS NULL OR EXISTS (SELECT 1 FROM users u WHERE u.id = t.user_id AND u.name = ?5))
  AND (user_id IS NULL OR NOT ?7 OR EXISTS (SELECT 1 FROM users u WHERE u.id = t.user_id AND u.email = ?8))
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
        AND (c.role = 'owner' OR t.role <> 'owner')
  ) AND (COALESCE(?4, role) <> 'owner' OR EXISTS (SELECT 1 FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role = 'owner'))
RETURNING id;

-- members::write::DEPART, PostgreSQL
UPDATE members AS t SET
    user_id = NULL, role = 'placeholder',
    name = COALESCE((SELECT u.name FROM users u WHERE u.id = t.user_id), name),
    name_key = COALESCE((SELECT COALESCE(u.name_key, lower(u.name)) FROM users u WHERE u.id = t.user_id), name_key),
    email = COALESCE((SELECT u.email FROM users u WHERE u.id = t.user_id), email),
    deactivated_at = NULL,
    deleted_at = CASE WHEN $4::boolean AND NOT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.deleted_at IS NULL) THEN change_stamp(NULL) END,
    version = version + 1, changed_by = $2::uuid, request_id = $7::text, traceparent = $8::text,
    updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND ($6::bigint IS NULL OR version = $6::bigint)
  AND (user_id IS NOT NULL OR ($4::boolean AND NOT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.deleted_at IS NULL)))
  AND (NOT $5::boolean OR NOT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.deleted_at IS NULL))
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
        AND (c.role = 'owner' OR t.role <> 'owner')
  )
RETURNING id::text;

-- members::write::DEPART, SQLite
UPDATE members AS t SET
    user_id = NULL, role = 'placeholder',
    name = COALESCE((SELECT u.name FROM users u WHERE u.id = t.user_id), name),
    name_key = COALESCE((SELECT COALESCE(u.name_key, lower(u.name)) FROM users u WHERE u.id = t.user_id), name_key),
    email = COALESCE((SELECT u.email FROM users u WHERE u.id = t.user_id), email),
    deactivated_at = NULL,
    deleted_at = CASE WHEN ?4 AND NOT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.deleted_at IS NULL) THEN max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) END,
    version = version + 1, changed_by = ?2, request_id = ?7, traceparent = ?8,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL
  AND (?6 IS NULL OR version = ?6)
  AND (user_id IS NOT NULL OR (?4 AND NOT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.deleted_at IS NULL)))
  AND (NOT ?5 OR NOT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.deleted_at IS NULL))
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
        AND (c.role = 'owner' OR t.role <> 'owner')
  )
RETURNING id;

-- members::merge::MERGE, PostgreSQL
WITH pair AS MATERIALIZED (
    SELECT t.id AS placeholder_id, p.id AS member_id, p.user_id FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = $3::uuid AND t.user_id IS NULL AND t.deleted_at IS NULL
JOIN member_profiles p ON p.organization_id = c.organization_id AND p.id = $4::uuid AND NOT p.is_placeholder
JOIN organizations o ON o.id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin') AND (o.overlap_policy <> 'forbid' OR NOT EXISTS (
    SELECT 1 FROM time_entries a
    JOIN time_entries b ON b.member_id = p.id AND b.deleted_at IS NULL
        AND b.start_at < COALESCE(a.end_at, 9000000000000000) AND a.start_at < COALESCE(b.end_at, 9000000000000000)
    WHERE a.member_id = t.id AND a.deleted_at IS NULL
))
    FOR UPDATE OF t
), moved AS (
    UPDATE time_entries SET
        member_id = pair.member_id, user_id = pair.user_id, version = time_entries.version + 1, changed_by = $2::uuid,
        request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(time_entries.updated_at)
    FROM pair
    WHERE time_entries.member_id = pair.placeholder_id AND time_entries.deleted_at IS NULL
    RETURNING time_entries.id
)
UPDATE members AS t SET
    deleted_at = change_stamp(NULL), version = t.version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
    updated_at = change_stamp(t.updated_at)
FROM pair
WHERE t.id = pair.placeholder_id AND (SELECT count(*) FROM moved) >= 0
RETURNING t.id::text;

-- members::merge::MERGE, SQLite
INSERT INTO member_merges (placeholder_id, member_id, user_id, changed_by, request_id, traceparent, merged_at)
SELECT t.id, p.id, p.user_id, c.user_id, ?5, ?6, max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = ?3 AND t.user_id IS NULL AND t.deleted_at IS NULL
JOIN member_profiles p ON p.organization_id = c.organization_id AND p.id = ?4 AND NOT p.is_placeholder
JOIN organizations o ON o.id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin') AND (o.overlap_policy <> 'forbid' OR NOT EXISTS (
    SELECT 1 FROM time_entries a
    JOIN time_entries b ON b.member_id = p.id AND b.deleted_at IS NULL
        AND b.start_at < COALESCE(a.end_at, 9000000000000000) AND a.start_at < COALESCE(b.end_at, 9000000000000000)
    WHERE a.member_id = t.id AND a.deleted_at IS NULL
))
RETURNING placeholder_id;

-- members::merge::HINDRANCE, PostgreSQL
SELECT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL)
   AND EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = p.id AND w.end_at IS NULL AND w.deleted_at IS NULL),
   NOT (o.overlap_policy <> 'forbid' OR NOT EXISTS (
    SELECT 1 FROM time_entries a
    JOIN time_entries b ON b.member_id = p.id AND b.deleted_at IS NULL
        AND b.start_at < COALESCE(a.end_at, 9000000000000000) AND a.start_at < COALESCE(b.end_at, 9000000000000000)
    WHERE a.member_id = t.id AND a.deleted_at IS NULL
))
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = $3::uuid AND t.user_id IS NULL AND t.deleted_at IS NULL
JOIN member_profiles p ON p.organization_id = c.organization_id AND p.id = $4::uuid AND NOT p.is_placeholder
JOIN organizations o ON o.id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin');

-- members::merge::HINDRANCE, SQLite
SELECT EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = t.id AND w.end_at IS NULL AND w.deleted_at IS NULL)
   AND EXISTS (SELECT 1 FROM time_entries w WHERE w.member_id = p.id AND w.end_at IS NULL AND w.deleted_at IS NULL),
   NOT (o.overlap_policy <> 'forbid' OR NOT EXISTS (
    SELECT 1 FROM time_entries a
    JOIN time_entries b ON b.member_id = p.id AND b.deleted_at IS NULL
        AND b.start_at < COALESCE(a.end_at, 9000000000000000) AND a.start_at < COALESCE(b.end_at, 9000000000000000)
    WHERE a.member_id = t.id AND a.deleted_at IS NULL
))
FROM callers c
JOIN members t ON t.organization_id = c.organization_id AND t.id = ?3 AND t.user_id IS NULL AND t.deleted_at IS NULL
JOIN member_profiles p ON p.organization_id = c.organization_id AND p.id = ?4 AND NOT p.is_placeholder
JOIN organizations o ON o.id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin');

-- invitations::READ, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.email, r.role, r.member_id::text, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at FROM callers c
JOIN invitations r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin', 'manager', 'accountant') AND r.id = $3::uuid;

-- invitations::READ, SQLite
SELECT r.id, r.organization_id, r.email, r.role, r.member_id, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at FROM callers c
JOIN invitations r ON r.organization_id = c.organization_id AND r.deleted_at IS NULL
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin', 'manager', 'accountant') AND r.id = ?3;

-- invitations::REPEATED, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.email, r.role, r.member_id::text, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at FROM callers c
JOIN invitations r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  AND r.id = $3::uuid AND r.request_digest = $4::text;

-- invitations::REPEATED, SQLite
SELECT r.id, r.organization_id, r.email, r.role, r.member_id, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at FROM callers c
JOIN invitations r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  AND r.id = ?3 AND r.request_digest = ?4;

-- invitations::CREATE, PostgreSQL
INSERT INTO invitations (id, organization_id, email, role, member_id, token_hash, expires_at, request_digest, changed_by,
    request_id, traceparent, created_at, updated_at)
SELECT $3::uuid, c.organization_id, $4::text, $5::text, $6::uuid, $7::text, $8::bigint, $9::text, c.user_id,
    $10::text, $11::text, stamp.at, stamp.at
FROM callers c
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  AND (c.role = 'owner' OR $5::text <> 'owner')
  AND NOT EXISTS (
      SELECT 1 FROM member_profiles p
      WHERE p.organization_id = c.organization_id AND NOT p.is_placeholder AND p.email = $4::text
  )
  AND ($6::uuid IS NULL OR EXISTS (
      SELECT 1 FROM member_profiles p
      WHERE p.organization_id = c.organization_id AND p.id = $6::uuid AND p.is_placeholder AND p.deleted_at IS NULL
  ))
RETURNING id::text, organization_id::text, email, role, member_id::text, expires_at, accepted_at, version, created_at, updated_at;

-- invitations::CREATE, SQLite
INSERT INTO invitations (id, organization_id, email, role, member_id, token_hash, expires_at, request_digest, changed_by,
    request_id, traceparent, created_at, updated_at)
SELECT ?3, c.organization_id, ?4, ?5, ?6, ?7, ?8, ?9, c.user_id,
    ?10, ?11, stamp.at, stamp.at
FROM callers c
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  AND (c.role = 'owner' OR ?5 <> 'owner')
  AND NOT EXISTS (
      SELECT 1 FROM member_profiles p
      WHERE p.organization_id = c.organization_id AND NOT p.is_placeholder AND p.email = ?4
  )
  AND (?6 IS NULL OR EXISTS (
      SELECT 1 FROM member_profiles p
      WHERE p.organization_id = c.organization_id AND p.id = ?6 AND p.is_placeholder AND p.deleted_at IS NULL
  ))
RETURNING id, organization_id, email, role, member_id, expires_at, accepted_at, version, created_at, updated_at;

-- invitations::RENEW, PostgreSQL
UPDATE invitations SET
    token_hash = $5::text, expires_at = $6::bigint,
    version = version + 1, changed_by = $2::uuid, request_id = $7::text, traceparent = $8::text,
    updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND accepted_at IS NULL AND deleted_at IS NULL
  AND ($4::bigint IS NULL OR version = $4::bigint)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
        AND (c.role = 'owner' OR invitations.role <> 'owner')
  )
RETURNING id::text, organization_id::text, email, role, member_id::text, expires_at, accepted_at, version, created_at, updated_at;

-- invitations::RENEW, SQLite
UPDATE invitations SET
    token_hash = ?5, expires_at = ?6,
    version = version + 1, changed_by = ?2, request_id = ?7, traceparent = ?8,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND accepted_at IS NULL AND deleted_at IS NULL
  AND (?4 IS NULL OR version = ?4)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
        AND (c.role = 'owner' OR invitations.role <> 'owner')
  )
RETURNING id, organization_id, email, role, member_id, expires_at, accepted_at, version, created_at, updated_at;

-- invitations::REVOKE, PostgreSQL
UPDATE invitations SET
    deleted_at = change_stamp(NULL),
    version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
    updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND accepted_at IS NULL AND deleted_at IS NULL
  AND ($4::bigint IS NULL OR version = $4::bigint)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
        AND (c.role = 'owner' OR invitations.role <> 'owner')
  )
RETURNING id::text, organization_id::text, email, role, member_id::text, expires_at, accepted_at, version, created_at, updated_at;

-- invitations::REVOKE, SQLite
UPDATE invitations SET
    deleted_at = max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)),
    version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND accepted_at IS NULL AND deleted_at IS NULL
  AND (?4 IS NULL OR version = ?4)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
        AND (c.role = 'owner' OR invitations.role <> 'owner')
  )
RETURNING id, organization_id, email, role, member_id, expires_at, accepted_at, version, created_at, updated_at;

-- invitations::STANDING, PostgreSQL
SELECT c.role, EXISTS (
    SELECT 1 FROM member_profiles p
    WHERE p.organization_id = c.organization_id AND NOT p.is_placeholder AND p.email = $3::text
)
FROM callers c
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid;

-- invitations::STANDING, SQLite
SELECT c.role, EXISTS (
    SELECT 1 FROM member_profiles p
    WHERE p.organization_id = c.organization_id AND NOT p.is_placeholder AND p.email = ?3
)
FROM callers c
WHERE c.organization_id = ?1 AND c.user_id = ?2;

-- invitations::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.email, r.role, r.member_id::text, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- invitations::LIST_BY_NAME, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.email, r.role, r.member_id, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- invitations::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.email, r.role, r.member_id::text, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- invitations::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.email, r.role, r.member_id, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- invitations::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.email, r.role, r.member_id::text, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- invitations::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.email, r.role, r.member_id, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- invitations::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.email, r.role, r.member_id::text, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- invitations::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.email, r.role, r.member_id, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- invitations::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.email, r.role, r.member_id::text, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- invitations::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT i.*, i.email AS name_key FROM caller c
JOIN invitations i ON i.organization_id = c.organization_id AND i.accepted_at IS NULL AND i.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant')

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.email, r.role, r.member_id, r.expires_at, r.accepted_at, r.version, r.created_at, r.updated_at
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- invitations::accept::ACCEPT, PostgreSQL
WITH caller AS (
    SELECT id, email FROM users WHERE id = $1::uuid
), accepted AS (
    UPDATE invitations AS i SET
        accepted_at = change_stamp(NULL), accepted_by = caller.id, version = i.version + 1, changed_by = caller.id,
        request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(i.updated_at)
    FROM caller
    WHERE i.token_hash = $2::text AND i.email = caller.email
  AND i.accepted_at IS NULL AND i.deleted_at IS NULL AND i.expires_at > $4::bigint
    RETURNING i.organization_id, i.role, i.member_id, i.accepted_by, i.accepted_at
), taken_over AS (
    UPDATE members AS t SET
        user_id = accepted.accepted_by, role = accepted.role, name = NULL, name_key = NULL, email = NULL,
        deactivated_at = NULL, version = t.version + 1, changed_by = accepted.accepted_by,
        request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(t.updated_at)
    FROM accepted
    WHERE t.id = accepted.member_id AND t.user_id IS NULL AND t.deleted_at IS NULL
    RETURNING t.id
), joined AS (
    INSERT INTO members AS t (id, organization_id, user_id, role, changed_by, request_id, traceparent, created_at, updated_at)
    SELECT $3::uuid, organization_id, accepted_by, role, accepted_by, $5::text, $6::text, accepted_at, accepted_at
    FROM accepted WHERE member_id IS NULL
    RETURNING t.id
)
SELECT id::text FROM taken_over UNION ALL SELECT id::text FROM joined;

-- invitations::accept::ACCEPT, SQLite
INSERT INTO invitation_acceptances (invitation_id, organization_id, member_id, user_id, role, takes_over, request_id,
    traceparent, accepted_at)
SELECT i.id, i.organization_id, COALESCE(i.member_id, ?3), caller.id, i.role, i.member_id IS NOT NULL,
    ?5, ?6, max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
FROM users caller
JOIN invitations i ON true
WHERE caller.id = ?1 AND i.token_hash = ?2 AND i.email = caller.email
  AND i.accepted_at IS NULL AND i.deleted_at IS NULL AND i.expires_at > ?4
RETURNING member_id;

-- invitations::accept::OBSTACLE, PostgreSQL
SELECT i.email = caller.email, i.accepted_at IS NOT NULL, i.deleted_at IS NOT NULL, i.expires_at <= $3::bigint
FROM users caller
JOIN invitations i ON i.token_hash = $2::text
WHERE caller.id = $1::uuid;

-- invitations::accept::OBSTACLE, SQLite
SELECT i.email = caller.email, i.accepted_at IS NOT NULL, i.deleted_at IS NOT NULL, i.expires_at <= ?3
FROM users caller
JOIN invitations i ON i.token_hash = ?2
WHERE caller.id = ?1;

-- teams::READ, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.name, r.version, r.created_at, r.updated_at, (SELECT COALESCE(json_agg(json_build_object('member_id', x.member_id, 'is_lead', x.is_lead) ORDER BY x.created_at, x.id), '[]'::json)
  FROM team_members x JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
  WHERE x.team_id = r.id AND x.deleted_at IS NULL)::text FROM callers c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
JOIN teams r ON r.id = k.id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND k.id = $3::uuid
  AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL));

-- teams::READ, SQLite
SELECT r.id, r.organization_id, r.name, r.version, r.created_at, r.updated_at, (SELECT json_group_array(json_object('member_id', member_id, 'is_lead', json(CASE is_lead WHEN 1 THEN 'true' ELSE 'false' END)))
  FROM (SELECT x.member_id, x.is_lead FROM team_members x
        JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
        WHERE x.team_id = r.id AND x.deleted_at IS NULL ORDER BY x.created_at, x.id)) FROM callers c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
JOIN teams r ON r.id = k.id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND k.id = ?3
  AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL));

-- teams::REPEATED, PostgreSQL
SELECT r.id::text, r.organization_id::text, r.name, r.version, r.created_at, r.updated_at, (SELECT COALESCE(json_agg(json_build_object('member_id', x.member_id, 'is_lead', x.is_lead) ORDER BY x.created_at, x.id), '[]'::json)
  FROM team_members x JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
  WHERE x.team_id = r.id AND x.deleted_at IS NULL)::text FROM callers c
JOIN teams r ON r.organization_id = c.organization_id
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  AND r.id = $3::uuid AND r.request_digest = $4::text;

-- teams::REPEATED, SQLite
SELECT r.id, r.organization_id, r.name, r.version, r.created_at, r.updated_at, (SELECT json_group_array(json_object('member_id', member_id, 'is_lead', json(CASE is_lead WHEN 1 THEN 'true' ELSE 'false' END)))
  FROM (SELECT x.member_id, x.is_lead FROM team_members x
        JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
        WHERE x.team_id = r.id AND x.deleted_at IS NULL ORDER BY x.created_at, x.id)) FROM callers c
JOIN teams r ON r.organization_id = c.organization_id
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  AND r.id = ?3 AND r.request_digest = ?4;

-- teams::CREATE, PostgreSQL
INSERT INTO teams (id, organization_id, name, name_key, request_digest, changed_by, request_id, traceparent, created_at,
    updated_at)
SELECT $3::uuid, c.organization_id, $4::text, $5::text, $6::text, c.user_id, $7::text, $8::text, stamp.at, stamp.at
FROM callers c
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
RETURNING id::text;

-- teams::CREATE, SQLite
INSERT INTO teams (id, organization_id, name, name_key, request_digest, changed_by, request_id, traceparent, created_at,
    updated_at)
SELECT ?3, c.organization_id, ?4, ?5, ?6, c.user_id, ?7, ?8, stamp.at, stamp.at
FROM callers c
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
RETURNING id;

-- teams::UPDATE, PostgreSQL
UPDATE teams SET
    name = $4::text, name_key = $5::text,
    version = version + 1, changed_by = $2::uuid, request_id = $7::text, traceparent = $8::text,
    updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND ($6::bigint IS NULL OR version = $6::bigint)
  AND name <> $4::text
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  )
RETURNING id::text;

-- teams::UPDATE, SQLite
UPDATE teams SET
    name = ?4, name_key = ?5,
    version = version + 1, changed_by = ?2, request_id = ?7, traceparent = ?8,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL
  AND (?6 IS NULL OR version = ?6)
  AND name <> ?4
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  )
RETURNING id;

-- teams::DELETE, PostgreSQL
UPDATE teams SET
    deleted_at = change_stamp(NULL),
    version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
    updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND ($4::bigint IS NULL OR version = $4::bigint)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  )
RETURNING id::text;

-- teams::DELETE, SQLite
UPDATE teams SET
    deleted_at = max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)),
    version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id = ?3 AND organization_id = ?1 AND deleted_at IS NULL
  AND (?4 IS NULL OR version = ?4)
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  )
RETURNING id;

-- teams::PLACE, PostgreSQL
INSERT INTO team_members (id, organization_id, team_id, member_id, is_lead, changed_by, request_id, traceparent, created_at,
    updated_at)
SELECT $5::uuid, k.organization_id, k.id, p.id, $6::boolean, c.user_id, $7::text, $8::text, stamp.at, stamp.at
FROM callers c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
JOIN member_profiles p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
CROSS JOIN (SELECT change_stamp(NULL) AS at) stamp
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  AND k.id = $3::uuid AND p.id = $4::uuid
ON CONFLICT (team_id, member_id) WHERE deleted_at IS NULL DO UPDATE SET
    is_lead = excluded.is_lead, version = team_members.version + 1, changed_by = excluded.changed_by,
    request_id = excluded.request_id, traceparent = excluded.traceparent, updated_at = change_stamp(team_members.updated_at)
WHERE team_members.is_lead <> excluded.is_lead
RETURNING id::text;

-- teams::PLACE, SQLite
INSERT INTO team_members (id, organization_id, team_id, member_id, is_lead, changed_by, request_id, traceparent, created_at,
    updated_at)
SELECT ?5, k.organization_id, k.id, p.id, ?6, c.user_id, ?7, ?8, stamp.at, stamp.at
FROM callers c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
JOIN member_profiles p ON p.organization_id = c.organization_id AND p.deleted_at IS NULL
CROSS JOIN (SELECT max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)) AS at) stamp
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  AND k.id = ?3 AND p.id = ?4
ON CONFLICT (team_id, member_id) WHERE deleted_at IS NULL DO UPDATE SET
    is_lead = excluded.is_lead, version = team_members.version + 1, changed_by = excluded.changed_by,
    request_id = excluded.request_id, traceparent = excluded.traceparent, updated_at = max(team_members.updated_at + 1, excluded.updated_at)
WHERE team_members.is_lead <> excluded.is_lead
RETURNING id;

-- teams::DISPLACE, PostgreSQL
UPDATE team_members SET
    deleted_at = change_stamp(NULL),
    version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text,
    updated_at = change_stamp(updated_at)
WHERE team_id = $3::uuid AND member_id = $4::uuid AND organization_id = $1::uuid AND deleted_at IS NULL
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin')
  )
RETURNING id::text;

-- teams::DISPLACE, SQLite
UPDATE team_members SET
    deleted_at = max(CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0)),
    version = version + 1, changed_by = ?2, request_id = ?5, traceparent = ?6,
    updated_at = max(updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE team_id = ?3 AND member_id = ?4 AND organization_id = ?1 AND deleted_at IS NULL
  AND EXISTS (
      SELECT 1 FROM callers c
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin')
  )
RETURNING id;

-- teams::STANDING, PostgreSQL
SELECT c.role, EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL) FROM callers c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND k.id = $3::uuid;

-- teams::STANDING, SQLite
SELECT c.role, EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL) FROM callers c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.organization_id = ?1 AND c.user_id = ?2 AND k.id = ?3;

-- teams::LIST_BY_NAME, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.version, r.created_at, r.updated_at, (SELECT COALESCE(json_agg(json_build_object('member_id', x.member_id, 'is_lead', x.is_lead) ORDER BY x.created_at, x.id), '[]'::json)
  FROM team_members x JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
  WHERE x.team_id = r.id AND x.deleted_at IS NULL)::text
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) > ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" ASC, r.id ASC;

-- teams::LIST_BY_NAME, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.name, r.version, r.created_at, r.updated_at, (SELECT json_group_array(json_object('member_id', member_id, 'is_lead', json(CASE is_lead WHEN 1 THEN 'true' ELSE 'false' END)))
  FROM (SELECT x.member_id, x.is_lead FROM team_members x
        JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
        WHERE x.team_id = r.id AND x.deleted_at IS NULL ORDER BY x.created_at, x.id))
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) > (?3, ?4)
    ORDER BY l.name_key ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key ASC, r.id ASC;

-- teams::LIST_BY_NAME_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.version, r.created_at, r.updated_at, (SELECT COALESCE(json_agg(json_build_object('member_id', x.member_id, 'is_lead', x.is_lead) ORDER BY x.created_at, x.id), '[]'::json)
  FROM team_members x JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
  WHERE x.team_id = r.id AND x.deleted_at IS NULL)::text
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::text IS NULL OR (l.name_key COLLATE "C", l.id) < ($3::text, $4::uuid)
    ORDER BY l.name_key COLLATE "C" DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.name_key COLLATE "C" DESC, r.id DESC;

-- teams::LIST_BY_NAME_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.name_key, r.id AS id, r.id, r.organization_id, r.name, r.version, r.created_at, r.updated_at, (SELECT json_group_array(json_object('member_id', member_id, 'is_lead', json(CASE is_lead WHEN 1 THEN 'true' ELSE 'false' END)))
  FROM (SELECT x.member_id, x.is_lead FROM team_members x
        JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
        WHERE x.team_id = r.id AND x.deleted_at IS NULL ORDER BY x.created_at, x.id))
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.name_key, l.id) < (?3, ?4)
    ORDER BY l.name_key DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.name_key DESC, r.id DESC;

-- teams::LIST_BY_CREATION, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.version, r.created_at, r.updated_at, (SELECT COALESCE(json_agg(json_build_object('member_id', x.member_id, 'is_lead', x.is_lead) ORDER BY x.created_at, x.id), '[]'::json)
  FROM team_members x JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
  WHERE x.team_id = r.id AND x.deleted_at IS NULL)::text
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- teams::LIST_BY_CREATION, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.name, r.version, r.created_at, r.updated_at, (SELECT json_group_array(json_object('member_id', member_id, 'is_lead', json(CASE is_lead WHEN 1 THEN 'true' ELSE 'false' END)))
  FROM (SELECT x.member_id, x.is_lead FROM team_members x
        JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
        WHERE x.team_id = r.id AND x.deleted_at IS NULL ORDER BY x.created_at, x.id))
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) > (?3, ?4)
    ORDER BY l.created_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at ASC, r.id ASC;

-- teams::LIST_BY_CREATION_DESCENDING, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.version, r.created_at, r.updated_at, (SELECT COALESCE(json_agg(json_build_object('member_id', x.member_id, 'is_lead', x.is_lead) ORDER BY x.created_at, x.id), '[]'::json)
  FROM team_members x JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
  WHERE x.team_id = r.id AND x.deleted_at IS NULL)::text
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.created_at, l.id) < ($3::bigint, $4::uuid)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- teams::LIST_BY_CREATION_DESCENDING, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.created_at, r.id AS id, r.id, r.organization_id, r.name, r.version, r.created_at, r.updated_at, (SELECT json_group_array(json_object('member_id', member_id, 'is_lead', json(CASE is_lead WHEN 1 THEN 'true' ELSE 'false' END)))
  FROM (SELECT x.member_id, x.is_lead FROM team_members x
        JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
        WHERE x.team_id = r.id AND x.deleted_at IS NULL ORDER BY x.created_at, x.id))
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.created_at, l.id) < (?3, ?4)
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.created_at DESC, r.id DESC;

-- teams::LIST_BY_CHANGE, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE ($7::bigint IS NULL OR l.updated_at >= $7::bigint)
        AND ($8::text IS NULL OR l.name_key LIKE $8::text ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id::text AS id, r.id::text, r.organization_id::text, r.name, r.version, r.created_at, r.updated_at, (SELECT COALESCE(json_agg(json_build_object('member_id', x.member_id, 'is_lead', x.is_lead) ORDER BY x.created_at, x.id), '[]'::json)
  FROM team_members x JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
  WHERE x.team_id = r.id AND x.deleted_at IS NULL)::text
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE $3::bigint IS NULL OR (l.updated_at, l.id) > ($3::bigint, $4::uuid)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT $5::bigint OFFSET $6::bigint
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

-- teams::LIST_BY_CHANGE, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
seen AS (

SELECT k.* FROM caller c
JOIN teams k ON k.organization_id = c.organization_id AND k.deleted_at IS NULL
WHERE c.role IN ('owner', 'admin', 'manager', 'accountant') OR EXISTS (SELECT 1 FROM team_members x WHERE x.team_id = k.id AND x.member_id = c.member_id AND x.deleted_at IS NULL)

),
listed AS MATERIALIZED (
    SELECT * FROM seen l
    WHERE (?7 IS NULL OR l.updated_at >= ?7)
        AND (?8 IS NULL OR l.name_key LIKE ?8 ESCAPE '\')
)
SELECT (SELECT count(*) FROM listed) AS total, r.updated_at, r.id AS id, r.id, r.organization_id, r.name, r.version, r.created_at, r.updated_at, (SELECT json_group_array(json_object('member_id', member_id, 'is_lead', json(CASE is_lead WHEN 1 THEN 'true' ELSE 'false' END)))
  FROM (SELECT x.member_id, x.is_lead FROM team_members x
        JOIN member_profiles p ON p.id = x.member_id AND p.deleted_at IS NULL
        WHERE x.team_id = r.id AND x.deleted_at IS NULL ORDER BY x.created_at, x.id))
FROM caller
LEFT JOIN (
    SELECT * FROM listed l
    WHERE ?3 IS NULL OR (l.updated_at, l.id) > (?3, ?4)
    ORDER BY l.updated_at ASC, l.id ASC
    LIMIT ?5 OFFSET ?6
) r ON true
ORDER BY r.updated_at ASC, r.id ASC;

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
) AND NOT EXISTS (
      SELECT 1 FROM callers c JOIN rates v ON v.organization_id = c.organization_id
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND v.deleted_at IS NULL AND (v.project_id = projects.id OR v.task_id IN (SELECT k.id FROM tasks k WHERE k.project_id = projects.id))
        AND NOT CASE WHEN v.kind = 'cost' THEN c.role IN ('owner', 'admin')
                     ELSE c.role IN ('owner', 'admin', 'manager') END
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
) AND NOT EXISTS (
      SELECT 1 FROM callers c JOIN rates v ON v.organization_id = c.organization_id
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND v.deleted_at IS NULL AND (v.project_id = projects.id OR v.task_id IN (SELECT k.id FROM tasks k WHERE k.project_id = projects.id))
        AND NOT CASE WHEN v.kind = 'cost' THEN c.role IN ('owner', 'admin')
                     ELSE c.role IN ('owner', 'admin', 'manager') END
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = project_members.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = project_members.organization_id AND v.kind = 'billable' AND v.subject = project_members.member_id::text || '/' || project_members.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = project_members.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = project_members.organization_id AND v.kind = 'billable' AND v.subject = project_members.member_id::text || '/' || project_members.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = rated_project_members.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = rated_project_members.organization_id AND v.kind = 'billable' AND v.subject = rated_project_members.member_id || '/' || rated_project_members.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = rated_project_members.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = rated_project_members.organization_id AND v.kind = 'billable' AND v.subject = rated_project_members.member_id || '/' || rated_project_members.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
        ORDER BY v.valid_from_at DESC LIMIT 1) END END;

-- project_members::DELETE, PostgreSQL
UPDATE project_members SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = $2::uuid, request_id = $5::text, traceparent = $6::text, updated_at = change_stamp(updated_at)
WHERE id = $3::uuid AND organization_id = $1::uuid AND deleted_at IS NULL AND ($4::bigint IS NULL OR version = $4::bigint) AND EXISTS (
    SELECT 1 FROM callers c JOIN projects p ON p.organization_id = c.organization_id
    WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND p.id = project_members.project_id AND (c.role IN ('owner', 'admin', 'manager') OR (c.role IN ('owner', 'admin', 'manager', 'employee') AND EXISTS (
      SELECT 1 FROM project_members own
      WHERE own.project_id = p.id AND own.member_id = c.member_id AND own.role = 'manager' AND own.deleted_at IS NULL
  )))
) AND NOT EXISTS (
      SELECT 1 FROM callers c JOIN rates v ON v.organization_id = c.organization_id
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND v.deleted_at IS NULL AND v.project_id = project_members.project_id AND v.member_id = project_members.member_id
        AND NOT CASE WHEN v.kind = 'cost' THEN c.role IN ('owner', 'admin')
                     ELSE c.role IN ('owner', 'admin', 'manager') END
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
) AND NOT EXISTS (
      SELECT 1 FROM callers c JOIN rates v ON v.organization_id = c.organization_id
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND v.deleted_at IS NULL AND v.project_id = project_members.project_id AND v.member_id = project_members.member_id
        AND NOT CASE WHEN v.kind = 'cost' THEN c.role IN ('owner', 'admin')
                     ELSE c.role IN ('owner', 'admin', 'manager') END
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
  ) AND NOT EXISTS (
      SELECT 1 FROM callers c JOIN rates v ON v.organization_id = c.organization_id
      WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND v.deleted_at IS NULL AND v.task_id = tasks.id
        AND NOT CASE WHEN v.kind = 'cost' THEN c.role IN ('owner', 'admin')
                     ELSE c.role IN ('owner', 'admin', 'manager') END
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
  ) AND NOT EXISTS (
      SELECT 1 FROM callers c JOIN rates v ON v.organization_id = c.organization_id
      WHERE c.organization_id = ?1 AND c.user_id = ?2 AND v.deleted_at IS NULL AND v.task_id = tasks.id
        AND NOT CASE WHEN v.kind = 'cost' THEN c.role IN ('owner', 'admin')
                     ELSE c.role IN ('owner', 'admin', 'manager') END
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

-- rates::apply::EDGE, PostgreSQL
SELECT w.start_at, w.id::text
FROM time_entries w
WHERE w.organization_id = (SELECT c.organization_id FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin'))
      AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND w.deleted_at IS NULL
      AND (w.start_at, w.id) > ($5::bigint, $6::uuid)
      AND ($7::text IS NULL OR $7::text LIKE '%' || w.member_id::text || '%')
      AND ($8::text IS NULL OR $8::text LIKE '%' || w.project_id::text || '%')
ORDER BY w.start_at, w.id
LIMIT 1 OFFSET $9::bigint - 1;

-- rates::apply::EDGE, SQLite
SELECT w.start_at, w.id
FROM time_entries w
WHERE w.organization_id = (SELECT c.organization_id FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin'))
      AND w.start_at >= ?3 AND w.start_at < ?4 AND w.deleted_at IS NULL
      AND (w.start_at, w.id) > (?5, ?6)
      AND (?7 IS NULL OR ?7 LIKE '%' || w.member_id || '%')
      AND (?8 IS NULL OR ?8 LIKE '%' || w.project_id || '%')
ORDER BY w.start_at, w.id
LIMIT 1 OFFSET ?9 - 1;

-- rates::apply::APPLY, PostgreSQL
UPDATE time_entries SET
    billable_rate = CASE WHEN (time_entries.billable AND $10::boolean
         AND ($12::boolean OR COALESCE(time_entries.billable_rate_source, '') <> 'manual')) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || time_entries.task_id::text AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1)) ELSE billable_rate END, billable_rate_source = CASE WHEN (time_entries.billable AND $10::boolean
         AND ($12::boolean OR COALESCE(time_entries.billable_rate_source, '') <> 'manual')) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || time_entries.task_id::text AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END ELSE billable_rate_source END, cost_rate = CASE WHEN (time_entries.kind = 'work' AND $11::boolean) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || time_entries.task_id::text AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1)) ELSE cost_rate END, cost_rate_source = CASE WHEN (time_entries.kind = 'work' AND $11::boolean) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || time_entries.task_id::text AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END ELSE cost_rate_source END,
    version = version + 1,
    changed_by = $2::uuid, request_id = $13::text, traceparent = $14::text,
    updated_at = change_stamp(time_entries.updated_at)
WHERE id IN (
      SELECT w.id FROM time_entries w
      WHERE w.organization_id = (SELECT c.organization_id FROM callers c WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid AND c.role IN ('owner', 'admin'))
      AND w.start_at >= $3::bigint AND w.start_at < $4::bigint AND w.deleted_at IS NULL
      AND (w.start_at, w.id) > ($5::bigint, $6::uuid)
      AND ($7::text IS NULL OR $7::text LIKE '%' || w.member_id::text || '%')
      AND ($8::text IS NULL OR $8::text LIKE '%' || w.project_id::text || '%') AND ($9::bigint IS NULL OR (w.start_at, w.id) <= ($9::bigint, $15::uuid))
  )
  AND deleted_at IS NULL
  AND (billable_rate, billable_rate_source, cost_rate, cost_rate_source)
      IS DISTINCT FROM (CASE WHEN (time_entries.billable AND $10::boolean
         AND ($12::boolean OR COALESCE(time_entries.billable_rate_source, '') <> 'manual')) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || time_entries.task_id::text AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1)) ELSE billable_rate END, CASE WHEN (time_entries.billable AND $10::boolean
         AND ($12::boolean OR COALESCE(time_entries.billable_rate_source, '') <> 'manual')) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || time_entries.task_id::text AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END ELSE billable_rate_source END, CASE WHEN (time_entries.kind = 'work' AND $11::boolean) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || time_entries.task_id::text AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1)) ELSE cost_rate END, CASE WHEN (time_entries.kind = 'work' AND $11::boolean) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || time_entries.task_id::text AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || time_entries.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id::text || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END ELSE cost_rate_source END)
RETURNING id::text;

-- rates::apply::APPLY, SQLite
UPDATE time_entries SET
    billable_rate = CASE WHEN (time_entries.billable AND ?10
         AND (?12 OR COALESCE(time_entries.billable_rate_source, '') <> 'manual')) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || time_entries.task_id AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1)) ELSE billable_rate END, billable_rate_source = CASE WHEN (time_entries.billable AND ?10
         AND (?12 OR COALESCE(time_entries.billable_rate_source, '') <> 'manual')) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || time_entries.task_id AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END ELSE billable_rate_source END, cost_rate = CASE WHEN (time_entries.kind = 'work' AND ?11) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || time_entries.task_id AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1)) ELSE cost_rate END, cost_rate_source = CASE WHEN (time_entries.kind = 'work' AND ?11) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || time_entries.task_id AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END ELSE cost_rate_source END,
    version = version + 1,
    changed_by = ?2, request_id = ?13, traceparent = ?14,
    updated_at = max(time_entries.updated_at + 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER), COALESCE((SELECT recorded_at FROM outbox WHERE position = (SELECT max(position) FROM outbox)), 0))
WHERE id IN (
      SELECT w.id FROM time_entries w
      WHERE w.organization_id = (SELECT c.organization_id FROM callers c WHERE c.organization_id = ?1 AND c.user_id = ?2 AND c.role IN ('owner', 'admin'))
      AND w.start_at >= ?3 AND w.start_at < ?4 AND w.deleted_at IS NULL
      AND (w.start_at, w.id) > (?5, ?6)
      AND (?7 IS NULL OR ?7 LIKE '%' || w.member_id || '%')
      AND (?8 IS NULL OR ?8 LIKE '%' || w.project_id || '%') AND (?9 IS NULL OR (w.start_at, w.id) <= (?9, ?15))
  )
  AND deleted_at IS NULL
  AND (billable_rate, billable_rate_source, cost_rate, cost_rate_source)
      IS DISTINCT FROM (CASE WHEN (time_entries.billable AND ?10
         AND (?12 OR COALESCE(time_entries.billable_rate_source, '') <> 'manual')) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || time_entries.task_id AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1)) ELSE billable_rate END, CASE WHEN (time_entries.billable AND ?10
         AND (?12 OR COALESCE(time_entries.billable_rate_source, '') <> 'manual')) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' || time_entries.task_id AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'billable' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END ELSE billable_rate_source END, CASE WHEN (time_entries.kind = 'work' AND ?11) THEN COALESCE((SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || time_entries.task_id AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1), (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1)) ELSE cost_rate END, CASE WHEN (time_entries.kind = 'work' AND ?11) THEN CASE WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' || time_entries.task_id AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'task'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project_member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '/' || time_entries.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'project'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = time_entries.member_id || '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'member'
             WHEN (SELECT v.amount FROM rates v WHERE v.organization_id = time_entries.organization_id AND v.kind = 'cost' AND v.subject = '//' AND v.deleted_at IS NULL AND v.valid_from_at <= time_entries.start_at
        ORDER BY v.valid_from_at DESC LIMIT 1) IS NOT NULL THEN 'organization' END ELSE cost_rate_source END)
RETURNING id;

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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = $1::uuid AND c.user_id = $2::uuid
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id::text || '/' || r.project_id::text || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
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

SELECT r.*, COALESCE(u.name_key, t.name_key, lower(COALESCE(u.name, t.name, ''))) AS name_key
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
               OR (c.role IN ('owner', 'admin', 'manager', 'employee', 'accountant') AND o.employees_can_see_billable_rates))) AND EXISTS (
        SELECT 1 FROM callers c
        WHERE c.organization_id = ?1 AND c.user_id = ?2
          AND (c.role IN ('owner', 'admin', 'manager', 'accountant') OR c.member_id = r.member_id)) THEN (SELECT v.amount FROM rates v WHERE v.organization_id = r.organization_id AND v.kind = 'billable' AND v.subject = r.member_id || '/' || r.project_id || '/' AND v.deleted_at IS NULL AND v.valid_from_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
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

-- audit::ALL, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
looked AS MATERIALIZED (
    SELECT w.* FROM audit_trail w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'accountant')) AND w.occurred_at >= $3::bigint
        AND (w.occurred_at, w.position) < ($4::bigint, $5::bigint)
    ORDER BY w.occurred_at DESC, w.position DESC
    LIMIT (SELECT 10000)
),
found AS (
    SELECT * FROM looked
    WHERE ($6::text IS NULL OR aggregate = $6::text)
        AND ($7::text IS NULL OR action = $7::text)
        AND ($8::uuid IS NULL OR actor = $8::uuid)
    ORDER BY occurred_at DESC, position DESC
    LIMIT $9::bigint
)
SELECT caller.role IN ('owner', 'admin', 'accountant'), (SELECT count(*) FROM looked), (SELECT min(occurred_at) FROM looked),
    (SELECT position FROM looked ORDER BY occurred_at, position LIMIT 1),
    f.position, f.occurred_at, f.actor::text, u.name, f.action, f.aggregate, f.subject::text, f.version, f.request_id,
    f.changes::text
FROM caller
LEFT JOIN found f ON true
LEFT JOIN users u ON u.id = f.actor
ORDER BY f.occurred_at DESC, f.position DESC;

-- audit::ALL, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
looked AS MATERIALIZED (
    SELECT w.* FROM audit_trail w
    WHERE w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'accountant')) AND w.occurred_at >= ?3
        AND (w.occurred_at, w.position) < (?4, ?5)
    ORDER BY w.occurred_at DESC, w.position DESC
    LIMIT 10000
),
found AS (
    SELECT * FROM looked
    WHERE (?6 IS NULL OR aggregate = ?6)
        AND (?7 IS NULL OR action = ?7)
        AND (?8 IS NULL OR actor = ?8)
    ORDER BY occurred_at DESC, position DESC
    LIMIT ?9
)
SELECT caller.role IN ('owner', 'admin', 'accountant'), (SELECT count(*) FROM looked), (SELECT min(occurred_at) FROM looked),
    (SELECT position FROM looked ORDER BY occurred_at, position LIMIT 1),
    f.position, f.occurred_at, f.actor, u.name, f.action, f.aggregate, f.subject, f.version, f.request_id,
    f.changes
FROM caller
LEFT JOIN found f ON true
LEFT JOIN users u ON u.id = f.actor
ORDER BY f.occurred_at DESC, f.position DESC;

-- audit::SUBJECT, PostgreSQL
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = $1::uuid AND user_id = $2::uuid),
looked AS MATERIALIZED (
    SELECT w.* FROM audit_trail w
    WHERE w.subject = $10::uuid
        AND w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'accountant')) AND w.occurred_at >= $3::bigint
        AND (w.occurred_at, w.position) < ($4::bigint, $5::bigint)
    ORDER BY w.occurred_at DESC, w.position DESC
    LIMIT (SELECT 10000)
),
found AS (
    SELECT * FROM looked
    WHERE ($6::text IS NULL OR aggregate = $6::text)
        AND ($7::text IS NULL OR action = $7::text)
        AND ($8::uuid IS NULL OR actor = $8::uuid)
    ORDER BY occurred_at DESC, position DESC
    LIMIT $9::bigint
)
SELECT caller.role IN ('owner', 'admin', 'accountant'), (SELECT count(*) FROM looked), (SELECT min(occurred_at) FROM looked),
    (SELECT position FROM looked ORDER BY occurred_at, position LIMIT 1),
    f.position, f.occurred_at, f.actor::text, u.name, f.action, f.aggregate, f.subject::text, f.version, f.request_id,
    f.changes::text
FROM caller
LEFT JOIN found f ON true
LEFT JOIN users u ON u.id = f.actor
ORDER BY f.occurred_at DESC, f.position DESC;

-- audit::SUBJECT, SQLite
WITH caller AS (SELECT member_id, organization_id, role FROM callers WHERE organization_id = ?1 AND user_id = ?2),
looked AS MATERIALIZED (
    SELECT w.* FROM audit_trail w
    WHERE w.subject = ?10
        AND w.organization_id = (SELECT organization_id FROM caller WHERE role IN ('owner', 'admin', 'accountant')) AND w.occurred_at >= ?3
        AND (w.occurred_at, w.position) < (?4, ?5)
    ORDER BY w.occurred_at DESC, w.position DESC
    LIMIT 10000
),
found AS (
    SELECT * FROM looked
    WHERE (?6 IS NULL OR aggregate = ?6)
        AND (?7 IS NULL OR action = ?7)
        AND (?8 IS NULL OR actor = ?8)
    ORDER BY occurred_at DESC, position DESC
    LIMIT ?9
)
SELECT caller.role IN ('owner', 'admin', 'accountant'), (SELECT count(*) FROM looked), (SELECT min(occurred_at) FROM looked),
    (SELECT position FROM looked ORDER BY occurred_at, position LIMIT 1),
    f.position, f.occurred_at, f.actor, u.name, f.action, f.aggregate, f.subject, f.version, f.request_id,
    f.changes
FROM caller
LEFT JOIN found f ON true
LEFT JOIN users u ON u.id = f.actor
ORDER BY f.occurred_at DESC, f.position DESC;

-- consumers::STATE, PostgreSQL
SELECT s.position > c.position
        OR (SELECT seq FROM outbox_pending WHERE seq > s.settled ORDER BY seq LIMIT 1) IS NOT NULL,
    c.position, c.attempts, c.narrow_until, s.trimmed_at + 3600000000 < (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
FROM consumers c
CROSS JOIN outbox_state s
WHERE c.name = $1::text;

-- consumers::STATE, SQLite
SELECT coalesce((SELECT max(position) FROM outbox) > c.position, 0),
    c.position, c.attempts, c.narrow_until, s.trimmed_at + 3600000000 < CAST(unixepoch('subsec') * 1000000 AS INTEGER)
FROM consumers c
CROSS JOIN outbox_state s
WHERE c.name = ?1;

-- consumers::BEGIN, PostgreSQL
UPDATE consumers SET attempts = attempts + 1, attempted_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
WHERE name = $1::text AND position = $2::bigint AND narrow_until = $3::bigint
  AND (attempted_at <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $4::bigint OR attempted_at > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
RETURNING attempts;

-- consumers::BEGIN, SQLite
UPDATE consumers SET attempts = attempts + 1, attempted_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER)
WHERE name = ?1 AND position = ?2 AND narrow_until = ?3
  AND (attempted_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER) - ?4 OR attempted_at > CAST(unixepoch('subsec') * 1000000 AS INTEGER))
RETURNING attempts;

-- consumers::GIVE_BACK, PostgreSQL
UPDATE consumers SET attempts = attempts - 1
WHERE name = $1::text AND position = $2::bigint AND narrow_until = $3::bigint AND attempts > 0;

-- consumers::GIVE_BACK, SQLite
UPDATE consumers SET attempts = attempts - 1
WHERE name = ?1 AND position = ?2 AND narrow_until = ?3 AND attempts > 0;

-- consumers::FAIL, PostgreSQL
UPDATE consumers SET attempts = attempts + CASE WHEN $4::boolean THEN 0 ELSE 1 END, error = $5::text
WHERE name = $1::text AND position = $2::bigint AND narrow_until = $3::bigint;

-- consumers::FAIL, SQLite
UPDATE consumers SET attempts = attempts + CASE WHEN ?4 THEN 0 ELSE 1 END, error = ?5
WHERE name = ?1 AND position = ?2 AND narrow_until = ?3;

-- consumers::NARROW, PostgreSQL
UPDATE consumers SET narrow_until = position + $3::bigint, attempts = 0
WHERE name = $1::text AND position = $2::bigint AND narrow_until <= position;

-- consumers::NARROW, SQLite
UPDATE consumers SET narrow_until = position + ?3, attempts = 0
WHERE name = ?1 AND position = ?2 AND narrow_until <= position;

-- consumers::PARK, PostgreSQL
WITH parked AS (
    UPDATE consumers SET position = position + 1, attempts = 0, error = NULL
    WHERE name = $1::text AND position = $2::bigint - 1
      AND EXISTS (SELECT FROM outbox WHERE outbox.position = $2::bigint)
    RETURNING position
)
INSERT INTO dead_letters (consumer, position, event_id, error, attempts, failed_at)
SELECT c.name, o.position, o.subject::text || '/' || o.version::text, COALESCE(c.error, $3::text), c.attempts, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
FROM parked
JOIN outbox o ON o.position = parked.position
JOIN consumers c ON c.name = $1::text
ON CONFLICT (consumer, position) DO NOTHING;

-- consumers::PARK, SQLite
INSERT INTO parked_events (consumer, position, error) VALUES (?1, ?2, ?3);

-- outbox::ASSIGN, PostgreSQL
/* writes */ SELECT assign_positions();

-- outbox::ASSIGN, SQLite
SELECT coalesce(
    (SELECT max(position) FROM outbox),
    (SELECT seq FROM sqlite_sequence WHERE name = 'outbox'),
    0
);

-- outbox::READ, PostgreSQL
SELECT position, organization_id::text, topic, subject::text, version, actor::text, traceparent, occurred_at, data::text
FROM outbox
WHERE position > $1::bigint
ORDER BY position
LIMIT $2::bigint;

-- outbox::READ, SQLite
SELECT position, organization_id, topic, subject, version, actor, traceparent, occurred_at, data
FROM outbox
WHERE position > ?1
ORDER BY position
LIMIT ?2;

-- outbox::TRIM, PostgreSQL
/* writes */ SELECT trim_outbox($1::bigint, COALESCE($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint));

-- outbox::TRIM, SQLite
INSERT INTO outbox_trims (retention, now_at) VALUES (?1, COALESCE(?2, CAST(unixepoch('subsec') * 1000000 AS INTEGER)));

-- report_events::APPLY, PostgreSQL
/* writes */ SELECT apply_report_events($1::bigint);

-- report_events::APPLY, SQLite
INSERT INTO report_batches (batch_size) VALUES (?1);

-- credentials::INSERT, PostgreSQL
INSERT INTO identity.credentials (user_id, password_hash) VALUES ($1::uuid, $2::text);

-- credentials::INSERT, SQLite
INSERT INTO credentials (user_id, password_hash) VALUES (?1, ?2);

-- credentials::PASSWORD_HASH, PostgreSQL
SELECT password_hash FROM identity.credentials WHERE user_id = $1::uuid;

-- credentials::PASSWORD_HASH, SQLite
SELECT password_hash FROM credentials WHERE user_id = ?1;

-- credentials::REPLACE, PostgreSQL
UPDATE identity.credentials SET password_hash = $3::text
WHERE user_id = $1::uuid AND password_hash = $2::text;

-- credentials::REPLACE, SQLite
UPDATE credentials SET password_hash = ?3
WHERE user_id = ?1 AND password_hash = ?2;

-- credentials::DELETE, PostgreSQL
DELETE FROM identity.credentials WHERE user_id = $1::uuid;

-- credentials::DELETE, SQLite
DELETE FROM credentials WHERE user_id = ?1;

-- issuer_keys::GET, PostgreSQL
SELECT jwks, fetched_at FROM identity.issuer_keys WHERE issuer = $1::text AND jwks_uri = $2::text;

-- issuer_keys::GET, SQLite
SELECT jwks, fetched_at FROM issuer_keys WHERE issuer = ?1 AND jwks_uri = ?2;

-- issuer_keys::PUT, PostgreSQL
INSERT INTO identity.issuer_keys (issuer, jwks_uri, jwks, fetched_at)
VALUES ($1::text, $2::text, $3::text, $4::bigint)
ON CONFLICT (issuer) DO UPDATE
SET jwks_uri = excluded.jwks_uri, jwks = excluded.jwks, fetched_at = excluded.fetched_at
WHERE issuer_keys.fetched_at < excluded.fetched_at OR issuer_keys.jwks_uri <> excluded.jwks_uri
   OR issuer_keys.fetched_at > excluded.fetched_at + 300000000;

-- issuer_keys::PUT, SQLite
INSERT INTO issuer_keys (issuer, jwks_uri, jwks, fetched_at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (issuer) DO UPDATE
SET jwks_uri = excluded.jwks_uri, jwks = excluded.jwks, fetched_at = excluded.fetched_at
WHERE issuer_keys.fetched_at < excluded.fetched_at OR issuer_keys.jwks_uri <> excluded.jwks_uri
   OR issuer_keys.fetched_at > excluded.fetched_at + 300000000;

-- operator_tokens::INSERT, PostgreSQL
INSERT INTO identity.operator_tokens (id, user_id, created_at, expires_at)
VALUES ($1::uuid, $2::uuid, $3::bigint, $4::bigint);

-- operator_tokens::INSERT, SQLite
INSERT INTO operator_tokens (id, user_id, created_at, expires_at)
VALUES (?1, ?2, ?3, ?4);

-- operator_tokens::LIST, PostgreSQL
SELECT id::text, user_id::text, created_at, expires_at, revoked_at FROM identity.operator_tokens
WHERE expires_at > $1::bigint
ORDER BY id DESC
LIMIT $2::bigint;

-- operator_tokens::LIST, SQLite
SELECT id, user_id, created_at, expires_at, revoked_at FROM operator_tokens
WHERE expires_at > ?1
ORDER BY id DESC
LIMIT ?2;

-- operator_tokens::REVOKE, PostgreSQL
UPDATE identity.operator_tokens SET
    revoked_at = CASE
        WHEN revoked_at IS NOT NULL THEN revoked_at
        WHEN (
            SELECT count(*) FROM (
                SELECT 1 FROM identity.operator_tokens AS other
                WHERE other.revoked_at IS NOT NULL AND other.expires_at > $3::bigint
                LIMIT $4::bigint
            ) AS revoked
        ) < $4::bigint THEN $2::bigint
    END
WHERE id = $1::uuid AND expires_at > $3::bigint
RETURNING revoked_at;

-- operator_tokens::REVOKE, SQLite
UPDATE operator_tokens SET
    revoked_at = CASE
        WHEN revoked_at IS NOT NULL THEN revoked_at
        WHEN (
            SELECT count(*) FROM (
                SELECT 1 FROM operator_tokens AS other
                WHERE other.revoked_at IS NOT NULL AND other.expires_at > ?3
                LIMIT ?4
            ) AS revoked
        ) < ?4 THEN ?2
    END
WHERE id = ?1 AND expires_at > ?3
RETURNING revoked_at;

-- operator_tokens::REVOKED, PostgreSQL
SELECT id::text FROM identity.operator_tokens
WHERE revoked_at IS NOT NULL AND expires_at > $1::bigint
ORDER BY expires_at DESC, id
LIMIT $2::bigint;

-- operator_tokens::REVOKED, SQLite
SELECT id FROM operator_tokens
WHERE revoked_at IS NOT NULL AND expires_at > ?1
ORDER BY expires_at DESC, id
LIMIT ?2;

-- operator_tokens::DELETE_EXPIRED, PostgreSQL
DELETE FROM identity.operator_tokens WHERE id IN (
    SELECT id FROM identity.operator_tokens WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::bigint
);

-- operator_tokens::DELETE_EXPIRED, SQLite
DELETE FROM operator_tokens WHERE id IN (
    SELECT id FROM operator_tokens WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2
);

-- sessions::INSERT, PostgreSQL
INSERT INTO identity.sessions
    (id, user_id, family_hash, token_hash, origin_hash, created_at, idle_expires_at, expires_at)
VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::bigint, $7::bigint, $8::bigint);

-- sessions::INSERT, SQLite
INSERT INTO sessions
    (id, user_id, family_hash, token_hash, origin_hash, created_at, idle_expires_at, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- sessions::ROTATE, PostgreSQL
UPDATE identity.sessions SET
    revoked_at = CASE WHEN token_hash = $2::text OR spent_hash = $2::text AND spent_at > $6::bigint THEN NULL
                      ELSE $4::bigint END,
    idle_expires_at = CASE WHEN token_hash <> $2::text THEN idle_expires_at
                           WHEN $5::bigint < expires_at THEN $5::bigint
                           ELSE expires_at END,
    spent_hash = CASE WHEN token_hash = $2::text THEN token_hash ELSE spent_hash END,
    spent_at = CASE WHEN token_hash = $2::text THEN $4::bigint ELSE spent_at END,
    token_hash = CASE WHEN token_hash = $2::text THEN $3::text ELSE token_hash END
WHERE family_hash = $1::text AND revoked_at IS NULL
  AND expires_at > $4::bigint AND idle_expires_at > $4::bigint
RETURNING id::text, user_id::text, revoked_at, token_hash = $3::text;

-- sessions::ROTATE, SQLite
UPDATE sessions SET
    revoked_at = CASE WHEN token_hash = ?2 OR spent_hash = ?2 AND spent_at > ?6 THEN NULL
                      ELSE ?4 END,
    idle_expires_at = CASE WHEN token_hash <> ?2 THEN idle_expires_at
                           WHEN ?5 < expires_at THEN ?5
                           ELSE expires_at END,
    spent_hash = CASE WHEN token_hash = ?2 THEN token_hash ELSE spent_hash END,
    spent_at = CASE WHEN token_hash = ?2 THEN ?4 ELSE spent_at END,
    token_hash = CASE WHEN token_hash = ?2 THEN ?3 ELSE token_hash END
WHERE family_hash = ?1 AND revoked_at IS NULL
  AND expires_at > ?4 AND idle_expires_at > ?4
RETURNING id, user_id, revoked_at, token_hash = ?3;

-- sessions::REVOKE_FAMILY, PostgreSQL
UPDATE identity.sessions SET revoked_at = $2::bigint WHERE family_hash = $1::text AND revoked_at IS NULL;

-- sessions::REVOKE_FAMILY, SQLite
UPDATE sessions SET revoked_at = ?2 WHERE family_hash = ?1 AND revoked_at IS NULL;

-- sessions::REVOKE, PostgreSQL
UPDATE identity.sessions SET revoked_at = $3::bigint
WHERE id = $1::uuid AND user_id = $2::uuid AND revoked_at IS NULL;

-- sessions::REVOKE, SQLite
UPDATE sessions SET revoked_at = ?3
WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL;

-- sessions::DELETE_ENDED, PostgreSQL
DELETE FROM identity.sessions WHERE id IN (
    SELECT id FROM identity.sessions WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::bigint
);

-- sessions::DELETE_ENDED, SQLite
DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2
);

-- signing_keys::LIST, PostgreSQL
SELECT period, kid, seed FROM identity.signing_keys
WHERE period BETWEEN $1::bigint AND $2::bigint
ORDER BY period;

-- signing_keys::LIST, SQLite
SELECT period, kid, seed FROM signing_keys
WHERE period BETWEEN ?1 AND ?2
ORDER BY period;

-- signing_keys::INSERT, PostgreSQL
INSERT INTO identity.signing_keys (period, kid, seed, created_at)
VALUES ($1::bigint, $2::text, $3::text, $4::bigint)
ON CONFLICT DO NOTHING;

-- signing_keys::INSERT, SQLite
INSERT INTO signing_keys (period, kid, seed, created_at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING;

-- throttle::CHARGE, PostgreSQL
INSERT INTO identity.sign_in_throttle (subject, free_at) VALUES ($1::text, $2::bigint + $3::bigint)
ON CONFLICT (subject) DO UPDATE
SET free_at = $3::bigint + CASE WHEN sign_in_throttle.free_at > $2::bigint THEN sign_in_throttle.free_at
                                ELSE $2::bigint END
WHERE sign_in_throttle.free_at - $2::bigint <= $4::bigint
RETURNING subject;

-- throttle::CHARGE, SQLite
INSERT INTO sign_in_throttle (subject, free_at) VALUES (?1, ?2 + ?3)
ON CONFLICT (subject) DO UPDATE
SET free_at = ?3 + CASE WHEN sign_in_throttle.free_at > ?2 THEN sign_in_throttle.free_at
                                ELSE ?2 END
WHERE sign_in_throttle.free_at - ?2 <= ?4
RETURNING subject;

-- throttle::CHARGE_ORIGIN, PostgreSQL
INSERT INTO identity.sign_in_throttle (subject, free_at)
SELECT $1::text, $2::bigint + $3::bigint
WHERE EXISTS (SELECT 1 FROM identity.sessions WHERE sessions.origin_hash = $1::text)
   OR NOT EXISTS (
       SELECT 1 FROM identity.sign_in_throttle AS account
       WHERE account.subject = $5::text AND account.free_at - $2::bigint > $6::bigint
   )
ON CONFLICT (subject) DO UPDATE
SET free_at = $3::bigint + CASE WHEN sign_in_throttle.free_at > $2::bigint THEN sign_in_throttle.free_at
                                ELSE $2::bigint END
WHERE sign_in_throttle.free_at - $2::bigint <= $4::bigint
RETURNING EXISTS (SELECT 1 FROM identity.sessions WHERE sessions.origin_hash = $1::text);

-- throttle::CHARGE_ORIGIN, SQLite
INSERT INTO sign_in_throttle (subject, free_at)
SELECT ?1, ?2 + ?3
WHERE EXISTS (SELECT 1 FROM sessions WHERE sessions.origin_hash = ?1)
   OR NOT EXISTS (
       SELECT 1 FROM sign_in_throttle AS account
       WHERE account.subject = ?5 AND account.free_at - ?2 > ?6
   )
ON CONFLICT (subject) DO UPDATE
SET free_at = ?3 + CASE WHEN sign_in_throttle.free_at > ?2 THEN sign_in_throttle.free_at
                                ELSE ?2 END
WHERE sign_in_throttle.free_at - ?2 <= ?4
RETURNING EXISTS (SELECT 1 FROM sessions WHERE sessions.origin_hash = ?1);

-- throttle::RELEASE, PostgreSQL
UPDATE identity.sign_in_throttle SET free_at = $2::bigint WHERE subject = $1::text;

-- throttle::RELEASE, SQLite
UPDATE sign_in_throttle SET free_at = ?2 WHERE subject = ?1;

-- throttle::GIVE_BACK, PostgreSQL
UPDATE identity.sign_in_throttle SET free_at = free_at - $2::bigint WHERE subject = $1::text;

-- throttle::GIVE_BACK, SQLite
UPDATE sign_in_throttle SET free_at = free_at - ?2 WHERE subject = ?1;

-- throttle::FORGET, PostgreSQL
DELETE FROM identity.sign_in_throttle WHERE free_at < $1::bigint AND subject IN (
    SELECT subject FROM identity.sign_in_throttle WHERE free_at < $1::bigint ORDER BY free_at LIMIT $2::bigint
);

-- throttle::FORGET, SQLite
DELETE FROM sign_in_throttle WHERE free_at < ?1 AND subject IN (
    SELECT subject FROM sign_in_throttle WHERE free_at < ?1 ORDER BY free_at LIMIT ?2
);
