-- Clients, projects with their members, tasks, tags, and what an hour costs.
-- Instants are microseconds since the epoch, UTC; money is in minor units. A deleted row stays as a tombstone. `live` is true
-- until then and NULL afterwards, and part of the foreign keys: so what is in use can't be deleted, not even by two requests at
-- once, and a tombstone on either side lifts the reference.

CREATE TABLE clients (
    id              uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    name            text    NOT NULL,
    -- What names are compared and sorted by.
    name_key        text    NOT NULL,
    archived_at     bigint,
    -- Digest of the request that created it; tells a repeated request from another one that claims the same id.
    request_digest  text,
    version         bigint  NOT NULL DEFAULT 1,
    changed_by      uuid    NOT NULL,
    request_id      text,
    traceparent     text,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    deleted_at      bigint,
    live            boolean GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN true END) STORED,
    CONSTRAINT clients_pkey PRIMARY KEY (id),
    CONSTRAINT clients_id_organization_id_live_key UNIQUE (id, organization_id, live),
    CONSTRAINT clients_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT clients_name_length CHECK (char_length(name) BETWEEN 1 AND 255)
);

CREATE UNIQUE INDEX clients_organization_id_name_key_key ON clients (organization_id, name_key) WHERE deleted_at IS NULL;

CREATE TABLE projects (
    id                uuid    NOT NULL,
    organization_id   uuid    NOT NULL,
    client_id         uuid,
    name              text    NOT NULL,
    name_key          text    NOT NULL,
    color             text    NOT NULL,
    -- Seen by everybody in the organization, not only by its members.
    is_public         boolean NOT NULL DEFAULT false,
    billable_default  boolean NOT NULL DEFAULT false,
    -- In seconds.
    estimated_time    bigint,
    -- Seconds or minor units, in all or every month; thresholds are percents between commas.
    budget_kind       text,
    budget_amount     bigint,
    budget_period     text,
    budget_thresholds text,
    archived_at       bigint,
    request_digest    text,
    version           bigint  NOT NULL DEFAULT 1,
    changed_by        uuid    NOT NULL,
    request_id        text,
    traceparent       text,
    created_at        bigint  NOT NULL,
    updated_at        bigint  NOT NULL,
    deleted_at        bigint,
    live              boolean GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN true END) STORED,
    CONSTRAINT projects_pkey PRIMARY KEY (id),
    CONSTRAINT projects_id_organization_id_live_key UNIQUE (id, organization_id, live),
    CONSTRAINT projects_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT projects_client_fkey FOREIGN KEY (client_id, organization_id, live)
        REFERENCES clients (id, organization_id, live),
    CONSTRAINT projects_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
    CONSTRAINT projects_color_format CHECK (color ~ '^#[0-9a-f]{6}$'),
    CONSTRAINT projects_estimated_time_range CHECK (estimated_time BETWEEN 0 AND 7258118399),
    CONSTRAINT projects_budget_kind_known CHECK (budget_kind IN ('time', 'money')),
    CONSTRAINT projects_budget_amount_range CHECK (budget_amount BETWEEN 0 AND 1000000000000000),
    CONSTRAINT projects_budget_period_known CHECK (budget_period IN ('total', 'month')),
    CONSTRAINT projects_budget_whole CHECK (
        (budget_kind IS NULL) = (budget_amount IS NULL) AND (budget_kind IS NULL) = (budget_period IS NULL)
        AND (budget_kind IS NULL) = (budget_thresholds IS NULL)
    )
);

-- Clients may have projects of the same name each.
CREATE UNIQUE INDEX projects_organization_id_client_id_name_key_key ON projects (organization_id, client_id, name_key)
    WHERE deleted_at IS NULL AND client_id IS NOT NULL;
CREATE UNIQUE INDEX projects_organization_id_name_key_key ON projects (organization_id, name_key)
    WHERE deleted_at IS NULL AND client_id IS NULL;
CREATE INDEX projects_by_client ON projects (organization_id, client_id);

