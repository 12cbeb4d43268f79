-- The read model of the reports, and how events get into it.

-- How far a consumer has read the outbox.
CREATE TABLE consumers (
    name       TEXT    NOT NULL PRIMARY KEY,
    seq        INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO consumers (name) VALUES ('reports');

-- Events that a consumer could not understand. They stay in the outbox, where they can be looked at.
CREATE TABLE dead_letters (
    consumer  TEXT    NOT NULL REFERENCES consumers (name),
    seq       INTEGER NOT NULL,
    event_id  TEXT    NOT NULL,
    error     TEXT    NOT NULL,
    failed_at INTEGER NOT NULL,
    PRIMARY KEY (consumer, seq)
) STRICT;

-- One row per time entry, tombstones included: the version keeps an older event from undoing a newer one.
CREATE TABLE report_entries (
    entry_id        TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    member_id       TEXT    NOT NULL,
    project_id      TEXT,
    start_at        INTEGER NOT NULL,
    end_at          INTEGER,
    -- Worked time, 0 while the timer runs.
    seconds         INTEGER NOT NULL,
    -- Minor units per hour; none when nobody pays.
    rate            INTEGER,
    -- seconds * rate / 3600, rounded half up: the rule of the domain's `money` module.
    cost            INTEGER NOT NULL,
    currency        TEXT    NOT NULL,
    billable        INTEGER NOT NULL,
    deleted         INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;

CREATE INDEX report_entries_by_start ON report_entries (organization_id, start_at, end_at, seconds, rate, cost, member_id, project_id)
    WHERE end_at IS NOT NULL AND NOT deleted;
-- The few entries over 24 hours, which a report that splits days at midnight cannot find near the day by their start.
CREATE INDEX report_entries_long ON report_entries (organization_id, end_at) WHERE seconds > 86400 AND NOT deleted;

-- The events that the reports are made of; `error` says what is wrong with one, and is NULL for a good one.
CREATE VIEW report_events AS
SELECT seq, id, organization_id, subject, subject_version, data,
    CASE
        WHEN json_type(data, '$.member_id') IS NOT 'text' OR length(data->>'member_id') <> 36 THEN 'member_id is not an id'
        WHEN coalesce(json_type(data, '$.project_id'), 'null') NOT IN ('text', 'null') OR length(data->>'project_id') <> 36
            THEN 'project_id is not an id'
        WHEN json_type(data, '$.start') IS NOT 'integer' OR data->>'start' NOT BETWEEN 0 AND 7258118399000000
            THEN 'start is not an instant'
        WHEN coalesce(json_type(data, '$.end'), 'null') NOT IN ('integer', 'null')
            OR data->>'end' NOT BETWEEN 0 AND 7258118399000000 THEN 'end is not an instant'
        WHEN data->>'end' < data->>'start' THEN 'end is before start'
        WHEN coalesce(json_type(data, '$.billable'), '') NOT IN ('true', 'false') THEN 'billable is not a boolean'
        WHEN coalesce(json_type(data, '$.billable_rate'), 'null') NOT IN ('integer', 'null')
            OR data->>'billable_rate' NOT BETWEEN 0 AND 1000000000 THEN 'billable_rate is not a rate'
        WHEN json_type(data, '$.currency') IS NOT 'text' THEN 'currency is not a text'
    END AS error
FROM outbox
WHERE type LIKE 'time\_entry.%' ESCAPE '\';

-- Inserting here applies the next events to the read model and moves the consumer on, both or neither.
CREATE VIEW report_batches AS SELECT seq AS batch_size FROM consumers;

CREATE TRIGGER report_batches_insert INSTEAD OF INSERT ON report_batches
BEGIN
    INSERT INTO dead_letters (consumer, seq, event_id, error, failed_at)
    SELECT 'reports', seq, id, error, unixepoch() * 1000000 FROM report_events
    WHERE seq IN (SELECT seq FROM outbox WHERE seq > (SELECT seq FROM consumers WHERE name = 'reports') ORDER BY seq LIMIT NEW.batch_size)
        AND error IS NOT NULL
    ON CONFLICT (consumer, seq) DO NOTHING;

    INSERT INTO report_entries (entry_id, organization_id, member_id, project_id, start_at, end_at, seconds, rate, cost, currency,
        billable, deleted, version)
    SELECT subject, organization_id, member_id, project_id, start_at, end_at, seconds, rate,
        (seconds * coalesce(rate, 0) + 1800) / 3600, currency, billable, deleted, subject_version
    FROM (
        SELECT seq, subject, organization_id, subject_version,
            data->>'member_id' AS member_id,
            data->>'project_id' AS project_id,
            data->>'start' AS start_at,
            data->>'end' AS end_at,
            coalesce((data->>'end' - data->>'start') / 1000000, 0) AS seconds,
            CASE WHEN data->>'billable' THEN data->>'billable_rate' END AS rate,
            data->>'currency' AS currency,
            data->>'billable' AS billable,
            data->>'deleted_at' IS NOT NULL AS deleted
        FROM report_events
        WHERE seq IN (SELECT seq FROM outbox WHERE seq > (SELECT seq FROM consumers WHERE name = 'reports') ORDER BY seq LIMIT NEW.batch_size)
            AND error IS NULL
    ) state
    WHERE true
    ORDER BY seq
    ON CONFLICT (entry_id) DO UPDATE SET
        organization_id = excluded.organization_id, member_id = excluded.member_id, project_id = excluded.project_id,
        start_at = excluded.start_at, end_at = excluded.end_at, seconds = excluded.seconds, rate = excluded.rate,
        cost = excluded.cost, currency = excluded.currency, billable = excluded.billable, deleted = excluded.deleted,
        version = excluded.version
    WHERE report_entries.version < excluded.version;

    UPDATE consumers
    SET seq = (SELECT max(seq) FROM (SELECT seq FROM outbox WHERE seq > consumers.seq ORDER BY seq LIMIT NEW.batch_size)),
        updated_at = unixepoch() * 1000000
    WHERE name = 'reports' AND EXISTS (SELECT 1 FROM outbox WHERE seq > consumers.seq);
END;
