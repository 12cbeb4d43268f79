-- The audit trail says what each thing began with, as changes from nothing, so that it can be replayed; and it is read by time. The
-- triggers that write it so are those of the migrations before.

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
