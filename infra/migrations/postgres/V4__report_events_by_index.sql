-- Applying events costs what the batch costs, however many events there are: the newest event is looked up in the primary key,
-- where `EXISTS` read the whole outbox, and each event is checked once.
CREATE OR REPLACE FUNCTION apply_report_events(batch_size bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    position consumers%ROWTYPE;
    target   consumers%ROWTYPE;
    now_at   bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    taken    bigint;
BEGIN
    SELECT * INTO STRICT position FROM consumers WHERE name = 'reports' FOR UPDATE;

    IF (SELECT xid FROM outbox ORDER BY xid DESC, seq DESC LIMIT 1) >= pg_snapshot_xmax(pg_current_snapshot()) THEN
        PERFORM rebase_outbox();
        SELECT * INTO STRICT position FROM consumers WHERE name = 'reports';
    END IF;

    -- Everything below reads one range, so that what is applied is what is acknowledged.
    SELECT count(*), (array_agg(xid ORDER BY xid DESC, seq DESC))[1], (array_agg(seq ORDER BY xid DESC, seq DESC))[1]
    INTO taken, target.xid, target.seq
    FROM (
        SELECT xid, seq FROM outbox
        WHERE (xid, seq) > (position.xid, position.seq) AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY xid, seq LIMIT batch_size
    ) batch;
    IF taken = 0 THEN
        RETURN 0;
    END IF;

    WITH batch AS MATERIALIZED (
        SELECT seq, id, organization_id, subject, subject_version, data, error FROM report_events
        WHERE (xid, seq) > (position.xid, position.seq) AND (xid, seq) <= (target.xid, target.seq)
    ), dead AS (
        INSERT INTO dead_letters (consumer, seq, event_id, error, failed_at)
        SELECT 'reports', seq, id, error, now_at FROM batch WHERE error IS NOT NULL
        ON CONFLICT (consumer, seq) DO NOTHING
    )
    INSERT INTO report_entries (entry_id, organization_id, member_id, project_id, start_at, end_at, seconds, rate, cost, currency,
        billable, deleted, version)
    SELECT subject, organization_id, member_id, project_id, start_at, end_at, seconds, rate,
        (seconds * coalesce(rate, 0) + 1800) / 3600, currency, billable, deleted, subject_version
    FROM (
        -- Each event carries the full state, so of several events of an entry the last one counts. Which is last, its version
        -- says: a transaction that waited for another one's row lock may bear the lower id.
        SELECT DISTINCT ON (subject) subject, organization_id, subject_version,
            (data->>'member_id')::uuid AS member_id,
            (data->>'project_id')::uuid AS project_id,
            (data->>'start')::bigint AS start_at,
            (data->>'end')::bigint AS end_at,
            coalesce(((data->>'end')::bigint - (data->>'start')::bigint) / 1000000, 0) AS seconds,
            CASE WHEN (data->>'billable')::boolean THEN (data->>'billable_rate')::bigint END AS rate,
            data->>'currency' AS currency,
            (data->>'billable')::boolean AS billable,
            data->>'deleted_at' IS NOT NULL AS deleted
        FROM batch
        WHERE error IS NULL
        ORDER BY subject, subject_version DESC
    ) state
    ON CONFLICT (entry_id) DO UPDATE SET
        organization_id = excluded.organization_id, member_id = excluded.member_id, project_id = excluded.project_id,
        start_at = excluded.start_at, end_at = excluded.end_at, seconds = excluded.seconds, rate = excluded.rate,
        cost = excluded.cost, currency = excluded.currency, billable = excluded.billable, deleted = excluded.deleted,
        version = excluded.version
    WHERE report_entries.version < excluded.version;

    UPDATE consumers SET xid = target.xid, seq = target.seq, updated_at = now_at WHERE name = 'reports';
    RETURN taken;
END
$$;
