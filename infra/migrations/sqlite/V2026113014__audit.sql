-- The audit trail says what each thing began with, as changes from nothing, so that it can be replayed; and it is read by time. 

DROP INDEX audit_trail_by_organization;
CREATE INDEX audit_trail_by_time ON audit_trail (organization_id, occurred_at, position);
CREATE INDEX audit_trail_by_subject ON audit_trail (subject, occurred_at, position);

-- What was created before: the event has it where it is still kept.
UPDATE audit_trail SET changes = (
    SELECT json_group_object(began.key, json_array(NULL, CASE
        WHEN began.type IN ('true', 'false') THEN json(began.type) WHEN began.type IN ('array', 'object') THEN json(began.value)
        ELSE began.value END))
    FROM outbox, json_each(outbox.data) began WHERE outbox.position = audit_trail.position
)
WHERE changes IS NULL AND action NOT LIKE '%.deleted' AND position IN (SELECT position FROM outbox);

-- Rendered from the list in the crate `kronos_storage`, module `events`.
DROP TRIGGER time_entries_append_event_on_insert;
DROP TRIGGER time_entries_append_event_on_update;

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
