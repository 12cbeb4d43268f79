-- What an entry is for, what it costs, and where it comes from.

ALTER TABLE time_entries ADD COLUMN project_id TEXT;
ALTER TABLE time_entries ADD COLUMN task_id TEXT;
ALTER TABLE time_entries ADD COLUMN kind TEXT NOT NULL DEFAULT 'work';
-- A JSON array of ids.
ALTER TABLE time_entries ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE time_entries ADD COLUMN billable_rate_source TEXT;
ALTER TABLE time_entries ADD COLUMN cost_rate INTEGER;
ALTER TABLE time_entries ADD COLUMN cost_rate_source TEXT;
ALTER TABLE time_entries ADD COLUMN external_id TEXT;
ALTER TABLE time_entries ADD COLUMN external_url TEXT;
-- NULL lifts the references below: what only tombstones refer to may be deleted.
ALTER TABLE time_entries ADD COLUMN live INTEGER GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) VIRTUAL;

-- Rates were stated by hand before there were others. That is no change of an entry.
DROP TRIGGER time_entries_append_event_on_insert;
DROP TRIGGER time_entries_append_event_on_update;
DROP TRIGGER time_entries_version;
UPDATE time_entries SET billable_rate_source = 'manual' WHERE billable_rate IS NOT NULL;
CREATE TRIGGER time_entries_version BEFORE UPDATE ON time_entries WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- Constraints can't be altered; what stays on the disk as it is may be changed in the schema
-- (https://sqlite.org/lang_altertable.html, section 7). The task of an entry is one of its project.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'CONSTRAINT time_entries_end_not_before_start',
    'CONSTRAINT time_entries_project_fkey FOREIGN KEY (project_id, organization_id, live)
        REFERENCES projects (id, organization_id, live),
    CONSTRAINT time_entries_task_fkey FOREIGN KEY (task_id, project_id, live) REFERENCES tasks (id, project_id, live),
    CONSTRAINT time_entries_task_needs_project CHECK (task_id IS NULL OR project_id IS NOT NULL),
    CONSTRAINT time_entries_kind_known CHECK (kind IN (''work'', ''break'')),
    CONSTRAINT time_entries_tags_json CHECK (json_valid(tags)),
    CONSTRAINT time_entries_break_not_billable CHECK (kind = ''work'' OR NOT billable),
    CONSTRAINT time_entries_cost_rate_range CHECK (cost_rate BETWEEN 0 AND 1000000000),
    CONSTRAINT time_entries_external_id_length CHECK (length(external_id) BETWEEN 1 AND 500),
    CONSTRAINT time_entries_external_url_length CHECK (length(external_url) BETWEEN 1 AND 2000),
    CONSTRAINT time_entries_billable_rate_source CHECK ((billable_rate IS NULL) = (billable_rate_source IS NULL)),
    CONSTRAINT time_entries_cost_rate_source CHECK ((cost_rate IS NULL) = (cost_rate_source IS NULL)),
    CONSTRAINT time_entries_end_not_before_start')
WHERE type = 'table' AND name = 'time_entries';
PRAGMA writable_schema = RESET;

-- An entry of another system is imported once.
CREATE UNIQUE INDEX time_entries_external_id_key ON time_entries (organization_id, source, external_id)
    WHERE external_id IS NOT NULL AND deleted_at IS NULL;

CREATE INDEX time_entries_by_project ON time_entries (project_id, start_at, id) WHERE project_id IS NOT NULL;
CREATE INDEX time_entries_by_task ON time_entries (task_id, project_id, live) WHERE task_id IS NOT NULL;

-- The tags of live entries, one row each, made by triggers from the column `tags`: it holds that tags exist, and finds entries by them.
CREATE TABLE time_entry_tags (
    entry_id        TEXT    NOT NULL,
    tag_id          TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    live            INTEGER NOT NULL DEFAULT 1 CHECK (live = 1),
    PRIMARY KEY (entry_id, tag_id),
    CONSTRAINT time_entry_tags_entry_fkey FOREIGN KEY (entry_id) REFERENCES time_entries (id),
    CONSTRAINT time_entry_tags_tag_fkey FOREIGN KEY (tag_id, organization_id, live) REFERENCES tags (id, organization_id, live)
) STRICT, WITHOUT ROWID;

CREATE INDEX time_entry_tags_by_tag ON time_entry_tags (tag_id, organization_id, live);

CREATE TRIGGER time_entries_tag_new AFTER INSERT ON time_entries WHEN NEW.tags <> '[]' AND NEW.deleted_at IS NULL
BEGIN
    INSERT INTO time_entry_tags (entry_id, tag_id, organization_id) SELECT NEW.id, value, NEW.organization_id FROM json_each(NEW.tags);
END;

CREATE TRIGGER time_entries_tag_changed AFTER UPDATE ON time_entries
WHEN (NEW.tags <> '[]' OR OLD.tags <> '[]') AND (NEW.tags, NEW.live) IS NOT (OLD.tags, OLD.live)
BEGIN
    DELETE FROM time_entry_tags WHERE entry_id = NEW.id;
    INSERT INTO time_entry_tags (entry_id, tag_id, organization_id)
    SELECT NEW.id, value, NEW.organization_id FROM json_each(NEW.tags) WHERE NEW.deleted_at IS NULL;
END;

-- Where an organization forbids it, no two entries of a member overlap. Intervals are half open; an entry without length overlaps
-- nothing. What began within the entry; what began before it and is not longer than can be recorded; what ran for longer.
CREATE INDEX time_entries_longest ON time_entries (member_id, end_at) WHERE end_at - start_at > 31622400000000 AND deleted_at IS NULL;

CREATE VIEW time_entry_overlaps AS
SELECT a.id, b.id AS other_id
FROM time_entries a
JOIN time_entries b ON b.member_id = a.member_id AND b.id <> a.id AND b.deleted_at IS NULL
    AND b.start_at >= a.start_at AND b.start_at < coalesce(a.end_at, 9223372036854775807)
    AND (b.end_at IS NULL OR b.end_at > b.start_at)
UNION ALL
SELECT a.id, b.id
FROM time_entries a
JOIN time_entries b ON b.member_id = a.member_id AND b.id <> a.id AND b.deleted_at IS NULL
    AND b.start_at >= a.start_at - 31622400000000 AND b.start_at < a.start_at AND (b.end_at IS NULL OR b.end_at > a.start_at)
UNION ALL
SELECT a.id, b.id
FROM time_entries a
JOIN time_entries b ON b.member_id = a.member_id AND b.end_at - b.start_at > 31622400000000 AND b.deleted_at IS NULL
    AND b.end_at > a.start_at AND b.start_at < a.start_at - 31622400000000
UNION ALL
SELECT a.id, b.id
FROM time_entries a
JOIN time_entries b ON b.member_id = a.member_id AND b.end_at IS NULL AND b.deleted_at IS NULL
    AND b.start_at < a.start_at - 31622400000000;

CREATE TRIGGER time_entries_no_overlap_of_new AFTER INSERT ON time_entries
WHEN NEW.deleted_at IS NULL AND NEW.end_at IS NOT NEW.start_at
    AND EXISTS (SELECT 1 FROM organizations WHERE id = NEW.organization_id AND overlap_policy = 'forbid')
    AND EXISTS (SELECT 1 FROM time_entry_overlaps WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: time_entries_no_overlap');
END;

CREATE TRIGGER time_entries_no_overlap_of_changed AFTER UPDATE ON time_entries
WHEN NEW.deleted_at IS NULL AND NEW.end_at IS NOT NEW.start_at
    AND (NEW.start_at, NEW.end_at, NEW.member_id, NEW.live) IS NOT (OLD.start_at, OLD.end_at, OLD.member_id, OLD.live)
    -- What only gets shorter overlaps nothing new, so a timer can always be stopped.
    AND ((NEW.start_at, NEW.member_id, NEW.live) IS NOT (OLD.start_at, OLD.member_id, OLD.live)
        OR coalesce(NEW.end_at, 9223372036854775807) > coalesce(OLD.end_at, 9223372036854775807))
    AND EXISTS (SELECT 1 FROM organizations WHERE id = NEW.organization_id AND overlap_policy = 'forbid')
    AND EXISTS (SELECT 1 FROM time_entry_overlaps WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: time_entries_no_overlap');
END;

-- Inserting here stops the member's running timer, at stopped_at when the new one starts before it, and starts another one, in one
-- statement.
DROP TRIGGER time_entry_replacements_insert;
DROP VIEW time_entry_replacements;
CREATE VIEW time_entry_replacements AS SELECT *, NULL AS stopped_at FROM time_entries;

CREATE TRIGGER time_entry_replacements_insert INSTEAD OF INSERT ON time_entry_replacements
BEGIN
    UPDATE time_entries
    SET end_at = CASE WHEN NEW.start_at >= start_at THEN NEW.start_at ELSE max(start_at, NEW.stopped_at) END,
        version = version + 1, changed_by = NEW.changed_by, request_id = NEW.request_id, traceparent = NEW.traceparent,
        updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE member_id = NEW.member_id AND end_at IS NULL AND deleted_at IS NULL;
    INSERT INTO time_entries (id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
        description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency, source,
        external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
    VALUES (NEW.id, NEW.organization_id, NEW.member_id, NEW.user_id, NEW.project_id, NEW.task_id, NEW.kind, NEW.tags, NEW.start_at,
        NEW.end_at, NEW.time_zone, NEW.description, NEW.folded_description, NEW.billable, NEW.billable_rate, NEW.billable_rate_source,
        NEW.cost_rate, NEW.cost_rate_source, NEW.currency, NEW.source, NEW.external_id, NEW.external_url, NEW.request_digest,
        NEW.version, NEW.changed_by, NEW.request_id, NEW.traceparent, NEW.created_at, NEW.updated_at);
END;

-- Inserting here ends an entry at cut_at and records what comes after it as another one, in one statement.
CREATE VIEW time_entry_cuts AS SELECT *, NULL AS cut_id, NULL AS cut_at FROM time_entries;

CREATE TRIGGER time_entry_cuts_insert INSTEAD OF INSERT ON time_entry_cuts
BEGIN
    UPDATE time_entries
    SET end_at = NEW.cut_at, version = version + 1, changed_by = NEW.changed_by, request_id = NEW.request_id,
        traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE id = NEW.cut_id;
    INSERT INTO time_entries (id, organization_id, member_id, user_id, project_id, task_id, kind, tags, start_at, end_at, time_zone,
        description, folded_description, billable, billable_rate, billable_rate_source, cost_rate, cost_rate_source, currency, source,
        external_id, external_url, request_digest, version, changed_by, request_id, traceparent, created_at, updated_at)
    VALUES (NEW.id, NEW.organization_id, NEW.member_id, NEW.user_id, NEW.project_id, NEW.task_id, NEW.kind, NEW.tags, NEW.start_at,
        NEW.end_at, NEW.time_zone, NEW.description, NEW.folded_description, NEW.billable, NEW.billable_rate, NEW.billable_rate_source,
        NEW.cost_rate, NEW.cost_rate_source, NEW.currency, NEW.source, NEW.external_id, NEW.external_url, NEW.request_digest,
        NEW.version, NEW.changed_by, NEW.request_id, NEW.traceparent, NEW.created_at, NEW.updated_at);
END;

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
            'project_id', NEW.project_id,
            'task_id', NEW.task_id,
            'kind', NEW.kind,
            'tags', json(NEW.tags),
            'billable_rate_source', NEW.billable_rate_source,
            'cost_rate', NEW.cost_rate,
            'cost_rate_source', NEW.cost_rate_source,
            'external_id', NEW.external_id,
            'external_url', NEW.external_url,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'user_id', json(CASE WHEN NEW.user_id IS NOT NULL THEN json_array(NULL, NEW.user_id) END),
            'start_at', json(CASE WHEN NEW.start_at IS NOT NULL THEN json_array(NULL, NEW.start_at) END),
            'end_at', json(CASE WHEN NEW.end_at IS NOT NULL THEN json_array(NULL, NEW.end_at) END),
            'time_zone', json(CASE WHEN NEW.time_zone IS NOT NULL THEN json_array(NULL, NEW.time_zone) END),
            'description', json(CASE WHEN NEW.description IS NOT NULL THEN json_array(NULL, NEW.description) END),
            'billable', json(CASE WHEN NEW.billable IS NOT NULL THEN json_array(NULL, json(CASE NEW.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_rate', json(CASE WHEN NEW.billable_rate IS NOT NULL THEN json_array(NULL, NEW.billable_rate) END),
            'currency', json(CASE WHEN NEW.currency IS NOT NULL THEN json_array(NULL, NEW.currency) END),
            'source', json(CASE WHEN NEW.source IS NOT NULL THEN json_array(NULL, NEW.source) END),
            'project_id', json(CASE WHEN NEW.project_id IS NOT NULL THEN json_array(NULL, NEW.project_id) END),
            'task_id', json(CASE WHEN NEW.task_id IS NOT NULL THEN json_array(NULL, NEW.task_id) END),
            'kind', json(CASE WHEN NEW.kind IS NOT NULL THEN json_array(NULL, NEW.kind) END),
            'tags', json(CASE WHEN NEW.tags IS NOT NULL THEN json_array(NULL, json(NEW.tags)) END),
            'billable_rate_source', json(CASE WHEN NEW.billable_rate_source IS NOT NULL THEN json_array(NULL, NEW.billable_rate_source) END),
            'cost_rate', json(CASE WHEN NEW.cost_rate IS NOT NULL THEN json_array(NULL, NEW.cost_rate) END),
            'cost_rate_source', json(CASE WHEN NEW.cost_rate_source IS NOT NULL THEN json_array(NULL, NEW.cost_rate_source) END),
            'external_id', json(CASE WHEN NEW.external_id IS NOT NULL THEN json_array(NULL, NEW.external_id) END),
            'external_url', json(CASE WHEN NEW.external_url IS NOT NULL THEN json_array(NULL, NEW.external_url) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER time_entries_append_event_on_update AFTER UPDATE ON time_entries
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'time_entry', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'time_entry.deleted'
            WHEN NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL THEN 'time_entry.restored'
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
            'project_id', NEW.project_id,
            'task_id', NEW.task_id,
            'kind', NEW.kind,
            'tags', json(NEW.tags),
            'billable_rate_source', NEW.billable_rate_source,
            'cost_rate', NEW.cost_rate,
            'cost_rate_source', NEW.cost_rate_source,
            'external_id', NEW.external_id,
            'external_url', NEW.external_url,
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
            'project_id', json(CASE WHEN OLD.project_id IS NOT NEW.project_id THEN json_array(OLD.project_id, NEW.project_id) END),
            'task_id', json(CASE WHEN OLD.task_id IS NOT NEW.task_id THEN json_array(OLD.task_id, NEW.task_id) END),
            'kind', json(CASE WHEN OLD.kind IS NOT NEW.kind THEN json_array(OLD.kind, NEW.kind) END),
            'tags', json(CASE WHEN OLD.tags IS NOT NEW.tags THEN json_array(json(OLD.tags), json(NEW.tags)) END),
            'billable_rate_source', json(CASE WHEN OLD.billable_rate_source IS NOT NEW.billable_rate_source THEN json_array(OLD.billable_rate_source, NEW.billable_rate_source) END),
            'cost_rate', json(CASE WHEN OLD.cost_rate IS NOT NEW.cost_rate THEN json_array(OLD.cost_rate, NEW.cost_rate) END),
            'cost_rate_source', json(CASE WHEN OLD.cost_rate_source IS NOT NEW.cost_rate_source THEN json_array(OLD.cost_rate_source, NEW.cost_rate_source) END),
            'external_id', json(CASE WHEN OLD.external_id IS NOT NEW.external_id THEN json_array(OLD.external_id, NEW.external_id) END),
            'external_url', json(CASE WHEN OLD.external_url IS NOT NEW.external_url THEN json_array(OLD.external_url, NEW.external_url) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;
