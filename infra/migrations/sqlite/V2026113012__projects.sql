-- Clients, projects with their members, tasks, tags, and what an hour costs.
-- Instants are microseconds since the epoch, UTC; money is in minor units. A deleted row stays as a tombstone. `live` is true
-- until then and NULL afterwards, and part of the foreign keys: so what is in use can't be deleted, not even by two requests at
-- once, and a tombstone on either side lifts the reference.

CREATE TABLE clients (
    id              TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    -- What names are compared and sorted by.
    name_key        TEXT    NOT NULL,
    archived_at     INTEGER,
    -- Digest of the request that created it; tells a repeated request from another one that claims the same id.
    request_digest  TEXT,
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    request_id      TEXT,
    traceparent     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    live            INTEGER GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) STORED,
    CONSTRAINT clients_pkey PRIMARY KEY (id),
    CONSTRAINT clients_id_organization_id_live_key UNIQUE (id, organization_id, live),
    CONSTRAINT clients_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT clients_name_length CHECK (length(name) BETWEEN 1 AND 255)
) STRICT;

CREATE UNIQUE INDEX clients_organization_id_name_key_key ON clients (organization_id, name_key) WHERE deleted_at IS NULL;

CREATE TABLE projects (
    id                TEXT    NOT NULL,
    organization_id   TEXT    NOT NULL,
    client_id         TEXT,
    name              TEXT    NOT NULL,
    name_key          TEXT    NOT NULL,
    color             TEXT    NOT NULL,
    -- Seen by everybody in the organization, not only by its members.
    is_public         INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
    billable_default  INTEGER NOT NULL DEFAULT 0 CHECK (billable_default IN (0, 1)),
    -- In seconds.
    estimated_time    INTEGER,
    -- Seconds or minor units, in all or every month; thresholds are percents between commas.
    budget_kind       TEXT,
    budget_amount     INTEGER,
    budget_period     TEXT,
    budget_thresholds TEXT,
    archived_at       INTEGER,
    request_digest    TEXT,
    version           INTEGER NOT NULL DEFAULT 1,
    changed_by        TEXT    NOT NULL,
    request_id        TEXT,
    traceparent       TEXT,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    deleted_at        INTEGER,
    live              INTEGER GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) STORED,
    CONSTRAINT projects_pkey PRIMARY KEY (id),
    CONSTRAINT projects_id_organization_id_live_key UNIQUE (id, organization_id, live),
    CONSTRAINT projects_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT projects_client_fkey FOREIGN KEY (client_id, organization_id, live)
        REFERENCES clients (id, organization_id, live),
    CONSTRAINT projects_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT projects_color_format CHECK (color GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
    CONSTRAINT projects_estimated_time_range CHECK (estimated_time BETWEEN 0 AND 7258118399),
    CONSTRAINT projects_budget_kind_known CHECK (budget_kind IN ('time', 'money')),
    CONSTRAINT projects_budget_amount_range CHECK (budget_amount BETWEEN 0 AND 1000000000000000),
    CONSTRAINT projects_budget_period_known CHECK (budget_period IN ('total', 'month')),
    CONSTRAINT projects_budget_whole CHECK (
        (budget_kind IS NULL) = (budget_amount IS NULL) AND (budget_kind IS NULL) = (budget_period IS NULL)
        AND (budget_kind IS NULL) = (budget_thresholds IS NULL)
    )
) STRICT;

-- Clients may have projects of the same name each.
CREATE UNIQUE INDEX projects_organization_id_client_id_name_key_key ON projects (organization_id, client_id, name_key)
    WHERE deleted_at IS NULL AND client_id IS NOT NULL;
CREATE UNIQUE INDEX projects_organization_id_name_key_key ON projects (organization_id, name_key)
    WHERE deleted_at IS NULL AND client_id IS NULL;
CREATE INDEX projects_by_client ON projects (organization_id, client_id);

