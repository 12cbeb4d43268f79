-- What an entry is for, what it costs, and where it comes from.

ALTER TABLE time_entries
    ADD COLUMN project_id uuid,
    ADD COLUMN task_id uuid,
    ADD COLUMN kind text NOT NULL DEFAULT 'work',
    -- An array of ids.
    ADD COLUMN tags jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN billable_rate_source text,
    ADD COLUMN cost_rate bigint,
    ADD COLUMN cost_rate_source text,
    ADD COLUMN external_id text,
    ADD COLUMN external_url text,
    -- NULL lifts the references below: what only tombstones refer to may be deleted.
    ADD COLUMN live boolean GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN true END) STORED,
    ADD CONSTRAINT time_entries_project_fkey FOREIGN KEY (project_id, organization_id, live)
        REFERENCES projects (id, organization_id, live),
    ADD CONSTRAINT time_entries_task_needs_project CHECK (task_id IS NULL OR project_id IS NOT NULL),
    ADD CONSTRAINT time_entries_kind_known CHECK (kind IN ('work', 'break')),
    ADD CONSTRAINT time_entries_break_not_billable CHECK (kind = 'work' OR NOT billable),
    ADD CONSTRAINT time_entries_cost_rate_range CHECK (cost_rate BETWEEN 0 AND 1000000000),
    ADD CONSTRAINT time_entries_external_id_length CHECK (char_length(external_id) BETWEEN 1 AND 500),
    ADD CONSTRAINT time_entries_external_url_length CHECK (char_length(external_url) BETWEEN 1 AND 2000);

-- The task of an entry is one of its project.
ALTER TABLE time_entries ADD CONSTRAINT time_entries_task_fkey FOREIGN KEY (task_id, project_id, live)
    REFERENCES tasks (id, project_id, live);

-- Rates were stated by hand before there were others.
ALTER TABLE time_entries DISABLE TRIGGER USER;
UPDATE time_entries SET billable_rate_source = 'manual' WHERE billable_rate IS NOT NULL;
ALTER TABLE time_entries ENABLE TRIGGER USER;
ALTER TABLE time_entries
    ADD CONSTRAINT time_entries_billable_rate_source CHECK ((billable_rate IS NULL) = (billable_rate_source IS NULL)),
    ADD CONSTRAINT time_entries_cost_rate_source CHECK ((cost_rate IS NULL) = (cost_rate_source IS NULL));

-- An entry of another system is imported once.
CREATE UNIQUE INDEX time_entries_external_id_key ON time_entries (organization_id, source, external_id)
    WHERE external_id IS NOT NULL AND deleted_at IS NULL;

CREATE INDEX time_entries_by_project ON time_entries (project_id, start_at, id) WHERE project_id IS NOT NULL;
CREATE INDEX time_entries_by_task ON time_entries (task_id, project_id, live) WHERE task_id IS NOT NULL;

-- The tags of live entries, one row each, made by triggers from the column `tags`: it holds that tags exist, and finds entries by them.
CREATE TABLE time_entry_tags (
    entry_id        uuid    NOT NULL,
    tag_id          uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    live            boolean NOT NULL DEFAULT true CHECK (live),
    CONSTRAINT time_entry_tags_pkey PRIMARY KEY (entry_id, tag_id),
    CONSTRAINT time_entry_tags_entry_fkey FOREIGN KEY (entry_id) REFERENCES time_entries (id),
    CONSTRAINT time_entry_tags_tag_fkey FOREIGN KEY (tag_id, organization_id, live) REFERENCES tags (id, organization_id, live)
);

CREATE INDEX time_entry_tags_by_tag ON time_entry_tags (tag_id, organization_id, live);

CREATE FUNCTION tag_time_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM time_entry_tags WHERE entry_id = NEW.id;
    END IF;
    IF NEW.deleted_at IS NULL THEN
        INSERT INTO time_entry_tags (entry_id, tag_id, organization_id)
        SELECT NEW.id, tag::uuid, NEW.organization_id FROM jsonb_array_elements_text(NEW.tags) tag;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER time_entries_tag_new AFTER INSERT ON time_entries FOR EACH ROW WHEN (NEW.tags <> '[]')
    EXECUTE FUNCTION tag_time_entry();