CREATE TABLE project_members (
    id              uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    project_id      uuid    NOT NULL,
    member_id       uuid    NOT NULL,
    role            text    NOT NULL,
    request_digest  text,
    version         bigint  NOT NULL DEFAULT 1,
    changed_by      uuid    NOT NULL,
    request_id      text,
    traceparent     text,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    deleted_at      bigint,
    live            boolean GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN true END) STORED,
    CONSTRAINT project_members_pkey PRIMARY KEY (id),
    -- A member has one place in a project.
    CONSTRAINT project_members_project_id_member_id_live_key UNIQUE (project_id, member_id, live),
    CONSTRAINT project_members_project_fkey FOREIGN KEY (project_id, organization_id, live)
        REFERENCES projects (id, organization_id, live),
    CONSTRAINT project_members_member_fkey FOREIGN KEY (member_id, organization_id)
        REFERENCES members (id, organization_id),
    CONSTRAINT project_members_role_known CHECK (role IN ('member', 'manager'))
);

CREATE INDEX project_members_by_member ON project_members (member_id, project_id);

CREATE TABLE tasks (
    id              uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    project_id      uuid    NOT NULL,
    name            text    NOT NULL,
    name_key        text    NOT NULL,
    -- In seconds.
    estimated_time  bigint,
    done_at         bigint,
    request_digest  text,
    version         bigint  NOT NULL DEFAULT 1,
    changed_by      uuid    NOT NULL,
    request_id      text,
    traceparent     text,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    deleted_at      bigint,
    live            boolean GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN true END) STORED,
    CONSTRAINT tasks_pkey PRIMARY KEY (id),
    CONSTRAINT tasks_id_organization_id_live_key UNIQUE (id, organization_id, live),
    -- What refers to a task and its project refers to both at once.
    CONSTRAINT tasks_id_project_id_live_key UNIQUE (id, project_id, live),
    CONSTRAINT tasks_project_fkey FOREIGN KEY (project_id, organization_id, live)
        REFERENCES projects (id, organization_id, live),
    CONSTRAINT tasks_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
    CONSTRAINT tasks_estimated_time_range CHECK (estimated_time BETWEEN 0 AND 7258118399)
);

CREATE UNIQUE INDEX tasks_project_id_name_key_key ON tasks (project_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX tasks_by_organization ON tasks (organization_id, project_id);

CREATE TABLE tags (
    id              uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    name            text    NOT NULL,
    name_key        text    NOT NULL,
    archived_at     bigint,
    request_digest  text,
    version         bigint  NOT NULL DEFAULT 1,
    changed_by      uuid    NOT NULL,
    request_id      text,
    traceparent     text,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    deleted_at      bigint,
    live            boolean GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN true END) STORED,
    CONSTRAINT tags_pkey PRIMARY KEY (id),
    CONSTRAINT tags_id_organization_id_live_key UNIQUE (id, organization_id, live),
    CONSTRAINT tags_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT tags_name_length CHECK (char_length(name) BETWEEN 1 AND 255)
);

CREATE UNIQUE INDEX tags_organization_id_name_key_key ON tags (organization_id, name_key) WHERE deleted_at IS NULL;

-- What an hour is sold for and what it costs, from a day on. Entries keep the rate that they were recorded with.
CREATE TABLE rates (
    id              uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    kind            text    NOT NULL,
    scope           text    NOT NULL,
    member_id       uuid,
    project_id      uuid,
    task_id         uuid,
    -- Whose rate it is, as one text: member/project/task, each empty where the scope has none.
    subject         text    GENERATED ALWAYS AS (
        coalesce(member_id::text, '') || '/' || coalesce(project_id::text, '') || '/' || coalesce(task_id::text, '')
    ) STORED,
    -- Minor units per hour; NULL: from then on the next wider scope decides.
    amount          bigint,
    -- A date such as 2026-03-01, and the instant at which it began in the zone that the organization had; NULL and 0: always.
    valid_from      text,
    valid_from_at   bigint  NOT NULL,
    request_digest  text,
    version         bigint  NOT NULL DEFAULT 1,
    changed_by      uuid    NOT NULL,
    request_id      text,
    traceparent     text,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    deleted_at      bigint,
    live            boolean GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN true END) STORED,
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
    CONSTRAINT rates_valid_from_format CHECK (valid_from ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    CONSTRAINT rates_valid_from_at_range CHECK (valid_from_at BETWEEN 0 AND 7258118399000000),
    CONSTRAINT rates_valid_from_whole CHECK ((valid_from IS NULL) = (valid_from_at = 0))
);

