-- The outbox, second version: one table for the events of all aggregates, with a position that readers go by; the audit trail, which
-- is never trimmed; consumers that no event can block.

DROP TRIGGER time_entries_append_event ON time_entries;
DROP FUNCTION append_time_entry_event();
DROP FUNCTION apply_report_events(bigint);
DROP FUNCTION rebase_outbox();
DROP VIEW report_events;
DROP TABLE dead_letters;
DROP TABLE consumers;
DROP TABLE outbox;

-- Which request made the change, and the trace that it belongs to: copied to the event, told to nobody.
ALTER TABLE time_entries ADD COLUMN request_id text, ADD COLUMN traceparent text;

-- Events that have no position yet. A transaction draws `seq` long before it commits, so whoever went by it would miss the events of
-- slower transactions. For one subject `seq` is the order of the versions: whoever writes a version has waited for the lock of the
-- row, so the version before it is committed and has drawn its `seq`.
CREATE TABLE outbox_pending (
    seq             bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    organization_id uuid,
    aggregate       text   NOT NULL,
    topic           text   NOT NULL,
    subject         uuid   NOT NULL,
    version         bigint NOT NULL,
    actor           uuid,
    traceparent     text,
    request_id      text,
    occurred_at     bigint NOT NULL,
    data            jsonb  NOT NULL,
    -- The row before the change, for the audit trail; none for creations and deletions.
    previous        jsonb,
    CONSTRAINT outbox_pending_pkey PRIMARY KEY (seq)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 1000);

-- Positions have no gaps, whatever was rolled back, and for one subject follow the versions. The id of an event is
-- `subject/version`. That no version comes twice is the work of the aggregate's own table: an assigner that a unique index refused
-- would hold up all events.
CREATE TABLE outbox (
    position        bigint NOT NULL,
    organization_id uuid,
    aggregate       text   NOT NULL,
    topic           text   NOT NULL,
    subject         uuid   NOT NULL,
    version         bigint NOT NULL,
    actor           uuid,
    traceparent     text,
    request_id      text,
    -- When the change was requested, and when the event got its position; the latter never goes back.
    occurred_at     bigint NOT NULL,
    recorded_at     bigint NOT NULL,
    -- The public columns that are not NULL and that have no column of their own here.
    data            jsonb  NOT NULL,
    CONSTRAINT outbox_pkey PRIMARY KEY (position)
) PARTITION BY RANGE (position);

CREATE INDEX outbox_by_organization ON outbox (organization_id, position);
CREATE INDEX outbox_by_subject ON outbox (subject, version);

