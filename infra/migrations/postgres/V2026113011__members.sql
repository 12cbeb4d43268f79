-- Organizations with their settings, members, invitations by link, and teams. Each has a version, events and an audit trail; so have
-- users. Instants are microseconds since the epoch, UTC.

-- What names are compared and searched by, of those that were given since; of earlier ones it is what the database makes of them.
ALTER TABLE organizations
    ADD COLUMN name_key text,
    ADD COLUMN week_start text NOT NULL DEFAULT 'monday',
    ADD COLUMN number_format text NOT NULL DEFAULT 'comma-point',
    ADD COLUMN currency_format text NOT NULL DEFAULT 'iso-code-after-with-space',
    ADD COLUMN date_format text NOT NULL DEFAULT 'hyphen-separated-yyyy-mm-dd',
    ADD COLUMN interval_format text NOT NULL DEFAULT 'hours-minutes',
    ADD COLUMN time_format text NOT NULL DEFAULT '24-hours',
    ADD COLUMN is_personal boolean NOT NULL DEFAULT false,
    ADD COLUMN billable_default boolean NOT NULL DEFAULT false,
    ADD COLUMN overlap_policy text NOT NULL DEFAULT 'allow',
    ADD COLUMN employees_can_see_billable_rates boolean NOT NULL DEFAULT false,
    ADD COLUMN employees_can_manage_tasks boolean NOT NULL DEFAULT false,
    ADD COLUMN breaks_enabled boolean NOT NULL DEFAULT true,
    ADD COLUMN request_digest text,
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN changed_by uuid,
    ADD COLUMN request_id text,
    ADD COLUMN traceparent text,
    ADD COLUMN updated_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN deleted_at bigint,
    -- Its events are its own.
    ADD COLUMN organization_id uuid NOT NULL GENERATED ALWAYS AS (id) STORED,
    ADD CONSTRAINT organizations_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
    ADD CONSTRAINT organizations_week_start_known CHECK (week_start IN
        ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')),
    ADD CONSTRAINT organizations_overlap_policy_known CHECK (overlap_policy IN ('allow', 'warn', 'forbid'));

UPDATE organizations SET updated_at = created_at;

CREATE TRIGGER organizations_version BEFORE UPDATE ON organizations
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();

-- What is NULL is as in the organization.
ALTER TABLE users
    ADD COLUMN name_key text,
    ADD COLUMN week_start text NOT NULL DEFAULT 'monday',
    ADD COLUMN language text NOT NULL DEFAULT 'en',
    ADD COLUMN number_format text,
    ADD COLUMN currency_format text,
    ADD COLUMN date_format text,
    ADD COLUMN interval_format text,
    ADD COLUMN time_format text,
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN changed_by uuid,
    ADD COLUMN request_id text,
    ADD COLUMN traceparent text,
    ADD COLUMN updated_at bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT users_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
    ADD CONSTRAINT users_week_start_known CHECK (week_start IN
        ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')),
    ADD CONSTRAINT users_language_known CHECK (language IN ('en', 'fr'));

UPDATE users SET updated_at = created_at;

CREATE TRIGGER users_version BEFORE UPDATE ON users
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();

-- A placeholder has the name and the address itself, where a person has them from their user.
ALTER TABLE members
    ADD COLUMN name text,
    ADD COLUMN name_key text,
    ADD COLUMN email text,
    ADD COLUMN request_digest text,
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN changed_by uuid,
    ADD COLUMN request_id text,
    ADD COLUMN traceparent text,
    ADD COLUMN updated_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN deleted_at bigint;

UPDATE members SET updated_at = created_at, name = CASE WHEN user_id IS NULL THEN 'Placeholder' END;

ALTER TABLE members
    ADD CONSTRAINT members_placeholder_has_name CHECK ((user_id IS NULL) = (name IS NOT NULL)),
    ADD CONSTRAINT members_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
    ADD CONSTRAINT members_person_is_reached_by_their_user CHECK (user_id IS NULL OR email IS NULL),
    ADD CONSTRAINT members_tombstone_has_no_user CHECK (deleted_at IS NULL OR user_id IS NULL);

CREATE TRIGGER members_version BEFORE UPDATE ON members
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();

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

-- Somebody has to be able to do everything. The row of the organization is what owners who leave at once queue for: each then sees
-- whether the others have left.
CREATE FUNCTION keep_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM organizations WHERE id = OLD.organization_id FOR NO KEY UPDATE;
    IF NOT EXISTS (
        SELECT FROM members t
        WHERE t.organization_id = OLD.organization_id AND t.id <> OLD.id AND t.role = 'owner' AND t.deactivated_at IS NULL
    ) THEN
        RAISE EXCEPTION 'the last owner stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_keeps_an_owner';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER members_keep_an_owner BEFORE UPDATE ON members
    FOR EACH ROW
    WHEN (OLD.role = 'owner' AND OLD.deactivated_at IS NULL AND (NEW.role <> 'owner' OR NEW.deactivated_at IS NOT NULL))
    EXECUTE FUNCTION keep_an_owner();

-- Whoever recorded time stays, if only as a placeholder. The statement that deletes has looked before it got the lock of the row.
CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM time_entries WHERE member_id = NEW.id AND deleted_at IS NULL) THEN
        RAISE EXCEPTION 'a member with time entries stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'members_keep_history';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER members_keep_history BEFORE UPDATE ON members
    FOR EACH ROW WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION keep_history();

-- Nobody would stop the timer of somebody who can't act any more, and nobody can become who is not there any more.
CREATE FUNCTION finish_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE time_entries SET end_at = greatest(start_at, NEW.updated_at / 1000000 * 1000000), version = version + 1,
        changed_by = NEW.changed_by, request_id = NEW.request_id, traceparent = NEW.traceparent,
        updated_at = change_stamp(updated_at)
    WHERE member_id = NEW.id AND end_at IS NULL AND deleted_at IS NULL;
    IF NEW.deleted_at IS NOT NULL THEN
        UPDATE invitations SET deleted_at = NEW.updated_at, version = version + 1, changed_by = NEW.changed_by,
            request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = greatest(updated_at + 1, NEW.updated_at)
        WHERE member_id = NEW.id AND accepted_at IS NULL AND deleted_at IS NULL;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER members_finish AFTER UPDATE ON members
    FOR EACH ROW
    WHEN ((OLD.deactivated_at IS NULL AND NEW.deactivated_at IS NOT NULL) OR (OLD.user_id IS NOT NULL AND NEW.user_id IS NULL)
        OR (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL))
    EXECUTE FUNCTION finish_membership();

-- Whoever takes over a placeholder is behind its entries from then on.
CREATE FUNCTION take_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE time_entries SET user_id = NEW.user_id, version = version + 1, changed_by = NEW.changed_by,
        request_id = NEW.request_id, traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE member_id = NEW.id AND deleted_at IS NULL AND user_id <> NEW.user_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER members_take_over AFTER UPDATE ON members
    FOR EACH ROW WHEN (OLD.user_id IS NULL AND NEW.user_id IS NOT NULL) EXECUTE FUNCTION take_over();

-- A member is shown with the name and the address of their user, so it changes with them.
CREATE FUNCTION change_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members SET version = version + 1, changed_by = NEW.changed_by, request_id = NEW.request_id,
        traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE user_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_change_memberships AFTER UPDATE ON users
    FOR EACH ROW WHEN (OLD.name <> NEW.name OR OLD.email <> NEW.email) EXECUTE FUNCTION change_memberships();

CREATE TABLE invitations (
    id              uuid   NOT NULL,
    organization_id uuid   NOT NULL,
    -- In lower case. Whether a user has it is told to nobody.
    email           text   NOT NULL,
    role            text   NOT NULL,
    -- The placeholder that the person takes over.
    member_id       uuid,
    -- SHA-256 of the secret in the link.
    token_hash      text   NOT NULL,
    expires_at      bigint NOT NULL,
    accepted_at     bigint,
    accepted_by     uuid,
    request_digest  text,
    version         bigint NOT NULL DEFAULT 1,
    changed_by      uuid   NOT NULL,
    request_id      text,
    traceparent     text,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    -- When it was revoked.
    deleted_at      bigint,
    CONSTRAINT invitations_pkey PRIMARY KEY (id),
    CONSTRAINT invitations_token_hash_key UNIQUE (token_hash),
    CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT invitations_member_fkey FOREIGN KEY (member_id, organization_id) REFERENCES members (id, organization_id),
    CONSTRAINT invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES users (id),
    CONSTRAINT invitations_role_known CHECK (role IN ('owner', 'admin', 'manager', 'employee', 'accountant')),
    CONSTRAINT invitations_email_length CHECK (char_length(email) BETWEEN 3 AND 254),
    CONSTRAINT invitations_accepted_by_somebody CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
);

-- Open ones.
CREATE UNIQUE INDEX invitations_one_open_per_email ON invitations (organization_id, email)
    WHERE accepted_at IS NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX invitations_one_open_per_member ON invitations (member_id) WHERE accepted_at IS NULL AND deleted_at IS NULL;
CREATE INDEX invitations_by_organization ON invitations (organization_id);

CREATE TRIGGER invitations_version BEFORE UPDATE ON invitations
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();

CREATE TABLE teams (
    id              uuid   NOT NULL,
    organization_id uuid   NOT NULL,
    name            text   NOT NULL,
    -- What names are compared by.
    name_key        text   NOT NULL,
    request_digest  text,
    version         bigint NOT NULL DEFAULT 1,
    changed_by      uuid   NOT NULL,
    request_id      text,
    traceparent     text,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    deleted_at      bigint,
    CONSTRAINT teams_pkey PRIMARY KEY (id),
    CONSTRAINT teams_id_organization_id_key UNIQUE (id, organization_id),
    CONSTRAINT teams_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT teams_name_length CHECK (char_length(name) BETWEEN 1 AND 255)
);

CREATE UNIQUE INDEX teams_one_of_a_name ON teams (organization_id, name_key) WHERE deleted_at IS NULL;

CREATE TRIGGER teams_version BEFORE UPDATE ON teams
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();

-- Who is in a team, and who leads it.
CREATE TABLE team_members (
    id              uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    team_id         uuid    NOT NULL,
    member_id       uuid    NOT NULL,
    is_lead         boolean NOT NULL,
    version         bigint  NOT NULL DEFAULT 1,
    changed_by      uuid    NOT NULL,
    request_id      text,
    traceparent     text,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    deleted_at      bigint,
    CONSTRAINT team_members_pkey PRIMARY KEY (id),
    CONSTRAINT team_members_team_fkey FOREIGN KEY (team_id, organization_id) REFERENCES teams (id, organization_id),
    CONSTRAINT team_members_member_fkey FOREIGN KEY (member_id, organization_id) REFERENCES members (id, organization_id)
);

CREATE UNIQUE INDEX team_members_once_per_team ON team_members (team_id, member_id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_by_member ON team_members (member_id) WHERE deleted_at IS NULL;

CREATE TRIGGER team_members_version BEFORE UPDATE ON team_members
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();

-- A team is shown with its members, so it changes with them.
CREATE FUNCTION change_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE teams SET version = version + 1, changed_by = NEW.changed_by, request_id = NEW.request_id,
        traceparent = NEW.traceparent, updated_at = change_stamp(updated_at)
    WHERE id = NEW.team_id AND deleted_at IS NULL;
    RETURN NULL;
END
$$;

CREATE TRIGGER team_members_change_team AFTER INSERT OR UPDATE ON team_members FOR EACH ROW EXECUTE FUNCTION change_team();

-- Rendered from the list in the crate `kronos_storage`, module `events`.
CREATE TRIGGER organizations_append_created AFTER INSERT ON organizations FOR EACH ROW
    EXECUTE FUNCTION append_event('organization', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER organizations_append_deleted AFTER UPDATE ON organizations FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('organization', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER organizations_append_updated AFTER UPDATE ON organizations FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('organization', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER users_append_created AFTER INSERT ON users FOR EACH ROW
    EXECUTE FUNCTION append_event('user', 'created', 'id', 'name_key', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER users_append_updated AFTER UPDATE ON users FOR EACH ROW
    EXECUTE FUNCTION append_event('user', 'updated', 'id', 'name_key', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER members_append_created AFTER INSERT ON members FOR EACH ROW
    EXECUTE FUNCTION append_event('member', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER members_append_deleted AFTER UPDATE ON members FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('member', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER members_append_updated AFTER UPDATE ON members FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('member', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER invitations_append_created AFTER INSERT ON invitations FOR EACH ROW
    EXECUTE FUNCTION append_event('invitation', 'created', 'id', 'organization_id', 'token_hash', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER invitations_append_deleted AFTER UPDATE ON invitations FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('invitation', 'deleted', 'id', 'organization_id', 'token_hash', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER invitations_append_accepted AFTER UPDATE ON invitations FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NEW.accepted_at IS NOT NULL AND OLD.accepted_at IS NULL)
    EXECUTE FUNCTION append_event('invitation', 'accepted', 'id', 'organization_id', 'token_hash', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER invitations_append_updated AFTER UPDATE ON invitations FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.accepted_at IS NOT NULL AND OLD.accepted_at IS NULL))
    EXECUTE FUNCTION append_event('invitation', 'updated', 'id', 'organization_id', 'token_hash', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER teams_append_created AFTER INSERT ON teams FOR EACH ROW
    EXECUTE FUNCTION append_event('team', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER teams_append_deleted AFTER UPDATE ON teams FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('team', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER teams_append_updated AFTER UPDATE ON teams FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('team', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER team_members_append_created AFTER INSERT ON team_members FOR EACH ROW
    EXECUTE FUNCTION append_event('team_member', 'created', 'id', 'organization_id', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER team_members_append_deleted AFTER UPDATE ON team_members FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('team_member', 'deleted', 'id', 'organization_id', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER team_members_append_updated AFTER UPDATE ON team_members FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('team_member', 'updated', 'id', 'organization_id', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');
