-- The outbox, second version: one table for the events of all aggregates, with a position that readers go by; the audit trail, which
-- is never trimmed; consumers that no event can block.

DROP TRIGGER time_entries_append_event_on_insert;
DROP TRIGGER time_entries_append_event_on_update;
DROP VIEW time_entry_states;
DROP VIEW report_batches;
DROP VIEW report_events;
DROP TABLE dead_letters;
DROP TABLE consumers;
DROP TABLE outbox;

-- Which request made the change, and the trace that it belongs to: copied to the event, told to nobody.
ALTER TABLE time_entries ADD COLUMN request_id TEXT;
ALTER TABLE time_entries ADD COLUMN traceparent TEXT;

-- Positions have no gaps, whatever was rolled back: there is one writer at a time, so they are the order of the commits. The id of an
-- event is `subject/version`. That no version comes twice is the work of the aggregate's own table.
CREATE TABLE outbox (
    position        INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT,
    aggregate       TEXT    NOT NULL,
    topic           TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    actor           TEXT,
    traceparent     TEXT,
    request_id      TEXT,
    -- When the change was requested, and when the event got its position; the latter never goes back.
    occurred_at     INTEGER NOT NULL,
    recorded_at     INTEGER NOT NULL,
    -- The public columns that are not NULL and that have no column of their own here.
    data            TEXT    NOT NULL CONSTRAINT outbox_data_json CHECK (json_valid(data))
) STRICT;

CREATE INDEX outbox_by_organization ON outbox (organization_id, position);
CREATE INDEX outbox_by_subject ON outbox (subject, version);

