-- The audit trail says what each thing began with, as changes from nothing, so that it can be replayed; and it is read by time.

DROP INDEX audit_trail_by_organization;
CREATE INDEX audit_trail_by_time ON audit_trail (organization_id, occurred_at, position);
CREATE INDEX audit_trail_by_subject ON audit_trail (subject, occurred_at, position);

-- What was created before: the event has it where it is still kept.
UPDATE audit_trail SET changes = coalesce((
    SELECT jsonb_object_agg(began.key, jsonb_build_array(NULL, began.value)) FROM jsonb_each(outbox.data) began
), '{}')
FROM outbox
WHERE outbox.position = audit_trail.position AND changes IS NULL AND action NOT LIKE '%.deleted';

-- As before, but for what is said of creations.
CREATE OR REPLACE FUNCTION assign_positions() RETURNS bigint LANGUAGE plpgsql
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
                CASE WHEN topic NOT LIKE '%.deleted' THEN coalesce((
                    SELECT jsonb_object_agg(changed.key, jsonb_build_array(previous -> changed.key, changed.value))
                    FROM jsonb_each(CASE jsonb_typeof(data) WHEN 'object' THEN data ELSE '{}' END) changed
                    WHERE changed.value IS DISTINCT FROM coalesce(previous -> changed.key, 'null')
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