-- One row. Partition n holds the positions from n * 262144 on: a boundary that is known before the partition is filled needs no scan
-- and no lock that stops readers.
CREATE TABLE outbox_state (
    is_only      boolean NOT NULL DEFAULT true,
    -- The last position that was given.
    position     bigint  NOT NULL DEFAULT 0,
    recorded_at  bigint  NOT NULL DEFAULT 0,
    -- How many partitions have been made, dropped ones included.
    partitions   bigint  NOT NULL DEFAULT 0,
    -- Whatever was drawn up to `settled` has been moved. So is what was drawn up to `drawn`, once no transaction up to `drawn_by`
    -- is in progress. Without it every look into `outbox_pending` would step over the rows that were moved since the last vacuum.
    settled      bigint  NOT NULL DEFAULT 0,
    drawn        bigint,
    drawn_by     xid8,
    trimmed_at   bigint  NOT NULL DEFAULT 0,
    CONSTRAINT outbox_state_pkey PRIMARY KEY (is_only),
    CONSTRAINT outbox_state_one_row CHECK (is_only)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Entries of before have no event: position 1 stands for them all, so that whoever follows the changes from the first on is told to list
-- the entries.
INSERT INTO outbox_state (position) SELECT EXISTS (SELECT FROM time_entries)::integer;

-- Who did what, for as long as the organization exists.
CREATE TABLE audit_trail (
    -- That of the event.
    position        bigint NOT NULL,
    occurred_at     bigint NOT NULL,
    organization_id uuid,
    actor           uuid,
    -- The topic of the event.
    action          text   NOT NULL,
    aggregate       text   NOT NULL,
    subject         uuid   NOT NULL,
    version         bigint NOT NULL,
    request_id      text,
    -- The public columns that changed: {"name": [before, after]}. None for creations and deletions.
    changes         jsonb,
    CONSTRAINT audit_trail_pkey PRIMARY KEY (position)
);

CREATE INDEX audit_trail_by_organization ON audit_trail (organization_id, position);

-- All events, those without a position included.
CREATE VIEW recorded_events AS
SELECT position, organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at, data
FROM outbox
UNION ALL
SELECT NULL, organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
    jsonb_strip_nulls(data)
FROM outbox_pending;

-- For every table with events. Arguments: aggregate, verb, and the columns that are no part of the data. The table has the columns
-- id, version, changed_by and updated_at, and may have organization_id, traceparent and request_id.
CREATE FUNCTION append_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    state    jsonb := to_jsonb(NEW);
    previous jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_ARGV[1] <> 'deleted' THEN
        previous := to_jsonb(OLD);
    END IF;
    INSERT INTO outbox_pending (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        data, previous)
    VALUES (
        (state->>'organization_id')::uuid, TG_ARGV[0], TG_ARGV[0] || '.' || TG_ARGV[1], NEW.id, NEW.version, NEW.changed_by,
        state->>'traceparent', state->>'request_id', NEW.updated_at, state - TG_ARGV[2:], previous
    );
    RETURN NULL;
END
$$;

-- Rendered from the list in the crate `kronos_storage`, module `events`.
CREATE TRIGGER time_entries_append_started AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NEW.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'started', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent');

CREATE TRIGGER time_entries_append_created AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'created', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent');

CREATE TRIGGER time_entries_append_deleted AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'deleted', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent');

CREATE TRIGGER time_entries_append_stopped AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NEW.end_at IS NOT NULL AND OLD.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'stopped', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent');

CREATE TRIGGER time_entries_append_updated AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.end_at IS NOT NULL AND OLD.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'updated', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent');

CREATE FUNCTION make_outbox_partition(number bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Unlike `PARTITION OF`, this stops neither readers nor writers.
    EXECUTE format('CREATE TABLE outbox_%s (LIKE outbox INCLUDING ALL)', number);
    EXECUTE format('ALTER TABLE outbox ATTACH PARTITION outbox_%s FOR VALUES FROM (%s) TO (%s)', number, number * 262144,
        (number + 1) * 262144);
END
$$;

-- Gives each event that is committed its position, and returns the last one. Whoever reads the outbox calls it before, in a
-- statement of its own: a statement does not see what functions that it calls have written.
CREATE FUNCTION assign_positions() RETURNS bigint LANGUAGE plpgsql
-- The tables look small to the planner whenever they were looked at after a vacuum, and are full of dead rows in between.
SET enable_seqscan = off
AS $$
DECLARE
    -- Bounds memory, and what the last partition has to have room for.
    most     CONSTANT bigint := 10000;
    state    outbox_state%ROWTYPE;
    is_idle  boolean;
    is_early boolean;
    newest   bigint;
    settling bigint;
    taken    bigint;
    now_at   bigint;
BEGIN
    SELECT s.position, (SELECT seq FROM outbox_pending WHERE seq > s.settled ORDER BY seq LIMIT 1) IS NULL
    INTO STRICT newest, is_idle FROM outbox_state s;
    IF is_idle THEN
        RETURN newest;
    END IF;

    -- The key is "outbox" in ASCII. What was committed before the lock was got, is seen by the statements after it.
    PERFORM pg_advisory_xact_lock(122550254464888);
    SELECT * INTO STRICT state FROM outbox_state;

    IF state.drawn_by < pg_snapshot_xmin(pg_current_snapshot()) THEN
        settling := state.drawn;
    END IF;
    IF state.drawn_by >= pg_snapshot_xmax(pg_current_snapshot()) THEN
        -- The database was restored into a younger cluster.
        state.drawn_by := NULL;
    END IF;
    -- Whoever drew a lower number than the newest one had a transaction id by then, so this transaction gets a higher one, unless it
    -- has one already.
    SELECT max(seq) INTO newest FROM outbox_pending WHERE seq > state.settled;
    is_early := pg_current_xact_id_if_assigned() IS NULL AND newest IS NOT NULL;

    LOOP
        WHILE state.partitions * 262144 <= state.position + most LOOP
            PERFORM make_outbox_partition(state.partitions);
            state.partitions := state.partitions + 1;
        END LOOP;
        now_at := greatest(state.recorded_at, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);

        WITH moved AS (
            DELETE FROM outbox_pending p
            USING (SELECT seq FROM outbox_pending WHERE seq > state.settled ORDER BY seq LIMIT most) next
            WHERE p.seq = next.seq
            RETURNING p.*
        ), placed AS MATERIALIZED (
            SELECT state.position + row_number() OVER (ORDER BY seq) AS place, moved.* FROM moved
        ), audited AS (
            INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
                changes)
            SELECT place, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
                CASE WHEN previous IS NOT NULL THEN coalesce((
                    SELECT jsonb_object_agg(changed.key, jsonb_build_array(previous -> changed.key, changed.value))
                    FROM jsonb_each(data) changed WHERE changed.value IS DISTINCT FROM previous -> changed.key
                ), '{}') END
            FROM placed
        ), appended AS (
            INSERT INTO outbox (position, organization_id, aggregate, topic, subject, version, actor, traceparent, request_id,
                occurred_at, recorded_at, data)
            SELECT place, organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at, now_at,
                jsonb_strip_nulls(data)
            FROM placed
        )
        SELECT count(*) INTO taken FROM placed;

        state.position := state.position + taken;
        IF taken > 0 THEN
            state.recorded_at := now_at;
        END IF;
        EXIT WHEN taken < most;
    END LOOP;

    IF settling IS NOT NULL THEN
        state.settled := settling;
        state.drawn_by := NULL;
    END IF;
    IF state.drawn_by IS NULL AND is_early THEN
        state.drawn := newest;
        state.drawn_by := pg_current_xact_id();
    END IF;
    UPDATE outbox_state SET position = state.position, recorded_at = state.recorded_at, partitions = state.partitions,
        settled = state.settled, drawn = state.drawn, drawn_by = state.drawn_by;
    RETURN state.position;
END
$$;

SELECT make_outbox_partition(0);
UPDATE outbox_state SET partitions = 1;

-- How far a consumer has read the outbox.
CREATE TABLE consumers (
    name         text   NOT NULL,
    position     bigint NOT NULL DEFAULT 0,
    -- How often the next events have been tried without success, what went wrong the last time, and when a try was last counted.
    attempts     bigint NOT NULL DEFAULT 0,
    error        text,
    attempted_at bigint NOT NULL DEFAULT 0,
    -- Up to here events are taken one by one: one of them makes a batch fail.
    narrow_until bigint NOT NULL DEFAULT 0,
    updated_at   bigint NOT NULL DEFAULT 0,
    CONSTRAINT consumers_pkey PRIMARY KEY (name)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

INSERT INTO consumers (name, position) SELECT 'reports', position FROM outbox_state;

-- Events that a consumer could not understand or apply.
CREATE TABLE dead_letters (
    consumer  text   NOT NULL REFERENCES consumers (name),
    position  bigint NOT NULL,
    event_id  text   NOT NULL,
    error     text   NOT NULL,
    attempts  bigint NOT NULL,
    failed_at bigint NOT NULL,
    CONSTRAINT dead_letters_pkey PRIMARY KEY (consumer, position)
);

-- Drops events that are older than the retention and that every consumer has read: whole partitions, and of the partition that is
-- being filled up to 1000 rows. Returns whether there may be more to drop at once.
CREATE FUNCTION trim_outbox(retention bigint, now_at bigint) RETURNS boolean LANGUAGE plpgsql
-- Who drops a partition waits for its readers, and everybody else for who drops it.
SET lock_timeout = '100ms'
AS $$
DECLARE
    state  outbox_state%ROWTYPE;
    bound  bigint;
    part   bigint;
    is_old boolean;
    taken  bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(122550254464888);
    SELECT * INTO STRICT state FROM outbox_state;
    -- The last event stays: it says what the last recorded_at was.
    SELECT least(min(c.position), state.position - 1) INTO bound FROM consumers c;

    -- Ascending, so that what remains has no gap.
    FOR part IN
        SELECT substring(c.relname FROM '[0-9]+$')::bigint FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'outbox'::regclass ORDER BY 1
    LOOP
        EXIT WHEN (part + 1) * 262144 - 1 > bound;
        SELECT recorded_at < now_at - retention INTO is_old FROM outbox WHERE position = (part + 1) * 262144 - 1;
        EXIT WHEN NOT is_old;
        EXECUTE format('DROP TABLE outbox_%s', part);
    END LOOP;

    IF part = state.position / 262144 THEN
        DELETE FROM outbox WHERE position IN (
            SELECT position FROM outbox
            WHERE position >= part * 262144 AND position <= bound AND recorded_at < now_at - retention
            ORDER BY position LIMIT 1000
        );
        GET DIAGNOSTICS taken = ROW_COUNT;
    END IF;
    IF taken < 1000 THEN
        UPDATE outbox_state SET trimmed_at = now_at;
    END IF;
    RETURN taken = 1000;
END
$$;

-- The events that the reports are made of; `error` says what is wrong with one, and is NULL for a good one.
CREATE VIEW report_events AS
SELECT position, organization_id, subject, version, data,
    CASE
        WHEN data->>'member_id' IS NULL OR data->>'member_id' !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            THEN 'member_id is not an id'
        WHEN data->>'project_id' !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN 'project_id is not an id'
        WHEN data->>'start_at' IS NULL OR data->>'start_at' !~ '^[0-9]{1,16}$' THEN 'start_at is not an instant'
        WHEN (data->>'start_at')::bigint > 7258118399000000 THEN 'start_at is not an instant'
        WHEN data->>'end_at' !~ '^[0-9]{1,16}$' THEN 'end_at is not an instant'
        WHEN (data->>'end_at')::bigint > 7258118399000000 THEN 'end_at is not an instant'
        WHEN (data->>'end_at')::bigint < (data->>'start_at')::bigint THEN 'end_at is before start_at'
        WHEN coalesce(jsonb_typeof(data->'billable'), '') <> 'boolean' THEN 'billable is not a boolean'
        WHEN data->>'billable_rate' !~ '^[0-9]{1,10}$' THEN 'billable_rate is not a rate'
        WHEN (data->>'billable_rate')::bigint > 1000000000 THEN 'billable_rate is not a rate'
        WHEN coalesce(jsonb_typeof(data->'currency'), '') <> 'string' THEN 'currency is not a text'
        WHEN organization_id IS NULL THEN 'the event has no organization'
    END AS error
FROM outbox
WHERE aggregate = 'time_entry';

-- Applies the next events to the read model and moves the consumer on, both or neither. Callers that run at once queue for the
-- consumer's row.
CREATE FUNCTION apply_report_events(batch_size bigint) RETURNS bigint LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
    now_at bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    newest bigint := assign_positions();
    done   bigint;
    target bigint;
BEGIN
    SELECT position INTO STRICT done FROM consumers WHERE name = 'reports' FOR UPDATE;
    -- Everything below reads one range, so that what is applied is what is acknowledged.
    target := least(done + batch_size, newest);
    IF target <= done THEN
        RETURN 0;
    END IF;

    WITH batch AS MATERIALIZED (
        SELECT position, organization_id, subject, version, data, error FROM report_events
        WHERE position > done AND position <= target
    ), dead AS (
        INSERT INTO dead_letters (consumer, position, event_id, error, attempts, failed_at)
        SELECT 'reports', position, subject || '/' || version, error, 1, now_at FROM batch WHERE error IS NOT NULL
        ON CONFLICT (consumer, position) DO NOTHING
    )
    INSERT INTO report_entries (entry_id, organization_id, member_id, project_id, start_at, end_at, seconds, rate, cost, currency,
        billable, deleted, version)
    SELECT subject, organization_id, member_id, project_id, start_at, end_at, seconds, rate,
        (seconds * coalesce(rate, 0) + 1800) / 3600, currency, billable, deleted, version
    FROM (
        -- Each event carries the full state, so of several events of an entry the last one counts.
        SELECT DISTINCT ON (subject) subject, organization_id, version,
            (data->>'member_id')::uuid AS member_id,
            (data->>'project_id')::uuid AS project_id,
            (data->>'start_at')::bigint AS start_at,
            (data->>'end_at')::bigint AS end_at,
            coalesce(((data->>'end_at')::bigint - (data->>'start_at')::bigint) / 1000000, 0) AS seconds,
            CASE WHEN (data->>'billable')::boolean THEN (data->>'billable_rate')::bigint END AS rate,
            data->>'currency' AS currency,
            (data->>'billable')::boolean AS billable,
            data->>'deleted_at' IS NOT NULL AS deleted
        FROM batch
        WHERE error IS NULL
        ORDER BY subject, version DESC
    ) state
    ON CONFLICT (entry_id) DO UPDATE SET
        organization_id = excluded.organization_id, member_id = excluded.member_id, project_id = excluded.project_id,
        start_at = excluded.start_at, end_at = excluded.end_at, seconds = excluded.seconds, rate = excluded.rate,
        cost = excluded.cost, currency = excluded.currency, billable = excluded.billable, deleted = excluded.deleted,
        version = excluded.version
    WHERE report_entries.version < excluded.version;

    UPDATE consumers SET position = target, attempts = 0, error = NULL, updated_at = now_at WHERE name = 'reports';
    RETURN target - done;
END
$$;

-- The old outbox may have held events that nobody had applied.
DELETE FROM report_entries;
INSERT INTO report_entries (entry_id, organization_id, member_id, start_at, end_at, seconds, rate, cost, currency, billable, deleted,
    version)
SELECT id, organization_id, member_id, start_at, end_at, seconds, rate, (seconds * coalesce(rate, 0) + 1800) / 3600, currency,
    billable, deleted_at IS NOT NULL, version
FROM (
    SELECT *, coalesce((end_at - start_at) / 1000000, 0) AS seconds, CASE WHEN billable THEN billable_rate END AS rate
    FROM time_entries
) entry;