-- One row.
CREATE TABLE outbox_state (
    is_only    INTEGER NOT NULL PRIMARY KEY DEFAULT 1 CONSTRAINT outbox_state_one_row CHECK (is_only = 1),
    trimmed_at INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO outbox_state DEFAULT VALUES;

-- Who did what, for as long as the organization exists.
CREATE TABLE audit_trail (
    -- That of the event.
    position        INTEGER NOT NULL PRIMARY KEY,
    occurred_at     INTEGER NOT NULL,
    organization_id TEXT,
    actor           TEXT,
    -- The topic of the event.
    action          TEXT    NOT NULL,
    aggregate       TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    request_id      TEXT,
    -- The public columns that changed: {"name": [before, after]}. None for creations and deletions.
    changes         TEXT
) STRICT;

CREATE INDEX audit_trail_by_organization ON audit_trail (organization_id, position);

-- All events; on PostgreSQL those without a position included.
CREATE VIEW recorded_events AS
SELECT position, organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at, data
FROM outbox;

-- Rendered from the list in the crate `kronos_storage`, module `events`.
CREATE TRIGGER time_entries_append_event_on_insert AFTER INSERT ON time_entries
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'time_entry', CASE
            WHEN NEW.end_at IS NULL THEN 'time_entry.started'
            ELSE 'time_entry.created'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'member_id', NEW.member_id,
            'user_id', NEW.user_id,
            'start_at', NEW.start_at,
            'end_at', NEW.end_at,
            'time_zone', NEW.time_zone,
            'description', NEW.description,
            'billable', json(CASE NEW.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_rate', NEW.billable_rate,
            'currency', NEW.currency,
            'source', NEW.source,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        NULL
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER time_entries_append_event_on_update AFTER UPDATE ON time_entries
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'time_entry', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'time_entry.deleted'
            WHEN NEW.end_at IS NOT NULL AND OLD.end_at IS NULL THEN 'time_entry.stopped'
            ELSE 'time_entry.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'member_id', NEW.member_id,
            'user_id', NEW.user_id,
            'start_at', NEW.start_at,
            'end_at', NEW.end_at,
            'time_zone', NEW.time_zone,
            'description', NEW.description,
            'billable', json(CASE NEW.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_rate', NEW.billable_rate,
            'currency', NEW.currency,
            'source', NEW.source,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'time_entry.deleted' THEN json_patch('{}', json_object(
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'user_id', json(CASE WHEN OLD.user_id IS NOT NEW.user_id THEN json_array(OLD.user_id, NEW.user_id) END),
            'start_at', json(CASE WHEN OLD.start_at IS NOT NEW.start_at THEN json_array(OLD.start_at, NEW.start_at) END),
            'end_at', json(CASE WHEN OLD.end_at IS NOT NEW.end_at THEN json_array(OLD.end_at, NEW.end_at) END),
            'time_zone', json(CASE WHEN OLD.time_zone IS NOT NEW.time_zone THEN json_array(OLD.time_zone, NEW.time_zone) END),
            'description', json(CASE WHEN OLD.description IS NOT NEW.description THEN json_array(OLD.description, NEW.description) END),
            'billable', json(CASE WHEN OLD.billable IS NOT NEW.billable THEN json_array(json(CASE OLD.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_rate', json(CASE WHEN OLD.billable_rate IS NOT NEW.billable_rate THEN json_array(OLD.billable_rate, NEW.billable_rate) END),
            'currency', json(CASE WHEN OLD.currency IS NOT NEW.currency THEN json_array(OLD.currency, NEW.currency) END),
            'source', json(CASE WHEN OLD.source IS NOT NEW.source THEN json_array(OLD.source, NEW.source) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

-- How far a consumer has read the outbox.
CREATE TABLE consumers (
    name         TEXT    NOT NULL PRIMARY KEY,
    position     INTEGER NOT NULL DEFAULT 0,
    -- How often the next events have been tried without success, what went wrong the last time, and when a try was last counted.
    attempts     INTEGER NOT NULL DEFAULT 0,
    error        TEXT,
    attempted_at INTEGER NOT NULL DEFAULT 0,
    -- Up to here events are taken one by one: one of them makes a batch fail.
    narrow_until INTEGER NOT NULL DEFAULT 0,
    updated_at   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Entries of before have no event: position 1 stands for them all, so that whoever follows the changes from the first on is told to list
-- the entries.
INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', 1 WHERE EXISTS (SELECT 1 FROM time_entries);
INSERT INTO consumers (name, position) SELECT 'reports', EXISTS (SELECT 1 FROM time_entries);

-- Events that a consumer could not understand or apply.
CREATE TABLE dead_letters (
    consumer  TEXT    NOT NULL REFERENCES consumers (name),
    position  INTEGER NOT NULL,
    event_id  TEXT    NOT NULL,
    error     TEXT    NOT NULL,
    attempts  INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    PRIMARY KEY (consumer, position)
) STRICT;

-- Inserting here moves a consumer that stands before the event past it, with a dead letter, both or neither.
CREATE VIEW parked_events AS
SELECT consumer, position, error FROM dead_letters;

CREATE TRIGGER parked_events_insert INSTEAD OF INSERT ON parked_events
BEGIN
    INSERT INTO dead_letters (consumer, position, event_id, error, attempts, failed_at)
    SELECT c.name, o.position, o.subject || '/' || o.version, coalesce(c.error, NEW.error), c.attempts,
        CAST(unixepoch('subsec') * 1000000 AS INTEGER)
    FROM consumers c JOIN outbox o ON o.position = c.position + 1
    WHERE c.name = NEW.consumer AND o.position = NEW.position
    ON CONFLICT (consumer, position) DO NOTHING;

    UPDATE consumers SET position = NEW.position, attempts = 0, error = NULL
    WHERE name = NEW.consumer AND position = NEW.position - 1;
END;

-- Inserting here deletes up to 1000 events that are older than the retention and that every consumer has read. The last event stays:
-- it says what the last recorded_at was.
CREATE VIEW outbox_trims AS
SELECT trimmed_at AS retention, trimmed_at AS now_at FROM outbox_state;

CREATE TRIGGER outbox_trims_insert INSTEAD OF INSERT ON outbox_trims
BEGIN
    DELETE FROM outbox WHERE position IN (
        SELECT position FROM outbox
        WHERE position <= (SELECT min(position) FROM consumers) AND position < (SELECT max(position) FROM outbox)
            AND recorded_at < NEW.now_at - NEW.retention
        ORDER BY position LIMIT 1000
    );

    -- Unless there may be more to delete at once.
    UPDATE outbox_state SET trimmed_at = NEW.now_at WHERE changes() < 1000;
END;

-- The events that the reports are made of; `error` says what is wrong with one, and is NULL for a good one.
CREATE VIEW report_events AS
SELECT position, organization_id, subject, version, data,
    CASE
        WHEN json_type(data, '$.member_id') IS NOT 'text' OR length(data->>'member_id') <> 36 THEN 'member_id is not an id'
        WHEN coalesce(json_type(data, '$.project_id'), 'null') NOT IN ('text', 'null') OR length(data->>'project_id') <> 36
            THEN 'project_id is not an id'
        WHEN json_type(data, '$.start_at') IS NOT 'integer' OR data->>'start_at' NOT BETWEEN 0 AND 7258118399000000
            THEN 'start_at is not an instant'
        WHEN coalesce(json_type(data, '$.end_at'), 'null') NOT IN ('integer', 'null')
            OR data->>'end_at' NOT BETWEEN 0 AND 7258118399000000 THEN 'end_at is not an instant'
        WHEN data->>'end_at' < data->>'start_at' THEN 'end_at is before start_at'
        WHEN coalesce(json_type(data, '$.billable'), '') NOT IN ('true', 'false') THEN 'billable is not a boolean'
        WHEN coalesce(json_type(data, '$.billable_rate'), 'null') NOT IN ('integer', 'null')
            OR data->>'billable_rate' NOT BETWEEN 0 AND 1000000000 THEN 'billable_rate is not a rate'
        WHEN json_type(data, '$.currency') IS NOT 'text' THEN 'currency is not a text'
        WHEN organization_id IS NULL THEN 'the event has no organization'
    END AS error
FROM outbox
WHERE aggregate = 'time_entry';

-- Inserting here applies the next events to the read model and moves the consumer on, both or neither.
CREATE VIEW report_batches AS SELECT position AS batch_size FROM consumers;

CREATE TRIGGER report_batches_insert INSTEAD OF INSERT ON report_batches
BEGIN
    INSERT INTO dead_letters (consumer, position, event_id, error, attempts, failed_at)
    SELECT c.name, e.position, e.subject || '/' || e.version, e.error, 1, CAST(unixepoch('subsec') * 1000000 AS INTEGER)
    FROM consumers c CROSS JOIN report_events e
    WHERE c.name = 'reports' AND e.position > c.position AND e.position <= c.position + NEW.batch_size AND e.error IS NOT NULL
    ON CONFLICT (consumer, position) DO NOTHING;

    INSERT INTO report_entries (entry_id, organization_id, member_id, project_id, start_at, end_at, seconds, rate, cost, currency,
        billable, deleted, version)
    SELECT subject, organization_id, member_id, project_id, start_at, end_at, seconds, rate,
        (seconds * coalesce(rate, 0) + 1800) / 3600, currency, billable, deleted, version
    FROM (
        SELECT e.position, e.subject, e.organization_id, e.version,
            e.data->>'member_id' AS member_id,
            e.data->>'project_id' AS project_id,
            e.data->>'start_at' AS start_at,
            e.data->>'end_at' AS end_at,
            coalesce((e.data->>'end_at' - e.data->>'start_at') / 1000000, 0) AS seconds,
            CASE WHEN e.data->>'billable' THEN e.data->>'billable_rate' END AS rate,
            e.data->>'currency' AS currency,
            e.data->>'billable' AS billable,
            e.data->>'deleted_at' IS NOT NULL AS deleted
        FROM consumers c CROSS JOIN report_events e
        WHERE c.name = 'reports' AND e.position > c.position AND e.position <= c.position + NEW.batch_size AND e.error IS NULL
    ) state
    WHERE true
    ORDER BY position
    ON CONFLICT (entry_id) DO UPDATE SET
        organization_id = excluded.organization_id, member_id = excluded.member_id, project_id = excluded.project_id,
        start_at = excluded.start_at, end_at = excluded.end_at, seconds = excluded.seconds, rate = excluded.rate,
        cost = excluded.cost, currency = excluded.currency, billable = excluded.billable, deleted = excluded.deleted,
        version = excluded.version
    WHERE report_entries.version < excluded.version;

    UPDATE consumers
    SET position = min(position + NEW.batch_size, (SELECT max(position) FROM outbox)), attempts = 0, error = NULL,
        updated_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER)
    WHERE name = 'reports' AND position < (SELECT max(position) FROM outbox);
END;

-- The old outbox may have held events that nobody had applied.
DELETE FROM report_entries;
INSERT INTO report_entries (entry_id, organization_id, member_id, start_at, end_at, seconds, rate, cost, currency, billable, deleted,
    version)
SELECT id, organization_id, member_id, start_at, end_at, seconds, rate, (seconds * coalesce(rate, 0) + 1800) / 3600, currency,
    billable, deleted_at IS NOT NULL, version
FROM (
    SELECT *, coalesce((end_at - start_at) / 1000000, 0) AS seconds, CASE WHEN billable THEN billable_rate END AS rate
    FROM time_entries
);
