-- Members without a user, pages whose work is bounded, and stamps that a synchronising client can go by.

-- What was recorded for somebody who never signs in belongs to a placeholder. Whoever left keeps their entries and acts no more.
ALTER TABLE members ALTER COLUMN user_id DROP NOT NULL;
ALTER TABLE members ADD COLUMN deactivated_at bigint;
ALTER TABLE members DROP CONSTRAINT members_role_known;
ALTER TABLE members ADD CONSTRAINT members_role_known CHECK (role IN ('owner', 'admin', 'manager', 'employee', 'placeholder'));
ALTER TABLE members ADD CONSTRAINT members_placeholder_has_no_user CHECK ((role = 'placeholder') = (user_id IS NULL));

-- Who may act. Every statement finds its caller here and nowhere else.
CREATE VIEW callers AS
SELECT id AS member_id, organization_id, user_id, role FROM members WHERE user_id IS NOT NULL AND deactivated_at IS NULL;

-- In lower case, by one rule for both engines, and NULL where it equals the description. Of entries that were recorded before
-- there was this column, it is what the locale of this database makes of them.
ALTER TABLE time_entries ADD COLUMN folded_description text;
ALTER TABLE time_entries DISABLE TRIGGER USER;
UPDATE time_entries SET folded_description = lower(description) WHERE lower(description) <> description;
ALTER TABLE time_entries ENABLE TRIGGER USER;

-- What a search compares with is told to nobody. Rendered from the list in the crate `kronos_storage`, module `events`.
DROP TRIGGER time_entries_append_started ON time_entries;
DROP TRIGGER time_entries_append_created ON time_entries;
DROP TRIGGER time_entries_append_deleted ON time_entries;
DROP TRIGGER time_entries_append_stopped ON time_entries;
DROP TRIGGER time_entries_append_updated ON time_entries;

CREATE TRIGGER time_entries_append_started AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NEW.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'started', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_created AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'created', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_deleted AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'deleted', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_stopped AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NEW.end_at IS NOT NULL AND OLD.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'stopped', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_updated AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.end_at IS NOT NULL AND OLD.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'updated', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

-- user_id is the member's id where the member is a placeholder: clients of solidtime need one.
ALTER TABLE members ADD CONSTRAINT members_id_organization_id_key UNIQUE (id, organization_id);
ALTER TABLE time_entries DROP CONSTRAINT time_entries_member_fkey;
ALTER TABLE time_entries ADD CONSTRAINT time_entries_member_fkey FOREIGN KEY (member_id, organization_id)
    REFERENCES members (id, organization_id);
ALTER TABLE members DROP CONSTRAINT members_id_organization_id_user_id_key;

-- Pages of what changed are in this order, so the id is part of it.
DROP INDEX time_entries_by_change;
CREATE INDEX time_entries_by_change ON time_entries (organization_id, updated_at, id);

-- The stamp of a change: the database's clock, and never behind the stamp before. The transaction gets its id before the clock is
-- read; so who sees no id yet, has read the clock earlier (see sync_horizon).
CREATE FUNCTION change_stamp(previous bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN greatest(previous + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
END
$$;

-- Whatever snapshots taken from now on do not show, has a stamp of this or later: the clock or, if it is earlier, the start of the
-- oldest transaction that has begun to write. statement_timestamp() is read before the transactions are looked at. The owner of
-- this function has to be allowed to see when transactions of others began (pg_read_all_stats, unless all are its own); where it
-- is not, the answer is the epoch, which loses nothing.
CREATE FUNCTION sync_horizon() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
RETURN (
    SELECT (extract(epoch FROM least(
        statement_timestamp(), min(coalesce(activity.xact_start, timestamptz '1970-01-01 00:00:00+00'))
    )) * 1000000)::bigint
    FROM pg_stat_activity activity
    WHERE activity.datname = current_database() AND activity.backend_xid IS NOT NULL
        AND activity.backend_type IS DISTINCT FROM 'autovacuum worker'
);