-- One rate begins on a day; and the way to the rate of an instant.
CREATE UNIQUE INDEX rates_organization_id_kind_subject_valid_from_at_key ON rates (organization_id, kind, subject, valid_from_at)
    WHERE deleted_at IS NULL;
CREATE INDEX rates_by_project ON rates (project_id);
CREATE INDEX rates_by_member ON rates (member_id);
CREATE INDEX rates_by_task ON rates (task_id);

-- Part of the read model of the reports: worked time by project and task, without a task where the entries have none.
CREATE TABLE project_totals (
    organization_id uuid   NOT NULL,
    project_id      uuid   NOT NULL,
    task_id         uuid,
    seconds         bigint NOT NULL
);

CREATE UNIQUE INDEX project_totals_by_project ON project_totals (project_id, coalesce(task_id, project_id));
CREATE INDEX project_totals_by_task ON project_totals (task_id);

-- Whoever is deleted takes along what has no meaning without it.
CREATE FUNCTION delete_with_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE project_members
    SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE project_id = NEW.id AND deleted_at IS NULL;
    UPDATE rates
    SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE project_id = NEW.id AND deleted_at IS NULL;
    RETURN NEW;
END
$$;

CREATE FUNCTION delete_with_project_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rates
    SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE project_id = NEW.project_id AND member_id = NEW.member_id AND deleted_at IS NULL;
    RETURN NEW;
END
$$;

CREATE FUNCTION delete_with_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rates
    SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE task_id = NEW.id AND deleted_at IS NULL;
    RETURN NEW;
END
$$;

CREATE FUNCTION delete_with_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE project_members
    SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE member_id = NEW.id AND deleted_at IS NULL;
    UPDATE rates
    SET deleted_at = change_stamp(updated_at), version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE member_id = NEW.id AND deleted_at IS NULL;
    RETURN NEW;
END
$$;

-- Before, because foreign keys are looked at by the first triggers after it.
CREATE TRIGGER members_delete_along BEFORE UPDATE ON members FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) EXECUTE FUNCTION delete_with_member();
CREATE TRIGGER projects_delete_along BEFORE UPDATE ON projects FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) EXECUTE FUNCTION delete_with_project();
CREATE TRIGGER project_members_delete_along BEFORE UPDATE ON project_members FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) EXECUTE FUNCTION delete_with_project_member();
CREATE TRIGGER tasks_delete_along BEFORE UPDATE ON tasks FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) EXECUTE FUNCTION delete_with_task();

CREATE TRIGGER clients_version BEFORE UPDATE ON clients
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();
CREATE TRIGGER projects_version BEFORE UPDATE ON projects
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();
CREATE TRIGGER project_members_version BEFORE UPDATE ON project_members
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();
CREATE TRIGGER tasks_version BEFORE UPDATE ON tasks
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();
CREATE TRIGGER tags_version BEFORE UPDATE ON tags
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();
CREATE TRIGGER rates_version BEFORE UPDATE ON rates
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();

-- Inserting here sets what an hour of a subject is sold for, unless that is so already: the first rate of a subject is valid always,
-- a later one from the day `valid_from` on.
CREATE VIEW rate_settings AS
SELECT id, organization_id, scope, member_id, project_id, amount, valid_from, valid_from_at, changed_by, request_id, traceparent
FROM rates WHERE kind = 'billable' AND task_id IS NULL;

