-- The read model of the reports, and how events get into it.

-- How far a consumer has read the outbox.
CREATE TABLE consumers (
    name       text   NOT NULL,
    xid        xid8   NOT NULL DEFAULT '0',
    seq        bigint NOT NULL DEFAULT 0,
    updated_at bigint NOT NULL DEFAULT 0,
    CONSTRAINT consumers_pkey PRIMARY KEY (name)
);

INSERT INTO consumers (name) VALUES ('reports');

-- Events that a consumer could not understand. They stay in the outbox, where they can be looked at.
CREATE TABLE dead_letters (
    consumer  text   NOT NULL REFERENCES consumers (name),
    seq       bigint NOT NULL,
    event_id  text   NOT NULL,
    error     text   NOT NULL,
    failed_at bigint NOT NULL,
    CONSTRAINT dead_letters_pkey PRIMARY KEY (consumer, seq)
);

-- One row per time entry, tombstones included: the version keeps an older event from undoing a newer one.
CREATE TABLE report_entries (
    entry_id        uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    member_id       uuid    NOT NULL,
    project_id      uuid,
    start_at        bigint  NOT NULL,
    end_at          bigint,
    -- Worked time, 0 while the timer runs.
    seconds         bigint  NOT NULL,
    -- Minor units per hour; none when nobody pays.
    rate            bigint,
    -- seconds * rate / 3600, rounded half up: the rule of the domain's `money` module.
    cost            bigint  NOT NULL,
    currency        text    NOT NULL,
    billable        boolean NOT NULL,
    deleted         boolean NOT NULL,
    version         bigint  NOT NULL,
    CONSTRAINT report_entries_pkey PRIMARY KEY (entry_id)
);

CREATE INDEX report_entries_by_start ON report_entries (organization_id, start_at)
    INCLUDE (end_at, seconds, rate, cost, member_id, project_id) WHERE end_at IS NOT NULL AND NOT deleted;
-- The few entries over 24 hours, which a report that splits days at midnight cannot find near the day by their start.
CREATE INDEX report_entries_long ON report_entries (organization_id, end_at) WHERE seconds > 86400 AND NOT deleted;

-- The events that the reports are made of; `error` says what is wrong with one, and is NULL for a good one.
CREATE VIEW report_events AS
SELECT xid, seq, id, organization_id, subject, subject_version, data,
    CASE
        WHEN data->>'member_id' IS NULL OR data->>'member_id' !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            THEN 'member_id is not an id'
        WHEN data->>'project_id' !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN 'project_id is not an id'
        WHEN data->>'start' IS NULL OR data->>'start' !~ '^[0-9]{1,16}$' THEN 'start is not an instant'
        WHEN (data->>'start')::bigint > 7258118399000000 THEN 'start is not an instant'
        WHEN data->>'end' !~ '^[0-9]{1,16}$' THEN 'end is not an instant'
        WHEN (data->>'end')::bigint > 7258118399000000 THEN 'end is not an instant'
        WHEN (data->>'end')::bigint < (data->>'start')::bigint THEN 'end is before start'
        WHEN coalesce(jsonb_typeof(data->'billable'), '') <> 'boolean' THEN 'billable is not a boolean'
        WHEN data->>'billable_rate' !~ '^[0-9]{1,10}$' THEN 'billable_rate is not a rate'
        WHEN (data->>'billable_rate')::bigint > 1000000000 THEN 'billable_rate is not a rate'
        WHEN coalesce(jsonb_typeof(data->'currency'), '') <> 'string' THEN 'currency is not a text'
    END AS error
FROM outbox
WHERE type LIKE 'time\_entry.%';

-- A dump that was restored into a younger cluster holds transaction ids of the future, which no reader may pass. Only their order
-- matters: all become one transaction of the past, in the order of seq, and each consumer goes back to the first event that it may
-- not have seen.
CREATE FUNCTION rebase_outbox() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    restored bigint;
BEGIN
    SELECT max(seq) INTO restored FROM outbox WHERE xid >= pg_snapshot_xmax(pg_current_snapshot());
    UPDATE consumers SET xid = '1', seq = coalesce(
        (SELECT min(o.seq) - 1 FROM outbox o WHERE (o.xid, o.seq) > (consumers.xid, consumers.seq) OR o.seq > restored),
        restored
    );
    UPDATE outbox SET xid = '1';
END
$$;

-- Applies the next events to the read model and moves the consumer on, both or neither. Callers that run at once queue for the
-- consumer's row.
CREATE FUNCTION apply_report_events(batch_size bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    position consumers%ROWTYPE;
    target   consumers%ROWTYPE;
    now_at   bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    taken    bigint;
BEGIN
    SELECT * INTO STRICT position FROM consumers WHERE name = 'reports' FOR UPDATE;

    IF EXISTS (SELECT FROM outbox WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())) THEN
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

    INSERT INTO dead_letters (consumer, seq, event_id, error, failed_at)
    SELECT 'reports', seq, id, error, now_at FROM report_events
    WHERE (xid, seq) > (position.xid, position.seq) AND (xid, seq) <= (target.xid, target.seq) AND error IS NOT NULL
    ON CONFLICT (consumer, seq) DO NOTHING;

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
        FROM report_events
        WHERE (xid, seq) > (position.xid, position.seq) AND (xid, seq) <= (target.xid, target.seq) AND error IS NULL
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