CREATE TABLE project_members (
    id              TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    project_id      TEXT    NOT NULL,
    member_id       TEXT    NOT NULL,
    role            TEXT    NOT NULL,
    request_digest  TEXT,
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    request_id      TEXT,
    traceparent     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    live            INTEGER GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) STORED,
    CONSTRAINT project_members_pkey PRIMARY KEY (id),
    -- A member has one place in a project.
    CONSTRAINT project_members_project_id_member_id_live_key UNIQUE (project_id, member_id, live),
    CONSTRAINT project_members_project_fkey FOREIGN KEY (project_id, organization_id, live)
        REFERENCES projects (id, organization_id, live),
    CONSTRAINT project_members_member_fkey FOREIGN KEY (member_id, organization_id)
        REFERENCES members (id, organization_id),
    CONSTRAINT project_members_role_known CHECK (role IN ('member', 'manager'))
) STRICT;

CREATE INDEX project_members_by_member ON project_members (member_id, project_id);

CREATE TABLE tasks (
    id              TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    project_id      TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    name_key        TEXT    NOT NULL,
    -- In seconds.
    estimated_time  INTEGER,
    done_at         INTEGER,
    request_digest  TEXT,
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    request_id      TEXT,
    traceparent     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    live            INTEGER GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) STORED,
    CONSTRAINT tasks_pkey PRIMARY KEY (id),
    CONSTRAINT tasks_id_organization_id_live_key UNIQUE (id, organization_id, live),
    -- What refers to a task and its project refers to both at once.
    CONSTRAINT tasks_id_project_id_live_key UNIQUE (id, project_id, live),
    CONSTRAINT tasks_project_fkey FOREIGN KEY (project_id, organization_id, live)
        REFERENCES projects (id, organization_id, live),
    CONSTRAINT tasks_name_length CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT tasks_estimated_time_range CHECK (estimated_time BETWEEN 0 AND 7258118399)
) STRICT;

CREATE UNIQUE INDEX tasks_project_id_name_key_key ON tasks (project_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX tasks_by_organization ON tasks (organization_id, project_id);

CREATE TABLE tags (
    id              TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    name_key        TEXT    NOT NULL,
    archived_at     INTEGER,
    request_digest  TEXT,
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    request_id      TEXT,
    traceparent     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    live            INTEGER GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) STORED,
    CONSTRAINT tags_pkey PRIMARY KEY (id),
    CONSTRAINT tags_id_organization_id_live_key UNIQUE (id, organization_id, live),
    CONSTRAINT tags_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT tags_name_length CHECK (length(name) BETWEEN 1 AND 255)
) STRICT;

CREATE UNIQUE INDEX tags_organization_id_name_key_key ON tags (organization_id, name_key) WHERE deleted_at IS NULL;

-- What an hour is sold for and what it costs, from a day on. Entries keep the rate that they were recorded with.
CREATE TABLE rates (
    id              TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    scope           TEXT    NOT NULL,
    member_id       TEXT,
    project_id      TEXT,
    task_id         TEXT,
    -- Whose rate it is, as one text: member/project/task, each empty where the scope has none.
    subject         TEXT    GENERATED ALWAYS AS (
        coalesce(member_id, '') || '/' || coalesce(project_id, '') || '/' || coalesce(task_id, '')
    ) STORED,
    -- Minor units per hour; NULL: from then on the next wider scope decides.
    amount          INTEGER,
    -- A date such as 2026-03-01, and the instant at which it began in the zone that the organization had; NULL and 0: always.
    valid_from      TEXT,
    valid_from_at   INTEGER NOT NULL,
    request_digest  TEXT,
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    request_id      TEXT,
    traceparent     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    live            INTEGER GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) STORED,
    CONSTRAINT rates_pkey PRIMARY KEY (id),
    CONSTRAINT rates_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT rates_member_fkey FOREIGN KEY (member_id, organization_id) REFERENCES members (id, organization_id),
    CONSTRAINT rates_project_fkey FOREIGN KEY (project_id, organization_id, live)
        REFERENCES projects (id, organization_id, live),
    CONSTRAINT rates_project_member_fkey FOREIGN KEY (project_id, member_id, live)
        REFERENCES project_members (project_id, member_id, live),
    CONSTRAINT rates_task_fkey FOREIGN KEY (task_id, organization_id, live) REFERENCES tasks (id, organization_id, live),
    CONSTRAINT rates_kind_known CHECK (kind IN ('billable', 'cost')),
    CONSTRAINT rates_scope_known CHECK (scope IN ('organization', 'member', 'project', 'project_member', 'task')),
    CONSTRAINT rates_scope_is_of_its_subject CHECK (
        (member_id IS NOT NULL) = (scope IN ('member', 'project_member'))
        AND (project_id IS NOT NULL) = (scope IN ('project', 'project_member'))
        AND (task_id IS NOT NULL) = (scope = 'task')
    ),
    CONSTRAINT rates_amount_range CHECK (amount BETWEEN 0 AND 1000000000),
    CONSTRAINT rates_valid_from_format CHECK (valid_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    CONSTRAINT rates_valid_from_at_range CHECK (valid_from_at BETWEEN 0 AND 7258118399000000),
    CONSTRAINT rates_valid_from_whole CHECK ((valid_from IS NULL) = (valid_from_at = 0))
) STRICT;