CREATE TRIGGER time_entries_tag_changed AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN ((NEW.tags <> '[]' OR OLD.tags <> '[]') AND (NEW.tags, NEW.live) IS DISTINCT FROM (OLD.tags, OLD.live))
    EXECUTE FUNCTION tag_time_entry();

-- Where an organization forbids it, no two entries of a member overlap. Intervals are half open; an entry without length overlaps
-- nothing. Writers of one member queue, so that each sees what the one before has written.
CREATE FUNCTION refuse_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM organizations WHERE id = NEW.organization_id AND overlap_policy = 'forbid') THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.member_id::text, 0));
    IF EXISTS (
        -- What begins within the entry; what began before it and is not longer than can be recorded; what ran for longer.
        SELECT FROM time_entries e
        WHERE e.member_id = NEW.member_id AND e.id <> NEW.id AND e.deleted_at IS NULL
            AND e.start_at < coalesce(NEW.end_at, 9223372036854775807) AND e.start_at >= NEW.start_at
            AND (e.end_at IS NULL OR e.end_at > e.start_at)
    ) OR EXISTS (
        SELECT FROM time_entries e
        WHERE e.member_id = NEW.member_id AND e.id <> NEW.id AND e.deleted_at IS NULL
            AND e.start_at < NEW.start_at AND e.start_at >= NEW.start_at - 31622400000000
            AND (e.end_at IS NULL OR e.end_at > NEW.start_at)
    ) OR EXISTS (
        SELECT FROM time_entries e
        WHERE e.member_id = NEW.member_id AND e.id <> NEW.id AND e.deleted_at IS NULL
            AND e.start_at < NEW.start_at - 31622400000000
            AND (e.end_at IS NULL OR (e.end_at - e.start_at > 31622400000000 AND e.end_at > NEW.start_at))
    ) THEN
        RAISE EXCEPTION 'the entry overlaps another one' USING ERRCODE = 'check_violation', CONSTRAINT = 'time_entries_no_overlap';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER time_entries_no_overlap_of_new AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NEW.deleted_at IS NULL AND NEW.end_at IS DISTINCT FROM NEW.start_at)
    EXECUTE FUNCTION refuse_overlap();
-- What only gets shorter overlaps nothing new, so a timer can always be stopped.
CREATE TRIGGER time_entries_no_overlap_of_changed AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NEW.deleted_at IS NULL AND NEW.end_at IS DISTINCT FROM NEW.start_at
        AND ((NEW.start_at, NEW.member_id, NEW.live) IS DISTINCT FROM (OLD.start_at, OLD.member_id, OLD.live)
            OR coalesce(NEW.end_at, 9223372036854775807) > coalesce(OLD.end_at, 9223372036854775807)))
    EXECUTE FUNCTION refuse_overlap();

CREATE INDEX time_entries_longest ON time_entries (member_id, end_at) WHERE end_at - start_at > 31622400000000 AND deleted_at IS NULL;

-- Rendered from the list in the crate `kronos_storage`, module `events`.
DROP TRIGGER time_entries_append_started ON time_entries;
DROP TRIGGER time_entries_append_created ON time_entries;
DROP TRIGGER time_entries_append_deleted ON time_entries;
DROP TRIGGER time_entries_append_stopped ON time_entries;
DROP TRIGGER time_entries_append_updated ON time_entries;

CREATE TRIGGER time_entries_append_started AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NEW.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'started', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_created AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'created', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_deleted AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'deleted', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_restored AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL)
    EXECUTE FUNCTION append_event('time_entry', 'restored', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_stopped AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL) AND NEW.end_at IS NOT NULL AND OLD.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'stopped', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_updated AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL) AND NOT (NEW.end_at IS NOT NULL AND OLD.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'updated', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');
