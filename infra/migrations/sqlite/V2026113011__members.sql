-- Organizations with their settings, members, invitations by link, and teams. Each has a version, events and an audit trail; so have
-- users. Instants are microseconds since the epoch, UTC.

-- What names are compared and searched by, of those that were given since; of earlier ones it is what the database makes of them.
ALTER TABLE organizations ADD COLUMN name_key TEXT;
ALTER TABLE organizations ADD COLUMN week_start TEXT NOT NULL DEFAULT 'monday'
    CONSTRAINT organizations_week_start_known CHECK (week_start IN
        ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'));
ALTER TABLE organizations ADD COLUMN number_format TEXT NOT NULL DEFAULT 'comma-point';
ALTER TABLE organizations ADD COLUMN currency_format TEXT NOT NULL DEFAULT 'iso-code-after-with-space';
ALTER TABLE organizations ADD COLUMN date_format TEXT NOT NULL DEFAULT 'hyphen-separated-yyyy-mm-dd';
ALTER TABLE organizations ADD COLUMN interval_format TEXT NOT NULL DEFAULT 'hours-minutes';
ALTER TABLE organizations ADD COLUMN time_format TEXT NOT NULL DEFAULT '24-hours';
ALTER TABLE organizations ADD COLUMN is_personal INTEGER NOT NULL DEFAULT 0 CHECK (is_personal IN (0, 1));
ALTER TABLE organizations ADD COLUMN billable_default INTEGER NOT NULL DEFAULT 0 CHECK (billable_default IN (0, 1));
ALTER TABLE organizations ADD COLUMN overlap_policy TEXT NOT NULL DEFAULT 'allow'
    CONSTRAINT organizations_overlap_policy_known CHECK (overlap_policy IN ('allow', 'warn', 'forbid'));
ALTER TABLE organizations ADD COLUMN employees_can_see_billable_rates INTEGER NOT NULL DEFAULT 0
    CHECK (employees_can_see_billable_rates IN (0, 1));
ALTER TABLE organizations ADD COLUMN employees_can_manage_tasks INTEGER NOT NULL DEFAULT 0
    CHECK (employees_can_manage_tasks IN (0, 1));
ALTER TABLE organizations ADD COLUMN breaks_enabled INTEGER NOT NULL DEFAULT 1 CHECK (breaks_enabled IN (0, 1));
ALTER TABLE organizations ADD COLUMN request_digest TEXT;
ALTER TABLE organizations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE organizations ADD COLUMN changed_by TEXT;
ALTER TABLE organizations ADD COLUMN request_id TEXT;
ALTER TABLE organizations ADD COLUMN traceparent TEXT;
ALTER TABLE organizations ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN deleted_at INTEGER
    CONSTRAINT organizations_name_length CHECK (length(name) BETWEEN 1 AND 255);
-- Its events are its own.
ALTER TABLE organizations ADD COLUMN organization_id TEXT GENERATED ALWAYS AS (id) VIRTUAL;

UPDATE organizations SET updated_at = created_at;

CREATE TRIGGER organizations_version BEFORE UPDATE ON organizations WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- What is NULL is as in the organization.
ALTER TABLE users ADD COLUMN name_key TEXT;
ALTER TABLE users ADD COLUMN week_start TEXT NOT NULL DEFAULT 'monday'
    CONSTRAINT users_week_start_known CHECK (week_start IN
        ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'));
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT 'en' CONSTRAINT users_language_known CHECK (language IN ('en', 'fr'));
ALTER TABLE users ADD COLUMN number_format TEXT;
ALTER TABLE users ADD COLUMN currency_format TEXT;
ALTER TABLE users ADD COLUMN date_format TEXT;
ALTER TABLE users ADD COLUMN interval_format TEXT;
ALTER TABLE users ADD COLUMN time_format TEXT;
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN changed_by TEXT;
ALTER TABLE users ADD COLUMN request_id TEXT;
ALTER TABLE users ADD COLUMN traceparent TEXT;
ALTER TABLE users ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0
    CONSTRAINT users_name_length CHECK (length(name) BETWEEN 1 AND 255);

UPDATE users SET updated_at = created_at;

CREATE TRIGGER users_version BEFORE UPDATE ON users WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- A placeholder has the name and the address itself, where a person has them from their user.
ALTER TABLE members ADD COLUMN name TEXT CONSTRAINT members_name_length CHECK (length(name) BETWEEN 1 AND 255);
ALTER TABLE members ADD COLUMN name_key TEXT;
ALTER TABLE members ADD COLUMN email TEXT
    CONSTRAINT members_person_is_reached_by_their_user CHECK (user_id IS NULL OR email IS NULL);
ALTER TABLE members ADD COLUMN request_digest TEXT;
ALTER TABLE members ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE members ADD COLUMN changed_by TEXT;
ALTER TABLE members ADD COLUMN request_id TEXT;
ALTER TABLE members ADD COLUMN traceparent TEXT;
ALTER TABLE members ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
UPDATE members SET updated_at = created_at, name = CASE WHEN user_id IS NULL THEN 'Placeholder' END;
ALTER TABLE members ADD COLUMN deleted_at INTEGER
    CONSTRAINT members_tombstone_has_no_user CHECK (deleted_at IS NULL OR user_id IS NULL)
    CONSTRAINT members_placeholder_has_name CHECK ((user_id IS NULL) = (name IS NOT NULL));

CREATE TRIGGER members_version BEFORE UPDATE ON members WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- Members as they are shown. user_id is the member's id where the member is a placeholder: clients of solidtime need one.
CREATE VIEW member_profiles AS
SELECT m.id, m.organization_id, coalesce(m.user_id, m.id) AS user_id, coalesce(u.name, m.name) AS name,
    coalesce(u.name_key, m.name_key, lower(coalesce(u.name, m.name))) AS name_key, coalesce(u.email, m.email, '') AS email, m.role,
    m.user_id IS NULL AS is_placeholder, m.deactivated_at, m.request_digest, m.changed_by, m.version, m.created_at, m.updated_at, m.deleted_at
FROM members m LEFT JOIN users u ON u.id = m.user_id;

-- Organizations as they are shown.
CREATE VIEW organization_profiles AS
SELECT id, name, coalesce(name_key, lower(name)) AS name_key, currency, time_zone, week_start, number_format, currency_format,
    date_format, interval_format, time_format, is_personal, billable_default, overlap_policy, employees_can_see_billable_rates,
    employees_can_manage_tasks, breaks_enabled, request_digest, changed_by, version, created_at, updated_at
FROM organizations WHERE deleted_at IS NULL;

-- Somebody has to be able to do everything.
CREATE TRIGGER members_keep_an_owner BEFORE UPDATE ON members
WHEN OLD.role = 'owner' AND OLD.deactivated_at IS NULL AND (NEW.role <> 'owner' OR NEW.deactivated_at IS NOT NULL)
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: organization_keeps_an_owner')
    WHERE NOT EXISTS (
        SELECT 1 FROM members t
        WHERE t.organization_id = OLD.organization_id AND t.id <> OLD.id AND t.role = 'owner' AND t.deactivated_at IS NULL
    );
END;

-- Whoever recorded time stays, if only as a placeholder.
CREATE TRIGGER members_keep_history BEFORE UPDATE ON members WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: members_keep_history')
    WHERE EXISTS (SELECT 1 FROM time_entries WHERE member_id = NEW.id AND deleted_at IS NULL);
END;

CREATE TABLE invitations (
    id              TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    -- In lower case. Whether a user has it is told to nobody.
    email           TEXT    NOT NULL,
    role            TEXT    NOT NULL,
    -- The placeholder that the person takes over.
    member_id       TEXT,
    -- SHA-256 of the secret in the link.
    token_hash      TEXT    NOT NULL,
    expires_at      INTEGER NOT NULL,
    accepted_at     INTEGER,
    accepted_by     TEXT,
    request_digest  TEXT,
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    request_id      TEXT,
    traceparent     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    -- When it was revoked.
    deleted_at      INTEGER,
    CONSTRAINT invitations_token_hash_key UNIQUE (token_hash),
    CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT invitations_member_fkey FOREIGN KEY (member_id, organization_id) REFERENCES members (id, organization_id),
    CONSTRAINT invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES users (id),
    CONSTRAINT invitations_role_known CHECK (role IN ('owner', 'admin', 'manager', 'employee', 'accountant')),
    CONSTRAINT invitations_email_length CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT invitations_accepted_by_somebody CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
) STRICT;

-- Open ones.
CREATE UNIQUE INDEX invitations_one_open_per_email ON invitations (organization_id, email)
    WHERE accepted_at IS NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX invitations_one_open_per_member ON invitations (member_id) WHERE accepted_at IS NULL AND deleted_at IS NULL;
CREATE INDEX invitations_by_organization ON invitations (organization_id);

CREATE TRIGGER invitations_version BEFORE UPDATE ON invitations WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- Nobody would stop the timer of somebody who can't act any more, and nobody can become who is not there any more.
CREATE TRIGGER members_finish AFTER UPDATE ON members
WHEN (OLD.deactivated_at IS NULL AND NEW.deactivated_at IS NOT NULL) OR (OLD.user_id IS NOT NULL AND NEW.user_id IS NULL)
    OR (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
BEGIN
    UPDATE time_entries SET end_at = max(start_at, NEW.updated_at / 1000000 * 1000000), version = version + 1,
        changed_by = NEW.changed_by, request_id = NEW.request_id, traceparent = NEW.traceparent,
        updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE member_id = NEW.id AND end_at IS NULL AND deleted_at IS NULL;
    UPDATE invitations SET deleted_at = NEW.updated_at, version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE NEW.deleted_at IS NOT NULL AND member_id = NEW.id AND accepted_at IS NULL AND deleted_at IS NULL;
END;

-- Whoever takes over a placeholder is behind its entries from then on.
CREATE TRIGGER members_take_over AFTER UPDATE ON members WHEN OLD.user_id IS NULL AND NEW.user_id IS NOT NULL
BEGIN
    UPDATE time_entries SET user_id = NEW.user_id, version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE member_id = NEW.id AND deleted_at IS NULL AND user_id <> NEW.user_id;
END;

-- A member is shown with the name and the address of their user, so it changes with them.
CREATE TRIGGER users_change_memberships AFTER UPDATE ON users WHEN OLD.name <> NEW.name OR OLD.email <> NEW.email
BEGIN
    UPDATE members SET version = version + 1, changed_by = NEW.changed_by, request_id = NEW.request_id,
        traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE user_id = NEW.id;
END;

CREATE TABLE teams (
    id              TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    -- What names are compared by.
    name_key        TEXT    NOT NULL,
    request_digest  TEXT,
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    request_id      TEXT,
    traceparent     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    CONSTRAINT teams_id_organization_id_key UNIQUE (id, organization_id),
    CONSTRAINT teams_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT teams_name_length CHECK (length(name) BETWEEN 1 AND 255)
) STRICT;

CREATE UNIQUE INDEX teams_one_of_a_name ON teams (organization_id, name_key) WHERE deleted_at IS NULL;

CREATE TRIGGER teams_version BEFORE UPDATE ON teams WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- Who is in a team, and who leads it.
CREATE TABLE team_members (
    id              TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    team_id         TEXT    NOT NULL,
    member_id       TEXT    NOT NULL,
    is_lead         INTEGER NOT NULL CHECK (is_lead IN (0, 1)),
    version         INTEGER NOT NULL DEFAULT 1,
    changed_by      TEXT    NOT NULL,
    request_id      TEXT,
    traceparent     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    CONSTRAINT team_members_team_fkey FOREIGN KEY (team_id, organization_id) REFERENCES teams (id, organization_id),
    CONSTRAINT team_members_member_fkey FOREIGN KEY (member_id, organization_id) REFERENCES members (id, organization_id)
) STRICT;

CREATE UNIQUE INDEX team_members_once_per_team ON team_members (team_id, member_id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_by_member ON team_members (member_id) WHERE deleted_at IS NULL;

CREATE TRIGGER team_members_version BEFORE UPDATE ON team_members WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'CHECK constraint failed: version_grows_by_one');
END;

-- A team is shown with its members, so it changes with them.
CREATE TRIGGER team_members_change_team_on_insert AFTER INSERT ON team_members
BEGIN
    UPDATE teams SET version = version + 1, changed_by = NEW.changed_by, request_id = NEW.request_id,
        traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE id = NEW.team_id AND deleted_at IS NULL;
END;

CREATE TRIGGER team_members_change_team_on_update AFTER UPDATE ON team_members
BEGIN
    UPDATE teams SET version = version + 1, changed_by = NEW.changed_by, request_id = NEW.request_id,
        traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.updated_at)
    WHERE id = NEW.team_id AND deleted_at IS NULL;
END;

-- The first owner with the first organization, in one statement: INSERT INTO first_owner does nothing once there is a user.
DROP TRIGGER first_owner_insert;
CREATE TRIGGER first_owner_insert INSTEAD OF INSERT ON first_owner
WHEN NOT EXISTS (SELECT 1 FROM users)
BEGIN
    INSERT INTO users (id, email, name, time_zone, changed_by, created_at, updated_at)
    VALUES (NEW.user_id, NEW.email, NEW.name, NEW.time_zone, NEW.user_id, NEW.created_at, NEW.created_at);
    INSERT INTO organizations (id, name, currency, time_zone, changed_by, created_at, updated_at)
    VALUES (NEW.organization_id, NEW.organization_name, NEW.currency, NEW.time_zone, NEW.user_id, NEW.created_at, NEW.created_at);
    INSERT INTO members (id, organization_id, user_id, role, changed_by, created_at, updated_at)
    VALUES (NEW.member_id, NEW.organization_id, NEW.user_id, 'owner', NEW.user_id, NEW.created_at, NEW.created_at);
END;

-- Inserting here makes an organization and whoever founds it its owner, in one statement.
CREATE VIEW founded_organizations AS SELECT *, NULL AS member_id FROM organizations;

CREATE TRIGGER founded_organizations_insert INSTEAD OF INSERT ON founded_organizations
BEGIN
    INSERT INTO organizations (id, name, name_key, currency, time_zone, week_start, number_format, currency_format, date_format,
        interval_format, time_format, is_personal, billable_default, overlap_policy, employees_can_see_billable_rates,
        employees_can_manage_tasks, breaks_enabled, request_digest, changed_by, request_id, traceparent, created_at, updated_at)
    VALUES (NEW.id, NEW.name, NEW.name_key, NEW.currency, NEW.time_zone, NEW.week_start, NEW.number_format,
        NEW.currency_format, NEW.date_format, NEW.interval_format, NEW.time_format, NEW.is_personal, NEW.billable_default, NEW.overlap_policy,
        NEW.employees_can_see_billable_rates, NEW.employees_can_manage_tasks, NEW.breaks_enabled, NEW.request_digest,
        NEW.changed_by, NEW.request_id, NEW.traceparent, NEW.created_at, NEW.updated_at);
    INSERT INTO members (id, organization_id, user_id, role, changed_by, request_id, traceparent, created_at, updated_at)
    VALUES (NEW.member_id, NEW.id, NEW.changed_by, 'owner', NEW.changed_by, NEW.request_id, NEW.traceparent, NEW.created_at,
        NEW.updated_at);
END;

-- Inserting here spends an invitation and makes its user a member, a new one or the placeholder, in one statement.
CREATE VIEW invitation_acceptances AS
SELECT id AS invitation_id, organization_id, member_id, accepted_by AS user_id, role, 0 AS takes_over, request_id, traceparent,
    accepted_at
FROM invitations;

CREATE TRIGGER invitation_acceptances_insert INSTEAD OF INSERT ON invitation_acceptances
BEGIN
    UPDATE invitations SET accepted_at = NEW.accepted_at, accepted_by = NEW.user_id, version = version + 1,
        changed_by = NEW.user_id, request_id = NEW.request_id, traceparent = NEW.traceparent,
        updated_at = max(updated_at + 1, NEW.accepted_at)
    WHERE id = NEW.invitation_id;
    UPDATE members SET user_id = NEW.user_id, role = NEW.role, name = NULL, name_key = NULL, email = NULL, deactivated_at = NULL,
        version = version + 1, changed_by = NEW.user_id, request_id = NEW.request_id, traceparent = NEW.traceparent,
        updated_at = max(updated_at + 1, NEW.accepted_at)
    WHERE NEW.takes_over AND id = NEW.member_id;
    INSERT INTO members (id, organization_id, user_id, role, changed_by, request_id, traceparent, created_at, updated_at)
    SELECT NEW.member_id, NEW.organization_id, NEW.user_id, NEW.role, NEW.user_id, NEW.request_id, NEW.traceparent,
        NEW.accepted_at, NEW.accepted_at
    WHERE NOT NEW.takes_over;
END;

-- Inserting here gives all time of a placeholder to a person and removes the placeholder, in one statement.
CREATE VIEW member_merges AS
SELECT id AS placeholder_id, id AS member_id, user_id, changed_by, request_id, traceparent, updated_at AS merged_at FROM members;

CREATE TRIGGER member_merges_insert INSTEAD OF INSERT ON member_merges
BEGIN
    UPDATE time_entries SET member_id = NEW.member_id, user_id = NEW.user_id, version = version + 1,
        changed_by = NEW.changed_by, request_id = NEW.request_id, traceparent = NEW.traceparent,
        updated_at = max(updated_at + 1, NEW.merged_at)
    WHERE member_id = NEW.placeholder_id AND deleted_at IS NULL;
    UPDATE members SET deleted_at = NEW.merged_at, version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = max(updated_at + 1, NEW.merged_at)
    WHERE id = NEW.placeholder_id;
END;

-- Rendered from the list in the crate `kronos_storage`, module `events`.
CREATE TRIGGER organizations_append_event_on_insert AFTER INSERT ON organizations
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'organization', 'organization.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'currency', NEW.currency,
            'time_zone', NEW.time_zone,
            'week_start', NEW.week_start,
            'number_format', NEW.number_format,
            'currency_format', NEW.currency_format,
            'date_format', NEW.date_format,
            'interval_format', NEW.interval_format,
            'time_format', NEW.time_format,
            'is_personal', json(CASE NEW.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_default', json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'overlap_policy', NEW.overlap_policy,
            'employees_can_see_billable_rates', json(CASE NEW.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'employees_can_manage_tasks', json(CASE NEW.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'breaks_enabled', json(CASE NEW.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'currency', json(CASE WHEN NEW.currency IS NOT NULL THEN json_array(NULL, NEW.currency) END),
            'time_zone', json(CASE WHEN NEW.time_zone IS NOT NULL THEN json_array(NULL, NEW.time_zone) END),
            'week_start', json(CASE WHEN NEW.week_start IS NOT NULL THEN json_array(NULL, NEW.week_start) END),
            'number_format', json(CASE WHEN NEW.number_format IS NOT NULL THEN json_array(NULL, NEW.number_format) END),
            'currency_format', json(CASE WHEN NEW.currency_format IS NOT NULL THEN json_array(NULL, NEW.currency_format) END),
            'date_format', json(CASE WHEN NEW.date_format IS NOT NULL THEN json_array(NULL, NEW.date_format) END),
            'interval_format', json(CASE WHEN NEW.interval_format IS NOT NULL THEN json_array(NULL, NEW.interval_format) END),
            'time_format', json(CASE WHEN NEW.time_format IS NOT NULL THEN json_array(NULL, NEW.time_format) END),
            'is_personal', json(CASE WHEN NEW.is_personal IS NOT NULL THEN json_array(NULL, json(CASE NEW.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_default', json(CASE WHEN NEW.billable_default IS NOT NULL THEN json_array(NULL, json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'overlap_policy', json(CASE WHEN NEW.overlap_policy IS NOT NULL THEN json_array(NULL, NEW.overlap_policy) END),
            'employees_can_see_billable_rates', json(CASE WHEN NEW.employees_can_see_billable_rates IS NOT NULL THEN json_array(NULL, json(CASE NEW.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'employees_can_manage_tasks', json(CASE WHEN NEW.employees_can_manage_tasks IS NOT NULL THEN json_array(NULL, json(CASE NEW.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'breaks_enabled', json(CASE WHEN NEW.breaks_enabled IS NOT NULL THEN json_array(NULL, json(CASE NEW.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER organizations_append_event_on_update AFTER UPDATE ON organizations
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'organization', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'organization.deleted'
            ELSE 'organization.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'currency', NEW.currency,
            'time_zone', NEW.time_zone,
            'week_start', NEW.week_start,
            'number_format', NEW.number_format,
            'currency_format', NEW.currency_format,
            'date_format', NEW.date_format,
            'interval_format', NEW.interval_format,
            'time_format', NEW.time_format,
            'is_personal', json(CASE NEW.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_default', json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'overlap_policy', NEW.overlap_policy,
            'employees_can_see_billable_rates', json(CASE NEW.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'employees_can_manage_tasks', json(CASE NEW.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'breaks_enabled', json(CASE NEW.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'organization.deleted' THEN json_patch('{}', json_object(
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'currency', json(CASE WHEN OLD.currency IS NOT NEW.currency THEN json_array(OLD.currency, NEW.currency) END),
            'time_zone', json(CASE WHEN OLD.time_zone IS NOT NEW.time_zone THEN json_array(OLD.time_zone, NEW.time_zone) END),
            'week_start', json(CASE WHEN OLD.week_start IS NOT NEW.week_start THEN json_array(OLD.week_start, NEW.week_start) END),
            'number_format', json(CASE WHEN OLD.number_format IS NOT NEW.number_format THEN json_array(OLD.number_format, NEW.number_format) END),
            'currency_format', json(CASE WHEN OLD.currency_format IS NOT NEW.currency_format THEN json_array(OLD.currency_format, NEW.currency_format) END),
            'date_format', json(CASE WHEN OLD.date_format IS NOT NEW.date_format THEN json_array(OLD.date_format, NEW.date_format) END),
            'interval_format', json(CASE WHEN OLD.interval_format IS NOT NEW.interval_format THEN json_array(OLD.interval_format, NEW.interval_format) END),
            'time_format', json(CASE WHEN OLD.time_format IS NOT NEW.time_format THEN json_array(OLD.time_format, NEW.time_format) END),
            'is_personal', json(CASE WHEN OLD.is_personal IS NOT NEW.is_personal THEN json_array(json(CASE OLD.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_default', json(CASE WHEN OLD.billable_default IS NOT NEW.billable_default THEN json_array(json(CASE OLD.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'overlap_policy', json(CASE WHEN OLD.overlap_policy IS NOT NEW.overlap_policy THEN json_array(OLD.overlap_policy, NEW.overlap_policy) END),
            'employees_can_see_billable_rates', json(CASE WHEN OLD.employees_can_see_billable_rates IS NOT NEW.employees_can_see_billable_rates THEN json_array(json(CASE OLD.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'employees_can_manage_tasks', json(CASE WHEN OLD.employees_can_manage_tasks IS NOT NEW.employees_can_manage_tasks THEN json_array(json(CASE OLD.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'breaks_enabled', json(CASE WHEN OLD.breaks_enabled IS NOT NEW.breaks_enabled THEN json_array(json(CASE OLD.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER users_append_event_on_insert AFTER INSERT ON users
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NULL, 'user', 'user.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'email', NEW.email,
            'name', NEW.name,
            'time_zone', NEW.time_zone,
            'week_start', NEW.week_start,
            'language', NEW.language,
            'number_format', NEW.number_format,
            'currency_format', NEW.currency_format,
            'date_format', NEW.date_format,
            'interval_format', NEW.interval_format,
            'time_format', NEW.time_format,
            'created_at', NEW.created_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'email', json(CASE WHEN NEW.email IS NOT NULL THEN json_array(NULL, NEW.email) END),
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'time_zone', json(CASE WHEN NEW.time_zone IS NOT NULL THEN json_array(NULL, NEW.time_zone) END),
            'week_start', json(CASE WHEN NEW.week_start IS NOT NULL THEN json_array(NULL, NEW.week_start) END),
            'language', json(CASE WHEN NEW.language IS NOT NULL THEN json_array(NULL, NEW.language) END),
            'number_format', json(CASE WHEN NEW.number_format IS NOT NULL THEN json_array(NULL, NEW.number_format) END),
            'currency_format', json(CASE WHEN NEW.currency_format IS NOT NULL THEN json_array(NULL, NEW.currency_format) END),
            'date_format', json(CASE WHEN NEW.date_format IS NOT NULL THEN json_array(NULL, NEW.date_format) END),
            'interval_format', json(CASE WHEN NEW.interval_format IS NOT NULL THEN json_array(NULL, NEW.interval_format) END),
            'time_format', json(CASE WHEN NEW.time_format IS NOT NULL THEN json_array(NULL, NEW.time_format) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER users_append_event_on_update AFTER UPDATE ON users
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NULL, 'user', 'user.updated',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'email', NEW.email,
            'name', NEW.name,
            'time_zone', NEW.time_zone,
            'week_start', NEW.week_start,
            'language', NEW.language,
            'number_format', NEW.number_format,
            'currency_format', NEW.currency_format,
            'date_format', NEW.date_format,
            'interval_format', NEW.interval_format,
            'time_format', NEW.time_format,
            'created_at', NEW.created_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'user.deleted' THEN json_patch('{}', json_object(
            'email', json(CASE WHEN OLD.email IS NOT NEW.email THEN json_array(OLD.email, NEW.email) END),
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'time_zone', json(CASE WHEN OLD.time_zone IS NOT NEW.time_zone THEN json_array(OLD.time_zone, NEW.time_zone) END),
            'week_start', json(CASE WHEN OLD.week_start IS NOT NEW.week_start THEN json_array(OLD.week_start, NEW.week_start) END),
            'language', json(CASE WHEN OLD.language IS NOT NEW.language THEN json_array(OLD.language, NEW.language) END),
            'number_format', json(CASE WHEN OLD.number_format IS NOT NEW.number_format THEN json_array(OLD.number_format, NEW.number_format) END),
            'currency_format', json(CASE WHEN OLD.currency_format IS NOT NEW.currency_format THEN json_array(OLD.currency_format, NEW.currency_format) END),
            'date_format', json(CASE WHEN OLD.date_format IS NOT NEW.date_format THEN json_array(OLD.date_format, NEW.date_format) END),
            'interval_format', json(CASE WHEN OLD.interval_format IS NOT NEW.interval_format THEN json_array(OLD.interval_format, NEW.interval_format) END),
            'time_format', json(CASE WHEN OLD.time_format IS NOT NEW.time_format THEN json_array(OLD.time_format, NEW.time_format) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER members_append_event_on_insert AFTER INSERT ON members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'member', 'member.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'user_id', NEW.user_id,
            'role', NEW.role,
            'name', NEW.name,
            'email', NEW.email,
            'deactivated_at', NEW.deactivated_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'user_id', json(CASE WHEN NEW.user_id IS NOT NULL THEN json_array(NULL, NEW.user_id) END),
            'role', json(CASE WHEN NEW.role IS NOT NULL THEN json_array(NULL, NEW.role) END),
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'email', json(CASE WHEN NEW.email IS NOT NULL THEN json_array(NULL, NEW.email) END),
            'deactivated_at', json(CASE WHEN NEW.deactivated_at IS NOT NULL THEN json_array(NULL, NEW.deactivated_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER members_append_event_on_update AFTER UPDATE ON members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'member', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'member.deleted'
            ELSE 'member.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'user_id', NEW.user_id,
            'role', NEW.role,
            'name', NEW.name,
            'email', NEW.email,
            'deactivated_at', NEW.deactivated_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'member.deleted' THEN json_patch('{}', json_object(
            'user_id', json(CASE WHEN OLD.user_id IS NOT NEW.user_id THEN json_array(OLD.user_id, NEW.user_id) END),
            'role', json(CASE WHEN OLD.role IS NOT NEW.role THEN json_array(OLD.role, NEW.role) END),
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'email', json(CASE WHEN OLD.email IS NOT NEW.email THEN json_array(OLD.email, NEW.email) END),
            'deactivated_at', json(CASE WHEN OLD.deactivated_at IS NOT NEW.deactivated_at THEN json_array(OLD.deactivated_at, NEW.deactivated_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER invitations_append_event_on_insert AFTER INSERT ON invitations
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'invitation', 'invitation.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'email', NEW.email,
            'role', NEW.role,
            'member_id', NEW.member_id,
            'expires_at', NEW.expires_at,
            'accepted_at', NEW.accepted_at,
            'accepted_by', NEW.accepted_by,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'email', json(CASE WHEN NEW.email IS NOT NULL THEN json_array(NULL, NEW.email) END),
            'role', json(CASE WHEN NEW.role IS NOT NULL THEN json_array(NULL, NEW.role) END),
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'expires_at', json(CASE WHEN NEW.expires_at IS NOT NULL THEN json_array(NULL, NEW.expires_at) END),
            'accepted_at', json(CASE WHEN NEW.accepted_at IS NOT NULL THEN json_array(NULL, NEW.accepted_at) END),
            'accepted_by', json(CASE WHEN NEW.accepted_by IS NOT NULL THEN json_array(NULL, NEW.accepted_by) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER invitations_append_event_on_update AFTER UPDATE ON invitations
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'invitation', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'invitation.deleted'
            WHEN NEW.accepted_at IS NOT NULL AND OLD.accepted_at IS NULL THEN 'invitation.accepted'
            ELSE 'invitation.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'email', NEW.email,
            'role', NEW.role,
            'member_id', NEW.member_id,
            'expires_at', NEW.expires_at,
            'accepted_at', NEW.accepted_at,
            'accepted_by', NEW.accepted_by,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'invitation.deleted' THEN json_patch('{}', json_object(
            'email', json(CASE WHEN OLD.email IS NOT NEW.email THEN json_array(OLD.email, NEW.email) END),
            'role', json(CASE WHEN OLD.role IS NOT NEW.role THEN json_array(OLD.role, NEW.role) END),
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'expires_at', json(CASE WHEN OLD.expires_at IS NOT NEW.expires_at THEN json_array(OLD.expires_at, NEW.expires_at) END),
            'accepted_at', json(CASE WHEN OLD.accepted_at IS NOT NEW.accepted_at THEN json_array(OLD.accepted_at, NEW.accepted_at) END),
            'accepted_by', json(CASE WHEN OLD.accepted_by IS NOT NEW.accepted_by THEN json_array(OLD.accepted_by, NEW.accepted_by) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER teams_append_event_on_insert AFTER INSERT ON teams
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'team', 'team.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER teams_append_event_on_update AFTER UPDATE ON teams
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'team', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'team.deleted'
            ELSE 'team.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'team.deleted' THEN json_patch('{}', json_object(
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER team_members_append_event_on_insert AFTER INSERT ON team_members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'team_member', 'team_member.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'team_id', NEW.team_id,
            'member_id', NEW.member_id,
            'is_lead', json(CASE NEW.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'team_id', json(CASE WHEN NEW.team_id IS NOT NULL THEN json_array(NULL, NEW.team_id) END),
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'is_lead', json(CASE WHEN NEW.is_lead IS NOT NULL THEN json_array(NULL, json(CASE NEW.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER team_members_append_event_on_update AFTER UPDATE ON team_members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'team_member', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'team_member.deleted'
            ELSE 'team_member.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'team_id', NEW.team_id,
            'member_id', NEW.member_id,
            'is_lead', json(CASE NEW.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'team_member.deleted' THEN json_patch('{}', json_object(
            'team_id', json(CASE WHEN OLD.team_id IS NOT NEW.team_id THEN json_array(OLD.team_id, NEW.team_id) END),
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'is_lead', json(CASE WHEN OLD.is_lead IS NOT NEW.is_lead THEN json_array(json(CASE OLD.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;