-- One rate begins on a day; and the way to the rate of an instant.
CREATE UNIQUE INDEX rates_organization_id_kind_subject_valid_from_at_key ON rates (organization_id, kind, subject, valid_from_at)
    WHERE deleted_at IS NULL;
CREATE INDEX rates_by_project ON rates (project_id);
CREATE INDEX rates_by_member ON rates (member_id);
CREATE INDEX rates_by_task ON rates (task_id);

-- Part of the read model of the reports: worked time by project and task, without a task where the entries have none.
CREATE TABLE project_totals (
    organization_id TEXT    NOT NULL,
    project_id      TEXT    NOT NULL,
    task_id         TEXT,
    seconds         INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX project_totals_by_project ON project_totals (project_id, coalesce(task_id, project_id));
CREATE INDEX project_totals_by_task ON project_totals (task_id);

-- Whoever is deleted takes along what has no meaning without it.
CREATE TRIGGER members_delete_along AFTER UPDATE ON members WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
    UPDATE project_members
    SET deleted_at = max(updated_at + 1, NEW.updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE member_id = NEW.id AND deleted_at IS NULL;
    UPDATE rates
    SET deleted_at = max(updated_at + 1, NEW.updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE member_id = NEW.id AND deleted_at IS NULL;
END;

CREATE TRIGGER projects_delete_along AFTER UPDATE ON projects WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
    UPDATE project_members
    SET deleted_at = max(updated_at + 1, NEW.updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE project_id = NEW.id AND deleted_at IS NULL;
    UPDATE rates
    SET deleted_at = max(updated_at + 1, NEW.updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE project_id = NEW.id AND deleted_at IS NULL;
END;

CREATE TRIGGER project_members_delete_along AFTER UPDATE ON project_members WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
    UPDATE rates
    SET deleted_at = max(updated_at + 1, NEW.updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE project_id = NEW.project_id AND member_id = NEW.member_id AND deleted_at IS NULL;
END;

CREATE TRIGGER tasks_delete_along AFTER UPDATE ON tasks WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
BEGIN
    UPDATE rates
    SET deleted_at = max(updated_at + 1, NEW.updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE task_id = NEW.id AND deleted_at IS NULL;
END;

CREATE TRIGGER clients_version BEFORE UPDATE ON clients WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

CREATE TRIGGER projects_version BEFORE UPDATE ON projects WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

CREATE TRIGGER project_members_version BEFORE UPDATE ON project_members WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

CREATE TRIGGER tasks_version BEFORE UPDATE ON tasks WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

CREATE TRIGGER tags_version BEFORE UPDATE ON tags WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

CREATE TRIGGER rates_version BEFORE UPDATE ON rates WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- Inserting here sets what an hour of a subject is sold for, unless that is so already: the first rate of a subject is valid always,
-- a later one from the day `valid_from` on.
CREATE VIEW rate_settings AS
SELECT id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at, changed_by, request_id, traceparent,
    subject, updated_at
FROM rates WHERE kind = 'billable' AND task_id IS NULL;

CREATE TRIGGER rate_settings_insert INSTEAD OF INSERT ON rate_settings
BEGIN
    INSERT INTO rates (id, organization_id, kind, scope, member_id, project_id, amount, valid_from, valid_from_at, version,
        changed_by, request_id, traceparent, created_at, updated_at)
    SELECT NEW.id, NEW.organization_id, 'billable', NEW.scope, NEW.member_id, NEW.project_id, NEW.amount,
        CASE WHEN NOT its.is_first THEN NEW.valid_from END, CASE WHEN its.is_first THEN 0 ELSE NEW.valid_from_at END, 1,
        NEW.changed_by, NEW.request_id, NEW.traceparent, its.stamp, its.stamp
    FROM (
        SELECT subject, stamp, NOT EXISTS (
            SELECT 1 FROM rates r
            WHERE r.organization_id = NEW.organization_id AND r.kind = 'billable' AND r.subject = at.subject
                AND r.deleted_at IS NULL
        ) AS is_first
        FROM (
            SELECT coalesce(NEW.member_id, '') || '/' || coalesce(NEW.project_id, '') || '/' AS subject,
                max(CAST(unixepoch('subsec') * 1000000 AS INTEGER),
                    coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0)) AS stamp
        ) at
    ) its
    WHERE NEW.amount IS NOT (
        SELECT r.amount FROM rates r
        WHERE r.organization_id = NEW.organization_id AND r.kind = 'billable' AND r.subject = its.subject
            AND r.deleted_at IS NULL AND r.valid_from_at <= its.stamp
        ORDER BY r.valid_from_at DESC LIMIT 1
    )
    ON CONFLICT (organization_id, kind, subject, valid_from_at) WHERE deleted_at IS NULL DO UPDATE SET
        amount = excluded.amount, version = rates.version + 1, changed_by = excluded.changed_by,
        request_id = excluded.request_id, traceparent = excluded.traceparent,
        updated_at = max(rates.updated_at + 1, excluded.updated_at);
END;

-- Inserting and updating here changes a project or one of its members and, where there is a `rate_id`, sets the rate, both or neither.
CREATE VIEW rated_projects AS
SELECT *, NULL AS rate_id, NULL AS rate, NULL AS rate_from, NULL AS rate_from_at FROM projects;

CREATE TRIGGER rated_projects_insert INSTEAD OF INSERT ON rated_projects
BEGIN
    INSERT INTO projects (id, organization_id, name, name_key, color, client_id, is_public, billable_default, estimated_time,
        budget_kind, budget_amount, budget_period, budget_thresholds, archived_at, request_digest, version, changed_by,
        request_id, traceparent, created_at, updated_at)
    VALUES (NEW.id, NEW.organization_id, NEW.name, NEW.name_key, NEW.color, NEW.client_id, NEW.is_public, NEW.billable_default,
        NEW.estimated_time, NEW.budget_kind, NEW.budget_amount, NEW.budget_period, NEW.budget_thresholds, NEW.archived_at,
        NEW.request_digest, NEW.version, NEW.changed_by, NEW.request_id, NEW.traceparent, NEW.created_at, NEW.updated_at);
    INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at, changed_by,
        request_id, traceparent)
    SELECT NEW.rate_id, NEW.organization_id, 'project', NULL, NEW.id, NEW.rate, NEW.rate_from, NEW.rate_from_at,
        NEW.changed_by, NEW.request_id, NEW.traceparent
    WHERE NEW.rate_id IS NOT NULL;
END;

CREATE TRIGGER rated_projects_update INSTEAD OF UPDATE ON rated_projects
BEGIN
    UPDATE projects SET name = NEW.name, name_key = NEW.name_key, color = NEW.color, client_id = NEW.client_id,
        is_public = NEW.is_public, billable_default = NEW.billable_default, estimated_time = NEW.estimated_time,
        budget_kind = NEW.budget_kind, budget_amount = NEW.budget_amount, budget_period = NEW.budget_period,
        budget_thresholds = NEW.budget_thresholds, archived_at = NEW.archived_at, version = NEW.version,
        changed_by = NEW.changed_by, request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = NEW.updated_at
    WHERE id = NEW.id;
    INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at, changed_by,
        request_id, traceparent)
    SELECT NEW.rate_id, NEW.organization_id, 'project', NULL, NEW.id, NEW.rate, NEW.rate_from, NEW.rate_from_at,
        NEW.changed_by, NEW.request_id, NEW.traceparent
    WHERE NEW.rate_id IS NOT NULL;
END;

CREATE VIEW rated_project_members AS
SELECT *, NULL AS rate_id, NULL AS rate, NULL AS rate_from, NULL AS rate_from_at FROM project_members;

CREATE TRIGGER rated_project_members_insert INSTEAD OF INSERT ON rated_project_members
BEGIN
    INSERT INTO project_members (id, organization_id, project_id, member_id, role, request_digest, version, changed_by,
        request_id, traceparent, created_at, updated_at)
    VALUES (NEW.id, NEW.organization_id, NEW.project_id, NEW.member_id, NEW.role, NEW.request_digest, NEW.version,
        NEW.changed_by, NEW.request_id, NEW.traceparent, NEW.created_at, NEW.updated_at);
    INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at, changed_by,
        request_id, traceparent)
    SELECT NEW.rate_id, NEW.organization_id, 'project_member', NEW.member_id, NEW.project_id, NEW.rate, NEW.rate_from,
        NEW.rate_from_at,
        NEW.changed_by, NEW.request_id, NEW.traceparent
    WHERE NEW.rate_id IS NOT NULL;
END;

CREATE TRIGGER rated_project_members_update INSTEAD OF UPDATE ON rated_project_members
BEGIN
    UPDATE project_members SET role = NEW.role, version = NEW.version, changed_by = NEW.changed_by, request_id = NEW.request_id,
        traceparent = NEW.traceparent, updated_at = NEW.updated_at
    WHERE id = NEW.id;
    INSERT INTO rate_settings (id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at, changed_by,
        request_id, traceparent)
    SELECT NEW.rate_id, NEW.organization_id, 'project_member', NEW.member_id, NEW.project_id, NEW.rate, NEW.rate_from,
        NEW.rate_from_at,
        NEW.changed_by, NEW.request_id, NEW.traceparent
    WHERE NEW.rate_id IS NOT NULL;
END;

-- Rendered from the list in the crate `kronos_storage`, module `events`.
CREATE TRIGGER clients_append_event_on_insert AFTER INSERT ON clients
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'client', 'client.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'archived_at', json(CASE WHEN NEW.archived_at IS NOT NULL THEN json_array(NULL, NEW.archived_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER clients_append_event_on_update AFTER UPDATE ON clients
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'client', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'client.deleted'
            ELSE 'client.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'client.deleted' THEN json_patch('{}', json_object(
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'archived_at', json(CASE WHEN OLD.archived_at IS NOT NEW.archived_at THEN json_array(OLD.archived_at, NEW.archived_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER projects_append_event_on_insert AFTER INSERT ON projects
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'project', 'project.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'client_id', NEW.client_id,
            'name', NEW.name,
            'color', NEW.color,
            'is_public', json(CASE NEW.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_default', json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'estimated_time', NEW.estimated_time,
            'budget_kind', NEW.budget_kind,
            'budget_amount', NEW.budget_amount,
            'budget_period', NEW.budget_period,
            'budget_thresholds', NEW.budget_thresholds,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'client_id', json(CASE WHEN NEW.client_id IS NOT NULL THEN json_array(NULL, NEW.client_id) END),
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'color', json(CASE WHEN NEW.color IS NOT NULL THEN json_array(NULL, NEW.color) END),
            'is_public', json(CASE WHEN NEW.is_public IS NOT NULL THEN json_array(NULL, json(CASE NEW.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_default', json(CASE WHEN NEW.billable_default IS NOT NULL THEN json_array(NULL, json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'estimated_time', json(CASE WHEN NEW.estimated_time IS NOT NULL THEN json_array(NULL, NEW.estimated_time) END),
            'budget_kind', json(CASE WHEN NEW.budget_kind IS NOT NULL THEN json_array(NULL, NEW.budget_kind) END),
            'budget_amount', json(CASE WHEN NEW.budget_amount IS NOT NULL THEN json_array(NULL, NEW.budget_amount) END),
            'budget_period', json(CASE WHEN NEW.budget_period IS NOT NULL THEN json_array(NULL, NEW.budget_period) END),
            'budget_thresholds', json(CASE WHEN NEW.budget_thresholds IS NOT NULL THEN json_array(NULL, NEW.budget_thresholds) END),
            'archived_at', json(CASE WHEN NEW.archived_at IS NOT NULL THEN json_array(NULL, NEW.archived_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER projects_append_event_on_update AFTER UPDATE ON projects
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'project', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'project.deleted'
            ELSE 'project.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'client_id', NEW.client_id,
            'name', NEW.name,
            'color', NEW.color,
            'is_public', json(CASE NEW.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_default', json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'estimated_time', NEW.estimated_time,
            'budget_kind', NEW.budget_kind,
            'budget_amount', NEW.budget_amount,
            'budget_period', NEW.budget_period,
            'budget_thresholds', NEW.budget_thresholds,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'project.deleted' THEN json_patch('{}', json_object(
            'client_id', json(CASE WHEN OLD.client_id IS NOT NEW.client_id THEN json_array(OLD.client_id, NEW.client_id) END),
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'color', json(CASE WHEN OLD.color IS NOT NEW.color THEN json_array(OLD.color, NEW.color) END),
            'is_public', json(CASE WHEN OLD.is_public IS NOT NEW.is_public THEN json_array(json(CASE OLD.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_default', json(CASE WHEN OLD.billable_default IS NOT NEW.billable_default THEN json_array(json(CASE OLD.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'estimated_time', json(CASE WHEN OLD.estimated_time IS NOT NEW.estimated_time THEN json_array(OLD.estimated_time, NEW.estimated_time) END),
            'budget_kind', json(CASE WHEN OLD.budget_kind IS NOT NEW.budget_kind THEN json_array(OLD.budget_kind, NEW.budget_kind) END),
            'budget_amount', json(CASE WHEN OLD.budget_amount IS NOT NEW.budget_amount THEN json_array(OLD.budget_amount, NEW.budget_amount) END),
            'budget_period', json(CASE WHEN OLD.budget_period IS NOT NEW.budget_period THEN json_array(OLD.budget_period, NEW.budget_period) END),
            'budget_thresholds', json(CASE WHEN OLD.budget_thresholds IS NOT NEW.budget_thresholds THEN json_array(OLD.budget_thresholds, NEW.budget_thresholds) END),
            'archived_at', json(CASE WHEN OLD.archived_at IS NOT NEW.archived_at THEN json_array(OLD.archived_at, NEW.archived_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER project_members_append_event_on_insert AFTER INSERT ON project_members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'project_member', 'project_member.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'project_id', NEW.project_id,
            'member_id', NEW.member_id,
            'role', NEW.role,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'project_id', json(CASE WHEN NEW.project_id IS NOT NULL THEN json_array(NULL, NEW.project_id) END),
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'role', json(CASE WHEN NEW.role IS NOT NULL THEN json_array(NULL, NEW.role) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER project_members_append_event_on_update AFTER UPDATE ON project_members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'project_member', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'project_member.deleted'
            ELSE 'project_member.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'project_id', NEW.project_id,
            'member_id', NEW.member_id,
            'role', NEW.role,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'project_member.deleted' THEN json_patch('{}', json_object(
            'project_id', json(CASE WHEN OLD.project_id IS NOT NEW.project_id THEN json_array(OLD.project_id, NEW.project_id) END),
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'role', json(CASE WHEN OLD.role IS NOT NEW.role THEN json_array(OLD.role, NEW.role) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER tasks_append_event_on_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'task', 'task.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'project_id', NEW.project_id,
            'name', NEW.name,
            'estimated_time', NEW.estimated_time,
            'done_at', NEW.done_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'project_id', json(CASE WHEN NEW.project_id IS NOT NULL THEN json_array(NULL, NEW.project_id) END),
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'estimated_time', json(CASE WHEN NEW.estimated_time IS NOT NULL THEN json_array(NULL, NEW.estimated_time) END),
            'done_at', json(CASE WHEN NEW.done_at IS NOT NULL THEN json_array(NULL, NEW.done_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER tasks_append_event_on_update AFTER UPDATE ON tasks
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'task', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'task.deleted'
            ELSE 'task.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'project_id', NEW.project_id,
            'name', NEW.name,
            'estimated_time', NEW.estimated_time,
            'done_at', NEW.done_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'task.deleted' THEN json_patch('{}', json_object(
            'project_id', json(CASE WHEN OLD.project_id IS NOT NEW.project_id THEN json_array(OLD.project_id, NEW.project_id) END),
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'estimated_time', json(CASE WHEN OLD.estimated_time IS NOT NEW.estimated_time THEN json_array(OLD.estimated_time, NEW.estimated_time) END),
            'done_at', json(CASE WHEN OLD.done_at IS NOT NEW.done_at THEN json_array(OLD.done_at, NEW.done_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER tags_append_event_on_insert AFTER INSERT ON tags
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'tag', 'tag.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'archived_at', json(CASE WHEN NEW.archived_at IS NOT NULL THEN json_array(NULL, NEW.archived_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER tags_append_event_on_update AFTER UPDATE ON tags
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'tag', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'tag.deleted'
            ELSE 'tag.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'tag.deleted' THEN json_patch('{}', json_object(
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'archived_at', json(CASE WHEN OLD.archived_at IS NOT NEW.archived_at THEN json_array(OLD.archived_at, NEW.archived_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER rates_append_event_on_insert AFTER INSERT ON rates
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'rate', 'rate.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'kind', NEW.kind,
            'scope', NEW.scope,
            'member_id', NEW.member_id,
            'project_id', NEW.project_id,
            'task_id', NEW.task_id,
            'amount', NEW.amount,
            'valid_from', NEW.valid_from,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'kind', json(CASE WHEN NEW.kind IS NOT NULL THEN json_array(NULL, NEW.kind) END),
            'scope', json(CASE WHEN NEW.scope IS NOT NULL THEN json_array(NULL, NEW.scope) END),
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'project_id', json(CASE WHEN NEW.project_id IS NOT NULL THEN json_array(NULL, NEW.project_id) END),
            'task_id', json(CASE WHEN NEW.task_id IS NOT NULL THEN json_array(NULL, NEW.task_id) END),
            'amount', json(CASE WHEN NEW.amount IS NOT NULL THEN json_array(NULL, NEW.amount) END),
            'valid_from', json(CASE WHEN NEW.valid_from IS NOT NULL THEN json_array(NULL, NEW.valid_from) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER rates_append_event_on_update AFTER UPDATE ON rates
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'rate', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'rate.deleted'
            ELSE 'rate.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'kind', NEW.kind,
            'scope', NEW.scope,
            'member_id', NEW.member_id,
            'project_id', NEW.project_id,
            'task_id', NEW.task_id,
            'amount', NEW.amount,
            'valid_from', NEW.valid_from,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'rate.deleted' THEN json_patch('{}', json_object(
            'kind', json(CASE WHEN OLD.kind IS NOT NEW.kind THEN json_array(OLD.kind, NEW.kind) END),
            'scope', json(CASE WHEN OLD.scope IS NOT NEW.scope THEN json_array(OLD.scope, NEW.scope) END),
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'project_id', json(CASE WHEN OLD.project_id IS NOT NEW.project_id THEN json_array(OLD.project_id, NEW.project_id) END),
            'task_id', json(CASE WHEN OLD.task_id IS NOT NEW.task_id THEN json_array(OLD.task_id, NEW.task_id) END),
            'amount', json(CASE WHEN OLD.amount IS NOT NEW.amount THEN json_array(OLD.amount, NEW.amount) END),
            'valid_from', json(CASE WHEN OLD.valid_from IS NOT NEW.valid_from THEN json_array(OLD.valid_from, NEW.valid_from) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;
