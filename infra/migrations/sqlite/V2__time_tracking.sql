-- Time entries, and the outbox that records each of their changes in the same transaction.
-- Instants are microseconds since the epoch, UTC; money is in minor units.

-- What the foreign key of time_entries refers to: it proves that the member, the tenant and the person belong together.
CREATE UNIQUE INDEX members_id_organization_id_user_id_key ON members (id, organization_id, user_id);

CREATE TABLE time_entries (
    id              TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    member_id       TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    start_at        INTEGER NOT NULL,
    end_at          INTEGER,
    time_zone       TEXT    NOT NULL,
    description     TEXT    NOT NULL DEFAULT '',
    billable        INTEGER NOT NULL DEFAULT 0 CHECK (billable IN (0, 1)),
    billable_rate   INTEGER,
    currency        TEXT    NOT NULL,
    source          TEXT    NOT NULL,
    -- Digest of the request that created it; tells a repeated request from another one that claims the same id.
    request_digest  TEXT,
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    CONSTRAINT time_entries_member_fkey FOREIGN KEY (member_id, organization_id, user_id)
        REFERENCES members (id, organization_id, user_id),
    CONSTRAINT time_entries_end_not_before_start CHECK (end_at >= start_at),
    -- 1970 to 2199 in whole seconds: keeps every product of a duration and a rate within 64 bits.
    CONSTRAINT time_entries_start_range CHECK (start_at BETWEEN 0 AND 7258118399000000 AND start_at % 1000000 = 0),
    CONSTRAINT time_entries_end_range CHECK (end_at BETWEEN 0 AND 7258118399000000 AND end_at % 1000000 = 0),
    CONSTRAINT time_entries_description_length CHECK (length(description) <= 5000),
    CONSTRAINT time_entries_billable_rate_range CHECK (billable_rate BETWEEN 0 AND 1000000000)
) STRICT;

-- One running timer per member, also under races.
CREATE UNIQUE INDEX time_entries_one_running_per_member ON time_entries (member_id)
    WHERE end_at IS NULL AND deleted_at IS NULL;

-- Pages of a member's and of an organization's entries, and what changed since a client last asked.
CREATE INDEX time_entries_by_member ON time_entries (member_id, start_at, id);
CREATE INDEX time_entries_by_organization ON time_entries (organization_id, start_at, id);
CREATE INDEX time_entries_by_change ON time_entries (organization_id, updated_at);

CREATE TABLE outbox (
    -- There is one writer at a time, so this is the order of the commits.
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Id of the CloudEvents envelope.
    id              TEXT    NOT NULL GENERATED ALWAYS AS (subject || '/' || subject_version) VIRTUAL,
    organization_id TEXT    NOT NULL,
    type            TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    subject_version INTEGER NOT NULL,
    actor           TEXT    NOT NULL,
    occurred_at     INTEGER NOT NULL,
    data            TEXT    NOT NULL CONSTRAINT outbox_data_json CHECK (json_valid(data))
) STRICT;

-- The state that an event carries. Triggers cannot share code; a view can.
CREATE VIEW time_entry_states AS
SELECT id, json_object(
    'id', id,
    'organization_id', organization_id,
    'member_id', member_id,
    'user_id', user_id,
    'project_id', NULL,
    'start', start_at,
    'end', end_at,
    'time_zone', time_zone,
    'description', description,
    'billable', json(CASE billable WHEN 1 THEN 'true' ELSE 'false' END),
    'billable_rate', billable_rate,
    'currency', currency,
    'source', source,
    'version', version,
    'created_at', created_at,
    'updated_at', updated_at,
    'deleted_at', deleted_at
) AS data
FROM time_entries;

CREATE TRIGGER time_entries_append_event_on_insert AFTER INSERT ON time_entries
BEGIN
    INSERT INTO outbox (organization_id, type, subject, subject_version, actor, occurred_at, data)
    SELECT NEW.organization_id,
        CASE WHEN NEW.end_at IS NULL THEN 'time_entry.started' ELSE 'time_entry.created' END,
        NEW.id, NEW.version, NEW.changed_by, NEW.updated_at, state.data
    FROM time_entry_states state WHERE state.id = NEW.id;
END;

CREATE TRIGGER time_entries_append_event_on_update AFTER UPDATE ON time_entries
BEGIN
    INSERT INTO outbox (organization_id, type, subject, subject_version, actor, occurred_at, data)
    SELECT NEW.organization_id,
        CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'time_entry.deleted'
            WHEN NEW.end_at IS NOT NULL AND OLD.end_at IS NULL THEN 'time_entry.stopped'
            ELSE 'time_entry.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.updated_at, state.data
    FROM time_entry_states state WHERE state.id = NEW.id;
END;

-- Versions grow by one with each change, so that consumers can tell old news from new.
CREATE TRIGGER time_entries_version BEFORE UPDATE ON time_entries WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- Inserting here stops the member's running timer and starts another one, in one statement.
CREATE VIEW time_entry_replacements AS SELECT * FROM time_entries;

CREATE TRIGGER time_entry_replacements_insert INSTEAD OF INSERT ON time_entry_replacements
BEGIN
    UPDATE time_entries
    SET end_at = CASE WHEN NEW.start_at >= start_at THEN NEW.start_at ELSE max(start_at, NEW.created_at / 1000000 * 1000000) END,
        version = version + 1, changed_by = NEW.changed_by, updated_at = NEW.updated_at
    WHERE member_id = NEW.member_id AND end_at IS NULL AND deleted_at IS NULL;
    INSERT INTO time_entries (id, organization_id, member_id, user_id, start_at, end_at, time_zone, description, billable,
        billable_rate, currency, source, request_digest, version, changed_by, created_at, updated_at)
    VALUES (NEW.id, NEW.organization_id, NEW.member_id, NEW.user_id, NEW.start_at, NEW.end_at, NEW.time_zone, NEW.description,
        NEW.billable, NEW.billable_rate, NEW.currency, NEW.source, NEW.request_digest, NEW.version, NEW.changed_by,
        NEW.created_at, NEW.updated_at);
END;