CREATE FUNCTION set_rate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_subject text    := coalesce(NEW.member_id::text, '') || '/' || coalesce(NEW.project_id::text, '') || '/';
    stamp       bigint  := change_stamp(NULL);
    is_first    boolean := NOT EXISTS (
        SELECT FROM rates r
        WHERE r.organization_id = NEW.organization_id AND r.kind = 'billable' AND r.subject = its_subject
            AND r.deleted_at IS NULL
    );
BEGIN
    INSERT INTO rates (id, organization_id, kind, scope, member_id, project_id, amount, valid_from, valid_from_at, version,
        changed_by, request_id, traceparent, created_at, updated_at)
    SELECT NEW.id, NEW.organization_id, 'billable', NEW.scope, NEW.member_id, NEW.project_id, NEW.amount,
        CASE WHEN NOT is_first THEN NEW.valid_from END, CASE WHEN is_first THEN 0 ELSE NEW.valid_from_at END, 1,
        NEW.changed_by, NEW.request_id, NEW.traceparent, stamp, stamp
    WHERE NEW.amount IS DISTINCT FROM (
        SELECT r.amount FROM rates r
        WHERE r.organization_id = NEW.organization_id AND r.kind = 'billable' AND r.subject = its_subject
            AND r.deleted_at IS NULL AND r.valid_from_at <= stamp
        ORDER BY r.valid_from_at DESC LIMIT 1
    )
    ON CONFLICT (organization_id, kind, subject, valid_from_at) WHERE deleted_at IS NULL DO UPDATE SET
        amount = excluded.amount, version = rates.version + 1, changed_by = excluded.changed_by,
        request_id = excluded.request_id, traceparent = excluded.traceparent, updated_at = change_stamp(rates.updated_at);
    RETURN NEW;
END
$$;

CREATE TRIGGER rate_settings_insert INSTEAD OF INSERT ON rate_settings FOR EACH ROW EXECUTE FUNCTION set_rate();

-- Rendered from the list in the crate `kronos_storage`, module `events`.
CREATE TRIGGER clients_append_created AFTER INSERT ON clients FOR EACH ROW
    EXECUTE FUNCTION append_event('client', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER clients_append_deleted AFTER UPDATE ON clients FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('client', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER clients_append_updated AFTER UPDATE ON clients FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('client', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER projects_append_created AFTER INSERT ON projects FOR EACH ROW
    EXECUTE FUNCTION append_event('project', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER projects_append_deleted AFTER UPDATE ON projects FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('project', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER projects_append_updated AFTER UPDATE ON projects FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('project', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER project_members_append_created AFTER INSERT ON project_members FOR EACH ROW
    EXECUTE FUNCTION append_event('project_member', 'created', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER project_members_append_deleted AFTER UPDATE ON project_members FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('project_member', 'deleted', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER project_members_append_updated AFTER UPDATE ON project_members FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('project_member', 'updated', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tasks_append_created AFTER INSERT ON tasks FOR EACH ROW
    EXECUTE FUNCTION append_event('task', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tasks_append_deleted AFTER UPDATE ON tasks FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('task', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tasks_append_updated AFTER UPDATE ON tasks FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('task', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tags_append_created AFTER INSERT ON tags FOR EACH ROW
    EXECUTE FUNCTION append_event('tag', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tags_append_deleted AFTER UPDATE ON tags FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('tag', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tags_append_updated AFTER UPDATE ON tags FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('tag', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER rates_append_created AFTER INSERT ON rates FOR EACH ROW
    EXECUTE FUNCTION append_event('rate', 'created', 'id', 'organization_id', 'subject', 'valid_from_at', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER rates_append_deleted AFTER UPDATE ON rates FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('rate', 'deleted', 'id', 'organization_id', 'subject', 'valid_from_at', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER rates_append_updated AFTER UPDATE ON rates FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('rate', 'updated', 'id', 'organization_id', 'subject', 'valid_from_at', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');
