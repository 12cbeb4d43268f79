-- Members without a user, pages whose work is bounded, and stamps that a synchronising client can go by.

-- What was recorded for somebody who never signs in belongs to a placeholder. Whoever left keeps their entries and acts no more.
-- Constraints can't be altered, and a table that others refer to can't be replaced within a transaction; what stays on the disk as
-- it is may be changed in the schema (https://sqlite.org/lang_altertable.html, section 7).
ALTER TABLE members ADD COLUMN deactivated_at INTEGER;
CREATE UNIQUE INDEX members_id_organization_id_key ON members (id, organization_id);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'user_id         TEXT    NOT NULL', 'user_id         TEXT'),
    'CHECK (role IN (''owner'', ''admin'', ''manager'', ''employee''))',
    'CHECK (role IN (''owner'', ''admin'', ''manager'', ''employee'', ''placeholder'')),
    CONSTRAINT members_placeholder_has_no_user CHECK ((role = ''placeholder'') = (user_id IS NULL))')
WHERE type = 'table' AND name = 'members';
-- user_id is the member's id where the member is a placeholder: clients of solidtime need one.
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'FOREIGN KEY (member_id, organization_id, user_id)', 'FOREIGN KEY (member_id, organization_id)'),
    'REFERENCES members (id, organization_id, user_id)', 'REFERENCES members (id, organization_id)')
WHERE type = 'table' AND name = 'time_entries';
PRAGMA writable_schema = RESET;
DROP INDEX members_id_organization_id_user_id_key;

-- Who may act. Every statement finds its caller here and nowhere else.
CREATE VIEW callers AS
SELECT id AS member_id, organization_id, user_id, role FROM members WHERE user_id IS NOT NULL AND deactivated_at IS NULL;

-- In lower case, by one rule for both engines, and NULL where it equals the description. It stays NULL for entries that were
-- recorded before there was this column and have not changed since: of these, capitals beyond ASCII are found as they are only.
ALTER TABLE time_entries ADD COLUMN folded_description TEXT;

-- Pages of what changed are in this order, so the id is part of it.
DROP INDEX time_entries_by_change;
CREATE INDEX time_entries_by_change ON time_entries (organization_id, updated_at, id);

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
    INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description,
        folded_description, billable, billable_rate, currency, source, request_digest, version, changed_by, request_id,
        traceparent, created_at, updated_at)
    VALUES (NEW.id, NEW.organization_id, NEW.member_id, NEW.user_id, NEW.start_at, NEW.end_at, NEW.time_zone, NEW.description,
        NEW.folded_description, NEW.billable, NEW.billable_rate, NEW.currency, NEW.source, NEW.request_digest, NEW.version,
        NEW.changed_by, NEW.request_id, NEW.traceparent, NEW.created_at, NEW.updated_at);
END;
